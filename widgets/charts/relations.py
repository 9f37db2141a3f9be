"""What something is linked to, as a graph: it in the middle, what it belongs to at the left, its like at the right.

Each box says why it is linked; a click or Enter goes into it. Up and Down walk a side, Left and Right change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded
from widgets.kit.tips import plain_tip

HIGH, GAP, PAD, WIDE = 42, 8, 12, 230
_LINE = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


@dataclass(frozen=True)
class Knot:
    """One box.

    Attributes:
        key: what `picked` says of it, "" it leads nowhere. words: what it is. why: how it is linked.
    """

    key: str
    words: str
    why: str


class RelationGraph(QWidget):
    """The graph.

    Attributes:
        middle: what it is about, None nothing. left, right: what that is linked to. at: (side, place) of the box that
            the keyboard is on; side 0 the left, 1 the right.
        picked: (key) of the box gone into.
    """

    picked = Signal(str)

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.middle: Knot | None = None
        self.left: tuple[Knot, ...] = ()
        self.right: tuple[Knot, ...] = ()
        self.at = (1, 0)
        self._over: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        most = max(len(self.left), len(self.right), 3)
        return QSize(480, 2 * PAD + most * (HIGH + GAP))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 3 * (HIGH + GAP))

    def show_knots(self, middle: Knot | None, left: Sequence[Knot], right: Sequence[Knot]) -> None:
        """Another graph; what does not fit is left out, the last first."""
        self.middle, self.left, self.right = middle, tuple(left), tuple(right)
        side, place = self.at
        sides = self.sides()
        if not sides[side]:
            side = 1 - side
        self.at = (side, max(0, min(place, len(sides[side]) - 1)))
        said = [f"{one.why}: {one.words}" for one in (*self.left, *self.right)]
        self.setAccessibleDescription("; ".join(said))
        self.updateGeometry()
        self.update()

    def sides(self) -> tuple[tuple[Knot, ...], tuple[Knot, ...]]:
        """The boxes of both sides that have room."""
        room = max(1, int((self.height() - 2 * PAD + GAP) // (HIGH + GAP)))
        return self.left[:room], self.right[:room]

    # -- where things lie

    def _wide(self) -> float:
        return min(WIDE, (self.width() - 2 * PAD) * 0.31)

    def box(self, side: int, place: int) -> QRectF:
        """Where a box lies."""
        count, wide = len(self.sides()[side]), self._wide()
        step = min((self.height() - 2 * PAD) / max(count, 1), HIGH * 1.9)
        top = (self.height() - step * count) / 2 + place * step + (step - HIGH) / 2
        return QRectF(PAD if side == 0 else self.width() - PAD - wide, top, wide, HIGH)

    def _middle_box(self) -> QRectF:
        wide = self._wide()
        return QRectF((self.width() - wide) / 2, (self.height() - HIGH) / 2, wide, HIGH)

    def _hit(self, where: QPointF) -> tuple[int, int] | None:
        for side, knots in enumerate(self.sides()):
            for place in range(len(knots)):
                if self.box(side, place).contains(where):
                    return side, place
        return None

    # -- painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.middle is None:
            return
        painter, theme = QPainter(self), self.ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self._middle_box()
        for side, knots in enumerate(self.sides()):
            for place in range(len(knots)):
                lit = (side, place) in (self._over, self.at if self.hasFocus() else None)
                painter.setPen(QPen(theme.acc if lit else theme.line2, 2 if lit else 1))
                painter.drawPath(self._edge(middle, self.box(side, place), side))
        self._knot(painter, middle, self.middle, chosen=True)
        for side, knots in enumerate(self.sides()):
            for place, knot in enumerate(knots):
                self._knot(painter, self.box(side, place), knot, over=self._over == (side, place),
                           focus=self.hasFocus() and self.at == (side, place))  # fmt: skip

    @staticmethod
    def _edge(middle: QRectF, box: QRectF, side: int) -> QPainterPath:
        start = QPointF(middle.left() if side == 0 else middle.right(), middle.center().y())
        end = QPointF(box.right() if side == 0 else box.left(), box.center().y())
        half = (start.x() + end.x()) / 2
        path = QPainterPath(start)
        path.lineTo(half, start.y())
        path.lineTo(half, end.y())
        path.lineTo(end)
        return path

    def _knot(
        self,
        painter: QPainter,
        box: QRectF,
        knot: Knot,
        *,
        chosen: bool = False,
        over: bool = False,
        focus: bool = False,
    ) -> None:
        theme = self.ctx.theme
        painter.setPen(QPen(theme.acc if focus or chosen else theme.line2, 2 if focus else 1))
        painter.setBrush(theme.acc_bg if chosen else theme.s3 if over else theme.s2)
        painter.drawRoundedRect(box, 4, 4)
        room = box.adjusted(8, 4, -8, -4)
        lines = ((knot.why, theme.font("small"), theme.t2), (knot.words, theme.font("body", 700), theme.t1))
        for i, (words, font, ink) in enumerate(lines):
            painter.setFont(font)
            painter.setPen(ink)
            line = QRectF(room.left(), room.top() + i * room.height() / 2, room.width(), room.height() / 2)
            cut = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, _LINE, cut)

    # -- the hand

    def _go(self, at: tuple[int, int] | None) -> None:
        knot = self.sides()[at[0]][at[1]] if at is not None else None
        if knot is not None and knot.key:
            self.picked.emit(knot.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        side, place = self.at
        sides, key = self.sides(), event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and sides[side]:
            place = max(0, min(len(sides[side]) - 1, place + (1 if key == Qt.Key.Key_Down else -1)))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and sides[int(key == Qt.Key.Key_Right)]:
            side = int(key == Qt.Key.Key_Right)
            place = min(place, len(sides[side]) - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and sides[side]:
            self._go(self.at)
            return
        else:
            super().keyPressEvent(event)
            return
        self.at = (side, place)
        if sides[side]:
            self.setAccessibleName(f"{sides[side][place].why}: {sides[side][place].words}")
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._hit(event.position())
        if over != self._over:
            self._over = over
            knot = self.sides()[over[0]][over[1]] if over is not None else None
            self.setToolTip(plain_tip(f"{knot.words}\n{knot.why}") if knot is not None else "")
            self.setCursor(Qt.CursorShape.PointingHandCursor if knot and knot.key else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._hit(event.position())
        if event.button() == Qt.MouseButton.LeftButton and at is not None:
            self.at = at
            self._go(at)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
