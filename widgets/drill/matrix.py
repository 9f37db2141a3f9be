"""Areas by classes as a table of numbers: where what is most, sums at the end, each cell leads to its cases."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.insight import AskSplit, Split
from cockpit.model.messages import capital
from cockpit.model.scope import Scope
from widgets.charts.heattable import Cell, HeatTable, Sheet
from widgets.drill.page import DrillDesk, DrillPage
from widgets.drill.words import COUNTS, tier_below

MOST = 10
"""Classes that have a column of their own; the others share one."""


class MatrixPage(DrillPage):
    """The page.

    Attributes:
        table: the numbers. rows: by area. columns: by class. cells: of each class by area, as far as answered.
    """

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.rows: Split | None = None
        self.columns: Split | None = None
        self.cells: dict[str, Split] = {}
        self.said = self.note()
        self.table = HeatTable(self.ctx, self)
        self.table.picked.connect(self._picked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 4)
        column.setSpacing(4)
        self.said.setContentsMargins(12, 0, 12, 0)
        column.addWidget(self.said)
        column.addWidget(self.table, 1)

    def _dimension(self, scope: Scope) -> str:
        groups = {kind.group_code for kind in self.ctx.pack.kinds.values()}
        return "kind" if scope.kinds and (len(scope.kinds) > 1 or scope.kinds[0] in groups) else "group"

    def ask(self, scope: Scope) -> None:
        scope = scope.with_(by="")
        self.rows, self.columns, self.cells = None, None, {}
        by = tier_below(self.words.areas, scope.area)
        self.asker.ask("rows", AskSplit(scope, by), self._came_rows)
        self.asker.ask("columns", AskSplit(scope, self._dimension(scope)), self._came_columns)

    def _came_rows(self, said: Any) -> None:
        if not self.refused(said):
            self.rows = said
            self._show()

    def _came_columns(self, said: Any) -> None:
        if self.refused(said) or self.scope is None:
            return
        self.columns = said
        by = tier_below(self.words.areas, self.scope.area)
        for part in self._shown():
            self.asker.ask(
                f"cells {part.code}", AskSplit(part.scope, by), lambda s, c=part.code: self._came_cells(c, s)
            )
        self._show()

    def _came_cells(self, code: str, said: Any) -> None:
        if not self.refused(said):
            self.cells[code] = said
            self._show()

    def _shown(self) -> list[Any]:
        parts = self.columns.parts if self.columns is not None else ()
        return sorted(parts, key=lambda part: -part.n)[:MOST]

    @property
    def sums(self) -> bool:
        """Whether rows and columns add up."""
        return self.rows is not None and self.rows.figure.scope.measure in COUNTS

    def areas(self) -> list[Any]:
        if self.rows is None:
            return []
        return sorted(self.rows.parts, key=lambda part: (part.value is None, -(part.value or 0.0)))

    def _show(self) -> None:
        rows, columns = self.rows, self.columns
        shown = self._shown()
        if rows is None or columns is None or any(part.code not in self.cells for part in shown):
            return
        words, t, figure = self.words, self.ctx.t, rows.figure
        by_code = {part.code: {one.code: one for one in self.cells[part.code].parts} for part in shown}
        known = [one.value for parts in by_code.values() for one in parts.values() if one.value is not None]
        top = max(known, default=0.0) or 1.0
        low = min(known, default=0.0) if not self.sums else 0.0
        lines, names = [], []
        for area in self.areas():
            names.append(words.part_name(rows.by, area.code, area.name))
            line, seen = [], 0.0
            for part in shown:
                one = by_code[part.code].get(area.code)
                value = one.value if one is not None else 0.0 if self.sums else None
                seen += value or 0.0
                shade = float("nan") if value is None else (value - low) / ((top - low) or 1.0)
                tip = t("drill.of_records", n=f"{one.n:,}") if one is not None and not self.sums else ""
                line.append(Cell(words.value(figure, value), shade if value else float("nan"), tip))
            if self.sums and len(columns.parts) > len(shown):
                line.append(Cell(words.value(figure, (area.value or 0.0) - seen)))
            line.append(Cell(words.value(figure, area.value)))
            lines.append(tuple(line))
        heads = [words.part_name(columns.by, part.code, part.name) for part in shown]
        if self.sums and len(columns.parts) > len(shown):
            heads.append(t("drill.others"))
        heads.append(t("drill.total"))
        foot = [Cell(words.value(figure, part.value)) for part in shown]
        if self.sums and len(columns.parts) > len(shown):
            foot.append(
                Cell(words.value(figure, sum(p.value or 0.0 for p in columns.parts) - sum(p.value or 0 for p in shown)))
            )
        lines.append((*foot, Cell(words.value(figure, figure.value))))
        names.append(t("drill.total"))
        self.table.setAccessibleName(t("drill.page_matrix"))
        self.table.show_sheet(Sheet(tuple(names), tuple(heads), tuple(lines), totals=True))
        unit = words.unit(figure) if not self.sums else ""  # 件数 are 件
        measure = capital(words.measure(figure.scope.measure))
        self.said.setText(" · ".join(filter(None, (measure, unit, self._rest(rows)))))

    def _rest(self, rows: Split) -> str:
        return self.ctx.t("drill.rest_tip", n=f"{rows.rest:,}") if rows.rest else ""

    def _picked(self, row: int, column: int) -> None:
        """A cell leads to its area and class; the name or sum of a row to its area, of a column to its class."""
        areas, shown = self.areas(), self._shown()
        area = areas[row] if 0 <= row < len(areas) else None
        part = shown[column] if 0 <= column < len(shown) else None
        if area is not None and part is not None:
            self.desk.push(part.scope.with_(area=area.code, by=""))
        elif area is not None:
            self.desk.push(area.scope.with_(by=""))
        elif part is not None:
            self.desk.push(part.scope.with_(by=""))

    def retranslate(self) -> None:
        self._show()
