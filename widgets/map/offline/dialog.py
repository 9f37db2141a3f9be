"""底图与离线地图: the sources, the areas that are kept, and what is seen without a network. One window, three pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from widgets.kit.buttons import Segments, button
from widgets.kit.context import PanelContext
from widgets.map.offline.preview import PreviewPage
from widgets.map.offline.regions import RegionsPage
from widgets.map.offline.sources import SourcesPage

if TYPE_CHECKING:
    from widgets.map.offline.ways import BaseWays

SIZE = (760, 620)
_LISTS = """
QListWidget {{ background: {field}; border: 1px solid {line}; border-radius: 4px; outline: none; }}
QListWidget::item {{ padding: 4px 10px; color: {t1}; border: none; }}
QListWidget::item:selected {{ background: {acc_bg}; color: {t1}; border-left: 3px solid {acc}; }}
QListWidget:focus {{ border: 2px solid {acc}; }}
"""


class BaseDialog(QDialog):
    """Attributes:
    sources, regions, preview: its pages.
    """

    def __init__(self, ctx: PanelContext, ways: BaseWays, parent: QWidget) -> None:
        super().__init__(parent)
        t = ctx.t
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(t("base.title"))
        self.resize(*SIZE)
        colors = {name: ctx.theme.hex(name) for name in ("field", "line", "t1", "acc", "acc_bg")}
        self.setStyleSheet(_LISTS.format(**colors))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        head = QLabel(t("base.title"), self)
        head.setProperty("style", "title")
        self._tabs = Segments([(p, t(f"base.page_{p}")) for p in ("sources", "regions", "preview")], "sources", self)
        self._tabs.chosen.connect(self.show_page)
        top = QHBoxLayout()
        top.addWidget(head)
        top.addStretch(1)
        top.addWidget(self._tabs)
        column.addLayout(top)
        self.sources, self.regions = SourcesPage(ctx, ways, self), RegionsPage(ctx, ways, self)
        self.preview = PreviewPage(ctx, ways, self)
        self._pages = {"sources": self.sources, "regions": self.regions, "preview": self.preview}
        self._stack = QStackedWidget(self)
        for page in self._pages.values():
            self._stack.addWidget(page)
        column.addWidget(self._stack, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        close = button(t("base.close"), self.close, parent=self)
        close.setAutoDefault(False)
        foot.addWidget(close)
        column.addLayout(foot)

    def show_page(self, name: str) -> None:
        self._tabs.set_current(name)
        page = self._pages[name]
        self._stack.setCurrentWidget(page)
        page.refresh()
        page.list.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+PgUp and Ctrl+PgDown turn the pages; Enter belongs to the page."""
        names = list(self._pages)
        at = self._stack.currentIndex()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() in (
            Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown,
        ):
            self.show_page(names[(at + (1 if event.key() == Qt.Key.Key_PageDown else -1)) % len(names)])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        for page in self._pages.values():
            page.end()
        super().closeEvent(event)
