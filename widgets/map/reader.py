"""From the picture's tables to the map's columns; only what changed is made anew. No Qt in here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from cockpit.model.city import Pack
from cockpit.model.clock import MINUTE
from cockpit.model.ports.cases import Cases as Loop
from cockpit.model.tables import CameraState, EventState, UnitState
from cockpit.picture import LiveTable, Picture
from cockpit.picture.columns import Decoded
from widgets.map.camera import mercator
from widgets.map.coloring import TIER, AreaTree, Coloring, color
from widgets.map.scene import Alert, Area, Cases, Dots, Events, Ring, Scene, Units

TELL_SECONDS = 1.0
_rings = msgspec.json.Decoder(list[list[list[tuple[float, float]]]])


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
        self._tree: AreaTree | None = None
        self._area_version = 0
        self._told: tuple[object, ...] = ("",)
        self._told_at = -math.inf
        self.coloring = Coloring("")

    def read(self, visible: frozenset[str], kind: str, stale: bool, now: int, mono: float = math.inf) -> Scene:
        """The scene of now.

        Args:
            visible: layers that are shown.
            kind: of the areas' colouring; "" for none.
            stale: whether the units' positions are old.
            now: city's clock, UTC us: alerts that are over are left out.
            mono: monotonic seconds: what areas tell is counted once a second at the most.
        """
        units: Units = self._once("unit", (), self._units)
        if stale != units.stale:
            units = msgspec.structs.replace(units, stale=stale)
        told = (kind, *(self._picture[t].version for t in ("event", "sensor")))
        if kind == self._told[0] and mono - self._told_at < TELL_SECONDS:
            told = self._told
        elif told != self._told:
            self._told, self._told_at = told, mono
        areas = self._once("area", told, self._areas(kind))
        return Scene(
            events=self._once("event", (), self._events),
            units=units,
            cases=self.cases(),
            sensors=self._once("sensor", (), lambda t: self._dots(t, ~np.isfinite(t.numbers("value")))),
            cameras=self._once("camera", (), lambda t: self._dots(t, t.numbers("state") == CameraState.OFFLINE)),
            alerts=self._once("alert", now // MINUTE, lambda t: self._alerts(t, now)),
            areas=areas,
            visible=visible,
            area_version=self._area_version,
        )

    def _once(self, topic: str, also: object, make: Callable[[LiveTable], Any]) -> Any:
        table = self._picture[topic]
        state = (table.version, also)
        made = self._made.get(topic)
        if made is None or made[0] != state:
            made = self._made[topic] = (state, make(table))
        return made[1]

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

    def _events(self, table: LiveTable) -> Events:
        x, y = mercator(table.numbers("lon"), table.numbers("lat"))
        rows = np.flatnonzero((table.numbers("state") == EventState.OPEN) & np.isfinite(x) & np.isfinite(y))
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

    def _units(self, table: LiveTable) -> Units:
        x, y = mercator(table.numbers("lon"), table.numbers("lat"))
        state = table.numbers("state")
        rows = np.flatnonzero((state != UnitState.OFF_DUTY) & np.isfinite(x) & np.isfinite(y))
        codes, names = table.codes("kind")
        shapes = [self._pack.unit_kind(name).shape for name in names]
        keys, said = table.text("key"), table.text("name")
        return Units(
            keys=[keys[i] for i in rows.tolist()],
            names=[said[i] for i in rows.tolist()],
            shapes=[shapes[code] for code in codes[rows].tolist()],
            x=x[rows],
            y=y[rows],
            state=state[rows].astype(np.int64),
            heading=table.numbers("heading")[rows].astype(np.float64),
            fixed=table.numbers("fixed")[rows].copy(),
        )

    def _dots(self, table: LiveTable, off: Any) -> Dots:
        x, y = mercator(table.numbers("lon"), table.numbers("lat"))
        rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        keys, names = table.text("key"), table.text("name")
        where = rows.tolist()
        return Dots([keys[i] for i in where], [names[i] for i in where], x[rows], y[rows], np.asarray(off)[rows].copy())

    def _ring(self, key: str, text: str) -> tuple[Ring, ...]:
        """Rings of a thing; the same object as long as the text is the same."""
        known = self._shapes.get(key)
        if known is None or known[0] != text:
            known = self._shapes[key] = (text, rings_of(text))
        return known[1]

    def _alerts(self, table: LiveTable, now: int) -> tuple[Alert, ...]:
        alerts = []
        for row in (table.row(i) for i in range(len(table))):
            rings = self._ring(row["key"], row["rings"])
            if rings and row["effective"] <= now and not 0 < row["expires"] <= now:
                level = min(max(int(row["level"]), 1), 5)
                alerts.append(Alert(row["key"], row["title"], level, row["expires"], rings))
        return tuple(alerts)

    def _areas(self, kind: str) -> Callable[[LiveTable], tuple[Area, ...]]:
        def make(table: LiveTable) -> tuple[Area, ...]:
            if self._tree is None or self._tree.version != table.version:
                self._tree = AreaTree(table)
            coloring = color(kind, self._picture, self._tree, self._pack) if kind else Coloring("")
            made = self._made.get("area")
            if made is not None and made[0][0] == table.version and coloring == self.coloring:
                kept: tuple[Area, ...] = made[1]
                return kept
            self.coloring = coloring
            self._area_version += 1
            codes, names, rings = table.text("code"), table.text("name"), table.text("rings")
            return tuple(
                Area(codes[i], names[i], TIER, self._ring(codes[i], rings[i]), coloring.steps.get(codes[i], 0))
                for i in np.flatnonzero(table.numbers("tier") == TIER).tolist()
            )

        return make
