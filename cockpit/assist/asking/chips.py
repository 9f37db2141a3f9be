"""The parts of what was understood as chips: each says itself, offers others in its place, and can be taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import msgspec

from cockpit.insight.measures import UNITS
from cockpit.model.asking import Chip, Choice, Form, Understood
from cockpit.model.city import Pack
from cockpit.model.messages import Texts
from cockpit.model.scope import Scope, Span
from cockpit.model.scopewords import (
    bounds_words,
    dimension_words,
    filter_words,
    measure_words,
    span_words,
    unit_words,
)  # fmt: skip
from cockpit.model.spans import PREVIOUS, YEAR_BEFORE, span_of

FILTERS = (
    "kinds",
    "channels",
    "levels",
    "stages",
    "results",
    "marks",
    "hours",
    "weekdays",
    "unit_kind",
    "unit",
    "place",
    "amount",
    "took",
    "reached",
    "behind",
    "when",
)
"""Fields of a scope that restrict it, beside period and area."""
_SPANS = ("today", "yesterday", "week", "last_week", "month", "last_month", "quarter", "year", "last_year")
_MEASURES = (
    "count",
    "closing_rate",
    "on_time_rate",
    "mean_hours",
    "mean_response",
    "satisfaction_rate",
    "rework_rate",
    "per_day",
)
_BY = ("district", "street", "kind", "group", "channel", "unit_kind", "unit", "level", "hour", "weekday", "month")
_FORMS: dict[str, tuple[str, ...]] = {"figure": ("ranking", "trend", "list")}
_EMPTY: dict[str, object] = {"area": "", "unit": "", "unit_kind": "", "place": "", "when": "", "measure": "count"}


class Chips:
    """Makes chips in one language, and does what they offer."""

    def __init__(
        self, pack: Pack, names: Mapping[str, str], areas: Mapping[str, tuple[str, int]], t: Texts, now: int, first: int
    ) -> None:
        """
        Args:
            areas: parent and tier by code. first: since when the archive is.
        """
        self.pack, self.names, self.areas, self.t, self.now, self.first = pack, names, areas, t, now, first

    def of(self, asked: Understood) -> Understood:
        """The same with its chips."""
        scope = asked.scope
        chips = [self._span(asked)]
        if asked.beside:
            chips.append(self._sides(asked))
        if scope.area and asked.beside != "area":
            chips.append(Chip("area", self.names.get(scope.area, scope.area), self._beside(scope.area)))
        for name in FILTERS:
            if getattr(scope, name) and asked.beside != name:
                words = filter_words(scope, name, self.pack, self.names, self.t, self.now)
                chips.append(Chip(name, words, self._others(name, scope)))
        if asked.beside != "measure":
            chips.append(self._measure(asked))
        if asked.of == "share" and asked.whole:
            chips.append(Chip("of", self.t("asking.chip_share")))
        if asked.form == "ranking":
            chips.append(
                Chip("by", self.t("asking.chip_by", by=dimension_words(asked.by, self.t)), self._dimensions(asked))
            )
            if asked.without:
                what = "、".join(self._part(asked.by, code) for code in asked.without)
                chips.append(Chip("without", self.t("asking.chip_without", what=what)))
            if asked.over:
                unit = unit_words(UNITS.get(scope.measure, ""), self.t)
                chips.append(Chip("over", bounds_words(asked.over[0], asked.over[1], unit)))
            if asked.top:
                chips.append(Chip("top", self.t("asking.chip_top", n=asked.top)))
            turned = Choice("", self.t("asking.chip_least" if asked.descending else "asking.chip_most"))
            words = self.t("asking.chip_most" if asked.descending else "asking.chip_least")
            chips.append(Chip("descending", words, (turned,), removable=False))
        chips.append(self._form(asked))
        return msgspec.structs.replace(asked, chips=tuple(chips))

    def _span(self, asked: Understood) -> Chip:
        scope = asked.scope
        choices = tuple(
            Choice(word, span_words(span_of(word, self.now), self.t, self.now))
            for word in _SPANS
            if word != scope.span.word
        )
        is_all = scope.span.start <= self.first and scope.span.end >= self.now
        words = self.t("asking.all_time") if is_all else span_words(scope.span, self.t, self.now)
        return Chip("span", words, choices, removable=not is_all, assumed="span" in asked.assumed)

    def _sides(self, asked: Understood) -> Chip:
        from cockpit.assist.asking.answers import code_of
        from cockpit.assist.asking.say import Speaker
        from cockpit.model.asking import Standpoint

        speaker = Speaker(self.pack, self.names, self.t, self.now)
        named = [
            speaker.name(Standpoint(code_of(side, asked.beside), "", side, None), asked.beside, "")
            for side in asked.sides
        ]
        return Chip("sides", self.t("asking.chip_sides", what=self.t("asking.versus").join(named[:4])))

    def _part(self, by: str, code: str) -> str:
        return self.t.pack(self.pack.unit_kind(code).name) if by == "unit_kind" else self.names.get(code, code)

    def _measure(self, asked: Understood) -> Chip:
        scope = asked.scope
        words = measure_words(scope.measure, self.t, self.names)
        known = () if scope.measure.startswith("sign:") else _MEASURES
        choices = tuple(
            Choice(name, measure_words(name, self.t, self.names)) for name in known if name != scope.measure
        )
        removable = scope.measure != "count" and not scope.measure.startswith("sign:")
        return Chip("measure", words, choices, removable=removable, assumed="measure" in asked.assumed)

    def _dimensions(self, asked: Understood) -> tuple[Choice, ...]:
        known = ("district", "street") if asked.scope.measure.startswith("sign:") else _BY
        return tuple(Choice(by, dimension_words(by, self.t)) for by in known if by != asked.by)

    def _form(self, asked: Understood) -> Chip:
        is_sign = asked.scope.measure.startswith("sign:")
        forms = [
            form for form in get_args(Form) if form != asked.form and not (is_sign and form in ("list", "ranking"))
        ]
        choices = tuple(Choice(form, self.t(f"asking.form_{form}")) for form in forms)
        return Chip("form", self.t(f"asking.form_{asked.form}"), choices, removable=False)

    def _beside(self, area: str) -> tuple[Choice, ...]:
        """Its neighbours in the tree."""
        parent = self.areas.get(area, ("", 0))[0]
        like = [code for code, (above, tier) in self.areas.items() if above == parent and code != area and tier]
        up = [parent] if self.areas.get(parent, ("", 0))[1] else []
        return tuple(Choice(code, self.names.get(code, code)) for code in (*up, *like[:12]))

    def _others(self, name: str, scope: Scope) -> tuple[Choice, ...]:
        if name == "kinds":
            code = scope.kinds[0]
            kind = self.pack.kind(code)
            like = [
                k.code
                for k in self.pack.kinds.values()
                if k.group_code == kind.group_code and k.code not in scope.kinds
            ]
            group = [kind.group_code] if kind.known else []
            codes = [*group, *like[:11]]
        elif name == "channels":
            codes = [code for code in self.pack.channels if code not in scope.channels]
        elif name == "unit_kind":
            codes = [code for code in self.pack.unit_kinds if code != scope.unit_kind]
        elif name == "levels":
            codes = [str(level) for level in range(1, 5) if level not in scope.levels]
        else:
            return ()
        made = []
        for code in codes:
            other = scope.with_(**{name: self._value(name, code)})
            made.append(Choice(code, filter_words(other, name, self.pack, self.names, self.t, self.now)))
        return tuple(made)

    @staticmethod
    def _value(name: str, code: str) -> object:
        if name == "levels":
            return (int(code),)
        return (code,) if name in ("kinds", "channels", "stages", "results") else code

    # -- editing -----------------------------------------------------------------------------------------------------

    def edited(self, asked: Understood, chip: Chip, choice: Choice | None) -> Understood:
        """With another choice in the place of a chip, None: without it."""
        changes = self._changed(asked, chip.field, choice)
        assumed = tuple(name for name in asked.assumed if name != chip.field)
        made = msgspec.structs.replace(asked, **{"assumed": assumed, **changes})
        if made.beside and chip.field not in ("sides", "form", "by", "top"):
            field = "span" if chip.field == "span" else chip.field
            value = getattr(made.scope, field, None) if field != made.beside else None
            if value is not None:
                sides = tuple(side.with_(**{field: value}) for side in made.sides)
                made = msgspec.structs.replace(made, sides=sides)
        return self.of(made)

    def _changed(self, asked: Understood, field: str, choice: Choice | None) -> dict[str, object]:
        scope = asked.scope
        if field == "span":
            span = Span(self.first, self.now) if choice is None else span_of(choice.value, self.now)
            if asked.beside == "span":
                return {"scope": scope.with_(span=span), "sides": (), "beside": "", "form": "figure"}
            return {"scope": scope.with_(span=span), **({"assumed": ("span",)} if choice is None else {})}
        if field == "sides":
            return {"sides": (), "beside": "", "form": "figure", "scope": self._without(scope, asked.beside)}
        if field == "form":
            return self._as(asked, choice.value if choice else "figure")
        if field == "by":
            if choice is None:
                return {"form": "figure", "by": "", "top": 0, "scope": scope.with_(by="")}
            return {"by": choice.value, "scope": scope.with_(by=choice.value)}
        if field == "top":
            return {"top": 0}
        if field == "over":
            return {"over": ()}
        if field == "without":
            return {"without": ()}
        if field == "descending":
            return {"descending": not asked.descending}
        if field == "of":
            return {"of": "value", "whole": ()}
        value = _EMPTY.get(field, ()) if choice is None else self._value(field, choice.value)
        made = scope.with_(**{field: value})
        if field == "measure" and str(value) not in UNITS:
            made = made.with_(measure=str(value))
        whole = tuple(name for name in asked.whole if name != field) if choice is None else asked.whole
        of = "value" if asked.of == "share" and not whole else asked.of
        return {"scope": made, "whole": whole, "of": of}

    @staticmethod
    def _without(scope: Scope, beside: str) -> Scope:
        return scope if beside in ("span", "measure", "") else scope.with_(**{beside: _EMPTY.get(beside, ())})

    def _as(self, asked: Understood, form: str) -> dict[str, object]:
        scope = asked.scope
        changes: dict[str, object] = {"form": form, "top": 0}
        if form == "ranking":
            by = asked.by or ("district" if scope.kinds or scope.measure.startswith("sign:") else "kind")
            changes |= {"by": by, "scope": scope.with_(by=by)}
        if form == "comparison" and not asked.sides:
            from cockpit.model.spans import compared

            word = scope.against.word if scope.against else PREVIOUS
            before = compared(scope.span, Span(0, 0, word if word in (PREVIOUS, YEAR_BEFORE) else PREVIOUS), self.now)
            changes |= {"sides": (scope, scope.with_(span=Span(before.start, before.end))), "beside": "span"}
        if form != "comparison":
            changes |= {"sides": (), "beside": ""}
        if form == "list":
            changes |= {"of": "value", "whole": ()}
        return changes
