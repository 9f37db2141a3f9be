"""What a desk shows when it opens."""

from __future__ import annotations

import random

from cockpit.model.clock import ManualClock
from cockpit.model.tables import EventState
from cockpit.picture.picture import Picture
from cockpit.picture.selection import Selection
from cockpit.ui.first_look import FirstLook
from tests.living_picture import NOW, event_row, feed_rows, put


def looking() -> tuple[Picture, Selection, FirstLook]:
    picture, selection = Picture(), Selection()
    return picture, selection, FirstLook(picture, selection, ManualClock(NOW))


def bring(picture: Picture, *events: tuple[str, int, int, EventState]) -> None:
    dice = random.Random(1)
    rows = [
        event_row(dice, 0, [""], key=f"events/{name}", level=level, occurred=NOW - age, state=int(state))
        for name, level, age, state in events
    ]
    put(picture, "event", rows)


def test_the_most_urgent_open_event_is_selected_when_events_have_come_to_rest() -> None:
    picture, selection, first = looking()
    first.second()
    bring(picture, ("a", 2, 5, EventState.OPEN), ("b", 1, 1, EventState.CLOSED))
    first.second()
    assert selection.item == ("", ""), "more may be on its way"
    bring(picture, ("c", 1, 9, EventState.OPEN), ("d", 1, 3, EventState.OPEN), ("e", 4, 0, EventState.OPEN))
    first.second()
    first.second()
    assert selection.key.endswith("d")


def test_what_was_there_when_the_desk_opened_is_told_from_what_comes_later() -> None:
    picture, _, first = looking()
    for _ in range(9):
        first.second()
    assert not first.settled, "no hub has told of its feeds yet"
    put(picture, "feed", feed_rows(NOW))
    for _ in range(5):
        first.second()
    assert first.settled, "a city without an event is settled too"


def test_a_more_urgent_event_that_comes_late_takes_the_place_of_the_first_until_a_person_acts() -> None:
    picture, selection, first = looking()
    told: list[str] = []
    selection.subscribe(lambda now: told.append(now.key))
    put(picture, "feed", feed_rows(NOW))
    bring(picture, ("a", 3, 5, EventState.OPEN))
    first.second()
    first.second()
    assert (selection.key, selection.depth) == ("events/a", 1)
    bring(picture, ("b", 1, 1, EventState.OPEN))
    first.second()
    assert (selection.key, selection.depth) == ("events/b", 1), "Back does not lead to what was there for a second"
    assert told == ["events/a", "events/b"], "nor is nothing selected between"
    bring(picture, ("c", 1, 0, EventState.OPEN))
    first.second()
    first.second()
    assert selection.key == "events/b", "what is new does not move what one looks at"
    first.touched()
    bring(picture, ("d", 1, 0, EventState.OPEN), ("e", 1, 9, EventState.OPEN))
    first.second()
    assert selection.key == "events/b", "nor does anything once a person has done something"


def test_nothing_is_selected_over_a_person_who_selected_or_cleared() -> None:
    picture, selection, first = looking()
    bring(picture, ("a", 1, 5, EventState.OPEN))
    first.second()
    selection.select("unit", "u")
    first.second()
    assert selection.item == ("unit", "u")
    selection.clear()
    for _ in range(3):
        first.second()
    assert selection.item == ("", "")


def test_in_a_city_that_is_never_still_what_comes_is_news_after_some_seconds() -> None:
    picture, selection, first = looking()
    put(picture, "feed", feed_rows(NOW))
    for second in range(6):
        bring(picture, (f"e{second}", 1, second, EventState.OPEN))
        first.second()
    assert first.settled
    assert selection.key
