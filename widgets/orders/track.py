"""Parts of an order's card: a row per unit, the track of its states with their times, a sentence with its sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from widgets.kit.focus import draw_focus
from widgets.kit.icons import draw_icon
from widgets.kit.theme import Theme
from widgets.lists.parts import PAD, Draw, Part, Words, draw_line
from widgets.orders.hatch import hatch
from widgets.orders.words import Said

_TRACK, _DAY = 56, 14
"""Height, and that of the line of days where a state was reached on another day."""
_DOT, _R = 14, 4.5


@dataclass(frozen=True)
class Beat:
    """One state on an order's track.

    Attributes:
        label: its name; time: when it was reached, as `ages.moment` prints it, "" not yet.
        token: colour of what was reached.
        pending: only this seat knows it yet.
    """

    label: str
    time: str
    token: str = "acc"
    pending: bool = False


class Track(Part):
    """签发 送达 已读 接单 途中 到场 完成 核查, with the time of each that was reached."""

    def __init__(self, theme: Theme, beats: Sequence[Beat], at: int, parent: QWidget | None = None) -> None:
        days = any(" " in beat.time for beat in beats)
        super().__init__(theme, _TRACK + (_DAY if days else 0), parent)
        self.beats, self.at = list(beats), at
        self.setAccessibleName("; ".join(f"{beat.label} {beat.time}".rstrip() for beat in beats))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = (self.width() - 2 * PAD) / len(self.beats)
        middles = [QPointF(PAD + step * (i + 0.5), _DOT) for i in range(len(self.beats))]
        for i in range(len(middles) - 1):
            reached = i < self.at
            painter.setPen(QPen(theme.acc if reached else theme.line2, 2 if reached else 1))
            painter.drawLine(middles[i] + QPointF(_R + 2, 0), middles[i + 1] - QPointF(_R + 2, 0))
        for i, (beat, middle) in enumerate(zip(self.beats, middles, strict=True)):
            here = i == self.at
            color = theme[beat.token] if i <= self.at else theme.line2
            if beat.pending:
                hatch(painter, QRectF(middle.x() - step / 2 + 3, 2, step - 6, self.height() - 8), theme)
                color = theme.orange_text
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(color if i <= self.at and beat.time and not beat.pending else theme.s1)
            painter.drawEllipse(middle, _R + (1 if here else 0), _R + (1 if here else 0))
            font = theme.font("small", 700 if here else 400)
            ink = theme.t1 if here else theme.t2 if i < self.at else theme.t3
            if QFontMetrics(font).horizontalAdvance(beat.label) > step - 2:
                font = theme.font("axis")
            _middle(painter, QRect(round(middle.x() - step / 2), 22, round(step), 16), beat.label, font, ink)
            time = QRect(round(middle.x() - step / 2), 37, round(step), _DAY)
            for line in reversed(beat.time.split(" ")):  # its day beneath
                _middle(painter, time, line, theme.font("axis"), theme.t2 if i <= self.at else theme.t3)
                time.translate(0, _DAY)


class UnitRow(Part):
    """One order of a case: its unit, 主办 or 协办, its state in words, what is left of its time."""

    picked = Signal()

    def __init__(
        self, theme: Theme, draw: Draw, unit: str, lead: str, state: Callable[[], Said], clock: Callable[[], Said],
        pending: bool, over: bool,
    ) -> None:  # fmt: skip
        super().__init__(theme, 30)
        self.unit, self.state = unit, state
        self._draw, self._lead, self._clock = draw, lead, clock
        self.pending, self._over = pending, over
        self.marked = False
        self.unit_key = ""
        self.side: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def put_beside(self, side: QWidget, unit: str) -> None:
        """Puts a button that calls the unit at the right end."""
        side.setParent(self)
        self.side, self.unit_key = side, unit
        side.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.side is not None:
            self.side.move(self.width() - PAD - self.side.width(), (self.height() - 1 - self.side.height()) // 2)

    def mark(self, on: bool) -> None:
        if on != self.marked:
            self.marked = on
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, width = QPainter(self), self.theme, self.width()
        if self.pending:
            hatch(painter, QRectF(0, 0, width, self.height() - 1), theme)
        elif self.marked:
            painter.fillRect(0, 0, width, self.height() - 1, theme.acc_bg)
        if self.marked:
            painter.fillRect(0, 0, 3, self.height() - 1, theme.orange_text if self.pending else theme.acc)
        self._draw(painter, QRectF(PAD, 5, 20, 20))
        small, body = theme.font("small"), theme.font("body", 700)
        state, clock = self.state(), self._clock()
        edge = width - PAD - (self.side.width() + 8 if self.side is not None else 0)
        used = draw_line(painter, QRect(edge - 150, 0, 150, 30), clock.words, small, theme[clock.token], right=True)[0]
        right = edge - used - (10 if used else 0)
        wide = min(QFontMetrics(small).horizontalAdvance(state.words) + 2, (right - 40) * 2 // 3)
        draw_line(painter, QRect(right - wide, 0, wide, 30), state.words, small, theme[state.token], right=True)
        ink = theme.t3 if self._over else theme.t1
        at = PAD + 28
        room = right - wide - 10 - at
        tag = QFontMetrics(small).horizontalAdvance(self._lead) + 6
        used, cut = draw_line(painter, QRect(at, 0, max(0, room - tag), 30), self.unit, body, ink)
        draw_line(painter, QRect(at + used + 6, 0, tag, 30), self._lead, small, theme.t2 if self.pending else theme.t3)
        self.whole(cut, self.unit)
        self.hairline(painter, self.height() - 1, PAD)
        if self.hasFocus():
            draw_focus(painter, self.rect(), theme, bottom=2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not event.modifiers():
            if not event.isAutoRepeat():
                self.picked.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)


class Remark(Part):
    """A sentence with its sign on the tint of its colour, on as many lines as it takes; read at each second."""

    def __init__(self, theme: Theme, icon: str, said: Words, token: str) -> None:
        super().__init__(theme, 28)
        self._icon, self.said, self._token = icon, said, token
        self.setAccessibleName(said())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        room = QRect(0, 0, max(40, self.width() - 2 * PAD - 34), 200)
        flags = int(Qt.TextFlag.TextWordWrap)
        high = QFontMetrics(self.theme.font("small")).boundingRect(room, flags, self.said()).height()
        self.setFixedHeight(max(28, high + 14))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tint = {"red_text": theme.red_tint, "orange_text": theme.orange_tint}.get(self._token, theme.s2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawRoundedRect(QRectF(PAD, 1, self.width() - 2 * PAD, self.height() - 4), 4, 4)
        draw_icon(painter, QRectF(PAD + 8, 6, 14, 14), self._icon, theme[self._token], 2.0)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.t1)
        room = QRect(PAD + 28, 4, self.width() - 2 * PAD - 34, self.height() - 8)
        painter.drawText(room, int(Qt.TextFlag.TextWordWrap), self.said())


def _middle(painter: QPainter, rect: QRect, text: str, font: QFont, color: QColor) -> None:
    if QFontMetrics(font).horizontalAdvance(text) > rect.width() + 4:
        draw_line(painter, rect, text, font, color)
        return
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(rect.adjusted(-4, 0, 4, 0), Qt.AlignmentFlag.AlignCenter, text)
