"""What adapters say of their legs, as the desk of calls takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.model.calls import CallKind, CallState, Line, Outcome, Quality, Way, WayKind
from cockpit.model.messages import Message

if TYPE_CHECKING:
    from cockpit.calls.desk import CallDesk


class Heard:
    """`Events` of a desk's adapters."""

    def __init__(self, desk: CallDesk) -> None:
        self._desk = desk
        self._table = desk.table

    def rang(self, leg: str) -> None:
        run = self._table.of_attempt(leg)
        if run is None or run.attempt is None:
            return
        run.attempt.has_rung()
        if run.leg.state is CallState.PLACING:
            self._table.set_leg(run, state=CallState.RINGING, rang=self._desk.now())

    def up(self, leg: str, video: bool = False) -> None:
        run = self._table.of_attempt(leg)
        if run is None or run.attempt is None:
            return
        if run.leg.state in (CallState.UP, CallState.HELD):
            self._table.set_leg(run, video=video)
            return
        inbound = run.leg.state is CallState.INCOMING
        sends = run.call in self._table.videos and run.attempt.way.kind is WayKind.WEBRTC
        now = self._desk.now()
        rang = run.leg.rang or now
        self._table.set_leg(run, state=CallState.UP, rang=rang, answered=now, video=video, sends_video=sends)
        run.attempt.turn(None)
        if inbound:
            self._desk.inbounds.is_up(run)
        self._desk.came_up(run)

    def held(self, leg: str, by_them: bool) -> None:
        run = self._table.of_attempt(leg)
        if run is None or run.leg.state not in (CallState.UP, CallState.HELD):
            return
        run.away = by_them
        call = self._table.call(run.call)
        ours = call is not None and call.held and call.kind is CallKind.SINGLE
        self._table.set_leg(run, state=CallState.HELD if by_them or ours else CallState.UP)

    def ended(self, leg: str, outcome: Outcome, why: Message) -> None:
        run = self._table.of_attempt(leg)
        if run is None or run.attempt is None:
            return
        if run.leg.state is CallState.INCOMING:
            self._desk.inbounds.gone(run, outcome, why)
        elif run.leg.state not in (CallState.UP, CallState.HELD):
            run.attempt.turn((outcome, why))
        elif run.in_room and not run.gave_up and outcome is Outcome.ANSWERED:
            self._table.end_attempt(run)  # the PBX's room has them now
            self._table.set_leg(run, why=Message("calls.in_room"))
        elif run.gave_up:
            self._desk.finish(run, Outcome.ANSWERED, Message("calls.we_hung_up"))
        else:
            self._desk.finish(run, outcome, why)

    def came_in(self, leg: str, way: Way, name: str, video: bool) -> None:
        self._desk.inbounds.came_in(leg, way, self._desk.outside.who(way, name), video)

    def quality(self, leg: str, quality: Quality) -> None:
        run = self._table.of_attempt(leg)
        if run is not None and run.alive:
            run.tally.add(quality)
            self._table.set_leg(run, soon=False, quality=quality)

    def digits(self, leg: str, digits: str) -> None:
        """1 answers a roll call."""
        if "1" in digits:
            self.rolled(leg)

    def text(self, way: Way, words: str) -> None:
        self._desk.outside.wrote(way, words)

    def line(self, line: Line) -> None:
        self._desk.outside.lined()

    def rolled(self, leg: str) -> None:
        run = self._table.of_attempt(leg)
        if run is not None:
            self._desk.is_there(run)
