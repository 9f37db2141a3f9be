"""The page of one record: what became of it, and what else is linked to it, each link with its reason."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cockpit.model.ages import full_stamp, span
from cockpit.model.clock import DAY
from cockpit.model.insight import AskRows, Row, Rows
from cockpit.model.scope import Scope, Span
from widgets.charts.relations import Knot, RelationGraph
from widgets.drill.page import DrillDesk, DrillPage
from widgets.drill.pieces.rowtable import Column, RowTable
from widgets.drill.pieces.tabline import TabLine
from widgets.drill.words import NONE
from widgets.kit.buttons import button
from widgets.kit.header import ElidedLabel
from widgets.kit.label import label
from widgets.lists.words import number, unit_words

DAYS, METRES, MOST = 90, 500.0, 5000
STEPS = ("reported", "filed", "assigned", "arrived", "finished", "closed")
REASONS = ("place", "unit", "burst", "graph")
"""By what records are linked; the last shows those of its place, with what it belongs to, as a graph."""
LIKE = 6
"""Records that the graph shows."""


@dataclass(frozen=True)
class Link:
    """A record that is linked to another one.

    Attributes:
        metres: between them, NaN not known. days: it was reported so many days before (below 0: behind).
        place, kind, unit: what both share.
    """

    row: Row
    metres: float
    days: float
    place: bool = False
    kind: bool = False
    unit: bool = False


def metres_between(a: Row, b: Row) -> float:
    """On the ground, exact enough for neighbours; NaN where one has no place."""
    if not all(map(math.isfinite, (a.lon, a.lat, b.lon, b.lat))):
        return math.nan
    east = math.radians(b.lon - a.lon) * math.cos(math.radians((a.lat + b.lat) / 2))
    return 6_371_000 * math.hypot(east, math.radians(b.lat - a.lat))


def links_of(row: Row, others: Iterable[Row], metres: float = METRES) -> list[Link]:
    """Records of the same kind within some metres or at the very same place, the nearest in time first."""
    found = []
    for other in others:
        if other.key == row.key:
            continue
        far = metres_between(row, other)
        same = bool(row.place) and other.place == row.place
        if same or far <= metres:
            days = (row.reported - other.reported) / DAY
            found.append(
                Link(other, far, days, same, other.kind == row.kind, bool(row.unit) and other.unit == row.unit)
            )
    return sorted(found, key=lambda link: (not link.kind, abs(link.days)))


class RecordPage(DrillPage):
    """The page.

    Attributes:
        row: the record, None before it is known. links: what is linked to it. table: lists it.
        opened: (key) a linked record was opened.
    """

    opened = Signal(str)

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.row: Row | None = None
        self.links: list[Link] = []
        self.reason = "place"
        self.head, self.under = self.title(), self.note(wrap=True)
        self.case = button("", self.open_case, "chip", parent=self)
        self.case.setCheckable(False)
        self._facts = QWidget(self)
        self._grid = QGridLayout(self._facts)
        self._grid.setContentsMargins(0, 8, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self.links_title = ElidedLabel(parent=self)
        self.tabs = TabLine(self.ctx, parent=self)
        self.table = RowTable(self.ctx, self)
        self.table.order = ""
        self.table.opened.connect(self.opened)
        self.tabs.picked.connect(self.show_reason)
        self.graph = RelationGraph(self.ctx, self)
        self.graph.setAccessibleName(self.ctx.t("drill.link_graph"))
        self.graph.picked.connect(self._go)
        self.graph.hide()
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        field, scroll = QWidget(self), QScrollArea(self)
        left = QVBoxLayout(field)
        left.setContentsMargins(12, 4, 12, 8)
        top = QHBoxLayout()
        top.addWidget(self.head, 1)
        top.addWidget(self.case)
        left.addLayout(top)
        left.addWidget(self.under)
        left.addWidget(self._facts)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setContentsMargins(0, 4, 0, 0)
        right.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(8, 0, 12, 0)
        line.addWidget(self.tabs, 1)
        line.addWidget(self.links_title)
        right.addLayout(line)
        right.addWidget(self.table, 1)
        right.addWidget(self.graph, 1)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(field)
        field.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        self._box.addWidget(scroll, 9)
        self._box.addLayout(right, 11)

    # -- asking

    def ask(self, scope: Scope) -> None:
        known = self.desk.records.get(scope.key)
        if known is not None:
            self._take(known)
        else:
            self.asker.ask("row", AskRows(scope.with_(key="", by=""), limit=MOST), self._found)

    def _found(self, said: Any) -> None:
        if self.refused(said) or self.scope is None:
            return
        self.desk.learn(said.rows)
        row = next((row for row in said.rows if row.key == self.scope.key), None)
        if row is not None:
            self._take(row)
        else:
            self.row, self.links = None, []
            self.head.setText(self.ctx.t("drill.record_gone"))
            self.under.setText("")
            self._show_facts()
            self._show_links()

    def _take(self, row: Row) -> None:
        other = self.row is None or self.row.key != row.key
        self.row = row
        if other:
            self.links = []
        self._show()
        self._ask_links()

    def _ask_links(self) -> None:
        row = self.row
        if row is None:
            return
        around = Span(row.reported - DAYS * DAY, row.reported + DAYS * DAY)
        area = next((one.code for one in self.words.areas.path(row.area) if one.tier == 2), "")
        if self.reason in ("place", "graph"):
            scope = Scope(around, area=area, kinds=(row.kind,))
        elif self.reason == "unit":
            scope = Scope(Span(row.reported - DAY, row.reported + DAY), unit=row.unit)
        else:
            scope = Scope(Span(row.reported - DAY // 4, row.reported + DAY // 4), area=area)
        if self.reason == "unit" and not row.unit:
            self._came_links(Rows(None, (), 0))  # type: ignore[arg-type]  # nobody was sent: nobody's others
            return
        self.asker.ask("links", AskRows(scope, limit=MOST), self._came_links)

    def _came_links(self, said: Any) -> None:
        row = self.row
        if self.refused(said) or row is None:
            return
        self.desk.learn(said.rows[:500])
        if self.reason in ("place", "graph"):
            self.links = links_of(row, said.rows)
        else:
            others = (one for one in said.rows if one.key != row.key)
            found = [Link(one, metres_between(row, one), (row.reported - one.reported) / DAY, one.place == row.place,
                          one.kind == row.kind, bool(row.unit) and one.unit == row.unit) for one in others]  # fmt: skip
            self.links = sorted(found, key=lambda link: abs(link.days))
        self._show_links()

    def show_reason(self, reason: str) -> None:
        """Links of another kind: at its place, of its unit, within its hours."""
        self.reason = reason
        self.links = []
        self._show_links()
        self._ask_links()

    # -- showing

    def _show(self) -> None:
        row, t, words = self.row, self.ctx.t, self.words
        if row is None:
            return
        kind = self.ctx.pack.kind(row.kind)
        amount = ""
        if row.amount is not None and kind.fact:
            amount = f"{t.pack(kind.fact)} {number(row.amount)} {unit_words(kind.unit, t)}".strip()
        self.head.setText(" ".join(filter(None, (row.number, t.pack(kind.name)))))
        place = " · ".join(filter(None, (row.place, *(a.name for a in words.areas.path(row.area)[1:]))))
        self.under.setText(" · ".join(filter(None, (words.level(row.level), place, amount))))
        self.case.setText(t("drill.open_case"))
        self._show_facts()
        self._show_links()

    def _show_facts(self) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        row, t, words = self.row, self.ctx.t, self.words
        self.case.setVisible(row is not None)
        if row is None:
            return
        last, line = 0, 0
        for name in STEPS:
            at = int(getattr(row, name))
            if not at:
                continue
            took = t("drill.after", span=span(at - last)) if last and at >= last else ""
            self._line(line, t(f"drill.step_{name}"), full_stamp(at), took)
            last, line = at, line + 1
        late = row.due and row.due < (row.closed or self.ctx.clock.now())
        due = t("drill.late_by", span=span((row.closed or self.ctx.clock.now()) - row.due)) if late else ""
        facts = [
            (t("drill.step_due"), full_stamp(row.due) if row.due else NONE, due),
            (t("drill.column_stage"), words.stage(row), t(f"drill.result_{row.result}") if row.result else ""),
            (t("drill.column_unit"), words.unit_name(row.unit), ""),
            (t("drill.column_channel"), t.pack(self.ctx.pack.channel(row.channel)), ""),
        ]
        counted = [t(f"drill.times_{name}", n=getattr(row, name)) for name in ("urged", "returned", "reopened")
                   if getattr(row, name)]  # fmt: skip
        if row.satisfied:
            counted.append(t("drill.satisfied", n=row.satisfied))
        if counted:
            facts.append((t("drill.marks"), " · ".join(counted), ""))
        for fact in facts:
            self._line(line, *fact)
            line += 1
        self._grid.setColumnStretch(2, 1)

    def _line(self, line: int, name: str, value: str, note: str) -> None:
        self._grid.addWidget(label(name, self._facts, role="t2", style="small", wrap=False), line, 0)
        self._grid.addWidget(label(value, self._facts, role="", wrap=False), line, 1)
        self._grid.addWidget(label(note, self._facts, role="t3", style="small", wrap=False), line, 2)

    def _show_links(self) -> None:
        t = self.ctx.t
        self.tabs.show_tabs([(name, t(f"drill.link_{name}")) for name in REASONS], self.reason)
        waits = "links" in self.asker.open
        many = t("drill.links_n", n=len(self.links))
        self.links_title.setText(t("drill.waiting") if waits and not self.links else many)
        self.links_title.setFont(self.ctx.theme.font("small"))
        self.links_title.set_color(self.ctx.theme.t2)
        self.links_title.setToolTip(t("drill.links_tip", days=DAYS, metres=int(METRES)))
        self.links_title.more = t("drill.links_tip", days=DAYS, metres=int(METRES))
        self.table.setVisible(self.reason != "graph")
        self.graph.setVisible(self.reason == "graph")
        if self.reason == "graph":
            self._show_graph()
            return
        by_key = {link.row.key: link for link in self.links}
        words = self.words
        columns = [
            Column("", t("drill.column_number"), lambda row: row.number or row.key, 110, look="link"),
            Column("", t("drill.column_why"), lambda row: self.why(by_key[row.key]), 260),
            Column("", t("drill.column_kind"), lambda row: words.kind(row.kind), 110),
            Column("", t("drill.column_reported"), lambda row: words.when(row.reported), 100, look="faint"),
            Column("", t("drill.column_place"), lambda row: row.place, 150),
            Column("", t("drill.column_stage"), words.stage, 70),
            Column("", t("drill.column_unit"), lambda row: words.unit_name(row.unit), 110),
        ]
        self.table.setAccessibleName(t("drill.links"))
        self.table.show_rows(columns, tuple(link.row for link in self.links), "")

    def _show_graph(self) -> None:
        """What the record belongs to, and those like it."""
        row, t, words = self.row, self.ctx.t, self.words
        if row is None:
            self.graph.show_knots(None, (), ())
            return
        kind = words.kind(row.kind)
        left = [Knot("kind", kind, t("drill.graph_kind"))]
        if row.unit:
            left.append(Knot("unit", words.unit_name(row.unit), t("drill.graph_unit")))
        around = [one for one in words.areas.path(row.area) if one.tier in (1, 2)]
        left += [Knot(f"area {one.code}", one.name, t("drill.graph_area")) for one in reversed(around)]
        left.append(Knot("channel", t.pack(self.ctx.pack.channel(row.channel)), t("drill.graph_channel")))
        if row.key.startswith("case/") or select_of(self.ctx, row.key):
            left.append(Knot("case", t("drill.open_case"), t("drill.graph_case")))
        like = [
            Knot(
                f"row {one.row.key}", " ".join(filter(None, (one.row.number, words.kind(one.row.kind)))), self.why(one)
            )
            for one in self.links[:LIKE]
        ]
        self.graph.show_knots(
            Knot("", " ".join(filter(None, (row.number, kind))), words.when(row.reported)), left, like
        )

    def _go(self, key: str) -> None:
        """From a box of the graph to what it stands for."""
        row, (what, _, which) = self.row, key.partition(" ")
        if row is None:
            return
        around = Scope(Span(row.reported - DAYS * DAY, row.reported + DAYS * DAY))
        if what == "row":
            self.opened.emit(which)
        elif what == "case":
            self.open_case()
        elif what == "area":
            self.desk.push(around.with_(area=which, kinds=(row.kind,)))
        elif what == "unit":
            self.desk.push(around.with_(unit=row.unit))
        elif what == "kind":
            self.desk.push(around.with_(kinds=(row.kind,)))
        else:
            self.desk.push(around.with_(channels=(row.channel,), kinds=(row.kind,)))

    def why(self, link: Link) -> str:
        """Why it is linked: 同一地点 · 早 3 天 · 同一单位."""
        t = self.ctx.t
        said = []
        if link.place:
            said.append(t("drill.why_place"))
        elif math.isfinite(link.metres):
            said.append(t("drill.why_near", metres=f"{link.metres:,.0f}"))
        if link.kind:
            said.append(t("drill.why_kind"))
        if link.unit:
            said.append(t("drill.why_unit"))
        when = "drill.why_before" if link.days >= 0 else "drill.why_after"
        said.append(t(when, span=span(abs(round(link.days * DAY)))))
        return " · ".join(said)

    def open_case(self) -> None:
        """Selects it, so that its own page shows."""
        if self.row is not None and not select_record(self.ctx, self.row.key):
            from cockpit.model.messages import Message

            self.ctx.notify(Message("drill.case_archived"), 0)

    def retranslate(self) -> None:
        self._show()

    def retheme(self) -> None:
        super().retheme()
        self._show_links()


def select_of(ctx: Any, key: str) -> bool:
    """Whether an event or a case of this seat is what a record is of."""
    return ctx.picture["event"].get(key) is not None or ctx.cases.of_event(key) is not None


def select_record(ctx: Any, key: str) -> bool:
    """Selects the event or case that a record is of; False where it is in the archive only."""
    if key.startswith("case/"):
        ctx.selection.select("case", key.removeprefix("case/"))
        return True
    if ctx.picture["event"].get(key) is not None:
        ctx.selection.select("event", key)
        return True
    case = ctx.cases.of_event(key)
    if case is not None:
        ctx.selection.select("case", case.id)
        return True
    return False
