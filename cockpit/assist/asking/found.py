"""What the words of a question say, gathered by what they are; before it is made a scope."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

from cockpit.assist.asking.counted import Bound
from cockpit.assist.asking.lattice import Divided
from cockpit.assist.asking.negation import turned
from cockpit.assist.asking.numbers import number_of
from cockpit.assist.asking.setting import FOREMOST
from cockpit.assist.asking.times import Hours, Said
from cockpit.assist.asking.tokens import Token, says
from cockpit.assist.asking.unread import SKIPPED, THINGS, fallen, none_of_nothing, unread, which_road

SELF_ASKED = {
    "几点", "几点钟", "时段", "什么时段", "哪个小时", "哪个钟头", "几时", "星期几", "周几", "礼拜几", "哪个星期几", "哪天", "哪一天", "哪日",
    "几号", "每天", "每日", "逐日", "一天一天", "一天天", "一周一周", "一个月一个月", "一月一月", "按天", "按日", "天天", "分天", "每一天", "逐天", "每周", "按周", "逐周", "哪周", "哪一周", "每星期",
    "分周", "哪个星期", "每个星期", "每一周", "哪个礼拜", "每月", "按月", "逐月", "哪个月", "哪月", "每个月", "各月", "分月", "哪一个月",
    "各个月", "几月份", "几月", "逐个月", "月度", "每小时", "按小时", "逐小时", "逐时", "每个小时", "各小时", "分小时", "各时段", "在哪", "哪些地方",
    "哪里", "哪儿", "在哪里", "在哪儿", "什么地方", "哪个地方", "哪片", "一天中什么时候", "一周里哪天", "一周中哪天", "一周当中哪天",
    "daily", "weekly", "monthly", "hourly", "day by day", "which day", "each day", "every day", "by day", "week by week",
    "which week", "each week", "every week", "by week", "per week", "month by month", "which month", "each month", "every month",
    "by month", "per month", "hour by hour", "each hour", "every hour", "by hour", "per hour", "what hour", "which hour",
    "what time of day", "peak hour", "peak hours", "peak time", "peak times", "which weekday", "what weekday", "where", "what time of the day", "per date", "day of the week",
    "hour of the day", "hour of day", "time of day", "weekday", "day of week", "每个季度", "各季度", "每季度", "按季度", "分季度", "by the hour", "hour after hour", "on an hourly basis", "for each hour", "for every hour", "by the day", "day after day", "on a daily basis", "for each day", "for every day", "every single day", "day-by-day", "by the week", "week after week", "on a weekly basis", "for each week", "for every week", "week-by-week", "by the month", "month after month", "on a monthly basis", "for each month", "for every month", "month-by-month", "by the quarter", "quarter by quarter", "for each quarter", "for every quarter", "quarter-by-quarter", "分钟点", "按钟点", "逐个小时", "逐个钟头", "每一小时", "每一个小时", "每个钟点", "各个小时", "各钟点", "一个小时一个小时", "逐钟头", "每一日", "一日一日", "各天", "各日", "分日", "日度", "按每天", "按每日", "各周", "每个礼拜", "每礼拜", "每一个星期", "按星期", "逐星期", "按每周", "周度", "各星期", "各个星期", "分星期", "每一个月", "按月份", "逐月份", "分月份", "按每月", "各月份", "各个月份",
    "逐季", "哪个季度", "各个季度", "每季", "上下半年", "quarterly", "each quarter", "every quarter", "by quarter", "per quarter", "which quarter",
}  # fmt: skip
"""Words of dimensions that ask by themselves; others need a `各`, `哪`, `by` before them."""
_SO_MANY = re.compile(r"(?P<n>[两三四五六七八九十仨俩])个?(?P<by>区|街道)")
_ONE_BY_ONE = (
    "每",
    "逐",
    "按",
    "各",
    "分",
    "一天一",
    "on a",
    "for e",
    "daily",
    "hourly",
    "weekly",
    "monthly",
    "each",
    "every",
    "by",
    "day by",
    "hour by",
)
_EVERY = ("每", "逐", "各", "按", "哪", "挨", "月月", "周周", "each ", "every ")
_TWICE = re.compile(r"(一.{1,3})\1")


@dataclass
class Found:
    """Attributes: each what the name says, in the order of the text; `asked`: dimensions that are asked for; `without`: what
    is left out, by the type of its words."""

    divided: Divided
    atoms: list[tuple[str, int]] = field(default_factory=list)
    areas: list[tuple[str, int]] = field(default_factory=list)
    kinds: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    channels: list[tuple[str, int]] = field(default_factory=list)
    unit_kinds: list[tuple[str, int]] = field(default_factory=list)
    units: list[tuple[str, int]] = field(default_factory=list)
    levels: list[tuple[tuple[int, ...], int]] = field(default_factory=list)
    stages: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    results: list[tuple[str, int]] = field(default_factory=list)
    signs: list[tuple[str, int]] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)
    times: list[tuple[Said, int]] = field(default_factory=list)
    hours: list[tuple[Hours, int]] = field(default_factory=list)
    weekdays: list[tuple[tuple[int, ...], int]] = field(default_factory=list)
    bounds: list[tuple[Bound, int]] = field(default_factory=list)
    tops: list[tuple[tuple[int, bool | None], int]] = field(default_factory=list)
    newest: list[tuple[tuple[int, bool], int]] = field(default_factory=list)
    dims: list[tuple[str, int]] = field(default_factory=list)
    asked: list[tuple[str, int]] = field(default_factory=list)
    declines: list[tuple[str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    so_many: tuple[int, str, int] | None = None
    without: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.atoms}

    def has(self, *names: str) -> bool:
        """Whether any of these was said."""
        return bool(self.names & set(names))

    def at(self, name: str) -> int:
        """Where a word was first said, -1 nowhere."""
        return next((at for known, at in self.atoms if known == name), -1)

    def said(self, *types: str) -> str:
        """The words of some types, as written."""
        return " ".join(token.said for token in self.divided.tokens if token.type in types)

    @property
    def is_each(self) -> bool:
        """Whether buckets of time are asked for one by one: 每天, daily."""
        said = [token.said for token in self.divided.tokens if token.type == "dim"]
        return "WHICH" not in self.names and any(one.startswith(_ONE_BY_ONE) for one in said)

    @property
    def is_bare(self) -> bool:
        """Nothing was said that a question could be about."""
        lists = (self.areas, self.kinds, self.channels, self.unit_kinds, self.units, self.levels, self.stages, self.signs,
                 self.places, self.times, self.hours, self.weekdays, self.bounds, self.asked, self.results)  # fmt: skip
        return not any(lists) and not self.names - {
            "SAME",
            "WHICH",
            "WHOLE",
            "COMPARE",
            "MORE",
            "LESS",
            "EACH",
            "FAST",
            "SLOW",
            "NOT",
        }


_LISTS = {"area": "areas", "kind": "kinds", "channel": "channels", "unit_kind": "unit_kinds", "unit": "units", "level": "levels",
          "stage": "stages", "result": "results", "sign": "signs", "place": "places", "time": "times", "hours": "hours",
          "weekdays": "weekdays", "bound": "bounds", "top": "tops", "newest": "newest"}  # fmt: skip


def gathered(divided: Divided) -> Found:
    """The words of a text by what they are."""
    found = Found(divided)
    before: list[Token] = []
    denied, lost = turned(divided.tokens)
    for at, token in enumerate(divided.tokens):
        if token.said == "by" and _by_whom(divided.tokens[at + 1 :]) and not _are_sides(divided.tokens):
            pass
        elif token.type == "atom":
            found.atoms += [(name, at) for name in denied.get(at, token.value)]
        elif token.type in _LISTS:
            if token.type == "top" and (by := _class_of(token.said)):
                found.dims.append((by, at))
                found.asked.append((by, at))
            getattr(found, _LISTS[token.type]).append((token.value, at))
            if isinstance(token.value, Said):
                found.times += [(Said(span, token.value.year), at) for span in token.value.more]
        elif token.type == "filler" and (match := _SO_MANY.fullmatch(token.said)):
            found.so_many = (int(number_of(match["n"]) or 0), {"区": "district"}.get(match["by"], "street"), at)
        elif token.type == "dim":
            found.dims.append((token.value, at))
            if _is_asked(token, before):
                found.asked.append((token.value, at))
        elif token.type == "decline":
            found.declines.append((token.value, token.said))
        elif token.type == "other":
            found.others.append(token.said)
        before.append(token)
    if found.so_many and not found.areas and found.names & {"MOST", "LEAST", "BEST", "WORST", "FASTEST", "SLOWEST"}:
        number, by, at = found.so_many
        found.tops.append(((number, None), at))
        found.dims.append((by, at))
        found.asked.append((by, at))
    for (number, is_top), at in list(found.tops):  # 上城和拱墅2个区
        if is_top is None and 1 < number == len(dict.fromkeys(code for code, _ in found.areas)):
            found.tops.remove(((number, is_top), at))
            found.dims, found.asked = (
                [one for one in listed if one[1] != at + 1] for listed in (found.dims, found.asked)
            )
    if not found.asked and not found.areas:
        found.asked += _asked_behind(divided.tokens)
    found.unread = [
        *unread(divided.tokens),
        *lost,
        *none_of_nothing(divided.tokens),
        *fallen(divided.tokens, found.has("WHICH", "LIST")),
    ]
    if not (found.kinds or found.signs or found.has("CASES") or found.places):
        found.unread += [token.said for token in divided.tokens if token.type == "filler" and token.said in THINGS]
    found.unread += which_road(divided.tokens)
    if not found.has("REPORT"):  # a line that reports come by, and a road
        found.unread += [token.said for token in divided.tokens if token.type == "dim" and token.said == "哪条路"]
    if not found.times:
        found.unread += [token.said for token in divided.tokens if token.type == "nothing"]
    return found


def _by_whom(rest: list[Token]) -> bool:
    """Reported by the hotline: not what a thing is divided by."""
    named = next((token for token in rest if token.type != "filler"), None)
    return named is not None and named.type in ("channel", "unit_kind", "unit", "time", "hours")


def _are_sides(tokens: list[Token]) -> bool:
    """By hotline and 110: of two that reported each stands for itself."""
    whom = [(token.type, repr(token.value)) for token in tokens if token.type in ("channel", "unit_kind", "unit")]
    return any(one[0] == other[0] for one, other in combinations(dict.fromkeys(whom), 2))


def _class_of(said: str) -> str:
    """前十类, 五大类: what is put in order is told by the word behind the number."""
    return "group" if "大类" in said else "kind" if said.endswith(("类", "种", "类的", "种的")) else ""


_JOINING = ("、", "和", "与", "及", "跟", "以及", "and", ",", "&", "还有")


def is_joined(found: Found, places: list[int]) -> bool:
    """Whether words at some places were said one after the other: 投诉和举报."""
    tokens = found.divided.tokens
    pairs = list(pairwise(sorted(set(places))))
    return (
        "SUM" not in found.names
        and bool(pairs)
        and all(
            any(token.said in _JOINING for token in tokens[one + 1 : other])
            and all(
                token.said in _JOINING or token.type == "filler" or "CASES" in (token.value or ())
                for token in tokens[one + 1 : other]
            )
            for one, other in pairs
        )
    )


def _is_asked(token: Token, before: list[Token]) -> bool:
    said = token.read or token.said
    if said in SELF_ASKED or (len(said) > 1 and (said.startswith(_EVERY) or _TWICE.fullmatch(said))):
        return True
    for earlier in reversed(before):
        if earlier.type == "atom":
            if set(earlier.value) & {"EACH", "WHICH", "LIST", *FOREMOST}:
                return True
            if set(earlier.value) & {"CASES", "COUNT", "URGED"} and not earlier.said.isascii():
                continue
            return False
        if earlier.type in ("top", "dim"):
            return True
        if earlier.type not in SKIPPED:
            return False
    return False


def _asked_behind(tokens: list[Token]) -> Iterator[tuple[str, int]]:
    """街道各多少, 来源分布: what a thing is divided by, where that is said behind it."""
    for at, token in enumerate(tokens):
        if token.type != "atom" or not (token.said in _APART or "SPREAD" in token.value):
            continue
        for i in range(at - 1, -1, -1):
            if tokens[i].type == "dim":
                yield tokens[i].value, i
                break
            if tokens[i].type != "filler" and not (
                (says(tokens[i], "CASES") and says(token, "SPREAD")) or tokens[i].said in _APART
            ):
                break


_APART = (
    "各",
    "分别",
    "各自",
    "各有",
    "各是",
    "各占",
    "一个个",
    "一个一个",
    "挨个",
    "拆开",
    "分开",
    "拆一下",
    "分一下",
    "每个",
)
