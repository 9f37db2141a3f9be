"""A leader's seat and its hall: how long it may keep what it has, and the order to be empty, obeyed at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from cockpit.bus import asks
from cockpit.bus.tasks import end
from cockpit.model.clock import Clock
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.messages import Message
from cockpit.model.seatasks import ORDER, WIPE, SeatHere, SeatLease, SeatOrder, SeatWiped
from cockpit.model.typed import from_msgpack
from cockpit.store.lease import MOST_DAYS, Lease, keep_lease, read_lease
from cockpit.store.vault import Vault, destroy

if TYPE_CHECKING:
    from nats.aio.client import Client

    from cockpit.bus.link import Alongside
    from cockpit.bus.users import User

log = logging.getLogger(__name__)
_T = TypeVar("_T")

AGAIN_SECONDS = 600.0
"""How often the hub is told how it stands here, and the days begin anew."""
SOON_SECONDS = 20.0
"""After a refusal, or no answer."""


class SeatOfContact(Protocol):
    """What it needs of its seat; `cockpit.seat.Seat` is one."""

    vault: Vault | None
    alongside: list[Alongside]

    def hear(self, topic: str, kind: type[_T], told: Callable[[_T], None], prompt: bool = False) -> None: ...

    async def request(self, what: str, wanted: object) -> asks.Told: ...

    def soon(self, what: Callable[[], None]) -> None: ...

    def on_io(self, call: Callable[[], None]) -> None: ...


class Contact:
    """To be made before the seat is started. What is told is told in ticks.

    Attributes:
        lease: as it is known; None: this profile has none, for it is on the hub's own machine.
        most: bytes that the hall lets this seat keep, 0 not said yet.
        wiped: why this seat is empty, or will be once it is closed; None: it is not.
        on_wiped: told so once; the program is to say it and end.
    """

    def __init__(self, seat: SeatOfContact, profile: Path, clock: Clock, here: Callable[[], SeatHere]) -> None:
        """
        Args:
            clock: the machine's. here: how this seat stands, on the I/O thread.
        """
        self.lease: Lease | None = read_lease(profile)
        self.most = 0
        self.wiped: Message | None = None
        self.on_wiped: Callable[[Message], None] = lambda message: None
        self._seat = seat
        self._profile = profile
        self._clock = clock
        self._here = here
        self._user = ""
        self._tasks: set[asyncio.Task[None]] = set()
        seat.hear(ORDER, SeatOrder, self._ordered, prompt=True)
        seat.alongside.append(self._joined)

    @property
    def days_left(self) -> int | None:
        """Days until what is here ends unless the hall is heard; None: it does not."""
        return self.lease.left(self._clock.now()) if self.lease is not None else None

    # -- on the I/O thread -----------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _joined(self, client: Client, user: User, welcome: asks.Welcome) -> AsyncIterator[None]:
        self._user = user.name
        task = asyncio.create_task(self._keep(), name="seat-contact")
        try:
            yield
        finally:
            await end(task)

    async def _keep(self) -> None:
        while True:
            pause = AGAIN_SECONDS
            try:
                answer: SeatLease = _said(await self._seat.request("seat.here", self._here()), SeatLease)
                await asyncio.to_thread(self._renew, answer)
            except (CockpitError, OSError) as error:
                log.info("the hall was not heard: %s", error)
                pause = SOON_SECONDS
            await asyncio.sleep(pause)

    def _renew(self, answer: SeatLease) -> None:
        now = self._clock.now()
        self.most = answer.most
        if self.lease is None:
            return
        before = self.lease.seen
        self.lease = Lease(now, min(max(answer.days, 1), MOST_DAYS), max(now, before if before <= now else 0))
        keep_lease(self._profile, self.lease, self._seat.vault)

    async def obey(self, order: str) -> None:
        """What the hub ordered: the key goes first, then the hub is told, then the rest goes."""
        if order != WIPE or self.wiped is not None:
            return
        self.wiped = Message("secure.wiped_by_hall")
        await asyncio.to_thread(self._end_key)
        with contextlib.suppress(OutsideError):  # the line went: it is told at the next start, if there is one
            await self._seat.request("seat.wiped", SeatWiped("order"))
        said = self.wiped
        self._seat.soon(lambda: self.on_wiped(said))

    def _end_key(self) -> None:
        now = self._clock.now()
        with contextlib.suppress(OSError):  # what is begun is gone on with at the next start
            keep_lease(self._profile, Lease(now, seen=now, wipe=True), self._seat.vault)
        with contextlib.suppress(OutsideError):
            destroy(self._profile)

    # -- in ticks ----------------------------------------------------------------------------------------------------

    def _ordered(self, order: SeatOrder) -> None:
        if order.user == self._user and self.wiped is None:
            self._seat.on_io(lambda: self._spawn(order.what))

    def _spawn(self, what: str) -> None:
        task = asyncio.get_running_loop().create_task(self.obey(what))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _said(told: asks.Told, kind: type[_T]) -> _T:
    if told.problem is not None:
        raise OutsideError(told.problem.id, **told.problem.params)
    try:
        found: Any = from_msgpack(told.said, type=kind)
    except msgspec.MsgspecError as error:
        raise OutsideError("seat.hub_nonsense") from error
    return found  # type: ignore[no-any-return]
