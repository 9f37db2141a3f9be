"""What a wall last showed, on the disk of the machine that draws it: shown at once at a start, hub or not."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path

import msgspec

from cockpit.model.messages import Message
from cockpit.model.typed import from_msgpack
from cockpit.model.wallstate import WallState

log = logging.getLogger(__name__)

FILE = "wall.state"


class KeptState(msgspec.Struct, frozen=True):
    """The last word of the hub and when it came: the hub's wall clock, UTC us."""

    at: int
    state: WallState


def read_kept(folder: Path) -> KeptState | None:
    """What is kept; None: nothing, half of something, or of another version, which is said in the log."""
    try:
        return from_msgpack((folder / FILE).read_bytes(), type=KeptState)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        log.warning("%s", Message("wall.picture_damaged", {"why": str(error)[:200]}).in_chinese())
        return None


def keep(folder: Path, kept: KeptState) -> None:
    """Replaces what is kept, whole. A disk that refuses costs the next start its picture and nothing now."""
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = folder / f"{FILE}.new"
        with open(beside, "wb") as file:
            file.write(msgspec.msgpack.encode(kept))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, folder / FILE)
