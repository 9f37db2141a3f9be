"""Where the map of a wall looks, and how wide its lines are: of a canvas, whatever part of it a screen shows."""

from __future__ import annotations

import math
from functools import lru_cache

import msgspec
import numpy as np

from cockpit.model.city import Pack
from cockpit.model.layout import Rect
from cockpit.model.wallstate import MapView
from widgets.kit.theme import Theme
from widgets.kit.wallsight import Part
from widgets.map.camera import EARTH, MAX_SCALE, Box, box_of, mercator, wgs84
from widgets.map.labels import ROAD_PX
from widgets.map.raster.pane import Pane
from widgets.map.style import MapStyle
from widgets.map.themed import map_style
from widgets.wall.sizes import SEAM

LEAST_PX = 37.0
"""The smallest type that the sizes of `../shared/look` are drawn for: symbols grow and shrink with it."""
CITY_GROUND = 3600.0
"""Metres of the ground from top to bottom that the city's view has at the least."""
LEAST_GROUND, MOST_GROUND = 0.02, 2000.0
"""Metres a pixel between which a view is shown."""
MOST_LAT = 85.0
EVENT_GROUND = 2600.0
"""Metres of the ground along the shorter side about an event that is followed."""
PAD = 0.08
"""Of the canvas that stays free around an area that is followed."""


def letter_factor(least: float) -> float:
    """Pixels of the canvas a logical pixel of the map, so that its smallest names are as large as they must be."""
    return least / ROAD_PX


@lru_cache(maxsize=4)
def wall_style(theme: Theme) -> MapStyle:
    """The map's colours, with roads `wall_scale` times as wide as at a desk where names are `LEAST_PX` high."""
    style = map_style(theme)
    share = float(theme.map.of("wall_scale")) * ROAD_PX / LEAST_PX
    roads = {
        name: msgspec.structs.replace(road, width=road.width * share, case_width=road.case_width * share)
        for name, road in style.roads.items()
    }
    return msgspec.structs.replace(style, roads=roads)


class Canvas(msgspec.Struct, frozen=True):
    """What of a panel a widget draws, px of the panel.

    Attributes:
        size: of the whole panel. cut: what the widget shows. main: the screen in whose middle what is followed stands.
        upper, lower: the screens that hold what floats at the top and at the foot of the map, cut to the panel.
        seams: where no word may be, for bezels.
    """

    size: tuple[int, int]
    cut: Rect
    main: Rect
    upper: Rect
    lower: Rect
    seams: tuple[Rect, ...] = ()


def canvas_of(part: Part | None, width: int, height: int) -> Canvas:
    """The canvas of a panel; without a part the widget is all of it."""
    if part is None:
        whole = Rect(0, 0, max(width, 1), max(height, 1))
        return Canvas((whole.w, whole.h), whole, whole, whole, whole)
    panel = part.panel
    cut = Rect(part.cut.x - panel.x, part.cut.y - panel.y, part.cut.w, part.cut.h)
    screens = [one for one in (_within(screen, panel) for screen in part.screens) if one is not None]
    if cut not in screens:
        screens.append(cut)
    x, y = panel.w / 2, panel.h / 2

    def by_size(one: Rect) -> tuple[float, float, int, int]:
        away = math.hypot(one.x + one.w / 2 - x, one.y + one.h / 2 - y)
        return -one.w * one.h, away, one.y, one.x

    main = min(screens, key=by_size)
    column = [one for one in screens if one.x == main.x and one.w == main.w and one.h * 3 >= main.h]
    upper, lower = min(column, key=lambda one: one.y), max(column, key=lambda one: one.y + one.h)
    return Canvas((panel.w, panel.h), cut, main, upper, lower, _seams(screens, panel))


def _within(screen: Rect, panel: Rect) -> Rect | None:
    left, top = max(screen.x, panel.x), max(screen.y, panel.y)
    right, bottom = min(screen.x + screen.w, panel.x + panel.w), min(screen.y + screen.h, panel.y + panel.h)
    return Rect(left - panel.x, top - panel.y, right - left, bottom - top) if right > left and bottom > top else None


def _seams(screens: list[Rect], panel: Rect) -> tuple[Rect, ...]:
    """Strips about the edges of screens that lie within the panel."""
    strips = []
    for one in screens:
        for x in (one.x, one.x + one.w):
            if 0 < x < panel.w:
                strips.append(Rect(x - SEAM, one.y, 2 * SEAM, one.h))
        for y in (one.y, one.y + one.h):
            if 0 < y < panel.h:
                strips.append(Rect(one.x, y - SEAM, one.w, 2 * SEAM))
    return tuple(dict.fromkeys(strips))


def pane_at(x: float, y: float, scale: float, size: tuple[int, int], factor: float) -> Pane:
    """A canvas about a place in Mercator metres; its pixels lie on the grid of its scale (device pixels a metre)."""
    scale = min(scale, MAX_SCALE * factor)
    left, top = round(x * scale - size[0] / 2), round(y * scale + size[1] / 2)
    return Pane(left / scale, top / scale, scale, size[0], size[1], factor)


def pane_of_view(view: MapView, size: tuple[int, int], factor: float) -> Pane:
    """Where the wall's own view looks; north is up whatever its bearing. It stays on the earth and above the ground."""
    lat = min(max(view.lat, -MOST_LAT), MOST_LAT)
    x, y = mercator(view.lon, lat)
    ground = min(max(view.scale, LEAST_GROUND), MOST_GROUND)
    return pane_at(float(x), float(y), math.cos(math.radians(lat)) / ground, size, factor)


def pane_of_city(pack: Pack, size: tuple[int, int], factor: float, all_of_it: bool) -> Pane:
    """The middle of the city as near as it opens at a desk; or as much of it as fills the canvas. No side is empty, as
    those of a ribbon would be on which all of a city stood."""
    west, south, east, north = box_of(pack.bounds)
    full = max(size[0] / (east - west), size[1] / (north - south))
    x, y = (float(one) for one in mercator(*pack.centre))
    like_desk = 256 * 2**pack.zoom / (2 * math.pi * EARTH) * factor
    scale = full if all_of_it else max(min(like_desk, size[1] * _stretch(y) / CITY_GROUND), full)
    wide, high = size[0] / scale / 2, size[1] / scale / 2
    x, y = min(max(x, west + wide), east - wide), min(max(y, south + high), north - high)
    return pane_at(x, y, scale, size, factor)


def pane_of_event(x: float, y: float, canvas: Canvas, factor: float) -> Pane:
    """The surroundings of a place in Mercator metres, which stands in the middle of a screen, not on a bezel."""
    size, main = canvas.size, canvas.main
    scale = min(min(size) * _stretch(y) / EVENT_GROUND, MAX_SCALE * factor)
    east = (size[0] / 2 - main.x - main.w / 2) / scale
    south = (size[1] / 2 - main.y - main.h / 2) / scale
    return pane_at(x + east, y - south, scale, size, factor)


def pane_of_box(box: Box, size: tuple[int, int], factor: float) -> Pane:
    """All of a box in Mercator metres."""
    wide, high = max(box[2] - box[0], 1.0), max(box[3] - box[1], 1.0)
    scale = min(size[0] / wide, size[1] / high) * (1 - 2 * PAD)
    return pane_at((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, scale, size, factor)


def view_of(pane: Pane) -> MapView:
    """Where a canvas looks, as the wall tells it."""
    west, south, east, north = pane.box
    lon, lat = wgs84((west + east) / 2, (south + north) / 2)
    return MapView(lon, lat, math.cos(math.radians(lat)) / pane.scale)


def box_of_rings(rings: tuple[object, ...]) -> Box | None:
    """What rings cover, Mercator metres; None for none."""
    if not rings:
        return None
    x = np.concatenate([ring.x for ring in rings])  # type: ignore[attr-defined]
    y = np.concatenate([ring.y for ring in rings])  # type: ignore[attr-defined]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _stretch(y: float) -> float:
    """Metres on the ground a Mercator metre at a place."""
    return math.cos(math.radians(wgs84(0.0, y)[1]))
