"""批示 and 请示 in the ledger: who may, what follows, what they leave alone, how long they are kept."""

from __future__ import annotations

import msgspec
import pytest

from cockpit.ledger.codes import of_command
from cockpit.ledger.fold import State
from cockpit.ledger.overlay import overlay
from cockpit.ledger.threads import KEPT
from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.entries import AddNote, Command, Unknown, encode, read_command, read_decision
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
from tests.instruct_kit import LEADER, LEADER_2, ask, desk_with_case, ident, to_case, to_unit
from tests.ledger_desk import SEAT_1, SEAT_2, Desk, issue


def folded(desk: Desk) -> State:
    state = State()
    state.fold(desk.log)
    return state


def test_an_instruction_to_a_case_is_followed_from_reading_to_its_end() -> None:
    desk, case = desk_with_case()
    made = to_case(desk, case, due=desk.now + HOUR)
    seen = desk.state.threads.instructions[made]
    assert (seen.state, seen.home, seen.topic, seen.key) == ("given", case, "case", case)
    assert seen.said.text is not None
    assert seen.said.who is not None
    assert desk.do(ReadInstruction(made), case=case) is None
    assert desk.state.threads.instructions[made].state == "read"
    assert desk.do(AnswerInstruction(made, "underway"), case=case, words="泵车已出发") is None
    assert desk.do(AnswerInstruction(made, "done"), case=case, words="两台已到") is None
    one = desk.state.threads.instructions[made]
    assert ([answer.state for answer in one.answers], one.answered, one.open) == (["underway", "done"], True, True)
    assert desk.do(CloseInstruction(made), case=case, actor=LEADER) is None
    assert desk.state.threads.instructions[made].state == "closed"
    kinds = [step.entry.__struct_config__.tag for step in desk.state.cases[case].steps][-5:]
    assert kinds == [
        "instruction.given",
        "instruction.seen",
        "instruction.answered",
        "instruction.answered",
        "instruction.closed",
    ]


def test_an_instruction_to_a_unit_has_a_thread_of_its_own_that_counts_its_revisions() -> None:
    desk, _ = desk_with_case()
    made = to_unit(desk)
    assert desk.state.revision(made) == 1
    assert desk.state.known(made)
    assert made not in desk.state.cases
    assert desk.do(AnswerInstruction(made, "done"), case=made, words="知道了") is None
    assert desk.state.revision(made) == 2
    assert read_decision(desk.log[-1]).case == made


def test_a_sign_an_event_and_an_alert_can_be_written_to_and_nothing_else() -> None:
    desk = Desk()
    for topic, key in (("sign", "sign/A09@310115"), ("event", "events/E1"), ("alert", "cap/W-1")):
        made = ident()
        assert desk.do(GiveInstruction(made, topic, key), case=made, actor=LEADER, words="查") is None
    made = ident()
    refused = desk.do(GiveInstruction(made, "camera", "cams/1"), case=made, actor=LEADER, words="查")
    assert refused is not None
    assert refused.id == "ledger.bad_target"


def test_a_unit_that_the_city_does_not_have_is_not_written_to() -> None:
    desk, made = Desk(), ident()
    refused = desk.do(GiveInstruction(made, "unit", "positions/U99"), case=made, actor=LEADER, words="去")
    assert refused is not None
    assert (refused.id, refused.params) == ("ledger.no_unit", {"unit": "U99"})


@pytest.mark.parametrize(
    ("act", "actor", "why"),
    [
        (lambda one, case: GiveInstruction(ident(), "case", case), SEAT_1, "no_right_instruct"),
        (lambda one, case: CloseInstruction(one), SEAT_1, "no_right_instruct"),
        (lambda one, case: AnswerInstruction(one, "done"), LEADER, "no_right_answer"),
        (lambda one, case: AskDecision(ident()), LEADER, "no_right_ask"),
        (lambda one, case: GiveDecision(one, "agree"), SEAT_1, "no_right_decide"),
        (lambda one, case: UrgeCase(), SEAT_1, "no_right_urge"),
    ],
)
def test_leaders_give_and_decide_and_press_while_officers_ask_and_answer(act, actor, why) -> None:
    desk, case = desk_with_case()
    one = to_case(desk, case)
    refused = desk.do(act(one, case), case=case, actor=actor, words="话", question="？")
    assert refused is not None
    assert refused.id == f"ledger.{why}"


def test_an_instruction_is_taken_back_only_before_anybody_has_read_it() -> None:
    desk, case = desk_with_case()
    unread, read = to_case(desk, case), to_case(desk, case)
    assert desk.do(CloseInstruction(unread, "withdrawn"), case=case, actor=LEADER) is None
    assert desk.state.threads.instructions[unread].state == "withdrawn"
    desk.do(ReadInstruction(read), case=case)
    refused = desk.do(CloseInstruction(read, "withdrawn"), case=case, actor=LEADER)
    assert refused is not None
    assert refused.id == "ledger.instruction_read"
    late = desk.do(AnswerInstruction(unread, "done"), case=case, words="晚了")
    assert late is not None
    assert late.id == "ledger.instruction_closed"


def test_two_officers_may_read_the_same_instruction_and_the_first_counts() -> None:
    desk, case = desk_with_case()
    made = to_case(desk, case)
    assert desk.do(ReadInstruction(made), case=case, actor=SEAT_2) is None
    assert desk.do(ReadInstruction(made), case=case, actor=SEAT_1) is None
    assert desk.state.threads.instructions[made].reader == SEAT_2


def test_a_question_is_decided_once_and_the_second_leader_is_told_by_whom() -> None:
    desk, case = desk_with_case()
    made = ask(desk, case, option_1="调两台", option_2="调四台", words="水深 62 厘米")
    waiting = desk.state.threads.asks[made]
    assert (waiting.open, len(waiting.options), waiting.why is not None) == (True, 2, True)
    assert desk.do(GiveDecision(made, "agree", 2), case=case, actor=LEADER) is None
    decided = desk.state.threads.asks[made]
    assert (decided.verdict, decided.option, decided.given.actor) == ("agree", 2, LEADER)
    refused = desk.do(GiveDecision(made, "refuse"), case=case, actor=LEADER_2, words="不行")
    assert refused is not None
    assert (refused.id, refused.params) == ("ledger.decided_already", {"seat": "leader-1"})


def test_a_decision_that_instructs_is_an_instruction_at_once() -> None:
    desk, case = desk_with_case()
    made, follows = ask(desk, case), ident()
    act = GiveDecision(made, "instruct", instruction=follows)
    assert desk.do(act, case=case, actor=LEADER, words="先调两台，十分钟后再报") is None
    one = desk.state.threads.instructions[follows]
    assert (one.ask, one.home, one.open) == (made, case, True)
    assert one.said.text == desk.state.threads.asks[made].given.text


def test_a_case_is_pressed_as_often_as_leaders_press_it_while_it_is_open() -> None:
    desk, case = desk_with_case()
    assert desk.do(UrgeCase(), case=case, actor=LEADER, words="请抓紧") is None
    desk.later(MINUTE)
    assert desk.do(UrgeCase(), case=case, actor=LEADER_2) is None
    shown = desk.state.cases[case]
    assert (shown.urged, shown.urged_at) == (2, desk.now)


def test_what_a_leader_writes_makes_no_officers_command_stale_and_is_never_stale_itself() -> None:
    desk, case = desk_with_case()
    seen = desk.state.revision(case)
    to_case(desk, case)
    desk.do(UrgeCase(), case=case, actor=LEADER)
    desk.do(CallMeeting(ident(), 3), case=case, actor=LEADER)
    assert desk.take(desk.command(AddNote(), case, seen, words="好"), SEAT_1) is None
    late = desk.command(GiveInstruction(ident(), "case", case), case, 0, words="看到了")
    assert desk.take(late, LEADER) is None


@pytest.mark.parametrize(
    ("act", "texts", "why"),
    [
        (lambda case: GiveInstruction(ident(), "case", case), {"words": "  "}, "empty_instruction"),
        (lambda case: GiveInstruction(ident(), "case", ident()), {"words": "话"}, "bad_target"),
        (lambda case: GiveInstruction(ident(), "unit", "positions/U1"), {"words": "话"}, "bad_target"),
        (lambda case: GiveDecision(ident(), "agree"), {}, "no_ask"),
        (lambda case: GiveDecision(ident(), "perhaps"), {}, "bad_verdict"),
        (lambda case: CloseInstruction(ident()), {}, "no_instruction"),
        (lambda case: CloseInstruction(ident(), "lost"), {}, "bad_answer"),
    ],
)
def test_what_says_nothing_or_is_about_nothing_is_refused_in_a_sentence(act, texts, why) -> None:
    desk, case = desk_with_case()
    refused = desk.do(act(case), case=case, actor=LEADER, **texts)
    assert refused is not None
    assert refused.id == f"ledger.{why}"


def test_a_voice_alone_is_an_instruction() -> None:
    desk, case = desk_with_case()
    assert (
        desk.do(GiveInstruction(ident(), "case", case, voice="ab" * 32, seconds=4.2), case=case, actor=LEADER) is None
    )


def test_open_ones_are_kept_for_ever_and_ended_ones_for_a_day_and_their_ids_are_never_free_again() -> None:
    desk, case = desk_with_case()
    still, over = to_unit(desk), to_unit(desk, words="收队")
    decided = ask(desk, case)
    desk.do(GiveDecision(decided, "agree"), case=case, actor=LEADER)
    desk.do(AnswerInstruction(over, "done"), case=over, words="好")
    desk.do(CloseInstruction(over), case=over, actor=LEADER)
    desk.later(KEPT + HOUR)
    desk.do(AddNote(), case=case, words="一天后")
    threads = desk.state.threads
    assert (still in threads.instructions, over in threads.instructions, decided in threads.asks) == (
        True,
        False,
        False,
    )
    again = desk.do(GiveInstruction(over, "unit", "positions/U1"), case=over, actor=LEADER, words="再来")
    assert again is not None
    assert again.id == "ledger.instruction_exists"
    assert desk.do(AnswerInstruction(still, "done"), case=still, words="办好了") is None


def test_an_instruction_outlives_the_case_it_was_given_to() -> None:
    desk, case = desk_with_case()
    made = to_case(desk, case)
    desk.report("delivered", "accepted", "on_scene", "done", order="o-U1")
    from cockpit.model.entries import CloseCase, VerifyOrder

    assert desk.do(VerifyOrder("o-U1"), case=case) is None
    assert desk.do(CloseCase(), case=case) is None
    desk.later(KEPT + HOUR)
    desk.do(issue("U2", event="events/E2", order="p"), case=ident())
    assert case not in desk.state.cases
    assert desk.do(AnswerInstruction(made, "done"), case=case, words="办好了") is None
    assert desk.state.threads.instructions[made].answered
    assert folded(desk).threads.instructions == desk.state.threads.instructions


def test_what_waits_in_the_outbox_is_seen_at_once_as_provisional_and_leaves_the_state_alone() -> None:
    desk, case = desk_with_case()
    made = ident()
    give = desk.command(GiveInstruction(made, "case", case), case, words="增派")
    top = overlay(desk.state, [give], LEADER, desk.rules)
    one = top.threads.instructions[made]
    assert (one.state, one.said.words["words"], one.said.at) == ("waiting", "增派", give.issued)
    assert made not in desk.state.threads.instructions
    assert desk.take(give, LEADER) is None
    answer = desk.command(AnswerInstruction(made, "done"), case, words="到了")
    again = overlay(desk.state, [give, answer], SEAT_1, desk.rules)
    assert len(again.threads.instructions[made].answers) == 1
    desk.take(answer, SEAT_1)
    after = overlay(desk.state, [answer], SEAT_1, desk.rules)
    assert len(after.threads.instructions[made].answers) == 1


def test_a_thread_that_a_reader_does_not_know_is_kept_and_changes_nothing() -> None:
    desk, _ = desk_with_case()
    to_unit(desk)
    decision = read_decision(desk.log[-1])
    raw = msgspec.Raw(b'{"kind":"instruction.painted","v":9}')
    unknown = msgspec.structs.replace(decision, entries=(raw,))
    assert unknown.said() == (Unknown("instruction.painted", 9),)
    state = State()
    state.fold(desk.log[:-1])
    before = dict(state.threads.instructions)
    state.apply(unknown, encode(unknown))
    assert dict(state.threads.instructions) == before


@pytest.mark.parametrize("words", ["王秀兰", "13812345678", "tel 13812345678"])
@pytest.mark.parametrize("field", ["id", "key", "voice"])
def test_no_name_and_no_number_comes_into_the_chain_by_an_instruction(field: str, words: str) -> None:
    case = ident()
    act = msgspec.structs.replace(GiveInstruction(ident(), "case", case), **{field: words})
    assert not of_command(Command(ident(), case, 0, 1, 0, act))
    assert of_command(Command(ident(), case, 0, 1, 0, GiveInstruction(ident(), "case", case)))


def test_every_act_is_the_same_after_it_was_written_and_read() -> None:
    one, call = ident(), ident()
    acts = (
        GiveInstruction(one, "sign", "sign/A09@310115#kind", 7, "ab" * 32, 3.5),
        ReadInstruction(one),
        AnswerInstruction(one, "underway"),
        CloseInstruction(one, "withdrawn"),
        AskDecision(one, 9, 2),
        GiveDecision(one, "instruct", 1, call, 11),
        UrgeCase(),
        CallMeeting(call, 4),
    )
    for act in acts:
        command = Command(ident(), one, 0, 1, 0, act, {"words": "话"})
        assert read_command(encode(command)) == command
        assert of_command(command)


def test_what_ended_stays_as_it_was_whoever_reads_it_later() -> None:
    desk, case = desk_with_case()
    made = to_case(desk, case)
    assert desk.do(CloseInstruction(made, "withdrawn"), case=case, actor=LEADER) is None
    before = desk.state.threads.instructions[made]
    assert desk.do(ReadInstruction(made), case=case) is None
    assert desk.state.threads.instructions[made] == before
