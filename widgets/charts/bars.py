"""Bars under each other, each with a name and a value: what is most stands first, and one of them may be gone into."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon
from widgets.kit.symbols import draw_badge
from widgets.kit.tips import plain_tip

ROW = 28
_PAD = 12


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes:
        key: what it leads to, "" nothing. name, words: as printed.
        value: NaN none. level: 1 to 4, 0 none.
        note: beside its value, a share or an age.
    """

    key: str
    name: str
    value: float
    words: str
    level: int = 0
    note: str = ""


class Bars(QWidget):
    """The bars. Up and Down walk them, Enter goes into one.

    Attributes:
        bars: what it shows. picked: (key) one was gone into. pointed: (key) the pointer or keyboard is on it, "" none.
    """

    picked = Signal(str)
    pointed = Signal(str)

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.bars: tuple[Bar, ...] = ()
        self._at = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(300, ROW * len(self.bars))

    def show_bars(self, bars: Sequence[Bar]) -> None:
        if tuple(bars) != self.bars:
            self.bars = tuple(bars)
            self._at = min(self._at, len(self.bars) - 1)
            self.setFixedHeight(ROW * len(self.bars))
            self.setAccessibleDescription("; ".join(f"{bar.name} {bar.words}" for bar in self.bars[:20]))
            self.setVisible(bool(self.bars))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        small, body = QFontMetrics(theme.font("small")), QFontMetrics(theme.font("body", 700))
        named = min(max((small.horizontalAdvance(bar.name) for bar in self.bars), default=0) + 2, self.width() * 2 // 5)
        valued = max((body.horizontalAdvance(bar.words) for bar in self.bars), default=0) + 4
        noted = max((small.horizontalAdvance(bar.note) for bar in self.bars), default=0)
        noted = noted + 8 if noted else 0
        leads = any(bar.key for bar in self.bars)
        top = max((abs(bar.value) for bar in self.bars if math.isfinite(bar.value)), default=0.0)
        left = _PAD + named + 8 + 24
        right = self.width() - _PAD - valued - noted - (20 if leads else 0) - 8
        for i, bar in enumerate(self.bars):
            y = i * ROW
            if not event.rect().intersects(QRect(0, y, self.width(), ROW)):
                continue
            here = i == self._at and (self.underMouse() or self.hasFocus())
            if here and bar.key:
                painter.fillRect(0, y, self.width(), ROW, theme.s2)
            name = QRect(_PAD, y, named, ROW)
            middle = int(Qt.AlignmentFlag.AlignVCenter)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.t1)
            cut = small.elidedText(bar.name, Qt.TextElideMode.ElideRight, named)
            painter.drawText(name, middle, cut)
            if bar.level:
                draw_badge(painter, QRectF(_PAD + named + 8, y + 6, 16, 16), bar.level, theme)
            self._bar(painter, QRectF(left, y + 9, max(right - left, 0), 10), bar, top, here)
            known = math.isfinite(bar.value)
            painter.setFont(theme.font("body", 700) if known else theme.font("small"))
            painter.setPen(theme.t1 if known else theme.t3)
            value = QRect(right + 8, y, valued, ROW)
            painter.drawText(value, middle | int(Qt.AlignmentFlag.AlignRight), bar.words)
            if bar.note:
                painter.setFont(theme.font("small"))
                painter.setPen(theme.t3)
                note = QRect(right + 8 + valued, y, noted, ROW)
                painter.drawText(note, middle | int(Qt.AlignmentFlag.AlignRight), bar.note)
            if bar.key:
                draw_icon(painter, QRectF(self.width() - _PAD - 12, y + 8, 12, 12), "chevron-right", theme.t3, 2)
            if i == self._at and self.hasFocus():
                painter.setPen(theme.acc)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRect(1, y, self.width() - 3, ROW - 1))

    def _bar(self, painter: QPainter, box: QRectF, bar: Bar, top: float, here: bool) -> None:
        theme = self.ctx.theme
        painter.fillRect(box, theme.s2 if not here else theme.s3)
        if math.isfinite(bar.value) and top > 0:
            wide = abs(bar.value) / top * box.width()
            painter.fillRect(QRectF(box.left(), box.top(), max(wide, 1.0 if bar.value else 0.0), box.height()),
                             theme.acc if here and bar.key else theme.chart)  # fmt: skip

    # -- hands

    def _go(self, at: int) -> None:
        at = at if 0 <= at < len(self.bars) else -1
        if at != self._at:
            self._at = at
            bar = self.bars[at] if at >= 0 else None
            self.setToolTip(plain_tip(f"{bar.name}  {bar.words}  {bar.note}") if bar is not None else "")
            self.pointed.emit(self.bars[at].key if at >= 0 else "")
            self.update()

    def _enter(self, at: int) -> None:
        if 0 <= at < len(self.bars) and self.bars[at].key:
            self.picked.emit(self.bars[at].key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(int(event.position().y()) // ROW)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._enter(int(event.position().y()) // ROW)

    def leaveEvent(self, event: object) -> None:
        self._go(-1)

    def focusInEvent(self, event: object) -> None:
        if self._at < 0:
            self._go(0)
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self._go(-1)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            there = self._at + (1 if key == Qt.Key.Key_Down else -1)
            if 0 <= there < len(self.bars):
                self._go(there)
            else:
                self.focusNextPrevChild(key == Qt.Key.Key_Down)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not event.isAutoRepeat():
            self._enter(self._at)
        else:
            super().keyPressEvent(event)
