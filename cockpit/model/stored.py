"""Pieces of columns in as few bytes as say exactly what they say, each indexed as an array is."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import SECOND

Array = NDArray[Any]
Slice = slice | Array
_WIDTHS = (np.uint8, np.uint16, np.uint32)
_DIGITS = (6, 2, 0)
_FAR = 1 << 62


class Stored(Protocol):
    """A piece: indexed by a slice or by rows, it gives an array. Arrays are pieces too."""

    @property
    def nbytes(self) -> int: ...

    def __len__(self) -> int: ...

    def __getitem__(self, where: Any, /) -> Any: ...


class _Raw:
    """A piece that is kept as an array of other numbers."""

    __slots__ = ("_raw",)
    _raw: Array

    def __len__(self) -> int:
        return len(self._raw)

    @property
    def nbytes(self) -> int:
        return int(self._raw.nbytes)


class Times(_Raw):
    """Instants as steps of `unit` us from `low`, or that far from another piece's."""

    __slots__ = ("_gaps", "_less", "_since", "_unit")

    def __init__(self, raw: Array, low: int, unit: int, since: Stored | None = None, gaps: bool = True) -> None:
        """
        Args:
            raw: the steps; where there are gaps one more than they are, and 0 is never.
        """
        self._raw, self._unit, self._since, self._gaps = raw, unit, since, gaps
        self._less = low - unit if gaps else low

    def __getitem__(self, where: Slice) -> Array:
        raw = self._raw[where]
        found: Array = raw.astype(np.int64)
        found *= self._unit
        found += self._less
        if self._since is not None:
            found += self._since[where]
        if self._gaps:
            found[raw == 0] = 0
        return found


class Decimals(_Raw):
    """Decimals as whole numbers from `low`, one more than they are; 0 none."""

    __slots__ = ("_less", "_scale")

    def __init__(self, raw: Array, low: int, digits: int) -> None:
        self._raw, self._less, self._scale = raw, low - 1, 10.0**digits

    def __getitem__(self, where: Slice) -> Array:
        raw = self._raw[where]
        found: Array = (raw.astype(np.int64) + self._less) / self._scale
        found[raw == 0] = np.nan
        return found


def stored(values: Array) -> Stored:
    """The piece of these values with the fewest bytes that gives the very same again."""
    if values.dtype.kind == "f":
        return _decimals(values)
    return _times(values) if values.dtype == np.int64 else np.ascontiguousarray(values)


def _times(values: Array) -> Stored:
    there = values != 0
    known = values[there]
    low, high = (int(known.min()), int(known.max())) if len(known) else (0, 0)
    if max(abs(low), abs(high), high - low) < _FAR:
        for unit in (SECOND, 1):
            width = _width((high - low) // unit + 1)
            if width is None:
                continue
            steps = (known - low) // unit
            if unit == 1 or (steps * unit == known - low).all():
                return Times(_ranks(there, steps, width), low, unit)
    return np.ascontiguousarray(values)


def _decimals(values: Array) -> Stored:
    there = ~np.isnan(values)
    known = values[there]
    largest = float(np.abs(known).max(initial=0.0))
    for digits in _DIGITS:
        scale = 10.0**digits
        if largest * scale >= np.iinfo(np.int32).max:
            continue
        scaled = np.round(known * scale)
        if (scaled / scale == known).all() and not np.signbit(known[known == 0.0]).any():
            low, high = (int(scaled.min()), int(scaled.max())) if len(known) else (0, 0)
            width = _width(high - low + 1)
            if width is not None:
                return Decimals(_ranks(there, scaled.astype(np.int64) - low, width), low, digits)
    return np.ascontiguousarray(values)


def _width(most: int) -> Any:
    return next((width for width in _WIDTHS if most <= np.iinfo(width).max), None)


def _ranks(there: NDArray[np.bool_], steps: Array, width: Any) -> Array:
    """One more than they are, 0 where there is none."""
    raw = np.zeros(len(there), dtype=width)
    raw[there] = steps + 1
    return raw
