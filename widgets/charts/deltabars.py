"""Bars to both sides of nothing: what each part brought to a change, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.charts.barrows import BAR, PAD, ROW, BarRows
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded

_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class Delta:
    """One contribution.

    Attributes:
        key: what it leads to, "" nothing: a remainder or the sum.
        value: by how much; words: as printed. total: it is what all come to: set apart.
    """

    key: str
    name: str
    value: float
    words: str
    tip: str = ""
    total: bool = False


class DeltaBars(BarRows):
    """Contributions as a cascade: each begins where the one above it ended, the last says what they come to.

    Attributes:
        deltas: what it shows.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.deltas: tuple[Delta, ...] = ()

    def rows_of(self) -> Sequence[Delta]:
        return self.deltas

    def sizeHint(self) -> QSize:
        return QSize(300, ROW * len(self.deltas) + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, ROW * 3)

    def show_deltas(self, deltas: Sequence[Delta]) -> None:
        self.deltas = tuple(deltas)
        self.at = min(self.at, len(self.deltas) - 1)
        self._shown_anew()

    def spans(self) -> list[tuple[float, float]]:
        """Where each begins and ends, in the unit of the values."""
        at, found = 0.0, []
        for one in self.deltas:
            found.append((0.0, one.value) if one.total else (at, at + one.value))
            at = found[-1][1]
        return found

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, spans = QPainter(self), self.ctx.theme, self.spans()
        body = QFontMetricsF(theme.font("body", 700))
        named = PAD + min(
            max((body.horizontalAdvance(one.name) for one in self.deltas), default=0), self.width() * 0.34
        )
        valued = max((body.horizontalAdvance(one.words) for one in self.deltas), default=0.0) + 10
        low, high = min([0.0, *(min(s) for s in spans)]), max([0.0, *(max(s) for s in spans)])
        left, right = named + 12 + (valued if low < 0 else 0), self.width() - PAD - valued
        per = max(right - left, 20) / ((high - low) or 1.0)
        zero = left - low * per
        shown = range(self._first, min(self._first + self._fits(), len(self.deltas)))
        painter.setPen(QPen(theme.line2, 1))
        painter.drawLine(QPointF(round(zero) + 0.5, 0), QPointF(round(zero) + 0.5, len(shown) * ROW))
        for place, i in enumerate(shown):
            one, box = self.deltas[i], QRectF(0, place * ROW, self.width(), ROW)
            if i == self._over and one.key:
                painter.fillRect(box, theme.s2)
            if one.total:
                painter.setPen(QPen(theme.line2, 1))
                painter.drawLine(QPointF(PAD, box.top() + 0.5), QPointF(self.width() - PAD, box.top() + 0.5))
            painter.setFont(theme.font("body", 700 if one.total or i == self.at else 400))
            painter.setPen(theme.acc if i == self.at and one.key else theme.t1 if one.key or one.total else theme.t3)
            cut = body.elidedText(one.name, Qt.TextElideMode.ElideRight, named - PAD + 2)
            where = QRectF(PAD, box.top(), named - PAD, ROW)
            painter.drawText(where, _MIDDLE | int(Qt.AlignmentFlag.AlignRight), cut)
            a, b = (zero + end * per for end in spans[i])
            bar = QRectF(min(a, b), box.top() + (ROW - BAR) / 2, max(abs(b - a), 1.0 if one.value else 0.0), BAR)
            painter.fillRect(bar, theme.acc if i == self.at and one.key else theme.t2 if one.total else theme.chart)
            if not one.total and place + 1 < len(shown):
                painter.setPen(QPen(theme.line2, 1))
                painter.drawLine(
                    QPointF(round(b) + 0.5, bar.bottom()), QPointF(round(b) + 0.5, bar.bottom() + ROW - BAR)
                )
            painter.setFont(theme.font("body", 700))
            painter.setPen(theme.t1)
            if one.value >= 0:
                painter.drawText(QRectF(bar.right() + 6, box.top(), valued + 40, ROW), _MIDDLE, one.words)
            else:
                words = QRectF(bar.left() - valued - 6, box.top(), valued, ROW)
                painter.drawText(words, _MIDDLE | int(Qt.AlignmentFlag.AlignRight), one.words)
            if i == self.at and self.hasFocus():
                draw_focus(painter, box, theme, right=2, bottom=2)

    # -- hands

    def focusInEvent(self, event: object) -> None:
        if self.at < 0 and self.deltas:
            self.at = 0
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.at = -1
        self.update()
