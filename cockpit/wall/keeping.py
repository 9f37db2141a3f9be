"""What the walls show, on the hub's disk: a hub that begins anew shows the same."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from cockpit.model.errors import OutsideError
from cockpit.wall.board import KeptBoard

FILE = "state.json"


def read_board(folder: Path) -> KeptBoard:
    """What was kept; nothing where there is no such file, or where it can not be read."""
    with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return msgspec.json.decode((folder / FILE).read_bytes(), type=KeptBoard)
    return KeptBoard()


def write_board(folder: Path, kept: KeptBoard) -> None:
    """Keeps it, whole or not at all.

    Raises:
        OutsideError: the disk does not take it.
    """
    beside = folder / f"{FILE}.new"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(msgspec.json.encode(kept))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, folder / FILE)
    except OSError as error:
        raise OutsideError("wall.not_kept", why=error.strerror or str(error)) from error
