"""Which rows of a table a layer's filter lets through, and by what a layer can be filtered. No Qt in here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.model.tables import EventState, UnitState
from cockpit.picture import LiveTable
from widgets.map.layers.state import HEAT, LayerFilter
from widgets.map.scene import ALERT, CAMERA, EVENT, SENSOR, TRAIL, UNIT

Mask = NDArray[np.bool_]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    EVENT: ("level", "kind", "channel", "area", "feed"),
    UNIT: ("kind", "state", "area", "feed"),
    SENSOR: ("kind", "area", "feed"),
    CAMERA: ("kind", "state", "area", "feed"),
    ALERT: ("level", "sender", "feed"),
}
"""By topic: what its layer can be filtered by. `feed` is the department or source that a thing came from."""
TIMES: Mapping[str, str] = {EVENT: "occurred", UNIT: "fixed", SENSOR: "measured", ALERT: "effective"}
"""By topic: the column that a filter by time asks."""


def topic_of(key: str, subject: str = "") -> str:
    """The topic whose rows a layer of the city shows: trails are those of units, heat is that of its subject."""
    if key == HEAT:
        return subject or EVENT
    return UNIT if key == TRAIL else key


def drawn(table: LiveTable, key: str) -> Mask:
    """Which rows the layer of `key` draws where nothing is filtered, shape (N,); those of heat, closed events too."""
    topic, names = table.table.topic, table.table.names
    here = np.ones(len(table), dtype=np.bool_)
    if "lon" in names:
        here = np.isfinite(table.numbers("lon")) & np.isfinite(table.numbers("lat"))
    if topic == EVENT and key != HEAT:
        here &= table.numbers("state") == EventState.OPEN
    elif topic == UNIT:
        here &= table.numbers("state") != UnitState.OFF_DUTY
    elif topic == SENSOR and key == HEAT:
        here &= np.isfinite(table.numbers("value"))
    return here


def passes(table: LiveTable, made: LayerFilter, now: int) -> Mask | None:
    """Which rows a filter lets through, shape (N,); None when it lets all through. An area stands for all in it.

    A column that the table has not is not asked: a view of another version may name one.

    Args:
        now: city's clock, UTC us.
    """
    topic = table.table.topic
    found: Mask | None = None
    for column, values in made.only:
        if column in table.table.names:
            here = _among(table, column, values)
            found = here if found is None else found & here
    window, time = made.window(now), TIMES.get(topic)
    if window is not None and time is not None:
        here = _within(table, time, window)
        found = here if found is None else found & here
    return found


def _within(table: LiveTable, time: str, window: tuple[int, int]) -> Mask:
    """Rows of a time within [start, end); an alert counts as long as it is in force."""
    at = table.numbers(time)
    before: Mask = at < window[1]
    if table.table.topic == ALERT:
        expires = table.numbers("expires")
        return before & ((expires == 0) | (expires > window[0]))
    return before & (at >= window[0])


def _among(table: LiveTable, column: str, values: Sequence[str]) -> Mask:
    spec = next(one for one in table.table.columns if one.name == column)
    if spec.dtype != "text":
        numbers = [int(value) for value in values if value.lstrip("-").isdecimal()]
        return np.isin(table.numbers(column), numbers)
    wanted = frozenset(values)
    try:
        codes, words = table.codes(column)
    except KeyError:  # words that seldom repeat are kept as they are
        texts = table.text(column)
        return np.fromiter((text in wanted for text in texts), dtype=np.bool_, count=len(texts))
    inside = tuple(values) if column == "area" else ()  # the code of an area begins with that of the one above it
    hits = (word.startswith(inside) if inside else word in wanted for word in words)
    known = np.fromiter(hits, dtype=np.bool_, count=len(words))
    return known[codes] if len(words) else np.zeros(len(codes), dtype=np.bool_)


def counts(table: LiveTable, column: str, among: Mask | None = None) -> dict[str, int]:
    """How many rows (of those `among`) have each value of a column, as text."""
    spec = next(one for one in table.table.columns if one.name == column)
    if spec.dtype != "text":
        numbers = table.numbers(column)
        values, times = np.unique(numbers if among is None else numbers[among], return_counts=True)
        return {str(value): int(n) for value, n in zip(values.tolist(), times.tolist(), strict=True)}
    try:
        codes, words = table.codes(column)
    except KeyError:
        texts = table.text(column)
        rows = range(len(texts)) if among is None else np.flatnonzero(among).tolist()
        return dict(Counter(texts[i] for i in rows))
    sums = np.bincount(codes if among is None else codes[among], minlength=len(words))
    return {word: int(n) for word, n in zip(words, sums.tolist(), strict=True) if n}
