"""每月体检: the month, what is better and what is worse in it, groups of classes and areas line by line."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.figures import signed
from cockpit.model.insight import AskCheckup, AskSplit, CheckLine, Checkup, Split
from cockpit.model.scope import Scope
from cockpit.model.spans import span_of, unit_of
from widgets.charts.heattable import Cell, HeatTable, Sheet
from widgets.drill.page import DrillDesk, DrillPage
from widgets.drill.pieces.sentence import Piece, Sentence
from widgets.drill.pieces.tabline import TabLine
from widgets.drill.words import NONE, tier_below

NAN = float("nan")
VIEWS = ("groups", "areas", "heat")
COLUMNS = ("n", "previous", "year", "on_time", "on_time_change", "hours", "share", "flags")


class CheckupPage(DrillPage):
    """The page.

    Attributes:
        checkup: as answered, None before. view: of `VIEWS`. table: lines of it; heat: change of groups by areas.
        sentence: figures of the month. turns: what is better, what is worse.
    """

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.checkup: Checkup | None = None
        self.view = VIEWS[0]
        self.splits: dict[str, Split] = {}
        self.sentence = Sentence(self.ctx, "row_title", self)
        self.sentence.picked.connect(self._figure)
        self.turns = Sentence(self.ctx, "body", self)
        self.turns.picked.connect(self._change)
        self.tabs = TabLine(self.ctx, parent=self)
        self.tabs.picked.connect(self.show_view)
        self.table = HeatTable(self.ctx, self)
        self.table.picked.connect(self._picked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 4)
        column.setSpacing(2)
        for one in (self.sentence, self.turns):
            line = QHBoxLayout()
            line.setContentsMargins(12, 0, 12, 0)
            line.addWidget(one)
            column.addLayout(line)
        top = QHBoxLayout()
        top.setContentsMargins(8, 0, 8, 0)
        top.addWidget(self.tabs)
        column.addLayout(top)
        column.addWidget(self.table, 1)

    def covered(self) -> QWidget:
        return self.table

    def month(self, scope: Scope) -> Scope:
        """The scope of a month: its own where it is one, else the last whole one."""
        month = unit_of(scope.span) == "month" or scope.span.word == "month"
        return scope if month else scope.with_(span=span_of("last_month", self.ctx.clock.now()), against=None)

    def ask(self, scope: Scope) -> None:
        scope = self.month(scope).with_(by="")
        self.splits = {}
        self.asker.ask("checkup", AskCheckup(scope), self._came)

    def _came(self, said: Any) -> None:
        if self.refused(said):
            return
        self.checkup = said
        self._show()
        if self.view == "heat":
            self._ask_heat()

    def _ask_heat(self) -> None:
        if self.checkup is None or self.scope is None:
            return
        by = tier_below(self.words.areas, self.scope.area)
        for line in self._groups():
            if line.code not in self.splits:
                query = AskSplit(line.scope.with_(by=""), by)
                self.asker.ask(f"heat {line.code}", query, lambda said, c=line.code: self._came_heat(c, said))

    def _came_heat(self, code: str, said: Any) -> None:
        if not self.refused(said):
            self.splits[code] = said
            self._show()

    def _groups(self) -> list[CheckLine]:
        return sorted(self.checkup.groups, key=lambda line: -line.n) if self.checkup is not None else []

    def show_view(self, name: str) -> None:
        self.view = name
        self._show()
        if name == "heat":
            self._ask_heat()
            if self.busy:
                self.wait_anew()

    # -- showing

    def _show(self) -> None:
        checkup, t = self.checkup, self.ctx.t
        self.tabs.show_tabs([(name, t(f"drill.checkup_{name}")) for name in VIEWS], self.view)
        if checkup is None:
            return
        self._say(checkup)
        self.table.setAccessibleName(t("drill.page_checkup"))
        self.table.show_sheet(self._heat() if self.view == "heat" else self._lines())

    def _say(self, checkup: Checkup) -> None:
        words, t = self.words, self.ctx.t
        pieces = [Piece(words.span(checkup.figures[0].scope.span) + t("drill.colon"))] if checkup.figures else []
        for i, figure in enumerate(checkup.figures):
            if i:
                pieces.append(Piece(t("drill.comma")))
            pieces.append(Piece(words.measure(figure.scope.measure) + " "))
            pieces.append(Piece(words.with_unit(figure, figure.value), f"figure {i}", "figure"))
            change = words.change(figure)
            if change:
                turn = words.turn(figure)
                pieces.append(Piece(f" {change}" + (t(f"drill.turn_{turn}") if turn else ""), look="faint"))
        self.sentence.say(pieces)
        said = []
        for better in (False, True):
            lines = [line for line in (*checkup.groups, *checkup.areas) if self._turn(line) == (1 if better else -1)]
            if lines:
                said.append(Piece(t("drill.is_better" if better else "drill.is_worse"), look="bold"))
                for i, line in enumerate(sorted(lines, key=lambda one: -abs(self._by(one)))[:4]):
                    if i:
                        said.append(Piece(t("drill.enum_comma")))
                    said.append(Piece(f"{self._name(line)} {self._reason(line)}", f"line {line.code}"))
                said.append(Piece("  "))
        self.turns.say(said or [Piece(t("drill.checkup_calm"), look="faint")])

    def _name(self, line: CheckLine) -> str:
        return line.name or self.words.part_name("group", line.code, line.name)

    @staticmethod
    def _by(line: CheckLine) -> float:
        """By how much of what was there are more, 0 where that is not known."""
        return (line.n - line.previous) / line.previous if line.previous else 0.0

    def _reason(self, line: CheckLine) -> str:
        """Why it is better or worse: +43%, or what is wrong in a word."""
        if {"more", "fewer"} & set(line.flags):
            return self._percent(self._by(line))
        return self.ctx.t("drill.enum_comma").join(self.ctx.t(f"drill.flag_{flag}") for flag in line.flags)

    def _turn(self, line: CheckLine) -> int:
        """-1 worse, 1 better, 0 neither: by what passed a threshold."""
        if {"more", "late", "rework", "unhappy"} & set(line.flags):
            return -1
        return 1 if "fewer" in line.flags else 0

    @staticmethod
    def _percent(by: float) -> str:
        return f"{signed(by * 100)}%"

    def _lines(self) -> Sheet:
        checkup, t = self.checkup, self.ctx.t
        assert checkup is not None
        lines = self._rows()
        heads = tuple(t(f"drill.check_{name}") for name in COLUMNS)
        cells = tuple(self._cells(line) for line in lines)
        return Sheet(tuple(self._name(line) for line in lines), heads, cells, turned=True)

    def _rows(self) -> list[CheckLine]:
        if self.checkup is None:
            return []
        if self.view == "heat":
            return self._groups()
        return sorted(getattr(self.checkup, self.view), key=lambda line: -line.n)

    def _cells(self, line: CheckLine) -> tuple[Cell, ...]:
        t = self.ctx.t

        def against(before: int | None) -> Cell:
            if not before:
                return Cell(NONE)
            by = (line.n - before) / before
            return Cell(self._percent(by), max(-1.0, min(1.0, -by * 1.5)), t("drill.before", value=f"{before:,}"))

        change = NAN
        if line.on_time is not None and line.on_time_before is not None:
            change = line.on_time - line.on_time_before
        points = signed(change, 1) if change == change else NONE
        flags = t("drill.enum_comma").join(t(f"drill.flag_{flag}") for flag in line.flags)
        return (
            Cell(f"{line.n:,}"), against(line.previous), against(line.year),
            Cell(f"{line.on_time:.1f}%" if line.on_time is not None else NONE),
            Cell(points, max(-1.0, min(1.0, change / 15)) if change == change else NAN),
            Cell(f"{line.hours:,.1f}" if line.hours is not None else NONE), Cell(f"{line.share * 100:.0f}%"),
            Cell(flags),
        )  # fmt: skip

    def _heat(self) -> Sheet:
        """How many more or fewer of each group in each area than in the month before."""
        groups = [line for line in self._groups() if line.code in self.splits]
        codes = [line.code for line in sorted(self.checkup.areas, key=lambda one: -one.n)] if self.checkup else []
        named = {line.code: line.name for line in self.checkup.areas} if self.checkup else {}
        rows, cells = [], []
        for line in groups:
            parts = {part.code: part for part in self.splits[line.code].parts}
            rows.append(self._name(line))
            cells.append(tuple(self._heat_cell(parts.get(code)) for code in codes))
        return Sheet(tuple(rows), tuple(named[code] for code in codes), tuple(cells), turned=True)

    def _heat_cell(self, part: Any) -> Cell:
        t = self.ctx.t
        if part is None or part.before is None:
            return Cell(NONE if part is None else f"{part.n:,}", NAN)
        by = part.n - part.before
        spread = max((part.n + part.before) ** 0.5, 1.0)
        shade = -by / spread / 3 if abs(by) > spread else 0.0
        return Cell(f"{part.n:,}", max(-1.0, min(1.0, shade)), t("drill.before", value=f"{part.before:,.0f}"))

    # -- further

    def _figure(self, key: str) -> None:
        if self.checkup is not None:
            self.desk.push(self.checkup.figures[int(key.partition(" ")[2])].scope.with_(by=""))

    def _change(self, key: str) -> None:
        code = key.partition(" ")[2]
        lines = (*self.checkup.groups, *self.checkup.areas) if self.checkup is not None else ()
        line = next((one for one in lines if one.code == code), None)
        if line is not None:
            self.desk.push(line.scope.with_(by=""))

    def _picked(self, row: int, column: int) -> None:
        checkup = self.checkup
        if checkup is None:
            return
        areas = sorted(checkup.areas, key=lambda one: -one.n)
        if self.view == "heat":
            groups = [line for line in self._groups() if line.code in self.splits]
            if row >= 0 and column >= 0:
                self.desk.push(groups[row].scope.with_(area=areas[column].code, by=""))
            elif row >= 0:
                self.desk.push(groups[row].scope.with_(by=""))
            else:
                self.desk.push(areas[column].scope.with_(by=""))
            return
        lines = self._rows()
        if 0 <= row < len(lines):
            measures = {3: "on_time_rate", 4: "on_time_rate", 5: "mean_hours"}
            self.desk.push(lines[row].scope.with_(measure=measures.get(column, "count"), by=""))

    def retranslate(self) -> None:
        self._show()

    def retheme(self) -> None:
        super().retheme()
        self.sentence.refit()
        self.turns.refit()
