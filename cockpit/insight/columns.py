"""Columns that lie in pieces, each piece in as few bytes as say exactly what it says.

A column is indexed as an array is, and what comes is an array of the full type: int64 of times, float64 of decimals.
Nothing in a piece is ever changed, so that another state of the same city shares the pieces in which nothing happened.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cockpit.model.archive_columns import Ints, Words
from cockpit.model.clock import SECOND

Array = NDArray[Any]
Where = slice | Array
_WIDTHS = (np.uint8, np.uint16, np.uint32)
_DIGITS = (6, 2, 0)
_NONE = np.iinfo(np.int32).min
_FAR = 1 << 62


class Stored(Protocol):
    """A piece: indexed by a slice or by rows, it gives an array. Arrays are pieces too."""

    @property
    def nbytes(self) -> int: ...

    def __len__(self) -> int: ...

    def __getitem__(self, where: Any, /) -> Any: ...


class Times:
    """Instants as steps of `unit` us from `low`, one more than they are; 0 never."""

    __slots__ = ("_less", "raw", "unit")

    def __init__(self, raw: Array, low: int, unit: int) -> None:
        self.raw, self.unit = raw, unit
        self._less = low - unit

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def nbytes(self) -> int:
        return int(self.raw.nbytes)

    def __getitem__(self, where: Where) -> Array:
        raw = self.raw[where]
        found: Array = raw.astype(np.int64)
        found *= self.unit
        found += self._less
        found[raw == 0] = 0
        return found


class Decimals:
    """Decimals as whole numbers; the least that there is for none."""

    __slots__ = ("raw", "scale")

    def __init__(self, raw: NDArray[np.int32], digits: int) -> None:
        self.raw, self.scale = raw, 10.0**digits

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def nbytes(self) -> int:
        return int(self.raw.nbytes)

    def __getitem__(self, where: Where) -> Array:
        raw = self.raw[where]
        found: Array = raw / self.scale
        found[raw == _NONE] = np.nan
        return found


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

    def __getitem__(self, where: Where) -> Array:
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

    def __getitem__(self, where: Where) -> Array:
        return np.arange(self.first, self.first + self.n)[where]


def stored(values: Array) -> Stored:
    """The piece of these values with the fewest bytes that gives the very same again."""
    if values.dtype.kind == "f":
        return _decimals(values)
    return _times(values) if values.dtype == np.int64 else np.ascontiguousarray(values)


def _times(values: Ints) -> Stored:
    there = values != 0
    known = values[there]
    low, high = (int(known.min()), int(known.max())) if len(known) else (0, 0)
    if max(abs(low), abs(high), high - low) < _FAR:
        for unit in (SECOND, 1):
            span = (high - low) // unit + 1
            width = next((width for width in _WIDTHS if span <= np.iinfo(width).max), None)
            if width is None:
                continue
            steps = (known - low) // unit
            if unit == 1 or (steps * unit == known - low).all():
                raw = np.zeros(len(values), dtype=width)
                raw[there] = steps + 1
                return Times(raw, low, unit)
    return np.ascontiguousarray(values)


def _decimals(values: NDArray[np.float64]) -> Stored:
    lacks = np.isnan(values)
    plain = np.where(lacks, 0.0, values)
    largest = float(np.abs(plain).max(initial=0.0))
    for digits in _DIGITS:
        scale = 10.0**digits
        if largest * scale < -_NONE - 1:
            scaled = np.round(plain * scale)
            if (scaled / scale == plain).all() and not (np.signbit(plain) & (plain == 0.0)).any():
                raw = scaled.astype(np.int32)
                raw[lacks] = _NONE
                return Decimals(raw, digits)
    return np.ascontiguousarray(values)


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
    def __getitem__(self, where: Where) -> Array: ...
    def __getitem__(self, where: int | Where) -> Any:
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


class PiecesOfWords(Sequence[str]):
    """Words of several pieces, one behind the other."""

    __slots__ = ("_pieces", "_starts")

    def __init__(self, pieces: Sequence[Words]) -> None:
        self._pieces = pieces
        self._starts: list[int] = np.cumsum([0, *map(len, pieces)]).tolist()

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        if at < 0:
            at += len(self)
        if not 0 <= at < len(self):
            raise IndexError(at)
        piece = bisect_right(self._starts, at) - 1
        return self._pieces[piece][at - self._starts[piece]]

    def __iter__(self) -> Iterator[str]:
        for piece in self._pieces:
            yield from piece
