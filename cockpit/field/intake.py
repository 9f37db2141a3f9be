"""Facts of devices: taken once for each key, on disk before the device is told so, then on their way to the hub."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable
from http import HTTPStatus

import msgspec

from cockpit.field.once import Once
from cockpit.field.problems import Problem
from cockpit.field.register import Register, Token
from cockpit.field.said import put_away
from cockpit.field.wire import FactTaken, FactWanted, iso, read_time
from cockpit.model.clock import DAY, SECOND, Clock
from cockpit.model.entries import Fact, PhotoRef, encode
from cockpit.store.outbox import Outbox

YEAR = 365 * DAY
FARTHEST = 10 * YEAR
"""Microseconds; a device whose clock is farther off says nothing of when it was."""
log = logging.getLogger(__name__)


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
        self._once = Once(register, clock)
        self._on_put = on_put

    async def take(self, token: Token, order: str, case: str, key: str, wanted: FactWanted) -> tuple[bool, FactTaken]:
        """Keeps a fact; whether it is new, and what the device is told, the same each time.

        Raises:
            Problem: the key or the fact is not valid, or the key was used for another.
            OutsideError: the disk refused.
        """
        ident = read_key(key)
        said = _checked(wanted)
        photo = self._photo(token, wanted)
        digest = hashlib.sha256(f"{token.unit}\n{order}\n".encode() + msgspec.json.encode(wanted)).digest()
        new, taken = await self._once.taken(ident, token, digest)
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
        await put_away(self._outbox, fact.id, case, encode(fact), fact.received)
        self._on_put()
        return new, FactTaken(ident, iso(taken.received), round(ahead / SECOND, 3))

    def _photo(self, token: Token, wanted: FactWanted) -> PhotoRef | None:
        if wanted.photo is None:
            return None
        return uploaded(self._register, token.unit, wanted.photo, "image/")


def uploaded(register: Register, unit: str, sha: str, of_type: str) -> PhotoRef:
    """Evidence that this unit has sent whole.

    Args:
        of_type: how its type begins.

    Raises:
        Problem: it has not, or it is something else.
        OutsideError: the register can not be read.
    """
    upload = register.upload(unit, sha)
    if upload is None or not upload.done or not upload.type.startswith(of_type):
        missing = "field.photo_missing" if of_type == "image/" else "field.voice_missing"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, missing)
    return PhotoRef(upload.sha, upload.size, upload.type)


def read_key(key: str) -> str:
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
