"""What the hub has to be told of calls and letters: kept on disk first, sent in order, forgotten when the hub has it.

On the I/O thread; the disk is another thread's.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from cockpit.calls.hubaway import HubAway, HubRefuses
from cockpit.model.calls import RecordingHeld, RecordingPart
from cockpit.model.clock import Clock
from cockpit.model.entries import PhotoRef
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_msgpack
from cockpit.store.cipher import Connect
from cockpit.store.deskcalls import ACT, DeskCalls, Waits

log = logging.getLogger(__name__)
T = TypeVar("T")
SOUND = "sound"
"""A recording that lies in the profile."""
PIECE = 500_000
AGAIN_SECONDS, LONGEST_SECONDS = 5.0, 300.0
"""What the hub did not take is sent again, after twice as long each time."""
MOST_TRIED = 200
"""After so many times something that the hub refuses for good is given up, which is said."""


class KeptSound(msgspec.Struct, frozen=True):
    """A recording on its way to the hub."""

    path: str
    ref: PhotoRef


class CallMail:
    """The mail of one seat.

    Attributes:
        sent: called with what the hub has taken.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        ask: Callable[[str, object, Any], Awaitable[Any]],
        notice: Callable[[Message], None],
        connect: Connect = sqlite3.connect,
    ) -> None:
        self._store = DeskCalls(path, clock, connect)
        self._ask = ask
        self._notice = notice
        self._disk = ThreadPoolExecutor(1, "calls-disk")
        self._poke = asyncio.Event()
        self._here = asyncio.Event()
        self._unkept: list[tuple[str, str, bytes]] = []
        self._complained = ""
        self.sent: Callable[[Waits], None] = lambda row: None

    # -- its life ------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Opens the file; where the disk does not let it, it is tried again later."""
        with self._disk_trouble():
            for notice in await self.aside(self._store.open):
                self._notice(notice)

    async def close(self) -> None:
        await self._keep_unkept()
        await self.aside(self._store.close)
        self._disk.shutdown()

    async def aside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    async def on_store(self, work: Callable[[DeskCalls], T], otherwise: T) -> T:
        """Reads or writes the file; what the disk refuses is said once, and the answer is `otherwise`."""
        with self._disk_trouble():
            return await self.aside(lambda: work(self._store))
        return otherwise

    @contextlib.contextmanager
    def _disk_trouble(self) -> Any:
        try:
            yield
            self._complained = ""
        except OutsideError as error:
            if error.message.id != self._complained:
                self._complained = error.message.id
                self._notice(error.message)

    # -- keeping ---------------------------------------------------------------------------------------------------

    async def put(self, id: str, what: str, value: object) -> None:
        """Keeps something for the hub; in memory while the disk takes nothing."""
        self._unkept.append((id, what, msgspec.msgpack.encode(value)))
        await self._keep_unkept()
        self._poke.set()

    async def _keep_unkept(self) -> None:
        while self._unkept:
            row = self._unkept[0]
            kept = False
            with self._disk_trouble():
                if not self._store.is_open:
                    await self.aside(self._store.open)
                await self.aside(lambda row=row: self._store.put(*row))  # type: ignore[misc]
                kept = True
            if not kept:
                return
            if self._unkept and self._unkept[0] is row:
                del self._unkept[0]

    async def keep_sound(self, path: Path) -> PhotoRef | None:
        """A recording is to go to the hub; None where it can not be read."""

        def look() -> PhotoRef | None:
            try:
                with open(path, "rb") as file:
                    sha = hashlib.file_digest(file, "sha256").hexdigest()
                return PhotoRef(sha, path.stat().st_size, "audio/ogg" if path.suffix == ".ogg" else "audio/wav")
            except OSError:
                return None

        ref = await self.aside(look)
        if ref is not None and ref.size:
            await self.put(f"sound/{path.name}", SOUND, KeptSound(str(path), ref))
        return ref if ref is not None and ref.size else None

    async def sounds_left(self, folder: Path) -> list[Path]:
        """Whole recordings of before that nobody has kept for the hub; what was not finished there is deleted.

        To be called before anything is recorded.
        """

        def look() -> list[Path]:
            whole: list[Path] = []
            with contextlib.suppress(OSError):
                for path in sorted(folder.iterdir()):
                    if path.suffix == ".part":
                        path.unlink(missing_ok=True)
                    elif path.suffix in (".ogg", ".wav"):
                        whole.append(path)
            return whole

        nothing: list[Waits] = []
        kept = {row.id for row in await self.on_store(lambda store: store.waiting(SOUND, most=10_000), nothing)}
        return [path for path in await self.aside(look) if f"sound/{path.name}" not in kept]

    # -- sending ---------------------------------------------------------------------------------------------------

    def joined(self, here: bool) -> None:
        """The hub is there, or away."""
        (self._here.set if here else self._here.clear)()
        self._poke.set()

    async def run(self) -> None:
        """Sends what waits, as long as the seat runs."""
        pause = 0.0
        while True:
            await self._here.wait()
            self._poke.clear()
            left = True
            try:
                left = await self._round()
                pause = min(pause * 2, LONGEST_SECONDS) if left and not self._unkept else 0.0
            except HubAway:
                pause = 0.0
            except Exception:  # our bug: what waits goes on waiting
                log.exception("telling the hub of calls")
            with contextlib.suppress(TimeoutError):
                pause = pause or AGAIN_SECONDS
                async with time_limit(pause if left else None):
                    await self._poke.wait()

    async def _round(self) -> bool:
        """Everything that waits, once; whether some of it waits still."""
        await self._keep_unkept()
        left, after = bool(self._unkept), 0
        while True:
            nothing: list[Waits] = []
            rows = await self.on_store(lambda store, after=after: store.waiting(after=after), nothing)  # type: ignore[misc]
            if not rows:
                return left
            for row in rows:
                after = row.n
                left = not await self._send(row) or left

    async def _send(self, row: Waits) -> bool:
        """Whether the hub has it now.

        Raises:
            HubAway: it can not be asked.
        """
        try:
            if row.what == SOUND:
                await self._send_sound(from_msgpack(row.data, type=KeptSound))
            else:
                await self._ask(row.what, msgspec.Raw(row.data), Any)
        except HubAway:
            raise
        except OutsideError as error:
            log.info("the hub does not take %s: %s", row.id, error)
            await self.on_store(lambda store: store.refused(row.n), None)
            if not isinstance(error, HubRefuses) or row.tried < MOST_TRIED:
                return False
            self._notice(Message("calls.hub_refuses", {"why": error.message}))
        await self.on_store(lambda store: store.done(row.n), None)
        self.sent(row)
        return True

    async def _send_sound(self, sound: KeptSound) -> None:
        path, ref, at = Path(sound.path), sound.ref, 0

        def piece(at: int) -> bytes:
            with open(path, "rb") as file:
                file.seek(at)
                return file.read(PIECE)

        while at < ref.size:
            try:
                data = await self.aside(lambda at=at: piece(at))  # type: ignore[misc]
            except OSError:
                return  # somebody took it away
            held = await self._ask("calls.recording.put", RecordingPart(ref.sha256, ref.size, at, data), RecordingHeld)
            if held.have <= at:
                raise OutsideError("calls.recording_stuck")
            at = held.have
        await self.aside(lambda: path.unlink(missing_ok=True))

    async def acts(self) -> list[Waits]:
        """What goes on cases and is not in the outbox yet."""
        nothing: list[Waits] = []
        return await self.on_store(lambda store: store.waiting(ACT), nothing)
