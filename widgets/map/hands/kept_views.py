"""视图书签 on the screen: a menu to go to a kept view, a dialog to name one, one to put them in order."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QListWidgetItem, QMenu, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from widgets.kit.buttons import button, disable
from widgets.kit.context import PanelContext
from widgets.kit.dialog import NameDialog
from widgets.kit.sayinglist import SayingList
from widgets.map.bookmarks import LONGEST, MOST, WITH_KEY, Bookmark, Bookmarks, camera_of
from widgets.map.camera import Camera
from widgets.map.canvas import Canvas

ROW = 32
SAVE_KEY, LIST_KEY = "Ctrl+Shift+B", "F12"


class KeptViews(QObject):
    """Keeps views and goes to them.

    Attributes:
        marks: the kept views.
    """

    def __init__(self, ctx: PanelContext, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.ctx, self._canvas = ctx, canvas
        self.marks = Bookmarks(ctx.prefs)

    def go(self, mark: Bookmark) -> None:
        """A person wants to see it: the view is theirs then."""
        self._canvas.fly(camera_of(mark, self._canvas.camera))
        self._canvas.moved.emit()

    def go_number(self, number: int) -> None:
        """Goes to the view number 1, 2, …"""
        if number <= len(self.marks.rows):
            self.go(self.marks.rows[number - 1])

    def can_go(self, number: int) -> bool | Message:
        return True if number <= len(self.marks.rows) else Message("hands.no_view", {"n": number})

    def can_save(self) -> bool | Message:
        return True if len(self.marks.rows) < MOST else Message("hands.views_full", {"n": MOST})

    def save(self) -> None:
        """Asks for a name and keeps the view of now."""
        ctx, camera = self.ctx, self._canvas.goal
        dialog = NameDialog(
            ctx.t, Message("hands.save_view"), Message("hands.save_view_why"), Message("hands.save"), self._canvas
        )
        dialog.field.setMaxLength(LONGEST)
        dialog.accepted.connect(lambda: self._save(dialog.name, camera))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _save(self, name: str, camera: Camera) -> None:
        mark = self.marks.add(name, camera)
        self.ctx.notify(Message("hands.view_saved", {"name": mark.name}), 0)

    def fill(self, menu: QMenu) -> None:
        """The kept views, then what can be done with them."""
        t = self.ctx.t
        for i, mark in enumerate(self.marks.rows):
            key = f"\tAlt+{i + 1}" if i < WITH_KEY else ""
            made = menu.addAction(mark.name.replace("&", "&&") + key)
            made.triggered.connect(lambda _on=False, mark=mark: self.go(mark))
        if not self.marks.rows:
            menu.addAction(t("hands.no_views")).setEnabled(False)
        menu.addSeparator()
        save = menu.addAction(t("hands.save_view_menu") + f"\t{SAVE_KEY}")
        save.setEnabled(self.can_save() is True)
        save.triggered.connect(self.save)
        order = menu.addAction(t("hands.order_views"))
        order.setEnabled(bool(self.marks.rows))
        order.triggered.connect(self.arrange)

    def menu(self, at: QWidget) -> QMenu:
        """Opens the menu beside a button."""
        menu = QMenu(self._canvas)
        menu.aboutToHide.connect(menu.deleteLater)
        self.fill(menu)
        menu.popup(at.mapToGlobal(QPoint(-menu.sizeHint().width() - 4, 0)))
        menu.setActiveAction(next(a for a in menu.actions() if a.isEnabled() and not a.isSeparator()))
        return menu

    def arrange(self) -> None:
        """Opens the dialog that renames, removes and sorts views."""
        dialog = ViewsDialog(self.ctx, self.marks, self.go, self._canvas)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class ViewsDialog(QDialog):
    """Renames (F2), removes (Delete) and sorts (Alt+Up, Alt+Down) the kept views; Enter goes there.

    Attributes:
        list: the views.
    """

    def __init__(self, ctx: PanelContext, marks: Bookmarks, go: Callable[[Bookmark], object], parent: QWidget) -> None:
        super().__init__(parent)
        t = ctx.t
        self.ctx, self._marks, self._go = ctx, marks, go
        self.setWindowTitle(t("hands.order_views"))
        self.resize(460, 420)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        head, hint = QLabel(t("hands.views"), self), QLabel(t("hands.views_hint"), self)
        head.setProperty("style", "title")
        hint.setProperty("role", "t2")
        hint.setWordWrap(True)
        self.list = SayingList(ctx, t("hands.views_empty", key=SAVE_KEY), self)
        self.list.setAccessibleName(t("hands.views"))
        colors = self.list.palette()
        colors.setColor(QPalette.ColorRole.Highlight, ctx.theme.acc_bg)
        colors.setColor(QPalette.ColorRole.HighlightedText, ctx.theme.acc)
        self.list.setPalette(colors)
        self.list.installEventFilter(self)
        self.list.itemDoubleClicked.connect(lambda _item: self._leave())
        self.list.itemChanged.connect(self._renamed)
        for part in (head, hint, self.list):
            column.addWidget(part)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._buttons = [
            button(t("hands.up"), lambda: self._move(-1), parent=self),
            button(t("hands.down"), lambda: self._move(1), parent=self),
            button(t("hands.rename"), self._rename, parent=self),
            button(t("hands.remove"), self._remove, parent=self),
        ]
        for made in self._buttons:
            made.setAutoDefault(False)
            row.addWidget(made)
        row.addStretch(1)
        self.confirm = button(t("hands.go_there"), self._leave, "primary", parent=self)
        self.confirm.setAutoDefault(False)
        row.addWidget(self.confirm)
        column.addLayout(row)
        self._fill(0)

    def _fill(self, at: int) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for mark in self._marks.rows:
            item = QListWidgetItem(mark.name)
            item.setSizeHint(QSize(0, ROW))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.list.setCurrentRow(min(at, self.list.count() - 1))
        for made in (*self._buttons, self.confirm):
            disable(made, "" if self._marks.rows else self.ctx.t("hands.no_views"))

    def _move(self, by: int) -> None:
        row = self.list.currentRow()
        if row >= 0:
            self._fill(self._marks.move(row, row + by))

    def _rename(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.list.editItem(item)

    def _renamed(self, item: QListWidgetItem) -> None:
        row = self.list.row(item)
        if not self._marks.rename(row, item.text()):
            self.ctx.notify(Message("hands.name_taken", {"name": item.text()}), 0)
        self._fill(row)

    def _remove(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            self._marks.remove(row)
            self._fill(row)

    def _leave(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            self._go(self._marks.rows[row])
            self.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        match event.key():
            case Qt.Key.Key_Delete:
                self._remove()
            case Qt.Key.Key_F2:
                self._rename()
            case Qt.Key.Key_Up if alt:
                self._move(-1)
            case Qt.Key.Key_Down if alt:
                self._move(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if not event.isAutoRepeat():
                    self._leave()
            case _:
                return False
        return True
