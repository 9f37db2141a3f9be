"""baresip's control connection: JSON in netstrings over TCP. What comes from it is checked before it is believed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
from collections.abc import Callable, Sequence

import msgspec

from cockpit.model.time_limit import time_limit
from cockpit.model.typed import converted

log = logging.getLogger(__name__)
MOST_BYTES = 65_536
"""Of one netstring; baresip's own answers are under 8 kB."""
MOST_DIGITS = 6
ANSWER_SECONDS = 5.0

Command = tuple[str, str]


class BadStream(ValueError):
    """What came is no netstring: nothing after it can be understood."""


class Netstrings:
    """Cuts a stream of bytes into netstrings (`LEN:BYTES,`)."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The netstrings that are whole now.

        Raises:
            BadStream: it is none, or longer than MOST_BYTES.
        """
        self._buffer += data
        found = []
        while (one := self._next()) is not None:
            found.append(one)
        return found

    def _next(self) -> bytes | None:
        head = bytes(self._buffer[: MOST_DIGITS + 1])
        digits, colon, _ = head.partition(b":")
        if not colon:
            if len(head) > MOST_DIGITS or (head and not head.isdigit()):
                raise BadStream(head)
            return None
        if not digits.isdigit() or len(digits) > MOST_DIGITS or int(digits) > MOST_BYTES:
            raise BadStream(head)
        begin, size = len(digits) + 1, int(digits)
        if len(self._buffer) <= begin + size:
            return None
        if self._buffer[begin + size] != ord(","):
            raise BadStream(head)
        text = bytes(self._buffer[begin : begin + size])
        del self._buffer[: begin + size + 1]
        return text


class Told(msgspec.Struct, frozen=True):
    """An answer (`response`) or an event of baresip. `data` of an answer is text for people.

    Attributes:
        type: `CALL_INCOMING`, `CALL_RINGING`, `CALL_ESTABLISHED`, `CALL_CLOSED`, `REGISTER_FAIL` …
        id: Call-ID; peeruri: the other side; param: what the type needs.
    """

    response: bool = False
    event: bool = False
    ok: bool = False
    token: str = ""
    data: str = ""
    type: str = ""
    accountaor: str = ""
    direction: str = ""
    peeruri: str = ""
    id: str = ""
    param: str = ""
    rtcp_stats: msgspec.Raw = msgspec.Raw()


_decode = msgspec.json.Decoder(Told).decode


def told(text: bytes) -> Told | None:
    """What a netstring says; None where it says nothing that can be understood."""
    try:
        return _decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):  # a name in GBK, a bell in it: the rest is still of use
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            loose = json.loads(text.decode("utf-8", "replace"), strict=False)
            return converted(loose, Told)
    return None


class Control:
    """A connection to one baresip. Commands of one `ask` are carried out one after the other with nothing between."""

    def __init__(self, on_event: Callable[[Told], None], on_gone: Callable[[], None]) -> None:
        """
        Args:
            on_event: called on the loop for each event; on_gone: once, when the connection has ended or is of no use.
        """
        self._on_event = on_event
        self._on_gone = on_gone
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Future[Told]] = {}
        self._tokens = itertools.count(1)

    async def open(self, host: str, port: int) -> None:
        """
        Raises:
            OSError: nobody listens there.
        """
        reader, self._writer = await asyncio.open_connection(host, port)
        self._reading = asyncio.ensure_future(self._read(reader))

    async def ask(self, *commands: Command) -> list[Told]:
        """Has commands carried out; their answers in order.

        Raises:
            OSError: it is not there any more, or says nothing.
        """
        if self._writer is None or self._writer.is_closing():
            raise ConnectionError("closed")
        tokens = [str(next(self._tokens)) for _ in commands]
        answers: list[asyncio.Future[Told]] = [asyncio.get_running_loop().create_future() for _ in commands]
        self._waiting.update(zip(tokens, answers, strict=True))
        try:
            self._writer.write(b"".join(map(_encoded, commands, tokens)))
            async with time_limit(ANSWER_SECONDS):
                await self._writer.drain()
                return [await answer for answer in answers]
        except TimeoutError as error:
            raise ConnectionError("no answer") from error
        finally:
            for token in tokens:
                self._waiting.pop(token, None)
            for answer in answers:
                if answer.done() and not answer.cancelled():
                    answer.exception()
                answer.cancel()

    async def close(self) -> None:
        """Twice is once; `on_gone` is not called for it."""
        self._on_gone = _nothing
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        strings = Netstrings()
        try:
            while data := await reader.read(MOST_BYTES):
                self._hear(strings.feed(data))
        except BadStream:
            log.info("baresip said what is no netstring")
        except OSError:
            pass
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ConnectionError("closed"))
            gone, self._on_gone = self._on_gone, _nothing
            gone()

    def _hear(self, texts: Sequence[bytes]) -> None:
        for text in texts:
            one = told(text)
            if one is None:
                continue
            if not one.response:
                self._on_event(one)
            elif (answer := self._waiting.get(one.token)) is not None and not answer.done():
                answer.set_result(one)


def _encoded(command: Command, token: str) -> bytes:
    text = json.dumps({"command": command[0], "params": command[1], "token": token}, ensure_ascii=False).encode()
    return b"%d:%b," % (len(text), text)


def _nothing() -> None:
    pass
