"""A short video as it lies in an FLV file (Adobe's FLV 10.1, annex E): its pictures, for whoever streams them on."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

import msgspec

VIDEO, SCRIPT = 9, 18
AVC = 7
_HEAD = 9


class Picture(msgspec.Struct, frozen=True):
    """One picture: when (ms from the begin of the clip), whether it needs no other, its NAL units (each with a length
    of four bytes before it)."""

    at: int
    key: bool
    data: bytes


class Clip(msgspec.Struct, frozen=True):
    """A clip that is played again and again.

    Attributes:
        config: AVCDecoderConfigurationRecord (ISO/IEC 14496-15).
        pictures: in order; the first is a key picture.
        length: ms from one begin to the next.
    """

    config: bytes
    pictures: tuple[Picture, ...]
    length: int

    def place(self, ms: int) -> tuple[int, int]:
        """Where the clip is at a time since ever: number of the round, and of the picture that is shown."""
        turn, at = divmod(ms, self.length)
        last = max((n for n, one in enumerate(self.pictures) if one.at <= at), default=0)
        return turn, last

    def key_before(self, number: int) -> int:
        """The key picture with which one has to begin to see picture `number`."""
        return max(n for n, one in enumerate(self.pictures[: number + 1]) if one.key)

    @property
    def parameters(self) -> tuple[bytes, bytes]:
        """The first sequence and picture parameter set."""
        at = 6
        found: list[bytes] = []
        for _ in range(2):
            (size,) = struct.unpack_from(">H", self.config, at)
            found.append(self.config[at + 2 : at + 2 + size])
            at += 2 + size + 1
        return found[0], found[1]


def units(data: bytes) -> list[bytes]:
    """The NAL units of a picture."""
    found, at = [], 0
    while at + 4 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def header() -> bytes:
    """What an FLV stream with video only begins with."""
    return b"FLV\x01\x01" + struct.pack(">II", _HEAD, 0)


def tag(at: int, key: bool, kind: int, data: bytes) -> bytes:
    """An FLV tag of a picture (`kind` 1) or of the configuration (0); `at` in ms."""
    body = bytes(((1 if key else 2) << 4 | AVC, kind, 0, 0, 0)) + data
    head = struct.pack(">B", VIDEO) + len(body).to_bytes(3, "big") + (at & 0xFFFFFF).to_bytes(3, "big")
    head += bytes((at >> 24 & 0xFF,)) + b"\0\0\0"
    return head + body + struct.pack(">I", len(head) + len(body))


@cache
def read_clip(path: Path) -> Clip:
    """A clip of H.264 without reordered pictures; what else is in the file is left out.

    Raises:
        OSError: it can not be read.
        ValueError: it is none.
    """
    data = path.read_bytes()
    if data[:3] != b"FLV":
        raise ValueError(f"{path.name} is no FLV file")
    at, config, pictures = _HEAD + 4, b"", list[Picture]()
    while at + 11 <= len(data):
        kind = data[at]
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        when = int.from_bytes(data[at + 4 : at + 7], "big") | data[at + 7] << 24
        body = data[at + 11 : at + 11 + size]
        at += 11 + size + 4
        if kind != VIDEO or len(body) < 5 or body[0] & 15 != AVC:
            continue
        if body[1] == 0:
            config = body[5:]
        elif body[1] == 1:
            pictures.append(Picture(when, body[0] >> 4 == 1, body[5:]))
    if not config or len(pictures) < 2 or not pictures[0].key:
        raise ValueError(f"{path.name} has no pictures")
    begin = pictures[0].at
    step = (pictures[-1].at - begin) // (len(pictures) - 1)
    moved = tuple(Picture(one.at - begin, one.key, one.data) for one in pictures)
    return Clip(config, moved, moved[-1].at + step)
