"""Facts: the records of the archive and of now as columns in memory, and everything that figures are often asked by.

Half a million records take about 50 MB. Nothing in it is changed once it is made: another state is another `Facts`,
which shares with this one whatever is the same in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.insight.columns import Column, Counted, PiecesOfWords
from cockpit.insight.ground import TIERS, Ground
from cockpit.insight.parts import CODED, NUMERIC, OWN, Table, fitting
from cockpit.model.archive_columns import NUMBERS, Coded, Records
from cockpit.model.clock import DAY, HOUR
from cockpit.model.spans import ZONE
from cockpit.model.stages import STAGES


class Text(msgspec.Struct, frozen=True):
    """A column of texts: row i says `words[codes[i]]`."""

    codes: Column
    words: Sequence[str]

    def __getitem__(self, row: int) -> str:
        return self.words[int(self.codes[row])]


class Facts:
    """Records in the order in which they were reported.

    Attributes:
        n: how many.
        ground: areas and classes.
        as_of: until when they are complete, UTC us, 0 unknown; first: from when on.
        number: columns of numbers by name. text: of words by name; codes are small integers.
        day: since 1970 in Shanghai; hour; weekday: 0 Monday.
    """

    def __init__(self, records: Records | Table, ground: Ground, as_of: int = 0, first: int = 0) -> None:
        """
        Args:
            first: since when the archive is complete, 0: since midnight of the first record.
        """
        self._table = table = records if isinstance(records, Table) else Table.of([records])
        parts = table.parts
        self.n = sum(part.n for part in parts)
        self.ground = ground
        self.number = {name: Column([part.number[name] for part in parts], NUMBERS[name]) for name in NUMERIC}
        self.text = {
            name: Text(Column([part.codes[name] for part in parts], np.int8), table.words[name]) for name in CODED
        }
        starts = np.cumsum([0, *(part.n for part in parts)]).tolist()
        in_order = Column([Counted(start, part.n) for start, part in zip(starts, parts, strict=False)], np.int64)
        for name in OWN:
            self.text[name] = Text(in_order, PiecesOfWords([part.own[name] for part in parts]))
        self.day = Column([part.day for part in parts], np.int32)
        self.hour = Column([part.hour for part in parts], np.uint8)
        self.weekday = Column([part.weekday for part in parts], np.uint8)
        self.as_of = as_of
        midnight = int(self.day[0]) * DAY - ZONE if self.n else 0
        self._since = first
        self.first = first or midnight

    @classmethod
    def of_rows(cls, rows: Sequence[Sequence[Any]], ground: Ground, as_of: int = 0, first: int = 0) -> Facts:
        """From rows in the order of `RECORD`."""
        return cls(Records.of_rows(rows), ground, as_of, first)

    @property
    def reported(self) -> Column:
        return self.number["reported"]

    @cached_property
    def area(self) -> tuple[Column, ...]:
        """Of each tier, the index in `ground.codes` of the area that a record lies in, -1 none."""
        column = self.text["area"]
        lines = [self.ground.line[i] if (i := self.ground.index.get(w, -1)) >= 0 else (-1,) * len(TIERS)
                 for w in column.words]  # fmt: skip
        table = np.array(lines, dtype=np.int32).reshape(-1, len(TIERS)).astype(fitting(len(self.ground.codes)))
        return tuple(column.codes.looked(np.ascontiguousarray(table[:, tier])) for tier in range(len(TIERS)))

    @cached_property
    def group(self) -> Text:
        """Group of each record's class."""
        column = self.text["kind"]
        of = Coded.of([self.ground.group(word) for word in column.words])
        return Text(column.codes.looked(of.codes.astype(fitting(len(of.words)))), of.words)

    @cached_property
    def usual_hours(self) -> NDArray[np.float64]:
        """Hours that a class usually takes (median of all closed), by code of the class; NaN unknown."""
        kinds, closed = self.text["kind"], self.number["closed"][:]
        found = np.full(len(kinds.words), np.nan)
        rows = np.flatnonzero(closed > 0)
        codes = kinds.codes[rows]
        order = np.argsort(codes, kind="stable")
        hours = (closed[rows] - self.reported[rows])[order] / HOUR
        bounds = np.searchsorted(codes[order], np.arange(len(found) + 1))
        for code in range(len(found)):
            piece = hours[bounds[code] : bounds[code + 1]]
            if len(piece):
                found[code] = np.median(piece)
        return found

    def bytes(self) -> int:
        """Memory that the columns take."""
        return sum(part.nbytes for part in self._table.parts)

    def knows(self, keys: Sequence[str]) -> list[bool]:
        """Of each key, whether there is a row of it."""
        return self._table.knows(keys)

    def renewed(self, changed: Records, as_of: int) -> Facts:
        """The same with these rows in the place of those with their keys."""
        return Facts(self._table.renewed(changed), self.ground, as_of, self._since)


STAGE_ORDER = {stage: i for i, stage in enumerate(STAGES)}
