"""Areas beside each other as small courses on one axis: where it is more, and where it goes another way."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cockpit.model.insight import AskCompare, Comparison, Side
from cockpit.model.scope import Scope
from widgets.charts.course import Course, Line
from widgets.drill.page import DrillDesk, DrillPage
from widgets.drill.pieces.legend import Legend
from widgets.drill.words import COUNTS, DrillWords, grain_name, short
from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded
from widgets.kit.scrolling import hold, scrolled
from widgets.kit.tips import plain_tip

CELL_W, CELL_H = 190, 118
MOST = 24


class SideHead(QWidget):
    """Name, number and change of one area; a click or Enter goes into it.

    Attributes:
        side: what it says. picked: it was gone into.
    """

    picked = Signal()

    def __init__(self, ctx: PanelContext, words: DrillWords, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self._words = ctx, words
        self.side: Side | None = None
        self.setFixedHeight(24)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_side(self, side: Side) -> None:
        self.side = side
        figure = side.figure
        said = f"{side.name}  {self._words.with_unit(figure, figure.value)}  {self._words.change(figure)}"
        self.setAccessibleName(said)
        self.setToolTip(plain_tip(said))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        side, theme = self.side, self.ctx.theme
        if side is None:
            return
        painter, figure = QPainter(self), side.figure
        bold, small = QFontMetricsF(theme.font("body", 700)), QFontMetricsF(theme.font("small"))
        value, change = self._words.value(figure, figure.value), self._words.change(figure)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        right = self.width() - 10.0
        painter.setFont(theme.font("small"))
        painter.setPen(theme.t2)
        wide = small.horizontalAdvance(change)
        painter.drawText(QRectF(right - wide, 0, wide + 1, 24), middle, change)
        right -= wide + (6 if change else 0)
        painter.setFont(theme.font("body", 700))
        painter.setPen(theme.t1)
        wide = bold.horizontalAdvance(value)
        painter.drawText(QRectF(right - wide, 0, wide + 1, 24), middle, value)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.acc if self.underMouse() or self.hasFocus() else theme.t1)
        room = right - wide - 20
        name = QFontMetricsF(theme.font("body")).elidedText(short(side.name), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(12, 0, room, 24), middle, name)
        if self.hasFocus():
            painter.setPen(QPen(theme.acc, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 2, -4, -2), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit()

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if Qt.Key(event.key()) in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.picked.emit()
        else:
            super().keyPressEvent(event)


class MultiplesPage(DrillPage):
    """The page.

    Attributes:
        comparison: as answered, None before. courses: one a side.
    """

    def __init__(self, desk: DrillDesk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.comparison: Comparison | None = None
        self.courses: list[Course] = []
        self._heads: list[SideHead] = []
        self.said = self.note()
        self.legend = Legend(self.ctx, self)
        top = QHBoxLayout()
        top.setContentsMargins(12, 6, 12, 4)
        top.addWidget(self.said, 1)
        top.addWidget(self.legend)
        self.area = scrolled(self)
        self._field = QWidget(self.area)
        self._grid = QGridLayout(self._field)
        self._grid.setContentsMargins(0, 0, 0, 8)
        self._grid.setSpacing(0)
        hold(self.area, self._field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.area, 1)

    def ask(self, scope: Scope) -> None:
        self.asker.ask("compare", AskCompare(scope), self._came)

    def _came(self, said: Any) -> None:
        if not self.refused(said):
            self.comparison = said
            self._show()

    def sides(self) -> list[Side]:
        """What is most first; no more than can be told apart."""
        if self.comparison is None:
            return []
        chosen = self.comparison.figure.scope.areas
        if chosen:
            return list(self.comparison.sides)
        ranked = sorted(self.comparison.sides, key=lambda side: -(side.figure.value or 0.0))
        return ranked[:MOST]

    def _show(self) -> None:
        comparison, sides, t = self.comparison, self.sides(), self.ctx.t
        if comparison is None:
            return
        while len(self.courses) < len(sides):
            self._add()
        for i, (head, course) in enumerate(zip(self._heads, self.courses, strict=True)):
            head.setVisible(i < len(sides))
            course.setVisible(i < len(sides))
        values = [v for side in sides for v in (*side.trend.values, *side.trend.before) if v is not None]
        low, high = (min(0.0, *values), max(values)) if values else (0.0, 1.0)
        for head, course, side in zip(self._heads, self.courses, sides, strict=False):
            head.show_side(side)
            trend = side.trend
            names = tuple(grain_name(trend.grain, start, trend.figure.scope.span) for start in trend.starts)
            course.setAccessibleName(side.name)
            course.show_line(
                Line(trend.starts, trend.values, trend.before, names, side.figure.scope.span.end, side.figure.target,
                     low=low, high=high or 1.0, whole=side.figure.scope.measure in COUNTS),
                t("drill.no_value"),
            )  # fmt: skip
        more = len(comparison.sides) - len(sides)
        unit = self.words.unit(comparison.figure) or self.words.measure(comparison.figure.scope.measure)
        axis = t("drill.one_axis", top=f"{high:,.10g}", unit=unit)
        self.said.setText(axis + (t("drill.areas_more", n=more) if more > 0 else ""))
        marks = [("line", t("drill.now"))]
        if any(value is not None for side in sides for value in side.trend.before):
            marks.append(("thin", self.words.against_of(comparison.figure.scope)))
        self.legend.show_marks(marks if len(marks) > 1 else [])
        self._place()

    def _add(self) -> None:
        at = len(self.courses)
        head = SideHead(self.ctx, self.words, self._field)
        course = Course(self.ctx, lambda bucket, at=at: self._read(at, bucket), self._field, small=True)
        head.picked.connect(lambda at=at: self._drill(at))
        course.picked.connect(lambda bucket, at=at: self._drill(at))
        self._heads.append(head)
        self.courses.append(course)

    def _read(self, at: int, bucket: int) -> str:
        sides = self.sides()
        if at >= len(sides) or bucket >= len(sides[at].trend.starts):
            return ""
        trend = sides[at].trend
        name = grain_name(trend.grain, trend.starts[bucket], trend.figure.scope.span)
        return f"{name} {self.words.value(trend.figure, trend.values[bucket])}"

    def _drill(self, at: int) -> None:
        sides = self.sides()
        if at < len(sides):
            self.desk.push(sides[at].figure.scope.with_(areas=(), by=""))

    def _place(self) -> None:
        columns = max(1, self.width() // CELL_W)
        shown = max(1, len(self.sides()))
        columns = max(min(columns, -(-shown // max(1, -(-shown // columns)))), 1)
        high = max(CELL_H, min((self.area.viewport().height() - 8) // -(-shown // columns), 2 * CELL_H))
        for i, (head, course) in enumerate(zip(self._heads, self.courses, strict=True)):
            row, column = divmod(i, columns)
            self._grid.addWidget(head, 2 * row, column)
            self._grid.addWidget(course, 2 * row + 1, column)
            course.setFixedHeight(high - 24)
        for column in range(16):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._grid.setRowStretch(2 * (len(self._heads) // columns + 1), 1)

    @guarded
    def resizeEvent(self, event: object) -> None:
        self._place()

    def retranslate(self) -> None:
        self._show()

    def sizeHint(self) -> QSize:
        return QSize(400, 260)
