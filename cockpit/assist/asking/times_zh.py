"""Chinese words of days, weeks, holidays, and of time that is reckoned from now."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from datetime import date, timedelta

from cockpit.assist.asking.hours_zh import DAY_IN, MONTH_IN, PART, PARTS, RELATIVE, TO, number_in, rule
from cockpit.assist.asking.lexicon import words
from cockpit.assist.asking.months_zh import AND, YEAR_IN, last_day, whole_of
from cockpit.assist.asking.numbers import CHINESE, number_of
from cockpit.assist.asking.times import Rule, Said, Times, round_the_clock
from cockpit.model.clock import DAY, HOUR
from cockpit.model.scope import Span
from cockpit.model.spans import begin, day_of, previous

_DAY_TAIL = r"(?:日|号)"
_WEEK = r"(?:周|星期|礼拜)"
_DAYS = {c: i for i, c in enumerate("一二三四五六日")} | {
    "天": 6,
    "1": 0,
    "2": 1,
    "3": 2,
    "4": 3,
    "5": 4,
    "6": 5,
    "7": 6,
}


def _dates(times: Times, m: re.Match[str]) -> tuple[str, object]:
    year = times.year_of(m["y"])
    first = times.day(year, number_in(m["m"]), number_in(m["d"]))
    if m["d2"]:
        month = number_in(m["m2"]) if m["m2"] else first.month
        last = date(times.year_of(m["y2"]) or first.year, month, number_in(m["d2"]))
        if last < first and not m["y2"]:
            last = date(first.year + 1, month, last.day)
        return "time", Said(times.days(first, last), year is not None)
    return "time", Said(times.days(first, first), year is not None, "day")


_DAY = DAY_IN.format("x").replace("(?P<x>", "(?:")
_SINCE = ("后", "起", "来", "今", "在")


def _day_side(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """上个月15号之后, 6月10日之前: the part of a month, or of what has been since, on one side of a day."""
    if m["m"]:
        day = times.day(times.year_of(m["y"]), number_in(m["m"]), number_in(m["d"]))
    else:
        whole = whole_of(times, m)
        day = (whole[0] if whole else times.today.replace(day=1)).replace(day=number_in(m["d"]))
    after = m["s"][-1] in _SINCE
    if not after:
        return "time", Said(times.days(day.replace(day=1), day - timedelta(days=1 if m["s"][-1] == "前" else 0)), True)
    if m["m"] or not m["w"] or m["w"][0] != "上":
        return "time", Said(times.since(Span(begin(day), begin(day) + DAY)))
    return "time", Said(times.days(day, last_day(day.replace(day=1))))


def _several_days(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """6月19、20、21日."""
    month, year = number_in(m["m"]), times.year_of(m["y"])
    days = [times.day(year, month, number_in(one.rstrip("日号"))) for one in AND.split(m["l"])]
    spans = [times.days(day, day) for day in days]
    return "time", Said(spans[0], year is not None, "day", more=tuple(spans[1:]))


def _same_before(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """上周同期: what is over of this week, a week earlier."""
    word = {"昨": "today", "上周": "week", "上星": "week", "上个星": "week", "上礼": "week", "上个礼": "week", "上月": "month", "上个月": "month",
            "上季": "quarter", "上个季": "quarter", "上个周": "week"}  # fmt: skip
    name = next((word[key] for key in sorted(word, key=len, reverse=True) if m["w"].startswith(key)), "")
    if not name:
        return None
    before = previous(times.word(name))
    return "time", Said(Span(before.start, before.end), unit="same")


def _relative(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    back, part = RELATIVE[m["r"]], m["p"] or ""
    if len(m["r"]) == 1 and not part:
        return None
    day = times.today - timedelta(days=back)
    span = times.word("today") if back == 0 else times.word("yesterday") if back == 1 else times.days(day, day)
    hours = () if not part else tuple(range(12)) if part == "上午" else round_the_clock(*PARTS[part])
    return "time", Said(span, unit="day", hours=hours)


def _weeks(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    back = {"本": 0, "这": 0, "当": 0, "上": 1, "上上": 2, "下": -1}[m["w"].replace("个", "").replace("一", "")]
    monday, sunday = times.week(back)
    if m["s"] and m["d2"]:
        return None
    first = monday + timedelta(days=5 if m["d"] == "末" else _DAYS[m["d"]] if m["d"] else 0)
    if m["s"] and (m["d"] or back == 1) and first <= times.today:  # 上周五以来
        return "time", Said(times.since(times.days(first, first)))
    if m["d"] == "末":
        return "time", Said(times.days(sunday - timedelta(days=1), sunday))
    if m["d"]:
        last = monday + timedelta(days=_DAYS[m["d2"]]) if m["d2"] else first
        return "time", Said(times.days(first, max(first, last)), unit="day" if not m["d2"] else "")
    if back in (0, 1):
        return "time", Said(times.word("last_week" if back else "week"), unit="week")
    return "time", Said(times.days(monday, sunday), unit="week")


def _since_weekday(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """周一以来, 从上周五起: the last such day and what has been since."""
    back = (times.today.weekday() - _DAYS[m["d"]]) % 7
    if (m["w"] or "").startswith("上"):
        back = times.today.weekday() + 7 - _DAYS[m["d"]]
    first = begin(times.today - timedelta(days=back))
    return "time", Said(times.since(Span(first, first + DAY)))


def _ago(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """三天前, 两周前, 两个月前: the day, the week, the month."""
    number = int(number_of(m["n"]) or 0)
    if not 0 < number < 400:
        return None
    if m["u"] == "月":
        months = times.today.year * 12 + times.today.month - 1 - number
        return "time", Said(times.month(months // 12, months % 12 + 1), True, "month")
    if m["u"] in ("天", "日") or "天" in m.group():
        day = times.today - timedelta(days=number * (1 if m["u"] in ("天", "日") else 7))
        return "time", Said(times.days(day, day), True, "day")
    return "time", Said(times.days(*times.week(number)), True, "week")


def _week_ago(times: Times, m: re.Match[str]) -> tuple[str, object]:
    day = times.today - timedelta(days=7)
    return "time", Said(times.days(day, day), unit="day")


def _weekend_back(times: Times, m: re.Match[str]) -> tuple[str, object]:
    _, sunday = times.week(0 if m["w"][0] in "本这" and times.today.weekday() > 4 else 1)
    if m["s"]:
        first = begin(sunday - timedelta(days=1))
        return "time", Said(times.since(Span(first, first + DAY)))
    return "time", Said(times.days(sunday - timedelta(days=1), sunday))


def _day_of_month(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """上月15号, 本月3日到8日."""
    whole = whole_of(times, m)
    if whole is None:
        return None
    first = whole[0].replace(day=number_in(m["d"]))
    last = whole[0].replace(day=number_in(m["d2"])) if m["d2"] else first
    return "time", Said(times.days(first, max(first, last)), True, "" if m["d2"] else "day")


def _bare_day(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """20号: the last that has been, or of the month that was said."""
    day, first = number_in(m["d"]), times.today.replace(day=1)
    if day > times.today.day:
        first = (first - timedelta(days=1)).replace(day=1)
    there = first.replace(day=day)
    return "time", Said(times.days(there, there), False, "bare", day)


def _year_before(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """去年的今天, 上个月的今天."""
    if "年" in m["w"]:
        day = times.today.replace(year=times.today.year - (2 if m["w"][0] == "前" else 1))
    else:
        before = times.today.replace(day=1) - timedelta(days=1)
        day = before.replace(day=min(before.day, times.today.day))
    return "time", Said(times.days(day, day), True, "day")


_UNITS = {"天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year", "小时": "hour",
          "钟头": "hour", "季度": "quarter"}  # fmt: skip  # fmt: skip


def _recent(times: Times, m: re.Match[str]) -> tuple[str, object]:
    number = m["n"] or "一"
    value = {"几": 7.0 if m["u"] in ("天", "日") else 3.0, "半": 0.5}.get(number) or number_of(number) or 1.0
    return "time", Said(times.recent(value, _UNITS[m["u"]]))


def _days_and_nights(times: Times, m: re.Match[str]) -> tuple[str, object]:
    """一天一夜, 两昼夜: by the hour."""
    return "time", Said(times.recent(24 * (number_of(m["n"] or "一") or 1), "hour"))


def _coming(times: Times, m: re.Match[str]) -> tuple[str, object]:
    value = number_of(m["n"] or "一") or 1
    length = {"hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY}[_UNITS[m["u"]]]
    return "time", Said(Span(times.now, times.now + int(value * length)))


def _iso(times: Times, m: re.Match[str]) -> tuple[str, object]:
    first = date(int(m["y"]), int(m["m"]), int(m["d"]))
    last = date(int(m["y2"]), int(m["m2"]), int(m["d2"])) if m["y2"] else first
    return "time", Said(times.days(first, last), unit="" if m["y2"] else "day")


def _short_date(times: Times, m: re.Match[str]) -> tuple[str, object]:
    day = times.day(None, int(m["m"]), int(m["d"]))
    return "time", Said(times.days(day, day), False, "day")


def _named(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    name, tail = m["n"], m["t"] or ""
    around = tail.startswith("前后")
    if tail and tail not in ("当天", "那天", "当日", "节", "节当天", "节那天") and f"{name}假期" in words()["days"]:
        name += "假期"
    span = times.named(name, times.year_of(m["y"]))
    if span is not None and (days := number_of(re.sub(r"[^\d一二三四五六七八九十]", "", tail))):  # 国庆七天
        span = times.days(day_of(span.start), day_of(span.start) + timedelta(days=int(days) - 1))
    if span is not None and around:
        span = times.days(day_of(span.start) - timedelta(days=3), day_of(span.end) + timedelta(days=2))
    return None if span is None else ("time", Said(span, m["y"] is not None, "day", loose=around))


def _storm(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    day = times.storm()
    return ("nothing", None) if day is None else ("time", Said(times.days(day, day), unit="day", loose=True))


def _since_now(times: Times, m: re.Match[str]) -> tuple[str, object]:
    return "time", Said(times.word("year"), unit="year")


def _since(times: Times, m: re.Match[str]) -> tuple[str, object]:
    month = number_in(m["m"])
    year = times.year_of(m["y"])
    first = times.day(year, month, number_in(m["d"]) if m["d"] else 1)
    return "time", Said(times.since(Span(begin(first), begin(first) + DAY)))


def _weekdays(times: Times, m: re.Match[str]) -> tuple[str, object]:
    first = _DAYS[m["d"]]
    last = _DAYS[m["d2"]] if m["d2"] else first
    return "weekdays", tuple(range(first, last + 1)) if first <= last else (*range(first, 7), *range(last + 1))


def _since_named(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    span = times.named(m["n"], times.year_of(m["y"]))
    return None if span is None else ("time", Said(times.since(span)))


_NAMES = "|".join(
    sorted((n for n in words()["days"] if not n.isascii() and not n.endswith("假期")), key=len, reverse=True)
)
_RECENT_UNIT = r"(?P<u>天|日|周|星期|礼拜|月|年|小时|钟头|季度)"


RULES: tuple[Rule, ...] = (
    rule(rf"(?:自|从)?{YEAR_IN.format('y')}(?P<n>{_NAMES})(?:节)?(?:以来|至今|到现在|到目前|之后到现在|到今天)", _since_named),
    rule(rf"(?:自|从)?(?:{YEAR_IN.format('y')}{MONTH_IN.format('m')}月份?|(?P<w>上上个?|本|这一?个?|上一?个?|当)月|(?P<w2>))的?{DAY_IN.format('d')}[日号](?P<s>以后|之后|过后|往后|后|以来|起|至今|到现在|之前|以前|前|为止)(?!一)", _day_side),
    rule(r"(?P<w>去年|上年|前年|上个?月)的?(?:今天|今日|同一天|这一天|这天|同日|今儿)", _year_before),
    rule(rf"(?P<w>上上个?|本|这一?个?|上一?个?|当)月的?(?P<m>)(?P<y>){DAY_IN.format('d')}[日号]?(?:{TO}{DAY_IN.format('d2')})?(?<!月)[日号](?:这天|当天|那天|当日|全天|一天|这一天|那一天)?", _day_of_month),
    rule(rf"(?<![\d月]){DAY_IN.format('d')}号(?![线车队楼门井台机院站岗厅库])(?:这天|当天|那天|当日|全天|一天|这一天|那一天)?", _bare_day),
    rule(rf"{YEAR_IN.format('y')}{MONTH_IN.format('m')}月份?(?P<l>{_DAY}{_DAY_TAIL}?(?:(?:、|和|与|及){_DAY}{_DAY_TAIL}?)+)(?![\d点时：:月小个])"
         r"(?:[这那]?[两二三四五六]天|两日)?", _several_days),
    rule(r"(?P<w>昨天|昨日|上个?周|上个?星期|上个?礼拜|上个?月|上个?季度?)的?(?:同期|同一时段|同时段|同一时期|这个?时候|此时|同样时段|同一时间|这个点)", _same_before),
    rule(
        rf"{YEAR_IN.format('y')}{MONTH_IN.format('m')}月份?{DAY_IN.format('d')}{_DAY_TAIL}?(?:{TO}{YEAR_IN.format('y2')}(?:{MONTH_IN.format('m2')}月)?"
        rf"{DAY_IN.format('d2')}{_DAY_TAIL}?)?(?!\d|[个点时：:整共件起次])(?:这天|当天|那天|当日|那场|全天|一天|这一天|那一天|[这那](?:几|[一两三四五六七八九十]+|\d+)[天日]|期间)?", _dates),
    rule(r"(?:自|从)?年初(?=到|至)", lambda t, m: ("time", Said(t.days(date(t.today.year, 1, 1), date(t.today.year, 1, 1)), True, "day"))),
    rule(r"年初以来|年初至今|年初到现在|开年以来|今年以来|年内|从年初到现在|年初到今天", _since_now),
    rule(rf"(?:自|从)?{YEAR_IN.format('y')}{MONTH_IN.format('m')}月份?(?:{DAY_IN.format('d')}{_DAY_TAIL})?"
          r"(?:以来|至今|到现在|到目前|到今天|起|之后|以后)", _since),
    rule(rf"(?P<r>大前天|大后天|今天|今日|今儿|本日|昨天|昨日|昨儿|前天|前日|明天|明日|明儿|后天|今|昨|明)(?:的)?(?:一整天|整天|一天|全天|全日|24个?小时|二十四个?小时|一昼夜)?"
          rf"(?P<p>{PART}|早|晚|晨|夜)?", _relative),
    rule(rf"(?P<w>上上个?|本|这一?个?|上一?个?|(?<!一)下一?个?|当){_WEEK}(?:(?P<d>[一二三四五六日天末1-7])(?!个|起|共|件|例|单|次|宗|条|桩|\d|天平均|天能|天大约)(?:(?:{TO}{_WEEK}?|[、和]?{_WEEK})"
          r"(?P<d2>[一二三四五六日天1-7]))?)?(?P<s>以来|至今)?", _weeks),
    rule(r"(?:上周|上星期|上个星期|上个?礼拜)的?(?:同一天|同日|今天|同天|这天|这一天)", _week_ago),
    rule(r"(?P<w>(?:刚过去|刚过|刚刚过去|过去)的?(?:这个?|那个?|上个?|一个?)?|上个?|这个?|本|这)(?:周末|双休日?|周六日|周六周日|周六、周日|周六和周日)(?:[这那]?两天)?(?P<s>以来|至今)?", _weekend_back),
    rule(rf"(?:最近|过去|近|这|刚过去)的?(?P<n>{CHINESE}|\d+)?个?(?P<u>昼夜|天一夜|天[两三]夜)(?:之?内|里|间|来)?", _days_and_nights),
    rule(rf"(?:最近|过去|近|前|这|近来|之前|头|刚过去|(?:往|向|再往)?[前回](?:推|倒|数|算|看)?|倒推|倒数|回溯)的?(?P<n>{CHINESE}+|\d{{1,3}}(?!\d)|几|半)个?{_RECENT_UNIT}(?:以来|之?内|里|来(?!件|了|单|电|多少|几)|间)?", _recent),
    rule(rf"(?P<n>{CHINESE}+|(?<!\d)\d{{1,3}}|半)个?{_RECENT_UNIT}(?:以来|之?内|来(?!件|了|单|电|多少|几))(?!(?:就|便|都|能|可|被)*(?:办结|办完|办好|结案|结掉|处置|处理|解决|完成|到场|到达|到位|赶到|销案))(?!的?到期|就?要?到期)", _recent),
    rule(rf"(?P<n>{CHINESE}+|\d{{1,3}})个?(?P<u>天|日|周|星期|礼拜|月)(?:以前|之前|前)(?:的?(?:那天|那一天|当天|这天|那周|那个?月|同一天))?", _ago),
    rule(rf"(?:未来|今后|接下来|之后)的?(?P<n>{CHINESE}+|\d+|半)?个?(?P<u>天|日|周|星期|小时|钟头|月)(?:之?内|里)?", _coming),
    rule(rf"(?P<n>{CHINESE}+|\d+|半)个?(?P<u>天|日|周|星期|小时|钟头)(?:之?内|里)?(?=的?到期|就?要?到期|将?要?超期|会到期)", _coming),
    rule(r"(?<=\()(?P<n>\d{1,3})个?(?P<u>小时)(?=\))", _recent),
    rule(r"(?P<u>近期|最近|近来|这阵子|近日|近些天|这几天|最近几天|近几天)(?P<n>)",
          lambda t, m: ("time", Said(t.word("last7")))),
    rule(rf"(?P<y>20\d\d)[-/.](?P<m>\d\d?)[-/.](?P<d>\d\d?)(?:{TO}(?P<y2>20\d\d)[-/.](?P<m2>\d\d?)[-/.](?P<d2>\d\d?))?(?!\d)",
          _iso),
    rule(r"(?P<m>1[0-2]|[1-9])[./](?P<d>3[01]|[12]\d|[1-9])(?![.\d%])(?!\s*(?:米|cm|厘米|公分|小时|万|户|个|度|m|km))(?:日|号)?", _short_date),
    rule(rf"{YEAR_IN.format('y')}(?P<n>{_NAMES})(?P<t>节?前后(?:几天|那几天|这几天)?|节?假期|期间|长假|小长假|七天|五天|三天|八天|黄金周|放假|那几天|节期间|节当天|节那天|当天|那天|当日|(?:节|假期|长假|黄金周)?(?:[这那][三五七八几\d]天|[三五七八3578]天)|节)?",
          _named),
    rule(r"(?:那场|上次|上一场|最近一场|最近那场|最大的?一场|最大那场)(?:特?大)?暴?雨(?:当天|那天|期间|的时候)?|(?:特?大)?暴雨(?:那天|当天|当日|那日|那一天)"
          r"|(?:那天|当天)的?(?:特?大)?暴雨|下暴雨(?:那天|当天)", _storm),
    rule(rf"(?:自|从|打)?(?P<w>本|这个?|上个?)?{_WEEK}(?P<d>[一二三四五六日天])(?:以来|至今|到现在|到目前|到今天|到今日|起到现在|起到今天|开始到现在|算起|起(?!共)|往后|开始)", _since_weekday),
    rule(r"(?:自|从|打)?(?:这个|本)?(?P<u>月|季|周)(?:初|头)(?:以来|至今|到现在|到目前|到今天|算起|起)", lambda t, m: ("time", Said(t.word({"月": "month", "季": "quarter", "周": "week"}[m["u"]])))),
    rule(rf"(?:每个?|逢)?{_WEEK}(?P<d>[一二三四五六日天1-7])(?!个|起|共|[天日])(?:{TO}{_WEEK}?(?P<d2>[一二三四五六日天1-7]))?", _weekdays),
    rule(r"(?:每个?|逢)?(?:周末|双休日?|休息日|周六日|周六周日|周六、周日|礼拜天?六日)", lambda t, m: ("weekdays", (5, 6))),
    rule(r"(?:每个?|逢)?(?:工作日|平日|平时|上班日|平常日子)", lambda t, m: ("weekdays", (0, 1, 2, 3, 4))),
)  # fmt: skip
"""What each pattern of a text says."""
