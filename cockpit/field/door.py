"""The TLS listener: few unfinished handshakes at once, so many connections of one address, before anything is read."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ssl
from collections import Counter
from collections.abc import Callable
from socket import socket

from cockpit.field.limits import Limits
from cockpit.field.server import Connection
from cockpit.model.errors import OutsideError
from cockpit.processes import listening

_BACKLOG = 256
_FULL_SECONDS = 0.2
_SHARE = 4
"""A quarter of the unfinished handshakes at most are of one address."""


def once(do: Callable[[], None]) -> Callable[[], None]:
    """Does it the first time only."""
    left = [do]

    def first() -> None:
        if left:
            left.pop()()

    return first


class Door:
    """Accepts connections for a server.

    Attributes:
        port: where it listens; context: of handshakes from now on.
    """

    def __init__(self, server: Callable[[], Connection], context: ssl.SSLContext, limits: Limits) -> None:
        """
        Args:
            server: makes what serves a connection.
        """
        self.port = 0
        self._server = server
        self.context = context
        self._limits = limits
        self._socket: socket | None = None
        self._task: asyncio.Task[None] | None = None
        self._shaking: dict[asyncio.Task[None], socket] = {}
        self._shaking_of: Counter[str] = Counter()
        self._of_address: Counter[str] = Counter()

    async def open(self, address: str, port: int) -> None:
        """Listens.

        Raises:
            OutsideError: the port is in use or may not be used, or there is no such address here.
        """
        try:
            door = listening(address, port, _BACKLOG)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise OutsideError("field.page_port_in_use", port=port) from error
            why = error.strerror or str(error)
            raise OutsideError("field.page_refused", address=address, port=port, why=why) from error
        self._socket = door
        self.port = int(door.getsockname()[1])
        self._task = asyncio.create_task(self._accept(door), name="page")

    async def close(self) -> None:
        """Listens no more; what is open stays."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        unfinished = dict(self._shaking)
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished)
        for connection in unfinished.values():  # a task that is cancelled before it began closes nothing
            connection.close()
        if self._socket is not None:
            self._socket.close()

    async def _accept(self, door: socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, peer = await loop.sock_accept(door)
            except OSError:  # no file is left, or they went
                await asyncio.sleep(_FULL_SECONDS)
                continue
            address = str(peer[0])
            if not self._may_come(address):
                connection.close()
                continue
            self._of_address[address] += 1
            self._shaking_of[address] += 1
            task = loop.create_task(self._shake(connection, address))
            self._shaking[task] = connection
            task.add_done_callback(self._shaking.pop)

    def _may_come(self, address: str) -> bool:
        """Whether one more of this address may: no address has all that there is."""
        most = self._limits.handshakes
        return (
            len(self._shaking) < most
            and self._shaking_of[address] < max(1, most // _SHARE)
            and self._of_address[address] < self._limits.at_address
        )

    async def _shake(self, connection: socket, address: str) -> None:
        """The handshake; the connection counts for its address until it is closed."""
        loop = asyncio.get_running_loop()
        protocol = self._server()
        protocol.on_lost = went = once(lambda: self._went(address))
        try:
            await loop.connect_accepted_socket(
                lambda: protocol,
                connection,
                ssl=self.context,
                ssl_handshake_timeout=self._limits.handshake_seconds,
                ssl_shutdown_timeout=2.0,
            )
        except (OSError, TimeoutError, asyncio.CancelledError):  # they do not speak TLS, or do not trust us
            connection.close()
            went()
        finally:
            _less(self._shaking_of, address)

    def _went(self, address: str) -> None:
        _less(self._of_address, address)


def _less(counter: Counter[str], name: str) -> None:
    counter[name] -= 1
    if counter[name] <= 0:
        del counter[name]
