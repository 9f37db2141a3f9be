"""The panels of a wall: legible from the last row in every size, honest about what is old, missing or wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.clock import DAY, HOUR, SECOND
from cockpit.model.messages import Message, texts
from cockpit.model.signs import Sign, Threshold
from cockpit.model.wall import Mode, Place
from cockpit.model.wall_shipped import shipped_scenes
from cockpit.signs.definitions import read_signs
from layouts.panels import Panels
from tests.living_picture import NOW, feed_rows, put
from tests.living_signs import CITY, DISTRICT, city_rows, put_signs, sign_row
from tests.test_kit_theme import contrast
from tests.wall_panels import PANELS, Hall, painted
from widgets.kit.states import PanelState
from widgets.signs.board import Item
from widgets.signs.score import worth
from widgets.wall import kit
from widgets.wall.areas import WallAreas
from widgets.wall.bars import WallBars
from widgets.wall.calendar import STEPS, heat, level_at
from widgets.wall.curve import WallCurve
from widgets.wall.figure import WallFigure
from widgets.wall.funnel import WallFunnel
from widgets.wall.gauge import bands
from widgets.wall.head import WallHead
from widgets.wall.index import WallIndex
from widgets.wall.kit import WallPanel, wall_theme
from widgets.wall.options import settled
from widgets.wall.rank import WallRank
from widgets.wall.ring import WallRing
from widgets.wall.sankey import WallSankey
from widgets.wall.signs import WallSigns
from widgets.wall.sizes import sizes_at

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_type_grows_with_the_distance_and_shrinks_with_the_size_of_a_pixel() -> None:
    near, far, coarse = sizes_at(1.27, 8.0), sizes_at(1.27, 16.0), sizes_at(2.54, 8.0)
    assert near.min == 38  # 20 arc-minutes at 8 m are 46.5 mm; figures of 15 take a little more
    assert far.min == pytest.approx(2 * near.min, abs=1)
    assert coarse.min == pytest.approx(near.min / 2, abs=1)
    assert near.min <= near.row <= near.figure <= near.hero


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_word_of_a_panel_is_smaller_than_the_last_row_reads(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, panel: str, lang: str
) -> None:
    hall = Hall(qtbot, lang)
    hall.orders(6)
    hall.reads_from_the_last_row(monkeypatch, panel)


@pytest.mark.parametrize("panel", [panel for panel in PANELS if panel != "wallhead"])
def test_before_anything_came_a_panel_says_what_it_waits_for(qtbot: QtBot, panel: str) -> None:
    shown = Hall(qtbot, blank=True).hang(panel)
    shown.grab()
    assert shown.state is PanelState.WAITING
    assert shown.said.startswith("正在等")


@pytest.mark.parametrize(
    "panel",
    ["wallindex", "wallsigns", "wallfigure", "wallcurve", "wallgauge", "wallradar", "wallcalendar", "wallareas"],
)
def test_without_the_service_of_signs_a_panel_says_so(qtbot: QtBot, panel: str) -> None:
    shown = Hall(qtbot, signs=False).hang(panel)
    assert shown.state is PanelState.DEAD
    assert "体征服务没有接通" in shown.said


@pytest.mark.parametrize(
    "panel", ["wallfigure", "wallcurve", "wallgauge", "wallcalendar", "wallrank", "wallring", "wallbars"]
)
def test_a_sign_that_there_is_not_is_named(qtbot: QtBot, panel: str) -> None:
    shown = Hall(qtbot).hang(panel, sign="Z99")
    assert shown.state is PanelState.EMPTY
    assert "Z99" in shown.said


@pytest.mark.parametrize("panel", ["wallfigure", "wallcurve", "wallgauge"])
def test_a_sign_without_a_value_is_no_zero(qtbot: QtBot, panel: str) -> None:
    shown = Hall(qtbot).hang(panel, sign="G10")
    assert shown.state is PanelState.EMPTY
    assert "尚无数据" in shown.said


@pytest.mark.parametrize("panel", PANELS)
def test_a_setting_that_there_is_not_is_said_in_a_sentence(qtbot: QtBot, panel: str) -> None:
    shown = Hall(qtbot).hang(panel, colour="red")
    shown.grab()
    assert not shown.failed
    assert shown.wrong is not None
    assert "colour" in shown.wrong.in_chinese()


def test_a_setting_of_the_wrong_kind_is_said_with_the_right_one(qtbot: QtBot) -> None:
    shown = Hall(qtbot).hang("wallsigns", columns="two")
    assert shown.wrong is not None
    assert shown.wrong.in_chinese() == "设置 columns 应为数字"


@pytest.mark.parametrize(("panel", "options"), [("wallcurve", {"sign": "A01", "compare": "month"}),
                                                ("wallareas", {"by": "parish"}),
                                                ("wallrank", {"by": "colour"}), ("wallring", {"of": "dreams"}),
                                                ("wallsankey", {"columns": ["channel", "mood"]}),
                                                ("wallbars", {"sign": "A01", "grain": "week"})])  # fmt: skip
def test_a_word_that_a_setting_does_not_know_is_said_with_those_it_knows(
    qtbot: QtBot, panel: str, options: dict[str, Any]
) -> None:
    shown = Hall(qtbot).hang(panel, **options)
    assert shown.state is PanelState.EMPTY
    assert "不认识" in shown.said


def places(place: Place) -> Iterator[Place]:
    """The panels of an arrangement."""
    if place.panel:
        yield place
    for child in place.children:
        yield from places(child)


def test_shipped_scenes_set_only_what_their_panels_know() -> None:
    panels = Panels()
    codes = {sign.code for sign in read_signs("cityops", Path()).signs}
    seen = 0
    for scene in shipped_scenes():
        for place in (one for arrangement in scene.arrangements for one in places(arrangement.root)):
            made = panels[place.panel]
            assert issubclass(made, WallPanel), place.panel
            _, wrong = settled({"title": "", "area": "", "frame": True, **made.options}, place.options)
            assert wrong is None, (scene.id, place.id, wrong.in_chinese())
            named = {place.options.get("sign", ""), *place.options.get("signs", ())} - {""}
            assert named <= codes, (scene.id, place.id)
            seen += 1
    assert seen > 50


@pytest.mark.parametrize("page", ["wall-panels.md", "wall-panels.zh.md"])
def test_the_page_about_panels_names_every_option(page: str) -> None:
    text = (Path(__file__).parent.parent / "docs" / page).read_text("utf-8")
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    known = Panels()
    for panel in PANELS:
        for option in set(known[panel].options) - {"frame"}:
            assert f"`{option}`" in rows[panel], (panel, option)


# -- ages


def age(panel: WallPanel) -> str:
    told = panel._age[0]
    return panel.ctx.t(told) if told is not None else ""


@pytest.mark.parametrize("panel", ["wallfigure", "wallcurve", "wallgauge", "wallsigns", "wallindex", "wallareas"])
def test_values_that_stopped_stay_with_their_age_in_words(qtbot: QtBot, panel: str) -> None:
    hall = Hall(qtbot)
    options: dict[str, Any] = {"sign": "E03"} if panel in ("wallfigure", "wallcurve", "wallgauge") else {}
    shown = hall.hang(panel, **options)
    put_signs(hall.at.picture, [{**row, "measured": NOW - 2 * SECOND, "period": 60 * SECOND}
                                for row in city_rows() if not math.isnan(row["value"])])  # fmt: skip
    hall.at.clock.advance(6 * 60.0)
    shown.age_tick()
    shown.look_now()
    shown.grab()
    assert shown.state is None
    assert age(shown) == "数据已停 6 分钟"


@pytest.mark.parametrize("panel", ["wallrank", "wallring", "wallsankey", "wallbars"])
def test_counts_of_a_feed_that_stopped_say_so(qtbot: QtBot, panel: str) -> None:
    hall = Hall(qtbot)
    shown = hall.hang(panel)
    put(hall.at.picture, "feed", feed_rows(NOW, events=NOW - 40 * SECOND))
    shown.refresh(frozenset({"feed"}))
    shown.age_tick()
    shown.grab()
    assert shown.state is None
    assert age(shown) == "数据已停 40 秒"


def test_a_curve_that_can_not_be_had_is_asked_for_again(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown = WallCurve(hall.at.ctx, None, sign="E03", compare="")
    qtbot.addWidget(shown)
    hall.port.answer(Message("wallkit.no_signs"))
    assert shown.state is PanelState.DEAD
    assert "取不到历史曲线" in shown.said
    hall.at.clock.advance(5.0)
    shown.look_now()
    assert not hall.port.asked, "it asks too soon"
    hall.at.clock.advance(11.0)
    shown.age_tick()
    hall.answer()
    assert shown.state is None


@pytest.mark.parametrize(("panel", "seconds"), [("wallbars", 20 * 60.0), ("wallcalendar", 6 * 86400.0)])
def test_a_curve_that_begins_anew_stays_until_the_new_one_is_there(qtbot: QtBot, panel: str, seconds: float) -> None:
    """The next full hour; the next Monday."""
    hall = Hall(qtbot)
    shown: Any = hall.hang(panel, sign="E03")
    assert shown.state is None
    hall.at.clock.advance(seconds)
    shown.look_now()
    assert hall.port.asked, "it is asked for at once"
    assert shown.state is None
    hall.port.answer(Message("wallkit.no_signs"))
    shown.look_now()
    assert shown.state is None
    assert shown.history.curve.known
    if panel == "wallbars":
        hall.at.clock.advance(2 * 86400.0)
        shown.look_now()
        hall.port.answer(Message("wallkit.no_signs"))
        assert "取不到历史曲线" in shown.said, "nothing of these hours is known"


def test_a_panel_that_failed_begins_again_by_itself(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "AGAIN_SECONDS", (0,))
    hall = Hall(qtbot)
    shown = hall.hang("wallfigure", sign="E03")
    reports: list[BaseException] = []
    hall.at.ctx.report = lambda error, where: reports.append(error) or "7"  # type: ignore[func-returns-value]
    real = shown.paint
    broken = [True]

    def paint(painter: Any, box: Any) -> None:
        if broken:
            raise RuntimeError("a bug of ours")
        real(painter, box)

    shown.paint = paint  # type: ignore[method-assign]
    shown.grab()
    broken.clear()
    qtbot.waitUntil(lambda: not shown.failed and shown.state is None, timeout=60_000)
    assert len(reports) == 1


def test_a_panel_that_failed_says_so_in_its_frame(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown = hall.hang("wallgauge", sign="E03")
    hall.at.ctx.report = lambda error, where: "7"
    shown.fail(RuntimeError("a bug of ours"))
    qtbot.waitUntil(lambda: shown.state is PanelState.ERROR, timeout=60_000)
    assert "7" in shown.said
    shown.resize(1200, 500)
    image = shown.grab().toImage()
    inks = {image.pixel(x, y) for x in range(0, 600, 2) for y in range(0, 300, 2)}
    assert len(inks) > 10, "nothing is painted"
    shown.reopen()
    assert shown.state is None
    assert not shown.failed


# -- what each shows


def test_the_head_says_city_scene_mode_day_and_time(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    hall.sight.tell(scene_name={"zh": "防汛", "en": "Flood"}, mode=Mode("war", {"zh": "战时", "en": "War"}, accent=2))
    shown = hall.hang("wallhead", (1900, 120))
    assert isinstance(shown, WallHead)
    assert shown.said_now() == ("杭州 · 防汛", "战时", "7月14日 周二", "17:42:36")
    hall.at.clock.advance(1.0)
    shown.age_tick()
    assert shown.said_now()[3] == "17:42:37"


def test_signs_that_no_scene_names_are_those_that_stand_worst(qtbot: QtBot) -> None:
    shown = Hall(qtbot).hang("wallsigns", (1900, 1000))
    assert isinstance(shown, WallSigns)
    assert [tile.item.sign.code for tile in shown.tiles[:2]] == ["E03", "A02"]


def test_signs_that_have_no_room_are_counted(qtbot: QtBot) -> None:
    shown = Hall(qtbot).hang("wallsigns", (640, 420), signs=["A01", "A02", "A06", "A07", "E03", "E04", "G01"])
    assert isinstance(shown, WallSigns)
    columns, rows = shown.grid()
    assert shown.left_out == 7 - columns * rows > 0


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((760, 300), ["易涝点积水深度(最大)"]),
        ((450, 300), ["易涝点积水深度", "(最大)"]),
        ((450, 200), ["易涝点积水深度"]),
    ],
)
def test_the_name_of_a_tile_has_two_lines_or_goes_without_its_brackets_before_it_is_cut(
    qtbot: QtBot, size: tuple[int, int], said: list[str]
) -> None:
    hall = Hall(qtbot)
    name = {"zh": "易涝点积水深度(最大)", "en": "Water at spots that flood (highest)"}
    known = hall.port.known
    signs = tuple(msgspec.structs.replace(one, name=name) if one.code == "E03" else one for one in known.signs)
    hall.port.known = msgspec.structs.replace(known, signs=signs)
    shown = hall.hang("wallsigns", size, signs=["E03"])
    words = painted(shown)
    assert words[: len(said)] == said
    assert not any("…" in one for one in words)


def test_names_of_the_hotline_take_the_room_that_its_bars_can_give(qtbot: QtBot) -> None:
    words = painted(Hall(qtbot).hang("wallhotline", (600, 480)))
    assert "非机动车乱停放" in words
    assert not any("…" in one for one in words)


def test_a_panel_that_follows_an_area_shows_its_values(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    put(hall.at.picture, "sign", [sign_row("A02", DISTRICT, 41.0)])
    shown = hall.hang("wallfigure", sign="A02")
    assert isinstance(shown, WallFigure)
    assert shown.tile is not None
    assert shown.tile.value == "223"
    hall.sight.tell(area=DISTRICT)
    assert shown.tile.value == "41"
    assert "上城" in shown.headline()


def test_a_ranking_has_the_most_first_and_adds_up(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown = hall.hang("wallrank", by="area")
    assert isinstance(shown, WallRank)
    values = [row.value for row in shown.rows]
    assert values == sorted(values, reverse=True)
    open_ = int((hall.at.picture["event"].numbers("state") == 0).sum())
    assert sum(values) == open_
    assert shown.ctx.t(shown._facts) == f"共 {open_} 件"  # type: ignore[arg-type]


def test_a_ranking_of_a_sign_that_should_be_low_begins_with_the_highest(qtbot: QtBot) -> None:
    shown = Hall(qtbot).hang("wallrank", sign="E03", by="district")
    assert isinstance(shown, WallRank)
    values = [row.value for row in shown.rows]
    assert len(values) == 3
    assert values == sorted(values, reverse=True)


def test_the_pieces_of_a_ring_are_its_whole(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    for by in ("level", "kind", "channel", "area"):
        shown = hall.hang("wallring", by=by)
        assert isinstance(shown, WallRing)
        assert f"{sum(piece.value for piece in shown.pieces):,.0f}" == shown.total


def test_columns_of_today_count_every_event_once_and_none_of_hours_to_come(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown = hall.hang("wallbars")
    assert isinstance(shown, WallBars)
    occurred = hall.at.picture["event"].numbers("occurred")
    begin = shown.columns[0].at
    assert sum(one.value for one in shown.columns if math.isfinite(one.value)) == (occurred >= begin).sum()
    assert [math.isfinite(one.value) for one in shown.columns] == [hour <= 17 for hour in range(24)]
    assert [one.open for one in shown.columns].index(True) == 17


def test_at_midnight_the_columns_of_today_begin_anew(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown = hall.hang("wallbars")
    assert isinstance(shown, WallBars)
    first = shown.columns[0].at
    hall.at.clock.advance(7 * 3600.0)
    put(hall.at.picture, "feed", feed_rows(hall.at.ctx.clock.wall()))
    shown.age_tick()
    assert shown.state is PanelState.EMPTY
    assert shown.said == "今天还没有事件"
    assert shown.columns[0].at == first + DAY


def test_ribbons_carry_what_their_nodes_have(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    hall.orders(6)
    shown = hall.hang("wallsankey", (1900, 900))
    assert isinstance(shown, WallSankey)
    for i, column in enumerate(shown.columns[:-1]):
        for node in column:
            assert sum(n for (at, a, _), n in shown.links.items() if (at, a) == (i, node.key)) == node.n
        for node in shown.columns[i + 1]:
            assert sum(n for (at, _, b), n in shown.links.items() if (at, b) == (i, node.key)) == node.n


def test_the_gravest_level_has_a_ribbon_of_its_own_in_the_lowest_panel(qtbot: QtBot) -> None:
    shown = Hall(qtbot).hang("wallsankey", (600, 200), columns=["level", "channel"])
    assert isinstance(shown, WallSankey)
    assert shown.columns[0][0].level == 1
    assert shown.columns[0][-1].level == 0, "what has no room is one more"


def test_a_funnel_never_widens(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    hall.orders(14)
    shown = hall.hang("wallfunnel")
    assert isinstance(shown, WallFunnel)
    counts = [stage.n for stage in shown.stages]
    assert counts[0] == 14
    assert counts == sorted(counts, reverse=True)
    assert counts[1] == 14, "every one has an order"
    assert 0 < counts[2] < 14


def test_no_cases_today_is_said_in_place_of_an_empty_funnel(qtbot: QtBot) -> None:
    shown = Hall(qtbot).hang("wallfunnel")
    assert shown.state is PanelState.EMPTY
    assert shown.said == "今天还没有受理案件"


def test_the_index_is_the_mean_of_its_dimensions(qtbot: QtBot) -> None:
    shown = Hall(qtbot).hang(
        "wallindex",
        dimensions=[{"name": {"zh": "积水", "en": "Water"}, "of": ["E"]}, {"name": "案件", "of": ["A02", "A07"]}],
    )
    assert isinstance(shown, WallIndex)
    assert [one.score for one in shown.dimensions] == [0.0, pytest.approx((60 + 100) / 2)]
    assert shown.value() == pytest.approx(40.0)


def test_a_dimension_without_its_parts_is_refused_in_a_sentence(qtbot: QtBot) -> None:
    shown = Hall(qtbot).hang("wallindex", dimensions=[{"name": "案件"}])
    assert shown.state is PanelState.EMPTY
    assert "维度要写 name 和 of" in shown.said


def test_a_sign_is_worth_less_the_graver_its_level_and_nothing_without_a_measure() -> None:
    sign = Sign("X", {"zh": "某"}, "A", thresholds=(Threshold(3, above=10),))

    def item(level: int, of: Sign = sign, value: float = 12.0) -> Item:
        return Item("sign/X@1", of, "1", "", value, level, measured=NOW)

    worths = [worth(item(level)) for level in (0, 4, 3, 2, 1)]
    assert worths == sorted(worths, reverse=True)  # type: ignore[type-var]
    assert worth(item(0, Sign("X", {"zh": "某"}, "A"))) is None
    assert worth(item(0, value=math.nan)) is None
    aimed = Sign("X", {"zh": "某"}, "A", direction="up", target=24.0)
    assert worth(item(0, aimed)) == pytest.approx(50.0)


def test_bands_of_a_gauge_lie_where_the_bounds_say() -> None:
    sign = Sign("X", {"zh": "某"}, "A", thresholds=(Threshold(1, above=50), Threshold(3, below=10)))
    assert bands(sign, 0, 100) == [(0.0, 0.1, 3), (0.5, 1.0, 1)]


def test_a_day_of_the_calendar_has_the_gravest_level_that_its_value_passes() -> None:
    sign = Sign("X", {"zh": "某"}, "A", thresholds=(Threshold(1, above=50), Threshold(3, above=15)))
    assert [level_at(sign, value) for value in (10.0, 20.0, 60.0)] == [0, 3, 1]


@pytest.mark.parametrize("level", range(5))
def test_words_on_every_shade_of_the_calendar_are_read_at_seven_to_one(level: int) -> None:
    theme = wall_theme()
    for step in range(STEPS):
        fill, bright = heat(theme, level, step / STEPS)
        assert contrast(fill, theme.bg if bright else theme.t1) >= 7.0, (level, step)


def test_areas_stand_with_the_gravest_first(qtbot: QtBot) -> None:
    shown = Hall(qtbot).hang("wallareas", (1900, 900), signs=["E03", "A02"], by="street")
    assert isinstance(shown, WallAreas)
    ranks = [line.rank for line in shown.lines]
    assert len(ranks) > 3
    assert ranks == sorted(ranks)


def test_a_table_that_changes_many_times_a_second_is_looked_at_once(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown = hall.hang("wallfigure", sign="A02")
    assert isinstance(shown, WallFigure)
    assert shown.tile is not None
    put(hall.at.picture, "sign", [sign_row("A02", CITY, 230.0)])
    shown.refresh(frozenset({"sign"}))
    assert shown.tile.value == "223"
    hall.at.clock.advance(1.0)
    shown.age_tick()
    assert shown.tile.value == "230"


@pytest.mark.parametrize(
    ("panel", "options"),
    [("wallcurve", {"sign": "A02"}), ("wallgauge", {"sign": "A02"}), ("wallindex", {}), ("wallareas", {}),
     ("wallrank", {}), ("wallring", {}), ("wallsankey", {}), ("wallbars", {})],
)  # fmt: skip
def test_a_panel_whose_values_stay_is_not_painted_again(qtbot: QtBot, panel: str, options: dict[str, Any]) -> None:
    hall = Hall(qtbot)
    shown = hall.hang(panel, **options)
    shown.grab()
    painted: list[object] = []
    real = shown.paint
    shown.paint = lambda painter, box: (painted.append(box), real(painter, box))  # type: ignore[method-assign]
    hall.at.clock.advance(1.0)
    put_signs(hall.at.picture)
    shown.refresh(frozenset({"sign", "event"}))
    QApplication.processEvents()
    assert not painted
    put(hall.at.picture, "sign", [sign_row("A02", area, 7.0) for area in (CITY, DISTRICT)])
    hall.at.picture.remove("event", list(hall.at.picture["event"].keys)[:50])
    hall.at.clock.advance(1.0)
    shown.refresh(frozenset({"sign", "event"}))
    QApplication.processEvents()
    assert painted


def test_a_panel_speaks_the_language_that_the_wall_is_changed_to(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown = hall.hang("wallfigure", sign="A02")
    assert shown.title() == "在办案件"
    hall.at.ctx.t = texts("en")
    shown.retranslate()
    assert shown.title() == "Open cases"


@pytest.mark.parametrize(
    ("panel", "feed"),
    [
        ("wallbars", "events"), ("wallring", "events"), ("wallrank", "events"), ("wallsankey", "events"),
        ("wallhotline", "events"), ("wallevents", "events"), ("wallfocus", "events"), ("wallalerts", "weather"),
    ],
)  # fmt: skip
def test_where_the_source_stopped_nothing_is_no_zero(qtbot: QtBot, panel: str, feed: str) -> None:
    """After midnight, the platform cut off since the evening, and nothing is left of yesterday."""
    hall = Hall(qtbot)
    options = {"of": "today"} if panel in ("wallring", "wallrank", "wallsankey") else {}
    shown = hall.hang(panel, **options)
    events, alerts = hall.at.picture["event"], hall.at.picture["alert"]
    put(hall.at.picture, "event", [{**row, "state": 1} for row in map(events.row, range(len(events)))])
    put(hall.at.picture, "alert", [{**row, "expires": NOW} for row in map(alerts.row, range(len(alerts)))])
    hall.at.clock.advance(8 * 3600.0)
    now = hall.at.ctx.clock.wall()
    put(hall.at.picture, "feed", feed_rows(now))
    shown.look_now()
    assert shown.state is PanelState.EMPTY
    put(hall.at.picture, "feed", feed_rows(now, **{feed: now - 5 * HOUR}))
    shown.look_now()
    assert shown.state is PanelState.DEAD
    assert "已停 5 小时" in shown.said
    assert "之后的情况不知道" in shown.said
    assert not shown._facts


def test_open_events_of_yesterday_have_no_zero_of_today_beside_them_while_the_source_is_cut(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown: Any = hall.hang("wallevents")
    hall.at.clock.advance(8 * 3600.0)
    now = hall.at.ctx.clock.wall()
    put(hall.at.picture, "feed", feed_rows(now))
    shown.look_now()
    assert hall.at.ctx.t(shown._facts).startswith("今日 0")
    put(hall.at.picture, "feed", feed_rows(now, events=now - 5 * HOUR))
    shown.look_now()
    assert shown.rows
    assert shown._facts is None


@pytest.mark.parametrize("size", [(960, 540), (600, 200), (500, 1000)])
@pytest.mark.parametrize("panel", ["wallgauge", "wallradar", "wallareas", "wallindex", "wallsigns", "wallrank"])
def test_one_value_of_several_that_stopped_is_another_picture_and_said_in_the_title(
    qtbot: QtBot, panel: str, size: tuple[int, int]
) -> None:
    options: dict[str, dict[str, Any]] = {"wallgauge": {"signs": ["A02", "E03"]}, "wallrank": {"sign": "E03"}}
    hall = Hall(qtbot)
    rows = [row | {"measured": NOW - 2 * SECOND, "period": 60 * SECOND} for row in city_rows()
            if not math.isnan(row["value"])]  # fmt: skip
    rows = [row | {"level": 1} if row["code"] == "E03" else row for row in rows]
    put_signs(hall.at.picture, rows)
    shown: Any = hall.hang(panel, size, **options.get(panel, {}))
    shown.look_now()
    fresh = shown.grab(shown.content().toAlignedRect()).toImage()
    assert not shown._age[1]
    items = [item for item in (shown._items if panel == "wallrank" else shown.items) if item.known]
    stopped = min(items, key=lambda item: (not item.level, item.level)).key
    put_signs(hall.at.picture, [hall.at.picture["sign"].get(stopped) | {"measured": NOW - 2 * DAY}])
    shown.look_now()
    shown.age_tick()
    assert age(shown) == "其中 1 项已停"
    assert shown._age[1]
    if panel in ("wallgauge", "wallareas", "wallradar"):
        assert shown.grab(shown.content().toAlignedRect()).toImage() != fresh
