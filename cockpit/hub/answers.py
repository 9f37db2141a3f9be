"""What a hub answers its seats: who it is, the picture whole, bodies, evidence, what its feeds refused, the ledger."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

import httpx
import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError

from cockpit.bus import asks, subjects
from cockpit.bus.users import DEVICE_ASKS, WALL, WIPED, WIPED_ASKS
from cockpit.hub.lanes import Lanes
from cockpit.ledger.book import Book
from cockpit.model.batch import Batch, encode
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.model.seatasks import WIPE
from cockpit.model.seldom import Seldom, place_of
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
PERSONAL = ("body", "texts", "picture", "photo", "alarms.entries")
"""What callers said and are called, what people wrote, pictures of them: a machine of a wall gets it while that wall
shows a scene for it."""
OF_NO_PERSON = ("camera",)
"""What a wall's own panels read of a body, in whatever scene."""


AT_ONCE = ("hello", "body", "retry", "wall.clock")
"""Answered from what is in memory, whatever else is being answered."""
_LANES = {
    "texts": "ledger",
    "seat": "wall",
    "seats": "wall",
    "rehearse": "wall",
    # a machine's beat, and what a flip of a whole wall hangs on
    "wall.report": "wall.ready",
    "wall.ready": "wall.ready",
    # these wait for the gateway, or for a rehearsal's hub, which may hang
    "wall.pair": "wall.remotes",
    "wall.remotes": "wall.remotes",
    "wall.unpair": "wall.remotes",
    "wall.events": "wall.remote",
    "wall.remote": "wall.remote",
    # takes minutes, and one is made at a time whoever asks
    "brief.make": "brief.make",
}
"""Lanes of questions, or of services, that do not have the one of their service."""


def _lane_of(what: str, seat: str) -> str:
    """Questions to a service are answered one after the other, since they may change what it holds; a picture is
    fetched from a platform that may take its time, and that holds up who wants it alone."""
    service = what.partition(".")[0]
    return f"picture {seat}" if what == "picture" else _LANES.get(what) or _LANES.get(service, service)


def _nobody(user: str) -> bool:
    return False


def _is_cancelled() -> bool:
    """Whether this task is ended, not only something that it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Answers:
    """Answers on `ask.<seat>.<what>`. Every question gets an answer, a refusal in one sentence among them.

    Attributes:
        before_persons: whether a machine of a wall (a user's name) draws now what is a person's.
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
        self.before_persons: Callable[[str], bool] = _nobody
        self.heard: dict[str, float] = {}
        self._ends = False
        self._lanes = Lanes()
        self._photos = asyncio.Lock()
        self._seldom = Seldom(log)
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

    def end(self) -> None:
        """From now on nothing is answered: what would answer is being closed, and the bus goes in a moment."""
        self._ends = True

    async def close(self) -> None:
        await self._lanes.close()
        await self._http.aclose()

    async def asked(self, message: Msg) -> None:
        """A message on `ask.*.>`; one that is no request, or wants its answer where its sender does not read, is noted
        and not answered."""
        if self._ends:
            return
        seat, what = subjects.seat_and_what(message.subject)
        self.heard[seat] = asyncio.get_running_loop().time()
        if not subjects.reads(seat, message.reply):
            self._seldom.say(logging.INFO, "wants an answer where it does not read", seat)
            return
        if message.headers:  # none of ours has any
            self._seldom.say(logging.INFO, "asks with headers", seat)
            return
        if what in AT_ONCE:
            await self._attend(seat, what, message)
            return
        size = len(message.data) + len(message.subject) + len(message.reply)
        if not self._lanes.put(_lane_of(what, seat), seat, size, partial(self._attend, seat, what, message)):
            self._seldom.say(logging.WARNING, "asks more than can be answered", seat)
            await self._refuse(what, message, Message("hub.asks_too_much"))

    async def _attend(self, seat: str, what: str, message: Msg) -> None:
        """Answers by what is so now, since it may have waited. Raises nothing."""
        if self._ends:
            return
        role = self._roles.get(seat, "")
        if role == "device" and what not in DEVICE_ASKS:  # the server lets none through
            log.info("%s asked %s, which is not for devices", seat, what)
            return
        if role == WIPED and what not in WIPED_ASKS:  # it may have been connected before
            return
        try:
            await self._answer_to(seat, role, what, message)
        except _NoRequest as error:
            self._seldom.say(logging.INFO, "asks with something that is no request", seat, str(error)[:200])
        except MaxPayloadError:
            self._seldom.say(logging.WARNING, "an answer is larger than the bus carries, asked for by", seat)
            await self._refuse(what, message, Message("hub.answer_too_large"))
        except (NatsError, OSError):  # the bus went meanwhile
            pass
        except (Exception, asyncio.CancelledError) as error:  # our bug: said, and who asked need not wait for nothing
            if isinstance(error, asyncio.CancelledError) and _is_cancelled():
                raise
            if self._ends:  # it was on its way when what answers it was closed
                return
            self._seldom.say(logging.ERROR, f"answering {seat}", place_of(error))
            await self._refuse(what, message, Message("hub.our_bug", {"detail": type(error).__name__}))

    async def _refuse(self, what: str, message: Msg, why: Message) -> None:
        if what not in ("hello", "snapshot"):  # their answers have no word for it: both are asked again
            with contextlib.suppress(NatsError, OSError):
                await message.respond(asks.encode(asks.Told(problem=why)))

    async def _answer_to(self, seat: str, role: str, what: str, message: Msg) -> None:
        """Raises _NoRequest: what is asked is none."""
        if what == "hello":
            # answered whatever it says: a seat of another version reads in the answer that it is one
            order = WIPE if role == WIPED else ""
            await message.respond(asks.encode(msgspec.structs.replace(self._welcome(), order=order)))
        elif what == "snapshot":
            wanted = _read(message, asks.SnapshotWanted)
            for batch in self._snapshot(tuple(topic for topic in wanted.topics if topic in TABLES)):
                await message.respond(encode(batch))
                await asyncio.sleep(0)  # the hub goes on in between
            await message.respond(b"")
        else:
            by_scene = what in PERSONAL and role == WALL
            found = None if by_scene and not self.before_persons(seat) else await self._found(seat, role, what, message)
            if by_scene and not self.before_persons(seat):  # or not any more
                found = self._withheld(what, message)
            if found is not None:
                await message.respond(asks.encode(found))

    async def _found(self, seat: str, role: str, what: str, message: Msg) -> object:
        """The answer; None to what nobody answers."""
        if what == "ledger":
            return await self._book.rows(_read(message, asks.LedgerWanted).after)
        if what == "texts":
            return await self._book.words(_read(message, asks.TextsWanted).ids, role)
        if what == "photo":
            return await self.photo(_read(message, asks.PhotoWanted))
        if what in self._added:
            return await self._answer_added(seat, what, message)
        if what in ("body", "picture", "retry"):
            return await self.answer(what, _read(message, asks.KeyWanted).key)
        return None

    def _withheld(self, what: str, message: Msg) -> asks.BodyReply | asks.TextsReply | asks.PictureReply | asks.Told:
        """The answer to one of `PERSONAL` without what is a person's."""
        why = Message("hub.not_for_wall")
        if what == "body":
            found = self.body(_read(message, asks.KeyWanted).key)
            if found.fields is None:
                return found
            kept = {name: found.fields[name] for name in OF_NO_PERSON if name in found.fields}
            return msgspec.structs.replace(found, fields=kept)
        if what == "texts":
            return asks.TextsReply(problem=why)
        return asks.Told(problem=why) if what in self._added else asks.PictureReply(problem=why)

    async def _answer_added(self, seat: str, what: str, message: Msg) -> asks.Told:
        kind, answer = self._added[what]
        try:
            return asks.Told(msgspec.Raw(asks.encode(await answer(seat, _read(message, kind)))))
        except CockpitError as error:
            return asks.Told(problem=error.message, for_good=isinstance(error, UserError))

    async def answer(self, what: str, key: str) -> asks.BodyReply | asks.PictureReply | asks.Nothing:
        """The answer to `body`, `picture` or `retry`; `key` is the event's, the address, the feed's."""
        if what == "body":
            return self.body(key)
        if what == "picture" and key.startswith(BLOB):
            return await self.photo(asks.PhotoWanted(key.removeprefix(BLOB)))
        if what == "picture":
            try:
                return asks.PictureReply(data=await self._picture(key))
            except OutsideError as error:
                return asks.PictureReply(problem=error.message)
        self._retry(key)
        return asks.Nothing()

    def body(self, key: str) -> asks.BodyReply:
        """What the source said of an event, whole."""
        found = self._cache.fields(key)
        if found is None:
            return asks.BodyReply(problem=Message("hub.no_body"))
        return asks.BodyReply(fields=found[0], fetched=found[1])

    async def photo(self, wanted: asks.PhotoWanted) -> asks.PictureReply:
        """A re-encoded copy of what a device sent."""
        copy = self._blobs.thumb if wanted.thumb else self._blobs.view
        try:
            async with self._photos:  # a copy is made once
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
    try:
        return from_msgpack(message.data, type=kind)
    except msgspec.MsgspecError as error:
        raise _NoRequest(str(error)) from error


class _NoRequest(Exception):
    """Somebody asks with something that no program of ours asks with."""
