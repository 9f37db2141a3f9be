"""What devices say and are told: JSON, decoded strictly. Times are city time, ISO 8601 in UTC with milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cockpit.model.clock import SECOND, from_iso
from cockpit.model.entries import MAX_TEXT

FactKind = Literal["delivered", "read", "accepted", "refused", "en_route", "on_scene", "photo", "done", "note"]
# "$" alone would let a line feed through behind it
_UNIT = r"^[^\s/\u0000-\u001f]+/[^\s\u0000-\u001f]+(?![\s\S])"

Sha256 = Annotated[str, Meta(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$")]
UnitKey = Annotated[str, Meta(min_length=3, max_length=120, pattern=_UNIT)]
Time = Annotated[str, Meta(max_length=40, pattern=r"^\d{4}-\d{2}-\d{2}T", extra_json_schema={"format": "date-time"})]
# more than blanks, as of a seat
Words = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT, pattern=r"\S")]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
BlobType = Literal[
    "image/jpeg", "image/png", "image/webp", "audio/webm", "audio/ogg", "audio/mp4", "audio/wav"
]  # fmt: skip

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = round((datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) * SECOND
"""Beyond it no time is written."""


class EnrolWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device of a unit, named in words ("巡查终端 3")."""

    unit: UnitKey
    device: Annotated[str, Meta(min_length=1, max_length=120)]


class Enrolled(msgspec.Struct, frozen=True):
    token: str
    unit: str
    expires: str
    name: str


class KindOut(msgspec.Struct, frozen=True):
    code: str
    zh: str
    en: str


class OrderOut(msgspec.Struct, frozen=True):
    """One order as its unit sees it. Texts that the hub could not give yet are null; erased ones are empty."""

    id: str
    number: str
    state: str
    lead: bool
    kind: KindOut
    level: int
    lon: float
    lat: float
    datum: Literal["wgs84"]
    place: str | None
    words: str | None
    text: str | None
    issued: str
    valid_until: str | None
    arrive_by: str | None
    finish_by: str | None
    photos: list[str]
    recalled: bool


class OrdersOut(msgspec.Struct, frozen=True):
    now: str
    rev: int
    orders: list[OrderOut]


class FactWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the unit did. `reason` comes with `refused`, `words` with `note`, `photo` with `photo`."""

    kind: FactKind
    at: Time
    lon: Longitude | None = None
    lat: Latitude | None = None
    reason: Words | None = None
    words: Words | None = None
    photo: Sha256 | None = None


class FactTaken(msgspec.Struct, frozen=True):
    """`recorded` is when the gateway got it; `clock_ahead_s` how far the device's clock was ahead then, seconds."""

    id: str
    recorded: str
    clock_ahead_s: float


class BlobWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sha256: Sha256
    # as JSON Schema has it, 100.0 is an integer too; one that is too large is told so in its own words
    size: Annotated[float, Meta(ge=1, multiple_of=1, extra_json_schema={"type": "integer", "maximum": 12_000_000})]
    type: BlobType


class BlobBegun(msgspec.Struct, frozen=True):
    sha256: str
    offset: int
    size: int


class Health(msgspec.Struct, frozen=True):
    """`hub`: whether the hub is reached now; facts are kept either way."""

    status: Literal["ok"]
    hub: bool
    now: str


def iso(us: int) -> str:
    """UTC microseconds as ISO 8601 in UTC to the millisecond."""
    when = _EPOCH + timedelta(milliseconds=min(max(us, 0), _LAST) // 1000)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def iso_or_none(us: int) -> str | None:
    return iso(us) if us else None


def read_time(text: str) -> int:
    """Raises:
    ValueError: no time, or none that says its offset.
    """
    try:
        us = from_iso(text)
    except OverflowError as error:
        raise ValueError(text) from error
    if not 0 <= us <= _LAST:
        raise ValueError(text)
    return us
