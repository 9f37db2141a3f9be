"""The WebSocket of a phone page: signals of calls both ways, knocks, and who is there.

A page speaks for its own unit only, and of legs only that were offered to it or that it offers itself; unit, device and
name of what it says are stamped here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection
from typing import TYPE_CHECKING

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from cockpit.bus import subjects
from cockpit.bus.users import GATEWAY
from cockpit.field.guard import Guard
from cockpit.field.letters import LetterBox
from cockpit.field.limits import Buckets
from cockpit.field.line import REPLACED, SIGNED_OUT, serve, signed_in
from cockpit.field.livepage import Leg, Page
from cockpit.field.pagewire import LiveIn, LiveOut, SignIn
from cockpit.model.calls import Signal
from cockpit.model.clock import Clock
from cockpit.model.typed import JsonDecoder, MsgpackDecoder

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

log = logging.getLogger(__name__)

PROTOCOL = "cockpit.v1"
GONE_SECONDS = 15.0
"""How long a page that went may come back to its calls."""
MOST_LEGS = 12
"""Of one page."""
_UUID = 36
_NOT_HERE = frozenset(("busy", "declined", "unreachable"))
_TO_DEVICE = frozenset(
    (
        "offer",
        "answer",
        "ringing",
        "busy",
        "declined",
        "unreachable",
        "claimed",
        "bye",
        "hold",
        "resume",
        "video",
        "roll",
    )
)
_LAST = frozenset(("busy", "declined", "unreachable", "claimed", "bye"))
"""After one of these a leg is over."""
_BY_THE_WAY = frozenset(("ringing", "hold", "resume", "video", "roll"))
"""What a call goes on without."""

_in = JsonDecoder(LiveIn)
_sign_in = JsonDecoder(SignIn)
_signal = MsgpackDecoder(Signal)


class Live:
    """All pages. Lives on the event loop.

    Attributes:
        pages: by id of the token; letters: who waits for some is woken by a knock.
    """

    def __init__(
        self,
        guard: Guard,
        letters: LetterBox,
        name: Callable[[str], str],
        origins: Callable[[web.Request], bool],
        clock: Clock,
    ) -> None:
        """
        Args:
            name: of a unit, by its key.
            origins: whether a request comes from the page itself.
            clock: the machine's.
        """
        self.pages: dict[str, Page] = {}
        self._of_unit: dict[str, set[Page]] = {}
        self._guard = guard
        self.letters = letters
        self._name = name
        self._origins = origins
        self._rates = Buckets(guard.limits.live, clock)
        self._left: dict[str, tuple[Page, asyncio.TimerHandle]] = {}
        self._client: Client | None = None
        self._place = ("", "")
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def online(self) -> list[str]:
        """Keys of units whose page is open."""
        return sorted(self._of_unit)

    # -- the hub's side ------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def joined(self, client: Client, city: str, world: str) -> AsyncIterator[None]:
        """Signals go over this connection as long as the block lasts; the hub hears at once who is there."""
        subscription = await client.subscribe(subjects.signals_to(city, world, GATEWAY), cb=self._heard)
        self._client, self._place = client, (city, world)
        for page in self.pages.values():
            self._presence(page, "online")
        try:
            yield
        finally:
            self._client = None
            for task in list(self._sending):
                task.cancel()
            with contextlib.suppress(Exception):
                await subscription.unsubscribe()

    async def _heard(self, message: Msg) -> None:
        """A signal of a seat or of the hub."""
        sender = subjects.signaller(message.subject)
        try:
            signal = _signal.decode(message.data)
        except msgspec.MsgspecError:
            log.info("%s sent a signal that is none", sender)
            return
        if signal.kind == "knock":
            if sender == "hub":
                self.letters.knock(signal.unit)
                for page in list(self._of_unit.get(signal.unit, ())):
                    page.tell(LiveOut("knock"))
        elif signal.kind in _TO_DEVICE and signal.leg:
            self._to_device(sender, signal)

    def _to_device(self, sender: str, signal: Signal) -> None:
        out = LiveOut(signal.kind, signal.leg, signal.call, signal.sdp, signal.video, signal.value, signal.name)
        told = False
        for page in list(self._of_unit.get(signal.unit, ())):
            if signal.device in ("", page.token.id) and self._may(page, sender, signal, out):
                told = True
                page.tell(out)
                if signal.kind in _LAST:
                    page.legs.pop(signal.leg, None)
        for page in self._away(signal.unit):
            known = signal.leg in page.legs and signal.device in ("", page.token.id)
            if known and self._may(page, sender, signal, out):
                told = True
                self._missed(page, out)
        if not told and signal.kind == "offer":
            self._say(sender, Signal("unreachable", signal.leg, signal.call, signal.unit, signal.device))

    def _away(self, unit: str) -> list[Page]:
        """Pages of a unit that went a moment ago."""
        return [page for page, _ in self._left.values() if page.token.unit == unit]

    def _missed(self, page: Page, out: LiveOut) -> None:
        """Keeps a signal for the next page of that device."""
        leg = page.legs[out.leg]
        if out.kind in _LAST:
            del page.legs[out.leg]
        if leg.offer is not out:
            page.missed.append(out)

    def _may(self, page: Page, sender: str, signal: Signal, out: LiveOut) -> bool:
        """Whether this sender has a part in that leg; an offer makes it one, the answer to an offer of the page too."""
        leg = page.legs.get(signal.leg)
        if signal.kind == "offer":
            if leg is None or not leg.peer:
                if leg is None and len(page.legs) >= MOST_LEGS:
                    return False
                page.legs[signal.leg] = Leg(sender, signal.call, out)
                return True
            if leg.peer != sender:
                return False
            if leg.offer is not None:
                leg.offer = out
            return True
        if leg is None:
            return False
        if leg.peer in ("", "hub"):  # only who has the call knows what the leg is called
            leg.peer, leg.call = sender, leg.call or signal.call
        return sender in (leg.peer, "hub")

    def _say(self, receiver: str, signal: Signal) -> bool:
        """Sends a signal; False while the hub's bus is away."""
        client = self._client
        if client is None or not client.is_connected:
            return False
        subject = subjects.signal(*self._place, GATEWAY, receiver)
        task = asyncio.create_task(self._publish(client, subject, msgspec.msgpack.encode(signal)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return True

    async def _publish(self, client: Client, subject: str, data: bytes) -> None:
        from cockpit.bus.client import nats_error

        with contextlib.suppress(nats_error(), OSError):
            await client.publish(subject, data)

    def _presence(self, page: Page, kind: str) -> None:
        self._say("hub", Signal(kind, unit=page.token.unit, device=page.token.id, name=page.name))

    # -- the page's side -----------------------------------------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One page, from its first message to its end.

        Raises:
            Problem: it is no WebSocket, or of another page than ours.
        """
        return await serve(request, self._guard, self._origins, PROTOCOL, self._converse)

    async def _converse(self, socket: web.WebSocketResponse) -> None:
        came = await signed_in(socket, self._guard, _sign_in.decode, lambda said: self._guard.token(said.token))
        if came is not None:
            said, token = came
            page = Page(socket, token, self._name(token.unit), {})
            page.claim(said.legs)
            await self._talk(page)

    async def _talk(self, page: Page) -> None:
        ident = page.token.id
        page.tell(LiveOut("welcome", value="" if self._client is None else "desk", name=page.name))
        self._enter(page)
        writer = asyncio.create_task(page.write(), name="live")
        try:
            async for message in page.socket:
                if message.type is not WSMsgType.TEXT or self._rates.take(ident) > 0:
                    page.close(WSCloseCode.POLICY_VIOLATION)
                    break
                try:
                    said = _in.decode(message.data)
                except (msgspec.DecodeError, UnicodeError, RecursionError):
                    page.close(WSCloseCode.POLICY_VIOLATION)
                    break
                if not self._guard.is_good(ident):
                    page.close(SIGNED_OUT)
                    break
                self._from_device(page, said)
            if page.socket.closed:
                writer.cancel()
            await asyncio.wait([writer], timeout=2.0)
        finally:
            writer.cancel()
            self._leave(page)

    def _enter(self, page: Page) -> None:
        ident = page.token.id
        before = self.pages.get(ident)
        if before is not None:
            page.succeed(before)
            before.tell(LiveOut("replaced"))
            before.close(REPLACED)
            self._forget(before)
        elif (left := self._left.pop(ident, None)) is not None:
            left[1].cancel()
            page.succeed(left[0])
        self.pages[ident] = page
        self._of_unit.setdefault(page.token.unit, set()).add(page)
        self._presence(page, "online")

    def _forget(self, page: Page) -> None:
        of_unit = self._of_unit.get(page.token.unit, set())
        of_unit.discard(page)
        if not of_unit:
            self._of_unit.pop(page.token.unit, None)
        if self.pages.get(page.token.id) is page:
            del self.pages[page.token.id]

    def _leave(self, page: Page) -> None:
        """Its calls wait a while for it: a dead spot of the signalling need not be one of the sound."""
        if self.pages.get(page.token.id) is not page:
            return  # another one took its place
        self._forget(page)
        self._presence(page, "offline")
        if page.code == SIGNED_OUT:
            self._hang_up(page)
        elif page.legs:
            timer = asyncio.get_running_loop().call_later(GONE_SECONDS, self._give_up, page.token.id)
            self._left[page.token.id] = (page, timer)

    def _give_up(self, ident: str) -> None:
        left = self._left.pop(ident, None)
        if left is not None:
            self._hang_up(left[0])

    def _hang_up(self, page: Page) -> None:
        for ident, leg in page.legs.items():
            if not leg.peer or self._rings_elsewhere(page, ident):
                continue
            self._say(leg.peer, self._stamped(page, LiveIn("bye", ident, leg.call, value="gone")))
        page.legs.clear()

    def _from_device(self, page: Page, said: LiveIn) -> None:
        leg = page.legs.get(said.leg)
        if leg is not None and not leg.peer:  # until its desk signals there is nobody to be told
            if said.kind in _BY_THE_WAY:
                return
            del page.legs[said.leg]
            leg = None
        if said.kind == "offer":
            if leg is None and not self._may_call(page, said):
                return
            leg = leg or Leg("hub", said.call or said.leg)
            page.legs[said.leg] = leg
        if leg is None:  # over meanwhile, or never its own
            page.tell(LiveOut("bye", said.leg, said.call))
            return
        if said.kind in _NOT_HERE and self._rings_elsewhere(page, said.leg):
            del page.legs[said.leg]
            return
        if not self._say(leg.peer, self._stamped(page, said, leg.call)):
            page.legs.pop(said.leg, None)
            page.tell(LiveOut("unreachable", said.leg, leg.call))
            return
        if said.kind == "answer":
            leg.offer = None
            self._taken_elsewhere(page, said.leg)
        if said.kind in _LAST:
            page.legs.pop(said.leg, None)

    def _may_call(self, page: Page, said: LiveIn) -> bool:
        """A leg of its own has an id that nobody else's page knows."""
        taken = any(other.knows(said.leg) for other in self.pages.values())
        if taken or not said.sdp or len(said.leg) != _UUID or len(page.legs) >= MOST_LEGS:
            page.tell(LiveOut("busy", said.leg, said.call))
            return False
        return True

    def _rings_elsewhere(self, page: Page, leg: str) -> bool:
        """Whether another device of the unit can still answer: who is not here speaks for itself only."""
        return any(other is not page and other.knows(leg) for other in self._of_unit.get(page.token.unit, ()))

    def _taken_elsewhere(self, page: Page, leg: str) -> None:
        """One device of the unit answered: the others stop ringing."""
        for other in list(self._of_unit.get(page.token.unit, ())):
            if other is not page and (known := other.legs.pop(leg, None)) is not None:
                other.tell(LiveOut("claimed", leg, known.call, name=page.token.device))
        for away in self._away(page.token.unit):
            if (known := away.legs.get(leg)) is not None:
                self._missed(away, LiveOut("claimed", leg, known.call, name=page.token.device))

    def _stamped(self, page: Page, said: LiveIn, call: str = "") -> Signal:
        return Signal(
            kind=said.kind,
            leg=said.leg,
            call=call or said.call,
            unit=page.token.unit,
            device=page.token.id,
            sdp=said.sdp,
            video=said.video,
            value=said.value,
            name=page.name,
        )

    # -- tokens --------------------------------------------------------------------------------------------------------

    def end(self, tokens: Collection[str]) -> None:
        """Ends the pages of these tokens, and their calls."""
        for ident in tokens:
            if (page := self.pages.get(ident)) is not None:
                page.tell(LiveOut("signed_out"))
                page.close(SIGNED_OUT)
            elif (left := self._left.pop(ident, None)) is not None:
                left[1].cancel()
                self._hang_up(left[0])

    def close(self) -> None:
        """Ends all: the gateway ends."""
        for _, timer in self._left.values():
            timer.cancel()
        self._left.clear()
        for page in list(self.pages.values()):
            page.close(WSCloseCode.GOING_AWAY)
