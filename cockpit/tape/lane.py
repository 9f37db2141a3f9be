"""Writes the segments of one kind: pieces at the end of a file, a new one by size and time, nothing half at the end."""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import zstandard

from cockpit.model.clock import HOUR, SECOND, Clock
from cockpit.tape.folder import Segment, segment_path, segments, size_of
from cockpit.tape.layout import (
    MAX_RAW,
    NEW_STREAM,
    VERSION,
    BadBytes,
    Head,
    Piece,
    pack_head,
    pack_piece,
    pack_records,
)
from cockpit.tape.record import Record
from cockpit.tape.segment import INDEX, INDEX_VERSION, At, Index, mend, read_beside, scan, stream_of, walk, write_beside

LEVEL = 3
"""Of zstd: 200 MB/s a core; higher ones save little of short messages."""
STREAM_BYTES = 4 * 1024 * 1024
STREAM_TIME = 30 * SECOND
"""A stream of zstd is begun anew after so much: reading begins at its start."""
SEGMENT_BYTES = 64 * 1024 * 1024
SEGMENT_TIME = 1 * HOUR
PIECE_BYTES = 4 * 1024 * 1024
"""Bytes of messages that go into one piece; one that is larger is alone in its own."""
PIECE_RECORDS = 20_000


class Lane:
    """The end of a tape in one kind. Belongs to the thread that writes.

    Attributes:
        kind: of its records.
        size: bytes on disk of all segments.
        last: order of the newest record that is on disk; -1 where there is none.
        torn: bytes that were cut off a segment whose writer was killed.
        latest: when something was last written, UTC us; 0 never.
    """

    def __init__(self, folder: Path, kind: str, city: str, hub: str, clock: Clock) -> None:
        """
        Raises:
            OSError: the disk does not let it.
        """
        self.kind = kind
        self.size = 0
        self.last = -1
        self.torn = 0
        self.latest = 0
        self._folder = folder
        self._city = city
        self._hub = hub
        self._clock = clock
        self._fd = -1
        self._path = Path()
        self._head = Head(VERSION, kind, city, hub, 0, 0)
        self._end = 0
        self._pieces: list[At] = []
        self._streams: Index | None = None
        self._feeds: dict[str, tuple[int, int]] = {}
        self._zstd: zstandard.ZstdCompressionObj | None = None
        self._raw = 0
        self._stream_began = 0
        self._take_up()

    def _take_up(self) -> None:
        """Mends what the last run left, and finds the number of the last record."""
        (self._folder / self.kind).mkdir(parents=True, exist_ok=True)
        listed = segments(self._folder, self.kind)
        for segment in listed:
            if not segment.path.with_suffix(INDEX).exists():
                try:
                    self.torn += mend(segment.path)[1]
                except BadBytes:  # killed before its head was whole, or no segment at all: set aside, not deleted
                    os.replace(segment.path, segment.path.with_suffix(".bad"))
        listed = segments(self._folder, self.kind)
        for segment in reversed(listed):
            index = read_beside(segment.path, segment.path.stat().st_size) or scan(segment.path)
            self.last = index.last
            self.latest = _written(segment.path, index)
            break
        self.size = sum(map(size_of, listed))

    @property
    def unsynced(self) -> int:
        """A descriptor of the open segment of one's own, -1 where none is open; to be closed by who takes it."""
        return os.dup(self._fd) if self._fd >= 0 else -1

    def append(self, records: Sequence[Record]) -> None:
        """Writes records; on return they are with the operating system, all of them.

        Raises:
            OSError: the disk refused; records up to `last` are written, and the file ends with them.
        """
        start = 0
        while start < len(records):
            end, size = start + 1, len(records[start].data)
            while end < len(records) and end - start < PIECE_RECORDS:
                size += len(records[end].data)
                if size > PIECE_BYTES:
                    break
                end += 1
            self._append(records[start:end])
            start = end

    def _append(self, records: Sequence[Record]) -> None:
        now = self._clock.now()
        if self._fd >= 0 and (self._end >= SEGMENT_BYTES or not 0 <= now - self._head.began < SEGMENT_TIME):
            self.close()
        if self._fd < 0:
            self._open(records[0].order, now)
        raw = pack_records(records)
        if len(raw) > MAX_RAW:
            raise ValueError(f"a record of {len(raw)} bytes")
        flags = 0
        if self._zstd is None or self._raw >= STREAM_BYTES or now - self._stream_began >= STREAM_TIME:
            self._begin_stream(now)
            flags = NEW_STREAM
        assert self._zstd is not None
        stored = self._zstd.compress(raw) + self._zstd.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        received = [record.received for record in records]
        piece = Piece(
            flags,
            len(records),
            len(raw),
            len(stored),
            records[0].order,
            records[-1].order,
            min(received),
            max(received),
            self._clock.now(),
            zlib.crc32(stored),
        )
        self._write(pack_piece(piece) + stored)
        self._raw += len(raw)
        self._pieces.append(At(self._end - len(stored) - len(pack_piece(piece)), piece))
        self.last, self.latest = piece.last, piece.written
        for record in records:
            n, size = self._feeds.get(record.feed, (0, 0))
            self._feeds[record.feed] = (n + 1, size + len(record.data))

    def _begin_stream(self, now: int) -> None:
        self._note_stream()
        self._zstd = zstandard.ZstdCompressor(level=LEVEL).compressobj()
        self._raw, self._stream_began = 0, now

    def _note_stream(self) -> None:
        assert self._streams is not None
        if self._pieces:
            self._streams.streams.append(stream_of(self._pieces))
            self._pieces = []

    def _open(self, first: int, now: int) -> None:
        self._path = segment_path(self._folder, self.kind, first, now)
        self._head = Head(VERSION, self.kind, self._city, self._hub, now, first)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        self._end, self._pieces, self._feeds, self._zstd = 0, [], {}, None
        self._streams = Index(INDEX_VERSION, 0, self._head, [])
        try:
            self._write(pack_head(self._head))
        except OSError:
            fd, self._fd = self._fd, -1
            os.close(fd)
            self._path.unlink(missing_ok=True)
            raise

    def _write(self, data: bytes) -> None:
        """At the end, whole or not at all."""
        try:
            done = 0
            while done < len(data):
                done += os.pwrite(self._fd, memoryview(data)[done:], self._end + done)
        except OSError:
            self._zstd = None  # what it remembers is not in the file
            os.ftruncate(self._fd, self._end)
            raise
        self._end += len(data)
        self.size += len(data)

    def close(self) -> None:
        """Closes the open segment. An index that the disk refuses is made anew at the next start."""
        if self._fd < 0:
            return
        fd, self._fd = self._fd, -1
        os.close(fd)
        self._note_stream()
        assert self._streams is not None
        index = msgspec.structs.replace(self._streams, size=self._end, feeds=self._feeds)
        self._zstd = None
        with contextlib.suppress(OSError):
            write_beside(self._path, index)
            self.size += self._path.with_suffix(INDEX).stat().st_size

    def forget(self, segment: Segment) -> int:
        """Deletes a closed segment; the bytes that this freed."""
        freed = size_of(segment)
        segment.path.unlink(missing_ok=True)
        segment.path.with_suffix(INDEX).unlink(missing_ok=True)
        self.size -= freed
        return freed

    def closed(self) -> list[Segment]:
        """Segments that are not written to any more, oldest first."""
        return [one for one in segments(self._folder, self.kind) if self._fd < 0 or one.path != self._path]


def _written(path: Path, index: Index) -> int:
    """When the last piece of a segment was written, UTC us."""
    with open(path, "rb") as file:
        pieces = [at for stream in index.streams[-1:] for at in walk(file, stream.offset, stream.end)]
    return max((at.piece.written for at in pieces), default=index.head.began)
