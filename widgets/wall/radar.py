"""雷达: the dimensions of the city's index around one middle, the outer ring is 100."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from cockpit.model.messages import Message
from widgets.signs.score import index_of
from widgets.wall.index import ScorePanel, draw_dimensions
from widgets.wall.kit import PanelState
from widgets.wall.paint import draw_mark, draw_old, draw_words, faint
from widgets.wall.sizes import wide

_RINGS = (25, 50, 75, 100)


class WallRadar(ScorePanel):
    """Where there is no room for names around the figure, the dimensions stand in a list."""

    panel_id: ClassVar[str] = "wallradar"
    title_id: ClassVar[str] = "wallkit.radar"
    options: ClassVar[Mapping[str, Any]] = {"dimensions": []}
    ample: ClassVar[tuple[float, float]] = (30, 24)

    def gather(self) -> None:
        super().gather()
        if 0 < len(self.dimensions) < 3:
            self.show_state(PanelState.EMPTY, Message("wallkit.radar_few", {"n": len(self.dimensions)}))
        elif self.dimensions:
            self.set_facts(Message("wallkit.radar_index", {"value": f"{index_of(self.dimensions):.1f}"}))

    def paint(self, painter: QPainter, box: QRectF) -> None:
        kind, t = self.type, self.ctx.t
        if len(self.dimensions) < 3:
            return
        names = [t.pack(one.name) for one in self.dimensions]
        label = max(wide(name, kind.row) for name in names)
        high, gap = kind.row * 2.3, kind.gap * 1.5
        below = max(self._way(i).y() for i in range(len(names)))
        radius = min((box.width() - 2 * (label + gap)) / 2, (box.height() - 2 * (high + gap)) / (1 + below))
        beside = box.height() * 0.94
        apart = box.width() >= beside + kind.row * 10 and beside >= kind.row * 3.4
        if radius < self.base.row * 2.2 or (apart and radius < box.height() * 0.36):
            if apart:
                self._figure(painter, QPointF(box.left() + beside / 2, box.center().y()), beside / 2 - kind.line * 2)
                draw_dimensions(painter, box.adjusted(beside + kind.pad, 0, 0, 0), self.dimensions, kind, self.theme, t)
            else:
                draw_dimensions(painter, box, self.dimensions, kind, self.theme, t)
            return
        spare = box.height() - 2 * (high + gap) - radius * (1 + below)
        middle = QPointF(box.center().x(), box.top() + spare / 2 + high + gap + radius)
        self._figure(painter, middle, radius)
        for i, name in enumerate(names):
            self._label(painter, middle, radius, i, name, label, high)

    def _way(self, i: int) -> QPointF:
        turn = 2 * math.pi * i / len(self.dimensions) - math.pi / 2
        return QPointF(math.cos(turn), math.sin(turn))

    def _figure(self, painter: QPainter, middle: QPointF, radius: float) -> None:
        kind, theme, many = self.type, self.theme, self.dimensions
        ways = [self._way(i) for i in range(len(many))]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ring in _RINGS:
            painter.setPen(QPen(theme.line2 if ring == 100 else theme.line, kind.hair))
            painter.drawPolygon(QPolygonF([middle + way * (radius * ring / 100) for way in ways]))
        painter.setPen(QPen(theme.line, kind.hair))
        for way in ways:
            painter.drawLine(middle, middle + way * radius)
        shape = QPolygonF(
            [middle + way * (radius * max(one.score, 2) / 100) for way, one in zip(ways, many, strict=True)]
        )
        painter.setPen(
            QPen(
                theme.chart if self.old else theme.t2,
                kind.line,
                Qt.PenStyle.SolidLine,
                Qt.PenCapStyle.RoundCap,
                Qt.PenJoinStyle.RoundJoin,
            )
        )
        painter.setBrush(faint(theme.chart, 0.28))
        painter.drawPolygon(shape)
        painter.setPen(Qt.PenStyle.NoPen)
        for at in shape.toList():
            painter.setBrush(theme.t1)
            painter.drawEllipse(at, kind.line * 1.5, kind.line * 1.5)
        painter.restore()

    def _label(
        self, painter: QPainter, middle: QPointF, radius: float, i: int, name: str, label: float, high: float
    ) -> None:
        """Name and score of a dimension outside its corner, with the sign of its gravest level."""
        kind, theme, one, way = self.type, self.theme, self.dimensions[i], self._way(i)
        at = middle + way * (radius + kind.gap * 1.5)
        side = "middle" if abs(way.x()) < 0.25 else "left" if way.x() > 0 else "right"
        left = at.x() - label / 2 if side == "middle" else at.x() if side == "left" else at.x() - label
        top = at.y() - high if way.y() < -0.8 else at.y() if way.y() > 0.7 else at.y() - high / 2
        draw_words(painter, QRectF(left, top, label, high / 2), name, kind.min, theme.t2, side=side)
        score = f"{one.score:.0f}"
        took, mark = wide(score, kind.row, True), kind.row * 0.8 if one.worst else 0.0
        stopped = kind.min * 1.1 if one.old else 0.0
        whole = took + (mark + kind.gap if mark else 0.0) + stopped
        x = left + (label - whole) / 2 if side == "middle" else left if side == "left" else left + label - whole
        if stopped:
            draw_old(painter, x, top + high * 0.75, kind.min, theme)
            x += stopped
        row = QRectF(x, top + high / 2, took + 1, high / 2)
        draw_words(painter, row, score, kind.row, theme.t1, True)
        draw_mark(painter, QRectF(x + took + kind.gap, row.center().y() - mark / 2, mark, mark), one.worst, theme)


PANELS = {"wallradar": WallRadar}
