"""What the queue is asked and which rows answer it."""

from __future__ import annotations

import random

import numpy as np
import pytest

from cockpit.model.clock import DAY, HOUR, MINUTE, midnight
from cockpit.picture.picture import Picture
from tests.living_picture import NOW, area_rows, cell_codes, event_row, living_picture, put
from widgets.lists.areas import AreaTree
from widgets.lists.asked import Asked, Order, Scope, answer

_NAN = float("nan")


@pytest.fixture
def picture() -> Picture:
    return living_picture()


def ask(picture: Picture, asked: Asked, near: tuple[float, float] | None = None) -> list[str]:
    given = answer(picture["event"], asked, NOW, AreaTree(picture["area"]).within, near)
    return [picture["event"].key_at(i) for i in given.rows]


def rows_of(picture: Picture, keys: list[str]) -> list[dict[str, object]]:
    table = picture["event"]
    return [row for key in keys if (row := table.get(key)) is not None]


def test_urgent_first_is_by_level_then_the_newest(picture: Picture) -> None:
    rows = rows_of(picture, ask(picture, Asked()))
    order = [(row["level"], -row["occurred"]) for row in rows]  # type: ignore[operator]
    assert order == sorted(order)
    assert len(rows) > 100


def test_newest_and_oldest_are_each_others_reverse_in_time(picture: Picture) -> None:
    newest = [row["occurred"] for row in rows_of(picture, ask(picture, Asked(order=Order.NEWEST)))]
    oldest = [row["occurred"] for row in rows_of(picture, ask(picture, Asked(order=Order.OLDEST)))]
    assert newest == sorted(newest, reverse=True)  # type: ignore[type-var]
    assert oldest == newest[::-1]


def test_nearest_is_by_air_line_and_events_without_a_place_come_last(picture: Picture) -> None:
    cells = cell_codes()
    put(picture, "event", [event_row(random.Random(1), 9001, cells, state=0, lon=_NAN, lat=_NAN)])
    here = (120.1878, 30.2868)
    rows = rows_of(picture, ask(picture, Asked(order=Order.NEAREST), here))
    away = [np.hypot((r["lon"] - here[0]) * np.cos(np.radians(here[1])), r["lat"] - here[1]) for r in rows]  # type: ignore[operator]
    assert rows[0]["key"] == "events/0714-1187"
    assert rows[-1]["key"] == "events/0714-9001"
    assert away[:-1] == sorted(away[:-1])


def test_events_of_one_level_and_time_keep_their_order_when_rows_of_the_table_swap() -> None:
    picture, cells, rng = Picture(), cell_codes(), random.Random(3)
    same = {"kind": "E0506", "level": 1, "state": 0, "occurred": NOW - HOUR}
    put(picture, "event", [event_row(rng, n, cells, **same) for n in range(30)])
    before = ask(picture, Asked())
    left = before[0]
    picture.remove("event", [left])
    assert ask(picture, Asked()) == before[1:]


def test_open_events_are_asked_first_and_closed_ones_by_their_scope(picture: Picture) -> None:
    assert {row["state"] for row in rows_of(picture, ask(picture, Asked()))} == {0}
    assert {row["state"] for row in rows_of(picture, ask(picture, Asked(scope=Scope.ALL)))} == {0, 1}
    assert {row["state"] for row in rows_of(picture, ask(picture, Asked(scope=Scope.CLOSED_TODAY)))} == {1}


def test_what_was_closed_before_midnight_is_not_closed_today(picture: Picture) -> None:
    cells, rng = cell_codes(), random.Random(4)
    start = midnight(NOW)
    put(
        picture,
        "event",
        [
            event_row(rng, 9001, cells, state=1, updated=start - MINUTE),
            event_row(rng, 9002, cells, state=1, updated=start),
        ],
    )
    keys = ask(picture, Asked(scope=Scope.CLOSED_TODAY))
    assert "events/0714-9002" in keys
    assert "events/0714-9001" not in keys
    assert midnight(start) == start
    assert midnight(start + DAY - 1) == start


def test_counts_by_level_ignore_the_level_that_is_asked_for(picture: Picture) -> None:
    tree = AreaTree(picture["area"])
    all_levels = answer(picture["event"], Asked(), NOW, tree.within)
    only_red = answer(picture["event"], Asked(levels=frozenset({1})), NOW, tree.within)
    assert only_red.counts == all_levels.counts
    assert len(only_red.rows) == all_levels.counts[1] > 0
    assert sum(all_levels.counts.values()) == len(all_levels.rows) == all_levels.total


def test_filters_narrow_together(picture: Picture) -> None:
    asked = Asked(channels=frozenset({"hotline"}), kinds=frozenset({"E0410", "E0405"}), areas=frozenset({"330105"}))
    rows = rows_of(picture, ask(picture, asked))
    assert rows
    for row in rows:
        assert row["channel"] == "hotline"
        assert row["kind"] in {"E0410", "E0405"}
        assert str(row["area"]).startswith("330105")


def test_found_keys_that_have_left_the_picture_are_passed_over(picture: Picture) -> None:
    found = frozenset({"events/0714-1187", "events/none"})
    assert ask(picture, Asked(text="积水", found=found)) == ["events/0714-1187"]


def test_a_circle_of_parents_ends() -> None:
    picture = Picture()
    rows = area_rows()[:2]
    rows[0]["parent"], rows[1]["parent"] = rows[1]["code"], rows[0]["code"]
    put(picture, "area", rows)
    tree = AreaTree(picture["area"])
    assert tree.within("330102") == {"330100", "330102"}
    assert tree.inside("330102") == {"330100", "330102"}


def test_trees_of_a_table_share_what_was_read_of_it_and_see_what_changes() -> None:
    picture, other = Picture(), Picture()
    rows = area_rows()[:3]
    put(picture, "area", rows)
    put(other, "area", rows)
    first, second, third = AreaTree(picture["area"]), AreaTree(picture["area"]), AreaTree(other["area"])
    code = str(rows[1]["code"])
    before = first.get(code)
    assert before is second.get(code)
    assert third.get(code) == before
    assert third.get(code) is not before
    rows[1]["name"] = "新区"
    put(picture, "area", rows)
    assert [tree.path(code)[-1].name for tree in (first, second, third)] == ["新区", "新区", before.name]


def test_an_empty_table_answers_with_nothing() -> None:
    given = answer(Picture()["event"], Asked(), NOW, frozenset)
    assert len(given.rows) == 0
    assert set(given.counts.values()) == {0}
