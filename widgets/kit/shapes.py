"""Outlines of symbols as paths around (0, 0): the shape tells an event's level, and a unit's kind."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF


def _polygon(points: list[tuple[float, float]]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    path.closeSubpath()
    return path


def _regular(corners: int, radius: float, first: float) -> QPainterPath:
    """A regular polygon; `first` is the direction of its first corner in degrees, 0 to the right, -90 up."""
    turn = [math.radians(first + 360 * i / corners) for i in range(corners)]
    return _polygon([(radius * math.cos(a), radius * math.sin(a)) for a in turn])


@lru_cache(maxsize=256)
def event_shape(level: int, radius: float) -> QPainterPath:
    """Ⅰ diamond, Ⅱ hexagon (`radius` to its flat sides), Ⅲ rounded square, Ⅳ and 未定级 circle."""
    if level == 1:
        return _regular(4, radius, 0)
    if level == 2:
        return _regular(6, radius / math.cos(math.pi / 6), 0)
    path = QPainterPath()
    if level == 3:
        path.addRoundedRect(QRectF(-radius, -radius, 2 * radius, 2 * radius), radius / 4, radius / 4)
    else:
        path.addEllipse(QPointF(0, 0), radius, radius)
    return path


@lru_cache(maxsize=256)
def unit_shape(shape: str, radius: float) -> QPainterPath:
    """The outline of a unit of a kind; a circle for a shape that there is none of."""
    match shape:
        case "square":
            side = radius * 0.92
            return _polygon([(-side, -side), (side, -side), (side, side), (-side, side)])
        case "triangle":
            return _polygon([(0, -1.15 * radius), (1.15 * radius, 0.85 * radius), (-1.15 * radius, 0.85 * radius)])
        case "hexagon":
            return _regular(6, 1.12 * radius, -90)
        case "pentagon":
            return _regular(5, 1.15 * radius, -90)
        case "shield":
            path = QPainterPath(QPointF(0, -1.15 * radius))
            path.lineTo(radius, -0.75 * radius)
            path.lineTo(radius, 0.05 * radius)
            path.quadTo(radius, 0.8 * radius, 0, 1.25 * radius)
            path.quadTo(-radius, 0.8 * radius, -radius, 0.05 * radius)
            path.lineTo(-radius, -0.75 * radius)
            path.closeSubpath()
            return path
        case _:
            path = QPainterPath()
            path.addEllipse(QPointF(0, 0), radius, radius)
            return path


@lru_cache(maxsize=64)
def heading_wedge(radius: float) -> QPainterPath:
    """The wedge that tells where a unit of `radius` heads, for heading north; rotate by the heading."""
    tip, foot, half = -2.3 * radius, -1.6 * radius, 0.5 * radius
    return _polygon([(0, tip), (half, foot), (-half, foot)])


@lru_cache(maxsize=64)
def roman_bars(level: int, size: float) -> QPainterPath:
    """The sign Ⅰ Ⅱ Ⅲ Ⅳ or – as filled bars in a square of `size` around (0, 0): no font draws it this evenly."""
    path = QPainterPath()
    height, wide = size * 0.44, max(1.0, size * 0.08)
    gap = size * 0.175

    def bar(x: float) -> None:
        path.addRect(QRectF(x - wide / 2, -height / 2, wide, height))

    if level in (1, 2, 3):
        for i in range(level):
            bar((i - (level - 1) / 2) * gap)
    elif level == 4:
        bar(-size * 0.21)
        left, right, half = -size * 0.1, size * 0.24, wide * 0.55
        mid = (left + right) / 2
        top, foot = -height / 2, height / 2
        corners = [
            (left, top), (left + 2 * half, top), (mid, foot - size * 0.1), (right - 2 * half, top), (right, top),
            (mid + half, foot), (mid - half, foot),
        ]  # fmt: skip
        path.addPath(_polygon(corners))
    else:
        path.addRect(QRectF(-size * 0.17, -wide / 2, size * 0.34, wide))
    return path
