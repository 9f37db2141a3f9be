"""What the phone page says and is told beside orders, facts and photos: JSON, decoded as strictly."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cockpit.field.wire import KindOut, Latitude, Longitude, Sha256, Time, UnitKey, Words

Label = Annotated[str, Meta(max_length=120)]
Key = Annotated[str, Meta(min_length=36, max_length=36, pattern=r"^[0-9a-fA-F-]{36}$")]
MOST_FIXES = 60
MOST_PHOTOS = 9
LONGEST_VOICE = 300


class CodeWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code for a device of a unit; the rest is what its page is shown of the unit."""

    unit: UnitKey
    name: Label = ""
    kind: Label = ""
    area: Label = ""


class CodeMade(msgspec.Struct, frozen=True):
    """`url` is what the QR code says; `ca` where the certificate of our authority is, "" where the site has its own."""

    code: str
    url: str
    unit: str
    until: str
    ca: str


class EnrolByCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(min_length=1, max_length=40)]
    device: Annotated[str, Meta(min_length=1, max_length=120)]


class DevicesOut(msgspec.Struct, frozen=True):
    """Keys of the units that have a device with a good token, and of those whose page is open now."""

    enrolled: list[str]
    online: list[str]


class Reach(msgspec.Struct, frozen=True):
    reachable: bool


class CityOut(msgspec.Struct, frozen=True):
    name: str
    lon: float
    lat: float


class FormField(msgspec.Struct, frozen=True):
    """`choices` of a `choice` only; `unit` of a `number`."""

    id: str
    zh: str
    en: str
    type: Literal["text", "number", "choice", "check"]
    unit: str
    choices: list[str]
    required: bool


class FormOut(msgspec.Struct, frozen=True):
    """What `done` of an order of these classes wants: codes or beginnings of codes, the longest that fits counts."""

    kinds: list[str]
    photo: Literal["required", "wanted", "no"]
    fields: list[FormField]


class Ice(msgspec.Struct, frozen=True):
    """A server of which the page learns its own address (STUN)."""

    urls: str


class MeOut(msgspec.Struct, frozen=True):
    unit: str
    name: str
    kind: str
    area: str
    on_duty: bool
    desk: Reach
    forms: list[FormOut]
    kinds: list[KindOut]
    city: CityOut
    lang: str
    ice: list[Ice]


class RoadOut(msgspec.Struct, frozen=True, rename={"kind": "class"}):
    """A street near the way; `class` is OSM's."""

    name: str
    kind: str
    points: list[tuple[float, float]]


class WayOut(msgspec.Struct, frozen=True):
    length_m: float
    seconds: float
    points: list[tuple[float, float]]
    roads: list[RoadOut]


class Fix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Key
    at: Time
    lon: Longitude
    lat: Latitude
    accuracy: Annotated[float, Meta(ge=0, le=100_000)] | None = None


class PositionsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fixes: Annotated[list[Fix], Meta(min_length=1, max_length=MOST_FIXES)]


class DutyWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Key
    at: Time
    on: bool


class ReportWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something new. `kind` is a code of `kinds` of `GET /v1/me`; photos are uploaded before."""

    words: Words
    lon: Longitude
    lat: Latitude
    at: Time
    kind: Annotated[str, Meta(max_length=40)] = ""
    photos: Annotated[list[Sha256], Meta(max_length=MOST_PHOTOS)] = []


class LetterWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Words or voice (uploaded before), not both; `order`: what it is about."""

    at: Time
    words: Words | None = None
    voice: Sha256 | None = None
    seconds: Annotated[float, Meta(ge=0, le=LONGEST_VOICE)] | None = None
    order: Annotated[str, Meta(min_length=1, max_length=80)] | None = None


class SeenWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`answer` comes with `answered`."""

    state: Literal["delivered", "read", "answered"]
    at: Time
    answer: Words | None = None


class TakenOut(msgspec.Struct, frozen=True):
    """`recorded` is when the gateway got it."""

    id: str
    recorded: str


class VoiceOut(msgspec.Struct, frozen=True):
    sha256: str
    seconds: float
    type: str


class LetterOut(msgspec.Struct, frozen=True):
    """Times that have not come are null."""

    id: str
    kind: str
    group: str
    from_unit: bool
    name: str
    words: str
    voice: VoiceOut | None
    order: str | None
    state: str
    written: str
    delivered: str | None
    read: str | None
    answered: str | None
    answer: str


class LettersOut(msgspec.Struct, frozen=True):
    """`more`: there are further ones, ask again at once with `after` = `seq`."""

    now: str
    seq: int
    more: bool
    letters: list[LetterOut]


class LiveIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message of a page on the WebSocket, after its first one."""

    kind: Literal[
        "offer", "answer", "ringing", "busy", "declined", "unreachable", "bye", "hold", "resume", "video", "roll"
    ]  # fmt: skip
    leg: Annotated[str, Meta(min_length=1, max_length=80)]
    call: Annotated[str, Meta(max_length=80)] = ""
    sdp: Annotated[str, Meta(max_length=48_000)] = ""
    video: bool = False
    value: Annotated[str, Meta(max_length=200)] = ""
    name: Annotated[str, Meta(max_length=120)] = ""


class LiveOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message to a page."""

    kind: str
    leg: str = ""
    call: str = ""
    sdp: str = ""
    video: bool = False
    value: str = ""
    name: str = ""


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first message of a page on the WebSocket; `legs`: calls that it has on, which the gateway may not know."""

    token: Annotated[str, Meta(min_length=1, max_length=200)]
    legs: Annotated[list[Annotated[str, Meta(min_length=1, max_length=80)]], Meta(max_length=12)] = []
