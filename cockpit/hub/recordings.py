"""Recordings of calls at the hub: taken in parts, given to who may hear them, each listening noted, kept so long."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from cockpit.hub.service import Setting
from cockpit.model.calls import Listeners, RecordingHeld, RecordingPart, SoundPart, SoundWanted
from cockpit.model.errors import OutsideError, UserError
from cockpit.store.callbook import CallBook
from cockpit.store.recordings import PART, RECORDINGS, Sounds

_T = TypeVar("_T")
_PART_SECONDS = 86_400.0
"""A recording that was not gone on with for a day never comes."""


class Aside(Protocol):
    """Does something on the thread that may wait for the disk."""

    def __call__(self, work: Callable[[], _T]) -> Awaitable[_T]: ...


class Recordings:
    """Answers `calls.recording.put`, `calls.recording` and `calls.listened`."""

    def __init__(self, setting: Setting, book: CallBook, aside: Aside, may: Callable[[str], None]) -> None:
        """
        Args:
            may: raises UserError where a seat may not call, and so not hear calls either.
        """
        self._clock = setting.clock
        self._book = book
        self._aside = aside
        self._may = may
        self._sounds = Sounds(setting.folder / RECORDINGS)
        add = setting.answers.add
        add("calls.recording.put", RecordingPart, self._put)
        add("calls.recording", SoundWanted, self._give)
        add("calls.listened", SoundWanted, self._listened)

    async def _put(self, seat: str, part: RecordingPart) -> RecordingHeld:
        self._may(seat)
        if len(part.data) > PART:
            raise UserError("store.sound_other_bytes")
        now = self._clock.now()

        def put() -> int:
            have = self._sounds.put(part.sha256, part.size, part.at, part.data)
            if have == part.size:
                self._book.put_sound(part.sha256, now)
            return have

        return RecordingHeld(await self._aside(put))

    async def _give(self, seat: str, wanted: SoundWanted) -> SoundPart:
        """Nobody hears what is not noted, wherever they begin: the note is on the disk before bytes go out."""
        self._may(seat)
        now = self._clock.now()

        def give() -> SoundPart:
            part = SoundPart(*self._sounds.read(wanted.sha256, wanted.at))
            if part.data:
                self._book.listens(wanted.sha256, seat, now)
            return part

        return await self._aside(give)

    async def _listened(self, seat: str, wanted: SoundWanted) -> Listeners:
        self._may(seat)
        return Listeners(await self._aside(lambda: self._book.listened(wanted.sha256)))

    def remove(self, shas: list[str], wall: float) -> None:
        """Forgets recordings whose time is over, and parts of such that never came.

        Args:
            wall: the machine's seconds since 1970.
        """
        for sha in shas:
            with contextlib.suppress(OutsideError, UserError):
                self._sounds.remove(sha)
        self._sounds.sweep(wall - _PART_SECONDS)
