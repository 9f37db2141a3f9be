"""An answer in words: every figure in it is of a scope, and shows the records behind it."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.assist.asking.answers import Computed
from cockpit.model.asking import Piece, Standpoint, Understood
from cockpit.model.city import Pack, Text
from cockpit.model.figures import figure
from cockpit.model.messages import Texts
from cockpit.model.scope import Scope
from cockpit.model.scopewords import (
    DOT,
    code_words,
    dimension_words,
    filter_words,
    measure_words,
    part_words,
    scope_words,
    span_words,
    unit_words,
)
from cockpit.model.spans import PREVIOUS, YEAR_BEFORE

SHOWN = 3


class Speaker:
    """Says answers in one language."""

    def __init__(self, pack: Pack, names: Mapping[str, str], t: Texts, now: int) -> None:
        self.pack, self.names, self.t, self.now = pack, names, t, now

    def scope(self, scope: Scope) -> str:
        return scope_words(scope, self.pack, self.names, self.t, self.now)

    def measure(self, scope: Scope) -> str:
        return measure_words(scope.measure, self.t, self.names)

    def number(self, value: float | None, unit: Text | str, decimals: int) -> str:
        """A value with its unit; no data is said, never zero for it."""
        if value is None:
            return self.t("asking.no_data")
        printed = figure(value, decimals)
        words = unit_words(unit, self.t, value)
        return f"{printed} {words}".rstrip() if words not in ("%", "") else f"{printed}{words}"

    def name(self, one: Standpoint, beside: str, by: str) -> str:
        """What a row of a ranking or a side is called."""
        if beside == "span":
            return span_words(one.scope.span, self.t, self.now)
        if beside == "measure":
            return self.measure(one.scope)
        if beside == "area":
            return self.names.get(one.code, one.code)
        if beside:
            return filter_words(one.scope, beside, self.pack, self.names, self.t, self.now)
        if one.name:
            return one.name
        return code_words(by, one.code, self.pack, self.names, self.t)

    # -- sentences ---------------------------------------------------------------------------------------------------

    def sentence(self, asked: Understood, found: Computed, unit: Text | str, decimals: int) -> tuple[Piece, ...]:
        made = {"ranking": self._ranking, "comparison": self._comparison, "trend": self._trend, "list": self._list}
        say = made.get(asked.form, self._figure)
        return tuple(say(asked, found, unit, decimals))

    def _head(self, asked: Understood, scope: Scope) -> str:
        what = self.measure(scope)
        if asked.of == "share":
            what = self.t("asking.share_of", what=what)
        elif asked.of == "growth":
            what = self.t("asking.growth_of", what=what)
        elif asked.of == "mean":
            by = asked.by or asked.grain
            per = self.t("asking.per_hour") if by == "hour" else dimension_words(by, self.t)
            what = self.t("asking.mean_of", what=what, per=per)
        elif asked.of == "change":
            what = self.t("asking.change_of", what=what)
        return self.t("asking.head", scope=self.scope(scope), what=what)

    def _figure(self, asked: Understood, found: Computed, unit: Text | str, decimals: int) -> list[Piece]:
        pieces = [
            Piece(self._head(asked, asked.scope)),
            Piece(self.number(found.value, unit, decimals), asked.scope, found.value),
        ]
        figure = found.figure
        if (
            asked.of == "value"
            and figure.change is not None
            and figure.before is not None
            and asked.scope.when != "due"
        ):
            sign = "+" if figure.change > 0 else ""
            change = f"{sign}{self._gap(figure.change, unit, decimals)}"
            against = asked.scope.against.word if asked.scope.against else PREVIOUS
            text = "asking.year_change" if against == YEAR_BEFORE else "asking.change"
            pieces.append(Piece(self.t(text, change=change, before=self.number(figure.before, unit, decimals))))
        if asked.of == "share":
            pieces.append(Piece(self.t("asking.of_them", n=f"{figure.n:,}")))
        return [*pieces, Piece(self.t("asking.stop"))]

    def _ranking(self, asked: Understood, found: Computed, unit: Text | str, decimals: int) -> list[Piece]:
        head = self.t("asking.by_head", head=self._head(asked, asked.scope), by=dimension_words(asked.by, self.t))
        pieces = [Piece(head)]
        if not found.standpoints:
            return [*pieces, Piece(self.t("asking.no_data")), Piece(self.t("asking.stop"))]
        for i, one in enumerate(found.standpoints[: asked.top or SHOWN]):
            if i:
                pieces.append(Piece(self.t("asking.comma")))
            pieces.append(Piece(self.t("asking.named", name=self.name(one, "", asked.by))))
            pieces.append(Piece(self.number(one.value, unit, decimals), one.scope, one.value))
        rest = len(found.standpoints) - (asked.top or SHOWN)
        if rest > 0 and not asked.top:
            pieces.append(Piece(self.t("asking.and_others", n=rest)))
        return [*pieces, Piece(self.t("asking.stop"))]

    def _comparison(self, asked: Understood, found: Computed, unit: Text | str, decimals: int) -> list[Piece]:
        common = asked.scope
        parts = part_words(common, self.pack, self.names, self.t, self.now)
        where = DOT.join(parts if asked.beside == "span" else [span_words(common.span, self.t, self.now), *parts[1:]])
        what = self.measure(common) if asked.beside != "measure" else ""
        pieces = [Piece(self.t("asking.head", scope=where, what=what) if what else f"{where}{self.t('asking.comma')}")]
        for i, one in enumerate(found.standpoints):
            if i:
                pieces.append(Piece(self.t("asking.comma")))
            pieces.append(Piece(self.t("asking.named", name=self.name(one, asked.beside, ""))))
            pieces.append(Piece(self.number(one.value, unit, decimals), one.scope, one.value))
        if asked.of == "sum":
            pieces.append(Piece(self.t("asking.sum_of")))
            pieces.append(Piece(self.number(found.value, unit, decimals), None, found.value))
        elif not (asked.beside == "span" and found.value is None):
            pieces += self._difference(asked, found, unit, decimals)
        return [*pieces, Piece(self.t("asking.stop"))]

    def _difference(self, asked: Understood, found: Computed, unit: Text | str, decimals: int) -> list[Piece]:
        if len(found.standpoints) != 2 or asked.beside == "measure":
            return []
        first, second = found.standpoints
        if first.value is None or second.value is None:
            return []
        if asked.beside == "span" and first.scope.span.start < second.scope.span.start:
            first, second = second, first
        gap = (first.value or 0.0) - (second.value or 0.0)
        if not gap:
            return [Piece(self.t("asking.same"))]
        more = "asking.more_than" if gap > 0 else "asking.less_than"
        growth = f"{abs(100 * gap / second.value):.1f}" if second.value else "–"
        if unit == "%":
            more, growth = ("asking.higher" if gap > 0 else "asking.lower"), ""
        return [Piece(self.t(more, first=self.name(first, asked.beside, ""), gap=self._gap(abs(gap), unit, decimals),
                             percent=growth))]  # fmt: skip

    def _gap(self, value: float, unit: Text | str, decimals: int) -> str:
        """A difference: of shares it is in points."""
        return (
            self.t("signsui.points", n=self.number(value, "", decimals))
            if unit == "%"
            else self.number(value, unit, decimals)
        )

    def _trend(self, asked: Understood, found: Computed, unit: Text | str, decimals: int) -> list[Piece]:
        pieces = [Piece(self._head(asked, asked.scope))]
        trend = found.trend
        there = [] if trend is None else [
            (value, start) for start, value in zip(trend.starts, trend.values, strict=True) if value is not None
        ]  # fmt: skip
        if trend is None or not there:
            return [*pieces, Piece(self.t("asking.no_data")), Piece(self.t("asking.stop"))]
        pieces.append(
            Piece(
                self.number(found.figure.value, found.figure.unit, found.figure.decimals),
                asked.scope,
                found.figure.value,
            )
        )
        for id, (value, start) in (("asking.highest", max(there)), ("asking.lowest", min(there))):
            pieces.append(Piece(self.t(id, when=self._bucket(trend.grain, start))))
            pieces.append(Piece(self.number(value, unit, decimals), asked.scope, value))
        return [*pieces, Piece(self.t("asking.stop"))]

    def _bucket(self, grain: str, start: int) -> str:
        if grain == "hour":
            from cockpit.model.scopewords import moment_words

            return moment_words(start, self.t, self.now)
        return code_words(grain, str(start), self.pack, self.names, self.t)

    def _list(self, asked: Understood, found: Computed, unit: Text | str, decimals: int) -> list[Piece]:
        total = found.rows.total if found.rows is not None else 0
        return [
            Piece(self.t("asking.head", scope=self.scope(asked.scope), what=self.t("asking.records"))),
            Piece(self.number(float(total), "case", 0), asked.scope, float(total)),
            Piece(self.t("asking.stop")),
        ]
