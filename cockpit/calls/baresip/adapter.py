"""The SIP adapter: a registered baresip for what comes in, one of its own for each call out; texts by MESSAGE."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from cockpit.calls.adapter import Around
from cockpit.calls.baresip.child import Baresip
from cockpit.calls.baresip.config import SILENT, player, remove_left_behind, source
from cockpit.calls.baresip.control import Told
from cockpit.calls.baresip.legs import Leg, Legs
from cockpit.calls.baresip.line import Account, Registration, Rhythm
from cockpit.calls.baresip.numbers import back, uri_of
from cockpit.calls.baresip.report import report
from cockpit.calls.baresip.streams import KINDS, Kind, move, streams
from cockpit.calls.baresip.texts import Inbox, send_text
from cockpit.calls.baresip.trace import Seen
from cockpit.calls.settings import SipSettings
from cockpit.media.told import MediaEvent, MediaGone
from cockpit.model.calls import Line, Outcome, Signal, Way, WayKind
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message

log = logging.getLogger(__name__)
SPARES = 5
"""Of baresips that wait for the next calls out, as many as a group has legs: one starts in 15 ms and takes 7 MB."""
FILL_SECONDS = 0.5
"""After a call out has begun: what is started then takes no time from it."""
LINGER_SECONDS = 2.0
"""After its call a baresip stays so long, to send again what was not acknowledged."""
MOST_RINGING = 8
MOST_LEGS = 24
DEVICES = 64
_DIGITS = frozenset("0123456789*#ABCD")


class SipAdapter:
    """`cockpit.calls.adapter.Adapter` over baresip."""

    kind = WayKind.SIP

    def __init__(
        self,
        around: Around,
        settings: SipSettings,
        rhythm: Rhythm = Rhythm(),  # noqa: B008 - it is frozen
        spares: int = SPARES,
    ) -> None:
        self._most_spares = spares
        self._around = around
        self._settings = settings
        self._rhythm = rhythm
        self._account = Account(around.profile, settings, around.name)
        self._legs = Legs(around.events, self._over, self._is_up)
        self._inbox = Inbox(around.events.text)
        self._names: OrderedDict[str, str] = OrderedDict()
        self._line = Registration(
            self._account,
            rhythm,
            self._hear_line,
            self._saw,
            self._lost_line,
            around.events.line,
            lambda: any(leg.inbound for leg in self._legs),
        )
        self._line_child: Baresip | None = None
        self._device = 0
        self._spares: list[Baresip] = []
        self._children: set[Baresip] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._filling: asyncio.Task[None] | None = None
        self._answering = asyncio.Lock()
        self._moving = asyncio.Lock()
        self._unlisten: Callable[[], None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._stopped = True

    # -- its life --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        if not self._stopped:
            return
        self._stopped = False
        remove_left_behind()
        self._unlisten = self._around.media.listen(self._media_told)
        self._line.start()
        self._looking = asyncio.ensure_future(self._look())
        self._filling = self._task(self._fill())

    async def stop(self) -> None:
        self._stopped = True
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        for leg in self._legs:
            with contextlib.suppress(OutsideError):
                await self.hang_up(leg.id)
        tasks = [*self._tasks, *([self._looking] if self._looking is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._looking = None
        idle = [child.kill() for child in self._spares]
        called = [child.stop() for child in self._children - set(self._spares)]
        await asyncio.gather(self._line.stop(), *idle, *called)
        self._children.clear()
        self._spares.clear()

    def lines(self) -> Sequence[Line]:
        return (self._line.line,)

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # -- baresips for calls out ------------------------------------------------------------------------------------

    async def _fill(self) -> None:
        with contextlib.suppress(OutsideError):  # `place` says why
            while len(self._spares) < self._most_spares and not self._stopped:
                child = await self._begin()
                if child.pid:
                    self._spares.append(child)

    async def _begin(self) -> Baresip:
        wanted = await self._account.wanted(registers=False)
        child = Baresip(lambda told: self._hear(child, told), lambda: self._lost(child))
        self._children.add(child)
        try:
            await child.start(wanted, {0: self._desk_sound()})
        except BaseException:
            self._children.discard(child)
            raise
        return child

    async def _take(self) -> Baresip:
        child = self._spares.pop() if self._spares else None
        if child is None:
            child = await self._begin()
        if self._filling is None or self._filling.done():
            self._filling = self._task(self._fill_later())
        return child

    async def _fill_later(self) -> None:
        await asyncio.sleep(FILL_SECONDS)
        await self._fill()

    async def _retire(self, child: Baresip) -> None:
        try:
            await asyncio.sleep(LINGER_SECONDS)
        finally:
            await child.stop()
            self._children.discard(child)

    def _lost(self, child: Baresip) -> None:
        if child in self._spares:
            self._spares.remove(child)
        self._legs.lost(child)
        if not self._stopped:
            self._task(self._bury(child))

    async def _bury(self, child: Baresip) -> None:
        await child.kill()
        self._children.discard(child)
        if self._filling is None or self._filling.done():
            self._filling = self._task(self._fill_later())

    # -- sound -----------------------------------------------------------------------------------------------------

    def _desk_sound(self) -> tuple[str, str]:
        """Loudspeaker and microphone of the desk: those that are used, else those of calls.toml."""
        now, set_up = self._around.media.sound, self._around.settings.sound
        return now.output or set_up.output, now.input or set_up.input

    async def _ends(self, leg: str, mix: str) -> tuple[str, str]:
        if not mix:
            return self._desk_sound()
        await self._around.media.start()
        return await self._around.media.sip_ends(leg, mix)

    async def _close_ends(self, leg: str) -> None:
        with contextlib.suppress(OutsideError):
            await self._around.media.close(leg)

    def _media_told(self, event: MediaEvent) -> None:
        if isinstance(event, MediaGone):
            for leg in self._legs:
                if leg.mix:
                    leg.mix = ""
                    self._task(self._back(leg))

    async def _back(self, leg: Leg) -> None:
        """Its mix is gone: it goes on with the desk's own sound, and where it can not it is over."""
        async with self._moving:
            if leg.mix or self._legs.get(leg.id) is not leg:
                return  # it is in another mix already, or has ended
            try:
                await self._move(leg, *self._desk_sound())
            except OutsideError:
                self._legs.end(leg, Outcome.CUT if leg.up else Outcome.UNREACHABLE, Message("sip.no_sound"))
                with contextlib.suppress(OutsideError):
                    await leg.child.ask(*leg.select(), ("hangup", ""))

    # -- what comes from baresip -----------------------------------------------------------------------------------

    def _hear(self, child: Baresip, told: Told) -> None:
        if told.type == "CALL_INCOMING":  # it is registered nowhere: somebody tries ports
            self._task(self._reject(child, told.id))
            return
        self._legs.hear(child, told)
        if told.type == "CALL_REMOTE_SDP":
            self._look_soon(child, told.id)

    def _hear_line(self, told: Told) -> None:
        child = self._line.child
        if child is None:
            return
        if told.type == "CALL_INCOMING":
            self._came_in(child, told)
            return
        self._hear(child, told)

    def _came_in(self, child: Baresip, told: Told) -> None:
        ringing = sum(leg.inbound and not leg.up for leg in self._legs)
        if not told.id or ringing >= MOST_RINGING or len(list(self._legs)) >= MOST_LEGS:
            self._task(self._reject(child, told.id))
            return
        child.read_output()  # it printed the INVITE before it told of it
        leg = Leg(self._around.new_id(), child, self._account.aor, inbound=True, call=told.id, device=self._device)
        self._legs.add(leg)
        self._task(self._next_device(child))
        name = self._names.pop(told.id, "")
        self._around.events.came_in(leg.id, Way(WayKind.SIP, back(told.peeruri) or "anonymous"), name, False)

    async def _next_device(self, child: Baresip) -> None:
        """The call that comes in next has a sound device of its own."""
        taken = {leg.device for leg in self._legs.of(child)}
        self._device = next((n for n in range(DEVICES) if n not in taken), 0)
        device = self._device
        with contextlib.suppress(OutsideError):
            child.set_device(device, *self._desk_sound())
            await child.ask(
                ("uafind", SILENT), ("ausrc", f"alsa,{source(device)}"), ("auplay", f"alsa,{player(device)}")
            )

    async def _reject(self, child: Baresip, call: str) -> None:
        with contextlib.suppress(OutsideError):
            await child.ask(("uafind", self._account.aor), ("callfind", call), ("hangup", ""))

    def _saw(self, seen: Seen) -> None:
        if seen.method == "MESSAGE":
            self._inbox.take(seen)
        elif seen.method == "INVITE":
            self._names[seen.headers.get("call-id", "")] = _display_name(seen.headers.get("from", ""))
            while len(self._names) > MOST_RINGING:
                self._names.popitem(last=False)

    def _lost_line(self) -> None:
        for leg in self._legs:
            if leg.inbound:
                self._legs.lost(leg.child)
        self._device = 0

    def _over(self, leg: Leg) -> None:
        if leg.mix:
            self._task(self._close_ends(leg.id))
        if not leg.inbound and leg.child in self._children and not self._stopped:
            self._task(self._retire(leg.child))

    def _is_up(self, leg: Leg) -> None:
        self._task(self._settle(leg))

    async def _settle(self, leg: Leg) -> None:
        """What was wished before it was up."""
        with contextlib.suppress(OutsideError):
            await self._apply_mute(leg)
        if leg.inbound:
            leg.streams = await self._streams_of(leg)

    async def _streams_of(self, leg: Leg) -> set[tuple[Kind, int]]:
        """Those that it has at the sound server: known ones that are still there, else those that no other leg has."""
        there = await streams(leg.child.pid)
        others = {one for other in self._legs.of(leg.child) if other is not leg for one in other.streams}
        found: set[tuple[Kind, int]] = set()
        for kind in KINDS:  # after a gap in the sound its stream may be another one
            of_kind = {one for one in there if one[0] == kind}
            found |= leg.streams & of_kind or of_kind - others
        return found

    # -- how it sounds ---------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._rhythm.look)
            await asyncio.gather(*(self._look_at(leg) for leg in self._legs if leg.up))

    def _look_soon(self, child: Baresip, call: str) -> None:
        for leg in self._legs.of(child):
            if leg.call == call and leg.up:
                self._task(self._look_at(leg))

    async def _look_at(self, leg: Leg) -> None:
        with contextlib.suppress(OutsideError):
            *_, answer = await leg.child.ask(*leg.select(), ("audio_debug", ""))
            self._legs.looked(leg, report(answer.data))

    # -- calls -----------------------------------------------------------------------------------------------------

    async def prepare(self, into_mix: str) -> None:
        """Before `place`: what takes long on a busy machine, once."""
        if into_mix:
            await self._around.media.start()

    async def place(self, leg: str, way: Way, *, video: bool, into_mix: str = "") -> None:
        problem = self._line.line.problem
        if problem is not None and problem.id in ("sip.server_silent", "sip.no_server", "sip.bad_certificate"):
            raise OutsideError(problem.id, **problem.params)
        aor = self._account.aor
        uri = uri_of(way.address, aor.partition("@")[2], self._settings.prefix)
        child, ends = await asyncio.gather(self._take(), self._ends(leg, into_mix), return_exceptions=True)
        if isinstance(child, BaseException):
            await self._close_ends(leg)
            raise child
        placed = Leg(leg, child, aor, inbound=False, mix=into_mix)
        try:
            if isinstance(ends, BaseException):
                raise ends
            placed.ends = ends
            self._use_device(placed)
            self._legs.add(placed)
            *_, answer = await child.ask(("uafind", aor), ("dial", uri))
            if not answer.ok:
                raise OutsideError("sip.failed", why=answer.data.strip()[:200])
        except BaseException:
            self._forget(placed)
            raise

    def _forget(self, leg: Leg) -> None:
        """It never began."""
        leg.ours = True
        self._legs.drop(leg)
        self._over(leg)

    async def answer(self, leg: str, *, video: bool, into_mix: str = "") -> None:
        taken = self._legs.get(leg)
        if taken is None or not taken.inbound or taken.up:
            return
        ends = await self._ends(leg, into_mix)
        taken.mix = into_mix
        async with self._answering:
            # which device it has, baresip knows best: two that came in at once may have the same
            *_, shown = await taken.child.ask(*taken.select(), ("audio_debug", ""))
            taken.device = report(shown.data).device
            taken.ends = ends
            before = taken.before([other for other in self._legs.of(taken.child) if other is not taken])
            self._use_device(taken)  # opened before `accept` is answered
            await taken.child.ask(*taken.answer(before))
            if before is not None and not before.held:
                if before.up:
                    self._use_device(before)
                await before.child.ask(*before.select(), ("resume", ""))

    @staticmethod
    def _use_device(leg: Leg) -> None:
        """What it opens from now on is its own: another that came in at the same moment may have the same number."""
        leg.child.set_device(leg.device, *leg.ends)

    async def decline(self, leg: str, *, busy: bool = False) -> None:
        await self.hang_up(leg)

    async def hang_up(self, leg: str) -> None:
        ended = self._legs.get(leg)
        if ended is None:
            return
        ended.ours = True
        await ended.child.ask(*ended.select(), ("hangup", ""))

    async def hold(self, leg: str, on: bool) -> None:
        held = self._legs.get(leg)
        if held is None or held.held == on or not held.up:
            return
        held.held = on
        self._use_device(held)
        *_, answer = await held.child.ask(*held.select(), ("hold" if on else "resume", ""))
        if not answer.ok:
            held.held = not on
            raise OutsideError("sip.not_held", why=answer.data.strip()[:200])

    async def mute(self, leg: str, on: bool) -> None:
        muted = self._legs.get(leg)
        if muted is not None:
            muted.muted = on
            await self._apply_mute(muted)

    async def _apply_mute(self, leg: Leg) -> None:
        if leg.up and leg.told_muted != leg.muted:
            leg.told_muted = leg.muted  # baresip's command turns it over
            await leg.child.ask(*leg.select(), ("mute", ""))

    async def camera(self, leg: str, on: bool) -> None:
        if on and self._legs.get(leg) is not None:
            raise OutsideError("sip.no_video")

    async def move(self, leg: str, into_mix: str) -> None:
        moved = self._legs.get(leg)
        if moved is None or moved.mix == into_mix:
            return
        if moved.mix and into_mix:
            await self._around.media.move(leg, into_mix)
            moved.mix = into_mix
            return
        before, moved.mix = moved.mix, into_mix
        try:
            ends = await self._ends(leg, into_mix)
            async with self._moving:
                await self._move(moved, *ends)
        except BaseException:
            moved.mix = before
            raise
        if before:
            await self._close_ends(leg)

    async def _move(self, leg: Leg, playback: str, capture: str) -> None:
        others = [other for other in self._legs.of(leg.child) if other is not leg]
        leg.ends = (playback, capture)
        if others:  # baresip's command would take them along
            self._use_device(leg)
            for kind, index in sorted(await self._streams_of(leg)):
                await move(kind, index, playback if kind == "sink-input" else capture)
            return
        leg.device = (leg.device + 1) % DEVICES
        self._use_device(leg)
        sound = (("ausrc", f"alsa,{source(leg.device)}"), ("auplay", f"alsa,{player(leg.device)}"))
        await leg.child.ask(*leg.select(), *sound)
        if leg.inbound:
            await self._next_device(leg.child)

    async def digits(self, leg: str, digits: str) -> None:
        pressed = self._legs.get(leg)
        keys = "".join(key for key in digits.upper() if key in _DIGITS)
        if pressed is not None and keys:
            await pressed.child.ask(*pressed.select(), ("sndcode", keys))

    async def transfer(self, leg: str, to: Way) -> None:
        handed = self._legs.get(leg)
        if handed is None or not handed.up:
            return
        uri = uri_of(to.address, self._account.aor.partition("@")[2], self._settings.prefix)
        handed.transferred = True
        *_, answer = await handed.child.ask(*handed.select(), ("transfer", uri))
        if not answer.ok:
            handed.transferred = False
            raise OutsideError("sip.failed", why=answer.data.strip()[:200])

    async def text(self, way: Way, words: str) -> None:
        uri = uri_of(way.address, self._account.aor.partition("@")[2], self._settings.prefix)
        await send_text(await self._account.wanted(registers=False, to=uri), self._account.aor, words)

    async def signal(self, signal: Signal) -> None:
        pass


def _display_name(header: str) -> str:
    """Of a From header."""
    before, bracket, _ = header.partition("<")
    name = before.strip().strip('"').replace('\\"', '"') if bracket else ""
    return "".join(letter for letter in name if letter.isprintable())[:60]
