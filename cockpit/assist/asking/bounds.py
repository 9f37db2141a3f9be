"""Numbers that something is above or below: of how many there are, of how long it took, of what comes with a class."""

from __future__ import annotations

from math import ceil, inf

from cockpit.assist.asking.counted import Bound
from cockpit.assist.asking.found import Found
from cockpit.assist.asking.measure import TIME_UNITS, Asked, is_of_mean
from cockpit.assist.asking.setting import CannotBeTold, Setting
from cockpit.model.scope import Scope

_CASE_UNITS = ("件", "起", "单", "例", "宗", "次", "回", "times", "cases", "case", "")


_OFTEN = ("次", "回", "遍", "times")
_COUNTED = {"REWORK": "returned", "URGED": "urged", "REOPEN": "reopened"}


def often(found: Found, marks: tuple[str, ...]) -> tuple[str, ...]:
    """返工两次以上: marks with how often; what is bound from above can not be told.

    Raises:
        CannotBeTold: so many times at the most.
    """
    for bound, at in found.bounds:
        if bound.unit in _OFTEN and found.names & set(_COUNTED):
            if bound.high < inf or bound.low < 1:
                raise CannotBeTold(found.divided.tokens[at].said)
            near = min((abs(place - at), name) for name, place in found.atoms if name in _COUNTED)[1]
            mark, least = _COUNTED[near], ceil(bound.low)
            marks = tuple(f"{one}{least}" if one == mark and least > 1 else one for one in marks)
    return marks


def is_over(found: Found, bound: Bound) -> bool:
    """Whether a bound is of how many there are, not of the number that comes with a class."""
    if bound.unit in _OFTEN and found.names & set(_COUNTED):
        return False
    if is_of_mean(found, bound):
        return True
    return (bound.unit in _CASE_UNITS and (bool(bound.unit) or bool(found.asked or found.dims))) or (
        bound.unit == "%" and found.has("RATE")
    )


def over_of(found: Found, scope: Scope) -> tuple[float, float] | tuple[()]:
    sign = scope.measure.startswith("sign:")
    for bound, _ in found.bounds:
        if is_of_mean(found, bound):
            factor = TIME_UNITS[bound.unit] * (60.0 if scope.measure.endswith("_response") else 1.0)
            return bound.low * factor, bound.high * factor
    return next(((bound.low, bound.high) for bound, _ in found.bounds if sign or is_over(found, bound)), ())


_METRES = {
    "米": 100.0,
    "m": 100.0,
    "metre": 100.0,
    "metres": 100.0,
    "meter": 100.0,
    "meters": 100.0,
    "mm": 0.1,
    "毫米": 0.1,
}


def bounds_of(found: Found, where: Setting, asked: Asked, kinds: list[tuple[str, ...]]) -> dict[str, object]:
    parts: dict[str, object] = {}
    units = {str(where.lexicon.pack.kind(code).unit) for codes in kinds for code in codes}
    for bound, _ in found.bounds:
        if asked.measure.startswith("sign:"):
            continue
        if is_over(found, bound) or (bound.unit in _OFTEN and found.names & set(_COUNTED)):
            continue
        if bound.unit in TIME_UNITS:
            factor = TIME_UNITS[bound.unit]
            if "ARRIVE" in found.names and "CLOSE" not in found.names:
                parts["reached"] = (max(bound.low * factor * 60, 0.0), bound.high * factor * 60)
                continue
            if "LATE" in found.names:
                parts["behind"] = (max(bound.low * factor, 0.0), bound.high * factor)
                continue
            parts["took"] = (max(bound.low * factor, 0.0), bound.high * factor)
        else:
            factor = _METRES.get(bound.unit, 1.0) if units == {"cm"} else 1.0
            parts["amount"] = (bound.low * factor, bound.high * factor)
    if "SOME" in found.names and "amount" not in parts:
        parts["amount"] = (1.0, inf)
    return parts
