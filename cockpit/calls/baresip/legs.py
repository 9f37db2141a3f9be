"""A leg that baresip has, and what its events mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cockpit.calls.adapter import Events
from cockpit.calls.baresip.child import Baresip
from cockpit.calls.baresip.control import Command, Told
from cockpit.calls.baresip.numbers import ending
from cockpit.calls.baresip.report import Listening, Report
from cockpit.calls.baresip.streams import Kind
from cockpit.model.calls import Outcome
from cockpit.model.messages import Message


@dataclass
class Leg:
    """One call of one baresip.

    Attributes:
        id: the desk's; call: Call-ID, "" not known yet; child: who has it; aor: account it is with.
        inbound: it came in; rang, up: where it is; ours: we ended it; transferred: it was handed on.
        device: number of its sound device; ends: what that is at the sound server; mix: where its sound goes.
        held: by us; away: by them; muted: they do not hear us; told_muted: what baresip knows of that.
        streams: at the sound server, as far as known.
    """

    id: str
    child: Baresip
    aor: str
    inbound: bool
    call: str = ""
    rang: bool = False
    up: bool = False
    ours: bool = False
    transferred: bool = False
    device: int = 0
    ends: tuple[str, str] = ("", "")
    mix: str = ""
    held: bool = False
    away: bool = False
    muted: bool = False
    told_muted: bool = False
    streams: set[tuple[Kind, int]] = field(default_factory=set)
    listening: Listening = field(default_factory=Listening)

    def select(self) -> list[Command]:
        """Commands that make it the current call, for those that follow at once."""
        return [("uafind", self.aor), *([("callfind", self.call)] if self.call else [])]

    def before(self, others: list[Leg]) -> Leg | None:
        """The one of the same baresip that is put on hold when this one is answered."""
        return next((leg for leg in others if leg.up), next(iter(others), None))

    def answer(self, before: Leg | None) -> list[Command]:
        """Commands that take it. baresip puts the call before it on hold first, and gives up where that one only rings:
        so there is one that is up before it, else one that rings, twice. What was held is taken back by `resume`.
        """
        if before is None:
            return [*self.select(), ("accept", "")]
        takes = [("accept", "")] if before.up else [("accept", ""), ("accept", "")]
        return [*before.select(), *self.select(), *takes]


class Legs:
    """All legs of the desk by SIP, and what is told of them."""

    def __init__(self, events: Events, on_end: Callable[[Leg], None], on_up: Callable[[Leg], None]) -> None:
        """
        Args:
            on_end: called for each leg that is gone, after `events` was told; on_up: for each that is up.
        """
        self._events = events
        self._on_end = on_end
        self._on_up = on_up
        self._legs: dict[str, Leg] = {}

    def __iter__(self) -> Iterator[Leg]:
        return iter(list(self._legs.values()))

    def get(self, leg: str) -> Leg | None:
        return self._legs.get(leg)

    def add(self, leg: Leg) -> None:
        self._legs[leg.id] = leg

    def drop(self, leg: Leg) -> None:
        """Without telling anybody."""
        self._legs.pop(leg.id, None)

    def of(self, child: Baresip) -> list[Leg]:
        """Those of one baresip."""
        return [leg for leg in self._legs.values() if leg.child is child]

    def hear(self, child: Baresip, told: Told) -> None:
        """An event of a call of that baresip."""
        leg = self._found(child, told)
        if leg is None:
            return
        match told.type:
            case "CALL_RINGING" | "CALL_PROGRESS":
                self._rang(leg)
            case "CALL_ESTABLISHED":
                self._up(leg)
            case "CALL_CLOSED":
                self.end(leg, *self._ending(leg, told.param))
            case "AUDIO_ERROR":
                self.end(leg, Outcome.CUT if leg.up else Outcome.UNREACHABLE, Message("sip.no_sound"))
            case "TRANSFER_FAILED":  # baresip has ended the call with it
                why = ending(told.param, up=False, rang=False, ours=False)[1]
                self.end(leg, Outcome.CUT, Message("sip.transfer_failed", {"why": why}))
            case "CALL_DTMF_START":
                digit = told.param.strip().upper()
                if len(digit) == 1 and digit in "0123456789*#ABCD":
                    self._events.digits(leg.id, digit)
            case "VU_RX_REPORT":
                leg.listening.hear(told.param)

    def looked(self, leg: Leg, report: Report) -> None:
        """How it sounds, and whether they are away."""
        if self._legs.get(leg.id) is not leg or not leg.up:
            return
        away = report.direction in ("recvonly", "inactive") and not (report.direction == "inactive" and leg.held)
        if report.direction and away != leg.away:
            leg.away = away
            self._events.held(leg.id, away)
        self._events.quality(leg.id, leg.listening.look(report))

    def lost(self, child: Baresip) -> None:
        """A baresip is gone, and its calls with it."""
        for leg in self.of(child):
            if leg.ours:
                self.end(leg, *self._ending(leg, ""))
            elif leg.up:
                self.end(leg, Outcome.CUT, Message("sip.gone"))
            else:
                self.end(leg, Outcome.MISSED if leg.inbound else Outcome.UNREACHABLE, Message("sip.gone"))

    def end(self, leg: Leg, outcome: Outcome, why: Message) -> None:
        if self._legs.pop(leg.id, None) is None:
            return
        self._events.ended(leg.id, outcome, why)
        self._on_end(leg)

    def _found(self, child: Baresip, told: Told) -> Leg | None:
        for leg in self.of(child):
            if leg.call and leg.call == told.id:
                return leg
        for leg in self.of(child):
            if not leg.call and told.id and not leg.inbound and told.direction == "outgoing":
                leg.call = told.id
                return leg
        return None

    def _rang(self, leg: Leg) -> None:
        if not leg.rang and not leg.inbound:
            leg.rang = True
            self._events.rang(leg.id)

    def _up(self, leg: Leg) -> None:
        if leg.up:
            return
        leg.up = True
        self._events.up(leg.id)
        self._on_up(leg)

    def _ending(self, leg: Leg, param: str) -> tuple[Outcome, Message]:
        if leg.transferred and leg.up:
            return Outcome.ANSWERED, Message("sip.transferred")
        if leg.inbound and not leg.up:
            if leg.ours:
                return Outcome.DECLINED, Message("sip.we_declined")
            return Outcome.MISSED, Message("sip.they_gave_up")
        return ending(param, up=leg.up, rang=leg.rang, ours=leg.ours)
