"""The hub's way out: what changed in its picture becomes batches by district, small enough for the bus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec
import numpy as np

from cockpit.model.batch import BATCH_VERSION, MAX_ROWS, Batch, Columns, pack_columns
from cockpit.model.clock import Clock
from cockpit.model.tables import EVERYWHERE, MEASURED, TABLES, TEXT
from cockpit.model.values import Changed, Values
from cockpit.picture.columns import Index
from cockpit.picture.measured import Measured
from cockpit.picture.picture import Picture, Place

MAX_BYTES = 900_000
"""Bytes of an encoded batch at the most; the bus refuses 1 MB."""
NO_FEED = ("",)
"""What a snapshot names while no feed has answered: seats take its rows and drop none."""
_ENVELOPE = 4_000
_NONE: Index = np.empty(0, dtype=np.int64)


class Outgoing:
    """Writes the hub's picture and makes the batches by which every seat follows it. Owned by the hub's thread.

    Plain batches must be published in the order they are handed out: numbers are given here.

    Attributes:
        picture: the hub's picture; what was put into it directly comes with snapshots only.
        hub_id: of this run of the hub.
        oversize: (topic, key) of rows that do not fit into a message and are not sent.
    """

    def __init__(self, picture: Picture, hub_id: str, clock: Clock, district_of: Callable[[str], str]) -> None:
        """
        Args:
            district_of: code of an area to the code of its district; "" or `EVERYWHERE` when it is not known.
        """
        self.picture = picture
        self.hub_id = hub_id
        self.oversize: set[tuple[str, str]] = set()
        self._clock = clock
        self._district_of = district_of
        self._seq: dict[Place, int] = {}
        self._dirty: dict[str, dict[str, None]] = {topic: {} for topic in TABLES}
        self._sent_to: dict[str, dict[str, str]] = {topic: {} for topic in TABLES}
        self._whole: dict[str, dict[str, None]] = {topic: {} for topic in TABLES}
        self._measured = {topic: Measured(picture[topic]) for topic in MEASURED}

    def upsert(self, topic: str, columns: Columns) -> None:
        """Puts rows into the picture; told in the next flush, as they are then."""
        self.picture.upsert(topic, columns)
        self._dirty[topic].update(dict.fromkeys(columns["key"]))

    def measure(self, topic: str, rows: Index, columns: Changed) -> None:
        """New values of rows that are there, none of them twice; told in the next flush, without the rest of the row.

        Args:
            columns: those of `MEASURED`.
        """
        self.picture.measure(topic, rows, columns)
        untold = self._measured[topic].note(rows)
        self._dirty[topic].update(dict.fromkeys(map(self.picture[topic].key_at, untold.tolist())))

    def remove(self, topic: str, keys: Iterable[str]) -> list[str]:
        """Takes rows out of the picture, told in the next flush; answers with the keys that were there."""
        gone = self.picture.remove(topic, keys)
        self._dirty[topic].update(dict.fromkeys(gone))
        return gone

    def whole(self, topic: str, feed: str) -> None:
        """Says that the picture now holds all there is of a feed in a topic.

        From then on snapshots name it, and seats drop what they do not hold. Before (the feed has not answered
        since the hub's start) seats keep what they last knew.
        """
        self._whole[topic][feed] = None

    def flush(self) -> list[Batch | Values]:
        """Batches for all that changed since the last one."""
        batches: list[Batch | Values] = []
        for topic, dirty in self._dirty.items():
            if dirty:
                batches += self._flush_topic(topic, list(dirty))
                dirty.clear()
        for topic, measured in self._measured.items():
            sent = self._clock.now()
            for district, slots, columns in measured.take():
                seq = self._next(district, topic)
                batches.append(measured.message(self.hub_id, district, seq, sent, slots, columns))
        return batches

    def snapshot(self, topics: Iterable[str]) -> list[Batch]:
        """All there is of `topics` now, see `snapshots`."""
        return list(self.snapshots(topics))

    def snapshots(self, topics: Iterable[str]) -> Iterator[Batch]:
        """All there is of `topics`, district by district, each as it is when the first of its batches is asked for.

        Its numbers are those of the last flush, so it may go to one seat alone; the next flush may tell of some of
        it again. So each row is in the district where that flush left it: where the next one moves or removes it from.
        A district without a row is named as well, if its area is known.
        """
        for topic in topics:
            version, rows = self.picture[topic].rows_version, self._told(topic)
            for district in dict.fromkeys((*rows, *self._districts(topic), EVERYWHERE)):
                if self.picture[topic].rows_version != version:  # rows may have moved since
                    version, rows = self.picture[topic].rows_version, self._told(topic)
                yield from self._snapshot_of(topic, district, rows.get(district, _NONE), self._clock.now())

    def _told(self, topic: str) -> dict[str, Index]:
        """Rows by the district that they are told to be in; a new one is told now, where it lies."""
        table, sent_to = self.picture[topic], self._sent_to[topic]
        rows: dict[str, list[int]] = {}
        for district, here in self._by_district(topic, np.arange(len(table), dtype=np.int64)).items():
            for row in here.tolist():
                rows.setdefault(sent_to.setdefault(table.key_at(row), district), []).append(row)
        told = {district: np.array(here, dtype=np.int64) for district, here in rows.items()}
        if topic in MEASURED:
            for district, there in told.items():
                self._measured[topic].told(there, district)
        return told

    def _districts(self, topic: str) -> set[str]:
        """Districts of the known areas, and those that were written to before."""
        if not TABLES[topic].by_district:
            return {EVERYWHERE}
        known = {self._district_of(code) or EVERYWHERE for code in self.picture["area"].text("code")}
        return known | {district for district, of in self._seq if of == topic}

    def _flush_topic(self, topic: str, keys: list[str]) -> list[Batch]:
        table, sent_to = self.picture[topic], self._sent_to[topic]
        gone: dict[str, list[str]] = {}
        for key in keys:
            if key not in table and key in sent_to:
                gone.setdefault(sent_to.pop(key), []).append(key)
        by_district = self._by_district(topic, table.rows_of(keys))
        for district, rows in by_district.items():
            for key in map(table.key_at, rows.tolist()):
                before = sent_to.get(key, district)
                if before != district:
                    gone.setdefault(before, []).append(key)
                sent_to[key] = district
            if topic in MEASURED:
                self._measured[topic].told(rows, district, to_all=True)
        batches = []
        now = self._clock.now()
        for district, leaving in gone.items():
            for start in range(0, len(leaving), MAX_ROWS):
                seq = self._next(district, topic)
                batches.append(self._batch(topic, district, seq, now, gone=leaving[start : start + MAX_ROWS]))
        for district, rows in by_district.items():
            for piece in self._pieces(topic, rows):
                batches.append(self._batch(topic, district, self._next(district, topic), now, piece))
        return batches

    def _snapshot_of(self, topic: str, district: str, rows: Index, sent: int) -> list[Batch]:
        feeds = tuple(self._whole[topic]) or NO_FEED
        pieces = list(self._pieces(topic, rows)) or [_NONE]
        seq = self._seq.get((district, topic), 0)
        return [
            msgspec.structs.replace(
                self._batch(topic, district, seq, sent, piece), snapshot=feeds, part=part, parts=len(pieces)
            )
            for part, piece in enumerate(pieces)
        ]

    def _next(self, district: str, topic: str) -> int:
        seq = self._seq[district, topic] = self._seq.get((district, topic), 0) + 1
        return seq

    def _batch(
        self, topic: str, district: str, seq: int, sent: int, rows: Index = _NONE, gone: list[str] | None = None
    ) -> Batch:
        table = self.picture[topic]
        columns = pack_columns(table.table, table.columns(rows))
        slots = table.slots.number(rows).tobytes() if topic in MEASURED else b""
        return Batch(
            BATCH_VERSION, self.hub_id, topic, district, seq, sent, len(rows), columns, gone or [], slots=slots
        )

    def _by_district(self, topic: str, rows: Index) -> dict[str, Index]:
        """Rows sorted by the district that they lie in."""
        if not len(rows):
            return {}
        if not TABLES[topic].by_district:
            return {EVERYWHERE: rows}
        codes, areas = self.picture[topic].codes("area")
        codes = codes[rows]
        used = np.unique(codes).tolist()
        found: dict[str, list[int]] = {}
        for code in used:
            found.setdefault(self._district_of(areas[code]) or EVERYWHERE, []).append(code)
        return {district: rows[np.isin(codes, of_it)] for district, of_it in found.items()}

    def _pieces(self, topic: str, rows: Index) -> Iterator[Index]:
        """Rows cut so that each piece fits into a message; a row that never fits is left out and noted."""
        sizes = self._sizes(topic, rows)
        fits = sizes <= MAX_BYTES - _ENVELOPE
        table = self.picture[topic]
        if not fits.all():
            self.oversize |= {(topic, table.key_at(i)) for i in rows[~fits].tolist()}
            rows, sizes = rows[fits], sizes[fits]
        start = 0
        total = np.concatenate(([0], np.cumsum(sizes)))
        while start < len(rows):
            most = int(np.searchsorted(total, total[start] + MAX_BYTES - _ENVELOPE, side="right")) - 1
            end = min(start + MAX_ROWS, most)
            yield rows[start:end]
            start = end

    def _sizes(self, topic: str, rows: Index) -> Index:
        """Upper bounds of the rows' encoded sizes in bytes, shape (n,)."""
        table = self.picture[topic]
        sizes = np.zeros(len(rows), dtype=np.int64)
        for column in table.table.columns:
            if column.dtype != TEXT:
                sizes += np.dtype(column.dtype).itemsize
                continue
            words = table.text(column.name)
            lengths = (_wire_size(words[i]) for i in rows.tolist())
            sizes += np.fromiter(lengths, dtype=np.int64, count=len(rows))
        return sizes


def _wire_size(word: str) -> int:
    """Bytes of a word in msgpack at the most: 5 of head, 4 a sign of UTF-8 (1 where it is ASCII)."""
    return 5 + (len(word) if word.isascii() else 4 * len(word))
