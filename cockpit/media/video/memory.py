"""Pictures of streams in shared memory: the video process writes, the seat reads, neither waits for the other."""

from __future__ import annotations

import contextlib
import mmap
import os
import struct

import numpy as np
from numpy.typing import NDArray

from cockpit.media.video.told import MOST_PIXELS
from cockpit.model.videos import VideoPicture

SLOTS = 80
"""Of streams that are shown and of those that are about to end."""
DEPTH = 4
"""Bytes a pixel."""
_HEAD = struct.Struct("<QQIIq")
"""Of a buffer: serial when writing began, serial when it ended, width, height, when it came (UTC us)."""
_LATEST = struct.Struct("<Q")
_HEADS = 4096
_BUFFER = -(-MOST_PIXELS * DEPTH // mmap.PAGESIZE) * mmap.PAGESIZE
_SLOT = _HEADS + 2 * _BUFFER
SIZE = SLOTS * _SLOT
"""Addresses only: pages exist once they are written."""

Pixels = NDArray[np.uint8]
"""Shape (height, width, 4)."""


def make_memory() -> int:
    """A file descriptor of memory that goes with the last process that has it open."""
    fd = os.memfd_create("cockpit-videos", os.MFD_CLOEXEC)
    os.ftruncate(fd, SIZE)
    return fd


class Memory:
    """Newest picture of each slot. Two buffers a slot: while one is written the other can be read."""

    def __init__(self, fd: int) -> None:
        """
        Args:
            fd: of `make_memory`, here or in the parent; it may be closed afterwards.

        Raises:
            OSError, ValueError: it is no such memory.
        """
        self._map = mmap.mmap(fd, SIZE)

    def close(self) -> None:
        self._map.close()

    def write(self, slot: int, picture: Pixels, at: int) -> None:
        """The newest picture of a slot; `picture` may be a view with gaps between its rows.

        Raises:
            ValueError: it is too large.
        """
        height, width, depth = picture.shape
        size = width * height * DEPTH
        if depth != DEPTH or not 0 < size <= _BUFFER or not 0 <= slot < SLOTS:
            raise ValueError(f"a picture of {width}x{height} for slot {slot}")
        base = slot * _SLOT
        serial = _LATEST.unpack_from(self._map, base)[0] + 1
        head = base + 64 * (1 + serial % 2)
        begin = base + _HEADS + serial % 2 * _BUFFER
        _HEAD.pack_into(self._map, head, serial, 0, width, height, at)
        target = np.frombuffer(self._map, np.uint8, size, begin).reshape(height, width, DEPTH)
        np.copyto(target, picture)
        del target  # a view of the memory keeps it from being closed
        _HEAD.pack_into(self._map, head, serial, serial, width, height, at)
        _LATEST.pack_into(self._map, base, serial)

    def clear(self, slot: int) -> None:
        """Nothing is there any more, and its pages are given back. The serial goes on."""
        base = slot * _SLOT
        serial = _LATEST.unpack_from(self._map, base)[0] + 2
        for one in (0, 1):
            _HEAD.pack_into(self._map, base + 64 * (1 + one), 0, 0, 0, 0, 0)
        _LATEST.pack_into(self._map, base, serial)
        with contextlib.suppress(OSError, AttributeError):  # not every system can
            self._map.madvise(mmap.MADV_REMOVE, base + _HEADS, 2 * _BUFFER)

    def serial(self, slot: int) -> int:
        """Of the newest picture."""
        return int(_LATEST.unpack_from(self._map, slot * _SLOT)[0])

    def read(self, slot: int, after: int = 0) -> VideoPicture | None:
        """The newest whole picture; None where there is none after serial `after`, or it was overtaken while it was
        copied."""
        base = slot * _SLOT
        for _ in range(3):
            serial = _LATEST.unpack_from(self._map, base)[0]
            if serial == after:
                return None
            head = base + 64 * (1 + serial % 2)
            began, ended, width, height, at = _HEAD.unpack_from(self._map, head)
            size = width * height * DEPTH
            if not serial or began != serial or ended != serial or not 0 < size <= _BUFFER:
                continue
            begin = base + _HEADS + serial % 2 * _BUFFER
            data = self._map[begin : begin + size]
            if _HEAD.unpack_from(self._map, head)[0] == serial:
                return VideoPicture(width, height, serial, at, data)
        return None
