"""Ages in words, the one function of all panels."""

from __future__ import annotations

import pytest

from cockpit.model.ages import (
    age,
    clock_time,
    countdown,
    data_age,
    date_words,
    full_stamp,
    instant,
    moment,
    span,
    stamp,
)
from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, from_iso
from cockpit.model.messages import texts

NOW = from_iso("2026-07-14T17:42:36+08:00")
zh, en = texts("zh"), texts("en")


@pytest.mark.parametrize(
    ("ago", "chinese", "english"),
    [
        (0, "刚刚", "just now"),
        (0.9 * SECOND, "刚刚", "just now"),
        (2 * SECOND, "2 秒前", "2 s ago"),
        (59.9 * SECOND, "59 秒前", "59 s ago"),
        (MINUTE, "1 分钟前", "1 min ago"),
        (59 * MINUTE + 59 * SECOND, "59 分钟前", "59 min ago"),
        (HOUR, "1 小时前", "1 h ago"),
        (23 * HOUR + 59 * MINUTE, "23 小时前", "23 h ago"),
        (DAY, "07-13 17:42", "07-13 17:42"),
        (-30 * SECOND, "刚刚", "just now"),
        (-5 * MINUTE, "时钟快 5 分钟", "clock 5 min ahead"),
    ],
)
def test_an_age_is_said_in_its_largest_whole_unit(ago: float, chinese: str, english: str) -> None:
    message = age(round(NOW - ago), NOW)
    assert (zh(message), en(message)) == (chinese, english)


def test_what_never_was_has_no_age_but_no_data_yet() -> None:
    assert zh(age(0, NOW)) == zh(data_age(0, SECOND, NOW)) == "尚无数据"


@pytest.mark.parametrize(
    ("beats", "chinese"),
    [(1, "2 分钟前"), (3, "6 分钟前"), (4, "数据已停 8 分钟"), (20, "数据已停 40 分钟"), (21, "断开 42 分钟")],
)
def test_data_stops_after_three_missed_beats_and_is_cut_off_after_twenty(beats: int, chinese: str) -> None:
    beat = 2 * MINUTE
    assert zh(data_age(NOW - beats * beat, beat, NOW)) == chinese


@pytest.mark.parametrize(("us", "words"), [(-5, "0 秒"), (90 * SECOND, "1 分钟"), (3 * DAY, "3 天")])
def test_a_span_is_never_negative(us: int, words: str) -> None:
    assert zh(span(us)) == words


@pytest.mark.parametrize(
    ("us", "words"),
    [(156 * SECOND, "02:36"), (-198 * SECOND, "03:18"), (2 * HOUR + 11 * MINUTE + 40 * SECOND, "2:11:40")],
)
def test_a_countdown_reads_as_a_clock(us: int, words: str) -> None:
    assert countdown(us) == words


def test_a_time_says_its_day_where_that_is_another_day_of_the_city() -> None:
    assert [moment(NOW + by, NOW) for by in (-17 * HOUR, 6 * HOUR, 7 * HOUR, -18 * HOUR)] == [
        "00:42", "23:42", "07-15 00:42", "07-13 23:42",
    ]  # fmt: skip
    assert [instant(NOW + by, NOW) for by in (-17 * HOUR, 7 * HOUR)] == ["00:42:36", "07-15 00:42"]


def test_times_are_those_of_the_city_and_not_of_the_machine() -> None:
    assert (clock_time(NOW), stamp(NOW), full_stamp(NOW)) == ("17:42:36", "07-14 17:42", "2026-07-14 17:42:36")
    assert zh(date_words(NOW)) == "7月14日 周二"
    assert clock_time(from_iso("2026-07-13T16:00:00+00:00")) == "00:00:00"
