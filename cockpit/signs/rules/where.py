"""Which rows of a table a rule is about: words (with * at the end), a number, or bounds, column by column."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cockpit.picture.table import CATEGORICAL, LiveTable

Mask = NDArray[np.bool_]
Index = NDArray[np.int64]
Where = Mapping[str, str | float | list[float]]


class Filter:
    """The rows of one table that fit; what words say is kept until a row came, went or changed in more than values."""

    def __init__(self, where: Where) -> None:
        self._words = {name: want for name, want in where.items() if isinstance(want, str)}
        self._bounds = {name: _bounds(want) for name, want in where.items() if not isinstance(want, str)}
        self._known: tuple[int, int, Index] | None = None

    def rows(self, table: LiveTable) -> Index:
        """Rows in which every column fits, in their order."""
        rows = self._by_words(table)
        for name, (low, high) in self._bounds.items():
            values = table.numbers(name)[rows]
            rows = rows[(values >= low) & (values <= high)]
        return rows

    def _by_words(self, table: LiveTable) -> Index:
        version, n = table.rows_version, len(table)
        if self._known is not None and self._known[:2] == (version, n):
            return self._known[2]
        mask = np.ones(n, dtype=np.bool_)
        for name, want in self._words.items():
            mask &= _fit(table, name, want)
        rows = np.flatnonzero(mask)
        self._known = (version, n, rows)
        return rows


def fits(word: str, want: str) -> bool:
    """Whether a word is the one that is wanted, or begins with it where that ends in *."""
    return word.startswith(want[:-1]) if want.endswith("*") else word == want


def _bounds(want: float | list[float]) -> tuple[float, float]:
    return (want[0], want[1]) if isinstance(want, list) else (want, want)


def _fit(table: LiveTable, name: str, want: str) -> Mask:
    if name in CATEGORICAL:
        codes, values = table.codes(name)
        if not want.endswith("*"):
            return np.asarray(codes == table.code(name, want))
        return np.fromiter((fits(word, want) for word in values), np.bool_, len(values))[codes]
    if name == "key" and not want.endswith("*"):
        mask = np.zeros(len(table), dtype=np.bool_)
        row = table.row_of(want)
        if row is not None:
            mask[row] = True
        return mask
    return np.fromiter((fits(word, want) for word in table.text(name)), np.bool_, len(table))
