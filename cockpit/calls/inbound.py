"""Calls that come in: shown to all desks, claimed at the hub by the one that takes them, never silently reassigned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.calls.hubaway import HubAway
from cockpit.calls.table import Attempt, Running
from cockpit.model.calls import (
    Call,
    CallBoard,
    CallGone,
    CallKind,
    CallState,
    Claimed,
    ClaimWanted,
    Contact,
    Inbound,
    Leg,
    Outcome,
    Signal,
    Way,
    WayKind,
)
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message

if TYPE_CHECKING:
    from cockpit.calls.desk import CallDesk

MOST_RINGING = 8
"""Calls that ring at this desk at once; the next hears that it is busy."""


class Inbounds:
    """What rings at this desk."""

    def __init__(self, desk: CallDesk) -> None:
        self._desk = desk
        self._table = desk.table
        self._at_hub: dict[str, str] = {}
        """Our id of a call that came in by SIP, and the hub's, which may be that of another seat's report."""
        self._elsewhere: set[str] = set()
        """Calls that another desk has taken while they still ring here."""
        self._told: dict[str, Inbound] = {}
        self._reported: set[str] = set()

    def _running(self, call: str) -> Running | None:
        return next((run for run in self._table.alive(call) if run.leg.state is CallState.INCOMING), None)

    # -- by SIP: it rings at this desk, the hub hears of it ------------------------------------------------------------

    def came_in(self, leg: str, way: Way, contact: Contact, video: bool) -> None:
        """Somebody calls this desk's own line."""
        adapter = self._desk.adapters.get(way.kind)
        if adapter is None:
            return
        ringing = [c for c in self._table.going_on() if c.state is CallState.INCOMING]
        if len(ringing) >= MOST_RINGING:
            self._desk.do("", adapter.decline(leg, busy=True), locked=False)
            return
        now = self._desk.now()
        call = self._put(self._desk.new_id(), contact, way, now, video)
        run = self._table.runs(call.id)[0]
        self._table.begin(run, Attempt(leg, way, adapter, ""))
        self._at_hub[call.id] = call.id
        self._told[call.id] = Inbound(
            call.id, contact, way, now, (self._desk.me,) if self._desk.me else (), video=video
        )
        self._desk.do("", self._report(self._told[call.id]), locked=False)

    def _put(self, id: str, contact: Contact, way: Way, since: int, video: bool) -> Call:
        leg = Leg(
            self._desk.new_id(), contact, CallState.INCOMING, way, inbound=True, video=video, begun=since, rang=since
        )
        call = Call(id, CallKind.SINGLE, (leg,), begun=since)
        self._table.put(call)
        return call

    async def _report(self, inbound: Inbound) -> None:
        """The hall sees who calls."""
        try:
            known = await self._desk.ask("calls.inbound", inbound, Inbound)
        except OutsideError:
            return  # it is told with what became of it
        if inbound.id in self._at_hub:
            self._at_hub[inbound.id] = known.id
            self._reported.add(inbound.id)

    # -- what the hub says -------------------------------------------------------------------------------------------

    def board(self, board: CallBoard) -> None:
        """Calls that ring at the phone pages' desk ring here too, until one desk has them."""
        here = {inbound.id: inbound for inbound in board.ringing if self._is_ours(inbound)}
        for inbound in here.values():
            if inbound.way.kind is WayKind.WEBRTC and self._table.call(inbound.id) is None and not inbound.claimed:
                self._put(inbound.id, inbound.contact, inbound.way, inbound.since, inbound.video)
        ours = {hub: call for call, hub in self._at_hub.items()}
        for inbound in board.ringing:
            if inbound.claimed and inbound.claimed != self._desk.me:
                self._taken(ours.get(inbound.id, inbound.id))
        for call in self._table.going_on():
            run = self._running(call.id)
            if run is not None and run.attempt is None and not run.answering and call.id not in here:
                self._table.forget(call.id)  # they gave up, or a desk took it: the board says so

    def _is_ours(self, inbound: Inbound) -> bool:
        me = self._desk.me
        return (not inbound.seats or me in inbound.seats) and me not in inbound.declined and inbound.claimed in ("", me)

    def _taken(self, call: str) -> None:
        run = self._running(call)
        if run is None or run.answering:
            return
        if run.attempt is None:
            self._table.forget(call)
        else:
            self._elsewhere.add(call)

    # -- what the officer does ---------------------------------------------------------------------------------------

    def answer(self, call: str, video: bool) -> None:
        run = self._running(call)
        if run is None or run.answering:
            return
        run.answering = True
        self._desk.hold_others(call)
        if video:
            self._table.videos.add(call)
        self._desk.do(call, self._answer(run, video))

    async def _answer(self, run: Running, video: bool) -> None:
        claimed: Claimed | None = None
        try:
            claimed = await self._desk.ask("calls.claim", ClaimWanted(self._at_hub.get(run.call, run.call)), Claimed)
        except HubAway:
            if run.attempt is None:
                run.answering = False
                raise
            # it rings at our own telephone: that the hub is away keeps nobody from speaking
        except OutsideError:
            run.answering = False
            raise
        try:
            await self._take(run, claimed, video)
        except OutsideError as error:
            self._tell(run.call, Outcome.REFUSED)
            self._desk.finish(run, Outcome.REFUSED, error.message)
            raise

    async def _take(self, run: Running, claimed: Claimed | None, video: bool) -> None:
        attempt = run.attempt
        if attempt is None:
            adapter = self._desk.adapters.get(WayKind.WEBRTC)
            if adapter is None or claimed is None:
                why = self._desk.missing.get(WayKind.WEBRTC, Message("calls.no_such_way"))
                raise OutsideError(why.id, **why.params)
            way = run.leg.way or Way(WayKind.WEBRTC, claimed.unit)
            attempt = Attempt(claimed.leg, way, adapter, run.call)
            self._table.begin(run, attempt)
            offer = Signal(
                "offer",
                claimed.leg,
                run.call,
                claimed.unit,
                claimed.device,
                claimed.sdp,
                claimed.inbound.video,
                name=claimed.inbound.contact.name,
            )
            await adapter.signal(offer)
        await attempt.adapter.answer(attempt.id, video=video, into_mix=attempt.mix)

    def decline(self, call: str) -> None:
        run = self._running(call)
        if run is None:
            return
        attempt = run.attempt
        self._tell(call, Outcome.DECLINED)
        if attempt is None:  # it goes on ringing at the other desks
            self._table.forget(call)
            return
        self._desk.do("", attempt.adapter.decline(attempt.id), locked=False)
        self._desk.finish(run, Outcome.DECLINED, Message("calls.declined"))

    # -- what became of it -------------------------------------------------------------------------------------------

    def is_up(self, run: Running) -> None:
        self._tell(run.call, Outcome.ANSWERED)

    def gone(self, run: Running, outcome: Outcome, why: Message) -> None:
        """It stopped ringing, or what we answered never came up."""
        call = run.call
        if call in self._elsewhere:
            self._elsewhere.discard(call)
            self._at_hub.pop(call, None)
            self._table.forget(call)
            return
        missed = not run.answering or outcome in (Outcome.CANCELLED, Outcome.MISSED)
        outcome = Outcome.MISSED if missed else outcome
        self._tell(call, outcome)
        self._desk.finish(run, outcome, Message("calls.missed") if missed else why)

    def _tell(self, call: str, outcome: Outcome) -> None:
        """The hub hears of it now, or when it is there again."""
        inbound = self._told.pop(call, None)
        if call in self._reported:
            self._reported.discard(call)
            inbound = None
        gone = CallGone(self._at_hub.pop(call, call), outcome)
        self._desk.tell_gone(inbound, gone)
