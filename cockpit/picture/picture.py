"""The picture: every table live, fed by the hub's batches on a seat and by the feeds on the hub."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import msgspec
import numpy as np

from cockpit.model.batch import Batch, Columns, take, unpack_columns
from cockpit.model.tables import EVERYWHERE, TABLES
from cockpit.picture.table import DISTRICT, LiveTable

Place = tuple[str, str]
"""(district, topic): what one run of sequence numbers belongs to."""

REMEMBERED = 256
"""Plain batches of a place whose keys are kept, so that a part of a snapshot that was overtaken undoes nothing."""


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
        recent: (seq, keys) of the last plain batches.
        snapshot: the one that is coming in.
    """

    seq: int = 0
    lost: int = 0
    recent: deque[tuple[int, frozenset[str]]] = msgspec.field(default_factory=lambda: deque(maxlen=REMEMBERED))
    snapshot: _Snapshot | None = None

    def since(self, seq: int) -> set[str] | None:
        """Keys that plain batches after `seq` wrote or removed; None when one of them was lost or is forgotten."""
        after = [keys for at, keys in self.recent if at > seq]
        return set().union(*after) if len(after) >= self.seq - seq else None


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

    def remove(self, topic: str, keys: Iterable[str]) -> list[str]:
        """Takes rows out; answers with the keys that were there."""
        gone = self._tables[topic].remove(keys)
        if gone:
            self._changes.add(topic)
        return gone

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
        if batch.seq > heard.seq + 1:
            heard.lost = batch.seq - 1
            self.gaps.add(place)
        heard.seq = batch.seq
        heard.recent.append((batch.seq, frozenset((*columns["key"], *batch.gone))))
        self.upsert(batch.topic, columns)
        return self._change(batch, columns, self._leaving(batch))

    def _is_of_our_hub(self, batch: Batch) -> bool:
        """Whether this batch is of the hub that is heard; a new hub takes over and its numbers begin anew."""
        if batch.hub != self.hub:
            if batch.hub in self._past_hubs:
                return False
            self._past_hubs.add(self.hub)
            self.hub = batch.hub
            self._heard.clear()
            self.gaps.clear()
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
        newer = heard.since(batch.seq)
        if newer is None:
            return None
        if batch.seq > heard.seq:
            heard.lost, heard.seq = batch.seq, batch.seq
            self.gaps.add((batch.district, batch.topic))
        keys: list[str] = columns["key"]
        done = self._whole_keys(batch, keys, heard)
        kept = [i for i, key in enumerate(keys) if key not in newer] if newer else range(batch.rows)
        table = self._tables[batch.topic]
        columns = _rows(batch, columns, kept)
        news = table.news(columns)
        if len(news) < len(columns["key"]):
            columns = _rows(batch, columns, news.tolist())
        self.upsert(batch.topic, columns)
        if done is None:
            return self._change(batch, columns, [])
        if batch.seq >= heard.lost:
            heard.lost = 0
            self.gaps.discard((batch.district, batch.topic))
        return self._change(batch, columns, self._unnamed(batch, done | newer))

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
