"""Bars to both sides of nothing: what each part brought to a change, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded
from widgets.kit.tips import plain_tip

ROW, BAR, PAD = 26, 13, 12
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


class DeltaBars(QWidget):
    """Contributions as a cascade: each begins where the one above it ended, the last says what they come to.

    Attributes:
        deltas: what it shows. at: the one the keyboard is on, -1 none. picked: (key) one was gone into.
    """

    picked = Signal(str)

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.deltas: tuple[Delta, ...] = ()
        self.at, self._over, self._first = -1, -1, 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(300, ROW * len(self.deltas) + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, ROW * 3)

    def show_deltas(self, deltas: Sequence[Delta]) -> None:
        self.deltas = tuple(deltas)
        self.at, self._over = min(self.at, len(self.deltas) - 1), -1
        self._first = max(0, min(self._first, len(self.deltas) - self._fits()))
        self.setAccessibleDescription("; ".join(f"{one.name} {one.words}" for one in self.deltas[:30]))
        self.updateGeometry()
        self.update()

    def _fits(self) -> int:
        return max(1, self.height() // ROW)

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

    def _row_at(self, y: float) -> int:
        row = self._first + int(y // ROW)
        return row if 0 <= row < len(self.deltas) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row != self._over:
            self._over = row
            one = self.deltas[row] if row >= 0 else None
            self.setToolTip(plain_tip(f"{one.name}  {one.words}\n{one.tip}".strip()) if one else "")
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0 and self.deltas[row].key:
            self.picked.emit(self.deltas[row].key)

    def wheelEvent(self, event: QWheelEvent) -> None:
        most = max(0, len(self.deltas) - self._fits())
        self._first = min(max(self._first - (1 if event.angleDelta().y() > 0 else -1), 0), most)
        self.update()

    def focusInEvent(self, event: object) -> None:
        if self.at < 0 and self.deltas:
            self.at = 0
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.at = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = Qt.Key(event.key()), len(self.deltas) - 1
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and last >= 0:
            self.at = min(max(self.at + (1 if key == Qt.Key.Key_Down else -1), 0), last)
            self._first = min(max(self._first, self.at - self._fits() + 1), self.at)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat() and self.at >= 0:
            if self.deltas[self.at].key:
                self.picked.emit(self.deltas[self.at].key)
        else:
            super().keyPressEvent(event)
