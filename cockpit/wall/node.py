"""A machine of the wall without a screen: what the hub tells walls, the hub's clock, and what the machine says back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from cockpit.bus import asks
from cockpit.bus.tasks import end
from cockpit.model.clock import SECOND, CityClock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.ports.link import Link, LinkState
from cockpit.model.typed import from_msgpack
from cockpit.model.wall import Screen, Wall
from cockpit.model.wallasks import HAND, ORDER, Adopt, Adopted, Nothing, Ready, WallClock, WallOrder
from cockpit.model.wallstate import TOPIC, NodeReport, Pointer, Thumb, WallShows, WallState
from cockpit.wall.hubtime import HubTime
from cockpit.wall.kept import KeptState, keep, read_kept
from cockpit.wall.volume import set_volume

if TYPE_CHECKING:
    from nats.aio.client import Client

    from cockpit.bus.link import Alongside
    from cockpit.bus.users import User

KEEP_SECONDS = 30.0
"""How often at the most what has not changed is kept again, for its age."""

KEEP_PACE = 1.0
"""Seconds between two writings of what changes all the time: a hand that moves the map changes it 30 times a second."""

_T = TypeVar("_T")


class SeatOfWall(Protocol):
    """What a wall needs of its seat; `cockpit.seat.Seat` is one."""

    live: CityClock
    folder: Path
    link: Link
    alongside: list[Alongside]

    def hear(self, topic: str, kind: type[_T], told: Callable[[_T], None], prompt: bool = False) -> None: ...

    def ask(self, what: str, wanted: object, reply: type, done: Callable[[Any], None]) -> None: ...

    async def request(self, what: str, wanted: object) -> asks.Told: ...

    def aside(self, work: Callable[[], object]) -> None: ...


class WallSeat:
    """The wall as one machine of it sees it. To be made before the seat is started; belongs to the thread of `tick`.

    Attributes:
        machine: its name, as the hall file has it.
        state: the hub's last word; at a start what was kept of the last run, None where there is nothing.
        heard: when that word came: the hub's wall clock, UTC us; 0 never.
        time: the hub's clock.
        on_state: told in a tick, at every word of the hub; on_pointer: of each light spot; on_order: of what this
            machine is to do ("restart").
    """

    def __init__(self, seat: SeatOfWall, machine: str, own_sound: bool = False) -> None:
        """
        Args:
            own_sound: this machine does nothing but draw: it is as loud as the operator sets the wall.
        """
        self.machine = machine
        self.on_state: Callable[[WallState], None] = _nothing
        self.on_pointer: Callable[[Pointer], None] = _nothing
        self.on_order: Callable[[str], None] = _nothing
        self._seat = seat
        self._clock = seat.live.base
        self.time = HubTime(self._clock)
        kept = read_kept(seat.folder)
        self.state: WallState | None = kept.state if kept is not None else None
        self.heard = kept.at if kept is not None else 0
        self._heard_here: float | None = None
        self._kept_at = float("-inf")
        self._unkept = False
        self._own_sound = own_sound
        self._loud: tuple[int, bool] | None = None
        seat.hear(TOPIC, WallState, self._told, prompt=True)
        seat.hear(HAND, Pointer, lambda pointer: self.on_pointer(pointer), prompt=True)
        seat.hear(ORDER, WallOrder, self._ordered, prompt=True)
        seat.alongside.append(self._joined)

    # -- what is known -----------------------------------------------------------------------------------------------

    @property
    def joined(self) -> bool:
        """Whether the hub is there."""
        return self._seat.link.state is LinkState.LIVE

    @property
    def age(self) -> float | None:
        """Seconds since the hub's last word; None: never one."""
        if self._heard_here is not None:
            return max(0.0, self._clock.mono() - self._heard_here)
        return max(0.0, (self.time.now() - self.heard) / SECOND) if self.heard else None

    @property
    def wall(self) -> Wall | None:
        """The wall that this machine draws, None where the hall has none for it."""
        walls = self.state.hall.walls if self.state is not None else ()
        return next((wall for wall in walls if self.machine in wall.machines), None)

    @property
    def screens(self) -> tuple[Screen, ...]:
        """This machine's screens of that wall, in order of their numbers."""
        wall = self.wall
        return tuple(screen for screen in wall.screens if screen.machine == self.machine) if wall is not None else ()

    @property
    def shows(self) -> WallShows | None:
        """What that wall shows."""
        wall = self.wall
        if wall is None or self.state is None:
            return None
        return next((shows for shows in self.state.shows if shows.wall == wall.id), None)

    def until(self, show_at: int) -> float:
        """Seconds until the hub's clock says so; negative: it is past."""
        return self.time.mono_of(show_at) - self._clock.mono()

    # -- what the machine says ---------------------------------------------------------------------------------------

    def adopt(
        self, screens: tuple[tuple[int, ...], ...], done: Callable[[Adopted | Message], None] | None = None
    ) -> None:
        """Says which screens this machine has, as in `Adopt`; `done` is told in a tick which wall it draws."""
        self._seat.ask("wall.adopt", Adopt(self.machine, screens), Adopted, done or _nothing)

    def ready(self, wall: str, revision: int) -> None:
        """This machine can show the revision in one frame."""
        self._seat.ask("wall.ready", Ready(wall, self.machine, revision), Nothing, _nothing)

    def report(self, report: NodeReport) -> None:
        self._seat.ask("wall.report", report, Nothing, _nothing)

    def thumb(self, thumb: Thumb) -> None:
        self._seat.ask("wall.thumb", thumb, Nothing, _nothing)

    def second(self) -> None:
        """A second passed."""
        self._keep_soon()

    def keep_now(self) -> None:
        """Keeps what is known, at an orderly end."""
        if self.state is not None and self._heard_here is not None:
            keep(self._seat.folder, KeptState(self.heard, self.state))

    # -- what is heard -----------------------------------------------------------------------------------------------

    def _told(self, state: WallState) -> None:
        before, self.state = self.state, state
        self._heard_here = self._clock.mono()
        self.heard = self.time.now()
        if before is None or not same_picture(before, state) or self._heard_here - self._kept_at >= KEEP_SECONDS:
            self._unkept = True
        self._keep_soon()
        shows = self.shows
        if self._own_sound and shows is not None and (shows.volume, shows.muted) != self._loud:
            self._loud = shows.volume, shows.muted
            self._seat.aside(partial(set_volume, *self._loud))
        self.on_state(state)

    def _keep_soon(self) -> None:
        """Keeps what changed since it was kept, at the pace that a disk bears."""
        now = self._clock.mono()
        if self._unkept and self.state is not None and now - self._kept_at >= KEEP_PACE:
            self._kept_at, self._unkept = now, False
            self._seat.aside(partial(keep, self._seat.folder, KeptState(self.heard, self.state)))

    def _ordered(self, order: WallOrder) -> None:
        if order.machine == self.machine:
            self.on_order(order.what)

    @contextlib.asynccontextmanager
    async def _joined(self, client: Client, user: User, welcome: asks.Welcome) -> AsyncIterator[None]:
        """As long as the hub is joined: measures its clock, and asks at once what the wall shows."""
        measuring = asyncio.create_task(self.time.keep(self._hub_clock), name="hub-time")
        self._seat.ask("wall.state", Nothing(), WallState, self._answered)
        try:
            yield
        finally:
            await end(measuring)

    def _answered(self, state: WallState | Message) -> None:
        if isinstance(state, WallState):
            self._told(state)

    async def _hub_clock(self) -> int:
        """Raises OutsideError: no answer that says a time."""
        told = await self._seat.request("wall.clock", Nothing())
        if told.problem is not None:
            raise OutsideError(told.problem.id, **told.problem.params)
        try:
            return from_msgpack(told.said, type=WallClock).at
        except msgspec.MsgspecError as error:
            raise OutsideError("seat.hub_nonsense") from error


def same_picture(one: WallState, other: WallState) -> bool:
    """Whether two words of the hub say the same but for the reports of machines."""
    return (one.hall, one.shows, one.scenes, one.published) == (other.hall, other.shows, other.scenes, other.published)


def _nothing(*_: object) -> None:
    pass
