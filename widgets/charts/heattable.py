"""A table of numbers whose cells are coloured by how much they are: read by its figures, seen by its colours."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cockpit.model.messages import capital
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded
from widgets.kit.theme import Theme
from widgets.kit.tips import plain_tip

ROW, HEAD, PAD, LEAST = 26, 28, 12, 46
_HEAD = int(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight) | int(Qt.TextFlag.TextWordWrap)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_LEFT = int(Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        words: as printed, "" nothing. shade: 0 to 1 in one hue; below 0 worse, above 0 better where the table says
            which is which; NaN no colour.
        tip: what is said of it.
    """

    words: str = ""
    shade: float = math.nan
    tip: str = ""


@dataclass(frozen=True)
class Sheet:
    """What the table shows.

    Attributes:
        rows, columns: as printed; cells: row by row.
        turned: shades are from -1 (worse) to 1 (better), with a sign beside the number, since colour alone tells
            nobody; else from 0 to 1.
        totals: the last row and the last column are sums: set apart, without colour.
        keys: whether a cell leads somewhere.
    """

    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    cells: tuple[tuple[Cell, ...], ...] = ()
    turned: bool = False
    totals: bool = False


class HeatTable(QWidget):
    """The table. Arrows walk its cells, Enter or a click goes into one; a wide one scrolls sideways, names stay.

    Attributes:
        sheet: what it shows. at: (row, column) of the cell the keyboard is on, (-1, -1) none.
        picked: (row, column); a row's name is column -1, a column's name row -1.
    """

    picked = Signal(int, int)

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.sheet, self.at, self._over = Sheet(), (-1, -1), (-2, -2)
        self._down, self._aside = 0, 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(400, round(self._head()) + ROW * len(self.sheet.rows) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, round(self._head()) + ROW * min(len(self.sheet.rows), 1))

    def show_sheet(self, sheet: Sheet) -> None:
        rows, columns = (tuple(capital(name) for name in names) for names in (sheet.rows, sheet.columns))
        self.sheet, self._over = replace(sheet, rows=rows, columns=columns), (-2, -2)
        row, column = self.at
        self.at = (min(row, len(sheet.rows) - 1), min(column, len(sheet.columns) - 1))
        self._down, self._aside = (min(self._down, self._most()[0]), min(self._aside, self._most()[1]))
        said = [
            f"{name}: {', '.join(c.words for c in cells)}" for name, cells in zip(sheet.rows, sheet.cells, strict=True)
        ]
        self.setAccessibleDescription("; ".join(said[:20]))
        self.updateGeometry()
        self.update()

    # -- where things lie

    def _named(self) -> float:
        metrics = QFontMetricsF(self.ctx.theme.font("body"))
        widest = max((metrics.horizontalAdvance(name) for name in self.sheet.rows), default=0.0)
        return PAD + min(widest + 12, self.width() * 0.3)

    def _wides(self) -> list[float]:
        """Of the columns: never less than their numbers need, a little more where there is room."""
        body, small = QFontMetricsF(self.ctx.theme.font("body", 700)), QFontMetricsF(self.ctx.theme.font("small"))
        pad = 28 if self.sheet.turned else 16
        found = []
        for k, name in enumerate(self.sheet.columns):
            need = max((body.horizontalAdvance(cells[k].words) for cells in self.sheet.cells), default=0.0) + pad
            head = small.horizontalAdvance(name)
            word = max((small.horizontalAdvance(one) for one in name.split()), default=0.0)
            longest = min(word, 96)  # a word is not cut
            found.append(max(need, max(head if head < 68 else min(head / 1.7, 96), longest) + 16, LEAST))
        spare = self.width() - self._named() - PAD - sum(found)
        more = max(spare, 0.0) / max(len(found), 1)
        return [max(wide, min(wide + more, 124.0)) for wide in found]

    def _head(self) -> float:
        """Height of the heads: two lines where one of them does not fit into one."""
        small = QFontMetricsF(self.ctx.theme.font("small"))
        long = any(small.horizontalAdvance(n) > w - 8 for n, w in zip(self.sheet.columns, self._wides(), strict=True))
        return HEAD + 14.0 if long else HEAD

    def _fits(self) -> tuple[int, int]:
        rows = max(1, int((self.height() - self._head()) // ROW))
        room, count = self.width() - self._named() - 4, 0
        for wide in self._wides()[self._aside :]:
            if room < wide:
                break
            room, count = room - wide, count + 1
        return rows, max(1, count)

    def _most(self) -> tuple[int, int]:
        rows, _ = self._fits()
        room, count = self.width() - self._named() - 4, 0
        for wide in reversed(self._wides()):
            if room < wide:
                break
            room, count = room - wide, count + 1
        return max(0, len(self.sheet.rows) - rows), max(0, len(self.sheet.columns) - max(count, 1))

    def _cell_at(self, x: float, y: float) -> tuple[int, int]:
        head = self._head()
        row = -1 if y < head else self._down + int((y - head) // ROW)
        column, left = -1, self._named()
        if x >= left:
            column = len(self.sheet.columns)
            for k, wide in list(enumerate(self._wides()))[self._aside :]:
                if left <= x < left + wide:
                    column = k
                    break
                left += wide
        inside = row < len(self.sheet.rows) and column < len(self.sheet.columns) and (row, column) != (-1, -1)
        return (row, column) if inside else (-2, -2)

    # -- painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, sheet = QPainter(self), self.ctx.theme, self.sheet
        named, wides, head = self._named(), self._wides(), self._head()
        rows, columns = self._fits()
        lefts, x = {}, named
        for k in range(self._aside, min(self._aside + columns, len(sheet.columns))):
            lefts[k] = x
            x += wides[k]
        painter.setFont(theme.font("small"))
        small = QFontMetricsF(theme.font("small"))
        for k, left in lefts.items():
            painter.setPen(theme.t1 if self._over == (-1, k) else theme.t2)
            lines = 2 if head > HEAD else 1
            name = small.elidedText(
                sheet.columns[k], Qt.TextElideMode.ElideRight, (wides[k] - 12) * lines - 6 * (lines - 1)
            )
            painter.drawText(QRectF(left + 2, 0, wides[k] - 11, head - 4), _HEAD, name)
        painter.setPen(QPen(theme.line2, 1))
        painter.drawLine(QPointF(PAD, head - 0.5), QPointF(min(x, self.width() - 4), head - 0.5))
        body = QFontMetricsF(theme.font("body"))
        for i in range(self._down, min(self._down + rows, len(sheet.rows))):
            y = head + (i - self._down) * ROW
            total = sheet.totals and i == len(sheet.rows) - 1
            painter.setFont(theme.font("body", 700 if total else 400))
            painter.setPen(theme.t1)
            name = body.elidedText(sheet.rows[i], Qt.TextElideMode.ElideRight, named - PAD - 6)
            painter.drawText(QRectF(PAD, y, named - PAD, ROW), _LEFT, name)
            for k, left in lefts.items():
                self._cell(painter, theme, i, k, QRectF(left, y, wides[k], ROW))
        self._more(painter, theme)
        if self.hasFocus() and self.at == (-1, -1):
            draw_focus(painter, self.rect(), theme)

    def _cell(self, painter: QPainter, theme: Theme, i: int, k: int, box: QRectF) -> None:
        sheet = self.sheet
        cell = sheet.cells[i][k]
        total = sheet.totals and (i == len(sheet.rows) - 1 or k == len(sheet.columns) - 1)
        inner = box.adjusted(1, 1, -1, -1)
        if math.isfinite(cell.shade) and not total:
            painter.fillRect(inner, shade_of(cell.shade, sheet.turned, theme))
        if (i, k) == self._over:
            painter.setPen(QPen(theme.t3, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(inner.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setFont(theme.font("body", 700 if total else 400))
        painter.setPen(theme.t1 if cell.words not in ("", "0", "–") else theme.t3)
        painter.drawText(inner.adjusted(2, 0, -8, 0), _RIGHT, cell.words)
        if sheet.turned and math.isfinite(cell.shade) and abs(cell.shade) >= 0.05 and not total:
            _turn(painter, QPointF(inner.left() + 9, inner.center().y()), cell.shade > 0, theme)
        if (i, k) == self.at and self.hasFocus():
            painter.setPen(QPen(theme.acc, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(inner)

    def _more(self, painter: QPainter, theme: Theme) -> None:
        """Bars that say that there is more below and at the side."""
        down, aside = self._most()
        rows, columns = self._fits()
        if down:
            head = self._head()
            room = self.height() - head
            high = max(room * rows / len(self.sheet.rows), 24)
            painter.fillRect(QRectF(self.width() - 5, head + (room - high) * self._down / down, 3, high), theme.line2)
        if aside:
            left = self._named()
            room = self.width() - left - 8
            wide = max(room * columns / len(self.sheet.columns), 24)
            painter.fillRect(
                QRectF(left + (room - wide) * self._aside / aside, self.height() - 4, wide, 3), theme.line2
            )

    # -- hands

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._cell_at(event.position().x(), event.position().y())
        if at != self._over:
            self._over = at
            self.setToolTip(plain_tip(self._tip(at)))
            hand = at != (-2, -2)
            self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)
            self.update()

    def _tip(self, at: tuple[int, int]) -> str:
        row, column = at
        if at == (-2, -2):
            return ""
        if row < 0 or column < 0:
            return self.sheet.columns[column] if row < 0 else self.sheet.rows[row]
        cell = self.sheet.cells[row][column]
        first = f"{self.sheet.rows[row]} · {self.sheet.columns[column]}  {cell.words}"
        return f"{first}\n{cell.tip}".strip()

    def leaveEvent(self, event: object) -> None:
        self._over = (-2, -2)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._cell_at(event.position().x(), event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and at != (-2, -2):
            self.picked.emit(*at)

    def wheelEvent(self, event: QWheelEvent) -> None:
        down, aside = self._most()
        turned = event.angleDelta()
        sideways = turned.x() or (turned.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if sideways and aside:
            self._aside = min(max(self._aside - (1 if sideways > 0 else -1), 0), aside)
        elif down and not sideways:
            self._down = min(max(self._down - (1 if turned.y() > 0 else -1), 0), down)
        else:
            event.ignore()
            return
        event.accept()
        self.update()

    def resizeEvent(self, event: object) -> None:
        self._down, self._aside = min(self._down, self._most()[0]), min(self._aside, self._most()[1])

    def focusInEvent(self, event: object) -> None:
        if self.at == (-1, -1) and self.sheet.rows and self.sheet.columns:
            self.at = (0, 0)
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, (row, column) = Qt.Key(event.key()), self.at
        steps = {Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Left: (0, -1)}
        if key in steps and self.sheet.rows and self.sheet.columns:
            down, aside = steps[key]
            row = min(max(row + down, 0), len(self.sheet.rows) - 1)
            column = min(max(column + aside, 0), len(self.sheet.columns) - 1)
            rows, columns = self._fits()
            self.at = (row, column)
            self._down = min(max(self._down, row - rows + 1), row)
            self._aside = min(max(self._aside, column - columns + 1), column)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat() and row >= 0:
            self.picked.emit(row, column)
        else:
            super().keyPressEvent(event)


def shade_of(shade: float, turned: bool, theme: Theme) -> QColor:
    """The colour behind a number: the map's hue by how much; of a table of better and worse, the accent or orange."""
    if turned:
        color = QColor(theme.acc if shade > 0 else theme.orange_text)
        color.setAlphaF(min(abs(shade), 1.0) * 0.34)
        return color
    color = theme.map.color("choropleth")
    color.setAlphaF(0.04 + min(max(shade, 0.0), 1.0) * (0.52 if theme.name == "dark" else 0.4))
    return color


def _turn(painter: QPainter, at: QPointF, better: bool, theme: Theme) -> None:
    """A small triangle: up for better, down for worse."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.acc if better else theme.orange_text)
    way = -1 if better else 1
    painter.drawPolygon([at + QPointF(0, 3 * way), at + QPointF(-3.5, -2.5 * way), at + QPointF(3.5, -2.5 * way)])
    painter.restore()
