"""The records of a year in parts of some ten thousand rows, in the order in which they were reported.

What changes makes the parts new in which it lies: the others are those of the state before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cockpit.model.archive_columns import NUMBERS, OWN_WORDS, TEXTS, Coded, Ints, Numbering, Records, Words
from cockpit.model.clock import DAY, HOUR
from cockpit.model.spans import ZONE
from cockpit.model.stored import Array, Stored, stored

SIZE = 32_768
"""Rows of a part, at the least where there are so many; twice as many at the most."""
NUMERIC = tuple(name for name in NUMBERS if name != "updated")
CODED = tuple(name for name in TEXTS if name not in OWN_WORDS)
OWN = tuple(name for name in TEXTS if name in OWN_WORDS)
_NARROW = ((np.int8, 127), (np.int16, 32_767), (np.int32, 2_147_483_647))

Loose = dict[str, Any]
"""Columns of rows that are put together: numbers as arrays or as they were stored, codes of the table's words as
arrays, `Words` of own words."""


def fitting(most: int) -> Any:
    """The narrowest type of codes up to so many, and -1."""
    return next(kind for kind, limit in _NARROW if most <= limit)


class Part:
    """Rows that lie together.

    Attributes:
        n: how many.
        number: pieces of the columns of numbers; codes: of texts; own: words of each row.
        day: since 1970 in Shanghai; hour; weekday: 0 Monday.
    """

    def __init__(self, loose: Loose, most: Mapping[str, int]) -> None:
        """
        Args:
            most: how many words each column has.
        """
        reported: Ints = loose["reported"][:]
        self.n = len(reported)
        self.number: dict[str, Stored] = {name: _stored(loose[name]) for name in NUMERIC}
        self.codes: dict[str, Array] = {name: loose[name].astype(fitting(most[name])) for name in CODED}
        self.own: dict[str, Words] = {name: _narrow(loose[name]) for name in OWN}
        local = reported + ZONE
        day = local // DAY
        self.hour: NDArray[np.uint8] = ((local - day * DAY) // HOUR).astype(np.uint8)
        self.day: NDArray[np.int32] = day.astype(np.int32)
        self.weekday: NDArray[np.uint8] = ((self.day + 3) % 7).astype(np.uint8)
        self.first, self.last = (int(reported[0]), int(reported[-1])) if self.n else (0, 0)

    def loose(self) -> Loose:
        return {
            **{name: piece[:] for name, piece in self.number.items()},
            **{name: codes.astype(np.int32) for name, codes in self.codes.items()},
            **self.own,
        }

    @property
    def nbytes(self) -> int:
        size = sum(piece.nbytes for piece in (*self.number.values(), *self.codes.values()))
        size += sum(len(words.data) + words.ends.nbytes for words in self.own.values())
        return int(size + self.day.nbytes + self.hour.nbytes + self.weekday.nbytes)

    @cached_property
    def marks(self) -> NDArray[np.uint64]:
        """A number of each key, by which rows are found."""
        return marks_of_words(self.own["key"])


class Table:
    """All parts.

    Attributes:
        parts: by when their rows were reported. words: of the columns of texts, each once.
    """

    def __init__(self, parts: Sequence[Part], words: Mapping[str, Sequence[str]]) -> None:
        self.parts = tuple(parts)
        self.words = words

    @classmethod
    def of(cls, pieces: Iterable[Records]) -> Table:
        """Of records that come in pieces, each let go of at once; they need not be in order."""
        making = Making()
        for piece in pieces:
            making.add(piece)
        return making.table()

    def rows_of(self, keys: Coded) -> list[Ints]:
        """Rows of each part whose key is one of these."""
        marks, wanted = marks_of(keys), set(keys.words)
        found = []
        for part in self.parts:
            key = part.own["key"]
            rows = [row for row in among(part.marks, marks).tolist() if key[row] in wanted]
            found.append(np.array(rows, dtype=np.int64))
        return found

    def knows(self, keys: Sequence[str]) -> list[bool]:
        """Of each key, whether there is a row of it."""
        asked = marks_of(Coded.of(keys))
        known = np.zeros(len(asked), dtype=bool)
        for part in self.parts:
            known |= np.isin(asked, part.marks[among(part.marks, asked)])
        return [bool(one) for one in known]

    def renewed(self, changed: Records) -> Table:
        """The same with these rows in the place of those with their keys."""
        naming = {name: Numbering(word.encode() for word in self.words[name]) for name in CODED}
        loose = _loose(changed, naming)
        firsts = np.array([part.first for part in self.parts], dtype=np.int64)
        goes_to = np.maximum(np.searchsorted(firsts, loose["reported"], side="right") - 1, 0)
        words = {
            name: naming[name].words() if len(naming[name]) > len(self.words[name]) else self.words[name]
            for name in CODED
        }
        most = {name: len(words[name]) for name in CODED}
        parts: list[Part] = []
        for at, (part, old) in enumerate(zip(self.parts, self.rows_of(changed.text("key")), strict=True)):
            new = np.flatnonzero(goes_to == at)
            if not len(old) and not len(new):
                parts.append(part)
                continue
            keep = np.ones(part.n, dtype=bool)
            keep[old] = False
            parts += _cut(_sorted(_together([_take(part.loose(), np.flatnonzero(keep)), _take(loose, new)])), most)
        if not self.parts:
            parts = _cut(_sorted(loose), most)
        return Table(parts, words)


class Making:
    """Puts a table together from what comes."""

    def __init__(self, later: Making | None = None) -> None:
        """
        Args:
            later: what was reported after all that comes here; its table is made, and its parts are the last of ours.
        """
        self._naming: dict[str, Numbering] = {name: Numbering() for name in CODED}
        self._later: list[Part] = []
        if later is not None:
            self._naming, self._later = later._naming, later._parts
        self._waiting: list[Loose] = []
        self._n = 0
        self._parts: list[Part] = []
        self._last = -(1 << 63)
        self._in_order = True

    def add(self, piece: Records) -> None:
        """The next rows; their columns may become part of the table."""
        reported = piece["reported"][:]
        if not len(reported):
            return
        if len(reported) >= SIZE // 2 and self._in_order:  # it stays as it is stored
            self._settle()
        self._in_order &= int(reported[0]) >= self._last and not (reported[1:] < reported[:-1]).any()
        self._last = int(reported[-1])
        self._waiting.append(_loose(piece, self._naming))
        self._n += len(reported)
        if self._n >= SIZE and self._in_order:
            self._settle()

    def table(self) -> Table:
        """Of all that came."""
        if not self._in_order:
            self._waiting[:0] = [part.loose() for part in self._parts]
            self._parts.clear()
        self._settle()
        return Table([*self._parts, *self._later], {name: naming.words() for name, naming in self._naming.items()})

    def _settle(self) -> None:
        if self._waiting:
            loose = _together(self._waiting)
            most = {name: len(naming) for name, naming in self._naming.items()}
            self._parts += _cut(loose if self._in_order else _sorted(loose), most)
        self._waiting, self._n = [], 0


def _loose(records: Records, naming: Mapping[str, Numbering]) -> Loose:
    loose: Loose = {name: records[name] for name in NUMERIC}
    for name in CODED:
        text = records.text(name)
        codes = naming[name].codes(_as_words(text.words))
        loose[name] = codes[text.codes] if len(codes) else text.codes
    for name in OWN:
        text = records.text(name)
        loose[name] = _picked(_as_words(text.words), text.codes)
    return loose


def _together(pieces: Sequence[Loose]) -> Loose:
    if len(pieces) == 1:
        return pieces[0]
    made: Loose = {name: np.concatenate([piece[name][:] for piece in pieces]) for name in (*NUMERIC, *CODED)}
    for name in OWN:
        lengths = np.cumsum([0, *(len(piece[name].data) for piece in pieces)])
        ends = [piece[name].ends + shift for piece, shift in zip(pieces, lengths[:-1], strict=True)]
        made[name] = Words(b"".join(piece[name].data for piece in pieces), np.concatenate(ends))
    return made


def _take(loose: Loose, rows: Ints) -> Loose:
    return {n: _picked(column, rows) if isinstance(column, Words) else column[rows] for n, column in loose.items()}


def _sorted(loose: Loose) -> Loose:
    reported = loose["reported"][:]
    if not (reported[1:] < reported[:-1]).any():
        return loose
    return _take(loose, np.argsort(reported, kind="stable"))


def _cut(loose: Loose, most: Mapping[str, int]) -> list[Part]:
    n = len(loose["reported"])
    if n == 0:
        return []
    if n <= 2 * SIZE:
        return [Part(loose, most)]
    bounds = np.linspace(0, n, n // SIZE + 1).astype(np.int64).tolist()
    return [
        Part({name: column[begin:end] if not isinstance(column, Words) else _slice(column, begin, end)
              for name, column in loose.items()}, most)
        for begin, end in pairwise(bounds)
    ]  # fmt: skip


def _slice(words: Words, begin: int, end: int) -> Words:
    if begin >= end:
        return Words(b"", np.zeros(0, dtype=np.int64))
    first = int(words.ends[begin - 1]) if begin else 0
    return Words(words.data[first : int(words.ends[end - 1])], words.ends[begin:end].astype(np.int64) - first)


def _picked(words: Words, codes: Array) -> Words:
    """The word of each row, one behind the other."""
    if len(codes) == len(words) and (codes == np.arange(len(codes))).all():
        return words
    all_ends = words.ends.astype(np.int64)
    begins = np.concatenate([np.zeros(1, dtype=np.int64), all_ends[:-1]])[codes] if len(words) else all_ends
    lengths = all_ends[codes] - begins
    ends = np.cumsum(lengths)
    at = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(begins - ends + lengths, lengths)
    return Words(np.frombuffer(words.data, dtype=np.uint8)[at].tobytes(), ends)


def _stored(column: Any) -> Stored:
    return stored(column) if isinstance(column, np.ndarray) else column


def _narrow(words: Words) -> Words:
    return Words(words.data, words.ends.astype(np.uint32) if len(words.data) < 1 << 32 else words.ends)


def _as_words(words: Sequence[str]) -> Words:
    return words if isinstance(words, Words) else Words.of(words)


# -- marks ---------------------------------------------------------------------------------------------------------


def among(marks: NDArray[np.uint64], few: NDArray[np.uint64]) -> Ints:
    """Rows whose mark is one of a few: looked for among these, the many are not sorted."""
    if not len(few):
        return np.zeros(0, dtype=np.int64)
    order = np.sort(few)
    return np.flatnonzero(order[np.minimum(np.searchsorted(order, marks), len(order) - 1)] == marks)


def marks_of(column: Coded) -> NDArray[np.uint64]:
    """A number of each row's text, the same for the same text: a polynomial over its bytes, modulo 2^64. Two texts that
    share one are as good as never met, and where it matters the texts themselves are compared."""
    return marks_of_words(_as_words(column.words))[column.codes]


def marks_of_words(words: Words) -> NDArray[np.uint64]:
    """Of each word."""
    data = np.frombuffer(words.data, dtype=np.uint8)
    found = np.zeros(len(words), dtype=np.uint64)
    all_ends = words.ends.astype(np.int64)
    for first in range(0, len(words), _AT_ONCE):
        ends = all_ends[first : first + _AT_ONCE]
        begin = int(all_ends[first - 1]) if first else 0
        starts = np.concatenate([[begin], ends[:-1]]) - begin
        lengths = ends - begin - starts
        if not len(piece := data[begin : int(ends[-1])]):
            continue
        place = np.arange(len(piece)) - np.repeat(starts, lengths)
        values = (piece.astype(np.uint64) + np.uint64(1)) * _POWERS[place % len(_POWERS)]
        there = lengths > 0
        found[first : first + _AT_ONCE][there] = np.add.reduceat(values, starts[there])
    return found


_AT_ONCE = 10_000
_POWERS = np.cumprod(np.full(256, 0x9E3779B97F4A7C15, dtype=np.uint64))
