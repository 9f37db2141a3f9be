"""Records column by column: numbers as arrays, text as codes with their words; what sums over a year are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.model.archive import RECORD
from cockpit.model.tables import TEXT

Ints = NDArray[np.int64]
Where = NDArray[np.int64] | NDArray[np.bool_] | slice
TEXTS = tuple(c.name for c in RECORD.columns if c.dtype == TEXT)
NUMBERS = {c.name: np.dtype(c.dtype) for c in RECORD.columns if c.dtype != TEXT}
FLOATS = tuple(name for name, dtype in NUMBERS.items() if dtype.kind == "f")
OWN_WORDS = frozenset({"key", "number"})
"""Text columns whose words are hardly ever the same twice: they are not looked for, and may be there twice."""


class TextsAt(Sequence[str]):
    """Texts that are made when they are asked for; who has them says by `_at` what stands at a place that is there."""

    __slots__ = ()

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
        return self._at(at)

    def _at(self, at: int) -> str:
        raise NotImplementedError


class Words(TextsAt):
    """Texts as one piece of UTF-8, each made when it is asked for: half a million of them cost no half million objects.

    Attributes:
        data: all of them, one behind the other; ends: where each ends, int64.
    """

    __slots__ = ("data", "ends")

    def __init__(self, data: bytes, ends: Ints) -> None:
        self.data, self.ends = data, ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> Words:
        pieces = [text.encode() for text in texts]
        return cls(b"".join(pieces), np.cumsum([len(piece) for piece in pieces], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    def _at(self, at: int) -> str:
        begin = int(self.ends[at - 1]) if at else 0
        return self.data[begin : int(self.ends[at])].decode()

    def __iter__(self) -> Iterator[str]:
        begin = 0
        for end in self.ends.tolist():
            yield self.data[begin:end].decode()
            begin = end


class Coded(msgspec.Struct):
    """A text column: row i says `words[codes[i]]`. Words are each there once, but for `OWN_WORDS`.

    Attributes:
        codes: int32.
    """

    codes: NDArray[np.int32]
    words: Sequence[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Coded:
        known: dict[str, int] = {}
        codes = [known.setdefault(text, len(known)) for text in texts]
        return cls(np.array(codes, dtype=np.int32), list(known))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str:
        return self.words[int(self.codes[row])]

    def take(self, where: Where) -> Coded:
        return Coded(self.codes[where], self.words)

    def texts(self) -> list[str]:
        """The text of each row."""
        words = self.words
        return [words[code] for code in self.codes.tolist()]

    def code(self, word: str) -> int:
        """Code of a word, -1 where no row ever said it."""
        try:
            return self.words.index(word)
        except ValueError:
            return -1


class Records(msgspec.Struct):
    """Rows of `RECORD` as columns of one length.

    Attributes:
        columns: by name: `Coded` of text, else an array of the column's type, or as `stored.Stored` where they come
            from `Archive.hand`; amount, lon and lat NaN = none.
    """

    columns: dict[str, Any]

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Records:
        """From lists, arrays or `Coded`, by name; every column of `RECORD` has to be there."""
        made: dict[str, Any] = {}
        for name in RECORD.names:
            given = columns[name]
            if name in NUMBERS:
                if name in FLOATS and isinstance(given, list):
                    given = [np.nan if value is None else value for value in given]
                made[name] = np.asarray(given, dtype=NUMBERS[name])
            else:
                made[name] = given if isinstance(given, Coded) else Coded.of(given)
        return cls(made)

    @classmethod
    def of_rows(cls, rows: Sequence[Sequence[Any]]) -> Records:
        """From rows in the order of `RECORD`, None = NaN."""
        columns = zip(*rows, strict=True) if rows else ([] for _ in RECORD.names)
        return cls.of({name: list(column) for name, column in zip(RECORD.names, columns, strict=True)})

    def __len__(self) -> int:
        return len(self.columns["reported"])

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def text(self, name: str) -> Coded:
        found = self.columns[name]
        assert isinstance(found, Coded)
        return found

    def numbers(self, name: str) -> NDArray[Any]:
        found = self.columns[name]
        assert isinstance(found, np.ndarray)
        return found

    def take(self, where: Where) -> Records:
        """Those at `where`."""
        return Records({n: c.take(where) if isinstance(c, Coded) else c[where] for n, c in self.columns.items()})

    def rows(self) -> list[tuple[Any, ...]]:
        """As tuples in the order of `RECORD`, None where a number is NaN."""
        plain: list[list[Any]] = []
        for name in RECORD.names:
            column = self.columns[name]
            if isinstance(column, Coded):
                plain.append(column.texts())
            elif name in FLOATS:
                plain.append([None if value != value else value for value in column.tolist()])
            else:
                plain.append(column.tolist())
        return list(zip(*plain, strict=True))


def joined(pieces: Sequence[Records]) -> Records:
    """All of them, one behind the other; words that several have are there once."""
    if len(pieces) == 1:
        return pieces[0]
    joiner = Joiner(sum(map(len, pieces)))
    for piece in pieces:
        joiner.add(piece)
    return joiner.records()


class Numbering(dict[bytes, int]):
    """Words by the order in which they were first said."""

    def __init__(self, words: Iterable[bytes] = ()) -> None:
        super().__init__((word, code) for code, word in enumerate(words))

    def __missing__(self, word: bytes) -> int:
        self[word] = code = len(self)
        return code

    def codes(self, words: Words) -> NDArray[np.int32]:
        """Numbers of these; most are known, and none of those is decoded."""
        data, ends = words.data, words.ends.tolist()
        pieces = [data[begin:end] for begin, end in zip([0, *ends[:-1]], ends, strict=bool(ends))]
        return np.fromiter(map(self.__getitem__, pieces), dtype=np.int32, count=len(pieces))

    def words(self) -> list[str]:
        return [word.decode() for word in self]


class Joiner:
    """Puts pieces one behind the other as they come, each let go of at once: a year takes little more than itself."""

    def __init__(self, rows: int) -> None:
        """
        Args:
            rows: of all pieces together.
        """
        self._numbers = {name: np.zeros(rows, dtype=dtype) for name, dtype in NUMBERS.items()}
        self._codes = {name: np.zeros(rows, dtype=np.int32) for name in TEXTS}
        self._known = {name: Numbering() for name in TEXTS if name not in OWN_WORDS}
        self._own: dict[str, _Beside] = {name: _Beside() for name in TEXTS if name in OWN_WORDS}
        self._at = 0

    def add(self, piece: Records) -> None:
        """The next rows; ValueError where there are more than were told."""
        begin, end = self._at, self._at + len(piece)
        self._at = end
        for name, column in self._numbers.items():
            column[begin:end] = piece[name][:]
        for name, codes in self._codes.items():
            text = piece.text(name)
            words = text.words if isinstance(text.words, Words) else Words.of(text.words)
            if name in self._own:
                codes[begin:end] = text.codes + np.int32(self._own[name].add(words))
            elif len(words):
                codes[begin:end] = self._known[name].codes(words)[text.codes]

    def records(self) -> Records:
        """All that was added."""
        made: dict[str, Any] = {}
        for name in RECORD.names:
            if name in self._numbers:
                made[name] = self._numbers[name][: self._at]
            else:
                words = self._own[name].words() if name in self._own else self._known[name].words()
                made[name] = Coded(self._codes[name][: self._at], words)
        return Records(made)


class _Beside:
    """Words one behind the other as bytes: none of them is made."""

    def __init__(self) -> None:
        self._data: list[bytes] = []
        self._ends: list[Ints] = []
        self._bytes = self._count = 0

    def add(self, words: Words) -> int:
        """How many there were before."""
        before = self._count
        self._data.append(words.data)
        self._ends.append(words.ends + self._bytes)
        self._bytes += len(words.data)
        self._count += len(words)
        return before

    def words(self) -> Words:
        ends = np.concatenate(self._ends) if self._ends else np.zeros(0, dtype=np.int64)
        return Words(b"".join(self._data), ends)
