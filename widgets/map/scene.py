"""What is to be drawn, as columns in Mercator metres; made from the picture once a change. No Qt in here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import overload

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EVENT, UNIT, TRAIL, SENSOR, CAMERA, ALERT, AREA = "event", "unit", "trail", "sensor", "camera", "alert", "area"
CASE = "case"
"""Open cases that have no open event in the picture, as those taken by telephone; shown with the events."""
ALARM = "alarm"
"""Alarms of our own rules that stand; shown with the events."""
LAYERS = (EVENT, UNIT, TRAIL, SENSOR, CAMERA, ALERT, AREA)
"""In the order of the list; each can be shown and hidden."""
SHOWN_FIRST = frozenset((EVENT, UNIT, TRAIL, ALERT, AREA))
MANY = 20_000
"""Things above which a key is looked for in the list: a table of all would take Qt's thread 30 ms."""
NO_FLOATS = np.empty(0)
NO_INTS = np.empty(0, dtype=np.int64)


class Keyed(msgspec.Struct, frozen=True, dict=True):
    """Things of one topic by key."""

    keys: Sequence[str] = ()

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Where each key is in the columns; made when first asked for."""
        return dict(zip(self.keys, range(len(self.keys)), strict=True))

    @cached_property
    def _asked(self) -> dict[str, int | None]:
        return {}

    def row(self, key: str) -> int | None:
        """Where a key is in the columns; of many things without a table of all of them."""
        if len(self.keys) <= MANY:
            return self.row_of.get(key)
        if key not in self._asked:
            try:
                self._asked[key] = self.keys.index(key)
            except ValueError:
                self._asked[key] = None
        return self._asked[key]


class Picked(Sequence[str]):
    """Some of a list of words, without a list of its own."""

    def __init__(self, words: list[str], rows: Ints) -> None:
        """Args: words: never changed from now on; rows: rising."""
        self._words, self._rows = words, rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice):
            return [self._words[row] for row in self._rows[i].tolist()]
        return self._words[int(self._rows[i])]

    def __iter__(self) -> Iterator[str]:
        return map(self._words.__getitem__, self._rows.tolist())

    def index(self, word: str, start: int = 0, stop: int | None = None) -> int:
        row = self._words.index(word)
        at = int(np.searchsorted(self._rows, row))
        if at < start or at >= (len(self) if stop is None else stop) or self._rows[at] != row:
            raise ValueError(word)
        return at


class Events(Keyed, frozen=True):
    """Open events. x, y, level, occurred of shape (N,); patterns and keys of length N."""

    x: Floats = NO_FLOATS
    y: Floats = NO_FLOATS
    level: Ints = NO_INTS
    occurred: Ints = NO_INTS
    patterns: Sequence[str] = ()


class Cases(Keyed, frozen=True):
    """Open cases without an open event in the picture. x, y, level of shape (N,); patterns, keys and waits (something
    about it is not in the ledger yet) of length N."""

    x: Floats = NO_FLOATS
    y: Floats = NO_FLOATS
    level: Ints = NO_INTS
    patterns: Sequence[str] = ()
    waits: Sequence[bool] = ()


class Alarms(Keyed, frozen=True):
    """Alarms that stand and are neither shelved nor suppressed. x, y, level of shape (N,); waits (nobody acknowledged
    it) and keys of length N."""

    x: Floats = NO_FLOATS
    y: Floats = NO_FLOATS
    level: Ints = NO_INTS
    waits: Sequence[bool] = ()


class Units(Keyed, frozen=True):
    """Units on duty. x, y: the last fix; heading in degrees from north, NaN unknown; stale: drawn grey."""

    names: Sequence[str] = ()
    shapes: Sequence[str] = ()
    x: Floats = NO_FLOATS
    y: Floats = NO_FLOATS
    state: Ints = NO_INTS
    heading: Floats = NO_FLOATS
    fixed: Ints = NO_INTS
    stale: bool = False


class Dots(Keyed, frozen=True):
    """Many small things: sensors or cameras. off: shape (N,), drawn faint (no value, offline).

    x and y are the very same ones as before as long as none moved, came or went.
    """

    x: Floats = NO_FLOATS
    y: Floats = NO_FLOATS
    off: NDArray[np.bool_] = np.empty(0, dtype=bool)

    def some(self, rows: Sequence[int]) -> Dots:
        """Those of `rows` alone."""
        at = np.array(rows, dtype=np.int64)
        return Dots([self.keys[row] for row in rows], self.x[at], self.y[at], self.off[at])


class Ring(msgspec.Struct, frozen=True):
    """A closed line, Mercator metres, shape (n,) each."""

    x: Floats
    y: Floats


class Alert(msgspec.Struct, frozen=True):
    """An authority's alert with its area. expires: UTC us; until: the same as printed now, "" without an end."""

    key: str
    title: str
    level: int
    expires: int
    rings: tuple[Ring, ...]
    until: str = ""


class Area(msgspec.Struct, frozen=True):
    """An area and how strongly it is coloured.

    Attributes:
        step: 0 (nothing) to 4; -1 for no data.
    """

    code: str
    name: str
    tier: int
    rings: tuple[Ring, ...]
    step: int = 0


class Warmth(msgspec.Struct, frozen=True, dict=True):
    """What the heat layer is made of: weighted places, shape (N,) each.

    Attributes:
        subject: the topic they are of.
        unit: of the weights; "" where each thing weighs 1.
        since: UTC us of the oldest; 0: they are those of now.
    """

    subject: str = ""
    x: Floats = NO_FLOATS
    y: Floats = NO_FLOATS
    weight: Floats = NO_FLOATS
    unit: str = ""
    since: int = 0

    @cached_property
    def fulls(self) -> dict[float, float]:
        """What the strongest colour means, by zoom; filled by whoever finds it out."""
        return {}


class Scene(msgspec.Struct, frozen=True):
    """All that lies over the base map at one instant.

    Attributes:
        tracked: all units on duty, whatever is filtered: whose fixes make trails.
        trailed: keys of the units whose trails are shown; None for all.
        heat: None where there is none.
        visible: of `LAYERS`.
        area_version: goes up whenever the areas or their colouring change.
    """

    events: Events = Events()
    units: Units = Units()
    cases: Cases = Cases()
    alarms: Alarms = Alarms()
    sensors: Dots = Dots()
    cameras: Dots = Dots()
    alerts: tuple[Alert, ...] = ()
    areas: tuple[Area, ...] = ()
    tracked: Units = Units()
    trailed: frozenset[str] | None = None
    heat: Warmth | None = None
    visible: frozenset[str] = SHOWN_FIRST
    area_version: int = 0

    def shows(self, layer: str) -> bool:
        return layer in self.visible
