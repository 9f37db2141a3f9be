"""What dialogs before a deed share: a foot with the way out and the deed, the hub's word on it.

Such a dialog stays while the hub says why not, and fills itself anew when others publish meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.model.wallasks import Version, Versions
from widgets.kit.actions import key_words
from widgets.kit.buttons import KeyButton, button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.walldesk.editing import Editing

KEY = "Ctrl+Return"


class DeedDialog(QDialog):
    """What is shown goes into the column, then comes `foot`.

    Attributes:
        column: what stands in it. confirm: the button. problem: why it was not done, in words.
    """

    confirm: KeyButton
    problem: QLabel

    def __init__(
        self, ctx: PanelContext, do: str, title: str, why: str, parent: QWidget | None, width: int = 720
    ) -> None:
        """
        Args:
            do: what stands on the button. why: a sentence under the title. width: the least, in px.
        """
        super().__init__(parent)
        self._ctx, self._do = ctx, do
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(do)
        self.setMinimumWidth(width)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 18, 20, 16)
        self.column.setSpacing(10)
        self.column.addWidget(label(title, self, role="", style="title", wrap=False))
        self.column.addWidget(label(why, self))

    def foot(self, press: Callable[[], None]) -> None:
        """The last lines: the problem, the way out, and the button, which `press` is told of."""
        self.problem = label("", self, role="", wrap=True)
        self.problem.setStyleSheet(f"color: {self._ctx.theme.hex('orange_text')}")
        self.problem.hide()
        self.column.addWidget(self.problem)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(self._ctx.t("walldesk.cancel"), self.reject, parent=self))
        self.confirm = KeyButton(self._do, key_words(KEY), self._ctx.theme, "primary", self)
        self.confirm.setAutoDefault(False)
        self.confirm.clicked.connect(lambda _checked=False: press())
        foot.addWidget(self.confirm)
        self.column.addLayout(foot)
        for key in (KEY, "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(press)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the keyboard, and none from anywhere else."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def say(self, problem: Message) -> None:
        """Why it was not done."""
        self.problem.setText(self._ctx.t(problem))
        self.problem.show()


class ScenesDialog(DeedDialog):
    """Before published scenes change; `fill` and `say_versions` are the subclass's.

    Attributes:
        seen: the version whose scenes are shown. versions: what was published, once that is known.
    """

    def __init__(self, edit: Editing, do: str, title: str, why: str, parent: QWidget | None) -> None:
        super().__init__(edit.hand.ctx, do, title, why, parent)
        self._edit = edit
        self.seen, self._waits = 0, False
        self.versions: tuple[Version, ...] = ()

    def foot(self, press: Callable[[], None]) -> None:
        """From now on the dialog follows what others publish."""
        super().foot(press)
        self.fill()
        if self._ctx.walls is not None:
            self._ctx.walls.listen(self._heard)

    # -- what is published -----------------------------------------------------------------------------------------

    def fill(self) -> None:
        """Shows the scenes as they are published now, which are those of version `seen`."""
        raise NotImplementedError

    def say_versions(self) -> None:
        """`versions` is known."""
        raise NotImplementedError

    def ask_versions(self) -> None:
        """Asks who published what, and when."""
        if self._ctx.walls is not None:
            self._ctx.walls.versions(self._know)

    def _know(self, answer: Versions | Message) -> None:
        if isinstance(answer, Versions):
            self.versions = answer.versions
            self.say_versions()

    def _heard(self, what: str) -> None:
        if what == "scenes" and not self._waits and self.seen != self._edit.seen:
            self.fill()

    # -- the deed --------------------------------------------------------------------------------------------------

    def wait(self) -> None:
        """The hub is asked; what comes meanwhile is its answer's."""
        self._waits = True
        self.confirm.setEnabled(False)

    def done_as_asked(self) -> None:
        """The hub did it, and the dialog closes."""

    def answered(self, problem: Message | None) -> None:
        """What the hub said of it: None, it is done."""
        self._waits = False
        self.confirm.setEnabled(True)
        if problem is not None:
            self.say(problem)
            self._heard("scenes")
            return
        self.done_as_asked()
        self.accept()
