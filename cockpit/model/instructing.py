"""批示, 请示, 督办, 会商: what a leader writes and is asked, as acts of a command and entries of a decision.

As in `entries`: ids, codes and times only; words are texts of the command. Times are city time, UTC us.
"""

from __future__ import annotations

import msgspec

TOPICS = ("case", "unit", "sign", "event", "alert")
"""To what an instruction can be given."""
ANSWERS = ("underway", "done")
RESULTS = ("done", "withdrawn")
"""How an instruction ends: its leader takes note of the answer, or takes it back before anybody has read it."""
VERDICTS = ("agree", "refuse", "instruct")
MOST_OPTIONS = 3
"""Choices of a 请示, each a text `option_1` …"""


# -- acts --------------------------------------------------------------------------------------------------------


class GiveInstruction(
    msgspec.Struct, frozen=True, gc=False, tag="instruction.give", tag_field="kind", omit_defaults=True
):
    """批示. Its command goes to the case where `topic` is `case`, else to a thread of its own: id as the case's. Text:
    `words`.

    Attributes:
        id: UUIDv7 made at the seat.
        topic: of `TOPICS`; key: as it is selected (id of the case, `positions/U031`, `sign/<code>@<area>`).
        due: until when an answer is wanted, 0 none.
        voice: SHA-256 of a recording, "" none; seconds: how long it is.
    """

    id: str
    topic: str
    key: str
    due: int = 0
    voice: str = ""
    seconds: float = 0.0


class ReadInstruction(msgspec.Struct, frozen=True, gc=False, tag="instruction.read", tag_field="kind"):
    """An officer has it before them: from then on it can not be taken back unseen."""

    instruction: str


class AnswerInstruction(msgspec.Struct, frozen=True, gc=False, tag="instruction.answer", tag_field="kind"):
    """What became of it, of `ANSWERS`. Text: `words`."""

    instruction: str
    state: str


class CloseInstruction(msgspec.Struct, frozen=True, gc=False, tag="instruction.close", tag_field="kind"):
    """It ends, with one of `RESULTS`. Text: `words`."""

    instruction: str
    result: str = "done"


class AskDecision(msgspec.Struct, frozen=True, gc=False, tag="decision.ask", tag_field="kind", omit_defaults=True):
    """请示 about a case. Texts: `question`, one line; `words`, why; `option_1` …

    Attributes:
        id: UUIDv7 made at the seat; until: when it is too late, 0 never; options: how many choices it has.
    """

    id: str
    until: int = 0
    options: int = 0


class GiveDecision(msgspec.Struct, frozen=True, gc=False, tag="decision.give", tag_field="kind", omit_defaults=True):
    """What a leader decides, of `VERDICTS`. Text: `words`, which only `agree` can do without.

    Attributes:
        option: which choice, from 1; 0 none.
        instruction: of `instruct`: id of the 批示 that it is at once; due: see `GiveInstruction`.
    """

    ask: str
    verdict: str
    option: int = 0
    instruction: str = ""
    due: int = 0


class UrgeCase(msgspec.Struct, frozen=True, gc=False, tag="case.urge", tag_field="kind"):
    """督办: presses an open case. Text: `words`."""


class CallMeeting(msgspec.Struct, frozen=True, gc=False, tag="case.meet", tag_field="kind"):
    """会商: the people of a case are called together; other seats are offered what is looked at.

    Attributes:
        call: id of the group call; people: how many.
    """

    call: str
    people: int = 0


InstructAct = (
    GiveInstruction
    | ReadInstruction
    | AnswerInstruction
    | CloseInstruction
    | AskDecision
    | GiveDecision
    | UrgeCase
    | CallMeeting
)
INSTRUCT_ACTS = (
    GiveInstruction,
    ReadInstruction,
    AnswerInstruction,
    CloseInstruction,
    AskDecision,
    GiveDecision,
    UrgeCase,
    CallMeeting,
)


# -- entries -----------------------------------------------------------------------------------------------------


class InstructionGiven(
    msgspec.Struct, frozen=True, gc=False, tag="instruction.given", tag_field="kind", omit_defaults=True
):
    """`ask`: id of the 请示 that it decides, "" none; the rest as in `GiveInstruction`."""

    id: str
    topic: str
    key: str
    due: int = 0
    voice: str = ""
    seconds: float = 0.0
    ask: str = ""


class InstructionRead(msgspec.Struct, frozen=True, gc=False, tag="instruction.seen", tag_field="kind"):
    instruction: str


class InstructionAnswered(msgspec.Struct, frozen=True, gc=False, tag="instruction.answered", tag_field="kind"):
    instruction: str
    state: str


class InstructionClosed(msgspec.Struct, frozen=True, gc=False, tag="instruction.closed", tag_field="kind"):
    instruction: str
    result: str


class DecisionAsked(msgspec.Struct, frozen=True, gc=False, tag="decision.asked", tag_field="kind", omit_defaults=True):
    id: str
    until: int = 0
    options: int = 0


class DecisionGiven(msgspec.Struct, frozen=True, gc=False, tag="decision.given", tag_field="kind", omit_defaults=True):
    ask: str
    verdict: str
    option: int = 0


class CaseUrged(msgspec.Struct, frozen=True, gc=False, tag="case.urged", tag_field="kind"):
    pass


class MeetingCalled(msgspec.Struct, frozen=True, gc=False, tag="meeting.called", tag_field="kind", omit_defaults=True):
    call: str
    people: int = 0


InstructEntry = (
    InstructionGiven
    | InstructionRead
    | InstructionAnswered
    | InstructionClosed
    | DecisionAsked
    | DecisionGiven
    | CaseUrged
    | MeetingCalled
)
INSTRUCT_ENTRIES = (
    InstructionGiven,
    InstructionRead,
    InstructionAnswered,
    InstructionClosed,
    DecisionAsked,
    DecisionGiven,
    CaseUrged,
    MeetingCalled,
)
