"""What the desk of calls has on its table: calls and legs as they are now, and who is told when that changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from cockpit.calls.adapter import Adapter
from cockpit.model.calls import Call, CallState, Leg, Outcome, Quality, Way
from cockpit.model.messages import Message

LINGER_SECONDS = 60.0
"""A call that ended is shown so long."""
QUALITY_SECONDS = 0.25
"""News of nothing but quality are gathered so long."""

ROOM = "room/"
"""How the id of the conference room begins, as a contact."""

Turn = tuple[Outcome, Message] | None
"""What became of an attempt: how it failed, or None: they picked up."""


class Attempt:
    """A way that is being tried or that is up; adapters know a leg by its id.

    Attributes:
        id: at the adapter; mix: of the media process, "" the desk's own sound.
        rang, turned: done when it rings there, and when it is clear what became of it.
    """

    def __init__(self, id: str, way: Way, adapter: Adapter, mix: str) -> None:
        loop = asyncio.get_running_loop()
        self.id, self.way, self.adapter, self.mix = id, way, adapter, mix
        self.rang: asyncio.Future[None] = loop.create_future()
        self.turned: asyncio.Future[Turn] = loop.create_future()

    def has_rung(self) -> None:
        if not self.rang.done():
            self.rang.set_result(None)

    def turn(self, to: Turn) -> None:
        if not self.turned.done():
            self.turned.set_result(to)


def is_room(run: Running) -> bool:
    """Whether a leg is the desk's own line to the PBX's conference room: nobody."""
    return run.leg.contact.id.startswith(ROOM)


class Tally:
    """Quality over a whole leg.

    Attributes:
        count: how often it was told.
    """

    def __init__(self) -> None:
        self.count = 0
        self._loss = 0.0
        self._jitter: list[float] = [0.0, 0.0]

    def add(self, quality: Quality) -> None:
        self.count += 1
        self._loss += min(max(quality.loss, 0.0), 1.0)
        if quality.jitter == quality.jitter:  # no NaN
            self._jitter[0] += quality.jitter
            self._jitter[1] += 1

    @property
    def loss(self) -> float:
        return self._loss / self.count if self.count else 0.0

    @property
    def jitter(self) -> float:
        """Milliseconds, NaN unknown."""
        return self._jitter[0] / self._jitter[1] if self._jitter[1] else float("nan")


class Running:
    """A leg and what moves it.

    Attributes:
        leg: as it is now; call: id of its call.
        attempt: the way that is tried or up; task: what tries the ways.
        gave_up: we ended it; away: they hold us; in_room: the PBX's conference room has them.
    """

    def __init__(self, call: str, leg: Leg) -> None:
        self.call, self.leg = call, leg
        self.attempt: Attempt | None = None
        self.task: asyncio.Task[None] | None = None
        self.gave_up = self.away = self.in_room = False
        self.answering = False
        self.recorded = False
        self.tally = Tally()

    @property
    def alive(self) -> bool:
        return self.leg.state is not CallState.ENDED


class Table:
    """Calls, newest first, and their legs.

    Attributes:
        videos: ids of calls in which our picture is wanted.
    """

    def __init__(self, told: Callable[[tuple[Call, ...]], None]) -> None:
        """
        Args:
            told: gets all calls, on the loop, soon after something changed.
        """
        self._told = told
        self._calls: dict[str, Call] = {}
        self._runs: dict[str, Running] = {}
        self._attempts: dict[str, Running] = {}
        self._timer: asyncio.TimerHandle | asyncio.Handle | None = None
        self._soon = False
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self.videos: set[str] = set()

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(sorted(self._calls.values(), key=lambda call: (call.begun, call.id), reverse=True))

    def call(self, id: str) -> Call | None:
        return self._calls.get(id)

    def run(self, leg: str) -> Running | None:
        return self._runs.get(leg)

    def of_attempt(self, attempt: str) -> Running | None:
        return self._attempts.get(attempt)

    def runs(self, call: str) -> list[Running]:
        found = self._calls.get(call)
        return [self._runs[leg.id] for leg in found.legs] if found is not None else []

    def alive(self, call: str) -> list[Running]:
        return [run for run in self.runs(call) if run.alive]

    def up(self, call: str) -> Iterator[tuple[Running, Attempt]]:
        """Legs in which somebody speaks or is on hold, with the adapter's side of them."""
        for run in self.runs(call):
            if run.leg.state in (CallState.UP, CallState.HELD) and run.attempt is not None:
                yield run, run.attempt

    def going_on(self) -> list[Call]:
        return [call for call in self._calls.values() if not call.ended]

    # -- writing -------------------------------------------------------------------------------------------------

    def put(self, call: Call) -> None:
        """A new call, or more legs of one."""
        self._calls[call.id] = call
        for leg in call.legs:
            if leg.id not in self._runs:
                self._runs[leg.id] = Running(call.id, leg)
        self.changed()

    def begin(self, run: Running, attempt: Attempt) -> None:
        self.end_attempt(run)
        run.attempt = attempt
        self._attempts[attempt.id] = run

    def end_attempt(self, run: Running) -> None:
        if run.attempt is not None:
            self._attempts.pop(run.attempt.id, None)
            run.attempt = None

    def set_leg(self, run: Running, soon: bool = True, **changes: Any) -> None:
        run.leg = msgspec.structs.replace(run.leg, **changes)
        call = self._calls.get(run.call)
        if call is not None:
            legs = tuple(run.leg if leg.id == run.leg.id else leg for leg in call.legs)
            self._calls[call.id] = msgspec.structs.replace(call, legs=legs)
            self.changed(soon)

    def set_call(self, id: str, **changes: Any) -> None:
        call = self._calls.get(id)
        if call is not None:
            self._calls[id] = msgspec.structs.replace(call, **changes)
            self.changed()

    def let_go(self, id: str) -> None:
        """A call ended: it is shown a while longer."""
        if id not in self._leaving:
            self._leaving[id] = asyncio.get_running_loop().call_later(LINGER_SECONDS, self.forget, id)

    def forget(self, id: str) -> None:
        timer = self._leaving.pop(id, None)
        if timer is not None:
            timer.cancel()
        call = self._calls.pop(id, None)
        for leg in call.legs if call is not None else ():
            run = self._runs.pop(leg.id, None)
            if run is not None:
                self.end_attempt(run)
        self.videos.discard(id)
        self.changed()

    # -- telling -------------------------------------------------------------------------------------------------

    def changed(self, soon: bool = True) -> None:
        """Whoever listens is told once of all that changes in a turn of the loop, of quality a few times a second."""
        if self._timer is not None and (self._soon or not soon):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._soon = soon
        loop = asyncio.get_running_loop()
        self._timer = loop.call_soon(self._tell) if soon else loop.call_later(QUALITY_SECONDS, self._tell)

    def _tell(self) -> None:
        self._timer = None
        self._told(self.calls)

    def close(self) -> None:
        for timer in (*self._leaving.values(), *([self._timer] if self._timer is not None else [])):
            timer.cancel()
        self._leaving.clear()
        self._timer = None
