"""Pictures of letters by Qt's painter, for any thread."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from widgets.map.drawing import Sprite

MOST = 8000
"""Letters that are kept."""


class QtLetters:
    """See `names.Letters`.

    Attributes:
        family: of the font.
    """

    def __init__(self, family: str) -> None:
        self.family = family
        self._paths: dict[tuple[str, float, bool], tuple[QPainterPath, float]] = {}
        self._stamps: dict[tuple[str, float, bool, str, bool, float], Sprite] = {}

    def width(self, text: str, px: float) -> float:
        return self._path(text, px, False)[1]

    def stamp(self, text: str, px: float, bold: bool, color: str, halo: bool, dpr: float) -> Sprite:
        key = (text, px, bold, color, halo, dpr)
        known = self._stamps.get(key)
        if known is None:
            if len(self._stamps) > MOST:
                self._stamps.clear()
            known = self._stamps[key] = self._drawn(text, px * dpr, bold, QColor(color), halo, dpr)
        return known

    def _drawn(self, text: str, px: float, bold: bool, color: QColor, halo: bool, dpr: float) -> Sprite:
        path, width = self._path(text, px, bold)
        wide, high = math.ceil(width / 2) + 4, math.ceil(px * 0.7) + 4
        image = QImage(2 * wide, 2 * high, QImage.Format.Format_RGBA8888_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(wide, high)
        if halo:
            pen = QPen(color, 3 * max(px / 13, 1))
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(path, pen)
        else:
            painter.fillPath(path, color)
        painter.end()
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(2 * high, image.bytesPerLine())
        pixels = rows[:, : 8 * wide].reshape(2 * high, 2 * wide, 4).copy()
        return Sprite(pixels, dpr, wide / dpr, high / dpr)

    def _path(self, text: str, px: float, bold: bool) -> tuple[QPainterPath, float]:
        """The outline of a text about its middle, and its width."""
        known = self._paths.get((text, px, bold))
        if known is None:
            if len(self._paths) > MOST:
                self._paths.clear()
            font = QFont(self.family)
            font.setPixelSize(max(round(px), 1))
            font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
            width = QFontMetricsF(font).horizontalAdvance(text)
            path = QPainterPath()
            path.setFillRule(Qt.FillRule.WindingFill)  # strokes of a letter may overlap
            path.addText(QPointF(-width / 2, px * 0.37), font, text)
            known = self._paths[text, px, bold] = (path, width)
        return known
