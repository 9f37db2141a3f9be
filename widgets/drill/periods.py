"""Periods beside each other: this one, the one before (环比), that of a year before (同比), measure by measure."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.insight import AskFigure, AskTrend, Figure, Trend
from cockpit.model.messages import capital
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import PREVIOUS, YEAR_BEFORE
from widgets.charts.course import Course, Line
from widgets.charts.heattable import Cell, HeatTable, Sheet
from widgets.drill.page import DrillDesk, DrillPage
from widgets.drill.pieces.charthead import ChartHead
from widgets.drill.pieces.legend import Legend
from widgets.drill.words import COUNTS, NONE, grain_name

MEASURES = ("count", "open", "late", "closing_rate", "on_time_rate", "mean_hours", "mean_response", "rework_rate",
            "satisfaction_rate")  # fmt: skip

WITH_COURSE = 270
"""Height from which there is room for the course under the table."""


class PeriodsPage(DrillPage):
    """The page.

    Attributes:
        table: measures by periods. figures: of each (measure, which), as far as answered.
        course: the period with the one it is compared with.
    """

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.figures: dict[tuple[str, str], Figure] = {}
        self.trend: Trend | None = None
        self.table = HeatTable(self.ctx, self)
        self.table.picked.connect(self._picked)
        self.course_title = self.title()
        self.legend = Legend(self.ctx, self)
        self.course = Course(self.ctx, self._read, self)
        self.course.picked.connect(self._drill)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        column.addWidget(self.table, 5)
        self._course_head = ChartHead(self.course_title, self.legend, self, top=4)
        column.addWidget(self._course_head)
        column.addWidget(self.course, 3)

    def resizeEvent(self, event: object) -> None:
        for one in (self._course_head, self.course):  # where there is little room all of it is the table's
            one.setVisible(self.height() >= WITH_COURSE)

    def measures(self, scope: Scope) -> tuple[str, ...]:
        """Those that are compared; the scope's own is among them, a sign alone."""
        if scope.measure.startswith("sign:"):
            return (scope.measure,)
        return MEASURES if scope.measure in MEASURES else (scope.measure, *MEASURES)

    def which(self, scope: Scope) -> dict[str, Span]:
        """The periods that it is compared with, by name."""
        found = {PREVIOUS: Span(0, 0, PREVIOUS), YEAR_BEFORE: Span(0, 0, YEAR_BEFORE)}
        if scope.against is not None and scope.against.word not in found:
            found["own"] = scope.against
        return found

    def ask(self, scope: Scope) -> None:
        self.figures = {}
        for measure in self.measures(scope):
            for which, against in self.which(scope).items():
                query = AskFigure(scope.with_(measure=measure, against=against, by=""))
                self.asker.ask(f"{measure} {which}", query, lambda said, k=(measure, which): self._came(k, said))
        self.asker.ask("trend", AskTrend(scope.with_(by="")), self._came_trend)

    def _came(self, key: tuple[str, str], said: Any) -> None:
        if not self.refused(said):
            self.figures[key] = said
            if not self.asker.open - {"trend"}:
                self._show()

    def _came_trend(self, said: Any) -> None:
        if not self.refused(said):
            self.trend = said
            self._show_trend()

    def _columns(self, scope: Scope) -> list[tuple[str, str]]:
        """(which, what) of the columns: `now`, then value and change of each period."""
        found = [("", "now")]
        for which in self.which(scope):
            found += [(which, "value"), (which, "change")]
        return found

    def _show(self) -> None:
        scope, t, words = self.scope, self.ctx.t, self.words
        if scope is None or not self.figures:
            return
        heads = []
        for which, what in self._columns(scope):
            against = self.which(scope).get(which)
            if what == "now":
                heads.append(t("drill.now"))
            elif what == "change":
                heads.append(t("drill.change"))
            else:
                own = words.compared(scope.with_(against=against))
                named = words.against_of(scope.with_(against=against)) if which != "own" else words.span(own)
                heads.append(capital(named))
        rows, cells = [], []
        for measure in self.measures(scope):
            line = []
            for which, what in self._columns(scope):
                figure = self.figures.get((measure, which or PREVIOUS))
                line.append(self._cell(figure, what) if figure is not None else Cell(NONE))
            first = self.figures.get((measure, PREVIOUS))
            unit = words.unit(first) if first is not None and measure not in COUNTS else ""  # 件数 are 件
            rows.append(" ".join(filter(None, (capital(words.measure(measure)), unit))))
            cells.append(tuple(line))
        self.table.setAccessibleName(t("drill.page_periods"))
        self.table.show_sheet(Sheet(tuple(rows), tuple(heads), tuple(cells), turned=True))

    def _cell(self, figure: Figure, what: str) -> Cell:
        words = self.words
        if what == "now":
            return Cell(words.value(figure, figure.value), tip=self.ctx.t("drill.of_records", n=f"{figure.n:,}"))
        if what == "value":
            return Cell(words.value(figure, figure.before), tip=words.span(words.compared(figure.scope)))
        said = words.change(figure)
        turn = words.turn(figure)
        base = abs(figure.before or 0.0) or 1.0
        by = min(abs(figure.change or 0.0) / (50.0 if figure.unit == "%" else base), 1.0)
        shade = 0.0 if not turn else (1 if turn == "better" else -1) * max(by, 0.12)
        return Cell(said or NONE, shade if said else float("nan"), self.ctx.t(f"drill.turn_{turn}") if turn else "")

    def _picked(self, row: int, column: int) -> None:
        """A cell leads to its measure in its period; a measure's name to it in the period of now."""
        scope = self.scope
        if scope is None:
            return
        if row < 0:
            which, _ = self._columns(scope)[column]
            if which:
                self.desk.push(scope.with_(span=self._span(scope, which), against=None))
            return
        measure = self.measures(scope)[row]
        which = self._columns(scope)[column][0] if column >= 0 else ""
        what = self._columns(scope)[column][1] if column >= 0 else "now"
        if what == "value":
            self.desk.push(scope.with_(measure=measure, span=self._span(scope, which), against=None))
        elif what == "change":
            self.desk.push(scope.with_(measure=measure, against=self._span(scope, which)))
        else:
            self.desk.push(scope.with_(measure=measure))

    def _span(self, scope: Scope, which: str) -> Span:
        return self.words.compared(scope.with_(against=self.which(scope)[which]))

    # -- the course

    def _show_trend(self) -> None:
        trend, t = self.trend, self.ctx.t
        if trend is None:
            return
        span = trend.figure.scope.span
        names = tuple(grain_name(trend.grain, start, span) for start in trend.starts)
        self.course.show_line(
            Line(trend.starts, trend.values, trend.before, names, span.end, trend.figure.target), t("drill.no_value")
        )
        self.course.setAccessibleName(t("drill.trend"))
        self.course_title.setText(t("drill.trend_by", grain=t(f"drill.grain_{trend.grain}")))
        marks = [("line", t("drill.now")), ("thin", self.words.against_of(trend.figure.scope))]
        self.legend.show_marks(marks if any(v is not None for v in trend.before) else [])

    def _read(self, at: int) -> str:
        trend = self.trend
        if trend is None or at >= len(trend.starts):
            return ""
        name = grain_name(trend.grain, trend.starts[at], trend.figure.scope.span)
        said = f"{name} · {self.words.with_unit(trend.figure, trend.values[at])}"
        before = trend.before[at] if at < len(trend.before) else None
        return said if before is None else f"{said} · {self.words.value(trend.figure, before)}"

    def _drill(self, at: int) -> None:
        trend = self.trend
        if trend is not None and at < len(trend.starts):
            from widgets.drill.parts import PartsPage

            self.desk.push(trend.figure.scope.with_(span=PartsPage.bucket(trend, at), against=None))

    def retranslate(self) -> None:
        self._show()
        self._show_trend()
