"""Periods as people name them, in the calendar of Shanghai."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.clock import DAY, HOUR, MINUTE, from_iso
from cockpit.model.errors import UserError
from cockpit.model.messages import texts
from cockpit.model.scope import Scope, Span
from cockpit.model.scopewords import scope_words, span_words, step_words
from cockpit.model.spans import (
    GROWING,
    WHOLE,
    begin,
    calendar,
    compared,
    day_of,
    previous,
    refreshed,
    so_far,
    span_of,
    unit_of,
    year_before,
)  # fmt: skip
from cockpit.packs.read import read_pack

NOW = from_iso("2026-07-14T17:42:00+08:00")
TIMES = st.integers(from_iso("2001-01-01T00:00:00+08:00"), from_iso("2099-01-01T00:00:00+08:00"))
WORDS = st.sampled_from([*GROWING, *WHOLE, "last7", "last30", "hours24", "hours1"])


def at(text: str) -> int:
    return (
        from_iso(text if "T" in text else text + "T00:00:00")
        if "+" in text
        else from_iso((text if "T" in text else text + "T00:00:00") + "+08:00")
    )


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("today", "2026-07-14", "2026-07-14T17:42:00"),
        ("yesterday", "2026-07-13", "2026-07-14"),
        ("week", "2026-07-13", "2026-07-14T17:42:00"),
        ("last_week", "2026-07-06", "2026-07-13"),
        ("month", "2026-07-01", "2026-07-14T17:42:00"),
        ("last_month", "2026-06-01", "2026-07-01"),
        ("last_quarter", "2026-04-01", "2026-07-01"),
        ("last_half", "2026-01-01", "2026-07-01"),
        ("last_year", "2025-01-01", "2026-01-01"),
        ("last7", "2026-07-08", "2026-07-14T17:42:00"),
        ("hours24", "2026-07-13T17:42:00", "2026-07-14T17:42:00"),
        ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2026-H2", "2026-07-01", "2027-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2026-06-01/2026-06-20", "2026-06-01", "2026-06-21"),
        ("2026-06-20T14:00/2026-06-20T18:30", "2026-06-20T14:00:00", "2026-06-20T18:30:00"),
    ],
)
def test_a_word_says_the_period_that_a_calendar_of_shanghai_shows(word, start, end):
    assert span_of(word, NOW) == Span(at(start), at(end), word)


@pytest.mark.parametrize(
    "word",
    ["", "tomorrow", "last", "last0", "last99999", "2026-13", "2026-6", "2026-Q5", "2026-H3", "2025-02-29", "0000",
     "2026-06-20/2026-06-01", "2026-06-01/", "/", "a/b/c", "２０２６", "2026-06-20T14:00+02:00/2026-06-21"],
)  # fmt: skip
def test_a_word_that_is_no_period_is_refused_in_a_sentence(word):
    with pytest.raises(UserError) as refused:
        span_of(word, NOW)
    assert "2026-06" in str(refused.value)


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("today", "2026-07-13", "2026-07-13T17:42:00"),
        ("month", "2026-06-01", "2026-06-14T17:42:00"),
        ("last_month", "2026-05-01", "2026-06-01"),
        ("2026-06", "2026-05-01", "2026-06-01"),
        ("last7", "2026-07-01", "2026-07-07T17:42:00"),
        ("hours24", "2026-07-12T17:42:00", "2026-07-13T17:42:00"),
        ("2026-06-11/2026-06-20", "2026-06-01", "2026-06-11"),
    ],
)
def test_the_period_before_is_the_like_part_of_the_unit_before(word, start, end):
    span = previous(span_of(word, NOW))
    assert (span.start, span.end) == (at(start), at(end))


def test_the_end_of_march_is_compared_with_all_of_february_and_no_more():
    span = previous(span_of("month", at("2026-03-31T12:00:00")))
    assert (span.start, span.end) == (at("2026-02-01"), at("2026-03-01"))


def test_a_leap_day_has_the_28th_a_year_before_and_a_leap_february_a_whole_one():
    leap = year_before(span_of("2024-02-29", NOW))
    assert (leap.start, leap.end) == (at("2023-02-28"), at("2023-03-01"))
    month = year_before(span_of("2025-02", NOW))
    assert (month.start, month.end) == (at("2024-02-01"), at("2024-03-01"))
    day = year_before(span_of("2025-02-28", NOW))
    assert (day.start, day.end) == (at("2024-02-28"), at("2024-02-29"))


def test_a_month_that_goes_on_is_compared_with_as_much_of_the_month_before():
    june = compared(span_of("2026-07", NOW), None, NOW)
    assert (june.start, june.end) == (at("2026-06-01"), at("2026-06-14T17:42:00"))
    assert so_far(span_of("2026-06", NOW), NOW) == span_of("2026-06", NOW)


@given(WORDS, TIMES)
def test_the_period_before_ends_before_this_one_begins_or_is_the_same_part_of_the_unit_before(word, now):
    span = span_of(word, now)
    before = previous(span)
    assert before.start < span.start
    assert before.start <= before.end <= span.end
    if word == "today":
        assert before.end - before.start == span.end - span.start


@given(TIMES, st.integers(1, 800 * DAY))
def test_a_period_of_its_own_has_one_of_its_length_that_ends_where_it_begins(start, length):
    span = Span(start, start + length)
    before = previous(span)
    assert before.end == span.start
    assert unit_of(span) or before.end - before.start == length


@given(TIMES, st.integers(1, 800))
def test_a_year_before_has_the_same_dates(now, days):
    first = day_of(now)
    before = year_before(Span(begin(first), begin(first + timedelta(days=days))))
    start = day_of(before.start)
    assert start.year == first.year - 1
    assert (start.month, start.day) == (first.month, first.day) or (first.month, first.day) == (2, 29)


@given(WORDS, TIMES, st.integers(0, 400 * DAY))
def test_a_period_that_goes_on_says_later_what_its_word_says_then(word, now, later):
    assert refreshed(span_of(word, now), now + later) == span_of(word, now + later)


@given(TIMES)
def test_a_calendar_word_says_its_own_period(now):
    first = day_of(now)
    for span in (
        calendar(begin(first), begin(first) + DAY),
        span_of(f"{first:%Y-%m}", now),
        span_of(str(first.year), now),
    ):
        assert span_of(span.word, 0) == span


def test_a_scope_is_said_in_both_languages():
    pack = read_pack("hangzhou")
    scope = Scope(Span(at("2026-07-14T12:00:00"), NOW), area="330102001", kinds=("E0506",))
    names = {"330102001": "东新街道"}
    assert scope_words(scope, pack, names, texts("zh"), NOW) == "今天 12:00–17:42 · 东新街道 · 道路积水"
    assert scope_words(scope, pack, names, texts("en"), NOW) == "today 12:00–17:42 · 东新街道 · Road flooded"


def test_today_of_another_day_is_said_by_its_date():
    assert span_words(span_of("today", NOW), texts("zh"), NOW + 3 * DAY + HOUR) == "7月14日 00:00–17:42"


def test_a_step_says_what_became_another():
    pack = read_pack("hangzhou")
    scope = Scope(span_of("today", NOW))
    further = scope.with_(levels=(1,), by="street")
    assert step_words(scope, further, pack, {}, texts("zh"), NOW) == "Ⅰ 级 · 按街道"
    assert step_words(further, scope, pack, {}, texts("zh"), NOW) == "不再限定等级"


def test_a_period_that_went_on_with_the_clock_is_no_step_and_a_record_is_said_by_its_number():
    pack = read_pack("hangzhou")
    scope = Scope(span_of("today", NOW), measure="open")
    later = Scope(span_of("today", NOW + 5 * MINUTE), measure="open", by="kind")
    assert step_words(scope, later, pack, {}, texts("zh"), NOW) == "按小类"
    record = later.with_(by="", key="events/0714-17068")
    assert step_words(later, record, pack, {}, texts("zh"), NOW) == "案件 0714-17068"
    assert step_words(later, record, pack, {record.key: "0714-1187"}, texts("en"), NOW) == "Case 0714-1187"


def test_midnight_belongs_to_the_day_that_begins():
    assert day_of(at("2026-07-14")) == date(2026, 7, 14)
    assert day_of(at("2026-07-14") - 1) == date(2026, 7, 13)
