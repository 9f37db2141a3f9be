"""Handles of figures (`⟦r3.value⟧`): what a model may cite, with the scope that shows the records behind each."""

from __future__ import annotations

from typing import Any

import msgspec

from cockpit.assist.model.vocabulary import Vocabulary
from cockpit.model.clock import HOUR, to_iso
from cockpit.model.insight import Answer, Figure, League, Rows, Split, Trend
from cockpit.model.scope import Scope
from cockpit.model.scopewords import moment_words, span_words, unit_words


class Cited(msgspec.Struct, frozen=True):
    """What stands behind a handle: as printed, its number (None a name), its scope, of which result."""

    text: str
    value: float | None
    scope: Scope | None
    result: str


class Handles:
    """All that was told to the model in one question.

    Attributes:
        known: by handle without its brackets. answers: insight's own answers by the name of the result.
    """

    def __init__(self, words: Vocabulary, now: int) -> None:
        self._words, self._now = words, now
        self.known: dict[str, Cited] = {}
        self.answers: dict[str, Answer] = {}

    def _new(self, answer: Answer) -> str:
        name = f"r{len(self.answers) + 1}"
        self.answers[name] = answer
        return name

    def _put(self, result: str, path: str, value: float | None, unit: str, decimals: int, scope: Scope | None) -> Any:
        """A number under a handle; what the model gets of it."""
        if value is None:
            return None
        rounded = round(value, decimals)
        said = f"{rounded:,.{decimals}f}"
        if unit:
            said += unit if unit == "%" else f" {unit}"
        self.known[f"{result}.{path}"] = Cited(said, rounded, scope, result)
        return rounded if decimals else int(rounded)

    def _name(self, result: str, path: str, text: str, scope: Scope | None = None) -> str:
        self.known[f"{result}.{path}"] = Cited(text, None, scope, result)
        return f"⟦{result}.{path}⟧"

    def _cite(self, result: str, figure: Figure) -> dict[str, Any]:
        """The figure of a result with what belongs to it."""
        unit = unit_words(figure.unit, self._words.t)
        scope, decimals = figure.scope, figure.decimals
        growth = None if figure.change is None or not figure.before else 100.0 * figure.change / abs(figure.before)
        points = self._words.t("model.points") if figure.unit == "%" else unit
        cite = {
            f"⟦{result}.value⟧": self._put(result, "value", figure.value, unit, decimals, scope),
            f"⟦{result}.before⟧": self._put(result, "before", figure.before, unit, decimals, scope),
            f"⟦{result}.change⟧": self._put(result, "change", figure.change, points, decimals, scope),
            f"⟦{result}.growth⟧": self._put(result, "growth", growth, "%", 1, scope),
            f"⟦{result}.target⟧": self._put(result, "target", figure.target, unit, decimals, scope),
        }
        told: dict[str, Any] = {
            "data": result, "cite": {name: value for name, value in cite.items() if value is not None},
            "unit": figure.unit if figure.unit in ("case", "%", "h", "min") else unit,
        }  # fmt: skip
        if figure.value is None:
            told["value"] = None
        told["records"] = {f"⟦{result}.n⟧": self._put(result, "n", float(figure.n), "", 0, scope)}
        period = span_words(scope.span, self._words.t, self._now)
        told["period"] = {self._name(result, "period", period): _between(scope)}
        return told

    def figure(self, answer: Figure) -> dict[str, Any]:
        return self._cite(self._new(answer), answer)

    def split(self, answer: Split, top: int, most: bool) -> dict[str, Any]:
        result = self._new(answer)
        told = self._cite(result, answer.figure)
        unit = unit_words(answer.figure.unit, self._words.t)
        there = [part for part in answer.parts if part.value is not None]
        there.sort(key=lambda part: ((-1 if most else 1) * (part.value or 0.0), part.code))
        told["by"], told["all"] = answer.by, len(there)
        rows = []
        for i, part in enumerate(there[:top], 1):
            value = self._put(result, f"{i}.value", part.value, unit, answer.figure.decimals, part.scope)
            share = self._put(result, f"{i}.share", 100.0 * part.share, "%", 1, part.scope)
            name = self._words.part_name(answer.by, part.code)
            handle = self._name(result, f"{i}.name", name, part.scope)
            cite = {f"⟦{result}.{i}.value⟧": value, f"⟦{result}.{i}.share⟧": share}
            is_unit = answer.by == "unit"
            code = self._words.alias(part.code) if is_unit else part.code
            rows.append({"code": code, "name": {handle: "" if is_unit else name}, "cite": cite})
        told["parts"] = rows
        return told

    def trend(self, answer: Trend) -> dict[str, Any]:
        result = self._new(answer)
        told = self._cite(result, answer.figure)
        unit = unit_words(answer.figure.unit, self._words.t)
        told["grain"] = answer.grain
        points = []
        for i, (start, value) in enumerate(zip(answer.starts, answer.values, strict=True), 1):
            given = self._put(result, f"{i}.value", value, unit, answer.figure.decimals, answer.figure.scope)
            handle = self._name(result, f"{i}.time", moment_words(start, self._words.t, self._now))
            points.append({handle: _short(start), f"⟦{result}.{i}.value⟧": given})
        told["points"] = points
        return told

    def rows(self, answer: Rows) -> dict[str, Any]:
        """Codes and durations; of place, number and key of a record nothing."""
        result = self._new(answer)
        told = self._cite(result, answer.figure)
        told["total"] = {f"⟦{result}.total⟧": self._put(result, "total", float(answer.total), "", 0, None)}
        rows = []
        for i, row in enumerate(answer.rows, 1):
            end = row.closed or self._now
            hours = self._put(
                result, f"{i}.hours", (end - row.reported) / HOUR, self._words.t("insight.unit_h"), 1, None
            )
            when = self._name(result, f"{i}.reported", moment_words(row.reported, self._words.t, self._now))
            rows.append(
                {
                    "kind": row.kind, "level": row.level, "area": row.area, "stage": row.stage,
                    "unit": self._words.alias(row.unit) if row.unit else "", "open": not row.closed,
                    "reported": {when: _short(row.reported)}, "hours": {f"⟦{result}.{i}.hours⟧": hours},
                }
            )  # fmt: skip
        told["rows"] = rows
        return told

    def league(self, answer: League, most: int) -> dict[str, Any]:
        result = self._new(answer)
        told = self._cite(result, answer.figure)
        told["by"] = answer.by
        rows = []
        for i, one in enumerate(answer.standings[:most], 1):
            is_unit = answer.by == "unit"
            name = one.name or self._words.part_name(answer.by, one.code)
            handle = self._name(result, f"{i}.name", name, one.scope)
            cite = {
                f"⟦{result}.{i}.rank⟧": self._put(result, f"{i}.rank", float(one.rank) or None, "", 0, one.scope),
                f"⟦{result}.{i}.score⟧": self._put(result, f"{i}.score", one.score, "", 1, one.scope),
                f"⟦{result}.{i}.load⟧": self._put(result, f"{i}.load", float(one.load), "", 0, one.scope),
            }
            code = self._words.alias(one.code) if is_unit else one.code
            rows.append({"code": code, "name": {handle: "" if is_unit else name}, "cite": cite})
        told["standings"] = rows
        return told


def _short(us: int) -> str:
    return to_iso(us)[:16]


def _between(scope: Scope) -> str:
    return f"{_short(scope.span.start)}/{_short(scope.span.end)}"
