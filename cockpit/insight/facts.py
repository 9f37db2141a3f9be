"""Facts: the records of the archive and of now as columns in memory, and everything that figures are often asked by.

Half a million records take about 80 MB. Nothing in it is changed once it is made: another state is another `Facts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cockpit.insight.ground import TIERS, Ground
from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import OWN_WORDS, Coded, Records, Words
from cockpit.model.clock import DAY, HOUR
from cockpit.model.spans import ZONE
from cockpit.model.stages import STAGES
from cockpit.model.tables import TEXT

Codes = NDArray[Any]
"""Small integers, -1 none."""
_KEPT = tuple(c.name for c in RECORD.columns if c.name != "updated")
_NARROW = ((np.int8, 127), (np.int16, 32_767), (np.int32, 2_147_483_647))


class Facts:
    """Records in the order in which they were reported.

    Attributes:
        n: how many.
        ground: areas and classes.
        as_of: until when they are complete, UTC us, 0 unknown; first: from when on.
        number: columns of numbers by name. text: of words by name, whose codes are as narrow as may be.
    """

    def __init__(self, records: Records, ground: Ground, as_of: int = 0, first: int = 0) -> None:
        """
        Args:
            first: since when the archive is complete, 0: since midnight of the first record.
        """
        reported = records.numbers("reported")
        if len(reported) and (reported[1:] < reported[:-1]).any():
            records = records.take(np.argsort(reported, kind="stable"))
            reported = records.numbers("reported")
        self.n = len(records)
        self.ground = ground
        self.number: dict[str, NDArray[Any]] = {}
        self.text: dict[str, Coded] = {}
        for column in RECORD.columns:
            if column.name not in _KEPT:
                continue
            if column.dtype == TEXT:
                self.text[column.name] = _narrow(records.text(column.name), column.name in OWN_WORDS)
            else:
                self.number[column.name] = records.numbers(column.name)
        local = reported + ZONE
        self.day: NDArray[np.int32] = (local // DAY).astype(np.int32)
        """Days since 1970 in Shanghai."""
        self.hour: NDArray[np.uint8] = (local % DAY // HOUR).astype(np.uint8)
        self.weekday: NDArray[np.uint8] = ((self.day + 3) % 7).astype(np.uint8)
        """0 Monday."""
        self.as_of = as_of
        midnight = int(self.day[0]) * DAY - ZONE if self.n else 0
        self._since = first
        self.first = first or midnight

    @classmethod
    def of_rows(cls, rows: Sequence[Sequence[Any]], ground: Ground, as_of: int = 0, first: int = 0) -> Facts:
        """From rows in the order of `RECORD`."""
        return cls(Records.of_rows(rows), ground, as_of, first)

    @property
    def reported(self) -> NDArray[np.int64]:
        return self.number["reported"]

    @cached_property
    def area(self) -> tuple[Codes, ...]:
        """Of each tier, the index in `ground.codes` of the area that a record lies in, -1 none."""
        column = self.text["area"]
        lines = [self.ground.line[i] if (i := self.ground.index.get(w, -1)) >= 0 else (-1,) * len(TIERS)
                 for w in column.words]  # fmt: skip
        table = np.array(lines, dtype=np.int32).reshape(-1, len(TIERS))
        kind = _fitting(len(self.ground.codes))
        return tuple(table[:, tier].astype(kind)[column.codes] for tier in range(len(TIERS)))

    @cached_property
    def group(self) -> Coded:
        """Group of each record's class."""
        column = self.text["kind"]
        of = Coded.of([self.ground.group(word) for word in column.words])
        return _narrow(Coded(of.codes[column.codes], of.words), False)

    @cached_property
    def usual_hours(self) -> NDArray[np.float64]:
        """Hours that a class usually takes (median of all closed), by code of the class; NaN unknown."""
        kinds, reported, closed = self.text["kind"], self.reported, self.number["closed"]
        found = np.full(len(kinds.words), np.nan)
        rows = np.flatnonzero(closed > 0)
        codes = kinds.codes[rows]
        order = np.argsort(codes, kind="stable")
        hours = (closed[rows] - reported[rows])[order] / HOUR
        bounds = np.searchsorted(codes[order], np.arange(len(found) + 1))
        for code in range(len(found)):
            piece = hours[bounds[code] : bounds[code + 1]]
            if len(piece):
                found[code] = np.median(piece)
        return found

    def bytes(self) -> int:
        """Memory that the columns take."""
        size = sum(column.nbytes for column in self.number.values())
        for column in (*self.text.values(), self.group):
            size += column.codes.nbytes
            words = column.words
            size += len(words.data) + words.ends.nbytes if isinstance(words, Words) else sum(map(len, words))
        return int(size + self.day.nbytes + self.hour.nbytes + self.weekday.nbytes + sum(a.nbytes for a in self.area))

    @cached_property
    def marks(self) -> NDArray[np.uint64]:
        """A number of each key, by which rows are found."""
        return marks_of(self.text["key"])

    def knows(self, keys: Sequence[str]) -> list[bool]:
        """Of each key, whether there is a row of it."""
        asked = marks_of(Coded.of(keys))
        return [bool(known) for known in np.isin(asked, self.marks[_among(self.marks, asked)])]

    def renewed(self, changed: Records, as_of: int) -> Facts:
        """The same with these rows in the place of those with their keys."""
        keys = changed.text("key").texts()
        new = set(keys)
        keep = np.ones(self.n, dtype=bool)
        known = self.text["key"]
        marks = marks_of(changed.text("key"))
        for row in _among(self.marks, marks).tolist():
            keep[row] = known[row] not in new
        made, order = self._joined(keep, changed)
        facts = Facts(made, self.ground, as_of, self._since)
        facts.__dict__["marks"] = np.concatenate([self.marks[keep], marks])[order]
        return facts

    def _joined(self, keep: NDArray[np.bool_], changed: Records) -> tuple[Records, NDArray[np.int64]]:
        """Those that are kept and these by when they were reported, a column at a time: no second year in memory."""
        reported = np.concatenate([self.reported[keep], changed.numbers("reported")])
        order = np.argsort(reported, kind="stable")
        columns: dict[str, Any] = {"updated": np.zeros(len(order), dtype=np.int64)}
        for name, numbers in self.number.items():
            columns[name] = np.concatenate([numbers[keep], changed.numbers(name)])[order]
        for name, text in self.text.items():
            columns[name] = joined_text(name, Coded(text.codes[keep], text.words), changed.text(name)).take(order)
        return Records({name: columns[name] for name in RECORD.names}), order


def joined_text(name: str, one: Coded, other: Coded) -> Coded:
    """Two columns, one behind the other; words of theirs that are not kept any more go."""
    if name in OWN_WORDS:
        words = [*map(one.words.__getitem__, one.codes.tolist()), *other.texts()] if _is_sparse(one) else None
        if words is not None:
            return Coded(np.arange(len(words), dtype=np.int32), Words.of(words))
        old = one.words if isinstance(one.words, Words) else Words.of(one.words)
        new = Words.of(other.texts())
        both = Words(old.data + new.data, np.concatenate([old.ends, new.ends + len(old.data)]))
        codes = np.concatenate([one.codes, np.arange(len(new), dtype=np.int32) + np.int32(len(old))])
        return Coded(codes.astype(np.int32), both)
    known = {word: code for code, word in enumerate(one.words)}
    to = np.array([known.setdefault(word, len(known)) for word in other.words], dtype=np.int32)
    codes = to[other.codes] if len(to) else other.codes
    return Coded(np.concatenate([one.codes.astype(np.int32), codes]), list(known))


def _is_sparse(column: Coded) -> bool:
    """Whether more than a tenth of its words are of no row any more."""
    return len(column.words) > 1.1 * len(column.codes) + 1000


def _among(marks: NDArray[np.uint64], few: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Rows whose mark is one of a few: looked for among these, the many are not sorted."""
    if not len(few):
        return np.zeros(0, dtype=np.int64)
    order = np.sort(few)
    return np.flatnonzero(order[np.minimum(np.searchsorted(order, marks), len(order) - 1)] == marks)


def _fitting(most: int) -> Any:
    return next(kind for kind, limit in _NARROW if most <= limit)


def _narrow(column: Coded, own: bool) -> Coded:
    return column if own else Coded(column.codes.astype(_fitting(len(column.words))), column.words)


def marks_of(column: Coded) -> NDArray[np.uint64]:
    """A number of each row's text, the same for the same text: a polynomial over its bytes, modulo 2^64. Two texts that
    share one are as good as never met, and where it matters the texts themselves are compared."""
    words = column.words if isinstance(column.words, Words) else Words.of(column.words)
    data = np.frombuffer(words.data, dtype=np.uint8)
    found = np.zeros(len(words), dtype=np.uint64)
    for first in range(0, len(words), _AT_ONCE):
        ends = words.ends[first : first + _AT_ONCE]
        begin = int(words.ends[first - 1]) if first else 0
        starts = np.concatenate([[begin], ends[:-1]]) - begin
        lengths = ends - begin - starts
        if not len(piece := data[begin : int(ends[-1])]):
            continue
        place = np.arange(len(piece)) - np.repeat(starts, lengths)
        values = (piece.astype(np.uint64) + np.uint64(1)) * _POWERS[place % len(_POWERS)]
        there = lengths > 0
        found[first : first + _AT_ONCE][there] = np.add.reduceat(values, starts[there])
    return found[column.codes]


_AT_ONCE = 50_000
_POWERS = np.cumprod(np.full(256, 0x9E3779B97F4A7C15, dtype=np.uint64))

STAGE_ORDER = {stage: i for i, stage in enumerate(STAGES)}
