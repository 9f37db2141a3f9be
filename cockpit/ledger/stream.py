"""The stream in which a hub's decisions lie: JetStream, on disk, appended to by the hub and by nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, NoRespondersError
from nats.errors import Error as NatsError

from cockpit.bus import subjects
from cockpit.model.entries import Decision
from cockpit.model.errors import OutsideError
from cockpit.model.tables import district_of

APPEND_SECONDS = 4.0
"""How long the server may take for an append; it answers when the bytes are on disk."""
READ_SECONDS = 8.0
MAX_MESSAGE = 262_144
"""Bytes of a message with its headers; a decision is smaller (`MAX_DECISION`)."""
PIECE = 400_000
"""Bytes that are read at a time."""
_WRONG_LAST_SEQUENCE = 10071
_OTHER_CONFIGURATION = 10058


class Overtaken(OutsideError):
    """The stream goes on where we did not know: nothing was appended."""


class Unsure(OutsideError):
    """It is not known whether it was appended: look before anything else is decided."""


class Ends(msgspec.Struct, frozen=True):
    """How far the stream goes: sequences of its first and last message (0, 0: empty), and how many there are."""

    first: int
    last: int
    messages: int

    @property
    def whole(self) -> bool:
        """Whether nothing is missing between the first decision and the last."""
        return self.messages == self.last and self.first <= 1


class Stream:
    """The stream over one connection of the hub.

    Attributes:
        hub: id of the hub whose chain it holds.
    """

    def __init__(self, client: Client, city: str, world: str, hub: str) -> None:
        self._client = client
        self._city = city
        self._world = world
        self.hub = hub
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def lose(self) -> None:
        """The connection is gone: nobody waits for an answer any longer. nats-py would until the time is up."""
        if not self._lost.done():
            self._lost.set_result(None)

    async def ensure(self) -> Ends:
        """Makes the stream, or holds one that is there to what we want of it.

        Raises:
            OutsideError: the server keeps no streams now, or has another one of that name.
        """
        wanted = self._configuration()
        found = await self._api("CREATE", wanted)
        if _code(found) == _OTHER_CONFIGURATION:
            found = await self._api("UPDATE", wanted)
        config = found.get("config", {})
        if "error" in found or any(_bare(config.get(name)) != value for name, value in wanted.items()):
            raise OutsideError("ledger.other_stream", why=_why(found))
        return _ends(found)

    async def ends(self) -> Ends:
        """How far it goes now.

        Raises:
            OutsideError: the server does not say.
        """
        found = await self._api("INFO", None)
        if "error" in found:
            raise OutsideError("ledger.no_stream", why=_why(found))
        return _ends(found)

    async def append(self, decision: Decision, data: bytes, area: str) -> None:
        """Appends a decision; it is on disk when this returns.

        Args:
            data: its bytes.
            area: code of the area of its case; its district stands in the subject.

        Raises:
            Overtaken: another message has this place.
            Unsure: the server did not say, or could not.
        """
        subject = subjects.ledger(self._city, self._world, self.hub, district_of(area), decision.case)
        headers = {"Nats-Expected-Last-Sequence": str(decision.seq - 1), "Nats-Msg-Id": decision.cause}
        try:
            said = json.loads(await self._request(subject, data, APPEND_SECONDS, headers))
        except (NatsError, TimeoutError, OSError, ValueError) as error:
            raise Unsure("ledger.not_kept", why=_name(error)) from error
        if _code(said) == _WRONG_LAST_SEQUENCE:
            raise Overtaken("ledger.other_writer", seq=decision.seq)
        if "error" in said or said.get("seq") != decision.seq:
            raise Unsure("ledger.not_kept", why=_why(said))

    async def read(self, after: int, last: int) -> AsyncIterator[list[tuple[int, bytes]]]:
        """Messages behind `after` up to `last`, in order, piece by piece.

        Raises:
            OutsideError: one is missing, or the server does not answer.
        """
        while after < last:
            piece = await self.piece(after)
            if not piece or piece[0][0] != after + 1 or any(b[0] != a[0] + 1 for a, b in pairwise(piece)):
                raise OutsideError("ledger.stream_gap", seq=after + 1)
            yield [row for row in piece if row[0] <= last]
            after = piece[-1][0]

    async def piece(self, after: int) -> list[tuple[int, bytes]]:
        """The next messages behind `after`, some of which may be missing; none behind the last.

        Raises:
            OutsideError: the server does not answer.
        """
        found: list[tuple[int, bytes]] = []
        inbox = self._client.new_inbox()
        wanted = json.dumps({"seq": after + 1, "batch": 1000, "max_bytes": PIECE}).encode()
        try:
            answers = await self._client.subscribe(inbox)
            try:
                await self._client.publish(f"$JS.API.DIRECT.GET.{subjects.STREAM}", wanted, reply=inbox)
                while True:
                    message = await answers.next_msg(READ_SECONDS)
                    headers = message.headers or {}
                    if "Status" in headers:  # end of the batch, or there is none
                        return found
                    found.append((int(headers[subjects.SEQUENCE]), message.data))
            finally:
                await answers.unsubscribe()
        except (NatsError, TimeoutError, OSError, ValueError, KeyError) as error:
            raise OutsideError("ledger.no_stream", why=_name(error)) from error

    async def _api(self, what: str, wanted: dict[str, Any] | None) -> dict[str, Any]:
        body = b"" if wanted is None else json.dumps(wanted).encode()
        try:
            subject = f"$JS.API.STREAM.{what}.{subjects.STREAM}"
            found: dict[str, Any] = json.loads(await self._request(subject, body, READ_SECONDS))
        except NoRespondersError as error:
            raise OutsideError("ledger.no_streams") from error
        except (NatsError, TimeoutError, OSError, ValueError) as error:
            raise OutsideError("ledger.no_stream", why=_name(error)) from error
        return found

    async def _request(self, subject: str, data: bytes, seconds: float, headers: dict[str, str] | None = None) -> bytes:
        """Raises NatsError, OSError, TimeoutError: there is no answer."""
        asking: asyncio.Future[Msg] = asyncio.ensure_future(
            self._client.request(subject, data, timeout=seconds, headers=headers)
        )
        try:
            waited: set[asyncio.Future[Any]] = {asking, self._lost}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise ConnectionClosedError
            return bytes(asking.result().data)
        finally:
            asking.cancel()

    def _configuration(self) -> dict[str, Any]:
        ledger = subjects.all_ledger(self._city, self._world)
        return {
            "name": subjects.STREAM,
            "subjects": [ledger],
            "retention": "limits",
            "storage": "file",
            "discard": "new",
            "num_replicas": 1,
            "max_msgs": -1,
            "max_bytes": -1,
            "max_age": 0,
            "max_msgs_per_subject": -1,
            "max_msg_size": MAX_MESSAGE,
            "duplicate_window": 120_000_000_000,
            "deny_delete": True,
            "deny_purge": True,
            "allow_direct": True,
            "republish": {"src": ledger, "dest": subjects.all_news(self._city, self._world)},
        }


def _ends(found: dict[str, Any]) -> Ends:
    state = found["state"]
    return Ends(int(state["first_seq"]), int(state["last_seq"]), int(state["messages"]))


def _bare(value: object) -> object:
    """A part of a configuration without what the server adds of its own."""
    return {k: v for k, v in value.items() if k in ("src", "dest")} if isinstance(value, dict) else value


def _code(said: dict[str, Any]) -> int:
    return int(said.get("error", {}).get("err_code", 0))


def _why(said: dict[str, Any]) -> str:
    return str(said.get("error", {}).get("description", ""))


def _name(error: Exception) -> str:
    return str(error) or type(error).__name__
