"""What a model may ask: read-only queries over insight, arguments of the vocabulary, results in codes and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cockpit.assist.model.handles import Handles
from cockpit.assist.model.vocabulary import Vocabulary
from cockpit.model.askmodel import ToolCalled
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.insight import (
    Answer,
    AskFigure,
    AskLeague,
    AskRows,
    AskSplit,
    AskTrend,
    Figure,
    League,
    Query,
    Rows,
    Split,
    Trend,
)
from cockpit.model.scope import Scope, Span
from cockpit.model.scopewords import DOT, dimension_words, measure_words, scope_words
from cockpit.model.spans import span_of
from cockpit.model.typed import from_json

MOST_ROWS = 20
MOST_PARTS = 60
MOST_POINTS = 400
Ask = Callable[[Query], Answer]
Word = Annotated[str, Meta(max_length=60)]
Many = Annotated[tuple[Word, ...], Meta(max_length=20)]


class Find(msgspec.Struct, forbid_unknown_fields=True):
    words: Annotated[str, Meta(min_length=1, max_length=60)]


class Scoped(msgspec.Struct, forbid_unknown_fields=True):
    """What every query has: of which records, and which number of them."""

    period: Word
    area: Word = ""
    kinds: Many = ()
    channels: Many = ()
    levels: Annotated[tuple[Annotated[int, Meta(ge=1, le=5)], ...], Meta(max_length=5)] = ()
    stages: Many = ()
    results: Many = ()
    marks: Many = ()
    hours: Annotated[tuple[Annotated[int, Meta(ge=0, le=23)], ...], Meta(max_length=24)] = ()
    weekdays: Annotated[tuple[Annotated[int, Meta(ge=0, le=6)], ...], Meta(max_length=7)] = ()
    unit: Word = ""
    unit_kind: Word = ""
    when: Word = ""
    measure: Word = "count"
    against: Word = ""


class OfSplit(Scoped):
    by: Word = ""
    top: Annotated[int, Meta(ge=1, le=MOST_PARTS)] = 10
    order: Literal["most", "least"] = "most"


class OfTrend(Scoped):
    grain: Word = ""


class OfRows(Scoped):
    order: Literal["newest", "oldest", "longest", "gravest"] = "newest"
    limit: Annotated[int, Meta(ge=1, le=MOST_ROWS)] = 10


class OfLeague(Scoped):
    by: Literal["unit", "district", "street"] = "unit"


TOOLS: dict[str, tuple[type[msgspec.Struct], str]] = {
    "find": (Find, "Codes of what is called so: areas, classes, groups, signs, channels, units. Call it first."),
    "figure": (Scoped, "One number of a scope, with that of the period before it."),
    "split": (OfSplit, "A number by its parts (areas, classes, units, hours …): rankings and shares."),
    "trend": (OfTrend, "The course of a number over its period."),
    "rows": (OfRows, "The records themselves: codes, times and durations only, no text of any case."),
    "league": (OfLeague, "Units or areas, fair by their load."),
}
"""Name, what it takes, what it is for."""
_ORDERS = {"newest": "-reported", "oldest": "reported", "longest": "-hours", "gravest": "level"}
_FIELDS = {
    "period": "today yesterday week last_week month last_month quarter year last_year last7 last30 hours24 2026 2026-Q2"
    " 2026-06 2026-06-20 2026-06-01/2026-06-20 (last day included)",
    "area": "code of an area, empty the whole city",
    "kinds": "codes of classes or groups",
    "unit": "as find gives it (u1)",
    "measure": "one of measures, or sign:CODE of a sign, or sign:CODE:max|min|mean|last",
    "when": "of which time the period is: empty reported; closed due assigned arrived finished",
    "against": "previous (the default) or year_before",
    "by": "one of the listed dimensions",
    "grain": "empty (fits), hour, day, week, month",
}


def schemas() -> list[dict[str, Any]]:
    """The tools as an endpoint wants them described."""
    made = []
    for name, (takes, what) in TOOLS.items():
        (schema,), parts = msgspec.json.schema_components([takes], ref_template="#/$defs/{name}")
        body = parts[takes.__name__] if "$ref" in schema else schema
        properties = {
            key: {**_plain(value), **({"description": _FIELDS[key]} if key in _FIELDS else {})}
            for key, value in body["properties"].items()
        }
        parameters = {
            "type": "object", "properties": properties, "required": body.get("required", []),
            "additionalProperties": False,
        }  # fmt: skip
        made.append({"type": "function", "function": {"name": name, "description": what, "parameters": parameters}})
    return made


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "default"}


class Bench:
    """Runs the tools of one question.

    Attributes:
        handles: what may be cited. called: what was asked, in order.
    """

    def __init__(self, words: Vocabulary, ask: Ask, now: int) -> None:
        self.words, self.now = words, now
        self._ask = ask
        self.handles = Handles(words, now)
        self.called: list[ToolCalled] = []

    def run(self, name: str, arguments: str) -> str:
        """What the tool answers, as the model gets it; what is wrong with the call is told to it in words."""
        try:
            if name not in TOOLS:
                raise UserError("model.no_tool", name=name[:40])
            try:
                takes = from_json(arguments or "{}", type=TOOLS[name][0])
            except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
                raise UserError("model.bad_arguments", why=str(error)[:200]) from error
            answered, called = self._find(takes) if isinstance(takes, Find) else self._query(name, takes)
        except CockpitError as error:
            self.called.append(ToolCalled(name[:40], "", self.words.t(error.message)[:200]))
            return msgspec.json.encode({"error": self.words.t(error.message)}).decode()
        self.called.append(called)
        return fenced(answered)

    def _find(self, takes: Find) -> tuple[Any, ToolCalled]:
        found = self.words.find(takes.words)
        return {"found": [msgspec.to_builtins(one) for one in found]}, ToolCalled("find", "", takes.words)

    def _query(self, name: str, takes: msgspec.Struct) -> tuple[Any, ToolCalled]:
        assert isinstance(takes, Scoped)
        scope = self.scope(takes)
        query: Query = AskFigure(scope)
        if isinstance(takes, OfSplit):
            self._known("by", takes.by)
            query = AskSplit(scope, takes.by)
        elif isinstance(takes, OfTrend):
            self._known("grain", takes.grain)
            query = AskTrend(scope, takes.grain)
        elif isinstance(takes, OfRows):
            query = AskRows(scope, _ORDERS[takes.order], 0, takes.limit)
        elif isinstance(takes, OfLeague):
            query = AskLeague(scope, takes.by)
        answer = self._ask(query)
        told = [measure_words(scope.measure, self.words.t, self.words.names)]
        by = getattr(takes, "by", "")
        told += [dimension_words(by, self.words.t)] if by else []
        told.append(scope_words(scope, self.words.pack, self.words.names, self.words.t, self.now))
        result = self._result(answer, takes)
        return result, ToolCalled(name, result["data"], DOT.join(told))

    def _result(self, answer: Answer, takes: msgspec.Struct) -> dict[str, Any]:
        match answer:
            case Figure():
                return self.handles.figure(answer)
            case Split():
                assert isinstance(takes, OfSplit)
                return self.handles.split(answer, takes.top, takes.order == "most")
            case Trend():
                if len(answer.starts) > MOST_POINTS:
                    raise UserError("model.too_many_points")
                return self.handles.trend(answer)
            case Rows():
                return self.handles.rows(answer)
            case League():
                return self.handles.league(answer, MOST_PARTS)
            case _:
                raise UserError("model.no_tool", name="")

    # -- arguments ---------------------------------------------------------------------------------------------------

    def scope(self, takes: Scoped) -> Scope:
        """The scope of a query.

        Raises:
            UserError: a word of it is none of the vocabulary.
        """
        words = self.words
        span = span_of(takes.period, self.now)
        if takes.area and not words.is_area(takes.area):
            raise UserError("model.no_word", field="area", given=takes.area)
        for kind in takes.kinds:
            if not words.is_kind(kind):
                raise UserError("model.no_word", field="kinds", given=kind)
        for field in ("channels", "stages", "results", "marks"):
            for one in getattr(takes, field):
                self._known(field, one)
        for field in ("when", "unit_kind", "against"):
            self._known(field, getattr(takes, field))
        if not words.is_measure(takes.measure):
            raise UserError("model.no_word", field="measure", given=takes.measure)
        unit = words.unit(takes.unit) if takes.unit else ""
        if unit is None:
            raise UserError("model.no_word", field="unit", given=takes.unit)
        return Scope(
            span, takes.when, takes.area, takes.kinds, takes.channels, takes.levels, takes.stages, takes.results,
            takes.marks, takes.hours, takes.weekdays, unit, takes.unit_kind, measure=takes.measure,
            against=Span(0, 0, takes.against) if takes.against else None,
        )  # fmt: skip

    def _known(self, field: str, given: str) -> None:
        if given not in self.words.words(field):
            raise UserError("model.no_word", field=field, given=given)


def fenced(result: Any) -> str:
    """A result as data: nothing that stands in it is an instruction."""
    inner = msgspec.json.encode(result).decode().replace("</data>", "")
    return f"<data>{inner}</data>"
