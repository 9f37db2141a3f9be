"""Where the gateway is: `field.json`, which may come later, move, or change when the gateway is another one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import stat
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_json

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at the file."""
LARGEST = 64 * 1024
"""Bytes of a file that may be one."""
_SECRET = re.compile(r"[!-~]{1,200}")
_URL = re.compile(r"https?://([A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?/?")


class Gate(msgspec.Struct, frozen=True):
    """Address of the gateway, and the secret that enrols a device."""

    url: str
    enrol: str

    def __post_init__(self) -> None:
        """Raises ValueError: a request can not be made with them."""
        if not _SECRET.fullmatch(self.enrol) or not _URL.fullmatch(self.url):
            raise ValueError
        address = urlsplit(self.url)
        labels = (address.hostname or "").split(".")
        if address.port == 0 or any(not label or len(label) > 63 for label in labels):
            raise ValueError


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
        self._good: bool | None = None

    async def watch(self) -> None:
        """Looks until it is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY)

    def look(self) -> None:
        """Reads the file where it is another one; one that is half written is read at the next look."""
        try:
            self._read()
            good = True
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
            good = False
        if good == self._good:
            return
        self._good = good
        if good:
            log.info("%s says where the gateway is", self._file)
        else:
            log.info("%s is missing or says no usable address of a gateway: devices wait for it", self._file)

    def _read(self) -> None:
        facts = self._file.stat()
        seen = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
        if seen == self._seen:
            return
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > LARGEST:
            raise ValueError
        gate = from_json(self._file.read_bytes(), type=Gate)
        self._seen = seen
        if gate != self.gate:
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
            async with time_limit(seconds):
                await self._moved.wait()

    def refused(self, gate: Gate) -> None:
        """The secret is none any more: nobody tries it again until the file says another."""
        self._refused = gate.enrol

    def may_enrol(self, gate: Gate) -> bool:
        return gate.enrol != self._refused
