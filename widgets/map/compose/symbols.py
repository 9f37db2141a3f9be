"""Events, cases and units as layers of sprites, and the call signs beside units."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.picture.columns import Decoded
from widgets.kit.symbols import UNIT_RADIUS
from widgets.kit.theme import Theme
from widgets.map.compose.plane import Floats, Origin, near
from widgets.map.compose.sprites import alarm_sprite, case_sprite, event_sprite, group_sprite, unit_sprite
from widgets.map.drawing import Sprite, Sprites
from widgets.map.marks import Marks
from widgets.map.scene import Alarms, Cases, Events, Units

Images = NDArray[np.int32]
SMALL_RADIUS = 3.6
SMALL_UNTIL, MANY_SMALL_UNTIL = 12.6, 13.6
"""Zoom below which units are drawn small and without a heading; the latter where there are `MANY` of them."""
MANY = 1500
TURN = 10
"""Degrees of heading that differ for the eye."""
MOST_SPRITES = 1024
"""Sprites of a layer above which those that are no more needed are let go."""


class SpriteBook:
    """The sprites of one layer in the order in which they were first needed: renderers keep them as long as `images` is
    the same tuple, so it changes only when there is a new one."""

    def __init__(self) -> None:
        self.images: tuple[Sprite, ...] = ()
        self._index: dict[int, int] = {}
        self._words: dict[str, int] = {}

    def words(self, words: Sequence[str]) -> NDArray[np.int64]:
        """A number for each word, the same one for the same word as long as there is this book."""
        known = self._words
        if isinstance(words, Decoded):
            codes, values = words.coded
            number = np.array([known.setdefault(word, len(known)) for word in values], dtype=np.int64)
            return number[codes] if len(values) else np.zeros(len(codes), dtype=np.int64)
        return np.array([known.setdefault(word, len(known)) for word in words], dtype=np.int64)

    def image(self, code: NDArray[np.int64], sprite: Callable[[int], Sprite]) -> Images:
        """Which image each thing has: things of the same code have the same; `sprite` is asked for that of a row."""
        if not len(code):
            return np.empty(0, dtype=np.int32)
        if len(self._index) > MOST_SPRITES:
            self.images, self._index = (), {}
        looks, first, member = np.unique(code, return_index=True, return_inverse=True)
        new: list[Sprite] = []
        index = np.empty(len(looks), dtype=np.int32)
        for i, (look, row) in enumerate(zip(looks.tolist(), first.tolist(), strict=True)):
            known = self._index.get(look)
            if known is None:
                known = self._index[look] = len(self._index)
                new.append(sprite(row))
            index[i] = known
        if new:
            self.images = (*self.images, *new)
        return index[member.reshape(-1)]


def event_layer(events: Events, marks: Marks, book: SpriteBook, theme: Theme, dpr: float, origin: Origin) -> Sprites:
    """Events and groups of them, the most urgent on top."""
    groups = marks.clusters
    pattern = book.words(events.patterns)[groups.first]
    single = groups.count == 1
    code = np.where(single, pattern * 2 + marks.small, -groups.count) * 8 + groups.level

    def sprite(i: int) -> Sprite:
        level, count = int(groups.level[i]), int(groups.count[i])
        if count > 1:
            return group_sprite(level, count, theme, dpr)
        return event_sprite(level, events.patterns[int(groups.first[i])], bool(marks.small[i]), theme, dpr)

    image = book.image(code, sprite)
    x, y = near(groups.x, origin[0]), near(groups.y, origin[1])
    return Sprites(key="event", x=x, y=y, image=image, images=book.images)


def case_layer(cases: Cases, theme: Theme, dpr: float, origin: Origin) -> Sprites:
    """Open cases that no event stands for."""
    index: dict[tuple[int, str, bool], int] = {}
    kinds = list(zip(cases.level.tolist(), cases.patterns, cases.waits, strict=True))
    image = [index.setdefault(kind, len(index)) for kind in kinds]
    return Sprites(
        key="case",
        x=near(cases.x, origin[0]),
        y=near(cases.y, origin[1]),
        image=np.array(image, dtype=np.int32),
        images=tuple(case_sprite(*kind, theme, dpr) for kind in index),
    )


def alarm_layer(alarms: Alarms, theme: Theme, dpr: float, origin: Origin) -> Sprites:
    """Alarms of our rules; what waits to be acknowledged is filled."""
    index: dict[tuple[int, bool], int] = {}
    kinds = list(zip(alarms.level.tolist(), alarms.waits, strict=True))
    image = [index.setdefault(kind, len(index)) for kind in kinds]
    return Sprites(
        key="alarm",
        x=near(alarms.x, origin[0]),
        y=near(alarms.y, origin[1]),
        image=np.array(image, dtype=np.int32),
        images=tuple(alarm_sprite(*kind, theme, dpr) for kind in index),
    )


def small_until(units: Units) -> float:
    """Zoom below which units are drawn small."""
    return MANY_SMALL_UNTIL if len(units.keys) > MANY else SMALL_UNTIL


def unit_images(
    units: Units, small: bool, chosen: int, headed: bool, book: SpriteBook, theme: Theme, dpr: float
) -> tuple[Images, tuple[Sprite, ...]]:
    """What units look like, and the images.

    Args:
        chosen: a row, -1 for none.
        headed: with the wedge of their heading.
    """
    shape, rows = book.words(units.shapes), np.arange(len(units.keys))
    known = np.isfinite(units.heading) & (headed & (not small) | (rows == chosen))
    turn = np.where(known, np.round(np.where(known, units.heading, 0) / TURN) * TURN % 360, -1).astype(np.int64)
    code = ((((shape * 16 + units.state) * 512 + turn + 1) * 2 + units.stale) * 2 + small) * 2 + (rows == chosen)

    def sprite(i: int) -> Sprite:
        radius = UNIT_RADIUS if i == chosen or not small else SMALL_RADIUS
        shape, state = units.shapes[i], int(units.state[i])
        return unit_sprite(shape, state, int(turn[i]), theme, i == chosen, units.stale, dpr, radius)

    return book.image(code, sprite), book.images


def unit_kinds(units: Units) -> list[tuple[str, int]]:
    """The shapes and states that there are."""
    shapes, states = list(dict.fromkeys(units.shapes)), np.unique(units.state).tolist()
    return [(shape, state) for shape in sorted(shapes) for state in states]


def draw_headings(kinds: Sequence[tuple[str, int]], stale: bool, theme: Theme, dpr: float) -> bool:
    """Draws the sprites of all headings: a tenth of a second, so not on Qt's thread. True when they are there."""
    for shape, state in kinds:
        for turn in range(0, 360, TURN):
            unit_sprite(shape, state, turn, theme, False, stale, dpr, UNIT_RADIUS)
    return True


def unit_layer(at: Floats, image: Images, images: tuple[Sprite, ...], chosen: int, origin: Origin) -> Sprites:
    """Units where they are now, the chosen one on top; `at` of shape (N, 2)."""
    x, y = near(at[:, 0], origin[0]), near(at[:, 1], origin[1])
    if chosen >= 0:
        last = np.append(np.delete(np.arange(len(x)), chosen), chosen)
        x, y, image = x[last], y[last], image[last]
    return Sprites(key="unit", x=x, y=y, image=image, images=images)
