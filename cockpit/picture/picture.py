"""The picture: every table live, fed by the hub's batches on a seat and by the feeds on the hub."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import msgspec
import numpy as np

from cockpit.model.batch import Batch, Columns, take, unpack_columns
from cockpit.model.tables import EVERYWHERE, MEASURED, TABLES
from cockpit.model.values import Changed, Values, slots_of, unpack_values
from cockpit.picture.columns import Index
from cockpit.picture.table import DISTRICT, LiveTable

_NO_ROWS: Index = np.empty(0, dtype=np.int64)
Place = tuple[str, str]
"""(district, topic): what one run of sequence numbers belongs to."""

REMEMBERED = 256
"""Messages of a place that are remembered at least, so that a part of a snapshot that was overtaken undoes nothing."""
REMEMBERED_BYTES = 2_000_000
"""Of values of a place that are kept, to be put on top of such a part."""


class Change(msgspec.Struct, frozen=True):
    """What a batch did, for whoever keeps a copy (the cache).

    Attributes:
        topic: which table.
        columns: rows that came or changed, `district` among the columns.
        rows: how many.
        gone: keys that were there and are no longer.
    """

    topic: str
    columns: Columns
    rows: int
    gone: list[str]


class _Snapshot(msgspec.Struct):
    """A snapshot of which not every part has come.

    Attributes:
        id: what all its batches have in common.
        part: of the next one.
        keys: seen so far.
    """

    id: tuple[int, int, int, tuple[str, ...]]
    part: int
    keys: set[str]


class _Heard(msgspec.Struct):
    """How far a place is heard.

    Attributes:
        seq: of the last batch.
        lost: numbers up to this one may be missing; 0 when none is.
        hole: the last number that never came; floor: of what came up to this one, some is forgotten.
        wrote_at: (seq, when the hub sent it) of the last plain batch that wrote or removed a key, by key.
        values: (seq, values) of the last ones. size: bytes of them.
        snapshot: the one that is coming in.
    """

    seq: int = 0
    lost: int = 0
    hole: int = 0
    floor: int = 0
    wrote_at: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    values: deque[tuple[int, Values]] = msgspec.field(default_factory=deque)
    size: int = 0
    snapshot: _Snapshot | None = None

    def next(self, seq: int, sent: int, what: Iterable[str] | Values) -> bool:
        """Number `seq` came with these keys, or values; whether one before it is missing."""
        missing = seq > self.seq + 1
        if missing:
            self.lost = self.hole = seq - 1
        self.seq = seq
        if isinstance(what, Values):
            self.values.append((seq, what))
            self.size += _size(what)
        else:
            self.wrote_at.update(dict.fromkeys(what, (seq, sent)))
        self._forget()
        return missing

    def _forget(self) -> None:
        """A key lies here once however often it is written, so this holds as much as the city has things."""
        while self.values and (self.size > REMEMBERED_BYTES or self.values[0][0] <= self.seq - REMEMBERED):
            at, what = self.values.popleft()
            self.size -= _size(what)
            self.floor = max(self.floor, at)
        if self.seq % REMEMBERED == 0:
            old = self.seq - REMEMBERED
            self.wrote_at = {key: at for key, at in self.wrote_at.items() if at[0] > old}
            self.floor = max(self.floor, old)

    def since(self, seq: int) -> tuple[set[str], list[Values]] | None:
        """Keys that plain batches after `seq` wrote or removed, and the values after it; None when one of them was
        lost or is forgotten."""
        if seq < max(self.hole, self.floor):
            return None
        keys = {key for key, (at, _) in self.wrote_at.items() if at > seq}
        return keys, [what for at, what in self.values if at > seq]

    def wrote(self, key: str, sent: int) -> bool:
        """Whether a plain batch of `sent` or later wrote `key`, as far as is remembered."""
        at = self.wrote_at.get(key)
        return at is not None and at[1] >= sent


def _size(what: Values) -> int:
    return 24 * what.rows


class Picture:
    """All tables of the picture, owned by one thread.

    Attributes:
        hub: id of the hub's run that is heard, "" before the first batch.
        gaps: (district, topic) where a message was lost; a whole snapshot of it takes it out again, and so may
            whoever has asked for one.
    """

    def __init__(self) -> None:
        self.hub = ""
        self.gaps: set[Place] = set()
        self._tables = {topic: LiveTable(table) for topic, table in TABLES.items()}
        self._changes: set[str] = set()
        self._heard: dict[Place, _Heard] = {}
        self._past_hubs: set[str] = set()

    def __getitem__(self, topic: str) -> LiveTable:
        return self._tables[topic]

    def take_changes(self) -> frozenset[str]:
        """Topics that changed since the last call."""
        taken = frozenset(self._changes)
        self._changes.clear()
        return taken

    def upsert(self, topic: str, columns: Columns, district: str = "", distinct: bool = False) -> None:
        """Puts rows in, see `LiveTable.upsert`."""
        if len(columns["key"]):
            self._tables[topic].upsert(columns, district, distinct)
            self._changes.add(topic)

    def measure(self, topic: str, rows: Index, columns: Changed) -> None:
        """New values of rows that are there, see `LiveTable.measure`."""
        if len(rows):
            self._tables[topic].measure(rows, columns)
            self._changes.add(topic)

    def remove(self, topic: str, keys: Iterable[str]) -> list[str]:
        """Takes rows out; answers with the keys that were there."""
        gone = self._tables[topic].remove(keys)
        if gone:
            self._changes.add(topic)
        return gone

    def clear(self) -> None:
        """Forgets all, the hub that was heard too: another world begins."""
        for topic, table in self._tables.items():
            self.remove(topic, list(table.keys))
            if topic in MEASURED:
                table.slots.clear()
        self.hub = ""
        self.gaps.clear()
        self._heard.clear()
        self._past_hubs.clear()

    def apply(self, batch: Batch) -> Change | None:
        """Takes in a batch of the hub; None when nothing changed: it was taken in before, or is of a hub that went.

        A plain batch counts up. A snapshot does not: its number is that of the last plain batch that it holds, so it
        may come on a way of its own, be overtaken, and go to one seat alone. Its rows come in part by part (those
        that a later plain batch wrote stay); what it does not hold goes when its last part is there.
        A key goes only from the district that wrote it last: a unit that moved on stays.

        Raises:
            ValueError: its columns do not hold what they say.
        """
        if not self._is_of_our_hub(batch):
            return None
        columns = unpack_columns(batch)
        columns[DISTRICT] = [batch.district] * batch.rows
        place = (batch.district, batch.topic)
        heard = self._heard.setdefault(place, _Heard())
        if batch.snapshot:
            return self._snapshot(batch, columns, heard)
        if batch.seq <= heard.seq:
            return None
        if heard.next(batch.seq, batch.sent, (*columns["key"], *batch.gone)):
            self.gaps.add(place)
        self.upsert(batch.topic, columns)
        self._number(batch, columns["key"])
        return self._change(batch, columns, self._leaving(batch))

    def apply_values(self, values: Values) -> Index:
        """Takes in new values; answers with the rows that have them.

        They count up with the plain batches of their place. A row that another district wrote last keeps what it has,
        and one that is not known yet comes with a snapshot, on top of which they are put once more.
        """
        if not self._is_of_our_hub(values):
            return _NO_ROWS
        place = (values.district, values.topic)
        heard = self._heard.setdefault(place, _Heard())
        if values.seq <= heard.seq:
            return _NO_ROWS
        if heard.next(values.seq, values.sent, values):
            self.gaps.add(place)
        return self._put_values(values)

    def _put_values(self, values: Values, only: Index | None = None) -> Index:
        """Puts values where their rows lie, into none but the rows `only` if it is given."""
        table = self._tables[values.topic]
        rows = table.slots.rows(slots_of(values))
        here = np.flatnonzero(rows >= 0 if only is None else np.isin(rows, only))
        here = here[table.codes(DISTRICT)[0][rows[here]] == table.code(DISTRICT, values.district)]
        columns = unpack_values(values)
        if len(here) < len(rows):
            rows = rows[here]
            columns = {name: column[here] for name, column in columns.items()}
        self.measure(values.topic, rows, columns)
        return rows

    def _number(self, batch: Batch, keys: list[str], newer: set[str] | frozenset[str] = frozenset()) -> None:
        """Takes in the numbers of a batch's rows but for those in `newer`."""
        if batch.topic not in MEASURED or not batch.slots:
            return
        table = self._tables[batch.topic]
        slots = np.frombuffer(batch.slots, dtype="<u4")
        rows = table.places(keys)
        known = rows >= 0
        if newer:
            known &= np.fromiter((key not in newer for key in keys), dtype=np.bool_, count=len(keys))
        if not known.all():
            rows, slots = rows[known], slots[known]
        if not np.array_equal(table.slots.of(rows), slots):
            table.slots.put(rows, slots)

    def _is_of_our_hub(self, batch: Batch | Values) -> bool:
        """Whether this batch is of the hub that is heard; a new hub takes over and its numbers begin anew."""
        if batch.hub != self.hub:
            if batch.hub in self._past_hubs:
                return False
            self._past_hubs.add(self.hub)
            self.hub = batch.hub
            self._heard.clear()
            self.gaps.clear()
            for topic in MEASURED:
                self._tables[topic].slots.clear()
        return True

    def _change(self, batch: Batch, columns: Columns, gone: list[str]) -> Change | None:
        removed = self.remove(batch.topic, gone)
        rows = len(columns["key"])
        return Change(batch.topic, columns, rows, removed) if rows or removed else None

    def _leaving(self, batch: Batch) -> list[str]:
        """Those of the batch's gone keys that this district wrote, or that none did."""
        table = self._tables[batch.topic]
        codes, districts = table.codes(DISTRICT)
        leaving = []
        for key in batch.gone:
            row = table.row_of(key)
            if row is not None and districts[codes[row]] in (batch.district, ""):
                leaving.append(key)
        return leaving

    def _snapshot(self, batch: Batch, columns: Columns, heard: _Heard) -> Change | None:
        """Takes in a part of a snapshot, and with the last one removes what it does not hold."""
        since = heard.since(batch.seq)
        if since is None:
            return None
        newer, values = since
        if batch.seq > heard.seq:
            heard.lost = heard.hole = heard.seq = batch.seq
            self.gaps.add((batch.district, batch.topic))
        keys: list[str] = columns["key"]
        done = self._whole_keys(batch, keys, heard)
        table = self._tables[batch.topic]
        newer |= self._moved_on(batch, keys)
        if newer:
            columns = _rows(batch, columns, [i for i, key in enumerate(keys) if key not in newer])
        news = table.news(columns)
        if len(news) < len(columns["key"]):
            columns = _rows(batch, columns, news.tolist())
        self.upsert(batch.topic, columns)
        self._number(batch, keys, newer)
        if values:  # of a row that a plain batch wrote since, they may be older than what it has
            written = table.places([key for key in keys if key not in newer])
            for later in values:
                self._put_values(later, written[written >= 0])
        if done is None:
            return self._change(batch, columns, [])
        if batch.seq >= heard.lost:
            heard.lost = 0
            self.gaps.discard((batch.district, batch.topic))
        return self._change(batch, columns, self._unnamed(batch, done | newer))

    def _moved_on(self, batch: Batch, keys: list[str]) -> set[str]:
        """Those of `keys` that another district told of after this snapshot was made: they have left its own."""
        table = self._tables[batch.topic]
        rows = table.places(keys)
        known = np.flatnonzero(rows >= 0)
        codes, districts = table.codes(DISTRICT)
        there = codes[rows[known]]
        away = np.flatnonzero(there != table.code(DISTRICT, batch.district))
        found = set()
        for key, code in zip(map(keys.__getitem__, known[away].tolist()), there[away].tolist(), strict=True):
            heard = self._heard.get((districts[code], batch.topic))
            if heard is not None and heard.wrote(key, batch.sent):
                found.add(key)
        return found

    def _whole_keys(self, batch: Batch, keys: list[str], heard: _Heard) -> set[str] | None:
        """All keys of the snapshot when this is the part that was missing, else None."""
        identity = (batch.seq, batch.sent, batch.parts, batch.snapshot)
        if batch.part == 0:
            heard.snapshot = _Snapshot(identity, 0, set())
        pending = heard.snapshot
        if pending is None or (pending.id, pending.part) != (identity, batch.part):
            return None
        pending.keys.update(keys)
        pending.part += 1
        if pending.part < batch.parts:
            return None
        heard.snapshot = None
        return pending.keys

    def _unnamed(self, batch: Batch, named: set[str]) -> list[str]:
        """Keys of the snapshot's feeds and district (rows of none count as everywhere) that are not in `named`."""
        table = self._tables[batch.topic]
        feeds = np.isin(table.codes("feed")[0], [table.code("feed", feed) for feed in batch.snapshot])
        districts = [batch.district, ""] if batch.district == EVERYWHERE else [batch.district]
        here = np.isin(table.codes(DISTRICT)[0], [table.code(DISTRICT, district) for district in districts])
        return [key for key in map(table.key_at, np.flatnonzero(feeds & here).tolist()) if key not in named]


def _rows(batch: Batch, columns: Columns, index: Iterable[int]) -> Columns:
    """The rows at `index`, with their district."""
    picked = take(batch.table, columns, index)
    picked[DISTRICT] = [batch.district] * len(picked["key"])
    return picked
