"""Turns of phrase that could mean two things, and what each of them is taken for."""

from __future__ import annotations

import pytest

from cockpit.model.asking import Declined
from cockpit.model.clock import DAY, from_iso
from cockpit.model.scope import Span
from tests.test_asking import FIRST, NOW, engine, read


def day(text: str) -> int:
    return from_iso(f"{text}T00:00:00+08:00")


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("本周案件来源分布", "channel"),
        ("六月街道各多少件", "street"),
        ("未结案件，渠道拆开各是多少", "channel"),
        ("open cases, level-wise", "level"),
        ("昨天的案件按来路拆一下", "channel"),
    ],
)
def test_what_a_thing_is_divided_by_may_stand_behind_it(text: str, by: str) -> None:
    assert (read(text).form, read(text).by) == ("ranking", by)


def test_who_reported_is_not_what_is_divided_by() -> None:
    assert read("what was reported most often by hotline in May").by == "kind"
    assert read("cases by channel in May").by == "channel"


def test_a_share_of_those_that_were_redone_is_the_rate_unless_it_is_of_something_else() -> None:
    assert read("钱塘区今年返工的占几成").scope.measure == "rework_rate"
    assert read("share of satisfied citizens in Xihu last quarter").scope.measure == "satisfaction_rate"
    assert read("满意的占全部评价的几成").scope.measure == "satisfaction_rate"
    assert read("今年返工的案件里，钱塘区占几成").of == "share"


def test_minutes_and_hours_at_the_end_say_in_what_it_is_told() -> None:
    assert read("上月平均每件案子多久能办完，按小时").by == ""
    assert read("上月案件按小时分").by == "hour"


def test_the_fall_of_cases_is_no_season() -> None:
    assert isinstance(engine().read("fall fashion in June", NOW, FIRST), Declined)
    assert read("cases last fall").scope.span.start == day("2025-09-01")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("四月上半月多少件", "2026-04-01", "2026-04-16"),
        ("上月后半月多少件", "2026-06-16", "2026-07-01"),
        ("一季度最后一周多少件", "2026-03-25", "2026-04-01"),
        ("suspected gas leaks in the last three months of 2025", "2025-10-01", "2026-01-01"),
        ("去年国庆七天多少件", "2025-10-01", "2025-10-08"),
        ("两个月前投诉多少", "2026-05-01", "2026-06-01"),
        ("三天前多少件", "2026-07-11", "2026-07-12"),
        ("刚过去的这个周末多少件", "2026-07-11", "2026-07-13"),
        ("春节前后，2月14日到20日，多少件", "2026-02-14", "2026-02-21"),
    ],
)
def test_parts_of_months_quarters_and_holidays(text: str, start: str, end: str) -> None:
    span = read(text).scope.span
    assert (span.start, span.end) == (day(start), day(end))


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("周一以来多少件", "2026-07-13"),
        ("从上周五起结案几件", "2026-07-10"),
        ("cases from Monday until now", "2026-07-13"),
        ("入夏以来路灯多少", "2026-06-01"),
        ("开年到现在违停多少", "2026-01-01"),
        ("2026年以来违停多少", "2026-01-01"),
        ("上周五以来投诉多少", "2026-07-10"),
        ("上周一至今积水多少起", "2026-07-06"),
        ("本周一以来投诉多少", "2026-07-13"),
        ("上周末以来投诉多少", "2026-07-11"),
        ("上周以来投诉多少", "2026-07-06"),
        ("how did complaints develop over the year", "2026-01-01"),
    ],
)
def test_what_has_been_since(text: str, start: str) -> None:
    span = read(text).scope.span
    assert (span.start, span.end) == (day(start), NOW)


def test_mondays_are_not_since_monday() -> None:
    assert read("周一多少件，今年").scope.weekdays == (0,)
    assert read("哪些街道上周一件投诉都没有").scope.span.word == "last_week"


def test_a_part_of_both_years_and_the_month_before_another() -> None:
    assert [side.span.word for side in read("今年与去年上半年案件数对比").sides] == ["2026-H1", "2025-H1"]
    assert [side.span.word for side in read("complaints in June compared with June last year").sides] == [
        "2026-06",
        "2025-06",
    ]
    assert [side.span for side in read("六月投诉较上月增减").sides][1] == Span(day("2026-05-01"), day("2026-06-01"))


def test_on_a_date_compares_it_with_nothing() -> None:
    assert read("average air temperature on 13 July, Yuhang against Shangcheng").scope.span.start == day("2026-07-13")


def test_those_with_more_than_before_are_listed_alone() -> None:
    found = read("哪些区六月比五月少了")
    assert (found.form, found.of, found.descending) == ("ranking", "change", False)
    assert found.over
    assert found.over[1] < 0


def test_none_at_all_is_nought_and_of_one_place_declined() -> None:
    assert read("哪些街道上周一件都没有").over == (0.0, 0.0)
    assert isinstance(engine().read("上周一件都没有吗", NOW, FIRST), Declined)


def test_a_mean_that_is_bound_is_of_each_and_not_of_cases() -> None:
    found = read("六月平均到场时间超过半小时的区")
    assert (found.scope.measure, found.by) == ("mean_response", "district")
    assert found.over[0] == pytest.approx(30.0)
    assert read("六月到场超过半小时的有几件").scope.reached[0] == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("text", "over"), [("结案率没到九成的街道", (0.0, 90.0)), ("满意率九成以上的区，上半年", (90.0, 100.0))]
)
def test_tenths_are_shares(text: str, over: tuple[float, float]) -> None:
    found = read(text).over
    assert found[0] <= over[0] <= over[1]
    assert found[1] >= over[1] - 1e-6


def test_first_by_pace_is_the_fastest() -> None:
    assert not read("论赶到现场的快慢，二季度哪类队伍排第一").descending
    assert read("二季度哪类队伍到场时间最长").descending


def test_a_limit_that_is_over_is_not_one_that_comes() -> None:
    assert read("到期没办完的有多少").scope.marks == ("overdue",)
    assert read("明天到期没办完的有多少").scope.when == "due"


def test_a_month_is_no_units_number() -> None:
    assert read("市政抢修 7月份平均办多久").scope.unit_kind == "repair"


def test_words_with_a_number_inside_are_one() -> None:
    assert read("今年每月停了几次电").scope.kinds == ("E0598",)


def test_after_midnight_ends_with_the_night() -> None:
    assert read("cases after midnight last week").scope.hours == tuple(range(6))


NOT_RECORDED = """
昨天有几只狗丢了
昨天狗咬人几起
今年猫多少
上个月一共花了几块钱
西湖区人口
昨天有多少人上街
今年卖了多少套房
上周有多少外卖小哥摔伤
今年城管打人几起
how many dogs were lost yesterday
how many roads are there in Hangzhou
how many trees are there in Xihu
how much water did the city use last month
water consumption in June
how many police officers are on duty
how many buses ran late yesterday
number of schools in Gongshu
fall fashion in June
how many people live in Binjiang
今年有几家饭馆开张
上月地铁晚点几次
今年道路修了多少公里
本月新增多少绿地
昨天献血的有多少
上周食物中毒几起
本月电动车起火几起是锂电池引起的
今年被罚的商户有几家
环卫工人有多少人
城管局长是谁
上周谁值班
昨天的天气怎么样
how is the weather today
今年共享单车投放了多少辆
西湖边的游船有几条
今天有几趟航班取消
昨天幼儿园接到几起
今年最贵的一起事故赔了多少
本月销售额多少
上周卖了多少票
今天菜市场几点开门
昨天地震几级
今年有几次台风
上个月下了几天雨
上周办结件与超期件分别多少
"""


@pytest.mark.parametrize("text", NOT_RECORDED.split("\n")[1:-1])
def test_what_is_no_question_for_the_archive_is_declined(text: str) -> None:
    assert isinstance(engine().read(text, NOW, FIRST), Declined)


def test_nought_of_a_class_is_of_that_class_alone() -> None:
    for text in ("上周零投诉的街道", "上周一件投诉都没有的街道", "上周哪些街道没有投诉", "上周哪些街道投诉没有"):
        assert (read(text).scope.kinds, read(text).by, read(text).over) == (("H01",), "street", (0.0, 0.0))
    assert isinstance(engine().read("上周零售摊贩多少", NOW, FIRST), Declined)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("西湖区返工占全市返工的多少", ("area",)),
        ("返工的占全部的几成", ("marks",)),
        ("今年返工的占全部案件的多少", ("marks",)),
        ("what share of complaints in all districts came from Xihu last month", ("area",)),
        ("what share of complaints in all were in Xihu last month", ("area",)),
        ("share of Xihu in all complaints last month", ("area",)),
        ("what share in all complaints came from Xihu last month", ("area",)),
        ("what share of cases in Xihu were late last month", ("marks",)),
        ("complaints as a share of all cases in Xihu last month", ("kinds",)),
        ("what share of late cases were in Xihu last month", ("area",)),
    ],
)
def test_a_share_is_of_the_whole_that_was_said(text: str, whole: tuple[str, ...]) -> None:
    found = read(text)
    assert (found.of, found.scope.measure, found.whole) == ("share", "count", whole)


def test_two_that_reported_stand_beside_one_another() -> None:
    for text in ("how many cases by hotline and how many by 110 last week", "cases by hotline and 110 last week"):
        found = read(text)
        assert (found.form, found.of, found.beside) == ("comparison", "value", "channels")
        assert [side.channels for side in found.sides] == [("hotline",), ("police",)]


@pytest.mark.parametrize(
    ("text", "rises"),
    [
        ("哪些街道比上周投诉多", True),
        ("哪些街道上周比上上周投诉少", False),
        ("which districts had more complaints than last month", True),
        ("which kinds are up on last month", True),
        ("which districts have a higher closing rate than last month", True),
        ("which classes fell last month", False),
    ],
)
def test_which_had_more_than_before_are_those_and_not_the_city(text: str, rises: bool) -> None:
    found = read(text)
    assert (found.form, found.of, found.top, found.descending) == ("ranking", "change", 0, rises)
    assert found.over
    assert (found.over[0] > 0) is rises


def test_a_mean_behind_whose_bound_its_owners_stand_is_theirs() -> None:
    found = read("平均到场超过10分钟的区有几个")
    assert (found.scope.measure, found.by) == ("mean_response", "district")
    assert found.over[0] == pytest.approx(10.0)
    assert read("平均到场超过10分钟的案件有几个").scope.reached[0] == pytest.approx(10.0)


def test_how_many_were_hurt_is_no_less_than_was_said() -> None:
    assert read("伤亡百人以上的事故").scope.amount[0] == 100.0
    assert read("有伤亡的事故").scope.amount[0] == 1.0


def test_this_june_and_the_last_are_of_two_years() -> None:
    for text in ("complaints this June and last June", "complaints in last June and this June"):
        assert {side.span.start for side in read(text).sides} == {day("2026-06-01"), day("2025-06-01")}


def test_a_word_of_one_character_is_no_slip() -> None:
    assert read("上月哪些区案件最多").by == "district"
    assert (read("六月哪些区案件增加了").by, read("六月哪些区案件增加了").of) == ("district", "change")


def test_each_day_by_the_hour_is_the_hour() -> None:
    assert read("每天几点投诉最多").by == "hour"


TWO_AT_ONCE = """
上个月哪天几点投诉最多
上个月哪天星期几投诉最多
办结速度排名
返工率排名
哪些区投诉比西湖区多
road signs that fell last month
signs that fell last month
complaints that fell last month
what share of reworks came from Xihu last month
上周零点投诉多少
下周一以来投诉多少
零投诉
哪些街道的投诉超过上周
哪些区比西湖区结案率高
which streets had more cases in June than Xixi street
哪些队伍比上月慢
which roads had the most cases last month
哪条路投诉最多
哪条路上积水最多
哪些区改善了
what share of reworks are from the hotline
哪些天比上周投诉多
which day and hour had the most complaints
"""


@pytest.mark.parametrize("text", TWO_AT_ONCE.split("\n")[1:-1])
def test_what_would_be_half_understood_is_declined(text: str) -> None:
    assert isinstance(engine().read(text, NOW, FIRST), Declined)


def test_a_slip_that_lost_a_letter_is_that_word() -> None:
    assert read("unlicesed street vendors this year").scope == read("unlicensed street vendors this year").scope
    assert read("closing rate in Shnagcheng, June").scope.span.end - read("June").scope.span.start == 30 * DAY
