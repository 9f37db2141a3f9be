"""What acts, machines, time and alerts make of walls at the hub, by a clock that is moved by hand."""

from __future__ import annotations

import math
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.clock import DAY, HOUR, SECOND, from_iso
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.scope import Span
from cockpit.model.wall import Arrangement, Place, Scene, within
from cockpit.model.wall_read import read_scene
from cockpit.model.wall_shipped import shipped_scenes
from cockpit.model.wallabout import About
from cockpit.model.wallstate import Cast, MapView, ScreenHealth, WallAct
from cockpit.wall.acts import ACTS
from cockpit.wall.gathering import LEAD, LEAD_TOGETHER, PATIENCE
from cockpit.wall.remote import role_of
from cockpit.wall.state import Site, mirrors
from cockpit.wall.turning import Standing, brought
from tests.wall_kit import Timed, report, scene_text, site

GRAVE = Standing("alert/1", 1, "暴雨红色预警")
LESS = Standing("alert/2", 2, "大风橙色预警")
NOON = from_iso("2026-07-14T12:00:00+08:00")
FLOODS = About({"zh": "防汛"}, ("E05*",), span=Span(NOON, NOON + 1, "today"))


def with_options(options: dict[str, object]) -> Scene:
    """A scene of one panel with these options."""
    place = Place("words", panel="walltext", options=options)
    return msgspec.structs.replace(site().scenes["calm"], arrangements=(Arrangement("one", place),))


def laid(*places: Place) -> Scene:
    """A scene of these places below one another."""
    root = Place("root", "rows", places)
    return msgspec.structs.replace(site().scenes["calm"], arrangements=(Arrangement("one", root),))


def deep(lines: int) -> Place:
    place = Place("words", panel="walltext")
    for n in range(lines):
        place = Place(f"line-{n}", "rows", (place,))
    return place


def test_a_wall_that_nobody_touched_shows_the_scene_of_the_first_mode() -> None:
    shows = Timed().main
    assert (shows.scene.id, shows.mode, shows.revision) == ("calm", "peace", 1)


def test_a_scene_is_prepared_first_and_gets_its_time_when_all_machines_have_it() -> None:
    walls = Timed()
    walls.join("north", "middle", "south")
    shows = walls.act("scene", "storm")
    assert (shows.scene.id, shows.revision, shows.show_at) == ("storm", 2, 0)
    walls.ready("north")
    walls.ready("middle")
    assert walls.main.show_at == 0
    walls.ready("middle")
    walls.ready("south", shows.revision - 1)
    assert walls.main.show_at == 0, "south has another revision prepared"
    walls.ready("south")
    assert walls.main.show_at == walls.clock.now() + LEAD_TOGETHER


def test_a_machine_that_is_not_ready_is_waited_for_so_long_and_no_longer() -> None:
    walls = Timed()
    walls.join("north", "middle")
    walls.act("scene", "storm")
    walls.ready("north")
    walls.clock.advance(PATIENCE / SECOND - 0.001)
    walls.settle()
    assert walls.main.show_at == 0
    walls.clock.advance(0.002)
    walls.settle()
    assert walls.main.show_at == walls.clock.now() + LEAD_TOGETHER


def test_a_machine_that_hangs_is_waited_for_once_until_it_was_ready_again() -> None:
    walls = Timed()
    walls.join("north", "middle")
    walls.act("scene", "storm")
    walls.ready("north")
    walls.clock.advance(PATIENCE / SECOND + 0.001)
    walls.settle()
    assert walls.act("scene", "calm").show_at == 0
    walls.ready("north")
    assert walls.main.show_at == walls.clock.now() + LEAD_TOGETHER
    walls.ready("middle")
    walls.act("scene", "storm")
    walls.ready("north")
    assert walls.main.show_at == 0


def test_a_machine_that_is_gone_is_not_waited_for() -> None:
    walls = Timed()
    walls.join("north", "middle")
    walls.clock.advance(4)
    walls.join("north")
    assert walls.after(2).show_at
    assert [seen.joined for seen in walls.board.machines.all()] == [False, True]
    walls.act("scene", "storm")
    walls.ready("north")
    assert walls.main.show_at


def test_without_machines_a_change_is_told_with_its_time_at_once() -> None:
    walls = Timed()
    assert walls.act("scene", "storm").show_at == walls.clock.now() + LEAD_TOGETHER


def test_a_map_that_is_moved_needs_no_preparing_and_one_moved_meanwhile_waits_with_the_scene() -> None:
    walls = Timed()
    walls.join("north")
    view = MapView(120.1, 30.2, 3.0)
    assert walls.act("view", view=view).show_at == walls.clock.now() + LEAD
    began = walls.act("scene", "storm").revision
    shows = walls.act("view", view=view)
    assert (shows.revision, shows.show_at, shows.view) == (began + 1, 0, view)
    walls.ready("north", began)
    assert walls.main.show_at == walls.clock.now() + LEAD_TOGETHER
    assert walls.main.revision == began + 1


def test_the_same_scene_again_is_no_change() -> None:
    walls = Timed()
    before = walls.main
    assert walls.act("scene", "calm") is before


def test_a_mode_brings_its_scene_and_says_who_may_change_the_wall() -> None:
    walls = Timed()
    walls.board.check("main", "wall")
    assert walls.act("mode", "war").scene.id == "storm"
    walls.board.check("main", "duty")
    with pytest.raises(UserError) as refused:
        walls.board.check("main", "wall")
    assert refused.value.message.id == "wall.no_right"
    with pytest.raises(UserError):
        walls.board.check("", "leader")


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (WallAct("main", "scene", "nowhere"), "wall.no_scene"),
        (WallAct("main", "mode", "nowhere"), "wall.no_mode"),
        (WallAct("main", "carousel", "nowhere"), "wall.no_carousel"),
        (WallAct("main", "pause", "1"), "wall.no_carousel_runs"),
        (WallAct("main", "dance"), "wall.no_act"),
        (WallAct("nowhere", "scene", "storm"), "wall.no_wall"),
        (WallAct("main", "blank", "1", (4,)), "wall.no_screen"),
        (WallAct("main", "volume", "101"), "wall.no_number"),
        (WallAct("main", "brightness", "nan"), "wall.no_number"),
        (WallAct("main", "view", view=MapView(120.0, float("nan"), 1.0)), "wall.no_view"),
        (WallAct("main", "view", view=MapView(1200.0, 30.0, 1.0)), "wall.no_view"),
        (WallAct("main", "event", "x" * 201), "wall.no_key"),
        (WallAct("main", "cast"), "wall.no_cast"),
        (WallAct("main", "cast", cast=Cast("1", "", 1, "../panel")), "wall.no_cast"),
        (WallAct("main", "cast", cast=Cast("1", "", 9, "walltext")), "wall.no_screen"),
        (WallAct("main", "cast", cast=Cast("1", "", 0, "walltext", place="attic")), "wall.no_place"),
        (WallAct("main", "cast", cast=Cast("1", "", 1, "walltext", {"text": "长" * 9_000})), "wall.cast_too_large"),
        (WallAct("main", "cast", cast=Cast("1", "", 1, "walltext", {"of": {None: 1}})), "wall.cast_not_plain"),
        (WallAct("main", "cast", cast=Cast("1", "", 1, "walltext", {"of": msgspec.msgpack.Ext(1, b"")})),
         "wall.cast_not_plain"),
        (WallAct("main", "cast", cast=Cast("1", "", 1, "event")), "wallfile.personal"),
        (WallAct("main", "try", screens=(1,), trial=with_options({"of": {None: 1}})),
         "wall.cast_not_plain"),
        (WallAct("main", "try", screens=(1,), trial=msgspec.structs.replace(site().scenes["calm"], arrangements=())),
         "wall.no_trial"),
        (WallAct("main", "try", screens=(1,), trial=with_options({"text": "长" * 20_000})), "wall.trial_too_large"),
        (WallAct("main", "try", screens=(1,), trial=with_options({"at": math.nan})), "wall.trial_wrong"),
        (WallAct("main", "try", screens=(1,), trial=with_options({"of": {1: 1}})), "wall.cast_not_plain"),
        (WallAct("main", "try", screens=(1,), trial=laid(*[Place(f"a{n}", panel="walltext") for n in range(50)])),
         "wall.trial_wrong"),
        (WallAct("main", "try", screens=(1,), trial=laid(Place("a", panel="walltext", weight=math.nan))),
         "wall.trial_wrong"),
        (WallAct("main", "try", screens=(1,), trial=laid(Place("a", panel="walltext", weight=-5.0))),
         "wall.trial_wrong"),
        (WallAct("main", "try", screens=(1,), trial=laid()), "wall.no_trial"),
        (WallAct("main", "try", screens=(1,), trial=laid(deep(300))), "wall.trial_wrong"),
        (WallAct("main", "try", screens=(1,), trial=msgspec.structs.replace(site().scenes["calm"], name={})),
         "wall.trial_wrong"),
        (WallAct("side", "scene", "storm"), "wall.shares"),
    ],
)  # fmt: skip
def test_an_act_that_can_not_be_is_refused_in_one_sentence_and_changes_nothing(act: WallAct, sentence: str) -> None:
    walls = Timed()
    before = walls.board.state(1)
    with pytest.raises(UserError) as refused:
        walls.board.act(act, "seat-1", walls.clock.now(), walls.mono)
    assert refused.value.message.id == sentence
    assert walls.board.state(1) == before


def test_screens_are_blanked_frozen_numbered_and_given_back() -> None:
    walls = Timed()
    assert walls.act("blank", "1", screens=(2,)).blank == (2,)
    assert walls.act("freeze", "1").frozen == (1, 2, 3)
    assert walls.act("freeze", "", screens=(1,)).frozen == (2, 3)
    assert walls.act("identify", "1").identify == (1, 2, 3)
    shows = walls.act("live", screens=(2,))
    assert (shows.blank, shows.frozen, shows.identify) == ((), (3,), (1, 3))
    shows = walls.act("live")
    assert (shows.blank, shows.frozen, shows.identify) == ((), (), ())


def test_numbers_on_screens_that_somebody_forgot_go_by_themselves() -> None:
    walls = Timed()
    walls.act("identify", "1")
    assert walls.after(59).identify == (1, 2, 3)
    assert walls.after(2).identify == ()


def test_forgotten_numbers_go_also_while_a_carousel_turns_and_a_hand_moves_the_map() -> None:
    walls = Timed()
    walls.act("carousel", "day")
    walls.act("identify", "1")
    for n in range(5):
        walls.act("view", view=MapView(120.0 + n, 30.0, 5.0))
        assert walls.after(11).identify == (1, 2, 3)
    assert walls.after(6).identify == ()
    walls.act("identify", "1", screens=(1,))
    walls.after(40)
    walls.act("identify", "1", screens=(2,))
    assert walls.after(40).identify == (1, 2), "whoever looks for one more is given his time"
    assert walls.after(21).identify == ()


def test_a_panel_is_cast_on_a_screen_says_by_whom_and_is_taken_back() -> None:
    walls = Timed()
    shows = walls.act("cast", cast=Cast("a", "somebody", 2, "wallcurve", {"sign": "A01"}))
    assert [(one.id, one.by, one.screen) for one in shows.casts] == [("a", "seat-1", 2)]
    assert [one.id for one in walls.act("cast", cast=Cast("b", "", 2, "wallmap")).casts] == ["b"], "one a screen"
    assert [one.id for one in walls.act("cast", cast=Cast("c", "", 0, "wallmap", place="time")).casts] == ["b", "c"]
    assert [one.id for one in walls.act("uncast", "b").casts] == ["c"]
    assert walls.act("live").casts == ()


def test_a_panel_with_personal_data_is_cast_where_the_scene_may_show_them() -> None:
    walls = Timed()
    named = msgspec.structs.replace(site().scenes["calm"], privacy="named")
    visit = msgspec.structs.replace(site().scenes["calm"], privacy="visitor")
    walls.board.publish(Site(walls.board.site.hall, {**site().scenes, "calm": named, "visit": visit}), 0, 0)
    assert walls.act("cast", cast=Cast("a", "", 1, "event")).casts
    walls.act("scene", "visit")
    for panel, sentence in (("event", "wallfile.personal"), ("queue", "wallfile.uncleared")):
        with pytest.raises(UserError) as refused:
            walls.act("cast", cast=Cast("b", "", 2, panel))
        assert refused.value.message.id == sentence
    assert walls.act("cast", cast=Cast("b", "", 2, "acme-tides")).casts, "its machine knows whether visitors may see it"


def test_what_was_cast_on_a_place_goes_with_the_scene_and_what_was_cast_on_a_screen_stays() -> None:
    walls = Timed()
    walls.act("cast", cast=Cast("a", "", 1, "wallmap"))
    walls.act("cast", cast=Cast("b", "", 0, "wallmap", place="time"))
    other = read_scene(scene_text("other").replace("time", "hour"), "other.toml")
    walls.board.publish(Site(walls.board.site.hall, {**site().scenes, "other": other}), 0, 0)
    assert [one.id for one in walls.act("scene", "other").casts] == ["a"]


def test_a_scene_is_tried_on_a_screen_until_a_scene_is_shown() -> None:
    walls = Timed()
    walls.join("north")
    trial = read_scene(scene_text("draft"), "draft.toml")
    shows = walls.act("try", screens=(2,), trial=trial)
    assert (shows.trial, shows.trial_on, shows.scene.id, shows.show_at) == (trial, (2,), "calm", 0)
    shows = walls.act("scene", "storm")
    assert (shows.trial, shows.trial_on) == (None, ())


@pytest.mark.parametrize("way", ["alert", "mode", "next", "carousel", "rehearsal", "publish"])
def test_a_trial_does_not_hide_what_is_brought_to_the_wall(way: str) -> None:
    walls = Timed()
    trial = read_scene(scene_text("draft"), "draft.toml")
    for wall, screens in (("main", (1, 2, 3)), ("side", (1,))):
        walls.act("try", wall=wall, screens=screens, trial=trial)
    if way == "alert":
        assert walls.after(1, GRAVE).scene.id == "grave"
    elif way == "rehearsal":
        walls.rehearse("drill-1")
        walls.act("try", screens=(1,), trial=trial)
        assert walls.rehearse("").trial is None
    elif way == "publish":
        walls.board.publish(Site(walls.board.site.hall, {**site().scenes, "draft": trial}), 0, 0)
    else:
        walls.act(way, {"mode": "war", "carousel": "day"}.get(way, ""))
    shown = walls.board.shows.values() if way != "carousel" else [walls.main]  # both rooms show the same scene still
    assert [(shows.trial, shows.trial_on) for shows in shown] == [(None, ())] * len(shown)


def test_one_more_alert_of_the_scene_that_stands_is_not_hidden_by_a_trial_either() -> None:
    walls = Timed()
    walls.act("carousel", "day")
    walls.after(1, LESS)
    walls.act("try", screens=(1, 2, 3), trial=read_scene(scene_text("draft"), "draft.toml"))
    assert walls.after(1, LESS, Standing("alert/3", 2, "又一条")).trial is None


def test_every_shipped_scene_and_a_draft_can_be_tried() -> None:
    walls = Timed()
    for scene in shipped_scenes():
        assert walls.act("try", screens=(1,), trial=scene).trial == scene
    empty = laid(Place("words", panel="walltext", weight=0.01), Place("place"))
    assert walls.act("try", screens=(1,), trial=empty).trial == empty, "of a draft some places are empty yet"


def test_what_hands_put_on_all_walls_is_refused_before_it_is_more_than_everybody_can_be_told() -> None:
    walls = Timed()

    for wall, screen, place in (
        ("main", 1, ""),
        ("main", 2, ""),
        ("main", 3, ""),
        ("main", 0, "time"),
        ("side", 1, ""),
    ):
        walls.act("cast", wall=wall, cast=Cast(f"{screen}", "", screen, "walltext", {"text": "x" * 7_900}, place=place))
    big = About({"zh": "防汛"}, tuple(f"{n:04d}" + "长" * 70 for n in range(200)), tuple("道" * 80 for _ in range(200)))
    walls.act("about", about=big)
    assert walls.board.shows["side"].about == big, "it shares the picture"
    before = walls.board.state(1)
    with pytest.raises(UserError) as refused:
        walls.act("try", screens=(1,), trial=with_options({"text": "x" * 30_000}))
    assert refused.value.message.id == "wall.too_large"
    assert walls.board.state(1) == before
    walls.act("about")
    assert walls.act("try", screens=(1,), trial=with_options({"text": "x" * 30_000})).trial


def test_a_kept_trial_that_could_not_be_taken_now_is_not_shown_again() -> None:
    walls = Timed()
    walls.act("try", screens=(1,), trial=with_options({"text": "x"}))
    assert walls.again().main.trial is not None
    walls.board.shows["main"] = msgspec.structs.replace(walls.main, trial=with_options({"text": "x" * 1_042_000}))
    assert walls.again().main.trial is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": "x" * 1_041_500},
        {"wall": "x" * 65},
        {"screens": (ScreenHealth(1, True),) * 65},
        {"problem": Message("wallnode.other_size", {"size": "x" * 3_000})},
        {"problem": Message("wallnode.other_size", {"size": msgspec.msgpack.Ext(1, b"")})},
    ],
)
def test_a_machine_reports_no_more_than_everybody_can_be_told(wrong: dict[str, object]) -> None:
    walls = Timed()
    with pytest.raises(UserError) as refused:
        walls.board.report(msgspec.structs.replace(report("north"), **wrong), "wall-north", walls.clock.now(), 0.0)
    assert refused.value.message.id == "wall.report_too_large"
    assert walls.board.state(1).nodes == ()


def test_all_machines_together_report_no_more_than_fits_into_one_word() -> None:
    walls = Timed()
    large = tuple(ScreenHealth(n, True, 1, 1, 16.6, 40.0, 3, 900, 12.5) for n in range(64))
    refused = 0
    for n in range(60):
        try:
            one = msgspec.structs.replace(report(f"machine-{n}"), screens=large)
            walls.board.report(one, f"wall-machine-{n}", walls.clock.now(), 0.0)
        except UserError:
            refused += 1
    assert refused
    assert len(msgspec.msgpack.encode(walls.board.state(1))) < 250_000
    walls.board.report(report("machine-0"), "wall-machine-0", walls.clock.now(), 0.0)


def test_what_a_revoked_machine_reported_is_forgotten() -> None:
    walls = Timed()
    walls.join("north", "south")
    walls.act("scene", "storm")
    assert walls.board.revoked({"user-north", "user-south"}.__contains__) is False
    assert walls.board.revoked({"user-north"}.__contains__)
    assert [seen.report.machine for seen in walls.board.state(1).nodes] == ["north"]
    walls.ready("north")
    assert walls.main.show_at, "nobody waits for it"


def test_a_trial_that_somebody_forgot_goes_by_itself_also_where_a_carousel_runs() -> None:
    walls = Timed()
    trial = read_scene(scene_text("draft"), "draft.toml")
    walls.act("carousel", "day")
    walls.act("try", screens=(2,), trial=trial)
    for _ in range(18):
        assert walls.after(30).trial == trial
    walls.act("try", screens=(2, 3), trial=trial)
    for _ in range(19):
        assert walls.after(30).trial == trial, "it was changed meanwhile"
    walls.after(30)
    assert walls.after(30).trial is None
    walls.act("try", wall="side", screens=(1,), trial=trial)
    walls.after(1)
    walls.after(599)
    assert walls.board.shows["side"].trial == trial
    walls.after(2)
    assert walls.board.shows["side"].trial is None


def test_a_trial_ends_in_its_time_also_where_the_clock_of_the_hub_was_set() -> None:
    walls = Timed()
    trial = read_scene(scene_text("draft"), "draft.toml")
    walls.act("try", screens=(2,), trial=trial)
    walls.after(1)
    walls.set_clock(-8 * 3600)
    assert walls.after(598).trial == trial
    assert walls.after(2).trial is None
    walls.act("try", screens=(2,), trial=trial)
    walls.after(1)
    walls.set_clock(8 * 3600)
    assert walls.after(598).trial == trial
    assert walls.after(2).trial is None


def test_an_alert_that_is_away_for_a_look_does_not_bring_its_scene_again_over_a_persons() -> None:
    walls = Timed()
    assert walls.after(1, GRAVE).scene.id == "grave"
    assert walls.act("scene", "calm").scene.id == "calm"
    assert walls.after(1).scene.id == "calm"
    assert walls.after(1, GRAVE).scene.id == "calm"
    walls = walls.again()
    assert walls.after(1).scene.id == "calm"
    assert walls.after(1, GRAVE).scene.id == "calm"
    walls.after(1)
    walls.after(170)
    assert walls.after(1, GRAVE).scene.id == "calm"
    walls.after(1)
    walls.after(180)
    assert walls.after(1, GRAVE).scene.id == "grave", "it has been away for so long that it is another one"


def test_of_a_stormy_year_only_the_newest_alerts_are_remembered() -> None:
    walls = Timed()
    for hour in range(3):
        walls.after(1, *(Standing(f"alert/{hour}-{n}", 4, "大风") for n in range(4_000)))
    assert len(walls.board.kept({}).seen) == 9_000
    walls.after(200)
    assert walls.board.kept({}).seen == ()


def test_a_carousel_goes_on_by_its_times_and_rests_while_a_person_has_the_wall() -> None:
    walls = Timed()
    assert walls.act("carousel", "day").scene.id == "calm"
    assert walls.after(29).scene.id == "calm"
    assert walls.after(1.5).scene.id == "storm"
    assert walls.after(21).scene.id == "calm"
    assert walls.act("scene", "grave").paused
    assert walls.after(500).scene.id == "grave"
    assert walls.act("pause", "").scene.id == "calm"
    assert walls.act("next").scene.id == "storm"
    assert walls.act("next", "-1").scene.id == "calm"
    assert walls.act("carousel").carousel == ""
    assert walls.after(500).scene.id == "calm"


def test_a_clock_that_is_set_back_holds_up_neither_carousel_nor_trigger_nor_numbers() -> None:
    walls = Timed()
    walls.act("carousel", "day")
    walls.set_clock(-8 * 3600)
    assert walls.after(0.5).scene.id == "storm"
    assert walls.after(19).scene.id == "storm", "from then on by its times"
    assert walls.after(1.5).scene.id == "calm"
    assert walls.after(1, LESS).scene.id == "event"
    walls.set_clock(-8 * 3600)
    assert walls.after(0.5, LESS).scene.id == "calm"
    walls.act("carousel")
    walls.act("identify", "1")
    walls.set_clock(-8 * 3600)
    assert walls.after(0.5, LESS).identify == ()


def test_without_a_carousel_next_goes_through_the_scenes() -> None:
    walls = Timed()
    assert [walls.act("next").scene.id for _ in range(4)] == ["storm", "event", "grave", "calm"]
    assert walls.act("next", "-1").scene.id == "grave"


def test_a_carousel_turns_only_at_its_times_of_the_day() -> None:
    walls = Timed(start=from_iso("2026-07-14T21:00:00+08:00"))
    walls.act("carousel", "night")
    assert walls.after(120).scene.id == "calm"
    assert walls.after(3600).scene.id == "event"
    night = (22 * 60, 6 * 60)
    assert within(night, from_iso("2026-07-14T23:59:00+08:00"))
    assert within(night, from_iso("2026-07-14T05:59:00+08:00"))
    assert not within(night, from_iso("2026-07-14T06:00:00+08:00"))


def test_a_carousel_whose_hours_are_over_gives_way_to_the_one_that_has_this_hour() -> None:
    walls = Timed(start=from_iso("2026-07-14T19:59:00+08:00"))
    hall = walls.board.site.hall
    day, night = (
        msgspec.structs.replace(one, between=between)
        for one, between in zip(hall.carousels, ((8 * 60, 20 * 60), (20 * 60, 8 * 60)), strict=True)
    )
    always = msgspec.structs.replace(day, id="visit", between=())
    hall = msgspec.structs.replace(hall, carousels=(always, day, night))
    walls.board.publish(Site(hall, site().scenes), walls.clock.now(), walls.mono)
    assert walls.act("carousel", "day").carousel == "day"
    assert (walls.after(50).carousel, walls.main.scene.id) == ("day", "storm"), "19:59:50"
    assert (walls.after(15).carousel, walls.main.scene.id) == ("day", "storm"), "a scene has its time"
    assert (walls.after(15).carousel, walls.main.scene.id) == ("night", "calm")
    assert walls.after(31).scene.id == "event"
    assert walls.after(12 * 3600).carousel == "day"
    walls.act("scene", "grave")
    assert (walls.after(12 * 3600).carousel, walls.main.scene.id) == ("day", "grave"), "who has the wall keeps it"
    assert walls.act("pause", "").carousel == "day"
    assert walls.after(31).carousel == "night", "whoever lets it go on lets the hour decide"
    walls.act("carousel")
    assert walls.after(12 * 3600).carousel == ""


def test_an_alert_brings_its_scene_for_its_time_and_the_carousel_goes_on_where_it_was() -> None:
    walls = Timed()
    walls.act("carousel", "day")
    walls.after(31)
    shows = walls.after(1, LESS)
    assert (shows.scene.id, shows.by) == ("event", LESS.name)
    assert walls.after(58, LESS).scene.id == "event"
    assert walls.after(3, LESS).scene.id == "storm"
    assert walls.after(1, LESS).scene.id == "storm", "it has been told once"


@pytest.mark.parametrize("carousel", ["day", ""])
@pytest.mark.parametrize("how", ["area", "about"])
def test_the_end_of_an_alerts_time_does_not_take_the_wall_from_who_narrowed_it(carousel: str, how: str) -> None:
    walls = Timed()
    walls.act("carousel", carousel)
    assert walls.after(1, LESS).scene.id == "event"
    walls.act("area", "330105") if how == "area" else walls.act("about", about=FLOODS)
    shows = walls.after(600, LESS)
    assert (shows.scene.id, shows.area, shows.about) == (
        "event",
        "330105" if how == "area" else "",
        FLOODS if how == "about" else None,
    )
    assert shows.paused == bool(carousel)


def test_an_alarm_of_ours_brings_a_scene_where_a_carousel_runs() -> None:
    walls = Timed()
    walls.act("carousel", "day")
    assert walls.after(1, Standing("alarm/1", 1, "积水监测", ours=True)).scene.id == "grave"


def test_a_graver_alert_takes_over_and_stays_until_a_person_releases_it() -> None:
    walls = Timed()
    walls.act("carousel", "day")
    assert walls.after(1, LESS).scene.id == "event"
    assert walls.after(1, LESS, GRAVE).scene.id == "grave"
    third = Standing("alert/3", 2, "又一条")
    assert walls.after(5, LESS, GRAVE, third).scene.id == "grave", "a lesser one does not push it away"
    assert walls.after(5_000, GRAVE).scene.id == "grave"
    walls.act("next")
    assert walls.after(1, GRAVE).scene.id != "grave"


def test_more_alerts_of_a_stormy_day_keep_their_scene_longer_and_change_nothing() -> None:
    walls = Timed()
    walls.act("carousel", "day")
    before = walls.after(1, LESS)
    more = [Standing(f"alert/{n}", LESS.level, "又一条") for n in range(10, 15)]
    for n in range(1, len(more) + 1):
        assert walls.after(10, LESS, *more[:n]).revision == before.revision
    assert walls.after(58, LESS, *more).scene.id == "event"
    assert walls.after(3, LESS, *more).scene.id != "event"


def test_an_alert_does_not_take_the_wall_from_a_person() -> None:
    walls = Timed()
    walls.act("scene", "storm")
    assert walls.after(1, GRAVE).scene.id == "storm"
    walls.act("carousel", "day")
    walls.act("pause", "1")
    assert walls.after(1, GRAVE, LESS).scene.id == "calm"


def test_an_alert_brings_its_scene_to_a_wall_that_rests_at_its_modes_own_and_it_goes_back_there() -> None:
    walls = Timed()
    assert walls.after(1, Standing("alarm/1", 1, "积水监测", ours=True)).scene.id == "calm", "of ours there are many"
    assert walls.after(1, LESS).scene.id == "event"
    assert walls.after(2, LESS, GRAVE).scene.id == "grave"
    walls.act("scene", "calm")
    assert walls.after(1, LESS, GRAVE).scene.id == "calm"
    third = Standing("alert/3", 2, "又一条")
    assert walls.after(1, LESS, GRAVE, third).scene.id == "event"
    assert walls.after(61, LESS, GRAVE, third).scene.id == "calm"


def test_a_real_alert_goes_before_what_is_rehearsed() -> None:
    walls = Timed()
    shows = msgspec.structs.replace(walls.act("scene", "storm"), rehearsal="drill-1")
    assert brought(shows, None, [GRAVE], site(), walls.clock.now())[0].scene.id == "grave"
    drilled = msgspec.structs.replace(shows, event="incident/drilled", area="330105", about=FLOODS)
    walls.board.shows[drilled.wall] = drilled
    live = walls.after(1, GRAVE)
    assert (live.scene.id, live.rehearsal, live.event, live.area, live.about) == ("grave", "", "", "", None)


def test_a_hub_that_begins_anew_shows_the_same_and_does_not_bring_the_same_alert_again() -> None:
    walls = Timed()
    walls.act("carousel", "day")
    walls.after(1, LESS)
    walls.act("volume", "35")
    walls.act("blank", "1", screens=(3,))
    kept = msgspec.json.decode(msgspec.json.encode(walls.board.kept({})), type=type(walls.board.kept({})))
    again = Timed(kept, walls.clock.now())
    shows = again.main
    assert (shows.scene.id, shows.volume, shows.blank, shows.carousel) == ("event", 35, (3,), "day")
    assert shows.revision > walls.main.revision
    assert again.after(62, LESS).scene.id == "calm"


def test_what_is_published_anew_is_shown_anew_and_only_where_it_is_another() -> None:
    walls = Timed()
    before = walls.main.revision
    scenes = dict(site().scenes)
    walls.board.publish(Site(walls.board.site.hall, scenes), walls.clock.now(), walls.mono)
    assert walls.main.revision == before
    scenes["calm"] = read_scene(scene_text("calm", "平静"), "calm.toml")
    walls.board.publish(Site(walls.board.site.hall, scenes), walls.clock.now(), walls.mono)
    assert (walls.main.revision, walls.main.scene.name["zh"]) == (before + 1, "平静")
    del scenes["calm"]
    walls.board.publish(Site(walls.board.site.hall, scenes), walls.clock.now(), walls.mono)
    assert walls.main.scene.id == "storm", "a scene that is no more gives way"


def test_a_room_that_shares_a_picture_follows_it_and_keeps_its_own_screens() -> None:
    walls = Timed()
    assert mirrors(walls.board.site.hall) == {"side": "main"}
    walls.act("scene", "storm")
    walls.act("blank", "1", wall="side")
    side = walls.board.shows["side"]
    assert (side.scene.id, side.blank, walls.main.blank) == ("storm", (1,), ())


def test_one_act_on_all_walls_reaches_all() -> None:
    walls = Timed()
    walls.act("mode", "war", wall="")
    walls.act("volume", "12", wall="")
    assert {(one.scene.id, one.mode, one.volume) for one in walls.board.shows.values()} == {("storm", "war", 12)}


def test_who_spoke_last_for_a_machine_speaks_for_it() -> None:
    walls = Timed()
    walls.join("north")
    assert not walls.board.machines.speaks_for("seat-2", "north")
    walls.board.report(walls.board.machines.all()[0].report, "seat-2", 0, 0.0)
    assert walls.board.machines.speaks_for("seat-2", "north")
    assert not walls.board.machines.speaks_for("user-north", "north")


def test_a_presenter_shows_and_does_not_operate() -> None:
    from cockpit.model.wallasks import RemoteAct

    presents = {act for act in ACTS if _may("presenter", RemoteAct("", "presenter", WallAct("", act)))}
    assert presents == {"scene", "next", "pause", "view", "event", "area", "about", "volume", "mute"}
    assert all(_may("operator", RemoteAct("", "operator", WallAct("", act))) for act in ACTS)
    assert not _may("guest", RemoteAct("", "guest"))


def _may(role: str, wanted: object) -> bool:
    try:
        return bool(role_of(wanted))  # type: ignore[arg-type]
    except UserError:
        return False


WORDS = st.sampled_from(
    ["", "1", "-1", "0.5", "40", "calm", "storm", "event", "grave", "peace", "war", "day", "night", "incident/1", "x"]
)
DEEDS = st.one_of(
    st.tuples(
        st.just("act"), st.sampled_from(ACTS), WORDS, st.sampled_from(["", "main", "side", "attic"]),
        st.lists(st.integers(0, 4), max_size=3),
    ),
    st.tuples(st.just("after"), st.floats(0.01, 40.0), st.sets(st.sampled_from([GRAVE, LESS]))),
    st.tuples(st.just("join"), st.sampled_from(["north", "middle", "south", "press"])),
    st.tuples(st.just("ready"), st.sampled_from(["north", "middle", "south"]), st.integers(0, 3)),
    st.tuples(st.just("rehearse"), st.sampled_from(["drill-1", "drill-2", ""])),
    st.tuples(st.just("again")),
    st.tuples(st.just("publish"), st.sets(st.sampled_from(["calm", "storm", "event"]), max_size=2)),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(DEEDS, max_size=40))
def test_whatever_happens_a_wall_shows_a_scene_revisions_go_up_and_every_change_gets_its_time(
    deeds: list[tuple],
) -> None:
    walls = Timed()
    before = {id: shows.revision for id, shows in walls.board.shows.items()}
    for what, *given_ in deeds:
        told = walls.board.state(1)
        if what == "act":
            act, value, wall, screens = given_
            view = MapView(120.0, 30.0, 2.0) if act == "view" else None
            cast = Cast("c", "", screens[0] if screens else 0, "walltext", place="time") if act == "cast" else None
            try:
                walls.act(act, value, wall, screens=tuple(screens), view=view, cast=cast)
            except UserError:
                assert walls.board.state(1) == told
        elif what == "after":
            walls.after(given_[0], *given_[1])
        elif what == "join":
            walls.join(given_[0])
        elif what == "rehearse":
            walls.rehearse(given_[0])
            assert {shows.rehearsal for shows in walls.board.shows.values()} == {given_[0]}
        elif what == "again":
            walls = walls.again()
            assert {shows.rehearsal for shows in walls.board.shows.values()} == {""}
        elif what == "ready":
            walls.ready(given_[0], max(walls.main.revision - given_[1], 1))
        else:
            scenes = {id: scene for id, scene in site().scenes.items() if id not in given_[0]}
            walls.board.publish(Site(walls.board.site.hall, scenes), walls.clock.now(), walls.mono)
            walls.settle()
        state = walls.board.state(1)
        assert walls.board.kept({}).live.keys() == {shows.wall for shows in state.shows if shows.rehearsal}
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=type(state)) == state
        for shows in state.shows:
            assert shows.revision >= before[shows.wall]
            before[shows.wall] = shows.revision
            wall = state.hall.wall(shows.wall)
            assert wall is not None
            assert {*shows.blank, *shows.frozen, *shows.identify} <= {screen.id for screen in wall.screens}
            assert shows.scene.id in walls.board.site.scenes
    walls.clock.advance(PATIENCE / SECOND)
    walls.settle()
    assert all(shows.show_at > 0 for shows in walls.board.shows.values())


def test_a_day_of_carousel_alerts_and_machines_that_come_and_go_leaves_nothing_behind() -> None:
    walls, chance = Timed(start=from_iso("2026-07-14T00:00:00+08:00")), random.Random(7)
    machines = ("north", "middle", "south", "press")
    walls.join(*machines)
    walls.act("carousel", "day")
    size, seen, flips = len(msgspec.json.encode(walls.board.kept({}))), set(), 0
    there = set(machines)
    for second in range(0, 24 * 3600, 4):
        there ^= {chance.choice(machines)} if chance.random() < 0.02 else set()
        walls.join(*there)
        standing = [Standing(f"alert/{second // 900}", 2, "大风")] if second % 900 < 120 else []
        before = walls.main.revision
        shows = walls.after(4.0, *standing)
        for machine in there:
            walls.ready(machine)
        flips += walls.main.revision != before
        seen.add(shows.scene.id)
        if not walls.main.show_at:  # one that is away was still waited for
            walls.clock.advance(PATIENCE / SECOND)
            walls.settle()
        assert walls.main.show_at > 0
    assert seen == {"calm", "storm", "event"}
    assert flips > 2_000
    assert len(msgspec.json.encode(walls.board.kept({}))) < size * 1.5


def test_what_a_wall_is_about_is_told_until_it_is_taken_back() -> None:
    walls = Timed()
    before = walls.main.revision
    shows = walls.act("about", about=FLOODS)
    assert (shows.about, shows.revision) == (FLOODS, before + 1)
    assert walls.act("scene", "storm").about == FLOODS, "another scene shows it too"
    assert walls.act("about").about is None


@pytest.mark.parametrize("how", ["live", "carousel", "goes on"])
def test_who_takes_all_back_or_lets_the_carousel_run_sees_the_whole_city(how: str) -> None:
    walls = Timed()
    carousel = walls.board.site.hall.carousels[0].id
    if how == "goes on":
        walls.act("carousel", carousel)
        walls.act("pause", "1")
    walls.act("area", "330105")
    walls.act("about", about=FLOODS)
    what, value = {"live": ("live", ""), "carousel": ("carousel", carousel), "goes on": ("pause", "")}[how]
    shows = walls.act(what, value)
    assert (shows.area, shows.about) == ("", None)


def test_two_kinds_three_channels_and_two_levels_in_english_are_a_name_that_fits() -> None:
    name = " · ".join(["Construction noise at night", "Household garbage not collected"] * 3)
    assert len(name) > 139
    assert Timed().act("about", about=About({"en": name}, ("E05*",))).about is not None


def test_a_carousel_rests_while_a_wall_is_narrowed_by_hand() -> None:
    walls = Timed()
    scene = walls.act("carousel", "day").scene
    walls.act("about", about=FLOODS)
    assert walls.after(5_000).scene == scene
    assert walls.act("pause", "").about is None
    assert walls.after(31).scene != scene


@pytest.mark.parametrize("way", ["alert", "mode", "next"])
def test_what_brings_another_picture_brings_it_of_the_whole_city(way: str) -> None:
    walls = Timed()
    if way == "next":
        walls.act("carousel", "day")
    walls.act("area", "330105")
    walls.act("about", about=FLOODS)
    if way == "alert":
        shows = walls.after(1, LESS)
        assert shows.scene.id == "event"
    else:
        shows = walls.act(way, walls.board.site.hall.modes[-1].id if way == "mode" else "")
    assert (shows.area, shows.about) == ("", None)


@pytest.mark.parametrize("about", [About(kinds=("x" * 100,)), About(kinds=("E05",) * 300), About(name={"zh": "a\x00"})])
def test_what_no_wall_could_be_told_each_second_is_refused(about: About) -> None:
    with pytest.raises(UserError) as refused:
        Timed().act("about", about=about)
    assert refused.value.message.id == "wall.no_about"


def test_a_period_with_a_word_goes_along_with_the_clock_and_another_stays() -> None:
    today = About(span=Span(NOON - 12 * HOUR, NOON, "today"))
    assert today.times(NOON) == (NOON - 12 * HOUR, 0)
    assert today.times(NOON + DAY) == (NOON + 12 * HOUR, 0)
    assert About(span=Span(NOON - DAY, NOON)).times(NOON + DAY) == (NOON - DAY, NOON)
    assert About(span=Span(NOON - DAY, NOON, "no such word")).times(NOON + DAY) == (NOON - DAY, NOON)
    assert About().times(NOON) == (0, 0)
