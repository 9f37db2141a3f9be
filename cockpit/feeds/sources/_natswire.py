"""Core NATS as its client protocol says (docs.nats.io, NATS Protocol): only what a listener needs, many messages at a
time. The client library spends ten times as long on a message, most of it on a task and a queue for each.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import Any

import msgspec

from cockpit.feeds.decoding import BAD_JSON
from cockpit.model.errors import OutsideError
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_json

CHUNK = 256 * 1024
LINE = 64 * 1024


class Info(msgspec.Struct, frozen=True):
    """What the server says of itself."""

    tls_required: bool = False
    tls_available: bool = False
    auth_required: bool = False


class Wire:
    """One connection that listens."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int) -> None:
        """
        Args:
            most: largest message, bytes.
        """
        self._reader = reader
        self._writer = writer
        self._most = most
        self._chunks: list[bytes] = []
        self._held = 0
        self._needed = 0
        self._pongs = 0
        self._said: OutsideError | None = None

    @classmethod
    async def connect(
        cls, host: str, port: int, sign_in: dict[str, str], tls: ssl.SSLContext | None, most: int, name: str
    ) -> Wire:
        """Connects and signs in.

        Args:
            sign_in: `user` and `pass`, or `auth_token`, or nothing.
            tls: what verifies the server; the connection then is encrypted or is not made.

        Raises:
            OutsideError: it is no NATS server, or wants TLS that was not asked for, or the other way round.
            OSError: it can not be reached.
        """
        reader, writer = await _open(host, port)
        try:
            line = await reader.readline()
            if not line.startswith(b"INFO "):
                raise OutsideError("sources.not_nats", detail=f"{host}:{port}")
            info = from_json(line[5:], type=Info)
            if tls is not None and not (info.tls_required or info.tls_available):
                raise OutsideError("feeds.not_tls", detail=f"{host}:{port}")
            if tls is None and info.tls_required:
                raise OutsideError("sources.wants_tls", detail=f"{host}:{port}")
            if tls is not None:
                await writer.start_tls(tls, server_hostname=host)
            about = {"verbose": False, "pedantic": False, "lang": "python", "version": "1", "name": name, "protocol": 1}
            hello = msgspec.json.encode({**about, "headers": False, "tls_required": tls is not None, **sign_in})
            writer.write(b"CONNECT " + hello + b"\r\nPING\r\n")
            made = cls(reader, writer, most)
            while not made._pongs:
                await made.messages()
            return made
        except OSError:  # a certificate that is refused is a ValueError too
            await abandon(writer)
            raise
        except (ValueError, *BAD_JSON) as error:
            await abandon(writer)
            raise OutsideError("sources.not_nats", detail=f"{host}:{port}") from error
        except BaseException:
            await abandon(writer)
            raise

    async def subscribe(self, subjects: list[str], group: str) -> list[tuple[str, bytes]]:
        """Subscribes; on return the server has taken it. What came meanwhile is returned.

        Raises:
            OutsideError: a subject may not be read.
        """
        pongs = self._pongs
        for number, subject in enumerate(subjects, 1):
            self._writer.write(f"SUB {subject} {f'{group} ' if group else ''}{number}\r\n".encode())
        self._writer.write(b"PING\r\n")
        await self._writer.drain()
        found: list[tuple[str, bytes]] = []
        while self._pongs == pongs:
            found += await self.messages()
        return found

    def ping(self) -> None:
        """Asks whether the server lives; its answer comes by `messages`."""
        self._writer.write(b"PING\r\n")

    async def messages(self) -> list[tuple[str, bytes]]:
        """The next messages, (subject, payload) each; [] when only the protocol spoke.

        Raises:
            OutsideError: the connection ended, or the server said why it will end.
        """
        if self._said is not None:
            raise self._said
        chunk = await self._reader.read(CHUNK)
        if not chunk:
            raise OutsideError("feeds.closed", detail=self.address)
        self._chunks.append(chunk)
        self._held += len(chunk)
        if self._held < self._needed:  # a large message is put together once
            return []
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        found, at = self._parse(data)
        rest = data[at:]
        self._chunks, self._held = [rest] if rest else [], len(rest)
        return found

    @property
    def address(self) -> str:
        peer: Any = self._writer.get_extra_info("peername")
        return f"{peer[0]}:{peer[1]}" if peer else "?"

    def _parse(self, data: bytes) -> tuple[list[tuple[str, bytes]], int]:
        """Messages, and where the first incomplete one begins."""
        found: list[tuple[str, bytes]] = []
        at, find, self._needed = 0, data.find, 0
        while True:
            end = find(b"\r\n", at)
            if end < 0:
                if len(data) - at > LINE:
                    raise OutsideError("sources.not_nats", detail=self.address)
                return found, at
            if data[at : at + 4] == b"MSG ":
                words = data[at:end].split()
                size = _size(words, self.address)
                if size > self._most:
                    raise OutsideError("feeds.too_big", detail=f"{self._most / 2**20:g}")
                begin = end + 2
                if len(data) < begin + size + 2:
                    self._needed = begin + size + 2 - at
                    return found, at
                found.append((words[1].decode("utf-8", "replace"), data[begin : begin + size]))
                at = begin + size + 2
            else:
                self._control(data[at:end])
                at = end + 2
                if self._said is not None:
                    if not found:
                        raise self._said
                    return found, at

    def _control(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"PING":
            self._writer.write(b"PONG\r\n")
        elif verb == b"PONG":
            self._pongs += 1
        elif verb == b"-ERR":
            self._said = _refusal(line[5:].decode("utf-8", "replace").strip().strip("'")[:200])
        elif verb not in (b"INFO", b"+OK"):
            raise OutsideError("sources.not_nats", detail=self.address)

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with time_limit(1):
                await self._writer.wait_closed()


async def abandon(writer: asyncio.StreamWriter) -> None:
    """Lets go of a connection at once; on return its socket is closed."""
    writer.transport.abort()
    await asyncio.sleep(0)
    await asyncio.sleep(0)


class _Protocol(asyncio.StreamReaderProtocol):
    """Closes when the other side has. The one that streams bring wants to stay half open, which TLS can not, and the
    loop warns of it when the connection became TLS later."""

    def eof_received(self) -> bool:
        super().eof_received()
        return False


async def _open(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=CHUNK, loop=loop)
    protocol = _Protocol(reader, loop=loop)
    transport, _ = await loop.create_connection(lambda: protocol, host, port)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


def _refusal(said: str) -> OutsideError:
    if "authoriz" in said.lower() or "authentic" in said.lower():
        return OutsideError("sources.not_signed_in", detail=said)
    if "permissions" in said.lower():
        return OutsideError("sources.topic_refused", detail=said)
    return OutsideError("sources.broker_said", detail=said)


def _size(words: list[bytes], address: str) -> int:
    """Of `MSG <subject> <sid> [reply-to] <#bytes>`."""
    if len(words) not in (4, 5) or not words[-1].isdigit() or len(words[-1]) > 10:
        raise OutsideError("sources.not_nats", detail=address)
    return int(words[-1])
