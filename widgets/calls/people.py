"""People in a tree of their organisation, with their ways; of a list that was searched, as they were found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QTreeWidgetItemIterator,
    QWidget,
)

from cockpit.model.calls import Contact, WayKind
from widgets.calls.words import contact_under, way_name
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.icons import draw_icon
from widgets.kit.lines import Index
from widgets.lists.parts import PAD, draw_line

UNFOLD = 60
"""So many people in all are shown without folding."""
ORG_H, PERSON_H = 30, 46
CONTACT = int(Qt.ItemDataRole.UserRole)


class PeopleTree(QTreeWidget):
    """People under the units of their organisation, or as they were found; many can be marked at once."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.by_org = True
        self.setHeaderHidden(True)
        self.setIndentation(16)
        self.setRootIsDecorated(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformRowHeights(False)
        self.setItemDelegate(_PeopleRow(self))
        self.setExpandsOnDoubleClick(False)

    def fill(self, people: Sequence[Contact], by_org: bool) -> None:
        """Shows people, under the units of their organisation or as they come."""
        marked = {one.id for one in self.people()}
        self.by_org = by_org
        self.blockSignals(True)
        self.clear()
        nodes: dict[tuple[str, ...], QTreeWidgetItem] = {}
        for one in people:
            at = self._node(nodes, one.org) if by_org and one.org else self.invisibleRootItem()
            item = QTreeWidgetItem(at)
            item.setData(0, CONTACT, one)
            item.setText(0, one.name)
            item.setToolTip(0, "")
        for path, node in nodes.items():
            node.setExpanded(len(people) <= UNFOLD or len(path) == 1)
        if len(nodes) == 1 and not by_org:
            self.expandAll()
        again = [item for item in self._items() if (one := item.data(0, CONTACT)) is not None and one.id in marked]
        for item in again:
            item.setSelected(True)
        self.blockSignals(False)
        self.itemSelectionChanged.emit()

    def _node(self, nodes: dict[tuple[str, ...], QTreeWidgetItem], path: tuple[str, ...]) -> QTreeWidgetItem:
        known = nodes.get(path)
        if known is None:
            above = self._node(nodes, path[:-1]) if len(path) > 1 else self.invisibleRootItem()
            known = nodes[path] = QTreeWidgetItem(above)
            known.setText(0, path[-1])
        return known

    def _items(self) -> list[QTreeWidgetItem]:
        found, at = [], QTreeWidgetItemIterator(self)
        while (item := at.value()) is not None:
            found.append(item)
            at += 1
        return found

    def people(self) -> list[Contact]:
        found: dict[str, Contact] = {}
        for item in self.selectedItems():
            for one in _under(item):
                found[one.id] = one
        return list(found.values())

    def drawBranches(self, painter: QPainter, rect: QRect, index: Any) -> None:
        """The delegate draws the arrow beside the name."""

    def count_under(self, item: QTreeWidgetItem) -> int:
        return len(_under(item))

    def take_first(self) -> None:
        """The keyboard at the first person."""
        first = next((item for item in self._items() if item.data(0, CONTACT) is not None), None)
        if first is not None:
            self.setCurrentItem(first, 0, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
        elif event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and self.currentItem() is not None:
            item = self.currentItem()
            item.setSelected(not item.isSelected())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat() and self.currentItem() is not None:
                self.itemActivated.emit(self.currentItem(), 0)
        else:
            super().keyPressEvent(event)


def _under(item: QTreeWidgetItem) -> list[Contact]:
    one = item.data(0, CONTACT)
    if isinstance(one, Contact):
        return [one]
    return [found for i in range(item.childCount()) for found in _under(item.child(i))]


class _PeopleRow(QStyledItemDelegate):
    """A unit of the organisation with how many are in it; a person with their duty and ways."""

    def __init__(self, tree: PeopleTree) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, PERSON_H if isinstance(index.data(CONTACT), Contact) else ORG_H)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tree, theme = self._tree, self._tree.ctx.theme
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRect(0, rect.top(), tree.viewport().width(), rect.height())
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(whole, theme.acc_bg)
            painter.fillRect(QRect(0, rect.top(), 3, rect.height()), theme.acc)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(whole, theme.s2)
        one = index.data(CONTACT)
        item = tree.itemFromIndex(index)
        if isinstance(one, Contact):
            self._person(painter, rect, one)
        else:
            self._org(painter, rect, item)
        if tree.hasFocus() and tree.currentItem() is item:
            draw_focus(painter, whole, theme)
        painter.restore()

    def _org(self, painter: QPainter, rect: QRect, item: QTreeWidgetItem) -> None:
        theme = self._tree.ctx.theme
        icon = "chevron-down" if item.isExpanded() else "chevron-right"
        draw_icon(painter, QRectF(rect.left() + PAD - 2, rect.top() + 9, 12, 12), icon, theme.t2)
        room = QRect(rect.left() + PAD + 16, rect.top(), rect.width() - 80, rect.height())
        used, _ = draw_line(painter, room, item.text(0), theme.font("body", 700), theme.t1)
        count = room.adjusted(used + 8, 0, 60, 0)
        draw_line(painter, count, str(self._tree.count_under(item)), theme.font("small"), theme.t3)

    def _person(self, painter: QPainter, rect: QRect, one: Contact) -> None:
        ctx = self._tree.ctx
        theme, t = ctx.theme, ctx.t
        small, left, right = theme.font("small"), rect.left() + PAD, rect.right() - PAD
        online = one.unit and ctx.calls is not None and one.unit in ctx.calls.board.online
        ways = []
        for way in one.ways:
            said = way_name(way, t)
            if way.kind is WayKind.WEBRTC:
                said = f"{said} {t('callsui.online' if online else 'callsui.offline')}"
            ways.append(said)
        words = " · ".join(ways[:2]) or t("callsui.no_way")
        wide = min(QFontMetrics(small).horizontalAdvance(words) + 2, rect.width() // 2)
        token = "t2" if ways else "orange_text"
        draw_line(painter, QRect(right - wide, rect.top() + 4, wide, 18), words, small, theme[token], right=True)
        room = QRect(left, rect.top() + 4, right - wide - 10 - left, 20)
        draw_line(painter, room, one.name, theme.font("row_title"), theme.t1)
        under = QRect(left, rect.top() + 24, right - left, 18)
        said = [unit_words(ctx, one.unit)] if one.unit else []
        said.append(contact_under(one, t) if not self._tree.by_org or not one.org else one.duty)
        words = " · ".join(part for part in said if part)
        draw_line(painter, under, words or t("callsui.no_duty"), small, theme.t2)


def unit_words(ctx: PanelContext, unit: str) -> str:
    """城管 · 空闲: what a unit is, and how it stands; "" where the picture does not have it."""
    row = ctx.picture["unit"].get(unit)
    if row is None:
        return ""
    kind = ctx.t.pack(ctx.pack.unit_kind(row["kind"]).name)
    state = int(row["state"])
    return f"{kind} · {ctx.t(f'lists.unit_state_{state}')}"
