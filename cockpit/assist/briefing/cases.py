"""Lists of cases of a briefing, the course of one, and what was said in a shift."""

from __future__ import annotations

from cockpit.assist.briefing import citymap, spelled
from cockpit.assist.briefing.asked import Asked
from cockpit.assist.briefing.document import Block, Chart, Column, Paragraph, Run, Table
from cockpit.assist.briefing.privacy import masked
from cockpit.assist.briefing.template import Part as Wanted
from cockpit.model.clock import local
from cockpit.model.insight import Row
from cockpit.model.scope import Scope

ORDERS = {"gravest": "level", "newest": "-reported", "oldest": "reported", "overdue": "due"}


class CaseBlocks:
    """Makes the blocks of parts that are about cases one by one, and what all blocks need."""

    def __init__(self, asked: Asked) -> None:
        self._asked, self._t = asked, asked.t

    def _caption(self, part: Wanted, otherwise: str) -> str:
        return self._t.pack(part.caption) if part.caption else otherwise

    def _quiet(self, part: Wanted, caption: str) -> list[Block]:
        none = self._t.pack(part.none) if part.none else self._t("briefing.none_such")
        return [Paragraph((Run(self._t("briefing.captioned", caption=caption, text=none)),))]

    def _scope_of(self, part: Wanted) -> Scope:
        assert part.of is not None
        scope = self._asked.scope(part.of)
        if scope.against is None and part.compare and scope.span == self._asked.period.span:
            scope = scope.with_(against=self._asked.period.before)
        return scope

    def _credit(self) -> list[Block]:
        pack, t = self._asked.pack, self._t
        words = [t.pack(pack.notice), t.pack(pack.credit), pack.approval]
        return [Paragraph((Run(" · ".join(word for word in words if word)),), quiet=True, indent=False)]

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
