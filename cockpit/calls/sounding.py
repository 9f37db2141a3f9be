"""Who hears whom: the mix of a call, our microphone in it, holding, talk key, and the recording with its notice."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Literal, Protocol

from cockpit.calls.settings import CallSettings
from cockpit.calls.table import Attempt, Running, Table
from cockpit.model.calls import Call, CallKind, CallState, Way, WayKind
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit

ENTIRE_SECONDS = 10.0
"""So long a recording may take to be whole on disk."""


class Media(Protocol):
    """What the desk needs of `cockpit.media.client.MediaProcess`, where it is described."""

    async def start(self) -> None: ...
    async def desk(self, mix: str, on: bool, talking: bool = True) -> None: ...
    async def mute(self, leg: str, on: bool, direction: Literal["in", "out"] = "in") -> None: ...
    async def roll(self, leg: str, on: bool) -> None: ...
    async def say(self, mix_or_leg: str, words: str, lang: str = "zh") -> float: ...
    async def record(self, mix: str, path: Path | None, notice: str = "", lang: str = "zh") -> float: ...
    async def camera(self, leg: str, on: bool) -> None: ...


class Sounding:
    """The sound of calls.

    Attributes:
        room: address of the PBX's conference room, "" none.
    """

    def __init__(self, table: Table, media: Media, settings: CallSettings, folder: Path) -> None:
        """
        Args:
            folder: where recordings lie until the hub has them.
        """
        self._table = table
        self._media = media
        self.room = settings.sip.room if settings.sip is not None else ""
        self._folder = folder
        self._desks: dict[str, tuple[bool, bool]] = {}
        self._speaks: dict[str, bool] = {}
        self._files: dict[str, asyncio.Future[Path | None]] = {}
        self._had: set[str] = set()

    # -- who is in which mix ---------------------------------------------------------------------------------------

    def mix_of(self, call: Call, leg: str, way: Way) -> str:
        """The mix into which a leg of this way goes, "" the desk's own sound."""
        if way.kind is WayKind.HANDOFF:
            return ""
        if call.kind is CallKind.ANNOUNCE:
            return leg
        if way.kind is WayKind.WEBRTC or call.kind is CallKind.ROLL:
            return call.id
        return call.id if call.kind is CallKind.GROUP and not self.room else ""

    def is_room(self, way: Way | None) -> bool:
        """Whether this leg is the one to the conference room."""
        return bool(self.room) and way is not None and way.address == self.room

    async def gather(self, call: str) -> None:
        """Everyone who is up in a group hears everyone: in the PBX's room, or in our mix."""
        now = self._table.call(call)
        if now is None or now.kind not in (CallKind.GROUP, CallKind.ROLL):
            return
        mixed = any(attempt.mix for _, attempt in self._table.up(call))
        for run, attempt in list(self._table.up(call)):
            if attempt.way.kind is not WayKind.SIP or attempt.mix:
                continue
            if now.kind is CallKind.GROUP and self.room and not self.is_room(attempt.way):
                await self._into_room(run, attempt)
            elif mixed or not self.room:
                await self.into_mix(attempt, call)

    async def _into_room(self, run: Running, attempt: Attempt) -> None:
        if run.in_room:
            return
        run.in_room = True
        try:
            await attempt.adapter.transfer(attempt.id, Way(WayKind.SIP, self.room))
        except OutsideError:
            run.in_room = False
            await self.into_mix(attempt, run.call)

    async def into_mix(self, attempt: Attempt, mix: str) -> None:
        """A leg with the desk's own sound goes into a mix.

        Raises:
            OutsideError: it can not.
        """
        if attempt.mix != mix:
            await self._media.start()
            await attempt.adapter.move(attempt.id, mix)
            attempt.mix = mix

    # -- the desk's microphone -------------------------------------------------------------------------------------

    async def apply(self, call: str) -> None:
        """Has it sound as the call says: muted, held, talk key.

        Raises:
            OutsideError: it can not be done; what was done before is left as it is.
        """
        now = self._table.call(call)
        if now is None or now.kind is CallKind.ANNOUNCE:
            return
        speaks = not now.muted and (not now.push or now.talking)
        mixed = False
        for _, attempt in list(self._table.up(call)):
            if attempt.mix:
                mixed = True
            elif self._speaks.get(attempt.id, True) != speaks:
                await attempt.adapter.mute(attempt.id, not speaks)
                self._speaks[attempt.id] = speaks
        wanted = (not now.held, speaks and not now.held)
        if mixed and self._desks.get(call) != wanted:
            await self._media.desk(call, *wanted)
            self._desks[call] = wanted

    async def hold(self, call: str, on: bool) -> None:
        """We are away, or back. Alone with somebody they are put on hold; a group goes on without us.

        Raises:
            OutsideError: it can not be done.
        """
        now = self._table.call(call)
        if now is None or now.held == on:
            return
        if now.kind is CallKind.SINGLE:
            for run, attempt in list(self._table.up(call)):
                await attempt.adapter.hold(attempt.id, on)
                self._table.set_leg(run, state=CallState.HELD if on or run.away else CallState.UP)
        else:
            for _, attempt in list(self._table.up(call)):
                if not attempt.mix:  # the line to the PBX's room
                    await attempt.adapter.hold(attempt.id, on)
        self._table.set_call(call, held=on)
        await self.apply(call)

    async def mute_leg(self, run: Running, on: bool) -> None:
        """They are not heard by the others.

        Raises:
            OutsideError: nobody mixes them here.
        """
        if run.attempt is None or not run.attempt.mix:
            raise OutsideError("calls.muted_in_room" if run.in_room else "calls.mute_needs_mix")
        await self._media.mute(run.attempt.id, on, "in")
        self._table.set_leg(run, muted=on)

    def over(self, call: str) -> None:
        """The call ended."""
        self._desks.pop(call, None)
        self._had.discard(call)
        if not self._table.going_on():
            self._speaks.clear()

    def forget(self) -> None:
        """The media process is gone, and every mix with it."""
        self._desks.clear()
        for future in self._files.values():
            if not future.done():
                future.set_result(None)

    # -- recording -------------------------------------------------------------------------------------------------

    async def record(self, call: Call) -> None:
        """Begins the recording once the notice has been heard; it shows, and can be ended, while that is spoken.

        Raises:
            OutsideError: it can not be recorded.
        """
        if call.id in self._files:
            return
        if call.id in self._had:
            raise OutsideError("calls.recorded_once")
        for _, attempt in list(self._table.up(call.id)):
            if not attempt.mix:
                await self.into_mix(attempt, call.id)
        await self.apply(call.id)
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / f"{call.id}.ogg"
        future: asyncio.Future[Path | None] = asyncio.get_running_loop().create_future()
        self._files[call.id] = future
        try:
            seconds = await self._media.record(call.id, file, Message("calls.say_recorded").in_chinese())
        except OutsideError:
            del self._files[call.id]
            raise
        self._table.set_call(call.id, recording=True)
        await asyncio.sleep(seconds)
        if self._files.get(call.id) is future and not future.done():
            for run, _ in self._table.up(call.id):
                run.recorded = True

    def recorded(self, mix: str, path: Path) -> None:
        """The media process says that the file is whole."""
        future = self._files.get(mix)
        if future is not None and not future.done():
            future.set_result(path)

    async def end_recording(self, call: str) -> Path | None:
        """The file, None where there is none."""
        future = self._files.get(call)
        if future is None:
            return None
        try:
            if not future.done():
                with contextlib.suppress(OutsideError):
                    await self._media.record(call, None)
                with contextlib.suppress(TimeoutError):
                    async with time_limit(ENTIRE_SECONDS):
                        await asyncio.shield(future)
            path = future.result() if future.done() else self._folder / f"{call}.ogg"
        finally:
            self._files.pop(call, None)
            self._table.set_call(call, recording=False)
        if path is None or not path.is_file():
            return None
        if not path.stat().st_size:  # it ended with the notice
            path.unlink(missing_ok=True)
            return None
        self._had.add(call)
        return path
