"""What an answer looks like: bars in their order, a course, or one number with what it is compared with."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cockpit.model.asking import Standpoint, Told
from cockpit.model.figures import figure
from cockpit.model.insight import AskTrend, Trend
from cockpit.model.messages import capital
from cockpit.model.scope import Scope
from cockpit.model.scopewords import dimension_words, unit_words
from widgets.charts.course import Course, Line
from widgets.charts.markbars import MarkBar, MarkBars
from widgets.drill.asking import Asker
from widgets.drill.parts import PartsPage
from widgets.drill.pieces.charthead import ChartHead
from widgets.drill.pieces.legend import Legend
from widgets.drill.words import COUNTS, NONE, DrillWords, grain_name, short
from widgets.kit.header import ElidedLabel

TALL = 150
"""Pixels from which a course has room for its number above it."""


def number_words(told: Told, value: float | None) -> str:
    """A number of an answer, without its unit."""
    return NONE if value is None or not math.isfinite(value) else figure(value, told.decimals)


def unit_said(told: Told, words: DrillWords) -> str:
    return unit_words(told.unit, words.ctx.t)


class AnswerChart(QWidget):
    """The chart.

    Attributes:
        bars, course: one of them is shown. trend: what the course shows, None nothing.
        drilled: (scope) a bar or a bucket was gone into. pointed: (index) the keyboard is on a bar, -1 none.
        rows: (scope) rows of a bar are wanted.
    """

    drilled = Signal(object)
    rows = Signal(object)
    pointed = Signal(int)

    def __init__(self, words: DrillWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words, self.ctx = words, words.ctx
        self.told: Told | None = None
        self.trend: Trend | None = None
        self.asker = Asker(self.ctx, self)
        self.title, self.legend = ElidedLabel(parent=self), Legend(self.ctx, self)
        self.number, self.against = ElidedLabel(parent=self), ElidedLabel(parent=self)
        self.number.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)  # never cut
        self.bars = MarkBars(self.ctx, self)
        self.course = Course(self.ctx, self._read, self)
        figure = QHBoxLayout()
        figure.setContentsMargins(12, 0, 8, 0)
        figure.setSpacing(10)
        figure.addWidget(self.number)
        figure.addWidget(self.against)
        figure.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(4)
        column.addWidget(ChartHead(self.title, self.legend, self))
        column.addLayout(figure)
        column.addWidget(self.bars, 1)
        column.addWidget(self.course, 1)
        self.bars.picked.connect(lambda key: self._bar(key, self.drilled))
        self.bars.rows.connect(lambda key: self._bar(key, self.rows))
        self.bars.pointed.connect(lambda key: self.pointed.emit(int(key) if key else -1))
        self.course.picked.connect(self._bucket)
        self.dress()

    def show_told(self, told: Told) -> None:
        """Shows an answer; a single number asks for its course."""
        self.told, self.trend = told, told.trend
        form = told.understood.form
        is_bars = form in ("ranking", "comparison") and bool(told.standpoints)
        self.bars.setVisible(is_bars)
        self.course.setVisible(not is_bars)
        self.asker.drop()
        if is_bars:
            self._show_bars(told)
        else:
            self._show_course()
            if self.trend is None:
                self.asker.ask("trend", AskTrend(told.understood.scope.with_(by="")), self._came)
        self._say_number()

    def _came(self, said: Any) -> None:
        if isinstance(said, Trend):
            self.trend = said
            self._show_course()

    # -- bars

    def _show_bars(self, told: Told) -> None:
        t, unit = self.ctx.t, unit_said(told, self.words)
        bars = []
        for i, one in enumerate(told.standpoints):
            before = "" if one.before is None else t("ask.before", value=f"{number_words(told, one.before)} {unit}")
            n = t("ask.of_records", n=f"{one.n:,}") if told.understood.scope.measure not in COUNTS and one.n else ""
            tip = " · ".join(part for part in (one.name, n, before) if part)
            bars.append(
                MarkBar(str(i), self._named(told, one), _nan(one.value), number_words(told, one.value),
                        _nan(one.before), tip)
            )  # fmt: skip
        self.bars.setAccessibleName(self._titled(told))
        self.bars.show_bars(bars, unit)
        self.bars.select("0")
        self.title.setText(self._titled(told))
        marked = any(one.before is not None for one in told.standpoints)
        scope = told.understood.scope
        marks = (
            [("bar", self.words.span(scope.span, brief=True)), ("mark", self.words.against_of(scope))] if marked else []
        )
        self.legend.show_marks(marks)

    def _named(self, told: Told, one: Standpoint) -> str:
        asked = told.understood
        if asked.beside == "span":
            return capital(self.words.span(one.scope.span, brief=True))
        return capital(short(one.name) if asked.by == "street" else one.name)

    def _titled(self, told: Told) -> str:
        asked, t = told.understood, self.ctx.t
        if asked.beside == "measure":  # each of them is another
            measures = dict.fromkeys(self.words.measure(one.scope.measure) for one in told.standpoints)
            return capital(t("ask.and").join(measures))
        measure = capital(self.words.measure(asked.scope.measure))
        if asked.form == "ranking" and asked.by:
            return t("ask.chart_by", measure=measure, by=dimension_words(asked.by, t))
        return t("ask.chart_beside", measure=measure)

    def _bar(self, key: str, signal: Any) -> None:
        told = self.told
        if told is not None and key and int(key) < len(told.standpoints):
            signal.emit(told.standpoints[int(key)].scope)

    # -- course

    def _show_course(self) -> None:
        trend, t = self.trend, self.ctx.t
        if trend is None:
            self.course.show_line(Line(), t("ask.no_course") if self.asker.open == frozenset() else "")
            self.legend.show_marks([])
            return
        figure, span = trend.figure, trend.figure.scope.span
        names = tuple(grain_name(trend.grain, start, span) for start in trend.starts)
        now = self.ctx.clock.now()
        partial = len(trend.starts) > 1 and trend.starts[-1] <= now <= span.end + 1
        line = Line(
            trend.starts, trend.values, trend.before, names, span.end, figure.target, partial=partial,
            whole=figure.scope.measure in COUNTS,
        )  # fmt: skip
        self.course.show_line(line, t("ask.no_value"))
        self.course.setAccessibleName(self.title.text())
        marks = [("line", self.words.span(span, brief=True))]
        if any(value is not None for value in trend.before):
            marks.append(("thin", self.words.against_of(figure.scope)))
        if figure.target is not None:
            marks.append(("dash", t("ask.target")))
        self.legend.show_marks(marks if len(marks) > 1 else [])
        self.title.setText(t(f"ask.course_{trend.grain}", measure=capital(self.words.measure(figure.scope.measure))))

    def _read(self, at: int) -> str:
        """A bucket in words."""
        trend = self.trend
        if trend is None or at >= len(trend.starts):
            return ""
        said = [self.words.span(PartsPage.bucket(trend, at)), self.words.with_unit(trend.figure, trend.values[at])]
        if at < len(trend.before) and trend.before[at] is not None:
            said.append(f"{self.words.against_of(trend.figure.scope)} "
                        f"{self.words.value(trend.figure, trend.before[at])}")  # fmt: skip
        return " · ".join(said)

    def _bucket(self, at: int) -> None:
        trend = self.trend
        if trend is not None and at < len(trend.starts):
            scope: Scope = trend.figure.scope
            self.drilled.emit(scope.with_(span=PartsPage.bucket(trend, at), against=None, by=""))

    # -- one number

    def _say_number(self) -> None:
        told, t, words = self.told, self.ctx.t, self.words
        single = told is not None and told.understood.form == "figure"
        self.number.setVisible(single and self.height() >= TALL)
        self.against.setVisible(single and self.height() >= TALL)
        if told is None or not single:
            return
        figure, unit = told.figure, unit_said(told, words)
        self.number.setText(f"{number_words(told, told.value)} {unit}".strip())
        self.number.updateGeometry()
        said = []
        if told.understood.of == "value" and figure.before is not None:
            said.append(t("ask.than", against=words.against_of(figure.scope), change=words.change(figure),
                          value=words.with_unit(figure, figure.before)))  # fmt: skip
        if figure.target is not None:
            said.append(t("ask.aim", value=words.with_unit(figure, figure.target)))
        self.against.setText(" · ".join(said))

    # -- looks

    def resizeEvent(self, event: object) -> None:
        self._say_number()

    def dress(self) -> None:
        """Theme or language are others."""
        theme = self.ctx.theme
        self.title.setFont(theme.font("body", 700))
        self.title.set_color(theme.t1)
        self.number.setFont(theme.font("figure"))
        self.number.set_color(theme.t1)
        self.number.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.against.setFont(theme.font("body"))
        self.against.set_color(theme.t2)
        if self.told is not None:
            if self.bars.isVisibleTo(self):
                self._show_bars(self.told)
            else:
                self._show_course()
            self._say_number()
        self.update()


def _nan(value: float | None) -> float:
    return math.nan if value is None else value
