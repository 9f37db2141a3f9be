"""Buttons: kinds of the stylesheet, keys printed on them, and the reason in words when one is disabled."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QToolButton, QWidget

from widgets.kit.icons import icon
from widgets.kit.theme import Theme
from widgets.kit.tips import plain_tip


def button(
    text: str,
    run: Callable[[], object] | None = None,
    kind: str = "normal",
    big: bool = False,
    parent: QWidget | None = None,
) -> QPushButton:
    """A button of a kind: `primary`, `normal`, `chip` or `segment`; `big` is 40 px, for a decision."""
    made = QPushButton(text, parent)
    made.setProperty("kind", kind)
    made.setProperty("big", "true" if big else "false")
    if kind in ("chip", "segment"):
        made.setCheckable(True)
    if run is not None:
        made.clicked.connect(lambda _checked=False: run())
    return made


def icon_button(name: str, tip: str, theme: Theme, run: Callable[[], object] | None = None) -> QToolButton:
    """A button of one icon, 28 px; `tip` is its tooltip and its name for those who can not see it."""
    made = QToolButton()
    made.setProperty("kind", "quiet")
    made.setFixedSize(28, 28)
    made.setIconSize(QSize(16, 16))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    dress_icon_button(made, name, tip, theme)
    if run is not None:
        made.clicked.connect(lambda _checked=False: run())
    return made


def dress_icon_button(made: QToolButton, name: str, tip: str, theme: Theme) -> None:
    """Give an icon button its icon and words anew, after a change of theme, language or state."""
    made.setIcon(icon(name, theme))
    made.setToolTip(plain_tip(tip))
    made.setAccessibleName(tip)


def disable(made: QWidget, reason: str) -> None:
    """Disable with the reason as tooltip; an empty reason enables."""
    made.setEnabled(not reason)
    made.setToolTip(plain_tip(reason))


def draw_key(painter: QPainter, right: float, middle: float, key: str, theme: Theme, ink: str = "t2") -> float:
    """Draw a key as a small frame whose right side is at `right`; the answer is its left side."""
    font = theme.font("axis")
    painter.setFont(font)
    wide = QFontMetrics(font).horizontalAdvance(key) + 12
    rect = QRectF(round(right - wide) + 0.5, round(middle - 9) + 0.5, wide - 1, 17)
    painter.setPen(QPen(theme[ink if ink == "acc_ink" else "line2"], 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(theme[ink])
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, key)
    return rect.left()


class KeyButton(QPushButton):
    """A button with its key printed on it: 确认派遣 [Ctrl+Enter].

    Attributes:
        theme: set by `retheme`.
        bare: the key is not printed, for want of room; the tooltip says it.
    """

    def __init__(self, text: str, key: str, theme: Theme, kind: str = "normal", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.theme = theme
        self.bare = False
        self._key = key
        self._kind = kind
        self.setProperty("kind", kind)
        self.setAccessibleDescription(key)

    def retheme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def set_bare(self, bare: bool) -> None:
        if bare != self.bare:
            self.bare = bare
            self.setToolTip(self._key if bare else "")
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self.bare:
            return hint
        wide = QFontMetrics(self.theme.font("axis")).horizontalAdvance(self._key) + 20
        return hint + QSize(wide, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.bare:
            super().paintEvent(event)
            return
        from PySide6.QtWidgets import QStyle, QStyleOptionButton, QStylePainter

        option = QStyleOptionButton()
        self.initStyleOption(option)
        text, option.text = option.text, ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        enabled = self.isEnabled()
        ink = ("acc_ink" if self._kind == "primary" else "t1") if enabled else "t3"
        words = self.fontMetrics().horizontalAdvance(text)
        key = QFontMetrics(self.theme.font("axis")).horizontalAdvance(self._key) + 12
        left = (self.width() - words - 8 - key) / 2
        painter.setFont(self.font())
        painter.setPen(self.theme[ink])
        painter.drawText(QRectF(left, 0, words + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        draw_key(painter, left + words + 8 + key, self.height() / 2, self._key, self.theme, ink)
        painter.end()


_SEGMENT_SIDES = 2 * 12 + 2
"""Padding and border of a segment."""


class Segments(QWidget):
    """A row of buttons of which one is on: 平时 | 战时.

    Attributes:
        chosen: emitted with the id when a person chooses another one.
    """

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], current: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for id, words in choices:
            made = button("", kind="segment", parent=self)
            made.setChecked(id == current)
            made.clicked.connect(lambda _checked=False, id=id: self.chosen.emit(id))
            self._group.addButton(made)
            self._buttons[id] = made
            self.set_words(id, words)
            row.addWidget(made)

    def set_current(self, id: str) -> None:
        self._buttons[id].setChecked(True)

    def set_words(self, id: str, words: str) -> None:
        made = self._buttons[id]
        made.setText(words)
        bold = made.font()  # the one that is on is bold, and must not need more room than it has
        bold.setBold(True)
        made.setMinimumWidth(QFontMetrics(bold).horizontalAdvance(words) + _SEGMENT_SIDES)
