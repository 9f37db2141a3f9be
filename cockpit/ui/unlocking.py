"""The window in which a leader's profile is unlocked: its passphrase, a new one, or the choice to begin anew."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QLineEdit, QMessageBox, QVBoxLayout, QWidget

from cockpit.leaderopening import LeaderOpening
from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message, Texts
from cockpit.store.unlock import Needs, Unlock
from cockpit.store.vault import LEAST
from widgets.kit.buttons import button
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.kit.theme import Theme, apply_theme

POLL_MS = 30
WIDTH = 460


class UnlockDialog(QDialog):
    """Asks until the profile is open, or the person gives up. What is typed is tried on another thread.

    Attributes:
        field, again: where the passphrase is typed; `again` only for a new one.
        confirm: the button. said: why the last one was not taken.
    """

    def __init__(self, unlock: Unlock, t: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unlock = unlock
        self._t = t
        self._trying: threading.Thread | None = None
        self._found: list[Message | None] = []
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._look)
        lost = unlock.needs is Needs.LOST
        new = unlock.needs is Needs.NEW
        title = "secure.ask_new" if new else "secure.ask_lost" if lost else "secure.ask"
        words = "secure.ask_new_why" if new else "secure.ask_lost_why" if lost else "secure.ask_why"
        self.setWindowTitle(t("secure.window"))
        self.setMinimumWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(t(title), self, role="", style="title", wrap=False))
        column.addWidget(label(t(Message(words, {"n": LEAST})), self))
        self.field, self.again = self._line("secure.passphrase"), self._line("secure.again")
        for line, shown in ((self.field, not lost), (self.again, new)):
            column.addWidget(line)
            line.setVisible(shown)
        self.said = label("", self, role="")
        self.said.setVisible(False)
        column.addWidget(self.said)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(button(t("secure.quit"), self.reject, parent=self))
        ok = "secure.begin_anew" if lost else "secure.set" if new else "secure.unlock"
        self.confirm = button(t(ok), self._go, "primary", parent=self)
        self.confirm.setDefault(True)
        foot.addWidget(self.confirm)
        column.addSpacing(6)
        column.addLayout(foot)
        self._typed()

    def _line(self, name: str) -> LineEdit:
        line = LineEdit(self)
        line.setEchoMode(QLineEdit.EchoMode.Password)
        line.setPlaceholderText(self._t(name))
        line.setAccessibleName(self._t(name))
        line.textChanged.connect(self._typed)
        return line

    def _typed(self) -> None:
        needs = self._unlock.needs
        ready = needs is Needs.LOST or bool(self.field.text())
        if needs is Needs.NEW:
            ready = len(self.field.text().strip()) >= LEAST and self.field.text() == self.again.text()
        self.confirm.setEnabled(ready and self._trying is None)

    def _go(self) -> None:
        typed = self.field.text()
        anew = self._unlock.needs is Needs.LOST

        def work() -> None:
            try:
                problem = None
                if anew:
                    self._unlock.begin_anew()
                else:
                    problem = self._unlock.type(typed)
            except CockpitError as error:
                problem = error.message
            self._found.append(problem)

        self._trying = threading.Thread(target=work, name="unlocking", daemon=True)
        self._typed()
        self._say(Message("secure.trying"))
        self._trying.start()
        self._timer.start()

    def _look(self) -> None:
        if self._trying is None or self._trying.is_alive():
            return
        self._timer.stop()
        self._trying = None
        problem = self._found.pop()
        if not self._unlock.needs:
            self.accept()
            return
        if problem is None:  # it was begun anew, and there is no keyring: now one is chosen
            self.done(ANEW)
            return
        self._say(problem)
        self.field.clear()
        self.again.clear()
        self.field.setFocus()
        self._typed()

    def _say(self, what: Message) -> None:
        self.said.setText(self._t(what))
        self.said.setVisible(True)

    def reject(self) -> None:
        if self._trying is None:
            super().reject()


ANEW = 2
"""How the dialog ends where another question follows."""


def say_wiped(window: QWidget, t: Texts, message: Message, over: Callable[[], None]) -> None:
    """Shows nothing of the city any more, says why, and ends the program."""

    def say() -> None:
        window.hide()
        QMessageBox.information(None, t("secure.window"), t(message))
        over()

    QTimer.singleShot(0, window, say)


def unlock_at_screen(
    opening: LeaderOpening,
    app: QApplication,
    t: Texts,
    theme: Theme,
    quiet: bool,
    show: Callable[[UnlockDialog], int] = lambda dialog: dialog.exec(),
) -> bool:
    """Has a person unlock a profile that needs one; False: they gave up.

    Args:
        quiet: nobody is there to be asked (a picture is taken): what is wrong is raised.

    Raises:
        CockpitError: it can not be opened, which was shown to whoever is there.
    """
    try:
        unlock = opening.asks()
        while unlock is not None and unlock.needs and not quiet:
            apply_theme(app, theme)
            dialog = UnlockDialog(unlock, t)
            result = show(dialog)
            dialog.deleteLater()
            if result == QDialog.DialogCode.Rejected:
                return False
    except CockpitError as error:
        if not quiet:
            apply_theme(app, theme)
            QMessageBox.warning(None, t("secure.window"), t(error.message))
        raise
    finally:
        opening.go_on()
    return True
