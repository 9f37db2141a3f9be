"""Before and after something that was done: whole weeks on both sides, beside the rest of the city, in honest words."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.clock import DAY
from cockpit.model.errors import UserError
from cockpit.model.figures import signed
from cockpit.model.insight import AskBeforeAfter, AskTrend, BeforeAfter, Trend
from cockpit.model.messages import Message
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import span_of
from widgets.charts.course import Course, Line, Note
from widgets.charts.heattable import Cell, HeatTable, Sheet
from widgets.drill.page import DrillDesk, DrillPage
from widgets.drill.pieces.sentence import Piece, Sentence
from widgets.drill.words import COUNTS, NONE, grain_name
from widgets.kit.buttons import button
from widgets.kit.dialog import NameDialog

WEEKS = 8

TITLED, WITH_COURSE = 296, 270
"""Heights from which there is room for the course, with its title and without."""


class BeforePage(DrillPage):
    """The page.

    Attributes:
        answer: as told, None before. table: this area and the rest, before and after. course: the weeks around.
        sentence: what can be said of it. day: the button that asks for the day.
    """

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.answer: BeforeAfter | None = None
        self.trend: Trend | None = None
        self.dialog: NameDialog | None = None
        self.day = button("", self.ask_day, "chip", parent=self)
        self.day.setCheckable(False)
        self.said = self.note(wrap=True)
        self.sentence = Sentence(self.ctx, "row_title", self)
        self.table = HeatTable(self.ctx, self)
        self.table.picked.connect(self._picked)
        self.course_title = self.title()
        self.course = Course(self.ctx, self._read, self)
        self.course.picked.connect(self._drill)
        top = QHBoxLayout()
        top.setContentsMargins(12, 8, 12, 4)
        top.setSpacing(10)
        top.addWidget(self.day)
        top.addWidget(self.said, 1)
        line = QHBoxLayout()
        line.setContentsMargins(12, 4, 12, 4)
        line.addWidget(self.sentence)
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 12, 0)
        head.addWidget(self.course_title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(line)
        column.addWidget(self.table)
        column.addLayout(head)
        column.addWidget(self.course, 1)
        self.retranslate()

    def resizeEvent(self, event: object) -> None:
        self._share()

    def _share(self) -> None:
        """Where there is little room the course gives way to the figures: its title first."""
        at = self.scope is not None and bool(self.scope.at)
        self.course_title.setVisible(at and self.height() >= TITLED)
        self.course.setVisible(at and self.height() >= WITH_COURSE)

    def ask(self, scope: Scope) -> None:
        self.answer, self.trend = None, None
        if scope.at:
            around = Span(scope.at - WEEKS * 7 * DAY, min(scope.at + WEEKS * 7 * DAY, self.ctx.clock.now()))
            self.asker.ask("before", AskBeforeAfter(scope.with_(by="")), self._came)
            self.asker.ask(
                "trend", AskTrend(scope.with_(by="", span=around, at=0, against=None), "week"), self._came_trend
            )
        self._show()

    def _came(self, said: Any) -> None:
        if not self.refused(said):
            self.answer = said
            self._show()

    def _came_trend(self, said: Any) -> None:
        if not isinstance(said, Message):
            self.trend = said
            self._show_trend()

    # -- the day

    def ask_day(self) -> None:
        """Asks since when."""
        t = self.ctx.t
        dialog = self.dialog = NameDialog(
            t, Message("drill.at_ask"), Message("drill.at_ask_why"), Message("drill.ask_ok"), self
        )
        dialog.accepted.connect(lambda: self.typed(dialog.name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def typed(self, text: str) -> None:
        """A person typed a day."""
        try:
            at = span_of(text, self.ctx.clock.now()).start
        except UserError as error:
            self.ctx.notify(error.message, 0)
            return
        if self.scope is not None:
            self.desk.push(self.scope.with_(at=at))

    # -- showing

    def _show(self) -> None:
        scope, t, words, answer = self.scope, self.ctx.t, self.words, self.answer
        at = scope.at if scope is not None else 0
        self.day.setText(t("drill.at_day", day=words.day(at)) if at else t("drill.at_none"))
        self.table.setVisible(bool(at))
        self._share()
        if not at:
            self.said.setText(t("drill.at_why"))
            self.sentence.say([])
            return
        if answer is None:
            self.said.setText(t("drill.waiting"))
            self.sentence.say([])
            return
        self.said.setText(t("drill.weeks", n=answer.weeks))
        self._say(answer)
        before, after = answer.before, answer.after
        shares = before.unit == "%"
        change = self._by(answer.change, shares)
        heads = (t("drill.before_head"), t("drill.after_head"), t("drill.change"))
        rows = [t("drill.here")]
        sides = [
            Cell(words.value(one, one.value), tip=t("drill.of_records", n=f"{one.n:,}")) for one in (before, after)
        ]
        cells = [(*sides, Cell(change))]
        if answer.rest_before is not None and answer.rest_after is not None:
            rest = answer.change - answer.effect if answer.change is not None and answer.effect is not None else None
            rows.append(t("drill.rest_of_city"))
            cells.append((Cell(words.value(before, answer.rest_before)), Cell(words.value(before, answer.rest_after)),
                          Cell(self._by(rest, shares))))  # fmt: skip
            rows.append(t("drill.effect"))
            cells.append((Cell(""), Cell(""), Cell(self._by(answer.effect, shares))))
        self.table.setAccessibleName(t("drill.page_before"))
        self.table.show_sheet(Sheet(tuple(rows), heads, tuple(cells)))
        self.table.setFixedHeight(self.table.sizeHint().height())

    def _by(self, value: float | None, shares: bool) -> str:
        if value is None:
            return NONE
        number = signed(value, 1)
        return self.ctx.t("drill.points", n=number) if shares else f"{number}%"

    def _say(self, answer: BeforeAfter) -> None:
        """What may be said, and no more than that."""
        t = self.ctx.t
        if not answer.enough:
            why = t(answer.why) if answer.why is not None else ""
            self.sentence.say([Piece(t("drill.before_few"), look="bold"), Piece(why)])
            return
        shares = answer.before.unit == "%"
        effect = self._by(answer.effect if answer.effect is not None else answer.change, shares)
        if not answer.sure:
            self.sentence.say([Piece(t("drill.before_unsure", n=effect))])
            return
        alone = answer.effect is None
        self.sentence.say([Piece(t("drill.before_alone" if alone else "drill.before_sure", n=effect)),
                           Piece(t("drill.before_caution"), look="faint")])  # fmt: skip

    def _show_trend(self) -> None:
        trend, scope, t = self.trend, self.scope, self.ctx.t
        if trend is None or scope is None:
            return
        span = trend.figure.scope.span
        names = tuple(grain_name(trend.grain, start, span) for start in trend.starts)
        note = Note(scope.at, t("drill.at_day", day=self.words.day(scope.at)))
        self.course.show_line(
            Line(
                trend.starts,
                trend.values,
                (),
                names,
                span.end,
                trend.figure.target,
                (note,),
                whole=trend.figure.scope.measure in COUNTS,
            ),
            t("drill.no_value"),
        )
        self.course.setAccessibleName(t("drill.trend"))
        self.course_title.setText(t("drill.trend_by", grain=t(f"drill.grain_{trend.grain}")))

    def _read(self, at: int) -> str:
        trend = self.trend
        if trend is None or at >= len(trend.starts):
            return ""
        name = grain_name(trend.grain, trend.starts[at], trend.figure.scope.span)
        return f"{name} · {self.words.with_unit(trend.figure, trend.values[at])}"

    def _picked(self, row: int, column: int) -> None:
        """Before or after here: the records of that side."""
        answer = self.answer
        if answer is not None and row == 0 and column in (0, 1):
            self.desk.push((answer.before if column == 0 else answer.after).scope.with_(at=0, against=None, by=""))

    def _drill(self, at: int) -> None:
        trend = self.trend
        if trend is not None and at < len(trend.starts):
            end = trend.starts[at + 1] if at + 1 < len(trend.starts) else trend.figure.scope.span.end
            self.desk.push(trend.figure.scope.with_(span=Span(trend.starts[at], end), against=None))

    def retranslate(self) -> None:
        self._show()
        self._show_trend()

    def retheme(self) -> None:
        super().retheme()
        self.sentence.refit()
