"""Tables, charts and maps of a briefing."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.assist.briefing import charts, citymap, spelled
from cockpit.assist.briefing.cases import CaseBlocks
from cockpit.assist.briefing.document import Block, Chart, Column, Run, Sum, Table
from cockpit.assist.briefing.formula import Call
from cockpit.assist.briefing.meaning import AREAS
from cockpit.assist.briefing.template import Part as Wanted
from cockpit.model.insight import Figure, Part, Split
from cockpit.model.messages import Texts
from cockpit.model.scope import Scope
from cockpit.model.scopewords import dimension_words, unit_words

_TIERS = {name: tier for tier, name in enumerate(AREAS, 1)}


class Blocks(CaseBlocks):
    """Makes the blocks of a part that is no sentence."""

    def of(self, part: Wanted) -> list[Block]:
        match part.what:
            case "table":
                return self._table(part)
            case "bars":
                return self._bars(part)
            case "trend":
                return self._trend(part)
            case "map":
                return self._map(part)
            case "cases":
                return self._cases(part)
            case "log":
                return self._log(part)
            case _:
                return self._course(part)

    # -- tables --------------------------------------------------------------------------------------------------

    def _table(self, part: Wanted) -> list[Block]:
        asked, t = self._asked, self._t
        splits = [asked.split(self._column_scope(call), part.by) for call in part.columns]
        first = splits[0]
        caption = self._caption(part, t("briefing.by", by=dimension_words(part.by, t),
                                        what=self._asked.measure(first.figure.scope)))  # fmt: skip
        shown = [one for one in first.parts if one.n or one.value]
        if not shown:
            return self._quiet(part, caption)
        if part.by not in ("hour", "weekday", "day", "week", "month", "level"):
            shown.sort(key=lambda one: (-(one.value or 0), one.code))
        rest = shown[part.most :]
        found = [{one.code: one for one in split.parts} for split in splits]
        rows = [
            (
                (Run(asked.name(one, part.by), asked.link(one.scope)),),
                *(self._cell(call, split, of.get(one.code)) for call, split, of in zip(
                    part.columns, splits, found, strict=True)),
            )
            for one in shown[: part.most]
        ]  # fmt: skip
        if rest or first.rest:
            rows.append(self._rest(part, splits, [one.code for one in rest], found))
        if part.total:
            rows.append((
                (Run(t("briefing.total"), bold=True),),
                *(self._total(call, split) for call, split in zip(part.columns, splits, strict=True)),
            ))  # fmt: skip
        sums = tuple(
            Sum(self._asked.measure(split.figure.scope), split.figure.value or 0,
                tuple(one.value or 0 for one in split.parts), _rest_of(split))
            for call, split in zip(part.columns, splits, strict=True)
            if call.name in spelled.COUNTS and part.by not in ("week",)
        )  # fmt: skip
        columns = (
            Column(dimension_words(part.by, t), 2.2),
            *(Column(self._head(call, split), 1.0, True) for call, split in zip(part.columns, splits, strict=True)),
        )
        return [Table(caption, columns, tuple(rows), part.total, sums)]

    def _column_scope(self, call: Call) -> Scope:
        scope = self._asked.scope(call)
        return scope.with_(against=scope.against or self._asked.period.before)

    def _head(self, call: Call, split: Split) -> str:
        t, name = self._t, self._asked.measure(split.figure.scope)
        match call.name:
            case "change":
                to = t("briefing.year_before") if call.given.get("against") == ("year",) else (
                    spelled.before(self._asked.period, t))  # fmt: skip
                return t("briefing.against", before=to)
            case "share":
                return t("briefing.share")
            case _:
                unit = unit_words(split.figure.unit, t)
                return _with_unit(name, unit, t)

    def _cell(self, call: Call, split: Split, part: Part | None) -> tuple[Run, ...]:
        if part is None:
            return (Run("0" if call.name in spelled.COUNTS else "–"),)
        figure = self._asked.of_part(split, part)
        return (self._asked.run(figure, self._said(call, figure, split.figure)),)

    def _said(self, call: Call, figure: Figure, whole: Figure) -> str:
        lang, decimals = self._t.lang, spelled.decimals_of(figure)
        if call.name == "change":
            return spelled.signed(figure.value, figure.before, decimals, lang)
        if call.name == "share":
            if figure.value is None or not whole.value:
                return "–"
            return f"{spelled.plain(figure.value / whole.value * 100, 1, lang)}%"
        return "–" if figure.value is None else spelled.number(figure, self._t, unit=False)

    def _total(self, call: Call, split: Split) -> tuple[Run, ...]:
        return (self._asked.run(split.figure, self._said(call, split.figure, split.figure), bold=True),)

    def _rest(
        self, part: Wanted, splits: Sequence[Split], codes: Sequence[str], found: Sequence[dict[str, Part]]
    ) -> tuple[tuple[Run, ...], ...]:
        """All that has no row of its own, counts only: a rate of it would need to be asked for."""
        cells: list[tuple[Run, ...]] = [(Run(self._t("briefing.rest", n=len(codes)) if codes else
                                             self._t("briefing.without")),)]  # fmt: skip
        for call, split, of in zip(part.columns, splits, found, strict=True):
            if call.name in spelled.COUNTS:
                value = sum(of[code].value or 0 for code in codes if code in of) + _rest_of(split)
                cells.append((Run(spelled.plain(value, 0, self._t.lang)),))
            else:
                cells.append((Run("–"),))
        return tuple(cells)

    # -- charts --------------------------------------------------------------------------------------------------

    def _bars(self, part: Wanted) -> list[Block]:
        asked, t = self._asked, self._t
        scope = self._scope_of(part)
        split = asked.split(scope, part.by)
        what = self._asked.measure(scope)
        caption = self._caption(part, t("briefing.by", by=dimension_words(part.by, t), what=what))
        shown = [one for one in split.parts if one.n or one.value]
        if not shown:
            return self._quiet(part, caption)
        if part.by not in ("hour", "weekday", "level"):
            shown.sort(key=lambda one: (-(one.value or 0), one.code))
        rows, runs = [], []
        for one in shown[: part.most]:
            figure = asked.of_part(split, one)
            run = asked.run(figure, spelled.number(figure, t))
            runs += [Run(t("briefing.named", name=asked.name(one, part.by))), run, Run(t("briefing.semicolon"))]
            before = one.before if part.compare else None
            rows.append(charts.Bar(asked.name(one, part.by), one.value, run.text, before, run.link))
        mark = spelled.before(asked.period, t) if part.compare and any(row.before is not None for row in rows) else ""
        sums = (
            (Sum(what, split.figure.value or 0, tuple(one.value or 0 for one in split.parts), _rest_of(split)),)
            if scope.measure in spelled.COUNTS
            else ()
        )
        return [Chart(caption, charts.bars(rows, mark, says=caption), tuple(runs[:-1]), sums)]

    def _trend(self, part: Wanted) -> list[Block]:
        asked, t = self._asked, self._t
        scope = self._scope_of(part)
        grain = part.grain or spelled.grain_of(scope.span)
        trend = asked.trend(scope, grain)
        what = self._asked.measure(scope)
        caption = self._caption(part, t("briefing.course", what=what, grain=t(f"briefing.grain_{grain}")))
        if not any(value is not None for value in trend.values):
            return self._quiet(part, caption)
        before = trend.before if part.compare else ()
        run = asked.run(trend.figure, spelled.number(trend.figure, t))
        unit = t("briefing.axis_hour") if grain == "hour" else ""
        drawing = charts.course(
            [spelled.start(us, grain) for us in trend.starts], trend.values, before, (),
            (t("briefing.this_period"), spelled.before(asked.period, t)), unit, says=caption,
            whole=scope.measure in spelled.COUNTS,
        )  # fmt: skip
        return [Chart(caption, drawing, (Run(t("briefing.named", name=what)), run))]

    def _map(self, part: Wanted) -> list[Block]:
        asked, t, areas = self._asked, self._t, self._asked.areas
        scope = self._scope_of(part)
        what = self._asked.measure(scope)
        caption = self._caption(part, t("briefing.map_of", what=what))
        if areas is None:
            return self._quiet(part, caption)
        split = asked.split(scope, part.by)
        found = {one.code: one for one in split.parts}
        tier = _TIERS[part.by]
        root = scope.area or next((area.code for area in areas.of_tier(0)), "")
        inside = [area for area in areas.of_tier(tier) if any(one.code == root for one in areas.line(area.code))]
        if not inside:
            return self._quiet(part, caption)
        zones, runs = [], []
        whole = scope.measure in spelled.COUNTS
        for area in inside:
            one = found.get(area.code)
            if one is None:
                # an area without a record has none, which is a number of a count and none of a rate
                zones.append(citymap.Zone(area.code, area.name, 0.0 if whole else None, "0" if whole else ""))
                continue
            run = asked.run(asked.of_part(split, one), spelled.number(asked.of_part(split, one), t))
            zones.append(citymap.Zone(area.code, area.name, one.value, run.text if one.value is not None else "",
                                      run.link))  # fmt: skip
            runs += [Run(t("briefing.named", name=area.name)), run, Run(t("briefing.semicolon"))]
        unit = unit_words(split.figure.unit, t)
        title = _with_unit(what, unit, t)
        say = {"title": title, "none": t("briefing.no_data")}
        drawing = citymap.choropleth(areas, zones, say, says=caption, whole=whole)
        return [Chart(caption, drawing, tuple(runs[:-1])), *self._credit()]


def _with_unit(name: str, unit: str, t: Texts) -> str:
    """件数（件）; a measure that is called like its unit says it once."""
    return t("briefing.head_unit", name=name, unit=unit) if unit and unit != name else name


def _rest_of(split: Split) -> float:
    """How many of the records without such a part count for its measure: of these, no more than there are."""
    if split.figure.scope.measure == "count":
        return split.rest
    left = (split.figure.value or 0) - sum(part.value or 0 for part in split.parts)
    return min(max(left, 0.0), split.rest)
