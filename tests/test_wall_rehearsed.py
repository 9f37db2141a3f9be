"""A rehearsal on a wall leaves nothing of it there, however it ends: by hand, with the hub, or because of an alert."""

from __future__ import annotations

from cockpit.model.wallstate import Cast
from cockpit.wall.turning import Standing
from tests.wall_kit import Timed

GRAVE = Standing("alert/1", 1, "暴雨红色预警")
LESS = Standing("alert/2", 2, "大风橙色预警")


def drilled(walls: Timed) -> None:
    """What somebody does on all walls in a rehearsal."""
    walls.rehearse("drill-1")
    walls.act("event", "drill/incident-7")
    walls.act("cast", cast=Cast("drilled", "", 2, "wallmap", event="drill/incident-7"))
    walls.act("cast", wall="side", cast=Cast("drilled-too", "", 1, "wallmap", event="drill/incident-7"))


def test_a_hub_that_is_killed_in_a_rehearsal_shows_what_the_wall_showed_before_it() -> None:
    walls = Timed()
    walls.act("carousel", "day")
    walls.act("cast", cast=Cast("real", "", 3, "wallmap"))
    walls.act("cast", wall="side", cast=Cast("real-too", "", 1, "wallmap"))
    drilled(walls)
    assert walls.main.rehearsal == walls.board.shows["side"].rehearsal == "drill-1"
    again = walls.again()
    for board in (again.board, again.again().board):
        main, side = board.shows["main"], board.shows["side"]
        assert (main.scene.id, main.rehearsal, main.event, main.carousel) == ("calm", "", "", "day")
        assert (side.scene.id, side.rehearsal, side.event, side.carousel) == ("calm", "", "", "day")
        assert (main.casts[0].id, len(main.casts), side.casts[0].id, len(side.casts)) == ("real", 1, "real-too", 1)
    assert again.main.revision > walls.main.revision
    assert again.after(31).scene.id == "storm", "the carousel goes on"


def test_what_was_cast_on_a_room_that_shares_a_picture_stays_in_the_world_it_is_of() -> None:
    walls = Timed()
    walls.act("cast", wall="side", cast=Cast("real", "", 1, "wallmap"))
    walls.rehearse("drill-1")
    assert not walls.board.shows["side"].casts
    drilled(walls)
    walls.rehearse("")
    assert [cast.id for cast in walls.board.shows["side"].casts] == ["real"]


def test_what_an_alert_had_brought_before_a_rehearsal_goes_after_it_as_it_would_have_gone() -> None:
    walls = Timed()
    assert walls.after(1, LESS).scene.id == "event"
    walls.rehearse("drill-1")
    assert walls.after(30, LESS).scene.id == "storm"
    assert walls.rehearse("").scene.id == "event"
    assert walls.after(20, LESS).scene.id == "event"
    assert walls.after(20, LESS).scene.id == "calm"
    walls.after(1, GRAVE)
    walls.rehearse("drill-2")
    again = walls.again()
    assert again.after(500, GRAVE).scene.id == "grave"
    assert again.after(1, GRAVE, LESS).scene.id == "grave", "a lesser one does not push it away"


def test_a_real_alert_leaves_nothing_of_the_rehearsal_on_the_wall_and_then_the_carousel_goes_on() -> None:
    walls = Timed()
    walls.act("carousel", "day")
    walls.act("cast", cast=Cast("real", "", 3, "wallmap"))
    drilled(walls)
    walls.act("mode", "war")
    shows = walls.after(1, LESS)
    assert (shows.scene.id, shows.rehearsal, shows.event, shows.mode) == ("event", "", "", "peace")
    assert [cast.id for cast in shows.casts] == ["real"]
    assert not walls.board.shows["side"].casts
    assert walls.after(61, LESS).scene.id == "calm"
    assert walls.after(31, LESS).scene.id == "storm"


def test_a_real_alert_comes_also_where_somebody_let_a_carousel_rest_in_the_rehearsal() -> None:
    walls = Timed()
    walls.rehearse("drill-1")
    walls.act("carousel", "night")
    walls.act("pause", "1")
    shows = walls.after(1, GRAVE)
    assert (shows.scene.id, shows.rehearsal, shows.carousel) == ("grave", "", "")


def test_a_wall_that_a_person_had_in_hand_before_the_rehearsal_goes_back_to_what_that_person_chose() -> None:
    walls = Timed()
    walls.act("carousel", "day")
    walls.act("scene", "grave")
    walls.rehearse("drill-1")
    assert walls.after(1, LESS).scene.id == "event"
    shows = walls.after(61, LESS)
    assert (shows.scene.id, shows.carousel, shows.paused) == ("grave", "day", True)
    assert walls.after(500, LESS).scene.id == "grave"


def test_a_lesser_alert_in_a_rehearsal_does_not_push_away_the_graver_one_that_held_the_wall_before_it() -> None:
    walls = Timed()
    walls.after(1, GRAVE)
    walls.rehearse("drill-1", "calm")
    shows = walls.after(1, GRAVE, LESS)
    assert (shows.scene.id, shows.rehearsal) == ("grave", "")
    assert walls.after(500, GRAVE, LESS).scene.id == "grave"
