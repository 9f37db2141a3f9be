"""Adapters, a media process and an outside that do what a test scripts, for the desk of calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from cockpit.calls.desk import CallDesk
from cockpit.calls.hubaway import HubAway
from cockpit.calls.settings import CallSettings, WaySettings
from cockpit.model.calls import (
    Call,
    CallGone,
    CallKind,
    CallRecord,
    CallState,
    Claimed,
    ClaimWanted,
    Contact,
    Inbound,
    Leg,
    Line,
    Outcome,
    Signal,
    Way,
    WayKind,
)
from cockpit.model.clock import ManualClock
from cockpit.model.errors import OutsideError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message

SHORT = CallSettings(ways=WaySettings(quiet=0.2, ring=0.4))
DEADLINE = 30.0

Does = Callable[["ScriptedAdapter", str, Way], Awaitable[None] | None]


def rings(adapter: ScriptedAdapter, leg: str, way: Way) -> None:
    adapter.events.rang(leg)


def picks_up(adapter: ScriptedAdapter, leg: str, way: Way) -> None:
    adapter.events.rang(leg)
    adapter.events.up(leg)


def silent(adapter: ScriptedAdapter, leg: str, way: Way) -> None:
    """Nothing is heard of it any more."""


def fails(outcome: Outcome, why: str = "calls.no_way") -> Does:
    return lambda adapter, leg, way: adapter.events.ended(leg, outcome, Message(why))


def refuses(why: str = "calls.no_way") -> Does:
    """It can not even begin."""

    def does(adapter: ScriptedAdapter, leg: str, way: Way) -> None:
        raise OutsideError(why)

    return does


class ScriptedAdapter:
    """Does at `place` what the script says for the address, and notes what it was asked.

    Attributes:
        script: by address; asked: (what, leg, more); placed: leg ids by address.
        stuck: it says nothing when it is asked to hang up.
    """

    def __init__(self, kind: WayKind, script: dict[str, Does], default: Does = picks_up) -> None:
        self.kind = kind
        self.script, self.default = script, default
        self.asked: list[tuple[Any, ...]] = []
        self.placed: dict[str, str] = {}
        self.mixes: dict[str, str] = {}
        self.stuck = False
        self.events: Any = None
        self.refuse: dict[str, OutsideError] = {}

    def what(self, name: str) -> list[tuple[Any, ...]]:
        return [one for one in self.asked if one[0] == name]

    def _note(self, what: str, leg: str, *more: Any) -> None:
        self.asked.append((what, leg, *more))
        if what in self.refuse:
            raise self.refuse[what]

    async def start(self) -> None: ...
    async def stop(self) -> None: ...

    def lines(self) -> Sequence[Line]:
        return (Line(self.kind, "scripted", True),)

    async def place(self, leg: str, way: Way, *, video: bool, into_mix: str = "") -> None:
        self._note("place", leg, way.address, video, into_mix)
        self.placed[way.address] = leg
        self.mixes[leg] = into_mix
        done = self.script.get(way.address, self.default)(self, leg, way)
        if done is not None:
            await done

    async def answer(self, leg: str, *, video: bool, into_mix: str = "") -> None:
        self._note("answer", leg, video, into_mix)
        self.mixes[leg] = into_mix
        self.events.up(leg, video)

    async def decline(self, leg: str, *, busy: bool = False) -> None:
        self._note("decline", leg, busy)

    async def hang_up(self, leg: str) -> None:
        self._note("hang_up", leg)
        if not self.stuck:
            self.events.ended(leg, Outcome.CANCELLED, Message("calls.cancelled"))

    async def hold(self, leg: str, on: bool) -> None:
        self._note("hold", leg, on)

    async def mute(self, leg: str, on: bool) -> None:
        self._note("mute", leg, on)

    async def camera(self, leg: str, on: bool) -> None:
        self._note("camera", leg, on)

    async def move(self, leg: str, into_mix: str) -> None:
        self._note("move", leg, into_mix)
        self.mixes[leg] = into_mix

    async def digits(self, leg: str, digits: str) -> None:
        self._note("digits", leg, digits)

    async def transfer(self, leg: str, to: Way) -> None:
        self._note("transfer", leg, to.address)
        self.events.ended(leg, Outcome.ANSWERED, Message("calls.in_room"))

    async def text(self, way: Way, words: str) -> None:
        self._note("text", "", words)

    async def signal(self, signal: Signal) -> None:
        self._note("signal", signal.leg, signal)


class ScriptedMedia:
    """Notes what it is asked; what it says takes no time, or `seconds`."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.problem: OutsideError | None = None
        self.desks: dict[str, tuple[bool, bool]] = {}
        self.seconds = 0.0
        self.on_end: Callable[[str, Path], None] | None = None
        self._files: dict[str, Path] = {}

    def what(self, name: str) -> list[tuple[Any, ...]]:
        return [one for one in self.asked if one[0] == name]

    async def start(self) -> None:
        if self.problem is not None:
            raise self.problem

    async def desk(self, mix: str, on: bool, talking: bool = True) -> None:
        self.desks[mix] = (on, talking)

    async def mute(self, leg: str, on: bool, direction: str = "in") -> None:
        self.asked.append(("mute", leg, on, direction))

    async def roll(self, leg: str, on: bool) -> None:
        self.asked.append(("roll", leg, on))

    async def say(self, mix_or_leg: str, words: str, lang: str = "zh") -> float:
        self.asked.append(("say", mix_or_leg, words))
        return self.seconds

    async def camera(self, leg: str, on: bool) -> None: ...

    async def record(self, mix: str, path: Path | None, notice: str = "", lang: str = "zh") -> float:
        self.asked.append(("record", mix, path, notice))
        if path is not None:
            self._files[mix] = path
            path.write_bytes(b"OggS sound")
        elif self.on_end is not None:
            self.on_end(mix, self._files[mix])
        return 0.0


class Outside:
    """What the seat would do; `hub` answers what is asked of it, by name."""

    def __init__(self) -> None:
        self.shown: tuple[Call, ...] = ()
        self.records: list[tuple[CallRecord, Path | None]] = []
        self.notes: list[CallRecord] = []
        self.gones: list[tuple[Inbound | None, CallGone]] = []
        self.said: list[Message] = []
        self.hub: dict[str, Callable[[Any], Any]] = {}
        self.book: dict[str, Contact] = {}

    def changed(self, calls: tuple[Call, ...]) -> None:
        self.shown = calls

    def lined(self) -> None: ...

    def over(self, record: CallRecord, sound: Path | None) -> None:
        self.records.append((record, sound))

    def noted(self, record: CallRecord, to_case: bool) -> None:
        self.notes.append(record)

    def gone(self, inbound: Inbound | None, gone: CallGone) -> None:
        self.gones.append((inbound, gone))

    def say(self, what: Message) -> None:
        self.said.append(what)

    def wrote(self, way: Way, words: str) -> None: ...

    def who(self, way: Way, name: str) -> Contact:
        return self.book.get(way.address, Contact(f"number/{way.address}", name or way.address, ways=(way,)))

    async def ask(self, what: str, wanted: Any, reply: type) -> Any:
        if what not in self.hub:
            raise HubAway("seat.hub_gone")
        return self.hub[what](wanted)


class Bench:
    """A desk of calls with everything about it."""

    def __init__(self, folder: Path, settings: CallSettings, adapters: Sequence[ScriptedAdapter]) -> None:
        self.clock = ManualClock()
        self.media, self.outside = ScriptedMedia(), Outside()
        self.desk = CallDesk(settings, self.clock, self.media, self.outside, folder)
        self.desk.me = "seat-1"
        self.media.on_end = self.desk.recorded
        self.adapters = {adapter.kind: adapter for adapter in adapters}
        for adapter in adapters:
            adapter.events = self.desk.events
        self.desk.use(self.adapters, {})

    @property
    def sip(self) -> ScriptedAdapter:
        return self.adapters[WayKind.SIP]

    @property
    def web(self) -> ScriptedAdapter:
        return self.adapters[WayKind.WEBRTC]

    def call(
        self, *contacts: Contact, kind: CallKind | None = None, case: str = "", words: str = "", video: bool = False
    ) -> str:
        """Calls people; the id of the call."""
        kind = kind or (CallKind.GROUP if len(contacts) > 1 else CallKind.SINGLE)
        now = self.clock.now()
        legs = tuple(Leg(new_id(self.clock), contact, CallState.PLACING, begun=now) for contact in contacts)
        call = Call(new_id(self.clock), kind, legs, case, begun=now)
        self.desk.begin(call, video=video, words=words)
        return call.id

    def legs(self, call: str) -> tuple[Leg, ...]:
        found = self.desk.table.call(call)
        return found.legs if found is not None else ()

    def now(self, call: str) -> Call:
        found = self.desk.table.call(call)
        assert found is not None
        return found

    async def until(self, what: Callable[[], Any]) -> None:
        """Waits for a condition."""
        async with asyncio.timeout(DEADLINE):
            while not what():  # noqa: ASYNC110 - anything may be waited for
                await asyncio.sleep(0.002)

    async def until_state(self, call: str, state: CallState) -> None:
        await self.until(lambda: self.now(call).state is state)


def person(name: str, *ways: Way) -> Contact:
    return Contact(f"book/{name}", name, ways=ways)


def phone(number: str) -> Way:
    return Way(WayKind.SIP, number)


def page(unit: str) -> Way:
    return Way(WayKind.WEBRTC, unit)


@asynccontextmanager
async def bench(
    folder: Path,
    sip: dict[str, Does] | None = None,
    web: dict[str, Does] | None = None,
    handoff: dict[str, Does] | None = None,
    settings: CallSettings = SHORT,
) -> AsyncIterator[Bench]:
    adapters = [
        ScriptedAdapter(WayKind.WEBRTC, web or {}),
        ScriptedAdapter(WayKind.SIP, sip or {}),
        ScriptedAdapter(WayKind.HANDOFF, handoff or {}, fails(Outcome.HANDED_OFF, "calls.handed_off")),
    ]
    one = Bench(folder, settings, adapters)
    try:
        yield one
    finally:
        await one.desk.close()


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def claimed(id: str, **more: Any) -> Callable[[ClaimWanted], Claimed]:
    """The hub gives this call to us."""
    inbound = Inbound(id, person("caller"), page("positions/U001"), 1)
    return lambda wanted: msgspec.structs.replace(Claimed(inbound), **more)
