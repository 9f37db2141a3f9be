"""Letters between desks and units: words, voice, announcements, roll calls, and what devices say besides facts.

Times are the city's, UTC microseconds; 0 is never.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from cockpit.model.entries import PhotoRef
from cockpit.model.typed import MsgpackDecoder


class LetterKind(StrEnum):
    TEXT = "text"
    VOICE = "voice"
    ANNOUNCE = "announce"
    """通知: to many, wants to be read."""
    ROLL = "roll"
    """点名: wants an answer."""
    URGE = "urge"
    """The hub's own: an order was not delivered."""


class LetterState(StrEnum):
    """In this order; none goes back."""

    WAITING = "waiting"
    """At the seat or the device, the hub has not got it."""
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    ANSWERED = "answered"


class Letter(msgspec.Struct, frozen=True):
    """One letter from one to one; one to many is many letters with the same `group`.

    Attributes:
        id: UUIDv7, made where it is written; taken once for ever.
        kind: which; group: of a letter to many, "" none.
        seat: the desk's user; unit: the unit's key; from_unit: whether the unit wrote it.
        name: who wrote it, as the other side is shown.
        words: at most 4,000 characters; voice: sound (audio/webm, audio/ogg or audio/wav), seconds: how long.
        case, order: what it is about, "" nothing.
        written, taken, delivered, read, answered: when; `answer`: what they answered.
    """

    id: str
    kind: LetterKind
    seat: str
    unit: str
    from_unit: bool
    name: str
    written: int
    words: str = ""
    voice: PhotoRef | None = None
    seconds: float = 0.0
    group: str = ""
    case: str = ""
    order: str = ""
    taken: int = 0
    delivered: int = 0
    read: int = 0
    answered: int = 0
    answer: str = ""

    @property
    def state(self) -> LetterState:
        for when, state in (
            (self.answered, LetterState.ANSWERED),
            (self.read, LetterState.READ),
            (self.delivered, LetterState.DELIVERED),
            (self.taken, LetterState.SENT),
        ):
            if when:
                return state
        return LetterState.WAITING


# -- what the gateway tells the hub of its devices, on `said.<city>.<world>.gateway`, each answered by a `Receipt` -----


class Position(msgspec.Struct, frozen=True, tag="position"):
    """Where a device is: WGS-84, accuracy in metres, at: city time. Sent only while its page is open and on duty."""

    id: str
    unit: str
    device: str
    at: int
    lon: float
    lat: float
    accuracy: float = float("nan")


class Duty(msgspec.Struct, frozen=True, tag="duty"):
    """The unit went on duty or off it."""

    id: str
    unit: str
    device: str
    at: int
    on: bool


class Reported(msgspec.Struct, frozen=True, tag="report"):
    """Something new that a worker saw 上报: becomes an event of the feed `field`.

    Attributes:
        kind: code of the class, "" not chosen; words: one sentence; photos: evidence.
    """

    id: str
    unit: str
    device: str
    said: int
    received: int
    lon: float
    lat: float
    words: str
    kind: str = ""
    photos: tuple[PhotoRef, ...] = ()


class Wrote(msgspec.Struct, frozen=True, tag="letter"):
    """A unit wrote to the desks, or to one of them."""

    letter: Letter

    @property
    def id(self) -> str:
        return self.letter.id


class Seen(msgspec.Struct, frozen=True, tag="seen"):
    """A device has a letter, its person read it, or answered it."""

    id: str
    letter: str
    unit: str
    device: str
    at: int
    state: LetterState
    answer: str = ""


Said = Position | Duty | Reported | Wrote | Seen

_said: MsgpackDecoder[Said] = MsgpackDecoder(Said)


def encode_said(said: Said) -> bytes:
    """As it goes on the bus: msgpack, which has a NaN; the hub's `Receipt` is JSON, as that of a fact."""
    return msgspec.msgpack.encode(said)


def read_said(data: bytes) -> Said:
    """Raises:
    msgspec.MsgspecError: it is nothing that a gateway says.
    """
    known: Said = _said.decode(data)
    return known


class LettersWanted(msgspec.Struct, frozen=True):
    """Asked by a seat (`letters`) or by the gateway (`letters`, with its unit): those after a sequence, oldest first.

    Attributes:
        unit: whose, "" all; after: sequence of the last one known; most: at most so many.
    """

    after: int = 0
    unit: str = ""
    most: int = 200


class Letters(msgspec.Struct, frozen=True):
    """`seq` counts changes: a letter that was read since comes again."""

    seq: int
    letters: tuple[Letter, ...] = ()
    more: bool = False


class Send(msgspec.Struct, frozen=True):
    """Asked by a seat (`letters.send`): takes these on, each once for ever."""

    letters: tuple[Letter, ...]
    voice: bytes = b""
    """The sound of a voice letter, at most 900,000 bytes."""


class Taken(msgspec.Struct, frozen=True):
    """The hub has these letters, and keeps them; those that it had already are among them."""

    ids: tuple[str, ...] = ()


class ReadHere(msgspec.Struct, frozen=True):
    """`letters.seen` of a seat: letters of units that were read there."""

    ids: tuple[str, ...]
