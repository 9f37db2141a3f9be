"""One table of the picture, live: columns that grow, a key for each row, a version that counts changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import eq
from typing import Any

import numpy as np
import numpy.typing as npt

from cockpit.model.batch import Columns
from cockpit.model.tables import MEASURED, TEXT, Table
from cockpit.model.values import Changed
from cockpit.picture.columns import Coded, Codes, Decoded, Index, Numbers, Words
from cockpit.picture.slots import Slots

CATEGORICAL = frozenset({"feed", "kind", "channel", "area", "parent", "unit", "source", "format"})
"""Text columns whose words repeat from row to row."""

DISTRICT = "district"
"""A column beside the table's own: the district of the batch that last wrote the row, "" when it was none."""


class LiveTable:
    """The rows of one topic, by column and by key.

    Rows move when others leave (the last one fills the hole): keep keys over a tick, never row numbers.
    Arrays that are handed out are views for reading, valid until the table changes.

    Attributes:
        table: its description.
        version: goes up whenever a row came, changed or went.
        moves: goes up whenever a row came, moved or went: until then a key stays in its row.
        rows_version: goes up with it, but for changes of the columns `MEASURED` alone.
        slots: the numbers of rows by which `Values` name them; of tables of `MEASURED` only.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.version = 0
        self.moves = 0
        self.rows_version = 0
        self.slots = Slots()
        self._numbers = {c.name: Numbers(c.dtype) for c in table.columns if c.dtype != TEXT}
        texts = [c.name for c in table.columns if c.dtype == TEXT and c.name != "key"]
        self._coded = {name: Coded() for name in (*texts, DISTRICT) if name in CATEGORICAL or name == DISTRICT}
        self._words = {name: Words() for name in texts if name not in CATEGORICAL}
        self._keys: list[str] = []
        self._row_of: dict[str, int] | None = {}
        columns: dict[str, Numbers | Coded | Words] = {**self._numbers, **self._coded, **self._words}
        self._at = {name: self.key_at if name == "key" else columns[name].at for name in table.names}

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    @property
    def keys(self) -> Sequence[str]:
        """All keys, in the order of the rows."""
        return self._keys

    def numbers(self, name: str) -> npt.NDArray[Any]:
        """A column of numbers, shape (n,)."""
        return self._numbers[name].view()

    def text(self, name: str) -> Sequence[str]:
        """A column of text, length n."""
        if name == "key":
            return self._keys
        if name in self._words:
            return self._words[name].data
        coded = self._coded[name]
        return Decoded(coded.view(), coded.values)

    def codes(self, name: str) -> tuple[Codes, list[str]]:
        """A categorical column: int32 codes, shape (n,), and the words that they stand for."""
        coded = self._coded[name]
        return coded.view(), coded.values

    def code(self, name: str, word: str) -> int:
        """The code of `word` in a categorical column; -1 when no row ever had it."""
        return self._coded[name].code(word)

    def row_of(self, key: str) -> int | None:
        return self._rows.get(key)

    def rows_of(self, keys: Iterable[str]) -> Index:
        """Rows of those of `keys` that are there, in their order."""
        found = [row for row in map(self._rows.get, keys) if row is not None]
        return np.array(found, dtype=np.int64)

    def places(self, keys: Sequence[str]) -> Index:
        """The row of each key, shape (n,); -1 where there is none."""
        return np.fromiter(map(self._rows.get, keys, repeat(-1)), dtype=np.int64, count=len(keys))

    def key_at(self, i: int) -> str:
        return self._keys[i]

    def row(self, i: int) -> dict[str, Any]:
        """Row `i` as a dict of plain Python values, in the order of the table."""
        return {name: at(i) for name, at in self._at.items()}

    def get(self, key: str) -> dict[str, Any] | None:
        """The row with this key, None when there is none."""
        i = self._rows.get(key)
        return None if i is None else self.row(i)

    def value(self, i: int, name: str) -> Any:
        """One value as a plain Python value."""
        return self._at[name](i)

    def columns(self, where: Index | None = None) -> Columns:
        """The rows `where` (all of them if None) as columns of their own, `district` among them."""
        columns: Columns = {}
        rows = None if where is None else where.tolist()
        for name in (*self.table.names, DISTRICT):
            if name in self._numbers:
                view = self.numbers(name)
                columns[name] = view.copy() if where is None else view[where]
            elif name in self._coded:
                codes, values = self.codes(name)
                columns[name] = Decoded(codes if where is None else codes[where], values)[:]
            else:
                words = self.text(name)
                columns[name] = list(words) if rows is None else [words[i] for i in rows]
        return columns

    def upsert(self, columns: Columns, district: str = "", distinct: bool = False) -> None:
        """Puts rows in; one with a known key replaces that row, a later one of the same key wins.

        Args:
            columns: every column of the table, of one length; `district` may be among them.
            district: the district of all of them where the columns do not say it.
            distinct: no key is among them twice; a first load is quicker then.
        """
        keys: Sequence[str] = columns["key"]
        if not len(keys):
            return
        if distinct and not self._keys:
            self._row_of = None
            self._keys.extend(keys)
            where = np.arange(len(keys))
            self.moves += 1
        else:
            where = self._places(keys)
        n = len(self._keys)
        for name, numbers in self._numbers.items():
            numbers.put(where, columns[name], n)
        for name, words in self._words.items():
            words.put(where, columns[name], n)
        for name, coded in self._coded.items():
            if name == DISTRICT:
                coded.put(where, columns.get(DISTRICT) or [district] * len(keys), n)
            else:
                coded.put(where, columns[name], n)
        if self.table.topic in MEASURED:
            self.slots.grow(n)
        self.version += 1
        self.rows_version += 1

    def measure(self, rows: Index, columns: Changed) -> None:
        """New values of rows that are there, none of them twice.

        Args:
            columns: those of `MEASURED`, as long as `rows`.
        """
        n = len(self._keys)
        for name in MEASURED[self.table.topic]:
            self._numbers[name].put(rows, columns[name], n)
        self.version += 1

    def news(self, columns: Columns) -> Index:
        """Which rows of `columns` (with `district`) are not in the table as they are: new keys and changed values."""
        rows = self.places(columns["key"])
        same = np.zeros(len(rows), dtype=np.bool_)
        known = np.flatnonzero(rows >= 0)
        rows = rows[known]
        equal = np.ones(len(known), dtype=np.bool_)
        for name, numbers in self._numbers.items():
            ours, theirs = numbers.view()[rows], np.asarray(columns[name], dtype=numbers.view().dtype)[known]
            equal &= (ours == theirs) | ((ours != ours) & (theirs != theirs))  # NaN is no news for NaN
        for name, coded in self._coded.items():
            equal &= coded.view()[rows] == coded.codes_of(columns[name])[known]
        for name, words in self._words.items():
            had = list(map(words.data.__getitem__, rows.tolist()))
            told = list(map(columns[name].__getitem__, known.tolist()))
            if had != told:
                equal &= np.fromiter(map(eq, had, told), dtype=np.bool_, count=len(known))
        same[known] = equal
        return np.flatnonzero(~same)

    def remove(self, keys: Iterable[str]) -> list[str]:
        """Takes rows out; answers with the keys that were there."""
        gone: list[str] = []
        holes: list[int] = []
        for key in keys:
            row = self._rows.pop(key, None)
            if row is not None:
                gone.append(key)
                holes.append(row)
        if gone:
            self._close(holes)
            self.version += 1
            self.rows_version += 1
        return gone

    @property
    def _rows(self) -> dict[str, int]:
        """The row of each key; made when it is first needed, which a picture from the cache does after it is shown."""
        rows = self._row_of
        if rows is None:
            rows = self._row_of = dict(zip(self._keys, range(len(self._keys)), strict=True))
        return rows

    def _places(self, keys: Sequence[str]) -> Index:
        """The row of each key; new keys get the rows at the end."""
        rows, all_keys = self._rows, self._keys
        before = len(all_keys)
        where = np.empty(len(keys), dtype=np.int64)
        for i, key in enumerate(keys):
            row = rows.get(key)
            if row is None:
                row = rows[key] = len(all_keys)
                all_keys.append(key)
            where[i] = row
        self.moves += len(all_keys) > before
        return where

    def _close(self, removed: list[int]) -> None:
        """Fills the holes with rows from the end, all columns at once."""
        n = len(self._keys) - len(removed)
        out = set(removed)
        holes = np.array([row for row in removed if row < n], dtype=np.int64)
        movers = np.array([row for row in range(n, len(self._keys)) if row not in out], dtype=np.int64)
        columns: list[Numbers | Coded | Words] = [*self._numbers.values(), *self._coded.values(), *self._words.values()]
        for column in columns:
            column.move(holes, movers, n)
        if self.table.topic in MEASURED:
            self.slots.move(np.array(removed, dtype=np.int64), holes, movers, n)
        for hole, mover in zip(holes.tolist(), movers.tolist(), strict=True):
            key = self._keys[mover]
            self._keys[hole] = key
            self._rows[key] = hole
        del self._keys[n:]
        self.moves += 1
