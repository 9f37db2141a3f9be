"""`ports.roster.Rosters` of a seat: asked of the hub while a panel looks. No Qt."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import msgspec

from cockpit.model.messages import Message
from cockpit.model.roster import Roster, RosterReply, RosterWanted
from cockpit.seat.seat import Seat

if TYPE_CHECKING:
    from nats.aio.client import Client

    from cockpit.bus import asks
    from cockpit.bus.users import User

ASK_SECONDS = 180.0
SOON_SECONDS = 10.0
"""After a question that was not answered."""


class LiveRosters:
    """`ports.roster.Rosters`. To be made before `seat.start`; called on the thread that ticks."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._known: dict[str, Roster] = {}
        self._due: dict[str, float] = {}
        seat.alongside.append(self._joined)

    def of(self, org: str) -> Roster:
        now = self._seat.live.mono()
        if now >= self._due.get(org, now):
            self._due[org] = now + ASK_SECONDS
            self._seat.ask("roster", RosterWanted(org), RosterReply, lambda reply: self._told(org, reply))
        return self._known.get(org, Roster())

    def _told(self, org: str, reply: RosterReply | Message) -> None:
        if isinstance(reply, Message):
            self._due[org] = self._seat.live.mono() + SOON_SECONDS
            self._known[org] = msgspec.structs.replace(self._known.get(org, Roster()), problem=reply)
        else:
            self._known[org] = Roster(reply.people, self._seat.clock.wall(), orgs=reply.orgs)

    @contextlib.asynccontextmanager
    async def _joined(self, client: Client, user: User, welcome: asks.Welcome) -> AsyncIterator[None]:
        """The hub is there, for the first time or again: what it said before may be another."""
        self._seat.later(self._due.clear)
        yield
