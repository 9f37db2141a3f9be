"""Small controls of the lists: a chip of a level with its count, the pill of new rows."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from cockpit.model.messages import Texts
from widgets.kit.symbols import draw_badge
from widgets.kit.theme import Theme

_BADGE = 16
_HEIGHT = 28


class _Painted(QAbstractButton):
    """A button that paints itself and knows when the pointer is over it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def frame(self, painter: QPainter, fill: QColor | None, edge: QColor | None) -> None:
        """The ground of 24 px in the middle of the 28 px that take the click, and the focus frame."""
        if self.hasFocus():
            edge = self.theme.acc
        wide = 2.0 if self.hasFocus() else 1.0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, wide) if edge else Qt.PenStyle.NoPen)
        painter.setBrush(fill if fill else Qt.BrushStyle.NoBrush)
        box = QRectF(self.rect()).adjusted(wide / 2, 2 + wide / 2, -wide / 2, -2 - wide / 2)
        painter.drawRoundedRect(box, 4, 4)


class LevelChip(_Painted):
    """A level's badge and how many events have it; pressed, the list shows that level (and others pressed) only.

    Attributes:
        level: 1-5.
        count: events of the level that fit the other filters.
    """

    def __init__(self, level: int, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.level = level
        self.count = 0
        self._words = "0"
        self.setCheckable(True)

    def show_count(self, count: int | None, t: Texts) -> None:
        """Args: count: None while there is no data at all, which is not zero."""
        words = "–" if count is None else short_count(count, t)
        if words != self._words:
            self._words = words
            self.updateGeometry()
        self.count = count or 0
        name = t("lists.level_chip", level=t(f"lists.level_{self.level}"), n=words)
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.theme.font("body", 700))
        return QSize(5 + _BADGE + 6 + metrics.horizontalAdvance(self._words) + 6, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self.theme
        if self.isChecked():
            self.frame(painter, theme.acc_bg, theme.acc)
        elif self.underMouse() or self.hasFocus():
            self.frame(painter, theme.s2, None)
        draw_badge(painter, QRectF(5, (self.height() - _BADGE) / 2, _BADGE, _BADGE), self.level, theme)
        painter.setFont(theme.font("body", 700))
        painter.setPen(theme.acc if self.isChecked() else theme.t1 if self.count else theme.t3)
        painter.drawText(self.rect().adjusted(5 + _BADGE + 6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._words)


class NewPill(_Painted):
    """How many rows came above what is in sight, and the most urgent level among them; a click goes there."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._words = ""
        self._level = 5
        self.hide()

    def tell(self, words: str, level: int) -> None:
        self._words, self._level = words, level
        self.setAccessibleName(words)
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.theme.font("small", 700))
        badge = _BADGE + 6 if self._level < 5 else 0
        return QSize(12 + badge + metrics.horizontalAdvance(self._words) + 12, _HEIGHT + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self.theme
        self.frame(painter, theme.s3 if self.underMouse() else theme.acc_bg, theme.acc)
        x = 12
        if self._level < 5:
            draw_badge(painter, QRectF(x, (self.height() - _BADGE) / 2, _BADGE, _BADGE), self._level, theme)
            x += _BADGE + 6
        painter.setFont(theme.font("small", 700))
        painter.setPen(theme.acc)
        painter.drawText(self.rect().adjusted(x, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._words)


def short_count(count: int, t: Texts) -> str:
    """A count that fits a chip: 978, 9,780, then 9.8 万 (97.8k)."""
    if count < 10_000:
        return f"{count:,}"
    short = f"{count / 10_000:.1f}" if t.lang == "zh" else f"{count / 1000:.0f}"
    return t("lists.count_short", n=short)
