"""The two lines over the queue: search, scope and filters; counts by level and order. They say what is asked."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets.kit.buttons import draw_key
from widgets.kit.icons import icon
from widgets.kit.panel import PanelContext
from widgets.kit.searchline import SearchLine
from widgets.lists.areas import AreaTree
from widgets.lists.asked import LEVELS, Answer, Asked, Order, Scope
from widgets.lists.chips import LevelChip
from widgets.lists.queue_filter import FilterPopover

SEARCH_PAUSE_MS = 150
SEARCH_KEY = "Ctrl+F"


class SearchField(SearchLine):
    """With the key that leads here at the right."""

    def say_hint(self) -> None:
        """What can be searched for, in as many words as there is room for."""
        long, short = (self._ctx.t(f"lists.search_{name}") for name in ("hint", "short"))
        fits = self.fontMetrics().horizontalAdvance(long) + 44 <= self.width()
        self.setPlaceholderText(long if fits else short)
        self.setAccessibleName(long)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.say_hint()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        theme = self._ctx.theme
        if self.text() or self.hasFocus():
            return
        words = self.fontMetrics().horizontalAdvance(self.placeholderText()) + 34
        key = QFontMetrics(theme.font("axis")).horizontalAdvance(SEARCH_KEY) + 24
        if self.width() >= words + key:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_key(painter, self.width() - 8, self.height() / 2, SEARCH_KEY, theme, "t3")


class QueueBar(QWidget):
    """Holds what is asked and lets a person change it.

    Attributes:
        asked: what is asked now; `changed` says that it is another.
        searched: text to be searched for, after a pause in typing.
    """

    changed = Signal(Asked)
    searched = Signal(str)

    def __init__(self, ctx: PanelContext, areas: AreaTree, parent: QWidget) -> None:
        super().__init__(parent)
        self.asked = Asked()
        self.nearest_allowed = False
        self._ctx = ctx
        self._areas = areas
        self.search = SearchField(ctx, self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.searched.emit(self.search.text().strip()))
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self.scopes: dict[Scope, QPushButton] = {}
        group = QButtonGroup(self)
        for scope in Scope:
            button = QPushButton(self)
            button.setProperty("kind", "chip")
            button.setCheckable(True)
            button.setFixedHeight(28)
            button.clicked.connect(lambda _on=False, scope=scope: self.ask(replace(self.asked, scope=scope)))
            group.addButton(button)
            self.scopes[scope] = button
        self.filter = QToolButton(self)
        self.filter.setFixedSize(28, 28)
        self.filter.setIconSize(QSize(16, 16))
        self.filter.setProperty("kind", "quiet")
        self.filter.setCheckable(True)
        self.filter.clicked.connect(self._open_filter)
        self.chips = {level: LevelChip(level, ctx.theme, self) for level in LEVELS}
        for level, chip in self.chips.items():
            chip.toggled.connect(lambda on, level=level: self._level(level, on))
        self.order = QPushButton(self)
        self.order.setProperty("kind", "quiet")
        self.order.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.order.setIconSize(QSize(12, 12))
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_orders)
        self.order.setMenu(self._menu)
        self._lay_out()
        self.retheme()
        self.retranslate()
        self._show_asked()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(8)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self.search, 1)
        for button in self.scopes.values():
            first.addWidget(button)
        first.addWidget(self.filter)
        second.setSpacing(2)
        second.setContentsMargins(-5, 0, 0, 0)
        for chip in self.chips.values():
            second.addWidget(chip)
        second.addStretch(1)
        second.addWidget(self.order)
        column.addLayout(first)
        column.addLayout(second)

    def ask(self, asked: Asked) -> None:
        """Asks for something else."""
        if asked != self.asked:
            self.asked = asked
            self._show_asked()
            self.changed.emit(asked)

    def clear(self) -> None:
        """Nothing filtered, nothing searched."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._pause.stop()
        self.ask(self.asked.cleared())

    def show_answer(self, answer: Answer, known: bool = True) -> None:
        """Args: known: whether there is any data; without, counts are no zeros."""
        for level, chip in self.chips.items():
            chip.show_count(answer.counts.get(level, 0) if known else None, self._ctx.t)
        unknown = self.chips[LEVELS[-1]]
        unknown.setVisible(unknown.count > 0 or unknown.isChecked())
        self._fit()

    def retranslate(self) -> None:
        t = self._ctx.t
        self.search.say_hint()
        self.search.setToolTip(t("lists.search_tip"))
        for scope, button in self.scopes.items():
            button.setText(t(f"lists.scope_{scope}"))
            button.setToolTip(t(f"lists.scope_{scope}_long"))
        self.filter.setToolTip(t("lists.filter"))
        self.filter.setAccessibleName(t("lists.filter"))
        self._show_asked()

    def retheme(self) -> None:
        theme = self._ctx.theme
        for chip in self.chips.values():
            chip.theme = theme
            chip.updateGeometry()
            chip.update()
        self.filter.setIcon(icon("filter", theme))
        self.order.setIcon(icon("chevron-down", theme, 12))
        self.order.setFont(theme.font("small"))

    def _show_asked(self) -> None:
        asked = self.asked
        for scope, button in self.scopes.items():
            button.setChecked(scope is asked.scope)
        for level, chip in self.chips.items():
            chip.blockSignals(True)
            chip.setChecked(level in asked.levels)
            chip.blockSignals(False)
            chip.update()
        self.filter.setChecked(asked.filters > 0)
        self._fit()

    def _fit(self) -> None:
        """The order in words where there is room, else as a sign with its words in the tooltip."""
        words = self._ctx.t(f"lists.order_{self.asked.order}")
        self.order.setToolTip(words)
        self.order.setAccessibleName(words)
        taken = sum(chip.sizeHint().width() + 2 for chip in self.chips.values() if not chip.isHidden())
        room = self.width() - 24 - taken
        self.order.ensurePolished()
        needed = self.order.fontMetrics().horizontalAdvance(words) + 36
        wordy = room >= needed
        self.order.setText(words if wordy else "")
        self.order.setIcon(icon("chevron-down" if wordy else "sort", self._ctx.theme, 12 if wordy else 16))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _level(self, level: int, on: bool) -> None:
        levels = self.asked.levels | {level} if on else self.asked.levels - {level}
        self.ask(replace(self.asked, levels=frozenset(levels)))

    def _open_filter(self) -> None:
        self.filter.setChecked(self.asked.filters > 0)
        popover = FilterPopover(self.asked, self._ctx.pack, self._areas, self._ctx.t, self)
        popover.changed.connect(self.ask)
        popover.open_at(self.filter)

    def _fill_orders(self) -> None:
        t = self._ctx.t
        self._menu.clear()
        for order in Order:
            action = QAction(t(f"lists.order_{order}"), self._menu)
            action.setCheckable(True)
            action.setChecked(order is self.asked.order)
            if order is Order.NEAREST and not self.nearest_allowed:
                action.setEnabled(False)
                action.setText(t("lists.order_nearest_off"))
            action.triggered.connect(lambda _on=False, order=order: self.ask(replace(self.asked, order=order)))
            self._menu.addAction(action)
