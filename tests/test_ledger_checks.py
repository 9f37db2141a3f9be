"""The rows with a ✓ of a form are the conditions of the hub, no second set of rules."""

from __future__ import annotations

import pytest

from cockpit.ledger.checks import checks
from cockpit.model.entries import AddNote, CloseCase, OpenCase, RecallOrder, VerifyOrder
from cockpit.model.messages import texts
from cockpit.model.tables import UnitState
from tests.ledger_desk import SEAT_1, SEAT_2, Actor, Desk, issue, new_case

ROWS = ["权限够", "在岗", "空闲", "不重复", "在辖区", "版本最新"]


@pytest.fixture
def desk():
    return Desk()


def rows(desk, act, case="c1", actor=SEAT_1, **more):
    found = checks(desk.state, act, case, actor, desk.now, desk.rules, desk.crew, **more)
    zh = texts("zh")
    return {zh(check.name): check.problem and zh(check.problem) for check in found}


def test_an_order_that_can_go_has_six_rows_that_hold(desk):
    assert list(rows(desk, issue("U1", event="events/E1"), case="")) == ROWS
    assert set(rows(desk, issue("U1", event="events/E1"), case="").values()) == {None}


def test_each_row_says_why_it_fails(desk):
    desk.do(issue("U1", event="events/E1"))
    desk.crew.set("U2", UnitState.OFF_DUTY)
    desk.crew.set("U3", UnitState.BUSY)
    desk.crew.set("U4", UnitState.FREE, "310101002003")
    found = rows(desk, issue("U1", "U2", "U3", "U4", order="p"), actor=Actor("seat-1", "leader"))
    assert found["权限够"] == "本席位的角色不能派遣工单"
    assert found["在岗"] == "U2 不在岗，请改派其他力量"
    assert found["空闲"] == "U3 正忙于其他任务，请改派其他力量"
    assert found["不重复"] == "U1 正在办工单 G-0714-0001，不能同时接第二张"
    assert found["在辖区"] == "U4 在 310101 辖区，不属于案件所在的 310115"
    assert found["版本最新"] is None


def test_the_version_row_knows_what_the_form_was_opened_with(desk):
    desk.do(OpenCase(new_case()))
    desk.do(AddNote(), actor=SEAT_2, words="一")
    assert (
        rows(desk, issue("U1"), expected=1)["版本最新"]
        == "案件 0714-0001 刚被 seat-2 办理过，与所见不同，请核对后重新下达"
    )
    assert rows(desk, issue("U1"), expected=2)["版本最新"] is None
    assert rows(desk, issue("U1"))["版本最新"] is None


def test_an_act_without_units_has_no_rows_about_them(desk):
    desk.do(issue("U1", event="events/E1"))
    assert list(rows(desk, RecallOrder("o-U1"))) == ["权限够", "不重复", "版本最新"]
    assert rows(desk, CloseCase())["案件可办"] == "工单 G-0714-0001 还在办，不能结案"
    assert "在岗" in rows(desk, VerifyOrder("o-U1", good=False))


@pytest.mark.parametrize("state", list(UnitState))
def test_what_the_rows_say_is_what_the_hub_decides(desk, state):
    desk.do(OpenCase(new_case("events/E1")), case="c0")
    desk.crew.set("U1", state)
    for event in ("events/E1", "events/E2"):
        act = issue("U1", event=event)
        problems = [check.problem for check in checks(desk.state, act, "c9", SEAT_1, desk.now, desk.rules, desk.crew)]
        refused = desk.do(act, case=f"c{event[-1]}")
        assert (refused is None) == (not any(problems))
        assert refused is None or refused in problems


def test_every_sentence_of_a_refusal_is_there_in_both_languages():
    import ast
    from pathlib import Path

    import cockpit.ledger.conditions as module

    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    used = {
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("ledger.")
    }  # fmt: skip
    assert len(used) > 35
    for lang in ("zh", "en"):
        assert used <= texts(lang).ids()
