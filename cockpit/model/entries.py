"""What the ledger is made of: commands and facts come in, decisions go out. JSON, kept and hashed as bytes.

A command can be refused, with a sentence; a fact is never refused, however late. One decision is one message of the
stream with all its entries. The chain holds ids, codes, times and places, never a name, a number or free words: those
are texts, of which an entry has a `TextRef` only. Times are city time, UTC microseconds, where nothing else is said.
Readers that meet an entry of a kind they do not know keep it, forward it and show it as such.

None of these can be part of a cycle, so the garbage collector need not look at them (`gc=False`): ten thousand that
come at once after an absence would stop a frame for 0.1 s.
"""

from __future__ import annotations

import hashlib

import msgspec

from cockpit.model.instructing import InstructAct, InstructEntry
from cockpit.model.messages import Message
from cockpit.model.typed import JsonDecoder

VERSION = 1
MAX_DECISION = 256_000
"""Bytes of one decision."""
MAX_TEXT = 4_000
"""Characters of one text of a command or fact."""
GENESIS = "0" * 64
"""`prev` of the first decision of a chain."""


class TextRef(msgspec.Struct, frozen=True, gc=False):
    """Words that can be erased: a random id and HMAC-SHA-256(salt, words) in hex; the salt lies with the words."""

    id: str
    mac: str


class PhotoRef(msgspec.Struct, frozen=True, gc=False):
    """A piece of evidence, stored as received under its SHA-256 (hex)."""

    sha256: str
    size: int
    type: str


class Actor(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Who did it.

    Attributes:
        seat: user of the bus, taken from the subject and never from the body: `seat-1`, `gateway`, `hub`.
        role: `duty`, `leader`, `wall`, `device` or `hub`; the hub knows it by the user.
        unit: key of the unit whose device it was.
    """

    seat: str
    role: str
    unit: str = ""


# -- what a seat wants: acts of a command ------------------------------------------------------------------------


class NewCase(msgspec.Struct, frozen=True, gc=False):
    """The facts of a case to be opened.

    Attributes:
        event: key of the event or alarm (`alarm/<id>`) it is about, "" for one taken by telephone.
        kind: code in the pack's class table; level: 1–4 as `Level`.
        lon, lat: WGS-84; area: code of the smallest area; channel: id of the pack's channels.
    """

    event: str
    kind: str
    level: int
    lon: float
    lat: float
    area: str
    channel: str


class NewOrder(msgspec.Struct, frozen=True, gc=False):
    """One order of an `IssueOrders`: id made at the seat, key of the unit, whether it leads (主办) or helps (协办)."""

    id: str
    unit: str
    lead: bool = True


class OpenCase(msgspec.Struct, frozen=True, gc=False, tag="case.open", tag_field="kind"):
    """受理立案. Texts: `place`, `caller`, `words`."""

    case: NewCase


class IssueOrders(msgspec.Struct, frozen=True, gc=False, tag="order.issue", tag_field="kind"):
    """派遣: opens the case when `open` is given, passes the stages up to 派遣, and orders; all or nothing.

    Texts: `order` (what is to be done), and those of `OpenCase`.

    Attributes:
        arrive_within, finish_within: microseconds from the hub's acceptance.
    """

    orders: tuple[NewOrder, ...]
    arrive_within: int
    finish_within: int
    open: NewCase | None = None


class RecallOrder(msgspec.Struct, frozen=True, gc=False, tag="order.recall", tag_field="kind"):
    """撤回, until the unit has accepted. Text: `reason`."""

    order: str


class VerifyOrder(msgspec.Struct, frozen=True, gc=False, tag="order.verify", tag_field="kind"):
    """核查 what a unit reported done: good, or back to it (返工). Text: `words`."""

    order: str
    good: bool = True


class CloseCase(msgspec.Struct, frozen=True, gc=False, tag="case.close", tag_field="kind"):
    """结案, when its orders have ended. Text: `words`.

    Attributes:
        result: `solved`, `void` (作废) or `referred` (转办).
    """

    result: str = "solved"


class ReopenCase(msgspec.Struct, frozen=True, gc=False, tag="case.reopen", tag_field="kind"):
    """Takes a closing back. Text: `reason`."""


class AddNote(msgspec.Struct, frozen=True, gc=False, tag="case.note", tag_field="kind"):
    """Words into the timeline. Text: `words`."""


class NoteCall(msgspec.Struct, frozen=True, gc=False, tag="case.call", tag_field="kind", omit_defaults=True):
    """A call about the case, as it went; whatever revision the case has. Texts: `contact` (who), `words` (the note).

    Attributes:
        call, leg: ids; order: what it was about, "" the case; unit: key of the unit, "" no unit.
        way: `webrtc`, `sip`, `handoff`, "" none was left; outcome: of `cockpit.model.calls.Outcome`.
        begun, rang, answered, ended: city time, 0 never; loss: 0–1, jitter: ms, -1 unknown.
        recording: the sound of it.
    """

    call: str
    leg: str
    outcome: str
    way: str = ""
    order: str = ""
    unit: str = ""
    inbound: bool = False
    video: bool = False
    begun: int = 0
    rang: int = 0
    answered: int = 0
    ended: int = 0
    loss: float = 0.0
    jitter: float = -1.0
    tried: int = 0
    recording: PhotoRef | None = None


Act = OpenCase | IssueOrders | RecallOrder | VerifyOrder | CloseCase | ReopenCase | AddNote | NoteCall | InstructAct


def opens(act: Act) -> NewCase | None:
    """The facts of the case that an act opens, None where it opens none."""
    match act:
        case OpenCase(case=facts) | IssueOrders(open=facts):
            return facts
        case _:
            return None


class Command(msgspec.Struct, frozen=True, gc=False):
    """What a seat wants, as its outbox keeps it and the bus carries it.

    Attributes:
        id: UUIDv7, the message id; the same for ever.
        case: which case; made at the seat when it is to be opened.
        expected: revision of the case that the officer saw; 0 for one that is to be opened.
        issued: when the key was pressed; valid_until: past it nothing is sent (0: always good).
        act: what.
        texts: free words by name, each at most `MAX_TEXT` characters; `who` is the officer's name.
    """

    id: str
    case: str
    expected: int
    issued: int
    valid_until: int
    act: Act
    texts: dict[str, str] = {}
    v: int = VERSION


# -- what a device reports ---------------------------------------------------------------------------------------

FACTS = ("delivered", "read", "accepted", "refused", "en_route", "on_scene", "photo", "done", "note")


class Fact(msgspec.Struct, frozen=True, gc=False):
    """What a unit's device reported, as the gateway keeps it and the bus carries it.

    Attributes:
        id: UUIDv7 made at the device, its idempotency key.
        kind: one of `FACTS`.
        order, unit: whose; `device` is the id of the token that signed in.
        said: the device's own clock, city time; received: the gateway's, city time.
        lon, lat: WGS-84 of the device, None unknown.
        texts: `reason`, `words`.
    """

    id: str
    kind: str
    order: str
    unit: str
    device: str
    said: int
    received: int
    lon: float | None = None
    lat: float | None = None
    photo: PhotoRef | None = None
    texts: dict[str, str] = {}
    v: int = VERSION


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """The hub's answer to a command or fact, the same each time it is asked again.

    Attributes:
        id: of the command or fact.
        seq: sequence of its decision in the stream; 0: not decided (see `problem`), ask again later.
        refused: why a command was refused, in a sentence; None: it took effect.
        problem: why nothing could be decided now (disk full, stream gone); the sender keeps it and asks again.
    """

    id: str
    seq: int = 0
    refused: Message | None = None
    problem: Message | None = None


# -- what the ledger says: entries of a decision -----------------------------------------------------------------


class CaseOpened(msgspec.Struct, frozen=True, gc=False, tag="case.opened", tag_field="kind"):
    """`number` is the printed one, given by the hub ("0714-0642")."""

    number: str
    facts: NewCase


class StageReached(msgspec.Struct, frozen=True, gc=False, tag="stage.reached", tag_field="kind"):
    """The case is at a stage of `STAGES`; `due` is when that stage is overdue, 0 never."""

    stage: str
    due: int = 0


class OrderIssued(msgspec.Struct, frozen=True, gc=False, tag="order.issued", tag_field="kind"):
    """`number` is the printed one, `issued` when the key was pressed, the rest deadlines by the hub's clock."""

    order: str
    number: str
    unit: str
    lead: bool
    issued: int
    valid_until: int
    arrive_by: int
    finish_by: int


class OrderMoved(msgspec.Struct, frozen=True, gc=False, tag="order.moved", tag_field="kind", omit_defaults=True):
    """An order is in a state of `ORDER_STATES`; of a fact that came too late to move it, only that it came.

    Attributes:
        said: the device's own clock, 0 none; skew: that clock minus ours, us.
        late: the order had ended (recalled, expired, verified) or was further already: it keeps its state.
        again: it was sent back (返工).
    """

    order: str
    state: str
    said: int = 0
    skew: int = 0
    late: bool = False
    again: bool = False
    lon: float | None = None
    lat: float | None = None


class PhotoAdded(msgspec.Struct, frozen=True, gc=False, tag="photo.added", tag_field="kind", omit_defaults=True):
    order: str
    photo: PhotoRef
    said: int = 0
    skew: int = 0
    lon: float | None = None
    lat: float | None = None


class Noted(msgspec.Struct, frozen=True, gc=False, tag="noted", tag_field="kind", omit_defaults=True):
    """Words of a seat or a device; `order` is "" for the case as a whole."""

    order: str = ""
    said: int = 0
    skew: int = 0


class CaseClosed(msgspec.Struct, frozen=True, gc=False, tag="case.closed", tag_field="kind"):
    result: str


class CaseReopened(msgspec.Struct, frozen=True, gc=False, tag="case.reopened", tag_field="kind"):
    pass


class CallMade(msgspec.Struct, frozen=True, gc=False, tag="call.made", tag_field="kind", omit_defaults=True):
    """What `NoteCall` said; also of calls that the hub made itself."""

    call: str
    leg: str
    outcome: str
    way: str = ""
    order: str = ""
    unit: str = ""
    inbound: bool = False
    video: bool = False
    begun: int = 0
    rang: int = 0
    answered: int = 0
    ended: int = 0
    loss: float = 0.0
    jitter: float = -1.0
    tried: int = 0
    recording: PhotoRef | None = None


class OrderUrged(msgspec.Struct, frozen=True, gc=False, tag="order.urged", tag_field="kind", omit_defaults=True):
    """An order that no device acknowledged climbs by itself.

    Attributes:
        step: number of the pack's step, from 1; by: `page`, `sms`, `call`, `leader`.
        state: `begun`, `done` (it got through), `failed`; why: a sentence of ids and codes.
        unit: who was reached for, another than the order's where it is the leader.
    """

    order: str
    step: int
    by: str
    state: str
    unit: str = ""
    why: Message | None = None


class Refused(msgspec.Struct, frozen=True, gc=False, tag="refused", tag_field="kind"):
    """A command had no effect; `reason` holds codes and ids only."""

    act: str
    reason: Message


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """An entry of a kind, or a version, that this program does not know; shown as such."""

    kind: str
    v: int = 0


Entry = (
    CaseOpened
    | StageReached
    | OrderIssued
    | OrderMoved
    | PhotoAdded
    | Noted
    | CaseClosed
    | CaseReopened
    | CallMade
    | OrderUrged
    | InstructEntry
    | Refused
)


class Decision(msgspec.Struct, frozen=True, gc=False):
    """One message of the stream.

    Attributes:
        hub: id of the hub whose chain this is; lives as long as its profile.
        seq: sequence in the stream, 1 the first; prev: SHA-256 of the bytes of the message before it, hex.
        cause: id of the command, of the fact, or one of the hub's own; each is decided once, for ever.
        at: city time; wall: the hub's wall clock.
        issued: when the seat or the device says it was done, city time.
        actor: who.
        case: which; revision: of the case after it (unchanged by a refusal).
        entries: what follows, in order.
        texts: free words by name.
    """

    hub: str
    seq: int
    prev: str
    cause: str
    at: int
    wall: int
    issued: int
    actor: Actor
    case: str
    revision: int
    entries: tuple[msgspec.Raw, ...]
    texts: dict[str, TextRef] = {}
    v: int = VERSION

    def said(self) -> tuple[Entry | Unknown, ...]:
        """Its entries, decoded."""
        return tuple(read_entry(raw) for raw in self.entries)


_entry: JsonDecoder[Entry] = JsonDecoder(Entry)
_kind = JsonDecoder(Unknown)
_decision = JsonDecoder(Decision)
_command = JsonDecoder(Command)
_fact = JsonDecoder(Fact)
encode = msgspec.json.Encoder().encode


def raw_entry(entry: Entry) -> msgspec.Raw:
    return msgspec.Raw(encode(entry))


def read_entry(raw: msgspec.Raw) -> Entry | Unknown:
    """Raises:
    msgspec.MsgspecError: it is no entry at all.
    """
    try:
        known: Entry = _entry.decode(raw)
    except msgspec.ValidationError:
        return _kind.decode(raw)
    return known


def read_decision(data: bytes) -> Decision:
    """Raises:
    msgspec.MsgspecError: it is no decision.
    """
    return _decision.decode(data)


def read_command(data: bytes) -> Command:
    """Raises:
    msgspec.MsgspecError: it is no command.
    """
    return _command.decode(data)


def read_fact(data: bytes) -> Fact:
    """Raises:
    msgspec.MsgspecError: it is no fact.
    """
    return _fact.decode(data)


def digest(data: bytes) -> str:
    """The link of the chain: SHA-256 of a message's bytes, hex."""
    return hashlib.sha256(data).hexdigest()
