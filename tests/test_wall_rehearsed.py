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
        assert [[cast.id for cast in one.casts] for one in (main, side)] == [["real"], ["real-too"]]
    assert again.main.revision > walls.main.revision
    assert again.after(31).scene.id == "storm", "the carousel goes on"


def test_what_was_cast_on_a_room_that_shares_a_picture_stays_in_the_world_it_is_of() -> None:
    walls = Timed()
    walls.act("cast", wall="side", cast=Cast("real", "", 1, "wallmap"))
    walls.rehearse("drill-1")
    assert walls.board.shows["side"].casts == ()
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
