"""批示 at a window: given by a key, announced at the duty desk, answered on the page; 会商; the view on the wall."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.calls import Contact, Way, WayKind
from cockpit.model.clock import MINUTE
from cockpit.model.ids import new_id
from cockpit.model.instructing import AskDecision, CallMeeting, GiveDecision, GiveInstruction, MeetingCalled
from cockpit.model.scope import Scope
from cockpit.model.spans import span_of
from cockpit.model.wallstate import WallAct, WallShows
from cockpit.picture.drill import Drill
from cockpit.ui.instructdesk import GIVE_KEY, LIST, InstructDesk
from cockpit.ui.viewonwall import panels_of
from tests.calls_desk import CallWindow
from tests.living_walls import LivingWalls
from widgets.instruct.meet import MeetForm
from widgets.instruct.meeting import among
from widgets.leader.ground import topics_of
from widgets.lists.page_case import CaseBlocks

FLOOD = "events/0714-1187"
CASES = frozenset({"case", "outbox"})

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", r"raise\(\)", "grabbing the")


class Window(CallWindow):
    """The duty layout with calling and instructing.

    Attributes:
        desk: the part. sounds: names of what was played.
    """

    def __init__(self, qtbot: QtBot, **options: Any) -> None:
        super().__init__(qtbot, **options)
        self.sounds: list[str] = []
        self.desk = InstructDesk(self.engine, self.at.ctx, self.window)
        self.desk.play = self.sounds.append
        for action in self.desk.actions():
            self.at.ctx.actions.add(action)
        self.hear()

    def hear(self) -> None:
        """What was given out is decided, words come, everyone is told."""
        for _ in range(4):
            self.settle()
            self.desk.refresh(CASES)

    def case(self) -> str:
        event = self.at.picture["event"].get(FLOOD)
        case, _order = self.order(event)
        self.at.ctx.selection.select("event", FLOOD)
        self.hear()
        return case

    def lead(self, act: Any, home: str, **texts: str) -> None:
        """A leader at another seat."""
        self.at.cases.other(act, home, {"who": "李敏", **texts}, "leader-1", "leader")
        self.hear()

    @property
    def toasts(self) -> list[str]:
        return [self.at.ctx.t(message) for message, _level in self.at.toasts]

    @property
    def blocks(self) -> CaseBlocks:
        return self.panel("event").page.blocks


@contextmanager
def opened(qtbot: QtBot, **options: Any) -> Iterator[Window]:
    window = Window(qtbot, **options)
    try:
        yield window
    finally:
        window.close()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    with opened(qtbot) as made:
        yield made


def test_a_new_instruction_is_announced_with_its_words_and_a_sound_once(window: Window) -> None:
    case = window.case()
    window.lead(GiveInstruction(new_id(window.at.ctx.clock), "case", case), case, words="请增派泵车")
    said = [words for words in window.toasts if "请增派泵车" in words]
    assert len(said) == 1
    assert said[0].startswith("领导批示 0714-0001")
    assert window.sounds == ["alert_2"]


def test_what_was_given_long_before_the_desk_opened_is_no_news(qtbot: QtBot) -> None:
    with opened(qtbot) as window:
        case = window.case()
        old = window.at.clock.now() - 60 * MINUTE
        window.desk._seen.clear()
        window.at.cases.other(
            GiveInstruction(new_id(window.at.ctx.clock), "case", case), case, {"words": "旧的"}, "leader-1", "leader"
        )
        assert old < window.at.clock.now()
        window.at.clock.advance(600)
        window.hear()
        assert not [words for words in window.toasts if "旧的" in words]


def test_an_officer_answers_on_the_page_of_the_case_and_the_timeline_says_so(window: Window) -> None:
    case = window.case()
    made = new_id(window.at.ctx.clock)
    window.lead(GiveInstruction(made, "case", case), case, words="请增派泵车")
    rows = window.blocks.instructions.rows
    assert [row.one.id for row in rows] == [made]
    window.blocks.instructions.age_tick()
    window.hear()
    assert window.at.ctx.instructions.instruction(made).state == "read"
    row = window.blocks.instructions.rows[0]
    assert row.field is not None
    row.answer("done")
    assert "先写回复，再点" in window.toasts[-1]
    row.field.setText("两台已到")
    assert row.writing
    row.answer("done")
    window.hear()
    assert window.at.ctx.instructions.instruction(made).answered
    told = window.at.cases.case(case).steps
    assert [step.entry.__struct_config__.tag for step in told][-3:] == [
        "instruction.given",
        "instruction.seen",
        "instruction.answered",
    ]
    assert any("领导批示" in part.accessibleName() for part in window.blocks._timeline.parts)


def test_the_row_of_the_event_is_marked_until_it_is_answered(window: Window) -> None:
    case = window.case()
    model = window.panel("queue").model
    model.refresh(window.at.clock.now())
    assert not model.face(model.position(FLOOD)).told
    window.lead(GiveInstruction(new_id(window.at.ctx.clock), "case", case), case, words="请增派泵车")
    assert model.face(model.position(FLOOD)).told


def test_a_key_gives_the_instruction_at_a_leaders_seat_and_says_why_not_at_an_officers(window: Window) -> None:
    case = window.case()
    assert window.run("instruct.give") is not None
    window.at.cases.sit("leader-1", "leader")
    assert window.run("instruct.give") is None
    form = window.desk.dialog
    form.field.setPlainText("请报告现场情况")
    form.press()
    window.hear()
    assert [one.key for one in window.at.ctx.instructions.every()] == [case]
    assert window.run("instruct.back") is None
    window.hear()
    assert window.at.ctx.instructions.every()[0].result == "withdrawn"
    action = window.at.ctx.actions.by_key(GIVE_KEY)
    assert action is not None
    assert action.id == "instruct.give"


def test_an_officer_asks_by_a_key_and_hears_what_was_decided(window: Window) -> None:
    case = window.case()
    assert window.run("instruct.ask") is None
    form = window.desk.dialog
    assert not form.confirm.isEnabled()
    form.question.setText("同意跨区支援？")
    form.options[0].setText("两台")
    form.press()
    window.hear()
    (ask,) = window.at.ctx.instructions.asks()
    assert (len(ask.options), ask.until > 0) == (1, True)
    window.lead(GiveDecision(ask.id, "agree", 1), case, words="两台都调")
    assert any("领导同意" in words and "两台都调" in words for words in window.toasts)
    assert [one.id for one in window.blocks.instructions.asks] == [ask.id]


def test_a_leader_is_told_of_a_question_and_of_an_answer(window: Window) -> None:
    case = window.case()
    window.at.cases.sit("leader-1", "leader")
    texts = {"question": "同意跨区支援？"}
    window.at.cases.other(AskDecision(new_id(window.at.ctx.clock)), case, texts, "seat-1")
    window.hear()
    assert any("同意跨区支援？" in words for words in window.toasts)
    assert window.sounds == ["alert_2"]


def test_the_people_of_a_case_are_called_together_and_the_others_are_offered_it(window: Window) -> None:
    case = window.case()
    unit = next(iter(window.at.cases.case(case).orders.values())).unit
    assert window.run("instruct.meet") is None
    window.hear()
    (placed,) = window.port.asked("place")
    assert placed[0][0].unit == unit
    assert placed[2] == case
    assert isinstance(window.at.cases.case(case).steps[-1].entry, MeetingCalled)
    assert not any("会商开始" in words for words in window.toasts)
    window.at.cases.other(CallMeeting(new_id(window.at.ctx.clock), 4), case, {}, "seat-7")
    window.hear()
    assert any("会商开始" in words for words in window.toasts)


def test_a_meeting_offers_the_shared_picture_on_a_wall_and_remembers_the_choice(window: Window, tmp_path: Path) -> None:
    window.case()
    walls = LivingWalls(window.at.clock, tmp_path)
    window.at.ctx.walls = walls

    def form() -> MeetForm:
        assert window.run("instruct.meet") is None
        window.hear()
        return next(one for one in window.window.findChildren(MeetForm) if one.isVisible())

    first = form()
    assert window.port.asked("place") == [], "nobody is called before it is said so"
    assert not first.shared.isChecked()
    assert first.which is not None
    other = walls.state.hall.walls[1].id if walls.state is not None else ""
    first.choose(other)
    assert first.shared.isChecked()
    first.press()
    window.hear()
    assert len(window.port.asked("place")) == 1
    assert [(act.wall, act.what, act.value) for act in walls.acts] == [
        (other, "event", FLOOD),
        (other, "scene", "command"),
    ]
    again = form()
    assert (again.shared.isChecked(), again.wall.id) == (True, other)
    again.reject()
    window.hear()
    assert len(window.port.asked("place")) == 1


def test_who_leads_the_area_is_called_after_the_units_and_strangers_are_not() -> None:
    way = (Way(WayKind.SIP, "8002"),)
    unit = Contact("unit/positions/U1", "城管 01", unit="positions/U1", ways=way)
    book = [
        Contact("book/a", "市值班长", leads=("3301",), ways=way),
        Contact("book/b", "别区", leads=("330106",), ways=way),
        Contact("book/c", "街道值班长", leads=("330102001",), ways=way),
        Contact("book/d", "队长", leads=("positions/U1",), ways=way),
        Contact("book/e", "无电话", leads=("3301",)),
    ]
    found = among([unit], book, ["positions/U1"], "330102001")
    assert [one.name for one in found] == ["城管 01", "队长", "街道值班长", "市值班长"]


def test_the_view_is_thrown_on_the_wall_that_is_chosen_the_event_before_its_scene(
    window: Window, tmp_path: Path
) -> None:
    window.case()
    assert window.run("instruct.wall") is not None
    walls = LivingWalls(window.at.clock, tmp_path)
    window.at.ctx.walls = walls
    assert window.run("instruct.wall") is None
    menu = window.desk.menu
    assert menu is not None
    menu.actions()[1].trigger()
    menu.close()
    QApplication.processEvents()
    assert [(act.what, act.value) for act in walls.acts] == [("event", FLOOD), ("scene", "command")]
    wall = walls.state.hall.walls[0].id
    shows = next(one for one in walls.state.shows if one.wall == wall)
    assert (shows.event, shows.scene.id) == (FLOOD, "command")


def thrown(window: Window, walls: LivingWalls) -> WallShows:
    """Throws the view of now on the first wall; what that shows then."""
    assert window.run("instruct.wall") is None
    menu = window.desk.menu
    assert menu is not None
    menu.actions()[1].trigger()
    menu.close()
    for _ in range(3):
        QApplication.processEvents()
    assert walls.state is not None
    return next(one for one in walls.state.shows if one.wall == walls.state.hall.walls[0].id)


def test_a_view_of_the_way_takes_its_kinds_and_period_to_the_panels_that_can_show_them(
    window: Window, tmp_path: Path
) -> None:
    ctx, walls = window.at.ctx, LivingWalls(window.at.clock, tmp_path)
    now = ctx.clock.now()
    ctx.walls = walls
    ctx.drill = Drill(Scope(span_of("today", now)), ctx.selection)
    topic = next(one for one in topics_of(ctx).topics if one.id == "flood")
    ctx.drill.push(topic.scope(ctx.drill.scope).with_(area="330105", span=span_of("last7", now)))
    shows = thrown(window, walls)
    assert (shows.area, shows.event, shows.scene.id) == ("330105", "", "flood")
    about = shows.about
    assert about is not None
    assert (about.kinds, about.name["zh"]) == (topic.kinds, "防汛")
    assert about.times(now) == (ctx.drill.scope.span.start, 0)
    panels = {place.panel: place.follows for place in panels_of(shows.scene)}
    assert {panels[name] for name in ("wallmap", "wallevents", "wallrank", "wallsigns", "wallcurve")} == {"selection"}
    assert shows.casts == ()
    assert "防汛" in window.toasts[-1]
    ctx.drill.jump(0)
    home = thrown(window, walls)
    assert (home.area, home.about, home.casts) == ("", None, ()), "the view of home has nothing left of the one before"


def test_lists_of_a_scene_that_follows_nothing_are_restricted_one_by_one(window: Window, tmp_path: Path) -> None:
    ctx, walls = window.at.ctx, LivingWalls(window.at.clock, tmp_path)
    now = ctx.clock.now()
    ctx.walls = walls
    assert walls.state is not None
    walls.act(WallAct(walls.state.hall.walls[0].id, "scene", "duty"), lambda problem: None)
    ctx.drill = Drill(Scope(span_of("last7", now), kinds=("E0506",)), ctx.selection)
    shows = thrown(window, walls)
    lists = {cast.place: cast for cast in shows.casts if cast.panel in ("wallevents", "wallcases")}
    theirs = [place for place in panels_of(shows.scene) if place.panel in ("wallevents", "wallcases")]
    assert theirs
    assert set(lists) == {place.id for place in theirs}
    for cast in lists.values():
        assert cast.options["kinds"] == ["E0506"]
        assert cast.options["since"] == ctx.drill.scope.span.start


def test_a_sign_that_was_gone_into_stands_on_the_wall_s_curve(window: Window, tmp_path: Path) -> None:
    ctx, walls = window.at.ctx, LivingWalls(window.at.clock, tmp_path)
    ctx.walls = walls
    ctx.drill = Drill(Scope(span_of("today", ctx.clock.now()), measure="sign:D02"), ctx.selection)
    assert walls.state is not None
    walls.act(WallAct(walls.state.hall.walls[0].id, "scene", "flood"), lambda problem: None)
    shows = thrown(window, walls)
    assert [cast.options["sign"] for cast in shows.casts if "sign" in cast.options][:1] == ["D02"]


def test_the_list_opens_with_the_keyboard_in_it_and_closes_with_the_same_key(window: Window) -> None:
    case = window.case()
    window.lead(GiveInstruction(new_id(window.at.ctx.clock), "case", case), case, words="请增派泵车")
    assert window.run("instruct.list") is None
    assert window.engine.is_shown(window.engine.region_of(LIST))
    window.run("instruct.list_close")
    assert not window.engine.is_shown(window.engine.region_of(LIST))


def test_what_is_meant_for_a_unit_comes_to_its_phone_too_and_so_does_its_recall(window: Window) -> None:
    unit = next(one.unit for one in window.port.book if one.unit)
    window.at.cases.sit("leader-1", "leader")
    window.at.ctx.selection.select("unit", unit)
    assert window.run("instruct.give") is None
    window.desk.dialog.field.setPlainText("注意安全")
    window.desk.dialog.press()
    window.hear()
    window.run("instruct.back")
    window.hear()
    assert [(written[0], written[1]) for written in window.port.asked("write")] == [
        ((unit,), "领导批示：注意安全"),
        ((unit,), "上一条领导批示已撤回"),
    ]


def test_a_spoken_instruction_is_recorded_heard_again_and_given_without_a_word(window: Window) -> None:
    window.case()
    window.at.cases.sit("leader-1", "leader")
    window.run("instruct.give")
    form = window.desk.dialog
    form.speaking.toggle()
    window.port.recorded.answer(None)
    assert form.speaking.recording
    form.speaking.toggle()
    window.port.recorded.answer((b"RIFF....WAVEsound", 4.2))
    assert form.confirm.isEnabled()
    form.press()
    window.hear()
    (one,) = window.at.ctx.instructions.every()
    assert (len(one.voice), one.seconds) == (64, 4.2)
    assert one.voice in window.blocks.instructions.rows[0].one.voice
    window.blocks.instructions.rows[0].buttons["hear"].click()
    assert [question for question, _done in window.port.sounds.open] == [one.voice]


def test_about_an_event_that_nobody_took_who_answers_for_its_area_is_called(window: Window) -> None:
    from widgets.instruct import acts

    leads = Contact("book/x", "市值班长", leads=("3301",), ways=(Way(WayKind.SIP, "8002"),))
    window.port.book = [leads]
    area = str(window.at.picture["event"].get(FLOOD)["area"])
    acts.meet(window.at.ctx, window.desk, "", area)
    assert [one.name for one in window.port.asked("place")[0][0]] == ["市值班长"]


def test_what_waits_in_the_outbox_says_to_whom_it_goes(window: Window) -> None:
    from widgets.outbox.rows import outbox_rows

    window.at.cases.sit("leader-1", "leader")
    window.at.cases.online = False
    unit = window.at.picture["unit"].key_at(0)
    window.at.ctx.selection.select("unit", unit)
    window.run("instruct.give")
    window.desk.dialog.field.setPlainText("注意安全")
    window.desk.dialog.press()
    window.hear()
    (row,) = outbox_rows(window.at.ctx)
    assert (row.number, row.what) == ("批示", window.at.picture["unit"].get(unit)["name"])
