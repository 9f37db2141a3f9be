"""What files that outlive a fall of the machine share: their folder is synced, the disk's refusal is a sentence."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from cockpit.model.errors import OutsideError


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextlib.contextmanager
def disk(folder: Path, message: str) -> Iterator[None]:
    """What the disk refuses in here, in one sentence with `folder` and `why`.

    Raises:
        OutsideError: the disk refused.
    """
    try:
        yield
    except OSError as error:
        raise OutsideError(message, folder=str(folder), why=error.strerror or str(error)) from error
