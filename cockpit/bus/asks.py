"""What a seat asks the hub and what it gets: msgpack structs on `ask.<seat>.<what>`."""

from __future__ import annotations

from typing import Any

import msgspec

from cockpit.model.clock import CityTime
from cockpit.model.messages import Message

PROTOCOL = 3
"""Version of batches and asks together. Hub and seat of different versions say so and do not guess."""


class Hello(msgspec.Struct, frozen=True):
    """A seat introduces itself. Only `protocol` is read before the versions are known to agree."""

    protocol: int
    version: str
    seat: str


class Welcome(msgspec.Struct, frozen=True):
    """The hub's answer.

    Attributes:
        protocol, version: of the hub.
        hub: id of the hub's run.
        city: id of the pack; world: `live` or another.
        time: how the city's clock runs.
        wall: the hub's wall clock at the answer, UTC us.
        order: what this seat is to do at once, "" nothing: `seatasks.WIPE`.
    """

    protocol: int
    version: str
    hub: str
    city: str
    world: str
    time: CityTime
    wall: int
    order: str = ""


class SnapshotWanted(msgspec.Struct, frozen=True):
    """Topics to be sent whole, batch by batch, to the reply inbox; an empty message ends them."""

    topics: tuple[str, ...]


class KeyWanted(msgspec.Struct, frozen=True):
    """A body by key, a picture by address, a feed by id: one text."""

    key: str


class BodyReply(msgspec.Struct, frozen=True):
    """A body, or why there is none."""

    fields: dict[str, Any] | None = None
    fetched: int = 0
    problem: Message | None = None


class PictureReply(msgspec.Struct, frozen=True):
    """An evidence picture as received, or why there is none."""

    data: bytes = b""
    problem: Message | None = None


class LedgerWanted(msgspec.Struct, frozen=True):
    """Decisions of the ledger behind a sequence; 0 from the first."""

    after: int


class LedgerReply(msgspec.Struct, frozen=True):
    """Decisions in order, at most ~500 kB of them.

    Attributes:
        rows: (sequence, bytes as they lie in the stream), from `after` + 1 without a gap; empty when there are no more.
        last: sequence of the newest decision that the hub has.
        problem: why the hub can not say.
    """

    rows: list[tuple[int, bytes]] = []
    last: int = 0
    problem: Message | None = None


class TextsWanted(msgspec.Struct, frozen=True):
    """Words by the ids of their refs."""

    ids: list[str]


class TextsReply(msgspec.Struct, frozen=True):
    """Words by id, at most ~500 kB of them; erased and unknown ones are missing.

    Attributes:
        problem: why the hub can not say.
        more: ids that did not fit; to be asked for again.
    """

    texts: dict[str, str] = {}
    problem: Message | None = None
    more: list[str] = []


class PhotoWanted(msgspec.Struct, frozen=True):
    """A piece of evidence by its SHA-256 (hex); the answer is a `PictureReply` with a re-encoded JPEG."""

    sha256: str
    thumb: bool = False


class Refusal(msgspec.Struct, frozen=True):
    """One item in quarantine.

    Attributes:
        feed: whose.
        reason: why it was refused.
        sample: the first bytes of it as text, control characters replaced.
        received: wall clock, UTC us.
        id: by which it can be tried again, 0: it can not. group: of those that were refused for the same reason;
            count: how many of them since the hub's start.
    """

    feed: str
    reason: Message
    sample: str
    received: int
    id: int = 0
    group: str = ""
    count: int = 1


class AgainWanted(msgspec.Struct, frozen=True):
    """Refused pieces that are to be read again: by id, and all of a feed (not "") that are of one group."""

    ids: tuple[int, ...] = ()
    feed: str = ""
    group: str = ""


class Nothing(msgspec.Struct, frozen=True):
    """A question, or an answer, that has nothing to say beside that it came."""


class Told(msgspec.Struct, frozen=True):
    """The answer to a question that a service of the hub answers: msgpack of its struct, or why there is none.

    Attributes:
        for_good: the same question would be refused again, whenever it is asked.
    """

    said: msgspec.Raw = msgspec.Raw(b"\xc0")
    problem: Message | None = None
    for_good: bool = False


class QuarantineReply(msgspec.Struct, frozen=True):
    refused: list[Refusal] = []


def encode(value: object) -> bytes:
    return msgspec.msgpack.encode(value)
