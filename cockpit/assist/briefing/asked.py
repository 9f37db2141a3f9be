"""The figures of a briefing: asked once each, with their link and where they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import msgspec

from cockpit.assist.briefing import meaning, spelled
from cockpit.assist.briefing.document import Run, Source
from cockpit.assist.briefing.formula import Call
from cockpit.assist.briefing.periods import Period
from cockpit.geo.areas import Areas
from cockpit.model.city import Pack
from cockpit.model.clock import DAY
from cockpit.model.insight import (
    Answer,
    AskFigure,
    AskRows,
    AskSplit,
    AskTrend,
    Figure,
    Part,
    Query,
    Row,
    Rows,
    Split,
    Trend,
)
from cockpit.model.links import Link, link_of
from cockpit.model.messages import Texts
from cockpit.model.scope import Scope, Span
from cockpit.model.scopewords import code_words, measure_words, source_words


class Logged(msgspec.Struct, frozen=True):
    """Something that was said or ordered: when (UTC us), what in words, and the number of its case, "" none."""

    at: int
    what: str
    number: str = ""


A = TypeVar("A")
Ask = Callable[[Query], Answer]


@dataclass
class Asked:
    """What a briefing is made from.

    Attributes:
        ask: answers a query at once; raises CockpitError where it can not.
        here: what the whole briefing is of. areas: None where the pack has none.
        sources: where its figures come from, in the order in which they are met. measures: that were printed.
        case: the record of an event report. log: of a shift; None nobody could say. signs: names of signs by code.
    """

    pack: Pack
    t: Texts
    ask: Ask
    here: Scope
    period: Period
    now: int
    areas: Areas | None = None
    case: Row | None = None
    log: tuple[Logged, ...] | None = None
    signs: dict[str, str] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    measures: dict[str, None] = field(default_factory=dict)
    _known: dict[Query, Answer] = field(default_factory=dict)

    def _answer(self, query: Query, kind: type[A]) -> A:
        answer = self._known.get(query)
        if answer is None:
            answer = self._known[query] = self.ask(query)
        if not isinstance(answer, kind):
            raise TypeError(f"{type(answer).__name__} is no answer to {type(query).__name__}")
        return answer

    def figure(self, scope: Scope) -> Figure:
        return self._answer(AskFigure(scope), Figure)

    def split(self, scope: Scope, by: str) -> Split:
        return self._answer(AskSplit(scope, by), Split)

    def trend(self, scope: Scope, grain: str) -> Trend:
        return self._answer(AskTrend(scope, grain), Trend)

    def rows(self, scope: Scope, order: str, limit: int) -> Rows:
        return self._answer(AskRows(scope, order, 0, limit), Rows)

    def scope(self, call: Call) -> Scope:
        return meaning.scope_of(call, self.here, self.period, self.case.kind if self.case is not None else "")

    def link(self, scope: Scope) -> str:
        return link_of(Link(self.pack.id, (scope,)))

    def value(self, call: Call) -> float | None:
        """Of a call in a condition."""
        if call.name == "running":
            return float(self.period.running)
        figure = self.figure(self.scope(call))
        if call.name == "share":
            return self.share(call)[1]
        if call.name == "delta":
            return None if figure.value is None or figure.before is None else figure.value - figure.before
        return figure.value

    def share(self, call: Call) -> tuple[Figure, float | None]:
        """How much of all records are these, in %."""
        scope = self.scope(call)
        part = self.figure(scope)
        whole = self.figure(self.here.with_(span=scope.span, area=scope.area))
        if part.value is None or not whole.value:
            return part, None
        return part, part.value / whole.value * 100

    def run(self, figure: Figure, text: str, bold: bool = False) -> Run:
        """A figure on paper; its source is noted."""
        self.measures.setdefault(figure.scope.measure)
        return Run(text, self.link(figure.scope), figure, bold, self.note(figure))

    def note(self, figure: Figure) -> int:
        """Which source it has, 0 the first."""
        words = source_words(figure.source, self.t) if figure.source else self.t("briefing.source_archive")
        source = Source(words, figure.as_of, figure.origin)
        if source not in self.sources:
            self.sources.append(source)
        return self.sources.index(source)

    def runs(self, call: Call) -> list[Run]:
        """A hole of a sentence, filled; words are `Word`'s matter."""
        t = self.t
        match call.name:
            case "share":
                figure, share = self.share(call)
                text = t("briefing.no_data") if share is None else f"{spelled.plain(share, 1, t.lang)}%"
                return [self.run(figure, text)]
            case "change":
                figure = self.figure(self.scope(call))
                return [self.run(figure, spelled.change(figure, t))]
            case "top":
                return self._top(call)
            case _:
                figure = self.figure(self.scope(call))
                return [self.run(figure, spelled.number(figure, t), bold=True)]

    def _top(self, call: Call) -> list[Run]:
        """The first few of a composition: 积水（31）、井盖（12）."""
        by = call.given["by"][0]
        split = self.split(self.scope(call), by)
        lowest = call.given.get("lowest", ("no",))[0] == "yes"
        found = [part for part in split.parts if part.value is not None and (part.n or lowest)]
        found.sort(key=lambda part: (part.value or 0, part.n), reverse=not lowest)
        runs: list[Run] = []
        for part in found[: int(call.given.get("n", ("3",))[0])]:
            if runs:
                runs.append(Run(self.t("briefing.and")))
            figure = self.of_part(split, part)
            runs.append(Run(self.t("briefing.before_number", name=self.name(part, by))))
            runs.append(self.run(figure, spelled.number(figure, self.t)))
            runs.append(Run(self.t("briefing.after_number")))
        return runs or [Run(self.t("briefing.nothing"))]

    def name(self, part: Part, by: str) -> str:
        """The name of a part of a composition."""
        if by in meaning.AREAS and not part.code:
            return self.t("briefing.no_area")
        if by in ("unit", "unit_kind") and not part.code:
            return self.t("briefing.no_unit")
        names = self.names if part.code in self.names else {**self.names, part.code: part.name or part.code}
        return code_words(by, part.code, self.pack, names, self.t)

    def measure(self, scope: Scope) -> str:
        """What its measure is called."""
        return measure_words(scope.measure, self.t, self.names)

    def level(self, value: int) -> str:
        return code_words("level", str(value), self.pack, self.names, self.t)

    def stage(self, id: str) -> str:
        return code_words("stage", id, self.pack, self.names, self.t) if id else self.t("cases.stage_none")

    @staticmethod
    def of_part(split: Split, part: Part) -> Figure:
        """The figure of one part of a composition."""
        whole = split.figure
        return Figure(
            part.scope, part.value, whole.unit, whole.decimals, part.n, part.n, part.before,
            None if part.value is None or part.before is None else part.value - part.before,
            better=whole.better, as_of=whole.as_of, origin=whole.origin, source=whole.source,
        )  # fmt: skip

    def unit(self, key: str, kind: str) -> str:
        """The name of a unit, its key where nobody knows it; one that is a person on foot has the name of its kind."""
        if key and kind in self.pack.unit_kinds and self.pack.unit_kinds[kind].on_foot:
            return self.t.pack(self.pack.unit_kinds[kind].name)
        return self.names.get(key, key)

    @cached_property
    def names(self) -> dict[str, str]:
        """Of areas by code, units by key, signs by code."""
        found = dict(self.signs)
        if self.areas is not None:
            found |= {area.code: area.name for area in self.areas}
        whole = Scope(Span(self.period.span.end - 31 * DAY, self.period.span.end))
        return found | {part.code: part.name for part in self.split(whole, "unit").parts if part.name}

    def place(self, code: str, tier: int = 2) -> str:
        """Names of the areas of a code, the city's apart: 上城区 湖滨街道."""
        if self.areas is None:
            return code
        return " ".join(area.name for area in self.areas.line(code) if 0 < area.tier <= tier)
