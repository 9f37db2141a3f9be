"""Questions in plain words: what is understood of them, what chips do, and that no text is too strange."""

# ruff: noqa: E501 - questions are easier to read in one line

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.assist.asking.engine import Engine
from cockpit.geo.areas import Areas
from cockpit.model.asking import Declined, Understood
from cockpit.model.clock import DAY, HOUR, from_iso
from cockpit.model.scope import Scope, Span
from cockpit.packs.read import read_pack
from cockpit.signs.definitions import read_signs

NOW = from_iso("2026-07-14T17:42:00+08:00")
FIRST = NOW - 400 * DAY


@lru_cache(maxsize=1)
def engine() -> Engine:
    pack = read_pack("hangzhou")
    units = {"units/7": ("市政抢修 07", "repair"), "units/9": ("王小明", "grid")}
    return Engine(
        pack,
        Areas.load(pack.folder),
        read_signs(pack.signs, pack.folder),
        units,
        ["天目山路近古翠路", "文三路 × 学院路"],
    )


def read(text: str, context: Understood | None = None) -> Understood:
    found = engine().read(text, NOW, FIRST, context)
    assert isinstance(found, Understood), found
    return found


def same(texts: list[str]) -> set[tuple[object, ...]]:
    found = [read(text) for text in texts]
    return {(one.form, one.scope, one.by, one.top, one.of, one.descending) for one in found}


OWN = tomllib.loads((Path(__file__).parent / "questions" / "own.toml").read_text("utf-8"))["same"]


@pytest.mark.parametrize("texts", [group["texts"] for group in OWN])
def test_the_same_question_in_other_words_asks_the_same(texts: list[str]) -> None:
    assert len(same(texts)) == 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("拱树区上月案建", "拱墅区上月案件"),
        ("乱听车今年多少", "乱停车今年多少"),
        ("xihuqu benyue tousu", "西湖区本月投诉"),
        ("shangyuejieanlv", "上月结案率"),
        ("xsq 本月案件", "萧山区本月案件"),
        ("fallen tress in Xiahsan this year", "fallen trees in Xiaoshan this year"),
    ],
)
def test_typos_and_pinyin_are_read_as_what_was_meant_and_shown(written: str, meant: str) -> None:
    assert same([written]) == same([meant])
    assert read(written).corrected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("为什么投诉这么多", "cause"),
        ("下个月会有多少投诉", "forecast"),
        ("王小明办了多少件", "unread"),
        ("上周上海有多少积水", "elsewhere"),
        ("2015年多少件", "before"),
        ("昨天有几起野猪进小区", "unread"),
        ("how many bears in Xihu", "unread"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_answered_is_declined_with_its_reason_and_offers(text: str, reason: str) -> None:
    found = engine().read(text, NOW, FIRST)
    assert isinstance(found, Declined)
    assert found.reason == reason
    assert found.offers


def test_a_question_leans_on_the_one_before() -> None:
    before = read("上月拱墅区投诉多少")
    there = read("那西湖区呢？", before)
    assert there.scope == before.scope.with_(area="330106")
    rate = read("结案率呢", there)
    assert rate.scope == there.scope.with_(measure="closing_rate")


def test_what_is_left_out_is_not_counted() -> None:
    assert read("除投诉外，上周12345诉求多少件").scope.kinds == ("H02", "H03", "H04", "H05")
    assert "patrol" not in read("不算网格员上报的，本月共多少").scope.channels
    assert "E05" in read("cases this month excluding complaints").scope.kinds
    rest = read("除西湖区以外，上半年交通事故共几起")
    assert rest.of == "sum"
    assert "330106" not in {side.area for side in rest.sides}
    assert len(rest.sides) > 5
    assert read("除了西湖区，各区上半年案件排名").without == ("330106",)


@pytest.mark.parametrize("text", ["除西湖区外上半年结案率", "不算野猪的案件几起", "除环卫以外本月多少件"])
def test_what_can_not_be_left_out_is_not_overlooked(text: str) -> None:
    assert isinstance(engine().read(text, NOW, FIRST), Declined)


def test_a_night_by_the_clock_goes_from_one_day_to_the_next() -> None:
    midnight = from_iso("2026-07-14T00:00:00+08:00")
    assert read("昨夜10点到今早6点报了多少").scope.span == Span(midnight - 2 * HOUR, midnight + 6 * HOUR)
    assert read("cases from 10 pm yesterday to 6 am today").scope == read("昨晚10点到今天6点的案件").scope
    storm = from_iso("2026-06-20T18:00:00+08:00")
    assert read("6月20日18点到次日8点积水几起").scope.span == Span(storm, storm + 14 * HOUR)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("今年返工两次以上的多少件", ("returned2",)),
        ("cases urged more than once this year", ("urged2",)),
        ("今年没有返过工的案件有多少", ("not_returned",)),
        ("how many cases were never rated this year", ("not_rated",)),
        ("从未被督办的未结案件几件", ("open", "not_urged")),
    ],
)
def test_how_often_and_what_did_not_happen_is_counted(text: str, marks: tuple[str, ...]) -> None:
    assert read(text).scope.marks == marks


@pytest.mark.parametrize(
    "text",
    [
        "上个月被退回两次的",
        "PM2.5今天超过75的有几个小时",
        "平均每个案件督办几次",
        "没结的案件平均多久办完",
        "今年不重复的投诉",
        "周五之前到期的",
    ],
)
def test_a_number_a_denial_or_a_bound_that_can_not_be_told_is_named(text: str) -> None:
    found = engine().read(text, NOW, FIRST)
    assert isinstance(found, Declined)
    assert found.words


def test_by_how_much_something_is_overdue_is_not_how_long_it_took() -> None:
    found = read("已经超期三天以上还没结的").scope
    assert (found.behind, found.took) == ((72.0, float("inf")), ())


def test_what_is_said_in_one_breath_stands_side_by_side() -> None:
    assert [side.span.word for side in read("6月19、20、21三天的积水起数").sides] == [
        f"2026-06-{day}" for day in (19, 20, 21)
    ]
    both = read("今年投诉和举报多少件")
    assert (both.of, [side.kinds for side in both.sides]) == ("sum", [("H01",), ("H04",)])


def test_growth_by_area_is_between_the_two_periods_that_were_said() -> None:
    found = read("六月比五月投诉增加最多的街道")
    assert (found.form, found.of, found.by) == ("ranking", "change", "street")
    assert found.scope.against is not None
    assert (found.scope.span.word, found.scope.against.word) == ("2026-06", "2026-05")


def test_a_fire_station_is_none_in_particular() -> None:
    assert read("消防站今年出警多少次").scope.unit_kind == "fire"


def test_what_is_not_said_is_taken_for_granted_and_marked() -> None:
    found = read("积水多少件")
    assert found.assumed == ("span",)
    assert next(chip for chip in found.chips if chip.field == "span").assumed


ASKED = ["上月拱墅区投诉多少", "上半年哪个街道结案率最低", "六月每天积水多少", "西湖和上城六月投诉对比", "现在超期没结的有哪些", "今年热线占比",
         "昨天PM2.5最高多少", "今年夜里22点到次日6点火情几起"]  # fmt: skip


@pytest.mark.parametrize("text", ASKED)
def test_every_chip_can_be_changed_and_removed_and_another_question_comes_of_it(text: str) -> None:
    found = read(text)
    assert found.chips
    for chip in found.chips:
        for choice in chip.choices[:3]:
            other = engine().edit(found, chip, choice, NOW, FIRST)
            assert other.chips
            assert other != found, (chip, choice)
        if chip.removable:
            other = engine().edit(found, chip, None, NOW, FIRST)
            assert other.chips
            assert other != found, chip


def test_a_removed_chip_asks_for_more() -> None:
    found = read("上月拱墅区热线投诉多少")
    for field in ("area", "kinds", "channels"):
        chip = next(chip for chip in found.chips if chip.field == field)
        without = engine().edit(found, chip, None, NOW, FIRST)
        assert getattr(without.scope, field) == getattr(Scope(found.scope.span), field)
        assert field not in {chip.field for chip in without.chips}


@pytest.mark.parametrize("text", ASKED)
def test_what_was_understood_can_be_kept(text: str) -> None:
    found = read(text)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Understood) == found
    assert read(text) == found


@given(st.text(max_size=60) | st.lists(st.sampled_from([*"的了今天上月区哪最多0123456789年月日到点 ，?😀\x00", "拱墅", "投诉", "last", "June", "结案率", "前", "超过"]),
                                       max_size=30).map("".join))  # fmt: skip
@settings(deadline=None, max_examples=150)
def test_no_text_is_too_strange(text: str) -> None:
    found = engine().read(text, NOW, FIRST)
    assert isinstance(found, Understood | Declined)


@pytest.mark.parametrize(
    "text", ["案" * 10_000, "a" * 10_000, "😀" * 10_000, "\x00\x1b[31m\r\n" * 99, "9" * 10_000, "今年" * 5000]
)
def test_no_text_is_too_long(text: str) -> None:
    assert isinstance(engine().read(text, NOW, FIRST), Understood | Declined)


def test_two_rates_of_one_question_stand_beside_one_another() -> None:
    found = read("六月的按期率和返工率分别多少")
    assert (found.form, found.beside) == ("comparison", "measure")
    assert [side.measure for side in found.sides] == ["on_time_rate", "rework_rate"]
    assert found == read("六月的按期率和返工率分别多少")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("上月案件数和结案率", "two"),
        ("今天接了几件、结了几件", "two"),
        ("number of cases and closing rate last month", "two"),
        ("各区二季度按期率和返工率", "unread"),
        ("西湖和拱墅二季度按期率和返工率", "unread"),
        ("西湖和拱墅的城管和环卫上月各办多少", "unread"),
        ("上城区桂花街道上月案件数", "unread"),
        ("城管12中队上月办了多少", "unread"),
        ("到场最慢的三起火警", "unread"),
        ("下城区今年多少件", "elsewhere"),
        ("7月10日最高温和最低温", "two"),
        ("派单超过2小时还没到场的有几件", "unread"),
        ("主城区昨天的案件", "not_recorded"),
    ],
)
def test_what_would_be_answered_in_part_is_declined(text: str, reason: str) -> None:
    found = engine().read(text, NOW, FIRST)
    assert isinstance(found, Declined), found
    assert found.reason == reason


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("昨天中午11点到1点接了几件", (11, 12)),
        ("昨天晚上12点到早上6点接了几件", (0, 1, 2, 3, 4, 5)),
        ("从零点算到上午11点，昨天来了多少", tuple(range(11))),
    ],
)
def test_hours_about_noon_and_midnight_are_those_that_are_meant(text: str, hours: tuple[int, ...]) -> None:
    assert read(text).scope.hours == hours


@pytest.mark.parametrize("said", ["过了处置期限", "超出规定期限", "没能在规定时间内办结", "没按时办完", "误了截止时间"])
def test_a_time_limit_is_one_whatever_it_is_called(said: str) -> None:
    assert read(f"二季度{said}的有几件").scope.marks == ("late",)


def test_a_number_of_a_day_is_of_the_month_that_was_said() -> None:
    first = from_iso("2026-06-15T00:00:00+08:00")
    spans = [read(text).scope.span for text in ("上月15号接了多少", "6月的15号接了多少", "15号那天接了多少")]
    assert {(span.start, span.end) for span in spans} == {(first, first + DAY)}


def test_what_rose_most_on_the_year_is_against_the_year_before() -> None:
    found = read("今年同比增长最多的区")
    assert found.of == "change"
    assert found.scope.against is not None
    assert found.scope.against.word == "year_before"


def test_from_a_part_of_a_day_to_another_is_one_stretch() -> None:
    midnight = from_iso("2026-07-14T00:00:00+08:00")
    spans = [
        read(text).scope.span
        for text in ("昨晚到今早6点接了多少", "今天凌晨到现在接了多少", "昨天夜里到今天早上接了多少")
    ]
    assert [(span.start - midnight) // HOUR for span in spans] == [-6, 0, -2]
    assert [span.end for span in spans] == [midnight + 6 * HOUR, NOW, midnight + 9 * HOUR]


def test_how_often_is_not_how_many_more() -> None:
    assert read("重开过两次的案件").scope.marks == ("reopened2",)
