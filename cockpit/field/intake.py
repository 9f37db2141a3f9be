"""Facts of devices: taken once for each key, on disk before the device is told so, then on their way to the hub."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import uuid
from collections.abc import Callable
from http import HTTPStatus

import msgspec

from cockpit.field.problems import Problem
from cockpit.field.register import Register, Taken, Token
from cockpit.field.wire import FactTaken, FactWanted, iso, read_time
from cockpit.model.clock import DAY, SECOND, Clock
from cockpit.model.entries import Fact, PhotoRef, encode
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from cockpit.store.outbox import Outbox
from cockpit.store.outbox_disk import TWICE

YEAR = 365 * DAY
FARTHEST = 10 * YEAR
"""Microseconds; a device whose clock is farther off says nothing of when it was."""
log = logging.getLogger(__name__)


class FactOutbox(Outbox):
    """What is on its way to the hub. A fact that the hub can not take stays, and the log says so."""

    def settle(self, ident: str, state: Sending, problem: Message | None = None, seq: int = 0) -> None:
        if state in (Sending.REFUSED, Sending.PARKED):
            log.error("the hub does not take the fact %s: %s", ident, problem.id if problem else "?")
            state = Sending.PARKED
        super().settle(ident, state, problem, seq)


class Intake:
    """Takes facts in."""

    def __init__(self, register: Register, outbox: Outbox, clock: Clock, on_put: Callable[[], None]) -> None:
        """
        Args:
            clock: the city's.
            on_put: told when there is something to send.
        """
        self._register = register
        self._outbox = outbox
        self._clock = clock
        self._on_put = on_put

    async def take(self, token: Token, order: str, case: str, key: str, wanted: FactWanted) -> tuple[bool, FactTaken]:
        """Keeps a fact; whether it is new, and what the device is told, the same each time.

        Raises:
            Problem: the key or the fact is not valid, or the key was used for another.
            OutsideError: the disk refused.
        """
        ident = _read_key(key)
        said = _checked(wanted)
        photo = self._photo(token, wanted)
        digest = hashlib.sha256(f"{token.unit}\n{order}\n".encode() + msgspec.json.encode(wanted)).digest()
        taken = self._register.taken(ident)
        new = taken is None
        if taken is None:
            mine = Taken(digest, self._clock.now(), token.id)
            taken = await asyncio.to_thread(self._register.take, ident, mine)
        if taken.digest != digest:
            raise Problem(HTTPStatus.CONFLICT, "field.key_used")
        ahead = said - taken.received
        if abs(ahead) > FARTHEST:  # a clock that was reset says nothing; what happened is taken all the same
            said, ahead = 0, max(-FARTHEST, min(FARTHEST, ahead))
        texts = {name: words for name in ("reason", "words") if (words := getattr(wanted, name)) is not None}
        fact = Fact(
            id=ident,
            kind=wanted.kind,
            order=order,
            unit=token.unit,
            device=taken.device,
            said=said,
            received=taken.received,
            lon=wanted.lon,
            lat=wanted.lat,
            photo=photo,
            texts=texts,
        )
        # one that was noted but not put away, since we were killed between the two, is put away now
        await self._put_away(fact, case)
        return new, FactTaken(ident, iso(taken.received), round(ahead / SECOND, 3))

    async def _put_away(self, fact: Fact, case: str) -> None:
        if self._outbox.row(fact.id) is not None:
            return
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[Message | None] = loop.create_future()

        def on_loop(problem: Message | None) -> None:
            if not kept.done():
                kept.set_result(problem)

        def done(problem: Message | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop ended meanwhile
                loop.call_soon_threadsafe(on_loop, problem)

        self._outbox.put(fact.id, case, encode(fact), done, issued=fact.received)
        problem = await kept
        if problem is not None and problem != TWICE:
            raise OutsideError(problem.id, **problem.params)
        self._on_put()

    def _photo(self, token: Token, wanted: FactWanted) -> PhotoRef | None:
        if wanted.photo is None:
            return None
        upload = self._register.upload(token.unit, wanted.photo)
        if upload is None or not upload.done:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.photo_missing")
        return PhotoRef(upload.sha, upload.size, upload.type)


def _read_key(key: str) -> str:
    """An idempotency key in the one form in which ids are written; quotes, as of a structured field, are let go."""
    try:
        if len(key) > 50:
            raise ValueError(key)
        return str(uuid.UUID(key.strip().strip('"')))
    except ValueError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.bad_key") from error


def _checked(wanted: FactWanted) -> int:
    """The device's time, if what it says fits together."""
    for kind, field in (("refused", "reason"), ("note", "words"), ("photo", "photo")):
        if wanted.kind == kind and getattr(wanted, field) is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.fact_lacks", kind=kind, field=field)
    for kind, field in (("refused", "reason"), ("photo", "photo")):
        if wanted.kind != kind and getattr(wanted, field) is not None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.fact_only", kind=kind, field=field)
    if (wanted.lon is None) != (wanted.lat is None):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.half_a_place")
    try:
        return read_time(wanted.at)
    except ValueError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.bad_time") from error
