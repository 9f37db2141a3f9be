"""底图来源: which base map is shown; a person adds one, enters its key, takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cockpit.geo.tiles.bases import OWN
from cockpit.model.ages import age
from cockpit.model.bases import BaseSpec, host_of
from cockpit.model.messages import Message
from widgets.kit.buttons import button, disable
from widgets.kit.context import PanelContext
from widgets.kit.dialog import NameDialog
from widgets.map.offline.adding import AddDialog

if TYPE_CHECKING:
    from widgets.map.offline.ways import BaseWays

ID = int(Qt.ItemDataRole.UserRole)


class SourcesPage(QWidget):
    """Attributes:
    list: the base maps; Enter shows one, Delete takes an added one back.
    """

    def __init__(self, ctx: PanelContext, ways: BaseWays, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self._ways = ctx, ways
        t = ctx.t
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        hint = QLabel(t("base.sources_hint"), self)
        hint.setProperty("role", "t2")
        hint.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName(t("base.page_sources"))
        self.list.installEventFilter(self)
        self.list.itemDoubleClicked.connect(lambda _item: self.choose())
        self.list.currentRowChanged.connect(lambda _row: self._enable())
        column.addWidget(hint)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.use = button(t("base.use"), self.choose, "primary", parent=self)
        self.add = button(t("base.add"), self.ask_new, parent=self)
        self.key = button(t("base.enter_key"), self.ask_key, parent=self)
        self.again = button(t("base.retry"), self.retry, parent=self)
        self.remove = button(t("base.remove"), self.take_back, parent=self)
        for made in (self.add, self.key, self.again, self.remove):
            row.addWidget(made)
        row.addStretch(1)
        row.addWidget(self.use)
        for made in (self.use, self.add, self.key, self.again, self.remove):
            made.setAutoDefault(False)
        column.addLayout(row)
        self.refresh()

    @property
    def chosen(self) -> str:
        item = self.list.currentItem()
        return str(item.data(ID)) if item is not None else OWN

    def refresh(self) -> None:
        bases, t = self._ways.bases, self.ctx.t
        if bases is None:
            return
        at = self.chosen if self.list.count() else bases.current
        self.list.blockSignals(True)
        self.list.clear()
        rows: list[tuple[str, str, str]] = [(OWN, t("base.own"), t("base.own_where"))]
        rows += [(ident, t.pack(spec.name), self._where(spec)) for ident, spec in bases.specs().items()]
        for ident, name, where in rows:
            mark = t("base.shown") if ident == bases.current else ""
            item = QListWidgetItem("  ".join(part for part in (name, mark) if part) + f"\n{where}")
            item.setData(ID, ident)
            item.setSizeHint(QSize(0, 46))
            self.list.addItem(item)
            if ident == at:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self._enable()

    def _where(self, spec: BaseSpec) -> str:
        """Where it comes from, and how it is doing."""
        bases, t = self._ways.bases, self.ctx.t
        assert bases is not None
        if spec.is_file:
            there = bases.file_of(spec).is_file()
            words = t("base.is_file" if there else "base.file_gone", kind=t(f"base.kind_{spec.kind}"), file=spec.url)
        else:
            kind = t(f"base.kind_{spec.kind}")
            words = t("base.is_online", kind=kind, host=host_of(spec.templates[0], spec.host_letters))
            if spec.secret and not bases.secret(spec.secret):
                words += " · " + t("base.key_missing", name=spec.secret)
        if spec.id == bases.current:
            tiles = bases.tiles(spec.id)
            status = tiles.status() if tiles is not None else None
            if status is not None and status.problem is not None:
                words += " · " + t(status.problem)
            elif status is not None and status.oldest:
                words += " · " + t("base.age", age=age(status.oldest, bases.clock.now()))
            if status is not None and status.broken and status.last_broken is not None:
                words += " · " + t("base.broken", count=status.broken, why=status.last_broken)
        return words

    def _enable(self) -> None:
        bases, t = self._ways.bases, self.ctx.t
        if bases is None:
            return
        spec = bases.specs().get(self.chosen)
        disable(self.use, t("base.is_shown") if self.chosen == bases.current else "")
        disable(self.key, "" if spec is not None and spec.secret else t("base.needs_no_key"))
        disable(self.remove, "" if bases.is_added(self.chosen) else t("base.not_added"))
        disable(self.again, "" if spec is not None and not spec.is_file else t("base.nothing_to_ask"))

    def choose(self) -> None:
        """Shows the chosen one on the map."""
        self._ways.choose(self.chosen)
        self.refresh()

    def retry(self) -> None:
        bases = self._ways.bases
        tiles = bases.tiles(self.chosen) if bases is not None else None
        if tiles is not None:
            tiles.retry()
        self.refresh()

    def take_back(self) -> None:
        bases = self._ways.bases
        if bases is not None and bases.is_added(self.chosen):
            was = bases.current
            bases.remove(self.chosen)
            if bases.current != was:
                self._ways.changed.emit()
            self.refresh()

    def ask_new(self) -> None:
        dialog = AddDialog(self.ctx, self)
        dialog.made.connect(self._added)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _added(self, ident: str) -> None:
        self.refresh()
        for row in range(self.list.count()):
            if self.list.item(row).data(ID) == ident:
                self.list.setCurrentRow(row)
        self.choose()

    def ask_key(self) -> None:
        """Asks for the key that the chosen source needs; it is kept in the profile, readable by its owner only."""
        bases = self._ways.bases
        spec = bases.specs().get(self.chosen) if bases is not None else None
        if spec is None or not spec.secret:
            return
        name = spec.secret
        words = Message("base.key_why", {"name": spec.name})
        dialog = NameDialog(self.ctx.t, Message("base.enter_key"), words, Message("base.keep"), self)
        dialog.field.setMaxLength(400)
        dialog.field.setEchoMode(QLineEdit.EchoMode.Password)
        dialog.accepted.connect(lambda: self._keep_key(name, dialog.name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _keep_key(self, name: str, text: str) -> None:
        bases = self._ways.bases
        if bases is None:
            return
        try:
            bases.keep_secret(name, text)
        except OSError as error:
            self.ctx.notify(Message("base.key_unwritable", {"why": error.strerror or str(error)}), 0)
            return
        self.retry()

    def end(self) -> None:
        """The dialog closes."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.choose()
                return True
            if event.key() == Qt.Key.Key_Delete:
                self.take_back()
                return True
        return False
