"""The tree of themes at the left of the vital signs: a branch each, with how many of its signs have which level."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from widgets.kit.context import PanelContext
from widgets.kit.symbols import draw_badge
from widgets.kit.tips import plain_tip
from widgets.lists.parts import draw_line
from widgets.signs.asked import LEVELS, MISSING
from widgets.signs.board import Definitions

ROW = 36
NARROW = 210
"""Up to this width a branch shows the count of its worst level only."""
_PAD = 12
_GRAVE = 36
"""About what the badge of a level with its count needs."""


class Rail(QAbstractScrollArea):
    """The tree; its first row is all of them. Up and Down walk it and choose.

    Attributes:
        theme: code of the branch that is chosen, "" all.
    """

    chosen = Signal(str)

    def __init__(self, ctx: PanelContext) -> None:
        super().__init__()
        self.ctx = ctx
        self.theme = ""
        self._told: Definitions | None = None
        self._counts: Mapping[str, Mapping[int, int]] = {}
        self._rows: list[tuple[str, int]] = [("", 0)]
        self._over = -1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(ROW)

    def show_counts(self, told: Definitions, counts: Mapping[str, Mapping[int, int]], theme: str) -> bool:
        """Whether its branches are others than before.

        Args:
            counts: by theme, by level; theme: that is chosen.
        """
        before = self._rows
        if (told, counts, theme) != (self._told, self._counts, self.theme):
            self._told, self._counts, self.theme = told, counts, theme
            self._rows = [("", 0), *((theme.code, depth) for theme, depth in told.themes)]
            self._set_range()
            self.viewport().update()
        return self._rows != before

    def name(self, code: str) -> str:
        theme = self._told.theme(code) if self._told is not None else None
        return self.ctx.t.pack(theme.name) if theme is not None else self.ctx.t("signsui.all_themes")

    def wanted(self) -> int:
        """The width at which every branch has its name, its worst level with a count and its number side by side."""
        small = QFontMetrics(self.ctx.theme.font("small"))
        wide = 0
        for code, depth in self._rows:
            body = QFontMetrics(self.ctx.theme.font("body", 700 if depth == 0 else 400))
            wide = max(wide, 12 * depth + body.horizontalAdvance(self.name(code)))
        return wide + 2 * _PAD + _GRAVE + small.horizontalAdvance("000") + 12

    def _set_range(self) -> None:
        bar, high = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(high)
        bar.setRange(0, max(0, ROW * len(self._rows) - high))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self.viewport()), self.ctx.theme
        wide, top = self.viewport().width(), -self.verticalScrollBar().value()
        for i, (code, depth) in enumerate(self._rows):
            rect = QRect(0, top + i * ROW, wide, ROW)
            if not rect.intersects(event.rect()):
                continue
            chosen = code == self.theme
            if chosen:
                painter.fillRect(rect, theme.acc_bg)
                painter.fillRect(0, rect.top(), 3, ROW, theme.acc)
            elif i == self._over:
                painter.fillRect(rect, theme.s2)
            self._row(painter, rect, code, depth)
            if chosen and self.hasFocus():
                painter.setPen(theme.acc)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _row(self, painter: QPainter, rect: QRect, code: str, depth: int) -> None:
        """Name, the gravest two levels with their counts, and how many signs there are."""
        theme = self.ctx.theme
        counts = self._counts.get(code, {})
        total, missing = sum(counts.values()), counts.get(MISSING, 0)
        small, body = theme.font("small"), theme.font("body", 700 if depth == 0 else 400)
        x = rect.right() - _PAD + 1
        graves = [level for level in LEVELS if counts.get(level)][: 2 if rect.width() > NARROW else 1]
        number = f"{total:,}"
        used = painter.fontMetrics().horizontalAdvance("0" * max(len(number), 3)) + 2
        draw_line(painter, QRect(x - used, rect.top(), used, ROW), number, small, theme.t3, right=True)
        x -= used + 8
        left = rect.left() + _PAD + 12 * depth
        named = QFontMetrics(body).horizontalAdvance(self.name(code))
        while graves and x - left - _GRAVE * len(graves) < named:  # the name goes before the counts
            graves.pop()
        for level in reversed(graves):
            n = f"{counts[level]:,}"
            painter.setFont(small)
            wide = painter.fontMetrics().horizontalAdvance(n) + 2
            draw_line(painter, QRect(x - wide, rect.top(), wide, ROW), n, small, theme.t1, right=True)
            draw_badge(painter, QRectF(x - wide - 18, rect.center().y() - 7, 14, 14), level, theme)
            x -= wide + 18 + 8
        ink = theme.t3 if total and missing == total else theme.t1
        draw_line(painter, QRect(left, rect.top(), x - left - 2, ROW), self.name(code), body, ink)

    # -- hands

    def _at(self, y: float) -> int:
        row = (int(y) + self.verticalScrollBar().value()) // ROW
        return row if 0 <= row < len(self._rows) else -1

    def choose(self, row: int) -> None:
        """Chooses the branch of a row."""
        row = min(max(row, 0), len(self._rows) - 1)
        bar, top = self.verticalScrollBar(), row * ROW
        if not bar.value() <= top <= bar.value() + self.viewport().height() - ROW:
            bar.setValue(top if top < bar.value() else top + ROW - self.viewport().height())
        code = self._rows[row][0]
        if code != self.theme:
            self.chosen.emit(code)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        codes = [code for code, _ in self._rows]
        here = codes.index(self.theme) if self.theme in codes else 0
        steps = {Qt.Key.Key_Up: here - 1, Qt.Key.Key_Down: here + 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(codes) - 1}
        there = steps.get(Qt.Key(event.key()))
        if there is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.NoModifier:
            event.ignore()
        else:
            self.choose(there)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.choose(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._at(event.position().y())
        if row != self._over:
            self._over = row
            code = self._rows[row][0] if row >= 0 else ""
            self.viewport().setToolTip(plain_tip(self._tip(code)) if row >= 0 else "")
            self.viewport().update()

    def _tip(self, code: str) -> str:
        """Name and all counts in words."""
        t, counts = self.ctx.t, self._counts.get(code, {})
        told = [f"{t(f'lists.level_{level}')} {counts[level]:,}" for level in LEVELS if counts.get(level)]
        if counts.get(0):
            told.append(f"{t('signsui.within')} {counts[0]:,}")
        if counts.get(MISSING):
            told.append(t("signsui.n_missing", n=counts[MISSING]))
        return "\n".join([self.name(code), *told])

    def leaveEvent(self, event: object) -> None:
        self._over = -1
        self.viewport().update()

    def focusInEvent(self, event: object) -> None:
        self.viewport().update()

    def focusOutEvent(self, event: object) -> None:
        self.viewport().update()

    def resizeEvent(self, event: object) -> None:
        self._set_range()
