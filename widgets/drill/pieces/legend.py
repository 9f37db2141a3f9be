"""What the marks of a chart mean, in one short line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded
from widgets.kit.tips import plain_tip

_GAP = 12


class Legend(QWidget):
    """The line.

    Attributes:
        marks: (sign, words); signs: `bar`, `mark`, `line`, `thin`, `dash`.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.marks: tuple[tuple[str, str], ...] = ()
        self.setFixedHeight(20)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_marks(self, marks: Sequence[tuple[str, str]]) -> None:
        if tuple(marks) != self.marks:
            self.marks = tuple(marks)
            words = " · ".join(words for _, words in marks)
            self.setToolTip(plain_tip(words))
            self.setAccessibleName(words)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.ctx.theme.font("axis"))
        wide = sum(20 + metrics.horizontalAdvance(words) + _GAP for _, words in self.marks)
        return QSize(round(wide), 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 20)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.setFont(theme.font("axis"))
        metrics, x, middle = QFontMetricsF(theme.font("axis")), 0.0, 10.0
        for sign, words in self.marks:
            room = self.width() - x - 18
            if room < 24:
                break
            if sign == "bar":
                painter.fillRect(QRectF(x + 2, middle - 4, 10, 8), theme.chart)
            elif sign == "mark":
                painter.fillRect(QRectF(x + 6, middle - 6, 2, 12), theme.t1)
            else:
                color = {"line": theme.t2, "thin": theme.chart2, "dash": theme.t2}[sign]
                pen = QPen(color, 1.75 if sign == "line" else 1.25)
                if sign == "dash":
                    pen.setDashPattern([3, 2])
                painter.setPen(pen)
                painter.drawLine(QPointF(x, middle), QPointF(x + 13, middle))
            painter.setPen(theme.t2)
            cut = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(x + 18, 0, room, 20), int(Qt.AlignmentFlag.AlignVCenter), cut)
            x += 18 + metrics.horizontalAdvance(cut) + _GAP
