"""Symbols of events and units as cached images, the same on map, lists and wall.

An event's shape and colour tell its level, the pattern its kind, the tab its sign: the three are redundant on purpose.
A unit's shape tells its kind; hollow is free, filled is busy, grey is old, the accent with a ring is chosen.
Images are premultiplied ARGB with their device pixel ratio set, and square: their middle is the place. They are drawn
with QPainter only, so any thread may ask. Do not draw on them, they are shared.
"""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from cockpit.model.tables import UnitState
from widgets.kit.drawings import PATHS, drawings
from widgets.kit.shapes import event_shape, roman_bars, unit_shape
from widgets.kit.theme import Theme, level_of

EVENT_RADIUS = {1: 17.0, 2: 14.0, 3: 12.0, 4: 12.0, 5: 12.0}
"""Radius of an event's symbol by its level, pixels."""
EVENT_RADIUS_FAR = 9.0
"""Far out, or where it is crowded; drawn without the tab."""
UNIT_RADIUS = 7.0
HALO = 2.0
TAB = 16.0
TAB_AT = (14.0, 13.0)
"""Size of the tab at the lower right, and where its middle is."""
PATTERN = 16.0
RING = 2.2
"""Radius of the ring around a chosen unit, in radii."""


def event_radius(level: int) -> float:
    return EVENT_RADIUS[level_of(level)]


def pattern_names() -> frozenset[str]:
    """Patterns that can be drawn; any other name is drawn as `other`."""
    return frozenset(drawings("patterns"))


def draw_pattern(painter: QPainter, rect: QRectF, pattern: str, color: QColor, width: float = 1.9) -> None:
    """Draw the pattern of a kind of events into `rect`."""
    known = drawings("patterns")
    (known.get(pattern) or known["other"]).draw(painter, rect, color, width)


def draw_badge(painter: QPainter, rect: QRectF, level: int, theme: Theme) -> None:
    """Draw the severity badge, a filled square with the sign: 28 px in lists, 40 on a page, 16 in chips."""
    level = level_of(level)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.level(level, "fill"))
    radius = min(4.0, rect.width() / 6)
    painter.drawRoundedRect(rect, radius, radius)
    painter.translate(rect.center())
    painter.fillPath(roman_bars(level, rect.width()), theme.level(level, "ink"))
    painter.restore()


def draw_event(
    painter: QPainter, at: QPointF, level: int, pattern: str, radius: float, theme: Theme, tab: bool = True
) -> None:
    """Draw the symbol of an event with its middle at `at`."""
    level = level_of(level)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(at)
    shape = event_shape(level, radius)
    land = theme.map.color("land")
    painter.strokePath(shape, round_pen(land, 2 * HALO))
    painter.fillPath(shape, theme.level(level, "fill"))
    scale = radius / EVENT_RADIUS[level]
    side = min(PATTERN * scale, radius * 1.3)
    draw_pattern(painter, QRectF(-side / 2, -side / 2, side, side), pattern, theme.level(level, "ink"), 2.0)
    if tab:
        _draw_tab(painter, level, scale, theme)
    painter.restore()


def _draw_tab(painter: QPainter, level: int, scale: float, theme: Theme) -> None:
    size = TAB * scale if scale > 1 else TAB
    x, y = (v * max(scale, 0.75) for v in TAB_AT)
    # half pixels, so that the one pixel frame is sharp
    rect = QRectF(round(x - size / 2) + 0.5, round(y - size / 2) + 0.5, round(size) - 1, round(size) - 1)
    painter.setPen(round_pen(theme.level(level, "text"), max(1.0, scale)))
    painter.setBrush(theme.s1)
    painter.drawRoundedRect(rect, 3 * max(scale, 1), 3 * max(scale, 1))
    painter.translate(rect.center())
    painter.fillPath(roman_bars(level, size * 1.2), theme.level(level, "text"))


def draw_unit(
    painter: QPainter,
    at: QPointF,
    shape: str,
    state: int,
    theme: Theme,
    chosen: bool = False,
    stale: bool = False,
    radius: float = UNIT_RADIUS,
) -> None:
    """Draw the symbol of a unit with its middle at `at`, without the wedge of its heading."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(at)
    path = unit_shape(shape, radius)
    land = theme.map.color("land")
    painter.strokePath(path, round_pen(land, 2 * 1.5))
    color = unit_color(theme, chosen, stale)
    if chosen:
        ring = QPainterPath()
        ring.addEllipse(QPointF(0, 0), RING * radius, RING * radius)
        painter.strokePath(ring, round_pen(color, 1.5))
    if state == UnitState.OFF_DUTY and not chosen:
        painter.strokePath(path, round_pen(theme.chart2, 1.25))
    elif state == UnitState.FREE:
        painter.fillPath(path, land)
        painter.strokePath(path, round_pen(color, 1.6))
    else:
        painter.fillPath(path, color)
        painter.strokePath(path, round_pen(color, 1.0))
    painter.restore()


def unit_color(theme: Theme, chosen: bool = False, stale: bool = False) -> QColor:
    """The colour of a unit, of its wedge and its name: never an alert's."""
    return theme.acc if chosen else theme.chart if stale else theme.map.color("unit")


@lru_cache(maxsize=2048)
def event_symbol(level: int, pattern: str, radius: float, theme: Theme, tab: bool = True, dpr: float = 1.0) -> QImage:
    """The symbol of an event as an image.

    Args:
        level: 1 to 5; anything else is 未定级.
        pattern: name of a pattern of the pack; an unknown one is drawn as `other`.
        radius: pixels, see `EVENT_RADIUS`.
        tab: with the sign at the lower right.
        dpr: device pixels a pixel.
    """
    scale = radius / event_radius(level)
    reach = radius / math.cos(math.pi / 6) + HALO + 1
    if tab:
        reach = max(reach, TAB_AT[0] * max(scale, 0.75) + TAB * max(scale, 1) / 2 + max(scale, 1) / 2 + 1.5)
    image, painter = empty_image(reach, dpr)
    with PATHS:
        draw_event(painter, QPointF(0, 0), level, pattern, radius, theme, tab)
    painter.end()
    return image


@lru_cache(maxsize=512)
def unit_symbol(
    shape: str,
    state: int,
    theme: Theme,
    chosen: bool = False,
    stale: bool = False,
    dpr: float = 1.0,
    radius: float = UNIT_RADIUS,
) -> QImage:
    """The symbol of a unit as an image, without the wedge of its heading (`shapes.heading_wedge`)."""
    reach = (RING if chosen else 1.25) * radius + 3
    image, painter = empty_image(reach, dpr)
    with PATHS:
        draw_unit(painter, QPointF(0, 0), shape, state, theme, chosen, stale, radius)
    painter.end()
    return image


@lru_cache(maxsize=128)
def badge(level: int, size: float, theme: Theme, dpr: float = 1.0) -> QImage:
    """The severity badge as an image."""
    image, painter = empty_image(size / 2, dpr)
    with PATHS:
        draw_badge(painter, QRectF(-size / 2, -size / 2, size, size), level, theme)
    painter.end()
    return image


def empty_image(reach: float, dpr: float) -> tuple[QImage, QPainter]:
    """An empty square image whose middle is (0, 0) and that shows at least `reach` each way."""
    half = math.ceil(reach)
    side = round(2 * half * dpr)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.translate(half, half)
    return image, painter


def round_pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
