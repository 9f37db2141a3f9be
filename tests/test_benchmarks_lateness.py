"""How late a reading is shown is measured without leaving out what a desk that stood still has skipped."""

from __future__ import annotations

from benchmarks.lateness import lateness, overdue

SECOND = 1_000_000


def test_a_reading_that_follows_the_one_before_is_one_sample() -> None:
    assert lateness(5 * SECOND, 6 * SECOND, 6 * SECOND + 80_000) == [80.0]
    assert lateness(5 * SECOND, 6 * SECOND + 400_000, 6 * SECOND + 480_000) == [80.0]


def test_readings_that_no_paint_has_shown_are_as_late_as_the_paint_that_skipped_them() -> None:
    assert lateness(5 * SECOND, 9 * SECOND, 9 * SECOND + 80_000) == [80.0, 1080.0, 2080.0, 3080.0]


def test_the_first_reading_of_a_page_has_none_before_it() -> None:
    assert lateness(0, 9 * SECOND, 9 * SECOND + 80_000) == [80.0]


def test_what_no_paint_has_shown_when_the_page_is_left_waits_until_then() -> None:
    assert overdue(5 * SECOND, 6 * SECOND + 300_000) == []
    assert overdue(5 * SECOND, 8 * SECOND + 700_000) == [2700.0, 1700.0, 700.0]
