"""A telephone call in which the hub itself speaks: baresip and the media process, begun for it and ended after it."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from cockpit.hub.turns import Turns
from cockpit.model.calls import Line, Outcome, Quality, Way
from cockpit.model.clock import CityClock
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message

if TYPE_CHECKING:
    from cockpit.calls.adapter import Adapter

TIMES = 2
"""How often the words are spoken."""
AFTER_SECONDS = 1.0
LONGEST_SECONDS = 120.0
CALLER = "城市运行中心"


class Spoken(msgspec.Struct, frozen=True):
    """How such a call went; city times. `whole`: somebody who had picked up was there for all the words, once."""

    call: str
    leg: str
    outcome: Outcome
    begun: int
    rang: int = 0
    answered: int = 0
    ended: int = 0
    whole: bool = False
    why: Message | None = None


class Voice(Protocol):
    """What speaks: `MediaProcess`."""

    async def say(self, mix_or_leg: str, words: str, lang: str = "zh") -> float: ...


class _Ear:
    """Hears one leg of an adapter."""

    def __init__(self, leg: str, clock: CityClock) -> None:
        loop = asyncio.get_running_loop()
        self.leg, self._clock = leg, clock
        self.rang_at = self.up_at = 0
        self.over_at = 0.0
        self.came_up: asyncio.Future[None] = loop.create_future()
        self.over: asyncio.Future[tuple[Outcome, Message]] = loop.create_future()

    def rang(self, leg: str) -> None:
        self.rang_at = self.rang_at or self._clock.now()

    def up(self, leg: str, video: bool = False) -> None:
        if leg == self.leg and not self.came_up.done():
            self.up_at = self._clock.now()
            self.came_up.set_result(None)

    def ended(self, leg: str, outcome: Outcome, why: Message) -> None:
        if leg == self.leg and not self.over.done():
            self.over_at = asyncio.get_running_loop().time()
            self.over.set_result((outcome, why))

    def held(self, leg: str, by_them: bool) -> None: ...

    def came_in(self, leg: str, way: Way, name: str, video: bool) -> None: ...

    def quality(self, leg: str, quality: Quality) -> None: ...

    def digits(self, leg: str, digits: str) -> None: ...

    def text(self, way: Way, words: str) -> None: ...

    def line(self, line: Line) -> None: ...

    def rolled(self, leg: str) -> None: ...


class Speaker:
    """Calls and speaks. One call at a time, each in its turn of `line`: a site's hub has one."""

    def __init__(self, profile: Path, pack: Path, clock: CityClock) -> None:
        """
        Args:
            profile: where calls.toml lies, of the hub; pack: folder of the city's pack.
        """
        self._profile = profile
        self._pack = pack
        self._clock = clock
        self.line = Turns()

    async def speak(self, way: Way, words: str, ring: float) -> Spoken:
        """Calls somebody, speaks when they pick up, hangs up. To be used with the line in hand.

        Args:
            ring: seconds that it may ring.

        Raises:
            CockpitError: there is no line, no sound, no voice here.
        """
        from cockpit.calls import baresip
        from cockpit.calls.adapter import Around
        from cockpit.calls.config import read_settings
        from cockpit.media.client import MediaProcess

        settings = await asyncio.to_thread(read_settings, self._profile, self._pack)
        if settings.sip is None:
            raise OutsideError("climb.no_line")
        # what comes in is the desks': this line only calls out
        settings = msgspec.structs.replace(settings, sip=msgspec.structs.replace(settings.sip, expires=0))
        leg, call = new_id(self._clock.base), new_id(self._clock.base)
        ear = _Ear(leg, self._clock)
        media = MediaProcess(self._profile / "media.log")
        around = Around(
            profile=self._profile,
            settings=settings,
            clock=self._clock.base,
            events=ear,
            media=media,
            signal=lambda signal, to: None,
            open_url=_nothing_opens,
            new_id=lambda: new_id(self._clock.base),
            name=lambda: CALLER,
        )
        adapter = baresip.make(around)
        begun = self._clock.now()
        whole = False
        try:
            await media.start()
            await adapter.start()
            await adapter.place(leg, way, video=False, into_mix=call)
            turns: set[asyncio.Future[Any]] = {ear.came_up, ear.over}
            await asyncio.wait(turns, timeout=ring, return_when=asyncio.FIRST_COMPLETED)
            if ear.came_up.done() and not ear.over.done():
                whole = await _said(media, call, words, ear)
            outcome, why = await self._hang_up(adapter, ear)
        finally:
            with contextlib.suppress(CockpitError):
                await adapter.stop()
            with contextlib.suppress(CockpitError):
                await media.stop()
        if outcome is Outcome.CANCELLED and not ear.up_at:  # it rang as long as it may
            outcome = Outcome.NO_ANSWER if ear.rang_at else Outcome.UNREACHABLE
        return Spoken(call, leg, outcome, begun, ear.rang_at, ear.up_at, self._clock.now(), whole, why)

    async def _hang_up(self, adapter: Adapter, ear: _Ear) -> tuple[Outcome, Message | None]:
        if not ear.over.done():
            with contextlib.suppress(CockpitError):
                await adapter.hang_up(ear.leg)
            await asyncio.wait({ear.over}, timeout=AFTER_SECONDS)
        if ear.over.done():
            outcome, why = ear.over.result()
            return (Outcome.ANSWERED if ear.up_at else outcome), why
        return (Outcome.ANSWERED if ear.up_at else Outcome.CANCELLED), None


async def _said(media: Voice, call: str, words: str, ear: _Ear) -> bool:
    """Says the words some times, while they are there; whether they were for the first."""
    once = seconds = await media.say(call, words, "zh")
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for _ in range(TIMES - 1):
        seconds = await media.say(call, words, "zh")
    await asyncio.wait({ear.over}, timeout=min(seconds + AFTER_SECONDS, LONGEST_SECONDS))
    return (ear.over_at or loop.time()) - begun >= once


async def _nothing_opens(url: str) -> bool:
    return False
