"""What is told of a number: itself, its share of which whole, how much more than before."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

from cockpit.assist.asking.found import Found
from cockpit.assist.asking.measure import Asked
from cockpit.assist.asking.tokens import Token, says
from cockpit.model.asking import Form
from cockpit.model.scope import Scope


def told_of(found: Found, asked: Asked, form: Form, by: str, mean_by: str = "") -> str:
    names = found.names
    if names & {"CHANGE", "FALL"} or (
        form == "ranking"
        and by
        and names & {"PREV", "YEARAGO"}
        and "GROWTH" not in names
        and (names & {"DIFFER", "MOST", "LEAST"} or found.asked)
    ):
        return "change"
    if "GROWTH" in names or (form == "comparison" and _grew(found)):
        return "growth"
    if (names & set(PER) and form == "figure") or mean_by:
        return "mean"
    if form == "comparison" and "SUM" in names and not names & {"COMPARE", "DIFFER", "EACH"}:
        return "sum"
    if asked.is_share and form in ("figure", "comparison", "ranking", "trend"):
        return "share"
    return "value"


def _grew(found: Found) -> bool:
    """升了几成, 多了百分之几: the share is that of what was before."""
    tokens = found.divided.tokens
    at = found.at("SHARE")
    before = [token for token in tokens[max(0, at - 3) : max(0, at)] if token.type != "filler"]
    rises = {"DIFFER", "MORE", "LESS", "FAST", "SLOW"}
    return bool(before) and before[-1].type == "atom" and bool(set(before[-1].value) & rises)


PER = {"PERHOUR": "hour", "PERWEEK": "week", "PERMONTH": "month"}
_FIELDS = {"areas": "area", "kinds": "kinds", "channels": "channels", "unit_kinds": "unit_kind", "levels": "levels",
           "stages": "stages", "hours": "hours", "weekdays": "weekdays", "units": "unit", "places": "place",
           "bounds": "amount", "results": "results"}  # fmt: skip


def _of_a_place(tokens: list[Token], share: int, area: int) -> bool:
    """Share of cases in Xihu that were late: the whole is of the place that stands right behind it."""
    noun = next((i for i in range(share + 1, len(tokens)) if tokens[i].type != "filler"), len(tokens))
    if noun >= area or not says(tokens[noun], "CASES", "WHOLE"):
        return False
    return all(
        token.said in ("in", "from", "of", "at", "for", "within", "across", "the") for token in tokens[noun + 1 : area]
    )


def _is_whole(behind: list[Token]) -> bool:
    """In all complaints, not `in all districts` nor `in all` at the end of its clause."""
    return any(token.type == "kind" or says(token, "CASES", *_STATES) for token in behind)


_STATES = ("LATE", "OPEN", "ONTIME", "URGED", "REWORK", "REOPEN", "SAT", "UNSAT", "CLOSE")


def whole_of(found: Found, scope: Scope) -> tuple[str, ...]:
    """Fields that the whole is free of: of those that were said before 里 and 其中 none, of `share of` the first not."""
    at: dict[str, int] = {}
    for name, field in _FIELDS.items():
        listed = getattr(found, name)
        if listed and getattr(scope, field):
            at[field] = listed[0][1]
    for name in ("took", "reached", "behind"):
        if getattr(scope, name) and "amount" not in at:
            at[name] = found.bounds[0][1] if found.bounds else 0
    if scope.amount and "SOME" in found.names:
        at["amount"] = found.at("SOME")
    marks = [found.at(word) for word in _STATES if word in found.names]
    if scope.marks and marks:
        at["marks"] = min(marks)
    for field in (*_FIELDS.values(), "marks"):
        if getattr(scope, field) and field not in at:
            at[field] = len(found.divided.tokens)
    if not at:
        return ()
    share = found.at("SHARE")
    tokens = found.divided.tokens
    inside = [
        i
        for i, token in enumerate(tokens)
        if (token.said == "in all" and 0 <= share < i and _is_whole(tokens[i + 1 : i + 2]))
        or token.said in ("里", "里的", "中", "当中", "里面", "里头", "其中", "之中", "among", "out of", "中的")
    ]
    kept: set[str] = set()
    if inside and tokens[inside[0]].said.isascii() and share < inside[0]:  # of Xihu among all complaints
        kept = {field for field, place in at.items() if place > inside[0]}
        if len(kept) == len(at):  # in all complaints came from Xihu
            kept = {min(at, key=lambda field: at[field])}
        return tuple(field for field in at if field not in kept) or tuple(at)
    if inside:
        kept = {field for field, place in at.items() if place < inside[0]}
    elif share >= 0 and tokens[share].said.isascii() and len(at) > 1 and _of_a_place(tokens, share, at.get("area", -1)):
        kept = {"area"}
    elif share >= 0 and tokens[share].said.isascii() and len(at) > 1:
        after = sorted((place, field) for field, place in at.items() if place > share)
        between = tokens[share + 1 : after[0][0]] if after else []
        if any(token.type == "atom" and "CASES" in token.value for token in between):  # of cases that …
            after = []
        kept = {after[0][1]} if len(after) > 1 else set()
    elif "area" in at and len(at) > 1:
        city = any(token.type == "area" and i > at["area"] for i, token in enumerate(tokens))
        return ("area",) if city else tuple(field for field in at if field != "area")
    return tuple(field for field in at if field not in kept) or tuple(at)
