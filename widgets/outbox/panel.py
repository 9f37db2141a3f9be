"""发件箱: what this seat gave out and the hub has not decided yet, and what failed, until a person took note of it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from widgets.kit.buttons import KeyButton, dress_icon_button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.loopwords import item_of
from widgets.kit.outbox import take_note, tally, waits
from widgets.kit.panel import Panel, guarded
from widgets.kit.states import PanelState
from widgets.lists.question import Question
from widgets.outbox.rows import outbox_rows
from widgets.outbox.table import HEAD, OutboxTable

SEND_KEY = "Shift+F5"
TOGGLE = "desk.outbox"
"""The command that opens and closes it."""
FOOT, EMPTY = 44, 132


class OutboxPanel(Panel):
    """The outbox.

    Attributes:
        table: its rows.
        go, take_back, again, note: its buttons; those that the current row has no use for are hidden.
    """

    panel_id: ClassVar[str] = "outbox"
    topics: ClassVar[frozenset[str]] = frozenset({"outbox", "case", "unit"})
    title_id: ClassVar[str] = "outbox.title"

    refitted = Signal()
    """It wants another height."""

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("frame", "float")
        theme = ctx.theme
        self.table = OutboxTable(theme, ctx.t)
        self.table.setParent(self.content)
        self._titles = _Titles(self.table, self.content)
        self.close_ = icon_button("close", "", theme, self._close)
        self.header.right.addWidget(self.close_)
        self.go = KeyButton("", "Enter", theme, parent=self.content)
        self.take_back = KeyButton("", "Del", theme, parent=self.content)
        self.again = KeyButton("", SEND_KEY, theme, parent=self.content)
        self.note = KeyButton("", "Del", theme, parent=self.content)
        for button, run in zip(self._buttons, (self._go, self._cancel, self._again, self._note), strict=True):
            button.clicked.connect(lambda _checked=False, run=run: run())
        self._lay_out()
        self.table.chosen.connect(lambda _id: self._offer())
        self.table.opened.connect(lambda _id: self._go())
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self._height = 0
        self.retranslate()
        self.refresh(self.topics)

    @property
    def _buttons(self) -> tuple[KeyButton, ...]:
        return self.go, self.take_back, self.again, self.note

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        foot.setSpacing(8)
        for button in self._buttons:
            foot.addWidget(button)
        foot.addStretch(1)
        column.addWidget(self.table, 1)
        column.addLayout(foot)

    @property
    def wanted_height(self) -> int:
        """What it needs to show every row."""
        frame = 2 + self.height() - self.contentsRect().height()  # its own pixel, and the stylesheet's
        return frame + self.header.height() + (self.table.wanted_height + FOOT if self.table.rows else EMPTY)

    def take_keyboard(self) -> None:
        """The keyboard goes to the rows, or to what closes an empty one."""
        target = self.table if self.table.rows else self.close_
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- what a panel says

    def refresh(self, topics: frozenset[str]) -> None:
        ctx = self.ctx
        rows = outbox_rows(ctx)
        self.table.show_rows(rows)
        count = tally(ctx.cases.outbox(), frozenset(), ctx.cases.case).waiting
        self.set_age(Message("outbox.kept", {"what": waits(ctx.cases.outbox())}) if count else None)
        self.set_facts(Message("outbox.order") if rows else None)
        if rows:
            self.show_content()
        else:
            self.show_state(PanelState.EMPTY, Message("outbox.empty"), (Message("outbox.empty_why"),))
        if self._height != self.wanted_height:
            self._height = self.wanted_height
            self.refitted.emit()

    def age_tick(self) -> None:
        super().age_tick()
        self.refresh(self.topics)

    def retranslate(self) -> None:
        super().retranslate()
        t = self.ctx.t
        self.table.t = t
        self.table.setAccessibleName(t("outbox.title"))
        dress_icon_button(self.close_, "close", t("outbox.close"), self.ctx.theme)
        for button, name in zip(self._buttons, ("go", "cancel", "again", "note"), strict=True):
            button.setText(t(f"outbox.{name}"))
        self.refresh(self.topics)

    def retheme(self) -> None:
        super().retheme()
        self.table.theme = self.ctx.theme
        dress_icon_button(self.close_, "close", self.ctx.t("outbox.close"), self.ctx.theme)
        for button in self._buttons:
            button.retheme(self.ctx.theme)
        self.table.viewport().update()
        self._titles.update()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.isAutoRepeat():
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape and plain:
            self._close()
        elif key == Qt.Key.Key_Delete and plain:
            self._delete()
        elif key == Qt.Key.Key_F5 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._again()
        else:
            super().keyPressEvent(event)

    # -- what can be done with a row

    def _offer(self) -> None:
        """Shows the buttons that the current row has a use for."""
        row = self.table.row()
        state = row.state if row is not None else None
        self.go.setVisible(row is not None and self.ctx.cases.case(row.case) is not None)
        self.take_back.setVisible(state in (Sending.WAITING, Sending.PARKED))
        self.again.setVisible(state is Sending.PARKED)
        self.note.setVisible(state in (Sending.REFUSED, Sending.EXPIRED))

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        for button in self._buttons:
            if not button.isHidden():
                menu.addAction(button.text()).triggered.connect(button.click)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.table.viewport().mapToGlobal(at))

    def _go(self) -> None:
        """Selects what the row is about."""
        row = self.table.row()
        case = self.ctx.cases.case(row.case) if row is not None else None
        if case is not None:
            self.ctx.selection.select(*item_of(case, self.ctx.picture))

    def _delete(self) -> None:
        if not self.note.isHidden():
            self._note()
        elif not self.take_back.isHidden():
            self._cancel()

    def _cancel(self) -> None:
        row = self.table.row()
        if row is not None and row.state in (Sending.WAITING, Sending.PARKED):
            self.ctx.cases.cancel(row.id, Question(self, self._cancelled).answer)

    def _cancelled(self, problem: Message | None) -> None:
        self.ctx.notify(problem if problem is not None else Message("outbox.cancelled"), 0)
        self.refresh(self.topics)

    def _again(self) -> None:
        row = self.table.row()
        if row is not None and row.state is Sending.PARKED:
            self.ctx.cases.send_again(row.id)
            self.refresh(self.topics)

    def _note(self) -> None:
        row = self.table.row()
        if row is not None and row.failed:
            take_note(self.ctx.prefs, row.id)
            self.refresh(self.topics)

    def _close(self) -> None:
        self.ctx.actions.trigger(TOGGLE)


class _Titles(QWidget):
    """The line of titles over the table's rows; it stays while these scroll."""

    def __init__(self, table: OutboxTable, parent: QWidget) -> None:
        super().__init__(table)
        self._table = table
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        table.installEventFilter(self)
        self._fit()

    def _fit(self) -> None:
        self.setGeometry(0, 0, self._table.width(), HEAD)

    def eventFilter(self, watched: object, event: object) -> bool:
        self._fit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._table.paint_head(painter)
        painter.end()


PANELS = {"outbox": OutboxPanel}
