"""The home page of a leader: the index and why it moved, topics, what changed most, what happened meanwhile."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.errors import UserError
from cockpit.model.spans import span_of
from cockpit.model.topics import read_topics
from cockpit.packs.read import read_pack
from cockpit.paths import assets_dir
from cockpit.picture.picture import Picture
from cockpit.signs.definitions import read_signs
from tests.insight_kit import facts_of, row
from tests.leader_kit import LivingInsight, leader, tell_days
from tests.living_picture import NOW, event_row, put
from tests.living_signs import CITY, SIGNS, sign_row
from widgets.kit.finders import Found
from widgets.kit.icons import icon_names
from widgets.kit.notes import SignNote, add_note, notes_of
from widgets.kit.panel import Panel
from widgets.kit.states import PanelState
from widgets.leader.changes import ChangesPanel
from widgets.leader.finding import AreaFinder, TopicFinder
from widgets.leader.ground import open_topic
from widgets.leader.index import IndexPanel
from widgets.leader.since import SincePanel
from widgets.leader.standing import level_of
from widgets.leader.topic import TopicPage
from widgets.leader.topiclist import TopicList

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def shown(qtbot: QtBot, panel: Panel, width: int = 420, height: int = 440) -> Panel:
    qtbot.addWidget(panel)
    panel.resize(width, height)
    panel.show()
    panel.refresh(panel.topics)
    panel.age_tick()
    QApplication.processEvents()
    return panel


def words(panel: IndexPanel) -> str:
    return " ".join(word for line in panel.reasons() for word, _ in line)


# -- the index ---------------------------------------------------------------------------------------------------------


def test_the_index_says_what_it_was_yesterday_and_which_dimension_brought_it_down(qtbot: QtBot) -> None:
    at, signs = leader()
    panel = IndexPanel(at.ctx)
    shown(qtbot, panel)
    assert panel.state is None
    assert "没有数据" in words(panel), "nothing is told of yesterday as long as nothing is known"
    # A02 is Ⅲ now and E03 Ⅰ; yesterday all were within their bounds
    assert tell_days(signs, {"A02": 100.0, "A07": 96.0, "E03": 5.0, "G01": 18.0}) == 1
    assert panel.before > panel.value
    assert f"{panel.before:.1f}" in words(panel)
    worst = max(panel.dimensions, key=lambda one: panel._was[one.name["zh"]] - one.score)
    assert worst.name["zh"] in words(panel)
    assert len(panel.curve) > 2
    assert panel.curve.value[-1] == panel.value


@pytest.mark.parametrize(("width", "height"), [(420, 480), (316, 348), (360, 404)])
def test_every_score_of_the_index_is_seen_at_every_size_of_its_panel(qtbot: QtBot, width: int, height: int) -> None:
    at, _ = leader()
    panel = IndexPanel(at.ctx)
    shown(qtbot, panel, width, height)
    panel.dimensions = panel.dimensions * 2  # a city has six
    panel._show()
    QApplication.processEvents()
    assert panel.rows.count == 6
    assert panel.rows.place(5).bottom() < panel.rows.height()


def test_the_index_is_made_anew_each_minute_and_not_at_each_sign(qtbot: QtBot) -> None:
    at, _ = leader()
    panel = IndexPanel(at.ctx)
    shown(qtbot, panel)
    before = panel.value
    put(at.picture, "sign", [sign_row("E03", CITY, 2, level=0)])
    panel.refresh(panel.topics)
    panel.age_tick()
    assert panel.value == before
    at.clock.advance(61)
    panel.age_tick()
    assert panel.value > before


def test_a_level_of_the_past_is_that_of_the_bound_that_was_passed() -> None:
    depth = next(sign for sign in SIGNS if sign.code == "E03")
    assert [level_of(depth, value) for value in (0, 15, 16, 31, 99)] == [0, 0, 3, 2, 1]


def test_a_dimension_leads_to_the_signs_that_it_is_made_from(qtbot: QtBot) -> None:
    at, _ = leader()
    panel, page = IndexPanel(at.ctx), TopicPage(at.ctx)
    shown(qtbot, panel)
    shown(qtbot, page, 968, 494)
    panel.rows.setFocus()
    panel.rows.go_to(0)
    qtbot.keyClick(panel.rows, Qt.Key.Key_Return)
    name = panel.dimensions[0].name["zh"]
    assert at.ctx.selection.item == ("topic", f"score/{name}")
    assert page.topic is not None
    assert {one.sign for one in page.topic.figures} == {item.sign.code for item in panel.dimensions[0].items}


# -- topics ------------------------------------------------------------------------------------------------------------


def test_every_topic_that_ships_names_what_there_is() -> None:
    pack = read_pack("hangzhou")
    topics = read_topics(pack.folder)
    known = {sign.code for sign in read_signs("cityops", assets_dir() / "signs").signs}
    assert len(topics.topics) >= 10
    assert topics.target == 80
    groups = {kind.group_code for kind in pack.kinds.values()}
    for topic in topics.topics:
        assert topic.icon in icon_names()
        assert set(topic.name) == {"zh", "en"}
        assert all(kind in pack.kinds or kind in groups for kind in topic.kinds), topic.id
        assert all(channel in pack.channels for channel in topic.channels), topic.id
        assert all(figure.sign in known for figure in topic.figures if figure.sign), topic.id


def test_a_sign_that_nothing_is_connected_for_has_no_tile_among_others(qtbot: QtBot) -> None:
    at, signs = leader()
    page = shown(qtbot, TopicPage(at.ctx), 900, 500)
    assert isinstance(page, TopicPage)
    at.ctx.selection.select("topic", "grid")
    assert page.topic is not None
    there = [one.sign for one in page.topic.figures if one.sign in page.board.told.at]
    signs.known = replace(signs.known, unfed=(there[0],), version=signs.known.version + 1)
    page.age_tick()
    assert [item.sign.code for item in page.items] == there[1:]


def test_a_measure_of_too_few_cases_a_day_is_of_its_own_days_while_today_is_looked_at(qtbot: QtBot) -> None:
    at, _ = leader()
    at.ctx.insight = LivingInsight(facts_of([]))
    page = shown(qtbot, TopicPage(at.ctx), 900, 500)
    assert isinstance(page, TopicPage)
    open_topic(at.ctx, "flood")

    def asked() -> set[str]:
        assert isinstance(at.ctx.insight, LivingInsight)
        return {query.scope.span.word for query, _ in at.ctx.insight.asked if query.scope.measure == "mean_response"}

    assert asked() == {"last7"}
    assert at.ctx.drill is not None
    at.ctx.drill.push(at.ctx.drill.scope.with_(span=span_of("last_month", NOW)))
    page.look_now()
    assert asked() == {"last7", "last_month"}


def test_a_period_of_a_topic_s_figure_that_there_is_none_of_is_told_of(tmp_path: Path) -> None:
    own = '[[topics]]\nid = "a"\nname = { zh = "甲" }\nfigures = [{ measure = "open", span = "someday" }]'
    (tmp_path / "topics.toml").write_text(own, encoding="utf-8")
    with pytest.raises(UserError, match=r"someday|leader\.topics_wrong"):
        read_topics(tmp_path)


def test_a_pack_whose_topics_can_not_be_used_is_told_of_and_nothing_else_fails(qtbot: QtBot, tmp_path: Path) -> None:
    at, _ = leader()
    (tmp_path / "topics.toml").write_text("topics = 5", "utf-8")
    at.ctx.pack = replace(at.ctx.pack, folder=tmp_path)
    panels = [TopicList(at.ctx), IndexPanel(at.ctx), TopicPage(at.ctx)]
    for panel in panels:
        shown(qtbot, panel)
        assert not panel.failed
    assert [panel.state for panel in panels] == [PanelState.DEAD, None, PanelState.EMPTY]


def test_a_topic_opens_by_enter_and_its_numbers_lead_further_and_back_again(qtbot: QtBot) -> None:
    at, _ = leader()
    topics, page = TopicList(at.ctx), TopicPage(at.ctx)
    shown(qtbot, topics)
    shown(qtbot, page, 968, 494)
    drill = at.ctx.drill
    assert drill is not None
    topics.rows.setFocus()
    at_flood = next(i for i, line in enumerate(topics.lines) if line.topic.id == "flood")
    topics.rows.go_to(at_flood)
    qtbot.keyClick(topics.rows, Qt.Key.Key_Return)
    assert page.topic is not None
    assert page.topic.id == "flood"
    assert drill.scope.kinds == page.topic.kinds
    urged = next(i for i, line in enumerate(topics.lines) if line.topic.id == "urged")
    topics.rows.go_to(urged)
    qtbot.keyClick(topics.rows, Qt.Key.Key_Return)
    assert page.state is PanelState.EMPTY, "none of its signs is defined here, and that is said"
    assert drill.back()
    assert at.ctx.selection.item == ("topic", "flood"), "the page that was open is open again"
    assert page.topic.id == "flood"


def test_a_tile_says_change_target_area_age_and_how_it_was_told(qtbot: QtBot) -> None:
    at, signs = leader()
    page = TopicPage(at.ctx)
    at.ctx.selection.select("topic", "grid")
    shown(qtbot, page, 968, 494)
    tell_days(signs, {"A02": 135.0, "A07": 94.7})
    tiles = {tile.key: tile for tile in page.grid.tiles}
    rate = tiles[f"sign/A07@{CITY}"]
    assert (rate.value, rate.unit) == ("91.6", "%")
    assert "点" in rate.change
    assert "目标 ≥ 95.0%" in rate.against
    assert "昨日 94.7" in rate.against
    assert "实测" in rate.note
    assert "前" in rate.note or "刚刚" in rate.note
    count = tiles[f"sign/A02@{CITY}"]
    assert count.change == "+88 件"
    assert count.level == 3
    assert "实测" in count.tip


def test_measures_of_the_archive_stand_beside_signs_and_nothing_to_count_is_no_zero(qtbot: QtBot) -> None:
    at, _ = leader()
    facts = facts_of([row(1, NOW - HOUR), row(2, NOW - 2 * HOUR, kind="E0501")])
    insight = LivingInsight(facts)
    at.ctx.insight = insight
    page = TopicPage(at.ctx)
    at.ctx.selection.select("topic", "flood")
    shown(qtbot, page, 968, 494)
    assert next(tile for tile in page.grid.tiles if tile.key == "measure/flood/count").value == "–"
    assert insight.answer()
    page.age_tick()
    told = next(tile for tile in page.grid.tiles if tile.key == "measure/flood/count")
    assert told.value == "1", "of the topic's own kinds"
    assert told.scope is not None
    page.grid.picked.emit(told.key)
    assert at.ctx.drill is not None
    assert at.ctx.drill.scope == told.scope
    assert at.ctx.selection.topic == "", "the page of the topic is left"


# -- what changed ------------------------------------------------------------------------------------------------------


def test_what_is_followed_comes_first_then_what_is_most_another_than_yesterday(qtbot: QtBot) -> None:
    at, signs = leader()
    panel = ChangesPanel(at.ctx)
    shown(qtbot, panel, 524, 506)
    assert panel.state is PanelState.WAITING
    tell_days(signs, {"A01": 1188.0, "A02": 222.0, "A07": 91.5, "E03": 4.0, "E04": 140.0, "G01": 18.0})
    codes = [tile.key.removeprefix("sign/").partition("@")[0] for tile in panel.grid.tiles]
    assert codes[0] == "E03"
    assert "A01" not in codes, "what is as it was is no change"
    panel.minding.follow(f"sign/G01@{CITY}")
    codes = [tile.key.removeprefix("sign/").partition("@")[0] for tile in panel.grid.tiles]
    assert codes[:2] == ["G01", "E03"]
    assert panel.grid.tiles[0].followed
    assert at.toasts


def test_nothing_known_of_yesterday_is_said_and_no_change_is_made_up(qtbot: QtBot) -> None:
    at, signs = leader()
    panel = ChangesPanel(at.ctx)
    shown(qtbot, panel, 524, 506)
    tell_days(signs, {})
    assert panel.state is PanelState.EMPTY
    assert not panel.grid.tiles


def test_a_note_is_written_by_key_and_stands_on_the_curve_with_author_and_time(qtbot: QtBot) -> None:
    at, signs = leader()
    at.ctx.prefs.set("name", "李敏")
    panel = ChangesPanel(at.ctx)
    shown(qtbot, panel, 524, 506)
    tell_days(signs, {"E03": 4.0})
    panel.grid.setFocus()
    panel.grid.go_to(0)
    panel.minding.write()
    assert panel.minding.dialog is not None
    panel.minding.dialog.field.setText("  泵站 14:00   投运 ")
    panel.minding.dialog.accept()
    notes = notes_of(at.ctx.prefs, "E03", CITY)
    assert [(note.by, note.words, note.at) for note in notes] == [("李敏", "泵站 14:00 投运", NOW)]
    tile = panel.grid.tiles[0]
    assert tile.marks == (NOW,)
    assert "李敏：泵站 14:00 投运" in tile.tip


def test_what_is_no_note_in_the_profile_is_passed_over() -> None:
    class Prefs:
        kept: object = [["E03", CITY, 5, "a", "b"], "x", ["E03", CITY, "late", "a", "b"], [1]]

        def get(self, name: str, default: object) -> object:
            return self.kept

        def set(self, name: str, value: object) -> None:
            self.kept = value

    prefs = Prefs()
    assert len(notes_of(prefs, "E03", CITY)) == 1
    add_note(prefs, SignNote("E03", CITY, 6, "c", "   "))
    assert len(notes_of(prefs, "E03", CITY)) == 1, "nothing written is no note"


def test_the_palette_finds_areas_and_topics_and_both_are_steps() -> None:
    at, _ = leader()
    drill = at.ctx.drill
    assert drill is not None
    areas: list[Found] = []
    AreaFinder(at.ctx).find("闸弄", areas.extend)
    assert areas[0].title.startswith("闸弄口街道")
    assert areas[0].run is not None
    areas[0].run()
    assert drill.scope.area
    assert drill.depth == 1
    topics: list[Found] = []
    TopicFinder(at.ctx).find("fx", topics.extend)
    assert [found.title for found in topics][:1] == ["防汛"], "in pinyin too"
    assert topics[0].run is not None
    topics[0].run()
    assert at.ctx.selection.item == ("topic", "flood")


# -- since the last look -----------------------------------------------------------------------------------------------


def event(number: int, level: int, ago: int) -> dict[str, object]:
    rng = random.Random(number)
    return event_row(rng, number, [""], level=level, state=0, occurred=NOW - ago, updated=NOW - ago)


def test_since_the_last_look_is_kept_by_person_over_a_restart(qtbot: QtBot) -> None:
    at, _ = leader(picture=Picture())
    at.ctx.prefs.set("name", "李敏")
    put(at.picture, "event", [event(1, 1, 10 * MINUTE), event(2, 2, 3 * HOUR), event(3, 4, MINUTE)])
    first = SincePanel(at.ctx)
    shown(qtbot, first, 500, 424)
    assert first.first
    kinds = [(one.kind, one.level) for one in first.found if one.kind == "event"]
    assert kinds == [("event", 1)], "of the last hour, and only what is grave"
    first.close()  # the window closes: it was looked at until now

    at.clock.advance(600)
    put(at.picture, "event", [event(4, 2, -5 * MINUTE)])
    put(at.picture, "sign", [sign_row("E04", CITY, 146, level=2, measured=NOW + 300_000_000)])
    again = SincePanel(at.ctx)
    shown(qtbot, again, 500, 424)
    assert not again.first
    assert again.since == NOW
    assert [one.key for one in again.found if one.kind == "event"] == [event(4, 2, 0)["key"]]

    at.ctx.prefs.set("name", "王强")
    again.age_tick()
    again.look_now()
    assert again.first, "another person has not looked yet"


def test_all_seen_leaves_an_honest_empty_page_and_a_click_selects(qtbot: QtBot) -> None:
    at, _ = leader(picture=Picture())
    put(at.picture, "event", [event(1, 1, 10 * MINUTE)])
    panel = SincePanel(at.ctx)
    shown(qtbot, panel, 500, 424)
    at_event = next(i for i, one in enumerate(panel.found) if one.kind == "event")
    panel.rows.setFocus()
    panel.rows.go_to(at_event)
    qtbot.keyClick(panel.rows, Qt.Key.Key_Return)
    assert at.ctx.selection.item == ("event", event(1, 1, 0)["key"])
    assert at.ctx.actions.get("leader.seen") is not None
    at.ctx.actions.trigger("leader.seen")
    assert panel.state is PanelState.EMPTY
    assert panel.found == []


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_panels_paint_at_every_size_in_both_themes_and_languages(qtbot: QtBot, theme: str, lang: str) -> None:
    at, signs = leader(theme, lang)
    panels: list[QWidget] = []
    for made, sizes in (
        (IndexPanel, ((420, 440), (316, 320))), (TopicList, ((420, 560), (316, 360))),
        (TopicPage, ((968, 494), (640, 300))), (ChangesPanel, ((524, 506), (330, 332))),
        (SincePanel, ((500, 424), (348, 300))),
    ):  # fmt: skip
        panel = made(at.ctx)
        panels.append(panel)
        for size in sizes:
            shown(qtbot, panel, *size)
            tell_days(signs, {"A02": 100.0, "E03": 5.0, "A07": 96.0})
            image = panel.grab().toImage()
            assert not image.isNull()
            assert not panel.failed
