"""Rail and timeline of a case: every step with its doer, what only this seat knows hatched, what is unknown said."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cockpit.model.cases import Case
from cockpit.model.entries import Actor, AddNote, CloseCase, Decision, NewCase, OpenCase, encode
from tests.order_desk import OrderDesk
from widgets.lists.page_case import CaseThing
from widgets.lists.page_event import EventThing
from widgets.lists.parts import Head, Line
from widgets.orders.history import Entry, History
from widgets.orders.rail import AHEAD, NOW, PASSED, PENDING, Mark, StageRail


@pytest.fixture
def desk(qtbot: QtBot) -> OrderDesk:
    desk = OrderDesk(qtbot)
    desk.desk.ports.kept["name"] = "王强"
    return desk


def rail(desk: OrderDesk) -> list[Mark]:
    (shown,) = desk.page.findChildren(StageRail)
    return list(shown.read())


def where(desk: OrderDesk) -> str:
    """The stage of now, and what is said under it."""
    return " ".join(f"{mark.label} {mark.under}" for mark in rail(desk) if mark.where in (NOW, PENDING))


def lines(desk: OrderDesk) -> list[Entry]:
    shown = [part for part in desk.page.findChildren(History) if not part.isHidden()]
    return shown[0].entries if shown else []


def said(desk: OrderDesk) -> list[tuple[str, str]]:
    return [(entry.what, entry.who) for entry in lines(desk) if entry.ours]


# -- the rail ------------------------------------------------------------------------------------------------------


def test_an_event_without_a_case_waits_to_be_taken(desk: OrderDesk) -> None:
    desk.select()
    marks = rail(desk)
    assert [mark.label for mark in marks] == ["上报", "受理", "立案", "派遣", "处置", "核查", "结案"]
    assert marks[0].under == "17:38:12"
    assert where(desk) == "受理 待受理"
    assert [mark.under for mark in marks[2:]] == ["限 5 分钟", "限 3 分钟", "限 2 小时", "限 30 分钟", ""]


def test_the_rail_follows_the_case_with_what_is_left(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.tick(60)
    assert where(desk) == "派遣 余 02:00"
    assert [mark.where for mark in rail(desk)] == [PASSED] * 3 + [NOW] + [AHEAD] * 3
    desk.report("accepted")
    assert where(desk).startswith("处置 余 1:5")
    desk.report("done")
    assert where(desk) == "核查 余 29:59"
    for _ in range(2):
        desk.tick(1)
        desk.ctrl(Qt.Key.Key_Return)
        desk.tick(1)
    assert [mark.where for mark in rail(desk)] == [PASSED] * 7


def test_a_stage_that_is_overdue_is_red(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("delivered")
    desk.tick(6 * 60)
    (here,) = [mark for mark in rail(desk) if mark.where == NOW]
    assert here.token == "red_text"
    assert here.under.startswith("超 03:0")


def test_a_stage_that_only_this_seat_knows_is_hollow(desk: OrderDesk) -> None:
    desk.desk.cases.online = False
    desk.confirmed()
    assert where(desk) == "派遣 17:42:36"
    assert [mark.where for mark in rail(desk)][3] == PENDING


# -- the timeline --------------------------------------------------------------------------------------------------


def test_every_step_has_its_doer_with_role_seat_and_name(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("delivered")
    desk.report("accepted")
    unit = desk.dock.dossier.unit(desk.order.unit)
    assert said(desk) == [
        ("立案 0714-0001", "值班员 王强 · 席位 1 · 进入立案"),
        (f"派单 G-0714-0001 → {unit}（主办）", "值班员 王强 · 席位 1 · 进入派遣"),
        (f"{unit}终端签收", f"{unit} · 终端"),
        (f"{unit}接单", f"{unit} · 终端 · 进入处置"),
    ]


def test_a_stage_is_named_where_it_is_come_to_and_not_where_it_is_only_due_anew(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("done")
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    assert [who.partition(" · 进入")[2] for _, who in said(desk)[-2:]] == ["反馈 → 核查", ""]


def test_what_another_seat_did_bears_its_name_and_seat(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.desk.cases.other(AddNote(), desk.case.id, {"words": "已通知交警"}, "seat-4")
    desk.tick(1)
    desk.tick(1)
    last = lines(desk)[-1]
    assert (last.what, last.more, last.who) == ("备注", "已通知交警", "值班员 李伟 · 席位 4")


def test_the_source_s_own_timeline_is_merged_by_time(desk: OrderDesk) -> None:
    desk.confirmed()
    assert [(entry.when, entry.ours) for entry in lines(desk)] == [
        ("17:38:12", False), ("17:39:05", False), ("17:42:24", False), ("17:42:37", True), ("17:42:37", True),
    ]  # fmt: skip


def test_a_step_that_waits_is_hatched_and_last_and_says_its_words(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.desk.cases.online = False
    desk.press(Qt.Key.Key_F8)
    desk.tick(1)
    *before, last = lines(desk)
    assert last.pending
    assert last.what.startswith("撤回：")
    assert not any(entry.pending for entry in before)


def test_a_fact_that_came_late_and_a_clock_that_is_off_are_said(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("on_scene", ahead=3600.0)
    desk.report("read")
    unit = desk.dock.dossier.unit(desk.order.unit)
    assert said(desk)[-2][0] == f"{unit}到场（终端钟 18:42:37）"
    assert said(desk)[-1][0] == f"{unit}已读（迟到的回报，工单状态不变）"


def test_an_entry_of_a_kind_that_is_not_known_is_shown_as_such(desk: OrderDesk) -> None:
    desk.confirmed()
    state, now = desk.desk.cases.state, desk.desk.clock.now()
    decision = Decision(
        "hub-1", state.seq + 1, state.head, "x-1", now, now, now, Actor("hub", "hub"), desk.case.id,
        desk.case.revision + 1, (msgspec.Raw(b'{"kind":"drone.flown","v":7,"who":"?"}'),),
    )  # fmt: skip
    desk.desk.cases._view.apply(decision, encode(decision))
    desk.desk.cases.step()
    desk.tick(1)
    assert said(desk)[-1] == ("本程序不认识的记录（drone.flown，第 7 版），已原样保留", "中枢")


def test_words_that_were_erased_are_said_to_be(desk: OrderDesk) -> None:
    order = desk.confirmed()
    assert order.text is not None
    for erased in desk.desk.cases._words:
        desk.desk.cases._words[erased] = ""
    desk.desk.ctx.selection.clear()
    desk.select()
    desk.tick(1)
    assert lines(desk)[-1].more == "（文字已抹除）"


def test_a_refusal_by_the_hub_stands_in_the_timeline_of_its_case(desk: OrderDesk) -> None:
    order = desk.confirmed()
    desk.desk.cases.online = False
    desk.press(Qt.Key.Key_F8)
    desk.tick(1)
    desk.desk.cases.report(order.id, "accepted")
    desk.desk.cases.online = True
    desk.tick(1)
    unit = desk.dock.dossier.unit(order.unit)
    assert said(desk)[-1][0] == f"未生效：撤回。{unit} 已接下工单 G-0714-0001，不能撤回"


# -- a case without an event ---------------------------------------------------------------------------------------


def telephone(desk: OrderDesk) -> Case:
    facts = NewCase("", "P0103", 3, 120.1878, 30.2868, "330102001001001", "hotline")
    texts = {"place": "天城路 12 号", "caller": "王女士 138", "words": "井盖翘起，险些绊倒"}
    ident = desk.desk.cases.submit(OpenCase(facts), "", texts, lambda problem: None)
    desk.tick()
    desk.desk.ctx.selection.select("case", ident)
    desk.answer()
    desk.tick(1)
    case = desk.desk.cases.case(ident)
    assert case is not None
    return case


def test_a_case_taken_by_telephone_has_a_page_and_can_be_dispatched(desk: OrderDesk) -> None:
    case = telephone(desk)
    page = desk.page.page
    assert isinstance(page, CaseThing)
    assert [head.accessibleName() for head in page.findChildren(Head) if not head.isHidden()] == ["雨水井盖移位"]
    assert desk.page.header.title.text() == "案件 0714-0001"
    assert where(desk).startswith("派遣 余 29:5")
    assert any("天城路 12 号" in entry.more or "井盖翘起" in entry.more for entry in lines(desk))
    assert len([line for line in page.findChildren(Line) if not line.isHidden()]) == 5
    desk.ctrl(Qt.Key.Key_D)
    assert desk.form.text.toPlainText().startswith("天城路 12 号")
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    found = desk.desk.cases.case(case.id)
    assert found is not None
    assert [order.state for order in found.orders.values()] == ["sent"]
    assert found.number == "0714-0001"


def test_a_case_and_its_order_taken_while_cut_off_go_out_in_their_order(desk: OrderDesk) -> None:
    desk.desk.cases.online = False
    case = telephone(desk)
    assert case.provisional
    assert desk.page.header.title.text() == "案件 未编号"
    desk.ctrl(Qt.Key.Key_D)
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(5)
    assert desk.head == "工单 未编号 已签发，未送达"
    assert all(entry.pending for entry in lines(desk))
    desk.desk.cases.online = True
    desk.tick(1)
    assert [row.act.__class__.__name__ for row in desk.desk.cases.outbox()] == ["OpenCase", "IssueOrders"]
    assert desk.head == "工单 G-0714-0001 已发出，未送达"
    assert desk.page.header.title.text() == "案件 0714-0001"
    assert not any(entry.pending for entry in lines(desk))


def test_a_case_that_was_closed_by_another_seat_says_so_on_its_page(desk: OrderDesk) -> None:
    case = telephone(desk)
    desk.desk.cases.other(CloseCase("void"), case.id)
    desk.tick(1)
    assert desk.button == ("已作废", "", False)
    desk.ctrl(Qt.Key.Key_D)
    assert desk.dock.form is None
    assert desk.refused[-1].id == "orders.closed_already"


def test_a_case_of_which_nothing_is_known_is_said_not_to_be_there(desk: OrderDesk) -> None:
    desk.desk.ctx.selection.select("case", hashlib.sha256(b"none").hexdigest()[:32])
    assert desk.page.page is None
    assert desk.page.dock is None
    telephone(desk)
    assert desk.page.page is not None


def test_the_page_of_an_event_keeps_its_dock_and_others_have_none(desk: OrderDesk) -> None:
    desk.select()
    assert isinstance(desk.page.page, EventThing)
    assert desk.dock.dossier.item == ("event", "events/0714-1187")
    desk.desk.ctx.selection.select("unit", desk.near[0].key)
    assert desk.page.dock is None
    desk.ctrl(Qt.Key.Key_D)
    assert desk.refused[-1].id == "orders.select_first"
