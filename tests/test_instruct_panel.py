"""等我决定, the form of 批示 and the list: what a leader sees, decides and follows to its answer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cockpit.model.clock import DAY, MINUTE
from cockpit.model.instructing import AnswerInstruction, ReadInstruction
from tests.instruct_desk import FLOOD, InstructDesk
from tests.living_picture import NOW, put
from widgets.instruct.give import instruct
from widgets.instruct.waiting import Kind

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def leader(qtbot: QtBot) -> InstructDesk:
    return InstructDesk(qtbot)


def only(leader: InstructDesk, kind: Kind):
    return next(card for card in leader.decisions.cards if card.wait.kind is kind)


def test_what_is_due_first_stands_first_and_a_question_says_who_asks_and_why(leader: InstructDesk) -> None:
    case = leader.case()
    leader.asked(case, "同意跨区排涝支援？", "请调滨江大流量泵车 2 台", 9 * MINUTE)
    leader.sign(91.6)
    leader.tick()
    card = leader.decisions.cards[0]
    assert (card.wait.kind, card.wait.title) == (Kind.ASK, "同意跨区排涝支援？")
    assert "请调滨江大流量泵车 2 台" in card.wait.words
    assert "0714-" in card.wait.words
    assert "值班员 李伟" in card.wait.who
    assert leader.decisions._left(card.wait)[0] == "余 09:00"
    assert only(leader, Kind.SIGN).wait.title == "按时办结率低于目标 95%"
    assert "陈静" in only(leader, Kind.SIGN).wait.who


def test_what_was_yesterday_or_ends_tomorrow_says_its_day(leader: InstructDesk) -> None:
    leader.asked(leader.case(), "同意跨区排涝支援？", "", 9 * MINUTE)
    alert = leader.desk.picture["alert"].row(0)
    put(leader.desk.picture, "alert", [{**alert, "expires": NOW + DAY}])
    leader.tick()
    assert only(leader, Kind.ASK).wait.who.endswith("17:42")
    assert "07-15 17:42" in only(leader, Kind.ALERT).wait.words
    leader.desk.clock.advance(8 * 3600)
    leader.tick()
    assert only(leader, Kind.ASK).wait.who.endswith("07-14 17:42")
    assert "07-" not in only(leader, Kind.ALERT).wait.words


def test_agreeing_is_one_press_and_the_card_stays_where_it_is_until_nobody_is_at_it(leader: InstructDesk) -> None:
    case = leader.case()
    ask = leader.asked(case, "同意？")
    leader.tick()
    card = only(leader, Kind.ASK)
    card.buttons["agree"].click()
    leader.tick()
    assert leader.ctx.instructions.ask(ask).verdict == "agree"
    assert leader.toasts[-1].startswith("已同意")
    leader.tick(61)
    assert Kind.ASK not in leader.kinds()


def test_a_question_with_choices_is_agreed_to_by_one_of_them(leader: InstructDesk, qtbot: QtBot) -> None:
    ask = leader.asked(leader.case(), "调几台？", "", 9 * MINUTE, "两台", "四台")
    leader.tick()
    card = only(leader, Kind.ASK)
    assert card.wait.options == ("两台", "四台")
    leader.decisions._decide(card.wait, "agree", type("W", (), {"words": "", "due": 0})(), 2)
    leader.tick()
    assert leader.ctx.instructions.ask(ask).option == 2


def test_sending_a_question_back_needs_a_word_and_phrases_give_it(leader: InstructDesk) -> None:
    ask = leader.asked(leader.case(), "同意？")
    leader.tick()
    only(leader, Kind.ASK).buttons["back"].click()
    form = leader.decisions.form
    assert form is not None
    assert not form.confirm.isEnabled()
    form.chips[0].click()
    assert form.confirm.isEnabled()
    form.press()
    leader.tick()
    assert leader.ctx.instructions.ask(ask).verdict == "refuse"


def test_instructing_on_a_question_decides_it_and_is_followed_in_the_list(leader: InstructDesk) -> None:
    ask = leader.asked(leader.case(), "同意？")
    leader.tick()
    only(leader, Kind.ASK).buttons["instruct"].click()
    assert leader.decisions.form is not None
    leader.decisions.form.field.setPlainText("先调两台，十分钟后再报")
    leader.decisions.form.press()
    leader.tick()
    leader.tick()
    assert leader.ctx.instructions.ask(ask).verdict == "instruct"
    assert [row.one.ask for row in leader.listing.rows] == [ask]


def test_an_instruction_is_given_by_its_keys_and_followed_to_its_answer_and_its_end(
    leader: InstructDesk, qtbot: QtBot
) -> None:
    case = leader.case()
    leader.tick()
    form = instruct(leader.ctx, leader.listing, "case", case, leader.window)
    assert form is not None
    qtbot.keyClicks(form.field, "go")
    form.field.setPlainText("请增派泵车")
    form.due.chosen.emit("30min")
    form.press()
    assert leader.listing.rows == []
    leader.tick()
    row = leader.listing.rows[0]
    assert (row.one.state, row.one.due) == ("given", leader.ctx.clock.now() + 30 * MINUTE)
    assert "back" in row.buttons
    leader.cases.other(ReadInstruction(row.one.id), case, {}, "seat-1")
    leader.cases.other(AnswerInstruction(row.one.id, "done"), case, {"words": "两台已到"}, "seat-1")
    leader.tick(5)
    row = leader.listing.rows[0]
    assert (row.one.state, "back" in row.buttons, "close" in row.buttons) == ("done", False, True)
    row.buttons["close"].click()
    leader.tick()
    assert leader.listing.rows[0].one.state == "closed"


def test_what_waits_in_the_outbox_is_taken_out_of_it_and_never_goes_out(leader: InstructDesk) -> None:
    leader.case()
    leader.cases.online = False
    unit = leader.desk.picture["unit"].key_at(0)
    instruct(leader.ctx, leader.listing, "unit", unit, leader.window)
    form = instruct(leader.ctx, leader.listing, "unit", unit, leader.window)
    assert form is not None
    form.field.setPlainText("注意安全")
    form.press()
    leader.tick()
    row = leader.listing.rows[0]
    assert row.one.state == "waiting"
    row.buttons["back"].click()
    leader.tick()
    leader.cases.online = True
    leader.tick()
    assert leader.listing.rows == []
    assert not leader.cases.state.threads.instructions


def test_a_grave_event_waits_until_a_leader_has_said_something_about_it(leader: InstructDesk) -> None:
    leader.tick()
    waits = [card.wait for card in leader.decisions.cards if card.wait.kind is Kind.EVENT]
    assert FLOOD in [one.target for one in waits]
    wait = next(one for one in waits if one.target == FLOOD)
    leader.decisions.press(wait, "instruct")
    assert leader.decisions.form is not None
    leader.decisions.form.field.setPlainText("请立即受理")
    leader.decisions.form.press()
    leader.tick()
    leader.tick(61)
    assert FLOOD not in [card.wait.target for card in leader.decisions.cards]


def test_a_case_past_its_time_is_pressed_in_one_key_and_comes_again_when_nothing_happens(leader: InstructDesk) -> None:
    case = leader.case()
    leader.tick(20 * 60)
    card = only(leader, Kind.OVERDUE)
    assert card.wait.title.startswith("督办：")
    leader.qtbot.keyClick(card, Qt.Key.Key_1)
    form = leader.decisions.form
    assert form is not None
    form.press()
    leader.tick()
    assert leader.cases.case(case).urged == 1
    leader.tick(61)
    assert Kind.OVERDUE not in leader.kinds()
    leader.tick(31 * 60)
    assert Kind.OVERDUE in leader.kinds()


def test_a_seat_that_may_not_decide_sees_why_its_buttons_are_off(leader: InstructDesk) -> None:
    leader.asked(leader.case(), "同意？")
    leader.cases.sit("seat-3", "wall")
    leader.decisions.retranslate()
    leader.tick()
    card = only(leader, Kind.ASK)
    assert not card.buttons["agree"].isEnabled()
    assert "无权" in card.buttons["agree"].toolTip()
    assert instruct(leader.ctx, leader.listing, "case", "x", leader.window) is None


def test_nothing_moves_while_the_keyboard_is_in_the_list(leader: InstructDesk, qtbot: QtBot) -> None:
    from widgets.instruct.waiting import steady

    leader.asked(leader.case(), "先问的？", until=20 * MINUTE)
    leader.tick()
    shown = [card.wait for card in leader.decisions.cards]
    leader.asked(leader.ctx.cases.all_open()[0].id, "更急的？", until=MINUTE)
    leader.tick()
    now = leader.decisions._waiting.all()
    order, gone = steady(shown, now)
    assert [one.key for one in order][: len(shown)] == [one.key for one in shown]
    assert order[-1].title == "更急的？"
    assert now[0].title == "更急的？"
    assert gone == set()
    assert steady(shown, now[1:])[1] == set()


def test_an_instruction_whose_time_is_over_before_the_hub_is_back_is_not_sent_and_that_is_seen(
    leader: InstructDesk,
) -> None:
    case = leader.case()
    leader.cases.online = False
    form = instruct(leader.ctx, leader.listing, "case", case, leader.window)
    assert form is not None
    form.field.setPlainText("半小时内到场")
    form.due.chosen.emit("30min")
    form.press()
    leader.tick()
    leader.tick(31 * 60)
    leader.cases.expire()
    leader.cases.online = True
    leader.tick()
    assert leader.listing.rows == []
    assert [str(row.state) for row in leader.cases.outbox()][-1] == "expired"


def test_what_came_late_says_when_it_was_written(leader: InstructDesk) -> None:
    case = leader.case()
    leader.cases.online = False
    form = instruct(leader.ctx, leader.listing, "case", case, leader.window)
    assert form is not None
    form.field.setPlainText("请报告")
    form.press()
    leader.tick()
    leader.tick(5 * 60)
    leader.cases.online = True
    leader.tick()
    leader.tick()
    assert "17:42:36 写" in leader.listing.rows[0]._by.text()
