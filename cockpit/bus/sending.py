"""Sends what an outbox holds: in order within a lane, lanes side by side, the same bytes until the hub has answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from cockpit.bus.client import answering
from cockpit.bus.tasks import end
from cockpit.model.clock import Clock
from cockpit.model.entries import Receipt
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.outgoing import Outgoing, Row, Unsendable
from cockpit.model.ports.cases import Sending
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import JsonDecoder

if TYPE_CHECKING:
    from nats.aio.client import Client

log = logging.getLogger(__name__)

ANSWER_SECONDS = 6.0
"""How long a receipt is waited for; a hub may take four for an append."""
RETRY_SECONDS = (0.3, 0.6, 1.0, 2.0, 5.0, 10.0)
MOST_UNDER_WAY = 64

_receipt = JsonDecoder(Receipt)


class _NotReached(OutsideError):
    """Nobody got it."""


class Sender:
    """The way out of one outbox. Lives on its event loop; `poke` is for any thread."""

    def __init__(self, outbox: Outgoing, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._more = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._not_before: dict[str, float] = {}

    def poke(self) -> None:
        """There may be something to send."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop ended meanwhile
                loop.call_soon_threadsafe(self._more.set)

    @contextlib.asynccontextmanager
    async def sending(self, client: Client, subject: str) -> AsyncIterator[None]:
        """Sends over this connection as long as the block lasts; all that waits is tried at once."""
        self._loop = asyncio.get_running_loop()
        self._not_before.clear()
        keeper = asyncio.create_task(self._keep(client, subject), name="outbox")
        try:
            yield
        finally:
            self._loop = None
            await end(keeper, *self._tasks.values())

    async def _keep(self, client: Client, subject: str) -> None:
        while True:
            self._more.clear()
            again = self._start_what_is_due(client, subject)
            with contextlib.suppress(TimeoutError):
                async with time_limit(again):
                    await self._more.wait()

    def _start_what_is_due(self, client: Client, subject: str) -> float | None:
        """A task for each row that can go; seconds until the next one is due, None when that will be told."""
        self._outbox.expire()
        now = self._clock.mono()
        again: float | None = None
        for row in self._outbox.heads():
            if len(self._tasks) >= MOST_UNDER_WAY:
                break  # one that ends looks again
            pause = self._not_before.get(row.id, now) - now
            if row.id in self._tasks:
                continue
            if pause > 0:
                again = pause if again is None else min(again, pause)
                continue
            task = self._tasks[row.id] = asyncio.create_task(self._send(client, subject, row))
            task.add_done_callback(partial(self._ended, row.id))
        return again

    def _ended(self, ident: str, task: asyncio.Task[None]) -> None:
        self._tasks.pop(ident, None)
        self._more.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("sending a row", exc_info=error)

    async def _send(self, client: Client, subject: str, row: Row) -> None:
        """One try of one row; what becomes of it stands in the outbox afterwards."""
        outbox, ident = self._outbox, row.id
        if not await self._taken(ident):
            return
        reached = True
        try:
            receipt = await _ask(client, subject, row)
            if receipt.problem is not None:
                reached = False  # the hub says that it decided nothing
                raise OutsideError(receipt.problem.id, **receipt.problem.params)
        except Unsendable as error:
            outbox.settle(ident, Sending.PARKED, error.message)
        except OutsideError as error:
            self._not_before[ident] = self._clock.mono() + RETRY_SECONDS[min(row.tries, len(RETRY_SECONDS) - 1)]
            outbox.put_back(ident, error.message, reached and not isinstance(error, _NotReached))
        except asyncio.CancelledError:
            outbox.put_back(ident, Message("seat.hub_gone"), reached=True)
            raise
        except BaseException:  # our bug: the row goes on another time
            outbox.put_back(ident, Message("seat.hub_silent"), reached=True)
            raise
        else:
            self._not_before.pop(ident, None)
            if receipt.refused is not None:
                outbox.settle(ident, Sending.REFUSED, receipt.refused, receipt.seq)
            else:
                outbox.settle(ident, Sending.SENT if row.awaits else Sending.DONE, None, receipt.seq)

    async def _taken(self, ident: str) -> bool:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[bool] = loop.create_future()

        def never_sent() -> None:
            self._outbox.put_back(ident, Message("seat.hub_gone"), reached=False)

        def on_loop(free: bool) -> None:
            if not ready.done():
                ready.set_result(free)
            elif free:  # nobody waits for it any more
                never_sent()

        def answer(free: bool) -> None:
            with contextlib.suppress(RuntimeError):  # the loop ended meanwhile, and this run with it
                loop.call_soon_threadsafe(on_loop, free)

        self._outbox.take(ident, answer)
        try:
            return await ready
        except asyncio.CancelledError:
            if ready.done() and not ready.cancelled() and ready.result():
                never_sent()
            raise


async def _ask(client: Client, subject: str, row: Row) -> Receipt:
    """The receipt of one try.

    Raises:
        Unsendable: no try will ever succeed.
        OutsideError: no answer, or none that can be understood.
    """
    from nats.errors import MaxPayloadError, NoRespondersError

    if not client.is_connected:
        raise _NotReached("seat.hub_gone")
    with answering():
        try:
            answer = await client.request(subject, row.data, timeout=ANSWER_SECONDS)
            receipt = _receipt.decode(answer.data)
        except NoRespondersError as error:
            raise _NotReached("seat.hub_no_ledger") from error
        except MaxPayloadError as error:
            raise Unsendable("seat.too_large_to_send") from error
        except msgspec.MsgspecError as error:
            raise OutsideError("seat.hub_nonsense") from error
    if receipt.id != row.id:
        raise OutsideError("seat.hub_nonsense")
    return receipt
