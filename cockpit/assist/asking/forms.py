"""In which form a question is answered: by what something is put in order, which way and how many, or as a course."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from itertools import pairwise

from cockpit.assist.asking.bounds import is_over
from cockpit.assist.asking.found import Found
from cockpit.assist.asking.measure import Asked
from cockpit.assist.asking.setting import APPEALS, AREA_DIMS, COMPARING, RANKING, TIME_DIMS, CannotBeTold, Setting
from cockpit.assist.asking.tokens import is_chinese, says
from cockpit.insight.measures import BETTER
from cockpit.model.asking import Form
from cockpit.model.clock import DAY
from cockpit.model.scope import Scope

_TIERS = ("city", *AREA_DIMS)


_SINGLE = (
    ("day", re.compile(r"单日|(?<!哪)一[天日](?:之?[内里中])?(?:的|就)?最|某一天|(?<![a-z])(?:in|on|within) (?:a|one|any|any one) (?:single )?day\b|single day")),
    ("week", re.compile(r"单周|(?<!哪)一周(?:之?[内里中])?(?:的|就)?最|(?<![a-z])(?:in|within) (?:a|one|any) (?:single )?week\b|single week")),
    ("month", re.compile(r"单月|(?<!哪)一个月(?:之?[内里中])?(?:的|就)?最|(?<![a-z])(?:in|within) (?:a|one|any) (?:single )?month\b|single month")),
)  # fmt: skip
"""单日最高: buckets of time of which the greatest is asked."""


def dims_of(found: Found) -> list[str]:
    dims = _dims(found)
    if dims == ["hourly"] and found.names & {"DURATION", "MEAN"} and _IN_HOURS.search(found.divided.text):
        dims = []
    if not dims and found.names & {"MOST", "LEAST"} and not found.signs and not found.names & {"AMOUNT", "DURATION"}:
        dims = [by for by, pattern in _SINGLE if pattern.search(found.divided.text)][:1]
    return dims


def _dims(found: Found) -> list[str]:
    names = found.names
    dims = list(dict.fromkeys(by for by, _ in found.asked))
    told = [by for by, _ in found.dims if by != "sub"]
    if "sub" in dims and told and (len(dims) > 1 or not found.divided.text.startswith("where")):  # streets where …
        dims = [by for by in dims if by != "sub"] or told
    if "day" in dims and set(dims) & {"hour", "weekday"}:
        days = [found.divided.tokens[at].said for by, at in found.dims if by == "day"]
        if lost := [said for said in days if said.startswith(_WHICH)]:  # 哪天几点
            raise CannotBeTold(lost[0])
        dims.remove("day")  # 每天几点
    if not dims and (names & set(RANKING) or found.tops or names & {"TREND"}):
        dims = list(dict.fromkeys(by for by, _ in found.dims))
        lone = [token.said for token in found.divided.tokens if token.type == "dim"]
        if all(len(said) == 1 and is_chinese(said) for said in lone) and not names & {"RANK"} and not _by_the(found):
            dims = [] if not set(lone) & set("区") else ["district"]
    if (
        not dims
        and found.dims
        and (
            names & {"NONE"}
            or (names & {"PREV", "YEARAGO"} and names & {"LIST", "WHICH", "DIFFER"})
            or any(found.signs or is_over(found, bound) or bound.unit == "%" for bound, _ in found.bounds)
        )
    ):
        dims = [by for by, _ in found.dims]
    if not dims:
        dims = _standing_alone(found)
    if not dims and _asks_what(found):
        dims = ["kind"]
    if dims == ["kind"] and len(found.kinds) == 1 and set(found.kinds[0][0]) <= APPEALS:  # 市民最爱举报的十类事情
        found.kinds.clear()
    if not dims and _asks_who(found):
        dims = ["unit"]
    if not dims and asks_which_crew(found):
        dims = ["unit"]
    daily = any(token.said.startswith(("daily", "mean daily", "每")) for token in found.divided.tokens)
    if found.signs and "PERDAY" in names and daily:
        return ["day"]
    if "PERDAY" in names:
        dims = [by for by in dims if by != "day"]
    if "group" in dims and "kind" in dims:
        dims.remove("kind")
    return dims


_WHICH = ("哪", "几号", "which", "what")
_IN_HOURS = re.compile(r"[,，、 ](?:按|以)小时(?:算|计|计算|为单位)?[?？。]?$")


def _by_the(found: Found) -> bool:
    """周走势: buckets of time right before the course."""
    tokens = found.divided.tokens
    return any(one.type == "dim" and says(other, "TREND") for one, other in pairwise(tokens))


def _asks_what(found: Found) -> bool:
    """什么问题, 哪些事, what problems: the class is asked for."""
    tokens = [token for token in found.divided.tokens if token.type not in ("unknown", "filler")]
    ends = [token for token in tokens if token.said not in ("?", "？", "。")]
    if ends and ends[-1].said in ("什么", "啥", "哪些") and found.names & {"MOST", "LEAST"}:  # 最常投诉什么
        return True
    for token, after in pairwise(tokens):
        if token.type != "atom" or after.type != "atom" or "CASES" not in after.value or found.kinds:
            continue
        if "LIST" in token.value and after.said in ("问题", "事", "事情", "隐患"):
            return True
        if "WHICH" in token.value and token.said in _WHATS:
            return True
    return False


_WHATS = ("什么", "啥", "哪种", "哪些", "何", "哪几种", "什么样", "what", "which")


def _standing_alone(found: Found) -> list[str]:
    """返工率 队伍 上半年: by what, where nothing else is said between blanks or commas."""
    text, found_dims = found.divided.text, []
    for by, at in found.dims:
        token = found.divided.tokens[at]
        before, after = text[: token.start].rstrip(" "), text[token.end :].lstrip(" ")
        apart = token.start == 0 or before[-1:] in ",;，、" or text[token.start - 1] == " "
        if apart and (not after or after[0] in ",;，" or text[token.end] == " ") and is_chinese(token.said[0]):
            found_dims.append(by)
    return found_dims


_CASES = ("cases", "case", "records", "tickets", "work orders", "案件", "案子", "工单")


def _asks_which_cases(found: Found) -> bool:
    """Which open cases: records are asked for, whatever stands between."""
    tokens = found.divided.tokens
    for at, token in enumerate(tokens):
        if token.type != "atom" or "WHICH" not in token.value or token.said not in _WHATS:
            continue
        if token.said == "which" and any(one.type == "kind" for one in tokens[at + 1 : at + 2]):
            return True
        for after in tokens[at + 1 : at + 6]:
            if after.type == "atom" and "CASES" in after.value:
                return after.said in _CASES
            if after.type in ("dim", "unit_kind", "unknown"):
                break
    return False


def _asks_who(found: Found) -> bool:
    """谁办得最多: of what is handled by units, where no others were named."""
    named = found.areas or found.kinds or found.unit_kinds or found.units or len(found.times) > 1
    who = any(token.said in ("谁", "who") for token in found.divided.tokens)
    best = found.names & {"MOST", "LEAST", "FASTEST", "SLOWEST", "BEST", "WORST"}
    return who and bool(best) and bool(found.names & {"HANDLE", "CLOSE", "ARRIVE", "RATE", "REWORK"}) and not named


def asks_which_crew(found: Found) -> bool:
    """哪支环卫队: one of the units of a kind is asked for."""
    tokens = found.divided.tokens
    return any(
        (token.type == "atom" and "WHICH" in token.value and token.said != "谁")
        or (
            token.type == "atom"
            and token.said in ("各", "每个", "各个", "each", "every")
            and len(found.unit_kinds) == 1
        )
        or (token.type == "top" and token.said.rstrip("的").endswith(("支", "队", "家", "个", "三", "五", "十")))
        for _, at in found.unit_kinds
        for token in tokens[max(0, at - 2) : at]
    )


def form_of(
    found: Found, dims: list[str], asked: Asked, superlative: bool, beside: str, scope: Scope, where: Setting
) -> tuple[Form, str, str]:
    names = found.names
    is_sign = asked.measure.startswith("sign:")
    days = (scope.span.end - scope.span.start) / DAY
    grain = _grain(dims, days)
    by = dimension_of(dims, scope, where)
    if beside and names & set(COMPARING):
        return "comparison", "", ""
    if names & {"PREV", "YEARAGO"} and not (by and not grain):
        return "comparison", "", ""
    if "TREND" in names and (grain or not by):
        return "trend", "", grain
    ranked = superlative or bool(names & {"WHICH"})
    each = is_sign and found.is_each  # 每天最高气温
    if grain and by and not is_sign and any(is_over(found, bound) for bound, _ in found.bounds):  # 有几天超过10起
        return "ranking", by, ""
    if grain and (each or not (ranked and _asks_time(found))):
        return "trend", "", grain
    if grain and ranked and dims[0] == "hourly":
        by = "hour"
    if by:
        return "ranking", by, ""
    if names & {"DIFFER", "GROWTH"}:
        return "comparison", "", ""
    if beside and beside != "span":
        return "comparison", "", ""
    if (
        ("LIST" in names or _asks_which_cases(found))
        and not is_sign
        and (asked.measure == "count" or ("SLOWEST" in names and asked.measure.endswith("_hours")))
        and not asked.is_share
    ):
        return "list", "", ""
    if superlative and not is_sign and asked.measure in ("count", "on_time_rate", "satisfaction_rate"):
        if found.tops and asked.measure == "count" and not names & set(RANKING) and not found.kinds:
            return "ranking", "kind", ""
        return "ranking", _default_dim(found, scope, where), ""
    if found.tops and superlative and asked.measure.endswith("_hours"):
        return "list", "", ""
    return "figure", "", ""


def _asks_time(found: Found) -> bool:
    """哪天, which month: buckets of time are put in order, and no course is asked."""
    tokens = {token.said for token in found.divided.tokens if token.type == "dim"}
    asked = any(said.startswith(("哪", "几", "which", "what")) for said in tokens)
    return asked or bool(found.names & {"WHICH", "MOST", "LEAST", "BEST", "WORST", "FASTEST", "SLOWEST"} or found.tops)


def _grain(dims: list[str], days: float) -> str:
    for by in dims:
        if by == "hourly":
            return "hour" if days <= 3 else ""
        if by in TIME_DIMS:
            return by
    return ""


def dimension_of(dims: list[str], scope: Scope, where: Setting) -> str:
    """The dimension that is ranked; of several the one that is nearest to an area or a class."""
    for by in dims:
        if by == "sub":
            return _below(scope, where)
        if by == "hourly":
            return "hour"
        if by in AREA_DIMS and scope.area and _TIERS.index(by) <= where.tier(scope.area):
            continue
        return by
    return ""


def _below(scope: Scope, where: Setting) -> str:
    return _TIERS[min(where.tier(scope.area) + 1, 4)]


def _default_dim(found: Found, scope: Scope, where: Setting) -> str:
    if scope.kinds or scope.measure.startswith("sign:"):
        return _below(scope, where)
    return "kind"


def _asks_where(found: Found) -> bool:
    """Where was … most, by street."""
    tokens = found.divided.tokens
    by = found.at("EACH")
    return any(token.said == "where" for token in tokens[:by]) and tokens[by].said == "by"


def order_of(found: Found, asked: Asked, form: Form) -> tuple[int, bool]:
    """How many, and whether the greatest come first."""
    names = found.names
    better = BETTER.get(asked.measure, 0)
    if asked.measure == "count" and set(asked.marks) & {
        "late",
        "overdue",
        "returned",
        "reopened",
        "unsatisfied",
        "urged",
    }:
        better = -1
    if asked.measure.startswith("sign:"):
        better = -1
    descending = True
    if names & {"LEAST", "FASTEST", "UP", "FALL"}:
        descending = False
    if "PACE" in names and asked.measure.startswith(("mean", "median")):  # 快慢排第一
        if names & {"MOST", "LEAST"}:
            descending = "LEAST" in names
        elif "RANK" in names and not names & {"SLOWEST", "SLOW"}:
            descending = False
    if names & {"BEST", "BESTFIRST"} or {"WHICH", "GOOD"} <= names:
        descending = better > 0
    if names & {"WORST", "WORSTFIRST"} or {"WHICH", "BAD"} <= names:
        descending = better <= 0
    top = 0
    for (number, is_top), _ in found.tops:
        top = number
        if is_top is False and not names & {"WORST", "LEAST"}:
            descending = better <= 0 and bool(better)
    if (
        not top
        and form == "ranking"
        and names & {"MOST", "LEAST", "FASTEST", "SLOWEST", "BEST", "WORST", "CHANGE", "FALL"}
    ) and not (names & {"RANK", "UP"} or ("EACH" in names and not _asks_where(found))):
        top = 1
    if (
        not top
        and form == "ranking"
        and "WHICH" in names
        and names & {"MORE", "LESS"}
        and not names & {"COUNT", "EACH"}
    ):
        top = 1
    return top, descending
