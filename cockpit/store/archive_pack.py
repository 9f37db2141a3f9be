"""Records as few bytes: a day of the archive in its file, a page of it on the bus.

Every column by itself: text as numbers of its words, times as steps from when the record was reported, decimals as
whole numbers, each in as few bytes as its largest takes, all first bytes before all second ones; zstd over all.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import FLOATS, NUMBERS, OWN_WORDS, Coded, Ints, Records, Words
from cockpit.model.clock import SECOND
from cockpit.model.stored import Decimals, Stored, Times
from cockpit.model.typed import MsgpackDecoder
from cockpit.store.unzipped import unzipped

VERSION = 1
LEVEL = 6
MOST_BYTES = 256_000_000
MOST_ROWS = 2_000_000
TIMES = ("filed", "assigned", "arrived", "finished", "closed", "due", "updated")
"""Beside `reported`; 0 never."""
_DIGITS = 6
_LIMIT = float(1 << 52)
_MOST_WIDTH, _FAR = 4, 1 << 62
"""Bytes of a number that stays as it is, and what is too far to be reckoned with."""


class _Numbers(msgspec.Struct, frozen=True, array_like=True):
    """Whole numbers: `low` + `unit` times each; `width` bytes each, 0: all are `low`."""

    low: int
    unit: int
    width: int
    data: bytes


class _Column(msgspec.Struct, frozen=True, array_like=True):
    """A column.

    Attributes:
        digits: of decimals; -1 float64 as it is.
        words: of text, as UTF-8 one behind the other; count: how many; lengths: how many bytes each takes.
    """

    numbers: _Numbers
    digits: int = 0
    words: bytes = b""
    count: int = 0
    lengths: _Numbers | None = None


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    version: int
    rows: int
    columns: list[_Column]


_encode = msgspec.msgpack.Encoder().encode
_decoder = MsgpackDecoder(_Packed)


def pack(records: Records, level: int = LEVEL) -> bytes:
    """The bytes."""
    reported = records.numbers("reported").astype(np.int64)
    columns = []
    for name in RECORD.names:
        column = records[name]
        if isinstance(column, Coded):
            columns.append(_text(column, name in OWN_WORDS))
        elif name in FLOATS:
            columns.append(_floats(column))
        elif name in TIMES:
            columns.append(_times(column.astype(np.int64), reported))
        else:
            columns.append(_Column(_numbers(column.astype(np.int64))))
    return zstandard.ZstdCompressor(level=level).compress(_encode(_Packed(VERSION, len(records), columns)))


def unpack(data: bytes, stored: bool = False) -> Records:
    """The records of `pack`.

    Args:
        stored: numbers that are looked at later, if at all, stay in few bytes: as `cockpit.model.stored.Stored`.

    Raises:
        ValueError: these are no such bytes.
    """
    try:
        packed = _decoder.decode(unzipped(data, MOST_BYTES))
        if packed.version != VERSION or not 0 <= packed.rows <= MOST_ROWS or len(packed.columns) != len(RECORD.names):
            raise ValueError("of another kind")
        columns = dict(zip(RECORD.names, packed.columns, strict=True))
        n = packed.rows
        made: dict[str, Any] = {}
        reported = _ints_of(columns["reported"].numbers, n)
        known = _stored(columns["reported"], n, None, "reported") if stored else None
        for name, column in columns.items():
            if name not in NUMBERS:
                made[name] = _text_of(column, n)
            elif stored and (piece := _stored(column, n, known, name)) is not None:
                made[name] = piece
            elif name in FLOATS:
                made[name] = _floats_of(column, n)
            elif name in TIMES:
                made[name] = _times_of(column.numbers, n, reported)
            else:
                made[name] = _ints_of(column.numbers, n).astype(NUMBERS[name])
    except (zstandard.ZstdError, msgspec.MsgspecError, TypeError, IndexError, OverflowError) as error:
        raise ValueError(str(error)) from error
    return Records(made)


def _numbers(values: Ints, unit: int = 1) -> _Numbers:
    if not len(values):
        return _Numbers(0, 1, 0, b"")
    low = int(values.min())
    span = int(values.max()) - low
    if span >= 1 << 63:
        raise OverflowError("times that can not be")
    rest = values - low
    if unit > 1 and (rest % unit == 0).all():
        rest, span = rest // unit, span // unit
    else:
        unit = 1
    width = next(w for w in (0, 1, 2, 4, 8) if span < 1 << (8 * w))
    return _Numbers(low, unit, width, _planes(rest.astype(f"<u{width}")) if width else b"")


def _raw(numbers: _Numbers, n: int) -> Ints:
    if numbers.width == 0:
        return np.zeros(n, dtype=np.int64)
    raw = np.frombuffer(numbers.data, dtype=np.uint8).reshape(numbers.width, -1).T.tobytes()
    values = np.frombuffer(raw, dtype=f"<u{numbers.width}").astype(np.int64)
    if len(values) != n:
        raise ValueError("a column that is cut")
    return values


def _ints_of(numbers: _Numbers, n: int) -> Ints:
    return _raw(numbers, n) * numbers.unit + numbers.low


def _stored(column: _Column, n: int, reported: Stored | None, name: str) -> Stored | None:
    """A column in its own bytes; None: it has to be unpacked."""
    numbers = column.numbers
    if numbers.width > _MOST_WIDTH or max(abs(numbers.low), abs(numbers.unit)) >= _FAR or column.digits < 0:
        return None
    if numbers.width == 0:
        raw = np.zeros(n, dtype=np.uint8)
    else:
        planes = np.frombuffer(numbers.data, dtype=np.uint8).reshape(numbers.width, -1)
        raw = np.frombuffer(planes.T.tobytes(), dtype=f"<u{numbers.width}")
    if len(raw) != n:
        raise ValueError("a column that is cut")
    if name == "reported":
        return Times(raw, numbers.low, numbers.unit, gaps=False)
    if name in FLOATS:
        return Decimals(raw, numbers.low, column.digits)
    if name in TIMES and reported is not None:
        return Times(raw, numbers.low, numbers.unit, reported)
    return None


def _planes(values: NDArray[Any]) -> bytes:
    width = values.dtype.itemsize
    return np.frombuffer(values.tobytes(), dtype=np.uint8).reshape(-1, width).T.tobytes()


def _lacking(values: Ints, there: NDArray[np.bool_], unit: int) -> _Numbers:
    """One more than they are, 0 where there is none."""
    low = int(values[there].min()) if there.any() else 0
    rest = np.where(there, values - low, 0)
    if unit > 1 and (rest % unit == 0).all():
        rest //= unit
    else:
        unit = 1
    rest = np.where(there, rest + 1, 0)
    span = int(rest.max(initial=0))
    width = next(w for w in (0, 1, 2, 4, 8) if span < 1 << (8 * w))
    return _Numbers(low, unit, width, _planes(rest.astype(f"<u{width}")) if width else b"")


def _times(values: Ints, reported: Ints) -> _Column:
    return _Column(_lacking(values - reported, values != 0, SECOND))


def _times_of(numbers: _Numbers, n: int, reported: Ints) -> Ints:
    raw = _raw(numbers, n)
    return np.where(raw == 0, 0, (raw - 1) * numbers.unit + numbers.low + reported)


def _floats(values: NDArray[np.float64]) -> _Column:
    known = np.isfinite(values)
    plain = np.where(known, values, 0.0)
    if not np.isinf(values).any():
        largest = float(np.abs(plain).max(initial=0.0))
        for digits in range(_DIGITS + 1):
            if largest >= _LIMIT / 10**digits:
                break
            scaled = np.round(plain * 10.0**digits)
            if (scaled / 10.0**digits == plain).all():
                return _Column(_lacking(scaled.astype(np.int64), known, 1), digits=digits)
    return _Column(_Numbers(0, 1, 8, _planes(np.ascontiguousarray(values, dtype="<f8"))), digits=-1)


def _floats_of(column: _Column, n: int) -> NDArray[np.float64]:
    if column.digits < 0:
        raw = np.frombuffer(column.numbers.data, dtype=np.uint8).reshape(8, -1).T.tobytes()
        values = np.frombuffer(raw, dtype="<f8").astype(np.float64)
        if len(values) != n:
            raise ValueError("a column that is cut")
        return values
    ranks = _raw(column.numbers, n)
    found: NDArray[np.float64] = (ranks - 1 + column.numbers.low) / 10.0**column.digits
    found[ranks == 0] = np.nan
    return found


def _text(column: Coded, own: bool) -> _Column:
    """Only the words that are said: a page has few rows of a year's words."""
    if own:
        words = [column.words[code] for code in column.codes.tolist()]
        codes = np.arange(len(words), dtype=np.int64)
    else:
        said, codes = np.unique(column.codes, return_inverse=True)
        words = [column.words[code] for code in said.tolist()]
    pieces = [word.encode() for word in words]
    lengths = _numbers(np.array([len(piece) for piece in pieces], dtype=np.int64))
    # numbers that only count up need not be kept
    numbers = _Numbers(0, 0, 0, b"") if own else _numbers(codes.astype(np.int64))
    return _Column(numbers, words=b"".join(pieces), lengths=lengths, count=len(pieces))


def _text_of(column: _Column, n: int) -> Coded:
    count = column.count
    if column.lengths is None or not 0 <= count <= MOST_ROWS:
        raise ValueError("text without words")
    ends = np.cumsum(_ints_of(column.lengths, count))
    if (int(ends[-1]) if count else 0) != len(column.words):
        raise ValueError("words that are cut")
    codes = np.arange(n, dtype=np.int32) if column.numbers.unit == 0 else _ints_of(column.numbers, n).astype(np.int32)
    if n and not 0 <= int(codes.min()) <= int(codes.max()) < count:
        raise ValueError("words that are not there")
    return Coded(codes, Words(column.words, ends))
