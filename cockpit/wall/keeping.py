"""What the walls show, on the hub's disk: a hub that begins anew shows the same."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.typed import from_json
from cockpit.wall.board import KeptBoard

FILE = "state.json"


def read_board(folder: Path) -> tuple[KeptBoard, Message | None]:
    """What was kept, nothing where there is no such file; what is to be said of one that can not be read."""
    try:
        return from_json((folder / FILE).read_bytes(), type=KeptBoard), None
    except FileNotFoundError:
        return KeptBoard(), None
    except (OSError, msgspec.MsgspecError) as error:
        with contextlib.suppress(OSError):
            os.replace(folder / FILE, folder / f"{FILE}.damaged")
        return KeptBoard(), Message("wall.kept_damaged", {"why": str(error)[:200]})


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
