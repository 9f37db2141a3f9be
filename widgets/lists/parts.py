"""What pages about a thing are put together from: head, facts, section titles, sentences, rows.

Parts paint themselves, cut what has no room with … and then say all of it as tooltip. Words that change by themselves
(ages) are handed in as functions and read at each paint.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from widgets.kit.theme import Theme
from widgets.kit.tips import plain_tip

PAD = 12
NAME_WIDTH = 76
_ABREAST, _STACKED, _STACKED_BELOW = 41, 49, 220
"""Heights of a fact with its name beside its value and above it, and the width below which it stands above; a name
that is longer than its column does too."""
Words = Callable[[], str]
Draw = Callable[[QPainter, QRectF], None]


def words(text: str) -> Words:
    """Words that do not change."""
    return lambda: text


NO_WORDS: Words = words("")


def draw_line(
    painter: QPainter, rect: QRect, text: str, font: QFont, color: QColor, right: bool = False
) -> tuple[int, bool]:
    """Draws one line into `rect`, cut where it has no room; answers its width and whether it was cut."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(rect.width(), 0))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
    return metrics.horizontalAdvance(shown), shown != text


class Part(QWidget):
    """A part of a page; as wide as it gets, of one height."""

    def __init__(self, theme: Theme, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def hairline(self, painter: QPainter, y: int, inset: int = 0) -> None:
        painter.fillRect(inset, y, self.width() - 2 * inset, 1, self.theme.line)

    def whole(self, cut: bool, *texts: str) -> None:
        """The tooltip: all of it, when some of it was cut."""
        tip = plain_tip("\n".join(text for text in texts if text)) if cut else ""
        if tip != self.toolTip():
            self.setToolTip(tip)


class Head(Part):
    """Badge or symbol of 40 px, title 18, one line under it."""

    def __init__(self, theme: Theme, draw: Draw, title: str, under: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, 65, parent)
        self._draw, self._title, self._under = draw, title, under
        self.setAccessibleName(title)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._draw(painter, QRectF(PAD, 12, 40, 40))
        room = self.width() - 64 - PAD
        theme = self.theme
        _, cut = draw_line(painter, QRect(64, 9, room, 26), self._title, theme.font("title"), theme.t1)
        _, also = draw_line(painter, QRect(64, 36, room, 18), self._under, theme.font("small"), theme.t2)
        self.whole(cut or also, self._title, self._under)
        self.hairline(painter, self.height() - 1)


class Fact(Part):
    """One fact: its name, its value in large figures with a unit, and at the right its age or source."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        value: str,
        unit: str,
        note: Words,
        old: Callable[[], bool] = lambda: False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, _ABREAST, parent)
        self._name, self._value, self._unit, self._note, self._old = name, value, unit, note, old
        self.setAccessibleName(f"{name} {value} {unit}".rstrip())

    def resizeEvent(self, event: QResizeEvent) -> None:
        named = QFontMetrics(self.theme.font("body")).horizontalAdvance(self._name)
        above = self.width() < _STACKED_BELOW or named > NAME_WIDTH - 6
        self.setFixedHeight(_STACKED if above else _ABREAST)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, width = QPainter(self), self.theme, self.width()
        small, note, old = theme.font("small"), self._note(), self._old()
        stacked = self.height() == _STACKED
        noted = min(QFontMetrics(small).horizontalAdvance(note) + 2 if note else 0, width // 2)
        if stacked:
            room = width - noted - (8 if noted else 0)
            _, cut = draw_line(painter, QRect(0, 3, room, 16), self._name, small, theme.t2)
            _, cut_note = draw_line(painter, QRect(width - noted, 3, noted, 16), note, small, theme.t3, right=True)
            value = QRect(0, 19, width, 26)
        else:
            named = min(NAME_WIDTH, width // 3)
            _, cut = draw_line(painter, QRect(0, 0, named - 6, 40), self._name, theme.font("body"), theme.t2)
            value = QRect(named, 0, width - named, 40)
        used, also = self._draw_value(painter, value, old)
        if not stacked:
            left = value.left() + used + 8
            _, cut_note = draw_line(painter, QRect(left, 0, width - left, 40), note, small, theme.t3, right=True)
        self.whole(cut or also or cut_note, f"{self._name} {self._value} {self._unit}".rstrip(), note)
        self.hairline(painter, self.height() - 1)

    def _draw_value(self, painter: QPainter, rect: QRect, old: bool) -> tuple[int, bool]:
        """The figure and its unit on one base line; answers their width and whether the value was cut."""
        theme, unit_font = self.theme, self.theme.unit_font("fact")
        unit_wide = QFontMetrics(unit_font).horizontalAdvance(self._unit) + 4 if self._unit else 0
        figure = theme.font("fact")
        if QFontMetrics(figure).horizontalAdvance(self._value) > (rect.width() - unit_wide) * 3 // 4:
            figure = theme.font("row_title")
        room = QRect(rect.left(), rect.top(), rect.width() - unit_wide, rect.height())
        used, cut = draw_line(painter, room, self._value, figure, theme.t3 if old else theme.t1)
        metrics = QFontMetrics(figure)
        base = rect.top() + (rect.height() - metrics.height()) / 2 + metrics.ascent()
        painter.setFont(unit_font)
        painter.setPen(theme.t3 if old else theme.t2)
        painter.drawText(QPointF(rect.left() + used + 4, base), self._unit)
        return used + unit_wide, cut


class Line(Part):
    """A small fact on one line: name, and its value in words."""

    def __init__(self, theme: Theme, name: str, value: Words, note: Words = NO_WORDS, pad: int = 0) -> None:
        super().__init__(theme, 24)
        self._name, self._value, self._note, self._pad = name, value, note, pad

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, width = QPainter(self), self.theme, self.width() - self._pad
        left = self._pad
        named = min(NAME_WIDTH, width // 3)
        _, cut = draw_line(painter, QRect(left, 0, named - 6, 24), self._name, theme.font("body"), theme.t2)
        value, note, small = self._value(), self._note(), theme.font("small")
        wide = QFontMetrics(small).horizontalAdvance(note) + 2 if note else 0
        room = width - left - named
        wide = wide if wide < room * 0.6 else 0
        if note and wide:
            draw_line(painter, QRect(width - wide, 0, wide, 24), note, small, theme.t3, right=True)
        space = room - (wide + 8 if wide else 0)
        _, also = draw_line(painter, QRect(left + named, 0, space, 24), value, theme.font("body"), theme.t1)
        self.whole(cut or also or (bool(note) and not wide), f"{self._name}: {value}", note)


class SectionHead(Part):
    """The title of a section with what stands beside it, a hairline above."""

    def __init__(self, theme: Theme, title: str, beside: Words = NO_WORDS) -> None:
        super().__init__(theme, 37)
        self._title, self._beside = title, beside

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        self.hairline(painter, 0)
        room = self.width() - 2 * PAD
        used, _ = draw_line(painter, QRect(PAD, 3, room, 34), self._title, theme.font("row_title"), theme.t1)
        at, beside = PAD + used + 8, self._beside()
        _, cut = draw_line(painter, QRect(at, 4, self.width() - at - PAD, 34), beside, theme.font("small"), theme.t3)
        self.whole(cut, beside)


class Sentence(QLabel):
    """Words on as many lines as they take; can be marked and copied."""

    def __init__(self, theme: Theme, text: str, token: str = "t2", style: str = "body") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setFont(theme.font(style))
        self.setStyleSheet(f"color: {theme.hex(token)}; font-size: {theme.px(style)}px;")
        self.setContentsMargins(PAD, 2, PAD, 10)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumWidth(1)


class Row(Part):
    """A row of 46 px that leads to another thing: symbol, title, a line under it, two lines at the right.

    Attributes:
        tag: a word in a frame behind the title, "" for none.
        side: a button at the right end, None for none.
        unit_key: the unit that it stands for, "" none: the call key means it while the keyboard is at the row.
    """

    picked = Signal()
    opened = Signal()
    """A double click, or Enter on the marked row."""
    pointed = Signal(bool)
    """The pointer or the keyboard came to it, or left."""

    def __init__(
        self, theme: Theme, draw: Draw, title: str, under: str, right: str, right_under: Words, dim: bool = False
    ) -> None:
        super().__init__(theme, 46)
        self._draw, self._title, self._under = draw, title, under
        self._right, self._right_under, self._dim = right, right_under, dim
        self._at_it = False
        self.marked = False
        self.tag = ""
        self.side: QWidget | None = None
        self.unit_key = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{title}, {under}, {right}")

    def put_beside(self, side: QWidget) -> None:
        """Puts a button at the right end; the words make room."""
        side.setParent(self)
        self.side = side
        self._place_side()
        side.show()

    def _place_side(self) -> None:
        if self.side is not None:
            self.side.move(self.width() - PAD - self.side.width(), (self.height() - 1 - self.side.height()) // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_side()

    def mark(self, on: bool) -> None:
        """Shows it as the chosen one."""
        if on != self.marked:
            self.marked = on
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, width = QPainter(self), self.theme, self.width()
        if self.marked:
            painter.fillRect(self.rect(), theme.acc_bg)
            painter.fillRect(0, 0, 3, self.height() - 1, theme.acc)
        elif self._at_it:
            painter.fillRect(self.rect(), theme.s2)
        self.hairline(painter, self.height() - 1, PAD)
        self._draw(painter, QRectF(PAD, 11, 24, 24))
        body, small, title = theme.font("row_title"), theme.font("small"), theme.font("row_title")
        under = self._right_under()
        most = width * 2 // 5
        right = min(QFontMetrics(body).horizontalAdvance(self._right) + 2, most)
        below = min(QFontMetrics(small).horizontalAdvance(under) + 2, most)
        left, edge = PAD + 24 + 8, width - PAD - (self.side.width() + 10 if self.side is not None else 0)
        ink = theme.t3 if self._dim else theme.t1
        draw_line(painter, QRect(edge - right, 4, right, 20), self._right, body, ink, right=True)
        second = theme.t3 if self._dim else theme.t2
        draw_line(painter, QRect(edge - below, 24, below, 18), under, small, second, right=True)
        tag = QFontMetrics(small).horizontalAdvance(self.tag) + 12 if self.tag else 0
        room = edge - right - 10 - left
        used, cut = draw_line(painter, QRect(left, 4, room - tag - 6 * bool(tag), 20), self._title, title, ink)
        if self.tag:
            self._draw_tag(painter, QRectF(left + used + 6.5, 5.5, tag - 1, 17))
        _, also = draw_line(painter, QRect(left, 24, edge - below - 10 - left, 18), self._under, small, second)
        if self.hasFocus():
            painter.setPen(QPen(theme.acc, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)  # a tag leaves its own, which would cover the words
            painter.drawRect(self.rect().adjusted(1, 1, -1, -2))
        self.whole(cut or also, self._title, self._under)

    def _draw_tag(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(QPen(self.theme.acc, 1))
        painter.setBrush(self.theme.acc_bg)
        painter.drawRoundedRect(rect, 3, 3)
        painter.setFont(self.theme.font("small"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.tag)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._point(True)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(False)

    def focusInEvent(self, event: QEvent) -> None:
        self._point(True)

    def focusOutEvent(self, event: QEvent) -> None:
        self._point(False)

    def _point(self, at_it: bool) -> None:
        self._at_it = at_it
        self.pointed.emit(at_it)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not event.isAutoRepeat():
            if self.marked:
                self.opened.emit()
            else:
                self.picked.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)
