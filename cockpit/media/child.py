"""What the processes of sound and of pictures have in common: where they write, and for how long they may end."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import IO

END_SECONDS = 3.0


def log_of(file: Path, opened: contextlib.ExitStack) -> IO[bytes] | int:
    """For what a process says: its file, begun anew; nowhere on a full disk, which is no reason to do without it."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return opened.enter_context(open(file, "wb"))
    return asyncio.subprocess.DEVNULL
