"""Where the names on the map go: along roads, upright where a road runs vertically, none over another. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import accumulate

import msgspec
import numpy as np
from numpy.typing import NDArray

from widgets.map.camera import Camera
from widgets.map.label_room import Box, Path, Taken

Floats = NDArray[np.float64]
ROAD_PX, AREA_PX, WATER_PX = 12.0, 13.0, 17.0
AREA_SPACING, WATER_SPACING = 0.16, 0.3
REPEAT = 420.0
"""Pixels between two labels of one road."""
STEEP = 58.0
"""Degrees from the horizontal from which on a Chinese road name stands upright, letter under letter."""
BESIDE = ((0, 0), (0, -18), (0, 18), (-24, 0), (24, 0), (0, -34), (0, 34), (-26, -24), (26, -24), (-26, 24), (26, 24))
"""Pixels east and south of its point where the name of an area is tried, one after another."""
BEND = 32.0
"""Degrees that a name may bend at the most."""


class Name(msgspec.Struct, frozen=True):
    """A name of the base map.

    Attributes:
        text, kind: kind is `road`, `area`, `water` or `place`.
        x, y: Mercator metres.
        rank: 0 is the most important.
        angle: degrees counter-clockwise that the text is turned (waters along a river).
        path_x, path_y: of a road, Mercator metres; empty otherwise.
    """

    text: str
    kind: str
    x: float
    y: float
    rank: int
    angle: float
    path_x: Floats
    path_y: Floats


class Glyph(msgspec.Struct, frozen=True):
    """A piece of text to draw: centre in pixels, turned by `angle` degrees clockwise."""

    text: str
    x: float
    y: float
    angle: float


class Placed(msgspec.Struct, frozen=True):
    """A label that found its place.

    Attributes:
        kind: of the name.
        px: letter height, pixels.
        glyphs: what to draw.
        boxes: shape (n, 4), left, top, right, bottom in pixels.
    """

    kind: str
    px: float
    glyphs: tuple[Glyph, ...]
    boxes: Floats


class Boxes:
    """Boxes already taken. `fits` and `take` are vectorised; a few hundred boxes answer in microseconds."""

    def __init__(self) -> None:
        self._boxes = np.empty((256, 4))
        self._n = 0

    def fits(self, boxes: Floats) -> bool:
        taken = self._boxes[: self._n]
        if not self._n:
            return True
        apart = (
            (boxes[:, None, 0] >= taken[None, :, 2])
            | (boxes[:, None, 2] <= taken[None, :, 0])
            | (boxes[:, None, 1] >= taken[None, :, 3])
            | (boxes[:, None, 3] <= taken[None, :, 1])
        )
        return bool(apart.all())

    def fit_each(self, boxes: Floats) -> NDArray[np.bool_]:
        """Which of the boxes lie over none that is taken, each for itself: shape (n,)."""
        taken = self._boxes[: self._n]
        over = (
            (boxes[:, None, 0] < taken[None, :, 2])
            & (boxes[:, None, 2] > taken[None, :, 0])
            & (boxes[:, None, 1] < taken[None, :, 3])
            & (boxes[:, None, 3] > taken[None, :, 1])
        )
        free: NDArray[np.bool_] = ~over.any(axis=1)
        return free

    def take(self, boxes: Floats) -> None:
        while self._n + len(boxes) > len(self._boxes):
            self._boxes = np.concatenate([self._boxes, np.empty_like(self._boxes)])
        self._boxes[self._n : self._n + len(boxes)] = boxes
        self._n += len(boxes)


MOST_WORDS = 1500
"""Labels in view that are looked at; those after them are not drawn."""


def uncovered(boxes: Floats, keep: int = 0, blocked: Floats | None = None) -> NDArray[np.bool_]:
    """Which labels are drawn: the first `keep`, then each that lies over none before it and over nothing blocked.

    Args:
        boxes: shape (N, 4), left, top, right, bottom in pixels, the most important first.
        blocked: shape (M, 4), where symbols stand.

    Returns:
        Shape (N,).
    """
    some = boxes[:MOST_WORDS]
    free = np.ones(len(some), dtype=bool)
    if blocked is not None and len(blocked):
        free[keep:] = ~_meet(some[keep:], blocked).any(axis=1)
    meet = _meet(some, some)
    for row in range(len(some)):
        if free[row]:
            free[max(row + 1, keep) :] &= ~meet[row, max(row + 1, keep) :]
    shown = np.zeros(len(boxes), dtype=bool)
    shown[: len(some)] = free
    return shown


def _meet(a: Floats, b: Floats) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = (
        (a[:, None, 0] < b[None, :, 2])
        & (a[:, None, 2] > b[None, :, 0])
        & (a[:, None, 1] < b[None, :, 3])
        & (a[:, None, 3] > b[None, :, 1])
    )
    return result


@lru_cache(maxsize=10_000)
def is_cjk(text: str) -> bool:
    return any("\u3400" <= c <= "\u9fff" for c in text)


FROM_ZOOM = {
    "road": (12.4, 12.7, 13.9, 14.9, 15.7, 16.4),
    "area": (9.0, 12.3, 14.6, 15.6, 16.2, 16.8),
    "water": (9.0, 12.6, 13.8, 14.8, 15.6, 16.4),
    "place": (14.2, 15.0, 15.8, 16.4, 17.0, 17.4),
}
"""Zoom from which names of a kind show, by rank."""


def shown(kind: str, rank: int, zoom: float) -> bool:
    """Whether names of this kind and rank (0 first) show at this zoom."""
    return zoom >= FROM_ZOOM.get(kind, FROM_ZOOM["place"])[min(max(rank, 0), 5)]


Measure = Callable[[str, float], float]


class Setting(msgspec.Struct, frozen=True):
    """A name as it might stand: as `Placed`, with its boxes as they are looked up one by one."""

    kind: str
    px: float
    glyphs: tuple[Glyph, ...]
    boxes: list[Box]


def _flat(name: Name, camera: Camera, px: float, spacing: float, measure: Measure) -> Setting:
    """A name set straight about its point, turned by its angle, letters spaced."""
    sx, sy = (float(v) for v in camera.to_screen(name.x, name.y))
    letters = list(name.text) if is_cjk(name.text) else [name.text]
    step = [measure(c, px) + spacing * px for c in letters]
    length = sum(step) - spacing * px
    turn = -math.radians(name.angle)
    glyphs, boxes, at = [], [], -length / 2
    for letter, advance in zip(letters, step, strict=True):
        width = advance - spacing * px
        middle = at + width / 2
        x, y = sx + middle * math.cos(turn), sy + middle * math.sin(turn)
        half = max(width, px) / 2 if len(letters) > 1 else width / 2
        glyphs.append(Glyph(letter, x, y, math.degrees(turn)))
        boxes.append((x - half - 3, y - px * 0.62 - 2, x + half + 3, y + px * 0.62 + 2))
        at += advance
    return Setting(name.kind, px, tuple(glyphs), boxes)


def _beside(one: Setting, east: float, south: float) -> Setting:
    """The same so many pixels aside."""
    glyphs = tuple(Glyph(g.text, g.x + east, g.y + south, g.angle) for g in one.glyphs)
    boxes = [(a + east, b + south, c + east, d + south) for a, b, c, d in one.boxes]
    return Setting(one.kind, one.px, glyphs, boxes)


def _along(text: str, px: float, path: Path, middle: float, measure: Measure) -> Setting | None:
    """A road name about the place `middle` pixels along its path; None where the path bends too much."""
    chinese = is_cjk(text)
    letters: Sequence[str] = list(text) if chinese else [text]
    gap = px * 0.08
    advances = [measure(c, px) + gap for c in letters]
    span = sum(advances)
    low, high, end = middle - span / 2, middle + span / 2, path.far[-1]
    if low < 0 or high > end:
        return None
    (x0, y0), (x1, y1) = path.at(low), path.at(high)
    dx, dy = x1 - x0, y1 - y0
    if math.hypot(dx, dy) < span * 0.93:
        return None
    slope = math.degrees(math.atan2(dy, dx))
    steep = STEEP < abs(slope) < 180 - STEEP
    upright = steep and chinese
    backwards = (dy < 0) if upright else (dx < 0)
    if upright:  # letters under each other need their height, not their width
        span = len(letters) * px * 1.14
        advances = [px * 1.14] * len(letters)
        low, high = middle - span / 2, middle + span / 2
        if low < 0 or high > end:
            return None
    centres = [low + before - own / 2 for before, own in zip(accumulate(advances), advances, strict=True)]
    if backwards:
        centres = [low + high - centre for centre in centres]
    turns = _turns(path, centres, px * 0.8)
    if max(turns) - min(turns) > BEND or max(abs(turn - slope) for turn in turns) % 360 > BEND:
        return None
    if len(letters) == 1:
        turns = [slope]
    glyphs, boxes = [], []
    for letter, centre, turned in zip(letters, centres, turns, strict=True):
        angle = 0.0 if upright else turned + (180.0 if backwards else 0.0)
        x, y = path.at(centre)
        glyphs.append(Glyph(letter, x, y, (angle + 180) % 360 - 180))
        half_w = half_h = px * 0.62
        if len(letters) == 1:
            turn = math.radians(angle)
            half_w = (abs(math.cos(turn)) * span + abs(math.sin(turn)) * px) / 2
            half_h = (abs(math.sin(turn)) * span + abs(math.cos(turn)) * px) / 2
        boxes.append((x - half_w - 2, y - half_h - 1, x + half_w + 2, y + half_h + 1))
    return Setting("road", px, tuple(glyphs), boxes)


def _turns(path: Path, centres: Sequence[float], reach: float) -> list[float]:
    """Degrees that a path is turned at each of some places, without leaps of whole turns from one to the next."""
    turns: list[float] = []
    for centre in centres:
        (x0, y0), (x1, y1) = path.at(centre - reach), path.at(centre + reach)
        turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
        turns.append(turn - 360.0 * round((turn - turns[-1]) / 360.0) if turns else turn)
    return turns


def _road(
    name: Name, camera: Camera, measure: Measure, free: Callable[[float, float], bool]
) -> Iterator[Iterator[Setting]]:
    """For each place along a road, tries in the order of how good they are, made one by one as they are needed."""
    path = Path(*camera.to_screen(name.path_x, name.path_y))
    length = path.far[-1]
    need = ROAD_PX * 1.2 * len(name.text) if is_cjk(name.text) else measure(name.text, ROAD_PX) * 1.1
    if length < need:
        return
    times = max(1, round(length / REPEAT))

    def tries(best: float) -> Iterator[Setting]:
        for shift in (0.0, -0.12, 0.12, -0.25, 0.25, -0.38, 0.38):
            at = best + shift * length / times
            x, y = path.at(at)
            if -40 < x < camera.width + 40 and -40 < y < camera.height + 40 and free(x, y):
                one = _along(name.text, ROAD_PX, path, at, measure)
                if one is not None:
                    yield one

    for k in range(times):
        yield tries((k + 0.5) / times * length)


ORDER = {"water": 0, "area": 1, "road": 2, "place": 3}


class Names:
    """All names of a base map in the order of their importance, with boxes to find those of a view at once."""

    def __init__(self, names: Sequence[Name]) -> None:
        self.all = sorted(names, key=_order)
        self._boxes = np.array(
            [
                (a.min(), b.min(), a.max(), b.max())
                for a, b in ((np.append(n.path_x, n.x), np.append(n.path_y, n.y)) for n in self.all)
            ]
        ).reshape(-1, 4)

    def seen(self, camera: Camera) -> list[Name]:
        """Names that a view may show."""
        box, zoom = camera.grown(0.03).box, camera.zoom
        b = self._boxes
        near = (b[:, 0] <= box[2]) & (b[:, 2] >= box[0]) & (b[:, 1] <= box[3]) & (b[:, 3] >= box[1])
        return [n for n in map(self.all.__getitem__, np.flatnonzero(near).tolist()) if shown(n.kind, n.rank, zoom)]


def _order(name: Name) -> tuple[int, int]:
    """Great waters, areas, roads and other waters, places."""
    kind = {"area": 1, "road": 2, "water": 0 if name.rank == 0 else 2}.get(name.kind, 3)
    return kind, name.rank


def lay_out(names: Sequence[Name], camera: Camera, measure: Measure, blocked: Floats | None = None) -> list[Placed]:
    """The labels of a view, none over another, in the order of `names`.

    Args:
        camera: the view.
        measure: width in pixels of a text at a letter height.
        blocked: shape (n, 4), boxes in pixels where symbols stand and no label goes.
    """
    taken = Taken()
    if blocked is not None and len(blocked):
        taken.take(map(tuple, blocked[np.isfinite(blocked).all(axis=1)].tolist()))
    placed: list[Placed] = []
    texts: dict[str, list[tuple[float, float]]] = {}

    def free(text: str, x: float, y: float) -> bool:
        """Whether there may be room: cheaper than to set the letters first."""
        if any(math.hypot(x - a, y - b) < REPEAT * 0.55 for a, b in texts.get(text, ())):
            return False
        return taken.fits(((x - 4, y - 4, x + 4, y + 4),))

    for name in names:
        if len(name.path_x) > 1 and name.kind == "road":
            spots = _road(name, camera, measure, partial(free, name.text))
        else:
            spots = iter((_about(name, camera, measure),))
        for tries in spots:
            one = next((one for one in tries if taken.fits(one.boxes)), None)
            if one is not None:
                taken.take(one.boxes)
                placed.append(Placed(one.kind, one.px, one.glyphs, np.array(one.boxes)))
                middle = one.boxes[len(one.boxes) // 2]
                texts.setdefault(name.text, []).append(((middle[0] + middle[2]) / 2, (middle[1] + middle[3]) / 2))
    return placed


def _about(name: Name, camera: Camera, measure: Measure) -> Iterator[Setting]:
    """A name at its point, else a little beside it: the middle of an area or a lake is not one pixel."""
    one = _point(name, camera, measure)
    for east, south in BESIDE if name.kind in ("area", "water") else BESIDE[:1]:
        yield _beside(one, east, south)


def _point(name: Name, camera: Camera, measure: Measure) -> Setting:
    big = name.kind == "water" and name.rank == 0
    px = WATER_PX if big else AREA_PX if name.kind in ("area", "water") else ROAD_PX
    spacing = WATER_SPACING if name.kind == "water" else AREA_SPACING if name.kind == "area" else 0.04
    return _flat(name, camera, px, spacing, measure)
