"""The rows of the layer list: an eye, a name, a count; what is filtered says so; dots lead to the details."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from widgets.kit.buttons import draw_key
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.icons import draw_icon
from widgets.map.layers.colors import Colored

ROW_H = 28
PAD = 12
MORE = 24
"""Width of the dots at the right."""
DRAG = 6
"""Pixels from which a pressed row is dragged."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Menu)


class Head(QAbstractButton):
    """The title of the list; pressing it folds.

    Attributes:
        filtered: something that is shown has a filter: that is to be seen when the list is folded too.
    """

    filtered = False

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.setFixedHeight(ROW_H)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.ctx.theme, QPainter(self)
        if self.underMouse():
            painter.fillRect(self.rect(), theme.s2)
        draw_icon(painter, QRectF(PAD, (ROW_H - 16) / 2, 16, 16), "layers", theme.t2, 1.75)
        painter.setFont(theme.font("row_title", 700))
        painter.setPen(theme.t1)
        painter.drawText(QRectF(PAD + 24, 0, 110, ROW_H), int(Qt.AlignmentFlag.AlignVCenter), self.text())
        left = draw_key(painter, self.width() - PAD, ROW_H / 2, "L", theme)
        if self.filtered:
            draw_icon(painter, QRectF(left - 20, (ROW_H - 12) / 2, 12, 12), "filter", theme.acc, 2.4)
        if self.hasFocus():
            draw_focus(painter, self.rect(), self.ctx.theme)


class Row(QAbstractButton):
    """A layer. Checked is shown.

    Attributes:
        layer: its key. count: things in it; None where no source has spoken yet. filtered: some are left out.
        details: a person wants to see more of it. stepped: the focus is to go up (-1) or down (1).
        shifted: the layer is to go so many places higher. faded: its opacity is to change by that.
        dragged: pressed and moved to y of the parent; dropped: let go there.
    """

    details = Signal()
    stepped = Signal(int)
    shifted = Signal(int)
    faded = Signal(float)
    dragged = Signal(int)
    dropped = Signal(int)

    def __init__(self, ctx: PanelContext, layer: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self.layer = ctx, layer
        self.count: int | None = None
        self.filtered = False
        self._pressed: QPointF | None = None
        self._dragging = False
        self.setCheckable(True)
        self.setFixedHeight(ROW_H)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def open_(self) -> bool:
        """Whether the dots are seen."""
        return self.underMouse() or self.hasFocus()

    def show_state(self, count: int | None, filtered: bool) -> None:
        if (count, filtered) != (self.count, self.filtered):
            self.count, self.filtered = count, filtered
            said = "" if count is None else f"{count:,}"
            self.setAccessibleDescription(f"{self.ctx.t('layers.filtered')} {said}".strip() if filtered else said)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and event.position().x() >= self.width() - MORE - 4:
            self.details.emit()
            return
        if event.button() == Qt.MouseButton.RightButton:
            self.details.emit()
            return
        self._pressed, self._dragging = event.position(), False
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            if abs(event.position().y() - self._pressed.y()) > DRAG:
                self._dragging = True
            if self._dragging:
                self.setDown(False)
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.dragged.emit(self.mapToParent(event.position().toPoint()).y())
                return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragging, self._dragging, self._pressed = self._dragging, False, None
        if dragging:
            self.setDown(False)
            self.unsetCursor()
            self.dropped.emit(self.mapToParent(event.position().toPoint()).y())
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            up = key == Qt.Key.Key_Up
            self.shifted.emit(1 if up else -1) if alt else self.stepped.emit(-1 if up else 1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not alt:
            self.faded.emit(-0.1 if key == Qt.Key.Key_Left else 0.1)
        elif key in _ENTER and not event.isAutoRepeat():
            self.details.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.ctx.theme, QPainter(self)
        if self.underMouse():
            painter.fillRect(self.rect(), theme.s2)
        on = self.isChecked()
        icon, ink = ("eye", theme.t2) if on else ("eye-off", theme.t3)
        draw_icon(painter, QRectF(PAD, (ROW_H - 16) / 2, 16, 16), icon, ink, 1.75)
        right = self._paint_right(painter, on)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.t1 if on else theme.t3)
        room = right - PAD - 24 - 6
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(PAD + 24, 0, room, ROW_H), int(Qt.AlignmentFlag.AlignVCenter), words)
        if self.hasFocus():
            draw_focus(painter, self.rect(), self.ctx.theme)

    def _paint_right(self, painter: QPainter, on: bool) -> float:
        """Count, sign of a filter, dots; the answer is where they begin."""
        theme = self.ctx.theme
        right = float(self.width() - PAD)
        if self.open_:
            draw_icon(painter, QRectF(right - 14, (ROW_H - 16) / 2, 16, 16), "menu-dots", theme.t1, 1.75)
            right -= MORE - 4
        if self.count is not None:
            painter.setFont(theme.font("small"))
            painter.setPen(theme.t2 if on else theme.t3)
            words = f"{self.count:,}"
            wide = painter.fontMetrics().horizontalAdvance(words)
            painter.drawText(QRectF(right - wide, 0, wide + 1, ROW_H), int(Qt.AlignmentFlag.AlignVCenter), words)
            right -= wide + 6
        if self.filtered:
            draw_icon(painter, QRectF(right - 12, (ROW_H - 12) / 2, 12, 12), "filter", theme.acc, 2.4)
            right -= 16
        return right


class SwitchRow(Row):
    """The colours of areas: words at the left, a switch at the right."""

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.ctx.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("body", 700))
        painter.setPen(theme.t1)
        painter.drawText(QRectF(PAD, 0, 110, ROW_H), int(Qt.AlignmentFlag.AlignVCenter), self.text())
        right = float(self.width() - PAD)
        if self.open_:
            draw_icon(painter, QRectF(right - 14, (ROW_H - 16) / 2, 16, 16), "menu-dots", theme.t1, 1.75)
            right -= MORE - 4
        on = self.isChecked()
        rail = QRectF(right - 28, ROW_H / 2 - 8, 28, 16)
        painter.setPen(QPen(theme.acc if on else theme.line2, 1))
        painter.setBrush(theme.acc if on else theme.s2)
        painter.drawRoundedRect(rail.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.acc_ink if on else theme.t3)
        painter.drawEllipse(QRectF(rail.right() - 14 if on else rail.left() + 2, rail.top() + 2, 12, 12))
        if self.hasFocus():
            draw_focus(painter, self.rect(), self.ctx.theme)


class ColorKey(QWidget):
    """What the colours of an imported layer tell, in two columns beneath its row."""

    MOST = 10
    LINE_H = 17

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self._colors: Colored | None = None
        self.hide()

    def show_colors(self, colors: Colored | None) -> None:
        """None, and one colour alone, need no words."""
        if colors is self._colors:
            return
        self._colors = colors
        told = colors is not None and len(colors.entries) > 1
        self.setVisible(told)
        if told and colors is not None:
            lines = (min(len(colors.entries), self.MOST) + 1) // 2
            self.setFixedHeight(lines * self.LINE_H + 4)
            self.setAccessibleName("、".join(self._words(i) for i in range(len(colors.entries))))
        self.update()

    def _words(self, i: int) -> str:
        assert self._colors is not None
        entry = self._colors.entries[i]
        if not entry.words:
            return self.ctx.t("layers.rest")
        return self.ctx.t("layers.from", value=entry.words) if self._colors.steps else entry.words

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._colors is None:
            return
        theme, painter = self.ctx.theme, QPainter(self)
        painter.setFont(theme.font("axis"))
        entries = self._colors.entries[: self.MOST]
        rows = (len(entries) + 1) // 2
        wide = (self.width() - PAD - 24 - 8) / 2
        for i, entry in enumerate(entries):
            x, y = PAD + 24 + (i // rows) * wide, (i % rows) * self.LINE_H
            painter.fillRect(QRectF(x, y + 4, 9, 9), QColor(entry.color))
            painter.setPen(theme.t2)
            words = painter.fontMetrics().elidedText(self._words(i), Qt.TextElideMode.ElideRight, int(wide - 18))
            painter.drawText(QRectF(x + 14, y, wide - 16, self.LINE_H), int(Qt.AlignmentFlag.AlignVCenter), words)
