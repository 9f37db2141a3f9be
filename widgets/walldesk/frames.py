"""How long the frames of a screen took in the last minutes: what is kept of each report, and its curve."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cockpit.model.ages import hour_minute
from cockpit.model.clock import MINUTE
from cockpit.model.wallstate import WallState
from widgets.kit.panel import guarded
from widgets.walldesk.hand import Hand

KEPT = 10 * MINUTE
LINE_60 = 1000 / 60
"""Milliseconds of a frame at 60 a second."""
WORTH = 40.0
"""The longest frames are drawn up to here, unless the usual ones take longer, milliseconds."""
GAP = 20_000_000
"""Two reports further apart are not joined by a line, microseconds."""


class FrameHistory:
    """Frame times by machine and screen as they were reported: (when UTC us, median ms, longest ms)."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], deque[tuple[int, float, float]]] = {}

    def note(self, state: WallState) -> None:
        """Takes in what machines last reported; the same report twice is once."""
        for node in state.nodes:
            for health in node.report.screens:
                kept = self._kept.setdefault((node.report.machine, health.screen), deque())
                if health.frame_ms and (not kept or kept[-1][0] < node.heard):
                    kept.append((node.heard, health.frame_ms, health.worst_ms))
                while kept and kept[-1][0] - kept[0][0] > KEPT:
                    kept.popleft()

    def of(self, machine: str, screen: int) -> list[tuple[int, float, float]]:
        return list(self._kept.get((machine, screen), ()))


class FrameChart(QWidget):
    """The curve of the first chosen screen; what its dashed line is stands over it, where no curve goes through."""

    def __init__(self, hand: Hand, history: FrameHistory, parent: QWidget) -> None:
        super().__init__(parent)
        self._hand, self._history = hand, history
        self.setMinimumSize(160, 90)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def sizeHint(self) -> QSize:
        return QSize(396, 180)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, hand, theme = QPainter(self), self._hand, self._hand.ctx.theme
        screens = hand.screens
        points = self._history.of(screens[0].machine, screens[0].id) if screens else []
        now = hand.ctx.clock.wall()
        painter.setFont(theme.font("axis"))
        box = QRectF(26, 8, self.width() - 34, self.height() - 28)
        # what one frame took stands in words under it: it must not press the line flat
        most = max((max(median, min(worst, WORTH)) for _, median, worst in points), default=0.0)
        top = next((one for one in (20.0, 40.0, 100.0, 200.0, 500.0) if one >= most), 1000.0)

        def at(when: int, ms: float) -> QPointF:
            x = box.right() - (now - when) / KEPT * box.width()
            return QPointF(max(box.left(), x), box.bottom() - min(ms, top) / top * box.height())

        for ms in (0.0, top / 2, top):
            y = round(at(now, ms).y()) + 0.5
            painter.setPen(QPen(theme.grid, 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(theme.t3)
            painter.drawText(
                QRectF(0, y - 8, 20, 16), int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), f"{ms:g}"
            )
        for back, where in (
            (KEPT, Qt.AlignmentFlag.AlignLeft),
            (KEPT // 2, Qt.AlignmentFlag.AlignHCenter),
            (0, Qt.AlignmentFlag.AlignRight),
        ):
            painter.drawText(
                QRectF(box.left(), box.bottom() + 4, box.width(), 16),
                int(where),
                hour_minute(hand.ctx.clock.city.at(now - back)),
            )
        self._limit(painter, box, at(now, LINE_60).y())
        if not points:
            painter.setPen(theme.t2)
            painter.setFont(theme.font("small"))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), hand.ctx.t("walldesk.no_frames"))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for which, token, width in ((2, "chart2", 1.0), (1, "t1", theme.line_w["chart"])):
            painter.setPen(QPen(theme[token], width))
            for part in _unbroken(points):
                painter.drawPolyline(QPolygonF([at(one[0], one[which]) for one in part]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.t1)
        painter.drawEllipse(at(points[-1][0], points[-1][1]), 3, 3)

    def _limit(self, painter: QPainter, box: QRectF, y: float) -> None:
        theme = self._hand.ctx.theme
        pen = QPen(theme.t2, 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawLine(QPointF(box.left(), round(y) + 0.5), QPointF(box.right(), round(y) + 0.5))


def _unbroken(points: list[tuple[int, float, float]]) -> list[list[tuple[int, float, float]]]:
    parts: list[list[tuple[int, float, float]]] = [[]]
    for point in points:
        if parts[-1] and point[0] - parts[-1][-1][0] > GAP:
            parts.append([])
        parts[-1].append(point)
    return parts
