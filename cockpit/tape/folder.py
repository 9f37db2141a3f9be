"""Where a tape lies: a folder a kind, in it segments by the order of their first record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cockpit.tape.segment import INDEX, SEGMENT

_NAME = re.compile(r"([0-9a-f]{16})-([0-9]{1,18})\.seg")


class Segment(msgspec.Struct, frozen=True):
    """A segment by its name alone.

    Attributes:
        first: order of its first record; began: when it was begun, UTC us.
    """

    path: Path
    kind: str
    first: int
    began: int


def segment_path(folder: Path, kind: str, first: int, began: int) -> Path:
    return folder / kind / f"{first:016x}-{began}{SEGMENT}"


def segments(folder: Path, kind: str) -> list[Segment]:
    """Segments of a kind, oldest first; what else lies there is left alone.

    Raises:
        OSError: the folder is there and can not be read.
    """
    try:
        paths = list((folder / kind).iterdir())
    except FileNotFoundError:
        return []
    found = []
    for path in paths:
        name = _NAME.fullmatch(path.name)
        if name is not None:
            found.append(Segment(path, kind, int(name[1], 16), int(name[2])))
    return sorted(found, key=lambda segment: segment.first)


def files_of(segment: Segment) -> Iterator[Path]:
    """The files of a segment: itself and its index."""
    yield segment.path
    yield segment.path.with_suffix(INDEX)


def size_of(segment: Segment) -> int:
    """Bytes on disk; what is gone meanwhile counts nothing."""
    size = 0
    for path in files_of(segment):
        try:
            size += path.stat().st_size
        except FileNotFoundError:
            continue
    return size
