"""批示: those that are open with their answers and ages, then those that ended today; an officer answers here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.instructions import Instruction
from cockpit.model.messages import Message
from widgets.instruct import acts
from widgets.instruct import words as say
from widgets.instruct.row import InstructionRow
from widgets.kit.buttons import dress_icon_button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.panel import Panel, guarded
from widgets.kit.scrolling import scrolled_column
from widgets.kit.states import PanelState
from widgets.lists.parts import SectionHead
from widgets.orders.reading import Reading


class InstructionsPanel(Panel):
    """
    Attributes:
        rows: in the order in which they stand.
    """

    panel_id: ClassVar[str] = "instructions"
    topics: ClassVar[frozenset[str]] = frozenset({"case", "outbox"})
    title_id: ClassVar[str] = "instruct.list"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.rows: list[InstructionRow] = []
        self._reading = Reading(ctx, self, self._came)
        self._drawn: object = None
        self.close_ = icon_button("close", "", ctx.theme, self._close)
        self.header.right.addWidget(self.close_)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        self._scroll, self._list = scrolled_column(self.content, bottom=8)
        column.addWidget(self._scroll)
        self.retranslate()

    # -- what a panel is told

    def refresh(self, topics: frozenset[str]) -> None:
        self._look()

    def age_tick(self) -> None:
        port = self.ctx.instructions
        if port is not None:
            self._reading.want(say.refs(port.every(), ()))
        for row in self.rows:
            row.age_tick()

    def retranslate(self) -> None:
        super().retranslate()
        self._dress()
        self._drawn = None
        self._look()

    def retheme(self) -> None:
        super().retheme()
        self._dress()
        self._drawn = None
        self._look()

    def _dress(self) -> None:
        dress_icon_button(self.close_, "close", self.ctx.t("instruct.close_panel"), self.ctx.theme)
        self.close_.setVisible(self.ctx.actions.get("instruct.list_close") is not None)

    def _came(self) -> None:
        self._drawn = None
        self._look()

    # -- what it shows

    def _look(self) -> None:
        port = self.ctx.instructions
        every: Sequence[Instruction] = port.every() if port is not None else ()
        self._reading.want(say.refs(every, ()))
        mine = {one.id for one in port.for_me()} if port is not None else set()
        if self.isVisible():
            acts.read_all(self.ctx, self, [one for one in every if one.id in mine])
        waits = [one for one in every if one.id in mine]
        waits.sort(key=lambda one: (one.due or 1 << 62, one.said.at))
        others = [one for one in every if one.open and one.id not in mine]
        over = [one for one in every if not one.open]
        drawn = (tuple(waits), tuple(others), tuple(over))
        if drawn != self._drawn and not any(row.writing for row in self.rows):
            self._drawn = drawn
            self._fill((("instruct.for_me", waits), ("instruct.under_way", others), ("instruct.ended", over)))
        self.header.set_facts(self.ctx.t("instruct.open_n", n=len(waits) + len(others)) if every else "")
        if port is None:
            self.show_state(PanelState.EMPTY, Message("instruct.none_here"))
        elif not every:
            self.show_state(PanelState.EMPTY, Message("instruct.no_instructions"), (Message("instruct.how"),))
        else:
            self.show_content()

    def _fill(self, parts: Sequence[tuple[str, list[Instruction]]]) -> None:
        focused = next((row.one.id for row in self.rows if row.hasFocus()), "")
        at = self._scroll.verticalScrollBar().value()
        while self._list.count() > 1:
            item = self._list.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        self.rows = []
        n = 0
        for title, ones in parts:
            if not ones:
                continue
            head = SectionHead(self.ctx.theme, self.ctx.t(title), lambda ones=ones: str(len(ones)))  # type: ignore[misc]
            self._list.insertWidget(n, head)
            n += 1
            for one in ones:
                row = InstructionRow(self.ctx, one, self._reading, self._scroll.widget())
                row.told.connect(self._came)
                self._list.insertWidget(n, row)
                row.show()
                self.rows.append(row)
                n += 1
                if one.id == focused:
                    row.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll.verticalScrollBar().setValue(at)

    # -- hands

    def take_keyboard(self) -> None:
        if self.rows:
            self.rows[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _close(self) -> None:
        self.ctx.actions.trigger("instruct.list_close")

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.isAutoRepeat() and self.close_.isVisible():
            self._close()
        else:
            super().keyPressEvent(event)


PANELS = {"instructions": InstructionsPanel}
