"""Files of a folder that are new or changed, and what was done with those that were read."""

from __future__ import annotations

import fnmatch
import gzip
import os
import stat
import zlib
from pathlib import Path

import msgspec

from cockpit.model.errors import OutsideError
from cockpit.model.typed import from_json
from cockpit.processes import write_private

MOST_FILES = 100_000
"""Entries of a folder that are looked at."""
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart", "~")
"""Endings of what somebody still writes."""

Mark = tuple[int, int, int]
"""Inode, size and time of change (ns) of a file."""


class Memory(msgspec.Struct):
    """What was read, by name; kept in a file so that a restart reads nothing twice.

    Attributes:
        read: of files of a folder. tail: inode and bytes read of a file that grows.
    """

    read: dict[str, Mark] = {}
    tail: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, file: Path | None) -> Memory:
        """What was kept; nothing where that can not be read."""
        if file is not None:
            try:
                return from_json(file.read_bytes(), type=cls)
            except (OSError, msgspec.MsgspecError):
                return cls()
        return cls()

    def keep(self, file: Path | None) -> None:
        """Raises OSError: it can not be written."""
        if file is not None:
            write_private(file, msgspec.json.encode(self).decode())


def found(folder: Path, pattern: str) -> dict[str, Mark]:
    """Finished files of a folder whose name fits, oldest first. Hidden ones and what is still written are left out.

    Raises:
        OSError: the folder can not be read.
        OutsideError: it has too many entries.
    """
    marks: list[tuple[int, str, Mark]] = []
    with os.scandir(folder) as entries:
        for count, entry in enumerate(entries):
            if count >= MOST_FILES:
                raise OutsideError("sources.too_many_files", detail=MOST_FILES)
            name = entry.name
            if name[0] == "." or name.endswith(UNFINISHED) or not fnmatch.fnmatch(name, pattern):
                continue
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue
            if stat.S_ISREG(status.st_mode):  # a pipe would be waited for
                marks.append((status.st_mtime_ns, name, mark_of(status)))
    return {name: mark for _, name, mark in sorted(marks)}


def mark_of(status: os.stat_result) -> Mark:
    return status.st_ino, status.st_size, status.st_mtime_ns


def read_whole(file: Path, most: int) -> bytes:
    """A file, `.gz` unpacked.

    Raises:
        OSError: it can not be read.
        OutsideError: it, or what is in it, is larger than `most` bytes, or no gzip.
    """
    with open(file, "rb") as opened:
        data = opened.read(most + 1)
        if file.suffix == ".gz" or data[:2] == b"\x1f\x8b":
            opened.seek(0)
            try:
                with gzip.GzipFile(fileobj=opened) as unpacked:
                    data = unpacked.read(most + 1)
            except (gzip.BadGzipFile, zlib.error, EOFError) as error:
                raise OutsideError("feeds.not_gzip", detail=file.name) from error
    if len(data) > most:
        raise OutsideError("feeds.too_big", detail=f"{most / 2**20:g}")
    return data


def put_away(file: Path, folder: Path) -> None:
    """Moves a file that was read; one of the same name there gets a number.

    Raises:
        OSError: it can not be moved.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = folder / file.name
    number = 1
    while there.exists():
        number += 1
        there = folder / f"{file.stem}.{number}{file.suffix}"
    os.replace(file, there)
