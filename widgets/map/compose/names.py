"""Call signs beside units: where they go is found in a thread, and they go with their units."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from widgets.kit.theme import Theme
from widgets.map.camera import Camera
from widgets.map.compose.plane import Floats, Origin, near
from widgets.map.compose.sprites import word_sprite
from widgets.map.compose.works import Works
from widgets.map.drawing import F32, NO_F32, Sprite, Words
from widgets.map.labels import Boxes
from widgets.map.marks import Marks, reaches
from widgets.map.overlay import View
from widgets.map.scene import EVENT, UNIT, Units

NAMES_FROM = 15.4
"""Zoom from which all call signs show."""
MOST_NAMES = 160
STAND = 3.0
"""Seconds that call signs stay on their side of their units before they give way to others, else they would flicker."""
AROUND = 0.2
"""What of a view beside it has its names placed too."""
SERVES = 0.6, 1.7
"""How much nearer or farther a view may be in which the names of another one still serve."""
NO_BOXES = np.empty((0, 4))


class Named(msgspec.Struct, frozen=True):
    """Call signs that found their place.

    Attributes:
        units: whose they are. box: the view they were placed for.
        rows, sprites: of the units.
        standing: rows of the accented ones. aside: shape (n, 4), their boxes about their unit, pixels.
    """

    units: Units
    box: Camera
    rows: tuple[int, ...]
    sprites: tuple[Sprite, ...]
    standing: tuple[int, ...]
    aside: Floats


class Namer:
    """Places the call signs of a view, anew when others are to be seen or to keep clear of."""

    def __init__(self, works: Works) -> None:
        self._works = works
        self._last: Named | None = None
        self._of, self._since = Units(), -math.inf
        self._box: Camera | None = None

    def named(self, view: View, marks: Marks, theme: Theme, wait: bool) -> Named | None:
        """The call signs that show; None for none.

        Args:
            marks: of events, which they keep clear of.
        """
        self._last = self._named(view, marks, theme, wait)
        return self._last

    def standing(self, units: Floats, camera: Camera) -> Floats:
        """Boxes of the accented call signs of the last drawing, shape (n, 4), pixels; units: where they are now."""
        named = self._last
        if named is None or not named.standing or max(named.standing) >= len(units):
            return NO_BOXES
        at = units[list(named.standing)]
        sx, sy = camera.to_screen(at[:, 0], at[:, 1])
        boxes: Floats = named.aside + np.stack([sx, sy, sx, sy], axis=1)
        return boxes

    def _named(self, view: View, marks: Marks, theme: Theme, wait: bool) -> Named | None:
        units, camera = view.scene.units, view.camera
        accented = frozenset(r.key for r in view.routes if r.chosen)
        accented |= {view.selected[1]} if view.selected[0] == UNIT else frozenset()
        told = view.selected[1] if view.words is not None else ""  # its callout says its name
        wanted = accented | {r.key for r in view.routes}
        if camera.zoom < NAMES_FROM and not wanted:
            return None
        if units is not self._of and (view.now - self._since >= STAND or not _alike(units, self._of)):
            self._of, self._since = units, view.now
        box = self._box
        if box is None or not box.covers(camera) or box.scale != camera.scale or box.dpr != camera.dpr:
            box = self._box = camera.grown(AROUND)
            self._of, self._since = units, view.now
        at, shows = view.units, view.scene.shows(EVENT)
        clear_of = marks if shows else None

        def make() -> Named:
            return _placed(units, at, box, clear_of, accented, wanted, told, theme)

        token = (self._of, box, view.routes, *view.selected, told, shows, theme)
        placed: Named | None = self._works.get("names", token, make, wait)
        if placed is None or not SERVES[0] < placed.box.scale / camera.scale < SERVES[1]:
            return None
        return placed if _alike(units, placed.units) else None


def _alike(units: Units, before: Units) -> bool:
    """Whether they are the same units, moved at the most."""
    return units is before or bool(
        units.stale == before.stale and units.keys == before.keys and units.names == before.names
    )


def _placed(
    units: Units, at: Floats, box: Camera, marks: Marks | None, accented: frozenset[str], named: frozenset[str],
    told: str, theme: Theme,
) -> Named:  # fmt: skip
    """The call signs of a view; `marks` are what they keep clear of."""
    px, py = box.to_screen(at[:, 0], at[:, 1])
    rows = name_rows(units, px, py, box, named, told)
    seen = (px > 0) & (py > 0) & (px < box.width) & (py < box.height)
    blocked = [np.stack([px[seen] - 8, py[seen] - 8, px[seen] + 8, py[seen] + 8], axis=1)]
    if marks is not None:
        middle, reach = reaches(marks, box)
        blocked.append(np.concatenate([middle - reach[:, None], middle + reach[:, None]], axis=1))
    placed, sprites, standing = place_names(units, rows, px, py, accented, np.concatenate(blocked), theme, box.dpr)
    firm = tuple(i for i in placed if units.keys[i] in accented)
    aside = standing - np.stack([px[list(firm)], py[list(firm)]] * 2, axis=1) if firm else NO_BOXES
    return Named(units, box, tuple(placed), tuple(sprites), firm, aside)


def place_names(
    units: Units, rows: Sequence[int], px: Floats, py: Floats, accented: frozenset[str], blocked: Floats, theme: Theme,
    dpr: float,
) -> tuple[list[int], list[Sprite], Floats]:  # fmt: skip
    """Call signs beside units, where there is room, none over another; the accented ones first, and always.

    Args:
        px, py: where units stand, pixels.
        blocked: shape (n, 4), boxes of symbols in pixels.

    Returns:
        Rows that have a name, its sprite, and the boxes of the accented ones, pixels.
    """
    taken = Boxes()
    taken.take(blocked)
    named: list[int] = []
    sprites: list[Sprite] = []
    standing: list[Floats] = []
    halo = theme.map.color("road_label", "halo")
    for i in sorted(rows, key=lambda i: units.keys[i] not in accented):
        accent = units.keys[i] in accented
        color = theme.acc if accent else theme.t1 if not units.stale else theme.t3
        wide = word_sprite(units.names[i], color.name(), halo.name(), theme, dpr, 0.0, 0.0).width
        x, y = float(px[i]), float(py[i])
        asides = ((10.0, 0.0), (-10 - wide, 0.0), (-wide / 2, 18.0), (-wide / 2, -18.0))
        boxes = np.array([(x + east, y + south - 9, x + east + wide, y + south + 9) for east, south in asides])
        free = taken.fit_each(boxes)
        spot = int(np.argmax(free))
        if free[spot] or accent:
            box = boxes[spot : spot + 1]
            taken.take(box)
            if accent:
                standing.append(box)
            named.append(i)
            sprites.append(word_sprite(units.names[i], color.name(), halo.name(), theme, dpr, *asides[spot]))
    return named, sprites, np.concatenate(standing) if standing else np.empty((0, 4))


def name_rows(units: Units, px: Floats, py: Floats, camera: Camera, named: frozenset[str], told: str) -> list[int]:
    """Rows of the units in view whose call sign shows: of all when near, of `named` always, never of `told`."""
    seen = np.flatnonzero((px > 0) & (py > 0) & (px < camera.width) & (py < camera.height)).tolist()
    rows = [i for i in seen if camera.zoom >= NAMES_FROM or units.keys[i] in named]
    return [i for i in rows if units.keys[i] != told][:MOST_NAMES]


def words_layer(at: Floats, rows: Sequence[int], sprites: Sequence[Sprite], origin: Origin) -> Words:
    """Call signs where their units are now; who placed them saw to it that none lies over another."""
    x: F32 = near(at[list(rows), 0], origin[0]) if len(rows) else NO_F32
    y: F32 = near(at[list(rows), 1], origin[1]) if len(rows) else NO_F32
    return Words(
        key="unit.names",
        x=x,
        y=y,
        image=np.arange(len(rows), dtype=np.int32),
        images=tuple(sprites),
        keep=len(rows),
    )
