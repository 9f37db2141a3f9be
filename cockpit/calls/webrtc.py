"""Phone pages by WebRTC: sound and pictures run in the media process, offers and answers through the gateway.

Offers have all candidates in them. The desk offers pictures from the beginning, so that either side can turn its camera
on later without a new offer; whether pictures are wanted now is said beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from cockpit.calls.adapter import Around
from cockpit.media.client import missing
from cockpit.media.told import LegDigits, LegLost, LegQuality, LegUp, MediaEvent, MediaGone
from cockpit.model.calls import Line, Outcome, Signal, Way, WayKind
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message

log = logging.getLogger(__name__)
KIND = WayKind.WEBRTC
GATEWAY = "gateway"
_OVER = {
    "busy": (Outcome.BUSY, "webrtc.busy"),
    "declined": (Outcome.DECLINED, "webrtc.declined"),
    "unreachable": (Outcome.UNREACHABLE, "webrtc.offline"),
    "claimed": (Outcome.CANCELLED, "webrtc.claimed"),
}


@dataclass
class _Leg:
    """A leg as its signals know it.

    Attributes:
        unit: whose phone page; device: the one that answered, "" any of the unit's.
        mix: in the media process; own: it is the desk's alone.
        inbound: they called; sdp: their offer, until it is answered.
        up: sound goes; video: pictures come from them; ours, theirs: who holds.
    """

    unit: str
    mix: str
    own: bool
    call: str = ""
    device: str = ""
    inbound: bool = False
    sdp: str = ""
    up: bool = False
    video: bool = False
    ours: bool = False
    theirs: bool = False


class WebRtc:
    """`Adapter`."""

    kind = KIND

    def __init__(self, around: Around) -> None:
        self._around = around
        self._media = around.media
        self._events = around.events
        self._legs: dict[str, _Leg] = {}
        self._unlisten: Callable[[], None] | None = None
        self._running: set[asyncio.Task[None]] = set()

    # -- the adapter -------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        if self._unlisten is None:
            self._unlisten = self._media.listen(self._happened)

    async def stop(self) -> None:
        for leg in list(self._legs):
            await self.hang_up(leg)
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None

    def lines(self) -> Sequence[Line]:
        why = missing()
        return (Line(KIND, "", ready=why is None, problem=why),)

    async def prepare(self, into_mix: str) -> None:
        """Before `place`: what takes long on a busy machine, once."""
        await self._media.start()

    async def place(self, leg: str, way: Way, *, video: bool, into_mix: str = "") -> None:
        await self.start()
        known = self._legs[leg] = _Leg(way.address, into_mix or leg, not into_mix, call=into_mix or leg)
        try:
            await self._media.start()
            sdp = await self._media.offer(leg, video=True, mix=known.mix)
            await self._begun(leg, known, video)
            self._say(leg, "offer", sdp=sdp, video=video)
        except BaseException:
            await self._forget(leg)
            raise

    async def answer(self, leg: str, *, video: bool, into_mix: str = "") -> None:
        known = self._legs.get(leg)
        if known is None or not known.sdp:
            raise OutsideError("webrtc.gone")
        known.mix, known.own = into_mix or leg, not into_mix
        try:
            await self._media.start()
            sdp = await self._media.take(leg, known.sdp, video=True, mix=known.mix)
            known.sdp = ""
            await self._begun(leg, known, video)
            self._say(leg, "answer", sdp=sdp, video=video)
        except BaseException:
            with contextlib.suppress(OutsideError):
                self._say(leg, "bye")
            await self._forget(leg)
            raise

    async def _begun(self, leg: str, known: _Leg, video: bool) -> None:
        if known.own:
            await self._media.desk(known.mix, True)
        if video:
            await self._show(leg, True)

    async def _show(self, leg: str, on: bool) -> None:
        """Our camera. Without one the call goes on: their pictures are seen all the same."""
        try:
            await self._media.camera(leg, on)
        except OutsideError as error:
            log.info("no picture of ours: %s", error)

    async def decline(self, leg: str, *, busy: bool = False) -> None:
        if leg in self._legs:
            self._say(leg, "busy" if busy else "declined")
            await self._forget(leg)
            self._events.ended(leg, Outcome.DECLINED, Message("webrtc.we_declined"))

    async def hang_up(self, leg: str) -> None:
        known = self._legs.get(leg)
        if known is None:
            return
        with contextlib.suppress(OutsideError):  # the hub is away: the phone notices by the silence
            self._say(leg, "bye")
        await self._forget(leg)
        self._events.ended(leg, Outcome.ANSWERED if known.up else Outcome.CANCELLED, Message("webrtc.we_hung_up"))

    async def hold(self, leg: str, on: bool) -> None:
        known = self._legs.get(leg)
        if known is None:
            return
        before, known.ours = known.ours, on
        try:
            await self._media.hold(leg, known.ours or known.theirs)
        except OutsideError:
            known.ours = before
            raise
        self._show_page(leg, "hold" if on else "resume")

    async def mute(self, leg: str, on: bool) -> None:
        known = self._legs.get(leg)
        if known is not None:
            if known.own:
                await self._media.desk(known.mix, True, talking=not on)
            else:
                await self._media.mute(leg, on, "out")

    async def camera(self, leg: str, on: bool) -> None:
        if leg in self._legs:
            await self._media.camera(leg, on)
            self._show_page(leg, "video", video=on, value="on" if on else "off")

    async def move(self, leg: str, into_mix: str) -> None:
        known = self._legs.get(leg)
        if known is None:
            return
        mix, own = into_mix or leg, not into_mix
        await self._media.move(leg, mix)
        if known.own != own:
            await self._media.desk(leg, own)
        known.mix, known.own = mix, own

    async def roll(self, leg: str) -> None:
        """The page shows a button by which they say that they are there."""
        self._show_page(leg, "roll")

    async def digits(self, leg: str, digits: str) -> None:
        if leg in self._legs:
            raise OutsideError("webrtc.no_digits")

    async def transfer(self, leg: str, to: Way) -> None:
        if leg in self._legs:
            raise OutsideError("webrtc.no_transfer")

    async def text(self, way: Way, words: str) -> None:
        raise OutsideError("webrtc.no_text")

    # -- what they say -----------------------------------------------------------------------------------------------

    async def signal(self, signal: Signal) -> None:
        if signal.kind == "offer":
            self._offered(signal)
            return
        known = self._legs.get(signal.leg)
        if known is None or (signal.unit and signal.unit != known.unit):
            return
        if known.device and signal.device and signal.device != known.device:
            return  # another phone of the unit: the one that answered has the leg
        leg = signal.leg
        if signal.kind == "ringing":
            self._events.rang(leg)
        elif signal.kind == "answer":
            await self._answered(leg, known, signal)
        elif signal.kind in ("hold", "resume"):
            known.theirs = signal.kind == "hold"
            with contextlib.suppress(OutsideError):
                await self._media.hold(leg, known.ours or known.theirs)
            self._events.held(leg, known.theirs)
        elif signal.kind == "video":
            known.video = signal.video or signal.value == "on"
            if known.up:
                self._events.up(leg, known.video)
        elif signal.kind == "roll":
            self._events.rolled(leg)
        elif signal.kind == "bye":
            await self._forget(leg)
            if known.up:
                self._events.ended(leg, Outcome.ANSWERED, Message("webrtc.they_hung_up"))
            else:
                self._events.ended(
                    leg, Outcome.MISSED if known.inbound else Outcome.DECLINED, Message("webrtc.they_gave_up")
                )
        elif signal.kind in _OVER:
            await self._over(leg, *_OVER[signal.kind])

    def _offered(self, signal: Signal) -> None:
        """They call, and this desk has claimed it: `answer` follows. A leg that is known keeps its first offer."""
        if signal.leg and signal.leg not in self._legs:
            self._legs[signal.leg] = _Leg(
                signal.unit, signal.leg, True, signal.call, signal.device, True, signal.sdp, video=signal.video
            )

    async def _answered(self, leg: str, known: _Leg, signal: Signal) -> None:
        if known.inbound or known.device:
            return  # a second answer
        known.device = signal.device
        known.video = signal.video
        try:
            await self._media.accept(leg, signal.sdp)
        except OutsideError as error:
            with contextlib.suppress(OutsideError):
                self._say(leg, "bye")
            await self._forget(leg)
            self._events.ended(leg, Outcome.REFUSED, error.message)

    async def _over(self, leg: str, outcome: Outcome, why: str) -> None:
        await self._forget(leg)
        self._events.ended(leg, outcome, Message(why))

    # -- what the media process says ---------------------------------------------------------------------------------

    def _happened(self, event: MediaEvent) -> None:
        if isinstance(event, MediaGone):
            for leg, lost in list(self._legs.items()):
                self._do(self._lost(leg, lost, event.why))
            return
        leg = getattr(event, "leg", "")
        known = self._legs.get(leg)
        if known is None:
            return
        if isinstance(event, LegUp):
            known.up = True
            self._events.up(leg, known.video)
        elif isinstance(event, LegQuality):
            self._events.quality(leg, event.quality)
        elif isinstance(event, LegDigits):
            self._events.digits(leg, event.digits)
        elif isinstance(event, LegLost):
            self._do(self._lost(leg, known, event.why))

    async def _lost(self, leg: str, known: _Leg, why: Message) -> None:
        with contextlib.suppress(OutsideError):
            self._say(leg, "bye")
        await self._forget(leg)
        self._events.ended(leg, Outcome.CUT if known.up else Outcome.UNREACHABLE, why)

    # -- helpers -----------------------------------------------------------------------------------------------------

    def _do(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(doing)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _say(self, leg: str, kind: str, *, sdp: str = "", video: bool = False, value: str = "") -> None:
        """
        Raises:
            OutsideError: the hub is away.
        """
        known = self._legs[leg]
        name = self._around.name() if kind in ("offer", "answer") else ""
        self._around.signal(Signal(kind, leg, known.call, known.unit, known.device, sdp, video, value, name), GATEWAY)

    def _show_page(self, leg: str, kind: str, *, video: bool = False, value: str = "") -> None:
        """As `_say`, of what is done already where sound and pictures run: with the hub away the page does not show it,
        and the desk can take it back.
        """
        if leg in self._legs:
            with contextlib.suppress(OutsideError):
                self._say(leg, kind, video=video, value=value)

    async def _forget(self, leg: str) -> None:
        known = self._legs.pop(leg, None)
        if known is None or not self._media.pid:
            return
        with contextlib.suppress(OutsideError):
            await self._media.close(leg)
            if known.own:
                await self._media.desk(known.mix, False)


def make(around: Around) -> WebRtc:
    """Raises OutsideError where the extra `calls` is not installed."""
    if (why := missing()) is not None:
        raise OutsideError(why.id, **why.params)
    return WebRtc(around)
