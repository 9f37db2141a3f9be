"""What is done with 批示 and 请示, from wherever a person asks for it; said when it is durable here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject

from cockpit.model.calls import Contact
from cockpit.model.entries import Act
from cockpit.model.ids import new_id
from cockpit.model.instructing import (
    AnswerInstruction,
    AskDecision,
    CallMeeting,
    CloseInstruction,
    GiveDecision,
    GiveInstruction,
    ReadInstruction,
    UrgeCase,
)
from cockpit.model.instructions import Ask, Instruction
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from widgets.calls import acts as calls
from widgets.instruct import words as say
from widgets.instruct.meeting import people_of
from widgets.kit.context import PanelContext
from widgets.lists.question import Question

Told = Callable[[Message | None], object]


def may(ctx: PanelContext, act: str) -> bool | Message:
    """Whether this seat may do an act now, or why not."""
    if ctx.instructions is None:
        return Message("instruct.none_here")
    if ctx.tape is not None and ctx.tape.replay.id:
        return Message("instruct.in_replay")
    return True if ctx.instructions.may(act) else Message("instruct.no_right")


def submit(
    ctx: PanelContext,
    asker: QObject,
    act: Act,
    home: str,
    texts: Mapping[str, str],
    says: Message | None,
    done: Told | None = None,
    until: int = 0,
) -> None:
    """Gives a command out; it is said when it is durable here.

    Args:
        until: city time past which it is not sent any more, which is said; 0 always good.
        asker: waits for the answer; with it gone nobody is told.
    """
    name = ctx.prefs.get("name", "")
    who = {"who": name} if isinstance(name, str) and name else {}

    def kept(problem: Message | None) -> None:
        if problem is not None:
            ctx.notify(say.refusal(problem), Level.RED)
        elif says is not None:
            ctx.notify(says, 0)
        if done is not None:
            done(problem)

    words = {key: text for key, text in texts.items() if text.strip()}
    now = ctx.clock.now()
    valid_for = until - now if until > now else 0
    ctx.cases.submit(act, home, {**words, **who}, Question(asker, kept).answer, valid_for)


# -- a leader ------------------------------------------------------------------------------------------------------


def give(
    ctx: PanelContext,
    asker: QObject,
    topic: str,
    key: str,
    words: str,
    *,
    due: int = 0,
    voice: str = "",
    seconds: float = 0.0,
    done: Told | None = None,
) -> str:
    """批示; its id.

    Args:
        due: until when an answer is wanted, city time, 0 none. voice: SHA-256 of a recording.
    """
    ident = new_id(ctx.clock)
    act = GiveInstruction(ident, topic, key, due, voice, seconds)
    says = Message("instruct.given", {"to": say.target_words(ctx, topic, key)})
    submit(ctx, asker, act, key if topic == "case" else ident, {"words": words}, says, done, due)
    return ident


def to_phone(ctx: PanelContext, unit: str, words: Message) -> None:
    """What is meant for a unit comes to its phone page too, as a letter of this seat, once the hub has it."""
    if ctx.calls is not None and ctx.calls.contact_of(unit) is not None:
        ctx.calls.write([unit], ctx.t(words))


def decide(
    ctx: PanelContext,
    asker: QObject,
    ask: Ask,
    verdict: str,
    words: str = "",
    *,
    option: int = 0,
    due: int = 0,
    done: Told | None = None,
) -> None:
    """Decides a 请示; 批示 makes an instruction that is followed at once."""
    follows = new_id(ctx.clock) if verdict == "instruct" else ""
    act = GiveDecision(ask.id, verdict, option, follows, due)
    says = Message(f"instruct.decided_{verdict}", {"case": say.case_words(ctx, ask.case)})
    submit(ctx, asker, act, ask.case, {"words": words}, says, done, ask.until)


def urge(ctx: PanelContext, asker: QObject, case: str, words: str = "", done: Told | None = None) -> None:
    """督办."""
    says = Message("instruct.urged", {"case": say.case_words(ctx, case)})
    submit(ctx, asker, UrgeCase(), case, {"words": words}, says, done)


def take_note(ctx: PanelContext, asker: QObject, one: Instruction) -> None:
    """The leader has seen the answer: it ends."""
    says = Message("instruct.closed", {"to": say.target_words(ctx, one.topic, one.key)})
    submit(ctx, asker, CloseInstruction(one.id), one.home, {}, says)


def can_take_back(one: Instruction) -> bool:
    return one.open and not one.read and not one.answers


def take_back(ctx: PanelContext, asker: QObject, one: Instruction) -> None:
    """Takes one back that nobody has read; what waits in the outbox does not go out at all."""
    says = Message("instruct.taken_back", {"to": say.target_words(ctx, one.topic, one.key)})
    rows = {row.id: row for row in ctx.cases.outbox()}
    row = rows.get(one.said.cause)
    if row is not None and row.state in (Sending.WAITING, Sending.PARKED):

        def told(problem: Message | None) -> None:
            ctx.notify(problem or says, Level.ORANGE if problem else 0)

        ctx.cases.cancel(row.id, Question(asker, told).answer)
        return
    submit(ctx, asker, CloseInstruction(one.id, "withdrawn"), one.home, {}, says)


def last_given(ctx: PanelContext) -> Instruction | None:
    """The last one of this seat that can still be taken back."""
    port = ctx.instructions
    if port is None:
        return None
    return next((one for one in port.every() if one.said.actor.seat == port.me.seat and can_take_back(one)), None)


# -- an officer ----------------------------------------------------------------------------------------------------


def read_all(ctx: PanelContext, asker: QObject, found: Sequence[Instruction]) -> None:
    """An officer has these before them: of each that is said once, and nobody is bothered."""
    if may(ctx, "instruction.read") is not True:
        return
    for one in found:
        if one.open and not one.read and not one.said.provisional and one.id not in ctx.read_here:
            ctx.read_here.add(one.id)
            submit(ctx, asker, ReadInstruction(one.id), one.home, {}, None)


def answer(
    ctx: PanelContext, asker: QObject, one: Instruction, state: str, words: str, done: Told | None = None
) -> None:
    says = Message("instruct.answer_sent", {"to": say.target_words(ctx, one.topic, one.key)})
    submit(ctx, asker, AnswerInstruction(one.id, state), one.home, {"words": words}, says, done)


def ask(
    ctx: PanelContext,
    asker: QObject,
    case: str,
    question: str,
    words: str,
    options: tuple[str, ...] = (),
    until: int = 0,
    done: Told | None = None,
) -> None:
    """请示 about a case."""
    texts = {"question": question, "words": words} | {f"option_{i + 1}": one for i, one in enumerate(options)}
    says = Message("instruct.asked", {"case": say.case_words(ctx, case)})
    submit(ctx, asker, AskDecision(new_id(ctx.clock), until, len(options)), case, texts, says, done, until)


# -- 会商 ----------------------------------------------------------------------------------------------------------


def meet(ctx: PanelContext, asker: QObject, case: str, area: str = "") -> None:
    """Calls the people of a case together; other seats are offered the case, and it is on the timeline.

    Args:
        case: "" where there is none: who answers for `area` ("" the whole city) is called, and nothing is noted.
    """
    problem = calls.refusal(ctx)
    if problem is not None:
        ctx.notify(problem, 0)
        return

    people_of(ctx, asker, case, area, lambda found: call_together(ctx, asker, found, case))


def call_together(ctx: PanelContext, asker: QObject, people: list[Contact], case: str) -> None:
    """Calls these, and notes it on the timeline of the case where there is one."""
    if not people or ctx.calls is None:
        ctx.notify(Message("instruct.nobody_to_meet"), 0)
        return
    made = ctx.calls.place(people, case=case)
    ctx.calling.moved_at = ctx.clock.mono()
    ctx.calling.look_at(made)
    if not case:
        ctx.notify(Message("instruct.meeting_open", {"n": len(people)}), 0)
        return
    says = Message("instruct.meeting", {"n": len(people), "case": say.case_words(ctx, case)})
    submit(ctx, asker, CallMeeting(made, len(people)), case, {}, says)
