"""What the colours of the scope map mean, and who made the map: always in sight, under it."""

from __future__ import annotations

import re

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.drill.bins import Bins
from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded
from widgets.map.themed import map_style

HIGH, PAD = 48, 12
STRONGER = 1.9
"""Times the opacity of areas that another map has."""
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)


class MapLegend(QWidget):
    """Attributes:
    bins: what it shows. credit: who made the map, and what its areas are.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self.bins, self._unit, self._points = ctx, Bins(), "", 0
        self.setFixedHeight(HIGH)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def show_bins(self, bins: Bins, unit: str, points: int) -> None:
        self.bins, self._unit, self._points = bins, unit, points
        self.setAccessibleName(f"{' · '.join(bins.labels)} {unit}. {self.credit}")
        self.update()

    def retranslate(self) -> None:
        t, pack = self.ctx.t, self.ctx.pack
        self.notice, self.credit = t.pack(pack.notice), t.pack(pack.credit)
        self.setToolTip(" · ".join(filter(None, (self.credit, self.notice))))
        self.update()

    def retheme(self) -> None:
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.setPen(QPen(theme.line, 1))
        painter.drawLine(0, 0, self.width(), 0)
        painter.setFont(theme.font("axis"))
        metrics = QFontMetricsF(theme.font("axis"))
        right = [" · ".join(filter(None, (self._unit, re.split("[，,]", self.notice)[0]))), self.credit]
        room = self.width() * 0.6
        for i, words in enumerate(right):
            painter.setPen(theme.t2 if i == 0 else theme.t3)
            cut = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            box = QRectF(self.width() - PAD - room, 6 + 18 * i, room, 18)
            painter.drawText(box, _MIDDLE | int(Qt.AlignmentFlag.AlignRight), cut)
        labels = self.bins.labels
        if not labels:
            return
        taken = min(room, max(metrics.horizontalAdvance(words) for words in right))
        wide = min((self.width() - 3 * PAD - taken) / len(labels), 56)
        if any(metrics.horizontalAdvance(words) > wide - 4 for words in labels):
            labels = tuple(words.partition("–")[0] for words in labels)  # where each class begins
        alphas = map_style(theme).choropleth_alpha
        for i, words in enumerate(labels):
            color = QColor(theme.map.color("choropleth"))
            color.setAlphaF(min(alphas[min(i, len(alphas) - 1)] * STRONGER, 0.7))
            box = QRectF(PAD + i * wide, 12, wide, 8)
            painter.fillRect(box, theme.map.color("land"))
            painter.fillRect(box, color)
            painter.setPen(QPen(theme.line2, 1))
            painter.drawRect(box)
            painter.setPen(theme.t2)
            painter.drawText(QRectF(box.left(), 22, wide + 8, 18), _MIDDLE, words)
