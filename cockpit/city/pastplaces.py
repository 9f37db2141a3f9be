"""Where things were and who went there, for many of them at once: pools of places as arrays, units by their homes."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cockpit.city.ground import Ground
from cockpit.city.pastyear import Slow
from cockpit.city.units import Unit
from cockpit.paths import assets_dir

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NEAR = 3
"""Units of a kind among which one is chosen."""
ORDINARY = 0.12
"""Sigma of how much longer or shorter one unit takes than another."""


class Posted(msgspec.Struct, frozen=True):
    """A unit as far as the past knows it.

    Attributes:
        key: as in the picture; name: call sign; home: number of a node.
    """

    key: str
    name: str
    kind: str
    home: int


def posted(units: Sequence[Unit], feed: str) -> list[Posted]:
    """The units of a city, by the keys that they have in the picture."""
    return [Posted(f"{feed}/{unit.id}", unit.name, unit.kind, unit.home) for unit in units]


class Places:
    """Nodes of sorts of place, whole or of one area."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._areas: dict[str, NDArray[np.str_]] = {}
        self._within: dict[tuple[str, str], Ints] = {}

    def pool(self, where: str, area: str = "") -> Ints:
        """Those in an area (by the beginning of its code), any where there is none of that sort."""
        if not area:
            return self._ground.pool(where)
        known = self._within.get((where, area))
        if known is None:
            pool = self._ground.pool(where)
            known = pool[self.within(pool, area)]
            if not len(known) and where != "any":
                known = self.pool("any", area)
            self._within[where, area] = known
        return known

    def within(self, nodes: Ints, area: str) -> NDArray[np.bool_]:
        return np.array([self._ground.area(node).startswith(area) for node in nodes.tolist()], dtype=np.bool_)

    def areas(self, nodes: Ints) -> list[str]:
        return [self._ground.area(node) for node in nodes.tolist()]

    def places(self, nodes: Ints) -> list[str]:
        return [self._ground.place(node) for node in nodes.tolist()]

    def lon_lat(self, nodes: Ints) -> tuple[Floats, Floats]:
        """WGS-84 degrees, to the microdegree as the city says them."""
        streets = self._ground.streets
        return np.round(streets.lon[nodes], 6), np.round(streets.lat[nodes], 6)


class Hands:
    """Who took care of what.

    Attributes:
        keys, kinds: of the units, in their order. slow: how many times as long each takes.
    """

    def __init__(self, units: Sequence[Posted], ground: Ground, slow: Sequence[Slow], seed: int) -> None:
        self.keys = [unit.key for unit in units]
        self.kinds = [unit.kind for unit in units]
        self.slow = np.exp(ORDINARY * np.random.default_rng((seed, 2)).standard_normal(len(units)))
        self._ground = ground
        self._rows: dict[str, Ints] = {}
        self._trees: dict[str, cKDTree] = {}
        for kind in dict.fromkeys(self.kinds):
            rows = np.array([i for i, one in enumerate(self.kinds) if one == kind], dtype=np.int64)
            self._rows[kind] = rows
            self._trees[kind] = cKDTree(ground.xy[[units[i].home for i in rows.tolist()]])
        for one in slow:
            rows = self._rows.get(one.unit_kind, np.zeros(0, dtype=np.int64))
            if one.number <= len(rows):
                self.slow[rows[one.number - 1]] = one.times

    def choose(self, nodes: Ints, fitting: list[tuple[str, ...]], ranks: Ints, nears: Ints) -> Ints:
        """A unit each, -1 where no kind that fits is there.

        Args:
            fitting: kinds of units, best first; ranks: which of them; nears: the how manieth nearest.
        """
        wanted = [self._kind(kinds, rank) for kinds, rank in zip(fitting, ranks.tolist(), strict=True)]
        found = np.full(len(nodes), -1, dtype=np.int64)
        for kind in set(wanted) - {""}:
            rows = np.flatnonzero([one == kind for one in wanted])
            units = self._rows[kind]
            k = min(NEAR, len(units))
            _, near = self._trees[kind].query(self._ground.xy[nodes[rows]], k=list(range(1, k + 1)))
            chosen = near[np.arange(len(rows)), np.minimum(nears[rows], k - 1)]
            found[rows] = units[chosen]
        return found

    def _kind(self, kinds: tuple[str, ...], rank: int) -> str:
        there = [kind for kind in kinds if kind in self._rows]
        return there[min(rank, len(there) - 1)] if there else ""


def suits() -> dict[str, tuple[str, ...]]:
    """Pattern of an event's class to the kinds of units that may be sent, best first."""
    data = tomllib.loads((assets_dir() / "kinds" / "suits.toml").read_text("utf-8"))
    return {pattern: tuple(kinds) for pattern, kinds in data["pattern"].items()}
