"""Sends facts to the hub, in order within each case, until a receipt says that they are in the ledger."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import msgspec

from cockpit.model.entries import Receipt
from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message
from cockpit.model.outgoing import Outgoing, Row
from cockpit.model.ports.cases import Sending

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
AT_ONCE = 16
"""Cases of which a fact is under way at the same time."""

Send = Callable[[bytes], Awaitable[bytes]]
"""Asks the hub to record a fact, for its receipt."""


class Forwarder:
    """Empties the outbox. A fact that the hub can not read is parked; those behind it go on."""

    def __init__(self, outbox: Outgoing, send: Send) -> None:
        self._outbox = outbox
        self._send = send
        self._wake = asyncio.Event()
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """There is something to send, or somebody to send it to."""
        self._wake.set()

    async def run(self) -> None:
        """Sends until it is cancelled; what is under way then is sent again by the next run."""
        try:
            while True:
                self._wake.clear()
                for row in self._outbox.heads():
                    if len(self._under_way) < AT_ONCE and row.id not in self._under_way:
                        self._under_way[row.id] = asyncio.create_task(self._one(row), name="fact")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), RETRY_SECONDS)
        finally:
            tasks = list(self._under_way.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, row: Row) -> None:
        try:
            if await self._taken(row):
                await self._deliver(row)
        finally:
            del self._under_way[row.id]

    async def _taken(self, row: Row) -> bool:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[bool] = loop.create_future()

        def on_loop(free: bool) -> None:
            if not ready.done():
                ready.set_result(free)

        def on_any_thread(free: bool) -> None:
            with contextlib.suppress(RuntimeError):  # the loop ended meanwhile
                loop.call_soon_threadsafe(on_loop, free)

        self._outbox.take(row.id, on_any_thread)
        return await ready

    async def _deliver(self, row: Row) -> None:
        try:
            receipt = msgspec.json.decode(await self._send(row.data), type=Receipt)
        except CockpitError as error:
            self._outbox.put_back(row.id, error.message, True)
        except msgspec.MsgspecError:
            self._outbox.put_back(row.id, Message("seat.hub_nonsense"), True)
        except asyncio.CancelledError:
            self._outbox.put_back(row.id, Message("seat.hub_gone"), True)
            raise
        else:
            self._settle(row, receipt)

    def _settle(self, row: Row, receipt: Receipt) -> None:
        if receipt.refused is not None:
            log.error("the hub can not take the fact %s: %s", row.id, receipt.refused.id)
            self._outbox.settle(row.id, Sending.PARKED, receipt.refused)
        elif receipt.seq:
            self._outbox.settle(row.id, Sending.DONE, seq=receipt.seq)
        else:
            self._outbox.put_back(row.id, receipt.problem or Message("seat.hub_nonsense"), True)
            return
        self._wake.set()
