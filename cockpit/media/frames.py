"""Pictures in shared memory: the media process writes, the seat reads, neither waits for the other."""

from __future__ import annotations

import mmap
import os
import struct

from cockpit.model.calls import Frame

SLOTS = 12
"""Ten legs, the own camera, one to spare."""
MAX_PIXELS = 1280 * 720
_HEAD = struct.Struct("<QQII")
"""Of a buffer: serial when writing began, serial when it ended, width, height."""
_LATEST = struct.Struct("<Q")
_HEADS = 4096
_BUFFER = MAX_PIXELS * 3
_SLOT = _HEADS + 2 * _BUFFER
SIZE = SLOTS * _SLOT


def make_memory() -> int:
    """A file descriptor of memory that goes with the last process that has it open; pages exist once written."""
    fd = os.memfd_create("cockpit-pictures", os.MFD_CLOEXEC)
    os.ftruncate(fd, SIZE)
    return fd


class Frames:
    """Newest picture of each slot. Two buffers a slot: while one is written the other can be read.

    A picture is RGB888, rows without padding, at most `MAX_PIXELS` in any shape.
    """

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

    def write(self, slot: int, width: int, height: int, data: bytes | memoryview) -> None:
        """The newest picture of a slot; `data` has exactly width x height x 3 bytes.

        Raises:
            ValueError: it is too large, or its size is another.
        """
        size = width * height * 3
        if not 0 < size <= _BUFFER or len(data) != size or not 0 <= slot < SLOTS:
            raise ValueError(f"a picture of {width}x{height} in {len(data)} bytes for slot {slot}")
        base = slot * _SLOT
        serial = _LATEST.unpack_from(self._map, base)[0] + 1
        head = base + 64 * (1 + serial % 2)
        begin = base + _HEADS + serial % 2 * _BUFFER
        _HEAD.pack_into(self._map, head, serial, 0, width, height)
        self._map[begin : begin + size] = bytes(data) if isinstance(data, memoryview) else data
        _HEAD.pack_into(self._map, head, serial, serial, width, height)
        _LATEST.pack_into(self._map, base, serial)

    def clear(self, slot: int) -> None:
        """Nothing is there any more."""
        base = slot * _SLOT
        serial = _LATEST.unpack_from(self._map, base)[0] + 2
        for one in (0, 1):
            _HEAD.pack_into(self._map, base + 64 * (1 + one), 0, 0, 0, 0)
        _LATEST.pack_into(self._map, base, serial)

    def read(self, slot: int) -> Frame | None:
        """The newest whole picture; None where there is none, or it was overtaken twice while it was copied."""
        base = slot * _SLOT
        for _ in range(3):
            serial = _LATEST.unpack_from(self._map, base)[0]
            head = base + 64 * (1 + serial % 2)
            began, ended, width, height = _HEAD.unpack_from(self._map, head)
            size = width * height * 3
            if not serial or began != serial or ended != serial or not 0 < size <= _BUFFER:
                continue
            begin = base + _HEADS + serial % 2 * _BUFFER
            data = self._map[begin : begin + size]
            if _HEAD.unpack_from(self._map, head)[0] == serial:
                return Frame(width, height, serial, data)
        return None
