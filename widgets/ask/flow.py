"""Buttons side by side that wrap, or give way at the end of their one line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from widgets.kit.panel import guarded
from widgets.kit.tips import plain_tip

GAP, HIGH = 6, 26
_SIDES = 24
"""Padding and border of a button."""


class Flow(QWidget):
    """The buttons.

    Attributes:
        texts: what they say. lines: how many there may be; buttons that find no room are left out.
        picked: (text) one was pressed.
    """

    picked = Signal(str)

    def __init__(self, lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = lines
        self.texts: tuple[str, ...] = ()
        self.buttons: list[QPushButton] = []
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)

    def show_texts(self, texts: Sequence[str]) -> None:
        if tuple(texts) == self.texts:
            return
        self.texts = tuple(texts)
        for old in self.buttons:
            old.hide()
            old.deleteLater()
        self.buttons = []
        before: QWidget | None = None
        for text in texts:
            made = QPushButton(self)
            made.setProperty("kind", "chip")
            made.setText(text.replace("&", "&&"))
            made.setAccessibleName(text)
            made.setToolTip(plain_tip(text))
            made.clicked.connect(lambda _checked=False, text=text: self.picked.emit(text))
            self.buttons.append(made)
            if before is not None:
                QWidget.setTabOrder(before, made)
            before = made
        self.arrange()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, HIGH)

    @guarded
    def resizeEvent(self, event: object) -> None:
        self.arrange()

    def arrange(self) -> None:
        x = y = line = 0
        wide = max(self.width(), 60)
        for made in self.buttons:
            made.ensurePolished()
            made.setText(made.accessibleName().replace("&", "&&"))
            need = made.sizeHint().width()
            if need > wide:  # cut with …; the tooltip says all of it
                need, metrics = wide, made.fontMetrics()
                cut = metrics.elidedText(made.accessibleName(), Qt.TextElideMode.ElideRight, wide - _SIDES)
                made.setText(cut.replace("&", "&&"))
            if x and x + need > wide:
                x, y, line = 0, y + HIGH + GAP, line + 1
            shown = line < self.lines
            made.setVisible(shown)
            if shown:
                made.setGeometry(x, y, need, HIGH)
            x += need + GAP
        used = min(line, self.lines - 1) + 1
        self.setFixedHeight(used * HIGH + (used - 1) * GAP if self.buttons else 0)
