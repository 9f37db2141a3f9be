"""From the words of a question to what is asked: a scope, a form, and how sure it is."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re
from math import inf, nextafter

from cockpit.assist.asking.bounds import is_over, over_of
from cockpit.assist.asking.forms import asks_which_crew, dimension_of, dims_of, form_of, order_of
from cockpit.assist.asking.found import Found
from cockpit.assist.asking.leaning import leaning, leans_on
from cockpit.assist.asking.measure import Asked, asked_of
from cockpit.assist.asking.periods import periods_of
from cockpit.assist.asking.scoped import scope_of, sides_of
from cockpit.assist.asking.setting import RANKING, TIME_DIMS, CannotBeTold, Setting
from cockpit.assist.asking.shares import PER, told_of, whole_of
from cockpit.assist.asking.times import HALF, QUARTER, Times
from cockpit.model.asking import Understood
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import PREVIOUS, YEAR_BEFORE, compared, day_of


class CannotBeLeftOut(Exception):
    """What is asked can not be answered without what is to be left out."""


def composed(found: Found, where: Setting, lang: str, text: str, context: Understood | None) -> Understood:
    """What is asked; with a context, what is left out is as there."""
    dims = dims_of(found)
    names = found.names
    superlative = bool(names & set(RANKING)) or bool(found.tops)
    has_dim = bool(dims) or asks_which_crew(found)
    named = sides_of(found, where)
    asked = asked_of(found, where.lexicon.pack, has_dim or len(named) > 1)
    per = {"month": "PERMONTH", "week": "PERWEEK"}.get("+".join(dims), "")
    if per and "MEAN" in names and asked.measure == "count" and not names & {"TREND", "WHICH"}:  # 每个月平均多少起
        found.atoms.append((per, 0))
        names, dims = found.names, []
    if context is not None and leans_on(found, context):
        asked, dims = leaning(found, asked, dims, context)
    if "MEAN" in names and "day" in dims and len(dims) > 1 and asked.measure == "count" and "TREND" not in names:
        asked.measure, dims = "per_day", [by for by in dims if by != "day"]  # 平均每个区每天几件
    mean_by = _mean_by(found, dims, asked)
    if mean_by:
        dims = []
    periods = periods_of(found, where.now, where.all_time, asked)
    scope, beside, sides, soft = scope_of(found, where, asked, periods, named, context)
    if beside == "measure" and dims:
        raise CannotBeTold(found.said("dim"))
    if set(dims) & {QUARTER, HALF} and not beside:
        parts = _parts_of(periods.span, next(by for by in dims if by in (QUARTER, HALF)), where.now)
        if len(parts) > 1:
            beside, sides = "span", tuple(scope.with_(span=span) for span in parts)
    dims = [by for by in dims if by not in (QUARTER, HALF)]
    form, by, grain = form_of(found, dims, asked, superlative, "" if soft else beside, scope, where)
    if change := _changed_by(found, dims, beside, sides, scope, where):
        form, by, scope = "ranking", change[0], change[1]
    elif beside == "span" and not soft and form in ("ranking", "trend", "list"):
        raise CannotBeTold(found.divided.tokens[found.times[-1][1]].said)
    if beside and sides and form == "figure" and (found.asked or beside == "span" or (soft and not asked.is_share)):
        form = "comparison"
    if context is not None and leans_on(found, context) and form == "figure" and not names & {"COUNT"}:
        form, by, grain = context.form, context.by, context.grain
        if form == "comparison" and not sides:
            form = "figure"
    of = "change" if change else told_of(found, asked, form, by, mean_by)
    if form == "ranking" and of == "value" and names & {"LIST", "WHICH"} and "DIFFER" in names and not superlative:
        if not _rose(found):
            raise CannotBeTold(found.divided.tokens[found.at("DIFFER")].said)
        of = "change"  # 上月哪些问题多了
    if soft and form == "comparison" and of == "value" and asked.measure == "count":
        of = "sum"
    if form == "ranking" and of in ("change", "growth") and not change and "YEARAGO" in names:
        scope = scope.with_(against=Span(0, 0, YEAR_BEFORE))
    whole = whole_of(found, scope) if of == "share" else ()
    if form == "comparison" and beside == "" and not sides:
        sides, beside = _against(found, scope, where), "span"
    if mean_by and (form != "figure" or asked.is_share):
        raise CannotBeTold(found.said("dim"))
    if form != "comparison":
        sides, beside = (), ""
    assumed = tuple(field for field, is_so in (("span", periods.is_assumed), ("measure", not asked.is_said)) if is_so)
    if "MOSTLY" in names and not has_dim:
        raise CannotBeTold(found.divided.tokens[found.at("MOSTLY")].said)
    if "MEAN" in names and asked.measure == "count" and of == "value" and not (scope.reached or scope.took):
        raise CannotBeTold(found.divided.tokens[found.at("MEAN")].said)
    if asked.measure.startswith("sign:") and (scope.hours or scope.weekdays or (found.bounds and form != "ranking")):
        at = (found.hours or found.weekdays or found.bounds or found.times)[0][1]
        raise CannotBeTold(found.divided.tokens[at].said)
    if of == "share" and form == "figure" and not whole:
        raise CannotBeTold(found.divided.tokens[found.at("SHARE")].said)
    is_open = bool({"open", "overdue"} & set(asked.marks))
    if asked.measure.endswith("_hours") and is_open and form == "list" and "SLOWEST" in names:  # the longest open ones
        asked.measure, scope = "count", scope.with_(measure="count")
    elif asked.measure.endswith("_hours") and is_open:
        raise CannotBeTold(found.divided.tokens[found.at("OPEN")].said)
    if found.signs and (scope.kinds or not asked.measure.startswith("sign:")):
        raise CannotBeTold(found.divided.tokens[found.signs[0][1]].said)
    if (scope.amount or asked.measure.startswith("amount_")) and not scope.kinds:
        at = found.bounds[0][1] if found.bounds else max(found.at("AMOUNT"), found.at("SOME"), 0)
        raise CannotBeTold(found.divided.tokens[at].said)
    if "on_time" in asked.marks and {"open", "overdue", "late"} & set(asked.marks):
        raise CannotBeTold(found.divided.tokens[found.at("ONTIME")].said)
    for word in ("RATE", "MEDIAN"):
        if word in names and asked.measure == "count" and not asked.is_share:
            raise CannotBeTold(found.divided.tokens[found.at(word)].said)
    for word in ("ARRIVE", "ASSIGN"):
        if word in names and asked.measure == "count" and not (scope.reached or scope.stages or scope.marks):
            raise CannotBeTold(found.divided.tokens[found.at(word)].said)
    if "COMPARE" in names and names & {"LIST", "WHICH"} and names & set(_THAN) and not change:
        whose = {by for by, _ in (*found.asked, *found.dims)} or form == "list"
        if whose and (form in ("figure", "list") or (form == "comparison" and beside == "span")):  # 哪些队伍比上月慢
            raise CannotBeTold(found.divided.tokens[found.at("COMPARE")].said)
    if "RANK" in names and form == "figure":
        raise CannotBeTold(found.divided.tokens[found.at("RANK")].said)
    order = _listed(found, asked)
    top, descending = order_of(found, asked, form)
    if change and not superlative:  # which districts had more than in May
        top = 0
    if form == "figure" and found.tops and superlative and asked.measure.endswith("_response"):  # 到场最慢的三起
        raise CannotBeTold(found.divided.tokens[found.tops[0][1]].said)
    if found.newest and asked.measure == "count" and form in ("figure", "list"):
        (top, first), _ = found.newest[0]
        form, order, of, sides, beside = "list", "reported" if first else "-reported", "value", (), ""
    if "not_arrived" in asked.marks and scope.took and found.bounds:  # since it was sent, not since it was reported
        raise CannotBeTold(found.divided.tokens[found.bounds[0][1]].said)
    if asked.when == "due" and scope.weekdays:
        raise CannotBeTold(found.divided.tokens[found.weekdays[0][1]].said)
    rose = (
        _rose(found)
        if of == "change" and form == "ranking" and names & {"LIST", "WHICH"} and not superlative and not top
        else ()
    )
    if rose:
        descending = rose[0] > 0
    elif change and not top and "EACH" not in names:
        top = 1
    if of == "mean":
        grain = "" if mean_by else next(grain for word, grain in PER.items() if word in names)
    if asked.measure == "per_day" and scope.weekdays and form in ("figure", "comparison"):  # a day of theirs
        of, grain, scope = "mean", "day", scope.with_(measure="count")
        sides = tuple(side.with_(measure="count") for side in sides)
    over = over_of(found, scope) if form == "ranking" and not rose else rose
    if "NONE" in names:
        if form != "ranking" or by not in ("district", "street") or of != "value":
            raise CannotBeTold(found.divided.tokens[found.at("NONE")].said)
        over = (0.0, 0.0)
    if not over and (lost := [at for bound, at in found.bounds if is_over(found, bound)]):
        raise CannotBeTold(found.divided.tokens[lost[0]].said)
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
        text=text, lang=lang, form=form, scope=scope.with_(by=by if form == "ranking" else ""), of=of, whole=whole, by=by or mean_by,
        over=over, without=without,
        descending=descending, top=top, grain=grain, sides=sides, beside=beside, order=order, assumed=assumed,
        corrected=tuple(found.divided.corrected), unread=tuple(found.unread), confidence=_confidence(found, asked),
    )  # fmt: skip


_MEAN_BY = ("district", "street", "community", "unit", "unit_kind", "kind", "channel")


def _mean_by(found: Found, dims: list[str], asked: Asked) -> str:
    """平均每个区多少件, per district on average: by what the mean is made, "" by nothing."""
    names = found.names
    said = "MEAN" in names and len(dims) == 1 and dims[0] in _MEAN_BY and asked.measure == "count"
    return dims[0] if said and not names & {*RANKING, *PER, "PERDAY", "WHICH", "COMPARE", "TREND"} else ""


def _changed_by(
    found: Found, dims: list[str], beside: str, sides: tuple[Scope, ...], scope: Scope, where: Setting
) -> tuple[str, Scope] | None:
    """六月比五月增加最多的街道: by what is put in order how much more there was, and the later period beside the earlier."""
    by = dimension_of(dims, scope, where)
    listed = found.names & {"LIST", "WHICH"} and (
        "DIFFER" in found.names or (found.has("MORE", "LESS") and found.has("COMPARE") and by not in _IN_TIME)
    )
    rises = found.names & {"CHANGE", "FALL"} or listed or (found.names & {"DIFFER"} and found.names & set(RANKING))
    if beside != "span" or len(sides) != 2 or not by or not rises:
        return None
    earlier, later = sorted(sides, key=lambda side: side.span.start)
    return by, later.with_(against=earlier.span)


_THAN = ("MORE", "LESS", "FAST", "SLOW", "GOOD", "BAD", "DIFFER")
_IN_TIME = (*TIME_DIMS, "hour", "weekday")
_UP = re.compile(r"多|more|higher|greater|larger|增|升|涨|高|rise|rose|risen|increas|grew|grow|up")
_DOWN = re.compile(r"少|fewer|less|lower|smaller|减|降|跌|低|fall|fell|decreas|drop|declin|down")


def _rose(found: Found) -> tuple[float, float] | tuple[()]:
    """哪些问题多了: those with more than before, or less; of both nothing is left out."""
    said = " ".join(found.divided.tokens[at].said for name, at in found.atoms if name in ("DIFFER", "MORE", "LESS"))
    up, down = _UP.search(said), _DOWN.search(said)
    return () if bool(up) == bool(down) else (nextafter(0.0, inf), inf) if up else (-inf, nextafter(0.0, -inf))


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


def _against(found: Found, scope: Scope, where: Setting) -> tuple[Scope, ...]:
    word = YEAR_BEFORE if "YEARAGO" in found.names else PREVIOUS
    before = compared(scope.span, Span(0, 0, word), where.now)
    return scope, scope.with_(span=Span(before.start, before.end))


def _listed(found: Found, asked: Asked) -> str:
    names = found.names
    if "SLOWEST" in names and {"open", "overdue"} & set(asked.marks):
        return "reported"
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
