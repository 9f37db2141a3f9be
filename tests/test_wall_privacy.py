"""What a wall says of people and places in scenes for visitors, in open ones, and in those that may name people."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from cockpit.model.cases import Case
from cockpit.model.wallstate import Cast
from layouts.wallpieces import pieces_of, sight_of
from tests.living_picture import put
from tests.wall_panels import Hall
from tests.wall_stage_kit import hall as stage_hall
from tests.wall_stage_kit import panel, scene, shows, wall
from widgets.wall import focus
from widgets.wall.rows import ListPanel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PERSON, FIRE, SIGN = "王建国", "消防 武林站", "网格员 07"


def served(hall: Hall, name: str, kind: str) -> Case:
    """A case with an order to a unit of that name and kind."""
    events, units = hall.at.picture["event"], hall.at.picture["unit"]
    unit = next(row for row in map(units.row, range(len(units))) if row["state"] == 0)
    put(hall.at.picture, "unit", [dict(unit) | {"name": name, "kind": kind}])
    for event in map(events.row, range(len(events))):
        if event["state"] == 0 and hall.at.cases.of_event(event["key"]) is None:
            _, order = hall.at.cases.order(event, unit["key"])
            if hall.at.cases.state.order(order) is not None:
                return next(case for case in hall.at.cases.all_open() if case.facts.event == event["key"])
    raise AssertionError("no event lets an order go")


def printed(shown: ListPanel) -> str:
    return " ".join(f"{row.title} {row.beside} {row.under} {row.right}" for row in shown.rows)


def test_a_list_of_events_tells_visitors_no_street(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    shown: Any = hall.hang("wallevents")
    assert any(row.beside for row in shown.rows)
    hall.sight.tell(privacy="visitor")
    assert shown.rows
    assert not any(row.beside or row.under for row in shown.rows)


def test_a_list_of_cases_tells_visitors_no_number_no_street_and_no_unit(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    case = served(hall, FIRE, "fire")
    shown: Any = hall.hang("wallcases")
    street = shown._tree.street(case.facts.area)
    assert all(word in printed(shown) for word in (str(case.number), street, FIRE))
    hall.sight.tell(privacy="visitor")
    assert any(row.title for row in shown.rows)
    assert not any(word in printed(shown) for word in (str(case.number), street, FIRE))


def test_a_countdown_and_the_followed_case_tell_visitors_no_number(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    case = served(hall, FIRE, "fire")
    hall.sight.tell(event=case.facts.event, privacy="visitor")
    left: Any = hall.hang("wallcountdown")
    assert left._big
    assert case.number not in left._under
    followed: Any = hall.hang("wallfocus")
    assert case.number not in followed.headline() + followed.focus.title + followed.focus.under


def test_visitors_are_not_told_that_nobody_was_sent_where_somebody_was(qtbot: QtBot, monkeypatch: Any) -> None:
    hall = Hall(qtbot)
    case = served(hall, FIRE, "fire")
    hall.sight.tell(event=case.facts.event, privacy="visitor")
    followed: Any = hall.hang("wallfocus", (1264, 800))
    drawn: list[str] = []
    monkeypatch.setattr(focus, "draw_words", lambda painter, box, words, *rest, **more: drawn.append(words))
    followed.grab()
    assert "派出 1 单" in drawn
    assert "还没有派出力量" not in drawn


@pytest.mark.parametrize(
    ("name", "kind", "privacy", "said"),
    [
        (PERSON, "grid", "named", PERSON),
        (PERSON, "grid", "open", "网格员"),
        (SIGN, "grid", "open", SIGN),
        (FIRE, "fire", "open", FIRE),
        ("Li Lei 12", "of-another-source", "open", "of-another-source"),
    ],
)
def test_the_name_of_somebody_on_foot_is_said_only_where_the_scene_may_name_people(
    qtbot: QtBot, name: str, kind: str, privacy: str, said: str
) -> None:
    hall = Hall(qtbot)
    case = served(hall, name, kind)
    hall.sight.tell(privacy=privacy, event=case.facts.event)
    listed: Any = hall.hang("wallcases")
    followed: Any = hall.hang("wallfocus")
    assert [row.title for row in followed.focus.orders] == [said]
    under = next(row.under for row in listed.rows if str(case.number) in row.under)
    assert under.endswith(f" · {said}")
    everything = printed(listed) + " ".join(row.title for row in followed.focus.steps)
    assert (name in everything) == (name == said)


def test_what_is_cast_on_a_scene_for_visitors_is_shown_as_to_visitors() -> None:
    made = scene("visit", panel("all"), privacy="visitor")
    hung = wall(1)
    told = shows(made, casts=(Cast("c1", "", 1, "wallcases"),))
    pieces = pieces_of(told, hung, hung.screens[0])
    assert "wallcases" in [piece.place.panel for piece in pieces]
    assert {sight_of(piece, stage_hall(hung), hung, told, hung.screens[0])["privacy"] for piece in pieces} == {
        "visitor"
    }
