"""Working time and continuous time: when a clock runs out, over nights, weekends, holidays and their make-up days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.clock import DAY, HOUR, MINUTE, from_iso, local, midnight, to_iso
from cockpit.model.worktime import Calendar, Span
from tests.ledger_desk import rules

CALENDAR = rules().calendar
MONTHS = st.integers(from_iso("2026-01-01T00:00:00+08:00"), from_iso("2026-11-30T00:00:00+08:00"))


def worked(calendar, start, end):
    """Working time between two instants, us, counted part by part of each day."""
    total, day = 0, midnight(start)
    while day < end:
        if calendar.works(local(day).date()):
            parts = [(day + begins * MINUTE, day + ends * MINUTE) for begins, ends in calendar.hours]
            total += sum(max(0, min(ends, end) - max(begins, start)) for begins, ends in parts)
        day += DAY
    return total


def at(text):
    return from_iso(f"2026-{text}:00+08:00")


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        ("07-14T09:00", "2u", "07-14T11:00"),
        ("07-14T23:30", "2u", "07-15T01:30"),
        ("02-17T09:00", "1U", "02-18T09:00"),
        ("07-14T09:00", "4h", "07-14T15:00"),
        ("07-14T11:00", "1h", "07-14T12:00"),
        ("07-14T12:30", "1h", "07-14T15:00"),
        ("07-14T17:00", "4h", "07-15T11:00"),
        ("07-14T20:00", "2h", "07-15T10:00"),
        ("07-14T09:30", "1d", "07-15T09:30"),
        ("07-17T17:00", "1d", "07-20T17:00"),
        ("07-18T10:00", "1d", "07-20T18:00"),
        ("07-14T08:00", "1d", "07-14T18:00"),
        ("07-14T09:30", "5d", "07-21T09:30"),
        ("02-13T17:00", "1d", "02-14T17:00"),
        ("02-14T17:00", "1d", "02-24T17:00"),
        ("09-30T17:30", "1h", "10-08T08:30"),
        ("10-09T17:00", "2h", "10-10T09:00"),
        ("12-31T17:00", "15min", "12-31T17:15"),
    ],
)
def test_a_clock_runs_out(start, span, due):
    found = CALENDAR.after(at(start), Span.parse(span))
    assert to_iso(found.at) == to_iso(at(due))
    assert found.announced


def test_a_clock_that_runs_into_a_year_without_a_plan_says_so():
    start = at("12-31T17:00")
    assert CALENDAR.after(start, Span.parse("1h")).announced
    found = CALENDAR.after(start, Span.parse("2h"))
    assert not found.announced
    assert to_iso(found.at) == "2027-01-01T09:00:00+08:00", "only its weekends are known"
    assert CALENDAR.after(start, Span.parse("2U")).announced, "continuous time needs no plan"


def test_no_length_of_time_is_guessed():
    for text in ("", "2", "h", "0h", "-1h", "2 h", "1.5h", "1001d", "2x", "２h", "2hh"):
        with pytest.raises(ValueError, match="no span"):
            Span.parse(text)
    assert str(Span.parse("15min")) == "15min"
    assert (Span.parse("2u").continuous, Span.parse("4h").continuous) == (True, False)


@given(start=MONTHS, amount=st.integers(1, 60), unit=st.sampled_from(["h", "d"]))
def test_what_lies_between_start_and_due_is_the_span(start, amount, unit):
    span = Span(amount, unit)
    due = CALENDAR.after(start, span).at
    assert worked(CALENDAR, start, due) == amount * (HOUR if unit == "h" else 8 * HOUR)
    assert worked(CALENDAR, start, due - 1) < worked(CALENDAR, start, due)


@given(
    start=MONTHS,
    later=st.integers(0, 20 * DAY),
    amount=st.integers(1, 40),
    unit=st.sampled_from(["min", "u", "h", "d"]),
)
def test_who_starts_later_is_due_no_earlier(start, later, amount, unit):
    span = Span(amount, unit)
    assert CALENDAR.after(start, span).at <= CALENDAR.after(start + later, span).at


def test_the_days_of_2026_are_those_announced():
    off = [day for day in map(date.fromordinal, range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal()))
           if not CALENDAR.works(day)]  # fmt: skip
    assert len(off) == 365 - 248, "261 days of Monday to Friday, less 19 holidays, and 6 make-up days"
    assert date(2026, 2, 23) in off
    assert date(2026, 2, 28) not in off
    assert CALENDAR.sources[2026]


def test_hours_of_a_day_are_the_calendars():
    early = Calendar(hours=((7 * 60, 13 * 60),))
    assert early.day_length == 6 * HOUR
    assert to_iso(early.after(at("07-14T12:00"), Span.parse("2h")).at) == "2026-07-15T08:00:00+08:00"
    assert worked(early, at("07-14T12:30"), at("07-15T07:30")) == HOUR
    assert early.after(at("07-14T12:00"), Span(30, "min")).at == at("07-14T12:00") + 30 * MINUTE
