"""Short questions of calling: one sentence with two buttons, or one line of words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from widgets.kit.buttons import button
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit


class AskDialog(QDialog):
    """A sentence that is agreed to or not; the keyboard begins at the button that does nothing.

    Attributes:
        confirm: the button that agrees.
    """

    def __init__(self, title: str, words: str, do: str, leave: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 18, 20, 16)
        self.column.setSpacing(10)
        self.column.addWidget(label(title, self, role="", style="title"))
        self.column.addWidget(label(words, self))
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        self.foot.addStretch(1)
        self.cancel = button(leave, self.reject, parent=self)
        self.confirm = button(do, self.accept, "primary", parent=self)
        self.confirm.setAutoDefault(False)
        self.foot.addWidget(self.cancel)
        self.foot.addWidget(self.confirm)
        self.column.addSpacing(6)
        self.column.addLayout(self.foot)
        self.cancel.setFocus()


class WordsDialog(AskDialog):
    """One line of words, without which it can not be agreed to.

    Attributes:
        told: emitted with the words.
        field: where they are typed.
    """

    told = Signal(str)

    def __init__(
        self, title: str, words: str, do: str, leave: str, parent: QWidget | None, ready: tuple[str, ...] = ()
    ) -> None:
        """
        Args:
            ready: words that are taken by a click.
        """
        super().__init__(title, words, do, leave, parent)
        self.field = LineEdit(self)
        self.field.setMaxLength(200)
        self.field.setAccessibleName(title)
        self.field.textChanged.connect(lambda _text: self.confirm.setEnabled(bool(self.words)))
        self.column.insertWidget(2, self.field)
        if ready:
            row = QHBoxLayout()
            row.setSpacing(8)
            for one in ready:
                row.addWidget(button(one, lambda one=one: self.field.setText(one), parent=self))
            row.addStretch(1)
            self.column.insertLayout(3, row)
        self.confirm.setEnabled(False)
        self.confirm.setAutoDefault(True)
        self.confirm.setDefault(True)
        self.cancel.setAutoDefault(False)
        self.accepted.connect(lambda: self.told.emit(self.words))
        self.field.setFocus()

    @property
    def words(self) -> str:
        return " ".join(self.field.text().split())
