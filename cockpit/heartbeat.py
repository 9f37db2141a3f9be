"""How a process shows who watches over it that it lives: a byte down a pipe to its parent, a word to systemd.

It is sent by whatever would stand still if the process hung: the thread that paints, the loop that answers.
"""

from __future__ import annotations

import contextlib
import os
import socket

BEAT_ENV = "COCKPIT_BEAT"
"""Descriptor of the pipe, of a child that is watched."""
BEAT_SECONDS = 1.0
"""How often it is to beat."""
BYTE = b"."
RESTART_CODE = 75
"""With it a child ends that is to be started anew at once: the hub asked for it."""
ANEW = -1
"""In its place where nobody watches who would start it: the process begins again by itself. No process ends with it."""


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

    @property
    def watched(self) -> bool:
        """Whether somebody starts this process anew when it ends."""
        return self._fd >= 0

    def beat(self) -> None:
        """To be called each `BEAT_SECONDS` by whoever would stand still if the screens did."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):  # it is full, so it is not read now; or nobody watches any more
                os.write(self._fd, BYTE)


class LoopBeat:
    """That an event loop turns: told to the parent and to systemd, whichever started this process and asked for it. To
    be made before it has children: what they inherit would speak in its name."""

    def __init__(self) -> None:
        self._heart = Heartbeat()
        self._systemd = os.environ.pop("NOTIFY_SOCKET", "")

    def ready(self) -> None:
        """Whoever wants to may come; from now on silence means that it hangs."""
        self._heart.beat()
        tell_systemd(self._systemd, "READY=1")

    def beat(self) -> None:
        """For a wait that is known to hold up the loop."""
        self._heart.beat()
        tell_systemd(self._systemd, "WATCHDOG=1")

    async def keep(self) -> None:
        """Until it is cancelled."""
        import asyncio  # its import takes a while, and who starts children needs none of it

        while True:
            self.beat()
            await asyncio.sleep(BEAT_SECONDS)

    def ending(self) -> None:
        tell_systemd(self._systemd, "STOPPING=1")


def tell_systemd(where: str, words: str) -> None:
    """Says something to the system that started us (sd_notify); "": it did not ask for it."""
    if where:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.sendto(words.encode(), "\0" + where[1:] if where.startswith("@") else where)
