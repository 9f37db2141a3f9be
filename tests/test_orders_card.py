"""The orders of a case after they went out: each state in words with its time, what is not yet the hub's is hatched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from cockpit.model.clock import MINUTE
from cockpit.model.entries import CloseCase, RecallOrder, VerifyOrder
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from tests.order_desk import OrderDesk
from tests.panel_desk import scene_png
from widgets.orders.next_act import Do
from widgets.orders.photos import Photo
from widgets.orders.say import outcome
from widgets.orders.track import Track, UnitRow


@pytest.fixture
def desk(qtbot: QtBot) -> OrderDesk:
    return OrderDesk(qtbot)


def offline(desk: OrderDesk) -> None:
    desk.desk.cases.online = False


def unit(desk: OrderDesk) -> str:
    return desk.dock.dossier.unit(desk.order.unit)


def track(desk: OrderDesk) -> Track:
    return next(track for track in desk.card.findChildren(Track) if not track.isHidden())


def unit_row(desk: OrderDesk) -> UnitRow:
    return next(iter(desk.card.units.values()))


# -- states --------------------------------------------------------------------------------------------------------


def test_every_state_is_said_in_words_with_its_next_act(desk: OrderDesk) -> None:
    desk.confirmed()
    assert desk.head == "工单 G-0714-0001 已发出，未送达"
    assert desk.button == ("等待送达", "", False)
    for kind, words, button in (
        ("delivered", "已送达", "等待阅读"),
        ("read", "已读", "等待接单"),
        ("accepted", "已接单", "等待出发"),
        ("en_route", "途中", "途中"),
        ("on_scene", "已到场", "处置中"),
        ("done", "已完成，待核查", "核查通过"),
    ):
        desk.report(kind)
        assert desk.head == f"工单 G-0714-0001 {words}"
        assert desk.button[0] == button
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    assert desk.head.endswith("已核查")
    assert desk.button == ("结案", "Ctrl+Enter", True)
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    assert not desk.case.open
    assert desk.button == ("已结案", "", False)
    assert desk.others == ["重新打开"]


def test_each_state_has_its_time_on_the_track(desk: OrderDesk) -> None:
    desk.confirmed(seconds=60)
    desk.report("delivered", 60)
    desk.report("accepted", 60)
    beats = track(desk).beats
    assert [(beat.label, beat.time) for beat in beats[:4]] == [
        ("签发", "17:42"), ("送达", "17:43"), ("已读", ""), ("接单", "17:44"),
    ]  # fmt: skip
    assert [beat.time for beat in beats[4:]] == [""] * 4


def test_a_state_of_yesterday_says_its_day_and_the_track_has_a_line_for_it(desk: OrderDesk) -> None:
    desk.confirmed(seconds=60)
    low = track(desk).height()
    desk.tick(8 * 3600)
    desk.report("accepted", 60)
    assert [beat.time for beat in track(desk).beats[:4]] == ["07-14 17:42", "", "", "01:43"]
    assert track(desk).height() > low
    assert track(desk).at == 3


def test_what_waits_in_the_outbox_has_no_number_is_hatched_and_says_how_long_it_waits(desk: OrderDesk) -> None:
    offline(desk)
    desk.confirmed(seconds=1)
    assert desk.head == "工单 未编号 已记入本机待发"
    desk.tick(339)
    assert desk.head == "工单 未编号 已签发，未送达"
    assert desk.card.said == ["已记入本机，等待发送 5 分 40 秒；连上中枢后自动发出，只发一次"]
    assert unit_row(desk).pending
    assert track(desk).beats[0].label == "待发"
    assert track(desk).beats[0].pending
    assert colours(unit_row(desk)) == 2, "the tint and its lines"
    desk.desk.cases.online = True
    desk.tick(1)
    assert desk.head == "工单 G-0714-0001 已发出，未送达"
    assert not unit_row(desk).pending
    assert desk.card.said == []


def colours(row: UnitRow) -> int:
    """How many colours a strip of the row without words has."""
    image = row.grab().toImage()
    wide = image.width()
    seen = {QColor(image.pixel(x, y)).name() for x in range(wide // 3, wide // 3 + 24) for y in range(3, 9)}
    return len(seen)


def test_an_order_that_the_hub_knows_is_not_hatched(desk: OrderDesk) -> None:
    desk.confirmed()
    assert not unit_row(desk).pending
    assert colours(unit_row(desk)) == 1


def test_a_recall_that_waits_is_said_to_wait(desk: OrderDesk) -> None:
    desk.confirmed()
    offline(desk)
    desk.press(Qt.Key.Key_F8)
    desk.tick(1)
    assert desk.head == "工单 G-0714-0001 已撤回（待发）"


# -- what is not as it should be -----------------------------------------------------------------------------------


def test_a_unit_that_is_late_to_arrive_is_red_and_more_can_be_sent(desk: OrderDesk) -> None:
    order = desk.confirmed()
    for kind in ("delivered", "read", "accepted", "en_route"):
        desk.report(kind)
    late = order.arrive_by - desk.desk.clock.now() + 7 * MINUTE + 48_000_000
    desk.tick(late / 1_000_000)
    assert desk.card.said == [f"{unit(desk)}到场已超时 7 分 48 秒"]
    assert desk.dock.dossier.words.clock(desk.order).token == "red_text"
    assert desk.button == ("加派力量", "Ctrl+D", True)
    desk.report("on_scene")
    assert desk.card.said == []


def test_an_order_that_nobody_took_in_time_has_expired_and_can_be_given_anew(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.desk.clock.advance(21 * 60)
    desk.desk.cases.sweep()
    desk.tick(1)
    assert desk.head.endswith("已过期，未送达")
    assert "不会再发" in desk.card.said[0]
    assert desk.button == ("重新派遣", "Ctrl+D", True)
    assert desk.others == ["作废"]


def test_a_unit_that_refuses_says_why(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("refused", texts={"reason": "车辆故障"})
    desk.tick(1)
    assert desk.card.said == [f"{unit(desk)}退单：车辆故障"]
    assert desk.button[0] == "重新派遣"


def test_a_device_whose_clock_is_an_hour_ahead_is_said(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("delivered", ahead=3600.0)
    assert desk.card.said == [f"{unit(desk)}的终端时钟快 1 小时 0 分，各步时间按中枢收到时计"]
    desk.report("read", ahead=-300.0)
    assert "慢 5 分 0 秒" in desk.card.said[0]


def test_a_unit_that_reports_after_the_recall_is_a_conflict(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.press(Qt.Key.Key_F8)
    desk.tick(1)
    desk.report("accepted")
    assert desk.card.said == [f"冲突：撤回之后{unit(desk)}仍报“接单”，可能已在路上，请电话确认"]


# -- photos --------------------------------------------------------------------------------------------------------


def test_photos_are_shown_small_and_large(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("photo", photo=scene_png(320, 240))
    desk.report("photo", photo=scene_png(300, 200))
    photos = [photo for photo in desk.card.findChildren(Photo) if not photo.isHidden()]
    assert [photo.image.isNull() for photo in photos] == [False, False]
    photos[0].setFocus()
    desk.press(Qt.Key.Key_Return)
    desk.tick()
    (dialog,) = desk.window.findChildren(QDialog)
    assert dialog.isVisible()
    dialog.close()
    QApplication.sendPostedEvents()


# -- acts ----------------------------------------------------------------------------------------------------------


def test_f8_takes_back_until_accepted_and_says_so_afterwards(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("delivered")
    desk.report("read")
    desk.press(Qt.Key.Key_F8)
    desk.tick(1)
    assert desk.order.state == "recalled"
    assert desk.head.endswith("已撤回")
    assert "撤回已签发，1 张工单" in desk.toasts
    assert desk.button[0] == "重新派遣"


def test_f8_after_the_unit_accepted_says_why_not(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("accepted")
    desk.press(Qt.Key.Key_F8)
    desk.tick(1)
    assert desk.order.state == "accepted"
    assert desk.refused[-1].id == "orders.nothing_to_recall"


def test_f8_while_it_waits_cancels_it_and_nothing_ever_goes_out(desk: OrderDesk) -> None:
    offline(desk)
    desk.confirmed()
    desk.press(Qt.Key.Key_F8)
    desk.tick(1)
    assert desk.toasts[-1] == "工单还没有发出，已取消"
    assert desk.desk.cases.of_event("events/0714-1187") is None
    desk.desk.cases.online = True
    desk.tick(1)
    assert desk.desk.cases.state.seq == 0


def test_a_recall_that_came_too_late_is_refused_where_the_officer_looks(desk: OrderDesk) -> None:
    order = desk.confirmed()
    offline(desk)
    desk.press(Qt.Key.Key_F8)
    desk.tick(1)
    desk.desk.cases.report(order.id, "accepted")
    desk.desk.cases.online = True
    desk.tick(1)
    assert desk.order.state == "accepted"
    assert desk.card.said[0].startswith("撤回未生效")
    assert "不能撤回" in desk.card.said[0]
    assert "可按 Ctrl+D 加派" in desk.card.said[0]


def test_work_that_is_not_good_goes_back(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("done")
    assert desk.others == ["返工", "加派"]
    desk.press(Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    desk.tick(1)
    assert desk.order.state == "sent"
    assert desk.card.said == [f"已退回{unit(desk)}返工，第 1 次"]


def test_a_case_whose_orders_came_to_nothing_can_be_void(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.press(Qt.Key.Key_F8)
    desk.tick(1)
    desk.press(Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    desk.tick(1)
    assert desk.case.result == "void"
    assert desk.button[0] == "已作废"
    desk.press(Qt.Key.Key_O, Qt.KeyboardModifier.AltModifier)
    desk.tick(1)
    assert desk.case.open


def test_more_units_can_be_sent_to_the_same_case(desk: OrderDesk) -> None:
    first = desk.confirmed()
    desk.report("accepted")
    desk.ctrl(Qt.Key.Key_D)
    assert desk.form.draft.lead == desk.near[1].key, "the one that is at work already is not suggested"
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    assert len(desk.case.orders) == 2
    assert desk.order.id != first.id
    assert list(desk.card.units) == [desk.order.id, first.id]


def test_of_several_orders_each_has_a_row_and_one_is_looked_at(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    desk.form.more.chosen.emit(desk.near[1].key)
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    lead, helper = desk.case.orders.values()
    desk.desk.cases.walk(helper.id, "delivered", "read")
    desk.tick(1)
    assert "已读" in desk.card.units[helper.id].accessibleName()
    assert "已发出，未送达" in desk.card.units[lead.id].accessibleName()
    desk.qtbot.mouseClick(desk.card.units[helper.id], Qt.MouseButton.LeftButton)
    assert desk.card.order is not None
    assert desk.card.order.id == helper.id
    assert track(desk).at == 2


def test_what_another_seat_did_is_seen(desk: OrderDesk) -> None:
    order = desk.confirmed()
    desk.desk.cases.other(RecallOrder(order.id), desk.case.id)
    desk.tick(1)
    assert desk.head.endswith("已撤回")
    desk.desk.cases.other(CloseCase("void"), desk.case.id)
    desk.tick(1)
    assert desk.button[0] == "已作废"


def test_what_another_seat_did_first_makes_this_seat_s_act_fail_in_words(desk: OrderDesk) -> None:
    order = desk.confirmed()
    desk.report("done")
    offline(desk)
    desk.dock.do(Do.REWORK)
    desk.tick(1)
    desk.desk.cases.other(VerifyOrder(order.id), desk.case.id)
    desk.desk.cases.online = True
    desk.tick(1)
    assert desk.card.said[0].startswith("返工未生效")
    assert "看清案件现在的样子" in desk.card.said[0]


def test_a_command_that_is_parked_says_so(desk: OrderDesk) -> None:
    offline(desk)
    desk.confirmed()
    (row,) = desk.desk.cases.outbox()
    desk.desk.cases.park(row.id, Message("ledger.bad_case"))
    desk.tick(1)
    assert "派遣发不出，已搁置" in desk.card.said[0]


def test_what_the_seat_tells_of_a_failure_has_names_and_what_to_do_next(desk: OrderDesk) -> None:
    ctx, unit = desk.desk.ctx, desk.near[0].key
    why = Message("ledger.off_duty", {"unit": unit.partition("/")[2]})
    told, level = outcome(ctx, Message("seat.command_refused", {"what": Message("seat.act_issue"), "why": why}))
    name = desk.desk.picture["unit"].get(unit) or {}
    words = ctx.t(told)
    assert words.startswith(f"派遣被退回：{name['name']} 不在岗")
    assert words.endswith("按 Ctrl+D 打开工单草稿，改好后再按 Ctrl+Enter。")
    assert level == Level.ORANGE
    assert outcome(ctx, Message("seat.hub_ended", {"why": "1"})) == (
        Message("seat.hub_ended", {"why": "1"}),
        Level.YELLOW,
    )


@pytest.mark.parametrize(("lang", "theme"), [("en", "dark"), ("zh", "light"), ("en", "light")])
def test_the_page_says_it_in_both_languages_and_themes(qtbot: QtBot, lang: str, theme: str) -> None:
    desk = OrderDesk(qtbot, lang, theme)
    desk.confirmed()
    desk.report("accepted")
    assert not desk.page.failed
    assert desk.head == ("Order G-0714-0001 accepted" if lang == "en" else "工单 G-0714-0001 已接单")
    assert not desk.page.grab().isNull()
