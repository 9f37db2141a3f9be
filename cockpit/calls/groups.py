"""Calls of several: who is tried when, roll calls, announcements, and the recording that belongs to a leg's record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from cockpit.calls.sounding import Media, Sounding
from cockpit.calls.table import Running, Table, is_room
from cockpit.calls.ways import SIP_LEGS
from cockpit.model.calls import Call, CallKind, CallState, Contact, Way, WayKind
from cockpit.model.messages import Message

MOST_LEGS = 10
"""People whom the media process mixes; the desk is not counted."""
ROLL_SECONDS = 8.0
"""After which who has not answered the roll call is asked once more, and then let go where others wait."""
AFTER_SECONDS = 0.5


class Groups:
    """What is particular to calls of several."""

    def __init__(
        self,
        table: Table,
        media: Media,
        sounding: Sounding,
        now: Callable[[], int],
        hang_up: Callable[[Running], Awaitable[None]],
    ) -> None:
        self._table = table
        self._media = media
        self._sounding = sounding
        self._now = now
        self._hang_up = hang_up
        self._words: dict[str, str] = {}
        self._sounds: dict[str, Path] = {}
        self._unsaid: dict[str, list[Running]] = {}

    def begin(self, call: Call, words: str) -> None:
        if words:
            self._words[call.id] = words

    # -- who is tried when -----------------------------------------------------------------------------------------

    def _waiting(self, call: str) -> list[Running]:
        return [
            run
            for run in self._table.alive(call)
            if run.task is None and not run.leg.inbound and run.leg.state is CallState.PLACING
        ]

    def _tried(self, call: str) -> list[Running]:
        """Who is called or speaks; the line to the PBX's room is nobody."""
        waiting = self._waiting(call)
        return [run for run in self._table.alive(call) if run not in waiting and not is_room(run)]

    def refused(self, call: str) -> list[Running]:
        """Those for whom there is no room in a group."""
        now = self._table.call(call)
        if now is None or now.kind is not CallKind.GROUP:
            return []
        return self._waiting(call)[max(MOST_LEGS - len(self._tried(call)), 0) :]

    def next(self, call: str, ways_of: Callable[[Contact], Sequence[Way]]) -> list[Running]:
        """Those who can be tried now; in a roll call and an announcement the others follow when somebody is done."""
        now = self._table.call(call)
        if now is None:
            return []
        waiting, tried = self._waiting(call), self._tried(call)
        if now.kind not in (CallKind.ROLL, CallKind.ANNOUNCE):
            return waiting

        def by_sip(run: Running) -> bool:
            way = run.leg.way or next(iter(ways_of(run.leg.contact)), None)
            return way is not None and way.kind is WayKind.SIP

        places, lines = MOST_LEGS - len(tried), SIP_LEGS - sum(map(by_sip, tried))
        found: list[Running] = []
        for run in waiting:
            sip = by_sip(run)
            if places > 0 and (lines > 0 or not sip):
                found.append(run)
                places -= 1
                lines -= sip
        return found

    def wants_room(self, call: Call) -> bool:
        """Whether the desk has to call the PBX's room now: somebody is tried who will be brought there."""
        if call.kind is not CallKind.GROUP or not self._sounding.room:
            return False
        runs = self._table.runs(call.id)
        if any(is_room(run) and run.alive for run in runs):
            return False
        kinds = {way.kind for run in runs if run.alive for way in run.leg.contact.ways}  # of everyone who may be tried
        return WayKind.SIP in kinds

    # -- what is spoken to who picks up ------------------------------------------------------------------------------

    async def speak(self, run: Running) -> None:
        """Asks for the answer of a roll call, or speaks the announcement."""
        call = self._table.call(run.call)
        if call is None or run.attempt is None:
            return
        if call.kind is CallKind.ANNOUNCE:
            await self._announce(run, self._words.get(call.id, ""))
        elif call.kind is CallKind.ROLL and not run.leg.inbound:
            await self._ask(run)

    async def _announce(self, run: Running, words: str) -> None:
        if run.attempt is None:
            return
        seconds = await self._media.say(run.attempt.id, words)
        await asyncio.sleep(seconds + AFTER_SECONDS)
        if run.alive:
            self._table.set_leg(run, there=self._now())
            await self._hang_up(run)

    async def _ask(self, run: Running) -> None:
        for _ in range(2):
            if run.attempt is None or run.leg.there:
                return
            if (show := getattr(run.attempt.adapter, "roll", None)) is not None:  # a phone page has a button for it
                await show(run.attempt.id)
            seconds = await self._media.say(run.attempt.id, Message("calls.say_roll").in_chinese())
            if run.attempt is None:
                return
            await asyncio.sleep(seconds)
            if run.attempt is not None and not run.leg.there:
                await self._media.roll(run.attempt.id, True)
                await asyncio.sleep(ROLL_SECONDS)
        if run.alive and not run.leg.there and self._waiting(run.call):
            await self._hang_up(run)

    def is_there(self, run: Running) -> bool:
        """They said so, by voice, key or page; whether that is news."""
        call = self._table.call(run.call)
        if call is None or call.kind is not CallKind.ROLL or run.leg.there or not run.alive:
            return False
        self._table.set_leg(run, there=self._now())
        return True

    async def thank(self, run: Running) -> None:
        """Says that their answer was heard; who waits gets their place."""
        if run.attempt is None or run.leg.state is not CallState.UP:
            return
        seconds = await self._media.say(run.attempt.id, Message("calls.say_thanks").in_chinese())
        if self._waiting(run.call):
            await asyncio.sleep(seconds + AFTER_SECONDS)
            await self._hang_up(run)

    # -- recordings ----------------------------------------------------------------------------------------------------

    def wait_for_sound(self, run: Running) -> None:
        """A leg ended while its call is still recorded: its record follows with the sound."""
        self._unsaid.setdefault(run.call, []).append(run)

    def keep_sound(self, call: str, path: Path | None) -> None:
        if path is not None:
            self._sounds[call] = path

    def sound(self, call: str) -> Path | None:
        return self._sounds.get(call)

    def with_sound(self, call: str) -> list[tuple[Running, Path | None]]:
        """Legs whose record waited for the sound; each is given once."""
        return [(run, self._sounds.get(call)) for run in self._unsaid.pop(call, [])]

    def over(self, call: str) -> None:
        self._words.pop(call, None)
        self._sounds.pop(call, None)
        self._unsaid.pop(call, None)
