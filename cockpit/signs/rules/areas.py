"""The tree of areas as rules need it: which area of a tier a code lies in, for one code or for a column of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cockpit.picture.table import LiveTable

Index = NDArray[np.int64]
_DEEPEST = 16


class AreaIndex:
    """The areas of a picture; read anew when their table changed."""

    def __init__(self, table: LiveTable) -> None:
        self._table = table
        self._version = -1
        self._tier: dict[str, int] = {}
        self._parent: dict[str, str] = {}
        self._name: dict[str, str] = {}
        self._lifted: dict[tuple[str, int], tuple[tuple[int, int], Index, list[str]]] = {}

    @property
    def version(self) -> int:
        return self._table.version

    def line(self, code: str) -> list[str]:
        """An area and those above it, upwards; [] for one that is not known."""
        self._read()
        found: list[str] = []
        while code in self._tier and code not in found and len(found) < _DEEPEST:
            found.append(code)
            code = self._parent[code]
        return found

    def at(self, code: str, tier: int) -> str:
        """The area of a tier that an area is, or lies in; "" where it lies in none. Tier -1: everywhere, ""."""
        return next((above for above in self.line(code) if self._tier[above] == tier), "") if tier >= 0 else ""

    def within(self, inner: str, outer: str) -> bool:
        """Whether an area is another one or lies in it; all lies in "" and nothing that is known in what is not."""
        return not outer or inner == outer or outer in self.line(inner)

    def words(self, code: str) -> str:
        """西湖区 · 翠苑街道: its name with two above it, without the city; "" for one that is not known."""
        line = self.line(code)
        names = [self._name[one] for one in reversed(line) if self._tier[one] > 0][:3]
        return " · ".join(names or [self._name[one] for one in line[:1]])

    def lift(self, table: LiveTable, tier: int) -> tuple[Index, list[str]]:
        """For each row of a table the place in the list of areas of that tier, -1 where it lies in none; the list."""
        self._read()
        version = (table.rows_version, self._version)
        known = self._lifted.get((table.table.topic, tier))
        if known is not None and known[0] == version and len(known[1]) == len(table):
            return known[1], known[2]
        codes, values = table.codes("area")
        above = [self.at(code, tier) for code in values]
        areas = sorted({code for code in above if code})
        place = {code: i for i, code in enumerate(areas)}
        lut = np.array([place.get(code, -1) for code in above] or [-1], dtype=np.int64)
        lifted = lut[codes] if len(codes) else np.empty(0, dtype=np.int64)
        self._lifted[table.table.topic, tier] = (version, lifted, areas)
        return lifted, areas

    def _read(self) -> None:
        if self._version == self._table.version:
            return
        self._version = self._table.version
        codes = list(self._table.text("code"))
        self._tier = dict(zip(codes, self._table.numbers("tier").tolist(), strict=True))
        self._parent = dict(zip(codes, self._table.text("parent"), strict=True))
        self._name = dict(zip(codes, self._table.text("name"), strict=True))
