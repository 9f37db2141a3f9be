"""Draws what lies between base map and symbols: alert areas, trails, dots of sensors and cameras. Worker thread."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QTransform

from widgets.map.camera import Camera
from widgets.map.raster.base import Alive, Stopped, cosmetic, image_of, rings_path, world_transform
from widgets.map.raster.geometry import path_of
from widgets.map.raster.splat import splat, thin
from widgets.map.scene import Alert, Dots
from widgets.map.style import MapStyle

Floats = NDArray[np.float64]
Lines = list[Floats]
DOTS_FROM, DOTS_FULL, GLYPHS_FROM = 11.5, 14.0, 15.6
"""Zooms: where dots begin, where they are at full strength, where they become symbols."""


class Under(msgspec.Struct, frozen=True):
    """What to draw; empty for a hidden layer.

    Attributes:
        trails: three pieces by age, oldest first, polylines (n, 2) in Mercator metres.
    """

    alerts: tuple[Alert, ...] = ()
    trails: tuple[Lines, Lines, Lines] = ([], [], [])
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
        for lines, alpha in zip(under.trails, style.trail_alpha, strict=True):
            if not alive():
                raise Stopped
            _trail(painter, lines, camera, QColor(color), alpha, style.trail_width)
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


def _trail(painter: QPainter, lines: Lines, camera: Camera, color: QColor, alpha: float, width: float) -> None:
    box = camera.box
    kept = [
        line
        for line in (_spaced(line, 1.5 / camera.scale) for line in lines)
        if line[:, 0].max() > box[0]
        and line[:, 0].min() < box[2]
        and line[:, 1].max() > box[1]
        and line[:, 1].min() < box[3]
    ]
    if not kept:
        return
    points = np.concatenate(kept)
    starts = np.concatenate([[0], np.cumsum([len(line) for line in kept])[:-1]]).astype(np.int64)
    color.setAlphaF(alpha)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(cosmetic(color, width * camera.dpr * (0.75 if camera.zoom < 13 else 1), False))
    painter.drawPath(path_of(points[:, 0], points[:, 1], starts))


def _spaced(line: Floats, least: float) -> Floats:
    """The line without points that are nearer to their cell-mate than can be seen; its ends stay."""
    cell = np.floor(line / least)
    keep = np.ones(len(line), dtype=bool)
    keep[1:] = (np.diff(cell, axis=0) != 0).any(axis=1)
    keep[-1] = True
    spaced: Floats = line[keep]
    return spaced


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
