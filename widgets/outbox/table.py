"""The table of the outbox: walked by keyboard, picked by pointer; a row that failed says why on a second line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from cockpit.model.messages import Texts
from cockpit.model.ports.cases import Sending
from widgets.kit.focus import draw_focus
from widgets.kit.theme import Theme
from widgets.kit.tips import plain_tip
from widgets.outbox.rows import OutboxRow

HEAD, ROW, WITH_WHY = 28, 32, 52
"""Heights: of the line of titles, of a row, of a row that says why it failed."""
PAD, GAP = 12, 12
NARROW = 600
"""Room below which the time of issue gives way."""


class Column(NamedTuple):
    name: str
    width: int
    """0: what is left."""
    right: bool = False


COLUMNS = (
    Column("number", 100),
    Column("what", 0),
    Column("issued", 68),
    Column("waited", 80, True),
    Column("left", 80, True),
    Column("state", 64, True),
)


class OutboxTable(QAbstractScrollArea):
    """Rows of the outbox.

    Attributes:
        rows: those shown. current: id of the row that the keyboard is on, "" when there is none.
    """

    chosen = Signal(str)
    """Another row is the current one, or it is another state of it."""
    opened = Signal(str)
    """Enter or a double click."""

    def __init__(self, theme: Theme, t: Texts) -> None:
        super().__init__()
        self.theme, self.t = theme, t
        self.rows: list[OutboxRow] = []
        self.current = ""
        self._hovered = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setViewportMargins(0, HEAD, 0, 0)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(ROW)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.viewport().update())

    def show_rows(self, rows: Sequence[OutboxRow]) -> None:
        """Takes the rows of now; the current one stays so, or gives way to the one that took its place."""
        before = [row.id for row in self.rows]
        place = before.index(self.current) if self.current in before else 0
        self.rows = list(rows)
        ids = [row.id for row in self.rows]
        if self.current not in ids:
            self.current = ids[min(place, len(ids) - 1)] if ids else ""
        self._set_range()
        self.chosen.emit(self.current)
        self.viewport().update()

    def row(self) -> OutboxRow | None:
        """The current one."""
        return next((row for row in self.rows if row.id == self.current), None)

    @property
    def wanted_height(self) -> int:
        return HEAD + sum(_high(row) for row in self.rows)

    def places(self) -> list[tuple[OutboxRow, QRect]]:
        """The rows with their places in the viewport."""
        top, found = -self.verticalScrollBar().value(), []
        for row in self.rows:
            found.append((row, QRect(0, top, self.viewport().width(), _high(row))))
            top += _high(row)
        return found

    def _columns(self) -> list[tuple[Column, int, int]]:
        """Each column with its left side and width."""
        room = self.viewport().width() - 2 * PAD
        shown = [column for column in COLUMNS if column.name != "issued" or room >= NARROW]
        fixed = sum(column.width for column in shown) + GAP * (len(shown) - 1)
        at, found = PAD, []
        for column in shown:
            wide = column.width or max(room - fixed, 40)
            found.append((column, at, wide))
            at += wide + GAP
        return found

    def _set_range(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(height)
        bar.setRange(0, max(0, self.wanted_height - HEAD - height))

    def _choose(self, ident: str) -> None:
        if ident != self.current:
            self.current = ident
            self.chosen.emit(ident)
        for row, place in self.places():
            if row.id == ident:
                bar = self.verticalScrollBar()
                if place.top() < 0:
                    bar.setValue(bar.value() + place.top())
                elif place.bottom() >= self.viewport().height():
                    bar.setValue(bar.value() + place.bottom() + 1 - self.viewport().height())
        self.viewport().update()

    # -- Qt's events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_range()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Home: -9999, Qt.Key.Key_End: 9999}
        ids, key = [row.id for row in self.rows], Qt.Key(event.key())
        if ids and key in steps:
            here = ids.index(self.current) if self.current in ids else 0
            self._choose(ids[min(max(here + steps[key], 0), len(ids) - 1)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current and not event.isAutoRepeat():
            self.opened.emit(self.current)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().toPoint().y())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(found.id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().toPoint().y())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(found.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._at(event.position().toPoint().y()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._at(event.pos().y())
            words = (
                "\n".join(part for part in (found.number, found.what, found.issued, found.why) if part) if found else ""
            )
            QToolTip.showText(event.globalPos(), plain_tip(words), self.viewport())
            return True
        return super().viewportEvent(event)

    def _at(self, y: int) -> OutboxRow | None:
        return next((row for row, place in self.places() if place.top() <= y <= place.bottom()), None)

    def _hover(self, row: OutboxRow | None) -> None:
        ident = row.id if row is not None else ""
        if ident != self._hovered:
            self._hovered = ident
            self.viewport().update()

    def focusInEvent(self, event: QEvent) -> None:
        self.viewport().update()

    def focusOutEvent(self, event: QEvent) -> None:
        self.viewport().update()

    # -- painting

    def paint_head(self, painter: QPainter) -> None:
        """The line of titles, over the rows."""
        font = self.theme.font("small")
        for column, left, wide in self._columns():
            words = self.t(f"outbox.column_{column.name}")
            _draw(painter, QRect(left, 0, wide, HEAD - 1), words, font, self.theme.t2, column.right)
        painter.fillRect(PAD, HEAD - 1, self.viewport().width() - 2 * PAD, 1, self.theme.line)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        columns = self._columns()
        for row, place in self.places():
            if place.intersects(event.rect()):
                self._paint_row(painter, row, place, columns)
        painter.end()

    def _paint_row(
        self, painter: QPainter, row: OutboxRow, place: QRect, columns: Sequence[tuple[Column, int, int]]
    ) -> None:
        theme = self.theme
        current = row.id == self.current
        if current:
            painter.fillRect(place, theme.acc_bg)
            painter.fillRect(0, place.top(), 3, place.height() - 1, theme.acc)
        elif row.id == self._hovered:
            painter.fillRect(place, theme.s2)
        painter.fillRect(PAD, place.bottom(), place.width() - 2 * PAD, 1, theme.line)
        font = theme.font("body")
        for column, left, wide in columns:
            words = {"state": row.word}.get(column.name) or str(getattr(row, column.name, ""))
            cell = QRect(left, place.top(), wide, ROW - 1)
            _draw(painter, cell, words, font, theme[self._token(row, column.name)], column.right)
        if row.why:
            box = QRect(PAD, place.top() + ROW - 4, place.width() - 2 * PAD, 20)
            _draw(painter, box, row.why, theme.font("small"), theme.t2, False)
        if current and self.hasFocus():
            draw_focus(painter, place, theme, bottom=2)

    def _token(self, row: OutboxRow, column: str) -> str:
        if column == "state":
            return "red_text" if row.failed else "orange_text" if row.state is Sending.WAITING else "t2"
        if column == "left":
            return "yellow_text" if row.near else "t1"
        return "t2" if column == "issued" else "t1"


def _high(row: OutboxRow) -> int:
    return WITH_WHY if row.why else ROW


def _draw(painter: QPainter, box: QRect, words: str, font: QFont, color: QColor, right: bool) -> None:
    painter.setFont(font)
    painter.setPen(color)
    cut = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, box.width())
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter), cut)
