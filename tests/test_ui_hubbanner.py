"""The banner under the top bar: what broke, since when, where the picture stands, and what we do about it."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.model.clock import DAY, MINUTE, SECOND, CityTime
from cockpit.model.messages import LANGUAGES, Message, texts
from cockpit.model.ports.link import Link, LinkState
from cockpit.picture.picture import Picture
from cockpit.ui.hubbanner import CITY_GRACE, GRACE, SILENCE, hub_banner
from tests.living_picture import NOW, event_row, feed_rows, put
from tests.panel_desk import Desk, desk
from widgets.kit.banner import BannerText

LIVE = Link(LinkState.LIVE, NOW - 10 * MINUTE)
FEEDS = ("events", "positions", "cameras", "sensors", "areas", "weather")


@pytest.fixture
def at(qapp: object) -> Desk:
    return desk(picture=Picture())


def feeds(at: Desk, problem: str = "", **received: int) -> None:
    rows = feed_rows(NOW, **received)
    for row in rows:
        if row["feed"] in received:
            row |= {"problem": problem, "detail": "127.0.0.1:8300" if problem else "", "retry": NOW + 8 * SECOND}
    put(at.picture, "feed", rows)


def lost(ago: int, **given: Any) -> Link:
    return Link(LinkState.LOST, NOW - ago, **{"problem": Message("seat.hub_gone"), **given})


def banner(at: Desk, link: Link) -> BannerText | None:
    return hub_banner(at.ctx, link, lambda feed: at.ports.set("retried", feed))


def words(at: Desk, link: Link) -> str:
    text = banner(at, link)
    assert text is not None
    return at.ctx.t(text.what)


def test_with_hub_and_feeds_alive_there_is_none(at: Desk) -> None:
    feeds(at)
    assert banner(at, LIVE) is None


def test_a_hub_that_is_restarted_gets_no_banner(at: Desk) -> None:
    feeds(at)
    assert banner(at, lost(GRACE - SECOND)) is None
    assert banner(at, lost(GRACE)) is not None


def test_a_lost_hub_says_since_when_where_the_picture_stands_and_what_we_do(at: Desk) -> None:
    feeds(at)
    text = banner(at, lost(6 * MINUTE, tries=14, retry=NOW + 8 * SECOND))
    assert text is not None
    t = at.ctx.t
    assert t(text.what) == "与中枢的连接断了，已 6 分钟：画面停在 17:42:34，恢复后自动接上。"
    assert text.doing is not None
    assert t(text.doing) == "第 14 次未通，8 秒后再试"
    ((label, press),) = text.buttons
    assert t(label) == "立即重试"
    press()
    assert at.ports.kept["retried"] == "", "all of it is tried again"


def test_where_the_picture_stands_is_told_by_the_citys_clock_and_with_its_day_when_that_was_another(at: Desk) -> None:
    feeds(at)
    at.ctx.clock.city = CityTime(NOW, NOW - 8 * 60 * MINUTE)
    assert "停在 09:42:34" in words(at, lost(MINUTE))
    gone = NOW - 3 * DAY
    feeds(at, **dict.fromkeys(FEEDS, gone))
    assert "停在 07-11 09:42" in words(at, lost(MINUTE))


def test_a_hub_that_was_never_reached_says_that_nothing_is_known(at: Desk) -> None:
    starting = Link(LinkState.STARTING, NOW - MINUTE, Message("seat.hub_starting"))
    assert words(at, starting) == "中枢正在启动，已等 1 分钟：本机还没有数据，连上后自动显示。"


def test_what_a_cache_knows_is_not_called_nothing(at: Desk) -> None:
    import random

    put(at.picture, "event", [event_row(random.Random(1), 1, ["330102001001001"], received=NOW - 2 * MINUTE)])
    starting = Link(LinkState.STARTING, NOW - MINUTE, Message("seat.hub_starting"))
    assert "画面停在 17:40:36" in words(at, starting)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reason_that_is_a_whole_sentence_fits_into_the_banners(at: Desk, lang: str) -> None:
    feeds(at)
    at.ctx.t = texts(lang)
    said = words(at, lost(MINUTE, problem=Message("seat.no_key_for_hub", {"url": "nats://10.0.0.1:4222"})))
    assert "nats://10.0.0.1:4222" in said
    for torn in ("。，", ".,", "。：", ".:"):
        assert torn not in said


def test_without_a_reason_it_says_that_the_hub_does_not_answer(at: Desk) -> None:
    feeds(at)
    assert words(at, lost(MINUTE, problem=None)).startswith("中枢没有回答，已 1 分钟")


def test_a_city_that_is_cut_off_is_said_with_how_many_feeds_stopped(at: Desk) -> None:
    feeds(at, **dict.fromkeys(FEEDS[:4], NOW - 6 * 60 * MINUTE))
    text = banner(at, LIVE)
    assert text is not None
    said = at.ctx.t(text.what)
    assert said == "城市平台断开 6 小时：6 路数据断了 4 路，画面停在 11:42:36，恢复后自动接上。"
    assert text.doing is not None
    assert at.ctx.t(text.doing) == "8 秒后再试"


def test_half_of_the_feeds_are_not_the_city(at: Desk) -> None:
    feeds(at, **dict.fromkeys(FEEDS[:3], NOW - 6 * 60 * MINUTE))
    assert banner(at, LIVE) is None


def test_feeds_that_only_skip_beats_are_late_and_those_with_a_reason_are_gone(at: Desk) -> None:
    # five beats of each: stale, not dead
    late = {"events": 25, "positions": 5, "cameras": 300, "sensors": 150, "areas": 1500, "weather": 300}
    received = {feed: NOW - seconds * SECOND for feed, seconds in late.items()}
    feeds(at, **received)
    assert banner(at, LIVE) is None
    feeds(at, "feeds.refused", **received)
    assert "6 路数据断了 6 路" in words(at, LIVE)


def test_a_city_whose_plug_is_pulled_is_said_before_its_slow_polls_are_overdue(at: Desk) -> None:
    feeds(at, **dict.fromkeys(FEEDS, NOW - SILENCE + SECOND))
    assert banner(at, LIVE) is None
    quiet = NOW - SILENCE
    feeds(at, **dict.fromkeys(FEEDS, quiet))
    assert words(at, LIVE) == "已 15 秒没有任何数据到来：画面停在 17:42:21，恢复后自动接上。"
    rows = [{**row, "problem": "feeds.refused", "detail": "x"} for row in feed_rows(NOW, events=quiet, positions=quiet)]
    quiet_all = [{**row, "received": quiet} for row in rows[:2]] + feed_rows(NOW, **dict.fromkeys(FEEDS, quiet))[2:]
    put(at.picture, "feed", quiet_all)
    assert words(at, LIVE) == "城市平台断开 15 秒：6 路数据断了 2 路，画面停在 17:42:21，恢复后自动接上。"


def test_where_the_quickest_feed_is_slow_silence_is_three_of_its_beats(at: Desk) -> None:
    rows = [{**row, "beat": 60 * SECOND} for row in feed_rows(NOW, **dict.fromkeys(FEEDS, NOW - 2 * MINUTE))]
    put(at.picture, "feed", rows)
    assert banner(at, LIVE) is None
    put(at.picture, "feed", [{**row, "received": NOW - 3 * MINUTE} for row in rows])
    assert words(at, LIVE).startswith("已 3 分钟没有任何数据到来")


def test_a_city_that_was_never_reached_says_why_and_no_age(at: Desk) -> None:
    feeds(at, "feeds.refused", **dict.fromkeys(FEEDS, 0))
    young = Link(LinkState.LIVE, NOW - CITY_GRACE + SECOND)
    assert banner(at, young) is None, "the embedded city is only starting"
    said = words(at, LIVE)
    assert said.startswith("城市平台还没有连上：6 路数据中 6 路尚无数据（连不上 127.0.0.1:8300")
    assert "天" not in said


def test_what_the_cache_knew_of_the_feeds_is_no_alarm_the_moment_the_hub_is_back(at: Desk) -> None:
    feeds(at, **dict.fromkeys(FEEDS, NOW - 9 * 60 * MINUTE))
    assert banner(at, Link(LinkState.LIVE, NOW - SECOND)) is None


def test_a_lost_hub_comes_before_a_lost_city(at: Desk) -> None:
    feeds(at, **dict.fromkeys(FEEDS, NOW - 6 * 60 * MINUTE))
    assert words(at, lost(MINUTE)).startswith("与中枢的连接断了")
