"""The bar of time at the foot: new events in each ten minutes of the last six hours. Nothing is foretold."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cockpit.model.ages import hour_minute
from cockpit.model.clock import HOUR, MINUTE
from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded

HEIGHT = 72
BIN = 10 * MINUTE
SPAN = 6 * HOUR
AHEAD = 20 * MINUTE
"""Room after now, so that the marker stands free."""


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
    """The bars. `show_events` gives it what occurred."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._occurred: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._now = 0
        self._known = True

    def show_events(self, occurred: NDArray[np.int64], now: int, known: bool = True) -> None:
        """Args: known: False while there is no data at all: no bars, and no axis of nothing."""
        self._occurred, self._now, self._known = occurred, now, known
        self.setAccessibleDescription(str(int(count_bins(occurred, now)[1].sum())))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, t, painter = self.ctx.theme, self.ctx.t, QPainter(self)
        painter.fillRect(self.rect(), theme.s1)
        painter.fillRect(0, 0, self.width(), 1, theme.line)
        first, counts = count_bins(self._occurred, self._now)
        top = scale_top(int(counts.max(initial=0)))
        right_most = first + SPAN + BIN + AHEAD
        text = QFontMetricsF(theme.font("small"))
        words = (t("map.new_events"), t("map.new_events_unit"))
        left = max(130.0, max(text.horizontalAdvance(w) for w in words) + 50)
        plot = QRectF(left, 12, self.width() - left - 18, 34)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.t1)
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
        self._marker(painter, now_x, plot)

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
