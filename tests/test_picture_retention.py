"""What leaves the picture because its time is over."""

from __future__ import annotations

from typing import Any

from cockpit.model.batch import columns_of_rows
from cockpit.model.clock import DAY, HOUR, SECOND
from cockpit.model.tables import TABLES, TEXT, EventState
from cockpit.picture.picture import Picture
from cockpit.picture.retention import AHEAD, KEEP_CLOSED, MOST_CLOSED, overdue

NOW = 1_784_000_000 * SECOND


def put(picture: Picture, topic: str, *rows: dict[str, Any]) -> None:
    blank = {c.name: "" if c.dtype == TEXT else 0 for c in TABLES[topic].columns}
    picture.upsert(topic, columns_of_rows(TABLES[topic], [{**blank, **row} for row in rows]))


def gone(picture: Picture, now: int = NOW) -> dict[str, set[str]]:
    return {topic: set(keys) for topic, keys in overdue(picture, now)}


def test_an_alert_leaves_when_it_expires_and_one_without_an_end_stays() -> None:
    picture = Picture()
    put(picture, "alert", {"key": "past", "expires": NOW}, {"key": "on", "expires": NOW + SECOND}, {"key": "endless"})
    assert gone(picture) == {"alert": {"past"}}
    assert gone(picture, NOW + SECOND) == {"alert": {"past", "on"}}


def test_what_was_closed_a_day_ago_leaves_and_what_is_open_stays_however_old() -> None:
    picture = Picture()
    closed = int(EventState.CLOSED)
    put(
        picture,
        "event",
        {"key": "old", "state": closed, "updated": NOW - KEEP_CLOSED - 1},
        {"key": "today", "state": closed, "updated": NOW - HOUR},
        {"key": "open", "state": int(EventState.OPEN), "updated": NOW - 90 * DAY},
        {"key": "other run", "state": closed, "updated": NOW + AHEAD + 1},
    )
    assert gone(picture) == {"event": {"old", "other run"}}


def test_of_very_many_closed_ones_the_newest_stay() -> None:
    picture = Picture()
    rows = [{"key": str(i), "state": int(EventState.CLOSED), "updated": NOW - HOUR + i} for i in range(MOST_CLOSED + 3)]
    put(picture, "event", *rows)
    assert gone(picture) == {"event": {"0", "1", "2"}}


def test_nothing_leaves_an_empty_picture() -> None:
    assert gone(Picture()) == {}
