"""The areas of a city as arrays: rows to areas, and sums, bests and shares up the tree 网格 → 社区 → 街道 → 区 → 市."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.picture.table import LiveTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_serials = itertools.count()


class AreaTree:
    """Areas in the order of their tiers, the city first.

    Attributes:
        codes: of each.
        tier: 0 city to 4 cell, shape (n,).
        parent: index of the area above, shape (n,); the city's is 0.
        serial: of this tree, unlike that of any other of this process.
    """

    def __init__(self, city: str, rows: Sequence[tuple[str, str, int]] = ()) -> None:
        """
        Args:
            city: code of the city, which is there whatever `rows` say.
            rows: (code, parent, tier).
        """
        self.serial = next(_serials)
        self._above: dict[int, Ints] = {}
        known = {code: (parent, tier) for code, parent, tier in rows if code != city and tier > 0}
        ordered = sorted(known.items(), key=lambda item: item[1][1])
        self.codes = [city, *(code for code, _ in ordered)]
        self._index = {code: i for i, code in enumerate(self.codes)}
        self.tier = np.array([0, *(tier for _, (_, tier) in ordered)], dtype=np.int64)
        parents = [0]
        for code, (parent, tier) in ordered:
            at = self._index.get(parent, 0)
            # an area whose parent is of no higher tier would be a ring: it hangs on the city
            parents.append(at if at != self._index[code] and (at == 0 or known[parent][1] < tier) else 0)
        self.parent = np.array(parents, dtype=np.int64)
        self._tiers = [
            np.flatnonzero(self.tier == tier) for tier in sorted(set(self.tier.tolist()), reverse=True) if tier
        ]

    @classmethod
    def of_table(cls, city: str, table: LiveTable) -> AreaTree:
        """The tree of the table `area`."""
        tiers = table.numbers("tier").tolist()
        return cls(city, list(zip(table.text("code"), table.text("parent"), tiers, strict=True)))

    def __len__(self) -> int:
        return len(self.codes)

    def index(self, code: str) -> int:
        """Of an area; of the nearest above that is known for one that is not: the city's at worst."""
        while code:
            found = self._index.get(code)
            if found is not None:
                return found
            code = code[:-3] if len(code) > 9 else code[:6] if len(code) > 6 else ""
        return 0

    def has(self, code: str) -> bool:
        return code in self._index

    def indices(self, codes: NDArray[np.int32], words: Sequence[str]) -> Ints:
        """Index of the area of each row, from a coded column."""
        lut = np.zeros(len(words) + 1, dtype=np.int64)
        used = np.unique(codes) if len(codes) else codes
        for code in used.tolist():
            lut[code] = self.index(words[code])
        return lut[codes]

    def summed(self, at: Ints, weights: Floats | None = None) -> Floats:
        """Sum of `weights` (1 a row) of the rows at these areas, in each area with all below it."""
        found = np.bincount(at, weights, minlength=len(self)).astype(np.float64)
        for here in self._tiers:
            found += np.bincount(self.parent[here], found[here], minlength=len(self))
        return found

    def best(self, at: Ints, values: Floats, most: bool) -> Floats:
        """Largest (or smallest) of `values` in each area with all below it; NaN where there is none."""
        keep = np.maximum if most else np.minimum
        empty = -np.inf if most else np.inf
        found = np.full(len(self), empty)
        keep.at(found, at, values)
        for here in self._tiers:
            keep.at(found, self.parent[here], found[here])
        return np.where(np.isfinite(found), found, np.nan)

    def above(self, tier: int) -> Ints:
        """For each area the index of the area of `tier` that it lies in (itself included); 0 where it is above."""
        known = self._above.get(tier)
        if known is not None:
            return known
        found = np.arange(len(self), dtype=np.int64)
        for _ in range(5):
            low = self.tier[found] > tier
            found = np.where(low, self.parent[found], found)
        self._above[tier] = np.where(self.tier[found] == tier, found, 0)
        return self._above[tier]
