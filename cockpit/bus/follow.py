"""Follows the ledger: decisions in their order, each linked to the one before, kept in a copy and handed on.

News come as the server sends them. What was missed (a start, a gap, a chain that does not link) is asked for, together
with the last decision that is here: where the hub has another one, its ledger is another, and the copy starts over.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from cockpit.bus import asks, subjects
from cockpit.bus.client import nats_error
from cockpit.bus.tasks import end
from cockpit.model.clock import Clock
from cockpit.model.entries import GENESIS, Decision, digest, read_decision
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_msgpack

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

log = logging.getLogger(__name__)

ASK_SECONDS = 8.0
CHECK_SECONDS = 15.0
"""After so long without a gap it is asked all the same: the last of the news may have been lost."""
RETRY_SECONDS = (0.1, 0.3, 1.0, 2.0, 5.0)
LAGS = 4
"""A hub that is behind its own news has them in a moment; behind after so many questions, its ledger is shorter."""
MOST_UNKEPT = 20_000
"""Decisions that may wait for the disk; past it the copy is left as it is until the next start."""

Told = list[tuple[Decision, bytes]]


class Copy(Protocol):
    """What is kept of the ledger; `cockpit.store.ledger.LedgerCopy` is one."""

    @property
    def last(self) -> tuple[int, str]: ...

    def append_many(self, rows: Sequence[tuple[int, bytes]]) -> None: ...

    def start_over(self, clock: Clock) -> None: ...


class Follower:
    """Follows one ledger over one connection after the other. Lives on its event loop.

    Attributes:
        seq, head: the last decision that was handed on; `GENESIS` before the first.
        caught_up: set while nothing is known to be missing.
    """

    def __init__(
        self,
        copy: Copy,
        city: str,
        clock: Clock,
        on_decisions: Callable[[Told], None],
        on_other: Callable[[], None],
        on_problem: Callable[[Message], None] = lambda message: None,
        on_caught_up: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            copy: `on_decisions` begins behind what it has now.
            clock: the machine's.
            on_decisions: is handed what comes next, in order.
            on_other: another ledger begins: forget all that was handed on.
            on_problem: told what the copy can not keep, once.
            on_caught_up: told when nothing is known to be missing, after an absence or a gap.
        """
        self._copy = copy
        self._city = city
        self._clock = clock
        self._on_decisions = on_decisions
        self._on_other = on_other
        self._on_problem = on_problem
        self._on_caught_up = on_caught_up
        self.seq, self.head = copy.last
        self.caught_up = asyncio.Event()
        self._behind = asyncio.Event()
        self._newest = 0
        self._lags = 0
        self._unkept: list[tuple[int, bytes]] = []
        self._keeping = True
        self._said = ""

    @contextlib.asynccontextmanager
    async def following(self, client: Client, user: str, world: str) -> AsyncIterator[None]:
        """Follows over this connection as long as the block lasts; wait for `caught_up` where that matters.

        Raises:
            OutsideError: the connection is gone already.
        """
        self.caught_up.clear()
        self._newest = self._lags = 0
        try:
            news = await client.subscribe(
                subjects.all_news(self._city, world), cb=self._news, pending_msgs_limit=100_000
            )
        except (nats_error(), OSError) as error:
            raise OutsideError("seat.hub_gone") from error
        keeper = asyncio.create_task(self._keep(client, user), name="ledger")
        try:
            yield
        finally:
            self.caught_up.clear()
            await end(keeper)
            if not keeper.cancelled():
                keeper.result()
            with contextlib.suppress(nats_error(), OSError):
                await news.unsubscribe()

    def distrust(self) -> None:
        """What was handed on can not be what the ledger says: all of it is fetched again."""
        self._start_over()
        self._fall_behind()

    # -- news ----------------------------------------------------------------------------------------------------

    async def _news(self, message: Msg) -> None:
        try:
            decision = read_decision(message.data)
        except msgspec.MsgspecError:
            self._fall_behind()  # what lies in the stream will say what it is
            return
        if decision.seq <= self.seq:
            return
        self._newest = max(self._newest, decision.seq)
        if not self.caught_up.is_set():
            return
        if decision.seq == self.seq + 1 and decision.prev == self.head:
            self._take([(decision, message.data)])
        else:
            self._fall_behind()

    def _fall_behind(self) -> None:
        self.caught_up.clear()
        self._behind.set()

    def _take(self, told: Told) -> None:
        self.seq, self.head = told[-1][0].seq, digest(told[-1][1])
        self._keep_copy(told)
        self._on_decisions(told)

    def _keep_copy(self, told: Told) -> None:
        """Into the copy; what the disk refuses waits for the next time."""
        if not self._keeping:
            return
        self._unkept += [(decision.seq, data) for decision, data in told]
        try:
            self._copy.append_many(self._unkept)
        except OutsideError as error:
            self._keeping = len(self._unkept) <= MOST_UNKEPT
            if self._said != error.message.id:
                self._said = error.message.id
                self._on_problem(error.message)
            return
        self._unkept.clear()
        self._said = ""

    # -- what was missed -----------------------------------------------------------------------------------------

    async def _keep(self, client: Client, user: str) -> None:
        tries = 0
        while True:
            self._behind.clear()
            try:
                done = await self._catch_up(client, user)
            except (OutsideError, nats_error(), TimeoutError, OSError, msgspec.MsgspecError) as error:
                log.info("the ledger: %s", error)
                done = False
            except Exception:  # our bug: said in the log, and it is tried again
                log.exception("following the ledger")
                done = False
            if done and not self._behind.is_set():
                tries = self._lags = 0
                if not self.caught_up.is_set():
                    self.caught_up.set()
                    self._on_caught_up()
                with contextlib.suppress(TimeoutError):
                    async with time_limit(CHECK_SECONDS):
                        await self._behind.wait()
            else:
                await asyncio.sleep(RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)])
                tries += 1

    async def _catch_up(self, client: Client, user: str) -> bool:
        """Asks until nothing is missing; False when the hub has less than what was seen."""
        while True:
            wanted = asks.encode(asks.LedgerWanted(max(self.seq - 1, 0)))
            answer = await client.request(subjects.ask(user, "ledger"), wanted, timeout=ASK_SECONDS)
            reply = from_msgpack(answer.data, type=asks.LedgerReply)
            if reply.problem is not None:
                raise OutsideError(reply.problem.id, **reply.problem.params)
            if reply.last < self.seq:
                self._lags += 1
                if self._lags >= LAGS:
                    self._start_over()
                return False
            before = self.seq
            if not self._take_in(reply.rows):
                self._start_over()
            elif self.seq >= max(reply.last, self._newest):
                return True
            elif self.seq == before:
                return False

    def _take_in(self, rows: list[tuple[int, bytes]]) -> bool:
        """Takes in what follows; False when the hub has another decision in the place of the last one here.

        Raises:
            OutsideError: what the hub sends does not link up.
        """
        seq, head = self.seq, self.head
        told: Told = []
        for number, data in rows:
            if number == self.seq and digest(data) != head:
                return False
            if number <= seq:
                continue
            decision = read_decision(data)
            if number != seq + 1:
                break
            if decision.seq != number or decision.prev != head:
                raise OutsideError("bus.ledger_unlinked")
            told.append((decision, data))
            seq, head = number, digest(data)
        if told:
            self._take(told)
        return True

    def _start_over(self) -> None:
        """Another ledger: the copy is set aside, and everything comes anew."""
        log.info("the ledger is another one: from the start")
        self.caught_up.clear()
        self._unkept.clear()
        self._keeping = True
        self._lags = self._newest = 0
        try:
            self._copy.start_over(self._clock)
        except OutsideError as error:
            self._on_problem(error.message)
        self.seq, self.head = 0, GENESIS
        self._on_other()
