"""The first page of a scope: what it is made of, how it went, and the rows behind it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.clock import DAY
from cockpit.model.insight import AskSplit, AskTrend, Figure, Part, Split, Trend
from cockpit.model.messages import capital
from cockpit.model.scope import Scope, Span
from widgets.charts.course import Course, Line, Note
from widgets.charts.markbars import MarkBar, MarkBars
from widgets.drill.page import DrillDesk, DrillPage
from widgets.drill.pieces.charthead import ChartHead
from widgets.drill.pieces.legend import Legend
from widgets.drill.pieces.tabline import TabLine
from widgets.drill.rowsview import RowsView
from widgets.drill.words import COUNTS, NONE, TIERS, grain_name, is_sign, made_of, tier_below
from widgets.kit.notes import notes_of
from widgets.kit.panel import guarded

NARROW, SHORT, LEGEND = 600, 300, 400
TREND = "trend"
ORDERED = frozenset(("level", "stage", "hour", "weekday", "day", "week", "month"))
"""Dimensions whose parts have an order of their own."""
AREA = "area"


class PartsPage(DrillPage):
    """The page.

    Attributes:
        bars: the composition by `by`. course: the trend. rows: the table. split, trend: as answered, None before.
        opened: (key) a record was opened.
    """

    opened = Signal(str)

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.split: Split | None = None
        self.trend: Trend | None = None
        self.notes: tuple[Note, ...] = ()
        self.by = ""
        self.tabs = TabLine(self.ctx, parent=self)
        self.bars = MarkBars(self.ctx, self)
        self.legend = Legend(self.ctx, self)
        self.course_title = self.title()
        self.course_note = Legend(self.ctx, self)
        self.course = Course(self.ctx, self._read, self)
        self.rows = RowsView(desk, self)
        self._lay_out()
        self.tabs.picked.connect(self.show_by)
        self.bars.picked.connect(self._drill)
        self.bars.rows.connect(self._drill_rows)
        self.bars.pointed.connect(self._point)
        self.course.picked.connect(self._drill_bucket)
        self.rows.opened.connect(self.opened)
        self.retranslate()

    def _lay_out(self) -> None:
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(8, 0, 8, 0)
        top.addWidget(self.tabs, 1)
        top.addWidget(self.legend)
        column.addLayout(top)
        column.addSpacing(4)
        column.addWidget(self.bars, 3)
        self._foot = QWidget(left)
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(0, 4, 0, 0)
        foot.setSpacing(0)
        self._course_line = ChartHead(self.course_title, self.course_note, self._foot)
        foot.addWidget(self._course_line)
        foot.addWidget(self.course, 1)
        column.addWidget(self._foot, 2)
        self._left = left
        self._rule = QWidget(self)
        self._box.addWidget(left, 9)
        self._box.addWidget(self._rule)
        self._box.addWidget(self.rows, 10)

    # -- how much room there is

    @property
    def short(self) -> bool:
        """Whether composition and course have to share one place."""
        return self._left.height() < SHORT

    @guarded
    def resizeEvent(self, event: object) -> None:
        narrow = self.width() < NARROW
        ways = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._box.setDirection(ways[0] if narrow else ways[1])
        self._rule.setFixedSize(self.width() if narrow else 1, 1 if narrow else self.height())
        self._dress_rule()
        self._show_tabs()

    def _dress_rule(self) -> None:
        self._rule.setStyleSheet(f"background: {self.ctx.theme.hex('line')};")

    def _dimensions(self, scope: Scope) -> list[str]:
        if is_sign(scope):
            return [AREA]  # a sign is measured by area, and there are no records behind it
        found = []
        area = self.words.areas.get(scope.area) if scope.area else None
        if area is None or area.tier < len(TIERS):
            found.append(AREA)
        if len(scope.kinds) != 1 or scope.kinds[0] not in self.ctx.pack.kinds:
            found.append("kind")
        long = scope.span.end - scope.span.start
        times = "hour" if long <= 2 * DAY else "weekday" if long <= 92 * DAY else "month"
        rest = {"channel": len(scope.channels) != 1, "unit": not scope.unit, "level": len(scope.levels) != 1,
                "stage": len(scope.stages) != 1, times: True}  # fmt: skip
        return [*found, *(name for name, offered in rest.items() if offered)]

    def dimension(self, scope: Scope) -> str:
        """The dimension that is shown: the scope's own, areas by themselves one tier below its area."""
        offered = self._dimensions(scope)
        by = scope.by if scope.by not in TIERS else AREA
        if by in offered or (by and by not in (AREA, TREND) and by not in TIERS):
            chosen = by
        else:
            chosen = offered[0]
        return tier_below(self.words.areas, scope.area) if chosen == AREA else chosen

    def _show_tabs(self) -> None:
        scope, t = self.scope, self.ctx.t
        if scope is None:
            return
        short, offered = self._left.height() < SHORT, self._dimensions(scope)
        tabs = [(name, t("drill.by_area") if name == AREA else self.words.dimension(name)) for name in offered]
        on = AREA if self.by in TIERS else self.by
        if on not in offered:
            tabs.append((on, self.words.dimension(on)))
        if short:
            tabs.insert(1, (TREND, t("drill.trend")))
        shows_trend = short and self._wants_trend
        self.tabs.show_tabs(tabs, TREND if shows_trend else on)
        self.bars.setVisible(not shows_trend)
        self.legend.setVisible(not shows_trend and self._left.width() >= LEGEND)
        self._foot.setVisible(shows_trend or not short)

    _wants_trend = False

    def show_by(self, name: str) -> None:
        """Another dimension, or the course in its place."""
        self._wants_trend = name == TREND
        if name != TREND and self.scope is not None:
            by = tier_below(self.words.areas, self.scope.area) if name == AREA else name
            if by != self.by:
                self.desk.replace(self.scope.with_(by=by))
        self._show_tabs()

    # -- asking

    def ask(self, scope: Scope) -> None:
        self.by = self.dimension(scope)
        self._show_tabs()
        sign = is_sign(scope)
        self.rows.setVisible(not sign)
        self._rule.setVisible(not sign)
        self.asker.ask("split", AskSplit(scope, self.by), self._came_split)
        self.asker.ask("trend", AskTrend(scope), self._came_trend)
        if not sign:
            self.rows.show_scope(made_of(scope), "", self._expected(self.figure))
        noted = notes_of(self.ctx.prefs, scope.measure.removeprefix("sign:"), scope.area or self.ctx.pack.code)
        self.notes = tuple(Note(one.at, one.words) for one in noted) if sign else ()

    def expect(self, figure: Figure) -> None:
        """The figure of the headline is known."""
        self.figure = figure
        if self.rows.scope == made_of(figure.scope):
            self.rows.expect(self._expected(figure))

    @staticmethod
    def _expected(figure: Figure | None) -> int | None:
        """How many rows a figure is made of."""
        if figure is None:
            return None
        return round(figure.value or 0) if figure.scope.measure in COUNTS else figure.n

    def leave(self) -> None:
        super().leave()
        self.rows.asker.drop()

    def _came_split(self, said: Any) -> None:
        if self.refused(said):
            return
        self.split = said
        self._show_split()

    def _came_trend(self, said: Any) -> None:
        if self.refused(said):
            return
        self.trend = said
        self._show_trend()

    # -- showing

    def ordered(self, split: Split) -> list[Part]:
        """Parts as they are read: by their own order, else what is most first."""
        if split.by in ORDERED:
            return list(split.parts)
        return sorted(split.parts, key=lambda part: (part.value is None, -(part.value or 0.0)))

    def _show_split(self) -> None:
        split = self.split
        if split is None:
            return
        words, t, figure = self.words, self.ctx.t, split.figure
        bars = []
        for part in self.ordered(split):
            before = "" if part.before is None else t("drill.before", value=words.with_unit(figure, part.before))
            share = t("drill.share", n=f"{part.share * 100:.0f}") if figure.scope.measure in COUNTS else ""
            n = t("drill.of_records", n=f"{part.n:,}") if figure.scope.measure not in COUNTS else ""
            tip = " · ".join(filter(None, (share, n, before)))
            value = float("nan") if part.value is None else part.value
            mark = float("nan") if part.before is None else part.before
            bars.append(
                MarkBar(
                    part.code, capital(words.part(split.by, part)), value, words.value(figure, part.value), mark, tip
                )
            )
        if split.rest:
            counts = figure.scope.measure in COUNTS
            value = float(split.rest) if counts else float("nan")
            shown = f"{split.rest:,}" if counts else NONE
            bars.append(MarkBar("", t("drill.rest"), value, shown, tip=t("drill.rest_tip", n=f"{split.rest:,}")))
        self.bars.setAccessibleName(t("drill.by_what", what=words.dimension(split.by)))
        self.bars.show_bars(bars, words.unit(figure))
        marks = [("bar", words.span(figure.scope.span, brief=True))] if len(bars) else []
        if any(part.before is not None for part in split.parts):
            marks = [("bar", t("drill.now")), ("mark", self._against(figure))]
        self.legend.show_marks(marks if len(marks) > 1 else [])

    def _against(self, figure: Figure) -> str:
        return self.words.against_of(figure.scope)

    def _show_trend(self) -> None:
        trend, t = self.trend, self.ctx.t
        if trend is None:
            return
        figure, span = trend.figure, trend.figure.scope.span
        names = tuple(grain_name(trend.grain, start, span) for start in trend.starts)
        now = self.ctx.clock.now()
        partial = bool(trend.starts) and trend.starts[-1] <= now <= span.end + 1 and len(trend.starts) > 1
        self.course.show_line(
            Line(
                trend.starts,
                trend.values,
                trend.before,
                names,
                span.end,
                figure.target,
                self.notes,
                partial=partial,
                whole=figure.scope.measure in COUNTS,
            ),
            t("drill.no_value"),
        )
        self.course.setAccessibleName(t("drill.trend"))
        self.course_title.setText(t("drill.trend_by", grain=t(f"drill.grain_{trend.grain}")))
        marks = [("line", t("drill.now"))]
        if any(value is not None for value in trend.before):
            marks.append(("thin", self._against(figure)))
        if figure.target is not None:
            marks.append(("dash", t("drill.target_word")))
        self.course_note.show_marks(marks if len(marks) > 1 else [])

    def _read(self, at: int) -> str:
        """A bucket in words."""
        trend = self.trend
        if trend is None or at >= len(trend.starts):
            return ""
        said = [self.words.span(self.bucket(trend, at)), self.words.with_unit(trend.figure, trend.values[at])]
        if at < len(trend.before) and trend.before[at] is not None:
            said.append(f"{self._against(trend.figure)} {self.words.value(trend.figure, trend.before[at])}")
        return " · ".join(said)

    @staticmethod
    def bucket(trend: Trend, at: int) -> Span:
        """The period of a bucket, cut to that of the scope."""
        span = trend.figure.scope.span
        last = at + 1 >= len(trend.starts)
        return Span(max(trend.starts[at], span.start), span.end if last else trend.starts[at + 1])

    # -- further

    def _part(self, code: str) -> Part | None:
        return next((part for part in self.split.parts if part.code == code), None) if self.split else None

    def _drill(self, code: str) -> None:
        part = self._part(code)
        if part is not None:
            self.desk.push(part.scope.with_(by=""))

    def _drill_rows(self, code: str) -> None:
        part = self._part(code)
        if part is not None:
            self.desk.rows(part.scope.with_(by=""))

    def _point(self, code: str) -> None:
        """The keyboard is on a bar: its rows are shown at the side; without one those of all."""
        part, scope = self._part(code), self.scope
        if scope is None or is_sign(scope):
            return
        if part is not None and self.split is not None:
            many = round(part.value or 0) if scope.measure in COUNTS else part.n
            self.rows.show_scope(made_of(part.scope), self.words.part(self.split.by, part), many)
        else:
            self.rows.show_scope(made_of(scope), "", self._expected(self.figure))

    def _drill_bucket(self, at: int) -> None:
        trend = self.trend
        if trend is not None and at < len(trend.starts):
            self.desk.push(trend.figure.scope.with_(span=self.bucket(trend, at), against=None, by=""))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and Qt.Key(event.key()) in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.rows.table.setFocus()
        else:
            super().keyPressEvent(event)

    # -- language and theme

    def retranslate(self) -> None:
        self.rows.dress()
        self._show_tabs()
        self._show_split()
        self._show_trend()

    def retheme(self) -> None:
        super().retheme()
        self._dress_rule()
        self.rows.dress()
