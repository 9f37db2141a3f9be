"""Calls as every part of the cockpit speaks of them: who is reached by which ways, what a call is doing, its outcome.

Numbers, names and what was said never get into the ledger's chain; they live in the address book, in texts and blobs.
Times are the city's, UTC microseconds; 0 is never.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from cockpit.model.messages import Message


class WayKind(StrEnum):
    """How somebody can be reached."""

    WEBRTC = "webrtc"
    """The phone page of a unit's enrolled device."""
    SIP = "sip"
    """A phone, an extension of the PBX, a radio gateway."""
    HANDOFF = "handoff"
    """The desk's own telephone dials: what becomes of the call is not known here."""


class Way(msgspec.Struct, frozen=True):
    """One way to reach somebody.

    Attributes:
        kind: which.
        address: key of the unit (`positions/U031`) for WEBRTC; a SIP address or a number for the others.
        label: what it is called ("分机", "电台"); "" says it by its kind.
    """

    kind: WayKind
    address: str
    label: str = ""


class Contact(msgspec.Struct, frozen=True):
    """Somebody in the address book.

    Attributes:
        id: `unit/<key>` of a unit of the picture, `book/<id>` of the pack's, the site's CSV or LDAP,
            `number/<digits>` of a number typed by hand.
        name: of the person or unit; duty: what they are there for ("街道值班长").
        org: units of the organisation from the top, at most four.
        unit: key of the unit in the picture, "" none; area: code of their area, "" unknown.
        ways: in the order in which they are tried.
        leads: keys of units and codes of areas whose orders climb up to them.
    """

    id: str
    name: str
    duty: str = ""
    org: tuple[str, ...] = ()
    unit: str = ""
    area: str = ""
    ways: tuple[Way, ...] = ()
    leads: tuple[str, ...] = ()


class CallState(StrEnum):
    """Of a leg; a call is in the most alive state of its legs."""

    PLACING = "placing"
    """A way is being tried, nothing rings yet."""
    RINGING = "ringing"
    INCOMING = "incoming"
    UP = "up"
    HELD = "held"
    ENDED = "ended"


class Outcome(StrEnum):
    """How a leg ended."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    """Nobody is registered there, the phone page is closed, the line is down."""
    REFUSED = "refused"
    """The two sides have no codec in common, the PBX does not let us, the number does not exist."""
    CANCELLED = "cancelled"
    """We gave up."""
    CUT = "cut"
    """It was up, and then nothing came any more."""
    MISSED = "missed"
    """It came in, and nobody took it."""
    HANDED_OFF = "handed_off"
    """Given to the desk's telephone; what became of it is not known."""


class Quality(msgspec.Struct, frozen=True):
    """Of what is heard from the other side, over the last five seconds.

    Attributes:
        loss: share of packets, 0–1; jitter, rtt: milliseconds, NaN unknown; codec: "opus", "PCMA"; "" unknown.
        level: loudness of the other side now, 0–1.
    """

    loss: float = 0.0
    jitter: float = float("nan")
    rtt: float = float("nan")
    codec: str = ""
    level: float = 0.0


class Failed(msgspec.Struct, frozen=True):
    """A way that was tried in vain."""

    way: Way
    outcome: Outcome
    why: Message


class Leg(msgspec.Struct, frozen=True):
    """One person in a call.

    Attributes:
        id: UUIDv7; contact: who; way: by which way now, None where none is left.
        failed: what was tried before, in order: the desk says so.
        state, outcome: where it is; outcome None until it ended.
        muted: they are not heard by the others; video: pictures come from them; sends_video: we send them ours.
        begun, rang, answered, ended: city time.
        there: when they said in a roll call that they are there, or had heard the announcement to its end; 0 not.
    """

    id: str
    contact: Contact
    state: CallState
    way: Way | None = None
    failed: tuple[Failed, ...] = ()
    outcome: Outcome | None = None
    why: Message | None = None
    inbound: bool = False
    muted: bool = False
    video: bool = False
    sends_video: bool = False
    begun: int = 0
    rang: int = 0
    answered: int = 0
    ended: int = 0
    quality: Quality = Quality()
    there: int = 0


class CallKind(StrEnum):
    SINGLE = "single"
    GROUP = "group"
    ROLL = "roll"
    """点名: everyone is called and says they are there."""
    ANNOUNCE = "announce"
    """A sentence is spoken to everyone who picks up."""


class Call(msgspec.Struct, frozen=True):
    """A call of this seat.

    Attributes:
        id: UUIDv7; legs: everyone who is or was in it.
        case, order: what it is about, "" nothing.
        muted: we are not heard; held: we are away; push: we are heard only while the talk key is down; talking: it is.
        recording: it is being recorded, after the notice was played.
        room: address of the PBX's conference room that it runs in, "" here.
        note: what the officer wrote down.
    """

    id: str
    kind: CallKind
    legs: tuple[Leg, ...]
    case: str = ""
    order: str = ""
    muted: bool = False
    held: bool = False
    push: bool = False
    talking: bool = False
    recording: bool = False
    room: str = ""
    note: str = ""
    begun: int = 0
    ended: int = 0

    @property
    def state(self) -> CallState:
        """The most alive state of its legs."""
        states = {leg.state for leg in self.legs}
        return next((state for state in _ALIVE if state in states), CallState.ENDED)


_ALIVE = (CallState.UP, CallState.HELD, CallState.INCOMING, CallState.RINGING, CallState.PLACING)


class SoundDevice(msgspec.Struct, frozen=True):
    """A microphone or loudspeaker; headset: a headset, which is preferred."""

    id: str
    name: str
    headset: bool = False


class Sound(msgspec.Struct, frozen=True):
    """What the desk hears and speaks with.

    Attributes:
        inputs, outputs: what there is; input, output: what is used, "" none; echo: whether echo is cancelled.
        level_in: loudness of the microphone now, 0–1; level_out: of what is played.
        problem: why there is no sound, None where there is.
    """

    inputs: tuple[SoundDevice, ...] = ()
    outputs: tuple[SoundDevice, ...] = ()
    input: str = ""
    output: str = ""
    echo: bool = False
    level_in: float = 0.0
    level_out: float = 0.0
    problem: Message | None = None


class Line(msgspec.Struct, frozen=True):
    """One adapter of this desk, as the softphone bar shows it: ready, or why not."""

    kind: WayKind
    name: str
    ready: bool
    problem: Message | None = None


class Frame(msgspec.Struct, frozen=True):
    """A picture of a leg: RGB888 rows without padding; `serial` counts up with each new one."""

    width: int
    height: int
    serial: int
    data: bytes | memoryview


# -- what the hub knows of all seats' calls -------------------------------------------------------------------------


class Inbound(msgspec.Struct, frozen=True):
    """Somebody calls the desks. Never silently reassigned: it rings at `seats` until one claims it or they give up.

    Attributes:
        id: of the call; contact: who, as far as the address book knows; way: how they came in.
        seats: users at whom it rings, empty all; claimed: the seat that took it, "" nobody yet.
        lon, lat: where their unit is, NaN unknown; orders: ids of their open orders.
        since: when it began; video: they offer pictures.
        declined: seats that would not take it, at which it rings no more.
        back: seat that had claimed it and went: it rings again at all, and says so; "" none.
    """

    id: str
    contact: Contact
    way: Way
    since: int
    seats: tuple[str, ...] = ()
    claimed: str = ""
    lon: float = float("nan")
    lat: float = float("nan")
    orders: tuple[str, ...] = ()
    video: bool = False
    declined: tuple[str, ...] = ()
    back: str = ""


class Missed(msgspec.Struct, frozen=True):
    """A call that nobody took: a work item until somebody settles it.

    Attributes:
        inbound: what it was; ended: when they gave up; times: how often they have called since it was last settled.
        by: seat that works on it ("" nobody), words: what was done about it, settled: when, 0 open.
    """

    inbound: Inbound
    ended: int
    times: int = 1
    by: str = ""
    words: str = ""
    settled: int = 0


class CallBoard(msgspec.Struct, frozen=True):
    """What the hub tells all seats of inbound calls, on topic `calls`: whenever it changes and every five seconds.

    Attributes:
        ringing: oldest first; missed: open ones, and those that were settled within the last hour.
        online: keys of the units whose phone page is open now.
    """

    ringing: tuple[Inbound, ...] = ()
    missed: tuple[Missed, ...] = ()
    online: tuple[str, ...] = ()


# -- what a seat asks the hub: `ask.<seat>.<what>`, each answered by `asks.Told` ---------------------------------------


class ClaimWanted(msgspec.Struct, frozen=True):
    """`calls.claim`: takes an inbound call; the first wins, the others get a sentence that names the winner."""

    id: str


class Claimed(msgspec.Struct, frozen=True):
    """The call is this seat's.

    Attributes:
        sdp: the offer of the phone page, to be answered by a `Signal` to `gateway`; "" of a call by SIP.
        unit, device, leg: for that signal; its `call` is the id of the inbound call.
    """

    inbound: Inbound
    sdp: str = ""
    unit: str = ""
    device: str = ""
    leg: str = ""


class CallGone(msgspec.Struct, frozen=True):
    """`calls.gone`: what became of an inbound call at this seat.

    Attributes:
        outcome: ANSWERED: they speak, it leaves the board; DECLINED: not here, it goes on ringing elsewhere;
            MISSED: they gave up; any other: this seat could not take it, it rings again at all.
    """

    id: str
    outcome: Outcome


class RecordsWanted(msgspec.Struct, frozen=True):
    """`calls.records`: of a case ("" all), that ended before a city time (0 now), newest first."""

    case: str = ""
    before: int = 0
    most: int = 100


class SettleWanted(msgspec.Struct, frozen=True):
    """`calls.settle`: a missed call was dealt with, in words. With `words` "" this seat works on it."""

    id: str
    words: str


class RecordingPart(msgspec.Struct, frozen=True):
    """`calls.recording.put`: bytes from `at` of a recording (WAV or Ogg) of `size` bytes, at most 500,000 at once."""

    sha256: str
    size: int
    at: int
    data: bytes


class RecordingHeld(msgspec.Struct, frozen=True):
    """Bytes from the beginning that the hub has: the next part begins there; all of them: it is kept."""

    have: int


class SoundWanted(msgspec.Struct, frozen=True):
    """`calls.recording` and `voice`: bytes of a sound from `at` on; who begins at 0 of a recording is noted."""

    sha256: str
    at: int = 0


class SoundPart(msgspec.Struct, frozen=True):
    """At most 500,000 bytes; `size`: of all; `type`: `audio/wav`, `audio/ogg`, …, "" unknown."""

    data: bytes
    size: int
    type: str = ""


class Listened(msgspec.Struct, frozen=True):
    """Who listened to a recording, and when (city time)."""

    seat: str
    at: int


class EnrolWanted(msgspec.Struct, frozen=True):
    """`calls.enrol`: a single-use address that enrols one device of a unit."""

    unit: str


class Enrolment(msgspec.Struct, frozen=True):
    """The address for the QR code, and until when it is good (city time)."""

    url: str
    until: int


class Devices(msgspec.Struct, frozen=True):
    """`calls.devices`: keys of the units that have an enrolled page, and of those whose page is open now."""

    enrolled: tuple[str, ...] = ()
    online: tuple[str, ...] = ()


class CallRecord(msgspec.Struct, frozen=True):
    """One leg that ended, as it is kept (话单): at the hub whole; on the case's timeline without names and numbers.

    Attributes:
        id: of the leg; call, case, order: of what it was part.
        seat: user whose call it was, "hub" for one that the hub made.
        contact: who; way: the one that was used last; tried: ways tried in vain before.
        times as in `Leg`; loss, jitter: over the whole leg.
        recording: SHA-256 of the sound, "" none.
    """

    id: str
    call: str
    kind: CallKind
    seat: str
    contact: Contact
    way: Way | None
    outcome: Outcome
    inbound: bool
    begun: int
    rang: int
    answered: int
    ended: int
    tried: int = 0
    loss: float = 0.0
    jitter: float = float("nan")
    video: bool = False
    case: str = ""
    order: str = ""
    note: str = ""
    recording: str = ""


class Records(msgspec.Struct, frozen=True):
    """Newest first; `more`: older ones were left out."""

    records: tuple[CallRecord, ...] = ()
    more: bool = False


class Listeners(msgspec.Struct, frozen=True):
    """`calls.listened` of a `SoundWanted`: who listened to a recording, newest first."""

    listened: tuple[Listened, ...] = ()


# -- what the two ends of a WebRTC leg tell each other, through the gateway --------------------------------------------


class Signal(msgspec.Struct, frozen=True):
    """On `sig.<city>.<world>.<from>.<to>`, msgpack; users are seats, `hub` or `gateway`.

    Attributes:
        leg: id of the leg; call: of the call.
        kind: `offer`, `answer` (both with `sdp`, all candidates in it), `ringing`, `busy`, `declined`, `unreachable`,
            `claimed` (somebody else took it), `bye`, `hold`, `resume`, `video` (on/off in `value`), `roll` (they said
            that they are there), `knock` (the hub: there are letters for `unit`).
        unit: key of the unit whose device it is to or from; device: id of its token, "" any.
        video: pictures are offered or wanted; value: what a kind needs.
        name: what the other side is shown: who calls.
    """

    kind: str
    leg: str = ""
    call: str = ""
    unit: str = ""
    device: str = ""
    sdp: str = ""
    video: bool = False
    value: str = ""
    name: str = ""
