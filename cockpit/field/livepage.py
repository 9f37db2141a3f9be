"""One phone page on the WebSocket, and the calls that it has a part in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import msgspec
from aiohttp import web

from cockpit.field.line import QUEUE, Line
from cockpit.field.pagewire import LiveOut
from cockpit.field.register import Token


class Leg(msgspec.Struct):
    """A leg of a page: who is at its other end, and of which call it is.

    Attributes:
        peer: "" until its desk signals: the page said that it has it on, and we know nothing of it (we began anew).
        offer: of a desk, until it is answered.
    """

    peer: str
    call: str
    offer: LiveOut | None = None


class Page(Line):
    """One page that signed in.

    Attributes:
        legs: by id; taken over by the next page of the same device.
        missed: signals of its calls since it went; the next page of the device is told them.
    """

    def __init__(self, socket: web.WebSocketResponse, token: Token, name: str, legs: dict[str, Leg]) -> None:
        super().__init__(socket, token)
        self.name = name
        self.legs = legs
        self.missed: deque[LiveOut] = deque(maxlen=QUEUE // 2)

    def succeed(self, before: Page) -> None:
        """Takes over the calls of the device's page before: the ringing that nobody answered, and what was missed."""
        for ident, leg in before.legs.items():
            self.legs[ident] = leg
            if leg.offer is not None:
                self.tell(leg.offer)
        for message in before.missed:
            self.tell(message)

    def claim(self, legs: Iterable[str]) -> None:
        """Takes on the calls that the page says it has on and we do not know; nobody hears it on them until their desk
        signals to this unit."""
        for ident in legs:
            self.legs.setdefault(ident, Leg("", ""))

    def knows(self, ident: str) -> bool:
        """Whether it has a part in a leg, and does not only say so."""
        leg = self.legs.get(ident)
        return leg is not None and bool(leg.peer)

    def tell(self, message: LiveOut) -> None:
        self.put(msgspec.json.encode(message))
