"""What is to be drawn, as columns in Mercator metres; made from the picture once a change. No Qt in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EVENT, UNIT, TRAIL, SENSOR, CAMERA, ALERT, AREA = "event", "unit", "trail", "sensor", "camera", "alert", "area"
CASE = "case"
"""Open cases that have no open event in the picture, as those taken by telephone; shown with the events."""
LAYERS = (EVENT, UNIT, TRAIL, SENSOR, CAMERA, ALERT, AREA)
"""In the order of the list; each can be shown and hidden."""
SHOWN_FIRST = frozenset((EVENT, UNIT, TRAIL, ALERT, AREA))
SELECTABLE = (EVENT, UNIT, SENSOR, CAMERA, ALERT)
"""Topics of the picture that a click selects, the first wins."""
NO_FLOATS = np.empty(0)
NO_INTS = np.empty(0, dtype=np.int64)


class Keyed(msgspec.Struct, frozen=True, dict=True):
    """Things of one topic by key."""

    keys: Sequence[str] = ()

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Where each key is in the columns; made when first asked for."""
        return dict(zip(self.keys, range(len(self.keys)), strict=True))


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
    """Many small things: sensors or cameras. off: shape (N,), drawn faint (no value, offline)."""

    names: Sequence[str] = ()
    x: Floats = NO_FLOATS
    y: Floats = NO_FLOATS
    off: NDArray[np.bool_] = np.empty(0, dtype=bool)


class Ring(msgspec.Struct, frozen=True):
    """A closed line, Mercator metres, shape (n,) each."""

    x: Floats
    y: Floats


class Alert(msgspec.Struct, frozen=True):
    """An authority's alert with its area. expires: UTC us."""

    key: str
    title: str
    level: int
    expires: int
    rings: tuple[Ring, ...]


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


class Scene(msgspec.Struct, frozen=True):
    """All that lies over the base map at one instant.

    Attributes:
        visible: of `LAYERS`.
        area_version: goes up whenever the areas or their colouring change.
    """

    events: Events = Events()
    units: Units = Units()
    cases: Cases = Cases()
    sensors: Dots = Dots()
    cameras: Dots = Dots()
    alerts: tuple[Alert, ...] = ()
    areas: tuple[Area, ...] = ()
    visible: frozenset[str] = SHOWN_FIRST
    area_version: int = 0

    def shows(self, layer: str) -> bool:
        return layer in self.visible
