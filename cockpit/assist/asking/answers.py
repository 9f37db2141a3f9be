"""What insight says of a question that was understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from cockpit.insight.measures import COUNTS
from cockpit.model.asking import Standpoint, Understood
from cockpit.model.clock import DAY, HOUR
from cockpit.model.errors import UserError
from cockpit.model.insight import (
    Answer,
    AskFigure,
    AskRows,
    AskSplit,
    AskTrend,
    Figure,
    Query,
    Rows,
    Split,
    Trend,
)
from cockpit.model.scope import Scope
from cockpit.model.spans import ZONE

MOST_LISTED = 2000
TIME_DIMS = ("hour", "day", "week", "month")
_NOTHING: dict[str, object] = {"area": "", "unit": "", "unit_kind": "", "place": ""}
A = TypeVar("A")
Ask = Callable[[Query], Answer]


class Computed(msgspec.Struct):
    """The figures of an answer; see `model.asking.Told`. none: parts without any record, that a ranking from the fewest
    leaves out."""

    figure: Figure
    value: float | None
    standpoints: tuple[Standpoint, ...] = ()
    split: Split | None = None
    trend: Trend | None = None
    rows: Rows | None = None
    none: int = 0


def is_short(asked: Understood, first: int) -> bool:
    """Whether a period that was asked for begins before the archive does."""
    if asked.scope.measure.startswith("sign:") or "span" in asked.assumed:
        return False
    spans = [side.span for side in asked.sides] or [asked.scope.span, asked.scope.against or asked.scope.span]
    return any(span.start < first for span in spans)


def computed(asked: Understood, ask: Ask, first: int = 0) -> Computed:
    """Asks insight.

    Args:
        first: since when the archive is; of what lies in part before it nothing is compared.

    Raises:
        UserError: it can not be asked.
    """
    if asked.form == "ranking":
        return _ranking(asked, ask)
    if asked.form == "trend":
        found = _of(ask(AskTrend(asked.scope, asked.grain)), Trend)
        if asked.of == "share":
            whole = _of(ask(AskTrend(_freed(asked.scope, asked.whole), found.grain)), Trend)
            values = tuple(_share(part, of) for part, of in zip(found.values, whole.values, strict=False))
            found = msgspec.structs.replace(found, values=values, before=())
        return Computed(found.figure, found.figure.value, trend=found)
    if asked.form == "list":
        rows = _of(ask(AskRows(asked.scope, asked.order, 0, asked.top or MOST_LISTED)), Rows)
        return Computed(rows.figure, float(rows.total), rows=rows)
    if asked.form == "comparison":
        return _comparison(asked, ask, first)
    figure = _figure(asked.scope, ask)
    return Computed(figure, _value(asked, figure, ask))


def _figure(scope: Scope, ask: Ask) -> Figure:
    return _of(ask(AskFigure(scope)), Figure)


def _of(answer: Answer, kind: type[A]) -> A:
    if not isinstance(answer, kind):
        raise UserError("asking.no_answer")
    return answer


def _freed(scope: Scope, fields: Iterable[str]) -> Scope:
    freed = scope.with_(**{name: _NOTHING.get(name, ()) for name in fields})
    if "marks" in fields and set(scope.marks) & {"satisfied", "unsatisfied"}:  # of those that were asked
        return freed.with_(marks=("rated",))
    return freed


def _share(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else 100.0 * part / whole


def _value(asked: Understood, figure: Figure, ask: Ask) -> float | None:
    if asked.of == "share":
        return _share(figure.value, _figure(_freed(figure.scope, asked.whole), ask).value)
    if asked.of == "change":
        return figure.change
    if asked.of == "mean":
        return _mean(asked, figure, ask)
    if asked.of == "growth":
        return _growth(figure.value, figure.before)
    return figure.value


def _mean(asked: Understood, figure: Figure, ask: Ask) -> float | None:
    """How many an hour, a week, a month: of months by the calendar, the rest by their length."""
    scope = asked.scope
    if asked.by:
        parts = _of(ask(AskSplit(scope, asked.by)), Split).parts
        return sum(part.n for part in parts) / len(parts) if parts else None
    scope = figure.scope
    if asked.grain == "day" and scope.weekdays:
        days = _days_of(scope)
        return figure.value / days if figure.value is not None and days else None
    if asked.grain == "month":
        starts = _of(ask(AskTrend(scope, "month")), Trend).starts
        return None if figure.value is None or not starts else figure.value / len(starts)
    length = {"hour": HOUR, "week": 7 * DAY}.get(asked.grain, DAY)
    return None if figure.value is None else figure.value * length / max(1, scope.span.end - scope.span.start)


def _days_of(scope: Scope) -> float:
    """Days of its weekdays in a period, that which goes on by its part."""
    start, found = scope.span.start, 0.0
    while start < scope.span.end:
        end = min((start + ZONE) // DAY * DAY + DAY - ZONE, scope.span.end)
        if ((start + ZONE) // DAY + 3) % 7 in scope.weekdays:
            found += (end - start) / DAY
        start = end
    return found


def _growth(value: float | None, before: float | None) -> float | None:
    return None if value is None or not before else 100.0 * (value - before) / abs(before)


def _ranking(asked: Understood, ask: Ask) -> Computed:
    scope = asked.scope
    if scope.measure.startswith("sign:") and asked.by in (*TIME_DIMS, "weekday"):
        figure, found = _sign_by_time(asked, ask)
        split = None
    else:
        split = _of(ask(AskSplit(scope, asked.by)), Split)
        figure = split.figure
        found = [Standpoint(part.code, part.name, part.scope, part.value, part.n, part.before) for part in split.parts]
        if asked.of == "share":
            whole = figure.n
            if asked.whole:
                every = _of(ask(AskSplit(_freed(scope, asked.whole), asked.by)), Split)
                of = {part.code: part.value for part in every.parts}
                found = [msgspec.structs.replace(one, value=_share(one.value, of.get(one.code))) for one in found]
            else:
                found = [msgspec.structs.replace(one, value=_share(float(one.n), float(whole))) for one in found]
        elif asked.of in ("change", "growth"):
            found = [msgspec.structs.replace(one, value=_changed(asked.of, one)) for one in found]
    there = [one for one in found if one.value is not None]
    none = 0
    if (
        not asked.descending
        and any(one.value for one in there)
        and asked.of == "value"
        and asked.scope.measure in COUNTS
    ):
        none = sum(not one.value and one.code not in asked.without for one in there)
        there = [one for one in there if one.value]
    if asked.without:
        there = [one for one in there if one.code not in asked.without]
    if asked.over:
        there = [one for one in there if asked.over[0] <= (one.value or 0.0) <= asked.over[1]]
    there.sort(key=lambda one: (-(one.value or 0.0) if asked.descending else (one.value or 0.0), one.code))
    value = float(len(there)) if asked.over else there[0].value if there else None  # 有几个街道超过20件
    return Computed(figure, value, tuple(there), split, none=none)


def _changed(of: str, one: Standpoint) -> float | None:
    if of == "growth":
        return _growth(one.value, one.before)
    return None if one.value is None or one.before is None else one.value - one.before


def _sign_by_time(asked: Understood, ask: Ask) -> tuple[Figure, list[Standpoint]]:
    """A sign by buckets of its course; by the hour of the day or the weekday the mean of them."""
    grain = {"weekday": "day"}.get(asked.by, asked.by)
    found = _of(ask(AskTrend(asked.scope, grain)), Trend)
    by_code: dict[str, list[float]] = {}
    for start, value in zip(found.starts, found.values, strict=True):
        if value is None:
            continue
        local = (start + ZONE) // HOUR
        code = (
            str(local % 24)
            if asked.by == "hour"
            else str((local // 24 + 3) % 7)
            if asked.by == "weekday"
            else str(start)
        )
        by_code.setdefault(code, []).append(value)
    standpoints = [
        Standpoint(code, "", asked.scope, sum(values) / len(values), len(values)) for code, values in by_code.items()
    ]
    return found.figure, standpoints


def _comparison(asked: Understood, ask: Ask, first: int) -> Computed:
    found = []
    figures = []
    for side in asked.sides:
        figure = _figure(side, ask)
        figures.append(figure)
        value = _value(asked, figure, ask) if asked.of in ("share", "mean") else figure.value
        found.append(Standpoint(code_of(side, asked.beside), "", side, value, figure.n))
    figure = figures[0] if figures else _figure(asked.scope, ask)
    if asked.of == "sum":
        return Computed(figure, sum(one.value or 0.0 for one in found), tuple(found))
    values = [one.value for one in found[:2]]
    value = figure.value
    if asked.beside == "span" and is_short(asked, first):
        value = None
    elif asked.beside == "span" and len(values) == 2:
        later, earlier = (0, 1) if asked.sides[0].span.start >= asked.sides[1].span.start else (1, 0)
        if asked.of == "growth":
            value = _growth(values[later], values[earlier])
        elif values[0] is not None and values[1] is not None:
            value = values[later] - values[earlier]  # type: ignore[operator] # both are there
    return Computed(figure, value, tuple(found))


def code_of(side: Scope, beside: str) -> str:
    """The code of a side of a comparison: as `Part.code`, of a period its start."""
    if beside == "span":
        return str(side.span.start)
    value = getattr(side, beside or "area")
    return "+".join(map(str, value)) if isinstance(value, tuple) else str(value)
