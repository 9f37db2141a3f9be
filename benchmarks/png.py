"""PNG files as small as they get without a loss: pictures of the manual lie in the repository."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage


def squeeze(file: Path) -> None:
    """Writes a PNG anew, 8 bits RGB: no filter and the slowest compression are best for flat pictures of a screen."""
    image = QImage(str(file)).convertToFormat(QImage.Format.Format_RGB888)
    width, height = image.width(), image.height()
    if not width or not height:
        raise ValueError(f"{file} is no picture")
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())[:, : width * 3]
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels], axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compressobj(9, zlib.DEFLATED, 15, 9)
    data = packed.compress(rows.tobytes()) + packed.flush()
    small = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    if len(small) < file.stat().st_size:
        file.write_bytes(small)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
