"""The dialog that asks for one line (a name, once). Enter while composing never confirms."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.messages import Message, Texts
from widgets.kit.buttons import button
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit


class _Dialog(QDialog):
    """A dialog with a title, words and buttons."""

    def __init__(self, title: str, words: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 18, 20, 16)
        self.column.setSpacing(10)
        self.column.addWidget(label(title, self, role="", style="title", wrap=False))
        self.column.addWidget(label(words, self))
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        self.foot.addStretch(1)


class NameDialog(_Dialog):
    """Asks for one line of text and can not be confirmed without it.

    Attributes:
        field: where it is typed.
        confirm: the button.
    """

    def __init__(self, t: Texts, title: Message, words: Message, ok: Message, parent: QWidget | None = None) -> None:
        super().__init__(t(title), t(words), parent)
        self.field = LineEdit(self)
        self.field.setMaxLength(40)
        self.field.setAccessibleName(t(title))
        self.confirm = button(t(ok), self.accept, "primary", parent=self)
        self.confirm.setDefault(True)
        self.confirm.setEnabled(False)
        self.field.textChanged.connect(lambda text: self.confirm.setEnabled(bool(text.strip())))
        self.column.addWidget(self.field)
        self.column.addSpacing(6)
        self.foot.addWidget(self.confirm)
        self.column.addLayout(self.foot)

    @property
    def name(self) -> str:
        return " ".join(self.field.text().split())


def name_dialog(t: Texts, parent: QWidget | None = None, ok: str = "kit.ask_name_ok") -> NameDialog:
    """The dialog that asks once who sits here. `exec` it; its `name` is the answer when it was accepted.

    Args:
        ok: id of the words on its button.
    """
    return NameDialog(t, Message("kit.ask_name"), Message("kit.ask_name_why"), Message(ok), parent)
