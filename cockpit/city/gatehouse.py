"""Where the gateway is: `field.json`, which may come later, move, or change when the gateway is another one."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import msgspec

LOOK_EVERY = 1.0
"""Seconds between two looks at the file."""


class Gate(msgspec.Struct, frozen=True):
    """Address of the gateway, and the secret that enrols a device."""

    url: str
    enrol: str


class Gatehouse:
    """Watches the file for all devices.

    Attributes:
        gate: where the gateway was last said to be; None: never yet.
        door: devices enrol one after the other, so that a secret that is none any more is tried once.
    """

    def __init__(self, file: Path) -> None:
        self.gate: Gate | None = None
        self.door = asyncio.Lock()
        self._file = file
        self._seen: tuple[int, int, int] | None = None
        self._moved = asyncio.Event()
        self._refused = ""

    async def watch(self) -> None:
        """Looks until it is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY)

    def look(self) -> None:
        """Reads the file where it is another one; one that is half written is read at the next look."""
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            facts = self._file.stat()
            seen = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
            if seen == self._seen:
                return
            gate = msgspec.json.decode(self._file.read_bytes(), type=Gate)
            self._seen = seen
            if gate != self.gate and gate.url.startswith(("http://", "https://")):
                self.gate = gate
                self._moved.set()
                self._moved = asyncio.Event()

    async def known(self) -> Gate:
        """Waits until there is an address."""
        while self.gate is None:
            await self._moved.wait()
        return self.gate

    async def wait(self, seconds: float) -> None:
        """Waits so long, or until the gateway is elsewhere."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), seconds)

    def refused(self, gate: Gate) -> None:
        """The secret is none any more: nobody tries it again until the file says another."""
        self._refused = gate.enrol

    def may_enrol(self, gate: Gate) -> bool:
        return gate.enrol != self._refused
