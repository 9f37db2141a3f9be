"""New values of sensors that the picture knows: matched to rows, checked against what is known, put in by columns."""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat

import msgspec
import numpy as np
import numpy.typing as npt

from cockpit.feeds.check_readings import AHEAD, MOST_REFUSED
from cockpit.feeds.items import Readings, Refused, refused
from cockpit.model.batch import Columns
from cockpit.model.city import Pack
from cockpit.model.clock import SECOND
from cockpit.model.tables import MEASURED
from cockpit.picture.columns import Index
from cockpit.picture.outgoing import Outgoing

TOPIC = "sensor"
NAMED = 1_000
"""Unknown sensors of a feed of which a sample is kept; later ones are counted only."""
SKEW = 10 * SECOND
"""How far clocks differ. What was measured later than that is of a wrong clock: it gives way to what was not, so that
a sensor whose clock is mended is not kept from being shown."""

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]


class Counts(msgspec.Struct):
    """Readings of a feed that were not taken, since the hub's start.

    Attributes:
        unknown: of no sensor that is known.
        doubled: the same value of the same instant again.
        disordered: older than what was known.
        bad: outside of what its kind of sensor can say.
    """

    unknown: int = 0
    doubled: int = 0
    disordered: int = 0
    bad: int = 0


class _Feed:
    """What is remembered of a feed: the slot of each of its ids, and what was complained of."""

    def __init__(self) -> None:
        self.slots: dict[str, int] = {}
        self.counts = Counts()
        self.named: set[str] = set()


class ReadingsIn:
    """Takes readings in. Of one sensor an older value never takes the place of a newer one."""

    def __init__(self, out: Outgoing, pack: Pack, refuse: Callable[[str, int, Refused], None]) -> None:
        """
        Args:
            refuse: told feed, receive stamp and piece of what is refused.
        """
        self._out = out
        self._pack = pack
        self._refuse = refuse
        self._table = out.picture[TOPIC]
        self._feeds: dict[str, _Feed] = {}
        self._ranges: tuple[list[str], int, Floats, Floats] = ([], 0, np.empty(0), np.empty(0))
        self._mark: Index = np.empty(0, dtype=np.int64)

    def counts(self, feed: str) -> Counts:
        known = self._feeds.get(feed)
        return known.counts if known else Counts()

    def take(self, feed: str, owner: str, readings: Readings, received: int, now: int, since: int) -> Index:
        """Puts them into the picture; answers with the rows that have new values.

        Args:
            owner: the feed whose things they are of.
            received: receive stamp, UTC us of the machine.
            now: city time, UTC us: when readings without a time were measured.
            since: receive stamps before it are of another run of the city, whose times say nothing now.
        """
        known = self._feeds.setdefault(feed, _Feed())
        rows = self._rows(known, feed, owner, readings, received)
        good = np.flatnonzero(rows >= 0)
        rows, values = rows[good], readings.values[good]
        measured = readings.measured[good]
        measured = np.where(measured > 0, measured, now)
        taken = self._in_range(known, feed, received, rows, values)
        if len(taken) < len(rows):
            rows, values, measured = rows[taken], values[taken], measured[taken]
        taken = self._news(known.counts, rows, values, measured, now, since)
        if len(taken) < len(rows):
            rows, values, measured = rows[taken], values[taken], measured[taken]
        if len(rows):
            stamps = np.full(len(rows), received, dtype=np.int64)
            self._out.measure(TOPIC, rows, {"value": values, "measured": measured, "received": stamps})
        return rows

    def keep_newer(self, columns: Columns, now: int, since: int) -> None:
        """Rows of an inventory are about to be put in: where a newer value is known, they get it."""
        keys = columns["key"]
        rows = np.array([-1 if (row := self._table.row_of(key)) is None else row for key in keys], dtype=np.int64)
        here = np.flatnonzero(rows >= 0)
        rows = rows[here]
        newer = self._known(rows, now, since) > np.asarray(columns["measured"], dtype=np.int64)[here]
        here, rows = here[newer], rows[newer]
        for name in MEASURED[TOPIC] if len(here) else ():
            column = np.array(columns[name])
            column[here] = self._table.numbers(name)[rows]
            columns[name] = column

    def _known(self, rows: Index, now: int, since: int) -> Times:
        """When what is known of rows was measured; 0 where that says nothing: it is of another run, or of a clock that
        was set back since."""
        measured = self._table.numbers("measured")[rows]
        counts = (self._table.numbers("received")[rows] >= since) & (measured <= now + AHEAD)
        return np.where(counts, measured, 0)

    def _rows(self, known: _Feed, feed: str, owner: str, readings: Readings, received: int) -> Index:
        """The row of each reading; -1 for those of nothing that is known, which are counted."""
        ids = readings.ids
        slots = np.fromiter(map(known.slots.get, ids, repeat(0)), dtype=np.int64, count=len(ids))
        rows = self._table.slots.rows(slots)
        for i in np.flatnonzero(rows < 0).tolist():
            id_ = ids[i]
            row = self._table.row_of(f"{owner}/{id_}")
            if row is None:
                known.slots.pop(id_, None)
                self._unknown(known, feed, id_, received)
            else:
                known.slots[id_] = int(self._table.slots.number(np.array([row]))[0])
                rows[i] = row
        return rows

    def _unknown(self, known: _Feed, feed: str, id_: str, received: int) -> None:
        known.counts.unknown += 1
        if id_ not in known.named and len(known.named) < NAMED:
            known.named.add(id_)
            self._refuse(feed, received, refused("reading_unknown", id_, id_, id=id_[:200]))

    def _in_range(self, known: _Feed, feed: str, received: int, rows: Index, values: Floats) -> Index:
        """Which of them their kind of sensor can say. NaN says that there is no value."""
        codes, words = self._table.codes("kind")
        if self._ranges[0] is not words or self._ranges[1] != len(words):
            kinds = [self._pack.sensor_kind(word) for word in words]
            low, high = np.array([kind.low for kind in kinds]), np.array([kind.high for kind in kinds])
            self._ranges = (words, len(words), low, high)
        low, high = self._ranges[2][codes[rows]], self._ranges[3][codes[rows]]
        beyond = (values < low) | (values > high)
        if not beyond.any():
            return np.arange(len(rows))
        wrong = np.flatnonzero(beyond).tolist()
        known.counts.bad += len(wrong)
        for i in wrong[:MOST_REFUSED]:
            id_ = self._table.key_at(int(rows[i])).partition("/")[2]
            told = {"value": f"{values[i]:g}", "low": f"{low[i]:g}", "high": f"{high[i]:g}"}
            self._refuse(feed, received, refused("reading_range", f"{id_} {values[i]}", id_, id=id_, **told))
        return np.flatnonzero(~beyond)

    def _news(self, counts: Counts, rows: Index, values: Floats, measured: Times, now: int, since: int) -> Index:
        """Which of them are news: the last one of each row, if it is not older than what is known."""
        if len(self._mark) < len(self._table):
            self._mark = np.empty(2 * len(self._table), dtype=np.int64)
        at = np.arange(len(rows))
        self._mark[rows] = at
        last = self._mark[rows] == at
        limit = now + SKEW
        before = self._known(rows, now, since)
        before = np.where((before > limit) & (measured <= limit), 0, before)
        old = measured < before
        value = self._table.numbers("value")[rows]
        same = (measured == before) & ((values == value) | (np.isnan(values) & np.isnan(value)))
        if last.all():
            counts.disordered += int(old.sum())
            counts.doubled += int(same.sum())
            return np.flatnonzero(~(old | same))
        once = np.bincount(self._mark[rows], minlength=len(rows))[self._mark[rows]] == 1
        counts.disordered += int((old & once).sum())
        counts.doubled += int((same & once).sum())
        single = np.flatnonzero(once & ~(old | same))
        several = np.flatnonzero(~once)
        return np.sort(
            np.concatenate((single, _last_of(counts, several, rows, values, measured, before, value, limit)))
        )


def _last_of(
    counts: Counts,
    which: Index,
    rows: Index,
    values: Floats,
    measured: Times,
    before: Times,
    value: Floats,
    limit: int,
) -> Index:
    """Of readings `which` of rows that have several: what is left when they are taken one after the other.

    Args:
        limit: what was measured later gives way to what was not.
    """
    state: dict[int, tuple[int, float, int]] = {}
    for i in which.tolist():
        row, at, new = int(rows[i]), int(measured[i]), float(values[i])
        known_at, known, kept = state.get(row) or (int(before[i]), float(value[i]), -1)
        if at < known_at and not at <= limit < known_at:
            counts.disordered += 1
        elif at == known_at and (new == known or (new != new and known != known)):
            counts.doubled += 1
        else:
            state[row] = (at, new, i)
            continue
        state[row] = (known_at, known, kept)
    return np.array(sorted(kept for _, _, kept in state.values() if kept >= 0), dtype=np.int64)
