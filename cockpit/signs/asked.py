"""What a seat asks the hub about signs, and the answers: msgpack structs of `ask.<seat>.signs…`."""

from __future__ import annotations

import msgspec
import numpy as np

from cockpit.model.messages import Message
from cockpit.model.signs import Series, Thing
from cockpit.signs.packing import Buckets

MOST_BUCKETS = 5_000
MOST_KEYS = 500
MOST_SPARKS = 100
MOST_FILE = 8_000_000
"""Bytes of a file that is imported."""
PIECE = 600_000
"""Bytes of a file in one message."""


class SignsWanted(msgspec.Struct, frozen=True):
    """The definitions, if they are newer than `version`."""

    version: int


class SignsReply(msgspec.Struct, frozen=True):
    """`data`: zstd of the msgpack of a `SignSet`; b"" where it is the version that was named."""

    version: int
    data: bytes = b""


class SeriesWanted(msgspec.Struct, frozen=True):
    """See `model.ports.signs.Signs.series`."""

    key: str
    grain: str
    start: int
    end: int
    most: int = 2000


class SparksWanted(msgspec.Struct, frozen=True):
    """See `model.ports.signs.Signs.sparks`."""

    keys: list[str]
    grain: str
    count: int


class ThingsWanted(msgspec.Struct, frozen=True):
    key: str


class ThingsReply(msgspec.Struct, frozen=True):
    things: list[Thing]


class ImportWanted(msgspec.Struct, frozen=True):
    """A piece of a file; the one with `last` ends it. `id` is of this import."""

    id: str
    name: str
    part: int
    data: bytes
    last: bool
    trial: bool


class ImportReply(msgspec.Struct, frozen=True):
    """What was taken and what was wrong; empty for a piece that was not the last."""

    said: list[Message] = []


def thinned(buckets: Buckets, most: int) -> Buckets:
    """At most `most` buckets; each new one keeps the least and the most of those that it is made of."""
    n = len(buckets)
    if n <= most or most < 1:
        return buckets
    edges = np.unique(np.linspace(0, n, most + 1).astype(np.int64)[:-1])
    counts = np.add.reduceat(buckets.n, edges)
    weighted = np.add.reduceat(np.nan_to_num(buckets.mean) * buckets.n, edges)
    ends = np.append(edges[1:], n) - 1
    return Buckets(
        buckets.start[edges],
        weighted / np.maximum(counts, 1),
        np.fmin.reduceat(buckets.least, edges),
        np.fmax.reduceat(buckets.most, edges),
        buckets.last[ends],
        counts,
    )


def series_of(key: str, grain: str, buckets: Buckets) -> Series:
    """The columns as bytes."""
    mean, least, most, last = (np.ascontiguousarray(c, dtype="<f8").tobytes() for c in buckets.columns()[1:5])
    start, n = (np.ascontiguousarray(c, dtype="<i8").tobytes() for c in (buckets.start, buckets.n))
    return Series(key, grain, start, mean, least, most, last, n)
