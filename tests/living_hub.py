"""A real hub on a thread of this process, without feeds: bus, stream, book and all; its units stand in its memory.

    with LivingHub(profile) as hub, a_seat(folder, hub) as seat: ...

`stop` and `start` are a hub that goes and comes back. What kills it as a process is tested with processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from cockpit.bus import subjects
from cockpit.bus.client import connect
from cockpit.bus.users import Keys
from cockpit.bus.where import OwnHub
from cockpit.hub import Hub
from cockpit.model.batch import columns_of_rows
from cockpit.model.city import Pack
from cockpit.model.clock import MINUTE, Clock, SystemClock
from cockpit.model.entries import Act, Fact, IssueOrders, NewCase, NewOrder, OpenCase, Receipt, encode
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending, Waiting
from cockpit.model.tables import UNITS, UnitState
from cockpit.packs.read import read_pack
from cockpit.processes import free_port
from cockpit.seat import Seat
from cockpit.store.cache import Cache

CITY = "hangzhou"
PATIENCE = 40.0
CLOCK = SystemClock()
UNIT_KEYS = tuple(f"positions/U{n:03d}" for n in range(1, 41))


def pack() -> Pack:
    return msgspec.structs.replace(read_pack(CITY), feeds=())


def put_units(profile: Path) -> None:
    """Units into the memory of a hub (or of a seat) that is not running."""
    same = {
        "feed": "positions", "kind": "grid", "state": UnitState.FREE, "lon": 120.16, "lat": 30.25, "heading": 0.0,
        "speed": 0.0, "area": "330102001", "fixed": CLOCK.now(), "received": CLOCK.now(), "skill": "",
    }  # fmt: skip
    rows = [same | {"key": key, "name": key} for key in UNIT_KEYS]
    cache = Cache.open(profile, CLOCK)
    cache.upsert("unit", columns_of_rows(UNITS, rows))
    assert cache.close()


class LivingHub:
    """The hub.

    Attributes:
        profile: its folder.
        hub: of now; None while it is stopped.
    """

    def __init__(self, profile: Path, clock: Clock = CLOCK) -> None:
        profile.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.profile = profile
        self.hub: Hub | None = None
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        if not (profile / "hub.db").exists():
            put_units(profile / "hub.db")

    def __enter__(self) -> LivingHub:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main(ready)), name="living-hub")
        self._thread.start()
        assert ready.wait(PATIENCE), "the hub does not start"

    async def _main(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self.hub = Hub(self.profile, pack(), "", free_port(), self._clock)
        await self.hub.run(ready.set)

    def stop(self) -> None:
        if self._thread is not None and self.hub is not None and self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.hub.stop)
            self._thread.join(PATIENCE)
            assert not self._thread.is_alive()
        self.hub = self._thread = self._loop = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The hub's own, for what has to be done on its thread."""
        assert self._loop is not None
        return self._loop

    @property
    def decided(self) -> int:
        return self.hub.book.state.seq if self.hub is not None else 0

    def report(self, order: str, unit: str, *kinds: str) -> None:
        """Facts of a device, by way of a gateway."""

        async def go() -> None:
            assert self.hub is not None
            client = await connect(self.hub.server.url, Keys(self.profile).gateway(), "gateway", lambda: None)
            try:
                for kind in kinds:
                    now = CLOCK.now()
                    fact = Fact(new_id(CLOCK), kind, order, unit, "device-1", now, now)
                    subject = subjects.fact(CITY, subjects.LIVE, "gateway")
                    answer = await client.request(subject, encode(fact), timeout=10)
                    receipt = msgspec.json.decode(answer.data, type=Receipt)
                    assert receipt.seq, receipt
            finally:
                await client.close()

        asyncio.run(go())


class AtWork:
    """A seat whose ticks are these hands'.

    Attributes:
        seat: the seat.
        topics: all that ticks told of so far.
        notices: all that was to be said.
        patience: seconds that anything is waited for.
    """

    patience = PATIENCE

    def __init__(self, made: Callable[[Callable[[], None]], Any], start: bool) -> None:
        """Args: made: a seat, of what wakes these hands."""
        self.topics: set[str] = set()
        self.notices: list[str] = []
        self.woken = threading.Event()
        self.seat = made(self.woken.set)
        try:
            self.seat.open_cache()
            if start:
                self.seat.start()
        except BaseException:
            self.seat.close()
            raise

    def tick(self) -> frozenset[str]:
        topics: frozenset[str] = self.seat.tick()
        self.topics |= topics
        while self.seat.notices:
            self.notices.append(self.seat.notices.popleft().id)
        return topics

    def until(self, condition: Callable[[], object], what: str = "") -> None:
        end = CLOCK.mono() + self.patience
        while True:
            self.woken.clear()
            self.tick()
            if condition():
                return
            assert CLOCK.mono() < end, f"not in time: {what} {self.told()} {self.notices} {self.seat.link}"
            self.woken.wait(0.05)

    def told(self) -> object:
        """What to say of it where something did not come."""
        return ""

    def close(self) -> None:
        self.seat.close()


class Seated(AtWork):
    """An officer's seat and the hands at it."""

    def __init__(
        self,
        folder: Path,
        profile: Path,
        clock: Clock = CLOCK,
        start: bool = True,
        units: bool = True,
        role: str = "duty",
    ) -> None:
        self.folder = folder
        if units and not (folder / CITY / "cache.db").exists():
            (folder / CITY).mkdir(mode=0o700, parents=True)
            put_units(folder / CITY / "cache.db")

        def made(wake: Callable[[], None]) -> Seat:
            seat = Seat(folder, pack(), OwnHub(profile, role=role), clock, wake)
            seat.who = lambda: "张敏"
            return seat

        super().__init__(made, start)

    @property
    def cases(self) -> Any:
        return self.seat.cases

    def told(self) -> object:
        return self.rows()

    def submit(self, act: Act, case: str = "", valid_for: int = 0, **texts: str) -> str:
        """Gives a command out and waits until it is durable; the id of its case."""
        heard: list[Message | None] = []
        ident = self.cases.submit(act, case, texts, heard.append, valid_for)
        self.until(lambda: heard, "durable")
        assert heard == [None]
        return str(ident)

    def heard(self, ask: Callable[[Callable[[Any], None]], object]) -> Any:
        """What a port answers."""
        heard: list[Any] = []
        ask(heard.append)
        self.until(lambda: heard, "an answer")
        return heard[0]

    def rows(self) -> list[Waiting]:
        return self.cases.outbox()  # type: ignore[no-any-return]

    def states(self) -> list[str]:
        return [str(row.state) for row in self.rows()]

    def await_states(self, *states: Sending) -> None:
        self.until(lambda: self.states() == [str(state) for state in states], str(states))


@contextlib.contextmanager
def seated(folder: Path, hub: LivingHub | Path, **options: Any) -> Iterator[Seated]:
    profile = hub if isinstance(hub, Path) else hub.profile
    profile.mkdir(mode=0o700, parents=True, exist_ok=True)
    seat = Seated(folder, profile, **options)
    try:
        yield seat
    finally:
        seat.close()


def new_case(event: str = "") -> NewCase:
    return NewCase(event or f"incident/{new_id(CLOCK)}", "E0506", 2, 120.16, 30.25, "330102001", "hotline")


def an_open(event: str = "") -> OpenCase:
    return OpenCase(new_case(event))


def an_order(unit: int = 1, event: str = "") -> IssueOrders:
    order = NewOrder(new_id(CLOCK), UNIT_KEYS[unit - 1])
    return IssueOrders((order,), 10 * MINUTE, 60 * MINUTE, new_case(event))
