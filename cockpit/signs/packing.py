"""Buckets of a history as few bytes: numbers as decimals, steps instead of values, bytes of one rank together, zstd."""

from __future__ import annotations

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from cockpit.model.typed import MsgpackDecoder
from cockpit.store.unzipped import unzipped

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL = 6
MOST_BYTES = 64_000_000
_LIMIT = 1 << 52


class Buckets(msgspec.Struct):
    """Columns of one length: `start` UTC us (or ids of items), `mean`, `least`, `most`, `last`, and `n` values each."""

    start: Ints
    mean: Floats
    least: Floats
    most: Floats
    last: Floats
    n: Ints

    def __len__(self) -> int:
        return len(self.start)

    def take(self, where: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Buckets:
        """Those at `where`."""
        start, mean, least, most, last, n = self.columns()
        return Buckets(start[where], mean[where], least[where], most[where], last[where], n[where])

    def columns(self) -> tuple[Ints, Floats, Floats, Floats, Floats, Ints]:
        return self.start, self.mean, self.least, self.most, self.last, self.n


class _Column(msgspec.Struct, frozen=True, array_like=True):
    """A packed column.

    Attributes:
        digits: decimal places of its numbers, -1: float64 as they are.
        steps: how often differences were taken; base: added to all of the last ones.
        width: bytes a number.
        beside: it is the difference to the last values, which is small.
    """

    digits: int
    steps: int
    base: list[int]
    width: int
    data: bytes
    beside: bool = False


_encode = msgspec.msgpack.Encoder().encode
_decoder = MsgpackDecoder(list[_Column])


def none() -> Buckets:
    """No bucket at all."""
    floats, ints = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Buckets(ints, floats, floats, floats, floats, ints)


def joined(pieces: list[Buckets]) -> Buckets:
    """All of them, in order of `start`; of two of one start the later piece's counts."""
    pieces = [piece for piece in pieces if len(piece)]
    if not pieces:
        return none()
    if len(pieces) == 1:
        return pieces[0]
    whole = Buckets(*(np.concatenate(columns) for columns in zip(*(p.columns() for p in pieces), strict=True)))
    order = np.argsort(whole.start, kind="stable")
    start = whole.start[order]
    last = np.append(start[1:] != start[:-1], True)
    return whole.take(order[last])


def pack(buckets: Buckets, digits: int = 4) -> bytes:
    """The bytes; `digits` decimal places of means are kept, of the other values all that they have."""
    # a number past all decimals is kept as it is
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.round(buckets.mean, digits)
    mean = np.where(np.abs(buckets.mean) < _LIMIT / 10**digits, rounded, buckets.mean)
    others = (mean, buckets.least, buckets.most)
    last = _floats(buckets.last)
    columns = [_ints(buckets.start, 0), last, *(_beside(c, buckets.last, last) for c in others), _ints(buckets.n, 0)]
    return zstandard.ZstdCompressor(level=LEVEL).compress(_encode(columns))


def unpack(data: bytes) -> Buckets:
    """The buckets of `pack`.

    Raises:
        ValueError: these are no such bytes.
    """
    try:
        columns = _decoder.decode(unzipped(data, MOST_BYTES))
        start, last, *others, n = columns
        known = _unpacked(last)
        mean, least, most = (_unpacked_beside(column, known) for column in others)
    except (zstandard.ZstdError, msgspec.MsgspecError, TypeError, IndexError, OverflowError) as error:
        raise ValueError(str(error)) from error
    return Buckets(_unpacked(start).astype(np.int64), mean, least, most, known, _unpacked(n).astype(np.int64))


def _floats(values: Floats) -> _Column:
    known = np.isfinite(values)
    plain = np.where(known, values, 0.0)
    largest = float(np.abs(plain).max(initial=0.0))
    for digits in range(7):
        if largest >= _LIMIT / 10**digits:
            break
        scaled = np.round(plain * 10.0**digits)
        if (scaled / 10.0**digits == plain).all():
            ints = scaled.astype(np.int64)
            if not known.all():
                lowest = int(ints[known].min(initial=0)) - 1
                ints[~known] = lowest
                column = _ints(ints, digits)
                return msgspec.structs.replace(column, base=[*column.base, lowest])
            return _ints(ints, digits)
    return _Column(-1, 0, [], 8, _planes(np.ascontiguousarray(values, dtype="<f8")))


def _beside(values: Floats, last: Floats, packed: _Column) -> _Column:
    """As the difference to the last values where both are decimals, else by itself."""
    alone = _floats(values)
    if (
        alone.digits < 0
        or packed.digits < 0
        or len(packed.base) > 2 + packed.steps
        or len(alone.base) > 2 + alone.steps
    ):
        return alone
    digits = max(alone.digits, packed.digits)
    if max(float(np.abs(values).max(initial=0.0)), float(np.abs(last).max(initial=0.0))) >= _LIMIT / 10**digits:
        return alone
    ours, theirs = (np.round(c * 10.0**digits).astype(np.int64) for c in (values, last))
    if not (ours / 10.0**digits == values).all():
        return alone
    return msgspec.structs.replace(_ints(ours - theirs, digits), beside=True)


def _ints(values: Ints, digits: int) -> _Column:
    """The fewest bytes of: the values, their differences, the differences of these."""
    best: _Column | None = None
    steps, firsts = values, list[int]()
    for n in range(3):
        low = int(steps.min(initial=0)) if len(steps) else 0
        high = int(steps.max(initial=0)) if len(steps) else 0
        width = next((w for w in (0, 1, 2, 4, 8) if high - low < 1 << (8 * w)), 8)
        if best is None or width < best.width:
            rest = (steps - low).astype(f"<u{width}") if width else np.zeros(0, dtype="<u1")
            best = _Column(digits, n, [len(values), low, *firsts], width, _planes(rest))
        if not len(steps):
            break
        firsts = [*firsts, int(steps[0])]
        steps = np.diff(steps)
    assert best is not None
    return best


def _planes(values: NDArray[np.generic]) -> bytes:
    """The bytes of numbers, all first ones, then all second ones …"""
    width = values.dtype.itemsize
    return np.frombuffer(values.tobytes(), dtype=np.uint8).reshape(-1, width).T.tobytes()


def _unpacked_beside(column: _Column, last: NDArray[np.float64]) -> NDArray[np.float64]:
    if not column.beside:
        return _unpacked(column)
    steps = _unpacked(msgspec.structs.replace(column, digits=0, beside=False))
    theirs = np.round(last * 10.0**column.digits).astype(np.int64)
    if len(steps) != len(theirs):
        raise ValueError("columns of two lengths")
    found: Floats = (steps.astype(np.int64) + theirs) / 10.0**column.digits
    return found


def _unpacked(column: _Column) -> NDArray[np.float64]:
    if column.digits < 0:
        raw = np.frombuffer(column.data, dtype=np.uint8).reshape(8, -1).T.tobytes()
        return np.frombuffer(raw, dtype="<f8").copy()
    n, low, *rest = column.base
    if not 0 <= n <= MOST_BYTES // 8 or column.steps > 2 or len(rest) < column.steps:
        raise ValueError("a column that can not be")
    firsts, missing = rest[: column.steps], rest[column.steps :]
    size = max(n - column.steps, 0)
    if column.width:
        raw = np.frombuffer(column.data, dtype=np.uint8).reshape(column.width, -1).T.tobytes()
        values = np.frombuffer(raw, dtype=f"<u{column.width}").astype(np.int64) + low
    else:
        values = np.full(size, low, dtype=np.int64)
    if len(values) != size:
        raise ValueError("a column that is cut")
    for first in reversed(firsts):
        values = np.cumsum(np.concatenate(([first], values)))
    values = values[:n]
    if column.digits == 0 and not missing:
        return values  # type: ignore[return-value]
    found: Floats = values / 10.0**column.digits
    if missing:
        found[values == missing[0]] = np.nan
    return found
