"""The bytes of a segment: a head, then pieces. A piece is some records that were written together.

    head   = b"CKTAPE01" | u32 length | u32 crc32 | JSON (`Head`)
    piece  = b"PIEC" | flags u8 | 3 pad | count u32 | raw u32 | stored u32 | first order i64 | last order i64
             | earliest receipt i64 | latest receipt i64 | written i64 | crc32 of stored u32 | crc32 of this head u32
             | stored bytes
    little-endian; times UTC us.

The stored bytes of pieces are one zstd stream, flushed at the end of each: small pieces share the words of those
before them. A piece whose flags have `NEW_STREAM` begins another stream, so reading can start there.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import msgspec
import numpy as np

from cockpit.model.typed import MsgpackDecoder, from_json
from cockpit.tape.record import KINDS, Record

VERSION = 1
MAGIC = b"CKTAPE01"
PIECE_MAGIC = b"PIEC"
NEW_STREAM = 1
_HEAD = struct.Struct("<II")
_PIECE = struct.Struct("<4sB3xIIIqqqqqI")
_CRC = struct.Struct("<I")
PIECE_HEAD = _PIECE.size + _CRC.size
MAX_HEAD = 64 * 1024
MAX_RAW = 48 * 1024 * 1024
"""Bytes of a piece before compression at the most; a message has 32 MB at the most, and is then alone in its piece."""
MAX_STORED = MAX_RAW + 1024 * 1024
MAX_COUNT = 1_000_000
WINDOW = 23
"""Largest window of zstd that is read, as a power of two: what a strange file may cost in memory."""


class BadBytes(Exception):
    """These are no bytes of a segment, or damaged ones."""


class Head(msgspec.Struct, frozen=True):
    """What a segment says of itself.

    Attributes:
        v: version of the layout.
        kind: of its records.
        city: id of the pack; hub: id of the hub.
        began: when it was begun, UTC us.
        first: order of its first record.
    """

    v: int
    kind: str
    city: str
    hub: str
    began: int
    first: int


class Piece(msgspec.Struct, frozen=True, gc=False):
    """The head of a piece.

    Attributes:
        flags: `NEW_STREAM` or 0.
        count: records.
        raw, stored: bytes before and after compression.
        first, last: order of the first and last record.
        earliest, latest: receipt of its records, UTC us.
        written: when it went to the file, UTC us.
        crc: of the stored bytes.
    """

    flags: int
    count: int
    raw: int
    stored: int
    first: int
    last: int
    earliest: int
    latest: int
    written: int
    crc: int


class _Records(msgspec.Struct, array_like=True, frozen=True):
    """Records by columns, which compresses better and costs less than one by one.

    Attributes:
        orders, received: int64, differences to the one before (the first to 0).
        feeds, types, addresses: words; feed_of, type_of, address_of: uint16 indices into them.
        ids: of all records, or none where all are "".
        flags: uint8, 1 first, 2 whole.
        lengths: uint32, of the data.
        data: one after the other.
    """

    orders: bytes
    received: bytes
    feeds: list[str]
    feed_of: bytes
    types: list[str]
    type_of: bytes
    addresses: list[str]
    address_of: bytes
    ids: list[str]
    flags: bytes
    lengths: bytes
    data: bytes


_decoder = MsgpackDecoder(_Records)
_encoder = msgspec.msgpack.Encoder()


def pack_head(head: Head) -> bytes:
    data = msgspec.json.encode(head)
    return MAGIC + _HEAD.pack(len(data), zlib.crc32(data)) + data


def unpack_head(data: bytes) -> tuple[Head, int]:
    """The head at the beginning of a file and how long it is.

    Raises:
        BadBytes: there is none, or it is of another version.
    """
    size = len(MAGIC) + _HEAD.size
    if len(data) < size or not data.startswith(MAGIC):
        raise BadBytes("no segment of a tape")
    length, crc = _HEAD.unpack_from(data, len(MAGIC))
    body = data[size : size + length]
    if length > MAX_HEAD or len(body) != length or zlib.crc32(body) != crc:
        raise BadBytes("damaged head")
    try:
        head = from_json(body, type=Head)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadBytes(str(error)) from error
    if head.v != VERSION or head.kind not in KINDS:
        raise BadBytes(f"version {head.v}, kind {head.kind!r}")
    return head, size + length


def pack_piece(piece: Piece) -> bytes:
    """The head of a piece as it stands before its stored bytes."""
    head = _PIECE.pack(
        PIECE_MAGIC,
        piece.flags,
        piece.count,
        piece.raw,
        piece.stored,
        piece.first,
        piece.last,
        piece.earliest,
        piece.latest,
        piece.written,
        piece.crc,
    )
    return head + _CRC.pack(zlib.crc32(head))


def unpack_piece(data: bytes) -> Piece:
    """The head of a piece.

    Raises:
        BadBytes: there is none, it is damaged, or it claims to be larger than any piece.
    """
    if len(data) < PIECE_HEAD or not data.startswith(PIECE_MAGIC):
        raise BadBytes("no piece")
    head = data[: _PIECE.size]
    if _CRC.unpack_from(data, _PIECE.size)[0] != zlib.crc32(head):
        raise BadBytes("damaged head of a piece")
    piece = Piece(*_PIECE.unpack(head)[1:])
    if piece.raw > MAX_RAW or piece.stored > MAX_STORED or piece.count > MAX_COUNT:
        raise BadBytes("a piece larger than any")
    return piece


def pack_records(records: Sequence[Record]) -> bytes:
    """Records of one kind to bytes, not yet compressed."""
    feeds: dict[str, int] = {}
    types: dict[str, int] = {}
    addresses: dict[str, int] = {}
    feed_of = [feeds.setdefault(record.feed, len(feeds)) for record in records]
    type_of = [types.setdefault(record.event_type, len(types)) for record in records]
    address_of = [addresses.setdefault(record.address, len(addresses)) for record in records]
    ids = [record.id for record in records]
    return _encoder.encode(
        _Records(
            _differences([record.order for record in records]),
            _differences([record.received for record in records]),
            list(feeds),
            np.array(feed_of, dtype="<u2").tobytes(),
            list(types),
            np.array(type_of, dtype="<u2").tobytes(),
            list(addresses),
            np.array(address_of, dtype="<u2").tobytes(),
            ids if any(ids) else [],
            bytes([record.first + 2 * record.whole for record in records]),
            np.array([len(record.data) for record in records], dtype="<u4").tobytes(),
            b"".join([record.data for record in records]),
        )
    )


def unpack_records(data: bytes, kind: str, count: int) -> list[Record]:
    """Records of uncompressed bytes.

    Raises:
        BadBytes: they are none, or not as many as said.
    """
    try:
        told = _decoder.decode(data)
        orders, received = _sums(told.orders), _sums(told.received)
        feeds = [told.feeds[i] for i in np.frombuffer(told.feed_of, dtype="<u2").tolist()]
        types = [told.types[i] for i in np.frombuffer(told.type_of, dtype="<u2").tolist()]
        addresses = [told.addresses[i] for i in np.frombuffer(told.address_of, dtype="<u2").tolist()]
        ends = np.cumsum(np.frombuffer(told.lengths, dtype="<u4"), dtype=np.int64).tolist()
    except (msgspec.MsgspecError, IndexError, ValueError, UnicodeDecodeError) as error:
        raise BadBytes(str(error)) from error
    ids = told.ids or [""] * count
    columns = (orders, received, feeds, types, addresses, ids, told.flags, ends)
    if any(len(column) != count for column in columns) or (ends[-1] if ends else 0) != len(told.data):
        raise BadBytes("columns of different length")
    begins = [0, *ends]
    return [
        Record(order, at, kind, feed, told.data[begin:end], type_, id_, bool(flags & 1), bool(flags & 2), address)
        for order, at, feed, type_, address, id_, flags, begin, end in zip(
            orders, received, feeds, types, addresses, ids, told.flags, begins, ends, strict=False
        )
    ]


def _differences(values: list[int]) -> bytes:
    return np.diff(np.array(values, dtype="<i8"), prepend=np.int64(0)).astype("<i8").tobytes()


def _sums(data: bytes) -> list[int]:
    summed: list[int] = np.cumsum(np.frombuffer(data, dtype="<i8")).tolist()
    return summed
