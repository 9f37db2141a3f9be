"""Chinese words of months, quarters, seasons and years, and of their parts."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

from cockpit.assist.asking.hours_zh import MONTH_IN, TO, number_in, rule
from cockpit.assist.asking.numbers import CHINESE, number_of
from cockpit.assist.asking.times import HALF, MONTH, QUARTER, Rule, Said, Times
from cockpit.model.clock import DAY
from cockpit.model.scope import Span
from cockpit.model.spans import begin
from cockpit.model.spans import day_of as times_day

YEAR_IN = r"(?P<{0}>今年度?|本年度?|去年度?|上年|上一年|前年|(?:20)?\d{{2}}年度?)?的?"
TENS = {
    "上旬": 1,
    "中旬": 2,
    "下旬": 3,
    "初": 1,
    "月初": 1,
    "中": 2,
    "底": 3,
    "末": 3,
    "上半月": 4,
    "下半月": 5,
    "前半月": 4,
    "后半月": 5,
    "上半个月": 4,
    "下半个月": 5,
    "前半个月": 4,
    "后半个月": 5,
    "月头": 1,
}
TENS_IN = "上旬|中旬|下旬|[上下前后]半个?月"


def _months(times: Times, m: re.Match[str]) -> tuple[str, object]:
    first, last = number_in(m["m"]), number_in(m["m2"])
    one = times.of_year(MONTH, first, times.year_of(m["y"]))
    year = one.span.start
    from cockpit.model.spans import day_of

    begun = day_of(year).year
    end = times.unit(MONTH, times.year_of(m["y2"]) or (begun if last >= first else begun + 1), last)
    return "time", Said(times.days(day_of(year), day_of(end.end - 1)), m["y"] is not None, ends=(one.span, end))


def _month(times: Times, m: re.Match[str]) -> tuple[str, object]:
    return "time", times.of_year(MONTH, number_in(m["m"]), times.year_of(m["y"]), TENS.get(m["t"] or "", 0))


_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}


def _first_of(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """本月头十天, 六月最后一周: the first or last days of a month, quarter, year."""
    whole = whole_of(times, m)
    number = number_of(m["n"] or "一")
    if whole is None or not number:
        return None
    days = int(number * {"天": 1, "日": 1, "周": 7, "星期": 7, "个星期": 7}[m["u"]])
    first, last = whole
    if m["e"] in _ENDING:
        return "time", Said(times.days(max(first, last - timedelta(days=days - 1)), last))
    return "time", Said(times.days(first, min(last, first + timedelta(days=days - 1))))


_ENDING = ("最后", "末", "后", "最末")


def whole_of(times: Times, m: re.Match[str]) -> tuple[date, date] | None:
    if m["m"]:
        span = times.of_year(MONTH, number_in(m["m"]), times.year_of(m["y"])).span
    elif m["w"]:
        back = {"本": 0, "这": 0, "当": 0, "上": 1, "上上": 2}[m["w"].replace("个", "").replace("一", "")]
        months = times.today.year * 12 + times.today.month - 1 - back
        span = times.month(months // 12, months % 12 + 1)
    else:
        year = times.year_of(m["y"])
        if year is None:
            return None
        return date(year, 1, 1), date(year, 12, 31)
    first = times_day(span.start)
    return first, last_day(first)


def _of_quarter(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """一季度最后一周, 二季度头一个月."""
    whole = times.of_year(QUARTER, number_in(m["q"]), times.year_of(m["y"])).span
    first, number = times_day(whole.start), int(number_of(m["n"]) or 0)
    end = last_day(first.replace(month=first.month + 2))
    if m["u"] == "月":
        month = first.month + (3 - number if m["e"] in _ENDING else 0)
        last = first.month + (number - 1 if m["e"] not in (*_ENDING, "第") else 2)
        if m["e"] == "第":
            month = last = first.month + number - 1
        return (
            ("time", Said(times.days(first.replace(month=month), last_day(first.replace(month=last))), True))
            if 0 < number < 4
            else None
        )
    days = timedelta(days=number * (7 if m["u"] in ("周", "星期") else 1))
    if m["e"] == "第":
        return None
    return "time", Said(
        times.days(end - days + timedelta(days=1), end)
        if m["e"] in _ENDING
        else times.days(first, first + days - timedelta(days=1)),
        True,
    )


def last_day(first: date) -> date:
    months = first.year * 12 + first.month
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)


_MON = MONTH_IN.format("x").replace("(?P<x>", "(?:")
AND = re.compile(r"[、,，和与及]|以及")


def _week_of_month(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """七月第一周: seven days from its first, and so on."""
    whole = whole_of(times, m)
    if whole is None:
        return None
    first = whole[0] + timedelta(days=7 * (number_in(m["n"]) - 1))
    return ("time", Said(times.days(first, min(whole[1], first + timedelta(days=6))))) if first <= whole[1] else None


def _last_part(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """去年最后一个季度, 今年第一个月."""
    year = times.year_of(m["y"])
    if year is None:
        return None
    unit = QUARTER if m["u"].startswith("季") else MONTH
    last = (4 if unit == QUARTER else 12) if m["e"].startswith("最后") else 1
    return "time", times.of_year(unit, last, year)


def _several_parts(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """四、五、六月; 一、二季度."""
    unit = MONTH if "月" in m.group() else QUARTER
    year = times.year_of(m["y"])
    spans = [
        times.of_year(unit, number_in(one.removesuffix("月").removesuffix("季度")), year).span
        for one in AND.split(m["l"])
    ]
    return "time", Said(spans[0], year is not None, more=tuple(spans[1:]))


def _quarters(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """去年四季度到今年二季度."""
    last = times.of_year(QUARTER, number_in(m["q2"]), times.year_of(m["y2"]) or times.year_of(m["y"]))
    end = times_day(last.span.end - 1)
    year = times.year_of(m["y"]) or (end.year if number_in(m["q"]) <= number_in(m["q2"]) else end.year - 1)
    first = times.unit(QUARTER, year, number_in(m["q"]))
    return "time", Said(times.days(times_day(first.start), end), True, ends=(first, last.span))


def _running_months(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """五六月份, 一二季度: parts of a year that follow one another, said in one breath."""
    unit, year = QUARTER if "季" in m.group() else MONTH, times.year_of(m["y"])
    parts = [number_in(one) for one in m["l"]]
    if any(later - one != 1 for one, later in pairwise(parts)):
        return None
    spans = [times.of_year(unit, part, year).span for part in parts]
    return "time", Said(spans[0], year is not None, more=tuple(spans[1:]))


_MONTH_BEFORE = re.compile(rf"{YEAR_IN.format('y')}{MONTH_IN.format('m')}月(?!.*月)")


def _three_tens(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """六月上中下旬."""
    before = None if m["m"] or m["w"] else _MONTH_BEFORE.search(m.string, 0, m.start())  # 六月的案子，三旬各多少
    if before is not None:
        first = times_day(times.of_year(MONTH, number_in(before["m"]), times.year_of(before["y"])).span.start)
        whole: tuple[date, date] | None = (first, first)
    else:
        whole = whole_of(times, m) if m["m"] or m["w"] else (times.today.replace(day=1), times.today)
    if whole is None:
        return None
    spans = [times.month(whole[0].year, whole[0].month, part) for part in (1, 2, 3)]
    return "time", Said(spans[0], True, more=tuple(spans[1:]))


def _since_season(times: Times, m: re.Match[str]) -> tuple[str, object]:
    first = times.day(times.year_of(m["y"]), _SEASONS[m["s"]], 1)
    return "time", Said(times.since(Span(begin(first), begin(first) + DAY)))


def _first_quarters(times: Times, m: re.Match[str]) -> tuple[str, object]:
    year = times.year_of(m["y"]) or times.today.year
    end = times.unit(QUARTER, year, min(4, number_in(m["n"])))
    return "time", Said(times.days(date(year, 1, 1), times_day(end.end - 1)), True)


def _season(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """Of the year that was said, else the last one that has begun; a winter is of the year in which it begins."""
    first = times.day(times.year_of(m["y"]), _SEASONS[m["s"]], 1)
    months = first.year * 12 + first.month + 2
    last = date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
    return "time", Said(times.days(first, last), m["y"] is not None)


def _quarter(times: Times, m: re.Match[str]) -> tuple[str, object]:
    return "time", times.of_year(QUARTER, number_in(m["q"] or m["q1"]), times.year_of(m["y"]))


def _half(times: Times, m: re.Match[str]) -> tuple[str, object]:
    return "time", times.of_year(HALF, 1 if m["h"] in "上前头" else 2, times.year_of(m["y"]))


def _year(times: Times, m: re.Match[str]) -> tuple[str, object]:
    year = times.year_of(m["y"])
    assert year is not None
    return "time", Said(times.days(date(year, 1, 1), date(year, 12, 31)), True, "year")


def _month_relative(times: Times, m: re.Match[str]) -> tuple[str, object]:
    back = {"本": 0, "这": 0, "当": 0, "上": 1, "上上": 2, "下": -1}[re.sub("[个各一]", "", m["w"])]
    part = TENS.get(m["t"] or "", 0)
    months = times.today.year * 12 + times.today.month - 1 - back
    if not part and back in (0, 1):
        return "time", Said(times.word("last_month" if back else "month"), unit="month")
    return "time", Said(times.month(months // 12, months % 12 + 1, part), unit="month")


def _quarter_relative(times: Times, m: re.Match[str]) -> tuple[str, object]:
    word = {"上": "last_", "本": "", "这": "", "当": ""}[m["w"][0]] + {"季": "quarter", "半": "half"}[m["u"][0]]
    return "time", Said(times.word(word), unit="quarter")


def _tens(times: Times, m: re.Match[str]) -> tuple[str, object]:
    span = times.month(times.today.year, times.today.month, TENS[m["t"]])
    return "time", Said(span, False, "tens", TENS[m["t"]])


def _first_months(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    year, months = times.year_of(m["y"]), number_of(m["n"])
    if year is None or not months or months > 12:
        return None
    end = times.unit(MONTH, year, int(months))
    return "time", Said(times.days(date(year, 1, 1), times_day(end.end - 1)), True)


def _since_quarter(times: Times, m: re.Match[str]) -> tuple[str, object]:
    span = times.of_year(QUARTER, number_in(m["q"]), times.year_of(m["y"])).span
    return "time", Said(Span(span.start, times.now) if span.end != times.now else span, True)


def _same_of(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """去年七月同期: of a month that goes on what is over of it."""
    one = times.of_year(MONTH, number_in(m["m"]), times.year_of(m["y"]))
    first = times_day(one.span.start)
    if first.month != times.today.month:
        return "time", one
    return "time", Said(
        Span(one.span.start, begin(times.today.replace(year=first.year)) + times.now - begin(times.today)), True
    )


RULES: tuple[Rule, ...] = (
    rule(rf"(?P<y>去年|上年|前年|20\d{{2}}年)的?{MONTH_IN.format('m')}月份?的?(?:同期|同一时期|同时段|同一时段)", _same_of),
    rule(r"(?P<y>今年|本年|去年|20\d{2}年)的?(?:头|前|最初)(?P<n>[一二两三四五六七八九十]{1,2}|\d{1,2})个?月", _first_months),
    rule(rf"(?:自|从)?{YEAR_IN.format('y')}第?(?P<q>[一二三四1-4])季度(?:以来|至今|到现在|到目前)", _since_quarter),
    rule(rf"(?:{YEAR_IN.format('y')}{MONTH_IN.format('m')}月份?|(?P<w>上上个?|本|这一?个?|上一?个?|当)月)的?(?P<e>头|前|最初|开头|开始|最后|末|后|最末)的?(?P<n>{CHINESE}+|\d+)个?"
         r"(?P<u>天|日|周|星期|个星期)", _first_of),
    rule(rf"(?P<y>今年|本年|去年|前年|20\d{{2}}年)的?(?P<m>)(?P<w>)(?P<e>头|前|最初|开头)的?(?P<n>{CHINESE}+|\d+)个?(?P<u>天|日|周|星期|个星期)", _first_of),
    rule(rf"{YEAR_IN.format('y')}第?(?P<q>[一二三四1-4])季度的?(?P<e>头|前|最初|开头|最后|末|最末|第)的?(?P<n>{CHINESE}+|\d+)个?(?P<u>天|日|周|星期|月)(?!份)", _of_quarter),
    rule(r"(?P<y>今年|本年|去年|前年|20\d{2}年)(?:全年)?的?(?P<e>最后一|第一|头一|最初一)个?(?P<u>季度?|月)", _last_part),
    rule(rf"(?:{YEAR_IN.format('y')}{MONTH_IN.format('m')}月份?|(?P<w>上上个?|本|这一?个?|上一?个?|当)月)的?第(?P<n>[一二三四五1-5])个?(?:周|星期|礼拜)", _week_of_month),
    rule(rf"{YEAR_IN.format('y')}(?P<l>{_MON}月?(?:(?:、|和|与|及){_MON}月?)+)(?P<u>月份?|个月)?(?<=[月份])(?!\d|[一二三四五六七八九十]+[日号])"
         r"(?:[这那]?[两二三四五六]个月)?", _several_parts),
    rule(rf"{YEAR_IN.format('y')}第?(?P<l>[一二三四1-4](?:季度)?(?:(?:、|和|与|及)第?[一二三四1-4](?:季度)?)+)(?P<u>个?季度?)?(?<=[季度])(?:[这那]?[两二三]个季度)?",
         _several_parts),
    rule(rf"{YEAR_IN.format('y')}第?(?P<q>[一二三四1-4])季度?{TO}{YEAR_IN.format('y2')}第?(?P<q2>[一二三四1-4])季度?", _quarters),
    rule(r"(?P<y>今年|本年|去年|20\d{2}年)?的?(?:头|前)(?P<n>[两二三23])个?季度?(?<=季|度)", _first_quarters),
    rule(rf"{YEAR_IN.format('y')}{MONTH_IN.format('m')}(?:月份?)?{TO}{YEAR_IN.format('y2')}{MONTH_IN.format('m2')}月份?(?!\d|[一二三四五六七八九十]+[日号])",
          _months),
    rule(rf"{YEAR_IN.format('y')}{MONTH_IN.format('m')}、{MONTH_IN.format('m2')}(?:两个)?月份?(?!\d|[一二三四五六七八九十]+[日号])(?P<y2>)", _months),
    rule(rf"{YEAR_IN.format('y')}{MONTH_IN.format('m')}月(?:份)?的?(?P<t>{TENS_IN}|初|底|末)?(?:整月|全月|当月|整个月)?(?!\d)", _month),
    rule(rf"{YEAR_IN.format('y')}(?:第(?P<q1>[一二三四1-4])个?|(?P<q>[一二三四1-4]))季度?(?<=季|度)", _quarter),
    rule(rf"{YEAR_IN.format('y')}(?P<s>[春夏秋冬])(?:天|季|季节)", _season),
    rule(rf"{YEAR_IN.format('y')}q(?P<q>[1-4])(?!\d)", _quarter),
    rule(rf"{YEAR_IN.format('y')}(?P<h>[上下])半年", _half),
    rule(r"(?P<y>今年|本年|去年|前年|20\d{2}年)的?(?P<h>[前头后])半年", _half),
    rule(rf"{YEAR_IN.format('y')}(?P<l>[一二三四五六七八九]{{2,3}})(?:[这那]?[两三]个?)?月份?(?:[这那]?[两三]个月)?", _running_months),
    rule(rf"{YEAR_IN.format('y')}(?P<l>一二|二三|三四)[两]?个?季度", _running_months),
    rule(rf"(?:{YEAR_IN.format('y')}{MONTH_IN.format('m')}月份?|(?P<w>上上个?|本|这一?个?|上一?个?|当)月份?)?(?:里|的|分|按|内)*(?:上、?中、?下旬?(?<=旬)|上旬?[、和]?中旬?[、和]?下旬(?<=旬)|三旬|三个旬|上中下三旬)(?:三旬|三个时段)?", _three_tens),
    rule(r"(?:自|从|打)?(?:今年)?(?:开年|年头|年初|一开年|元旦过后)(?:以来|至今|到现在|到目前|到如今|到今天|算起|起)(?:为止)?|从(?:今年)?(?:1|一|元)月(?:份)?(?:到现在|至今|到目前)", lambda t, m: ("time", Said(t.word("year"), unit="year"))),
    rule(r"(?:自|从)?(?P<y>今年)?(?:入|开|立|进入|交)(?P<s>[春夏秋冬])(?:天)?(?:以来|至今|之后|后|到现在|起)", _since_season),
    rule(r"(?P<y>今年度?|本年度?|去年度?|上年|上一年|前年|20\d{2}年?度?(?!\d|[./-]\d))(?:全年|以来|至今|到现在|到目前|一年|整年|一整年)?",
          _year),
    rule(rf"(?P<w>上上个?|本|这一?[个各]?|上一?[个各]?|(?<!一)下一?个?|当)月份?的?(?P<t>{TENS_IN}|初|底|末)?(?:以来|至今|全月|整月)?", _month_relative),
    rule(r"(?P<w>上一?个?|本|这一?个?|当)(?P<u>季度|半年)(?:以来)?(?!年)", _quarter_relative),
    rule(r"(?P<y>20\d\d)[-/.](?P<m>1[0-2]|0?[1-9])(?![-/.\d])",
          lambda t, m: ("time", Said(t.month(int(m["y"]), int(m["m"])), True, "month", int(m["m"])))),
    rule(rf"(?P<t>{TENS_IN})", _tens),
)  # fmt: skip
"""What each pattern of a text says."""
