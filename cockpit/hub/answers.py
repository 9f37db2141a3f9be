"""What a hub answers its seats: who it is, the picture whole, bodies, evidence, what its feeds refused, the ledger."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

import httpx
import msgspec
from nats.aio.msg import Msg

from cockpit.bus import asks, subjects
from cockpit.bus.users import DEVICE_ASKS, WIPED, WIPED_ASKS
from cockpit.ledger.book import Book
from cockpit.model.batch import Batch, encode
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.model.seatasks import WIPE
from cockpit.model.tables import TABLES
from cockpit.model.typed import from_msgpack
from cockpit.store.blobs import Blobs
from cockpit.store.cache import Cache

log = logging.getLogger(__name__)
_W = TypeVar("_W")

MAX_PICTURE = 900_000
"""Bytes of an evidence picture on the bus, which refuses messages over 1 MB."""


BLOB = "blob:"
"""What a picture begins with that lies here as evidence: its SHA-256 follows."""


class Answers:
    """Answers on `ask.<seat>.<what>`. Every question gets an answer, a refusal in one sentence among them.

    Attributes:
        heard: when each user asked last, in seconds of the event loop's clock.
    """

    def __init__(
        self,
        base_url: str,
        cache: Cache,
        book: Book,
        blobs: Blobs,
        roles: Mapping[str, str],
        *,
        welcome: Callable[[], asks.Welcome],
        snapshot: Callable[[tuple[str, ...]], Iterable[Batch]],
        retry: Callable[[str], None],
    ) -> None:
        """
        Args:
            base_url: address of the city platform without a slash at its end, "" for none.
            roles: of users, by name.
            welcome: who the hub is.
            snapshot: all there is of some topics.
            retry: tries a feed by id, or all of them (""), at once.
        """
        self._base_url = base_url
        self._cache = cache
        self._book = book
        self._blobs = blobs
        self._roles = roles
        self._welcome = welcome
        self._snapshot = snapshot
        self._retry = retry
        self.heard: dict[str, float] = {}
        self._added: dict[str, tuple[type, Callable[[str, Any], Awaitable[object]]]] = {}
        self._http = httpx.AsyncClient(timeout=5.0, trust_env=False, follow_redirects=False)

    def add(self, what: str, wanted: type[_W], answer: Callable[[str, _W], Awaitable[object]]) -> None:
        """Answers `ask.<seat>.<what>` too.

        Args:
            wanted: struct of the question.
            answer: of the seat's name and the question makes the struct of the answer; a CockpitError that it raises
                is answered as a sentence, see `asks.Told`.
        """
        self._added[what] = (wanted, answer)

    async def close(self) -> None:
        await self._http.aclose()

    async def asked(self, message: Msg) -> None:
        """A message on `ask.*.>`; one that is no request is noted and not answered."""
        seat, what = subjects.seat_and_what(message.subject)
        self.heard[seat] = asyncio.get_running_loop().time()
        role = self._roles.get(seat, "")
        if role == "device" and what not in DEVICE_ASKS:  # the server lets none through
            log.info("%s asked %s, which is not for devices", seat, what)
            return
        if role == WIPED and what not in WIPED_ASKS:  # it may have been connected before
            return
        try:
            if what == "hello":
                # answered whatever it says: a seat of another version reads in the answer that it is one
                order = WIPE if role == WIPED else ""
                await message.respond(asks.encode(msgspec.structs.replace(self._welcome(), order=order)))
            elif what == "snapshot":
                wanted = from_msgpack(message.data, type=asks.SnapshotWanted)
                for batch in self._snapshot(tuple(topic for topic in wanted.topics if topic in TABLES)):
                    await message.respond(encode(batch))
                    await asyncio.sleep(0)  # the hub goes on in between
                await message.respond(b"")
            elif what == "ledger":
                await message.respond(asks.encode(await self._book.rows(_read(message, asks.LedgerWanted).after)))
            elif what == "texts":
                await message.respond(asks.encode(await self._book.words(_read(message, asks.TextsWanted).ids, role)))
            elif what == "photo":
                await message.respond(asks.encode(await self.photo(_read(message, asks.PhotoWanted))))
            elif what in self._added:
                await message.respond(asks.encode(await self._answer_added(seat, what, message)))
            elif what in ("body", "picture", "retry"):
                key = from_msgpack(message.data, type=asks.KeyWanted).key
                await message.respond(asks.encode(await self.answer(what, key)))
        except msgspec.MsgspecError as error:
            log.info("%s asked %s with something that is no request: %s", seat, what, error)

    async def _answer_added(self, seat: str, what: str, message: Msg) -> asks.Told:
        kind, answer = self._added[what]
        try:
            return asks.Told(msgspec.Raw(asks.encode(await answer(seat, _read(message, kind)))))
        except CockpitError as error:
            return asks.Told(problem=error.message, for_good=isinstance(error, UserError))

    async def answer(self, what: str, key: str) -> asks.BodyReply | asks.PictureReply | asks.Nothing:
        """The answer to `body`, `picture` or `retry`; `key` is the event's, the address, the feed's."""
        if what == "body":
            found = self._cache.body(key)
            if found is None:
                return asks.BodyReply(problem=Message("hub.no_body"))
            return asks.BodyReply(fields=msgspec.json.decode(found[0]), fetched=found[1])
        if what == "picture" and key.startswith(BLOB):
            return await self.photo(asks.PhotoWanted(key.removeprefix(BLOB)))
        if what == "picture":
            try:
                return asks.PictureReply(data=await self._picture(key))
            except OutsideError as error:
                return asks.PictureReply(problem=error.message)
        self._retry(key)
        return asks.Nothing()

    async def photo(self, wanted: asks.PhotoWanted) -> asks.PictureReply:
        """A re-encoded copy of what a device sent."""
        copy = self._blobs.thumb if wanted.thumb else self._blobs.view
        try:
            return asks.PictureReply(data=await asyncio.to_thread(copy, wanted.sha256))
        except CockpitError as error:
            return asks.PictureReply(problem=error.message)

    async def _picture(self, path: str) -> bytes:
        """An evidence picture of the city platform; only what lies below its own address is fetched.

        Raises:
            OutsideError: it lies elsewhere, is too large, or does not come.
        """
        if self._base_url and path.startswith(self._base_url + "/"):
            path = path.removeprefix(self._base_url)
        if not path.startswith("/") or path.startswith("//") or ".." in path or not self._base_url:
            raise OutsideError("hub.picture_elsewhere")
        try:
            async with self._http.stream("GET", self._base_url + path) as answer:
                if answer.status_code != 200:
                    raise OutsideError("hub.no_picture", why=answer.status_code)
                data = b""
                async for chunk in answer.aiter_bytes():
                    data += chunk
                    if len(data) > MAX_PICTURE:
                        raise OutsideError("hub.picture_too_large")
        except httpx.HTTPError as error:
            raise OutsideError("hub.no_picture", why=type(error).__name__) from error
        return data


_T = TypeVar("_T")


def _read(message: Msg, kind: type[_T]) -> _T:
    return from_msgpack(message.data, type=kind)
