"""One segment: a file of pieces. How it is walked, cut where it is torn, indexed once it is closed, and read."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol, cast

import msgspec
import zstandard

from cockpit.model.typed import from_msgpack
from cockpit.tape.layout import (
    MAX_HEAD,
    NEW_STREAM,
    PIECE_HEAD,
    WINDOW,
    BadBytes,
    Head,
    Piece,
    unpack_head,
    unpack_piece,
    unpack_records,
)
from cockpit.tape.record import Record

SEGMENT, INDEX = ".seg", ".idx"
INDEX_VERSION = 1
_CRC_BYTES = 4
MAX_INDEX = 64 * 1024 * 1024


class Span(Protocol):
    """Records from one order to another, received between two instants."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def earliest(self) -> int: ...
    @property
    def latest(self) -> int: ...


class At(msgspec.Struct, frozen=True, gc=False):
    """A piece and where its head stands in the file."""

    offset: int
    piece: Piece

    @property
    def end(self) -> int:
        return self.offset + PIECE_HEAD + self.piece.stored


class Stream(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Pieces that share one stream of zstd: where reading can start.

    Attributes:
        offset, end: bytes in the file.
        first, last: order of the first and last record.
        earliest, latest: receipt of its records, UTC us.
        count: records.
    """

    offset: int
    end: int
    first: int
    last: int
    earliest: int
    latest: int
    count: int


class Index(msgspec.Struct, frozen=True):
    """What is in a segment.

    Attributes:
        v: version.
        size: bytes of the segment that are good.
        head: of the segment.
        streams: in order.
        feeds: per feed records and bytes of data; None where nobody counted.
    """

    v: int
    size: int
    head: Head
    streams: list[Stream]
    feeds: dict[str, tuple[int, int]] | None = None

    @property
    def earliest(self) -> int:
        """Earliest receipt, 0 where nothing is in it."""
        return min((stream.earliest for stream in self.streams), default=0)

    @property
    def latest(self) -> int:
        return max((stream.latest for stream in self.streams), default=0)

    @property
    def last(self) -> int:
        """Order of the last record; of an empty segment the one before its first."""
        return self.streams[-1].last if self.streams else self.head.first - 1


def walk(file: IO[bytes], offset: int, end: int, check: bool = False) -> Iterator[At]:
    """Pieces from `offset` to `end`, as far as they are whole.

    Args:
        check: the stored bytes are read and compared with their sum; a piece that differs ends the walk.
    """
    before = -1
    while offset + PIECE_HEAD <= end:
        file.seek(offset)
        try:
            at = At(offset, unpack_piece(file.read(PIECE_HEAD)))
        except BadBytes:
            return
        if at.end > end or at.piece.first <= before:
            return
        if check and zlib.crc32(file.read(at.piece.stored)) != at.piece.crc:
            return
        yield at
        before = at.piece.last
        offset = at.end


def scan(path: Path, check: bool = False, known: Index | None = None) -> Index:
    """What is in a segment, by its own bytes.

    Args:
        known: of the same file when it was shorter; what was whole then is not walked over again.

    Raises:
        BadBytes: it has no head.
        OSError: it can not be read.
    """
    with open(path, "rb") as file:
        if known is not None and known.streams:
            head, begin, streams = known.head, known.streams[-1].offset, known.streams[:-1]
        else:
            (head, begin), streams = unpack_head(file.read(MAX_HEAD + 64)), []
        end = begin
        for pieces in streams_of(walk(file, begin, os.fstat(file.fileno()).st_size, check)):
            streams = [*streams, stream_of(pieces)]
            end = pieces[-1].end
    return Index(INDEX_VERSION, end, head, streams)


def read_beside(path: Path, size: int) -> Index | None:
    """The index that lies beside a closed segment of so many bytes; None where there is none that fits."""
    beside = path.with_suffix(INDEX)
    try:
        if beside.stat().st_size > MAX_INDEX:
            return None
        data = beside.read_bytes()
        body, crc = data[:-_CRC_BYTES], data[-_CRC_BYTES:]
        if zlib.crc32(body) != int.from_bytes(crc, "little"):
            return None
        index = from_msgpack(body, type=Index)
    except (OSError, msgspec.MsgspecError):
        return None
    return index if index.v == INDEX_VERSION and index.size == size else None


def write_beside(path: Path, index: Index) -> None:
    """Writes the index of a closed segment, whole or not at all.

    Raises:
        OSError: the disk refused.
    """
    body = msgspec.msgpack.encode(index)
    beside = path.with_suffix(INDEX)
    new = beside.with_suffix(".new")
    try:
        new.write_bytes(body + zlib.crc32(body).to_bytes(_CRC_BYTES, "little"))
        os.replace(new, beside)
    finally:
        new.unlink(missing_ok=True)


def mend(path: Path) -> tuple[Index, int]:
    """Closes a segment that its writer left open: what is torn at its end is cut off, the index written.

    Returns:
        Its index, and how many bytes were cut off.

    Raises:
        BadBytes: it has no head; nothing in it can be read.
        OSError: the disk refused.
    """
    index = scan(path, check=True)
    torn = path.stat().st_size - index.size
    if torn > 0:
        os.truncate(path, index.size)
    write_beside(path, msgspec.structs.replace(index, feeds=count_feeds(path, index)))
    return index, torn


def count_feeds(path: Path, index: Index) -> dict[str, tuple[int, int]] | None:
    """Records and bytes of each feed; None where a piece can not be read, which hides none of the others."""
    feeds: dict[str, tuple[int, int]] = {}
    try:
        for record in read(path, index):
            n, size = feeds.get(record.feed, (0, 0))
            feeds[record.feed] = (n + 1, size + len(record.data))
    except BadBytes:
        return None
    return feeds


def read(path: Path, index: Index, wanted: Callable[[Span], bool] = lambda span: True) -> Iterator[Record]:
    """Records of a segment, in order.

    Args:
        wanted: whether records of these orders and times are of interest; others may be among them.

    Raises:
        BadBytes: what is there are no records; those before were handed out.
        OSError: it can not be read.
    """
    with open(path, "rb") as file:
        for stream in index.streams:
            if not wanted(stream):
                continue
            pieces = list(walk(file, stream.offset, stream.end))
            if not pieces or pieces[-1].end != stream.end:
                raise BadBytes("a damaged piece")
            picked = [wanted(at.piece) for at in pieces]
            if any(picked):
                last = max(i for i, want in enumerate(picked) if want)
                yield from _read_stream(file, index.head.kind, pieces[: last + 1], picked)


def streams_of(pieces: Iterable[At]) -> Iterator[list[At]]:
    """Pieces by the stream of zstd that they are of."""
    stream: list[At] = []
    for at in pieces:
        if at.piece.flags & NEW_STREAM and stream:
            yield stream
            stream = []
        stream.append(at)
    if stream:
        yield stream


def stream_of(pieces: list[At]) -> Stream:
    told = [at.piece for at in pieces]
    return Stream(
        pieces[0].offset,
        pieces[-1].end,
        told[0].first,
        told[-1].last,
        min(piece.earliest for piece in told),
        max(piece.latest for piece in told),
        sum(piece.count for piece in told),
    )


class _Stored:
    """The stored bytes of a stream's pieces, one after the other, checked on the way; a file to the decompressor."""

    def __init__(self, file: IO[bytes], pieces: list[At]) -> None:
        self._file = file
        self._pieces = iter(pieces)
        self._left = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        while not self._left:
            at = next(self._pieces, None)
            if at is None:
                return b""
            self._file.seek(at.offset + PIECE_HEAD)
            data = self._file.read(at.piece.stored)
            if len(data) != at.piece.stored or zlib.crc32(data) != at.piece.crc:
                raise BadBytes("a damaged piece")
            self._left = memoryview(data)
        taken = self._left if size < 0 else self._left[:size]
        self._left = self._left[len(taken) :]
        return bytes(taken)


def _read_stream(file: IO[bytes], kind: str, pieces: list[At], picked: list[bool]) -> Iterator[Record]:
    stored = cast(IO[bytes], _Stored(file, pieces))
    decompressor = zstandard.ZstdDecompressor(max_window_size=1 << WINDOW)
    with decompressor.stream_reader(stored, read_size=1 << 17, closefd=False) as reader:
        for at, want in zip(pieces, picked, strict=False):
            try:
                data = reader.read(at.piece.raw)
            except zstandard.ZstdError as error:
                raise BadBytes(str(error)) from error
            if len(data) != at.piece.raw:
                raise BadBytes("a piece is shorter than it says")
            if want:
                yield from unpack_records(data, kind, at.piece.count)
