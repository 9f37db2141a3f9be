"""The virtual list of vital signs: a model of keys, one painter for all rows, the keyboard; no widget a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from cockpit.model.clock import SECOND
from widgets.kit.tips import plain_tip
from widgets.signs.asked import HEAD
from widgets.signs.board import Item
from widgets.signs.row import HEADINGS, PAD, ROW, STAR, RowPainter, RowState
from widgets.signs.sparks import Sparks

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
_KEPT = 120
"""Painted rows that are kept."""


class SignRows(QAbstractListModel):
    """Keys of the rows; a key that begins with `HEAD` is that of a theme."""

    def __init__(self, say: Callable[[str], str], parent: QWidget) -> None:
        super().__init__(parent)
        self.keys: Sequence[str] = ()
        self.place: dict[str, int] = {}
        self._say = say

    def set_keys(self, keys: Sequence[str]) -> bool:
        """Takes other rows; whether they are other."""
        if list(keys) == list(self.keys):
            return False
        self.beginResetModel()
        self.keys = keys
        self.place = {key: i for i, key in enumerate(keys)}
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self.keys)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._say(self.keys[index.row()])
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.keys[index.row()].startswith(HEAD):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: SignView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        self._view.paint_row(painter, option.rect, index.row(), hovered)


class SignView(QListView):
    """The rows. Enter or a click picks one, Space (or a click on its flag) pins it.

    Attributes:
        rows: the model. selected: key of what is selected anywhere. pinned: codes of favourites.
        places: whether rows say their area.
    """

    picked = Signal(str)
    pin = Signal(str)
    hovered = Signal(str)
    scrolled = Signal()

    def __init__(
        self,
        item: Callable[[str], Item],
        say: Callable[[str], str],
        now: Callable[[], int],
        version: Callable[[], object],
    ) -> None:
        """Args: say: a row in words. version: another one when values are."""
        super().__init__()
        self._item, self._now, self._version = item, now, version
        self._kept: dict[str, tuple[object, QPixmap]] = {}
        self._painter: RowPainter | None = None
        self._sparks: Sparks | None = None
        self._over = ""
        self._counts: Callable[[str], dict[int, int]] = lambda code: {}
        self.selected, self.outer = "", ""
        self.pinned: frozenset[str] = frozenset()
        self.places = False
        self.rows = SignRows(say, self)
        self.setModel(self.rows)
        self.setItemDelegate(_Delegate(self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(ROW)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.scrolled.emit())
        self.headings = Headings(self)

    def dress(self, painter: RowPainter, sparks: Sparks, counts: Callable[[str], dict[int, int]]) -> None:
        """Takes fonts, colours and language; counts: by level, of a theme."""
        self._painter, self._sparks, self._counts = painter, sparks, counts
        self.headings.painter = painter
        self.headings.update()
        self.viewport().update()

    def take(self, keys: Sequence[str], keep: bool = True) -> None:
        """Takes other rows. keep: where the keyboard and the list are stays."""
        current, value = self.current, self.verticalScrollBar().value()
        if not self.rows.set_keys(keys):
            self.viewport().update()
            return
        if keep:
            self._make_current(current)
            self.verticalScrollBar().setValue(value)
        self.scrolled.emit()

    @property
    def current(self) -> str:
        """Key of the row that the keyboard is on, "" none."""
        index = self.currentIndex()
        return self.rows.keys[index.row()] if index.isValid() and index.row() < len(self.rows.keys) else ""

    @property
    def held(self) -> bool:
        """Whether someone is at it."""
        return self.underMouse() or self.hasFocus()

    def in_sight(self) -> list[str]:
        """Keys of the items in sight."""
        first = self.indexAt(self.viewport().rect().topLeft() + _INSIDE).row()
        if first < 0:
            return []
        many = self.viewport().height() // ROW + 2
        return [key for key in self.rows.keys[first : first + many] if not key.startswith(HEAD)]

    def show_key(self, key: str) -> None:
        """Has a row in sight, unless the pointer is in the list."""
        place = self.rows.place.get(key)
        if place is not None and not self.underMouse():
            self.scrollTo(self.rows.index(place))
            self._make_current(key)

    def _make_current(self, key: str) -> None:
        place = self.rows.place.get(key)
        if place is not None:
            self.setCurrentIndex(self.rows.index(place))

    def paint_row(self, painter: QPainter, rect: QRect, row: int, hovered: bool) -> None:
        if self._painter is None or self._sparks is None:
            return
        key = self.rows.keys[row]
        if key.startswith(HEAD):
            code = key.removeprefix(HEAD)
            self._painter.head(painter, rect, code, self._counts(code))
            return
        item = self._item(key)
        state = RowState(
            selected=key == self.selected,
            hovered=hovered or key == self.outer,
            cursor=self.hasFocus() and row == self.currentIndex().row(),
            pinned=item.sign.code in self.pinned,
            place=self.places,
        )
        self._paint_kept(painter, rect, item, state)

    def _paint_kept(self, painter: QPainter, rect: QRect, item: Item, state: RowState) -> None:
        """A row is painted once a second at the most and then only moved: scrolling is smooth."""
        assert self._painter is not None
        assert self._sparks is not None
        now, dpr, curve = self._now(), self.devicePixelRatioF(), self._sparks.curve(item.key)
        token = (self._painter, self._version(), now // SECOND, state, rect.width(), dpr, curve)
        kept = self._kept.get(item.key)
        if kept is None or kept[0] != token:
            pixmap = QPixmap(round(rect.width() * dpr), round(rect.height() * dpr))
            pixmap.setDevicePixelRatio(dpr)
            pixmap.fill(self._painter.theme.s1)
            inner = QPainter(pixmap)
            self._painter.paint(inner, QRect(0, 0, rect.width(), rect.height()), item, curve, state, now)
            inner.end()
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            kept = self._kept[item.key] = (token, pixmap)
        painter.drawPixmap(rect.topLeft(), kept[1])

    # -- hands

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, current = Qt.Key(event.key()), self.current
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        item = current and not current.startswith(HEAD)
        if plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            if item:
                self.picked.emit(current)
        elif plain and key == Qt.Key.Key_Space and not event.isAutoRepeat():
            if item:
                self.pin.emit(current)
        elif plain and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._walk(1 if key == Qt.Key.Key_Down else -1)
        elif plain and key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def _walk(self, step: int) -> None:
        """To the next item: rows that begin a theme are no stops."""
        at = self.currentIndex().row() + step if self.currentIndex().isValid() else 0
        while 0 <= at < len(self.rows.keys) and self.rows.keys[at].startswith(HEAD):
            at += step
        if 0 <= at < len(self.rows.keys):
            self.setCurrentIndex(self.rows.index(at))
        elif step < 0:
            self.verticalScrollBar().setValue(0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        key = self.rows.keys[index.row()] if index.isValid() else ""
        if event.button() == Qt.MouseButton.LeftButton and key and not key.startswith(HEAD):
            self.setCurrentIndex(index)
            (self.pin if event.position().x() < PAD + STAR - 2 else self.picked).emit(key)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        self._point(self.rows.keys[index.row()] if index.isValid() else "")

    def _point(self, key: str) -> None:
        key = "" if key.startswith(HEAD) else key
        if key != self._over:
            self._over = key
            self.hovered.emit(key)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._point("")
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            said = self.rows.data(index) if index.isValid() else ""
            QToolTip.showText(event.globalPos(), plain_tip(str(said or "")), self.viewport())
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.headings.update()
        self.scrolled.emit()

    def focusInEvent(self, event: Any) -> None:
        if not self.currentIndex().isValid():  # Qt would begin at the row of a theme
            self._walk(1)
        super().focusInEvent(event)
        self.viewport().update()


class Headings(QWidget):
    """The line above the list that names its columns."""

    def __init__(self, view: SignView) -> None:
        super().__init__()
        self._view = view
        self.painter: RowPainter | None = None
        self.setFixedHeight(HEADINGS)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.painter is not None:
            wide = self._view.viewport().width()
            self.painter.headings(QPainter(self), QRect(0, 0, wide, HEADINGS))


_INSIDE = QRect(0, 0, 4, 4).bottomRight()
