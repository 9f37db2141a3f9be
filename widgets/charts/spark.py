"""A sparkline: what a value did lately, a band of least and most behind its line, the last point as a dot."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from widgets.charts.scale import Curve, beat_of, unbroken
from widgets.kit.theme import Theme

BAND_ALPHA = 0.28


def draw_spark(painter: QPainter, rect: QRectF, curve: Curve, theme: Theme, old: bool = False) -> None:
    """Draws it into `rect`; nothing where there is no value. old: its values are, so the line is paler."""
    if not curve.known:
        return
    low, high = float(np.nanmin(curve.least)), float(np.nanmax(curve.most))
    span = (high - low) or 1.0
    start, end = int(curve.at[0]), int(curve.at[-1])
    x = rect.left() + (curve.at - start) / max(end - start, 1) * (rect.width() - 4)

    def y(values: np.ndarray) -> np.ndarray:
        place: np.ndarray = rect.bottom() - 2 - (values - low) / span * (rect.height() - 4)
        return place if high > low else np.full(len(values), rect.center().y())

    line, least, most = y(curve.value), y(curve.least), y(curve.most)
    color = theme.chart2 if old else theme.chart
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    parts = unbroken(curve, beat_of(curve))
    for a, b in parts:
        paint_band(painter, x[a:b], least[a:b], most[a:b], color)
        painter.setPen(QPen(color, theme.line_w["spark"]))
        painter.drawPolyline(polygon(x[a:b], line[a:b]))
    last = parts[-1][1] - 1
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.t3 if old else theme.t1)
    painter.drawEllipse(QPointF(x[last], line[last]), 2.5, 2.5)
    painter.restore()


def paint_band(painter: QPainter, x: np.ndarray, least: np.ndarray, most: np.ndarray, color: QColor) -> None:
    """Fills what lies between two lines (pixels)."""
    if len(x) < 2 or not bool((least != most).any()):
        return
    fill = QColor(color)
    fill.setAlphaF(BAND_ALPHA)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawPolygon(polygon(np.concatenate((x, x[::-1])), np.concatenate((most, least[::-1]))))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def polygon(x: np.ndarray, y: np.ndarray) -> QPolygonF:
    """Points (pixels) as Qt draws them; a single one is doubled, so that it is seen."""
    points = [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    return QPolygonF(points if len(points) != 1 else [points[0], points[0] + QPointF(0.5, 0)])
