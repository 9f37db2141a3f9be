"""What the media process and the seat tell each other: a JSON line each, over its stdin and stdout."""

from __future__ import annotations

import math

import msgspec

from cockpit.model.calls import Quality, Sound
from cockpit.model.messages import Message

MAX_LINE = 8 * 1024 * 1024
"""Bytes of a line; a voice letter of a minute in Base64 is the longest."""
MAX_SDP = 64 * 1024
MAX_LEGS = 10
"""Legs that are mixed in the app; more are the conference room's."""
MAX_WORDS = 2000
"""Characters of a sentence that is spoken."""


class Turn(msgspec.Struct, frozen=True):
    """A TURN server (RFC 8656) that the configuration names: `turn:host:port`."""

    url: str
    user: str = ""
    password: str = ""


class MediaSettings(msgspec.Struct, frozen=True):
    """What the process is told first.

    Attributes:
        stun: `stun:host:port`, "" asks nobody; turn: relays, none by default: nothing leaves the machine unnamed.
        input, output: ids of the sound devices that were chosen, "" the best there is (a headset first).
        echo: whether echo is cancelled where the sound server can.
        camera: device of the own camera, "" the first that there is.
        nice: priority of the process, where the system lets us.
    """

    stun: str = ""
    turn: tuple[Turn, ...] = ()
    input: str = ""
    output: str = ""
    echo: bool = True
    camera: str = ""
    nice: int = -10


class Ask(msgspec.Struct, frozen=True):
    """A wish: method of the process, its arguments. `n` counts up."""

    n: int
    do: str
    args: dict[str, object] = {}


# -- what the process tells by itself -------------------------------------------------------------------------------


class LegUp(msgspec.Struct, frozen=True, tag="up"):
    """Sound goes both ways now."""

    leg: str
    video: bool = False


class LegLost(msgspec.Struct, frozen=True, tag="lost"):
    """It never came up, or nothing has come for five seconds. Who reads it closes the leg."""

    leg: str
    why: Message


class LegQuality(msgspec.Struct, frozen=True, tag="quality"):
    """Once a second while it is up; as `Quality`, None for unknown: JSON has no NaN."""

    leg: str
    loss: float
    jitter: float | None
    rtt: float | None
    level: float
    codec: str = "opus"

    @property
    def quality(self) -> Quality:
        jitter, rtt = (math.nan if one is None else one for one in (self.jitter, self.rtt))
        return Quality(self.loss, jitter, rtt, self.codec, self.level)


class LegPictures(msgspec.Struct, frozen=True, tag="pictures"):
    """Pictures of a leg ("" the own camera) begin or end; `slot` is where they are in the shared memory."""

    leg: str
    on: bool
    slot: int


class LegDigits(msgspec.Struct, frozen=True, tag="digits"):
    """A DTMF key (RFC 4733) went down at the other side."""

    leg: str
    digits: str


class LegPresent(msgspec.Struct, frozen=True, tag="present"):
    """Somebody answered the roll call: `by` "voice" or "digit"."""

    leg: str
    by: str


class SoundNow(msgspec.Struct, frozen=True, tag="sound"):
    """Devices changed, or their levels (ten times a second while somebody listens or speaks)."""

    sound: Sound


class Recorded(msgspec.Struct, frozen=True, tag="recorded"):
    """A recording ended: of which mix, where it is, seconds, and why where it was not asked to."""

    mix: str
    path: str
    seconds: float
    why: Message | None = None


class MediaGone(msgspec.Struct, frozen=True, tag="gone"):
    """The process ended by itself, and every leg with it. The next wish starts it again."""

    why: Message


MediaEvent = LegUp | LegLost | LegQuality | LegPictures | LegDigits | LegPresent | SoundNow | Recorded | MediaGone


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the process: the answer to the ask `n`, or an event.

    Attributes:
        n: of the ask, 0 for an event.
        answer: what came of it; error: why nothing did; event: what happened.
    """

    n: int = 0
    answer: msgspec.Raw = msgspec.Raw(b"null")
    error: Message | None = None
    event: MediaEvent | None = None
