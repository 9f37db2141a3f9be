"""The desk of calls: what an officer does with calls, and what adapters say of them. asyncio, one loop, no Qt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from cockpit.calls.adapter import Adapter
from cockpit.calls.groups import MOST_LEGS, Groups
from cockpit.calls.heard import Heard
from cockpit.calls.inbound import Inbounds
from cockpit.calls.records import record_of
from cockpit.calls.settings import CallSettings
from cockpit.calls.sounding import Media, Sounding
from cockpit.calls.table import ROOM, Running, Table, is_room
from cockpit.calls.ways import Trying, ways_of
from cockpit.model.calls import (
    Call,
    CallBoard,
    CallGone,
    CallKind,
    CallRecord,
    CallState,
    Contact,
    Inbound,
    Leg,
    Line,
    Outcome,
    Way,
    WayKind,
)
from cockpit.model.clock import Clock
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message

log = logging.getLogger(__name__)
T = TypeVar("T")
END_SECONDS = 3.0
"""So long recordings may take to be whole when the desk goes."""


class Outside(Protocol):
    """What the desk of calls needs of the seat; called on the loop."""

    def changed(self, calls: tuple[Call, ...]) -> None:
        """Calls as they are now, newest first."""
        ...

    def lined(self) -> None:
        """A line is registered now, or is no more."""
        ...

    def over(self, record: CallRecord, sound: Path | None) -> None:
        """A leg is over; `sound` is the recording of its call, which may be given with several of them."""
        ...

    def noted(self, record: CallRecord, to_case: bool) -> None:
        """The note of a leg that was over already; `to_case`: this one of the call's legs brings it to the case."""
        ...

    def gone(self, inbound: Inbound | None, gone: CallGone) -> None:
        """What became of an inbound call, for the hub; `inbound` is told before, where the hub may not know of it."""
        ...

    def say(self, what: Message) -> None:
        """Something for the officer, once."""
        ...

    def wrote(self, way: Way, words: str) -> None:
        """Somebody wrote by SIP."""
        ...

    def who(self, way: Way, name: str) -> Contact:
        """Who is reached by this way, as far as the book knows."""
        ...

    async def ask(self, what: str, wanted: object, reply: type[T]) -> T:
        """Asks a service of the hub. Raises HubAway, and OutsideError with what the hub said."""
        ...


class CallDesk:
    """Calls of one desk.

    Attributes:
        events: for its adapters.
        table: calls and legs; read only from outside.
        adapters, missing: by kind, and why there is none.
        me: this seat's user at the hub, "" not known yet.
    """

    def __init__(self, settings: CallSettings, clock: Clock, media: Media, outside: Outside, folder: Path) -> None:
        """
        Args:
            clock: the city's.
            folder: where recordings lie until they are taken away.
        """
        self.adapters: dict[WayKind, Adapter] = {}
        self.missing: dict[WayKind, Message] = {}
        self.me = ""
        self.table = Table(outside.changed)
        self._settings = settings
        self._clock = clock
        self._media = media
        self.outside = outside
        self._tasks: set[asyncio.Task[None]] = set()
        self._last: set[asyncio.Task[None]] = set()
        self._locks: dict[str, asyncio.Lock] = {}
        self._trying = Trying(self.table, settings, clock, self.adapters, self.missing, self.new_id)
        self._sounding = Sounding(self.table, media, settings, folder)
        self._groups = Groups(self.table, media, self._sounding, self.now, self._hang_up)
        self.inbounds = Inbounds(self)
        self.events = Heard(self)

    def use(self, adapters: Mapping[WayKind, Adapter], missing: Mapping[WayKind, Message]) -> None:
        """The adapters that it has."""
        self.adapters.update(adapters)
        self.missing.update(missing)

    def lines(self) -> list[Line]:
        """By which ways this desk can call, and why not."""
        found: list[Line] = []
        for kind in WayKind:
            if kind in self.adapters:
                found += self.adapters[kind].lines()
            elif kind in self.missing:
                found.append(Line(kind, "", False, self.missing[kind]))
        return found

    async def close(self) -> None:
        """Ends every call, which is kept as such."""
        for call in self.table.going_on():
            await self._end_call(call.id)
        if self._last:
            await asyncio.wait(self._last, timeout=END_SECONDS)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.table.close()

    def new_id(self) -> str:
        return new_id(self._clock)

    def now(self) -> int:
        return self._clock.now()

    # -- doing things one after the other ------------------------------------------------------------------------------

    def do(self, call: str, work: Coroutine[Any, Any, None], locked: bool = True) -> asyncio.Task[None]:
        """Does it after what is being done to the same call; what can not be done is said."""
        task = asyncio.get_running_loop().create_task(self._done(call if locked else "", work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda over: work.close())  # one that was cancelled before it began
        return task

    async def ask(self, what: str, wanted: object, reply: type[T]) -> T:
        return await self.outside.ask(what, wanted, reply)

    def tell_gone(self, inbound: Inbound | None, gone: CallGone) -> None:
        self.outside.gone(inbound, gone)

    async def _done(self, call: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            async with self._locks.setdefault(call, asyncio.Lock()) if call else contextlib.nullcontext():
                await work
        except CockpitError as error:
            self.outside.say(error.message)
        except Exception as error:  # our bug: this call may hang, the others go on
            log.exception("a call")
            self.outside.say(Message("seat.our_bug", {"detail": type(error).__name__}))

    # -- calling somebody ----------------------------------------------------------------------------------------------

    def begin(self, call: Call, *, video: bool = False, words: str = "") -> None:
        """A new call whose legs are PLACING: they are tried now, those past what a group can have are refused.

        Args:
            words: what is spoken, of an announcement.
        """
        self.table.put(call)
        if video:
            self.table.videos.add(call.id)
        self._groups.begin(call, words)
        self.hold_others(call.id)
        self._start(call.id)

    def add(self, call: str, contacts: Sequence[tuple[str, Contact]]) -> None:
        """More people, each with the id of their leg."""
        now = self.table.call(call)
        if now is None or now.ended:
            return
        legs = tuple(Leg(id, contact, CallState.PLACING, begun=self.now()) for id, contact in contacts)
        kind = CallKind.GROUP if now.kind is CallKind.SINGLE else now.kind
        self.table.put(msgspec.structs.replace(now, kind=kind, legs=(*now.legs, *legs)))
        self._start(call)
        self.do(call, self._gathered(call))

    def _start(self, call: str) -> None:
        """Begins to try whoever waits, as far as there is room for them."""
        refused = self._groups.refused(call)
        for run in refused:
            self.finish(run, Outcome.REFUSED, Message("calls.group_full", {"most": MOST_LEGS}))
        for run in self._groups.next(call, lambda contact: ways_of(contact, self._settings)):
            run.task = self.do(call, self._reach(run), locked=False)
        now = self.table.call(call)
        if now is not None and not now.ended and self._groups.wants_room(now):
            self._call_room(now)

    def _call_room(self, call: Call) -> None:
        """The desk's own line to the PBX's conference room."""
        room = self._sounding.room
        contact = Contact(f"{ROOM}{room}", Message("calls.room").in_chinese(), ways=(Way(WayKind.SIP, room),))
        leg = Leg(self.new_id(), contact, CallState.PLACING, begun=self.now())
        self.table.put(msgspec.structs.replace(call, legs=(*call.legs, leg), room=room))
        for run in self.table.runs(call.id):
            if run.leg.id == leg.id:
                run.task = self.do(call.id, self._reach(run), locked=False)

    async def _reach(self, run: Running) -> None:
        call = self.table.call(run.call)
        if call is None or not run.alive:
            return
        ways = ways_of(run.leg.contact, self._settings)

        def mix_of(way: Way) -> str:
            return self._sounding.mix_of(self.table.call(run.call) or call, run.leg.id, way)

        alone = call.kind is CallKind.SINGLE and len(call.legs) == 1
        turned = await self._trying.reach(run, ways, alone=alone, mix_of=mix_of)
        if turned is None:
            return  # up
        outcome, why = turned
        if run.gave_up:
            outcome, why = Outcome.CANCELLED, Message("calls.cancelled")
        self.finish(run, outcome, why)

    # -- what the officer does -----------------------------------------------------------------------------------------

    def answer(self, call: str, video: bool) -> None:
        self.inbounds.answer(call, video)

    def decline(self, call: str) -> None:
        self.inbounds.decline(call)

    def board(self, board: CallBoard) -> None:
        """The hub said what rings at the desks."""
        self.inbounds.board(board)

    def hang_up(self, call: str) -> None:
        self.do(call, self._end_call(call), locked=False)

    def drop(self, leg: str) -> None:
        run = self.table.run(leg)
        if run is not None and run.in_room:
            self.outside.say(Message("calls.dropped_in_room"))
        elif run is not None:
            self.do(run.call, self._hang_up(run), locked=False)

    async def _end_call(self, call: str) -> None:
        await asyncio.gather(*(self._hang_up(run) for run in self.table.alive(call)))

    async def _hang_up(self, run: Running) -> None:
        """Ends a leg whatever it does."""
        if run.leg.state is CallState.INCOMING:
            self.decline(run.call)
            return
        run.gave_up = True
        attempt = run.attempt
        if attempt is not None:
            with contextlib.suppress(OutsideError):
                await attempt.adapter.hang_up(attempt.id)
        if not run.alive:
            return
        if run.leg.state in (CallState.UP, CallState.HELD):
            self.finish(run, Outcome.ANSWERED, Message("calls.we_hung_up"))
        else:
            cancelled = Outcome.CANCELLED, Message("calls.cancelled")
            if attempt is not None:
                attempt.turn(cancelled)
            self.finish(run, *cancelled)

    def hold(self, call: str, on: bool) -> None:
        if not on:
            self.hold_others(call)
        self.do(call, self._sounding.hold(call, on))

    def hold_others(self, call: str) -> None:
        """One conversation at a time: those that are up are put on hold before another begins."""
        for other in self.table.going_on():
            if other.id != call and not other.held and any(self.table.up(other.id)):
                self.do(other.id, self._sounding.hold(other.id, True))

    def mute(self, call: str, on: bool) -> None:
        self.table.set_call(call, muted=on)
        self.do(call, self._sounding.apply(call))

    def push_to_talk(self, call: str, on: bool) -> None:
        self.table.set_call(call, push=on, talking=False)
        self.do(call, self._sounding.apply(call))

    def talk(self, down: bool) -> None:
        for call in self.table.going_on():
            if call.push and not call.held and call.talking != down:
                self.table.set_call(call.id, talking=down)
                self.do(call.id, self._sounding.apply(call.id))

    def camera(self, call: str, on: bool) -> None:
        (self.table.videos.add if on else self.table.videos.discard)(call)
        self.do(call, self._camera(call, on))

    async def _camera(self, call: str, on: bool) -> None:
        web = [(run, a) for run, a in self.table.up(call) if a.way.kind is WayKind.WEBRTC]
        if not web and on:
            raise OutsideError("calls.no_video")
        for run, attempt in web:
            await attempt.adapter.camera(attempt.id, on)
            self.table.set_leg(run, sends_video=on)

    def digits(self, leg: str, digits: str) -> None:
        run = self.table.run(leg)
        if run is not None and run.attempt is not None:
            self.do(run.call, run.attempt.adapter.digits(run.attempt.id, digits))

    def transfer(self, leg: str, to: Contact) -> None:
        run = self.table.run(leg)
        if run is not None:
            self.do(run.call, self._transfer(run, to))

    async def _transfer(self, run: Running, to: Contact) -> None:
        attempt = run.attempt
        if attempt is None:
            return
        way = next((way for way in ways_of(to, self._settings) if way.kind is attempt.way.kind), None)
        if way is None:
            raise OutsideError("calls.no_transfer", name=to.name)
        await attempt.adapter.transfer(attempt.id, way)

    def mute_leg(self, leg: str, on: bool) -> None:
        run = self.table.run(leg)
        if run is not None:
            self.do(run.call, self._sounding.mute_leg(run, on))

    def record(self, call: str, on: bool) -> None:
        now = self.table.call(call)
        if now is None or now.ended:
            return
        if on:
            self.do(call, self._sounding.record(now), locked=False)
        else:
            self.do(call, self._end_recording(call), locked=False)

    async def _end_recording(self, call: str) -> None:
        path = await self._sounding.end_recording(call)
        self._groups.keep_sound(call, path)
        for run, sound in self._groups.with_sound(call):
            self.outside.over(self.record_of(run), sound)

    def note(self, call: str, words: str) -> None:
        """What the officer wrote down; a record that is out already goes again, with it."""
        self.table.set_call(call, note=words)
        now = self.table.call(call)
        if now is not None and now.ended:
            for n, run in enumerate(run for run in self.table.runs(call) if not is_room(run)):
                self.outside.noted(self.record_of(run), n == 0)

    # -- what adapters say, by `Heard` ---------------------------------------------------------------------------------

    def came_up(self, run: Running) -> None:
        """They picked up."""
        self.do(run.call, self._came_up(run))

    async def _came_up(self, run: Running) -> None:
        call = self.table.call(run.call)
        if call is None or not run.alive:
            return
        if call.held and call.kind is CallKind.SINGLE and run.attempt is not None:
            await run.attempt.adapter.hold(run.attempt.id, True)
            self.table.set_leg(run, state=CallState.HELD)
        run.recorded = call.recording
        await self._gathered(run.call)
        self.do(run.call, self._groups.speak(run), locked=False)

    async def _gathered(self, call: str) -> None:
        await self._sounding.gather(call)
        await self._sounding.apply(call)

    def is_there(self, run: Running) -> None:
        """They answered the roll call."""
        if self._groups.is_there(run):
            self.do(run.call, self._groups.thank(run), locked=False)

    # -- what the media process says -----------------------------------------------------------------------------------

    def recorded(self, mix: str, path: Path) -> None:
        self._sounding.recorded(mix, path)

    def media_gone(self) -> None:
        """It ended, and every mix with it: phone pages are cut by their adapter, telephones go on with the desk's sound
        and, where they are several, into a mix of the next process. Nobody is to hear the desk instead of an
        announcement.
        """
        self._sounding.forget()
        for call in self.table.going_on():
            if call.recording:
                self.record(call.id, False)
            phones = [
                (run, run.attempt)
                for run in self.table.alive(call.id)
                if run.attempt is not None and run.attempt.way.kind is WayKind.SIP and run.attempt.mix
            ]
            for run, attempt in phones:
                attempt.mix = ""
                if call.kind is CallKind.ANNOUNCE:
                    self.finish(run, Outcome.CUT, Message("calls.sound_gone"))
                    self.do(call.id, attempt.adapter.hang_up(attempt.id), locked=False)
            if phones and call.kind is not CallKind.ANNOUNCE:
                self.do(call.id, self._gathered(call.id))

    # -- the end of a leg ----------------------------------------------------------------------------------------------

    def finish(self, run: Running, outcome: Outcome, why: Message) -> None:
        if not run.alive:
            return
        self.table.end_attempt(run)
        way = run.leg.way
        if way is None and run.leg.failed and outcome is not Outcome.CANCELLED:
            way = run.leg.failed[-1].way
        self.table.set_leg(run, state=CallState.ENDED, outcome=outcome, why=why, ended=self.now(), way=way)
        call = self.table.call(run.call)
        if call is None:
            return
        if is_room(run):
            for other in self.table.alive(call.id):
                if other.in_room:
                    self.finish(other, Outcome.ANSWERED, Message("calls.left_in_room"))
        elif call.recording and run.recorded:
            self._groups.wait_for_sound(run)
        else:
            self.outside.over(self.record_of(run), self._groups.sound(call.id) if run.recorded else None)
        if all(is_room(left) for left in self.table.alive(call.id)):
            self._close(call.id)
        else:
            self._start(call.id)

    def _close(self, call: str) -> None:
        """Nobody is left."""
        for run in self.table.alive(call):  # the line to an empty room
            self.do(call, self._hang_up(run), locked=False)
        now = self.table.call(call)
        if now is None or now.ended:
            return
        self.table.set_call(call, ended=self.now(), talking=False)
        task = self.do(call, self._put_away(call), locked=False)
        self._last.add(task)
        task.add_done_callback(self._last.discard)
        self.table.let_go(call)

    async def _put_away(self, call: str) -> None:
        path = await self._sounding.end_recording(call)
        self._groups.keep_sound(call, path)
        for run, sound in self._groups.with_sound(call):
            self.outside.over(self.record_of(run), sound)
        self._sounding.over(call)
        self._groups.over(call)
        self._locks.pop(call, None)

    def record_of(self, run: Running) -> CallRecord:
        call = self.table.call(run.call)
        assert call is not None
        return record_of(call, run, seat=self.me)
