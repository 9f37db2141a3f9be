"""From the picture's tables to the map's columns; only what changed is made anew. No Qt in here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from cockpit.model.ages import moment
from cockpit.model.city import Pack
from cockpit.model.clock import MINUTE
from cockpit.model.ports.cases import Cases as Loop
from cockpit.model.tables import AlarmState, CameraState, EventState, UnitState
from cockpit.picture import LiveTable, Picture
from cockpit.picture.columns import Decoded
from widgets.map.camera import mercator
from widgets.map.coloring import SIGN, AreaTree, Coloring, color
from widgets.map.layers.filtering import Mask, drawn, passes, topic_of
from widgets.map.layers.state import FIRST, HEAT, LayerStack, tier_of
from widgets.map.scene import (
    ALARM,
    ALERT,
    CAMERA,
    EVENT,
    SENSOR,
    TRAIL,
    UNIT,
    Alarms,
    Alert,
    Area,
    Cases,
    Dots,
    Events,
    Floats,
    Ints,
    Picked,
    Ring,
    Scene,
    Units,
    Warmth,
)

TELL_SECONDS = 1.0
_rings = msgspec.json.Decoder(list[list[list[tuple[float, float]]]])


Placed = tuple[Ints, Floats, Floats]
"""Rows of a table, and where they are in Mercator metres."""


def rings_of(text: str) -> tuple[Ring, ...]:
    """GeoJSON MultiPolygon coordinates to rings; () for what is none."""
    try:
        polygons = _rings.decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return ()
    rings = []
    for ring in (np.array(ring) for polygon in polygons for ring in polygon if len(ring) > 2):
        x, y = mercator(ring[:, 0], ring[:, 1])
        rings.append(Ring(x, y))
    return tuple(rings)


def _keys_of(table: LiveTable, here: Mask | None) -> frozenset[str]:
    keys = table.text("key")
    return frozenset(keys if here is None else (keys[i] for i in np.flatnonzero(here).tolist()))


class SceneReader:
    """Reads scenes.

    Attributes:
        coloring: what the areas' colour told in the scene read last.
    """

    def __init__(self, picture: Picture, pack: Pack, loop: Loop) -> None:
        self._picture, self._pack, self._loop = picture, pack, loop
        self._cases: tuple[tuple[tuple[str, bool], ...], Cases] = ((), Cases())
        self._made: dict[str, tuple[tuple[int, object], Any]] = {}
        self._shapes: dict[str, tuple[str, tuple[Ring, ...]]] = {}
        self._places: dict[str, tuple[tuple[Any, Any, Mask | None], Placed]] = {}
        self._dotted: dict[str, tuple[int, Ints, Dots]] = {}
        self._tree: AreaTree | None = None
        self._area_version = 0
        self._told: tuple[object, ...] = ("",)
        self._told_at = -math.inf
        self.coloring = Coloring("")

    def read(
        self, visible: frozenset[str], kind: str, stale: bool, now: int, mono: float = math.inf,
        stack: LayerStack = FIRST,
    ) -> Scene:  # fmt: skip
        """The scene of now.

        Args:
            visible: layers that are shown.
            kind: of the areas' colouring; "" for none.
            stale: whether the units' positions are old.
            now: city's clock, UTC us: alerts that are over are left out.
            mono: monotonic seconds: what areas tell is counted once a second at the most.
            stack: how layers are filtered, and what the heat layer shows.
        """
        tracked: Units = self._once("unit", stale, lambda t: self._units(t, stale, None))
        units = tracked
        if stack.filter(UNIT):
            units = self._filtered("unit.shown", UNIT, stack, now, lambda t, here: self._units(t, stale, here), stale)
        tier = tier_of(stack)
        counted = ("sign",) if kind.startswith(SIGN) else ("event", "sensor")
        told = (f"{kind} {tier}", now // MINUTE if kind else 0, *(self._picture[t].version for t in counted))
        if told[0] == self._told[0] and mono - self._told_at < TELL_SECONDS:
            told = self._told
        elif told != self._told:
            self._told, self._told_at = told, mono
        areas = self._once("area", told, self._areas(kind, tier, now))
        return Scene(
            events=self._filtered(EVENT, EVENT, stack, now, self._events),
            units=units,
            cases=self.cases(),
            alarms=self._once(ALARM, (), self._alarms),
            sensors=self._filtered(SENSOR, SENSOR, stack, now, self._sensors),
            cameras=self._filtered(
                CAMERA,
                CAMERA,
                stack,
                now,
                lambda t, here: self._dots(t, t.numbers("state") == CameraState.OFFLINE, here),
            ),
            alerts=self._filtered(ALERT, ALERT, stack, now, lambda t, here: self._alerts(t, now, here), now // MINUTE),
            tracked=tracked,
            trailed=self._filtered(TRAIL, UNIT, stack, now, _keys_of) if stack.filter(TRAIL) else None,
            heat=self._heat(stack, now) if HEAT in visible else None,
            areas=areas,
            visible=visible,
            area_version=self._area_version,
        )

    def _once(self, topic: str, also: object, make: Callable[[LiveTable], Any], key: str = "") -> Any:
        table = self._picture[topic]
        state = (table.version, also)
        made = self._made.get(key or topic)
        if made is None or made[0] != state:
            made = self._made[key or topic] = (state, make(table))
        return made[1]

    def _filtered(
        self, key: str, topic: str, stack: LayerStack, now: int, make: Callable[[LiveTable, Mask | None], Any],
        also: object = (),
    ) -> Any:  # fmt: skip
        """What `make` makes of the rows of `topic` that the filter of the layer lets through (None for all)."""
        made = stack.filter(key.partition(".")[0])
        token = (also, made, made.beat(now), stack.state(key).subject)
        return self._once(topic, token, lambda t: make(t, passes(t, made, now) if made else None), key)

    def _heat(self, stack: LayerStack, now: int) -> Warmth:
        """The heat of a topic: a place each, of sensors of one unit of measure their values."""
        subject = topic_of(HEAT, stack.state(HEAT).subject)

        def make(table: LiveTable, here: Mask | None) -> Warmth:
            x, y = mercator(table.numbers("lon"), table.numbers("lat"))
            good = drawn(table, HEAT) & np.isfinite(x) & np.isfinite(y) & (True if here is None else here)
            weight, unit = np.ones(len(x)), ""
            if subject == SENSOR:
                codes, units = table.codes("unit")
                of = {units[code] for code in np.unique(codes[good]).tolist()}
                if len(of) == 1:
                    weight, unit = np.maximum(table.numbers("value"), 0.0), of.pop()
            rows = np.flatnonzero(good)
            since = int(table.numbers("occurred")[rows].min(initial=now)) if subject == EVENT else 0
            return Warmth(subject, x[rows], y[rows], weight[rows], unit, since)

        heat: Warmth = self._filtered(HEAT, subject, stack, now, make)
        return heat

    def cases(self) -> Cases:
        """Open cases that no open event of the picture stands for; the same object as long as they are the same."""
        events = self._picture["event"]

        def stands(event: str) -> bool:
            row = events.row_of(event) if event else None
            return row is not None and int(events.value(row, "state")) == EventState.OPEN

        found = [case for case in self._loop.all_open() if not stands(case.facts.event)]
        seen = tuple((case.id, case.provisional) for case in found)
        if seen != self._cases[0]:
            lon, lat = (np.array([getattr(case.facts, name) for case in found]) for name in ("lon", "lat"))
            x, y = mercator(lon, lat)
            self._cases = (
                seen,
                Cases(
                    keys=[case.id for case in found],
                    x=x,
                    y=y,
                    level=np.clip([case.facts.level for case in found], 1, 5).astype(np.int64),
                    patterns=[self._pack.kind(case.facts.kind).pattern for case in found],
                    waits=[case.provisional for case in found],
                ),
            )
        return self._cases[1]

    @staticmethod
    def _alarms(table: LiveTable) -> Alarms:
        x, y = mercator(table.numbers("lon"), table.numbers("lat"))
        state = table.numbers("state")
        aside = np.isin(state, (AlarmState.SHELVED, AlarmState.SUPPRESSED))
        rows = np.flatnonzero(~aside & np.isfinite(x) & np.isfinite(y))
        # what waits, and the gravest of it, on top
        waits = np.isin(state, (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED))
        rows = rows[np.lexsort((-table.numbers("level")[rows].astype(np.int64), waits[rows]))]
        return Alarms(
            keys=[table.key_at(row) for row in rows.tolist()],
            x=x[rows],
            y=y[rows],
            level=np.clip(table.numbers("level")[rows], 1, 5).astype(np.int64),
            waits=waits[rows].tolist(),
        )

    def _events(self, table: LiveTable, here: Mask | None) -> Events:
        x, y = mercator(table.numbers("lon"), table.numbers("lat"))
        shown = (table.numbers("state") == EventState.OPEN) & np.isfinite(x) & np.isfinite(y)
        rows = np.flatnonzero(shown if here is None else shown & here)
        codes, names = table.codes("kind")
        patterns = [self._pack.kind(name).pattern for name in names]
        keys = table.text("key")
        return Events(
            keys=list(keys) if len(rows) == len(keys) else [keys[i] for i in rows.tolist()],
            x=x[rows],
            y=y[rows],
            level=np.clip(table.numbers("level")[rows], 1, 5).astype(np.int64),
            occurred=table.numbers("occurred")[rows].copy(),
            patterns=Decoded(codes[rows], patterns),
        )

    def _units(self, table: LiveTable, stale: bool, here: Mask | None) -> Units:
        x, y = mercator(table.numbers("lon"), table.numbers("lat"))
        state = table.numbers("state")
        shown = (state != UnitState.OFF_DUTY) & np.isfinite(x) & np.isfinite(y)
        rows = np.flatnonzero(shown if here is None else shown & here)
        codes, names = table.codes("kind")
        shapes = [self._pack.unit_kind(name).shape for name in names]
        keys, said = table.text("key"), table.text("name")
        return Units(
            keys=[keys[i] for i in rows.tolist()],
            names=[said[i] for i in rows.tolist()],
            shapes=Decoded(codes[rows], shapes),
            x=x[rows],
            y=y[rows],
            state=state[rows].astype(np.int64),
            heading=table.numbers("heading")[rows].astype(np.float64),
            fixed=table.numbers("fixed")[rows].copy(),
            stale=stale,
        )

    def _sensors(self, table: LiveTable, here: Mask | None) -> Dots:
        return self._dots(table, ~np.isfinite(table.numbers("value")), here)

    def _cameras(self, table: LiveTable, here: Mask | None) -> Dots:
        return self._dots(table, table.numbers("state") == CameraState.OFFLINE, here)

    def _dots(self, table: LiveTable, off: Any, here: Mask | None) -> Dots:
        """The very same as before as long as nothing of them is seen to be another: values come many times a second."""
        rows, x, y = self._placed(table, here)
        every = len(rows) == len(table)
        faint = np.asarray(off) if every else np.asarray(off)[rows]
        topic = table.table.topic
        kept = self._dotted.get(topic)
        if kept is not None and kept[0] == table.moves and kept[1] is rows and np.array_equal(kept[2].off, faint):
            return kept[2]
        keys = list(table.text("key"))
        dots = Dots(keys if every else Picked(keys, rows), x, y, faint)
        self._dotted[topic] = (table.moves, rows, dots)
        return dots

    def _placed(self, table: LiveTable, here: Mask | None) -> Placed:
        """The rows that have a place and are shown, and where they are: the very same as long as they are the same."""
        topic, lon, lat = table.table.topic, table.numbers("lon"), table.numbers("lat")
        kept = self._places.get(topic)
        if kept is not None and all(
            a is b or (a is not None and b is not None and np.array_equal(a, b, equal_nan=True))
            for a, b in zip(kept[0], (lon, lat, here), strict=True)
        ):
            return kept[1]
        x, y = mercator(lon, lat)
        shown = np.isfinite(x) & np.isfinite(y)
        rows = np.flatnonzero(shown if here is None else shown & here)
        every = len(rows) == len(x)
        placed = (rows, x if every else x[rows], y if every else y[rows])
        self._places[topic] = ((lon.copy(), lat.copy(), here), placed)
        return placed

    def _ring(self, key: str, text: str) -> tuple[Ring, ...]:
        """Rings of a thing; the same object as long as the text is the same."""
        known = self._shapes.get(key)
        if known is None or known[0] != text:
            known = self._shapes[key] = (text, rings_of(text))
        return known[1]

    def _alerts(self, table: LiveTable, now: int, here: Mask | None) -> tuple[Alert, ...]:
        alerts = []
        for row in (table.row(i) for i in range(len(table)) if here is None or here[i]):
            rings = self._ring(row["key"], row["rings"])
            if rings and row["effective"] <= now and not 0 < row["expires"] <= now:
                level = min(max(int(row["level"]), 1), 5)
                until = moment(row["expires"], now) if row["expires"] else ""
                alerts.append(Alert(row["key"], row["title"], level, row["expires"], rings, until))
        return tuple(alerts)

    def _areas(self, kind: str, tier: int, now: int) -> Callable[[LiveTable], tuple[Area, ...]]:
        def make(table: LiveTable) -> tuple[Area, ...]:
            if self._tree is None or (self._tree.version, self._tree.tier) != (table.version, tier):
                self._tree = AreaTree(table, tier)
            coloring = color(kind, self._picture, self._tree, self._pack, now) if kind else Coloring("", tier=tier)
            made = self._made.get("area")
            if made is not None and made[0][0] == table.version and coloring == self.coloring:
                kept: tuple[Area, ...] = made[1]
                return kept
            self.coloring = coloring
            self._area_version += 1
            codes, names, rings = table.text("code"), table.text("name"), table.text("rings")
            return tuple(
                Area(codes[i], names[i], tier, self._ring(codes[i], rings[i]), coloring.steps.get(codes[i], 0))
                for i in np.flatnonzero(table.numbers("tier") == tier).tolist()
            )

        return make
