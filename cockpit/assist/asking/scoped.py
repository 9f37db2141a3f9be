"""Of what a question is: the scope that its words make, and the scopes that stand beside one another."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

from itertools import pairwise

from cockpit.assist.asking.bounds import bounds_of, often
from cockpit.assist.asking.exclude import other_kinds
from cockpit.assist.asking.found import Found, is_joined
from cockpit.assist.asking.leaning import leans_on
from cockpit.assist.asking.measure import Asked
from cockpit.assist.asking.periods import Periods
from cockpit.assist.asking.setting import APPEALS, COMPARING, CannotBeTold, Setting
from cockpit.assist.asking.several import rates_of, said_of
from cockpit.model.asking import Understood
from cockpit.model.city import Pack
from cockpit.model.scope import Scope


def sides_of(found: Found, where: Setting) -> list[str]:
    """Areas that are named, the inner ones of those that lie in one another; the city is none."""
    areas = where.lexicon.areas
    named = [code for code in dict.fromkeys(code for code, _ in found.areas) if code in areas and areas[code].tier > 0]
    return [code for code in named if not any(other != code and _inside(other, code, where) for other in named)]


def _inside(code: str, above: str, where: Setting) -> bool:
    areas = where.lexicon.areas
    while code in areas:
        if code == above:
            return True
        code = areas[code].parent
    return False


def _kinds(found: Found, where: Setting) -> list[tuple[str, ...]]:
    pack = where.lexicon.pack
    named = list(dict.fromkeys(codes for codes, _ in found.kinds))
    if len(named) > 1 and not found.names & {"COMPARE", "EACH", "DIFFER", "MORE", "LESS"}:
        named = [codes for codes in named if not set(codes) <= APPEALS] or named
    named = _shared(named, found, pack)
    groups = {
        codes for codes in named if any(pack.kind(other[0]).group_code == codes[0] for other in named if other != codes)
    }
    named = [codes for codes in named if codes not in groups]
    return [codes for codes in named if not any(codes != other and set(other) < set(codes) for other in named)]


def _shared(named: list[tuple[str, ...]], found: Found, pack: Pack) -> list[tuple[str, ...]]:
    """Noise of building sites: of two classes that overlap, one said of the other, what both are."""
    if len(named) != 2 or found.names & {"COMPARE", "EACH", "DIFFER", "MORE", "LESS"}:
        return named
    first, second = (_classes(codes, pack) for codes in named)
    both = tuple(code for code in first if code in second)
    tokens = found.divided.tokens[min(at for _, at in found.kinds) : max(at for _, at in found.kinds)]
    joined = any(token.said in _JOINING for token in tokens)
    if joined or not both or len(both) in (len(first), len(second)):
        return named
    return [both]


_JOINING = ("、", "和", "与", "及", "跟", "以及", "and", "or", "或", "加", "plus", ",", "或者")


def _classes(codes: tuple[str, ...], pack: Pack) -> list[str]:
    return [kind.code for kind in pack.kinds.values() if kind.code in codes or kind.group_code in codes]


def scope_of(
    found: Found, where: Setting, asked: Asked, periods: Periods, areas: list[str], context: Understood | None
) -> tuple[Scope, str, tuple[Scope, ...], bool]:
    """The scope, the field in which sides differ, the sides, and whether they were only said one after the other."""
    names = found.names
    base = Scope(periods.span)
    leans = context is not None and leans_on(found, context)
    if leans:
        assert context is not None
        base = context.scope
        if found.times or found.hours:
            base = base.with_(span=periods.span if found.times else base.span, against=None)
    parts: dict[str, object] = {"measure": asked.measure}
    if not leans or asked.when:
        parts["when"] = asked.when
    if not leans or asked.marks:
        parts["marks"] = often(found, asked.marks)
    if periods.hours:
        parts["hours"] = periods.hours
    if found.weekdays:
        parts["weekdays"] = tuple(sorted({day for days, _ in found.weekdays for day in days}))
    lists: dict[str, list[object]] = {}
    soft = ""
    if found.names & set(COMPARING) or is_joined(found, [at for _, at in found.weekdays or found.hours]):
        lists["weekdays"] = list(dict.fromkeys(days for days, _ in found.weekdays))
        lists["hours"] = list(dict.fromkeys(hours.hours for hours, _ in found.hours)) if not any(
            said.hours for said, _ in found.times) else []  # fmt: skip
        lists = {name: values for name, values in lists.items() if len(values) > 1}
        if "hours" in lists and any(
            set(one.hours) & set(other.hours) for (one, _), (other, _) in pairwise(found.hours)
        ):
            lists.pop("hours")
    if areas:
        lists["area"] = list(areas)
    elif found.areas and leans:
        parts["area"] = ""
    kinds = _kinds(found, where)
    if kinds:
        lists["kinds"] = list(kinds)
    if _reports(found):
        found.channels.append(("patrol", found.unit_kinds.pop(0)[1]))
    if found.channels:
        lists["channels"] = [(code,) for code in dict.fromkeys(code for code, _ in found.channels)]
    if found.unit_kinds:
        lists["unit_kind"] = list(dict.fromkeys(code for code, _ in found.unit_kinds))
    if asked.measure.endswith("_response"):  # 派遣后几分钟到
        found.stages = [one for one in found.stages if "assigned" not in one[0]]
    if found.channels and found.unit_kinds[:1] and found.unit_kinds[0] == ("grid", found.channels[0][1] - 1):
        found.unit_kinds.pop(0)  # 网格员巡查发现
        lists.pop("unit_kind", None)
    if found.units:
        lists["unit"] = list(dict.fromkeys(code for code, _ in found.units))
        lists.pop("unit_kind", None)
    if found.levels:
        lists["levels"] = list(dict.fromkeys(levels for levels, _ in found.levels))
    if found.stages:
        lists["stages"] = list(dict.fromkeys(stages for stages, _ in found.stages))
    if found.results:
        lists["results"] = [(result,) for result in dict.fromkeys(result for result, _ in found.results)]
    places = list(dict.fromkeys(place for place, _ in found.places))
    if len(places) > 1 and is_joined(found, [at for _, at in found.places]):
        lists["place"] = list(places)
    elif places:
        parts["place"] = " ".join(dict.fromkeys(place for place, _ in found.places))
    if len(dict.fromkeys(code for code, _ in found.signs)) > 1:
        lists["measure"] = [
            asked.measure.replace(found.signs[0][0], code) for code in dict.fromkeys(code for code, _ in found.signs)
        ]
        parts.pop("measure")
    rates = rates_of(found)
    if len(rates) > 1:
        lists["measure"] = list(rates)
        parts.pop("measure")
        parts["marks"] = tuple(mark for mark in asked.marks if mark not in _OF_RATES)
    parts |= bounds_of(found, where, asked, kinds)
    comparing = bool(names & set(COMPARING))
    beside = ""
    for name in ("area", "place", "unit", "unit_kind", "channels", "kinds", "levels", "stages", "results", "weekdays", "hours",
                 "measure"):  # fmt: skip
        values = lists.get(name, [])
        if len(values) > 1 and not beside and (comparing or name in ("area", "place", "unit", "unit_kind", "measure")):
            beside = name
        elif len(values) > 1 and name in _LISTS_OF_ONE:
            raise CannotBeTold(found.said(_LISTS_OF_ONE[name]) or said_of(found))
        elif len(values) > 1:
            if not soft and is_joined(found, [at for _, at in getattr(found, name)]):
                soft = name
            parts[name] = tuple(dict.fromkeys(one for value in values for one in _tuple(value)))
        elif values:
            parts[name] = values[0]
    if "stages" in parts and not found.times and not leans:
        parts["marks"] = tuple(mark for mark in asked.marks if mark != "open")
    scope = base.with_(**parts)
    scope = _left_out(scope, found, where)
    if "measure" in lists and len(periods.sides) > 1:
        raise CannotBeTold(found.said("sign") or said_of(found))
    if beside:
        return scope, beside, tuple(scope.with_(**{beside: value}) for value in lists[beside]), False
    if len(periods.sides) > 1:
        return scope, "span", tuple(scope.with_(span=span) for span in periods.sides), periods.is_soft
    if soft:
        return scope, soft, tuple(scope.with_(**{soft: value}) for value in lists[soft]), True
    return scope, "", (), False


_LISTS_OF_ONE = {"place": "place", "unit": "unit", "unit_kind": "unit_kind", "measure": "sign"}
"""Fields of one value: of two lists of sides only one can stand beside another."""
_OF_RATES = ("returned", "reopened", "on_time", "late", "overdue", "satisfied", "closed")
"""Marks that a second rate leaves behind."""


def _left_out(scope: Scope, found: Found, where: Setting) -> Scope:
    """Without the classes, channels, levels and weekdays that are left out."""
    without, pack = found.without, where.lexicon.pack
    if "kind" in without:
        scope = scope.with_(kinds=other_kinds(pack, scope.kinds, without["kind"]))
    if "channel" in without:
        scope = scope.with_(channels=tuple(id for id in pack.channels if id not in without["channel"]))
    for name, every in (("level", range(1, 5)), ("weekdays", range(7))):
        if name in without:
            gone = {one for values in without[name] for one in values}
            field = {"level": "levels"}.get(name, name)
            scope = scope.with_(**{field: tuple(one for one in every if one not in gone)})
    return scope


def _reports(found: Found) -> bool:
    """网格员上报: a channel, not who handled it."""
    tokens = found.divided.tokens
    return any(
        code == "grid" and any(token.type == "atom" and "REPORT" in token.value for token in tokens[at + 1 : at + 4])
        for code, at in found.unit_kinds[:1]
    )


def _tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)
