"""A table of records: as many columns as are told, each with its head to sort by; a narrow one scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QWidget

from cockpit.model.insight import Row
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded
from widgets.kit.theme import Theme
from widgets.kit.tips import plain_tip

ROW, HEAD, PAD, GAP = 28, 28, 12, 14
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)
_RIGHT = _MIDDLE | int(Qt.AlignmentFlag.AlignRight)


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: of the field that it is sorted by. title: as printed.
        words: what it says of a record.
        most: pixels beyond which its words are cut with … (their tooltip says them all).
        number: at the right, in bold. look: `plain`, `link` (in the accent), `faint`.
    """

    name: str
    title: str
    words: Callable[[Row], str]
    most: int = 160
    number: bool = False
    look: str = "plain"


class RowTable(QAbstractScrollArea):
    """The table. Up and Down walk it, Enter or a click opens a record, a click on a head sorts (keyboard: Left, Right
    choose a head, Enter sorts by it, before the first row).

    Attributes:
        rows: what it shows. columns: of it. order: field it is sorted by, "-" before it: falling.
        at: the row the keyboard is on, -1 none.
        opened: (key) a record was opened. sorted: (order) another order is wanted. wanted: the end is in sight.
    """

    opened = Signal(str)
    sorted = Signal(str)
    wanted = Signal()

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.rows: tuple[Row, ...] = ()
        self.columns: tuple[Column, ...] = ()
        self.order, self.at, self.chosen = "-reported", -1, ""
        self._over, self._head = (-1, -1), 0
        self._wide: list[float] = []
        self._words: dict[int, list[str]] = {}
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setFrameShape(self.Shape.NoFrame)
        self.setCornerWidget(QWidget(self))
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    def sizeHint(self) -> QSize:
        return QSize(320, HEAD + ROW * min(max(len(self.rows), 3), 12))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, HEAD + ROW * 3)

    def show_rows(self, columns: Sequence[Column], rows: Sequence[Row], order: str, keep: bool = False) -> None:
        """Args: keep: these are more of the same: the keyboard and the scroll bar stay where they are."""
        key = self.rows[self.at].key if 0 <= self.at < len(self.rows) else ""
        self.rows, self.columns, self.order = tuple(rows), tuple(columns), order
        self._words = {}
        self.at = next((i for i, row in enumerate(self.rows) if row.key == key), -1) if key else -1
        self._measure()
        self._arrange()
        if not keep:
            self.verticalScrollBar().setValue(0)
        said = ["; ".join(self._said(i)) for i in range(min(12, len(self.rows)))]
        self.setAccessibleDescription("\n".join(said))
        self.viewport().update()

    # -- where things lie

    def _said(self, row: int) -> list[str]:
        known = self._words.get(row)
        if known is None:
            known = self._words[row] = [column.words(self.rows[row]) for column in self.columns]
        return known

    def _measure(self) -> None:
        """Columns are as wide as what is in them, up to their most; what room is left goes to the cut ones."""
        theme = self.ctx.theme
        body, bold, small = (
            QFontMetricsF(f) for f in (theme.font("body"), theme.font("body", 700), theme.font("small"))
        )
        sample = range(0, len(self.rows), max(1, len(self.rows) // 200))
        need, wide = [], []
        for k, column in enumerate(self.columns):
            metrics = bold if column.number else body
            own = max((metrics.horizontalAdvance(self._said(i)[k]) for i in sample), default=0.0)
            head = small.horizontalAdvance(f"{column.title} ↓") + 4
            need.append(max(own, head) + 2)
            wide.append(max(min(own + 2, column.most), head))
        room = self.viewport().width() - 2 * PAD - GAP * (len(wide) - 1) - sum(wide)
        for k in sorted(range(len(wide)), key=lambda k: wide[k] - need[k]):
            more = min(need[k] - wide[k], max(room, 0.0))
            wide[k] += max(more, 0.0)
            room -= max(more, 0.0)
        self._wide = wide

    def _lefts(self) -> list[float]:
        x, found = PAD - float(self.horizontalScrollBar().value()), []
        for wide in self._wide:
            found.append(x)
            x += wide + GAP
        return found

    def _arrange(self) -> None:
        view = self.viewport()
        whole = 2 * PAD + sum(self._wide) + GAP * max(len(self._wide) - 1, 0)
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setPageStep(view.width())
        across.setRange(0, max(0, round(whole - view.width())))
        across.setSingleStep(40)
        down.setPageStep(max(view.height() - HEAD, ROW))
        down.setRange(0, max(0, len(self.rows) * ROW - (view.height() - HEAD)))
        down.setSingleStep(ROW)

    @guarded
    def resizeEvent(self, event: object) -> None:
        self._measure()
        self._arrange()
        self._scrolled()

    def _scrolled(self) -> None:
        self.viewport().update()
        bar = self.verticalScrollBar()
        if bar.value() >= bar.maximum() - 4 * ROW:
            self.wanted.emit()

    # -- painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self.viewport()), self.ctx.theme
        lefts, top = self._lefts(), self.verticalScrollBar().value()
        wide, high = self.viewport().width(), self.viewport().height()
        first = top // ROW
        painter.setClipRect(QRectF(0, HEAD, wide, high - HEAD))
        for i in range(first, min(len(self.rows), first + (high - HEAD) // ROW + 2)):
            self._row(painter, theme, i, QRectF(0, HEAD + i * ROW - top, wide, ROW), lefts)
        painter.setClipping(False)
        painter.setFont(theme.font("small"))
        small = QFontMetricsF(theme.font("small"))
        for k, column in enumerate(self.columns):
            box = QRectF(lefts[k], 0, self._wide[k], HEAD)
            by = column.name == self.order.lstrip("-") and bool(column.name)
            arrow = "" if not by else " ↓" if self.order.startswith("-") else " ↑"
            painter.setPen(theme.t1 if by or self._over == (-1, k) else theme.t2)
            words = small.elidedText(column.title + arrow, Qt.TextElideMode.ElideRight, self._wide[k])
            painter.drawText(box, _RIGHT if column.number else _MIDDLE, words)
            if self.hasFocus() and self.at < 0 and k == self._head:
                painter.setPen(QPen(theme.acc, 2))
                painter.drawRoundedRect(box.adjusted(-4, 4, 4, -4), 3, 3)
        painter.setPen(QPen(theme.line2, 1))
        painter.drawLine(QPointF(PAD, HEAD - 0.5), QPointF(wide - PAD, HEAD - 0.5))

    def _row(self, painter: QPainter, theme: Theme, i: int, box: QRectF, lefts: list[float]) -> None:
        if self.rows[i].key == self.chosen:
            painter.fillRect(box, theme.acc_bg)
            painter.fillRect(QRectF(0, box.top(), 3, ROW), theme.acc)
        elif self._over[0] == i:
            painter.fillRect(box, theme.s2)
        inks = {"plain": theme.t1, "link": theme.acc, "faint": theme.t2}
        for k, (column, words) in enumerate(zip(self.columns, self._said(i), strict=True)):
            if lefts[k] > box.width() or lefts[k] + self._wide[k] < 0:
                continue
            font = theme.font("body", 700 if column.number else 400)
            painter.setFont(font)
            painter.setPen(inks[column.look])
            cut = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, self._wide[k] + 1)
            painter.drawText(
                QRectF(lefts[k], box.top(), self._wide[k] + 1, ROW), _RIGHT if column.number else _MIDDLE, cut
            )
        painter.setPen(QPen(theme.line, 1))
        painter.drawLine(QPointF(PAD, box.bottom() - 0.5), QPointF(box.width() - PAD, box.bottom() - 0.5))
        if i == self.at and self.hasFocus():
            draw_focus(painter, box, theme)

    # -- hands

    def _cell_at(self, at: QPointF) -> tuple[int, int]:
        column = next((k for k, left in enumerate(self._lefts()) if left <= at.x() < left + self._wide[k] + GAP), -1)
        if at.y() < HEAD:
            return -1, column
        row = int((at.y() - HEAD + self.verticalScrollBar().value()) // ROW)
        return (row, column) if row < len(self.rows) else (-2, -2)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if cell != self._over:
            self._over = cell
            row, column = cell
            hand = row >= 0 or (row == -1 and column >= 0)
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)
            tip = self._said(row)[column] if row >= 0 and column >= 0 else ""
            self.viewport().setToolTip(plain_tip(tip))
            self.viewport().update()

    def leaveEvent(self, event: object) -> None:
        self._over = (-1, -1)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row, column = self._cell_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if row == -1 and column >= 0:
            self._sort(column)
        elif row >= 0:
            self.at = row
            self.opened.emit(self.rows[row].key)

    def _sort(self, column: int) -> None:
        name = self.columns[column].name
        if name:
            self.sorted.emit(name if self.order == f"-{name}" else f"-{name}")

    def focusInEvent(self, event: object) -> None:
        self.viewport().update()

    def focusOutEvent(self, event: object) -> None:
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = Qt.Key(event.key()), len(self.rows) - 1
        page = max(1, (self.viewport().height() - HEAD) // ROW)
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page,
                 Qt.Key.Key_Home: -len(self.rows), Qt.Key.Key_End: len(self.rows)}  # fmt: skip
        if key in steps and last >= 0:
            self.at = -1 if key == Qt.Key.Key_Up and self.at <= 0 else min(max(self.at + steps[key], 0), last)
            self._reveal()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.columns:
            step = 1 if key == Qt.Key.Key_Right else -1
            if self.at < 0:
                self._head = min(max(self._head + step, 0), len(self.columns) - 1)
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() + step * 40)
            self.viewport().update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            if 0 <= self.at <= last:
                self.opened.emit(self.rows[self.at].key)
            elif self.columns:
                self._sort(self._head)
        else:
            super().keyPressEvent(event)

    def _reveal(self) -> None:
        bar, room = self.verticalScrollBar(), self.viewport().height() - HEAD
        if self.at >= 0:
            top = self.at * ROW
            bar.setValue(min(max(bar.value(), top + ROW - room), top))
        self.viewport().update()
