"""What of a wall follows the selection where its scene says so: area, kinds, time; and says what it is narrowed to."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from cockpit.model.clock import DAY, HOUR, midnight
from cockpit.model.scope import Span
from cockpit.model.wall import Place
from cockpit.model.wall_shipped import shipped_scenes
from cockpit.model.wall_tree import leaves
from cockpit.model.wallabout import About
from cockpit.model.wallstate import Cast
from layouts.wallpieces import pieces_of, sight_of
from tests.living_picture import NOW, put
from tests.living_signs import CITY, DISTRICT, sign_row
from tests.test_wall_map import PANEL, SCREENS, Wall, cuts
from tests.wall_panels import Hall
from tests.wall_stage_kit import hall as stage_hall
from tests.wall_stage_kit import panel, scene, shows, wall
from widgets.map.scene import EVENT
from widgets.wall.wanted import stack_of_about, wanted

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FLOODS = About({"zh": "防汛", "en": "Flood"}, ("E05*",))


def facts(shown: Any) -> str:
    said = shown._facts
    return said if isinstance(said, str) else shown.ctx.t(said) if said is not None else ""


def events(hall: Hall) -> list[dict[str, Any]]:
    table = hall.at.picture["event"]
    return [table.row(i) for i in range(len(table))]


def test_only_a_panel_whose_scene_says_so_is_told_what_the_selection_is_about() -> None:
    made = scene("calm", panel("all", follows="selection"), panel("where", follows="area"), panel("none"))
    told = shows(made, event="incident/1", area=DISTRICT, about=FLOODS)
    hung = wall(1)
    sights = {
        piece.place.id: sight_of(piece, stage_hall(hung), hung, told, hung.screens[0])
        for piece in pieces_of(told, hung, hung.screens[0])
    }
    assert [(sights[id]["event"], sights[id]["area"], sights[id]["about"]) for id in ("all", "where", "none")] == [
        ("incident/1", DISTRICT, FLOODS),
        ("", DISTRICT, None),
        ("", "", None),
    ]


def test_what_is_cast_on_a_place_follows_what_the_place_follows() -> None:
    made = scene("calm", panel("all", follows="selection"), panel("none"))
    casts = (Cast("c1", "", 0, "flat", place="all"), Cast("c2", "", 0, "flat", place="none"))
    hung = wall(1)
    pieces = pieces_of(shows(made, casts=casts), hung, hung.screens[0])
    assert {piece.place.id: piece.place.follows for piece in pieces} == {"c1": "selection", "c2": ""}


def test_events_and_cases_are_narrowed_to_kinds_and_say_so(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    listed: Any = hall.hang("wallevents")
    everything = len(listed.wanted())
    hall.sight.tell(about=FLOODS, area="330106")
    table = hall.at.picture["event"]
    found = [table.row(i) for i in listed.wanted()]
    assert 0 < len(found) < everything
    assert all(row["kind"].startswith("E05") and row["area"].startswith("330106") for row in found)
    assert listed.headline().endswith(" · 防汛")
    assert "西湖" in listed.headline()
    assert facts(listed) == f"共 {len(found)} 件"
    hall.sight.tell(about=None, area="")
    assert (len(listed.wanted()), listed.headline()) == (everything, listed.title())
    assert "今日" in facts(listed)


def test_cases_are_narrowed_to_kinds_too(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    hall.orders(6)
    listed: Any = hall.hang("wallcases")
    every = hall.at.cases.all_open()
    kind = every[0].facts.kind
    hall.sight.tell(about=About({"zh": "一类"}, (kind,)))
    assert [row for row in listed.rows if row.title]
    assert len(listed.rows) == sum(case.facts.kind == kind for case in every)
    hall.sight.tell(about=About(kinds=("nothing",)))
    assert listed.rows == [] or listed.state is not None


@pytest.mark.parametrize(
    "options",
    [{"kinds": ["E05*"]}, {"levels": [1, 2]}, {"channels": ["hotline"]}, {"area": DISTRICT}, {"since": NOW - HOUR}],
    ids=lambda options: next(iter(options)),
)
def test_a_list_of_what_its_scene_says_has_the_figures_of_that_list(qtbot: QtBot, options: dict[str, Any]) -> None:
    hall = Hall(qtbot)
    hall.orders(6)
    listed: Any = hall.hang("wallevents", **options)
    assert 0 < len(listed.wanted()) < sum(row["state"] == 0 for row in events(hall))
    assert facts(listed) == f"共 {len(listed.wanted())} 件"
    cases: Any = hall.hang("wallcases", **options)
    assert facts(cases) == f"共 {len(cases.rows)} 件"


def test_a_list_of_overdue_cases_says_how_many_those_are_and_not_how_many_are_open(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    hall.orders(6)
    assert facts(hall.hang("wallcases")) == "在办 6 · 超期 0"
    assert facts(hall.hang("wallcases", shows="overdue")) == "共 0 件"


OWN = {"zh": "今日受理", "en": "Taken today"}


@pytest.mark.parametrize(
    ("id", "options"),
    [
        ("wallcurve", {"sign": "A02"}),
        ("wallcurve", {"sign": "A02", "title": OWN}),
        ("wallfigure", {"sign": "A02"}),
        ("wallfigure", {"sign": "A02", "title": OWN}),
        ("wallcalendar", {"sign": "A02", "title": OWN}),
        ("wallgauge", {"sign": "A02", "title": OWN}),
        ("wallgauge", {"signs": ["A02", "E03"]}),
        ("wallring", {"sign": "A02"}),
        ("wallbars", {"sign": "A02"}),
        ("wallrank", {"sign": "A02"}),
        ("wallrank", {"sign": "A02", "title": OWN}),
        ("wallradar", {}),
        ("wallindex", {}),
        ("wallhotline", {}),
        ("wallweather", {}),
    ],
    ids=str,
)
def test_what_shows_a_district_says_so_in_its_title_once_whatever_the_title_is(
    qtbot: QtBot, id: str, options: dict[str, Any]
) -> None:
    hall = Hall(qtbot)
    put(hall.at.picture, "sign", [sign_row("A02", DISTRICT, 41.0), sign_row("E03", DISTRICT, 3.0)])
    shown: Any = hall.hang(id, **options)
    assert "上城" not in shown.headline()
    hall.sight.tell(area=DISTRICT)
    hall.answer()
    assert shown.area == DISTRICT
    assert shown.headline().count("上城") == 1
    assert shown.accessibleName() == shown.headline()
    assert "上城" not in facts(shown)


@pytest.mark.parametrize("by", ["kind", "area"])
def test_a_ranking_counts_what_the_selection_is_about(qtbot: QtBot, by: str) -> None:
    hall = Hall(qtbot)
    ranked: Any = hall.hang("wallrank", by=by)
    hall.sight.tell(about=FLOODS)
    wanted_ = [row for row in events(hall) if row["state"] == 0 and row["kind"].startswith("E05")]
    assert sum(row.value for row in ranked.rows) == len(wanted_) > 0
    assert ranked.headline().endswith("防汛")


def test_a_period_narrows_open_events_and_not_what_is_counted_of_today(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    rows = events(hall)
    since = sorted(row["occurred"] for row in rows if row["state"] == 0)[-3]
    about = About(span=Span(since, NOW))
    open_: Any = hall.hang("wallrank", of="events", by="kind")
    today: Any = hall.hang("wallrank", of="today", by="kind")
    before = sum(row.value for row in today.rows)
    hall.sight.tell(about=about)
    assert sum(row.value for row in open_.rows) == 3
    assert sum(row.value for row in today.rows) == before
    assert today.headline() == today.title()
    assert open_.headline() != open_.title()


def test_columns_by_the_hour_count_what_a_ranking_of_today_counts(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    columns: Any = hall.hang("wallbars")
    ranked: Any = hall.hang("wallrank", of="today", by="kind")
    everything = facts(columns)
    hall.sight.tell(about=FLOODS, area=DISTRICT)
    assert columns.headline().endswith("防汛")
    assert facts(columns) == facts(ranked) != everything
    assert sum(one.value for one in columns.columns if one.value == one.value) == sum(row.value for row in ranked.rows)
    hall.sight.tell(about=About(span=Span(NOW - 2 * HOUR, NOW)), area="")
    assert facts(columns) == everything, "what is counted of today has a period of its own"


def test_a_scene_s_own_kinds_hold_beside_those_of_the_selection() -> None:
    both = wanted({"kinds": ["E0506"], "levels": [1, 2]}, About(kinds=("E05*",), levels=(2, 3)), NOW)
    assert both.takes("E0506", "", 2, 0)
    assert not both.takes("E0507", "", 2, 0)
    assert not both.takes("E0506", "", 1, 0)
    assert not both.takes("E0506", "", 3, 0)


def test_key_figures_show_the_area_and_curves_the_period_of_the_selection(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    put(hall.at.picture, "sign", [sign_row("A02", DISTRICT, 41.0)])
    tiles: Any = hall.hang("wallsigns", signs=["A02"])
    figure: Any = hall.hang("wallfigure", sign="A02")
    assert figure.item("A02").area == CITY
    hall.sight.tell(area=DISTRICT, about=About(span=Span(NOW - 7 * DAY, NOW, "last7")))
    assert (tiles.tiles[0].value, figure.tile.value) == ("41", "41")
    assert "上城" in tiles.headline()
    assert tiles.head().height() > 0, "tiles that need no title have one that says where"
    assert 6 * DAY < figure.curve_span() <= 7 * DAY
    hall.sight.tell(about=About(span=Span(NOW - 30 * DAY, NOW - 20 * DAY)))
    assert figure.curve_span() == figure.chosen["hours"] * HOUR, "what is over is no curve until now"


def test_the_area_table_shows_what_is_within_the_area_that_is_followed(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    table: Any = hall.hang("wallareas", signs=["A02"], by="district")
    hall.sight.tell(area=DISTRICT)
    assert table.area == DISTRICT
    assert "上城" in table.headline()
    assert all(line.area.code.startswith(DISTRICT) for line in table.lines)


def test_a_map_shows_the_events_that_the_selection_is_about_and_says_which(qtbot: QtBot) -> None:
    hung = Wall(qtbot)
    cut = cuts()[1]
    every = hung.hang(cut)
    some = hung.hang(cut, told={"about": FLOODS})
    table = hung.at.picture["event"]
    kinds = {table.value(table.row_of(key) or 0, "kind")[:3] for key in some.scene.events.keys}
    assert kinds == {"E05"}
    assert len(some.scene.events.keys) < len(every.scene.events.keys)
    assert [one.title for one in some._laid_floats() if one.kind == "about"] in (["防汛"], [])
    whole = hung.hang(SCREENS[1], SCREENS[1], told={"about": FLOODS})
    assert [one.title for one in whole._laid_floats() if one.kind == "about"] == ["防汛"]
    assert PANEL.w > cut.w


def test_the_head_of_a_wall_says_what_it_is_narrowed_to_however_little_room_there_is(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    hall.sight.tell(scene_name={"zh": "事件处置", "en": "Events"})
    head: Any = hall.hang("wallhead", (1900, 120))
    before = head.said_now()[0]
    hall.sight.tell(area=DISTRICT, about=FLOODS)
    assert head.said_now()[0].startswith(f"{before} · 上城")
    assert head.said_now()[0].endswith(" · 防汛")
    area = head.narrowed_words(frozenset({"area"}))
    assert [one.partition(" · ")[0] for one in head._shorter()] == ["事件处置", area]


def test_a_filter_of_the_map_is_the_same_all_day() -> None:
    today = About(span=Span(midnight(NOW), NOW, "today"))
    assert stack_of_about(today, (), NOW) == stack_of_about(today, (), NOW + HOUR)
    made = stack_of_about(today, (), NOW).filter(EVENT)
    assert made.window(NOW)[0] == midnight(NOW)  # type: ignore[index]
    assert made.window(NOW)[1] > NOW  # type: ignore[index]
    assert not stack_of_about(None, (), NOW).filter(EVENT)


FOLLOWING = {"wallmap", "wallevents", "wallcases", "wallrank", "wallsigns", "wallareas", "wallhead", "wallcurve"}


@pytest.mark.parametrize("id", ["event", "command", "overview", "flood", "fire", "traffic", "environment", "grid"])
def test_map_rankings_figures_and_lists_of_a_shipped_scene_follow_the_selection(id: str) -> None:
    made = next(one for one in shipped_scenes() if one.id == id)
    places = {place.id: place for one in made.arrangements for place in leaves(one.root)}
    theirs: list[Place] = [place for place in places.values() if place.panel in FOLLOWING]
    assert {"wallmap", "wallhead"} <= {place.panel for place in theirs}
    assert {place.follows for place in theirs} == {"selection"}
