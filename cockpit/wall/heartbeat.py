"""How a child shows its watchdog that it lives: a byte down a pipe, from the thread that paints."""

from __future__ import annotations

import contextlib
import os

BEAT_ENV = "COCKPIT_BEAT"
"""Descriptor of the pipe, of a child that is watched."""
BEAT_SECONDS = 1.0
"""How often it is to beat."""
BYTE = b"."
RESTART_CODE = 75
"""With it a child ends that is to be started anew at once: the hub asked for it."""


class Heartbeat:
    """The child's end. A process that nobody watches has one too, which does nothing."""

    def __init__(self) -> None:
        self._fd = -1
        named = os.environ.pop(BEAT_ENV, "")
        with contextlib.suppress(ValueError, OSError):
            fd = int(named)
            os.set_blocking(fd, False)
            os.set_inheritable(fd, False)
            self._fd = fd

    def beat(self) -> None:
        """To be called each `BEAT_SECONDS` by whoever would stand still if the screens did."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):  # it is full, so it is not read now; or nobody watches any more
                os.write(self._fd, BYTE)
