"""The door at which machines join: guests are counted by address before any TLS, and nobody can keep it shut."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from socket import socket

from cockpit.field.limits import holder_of
from cockpit.model.seldom import Seldom, place_of
from cockpit.model.time_limit import time_limit
from cockpit.processes import listening

log = logging.getLogger(__name__)

MOST = 48
"""Guests at the door, and"""
MOST_OF_ADDRESS = 4
"""those among them of one address (IPv6: of one network)."""
LINE_SECONDS = 8.0
"""Until a machine has said what it wants and has its answer."""
HANDSHAKE_SECONDS = 8.0
LEAVE_SECONDS = 1.0
_BACKLOG = 64
_FULL_SECONDS = 0.2

Answer = Callable[[bytes, str], Awaitable[bytes]]


class _Guest:
    """Attributes:
    network: where it comes from. writer: once its handshake is done. heard: whether it has said what it wants.
    """

    def __init__(self, network: str) -> None:
        self.network = network
        self.writer: asyncio.StreamWriter | None = None
        self.heard = False
        self.task: asyncio.Task[None] | None = None

    def send_away(self, word: bytes) -> None:
        if self.writer is not None:
            self.writer.write(word)
        if self.task is not None:
            self.task.cancel()


class MachineDoor:
    """One line each way for each guest. To be used on a loop."""

    def __init__(self, answer: Answer, too_many: bytes, most_line: int) -> None:
        """
        Args:
            answer: to a line of an address.
            too_many: said to a guest who has to go for another one, once it can be said.
            most_line: bytes of a line.
        """
        self._answer = answer
        self._too_many = too_many
        self._most_line = most_line
        self._socket: socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._guests: list[_Guest] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._seldom = Seldom(log)

    async def open(self, address: str, port: int, context: ssl.SSLContext) -> None:
        """Listens.

        Raises:
            OSError: the port is in use or may not be used, or there is no such address here.
        """
        self._socket = listening(address, port, _BACKLOG)
        self._accepting = asyncio.create_task(self._accept(self._socket, context), name="machine-door")

    async def close(self) -> None:
        """Lets nobody in any more and sends all away."""
        tasks = [task for task in (self._accepting, *(guest.task for guest in self._guests), *self._leaving) if task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _accept(self, door: socket, context: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, peer = await loop.sock_accept(door)
            except OSError as error:  # no file is left, or they went
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    await asyncio.sleep(_FULL_SECONDS)
                continue
            address = str(peer[0])
            guest = _Guest(holder_of(address))
            if not self._make_room(guest.network):
                connection.close()
                continue
            self._guests.append(guest)
            guest.task = task = loop.create_task(self._serve(guest, connection, address, context))
            task.add_done_callback(partial(self._gone, guest, connection))

    def _make_room(self, network: str) -> bool:
        """Whether one more may come: who came first of those who have said nothing yet goes for it, of its own address,
        or of the address with the most guests."""
        counted = Counter(guest.network for guest in self._guests)
        if counted[network] >= MOST_OF_ADDRESS:
            of = network
        elif len(self._guests) >= MOST:
            of = max(counted, key=counted.__getitem__)
        else:
            return True
        self._seldom.say(logging.INFO, "the door for machines", "too many guests", of)
        idle = next((guest for guest in self._guests if guest.network == of and not guest.heard), None)
        if idle is None:
            return False
        self._guests.remove(idle)
        if len(self._leaving) >= MOST and idle.writer is not None:
            idle.writer.transport.abort()
        if idle.task is not None:
            self._leaving.add(idle.task)
        idle.send_away(self._too_many)
        return True

    def _gone(self, guest: _Guest, connection: socket, task: asyncio.Task[None]) -> None:
        connection.close()  # a task that is cancelled before it began closes nothing
        if guest in self._guests:
            self._guests.remove(guest)
        self._leaving.discard(task)

    async def _serve(self, guest: _Guest, connection: socket, address: str, context: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(self._most_line, loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                connection,
                ssl=context,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
                ssl_shutdown_timeout=LEAVE_SECONDS,
            )
        except (OSError, TimeoutError):  # they do not speak TLS, or do not trust us
            connection.close()
            return
        guest.writer = writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            async with time_limit(LINE_SECONDS):
                line = await reader.readline()
                guest.heard = True
                writer.write(await self._answer(line, address))
                await writer.drain()
        except (OSError, TimeoutError, ValueError):  # gone, too slow, or too long a line
            pass
        except Exception as error:  # our bug: the machine comes again
            self._seldom.say(logging.ERROR, "a machine at the door", place_of(error))
        finally:
            writer.close()
            try:
                with contextlib.suppress(OSError, TimeoutError):
                    async with time_limit(LEAVE_SECONDS):
                        await writer.wait_closed()
            finally:
                transport.abort()
