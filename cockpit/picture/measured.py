"""Which rows of a table have new values that no seat was told of yet, by the district that each row is told in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cockpit.model.tables import MEASURED
from cockpit.model.values import VALUES_VERSION, Changed, Slots, Values, pack_values
from cockpit.picture.columns import Index, grown
from cockpit.picture.table import LiveTable

AT_ONCE = 30_000
"""Rows a message at the most: 28 bytes each."""


class Measured:
    """Marks by slot, so that rows may move meanwhile."""

    def __init__(self, table: LiveTable) -> None:
        self._table = table
        self._fresh: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._home: npt.NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._districts: list[str] = [""]
        self._any = False

    def told(self, rows: Index, district: str, to_all: bool = False) -> None:
        """These rows are told in that district, whole and as they are now; a snapshot is not told to all."""
        slots = self._numbers(rows)
        if to_all:
            self._fresh[slots] = False
        if district not in self._districts:
            self._districts.append(district)
        self._home[slots] = self._districts.index(district)

    def note(self, rows: Index) -> Index:
        """Values of these rows changed; answers with those that no seat knows: they have to be told whole."""
        slots = self._numbers(rows)
        self._fresh[slots] = True
        self._any = True
        untold: Index = rows[self._home[slots] == 0]
        return untold

    def take(self) -> Iterator[tuple[str, Slots, Changed]]:
        """(district, slots, values) of all that is to be told, which is then told."""
        if not self._any:
            return
        slots = np.flatnonzero(self._fresh)
        self._fresh[slots] = False
        self._any = False
        rows = self._table.slots.rows(slots)
        homes = self._home[slots]
        there = (rows >= 0) & (homes > 0)
        slots, rows, homes = slots[there], rows[there], homes[there]
        for home in np.unique(homes).tolist():
            of_it = np.flatnonzero(homes == home)
            for start in range(0, len(of_it), AT_ONCE):
                some = of_it[start : start + AT_ONCE]
                columns = {name: self._table.numbers(name)[rows[some]] for name in MEASURED[self._table.table.topic]}
                yield self._districts[home], slots[some].astype(np.uint32), columns

    def message(self, hub: str, district: str, seq: int, sent: int, slots: Slots, columns: Changed) -> Values:
        topic = self._table.table.topic
        return Values(VALUES_VERSION, hub, topic, district, seq, sent, slots.tobytes(), pack_values(topic, columns))

    def _numbers(self, rows: Index) -> Slots:
        slots = self._table.slots.number(rows)
        size = self._table.slots.size
        self._fresh, self._home = grown(self._fresh, size), grown(self._home, size)
        return slots
