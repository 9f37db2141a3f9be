"""A display whose screens can be switched off to save power (DPMS), which neither Xvfb nor Xorg's dummy driver have:
it stands between a client and such a server, says that there is the extension, and notes what is asked of it.

Requests to the extension reach the server as ones that do nothing, so that both count alike.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

MAJOR = 200
"""Of the extension here; servers give numbers of their own."""
_QUERY_EXTENSION, _NO_OPERATION, _REPLY, _GENERIC = 98, 127, 1, 35
_FOLDER = Path("/tmp/.X11-unix")


class DpmsServer:
    """Attributes:
    display: `:7`. asked: minor opcodes of the extension that clients asked for, in order (5: disable).
    """

    def __init__(self, behind: str) -> None:
        self.asked: list[int] = []
        self._behind = str(_FOLDER / f"X{behind.lstrip(':')}")
        self._socket = socket.socket(socket.AF_UNIX)
        for number in range(60, 200):
            self._path = _FOLDER / f"X{number}"
            if self._path.exists():
                continue
            with contextlib.suppress(OSError):
                self._socket.bind(str(self._path))
                break
        self.display = f":{self._path.name[1:]}"
        self._socket.listen()
        self._threads = [threading.Thread(target=self._accept, name="dpms", daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(10)
        self._path.unlink()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._behind)
                queries: set[int] = set()
                for work in (self._up, self._down):
                    args = (client, server, queries)
                    self._threads.append(threading.Thread(target=_quietly, args=(work, *args), daemon=True))
                    self._threads[-1].start()

    def _up(self, client: socket.socket, server: socket.socket, queries: set[int]) -> None:
        """What the client asks."""
        head = _read(client, 12)
        name, data = struct.unpack_from("<HH", head, 6)
        server.sendall(head + _read(client, name + -name % 4 + data + -data % 4))
        number = 0
        while True:
            head = _read(client, 4)
            opcode, minor, words = struct.unpack("<BBH", head)
            body = _read(client, 4 * words - 4)
            number += 1
            if opcode == _QUERY_EXTENSION and b"DPMS" in body:
                queries.add(number & 0xFFFF)
            elif opcode == MAJOR:
                self.asked.append(minor)
                head = struct.pack("<BBH", _NO_OPERATION, 0, words)
            server.sendall(head + body)

    def _down(self, client: socket.socket, server: socket.socket, queries: set[int]) -> None:
        """What the server answers."""
        head = _read(server, 8)
        client.sendall(head + _read(server, 4 * struct.unpack_from("<H", head, 6)[0]))
        while True:
            head = bytearray(_read(server, 32))
            kind, number, words = struct.unpack_from("<BxHI", head)
            if kind == _REPLY and number in queries:
                head[8:10] = bytes((1, MAJOR))
            client.sendall(head + _read(server, 4 * words if kind in (_REPLY, _GENERIC) else 0))


@contextlib.contextmanager
def dpms_server(behind: str) -> Iterator[DpmsServer]:
    """One before the server of that display."""
    server = DpmsServer(behind)
    try:
        yield server
    finally:
        server.close()


def _quietly(work: object, client: socket.socket, server: socket.socket, queries: set[int]) -> None:
    with contextlib.suppress(OSError, EOFError):
        work(client, server, queries)  # type: ignore[operator]
    for one in (client, server):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def _read(sock: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        more = sock.recv(count - len(found))
        if not more:
            raise EOFError
        found += more
    return found
