"""How each layer of the map is set, and the stack that they make. No Qt in here; kept in the profile as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from cockpit.model.clock import HOUR, MINUTE
from widgets.map.coloring import TIER
from widgets.map.scene import ALERT, AREA, CAMERA, EVENT, SENSOR, TRAIL, UNIT

HEAT = "heat"
USER = "user."
"""Keys of layers that a person imported begin so."""
CITY = (EVENT, UNIT, TRAIL, SENSOR, CAMERA, HEAT, ALERT, AREA)
"""Layers of the city in the order of the list, the uppermost first."""
SHOWN = frozenset((EVENT, UNIT, TRAIL, ALERT, AREA))
LEAST_OPACITY = 0.1
"""A layer fainter than this is hidden, not shown invisibly."""
MOST_VALUES = 500
"""Values of one filter; more than a person ticks is nonsense in a file."""


class LayerFilter(msgspec.Struct, frozen=True):
    """What of a layer is shown. All parts must hold. Hashable.

    Attributes:
        only: by column the values that are shown, as text; a column that is not here is not asked.
        last: only what is of the last so many microseconds; 0: any time.
        start, end: only what is of [start, end), UTC us; 0, 0: any time. At most one of `last` and these is set.
    """

    only: tuple[tuple[str, tuple[str, ...]], ...] = ()
    last: int = 0
    start: int = 0
    end: int = 0

    def __bool__(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.only or self.last or self.end)

    def values(self, column: str) -> tuple[str, ...]:
        """The values of `column` that are shown; () where it is not asked."""
        return next((values for name, values in self.only if name == column), ())

    def with_values(self, column: str, values: Iterable[str]) -> LayerFilter:
        """The same with other values of `column`; none: it is not asked any more."""
        kept = [(name, known) for name, known in self.only if name != column]
        wanted = tuple(sorted(set(values)))
        if wanted:
            kept.append((column, wanted))
        return msgspec.structs.replace(self, only=tuple(sorted(kept)))

    def with_last(self, span: int) -> LayerFilter:
        """The same for the last `span` microseconds; 0: any time."""
        return msgspec.structs.replace(self, last=span, start=0, end=0)

    def with_span(self, start: int, end: int) -> LayerFilter:
        """The same for [start, end), UTC us."""
        return msgspec.structs.replace(self, last=0, start=start, end=end)

    def window(self, now: int) -> tuple[int, int] | None:
        """From when until when, UTC us; None for any time."""
        if self.last:
            return now - self.last, now + HOUR  # a clock that is ahead by a little does not hide what just came
        return (self.start, self.end) if self.end else None

    def beat(self, now: int) -> int:
        """Changes when what it lets through may change although nothing else did: once a minute for `last`."""
        return now // MINUTE if self.last else 0


class LayerState(msgspec.Struct, frozen=True, kw_only=True):
    """How one layer is set.

    Attributes:
        key: of the layer: one of `CITY`, or `USER` and the id of an imported one.
        visible: whether it is shown.
        opacity: 0 to 1.
        order: place in the stack, 0 lowest.
        filter: what of it is shown.
        color_by: what its colour tells: of `AREA` a colouring, of an imported layer an attribute; "" for one colour.
        subject: of `HEAT` the topic whose density it shows; of `AREA` the tier of the areas that are coloured; of an
            imported layer which plain colour it has.
    """

    key: str
    visible: bool = True
    opacity: float = 1.0
    order: int = 0
    filter: LayerFilter = LayerFilter()
    color_by: str = ""
    subject: str = ""


class LayerStack(msgspec.Struct, frozen=True):
    """All layers.

    Attributes:
        layers: the uppermost first, as in the list; `order` of each counts from below.
    """

    layers: tuple[LayerState, ...] = ()

    @property
    def visible(self) -> frozenset[str]:
        """Keys of the layers that are shown."""
        return frozenset(layer.key for layer in self.layers if layer.visible)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(layer.key for layer in self.layers)

    def state(self, key: str) -> LayerState:
        """How `key` is set; for a layer that is not in the stack one that is hidden."""
        return next((layer for layer in self.layers if layer.key == key), LayerState(key=key, visible=False))

    def filter(self, key: str) -> LayerFilter:
        return self.state(key).filter

    def with_layer(self, key: str, **changes: Any) -> LayerStack:
        """The same with one layer set otherwise: `visible`, `opacity`, `filter`, `color_by`, `subject`."""
        return stack_of(msgspec.structs.replace(one, **changes) if one.key == key else one for one in self.layers)

    def moved(self, key: str, by: int) -> LayerStack:
        """The same with one layer `by` places higher in the list (lower where negative), as far as it goes."""
        keys = list(self.keys)
        if key not in keys:
            return self
        at = keys.index(key)
        return self.placed(key, at - by)

    def placed(self, key: str, at: int) -> LayerStack:
        """The same with one layer at place `at` of the list, 0 uppermost."""
        rest = [layer for layer in self.layers if layer.key != key]
        at = min(max(at, 0), len(rest))
        return stack_of((*rest[:at], self.state(key), *rest[at:]))

    def with_known(self, users: Iterable[str]) -> LayerStack:
        """The same with every layer of the city and those imported ones that there are, and no others.

        Args:
            users: keys of imported layers. One that is new goes beneath the alerts, above the areas, shown.
        """
        users = list(users)
        known = {*CITY, *users}
        layers = [layer for layer in self.layers if layer.key in known]
        have = {layer.key for layer in layers}
        for i, key in enumerate(CITY):
            if key not in have:
                above = [n for n, layer in enumerate(layers) if layer.key in CITY[:i]]
                layers.insert(above[-1] + 1 if above else 0, _first(key))
        for key in users:
            if key not in have:
                at = next((n for n, layer in enumerate(layers) if layer.key == AREA), len(layers))
                layers.insert(at, LayerState(key=key))
        return stack_of(layers)

    def to_prefs(self) -> list[dict[str, Any]]:
        """As JSON, the uppermost first; what is as at first is left out."""
        return [_plain(layer) for layer in self.layers]


def tier_of(stack: LayerStack) -> int:
    """The tier of the areas that are coloured: 1 district, 2 street, 3 community, 4 cell."""
    subject = stack.state(AREA).subject
    return int(subject) if subject in ("1", "2", "3", "4") else TIER


def _first(key: str) -> LayerState:
    """How a layer of the city is set on the first day."""
    subject = EVENT if key == HEAT else ""
    return LayerState(key=key, visible=key in SHOWN, subject=subject)


def stack_of(layers: Iterable[LayerState]) -> LayerStack:
    """A stack of layers, the uppermost first; each key once, orders counted.

    Coloured areas lie beneath all others: streets are drawn over them.
    """
    unique = {layer.key: layer for layer in reversed(list(layers))}
    ordered = sorted(unique.values(), key=lambda layer: layer.key != AREA)
    return LayerStack(tuple(msgspec.structs.replace(one, order=i) for i, one in enumerate(ordered))[::-1])


FIRST = stack_of(_first(key) for key in CITY)
"""The stack of the first day."""


def stack_from(value: object, users: Iterable[str] = ()) -> LayerStack:
    """The stack that was kept; what can not be read is as on the first day.

    Args:
        value: what `to_prefs` made, or the names of shown layers as older versions kept them.
        users: keys of the imported layers that there are.
    """
    if not isinstance(value, list):
        return FIRST.with_known(users)
    if all(isinstance(one, str) for one in value):
        old = (msgspec.structs.replace(one, visible=one.key in value) for one in FIRST.layers)
        return stack_of(old).with_known(users)
    read = (_read(one) for one in value if isinstance(one, dict))
    return stack_of(one for one in read if one is not None).with_known(users)


def _plain(layer: LayerState) -> dict[str, Any]:
    plain: dict[str, Any] = {"key": layer.key, "visible": layer.visible}
    if layer.opacity != 1.0:
        plain["opacity"] = layer.opacity
    if layer.color_by:
        plain["color_by"] = layer.color_by
    if layer.subject:
        plain["subject"] = layer.subject
    made = layer.filter
    if made.only:
        plain["only"] = {name: list(values) for name, values in made.only}
    for name in ("last", "start", "end"):
        if getattr(made, name):
            plain[name] = getattr(made, name)
    return plain


def _read(plain: Mapping[str, Any]) -> LayerState | None:
    """One layer as `_plain` made it; None for what is none. A part that is nonsense is left out."""
    key = plain.get("key")
    if not isinstance(key, str) or not key:
        return None
    opacity = plain.get("opacity", 1.0)
    good = isinstance(opacity, int | float) and math.isfinite(opacity)
    return LayerState(
        key=key,
        visible=plain.get("visible") is not False,
        opacity=min(max(float(opacity), LEAST_OPACITY), 1.0) if good else 1.0,
        filter=_filter(plain),
        color_by=_text(plain.get("color_by")),
        subject=_text(plain.get("subject")) or (EVENT if key == HEAT else ""),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _filter(plain: Mapping[str, Any]) -> LayerFilter:
    made = LayerFilter()
    only = plain.get("only")
    for name, values in only.items() if isinstance(only, dict) else ():
        if isinstance(values, list) and len(values) <= MOST_VALUES:
            made = made.with_values(name, (value for value in values if isinstance(value, str)))
    last, start, end = (
        value if isinstance(value, int) and 0 <= value < 2**62 else 0
        for value in (plain.get("last"), plain.get("start"), plain.get("end"))
    )
    if last:
        return made.with_last(last)
    return made.with_span(start, end) if end > start else made
