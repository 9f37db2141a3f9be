"""Files that are to be gone: written over first, so that a disk that is looked through does not give them back.

A disk that moves what is written (flash, a file system with snapshots) may keep the old blocks all the same: what shall
really be unreadable is encrypted from the start, and its key is what goes.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

_PIECE = 1 << 20


def shred(path: Path) -> bool:
    """Overwrites and removes a file; False: there was none. A link is removed, what it shows to stays.

    Raises:
        OSError: it is still there.
    """
    try:
        fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        path.unlink()
        return True
    try:
        facts = os.fstat(fd)
        if stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1:
            left = facts.st_size
            while left > 0:
                left -= os.write(fd, bytes(min(left, _PIECE)))
            os.fsync(fd)
    finally:
        os.close(fd)
    path.unlink()
    return True


def shred_tree(folder: Path, keep: tuple[str, ...] = ()) -> list[Path]:
    """Overwrites and removes all files below a folder, and the folders.

    Args:
        keep: names directly below it that stay.

    Returns:
        Files that could not be removed.
    """
    left: list[Path] = []
    if not folder.is_dir() or folder.is_symlink():
        return left
    for entry in sorted(folder.iterdir()):
        if entry.name in keep:
            continue
        if entry.is_dir() and not entry.is_symlink():
            left += shred_tree(entry)
            with contextlib.suppress(OSError):
                entry.rmdir()
            continue
        try:
            shred(entry)
        except OSError:
            left.append(entry)
    return left
