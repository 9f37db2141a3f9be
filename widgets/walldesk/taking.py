"""The dialog before the site's own scene goes: what was published of it last, by whom, and what is there after."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.model.wall_diff import changes, marked
from cockpit.model.wall_shipped import shipped_scenes
from cockpit.model.wallasks import Version, Versions
from widgets.kit.actions import key_words
from widgets.kit.buttons import KeyButton, button
from widgets.kit.label import label
from widgets.walldesk.board_paint import BoardPainter
from widgets.walldesk.editing import Editing
from widgets.walldesk.hand import published_at
from widgets.walldesk.plan_view import PlanView
from widgets.walldesk.publishing import KEY

MOST_LINES = 12


class TakeAwayDialog(QDialog):
    """
    Attributes:
        last: who published the scene last, and as which version. words: what becomes another.
        now, then: the scene as it is published, and as it is after.
        confirm: the button. problem: why it did not go, in words.
    """

    def __init__(self, edit: Editing, id: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._edit, self._ctx, self._id = edit, edit.hand.ctx, id
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        t = self._ctx.t
        self._seen, self._waits = 0, False
        self._versions: tuple[Version, ...] = ()
        self._after = next((one for one in shipped_scenes() if one.id == id), None)
        shipped = self._after is not None
        title = t("walldesk.back_to_shipped" if shipped else "walldesk.remove_scene")
        self.setWindowTitle(title)
        self.setMinimumWidth(720)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(title, self, role="", style="title", wrap=False))
        column.addWidget(label(t("walldesk.back_to_shipped_why" if shipped else "walldesk.remove_scene_why"), self))
        self.last = label("", self, role="t1")
        column.addWidget(self.last)
        painter = BoardPainter(edit, large=False)
        plans = QHBoxLayout()
        plans.setSpacing(12)
        self.now, self.then = PlanView(edit.hand, painter.name, self), PlanView(edit.hand, painter.name, self)
        for words, plan in (("walldesk.plan_now", self.now), ("walldesk.plan_after", self.then)):
            plan.setFixedHeight(130)
            one = QVBoxLayout()
            one.addWidget(label(t(words), self, style="small", wrap=False))
            one.addWidget(plan)
            plans.addLayout(one)
        column.addLayout(plans)
        self.words = label("", self)
        column.addWidget(self.words)
        column.addStretch(1)
        self.problem = label("", self, role="")
        self.problem.setStyleSheet(f"color: {self._ctx.theme.hex('orange_text')}")
        self.problem.hide()
        column.addWidget(self.problem)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(t("walldesk.cancel"), self.reject, parent=self))
        self.confirm = KeyButton(title, key_words(KEY), self._ctx.theme, "primary", self)
        self.confirm.setAutoDefault(False)
        self.confirm.clicked.connect(lambda _checked=False: self.take_away())
        foot.addWidget(self.confirm)
        column.addLayout(foot)
        for key in (KEY, "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self.take_away)
        if self._ctx.walls is not None:
            self._ctx.walls.listen(self._heard)
        self._fill()

    def _fill(self) -> None:
        """The scene as it is published now."""
        t, published = self._ctx.t, self._edit.hand.published(self._id)
        self._seen = self._edit.seen
        self.now.show_scene(published)
        self.then.show_scene(self._after, marked(published, self._after) if self._after is not None else frozenset())
        found = [t(change.words) for change in changes(published, self._after)]
        lines = ["· " + words for words in found[:MOST_LINES]]
        if len(found) > MOST_LINES:
            lines.append(t("walldesk.more_changes", n=len(found) - MOST_LINES))
        self.words.setText("\n".join(lines))
        self._say_last()
        if self._ctx.walls is not None:
            self._ctx.walls.versions(self._know)

    def _know(self, answer: Versions | Message) -> None:
        if isinstance(answer, Versions):
            self._versions = answer.versions
            self._say_last()

    def _say_last(self) -> None:
        scene = self._edit.hand.published(self._id)
        version = next((one for one in self._versions if scene is not None and one.number == scene.version), None)
        if scene is None or version is None:
            self.last.setText(self._ctx.t.pack(scene.name) if scene is not None else "–")
            return
        when = published_at(self._ctx, version)
        words = {"scene": scene.name, "n": version.number, "by": version.by or "–", "at": when}
        self.last.setText(self._ctx.t("walldesk.last_by", **words))

    def _heard(self, what: str) -> None:
        if what == "scenes" and not self._waits and self._seen != self._edit.seen:
            self._fill()

    def take_away(self) -> None:
        """Has the scene go; the dialog stays while the hub says why not."""
        if self.confirm.isEnabled():
            self._waits = True
            self.confirm.setEnabled(False)
            self._edit.take_away(self._id, self._seen, self._told)

    def _told(self, problem: Message | None) -> None:
        self._waits = False
        self.confirm.setEnabled(True)
        if problem is not None:
            self.problem.setText(self._ctx.t(problem))
            self.problem.show()
            self._heard("scenes")
            return
        self.accept()
