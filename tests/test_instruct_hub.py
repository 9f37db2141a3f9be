"""批示 with a real hub: given while it is away, sent once when it is back, answered, and seen by its leader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.model.clock import MINUTE
from cockpit.model.entries import IssueOrders, NewOrder
from cockpit.model.ids import new_id
from cockpit.model.instructing import (
    AnswerInstruction,
    AskDecision,
    CloseInstruction,
    GiveDecision,
    GiveInstruction,
    ReadInstruction,
    UrgeCase,
)
from cockpit.model.ports.cases import Sending
from cockpit.seat.instructions import LedgerInstructions
from tests.living_hub import CLOCK, UNIT_KEYS, LivingHub, Seated, new_case, seated

pytestmark = pytest.mark.slow


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LivingHub]:
    with LivingHub(tmp_path / "hub") as hub:
        yield hub


def instructions(seat: Seated) -> LedgerInstructions:
    return LedgerInstructions(seat.cases, seat.seat.pack.loop)


def leader(tmp_path: Path, hub: LivingHub):
    return seated(tmp_path / "leader", hub, role="leader")


def opened(seat: Seated) -> str:
    order = NewOrder(new_id(CLOCK), UNIT_KEYS[0])
    return seat.submit(IssueOrders((order,), 10 * MINUTE, 60 * MINUTE, new_case()), order="去看看")


def words(seat: Seated, ref) -> str:
    found = seat.heard(lambda done: seat.cases.texts([ref], done))
    return found[ref.id]


def test_an_instruction_of_a_leader_is_answered_by_an_officer_and_taken_note_of(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "duty", hub) as duty, leader(tmp_path, hub) as chief:
        case = opened(duty)
        chief.until(lambda: chief.cases.case(case) is not None, "the case at the leader")
        assert chief.cases.actor.role == "leader"
        made = new_id(CLOCK)
        chief.submit(GiveInstruction(made, "case", case), case, words="请增派泵车")
        duty.until(lambda: instructions(duty).instruction(made) is not None, "the instruction at the duty desk")
        one = instructions(duty).instruction(made)
        assert (one.said.actor.role, words(duty, one.said.text)) == ("leader", "请增派泵车")
        assert [waits.id for waits in instructions(duty).for_me()] == [made]
        duty.submit(ReadInstruction(made), case)
        duty.submit(AnswerInstruction(made, "done"), case, words="两台已到")
        chief.until(lambda: instructions(chief).instruction(made).answered, "the answer at the leader")
        answer = instructions(chief).instruction(made).answers[-1]
        assert words(chief, answer.said.text) == "两台已到"
        assert [waits.id for waits in instructions(chief).for_me()] == [made]
        chief.submit(CloseInstruction(made), case)
        duty.until(lambda: not instructions(duty).instruction(made).open, "the end at the duty desk")


def test_an_instruction_given_without_the_hub_waits_and_goes_out_once_when_it_is_back(
    tmp_path: Path, hub: LivingHub
) -> None:
    with seated(tmp_path / "duty", hub) as duty, leader(tmp_path, hub) as chief:
        case = opened(duty)
        chief.until(lambda: chief.cases.case(case) is not None, "the case at the leader")
        hub.stop()
        made, to_unit = new_id(CLOCK), new_id(CLOCK)
        chief.submit(GiveInstruction(made, "case", case), case, words="请增派泵车")
        chief.submit(GiveInstruction(to_unit, "unit", UNIT_KEYS[3]), to_unit, words="注意安全")
        assert instructions(chief).instruction(made).state == "waiting"
        assert instructions(chief).instruction(to_unit).state == "waiting"
        assert chief.states() == ["waiting", "waiting"]
        hub.start()
        chief.await_states(Sending.DONE, Sending.DONE)
        chief.until(lambda: instructions(chief).instruction(to_unit).state == "given", "given")
        duty.until(lambda: len(instructions(duty).every()) == 2, "both at the duty desk")
        duty.submit(AnswerInstruction(to_unit, "done"), to_unit, words="收到")
        chief.until(lambda: instructions(chief).instruction(to_unit).answered, "the answer at the leader")
        assert chief.cases.threads.revision(to_unit) == 2


def test_a_question_is_decided_by_a_leader_and_the_officer_sees_it(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "duty", hub) as duty, leader(tmp_path, hub) as chief:
        case = opened(duty)
        made = new_id(CLOCK)
        duty.submit(AskDecision(made, 0, 2), case, question="调几台？", option_1="两台", option_2="四台")
        chief.until(lambda: instructions(chief).asks(), "the question at the leader")
        chief.submit(GiveDecision(made, "agree", 2), case)
        chief.submit(UrgeCase(), case)
        duty.until(lambda: duty.cases.case(case).urged == 1, "pressed")
        assert (instructions(duty).ask(made).verdict, instructions(duty).ask(made).option) == ("agree", 2)


def test_an_officer_can_not_give_an_instruction_and_is_told_so(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "duty", hub) as duty:
        made = new_id(CLOCK)
        duty.submit(GiveInstruction(made, "unit", UNIT_KEYS[0]), made, words="去")
        duty.await_states(Sending.REFUSED)
        assert duty.rows()[0].problem.id == "ledger.no_right_instruct"
        assert "seat.command_refused" in duty.notices
