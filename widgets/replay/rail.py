"""The rail of a replay: how far the tape reaches, where it has gaps, where the replay is; drag or arrow keys go."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from cockpit.model.ages import hour_minute
from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, local
from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded
from widgets.replay.when import Times

SPANS = (HOUR, 6 * HOUR, DAY, 7 * DAY)
"""How much of the tape the rail may show."""
_STEPS = (MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY)
_SIDE = 14


class Rail(QWidget):
    """A piece of the tape around the instant that is shown. Times are of the hub's clock, words of the city's.

    Attributes:
        span: how much of it may be seen, UTC us; of a shorter tape the whole is, and nothing beyond.
        sought: a person wants another instant, UTC us of the hub's clock; while dragging only where it is let go.
    """

    sought = Signal(object)

    def __init__(self, ctx: PanelContext, times: Times, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self._times = times
        self.span = SPANS[1]
        self._at, self._start, self._end = 0, 0, 0
        self._gaps: tuple[tuple[int, int], ...] = ()
        self._left = 0
        self._held: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(44)
        self.setMinimumWidth(160)
        self.setCursor(Qt.CursorShape.SizeHorCursor)

    def tell(self, at: int, start: int, end: int, gaps: Sequence[tuple[int, int]]) -> None:
        """Where the replay is, how far the tape reaches, and where it has nothing; UTC us of the hub's clock."""
        if not self._end and end > start:  # the whole of a short tape, and no more than a few hours of a long one
            self.span = next((span for span in SPANS[:2] if span >= end - start), SPANS[1])
        self._at, self._start, self._end, self._gaps = at, start, end, tuple(gaps)
        self._follow()
        self.update()

    def set_span(self, span: int) -> None:
        self.span = span
        self._left = 0
        self._follow()
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(self.ctx.t("replay.rail"))
        self.setToolTip(self.ctx.t("replay.rail_keys"))

    @property
    def seen(self) -> int:
        """How much of the tape is drawn, us: the rail does not reach into what is not written yet."""
        return max(min(self.span, self._end - self._start), SECOND)

    def _follow(self) -> None:
        """The instant stays in sight; the rail jumps by pieces of itself and does not crawl under the hand."""
        if self._held is not None:
            return
        low, high = self._left, self._left + self.seen
        if not low + self.seen * 0.05 <= self._at <= high - self.seen * 0.05:
            self._left = self._at - self.seen // 2
        self._left = min(max(self._left, self._start), max(self._end - self.seen, self._start))

    def _x(self, at: int) -> float:
        return _SIDE + (at - self._left) / self.seen * (self.width() - 2 * _SIDE)

    def _time(self, x: float) -> int:
        share = (x - _SIDE) / max(self.width() - 2 * _SIDE, 1)
        at = self._left + round(min(max(share, 0.0), 1.0) * self.seen)
        return min(max(at, self._start), self._end)

    def _seek(self, at: int) -> None:
        if self._end > self._start:
            self.sought.emit(min(max(at, self._start), self._end))

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._end > self._start:
            self._held = self._time(event.position().x())
            self.update()

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._held = self._time(event.position().x())
            self.update()

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at, self._held = self._held, None
        if at is not None:
            self._at = at
            self._seek(at)
            self.update()

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Shows more of the tape, or less."""
        i = SPANS.index(self.span) + (1 if event.angleDelta().y() < 0 else -1)
        self.set_span(SPANS[min(max(i, 0), len(SPANS) - 1)])
        event.accept()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go a sixtieth of what is seen, with Shift a tenth; Home and End to the tape's ends."""
        step = self.seen // (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 60)
        key = event.key()
        if key == Qt.Key.Key_Left:
            self._seek(self._at - step)
        elif key == Qt.Key.Key_Right:
            self._seek(self._at + step)
        elif key == Qt.Key.Key_Home:
            self._seek(self._start)
        elif key == Qt.Key.Key_End:
            self._seek(self._end)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.ctx.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(theme.acc, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(_SIDE, 18, self.width() - 2 * _SIDE, 6)
        painter.setBrush(theme.line)
        painter.drawRoundedRect(bar, 3, 3)
        if self._end <= self._start:
            return
        at = self._at if self._held is None else self._held
        low, high = max(self._x(self._start), bar.left()), min(self._x(self._end), bar.right())
        painter.setBrush(theme.line2)
        painter.drawRoundedRect(QRectF(low, bar.top(), max(high - low, 2), bar.height()), 3, 3)
        painter.setBrush(theme.replay)
        painter.drawRoundedRect(QRectF(low, bar.top(), max(min(self._x(at), high) - low, 2), bar.height()), 3, 3)
        self._paint_gaps(painter, bar)
        self._paint_hours(painter, bar)
        self._paint_marker(painter, self._x(at), bar, held=self._held is not None)

    def _paint_gaps(self, painter: QPainter, bar: QRectF) -> None:
        """Where nothing was written, hatched over the ground: nobody takes it for a quiet hour."""
        theme = self.ctx.theme
        for start, end in self._gaps:
            left, right = max(self._x(start), bar.left()), min(self._x(end), bar.right())
            if right - left >= 1:
                where = QRectF(left, bar.top() - 3, right - left, bar.height() + 6)
                painter.fillRect(where, theme.s1)
                painter.fillRect(where, QBrush(theme.orange_text, Qt.BrushStyle.BDiagPattern))

    def _paint_hours(self, painter: QPainter, bar: QRectF) -> None:
        theme = self.ctx.theme
        painter.setFont(theme.font("axis"))
        step = next((s for s in _STEPS if s / self.seen * bar.width() >= 64), DAY)
        midnight = 8 * HOUR  # of Shanghai, so that steps of hours fall on full ones there
        first = self._times.city(self._left)
        mark = ((first + midnight) // step + 1) * step - midnight
        while (x := self._x(self._times.wall(mark))) <= bar.right():
            if x >= bar.left():
                painter.fillRect(QRectF(round(x), bar.bottom() + 1, 1, 4), theme.line2)
                painter.setPen(theme.t2)
                box = QRectF(x - 34, bar.bottom() + 4, 68, 15)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _words(mark, step))
            mark += step

    def _paint_marker(self, painter: QPainter, x: float, bar: QRectF, held: bool) -> None:
        theme = self.ctx.theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.t1)
        painter.drawRect(QRectF(x - 1, bar.top() - 4, 2, bar.height() + 8))
        y = bar.top() - 4
        painter.drawPolygon(QPolygonF([QPointF(x - 6, y - 8), QPointF(x + 6, y - 8), QPointF(x, y)]))
        if held and self._held is not None:
            painter.setFont(theme.font("small", 700))
            words = clock_words(self._times.city(self._held))
            wide = painter.fontMetrics().horizontalAdvance(words) + 12
            left = min(max(x + 10, 0), self.width() - wide)
            painter.setBrush(theme.s3)
            painter.drawRoundedRect(QRectF(left, 0, wide, 18), 3, 3)
            painter.setPen(theme.t1)
            painter.drawText(QRectF(left, 0, wide, 18), Qt.AlignmentFlag.AlignCenter, words)


def _words(mark: int, step: int) -> str:
    here = local(mark)
    if step >= DAY or (here.hour == 0 and here.minute == 0):
        return f"{here.month}-{here.day:02d}"
    return hour_minute(mark)


def clock_words(us: int) -> str:
    """“07-14 17:42:36”, as a replay writes its instant; UTC us of the city's clock."""
    return local(us).strftime("%m-%d %H:%M:%S")
