"""What the desk announces: grave, new or risen, once, and never what was there before it looked."""

from __future__ import annotations

import random

import pytest

from cockpit.model.clock import HOUR, MINUTE, SECOND, CityClock, ManualClock
from cockpit.model.levels import Level
from cockpit.model.messages import texts
from cockpit.picture.picture import Picture
from cockpit.ui.news import MOST, OPENING, RECENT, REMEMBERED_SECONDS, Fresh, News
from tests.living_picture import NOW, event_row, living_pack, put

RNG = random.Random(3)


class Sit:
    """A picture, a clock moved by hand and the news of it.

    Attributes:
        clock: of the machine; the city's runs with it.
    """

    def __init__(self) -> None:
        self.picture = Picture()
        self.clock = ManualClock(NOW - round(OPENING) * SECOND)
        self.news = News(self.picture, CityClock(self.clock), living_pack())
        self.clock.advance(OPENING)

    def event(self, number: int, level: int, occurred: int = NOW, **over: object) -> None:
        given = {"level": level, "state": 0, "kind": "E0506", "occurred": occurred, "updated": occurred, **over}
        put(self.picture, "event", [event_row(RNG, number, ["330102001001001"], **given)])

    def alert(self, number: int, level: int, sent: int = NOW) -> None:
        row = {
            "key": f"weather/{number}", "feed": "weather", "kind": "rain", "title": "暴雨预警", "sender": "气象台",
            "level": level, "area_name": "主城区", "rings": "[]", "sent": sent, "effective": sent,
            "expires": sent + HOUR, "received": sent,
        }  # fmt: skip
        put(self.picture, "alert", [row])

    def told(self) -> list[str]:
        return [message.id for message, _level in self.news.take().told]


@pytest.fixture
def sit() -> Sit:
    return Sit()


def test_a_grave_event_that_just_happened_is_told_once(sit: Sit) -> None:
    sit.event(1, 1, place="天城路 × 机场路")
    fresh = sit.news.take()
    ((message, level),) = fresh.told
    assert (level, fresh.loudest) == (Level.RED, Level.RED)
    assert texts("zh")(message) == "新事件：道路积水 · 天城路 × 机场路"
    assert texts("en")(message) == "New event: Road flooding · 天城路 × 机场路"
    assert sit.news.take() == Fresh([], None)
    sit.event(1, 1, updated=NOW + SECOND)
    assert sit.told() == [], "a change of its facts is not news"


@pytest.mark.parametrize(("level", "told"), [(1, True), (2, True), (3, False), (4, False), (5, False)])
def test_only_the_two_gravest_levels_are_told(sit: Sit, level: int, told: bool) -> None:
    sit.event(1, level)
    assert bool(sit.told()) is told


def test_what_is_closed_or_was_there_or_is_long_past_is_not_told(sit: Sit) -> None:
    sit.event(1, 1)
    sit.news.settle()
    sit.event(2, 1, state=1)
    sit.event(3, 1, occurred=NOW - RECENT - SECOND)
    assert sit.told() == []


def test_an_event_that_rises_is_told_however_long_ago_it_began(sit: Sit) -> None:
    began = NOW - 40 * MINUTE
    sit.event(1, 3, occurred=began)
    assert sit.told() == []
    sit.event(1, 2, occurred=began, updated=NOW)
    ((message, level),) = sit.news.take().told
    assert (level, texts("zh")(message)[:7]) == (Level.ORANGE, "现为 Ⅱ 级：")
    sit.event(1, 1, occurred=began, updated=NOW)
    assert sit.told() == ["ui.risen_event"], "from Ⅱ to Ⅰ too"
    sit.event(1, 2, occurred=began, updated=NOW)
    assert sit.told() == [], "what calms down is not announced"
    sit.event(1, 1, occurred=began, updated=NOW)
    assert sit.told() == ["ui.risen_event"], "and is news when it rises again"


def test_what_is_old_and_comes_late_to_a_desk_that_opens_has_not_risen() -> None:
    sit = Sit()
    sit.clock.advance(-1)
    sit.event(1, 1, occurred=NOW - 40 * MINUTE, updated=NOW)
    sit.event(2, 2, occurred=NOW - MINUTE)
    assert sit.told() == ["ui.new_event"]
    sit.event(2, 1, occurred=NOW - MINUTE)
    assert sit.told() == ["ui.risen_event"], "what the desk has seen rise has risen"


def test_an_event_that_was_away_and_comes_back_is_not_told_again(sit: Sit) -> None:
    sit.event(1, 1)
    assert sit.told() == ["ui.new_event"]
    sit.picture.remove("event", ["events/0714-0001"])
    assert sit.told() == []
    sit.event(1, 1)
    assert sit.told() == []


def test_what_left_the_picture_a_day_ago_is_not_kept_for_months(sit: Sit) -> None:
    for day in range(3):
        now = sit.clock.now()
        sit.event(day, 1, occurred=now)
        sit.alert(day, 1, sent=now)
        assert sorted(sit.told()) == ["ui.new_alert", "ui.new_event"]
        sit.picture.remove("event", [f"events/0714-{day:04d}"])
        sit.picture.remove("alert", [f"weather/{day}"])
        assert sit.told() == []
        sit.clock.advance(REMEMBERED_SECONDS + 1)
    assert sit.told() == []
    assert not sit.news._known
    assert not sit.news._alerts
    assert not sit.news._missed


def test_an_alert_that_was_away_and_comes_back_is_not_told_again(sit: Sit) -> None:
    sit.alert(1, 1)
    assert sit.told() == ["ui.new_alert"]
    sit.picture.remove("alert", ["weather/1"])
    assert sit.told() == []
    sit.alert(1, 1)
    assert sit.told() == []
    assert not sit.news._missed


def test_of_many_at_once_the_gravest_are_told_and_none_of_them_later(sit: Sit) -> None:
    for number in range(2 * MOST):
        sit.event(number, 2)
    sit.event(99, 1)
    fresh = sit.news.take()
    assert [level for _message, level in fresh.told] == [1, 2, 2]
    assert fresh.loudest == Level.RED
    assert sit.told() == []


def test_an_orange_event_alone_sounds_orange(sit: Sit) -> None:
    sit.event(1, 2)
    assert sit.news.take().loudest == Level.ORANGE


def test_a_grave_alert_of_an_authority_is_told_once(sit: Sit) -> None:
    sit.alert(1, 2)
    sit.alert(2, 3)
    sit.alert(3, 1, sent=NOW - HOUR)
    ((message, level),) = sit.news.take().told
    assert (level, texts("zh")(message)) == (Level.ORANGE, "新预警：暴雨预警")
    assert sit.told() == []


def test_recent_is_measured_by_the_citys_clock(sit: Sit) -> None:
    sit.event(1, 1, occurred=NOW)
    sit.clock.advance(6 * 60)
    assert sit.told() == []
