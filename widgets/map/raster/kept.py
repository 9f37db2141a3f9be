"""Drawn images of the base map on disk, so that a seat opens on its map at once. Used from the worker thread only."""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QImage

MOST = 8
"""Files that are kept, the newest; four a theme and size of the window, 20 MB at 1920 × 1080."""
_HEAD = struct.Struct("<8s32sII")
_MAGIC = b"CCMAP\0\0\1"
_FORMATS = {False: QImage.Format.Format_RGB32, True: QImage.Format.Format_ARGB32_Premultiplied}


class KeptImages:
    """The images of one folder. What can not be read or written is as if it were not there: it is drawn then."""

    def __init__(self, folder: Path | None, source: str) -> None:
        """
        Args:
            folder: where they lie; None keeps nothing.
            source: what they are drawn from; those of another source are not found.
        """
        self._folder = folder
        self._source = source

    def find(self, what: str, alpha: bool) -> QImage | None:
        """The image that was kept as `what`, a text that says all that it depends on."""
        if self._folder is None:
            return None
        digest = self._digest(what)
        try:
            with open(self._file(digest), "rb") as file:
                magic, found, width, height = _HEAD.unpack(file.read(_HEAD.size))
                if (magic, found) != (_MAGIC, digest):
                    return None
                image = QImage(width, height, _FORMATS[alpha])
                if image.isNull() or file.readinto(image.bits()) != image.sizeInBytes():
                    return None
            os.utime(self._file(digest))
        except (OSError, struct.error):
            return None
        return image

    def keep(self, what: str, image: QImage) -> None:
        """Writes an image of one of the two formats whole or not at all, and drops the oldest ones."""
        if self._folder is None:
            return
        digest = self._digest(what)
        part = self._file(digest).with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with open(part, "wb") as file:  # as it is: unpacking would take longer than reading
                file.write(_HEAD.pack(_MAGIC, digest, image.width(), image.height()))
                file.write(image.constBits())
            part.replace(self._file(digest))
            files = sorted(self._folder.iterdir(), key=lambda f: f.stat().st_mtime, reverse=True)
            for old in files[MOST:]:
                old.unlink()
        except OSError:  # a full disk costs the next start a second and nothing else
            with contextlib.suppress(OSError):
                part.unlink()

    def _digest(self, what: str) -> bytes:
        return hashlib.sha256(f"{self._source}\n{_program()}\n{what}".encode()).digest()

    def _file(self, digest: bytes) -> Path:
        assert self._folder is not None
        return self._folder / f"{digest.hex()[:24]}.map"


@lru_cache(maxsize=1)
def _program() -> str:
    """Tells the drawing program from an older one: an image of that is not what this one would draw."""
    files = sorted([*Path(__file__).parent.glob("*.py"), *Path(__file__).parent.parent.glob("*.py")])
    return " ".join(f"{file.name}:{file.stat().st_mtime_ns}" for file in files)
