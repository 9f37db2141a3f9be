"""The rules of 批示, 请示, 督办 and 会商: under what conditions they are taken, and what follows. Pure.

What a leader writes is no claim on the state of a case: it is never stale, and it makes nobody's command stale.
"""

from __future__ import annotations

import msgspec

from cockpit.ledger.asked import Asked
from cockpit.model.entries import Entry
from cockpit.model.instructing import (
    ANSWERS,
    INSTRUCT_ACTS,
    MOST_OPTIONS,
    RESULTS,
    TOPICS,
    VERDICTS,
    AnswerInstruction,
    AskDecision,
    CallMeeting,
    CaseUrged,
    CloseInstruction,
    DecisionAsked,
    DecisionGiven,
    GiveDecision,
    GiveInstruction,
    InstructionAnswered,
    InstructionClosed,
    InstructionGiven,
    InstructionRead,
    MeetingCalled,
    ReadInstruction,
    UrgeCase,
)
from cockpit.model.instructions import Instruction
from cockpit.model.messages import Message

NO_RIGHT = {
    GiveInstruction: Message("ledger.no_right_instruct"),
    ReadInstruction: Message("ledger.no_right_answer"),
    AnswerInstruction: Message("ledger.no_right_answer"),
    CloseInstruction: Message("ledger.no_right_instruct"),
    AskDecision: Message("ledger.no_right_ask"),
    GiveDecision: Message("ledger.no_right_decide"),
    UrgeCase: Message("ledger.no_right_urge"),
    CallMeeting: Message("ledger.no_right_meet"),
}


def is_instruct(act: object) -> bool:
    return isinstance(act, INSTRUCT_ACTS)


def sound(asked: Asked) -> Message | None:
    """The command is one that can be understood; it says something."""
    act, words = asked.act, asked.texts.get("words", "").strip()
    match act:
        case GiveInstruction():
            target = act.topic in TOPICS and (act.topic == "case" or asked.case == act.id)
            if not target or (act.topic == "case" and asked.case != act.key):
                return Message("ledger.bad_target")
            return None if words or act.voice else Message("ledger.empty_instruction")
        case AnswerInstruction(state=state):
            if state not in ANSWERS:
                return Message("ledger.bad_answer")
            return None if words else Message("ledger.empty_answer")
        case CloseInstruction(result=result) if result not in RESULTS:
            return Message("ledger.bad_answer")
        case AskDecision(options=options):
            if not 0 <= options <= MOST_OPTIONS:
                return Message("ledger.bad_options", {"most": MOST_OPTIONS})
            missing = [n for n in range(options) if not asked.texts.get(f"option_{n + 1}", "–" if words == "–" else "")]
            if missing:
                return Message("ledger.bad_options", {"most": MOST_OPTIONS})
            return None if asked.texts.get("question", words).strip() else Message("ledger.empty_question")
        case GiveDecision(verdict=verdict):
            if verdict not in VERDICTS or (act.instruction and verdict != "instruct"):
                return Message("ledger.bad_verdict")
            return None if words or verdict == "agree" else Message("ledger.empty_instruction")
    return None


def there(asked: Asked) -> Message | None:
    """版本: what it is about is there, whoever acted on it since."""
    match asked.act:
        case GiveInstruction(topic=topic) if topic != "case":
            return None
        case ReadInstruction() | AnswerInstruction() | CloseInstruction():
            return None if _meant(asked) is not None else Message("ledger.no_instruction")
    if asked.known is not None:
        return None
    return Message("ledger.case_gone" if asked.state.known(asked.case) else "ledger.no_case")


def unit_there(asked: Asked) -> Message | None:
    """A unit that is written to is one of the city's."""
    match asked.act:
        case GiveInstruction(topic="unit", key=key) if asked.units.unit(key) is None:
            return Message("ledger.no_unit", {"unit": key.rpartition("/")[2][:40]})
    return None


def fitting(asked: Asked) -> Message | None:
    """What the act needs of that to which it belongs."""
    act, threads, case = asked.act, asked.state.threads, asked.known
    if problem := there(asked):
        return problem
    match act:
        case GiveInstruction(id=ident):
            return Message("ledger.instruction_exists") if threads.known(ident) else None
        case AskDecision(id=ident):
            if threads.known(ident):
                return Message("ledger.instruction_exists")
        case AnswerInstruction() | CloseInstruction():
            return _ends(act, _meant(asked))
        case GiveDecision():
            return _decides(asked, act)
    closed = case is not None and not case.open and isinstance(act, AskDecision | UrgeCase)
    return Message("ledger.case_closed", {"case": (case.number if case else "") or "–"}) if closed else None


def effects(asked: Asked) -> tuple[Entry, ...]:
    """What the act does once it is taken."""
    match asked.act:
        case GiveInstruction() as act:
            return (InstructionGiven(**msgspec.structs.asdict(act)),)
        case ReadInstruction(instruction=ident):
            return (InstructionRead(ident),)
        case AnswerInstruction(instruction=ident, state=state):
            return (InstructionAnswered(ident, state),)
        case CloseInstruction(instruction=ident, result=result):
            return (InstructionClosed(ident, result),)
        case AskDecision(id=ident, until=until, options=options):
            return (DecisionAsked(ident, until, options),)
        case GiveDecision() as act:
            decided = DecisionGiven(act.ask, act.verdict, act.option)
            if not act.instruction:
                return (decided,)
            return (decided, InstructionGiven(act.instruction, "case", asked.case, act.due, ask=act.ask))
        case CallMeeting(call=call, people=people):
            return (MeetingCalled(call, people),)
        case _:
            return (CaseUrged(),)


def _meant(asked: Asked) -> Instruction | None:
    """The instruction that it is about, where it belongs to what the command names."""
    one = asked.state.threads.instructions.get(getattr(asked.act, "instruction", ""))
    return one if one is not None and one.home == asked.case else None


def _ends(act: AnswerInstruction | CloseInstruction, one: Instruction | None) -> Message | None:
    if one is None:
        return Message("ledger.no_instruction")
    if not one.open:
        return Message("ledger.instruction_closed")
    if isinstance(act, CloseInstruction) and act.result == "withdrawn" and (one.read or one.answers):
        return Message("ledger.instruction_read")
    return None


def _decides(asked: Asked, act: GiveDecision) -> Message | None:
    ask = asked.state.threads.asks.get(act.ask)
    if ask is None or ask.case != asked.case:
        return Message("ledger.no_ask")
    if not ask.open:
        return Message("ledger.decided_already", {"seat": ask.given.actor.seat if ask.given else "–"})
    if not 0 <= act.option <= len(ask.options):
        return Message("ledger.bad_verdict")
    if act.instruction and asked.state.threads.known(act.instruction):
        return Message("ledger.instruction_exists")
    return None
