"""Symbols and words of the map as sprites: images drawn once by QPainter, kept, as arrays that any renderer takes."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from widgets.kit.drawings import PATHS
from widgets.kit.icons import draw_icon
from widgets.kit.shapes import event_shape, heading_wedge
from widgets.kit.symbols import (
    EVENT_RADIUS_FAR,
    UNIT_RADIUS,
    empty_image,
    event_radius,
    event_symbol,
    round_pen,
    unit_color,
    unit_symbol,
)
from widgets.kit.theme import Theme
from widgets.map.drawing import Sprite

FRAME = 5.0
"""Pixels between the symbol of a case and the frame around it."""
ALARM_RADIUS = 12
"""Pixels, of the ring around the bell of an alarm."""


def sprite_of(image: QImage, ax: float | None = None, ay: float | None = None) -> Sprite:
    """An image as a sprite; its middle stands on the place unless said otherwise, logical pixels."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888_Premultiplied)
    rows = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(plain.height(), plain.bytesPerLine())
    pixels = rows[:, : plain.width() * 4].reshape(plain.height(), plain.width(), 4).copy()
    dpr = image.devicePixelRatio()
    middle = plain.width() / dpr / 2, plain.height() / dpr / 2
    return Sprite(pixels, dpr, middle[0] if ax is None else ax, middle[1] if ay is None else ay)


@lru_cache(maxsize=2048)
def event_sprite(level: int, pattern: str, small: bool, theme: Theme, dpr: float) -> Sprite:
    """An event by itself; small without the tab of its sign."""
    radius = EVENT_RADIUS_FAR if small else event_radius(level)
    return sprite_of(event_symbol(level, pattern, radius, theme, not small, dpr))


@lru_cache(maxsize=2048)
def group_sprite(level: int, count: int, theme: Theme, dpr: float) -> Sprite:
    """Several events: the shape of the most urgent level with their number."""
    return sprite_of(_group_image(level, count, theme, dpr))


@lru_cache(maxsize=512)
def case_sprite(level: int, pattern: str, waits: bool, theme: Theme, dpr: float) -> Sprite:
    """A case without an event: the symbol of one with a frame around it, dashed as long as it waits to be sent."""
    symbol = event_symbol(level, pattern, event_radius(level), theme, True, dpr)
    side = event_radius(level) + FRAME
    half = max(round(symbol.width() / dpr / 2), round(side) + 2)
    image = QImage(round(2 * half * dpr), round(2 * half * dpr), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    painter = QPainter(image)
    _blit(painter, symbol, half, half)
    pen = QPen(theme.level(level, "text"), 1.5)
    if waits:
        pen.setDashPattern([2.0, 2.0])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawRoundedRect(QRectF(half - side, half - side, 2 * side, 2 * side), 4, 4)
    painter.end()
    return sprite_of(image)


@lru_cache(maxsize=64)
def alarm_sprite(level: int, waits: bool, theme: Theme, dpr: float) -> Sprite:
    """A bell in a ring of its level: filled as long as nobody acknowledged it."""
    half = ALARM_RADIUS + 3
    image = QImage(round(2 * half * dpr), round(2 * half * dpr), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.map.color("land"), 5))
    painter.setBrush(theme.level(level, "fill") if waits else theme.s1)
    painter.drawEllipse(QPointF(half, half), ALARM_RADIUS, ALARM_RADIUS)
    painter.setPen(QPen(theme.level(level, "fill"), 2))
    painter.drawEllipse(QPointF(half, half), ALARM_RADIUS, ALARM_RADIUS)
    ink = theme.level(level, "ink") if waits else theme.level(level)
    draw_icon(painter, QRectF(half - 8, half - 8, 16, 16), "bell", ink, 2.25)
    painter.end()
    return sprite_of(image)


@lru_cache(maxsize=4096)
def unit_sprite(
    shape: str, state: int, heading: int, theme: Theme, chosen: bool, stale: bool, dpr: float, radius: float
) -> Sprite:
    """A unit with the wedge of its heading (degrees from north, -1 for none)."""
    return sprite_of(_unit_image(shape, state, heading, theme, chosen, stale, dpr, radius))


@lru_cache(maxsize=4096)
def word_sprite(text: str, color: str, halo: str, theme: Theme, dpr: float, east: float, south: float) -> Sprite:
    """A word whose left edge and middle line are `east` and `south` pixels of its place."""
    image = _word_image(text, QColor(color).rgb(), QColor(halo).rgb(), theme, dpr)
    return sprite_of(image, -east, -south + image.height() / dpr / 2)


@lru_cache(maxsize=64)
def sensor_sprite(color: str, land: str, off: bool, dpr: float) -> Sprite:
    """A ring with a dot: something that measures."""
    image, painter = _empty(7, dpr)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(land))
    painter.drawEllipse(QPointF(0, 0), 6, 6)
    shade = _faint(color, off)
    painter.setBrush(shade)
    painter.drawEllipse(QPointF(0, 0), 1.8, 1.8)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(shade)
    painter.drawEllipse(QPointF(0, 0), 4.5, 4.5)
    painter.end()
    return sprite_of(image)


@lru_cache(maxsize=64)
def camera_sprite(color: str, land: str, off: bool, dpr: float) -> Sprite:
    """A box with a lens."""
    image, painter = _empty(8, dpr)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(land))
    painter.drawRoundedRect(QRectF(-7, -5.5, 14, 11), 3, 3)
    painter.setBrush(_faint(color, off))
    painter.drawRoundedRect(QRectF(-5, -3.5, 7, 7), 1.2, 1.2)
    painter.drawPolygon([QPointF(2.5, -0.4), QPointF(5.5, -3), QPointF(5.5, 3), QPointF(2.5, 0.4)])
    painter.end()
    return sprite_of(image)


@lru_cache(maxsize=4096)
def crowd_sprite(topic: str, count: int, color: str, land: str, theme: Theme, dpr: float) -> Sprite:
    """How many sensors (round) or cameras (square) are at a place: a quiet frame with their number."""
    text = str(count) if count < 1000 else f"{count / 1000:.1f}k" if count < 10_000 else f"{count // 1000}k"
    wide, high = max(7.0 + 3.0 * len(text), 10.0), 9.0
    image, painter = _empty(round(wide) + 2, dpr)
    painter.setPen(QPen(QColor(color), 1.0))
    back = QColor(land)
    back.setAlphaF(0.86)
    painter.setBrush(back)
    corner = high if topic == "sensor" else 3.0
    painter.drawRoundedRect(QRectF(-wide, -high, 2 * wide, 2 * high), corner, corner)
    painter.setFont(theme.font("axis"))
    painter.drawText(QRectF(-wide, -high, 2 * wide, 2 * high), Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return sprite_of(image)


def _blit(painter: QPainter, image: QImage, x: float, y: float) -> None:
    """An image with its middle at a place, on whole device pixels so that it stays sharp."""
    dpr = image.devicePixelRatio()
    left, top = round(x * dpr - image.width() / 2) / dpr, round(y * dpr - image.height() / 2) / dpr
    painter.drawImage(QPointF(left, top), image)


def _unit_image(
    shape: str, state: int, heading: int, theme: Theme, chosen: bool, stale: bool, dpr: float, radius: float
) -> QImage:
    """A unit with the wedge of its heading (degrees from north, -1 for none): one image, so that it is one blit."""
    plain: QImage = unit_symbol(shape, state, theme, chosen, stale, dpr, radius)
    if heading < 0:
        return plain
    half = math.ceil(UNIT_RADIUS * 2.6)
    image = QImage(round(2 * half * dpr), round(2 * half * dpr), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    painter = QPainter(image)
    _blit(painter, plain, half, half)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(half, half)
    painter.rotate(heading)
    with PATHS:
        painter.strokePath(heading_wedge(UNIT_RADIUS), QPen(theme.map.color("land"), 2))
        painter.fillPath(heading_wedge(UNIT_RADIUS), unit_color(theme, chosen, stale))
    painter.end()
    return image


def _group_image(level: int, count: int, theme: Theme, dpr: float) -> QImage:
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
        painter.strokePath(shape, round_pen(theme.map.color("land"), 7))
        painter.strokePath(shape, round_pen(rim, 5))
        painter.fillPath(shape, fill)
    painter.end()
    return image


@lru_cache(maxsize=1024)
def _word_image(text: str, color: int, halo: int, theme: Theme, dpr: float) -> QImage:
    """A short text with a halo."""
    font = theme.font("small")
    wide = QFontMetricsF(font).horizontalAdvance(text)
    image = QImage(round((wide + 10) * dpr), round(22 * dpr), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addText(QPointF(5, 15.5), font, text)
    pen = QPen(QColor.fromRgb(halo), 3.5)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.fillPath(path, QColor.fromRgb(color))
    painter.end()
    return image


def _faint(color: str, off: bool) -> QColor:
    shade = QColor(color)
    shade.setAlphaF(0.45 if off else 1.0)
    return shade


def _empty(half: int, dpr: float) -> tuple[QImage, QPainter]:
    """An empty square image of 2 `half` logical pixels, painted about its middle."""
    image, painter = empty_image(half, dpr)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return image, painter
