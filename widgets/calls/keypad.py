"""拨号键: tones into a call (an extension, a menu), or a number to be called; the keys of the keyboard work as well."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from widgets.kit.buttons import button, disable
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit

KEYS = "123456789*0#"
_OF_A_NUMBER = frozenset("0123456789*#+")


class KeypadDialog(QDialog):
    """
    Attributes:
        pressed: emitted with each key, for tones. dialled: with the number, where one is to be called.
        field: what was pressed so far. keys: the buttons by their sign.
    """

    pressed = Signal(str)
    dialled = Signal(str)

    def __init__(self, ctx: PanelContext, name: str, parent: QWidget) -> None:
        """
        Args:
            name: who hears the tones; "" a number is dialled that is called then.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ctx, self._dials = ctx, not name
        t = ctx.t
        title = t("callsui.dial") if self._dials else t("callsui.keypad_to", name=name)
        self.setWindowTitle(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(title, self, role="", style="title"))
        self.field = LineEdit(self)
        self.field.setMaxLength(40)
        self.field.setReadOnly(not self._dials)
        self.field.setAccessibleName(title)
        self.field.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._dials else Qt.FocusPolicy.NoFocus)
        self.field.textChanged.connect(lambda _text: self._look())
        column.addWidget(self.field)
        grid = QGridLayout()
        grid.setSpacing(6)
        self.keys = {}
        for i, key in enumerate(KEYS):
            made = button(key, lambda key=key: self.press(key), big=True, parent=self)
            made.setAutoDefault(False)
            made.setMinimumWidth(72)
            self.keys[key] = made
            grid.addWidget(made, i // 3, i % 3)
        column.addLayout(grid)
        foot = QHBoxLayout()
        foot.addStretch(1)
        self.confirm = button(t("callsui.call" if self._dials else "callsui.ok"), self._go_on, "primary", parent=self)
        self.confirm.setDefault(True)
        foot.addWidget(self.confirm)
        column.addSpacing(4)
        column.addLayout(foot)
        self._look()
        (self.field if self._dials else self.confirm).setFocus()

    @property
    def number(self) -> str:
        return "".join(sign for sign in self.field.text() if sign in _OF_A_NUMBER)

    def press(self, key: str) -> None:
        self.field.setText(self.field.text() + key)
        if not self._dials:
            self.pressed.emit(key)

    def _look(self) -> None:
        disable(self.confirm, self._ctx.t("callsui.dial_first") if self._dials and not self.number else "")

    def _go_on(self) -> None:
        if self._dials:
            self.dialled.emit(self.number)
        self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._dials and event.text() in KEYS and event.text():
            if not event.isAutoRepeat():
                self.press(event.text())
        else:
            super().keyPressEvent(event)
