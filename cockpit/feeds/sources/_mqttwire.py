"""MQTT 3.1.1 and 5 as OASIS says, only what a listener needs, many messages at a time. The client library reads each
packet in four calls of the kernel and spends twenty times as long on a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import struct

import msgspec

from cockpit.feeds.sources._natswire import abandon
from cockpit.model.errors import OutsideError
from cockpit.model.time_limit import time_limit

CHUNK = 256 * 1024
V3, V5 = 4, 5
_CONNACK, _PUBLISH, _PUBREL, _SUBACK, _PINGRESP, _DISCONNECT = 2, 3, 6, 9, 13, 14
_SESSION_EXPIRY, _RECEIVE_MAXIMUM, _PACKET_MAXIMUM = 0x11, 0x21, 0x27
_TAKEN_OVER = 0x8E


class Hello(msgspec.Struct, frozen=True):
    """How we introduce ourselves: protocol level, client id, keep-alive and session in seconds, largest packet."""

    version: int
    client: str
    keepalive: int
    session: int
    user: str
    secret: str
    most: int


class Published(msgspec.Struct, frozen=True):
    """A message; `packet` is its id where it wants an acknowledgement."""

    topic: str
    data: bytes
    qos: int
    packet: int
    repeated: bool
    retained: bool


class Wire:
    """One connection that listens.

    Attributes:
        subscribed: whether the broker has answered the subscription.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: Hello, address: str) -> None:
        self.subscribed = False
        self._reader = reader
        self._writer = writer
        self._hello = hello
        self._address = address
        self._chunks: list[bytes] = []
        self._held = 0
        self._needed = 0
        self._topics: list[str] = []
        self._out = bytearray()
        self._said: OutsideError | None = None
        self._welcome = False
        self._unreleased: set[int] = set()
        self._early: list[Published] = []

    @classmethod
    async def connect(cls, host: str, port: int, tls: ssl.SSLContext | None, hello: Hello, address: str) -> Wire:
        """Connects and signs in.

        Raises:
            OutsideError: the broker refuses, or it is none.
            OSError: it can not be reached.
        """
        reader, writer = await asyncio.open_connection(host, port, limit=CHUNK, ssl=tls)
        made = cls(reader, writer, hello, address)
        try:
            writer.write(_connect(hello))
            early: list[Published] = []
            while not made._welcome:
                early += await made.messages()
            made._early = early  # a session that lasts goes on at once
        except BaseException:
            await abandon(writer)
            raise
        return made

    def subscribe(self, filters: list[str], qos: int, retained: bool) -> None:
        """Asks for topics; `subscribed` tells when the broker has taken it, `messages` raises when it refuses one."""
        self._topics = filters
        modern = self._hello.version == V5
        options = qos | (0 if retained or not modern else 0x20)  # 3.8.3.1 Retain Handling: not on subscribing
        body = struct.pack(">H", 1) + (b"\0" if modern else b"")
        body += b"".join(_text(topic) + bytes([options]) for topic in filters)
        self._writer.write(_packet(0x82, body))

    def ping(self) -> None:
        self._writer.write(b"\xc0\x00")

    def ack(self, message: Published) -> None:
        """Acknowledges a message, with all others of this turn of the loop."""
        if not message.qos:
            return
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out += struct.pack(">BBH", 0x40 if message.qos == 1 else 0x50, 2, message.packet)

    def _flush(self) -> None:
        out, self._out = bytes(self._out), bytearray()
        if out and not self._writer.is_closing():
            self._writer.write(out)

    async def messages(self) -> list[Published]:
        """The next messages; [] when only the protocol spoke.

        Raises:
            OutsideError: the connection ended, or what came is no MQTT.
        """
        if self._early:
            early, self._early = self._early, []
            return early
        if self._said is not None:
            raise self._said
        chunk = await self._reader.read(CHUNK)
        if not chunk:
            raise OutsideError("feeds.closed", detail=self._address)
        self._chunks.append(chunk)
        self._held += len(chunk)
        if self._held < self._needed:  # a large message is put together once
            return []
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        try:
            found, at = self._parse(data)
        except (IndexError, struct.error, UnicodeDecodeError) as error:
            raise OutsideError("sources.not_mqtt", detail=self._address) from error
        rest = data[at:]
        self._chunks, self._held = [rest] if rest else [], len(rest)
        if self._said is not None and not found:
            raise self._said
        return found

    async def close(self, goodbye: bool = True) -> None:
        """
        Args:
            goodbye: whether the broker is told; a session that lasts is kept either way.
        """
        self._flush()
        if goodbye and not self._writer.is_closing():
            self._writer.write(b"\xe0\x00")
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with time_limit(1):
                await self._writer.wait_closed()

    def _parse(self, data: bytes) -> tuple[list[Published], int]:
        """Messages, and where the first incomplete packet begins."""
        found: list[Published] = []
        at, end_of_data, self._needed = 0, len(data), 0
        while at < end_of_data and self._said is None:
            length, shift, body = 0, 0, at + 1
            while True:  # 2.2.3 Remaining Length
                if body >= end_of_data:
                    return found, at
                byte = data[body]
                body += 1
                length |= (byte & 0x7F) << shift
                if byte < 0x80:
                    break
                shift += 7
                if shift > 21:
                    raise OutsideError("sources.not_mqtt", detail=self._address)
            if length > self._hello.most + 70_000:
                raise OutsideError("feeds.too_big", detail=f"{self._hello.most / 2**20:g}")
            end = body + length
            if end > end_of_data:
                self._needed = end - at
                return found, at
            head = data[at]
            if head >> 4 == _PUBLISH:
                message = self._published(head, data, body, end)
                if message is not None:
                    found.append(message)
            else:
                self._control(head >> 4, data[body:end])
            at = end
        return found, at

    def _published(self, head: int, data: bytes, at: int, end: int) -> Published | None:
        size = data[at] << 8 | data[at + 1]
        at += 2
        topic = data[at : at + size].decode()
        at += size
        qos, packet = head >> 1 & 3, 0
        if qos:
            packet = data[at] << 8 | data[at + 1]
            at += 2
        if self._hello.version == V5:
            size, at = _number(data, at)
            at += size
        if at > end:
            raise IndexError
        if qos == 2:
            if packet in self._unreleased:  # 4.3.3: it was received, its PUBREC was lost
                self._writer.write(struct.pack(">BBH", 0x50, 2, packet))
                return None
            self._unreleased.add(packet)
        return Published(topic, data[at:end], qos, packet, bool(head & 8), bool(head & 1))

    def _control(self, kind: int, body: bytes) -> None:
        if kind == _CONNACK:
            self._welcome = True
            if body[1]:
                self._said = _refusal(body[1], self._hello.version)
        elif kind == _SUBACK:
            codes = body[2:]
            if self._hello.version == V5:
                size, at = _number(body, 2)
                codes = body[at + size :]
            refused = [topic for topic, code in zip(self._topics, codes, strict=False) if code >= 0x80]
            if refused:
                self._said = OutsideError("sources.topic_refused", detail=refused[0])
            self.subscribed = True
        elif kind == _PUBREL:
            packet = struct.unpack(">H", body[:2])[0]
            self._unreleased.discard(packet)
            self._writer.write(struct.pack(">BBH", 0x70, 2, packet))
        elif kind == _DISCONNECT:
            code = body[0] if body else 0
            if code == _TAKEN_OVER:
                self._said = OutsideError("sources.taken_over", detail=self._hello.client)
            else:
                self._said = OutsideError("sources.broker_said", detail=f"DISCONNECT 0x{code:02X}")
        elif kind != _PINGRESP:
            raise OutsideError("sources.not_mqtt", detail=self._address)


def _connect(hello: Hello) -> bytes:
    modern = hello.version == V5
    lasting = hello.session > 0
    flags = (0 if lasting else 0x02) | (0x80 if hello.user else 0) | (0x40 if hello.secret else 0)
    body = _text("MQTT") + bytes([hello.version, flags]) + struct.pack(">H", hello.keepalive)
    if modern:
        most = min(hello.most + 70_000, 0xFFFF_FFFF)
        properties = struct.pack(">BHBI", _RECEIVE_MAXIMUM, 0xFFFF, _PACKET_MAXIMUM, most)
        if lasting:
            properties += struct.pack(">BI", _SESSION_EXPIRY, hello.session)
        body += _length(len(properties)) + properties
    body += _text(hello.client)
    body += _text(hello.user) if hello.user else b""
    body += _text(hello.secret) if hello.secret else b""
    return _packet(0x10, body)


def _refusal(code: int, version: int) -> OutsideError:
    """The sentence for a CONNACK that is a refusal (5: 3.2.2.2; 3.1.1: table 3.1)."""
    detail = f"CONNACK 0x{code:02X}"
    if code in ((0x86, 0x87, 0x8C) if version == V5 else (4, 5)):
        return OutsideError("sources.not_signed_in", detail=detail)
    if code in (1, 0x84):
        return OutsideError("sources.other_version", detail=detail)
    return OutsideError("sources.broker_said", detail=detail)


def _packet(head: int, body: bytes) -> bytes:
    return bytes([head]) + _length(len(body)) + body


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">H", len(data)) + data


def _length(number: int) -> bytes:
    out = bytearray()
    while True:
        number, byte = number >> 7, number & 0x7F
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer (1.5.5), and where what follows it begins."""
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
        if shift > 21:
            raise IndexError
