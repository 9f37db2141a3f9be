"""Which number a question asks for, and what must have become of the records that it counts."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

from dataclasses import dataclass

from cockpit.assist.asking.counted import Bound
from cockpit.assist.asking.found import Found
from cockpit.assist.asking.rates import RATES, of_rate, said_as_share, share_of_them
from cockpit.assist.asking.setting import CannotBeTold
from cockpit.assist.asking.tokens import says
from cockpit.model.city import Pack

TIME_UNITS = {"小时": 1.0, "个小时": 1.0, "钟头": 1.0, "hour": 1.0, "hours": 1.0, "h": 1.0, "天": 24.0, "day": 24.0, "days": 24.0,
              "周": 168.0, "星期": 168.0, "礼拜": 168.0, "week": 168.0, "weeks": 168.0, "个月": 720.0, "月": 720.0, "month": 720.0, "months": 720.0,
              "分钟": 1 / 60, "minute": 1 / 60, "minutes": 1 / 60, "min": 1 / 60}  # fmt: skip
"""Hours of a unit of time."""
EXTREMES = ("MOST", "LEAST", "FASTEST", "SLOWEST", "BEST", "WORST")


@dataclass
class Asked:
    """Attributes: measure; marks that must hold; when: of which time the period is; is_said: somebody named it."""

    measure: str = "count"
    marks: tuple[str, ...] = ()
    when: str = ""
    is_share: bool = False
    is_said: bool = True


def asked_of(found: Found, pack: Pack, has_dim: bool) -> Asked:
    """What number the words name.

    Args:
        has_dim: something is put in an order by it, so that a superlative is not the number's own.
    """
    names = found.names
    if found.signs and not (names & {"RATE", "LATE", "OPEN", "ONTIME", "SAT", "REWORK"}):
        return Asked(_sign(found, has_dim))
    if {"UNSAT", "RATE"} <= names and "SAT" not in names:
        return Asked("count", ("unsatisfied",), is_share=True)
    if rate := said_as_share(found):
        return Asked(rate[0], _marks(found, {rate[1], "CLOSE"}))
    if "RATE" in names or ("SHARE" in names and names & {"ONTIME"}):
        word = of_rate(found)
        if lost := share_of_them(found):
            raise CannotBeTold(lost)
        if word:
            return Asked(RATES[word], _marks(found, {word, "CLOSE", "HANDLE"}))
    if (
        names & {"SAT", "UNSAT"}
        and not ("UNSAT" in names and names & {"MOST", "LEAST"} and not names & {"BEST", "WORST"})
        and (
            names & {"BEST", "WORST", "GOOD", "BAD", "MEAN"}
            or (has_dim and names & {"MOST", "LEAST"} and "COUNT" not in names)
        )
    ):
        return Asked("satisfaction_rate", _marks(found, {"SAT", "UNSAT"}))
    if _is_time(found, has_dim):
        return Asked(_time(found, has_dim), _marks(found, {"CLOSE"}))
    amount = _amount(found, pack, has_dim)
    if amount:
        return Asked(amount, _marks(found, set()))
    if "PERDAY" in names:
        return Asked("per_day", _marks(found, set()), _when(found))
    if "WORST" in names and _is_worst_hit(found):
        return Asked("count", _marks(found, set()), _when(found))
    if names & {"BEST", "WORST"} and not names & {"COUNT", "LATE", "OPEN", "REWORK", "URGED", "REOPEN"}:
        return Asked("on_time_rate", _marks(found, {"ONTIME", "CLOSE", "HANDLE"}), is_said="ONTIME" in names)
    if "ONTIME" in names and "RANK" in names and has_dim and "COUNT" not in names:
        return Asked("on_time_rate", _marks(found, {"ONTIME", "CLOSE", "HANDLE"}))
    if _is_past_due(found):
        return Asked("count", ("overdue",))
    marks = _marks(found, set())
    when = _when(found)
    if when == "closed":
        marks = tuple(mark for mark in marks if mark != "closed")
    return Asked(
        "count",
        marks,
        when,
        "SHARE" in names,
        bool(names & {"COUNT", "CASES", "REPORT", "SHARE"}) or bool(marks or when),
    )


def _is_past_due(found: Found) -> bool:
    """到期没办完, without a time of its own: the limit is over."""
    tokens = found.divided.tokens
    due, still = found.at("DUE"), found.at("OPEN")
    return (
        0 <= due < still <= due + 2
        and tokens[due].said in ("到期", "到点", "期满", "到期限")
        and not (found.times or found.hours)
    )


def _is_worst_hit(found: Found) -> bool:
    """Worst day for street vendors: most of them, not who does worst."""
    by = {by for by, _ in found.asked or found.dims}
    done = {"HANDLE", "CLOSE", "ARRIVE", "DURATION", "COUNT", "SAT", "UNSAT", "ONTIME", "RATE"}
    return bool(found.kinds) and bool(by & {"hour", "weekday", "day", "week", "month"}) and not found.names & done


def _sign(found: Found, has_dim: bool) -> str:
    code = found.signs[0][0]
    names = found.names
    most = "max" if names & {"MOST", "WORST"} else "min" if names & {"LEAST"} else ""
    how = "mean" if "MEAN" in names else "" if found.times else "last"
    if most and not how and (not has_dim or found.is_each):
        how = most
    if most and how == "last" and not has_dim and "NOW" not in names:
        how = most
    return f"sign:{code}" + (f":{how}" if how else "")


def is_of_mean(found: Found, bound: Bound) -> bool:
    """平均到场时间超过半小时的区: the mean itself is bound, of each that it is told of."""
    if bound.unit not in TIME_UNITS or not found.dims or not found.has("MEAN", "MEDIAN"):
        return False
    return found.has("DURATION") or _of_each(found, bound)


def _of_each(found: Found, bound: Bound) -> bool:
    """平均到场超过10分钟的区: the mean, the step, the number and whose it is, one right after the other."""
    tokens = [token for token in found.divided.tokens if token.type != "filler"]
    at = next((i for i, token in enumerate(tokens) if token.value is bound), -1)
    if at < 2 or not says(tokens[at - 2], "MEAN", "MEDIAN") or not says(tokens[at - 1], "ARRIVE", "HANDLE", "CLOSE"):
        return False
    return at + 1 < len(tokens) and tokens[at + 1].type == "dim"


def _hour_of_which(found: Found) -> str:
    """Which day and hour: the hour is asked for, not in hours."""
    tokens = found.divided.tokens
    for at, token in enumerate(tokens[2:], 2):
        if token.said == "hour" and tokens[at - 1].said in ("and", "or") and tokens[at - 2].type == "dim":
            return token.said
    return ""


def _is_time(found: Found, has_dim: bool) -> bool:
    names = found.names
    if lost := _hour_of_which(found):
        raise CannotBeTold(lost)
    if any(_of_each(found, bound) for bound, _ in found.bounds):
        return True
    if "COUNT" in names and "MEAN" in names and not names & {"DURATION", "FAST", "SLOW", "FASTEST", "SLOWEST"}:
        return False  # 平均每支队伍办多少件
    if "COUNT" in names and any(bound.unit in TIME_UNITS for bound, _ in found.bounds) and not names & {*EXTREMES}:
        return False  # 到场超过10分钟的有几起
    if "SLOW" in names and found.bounds and "DURATION" not in names:  # 拖了三天以上
        return False
    if names & {"FASTEST", "SLOWEST", "FAST", "SLOW", "DURATION"}:
        return not ("DURATION" in names and names & {"DUE"})
    return bool(names & {"MEAN", "MEDIAN"}) and bool(names & {"HANDLE", "ARRIVE", "CLOSE"}) and "PERDAY" not in names


def _time(found: Found, has_dim: bool) -> str:
    names = found.names
    is_response = bool(names & {"ARRIVE"}) or ("MINUTES" in names and not names & {"CLOSE", "HANDLE"})
    tail = "response" if is_response else "hours"
    if "MEDIAN" in names:
        return f"median_{tail}"
    if not has_dim and "MEAN" not in names:
        if names & {"MOST", "SLOWEST"}:
            return f"max_{tail}"
        if names & {"LEAST", "FASTEST"}:
            return f"min_{tail}"
    return f"mean_{tail}"


def _at_once(found: Found) -> bool:
    return any(word in found.divided.text for word in ("一次", "单次", "一起", "一场", "single", "at once", "in one"))


def _amount(found: Found, pack: Pack, has_dim: bool) -> str:
    names = found.names
    of_kinds = [pack.kind(code) for codes, _ in found.kinds for code in codes]
    has_fact = any(kind.fact for kind in of_kinds)
    if "AMOUNT" not in names:
        deepest = any(token.said in ("最深", "最大", "最严重", "deepest", "largest", "biggest", "loudest", "最高", "最重", "最粗", "heaviest")
                      for token in found.divided.tokens)  # fmt: skip
        if not (deepest and has_fact) or names & {"COUNT", "CASES"}:
            return ""
        only = any(token.said in ("最深", "最粗", "deepest", "loudest") for token in found.divided.tokens)
        return "amount_max" if only or not has_dim else ""
    if not has_fact and of_kinds:
        return ""
    if found.bounds and not names & {"MOST", "LEAST", "MEAN", "SUM", "MEDIAN"}:
        return ""
    if "MEAN" in names:
        return "amount_mean"
    most = found.divided.tokens[found.at("MOST")].said if "MOST" in names else ""
    if has_dim and most in ("最多", "most") and "SUM" not in names and not _at_once(found):  # 受伤人数最多的区
        return "amount_sum"
    if names & {"MOST", "WORST"}:
        return "amount_max"
    if "LEAST" in names:
        return "amount_min"
    return "amount_sum"


def _marks(found: Found, without: set[str]) -> tuple[str, ...]:
    names = found.names - without
    marks: list[str] = []
    tokens = found.divided.tokens
    still = any(token.said == "still" for token in tokens) and bool(names & {"WHICH", "LIST"}) and not found.times
    if (
        still and not names & {"LATE", "OPEN", "CLOSE", "DUE", "RATE", "NOARRIVE"} and found.kinds
    ):  # which lanes are still blocked
        marks.append("open")
    is_now = "NOW" in names and not found.times and not names & {"CLOSE", "RATE", "SHARE"}
    if {"LATE", "OPEN"} <= names or ("LATE" in names and is_now and "DUE" not in names):
        marks.append("overdue")
    elif "LATE" in names and "DUE" not in names:
        marks.append("late")
    elif "OPEN" in names:
        marks.append("open")
    if "ONTIME" in names:
        marks.append("on_time")
    for word, mark in (
        ("URGED", "urged"),
        ("REWORK", "returned"),
        ("REOPEN", "reopened"),
        ("UNSAT", "unsatisfied"),
        ("SAT", "satisfied"),
        ("RATED", "rated"),
        ("ARRIVED", "arrived"),
        ("NOREWORK", "not_returned"),
        ("NOREOPEN", "not_reopened"),
        ("NOURGED", "not_urged"),
        ("NORATED", "not_rated"),
        ("NOARRIVE", "not_arrived"),
    ):
        if word in names and not (mark == "satisfied" and "UNSAT" in names):
            marks.append(mark)
    if (
        "CLOSE" in names
        and "CLOSE" not in without
        and "OPEN" not in names
        and "on_time" not in marks
        and "late" not in marks
    ):
        marks.append("closed")
    return tuple(marks)


_REPORTED = (
    "上报",
    "接报",
    "报的",
    "报上来",
    "reported",
    "受理",
    "立案",
    "新增",
    "来的",
    "报",
    "received",
    "came in",
    "filed",
    "registered",
    "报来",
    "收到",
    "接到",
    "进",
    "发生",
)


def _when(found: Found) -> str:
    names = found.names
    if "DUE" in names:
        return "due"
    if "CLOSE" in names and "OPEN" not in names and "SHARE" not in names:
        reported = any(token.said in _REPORTED for token in found.divided.tokens)
        return "" if reported or not found.times else "closed"
    return ""
