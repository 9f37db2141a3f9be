"""Draws what lies between base map and symbols: alert areas, trails, dots of sensors and cameras. Worker thread."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QTransform

from widgets.map.camera import Camera
from widgets.map.motion import Trail
from widgets.map.raster.base import Alive, Stopped, cosmetic, image_of, rings_path, world_transform
from widgets.map.raster.geometry import path_of
from widgets.map.raster.splat import splat, thin
from widgets.map.scene import Alert, Dots
from widgets.map.style import MapStyle

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_ZERO = np.zeros(1, dtype=np.int64)
DOTS_FROM, DOTS_FULL, GLYPHS_FROM = 11.5, 14.0, 15.6
"""Zooms: where dots begin, where they are at full strength, where they become symbols."""


class Under(msgspec.Struct, frozen=True):
    """What to draw; empty for a hidden layer.

    Attributes:
        trail: of all units, None when hidden.
    """

    alerts: tuple[Alert, ...] = ()
    trail: Trail | None = None
    sensors: Dots = Dots()
    cameras: Dots = Dots()
    stale: bool = False


def draw_under(under: Under, camera: Camera, style: MapStyle, alive: Alive) -> QImage:
    """The image of a view, transparent where nothing is.

    Raises:
        Stopped: `alive` said no.
    """
    image = image_of(camera, alpha=True)
    image.fill(0)
    _dots(image, under.sensors, camera, QColor(style.trail))
    _dots(image, under.cameras, camera, QColor(style.t2))
    painter = QPainter(image)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _glyphs(painter, under.sensors, camera, QColor(style.trail), style, _sensor)
        _glyphs(painter, under.cameras, camera, QColor(style.t2), style, _camera)
        painter.setTransform(world_transform(camera))
        for alert in sorted(under.alerts, key=lambda a: -a.level):
            if not alive():
                raise Stopped
            _alert(painter, alert, camera, style)
        color = style.stale if under.stale else style.trail
        pieces = under.trail.pieces() if under.trail else []
        for piece, alpha in zip(pieces, style.trail_alpha, strict=False):
            if not alive():
                raise Stopped
            _trail(painter, piece, camera, QColor(color), alpha, style.trail_width)
    finally:
        painter.end()
    return image


def _alert(painter: QPainter, alert: Alert, camera: Camera, style: MapStyle) -> None:
    path = rings_path(alert.rings)
    color = QColor(style.levels[alert.level])
    pen = cosmetic(color, 1.5 * camera.dpr, False)
    pen.setDashPattern([8 / 1.5, 4 / 1.5])
    fill = QColor(style.fills[alert.level])
    fill.setAlphaF(0.045)
    painter.setBrush(fill)
    painter.setPen(pen)
    painter.drawPath(path)


def _trail(
    painter: QPainter, piece: tuple[Floats, Floats, Ints], camera: Camera, color: QColor, alpha: float, width: float
) -> None:
    x, y, starts = _spaced(*piece, 1.5 / camera.scale)
    color.setAlphaF(alpha)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(cosmetic(color, width * camera.dpr * (0.7 if camera.zoom < 13 else 1), False))
    box = camera.box
    ends = np.append(starts[1:], len(x))
    if not len(x):
        return
    # paths of few lines: many in one stroke many times slower
    left, right = np.minimum.reduceat(x, starts), np.maximum.reduceat(x, starts)
    low, high = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    seen = np.flatnonzero((right > box[0]) & (left < box[2]) & (high > box[1]) & (low < box[3]))
    for i in seen.tolist():
        a, b = int(starts[i]), int(ends[i])
        painter.drawPath(path_of(x[a:b], y[a:b], _ZERO))


def _spaced(x: Floats, y: Floats, starts: Ints, least: float) -> tuple[Floats, Floats, Ints]:
    """The lines without points that lie in the cell of the one before; ends stay."""
    if not len(x):
        return x, y, starts
    column, row = np.floor(x / least), np.floor(y / least)
    keep = np.ones(len(x), dtype=bool)
    keep[1:] = (np.diff(column) != 0) | (np.diff(row) != 0)
    keep[starts] = True
    keep[np.append(starts[1:], len(x)) - 1] = True
    return x[keep], y[keep], (np.cumsum(keep) - 1)[starts]


def _dots(image: QImage, dots: Dots, camera: Camera, color: QColor) -> None:
    """Dots that fade with the distance; far out one for a cell, stronger where more are."""
    zoom = camera.zoom
    if zoom < DOTS_FROM - 1.5 or not len(dots.x) or zoom >= GLYPHS_FROM:
        return
    strength = float(np.clip((zoom - DOTS_FROM + 2.2) / (DOTS_FULL - DOTS_FROM + 2.2), 0.3, 1.0)) * 0.8
    px, py = (v * camera.dpr for v in camera.to_screen(dots.x, dots.y))
    radius = (1.4 if zoom < 13 else 1.8) * camera.dpr
    if zoom < 13.2:
        near = (px > -20) & (py > -20) & (px < image.width() + 20) & (py < image.height() + 20)
        if not near.any():
            return
        # cells anchored in the plane, so that panning moves no dot
        cell = 9 / camera.scale
        x, y, count = thin(dots.x[near], dots.y[near], cell)
        px, py = (v * camera.dpr for v in camera.to_screen(x, y))
        alpha = strength * np.clip(0.55 + 0.15 * np.sqrt(count), 0, 1)
        splat(image, px, py, alpha, color, radius)
        return
    splat(image, px, py, np.where(dots.off, strength * 0.4, strength), color, radius)


def _glyphs(
    painter: QPainter,
    dots: Dots,
    camera: Camera,
    color: QColor,
    style: MapStyle,
    draw: Callable[[QPainter, QColor, QColor], None],
) -> None:
    if camera.zoom < GLYPHS_FROM or not len(dots.x):
        return
    px, py = camera.to_screen(dots.x, dots.y)
    for i in np.flatnonzero((px > -10) & (py > -10) & (px < camera.width + 10) & (py < camera.height + 10)).tolist():
        shade = QColor(color)
        if dots.off[i]:
            shade.setAlphaF(0.45)
        painter.setTransform(QTransform.fromScale(camera.dpr, camera.dpr).translate(px[i], py[i]))
        draw(painter, shade, QColor(style.land))


def _sensor(painter: QPainter, color: QColor, land: QColor) -> None:
    """A ring with a dot: something that measures."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(land)
    painter.drawEllipse(QPointF(0, 0), 6, 6)
    painter.setBrush(color)
    painter.drawEllipse(QPointF(0, 0), 1.8, 1.8)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(color)
    painter.drawEllipse(QPointF(0, 0), 4.5, 4.5)


def _camera(painter: QPainter, color: QColor, land: QColor) -> None:
    """A box with a lens."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(land)
    painter.drawRoundedRect(QRectF(-7, -5.5, 14, 11), 3, 3)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(-5, -3.5, 7, 7), 1.2, 1.2)
    lens = QPainterPath(QPointF(2.5, -0.4))
    lens.lineTo(5.5, -3)
    lens.lineTo(5.5, 3)
    lens.lineTo(2.5, 0.4)
    painter.drawPath(lens)
