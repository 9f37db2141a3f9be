"""Columns that lie in pieces. A column is indexed as an array is, and what comes is an array of the full type.

Nothing in a piece is ever changed, so that another state of the same city shares the pieces in which nothing happened.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import DTypeLike

from cockpit.model.archive_columns import TextsAt, Words
from cockpit.model.stored import Array, Slice, Stored


class Looked:
    """What a table says of each row's code."""

    __slots__ = ("codes", "table")

    def __init__(self, table: Array, codes: Stored) -> None:
        self.table, self.codes = table, codes

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def nbytes(self) -> int:
        return 0

    def __getitem__(self, where: Slice) -> Array:
        found: Array = self.table[self.codes[where]]
        return found


class Counted:
    """Numbers that count up from `first`."""

    __slots__ = ("first", "n")

    def __init__(self, first: int, n: int) -> None:
        self.first, self.n = first, n

    def __len__(self) -> int:
        return self.n

    @property
    def nbytes(self) -> int:
        return 0

    def __getitem__(self, where: Slice) -> Array:
        return np.arange(self.first, self.first + self.n)[where]


class Column:
    """A column of numbers in pieces.

    Attributes:
        dtype: of an array of none of its rows.
    """

    __slots__ = ("_pieces", "_starts", "dtype")

    def __init__(self, pieces: Sequence[Stored], dtype: DTypeLike) -> None:
        self._pieces = pieces
        self._starts = np.cumsum([0, *map(len, pieces)])
        self.dtype = np.dtype(dtype)

    def __len__(self) -> int:
        return int(self._starts[-1])

    @property
    def nbytes(self) -> int:
        return sum(piece.nbytes for piece in self._pieces)

    @overload
    def __getitem__(self, where: int) -> Any: ...
    @overload
    def __getitem__(self, where: Slice) -> Array: ...
    def __getitem__(self, where: int | Slice) -> Any:
        if isinstance(where, slice):
            begin, end, step = where.indices(len(self))
            return self._between(begin, end) if step == 1 else self._between(0, len(self))[where]
        if isinstance(where, (int, np.integer)):
            return self._between(int(where), int(where) + 1)[0]
        if where.dtype == bool:
            where = np.flatnonzero(where)
        return self._many(where)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        return self[:].astype(dtype or self.dtype, copy=False)

    def place(self, value: int) -> int:
        """The first row that is not less than a value, of a column that ascends."""
        firsts = [piece[:1][0] for piece in self._pieces]
        at = max(int(np.searchsorted(firsts, value)) - 1, 0)
        return int(self._starts[at]) + int(np.searchsorted(self._pieces[at][:], value)) if firsts else 0

    def looked(self, table: Array) -> Column:
        """What a table says of each of these codes."""
        return Column([Looked(table, piece) for piece in self._pieces], table.dtype)

    def _between(self, begin: int, end: int) -> Array:
        first = max(bisect_right(self._starts, begin) - 1, 0)
        found = []
        for at in range(first, len(self._pieces)):
            start = int(self._starts[at])
            if start >= end:
                break
            found.append(self._pieces[at][max(begin - start, 0) : end - start])
        return self._joined(found)

    def _many(self, rows: Array) -> Array:
        if (rows[1:] < rows[:-1]).any():
            order = np.argsort(rows, kind="stable")
            sorted_ = self._many(rows[order])
            found = np.empty_like(sorted_)
            found[order] = sorted_
            return found
        bounds = np.searchsorted(rows, self._starts).tolist()
        return self._joined(
            [
                piece[rows[begin:end] - start]
                for piece, start, begin, end in zip(
                    self._pieces, self._starts.tolist(), bounds[:-1], bounds[1:], strict=False
                )
                if begin < end
            ]
        )

    def _joined(self, pieces: list[Array]) -> Array:
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else np.zeros(0, dtype=self.dtype)


class PiecesOfWords(TextsAt):
    """Words of several pieces, one behind the other."""

    __slots__ = ("_pieces", "_starts")

    def __init__(self, pieces: Sequence[Words]) -> None:
        self._pieces = pieces
        self._starts: list[int] = np.cumsum([0, *map(len, pieces)]).tolist()

    def __len__(self) -> int:
        return self._starts[-1]

    def _at(self, at: int) -> str:
        piece = bisect_right(self._starts, at) - 1
        return self._pieces[piece][at - self._starts[piece]]

    def __iter__(self) -> Iterator[str]:
        for piece in self._pieces:
            yield from piece
