"""What stands on the ground in three dimensions: read from the picture, as rows that the page draws. No Qt in here."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from cockpit.model.city import Pack
from cockpit.model.ports.cases import Cases
from cockpit.model.tables import EventState, UnitState
from cockpit.picture import Picture
from cockpit.share.situation import rings_of
from widgets.map.coloring import TIER, AreaTree, Values, measured, step_of
from widgets.map.scene import CASE, EVENT, SENSOR, UNIT

Row = dict[str, Any]
NO_VALUE, USUAL, OVER = 0, 1, 2
"""State of a sensor: no value, below the value from which it is worth a look (or none is known), at it or above."""


class Living:
    """Reads rows; what did not change is the very same list as before."""

    def __init__(self, picture: Picture, pack: Pack, cases: Cases) -> None:
        self._picture, self._pack, self._cases = picture, pack, cases
        self._kept: dict[str, tuple[object, list[Row]]] = {}
        self._tree: AreaTree | None = None
        self._middles: dict[str, tuple[str, float, float]] = {}

    def events(self) -> list[Row]:
        """Open events and cases that no open event stands for: {t: topic, k: key, p: place, l: level, i: symbol}."""
        return self._once("event", (self._picture["event"].version, self._open_cases()), self._events)

    def units(self) -> list[Row]:
        """Units on duty: {k, p, b: busy}."""
        return self._once("unit", self._picture["unit"].version, self._units)

    def sensors(self) -> list[Row]:
        """Sensors, the components of the city: {k, p, s: state}."""
        return self._once("sensor", self._picture["sensor"].version, self._sensors)

    def arcs(self) -> list[Row]:
        """An arc for each order at work: {u: unit, t, k: what it goes to, a: from, b: to}."""
        return list(self._arcs())

    def columns(self, kind: str, now: int) -> tuple[str, list[Row]]:
        """Values by 街道 at a time (UTC us): their unit, and {n: name, p: middle, v: value, s: step of its colour}."""
        areas = self._picture["area"]
        if self._tree is None or self._tree.version != areas.version:
            self._tree, self._middles = AreaTree(areas), _middles(areas)
        found: Values = measured(kind, self._picture, self._tree, self._pack, now)
        rows = [
            {"n": name, "p": [lon, lat], "v": found.by_area[code], "s": step_of(kind, found.by_area[code])}
            for code, (name, lon, lat) in self._middles.items()
            if code in found.by_area
        ]
        return found.unit, rows

    def place(self, topic: str, key: str) -> tuple[float, float] | None:
        """Where a thing is, WGS-84; None for one that has no place or is not there."""
        if topic == CASE:
            case = self._cases.case(key)
            return _finite(case.facts.lon, case.facts.lat) if case is not None else None
        row = self._picture[topic].get(key) if topic in (EVENT, UNIT, SENSOR, "camera") else None
        return _finite(row["lon"], row["lat"]) if row is not None else None

    def _once(self, what: str, state: object, make: Any) -> list[Row]:
        kept = self._kept.get(what)
        if kept is None or kept[0] != state:
            kept = self._kept[what] = (state, make())
        return kept[1]

    def _open_cases(self) -> tuple[str, ...]:
        return tuple(case.id for case in self._cases.all_open())

    def _events(self) -> list[Row]:
        table = self._picture["event"]
        rows: list[Row] = []
        stands: set[str] = set()
        for i in np.flatnonzero(table.numbers("state") == EventState.OPEN).tolist():
            key, level = table.key_at(i), _level(table.value(i, "level"))
            stands.add(key)
            at = _finite(table.value(i, "lon"), table.value(i, "lat"))
            if at is not None:
                symbol = f"{level}-{self._pack.kind(str(table.value(i, 'kind'))).pattern}"
                rows.append({"t": EVENT, "k": key, "p": list(at), "l": level, "i": symbol})
        for case in self._cases.all_open():
            at = _finite(case.facts.lon, case.facts.lat)
            if case.facts.event not in stands and at is not None:
                level = _level(case.facts.level)
                symbol = f"{level}-{self._pack.kind(case.facts.kind).pattern}"
                rows.append({"t": CASE, "k": case.id, "p": list(at), "l": level, "i": symbol})
        rows.sort(key=lambda row: -row["l"])  # the most urgent are drawn last, on top
        return rows

    def _units(self) -> list[Row]:
        table = self._picture["unit"]
        rows = []
        for i in np.flatnonzero(table.numbers("state") != UnitState.OFF_DUTY).tolist():
            at = _finite(table.value(i, "lon"), table.value(i, "lat"))
            if at is not None:
                rows.append({"k": table.key_at(i), "p": list(at), "b": int(table.value(i, "state")) == UnitState.BUSY})
        return rows

    def _sensors(self) -> list[Row]:
        table = self._picture["sensor"]
        rows = []
        for i in range(len(table)):
            at = _finite(table.value(i, "lon"), table.value(i, "lat"))
            value, warn = float(table.value(i, "value")), self._pack.sensor_kind(str(table.value(i, "kind"))).warn
            state = NO_VALUE if not math.isfinite(value) else OVER if warn is not None and value >= warn else USUAL
            if at is not None:
                rows.append({"k": table.key_at(i), "p": list(at), "s": state})
        return rows

    def _arcs(self) -> Iterator[Row]:
        for case in self._cases.all_open():
            topic, key = (EVENT, case.facts.event) if case.facts.event in self._picture[EVENT] else (CASE, case.id)
            to = _finite(case.facts.lon, case.facts.lat)
            for order in case.orders.values():
                start = self.place(UNIT, order.unit) if order.working else None
                if start is not None and to is not None:
                    yield {"u": order.unit, "t": topic, "k": key, "a": list(start), "b": list(to)}


def _level(level: Any) -> int:
    return int(level) if 1 <= int(level) <= 5 else 5


def _finite(lon: Any, lat: Any) -> tuple[float, float] | None:
    ok = math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) < 85
    return (round(float(lon), 7), round(float(lat), 7)) if ok else None


def _middles(areas: Any) -> dict[str, tuple[str, float, float]]:
    """Name and a place within each area of the tree's tier, by code."""
    found = {}
    for i in np.flatnonzero(areas.numbers("tier") == TIER).tolist():
        rings = rings_of(str(areas.value(i, "rings")), 6)
        shapes = [shapely.polygons(rings_[0]) for rings_ in rings if rings_]
        if shapes:
            point = shapely.point_on_surface(max(shapely.make_valid(shapes), key=shapely.area))
            found[str(areas.value(i, "code"))] = (str(areas.value(i, "name")), float(point.x), float(point.y))
    return found
