"""What the drill page says of scopes, figures and parts, beyond `cockpit.model.scopewords`. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from cockpit.model.clock import DAY, SECOND, local
from cockpit.model.figures import figure as printed
from cockpit.model.figures import signed
from cockpit.model.insight import Figure, Part, Row
from cockpit.model.scope import Scope, Span
from cockpit.model.scopewords import (
    against_words,
    code_words,
    dimension_words,
    filter_words,
    measure_words,
    moment_words,
    part_words,
    span_words,
    unit_words,
)
from cockpit.model.spans import PREVIOUS, YEAR_BEFORE, compared, unit_of
from widgets.kit.context import PanelContext
from widgets.lists.areas import AreaTree

TIERS = ("district", "street", "community", "cell")
"""Dimensions of areas: the one below the area of a scope comes next."""
COUNTS = frozenset(("count", "open", "closed", "overdue", "late", "urged", "returned", "reopened"))
"""Measures whose parts add up to the whole."""
NONE = "–"
BEFORE = frozenset(("today", "week", "month", "quarter", "year", "day"))
"""Periods whose one before has a name of its own."""


class Names(Mapping[str, str]):
    """Names by code of an area, key of a unit, code of a sign: what this seat knows at the moment."""

    def __init__(self, ctx: PanelContext, areas: AreaTree) -> None:
        self._ctx, self._areas = ctx, areas

    def __getitem__(self, code: str) -> str:
        area = self._areas.get(code)
        if area is not None:
            return area.name
        unit = self._ctx.picture["unit"].get(code)
        if unit is not None:
            return str(unit["name"])
        signs = self._ctx.signs.known.signs if self._ctx.signs is not None else ()
        for sign in signs:
            if sign.code == code:
                return self._ctx.t.pack(sign.name)
        insight = self._ctx.insight
        if insight is not None and code in insight.names:
            return insight.names[code]
        if code == self._ctx.pack.code:
            return self._ctx.t.pack(self._ctx.pack.name)
        raise KeyError(code)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class DrillWords:
    """Says scopes in the language of the context.

    Attributes:
        areas: the tree of areas. names: of areas, units, signs; those that answers bring along are kept in `heard`.
    """

    def __init__(self, ctx: PanelContext) -> None:
        self.ctx = ctx
        self.areas = AreaTree(ctx.picture["area"])
        self.names = Names(ctx, self.areas)
        self.heard: dict[str, str] = {}

    # -- scopes

    def span(self, span: Span, brief: bool = False) -> str:
        return span_words(span, self.ctx.t, self.ctx.clock.now(), brief)

    def against(self, span: Span) -> str:
        return against_words(span, self.ctx.t, self.ctx.clock.now())

    def compared(self, scope: Scope) -> Span:
        """The period that a scope is compared with."""
        return compared(scope.span, scope.against, self.ctx.clock.now())

    def against_of(self, scope: Scope) -> str:
        """That period as it is said in a sentence: 昨日同期, 去年同期, 前一天; the one before a month that is over by
        its name, since 上月 is that of now."""
        span, word = self.compared(scope), scope.span.word
        if span.word == YEAR_BEFORE:
            return self.ctx.t("drill.same_last_year")
        if span.word != PREVIOUS:
            return self.against(span)
        if word in BEFORE:
            return self.ctx.t(f"drill.ago_{word}")
        unit = unit_of(scope.span)
        if unit and unit != "day":
            return self.span(span)
        return self.ctx.t("drill.ago_day" if unit else "drill.ago")

    def measure(self, measure: str) -> str:
        return measure_words(measure, self.ctx.t, self.names)

    def dimension(self, by: str) -> str:
        return dimension_words(by, self.ctx.t)

    def day(self, us: int) -> str:
        """A day, with the time of day where it is not its begin."""
        return self.moment(us).removesuffix(" 00:00")

    def moment(self, us: int) -> str:
        return moment_words(us, self.ctx.t, self.ctx.clock.now())

    def filter(self, scope: Scope, name: str) -> str:
        """One restriction of a scope, "" where it does not restrict."""
        names = {**self.heard, **{code: self.name(code) for code in (*scope.areas, scope.unit) if code}}
        return filter_words(scope, name, self.ctx.pack, names, self.ctx.t, self.ctx.clock.now())

    def name(self, code: str) -> str:
        """Of an area, unit or sign; what an answer called it, else its code."""
        return self.names.get(code) or self.heard.get(code) or code.partition("/")[2] or code

    def area(self, code: str) -> str:
        return self.name(code) if code else self.ctx.t.pack(self.ctx.pack.name)

    def scope(self, scope: Scope) -> str:
        """All of a scope in one line, what it is about first: 道路积水 · 东新街道 · 今天 12:00–17:42."""
        names = {code: self.name(code) for code in (scope.area, scope.unit, *scope.areas) if code}
        area, *rest = part_words(scope, self.ctx.pack, names, self.ctx.t, self.ctx.clock.now())
        return " · ".join((*rest, area, self.span(scope.span)))

    # -- parts

    def part(self, by: str, part: Part) -> str:
        """A part as it is printed; the unit that nobody leads is said so."""
        return self.part_name(by, part.code, part.name)

    def part_name(self, by: str, code: str, name: str) -> str:
        """By its code where the answer did not name it."""
        if name:
            self.heard[code] = name
            return short(name) if by == "street" else name
        if not code:
            return self.ctx.t("drill.part_none")
        return code_words(by, code, self.ctx.pack, {code: self.name(code)}, self.ctx.t)

    def unit_name(self, key: str) -> str:
        return self.name(key) if key else NONE

    # -- values

    def unit(self, figure: Figure) -> str:
        return unit_words(figure.unit, self.ctx.t)

    def value(self, figure: Figure, value: float | None) -> str:
        """A number of the kind of a figure, without its unit."""
        return NONE if value is None or not math.isfinite(value) else printed(value, figure.decimals)

    def with_unit(self, figure: Figure, value: float | None) -> str:
        if value is None or not math.isfinite(value):
            return self.ctx.t("drill.no_value")
        unit = unit_words(figure.unit, self.ctx.t, value)
        return f"{self.value(figure, value)}{'' if unit in ('%', '‰') else ' '}{unit}".rstrip()

    def change(self, figure: Figure, change: float | None = None) -> str:
        """By how much it is another than before, with its sign; of shares in points. "" where that is not known."""
        by = figure.change if change is None else change
        if by is None or not math.isfinite(by):
            return ""
        digits = figure.decimals
        if round(by, digits) == 0:
            return self.ctx.t("drill.same")
        number = signed(by, digits)
        return self.ctx.t("drill.points", n=number) if figure.unit == "%" else number

    def turn(self, figure: Figure, change: float | None = None) -> str:
        """`better`, `worse` or "": which way a change is."""
        by = figure.change if change is None else change
        if by is None or not figure.better or round(by, figure.decimals) == 0:
            return ""
        return "better" if (by > 0) == (figure.better > 0) else "worse"

    # -- rows

    def when(self, us: int) -> str:
        """A time of a row: HH:MM today, else with its date; – for never."""
        if not us:
            return NONE
        then, now = local(us), local(self.ctx.clock.now())
        if then.date() == now.date():
            return then.strftime("%H:%M")
        return then.strftime("%m-%d %H:%M" if then.year == now.year else "%Y-%m-%d")

    def kind(self, code: str) -> str:
        return self.ctx.t.pack(self.ctx.pack.kind(code).name)

    def stage(self, row: Row) -> str:
        return code_words("stage", row.stage, self.ctx.pack, {}, self.ctx.t)

    def level(self, level: int) -> str:
        return code_words("level", str(level), self.ctx.pack, {}, self.ctx.t)

    def hours(self, row: Row) -> str:
        """How long it took, or takes already."""
        end = row.closed or self.ctx.clock.now()
        return f"{max(end - row.reported, 0) / SECOND / 3600:,.1f}" if row.reported else NONE


def short(name: str) -> str:
    """闸弄口 for 闸弄口街道, where a column has little room."""
    return name.removesuffix("街道") if len(name) > 3 else name


def tier_below(areas: AreaTree, area: str) -> str:
    """The dimension of the areas right below one: districts for the city; "cell" is the last."""
    known = areas.get(area) if area else None
    return TIERS[min(max(known.tier if known is not None else 0, 0), len(TIERS) - 1)]


def grain_name(grain: str, start: int, span: Span) -> str:
    """A bucket of a trend as it is printed under the axis."""
    when = local(start)
    if grain == "hour":
        return when.strftime("%H:%M" if span.end - span.start <= 2 * DAY else "%m-%d %H:%M")
    return when.strftime("%Y-%m" if grain == "month" else "%m-%d")


def made_of(scope: Scope) -> Scope:
    """The scope whose records are those that a number counts: of `closed` those that are closed, and no others."""
    if scope.measure == "count" or scope.measure not in COUNTS:
        return scope.with_(by="")
    return scope.with_(measure="count", by="", marks=tuple(dict.fromkeys((*scope.marks, scope.measure))))


def is_sign(scope: Scope) -> bool:
    """Whether it is a sign that is looked at: its value is measured, not made of records."""
    return scope.measure.startswith("sign:")
