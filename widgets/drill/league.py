"""Units or streets by how they do, fair by load: the score with what it is made of; too few cases are not ranked."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.insight import AskLeague, League, Standing
from cockpit.model.scope import Scope
from widgets.charts.heattable import Cell, HeatTable, Sheet
from widgets.drill.page import DrillDesk, DrillPage
from widgets.drill.pieces.tabline import TabLine
from widgets.drill.words import NONE, tier_below

UNIT = "unit"
DIGITS = {"mean_hours": 1, "median_hours": 1, "mean_response": 1}


class LeaguePage(DrillPage):
    """The page.

    Attributes:
        league: as answered, None before. by: `unit`, or `area`: those one tier below the scope's.
        table: rank, score, load, and each measure of the basis.
    """

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.league: League | None = None
        self.by = UNIT
        self._ends = (0.0, 0.0)
        self.tabs = TabLine(self.ctx, parent=self)
        self.tabs.picked.connect(self.show_by)
        self.said = self.note(wrap=True)
        self.table = HeatTable(self.ctx, self)
        self.table.picked.connect(self._picked)
        top = QHBoxLayout()
        top.setContentsMargins(8, 0, 8, 0)
        top.addWidget(self.tabs)
        line = QHBoxLayout()
        line.setContentsMargins(12, 2, 12, 4)
        line.addWidget(self.said)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(line)
        column.addWidget(self.table, 1)

    def ask(self, scope: Scope) -> None:
        t = self.ctx.t
        self.tabs.show_tabs([(UNIT, t("drill.league_unit")), ("area", t("drill.league_area"))], self.by)
        by = UNIT if self.by == UNIT else tier_below(self.words.areas, scope.area)
        self.asker.ask("league", AskLeague(scope.with_(by=""), by), self._came)

    def show_by(self, name: str) -> None:
        self.by = name
        if self.scope is not None:
            self.ask(self.scope)

    def _came(self, said: Any) -> None:
        if not self.refused(said):
            self.league = said
            self._show()

    def standings(self) -> list[Standing]:
        """By rank; those that are not ranked behind, what has most cases first."""
        found = self.league.standings if self.league is not None else ()
        return sorted(found, key=lambda one: (one.rank == 0, one.rank, -one.load))

    def _show(self) -> None:
        league, t, words = self.league, self.ctx.t, self.words
        if league is None:
            return
        standings = self.standings()
        measures = list(dict.fromkeys(name for one in standings for name in one.basis))
        weights = {name: max(one.basis[name][1] for one in standings if name in one.basis) for name in measures}
        scores = [one.score for one in standings if one.rank and one.score is not None]
        self._ends = (min(scores), max(scores)) if scores else (0.0, 0.0)
        rows, cells = [], []
        for one in standings:
            name = words.part_name(league.by, one.code, one.name)
            rows.append(f"{one.rank}  {name}" if one.rank else f"–  {name}")
            cells.append(self._line(one, measures))
        heads = [t("drill.score"), t("drill.load"), *(self._head(name, weights[name]) for name in measures)]
        self.table.setAccessibleName(t("drill.page_league"))
        self.table.show_sheet(Sheet(tuple(rows), tuple(heads), tuple(cells)))
        unranked = sum(not one.rank for one in standings)
        said = t("drill.league_said", by=words.dimension(league.by))
        if unranked:
            said += t("drill.league_few", n=unranked, least=league.least)
        self.said.setText(said if standings else t("drill.league_none"))

    def _head(self, measure: str, weight: float) -> str:
        return f"{self.words.measure(measure)} {weight * 100:.0f}%" if weight <= 1 else self.words.measure(measure)

    def _line(self, one: Standing, measures: list[str]) -> tuple[Cell, ...]:
        t = self.ctx.t
        usual = t("drill.load_usual", n=f"{one.usual:,.0f}") if one.usual is not None else ""
        basis = "\n".join(self._basis(name, *one.basis[name]) for name in measures if name in one.basis)
        few = t("drill.not_ranked", least=self.league.least) if self.league is not None and not one.rank else ""
        score = Cell(NONE, tip=few) if one.score is None or not one.rank else Cell(
            f"{one.score:.1f}", self._shade(one.score), basis)  # fmt: skip
        line = [score, Cell(f"{one.load:,}", tip=usual)]
        for name in measures:
            value, _, brought = one.basis.get(name, (None, 0.0, 0.0))
            if value is None:
                line.append(Cell(NONE))
            else:
                digits = DIGITS.get(name, 1)
                line.append(Cell(f"{value:,.{digits}f}", tip=t("drill.brought", n=f"{brought:.1f}")))
        return tuple(line)

    def _shade(self, score: float) -> float:
        """How far up between the last and the first, so that their distance is seen."""
        low, high = self._ends
        return 0.15 + 0.85 * (score - low) / (high - low) if high > low else 0.5

    def _basis(self, measure: str, value: float | None, weight: float, brought: float) -> str:
        said = NONE if value is None else f"{value:,.1f}"
        return self.ctx.t("drill.basis", name=self.words.measure(measure), value=said, weight=f"{weight:.0%}",
                          n=f"{brought:.1f}")  # fmt: skip

    def _picked(self, row: int, column: int) -> None:
        standings = self.standings()
        if not 0 <= row < len(standings) or self.league is None:
            return
        one = standings[row]
        measures = list(dict.fromkeys(name for standing in standings for name in standing.basis))
        scope = one.scope.with_(by="")
        self.desk.push(scope.with_(measure=measures[column - 2]) if 2 <= column < 2 + len(measures) else scope)

    def retranslate(self) -> None:
        self._show()

    def retheme(self) -> None:
        super().retheme()
        self.table.update()
