"""The last picture of each output of a machine of the wall, on its disk."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from PySide6.QtGui import QImage

from cockpit.model.clock import SECOND

SCREENS = "screens"
"""Folder of the pictures, in the profile."""
QUALITY = 88


def last_picture(folder: Path, output: str, other: int = 0) -> tuple[QImage, int]:
    """The last picture of an output and when it was taken, UTC us; a null one where there is none.

    Args:
        other: it must have been taken at another time than this, UTC us: earlier is as good, clocks are set back.
    """
    file, taken = last_file(folder, output, other)
    return (QImage.fromData(file), taken) if file else (QImage(), 0)


def last_file(folder: Path, output: str, other: int = 0) -> tuple[bytes, int]:
    """As `last_picture`, the file as it is; b"" where there is none."""
    file = file_of(folder, output)
    try:
        taken = int(file.stat().st_mtime * SECOND)
        return (file.read_bytes(), taken) if taken != other else (b"", 0)
    except OSError:
        return b"", 0


def keep_picture(picture: QImage, folder: Path, output: str) -> None:
    """Keeps a picture in the place of the one before. A disk that refuses costs the next start its picture and nothing
    now."""
    file = file_of(folder, output)
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = file.with_suffix(".new")
        if picture.save(str(beside), "JPEG", QUALITY):
            os.replace(beside, file)


def forget_pictures(folder: Path) -> None:
    """Takes all pictures away, also those of outputs that are not plugged in."""
    for file in folder.glob("*.jpg"):
        with contextlib.suppress(OSError):
            file.unlink()


def file_of(folder: Path, output: str) -> Path:
    return folder / f"{re.sub(r'[^A-Za-z0-9.-]', '-', output) or 'screen'}.jpg"
