"""A bad line between a laptop and its hall: slow, late, and cut now and then. A TCP proxy on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

BUFFER = 32_000
"""Bytes that wait in the line each way before the sender is held up, as a modem's."""
PIECE = 1_400


class BadLine:
    """The line.

    Attributes:
        port: where it is dialled, on loopback.
        carried: bytes that went down to the laptop and up to the hall.
        cuts: how often it was cut.
        up: whether it can be dialled.
    """

    def __init__(self, target: int, bits: float = 0, rtt: float = 0.0) -> None:
        """
        Args:
            target: port on loopback. bits: a second, each way; 0 as fast as it goes. rtt: seconds there and back.
        """
        self.target = target
        self.carried = [0, 0]
        self.cuts = 0
        self.up = True
        self._rate = bits / 8
        self._delay = rtt / 2
        self._free = [0.0, 0.0]
        self._writers: set[asyncio.StreamWriter] = set()
        self._cut_every: float = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self.port = 0
        self._thread = threading.Thread(target=self._main, name="bad-line", daemon=True)
        self._thread.start()
        self._ready.wait(30)

    def cut(self) -> None:
        """Resets every connection."""
        self._loop.call_soon_threadsafe(self._cut)

    def cut_every(self, seconds: float) -> None:
        self._loop.call_soon_threadsafe(self._begin_cutting, seconds)

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(30)

    def __enter__(self) -> BadLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _main(self) -> None:
        try:
            self._loop.run_until_complete(self._live())
        finally:
            self._loop.close()

    async def _live(self) -> None:
        server = await asyncio.start_server(self._came, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        self._cut()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin_cutting(self, seconds: float) -> None:
        def again() -> None:
            self._cut()
            self._begin_cutting(seconds)

        self._loop.call_later(seconds, again)

    def _cut(self) -> None:
        self.cuts += bool(self._writers)
        for writer in list(self._writers):
            sock = writer.get_extra_info("socket")
            if sock is not None:
                with contextlib.suppress(OSError):  # closed already
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        self._writers.clear()

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.up:
            writer.transport.abort()
            return
        try:
            theirs, there = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, there}
        self._writers |= both
        ways = [asyncio.create_task(self._carry(theirs, writer, 0)), asyncio.create_task(self._carry(reader, there, 1))]
        try:
            with contextlib.suppress(asyncio.CancelledError):  # the end: a server's callback would log it
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            self._writers -= both
            for one in both:
                one.close()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: int) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(max(1, BUFFER // PIECE))

        async def deliver() -> None:
            while True:
                due, data = await waiting.get()
                pause = due - self._loop.time()
                if pause > 0:
                    await asyncio.sleep(pause)
                sink.write(data)
                self.carried[way] += len(data)
                await sink.drain()
                waiting.task_done()

        delivering = asyncio.create_task(deliver())
        try:
            while data := await source.read(PIECE):
                now = self._loop.time()
                begin = max(now, self._free[way])
                self._free[way] = begin + (len(data) / self._rate if self._rate else 0.0)
                await waiting.put((self._free[way] + self._delay, data))
            over = asyncio.create_task(waiting.join())
            try:
                await asyncio.wait([over, delivering], return_when=asyncio.FIRST_COMPLETED)
            finally:
                over.cancel()
        except OSError:
            pass
        finally:
            delivering.cancel()


def port_of(url: str) -> int:
    """Of an address with one."""
    return urlsplit(url).port or 0


@contextlib.contextmanager
def bad_line(target: int, bits: float = 0, rtt: float = 0.0) -> Iterator[BadLine]:
    line = BadLine(target, bits, rtt)
    try:
        yield line
    finally:
        line.close()
