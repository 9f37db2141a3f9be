"""Chinese words of the hours of a day, and of a stretch from an hour of one day to an hour of another."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from datetime import date, timedelta

from cockpit.assist.asking.numbers import CHINESE, number_of
from cockpit.assist.asking.times import Hours, Rule, Said, Times, round_the_clock
from cockpit.model.clock import HOUR
from cockpit.model.scope import Span
from cockpit.model.spans import begin

MONTH_IN = r"(?P<{0}>1[0-2]|0?[1-9]|十[一二]?|[一二两三四五六七八九]|元|正)"
DAY_IN = r"(?P<{0}>[12]\d|3[01]|0?[1-9]|(?:二|三)?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
TO = r"(?:一直到|算到|开始到|起到|到|至|-|~|—|–|－|～|直到)"
RELATIVE = {"今天": 0, "今日": 0, "今儿": 0, "本日": 0, "今": 0, "昨天": 1, "昨日": 1, "昨儿": 1, "昨": 1, "前天": 2, "前日": 2,
             "大前天": 3, "明天": -1, "明日": -1, "明儿": -1, "明": -1, "后天": -2, "大后天": -3}  # fmt: skip
PARTS = {
    "凌晨": (0, 6), "清晨": (5, 8), "早晨": (6, 9), "早上": (6, 9), "早间": (6, 9), "一早": (6, 9), "上午": (6, 12),
    "中午": (11, 13), "正午": (11, 13), "午间": (11, 13), "下午": (12, 18), "午后": (12, 18), "过午": (12, 18), "傍晚": (17, 19),
    "晚上": (18, 24), "晚间": (18, 24), "夜里": (22, 6), "夜间": (22, 6), "深夜": (22, 6), "半夜": (23, 5),
    "夜晚": (18, 24), "大半夜": (23, 5), "后半夜": (0, 6), "前半夜": (18, 24), "上半夜": (18, 24), "下半夜": (0, 6), "白天": (6, 18), "早高峰": (7, 9), "上班高峰": (7, 9), "下班高峰": (17, 19), "早上高峰": (7, 9), "晚上高峰": (17, 19), "晚高峰": (17, 19), "晚": (18, 24),
    "夜": (18, 24), "早": (6, 9), "晨": (6, 9), "午夜": (23, 1),
}  # fmt: skip
PART = "|".join(sorted((part for part in PARTS if len(part) > 1), key=len, reverse=True))
_AFTERNOON = (
    "中午",
    "下午",
    "午后",
    "过午",
    "傍晚",
    "晚上",
    "晚间",
    "夜里",
    "夜间",
    "深夜",
    "夜晚",
    "晚",
    "夜",
    "半夜",
    "晚高峰",
    "午夜",
)
_NIGHT = ("晚上", "晚间", "夜里", "夜间", "深夜", "夜晚", "半夜", "晚", "夜", "午夜", "凌晨")
"""12点 of these is the end of the day."""
_CLOCK = rf"(?P<{{0}}>2[0-4]|1\d|0?\d|{CHINESE}{{{{1,3}}}})"
_AT = r"(?:点钟|点整|点|时|:00|:30|点半)"


def number_in(text: str) -> int:
    text = {"元": "一", "正": "一"}.get(text, text).replace("廿", "二十")
    return int(number_of(text) or 0)


def rule(pattern: str, make: object) -> Rule:
    return re.compile(pattern), make  # type: ignore[return-value]


def _hour(text: str, part: str | None) -> int:
    hour = int(number_of(text) or 0)
    if hour == 12 and part in _NIGHT:
        return 24
    if part in ("中午", "正午", "午间") and hour > 9:
        return hour
    if part in _AFTERNOON and hour < 12 and not (part in ("夜里", "夜间", "深夜", "半夜", "午夜") and hour < 6):
        hour += 12
    return hour


_BEFORE = re.compile(rf"(?:{PART}|[昨今前][早晚夜晨])的?$")


def _part_before(m: re.Match[str]) -> str:
    """昨天晚上|10点到2点: the part of the day that another word has taken, "" none."""
    found = _BEFORE.search(m.string, max(0, m.start() - 6), m.start())
    said = found.group().rstrip("的") if found else ""
    return said if said in PARTS else said[1:]


def _clock_range(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    before = "" if m["p"] else _part_before(m)
    part = m["p"] or before or None
    own = m["p2"] if m["p2"] not in ("次日", "第二天", "翌日", "隔天") else "凌晨" if not m["p3"] else m["p3"]
    first = _hour(m["a"], part)
    last = _hour(m["b"], own or (part if _hour(m["b"], part) > first else None))
    if not own and 6 <= first <= 12 and last < first and last + 12 > first:  # 11点到1点
        last += 12
    if max(first, last) > 24:
        return None
    return "hours", Hours(round_the_clock(first, last), sure=bool(before))


def _clock_until_now(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    hour = _hour(m["a"], m["p"])
    return ("hours", Hours(tuple(range(hour, 24)))) if hour < 24 else None


def _clock_side(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    hour = _hour(m["a"], m["p"] or _part_before(m) or None)
    if hour > 24:
        return None
    if hour == 24 and m["s"][-1] not in "前止":
        return ("hours", Hours(tuple(range(6)))) if m["p"] else None
    if m["s"][-1] in "前止":
        return "hours", Hours(tuple(range(hour)), until=hour)
    if m["s"][-1] in "后来" or m["s"] in ("起", "开始"):
        low, high = PARTS.get(m["p"] or "", (0, 24))
        end = 24 if m["p"] in (None, "晚上", "晚间", "夜晚") or high <= low else max(high, hour + 1)
        return "hours", Hours(tuple(range(hour, 24 if m["p"] else end)))
    return "hours", Hours((hour % 24,))


def _clock_past(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """过了下午两点."""
    hour = _hour(m["a"], m["p"] or _part_before(m) or None)
    return ("hours", Hours(tuple(range(hour, 24)))) if hour < 24 else None


_ON = rf"(?:大前天|前天|昨天|昨日|昨儿|昨|今天|今日|今儿|今|{MONTH_IN.format('m_').replace('(?P<m_>', '(?:')}月{DAY_IN.format('d_').replace('(?P<d_>', '(?:')}[日号])"
_NEXT = r"(?:次日|第二天|翌日|隔天|转天|当天|当日)"
_HOUR = rf"(?:2[0-4]|1\d|0?\d|{CHINESE}{{1,3}})"


def _day_of_words(times: Times, text: str, first: date | None) -> date:
    if text in RELATIVE:
        return times.today - timedelta(days=RELATIVE[text])
    if match := re.match(rf"{MONTH_IN.format('m')}月{DAY_IN.format('d')}", text):
        return times.day(None, number_in(match["m"]), number_in(match["d"]))
    assert first is not None
    return first if text in ("当天", "当日") else first + timedelta(days=1)


def _across(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """From an hour of a day to an hour of another."""
    first = _day_of_words(times, m["on"], None)
    last = _day_of_words(times, m["on2"], first)
    start = begin(first) + _hour(m["a"], m["p"]) * HOUR
    end = begin(last) + _hour(m["b"], m["p2"]) * HOUR
    return ("time", Said(Span(start, min(end, times.now)))) if start < min(end, times.now) else None


def _across_parts(times: Times, m: re.Match[str]) -> tuple[str, object] | None:
    """昨晚到今早, 今天凌晨到现在: from a part of a day to a part of another, or to now."""
    first = _day_of_words(times, m["on"], None)
    start = begin(first) + PARTS[m["p"]][0] * HOUR
    end = times.now
    if m["on2"]:
        last = PARTS[m["p2"]]
        hours = _hour(m["b"], m["p2"]) if m["b"] else last[1] + (24 if last[1] < last[0] else 0)
        end = begin(_day_of_words(times, m["on2"], first)) + hours * HOUR
    return ("time", Said(Span(start, min(end, times.now)))) if start < min(end, times.now) else None


def _part_of_day(times: Times, m: re.Match[str]) -> tuple[str, object]:
    return "hours", Hours(round_the_clock(*PARTS[m["p"]]), soft=True)


RULES: tuple[Rule, ...] = (
    rule(rf"(?P<on>{_ON})的?(?P<p>{PART}|早|晚|晨|夜)?的?(?P<a>{_HOUR}){_AT}?{TO}(?P<on2>{_ON}|{_NEXT})的?(?P<p2>{PART}|早|晚|晨|夜)?的?"
          rf"(?P<b>{_HOUR}){_AT}(?:钟|之?间)?", _across),
    rule(rf"(?P<on>{_ON})的?(?P<p>{PART}|早|晚|晨|夜)(?:开始)?{TO}(?:(?:现在|目前|此刻|这会儿|眼下|当前|今天此时)(?:为止)?|(?P<on2>{_ON}|{_NEXT})的?(?P<p2>{PART}|早|晚|晨|夜)(?:(?P<b>{_HOUR})(?:点钟|点整|点|时)(?!半)(?:之?前)?)?)", _across_parts),
    rule(rf"(?P<p>{PART}|早|晚|夜)?的?{_CLOCK.format('a')}{_AT}?{TO}(?P<p2>次日|第二天|翌日|隔天|{PART}|早|晚|夜)?(?P<p3>{PART}|早|晚)?"
          rf"{_CLOCK.format('b')}{_AT}(?:之?间|钟)?", _clock_range),
    rule(rf"(?P<p>{PART})?的?{_CLOCK.format('a')}{_AT}(?:钟)?(?:以后|之后)?{TO}(?:现在|目前|此刻|这会儿|今|眼下|当前)(?:为止)?", _clock_until_now),
    rule(rf"(?P<p>{PART})?的?{_CLOCK.format('a')}{_AT}(?P<s>以后|之后|过后|往后|后|起|开始|以前|之前|前|为止|止|以来)", _clock_side),
    rule(rf"过了?(?P<p>{PART})?的?{_CLOCK.format('a')}(?:点钟|点整|点)(?P<s>以?后|之后)?", _clock_past),
    rule(rf"(?P<p>{PART})的?{_CLOCK.format('a')}{_AT}(?P<s>)?", lambda t, m: ("hours", Hours((_hour(m["a"], m["p"]) % 24,)))),
    rule(rf"(?P<p>{PART})(?:的?时候|时段|时间|期间)?", _part_of_day),
)  # fmt: skip
"""What each pattern of a text says."""
