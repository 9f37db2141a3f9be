"""From the words of a question to what is asked: a scope, a form, and how sure it is."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from cockpit.assist.asking.exclude import other_kinds
from cockpit.assist.asking.found import Found
from cockpit.assist.asking.lattice import Bound
from cockpit.assist.asking.lexicon import Lexicon
from cockpit.assist.asking.measure import Asked, asked_of
from cockpit.assist.asking.periods import Periods, periods_of
from cockpit.assist.asking.times import HALF, QUARTER, Times
from cockpit.assist.asking.tokens import is_chinese
from cockpit.insight.measures import BETTER
from cockpit.model.asking import Form, Understood
from cockpit.model.clock import DAY
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import day_of

RANKING = (
    "MOST",
    "LEAST",
    "FASTEST",
    "SLOWEST",
    "BEST",
    "WORST",
    "RANK",
    "CHANGE",
    "FALL",
    "UP",
    "WORSTFIRST",
    "BESTFIRST",
)
COMPARING = ("COMPARE", "DIFFER", "EACH", "MORE", "LESS", "FAST", "SLOW", "GOOD", "BAD", "WHICH", "GROWTH", "MOST", "LEAST", "FASTEST",
             "SLOWEST", "BEST", "WORST", "RANK")  # fmt: skip
AREA_DIMS = ("district", "street", "community", "cell")
TIME_DIMS = ("day", "week", "month")
_TIERS = ("city", *AREA_DIMS)
_APPEALS = {"H01", "H02", "H03", "H04", "H05"}


class CannotBeLeftOut(Exception):
    """What is asked can not be answered without what is to be left out."""


@dataclass
class Setting:
    """Where a question is asked: words, now, and since when the archive is."""

    lexicon: Lexicon
    now: int
    first: int

    @property
    def all_time(self) -> Span:
        return Span(self.first, self.now)


def composed(found: Found, where: Setting, lang: str, text: str, context: Understood | None) -> Understood:
    """What is asked; with a context, what is left out is as there."""
    dims = _dims(found)
    names = found.names
    superlative = bool(names & set(RANKING)) or bool(found.tops)
    has_dim = bool(dims) or _asks_which_crew(found)
    sides_of = _sides(found, where)
    asked = asked_of(found, where.lexicon.pack, has_dim or len(sides_of) > 1)
    per = {"month": "PERMONTH", "week": "PERWEEK"}.get("+".join(dims), "")
    if per and "MEAN" in names and asked.measure == "count" and not names & {"TREND", "WHICH"}:  # 每个月平均多少起
        found.atoms.append((per, 0))
        names, dims = found.names, []
    if context is not None and _leans(found, context):
        asked, dims = _leaning(found, asked, dims, context)
    periods = periods_of(found, where.now, where.all_time, asked)
    scope, beside, sides = _scope(found, where, asked, periods, sides_of, context)
    if set(dims) & {QUARTER, HALF} and not beside:
        parts = _parts_of(periods.span, next(by for by in dims if by in (QUARTER, HALF)), where.now)
        if len(parts) > 1:
            beside, sides = "span", tuple(scope.with_(span=span) for span in parts)
    dims = [by for by in dims if by not in (QUARTER, HALF)]
    form, by, grain = _form(found, dims, asked, superlative, beside, scope, where)
    if beside and sides and form == "figure" and found.asked:
        form = "comparison"
    if context is not None and _leans(found, context) and form == "figure" and not names & {"COUNT"}:
        form, by, grain = context.form, context.by, context.grain
        if form == "comparison" and not sides:
            form = "figure"
    of = _of(found, asked, form, by)
    whole = _whole(found, scope) if of == "share" else ()
    if form == "comparison" and beside == "" and not sides:
        sides, beside = _against(found, scope, where), "span"
    if form != "comparison":
        sides, beside = (), ""
    assumed = tuple(field for field, is_so in (("span", periods.is_assumed), ("measure", not asked.is_said)) if is_so)
    top, descending = _order(found, asked, form)
    if of == "mean":
        grain = next(grain for word, grain in _PER.items() if word in names)
    over = _over(found, scope) if form == "ranking" else ()
    without: tuple[str, ...] = ()
    if rest := found.without.get(by if by == "unit_kind" else "area", []):
        if form == "ranking" and by in ("unit_kind", "district"):
            without = tuple(rest)
        elif by or form != "figure" or of != "value" or asked.measure != "count" or scope.area:
            raise CannotBeLeftOut
        else:
            form, beside, of = "comparison", "area", "sum"
            sides = tuple(scope.with_(area=code) for code in _others(rest, where))
    if found.without.get("unit_kind") and not without:
        raise CannotBeLeftOut
    return Understood(
        text=text, lang=lang, form=form, scope=scope.with_(by=by if form == "ranking" else ""), of=of, whole=whole, by=by,
        over=over, without=without,
        descending=descending, top=top, grain=grain, sides=sides, beside=beside, order=_listed(found, asked), assumed=assumed,
        corrected=tuple(found.divided.corrected), unread=tuple(found.unread), confidence=_confidence(found, asked),
    )  # fmt: skip


def _parts_of(span: Span, unit: str, now: int) -> list[Span]:
    """The quarters or halves of a period, as far as they have begun."""
    times = Times(now)
    first, last = day_of(span.start), day_of(span.end - 1)
    months = 3 if unit == QUARTER else 6
    indices = range((first.year * 12 + first.month - 1) // months, (last.year * 12 + last.month - 1) // months + 1)
    return [times.unit(unit, i * months // 12, i % (12 // months) + 1) for i in indices]


def _others(areas: list[str], where: Setting) -> list[str]:
    """The neighbours of areas."""
    known = where.lexicon.areas
    above = known[areas[0]].parent
    return [code for code, area in known.items() if area.parent == above and code not in areas]


# -- what is put in order ------------------------------------------------------------------------------------------


def _dims(found: Found) -> list[str]:
    names = found.names
    dims = list(dict.fromkeys(by for by, _ in found.asked))
    if not dims and (names & set(RANKING) or found.tops or names & {"TREND"}):
        dims = list(dict.fromkeys(by for by, _ in found.dims))
        lone = [token.said for token in found.divided.tokens if token.type == "dim"]
        if all(len(said) == 1 and is_chinese(said) for said in lone) and not names & {"RANK"}:
            dims = [] if not set(lone) & set("区") else ["district"]
    if not dims and found.dims and any(_is_over(found, bound) or bound.unit == "%" for bound, _ in found.bounds):
        dims = [by for by, _ in found.dims]
    if not dims and _asks_what(found):
        dims = ["kind"]
    if not dims and _asks_which_crew(found):
        dims = ["unit"]
    if "PERDAY" in names:
        dims = [by for by in dims if by != "day"]
    if "group" in dims and "kind" in dims:
        dims.remove("kind")
    return dims


_WHAT = ("什么", "啥", "哪种", "哪些", "何", "哪几种", "什么样", "what", "which")


def _asks_what(found: Found) -> bool:
    """什么问题, 哪些事, what problems: the class is asked for."""
    tokens = [token for token in found.divided.tokens if token.type not in ("unknown", "filler")]
    for token, after in pairwise(tokens):
        if token.type != "atom" or after.type != "atom" or "CASES" not in after.value or found.kinds:
            continue
        if "LIST" in token.value and after.said in ("问题", "事", "事情", "隐患"):
            return True
        if "WHICH" in token.value and token.said in _WHATS:
            return True
    return False


_WHATS = ("什么", "啥", "哪种", "哪些", "何", "哪几种", "什么样", "what", "which")


def _asks_which_crew(found: Found) -> bool:
    """哪支环卫队: one of the units of a kind is asked for."""
    tokens = found.divided.tokens
    return any(
        token.type == "atom" and "WHICH" in token.value and token.said != "谁"
        for _, at in found.unit_kinds
        for token in tokens[max(0, at - 2) : at]
    )


def _form(
    found: Found, dims: list[str], asked: Asked, superlative: bool, beside: str, scope: Scope, where: Setting
) -> tuple[Form, str, str]:
    names = found.names
    is_sign = asked.measure.startswith("sign:")
    days = (scope.span.end - scope.span.start) / DAY
    grain = _grain(dims, days)
    by = _dimension(dims, scope, where)
    if beside and names & set(COMPARING):
        return "comparison", "", ""
    if names & {"PREV", "YEARAGO"} and not (by and superlative):
        return "comparison", "", ""
    if "TREND" in names and (grain or not by):
        return "trend", "", grain
    ranked = superlative or bool(names & {"WHICH"})
    if grain and not (ranked and _asks_time(found)):
        return "trend", "", grain
    if grain and ranked and dims[0] == "hourly":
        by = "hour"
    if by:
        return "ranking", by, ""
    if names & {"DIFFER", "GROWTH"}:
        return "comparison", "", ""
    if beside and beside != "span":
        return "comparison", "", ""
    if "LIST" in names and not is_sign and asked.measure == "count" and not asked.is_share:
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


def _dimension(dims: list[str], scope: Scope, where: Setting) -> str:
    """The dimension that is ranked; of several the one that is nearest to an area or a class."""
    for by in dims:
        if by == "sub":
            return _below(scope, where)
        if by == "hourly":
            return "hour"
        if by in AREA_DIMS and scope.area:
            tier = where.lexicon.areas[scope.area].tier if scope.area in where.lexicon.areas else 0
            if _TIERS.index(by) <= tier:
                continue
        return by
    return ""


def _below(scope: Scope, where: Setting) -> str:
    tier = where.lexicon.areas[scope.area].tier if scope.area in where.lexicon.areas else 0
    return _TIERS[min(tier + 1, 4)]


def _default_dim(found: Found, scope: Scope, where: Setting) -> str:
    if scope.kinds or scope.measure.startswith("sign:"):
        return _below(scope, where)
    return "kind"


def _order(found: Found, asked: Asked, form: Form) -> tuple[int, bool]:
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
    if names & {"BEST", "BESTFIRST"}:
        descending = better > 0
    if names & {"WORST", "WORSTFIRST"}:
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
    ) and not names & {"RANK", "UP", "EACH"}:
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


# -- the scope -----------------------------------------------------------------------------------------------------


def _sides(found: Found, where: Setting) -> list[str]:
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
        named = [codes for codes in named if not set(codes) <= _APPEALS] or named
    groups = {
        codes for codes in named if any(pack.kind(other[0]).group_code == codes[0] for other in named if other != codes)
    }
    named = [codes for codes in named if codes not in groups]
    return [codes for codes in named if not any(codes != other and set(other) < set(codes) for other in named)]


def _scope(
    found: Found, where: Setting, asked: Asked, periods: Periods, areas: list[str], context: Understood | None
) -> tuple[Scope, str, tuple[Scope, ...]]:
    """The scope, the field in which sides differ, and the sides."""
    names = found.names
    base = Scope(periods.span)
    leans = context is not None and _leans(found, context)
    if leans:
        assert context is not None
        base = context.scope
        if found.times or found.hours:
            base = base.with_(span=periods.span if found.times else base.span, against=None)
    parts: dict[str, object] = {"measure": asked.measure}
    if not leans or asked.when:
        parts["when"] = asked.when
    if not leans or asked.marks:
        parts["marks"] = asked.marks
    if periods.hours:
        parts["hours"] = periods.hours
    if found.weekdays:
        parts["weekdays"] = tuple(sorted({day for days, _ in found.weekdays for day in days}))
    lists: dict[str, list[object]] = {}
    if found.names & set(COMPARING):
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
    if found.units:
        lists["unit"] = list(dict.fromkeys(code for code, _ in found.units))
        lists.pop("unit_kind", None)
    if found.levels:
        lists["levels"] = list(dict.fromkeys(levels for levels, _ in found.levels))
    if found.stages:
        lists["stages"] = list(dict.fromkeys(stages for stages, _ in found.stages))
    if found.results:
        lists["results"] = [(result,) for result in dict.fromkeys(result for result, _ in found.results)]
    if found.places:
        parts["place"] = " ".join(dict.fromkeys(place for place, _ in found.places))
    if len(dict.fromkeys(code for code, _ in found.signs)) > 1:
        lists["measure"] = [
            asked.measure.replace(found.signs[0][0], code) for code in dict.fromkeys(code for code, _ in found.signs)
        ]
        parts.pop("measure")
    parts |= _bounds(found, where, asked, kinds)
    comparing = bool(names & set(COMPARING))
    beside = ""
    for name in ("area", "unit", "unit_kind", "channels", "kinds", "levels", "stages", "weekdays", "hours", "measure"):
        values = lists.get(name, [])
        if len(values) > 1 and not beside and (comparing or name in ("area", "unit", "unit_kind", "measure")):
            beside = name
        elif len(values) > 1:
            parts[name] = tuple(dict.fromkeys(one for value in values for one in _tuple(value)))
        elif values:
            parts[name] = values[0]
    if "stages" in parts and not found.times and not leans:
        parts["marks"] = tuple(mark for mark in asked.marks if mark != "open")
    scope = base.with_(**parts)
    scope = _left_out(scope, found, where)
    if beside:
        sides = tuple(scope.with_(**{beside: value}) for value in lists[beside])
        return scope, beside, sides
    if len(periods.sides) > 1:
        return scope, "span", tuple(scope.with_(span=span) for span in periods.sides)
    return scope, "", ()


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


_CASE_UNITS = ("件", "起", "单", "例", "宗", "次", "cases", "case", "")


def _is_over(found: Found, bound: Bound) -> bool:
    """Whether a bound is of how many there are, not of the number that comes with a class."""
    return (bound.unit in _CASE_UNITS and (bool(bound.unit) or bool(found.asked))) or (
        bound.unit == "%" and found.has("RATE")
    )


def _over(found: Found, scope: Scope) -> tuple[float, float] | tuple[()]:
    return next(((bound.low, bound.high) for bound, _ in found.bounds if _is_over(found, bound)), ())


def _tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


_TIME_UNITS = {"小时": 1.0, "个小时": 1.0, "钟头": 1.0, "hour": 1.0, "hours": 1.0, "h": 1.0, "天": 24.0, "day": 24.0, "days": 24.0,
               "分钟": 1 / 60, "minute": 1 / 60, "minutes": 1 / 60, "min": 1 / 60}  # fmt: skip
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


def _bounds(found: Found, where: Setting, asked: Asked, kinds: list[tuple[str, ...]]) -> dict[str, object]:
    parts: dict[str, object] = {}
    units = {str(where.lexicon.pack.kind(code).unit) for codes in kinds for code in codes}
    for bound, _ in found.bounds:
        if _is_over(found, bound):
            continue
        if bound.unit in _TIME_UNITS:
            factor = _TIME_UNITS[bound.unit]
            if "ARRIVE" in found.names and "CLOSE" not in found.names:
                parts["reached"] = (max(bound.low * factor * 60, 0.0), bound.high * factor * 60)
                continue
            parts["took"] = (max(bound.low * factor, 0.0), bound.high * factor)
        else:
            factor = _METRES.get(bound.unit, 1.0) if units == {"cm"} else 1.0
            parts["amount"] = (bound.low * factor, bound.high * factor)
    if "SOME" in found.names:
        parts["amount"] = (1.0, float("inf"))
    return parts


# -- shares, changes, context --------------------------------------------------------------------------------------


def _of(found: Found, asked: Asked, form: Form, by: str) -> str:
    names = found.names
    if names & {"CHANGE", "FALL"} or (
        form == "ranking" and by and names & {"PREV", "YEARAGO"} and names & {"DIFFER", "MOST", "LEAST"}
    ):
        return "change"
    if "GROWTH" in names:
        return "growth"
    if names & set(_PER) and form == "figure":
        return "mean"
    if form == "comparison" and "SUM" in names and not names & {"COMPARE", "DIFFER", "EACH"}:
        return "sum"
    if asked.is_share and form in ("figure", "comparison", "ranking", "trend"):
        return "share"
    return "value"


_PER = {"PERHOUR": "hour", "PERWEEK": "week", "PERMONTH": "month"}
_FIELDS = {"areas": "area", "kinds": "kinds", "channels": "channels", "unit_kinds": "unit_kind", "levels": "levels",
           "stages": "stages", "hours": "hours", "weekdays": "weekdays", "units": "unit", "places": "place",
           "bounds": "amount", "results": "results"}  # fmt: skip


def _whole(found: Found, scope: Scope) -> tuple[str, ...]:
    """Fields that the whole is free of: of those that were said before 里 and 其中 none, of `share of` the first not."""
    at: dict[str, int] = {}
    for name, field in _FIELDS.items():
        listed = getattr(found, name)
        if listed and getattr(scope, field):
            at[field] = listed[0][1]
    for name in ("took", "reached"):
        if getattr(scope, name) and "amount" not in at:
            at[name] = found.bounds[0][1] if found.bounds else 0
    marks = [
        found.at(word)
        for word in ("LATE", "OPEN", "ONTIME", "URGED", "REWORK", "REOPEN", "SAT", "UNSAT", "CLOSE")
        if word in found.names
    ]
    if scope.marks and marks:
        at["marks"] = min(marks)
    if not at:
        return ()
    share = found.at("SHARE")
    tokens = found.divided.tokens
    inside = [
        i
        for i, token in enumerate(tokens)
        if token.said in ("里", "里的", "中", "当中", "里面", "里头", "其中", "之中", "among", "out of", "中的")
    ]
    kept: set[str] = set()
    if inside:
        kept = {field for field, place in at.items() if place < inside[0]}
    elif share >= 0 and tokens[share].said.isascii() and len(at) > 1:
        after = sorted((place, field) for field, place in at.items() if place > share)
        kept = {after[0][1]} if len(after) > 1 else set()
    elif "area" in at and len(at) > 1:
        city = any(token.type == "area" and i > at["area"] for i, token in enumerate(tokens))
        return ("area",) if city else tuple(field for field in at if field != "area")
    return tuple(field for field in at if field not in kept) or tuple(at)


def _against(found: Found, scope: Scope, where: Setting) -> tuple[Scope, ...]:
    from cockpit.model.spans import PREVIOUS, YEAR_BEFORE, compared

    word = YEAR_BEFORE if "YEARAGO" in found.names else PREVIOUS
    before = compared(scope.span, Span(0, 0, word), where.now)
    return scope, scope.with_(span=Span(before.start, before.end))


def _leans(found: Found, context: Understood) -> bool:
    """Whether a question goes on from the one before: it says so, or names nothing that it could be of."""
    names = found.names
    tokens = [token for token in found.divided.tokens if token.type != "unknown"]
    ends = tokens[:1] + tokens[-1:]
    if any(token.type == "atom" and "SAME" in token.value for token in ends):
        return True
    own = names - {"SAME", "WHICH", "WHOLE", "COMPARE", "NOW", "NOT", "EACH"}
    slots = (found.areas, found.kinds, found.channels, found.unit_kinds, found.units, found.levels, found.stages, found.times,
             found.hours, found.weekdays, found.bounds, found.places, found.signs)  # fmt: skip
    if not any(slots):
        return own <= _ONLY_FORM
    return not own and not found.asked and not found.signs


_ONLY_FORM = {"LIST", "CASES", "PREV", "YEARAGO", "RANK", "TREND", "DIFFER", "MOST", "LEAST", "GROWTH", "UP"}


def _leaning(found: Found, asked: Asked, dims: list[str], context: Understood) -> tuple[Asked, list[str]]:
    if asked.measure == "count" and not found.has("COUNT") and not asked.marks:
        measure = "count" if found.has("LIST") else context.scope.measure
        asked = Asked(measure, context.scope.marks, context.scope.when, context.of == "share")
    return asked, dims


def _listed(found: Found, asked: Asked) -> str:
    names = found.names
    if names & {"SLOWEST"} or (names & {"MOST"} and asked.measure.endswith("_hours")):
        return "-hours"
    if names & {"FASTEST"}:
        return "hours"
    if asked.when == "due" or "DUE" in names:
        return "due"
    return "-reported"


def _confidence(found: Found, asked: Asked) -> float:
    score = 1.0 - 0.12 * len(found.unread) - 0.05 * len(found.divided.corrected) - (0.1 if not asked.is_said else 0.0)
    return max(0.1, round(score, 2))
