"""The map of a briefing: areas coloured by a measure, or the place of one event among them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import shapely

from cockpit.assist.briefing.charts import GREY, INK, PALE, RED
from cockpit.assist.briefing.drawing import Box, Dot, Drawing, Item, Points, Shape, Words, width_of
from cockpit.geo.areas import Areas

STEPS = ("#E7F0FB", "#BBD5EE", "#84B1DB", "#4A86BF", "#1F5690")
LIGHT_INK_FROM = 3
"""From this step on words on it are white."""
NO_DATA = "#F1F3F5"
_LEGEND = 96.0
_Room = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Zone(msgspec.Struct, frozen=True):
    """An area on the map; `value` None: no data. `said`: the number as printed."""

    code: str
    name: str
    value: float | None
    said: str
    link: str = ""


def steps_of(values: Sequence[float], whole: bool) -> list[tuple[float, float]]:
    """Up to five classes [low, high] with about as many areas in each, no two of the same colour for one value."""
    ordered = sorted(values)
    if not ordered:
        return []
    cuts: list[float] = []
    over, most = ordered, len(STEPS)
    if whole and ordered[0] == 0 < ordered[-1]:  # nothing at all is a class of its own
        over = [value for value in ordered if value]
        cuts, most = [over[0]], most - 1
    for n in range(1, most):
        at = over[min(len(over) - 1, round(n * len(over) / most))]
        if at > ordered[0] and (not cuts or at > cuts[-1]):
            cuts.append(at)
    lows = [ordered[0], *cuts]
    return [
        (low, max((v for v in ordered if v >= low and (i + 1 == len(lows) or v < lows[i + 1])), default=low))
        for i, low in enumerate(lows)
    ]


def choropleth(
    areas: Areas,
    zones: Sequence[Zone],
    say: Mapping[str, str],
    width: float = 453.0,
    height: float = 250.0,
    says: str = "",
    whole: bool = True,
) -> Drawing:
    """Areas coloured by their value.

    Args:
        say: words for the legend: `title`, `none`.
    """
    known = [zone for zone in zones if zone.code in areas]
    shapes = [areas.shape(zone.code) for zone in known]
    frame = _Frame(shapes, width, height, _LEGEND + 14)
    steps = steps_of([zone.value for zone in known if zone.value is not None], whole)
    offset = max(0, len(STEPS) - len(steps)) // 2
    items: list[Item] = []
    colours: list[int] = []
    for zone, shape in zip(known, shapes, strict=True):
        step = -1
        if zone.value is not None:
            step = max((i for i, (low, _) in enumerate(steps) if zone.value >= low), default=0) + offset
        colours.append(step)
        items += frame.shapes(shape, STEPS[step] if step >= 0 else NO_DATA, "#FFFFFF")
    items += frame.labels(known, shapes, colours)
    items += _legend(steps, offset, say, frame.right + 14, height, whole, any(step < 0 for step in colours))
    return Drawing(width, frame.height, tuple(items), says)


def around(
    areas: Areas, zones: Sequence[Zone], here: str, lon: float, lat: float, title: str, width: float = 453.0,
    height: float = 210.0, says: str = "",
) -> Drawing:  # fmt: skip
    """The place of an event among areas; the one in which it lies (`here`) is tinted."""
    known = [zone for zone in zones if zone.code in areas]
    shapes = [areas.shape(zone.code) for zone in known]
    frame = _Frame(shapes, width, height)
    items: list[Item] = []
    for zone, shape in zip(known, shapes, strict=True):
        items += frame.shapes(shape, "#DCE8F5" if zone.code == here else NO_DATA, PALE)
    taken: list[_Room] = []
    mark: list[Item] = []
    if math.isfinite(lon) and math.isfinite(lat):
        x, y = frame.at(lon, lat)
        long = width_of(title, 8.5, True)
        left = x + 9 + long > width
        start = x - 9 - long if left else x + 9
        taken += [(x - 6, y - 6, x + 6, y + 6), (start, y - 6, start + long, y + 5)]
        mark = [Dot(x, y, 5.5, RED, "#FFFFFF"), Words(start, y + 3, title, 8.5, RED, True, halo="#FFFFFF")]
    items += [*frame.labels(known, shapes, [-1] * len(known), taken), *mark]
    return Drawing(width, frame.height, tuple(items), says)


class _Frame:
    """From degrees to points: north up, metres the same both ways."""

    def __init__(self, shapes: Sequence[object], width: float, height: float, beside: float = 0.0) -> None:
        """Args:
        beside: room that is left free to the right of what is drawn.
        """
        west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object)) if shapes else (0, 0, 1, 1)
        squeeze = math.cos(math.radians((south + north) / 2))
        self._scale = min(
            (width - beside) / max((east - west) * squeeze, 1e-9), (height - 4) / max(north - south, 1e-9)
        )
        self._squeeze, self._north = squeeze, north
        self.height = (north - south) * self._scale + 4
        self._west = west - max(0.0, (width - beside) / self._scale / squeeze - (east - west)) / 2
        self.right = self.at(east, north)[0]
        self._fine = 0.35 / self._scale

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        return (lon - self._west) * self._squeeze * self._scale, (self._north - lat) * self._scale + 2

    def _ring(self, coords: Sequence[Sequence[float]]) -> Points:
        return tuple((round(x, 2), round(y, 2)) for x, y in (self.at(lon, lat) for lon, lat in coords))

    def shapes(self, shape: object, fill: str, edge: str) -> list[Item]:
        found: list[Item] = []
        for polygon in shapely.get_parts(shapely.simplify(shape, self._fine, preserve_topology=True)):
            rings = [shapely.get_coordinates(shapely.get_exterior_ring(polygon)).tolist()]
            rings += [
                shapely.get_coordinates(shapely.get_interior_ring(polygon, n)).tolist()
                for n in range(shapely.get_num_interior_rings(polygon))
            ]
            found.append(Shape(tuple(self._ring(ring) for ring in rings), fill, edge, 0.7))
        return found

    def labels(
        self, zones: Sequence[Zone], shapes: Sequence[object], steps: Sequence[int], room: Sequence[_Room] = ()
    ) -> list[Item]:
        """Name and number of the largest areas first, as far as they fit inside and beside each other; else the number
        alone, else nothing: a table says it.

        Args:
            room: that something else has taken.
        """
        items: list[Item] = []
        taken = list(room)
        order = sorted(range(len(zones)), key=lambda i: -float(shapely.area(shapes[i])))
        for i in order:
            zone, shape, step = zones[i], shapes[i], steps[i]
            x, y = self.at(*shapely.get_coordinates(shapely.point_on_surface(shape))[0])
            light = step >= LIGHT_INK_FROM
            colour = "#FFFFFF" if light else INK
            halo = STEPS[step] if step >= 0 else NO_DATA
            wide = width_of(zone.name, 7.5)
            number = width_of(zone.said, 8.5, True)
            name = Words(x, y - 1, zone.name, 7.5, colour, anchor="middle", halo=halo)
            value = Words(x, y + 9, zone.said, 8.5, colour, True, "middle", zone.link, halo)
            alone = Words(x, y + 3, zone.said, 8, colour, True, "middle", zone.link, halo)
            both = [name, value] if zone.said else [name]
            long = max(wide, number) / 2
            for box, made in (
                ((x - long, y - 9, x + long, y + (11 if zone.said else 2)), both),
                ((x - number / 2, y - 5, x + number / 2, y + 5), [alone] if zone.said else []),
            ):
                if made and self._fits(shape, box) and not any(_meet(box, other) for other in taken):
                    taken.append(box)
                    items += made
                    break
        return items

    def _fits(self, shape: object, box: _Room) -> bool:
        """Whether a text lies within an area, but for a corner that sticks out."""
        west, south, east, north = shapely.bounds(shape)
        left, top = self.at(west, north)
        right, bottom = self.at(east, south)
        slack = 3.0
        return bool(left - slack <= box[0] and box[2] <= right + slack and top - slack <= box[1]
                    and box[3] <= bottom + slack)  # fmt: skip


def _meet(one: _Room, other: _Room) -> bool:
    return one[0] < other[2] + 1 and other[0] < one[2] + 1 and one[1] < other[3] and other[1] < one[3]


def _legend(
    steps: Sequence[tuple[float, float]], offset: int, say: Mapping[str, str], x: float, height: float, whole: bool,
    empty: bool,
) -> list[Item]:  # fmt: skip
    items: list[Item] = [Words(x, 14, say["title"], 8, INK, True)]
    y = 24.0

    def said(value: float) -> str:
        return f"{value:.0f}" if whole else f"{value:.1f}"

    for i, (low, high) in reversed(list(enumerate(steps))):
        items.append(Box(x, y, 14, 10, STEPS[i + offset]))
        text = said(low) if said(low) == said(high) else f"{said(low)}–{said(high)}"
        items.append(Words(x + 19, y + 8.2, text, 8, INK))
        y += 15
    if empty:
        items += [Box(x, y, 14, 10, NO_DATA), Words(x + 19, y + 8.2, say["none"], 8, GREY)]
    return items
