"""The bar of time at the foot: new events in each ten minutes of the last six hours. Nothing is foretold.

A span is picked by dragging over the bars, or by keys; what is on the map then is of that span.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from cockpit.model.ages import hour_minute
from cockpit.model.clock import HOUR, MINUTE
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded

HEIGHT = 72
BIN = 10 * MINUTE
SPAN = 6 * HOUR
AHEAD = 20 * MINUTE
"""Room after now, so that the marker stands free."""
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


def count_bins(occurred: NDArray[np.int64], now: int) -> tuple[int, NDArray[np.int64]]:
    """New events by ten minutes of the wall.

    Args:
        occurred: shape (N,), UTC us; 0 is left out.
        now: UTC us.

    Returns:
        Start of the first bin (UTC us) and counts; the last bin is the one that runs.
    """
    bins = SPAN // BIN + 1
    first = now // BIN * BIN - SPAN
    number = (occurred[(occurred >= first) & (occurred <= now)] - first) // BIN
    return first, np.bincount(number, minlength=bins)[:bins]


def scale_top(highest: int) -> int:
    """Upper end of the axis: a round number not below the highest bar."""
    if highest <= 4:
        return 4
    power = 10 ** math.floor(math.log10(highest))
    return next(int(m * power) for m in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if m * power >= highest)


class TimeBar(QWidget):
    """The bars. `show_events` gives it what occurred.

    Attributes:
        span: start and end that are picked, UTC us, whole bins; (0, 0) for none.
        picked: another span is picked; (0, 0): none any more.
        scrubbed: the marker of now was dragged to another instant, UTC us: the city is wanted as it was then.
    """

    picked = Signal(object, object)
    scrubbed = Signal(object)

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._occurred: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._now = 0
        self._known = True
        self.span = (0, 0)
        self._from: int | None = None
        self._scrub: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)

    def show_events(self, occurred: NDArray[np.int64], now: int, known: bool = True) -> None:
        """Args: known: False while there is no data at all: no bars, and no axis of nothing."""
        self._occurred, self._now, self._known = occurred, now, known
        self.setAccessibleDescription(str(int(count_bins(occurred, now)[1].sum())))
        self.update()

    # A span.

    def pick(self, start: int, end: int) -> None:
        """Picks the bins from that of `start` to that of `end`, UTC us, both among them; 0, 0 for none."""
        if end:
            low, high = sorted((start, end))
            first = self._now // BIN * BIN - SPAN
            low, high = max(low // BIN * BIN, first), min(high // BIN * BIN, first + SPAN) + BIN
            start, end = low, max(high, low + BIN)
        if (start, end) != self.span:
            self.span = (start, end)
            self.picked.emit(start, end)
            self.update()

    def _time_at(self, x: float) -> int:
        plot, first, right_most = self._scale()
        share = min(max((x - plot.left()) / max(plot.width(), 1.0), 0.0), 1.0)
        return round(first + share * (right_most - first))

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._known:
            if self._on_marker(event.position()):
                self._scrub = self._now
                return
            self._from = self._time_at(event.position().x())
            self._dragged = False

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._scrub is not None:
            self._scrub = min(self._time_at(event.position().x()), self._now)
            self.update()
        elif self._from is None:
            marked = self._known and self._on_marker(event.position())
            self.setCursor(Qt.CursorShape.SizeHorCursor if marked else Qt.CursorShape.IBeamCursor)
            self.setToolTip(self.ctx.t("replay.scrub" if marked else "layers.bar_keys"))
        if self._from is not None:
            at = self._time_at(event.position().x())
            if self._dragged or at // BIN != self._from // BIN:
                self._dragged = True
                self.pick(self._from, at)

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        scrub, self._scrub = self._scrub, None
        if scrub is not None:
            self.update()
            if scrub < self._now - MINUTE:  # a mere click on the marker moves nothing
                self.scrubbed.emit(scrub)
            return
        at, self._from = self._from, None
        if at is not None and not self._dragged:
            self.pick(0, 0) if self.span[1] else self.pick(at, at)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the span by a bin, with Shift they stretch it; Escape picks none."""
        key, (start, end) = event.key(), self.span
        by = {Qt.Key.Key_Left: -BIN, Qt.Key.Key_Right: BIN}.get(Qt.Key(key)) if key in _ARROWS else None
        if by is not None and self._known:
            if not end:
                self.pick(self._now, self._now)
            elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.pick(start, max(end - BIN + by, start))
            else:
                self._shift(by)
        elif key == Qt.Key.Key_Escape and end:
            self.pick(0, 0)
        else:
            super().keyPressEvent(event)

    def _shift(self, by: int) -> None:
        start, end = self.span
        first = self._now // BIN * BIN - SPAN
        if first <= start + by and end + by <= first + SPAN + BIN:
            self.pick(start + by, end - BIN + by)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(self.ctx.t("layers.bar"))
        self.setToolTip(self.ctx.t("layers.bar_keys"))
        self.update()

    def _on_marker(self, at: QPointF) -> bool:
        """Whether a place is on the marker of now."""
        plot, first, right_most = self._scale()
        x = plot.left() + (self._now - first) / (right_most - first) * plot.width()
        return abs(at.x() - x) <= 9 and at.y() <= plot.bottom() + 4

    def _scale(self) -> tuple[QRectF, int, int]:
        """Where the bars lie, and the times of its left and right ends."""
        t, text = self.ctx.t, QFontMetricsF(self.ctx.theme.font("small"))
        words = (t("map.new_events"), t("map.new_events_unit"))
        left = max(130.0, max(text.horizontalAdvance(w) for w in words) + 50)
        first = self._now // BIN * BIN - SPAN
        return QRectF(left, 12, self.width() - left - 18, 34), first, first + SPAN + BIN + AHEAD

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, t, painter = self.ctx.theme, self.ctx.t, QPainter(self)
        painter.fillRect(self.rect(), theme.s1)
        painter.fillRect(0, 0, self.width(), 1, theme.line)
        first, counts = count_bins(self._occurred, self._now)
        top = scale_top(int(counts.max(initial=0)))
        plot, _, right_most = self._scale()
        words, left = (t("map.new_events"), t("map.new_events_unit")), plot.left()
        painter.setFont(theme.font("small"))
        if self.span[1]:
            words = self._span_words()
        painter.setPen(theme.acc if self.span[1] else theme.t1)
        painter.drawText(QRectF(12, 14, left - 40, 18), int(Qt.AlignmentFlag.AlignVCenter), words[0])
        painter.setPen(theme.t2)
        painter.drawText(QRectF(12, 33, left - 40, 18), int(Qt.AlignmentFlag.AlignVCenter), words[1])
        if not self._known:
            painter.setPen(theme.t3)
            painter.drawText(plot, Qt.AlignmentFlag.AlignCenter, t("kit.age_never"))
            return
        painter.setFont(theme.font("axis"))
        edge = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for value, y in ((top, plot.top()), (0, plot.bottom())):
            painter.setPen(theme.t2)
            painter.drawText(QRectF(left - 40, y - 8, 34, 16), edge, str(value))
            painter.fillRect(QRectF(plot.left(), round(y), plot.width(), 1), theme.grid)

        def at(us: int) -> float:
            return plot.left() + (us - first) / (right_most - first) * plot.width()

        self._paint_span(painter, plot, at)
        for i, count in enumerate(counts.tolist()):
            if count:
                low, high = at(first + i * BIN) + 0.5, at(first + (i + 1) * BIN) - 0.5
                if i == len(counts) - 1:
                    high = max(min(high, at(self._now) - 1), low + 1)
                tall = max(count / top * plot.height(), 1.5)
                painter.fillRect(QRectF(low, plot.bottom() - tall, high - low, tall), theme.chart)
        painter.setPen(theme.t2)
        hour = (first // HOUR + 1) * HOUR
        now_x = at(self._now)
        while hour <= right_most:
            x = at(hour)
            painter.fillRect(QRectF(round(x), plot.bottom() + 1, 1, 4), theme.line2)
            if abs(x - now_x) > 46:
                box = QRectF(x - 24, plot.bottom() + 6, 48, 15)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, hour_minute(hour))
            hour += HOUR if plot.width() > 420 else 2 * HOUR
        self._marker(painter, now_x if self._scrub is None else at(self._scrub), plot)

    def _paint_span(self, painter: QPainter, plot: QRectF, at: Callable[[int], float]) -> None:
        """What is picked, with its times and how many events are in it; the frame of the focus."""
        theme, (start, end) = self.ctx.theme, self.span
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()), theme)
        if not end:
            return
        left, right = max(at(start), plot.left()), max(at(end), plot.left())
        fill = QColor(theme.acc)
        fill.setAlphaF(0.18)
        painter.fillRect(QRectF(left, plot.top() - 6, right - left, plot.height() + 6), fill)
        for x in (left, right):
            painter.fillRect(QRectF(round(x), plot.top() - 6, 1, plot.height() + 6), theme.acc)

    def _span_words(self) -> tuple[str, str]:
        """What is picked: its times, and how many events are in it."""
        start, end = self.span
        inside = int(((self._occurred >= start) & (self._occurred < end)).sum())
        return f"{hour_minute(start)}–{hour_minute(end)}", self.ctx.t("layers.span_words", n=f"{inside:,}")

    def _marker(self, painter: QPainter, x: float, plot: QRectF) -> None:
        theme = self.ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.acc, 2))
        painter.drawLine(QPointF(x, plot.top() - 6), QPointF(x, plot.bottom() + 4))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.acc)
        tip = plot.top() - 1
        painter.drawPolygon(QPolygonF([QPointF(x - 5, tip - 7), QPointF(x + 5, tip - 7), QPointF(x, tip)]))
        painter.setPen(theme.t1)
        painter.setFont(theme.font("axis", 700))
        box = QRectF(min(x - 24, self.width() - 50), plot.bottom() + 6, 48, 15)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, hour_minute(self._now))
