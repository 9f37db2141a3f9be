"""Draws events, groups and units from cached images: one blit a mark."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from widgets.kit.drawings import PATHS
from widgets.kit.shapes import event_shape, heading_wedge
from widgets.kit.symbols import EVENT_RADIUS_FAR, UNIT_RADIUS, event_radius, event_symbol, unit_color, unit_symbol
from widgets.kit.theme import Theme
from widgets.map.camera import Camera
from widgets.map.marks import Marks
from widgets.map.scene import Cases, Events, Units

Floats = NDArray[np.float64]
UNITS_SMALL_UNTIL = 12.6
MANY = 1500
"""Units in view from which they are drawn small and without a heading."""


def draw_events(painter: QPainter, events: Events, marks: Marks, camera: Camera, theme: Theme) -> None:
    groups = marks.clusters
    sx, sy = camera.to_screen(groups.x, groups.y)
    seen = (sx > -40) & (sy > -40) & (sx < camera.width + 40) & (sy < camera.height + 40)
    rows, dpr = np.flatnonzero(seen), camera.dpr
    columns = (groups.level[rows], groups.count[rows], groups.first[rows], marks.small[rows], sx[rows], sy[rows])
    kept: dict[tuple[int, int | str, bool], tuple[QImage, float, float]] = {}
    draw, patterns = painter.drawImage, events.patterns
    for level, count, first, small, x, y in zip(*(column.tolist() for column in columns), strict=True):
        what = (level, count if count > 1 else patterns[first], small)
        known = kept.get(what)
        if known is None:
            if count > 1:
                image = group_symbol(level, count, theme, dpr)
            else:
                radius = EVENT_RADIUS_FAR if small else event_radius(level)
                image = event_symbol(level, patterns[first], radius, theme, not small, dpr)
            known = kept[what] = (image, image.width() / 2, image.height() / 2)
        image, half_wide, half_high = known
        draw(QPointF(round(x * dpr - half_wide) / dpr, round(y * dpr - half_high) / dpr), image)


def draw_cases(painter: QPainter, cases: Cases, camera: Camera, theme: Theme) -> None:
    """Cases without an event: the symbol of one with a frame around it, dashed as long as it waits to be sent."""
    if not len(cases.keys):
        return
    sx, sy = camera.to_screen(cases.x, cases.y)
    for i, (x, y) in enumerate(zip(sx.tolist(), sy.tolist(), strict=True)):
        if not (-40 < x < camera.width + 40 and -40 < y < camera.height + 40):
            continue
        level = int(cases.level[i])
        blit(painter, event_symbol(level, cases.patterns[i], event_radius(level), theme, True, camera.dpr), x, y)
        pen = QPen(theme.level(level, "text"), 1.5)
        if cases.waits[i]:
            pen.setDashPattern([2.0, 2.0])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        side = event_radius(level) + 5
        painter.drawRoundedRect(QRectF(x - side, y - side, 2 * side, 2 * side), 4, 4)


def draw_units(painter: QPainter, units: Units, at: Floats, camera: Camera, theme: Theme, chosen: str) -> None:
    """Units where they are now; `at` of shape (N, 2)."""
    if not len(at):
        return
    sx, sy = camera.to_screen(at[:, 0], at[:, 1])
    seen = np.flatnonzero((sx > -20) & (sy > -20) & (sx < camera.width + 20) & (sy < camera.height + 20))
    small = camera.zoom < UNITS_SMALL_UNTIL or len(seen) > MANY
    radius = 3.6 if small else UNIT_RADIUS
    last = -1
    for i in seen.tolist():
        if units.keys[i] == chosen:
            last = i
            continue
        _unit(painter, units, i, float(sx[i]), float(sy[i]), theme, camera.dpr, radius, False)
    if last >= 0:
        _unit(painter, units, last, float(sx[last]), float(sy[last]), theme, camera.dpr, UNIT_RADIUS, True)


def _unit(
    painter: QPainter, units: Units, i: int, x: float, y: float, theme: Theme, dpr: float, radius: float, chosen: bool
) -> None:
    heading = float(units.heading[i])
    turn = round(heading / 10) * 10 % 360 if radius == UNIT_RADIUS and math.isfinite(heading) else -1
    image = unit_image(units.shapes[i], int(units.state[i]), turn, theme, chosen, units.stale, dpr, radius)
    blit(painter, image, x, y)


def blit(painter: QPainter, image: QImage, x: float, y: float) -> None:
    """An image with its middle at a place, on whole device pixels so that it stays sharp."""
    dpr = image.devicePixelRatio()
    left, top = round(x * dpr - image.width() / 2) / dpr, round(y * dpr - image.height() / 2) / dpr
    painter.drawImage(QPointF(left, top), image)


@lru_cache(maxsize=2048)
def unit_image(
    shape: str, state: int, heading: int, theme: Theme, chosen: bool, stale: bool, dpr: float, radius: float
) -> QImage:
    """A unit with the wedge of its heading (degrees from north, -1 for none): one image, so that it is one blit."""
    plain = unit_symbol(shape, state, theme, chosen, stale, dpr, radius)
    if heading < 0:
        return plain
    half = math.ceil(UNIT_RADIUS * 2.6)
    image = QImage(round(2 * half * dpr), round(2 * half * dpr), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    painter = QPainter(image)
    blit(painter, plain, half, half)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(half, half)
    painter.rotate(heading)
    with PATHS:
        painter.strokePath(heading_wedge(UNIT_RADIUS), QPen(theme.map.color("land"), 2))
        painter.fillPath(heading_wedge(UNIT_RADIUS), unit_color(theme, chosen, stale))
    painter.end()
    return image


@lru_cache(maxsize=512)
def group_symbol(level: int, count: int, theme: Theme, dpr: float) -> QImage:
    """The shape of the most urgent level with a count; the sign of the level stands small above it."""
    text = str(count) if count < 1000 else f"{count // 1000}k"
    radius = {1: 17.0, 2: 15.0}.get(level, 13.0) + (2 if count >= 10 else 0) + (3 if count >= 100 else 0)
    image = _group_shape(level, radius, theme, dpr).copy()
    half = image.width() / dpr / 2
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(half, half)
    painter.setFont(theme.font("small", 700) if count < 100 else theme.font("axis", 700))
    painter.setPen(theme.level(level, "ink"))
    painter.drawText(QRectF(-half, -half, 2 * half, 2 * half - 1), Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return image


@lru_cache(maxsize=64)
def _group_shape(level: int, radius: float, theme: Theme, dpr: float) -> QImage:
    """The shape without its count: hundreds of groups differ in nothing else."""
    half = math.ceil(radius * 1.2) + 5
    image = QImage(round(2 * half * dpr), round(2 * half * dpr), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(half, half)
    fill = theme.level(level, "fill")
    rim = QColor(fill)
    rim.setAlphaF(0.35)
    with PATHS:
        shape = event_shape(level, radius)
        painter.strokePath(shape, _pen(theme.map.color("land"), 7))
        painter.strokePath(shape, _pen(rim, 5))
        painter.fillPath(shape, fill)
    painter.end()
    return image


def draw_ring(painter: QPainter, x: float, y: float, radius: float, color: QColor, width: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, width))
    painter.drawEllipse(QPointF(x, y), radius, radius)


def _pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
