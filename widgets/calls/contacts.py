"""通讯录: who can be reached, by organisation, or found by name, pinyin initials, duty or number; one or many."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cockpit.model.calls import Contact
from cockpit.model.messages import Message
from widgets.calls import acts, keys
from widgets.calls.announce import AnnounceDialog
from widgets.calls.people import CONTACT, PeopleTree
from widgets.kit.buttons import KeyButton, button, disable, dress_icon_button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.kit.panel import Panel, guarded
from widgets.lists.parts import PAD
from widgets.lists.question import Question

FIND_MS = 120
MOST, MOST_ALL = 100, 5000


class ContactsPanel(Panel):
    """
    Attributes:
        field: where one searches. tree: people under their organisation, or those that were found.
        found: people that are shown.
    """

    panel_id: ClassVar[str] = "contacts"
    topics: ClassVar[frozenset[str]] = frozenset({"call"})
    title_id: ClassVar[str] = "callsui.contacts"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("people", True)
        self.found: list[Contact] = []
        self._asked: Question | None = None
        self._shown_for: tuple[str, tuple[str, ...]] | None = None
        self._online: tuple[str, ...] = ()
        self.close_ = icon_button("close", "", ctx.theme, self._close)
        self.header.right.addWidget(self.close_)
        self.field = LineEdit(self.content)
        self.field.setClearButtonEnabled(False)
        self._finder = QTimer(self, singleShot=True, interval=FIND_MS)
        self._finder.timeout.connect(self.find)
        self.field.textChanged.connect(lambda _text: self._finder.start())
        self.tree = PeopleTree(ctx, self.content)
        self.tree.itemSelectionChanged.connect(self._marked)
        self.tree.itemActivated.connect(lambda item, _column: self._activate(item))
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        self.says = label("", self.content, role="t3")
        self.says.setContentsMargins(PAD, 8, PAD, 8)
        self.purpose = label("", self.content, role="")
        self.purpose.setContentsMargins(PAD, 6, PAD, 0)
        theme = ctx.theme
        self.call = KeyButton("", keys.CALL, theme, "primary", self.content)
        self.video = KeyButton("", keys.VIDEO, theme, parent=self.content)
        self.roll = button("", self._roll, parent=self.content)
        self.announce = button("", self._announce, parent=self.content)
        self.write = button("", self._write, parent=self.content)
        self.call.clicked.connect(self.do)
        self.video.clicked.connect(lambda: acts.call(self.ctx, self.marked, video=True))
        self._lay_out()
        ctx.calling.changed.connect(self._calling_changed)
        self.retranslate()
        self.find()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(PAD, 8, PAD, 8)
        top.addWidget(self.field)
        grid = QGridLayout()
        grid.setContentsMargins(PAD, 8, PAD, 12)
        grid.setSpacing(8)
        grid.addWidget(self.call, 0, 0, 1, 2)
        grid.addWidget(self.video, 0, 2)
        grid.addWidget(self.roll, 1, 0)
        grid.addWidget(self.announce, 1, 1)
        grid.addWidget(self.write, 1, 2)
        column.addWidget(self.purpose)
        column.addLayout(top)
        column.addWidget(self.says)
        column.addWidget(self.tree, 1)
        column.addLayout(grid)

    # -- what a panel is told

    def refresh(self, topics: frozenset[str]) -> None:
        online = self.ctx.calls.board.online if self.ctx.calls is not None else ()
        if online != self._online:
            self._online = online
            self.tree.viewport().update()
        if not self.found:
            self.find()
        self._offer()

    def retranslate(self) -> None:
        super().retranslate()
        t = self.ctx.t
        dress_icon_button(self.close_, "close", t("callsui.leave_panel"), self.ctx.theme)
        self.field.setPlaceholderText(t("callsui.find_place"))
        self.field.setAccessibleName(t("callsui.find_place"))
        self.tree.setAccessibleName(t("callsui.contacts"))
        self.video.setText(t("callsui.video_call"))
        self.roll.setText(t("callsui.roll"))
        self.announce.setText(t("callsui.announce"))
        self.write.setText(t("callsui.letter"))
        self._calling_changed()
        self._offer()

    def retheme(self) -> None:
        super().retheme()
        dress_icon_button(self.close_, "close", self.ctx.t("callsui.leave_panel"), self.ctx.theme)
        for key in (self.call, self.video):
            key.retheme(self.ctx.theme)
        self.tree.viewport().update()

    # -- finding

    def find(self) -> None:
        """Asks for those that the words in the field mean; "" all."""
        self._finder.stop()
        port, words = self.ctx.calls, self.field.text().strip()
        if port is None:
            self._say(Message("callsui.no_calls"))
            return
        if self._asked is not None and self._asked.open:
            self._asked.drop()
        self._asked = Question(self, lambda found: self._came(words, found))
        port.contacts(words, self._asked.answer, MOST if words else MOST_ALL)

    def _came(self, words: str, found: list[Contact]) -> None:
        self.found = list(found)
        shown = (words, tuple(one.id for one in found))
        if shown != self._shown_for:
            self._shown_for = shown
            self.tree.fill(self.found, by_org=not words)
        said = Message("callsui.none_found", {"words": words}) if words else Message("callsui.book_empty")
        self._say(None if found else said)
        self.set_age(Message("callsui.people", {"n": len(found)}) if found else None)

    def _say(self, what: Message | None) -> None:
        self.says.setText(self.ctx.t(what) if what is not None else "")
        self.says.setVisible(what is not None)
        self._offer()

    # -- whom a person marks, and what with them

    @property
    def marked(self) -> list[Contact]:
        """People that are selected; an organisation stands for all under it."""
        return self.tree.people()

    def _marked(self) -> None:
        self.ctx.calling.mark(self.marked)
        self._offer()

    def _offer(self) -> None:
        people, t, calling = self.marked, self.ctx.t, self.ctx.calling
        why = acts.refusal(self.ctx)
        reason = t(why) if why is not None else "" if people else t("callsui.mark_first")
        if calling.adding:
            words = t("callsui.add_n", n=len(people))
        elif calling.transferring:
            words = t("callsui.transfer_to", name=people[0].name if people else "–")
            reason = reason or ("" if len(people) == 1 else t("callsui.one_only"))
        else:
            words = t("callsui.call_n", n=len(people)) if len(people) > 1 else t("callsui.call")
        self.call.setText(words)
        for made in (self.call, self.video, self.roll, self.announce):
            disable(made, reason)
        units = [one for one in people if one.unit]
        disable(self.write, "" if units else t("callsui.no_unit_marked"))
        for made in (self.video, self.roll, self.announce, self.write):
            made.setVisible(not (calling.adding or calling.transferring))

    def _calling_changed(self) -> None:
        calling, t = self.ctx.calling, self.ctx.t
        words = "callsui.choose_more" if calling.adding else "callsui.choose_other" if calling.transferring else ""
        self.purpose.setText(t(words) if words else "")
        self.purpose.setVisible(bool(words))
        self._offer()

    def do(self) -> None:
        """What the panel was opened for: calls those marked, adds them to a call, or hands a leg on to one."""
        people, port, calling = self.marked, self.ctx.calls, self.ctx.calling
        if not people or port is None or not self.call.isEnabled():
            return
        if calling.adding:
            port.add(calling.adding, people)
        elif calling.transferring:
            port.transfer(calling.transferring, people[0])
        else:
            acts.call(self.ctx, people)
            return
        calling.want_more("")
        self._close()

    def _roll(self) -> None:
        acts.call(self.ctx, self.marked, roll=True)

    def _announce(self) -> None:
        AnnounceDialog(self.ctx, self.marked, self.window()).open()

    def _write(self) -> None:
        units = [one for one in self.marked if one.unit]
        if len(units) == 1:
            acts.read_letters(self.ctx, units[0].unit)
        elif units:
            AnnounceDialog(self.ctx, units, self.window(), spoken=False).open()

    def _activate(self, item: QTreeWidgetItem) -> None:
        if item.data(0, CONTACT) is None:
            item.setExpanded(not item.isExpanded())
        else:
            self.do()

    def _menu(self, at: Any) -> None:
        item = self.tree.itemAt(at)
        if item is None or not self.marked:
            return
        t, menu = self.ctx.t, QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for made in (self.call, self.video, self.roll, self.announce, self.write):
            if not made.isHidden():
                entry = menu.addAction(made.text().replace("&", "&&"))
                entry.setEnabled(made.isEnabled())
                entry.triggered.connect(lambda _on=False, made=made: made.click())
        one = item.data(0, CONTACT)
        if isinstance(one, Contact) and one.unit:
            menu.addSeparator()
            menu.addAction(t("callsui.show_unit")).triggered.connect(
                lambda: self.ctx.selection.select("unit", one.unit)
            )
        menu.popup(self.tree.viewport().mapToGlobal(at))

    # -- the keyboard

    def take_keyboard(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def leave(self) -> None:
        """It is closed: what it was opened for is over."""
        self.ctx.calling.want_more("")
        self.ctx.calling.mark(())

    def _close(self) -> None:
        self.ctx.actions.trigger("call.contacts_close")

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.isAutoRepeat() and key not in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            event.accept()
        elif key == Qt.Key.Key_Escape:
            if self.field.text():
                self.field.clear()
                self.field.setFocus()
            else:
                self._close()
        elif key == Qt.Key.Key_Down and self.field.hasFocus():
            self.tree.take_first()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.field.hasFocus() and not self.field.composing:
            self.find()
            self.tree.take_first()
        else:
            super().keyPressEvent(event)


PANELS = {"contacts": ContactsPanel}
