"""By which ways somebody is tried, in which order, how long; and what comes after a way that failed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence

from cockpit.calls.adapter import Adapter
from cockpit.calls.settings import CallSettings
from cockpit.calls.table import Attempt, Running, Table, Turn
from cockpit.model.calls import CallState, Contact, Failed, Outcome, Way, WayKind
from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit

SIP_LEGS = 5
"""SIP legs that are mixed here, where the PBX has no conference room for us."""
_THEY_SAID = (Outcome.BUSY, Outcome.NO_ANSWER, Outcome.DECLINED, Outcome.REFUSED)
"""What the number itself answered: the desk's telephone would hear the same."""


def ways_of(contact: Contact, settings: CallSettings) -> list[Way]:
    """The ways in the order in which they are tried: as the contact's own, those that the settings leave out left out,
    the desk's telephone last for each number."""
    kinds = settings.ways.order
    ways = [way for way in dict.fromkeys(contact.ways) if way.kind.value in kinds]
    if WayKind.HANDOFF.value in kinds:
        numbers = [way.address for way in contact.ways if way.kind is WayKind.SIP]
        there = {way.address for way in ways if way.kind is WayKind.HANDOFF}
        ways += [Way(WayKind.HANDOFF, number) for number in dict.fromkeys(numbers) if number not in there]
    return ways


class Trying:
    """Tries the ways of a leg, one after the other."""

    def __init__(
        self,
        table: Table,
        settings: CallSettings,
        clock: Clock,
        adapters: Mapping[WayKind, Adapter],
        missing: Mapping[WayKind, Message],
        new_id: Callable[[], str],
    ) -> None:
        """
        Args:
            missing: why there is no adapter of a kind.
        """
        self._table = table
        self._settings = settings
        self._clock = clock
        self._adapters = adapters
        self._missing = missing
        self._new_id = new_id

    async def reach(self, run: Running, ways: Sequence[Way], *, alone: bool, mix_of: Callable[[Way], str]) -> Turn:
        """Tries until somebody picks up (None), says no, or no way is left.

        Args:
            alone: nobody else is in the call: only then may the desk's telephone have it.
            mix_of: the mix into which a leg of this way goes.
        """
        last: Turn = (Outcome.UNREACHABLE, Message("calls.no_way"))
        for way in ways:
            if run.gave_up:
                break
            if way.kind is WayKind.HANDOFF and any(
                failed.way.address == way.address and failed.outcome in _THEY_SAID for failed in run.leg.failed
            ):
                continue
            turned = await self._try(run, way, alone=alone, mix=mix_of(way))
            if turned is None or turned[0] in (Outcome.DECLINED, Outcome.HANDED_OFF):
                return turned
            last = turned
            if not run.gave_up:
                failed = (*run.leg.failed, Failed(way, *turned))
                self._table.set_leg(run, failed=failed, way=None, state=CallState.PLACING, rang=0)
        return last

    async def _try(self, run: Running, way: Way, *, alone: bool, mix: str) -> Turn:
        adapter = self._adapters.get(way.kind)
        if adapter is None:
            return Outcome.UNREACHABLE, self._missing.get(way.kind, Message("calls.no_such_way"))
        if way.kind is WayKind.HANDOFF and not alone:
            return Outcome.REFUSED, Message("calls.handoff_alone")
        if way.kind is WayKind.SIP and mix and self._mixed(run) >= SIP_LEGS:
            return Outcome.REFUSED, Message("calls.sip_full", {"most": SIP_LEGS})
        attempt = Attempt(self._new_id(), way, adapter, mix)
        self._table.begin(run, attempt)
        self._table.set_leg(run, way=way, state=CallState.PLACING)
        turned = await self._wait(run, attempt)
        if turned is not None:
            self._table.end_attempt(run)
        return turned

    def _mixed(self, run: Running) -> int:
        """SIP legs of the call that are in the mix, this one not counted."""
        others = (other for other in self._table.alive(run.call) if other is not run and not other.in_room)
        return sum(
            other.attempt is not None and other.attempt.way.kind is WayKind.SIP and bool(other.attempt.mix)
            for other in others
        )

    async def _wait(self, run: Running, attempt: Attempt) -> Turn:
        limits = self._settings.ways
        video = run.call in self._table.videos
        try:
            # what it starts first (the media process) takes nothing from the time in which somebody has to ring
            if (prepare := getattr(attempt.adapter, "prepare", None)) is not None:
                await prepare(attempt.mix)
            if attempt.turned.done():
                return attempt.turned.result()
            begun = self._clock.mono()
            placing = attempt.adapter.place(attempt.id, attempt.way, video=video, into_mix=attempt.mix)
            async with time_limit(limits.quiet):
                await placing
        except OutsideError as error:
            return Outcome.UNREACHABLE, error.message
        except TimeoutError:
            return await self._give_up(attempt, Outcome.UNREACHABLE, "calls.nothing_rang", limits.quiet)
        left = max(limits.quiet - (self._clock.mono() - begun), 0.01)
        first = asyncio.FIRST_COMPLETED
        await asyncio.wait((attempt.rang, attempt.turned), timeout=left, return_when=first)
        if not attempt.turned.done() and not attempt.rang.done():
            return await self._give_up(attempt, Outcome.UNREACHABLE, "calls.nothing_rang", limits.quiet)
        await asyncio.wait((attempt.turned,), timeout=limits.ring)
        if not attempt.turned.done():
            return await self._give_up(attempt, Outcome.NO_ANSWER, "calls.not_answered", limits.ring)
        return attempt.turned.result()

    async def _give_up(self, attempt: Attempt, outcome: Outcome, id: str, seconds: float) -> Turn:
        why = outcome, Message(id, {"seconds": round(seconds)})
        attempt.turn(why)
        with contextlib.suppress(OutsideError):  # it is not there any more
            await attempt.adapter.hang_up(attempt.id)
        return why
