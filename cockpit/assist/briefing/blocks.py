"""Tables, charts, maps and lists of cases of a briefing."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.assist.briefing import charts, citymap, spelled
from cockpit.assist.briefing.asked import Asked
from cockpit.assist.briefing.document import Block, Chart, Column, Paragraph, Run, Sum, Table
from cockpit.assist.briefing.formula import Call
from cockpit.assist.briefing.meaning import AREAS
from cockpit.assist.briefing.privacy import masked
from cockpit.assist.briefing.template import Part as Wanted
from cockpit.model.clock import local
from cockpit.model.insight import Figure, Part, Row, Split
from cockpit.model.messages import Texts
from cockpit.model.scope import Scope
from cockpit.model.scopewords import dimension_words, unit_words

_TIERS = {name: tier for tier, name in enumerate(AREAS, 1)}
ORDERS = {"gravest": "level", "newest": "-reported", "oldest": "reported", "overdue": "due"}


class Blocks:
    """Makes the blocks of a part that is no sentence."""

    def __init__(self, asked: Asked) -> None:
        self._asked, self._t = asked, asked.t

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

    def _caption(self, part: Wanted, otherwise: str) -> str:
        return self._t.pack(part.caption) if part.caption else otherwise

    def _quiet(self, part: Wanted, caption: str) -> list[Block]:
        none = self._t.pack(part.none) if part.none else self._t("briefing.none_such")
        return [Paragraph((Run(self._t("briefing.captioned", caption=caption, text=none)),))]

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
                tuple(one.value or 0 for one in split.parts), split.rest)
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
                value = sum(of[code].value or 0 for code in codes if code in of) + split.rest
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
            (Sum(what, split.figure.value or 0, tuple(one.value or 0 for one in split.parts), split.rest),)
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

    def _scope_of(self, part: Wanted) -> Scope:
        assert part.of is not None
        scope = self._asked.scope(part.of)
        if scope.against is None and part.compare and scope.span == self._asked.period.span:
            scope = scope.with_(against=self._asked.period.before)
        return scope

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

    def _credit(self) -> list[Block]:
        pack, t = self._asked.pack, self._t
        words = [t.pack(pack.notice), t.pack(pack.credit), pack.approval]
        return [Paragraph((Run(" · ".join(word for word in words if word)),), quiet=True, indent=False)]

    # -- cases ---------------------------------------------------------------------------------------------------

    def _cases(self, part: Wanted) -> list[Block]:
        asked, t = self._asked, self._t
        scope = self._scope_of(part).with_(against=None)
        found = asked.rows(scope, ORDERS[part.order], part.most)
        caption = self._caption(part, t("briefing.cases"))
        if not found.rows:
            return self._quiet(part, caption)
        heads = ("number", "kind", "level", "place", "reported", "state", "unit")
        weights = (1.35, 1.55, 0.8, 2.4, 1.3, 1.45, 1.35)
        columns = tuple(Column(t(f"briefing.col_{one}"), wide) for one, wide in zip(heads, weights, strict=True))
        rows = tuple(self._case_row(row, scope) for row in found.rows)
        blocks: list[Block] = [Table(caption, columns, rows)]
        if found.total > len(found.rows):
            run = asked.run(found.figure, spelled.plain(found.total, 0, t.lang))
            words = Run(t("briefing.shown", n=len(found.rows))), run, Run(t("briefing.shown_of"))
            blocks.append(Paragraph(words, quiet=True, indent=False))
        return blocks

    def _case_row(self, row: Row, scope: Scope) -> tuple[tuple[Run, ...], ...]:
        asked, t = self._asked, self._t
        late = row.due > 0 and row.due < (row.closed or asked.now)
        state = asked.stage(row.stage)
        if late:
            state = t("briefing.late", state=state)
        texts = (
            t.pack(asked.pack.kind(row.kind).name),
            asked.level(row.level),
            masked(row.place) or asked.place(row.area) or t("briefing.no_place"),
            f"{local(row.reported):%m-%d %H:%M}",
            state,
            asked.unit(row.unit, row.unit_kind) or t("briefing.no_unit"),
        )
        link = asked.link(scope.with_(key=row.key))
        return ((Run(row.number or row.key, link),), *((Run(text),) for text in texts))

    def _course(self, part: Wanted) -> list[Block]:
        """How an event went: each step, when, and how long after the one before; with its place on a map."""
        asked, t, row = self._asked, self._t, self._asked.case
        assert row is not None
        times = [
            (name, getattr(row, name)) for name in ("reported", "filed", "assigned", "arrived", "finished", "closed")
        ]
        steps = sorted(((us, name) for name, us in times if us), key=lambda one: one[0])
        link = asked.link(asked.here.with_(key=row.key))
        rows: list[tuple[tuple[Run, ...], ...]] = []
        for i, (us, name) in enumerate(steps):
            after = spelled.lasted(us - steps[i - 1][0], t) if i else "–"
            since = spelled.lasted(us - steps[0][0], t) if i else "–"
            rows.append(((Run(t(f"briefing.step_{name}"), link),), (Run(spelled.moment(us, t)),), (Run(after),),
                         (Run(since),)))  # fmt: skip
        columns = (
            Column(t("briefing.col_step"), 1.4), Column(t("briefing.col_when"), 2.0),
            Column(t("briefing.col_after"), 1.3, True), Column(t("briefing.col_since"), 1.3, True),
        )  # fmt: skip
        blocks: list[Block] = [Table(self._caption(part, t("briefing.course_of_case")), columns, tuple(rows))]
        words: list[str] = []
        if row.due:
            kept = row.due >= (row.closed or asked.now)
            words.append(t("briefing.due_kept" if kept else "briefing.due_missed", due=spelled.moment(row.due, t)))
        for name in ("urged", "returned", "reopened"):
            if getattr(row, name):
                words.append(t(f"briefing.times_{name}", n=getattr(row, name)))
        if row.satisfied:
            words.append(t("briefing.satisfied", word=t(f"briefing.satisfied_{row.satisfied}")))
        if words:
            text = t("briefing.semicolon").join(words) + t("briefing.full_stop")
            blocks.append(Paragraph((Run(text, link),)))
        if asked.areas is not None and asked.here.area:
            zones = [citymap.Zone(a.code, a.name, None, "") for a in asked.areas.children(asked.here.area)]
            street = asked.areas.above(row.area, 2)
            title = t.pack(asked.pack.kind(row.kind).name)
            caption = t("briefing.where", place=f"{asked.place(row.area)} {masked(row.place)}".strip())
            drawing = citymap.around(asked.areas, zones, street.code if street else "", row.lon, row.lat, title,
                                     says=caption)  # fmt: skip
            blocks += [Chart(caption, drawing), *self._credit()]
        return blocks

    def _log(self, part: Wanted) -> list[Block]:
        asked, t = self._asked, self._t
        caption = self._caption(part, t("briefing.log"))
        if asked.log is None:
            return [Paragraph((Run(t("briefing.no_log")),))]
        span = asked.period.span
        shown = [one for one in sorted(asked.log, key=lambda one: one.at) if span.start <= one.at < span.end]
        if not shown:
            return self._quiet(part, caption)
        columns = (Column(t("briefing.col_when"), 0.8), Column(t("briefing.col_number"), 1.2),
                   Column(t("briefing.col_what"), 4.0))  # fmt: skip
        rows = tuple(
            ((Run(f"{local(one.at):%H:%M}"),), (Run(one.number),), (Run(masked(one.what)),))
            for one in shown[-part.most :]
        )
        return [Table(caption, columns, rows)]


def _with_unit(name: str, unit: str, t: Texts) -> str:
    """件数（件）; a measure that is called like its unit says it once."""
    return t("briefing.head_unit", name=name, unit=unit) if unit and unit != name else name
