"""Growing columns: numbers in NumPy, repeated words as codes, free words as lists. Rows are put and moved by index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, overload

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

FIRST_CAPACITY = 64


class Decoded(Sequence[str]):
    """A categorical column read as words; a view, valid until the table changes."""

    def __init__(self, codes: Codes, values: list[str]) -> None:
        self._codes = codes
        self._values = values

    @property
    def coded(self) -> tuple[Codes, list[str]]:
        """The codes, and the word of each; several codes may have the same word."""
        return self._codes, self._values

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice):
            return [self._values[c] for c in self._codes[i].tolist()]
        return self._values[int(self._codes[i])]

    def __iter__(self) -> Iterator[str]:
        return map(self._values.__getitem__, self._codes.tolist())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence) and not isinstance(other, str):
            return list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]


def grown(array: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    """`array`, or a copy with room for `size` and for as much again."""
    if size <= len(array):
        return array
    bigger = np.zeros(max(size, 2 * len(array), FIRST_CAPACITY), dtype=array.dtype)
    bigger[: len(array)] = array
    return bigger


class Numbers:
    """A column of numbers."""

    def __init__(self, dtype: str) -> None:
        self._data: npt.NDArray[Any] = np.zeros(FIRST_CAPACITY, dtype=dtype)
        self._n = 0

    def put(self, where: Index, values: Any, n: int) -> None:
        """Writes `values` at rows `where` (a later one of the same row wins); the column is then `n` long."""
        self._data = grown(self._data, n)
        self._n = n
        self._data[where] = values

    def move(self, holes: Index, movers: Index, n: int) -> None:
        """Fills `holes` with the rows `movers` and cuts to `n`."""
        self._data[holes] = self._data[movers]
        self._n = n

    def view(self) -> npt.NDArray[Any]:
        view = self._data[: self._n]
        view.flags.writeable = False
        return view

    def at(self, i: int) -> Any:
        return self._data[i].item()


class Words:
    """A column of words that seldom repeat."""

    def __init__(self) -> None:
        self.data: list[str] = []

    def put(self, where: Index, values: Sequence[str], n: int) -> None:
        data = self.data
        if n - len(data) == len(values):  # all are new: the usual case of a first load
            data.extend(values)
            return
        data.extend([""] * (n - len(data)))
        for i, value in zip(where.tolist(), values, strict=True):
            data[i] = value

    def move(self, holes: Index, movers: Index, n: int) -> None:
        data = self.data
        for hole, mover in zip(holes.tolist(), movers.tolist(), strict=True):
            data[hole] = data[mover]
        del data[n:]

    def at(self, i: int) -> str:
        return self.data[i]


class _CodeOf(dict[str, int]):
    """Words to codes; a word that is asked for first gets the next one. So one pass codes a column."""

    def __init__(self) -> None:
        super().__init__()
        self.values_: list[str] = []

    def __missing__(self, word: str) -> int:
        code = self[word] = len(self.values_)
        self.values_.append(word)
        return code


class Coded:
    """A column of words that repeat, as int32 codes into `values`."""

    def __init__(self) -> None:
        self._codes = Numbers("<i4")
        self._code_of = _CodeOf()

    @property
    def values(self) -> list[str]:
        return self._code_of.values_

    def encode(self, words: Iterable[str]) -> Codes:
        """The codes of `words`; new words get new codes."""
        words = words if isinstance(words, (list, tuple)) else list(words)
        if words and words.count(words[0]) == len(words):
            return np.full(len(words), self._code_of[words[0]], dtype=np.int32)
        return np.fromiter(map(self._code_of.__getitem__, words), dtype=np.int32, count=len(words))

    def codes_of(self, words: Sequence[str]) -> Codes:
        """The codes of `words`; -1 of those that no row ever had."""
        if words and words.count(words[0]) == len(words):
            return np.full(len(words), self.code(words[0]), dtype=np.int32)
        return np.fromiter(map(self._code_of.get, words, repeat(-1)), dtype=np.int32, count=len(words))

    def code(self, word: str) -> int:
        """The code of a word, -1 when no row ever had it."""
        return self._code_of.get(word, -1)

    def put(self, where: Index, words: Iterable[str], n: int) -> None:
        self._codes.put(where, self.encode(words), n)
        if len(self.values) > 1024 + 2 * n:
            self._compact(n)

    def move(self, holes: Index, movers: Index, n: int) -> None:
        self._codes.move(holes, movers, n)

    def view(self) -> Codes:
        return self._codes.view()

    def at(self, i: int) -> str:
        return self.values[int(self._codes.at(i))]

    def _compact(self, n: int) -> None:
        """Forgets words that no row has any more, so that a feed of ever new words does not grow us for ever."""
        words = list(Decoded(self.view(), self.values))
        self._code_of = _CodeOf()
        self._codes.put(np.arange(n), self.encode(words), n)
