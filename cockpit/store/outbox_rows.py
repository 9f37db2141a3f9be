"""The rows of an outbox in memory: which wait in what order, which are under way, which nobody can have seen."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.model.outgoing import SETTLED, Row
from cockpit.model.ports.cases import Sending

MOST_SETTLED = 2_000
"""Settled rows that are held."""


class Rows:
    """Rows by id; whoever has it holds the lock.

    Attributes:
        busy: ids that are under way.
        withheld: ids that are being cancelled.
        unseen: ids of which no try ever reached anybody; they can still be taken back.
    """

    def __init__(self) -> None:
        self.busy: set[str] = set()
        self.withheld: set[str] = set()
        self.unseen: set[str] = set()
        self._rows: dict[str, Row] = {}
        self._lanes: dict[str, list[Row]] = {}  # what waits, in order

    def __contains__(self, ident: str) -> bool:
        return ident in self._rows

    def get(self, ident: str) -> Row | None:
        return self._rows.get(ident)

    def some(self, idents: Iterable[str]) -> list[Row]:
        return [self._rows[ident] for ident in idents if ident in self._rows]

    def all(self) -> list[Row]:
        """In order."""
        return sorted(self._rows.values(), key=lambda row: row.n)

    def heads(self) -> list[Row]:
        """The first of each lane that waits and is free."""
        firsts = (rows[0] for rows in self._lanes.values() if rows)
        return [row for row in firsts if row.id not in self.busy and row.id not in self.withheld]

    def is_free(self, ident: str) -> bool:
        """Whether it can be sent now."""
        row = self._rows.get(ident)
        return row is not None and row.state is Sending.WAITING and ident not in self.busy | self.withheld

    def can_be_taken_back(self, row: Row) -> bool:
        """Whether nobody can have it: it was never sent, or can not be."""
        return row.state is Sending.PARKED or (row.id in self.unseen and row.id not in self.busy)

    def past(self, now: int) -> list[Row]:
        """What waits past its validity and nobody can have seen."""
        free = self.unseen - self.busy - self.withheld
        waiting = (row for rows in self._lanes.values() for row in rows)
        return [row for row in waiting if 0 < row.valid_until < now and row.id in free]

    @property
    def mortal(self) -> bool:
        """Whether something waits that may expire."""
        return any(row.valid_until for rows in self._lanes.values() for row in rows)

    def put(self, row: Row) -> None:
        """A row as it is from now on."""
        before = self._rows.get(row.id)
        self._rows[row.id] = row
        lane = self._lanes.setdefault(row.lane, [])
        if before is not None and before.state is Sending.WAITING:
            lane.remove(before)
        if row.state is Sending.WAITING:
            lane.append(row)
            lane.sort(key=lambda one: one.n)
            return
        if not lane:
            del self._lanes[row.lane]
        if row.state is not Sending.PARKED:
            self.unseen.discard(row.id)

    def forget_old(self, needed: set[str]) -> None:
        """Lets the oldest settled rows go once there are too many, but for those that are needed."""
        if len(self._rows) <= MOST_SETTLED:
            return
        settled = [row for row in self.all() if row.state in SETTLED and row.id not in needed]
        if len(settled) > MOST_SETTLED:
            for row in settled[: MOST_SETTLED // 2]:
                del self._rows[row.id]
