"""通话: everyone in the call with their state, pictures, what the officer writes down, and what can be done.

It lies over the map and never takes the keyboard by itself; Esc leaves it, the call goes on.
"""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from cockpit.model.calls import Call, CallKind, CallState, Leg
from cockpit.model.messages import Message
from widgets.calls import acts, keys
from widgets.calls.member import MemberRow
from widgets.calls.tiles import VideoTiles
from widgets.calls.words import answered_at, clock_words, roll_words, who_words
from widgets.kit.buttons import KeyButton, disable, dress_icon_button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.panel import Panel, guarded
from widgets.kit.scrolling import scrolled_column
from widgets.kit.states import PanelState
from widgets.lists.parts import PAD

TOGGLE = "call.panel"
NOTE_MS = 800
MOST_NOTE = 2000


class CallPanel(Panel):
    """
    Attributes:
        rows: of the members, by id of their leg.
        note: what is written down; it is kept with the call a moment after the last letter.
        tiles: the pictures.
    """

    panel_id: ClassVar[str] = "call"
    topics: ClassVar[frozenset[str]] = frozenset({"call", "unit"})
    title_id: ClassVar[str] = "callsui.call_title"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("frame", "float")
        self.rows: dict[str, MemberRow] = {}
        self._call: Call | None = None
        self._noted = ""
        self.close_ = icon_button("close", "", ctx.theme, self._close)
        self.header.right.addWidget(self.close_)
        self.counts = QLabel(self.content)
        self.counts.setTextFormat(Qt.TextFormat.PlainText)
        self.counts.setContentsMargins(PAD, 8, PAD, 8)
        self.tiles = VideoTiles(ctx, self.content)
        self.note = QPlainTextEdit(self.content)
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(64)
        self.note.textChanged.connect(self._typed)
        self.note.installEventFilter(self)
        self._saver = QTimer(self, singleShot=True, interval=NOTE_MS)
        self._saver.timeout.connect(self.save_note)
        self._note_label = label("", self.content)
        self.add = KeyButton("", keys.ADD, ctx.theme, parent=self.content)
        self.end = KeyButton("", keys.END, ctx.theme, parent=self.content)
        self.add.clicked.connect(lambda: self._run("call.add"))
        self.end.clicked.connect(lambda: self._run("call.end"))
        self._lay_out()
        ctx.calling.changed.connect(self._look)
        self.retranslate()
        self._look()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._scroll, self._members = scrolled_column(self.content)
        foot = QVBoxLayout()
        foot.setContentsMargins(PAD, 8, PAD, 12)
        foot.setSpacing(6)
        foot.addWidget(self._note_label)
        foot.addWidget(self.note)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.add)
        buttons.addStretch(1)
        buttons.addWidget(self.end)
        foot.addLayout(buttons)
        column.addWidget(self.tiles)
        column.addWidget(self.counts)
        column.addWidget(self._scroll, 1)
        column.addLayout(foot)

    # -- what a panel is told

    def refresh(self, topics: frozenset[str]) -> None:
        self._look()

    def age_tick(self) -> None:
        super().age_tick()
        self._look()

    def retranslate(self) -> None:
        super().retranslate()
        t = self.ctx.t
        dress_icon_button(self.close_, "close", t("callsui.leave_panel"), self.ctx.theme)
        self._note_label.setText(t("callsui.note"))
        self.note.setAccessibleName(t("callsui.note"))
        self.note.setPlaceholderText(t("callsui.note_place"))
        self.add.setText(t("callsui.add_people"))
        self._look()

    def retheme(self) -> None:
        super().retheme()
        dress_icon_button(self.close_, "close", self.ctx.t("callsui.leave_panel"), self.ctx.theme)
        for key in (self.add, self.end):
            key.retheme(self.ctx.theme)
        for row in self.rows.values():
            row.theme = self.ctx.theme
        self._look()

    # -- what it shows

    @property
    def call(self) -> Call | None:
        return self._call

    def _look(self) -> None:
        call = acts.current(self.ctx)
        if call is None:
            self._let_go()
            self.set_age(None)
            self.show_state(
                PanelState.EMPTY, Message("callsui.none"), (Message("callsui.none_how", {"key": keys.CALL}),)
            )
            return
        if self._call is None or call.id != self._call.id:
            self._let_go()
            self._noted = call.note
            self.note.setPlainText(call.note)
        self._call = call
        self.show_content()
        t = self.ctx.t
        self.header.set_title(t(f"callsui.kind_{call.kind}", who=who_words(call, t)))
        clock = clock_words(answered_at(call), call.ended, self.ctx.clock.now())
        self.set_age(Message("callsui.lasts", {"clock": clock}) if clock else None)
        self.tiles.tell(call)
        roll = call.kind is CallKind.ROLL
        self.counts.setText(roll_words(call, t) if roll else t("callsui.room", room=call.room) if call.room else "")
        self.counts.setVisible(bool(self.counts.text()))
        ended = call.state is CallState.ENDED
        self.end.setText(
            t("callsui.close" if ended else "callsui.end_all" if len(call.legs) > 1 else "callsui.hang_up")
        )
        disable(self.add, t("callsui.is_over") if ended else "")
        self._show_members(call)

    def _show_members(self, call: Call) -> None:
        """A row a leg, which stays the same widget, so that the keyboard stays in it."""
        legs = {leg.id: leg for leg in call.legs}
        for gone in self.rows.keys() - legs.keys():
            row = self.rows.pop(gone)
            row.hide()
            row.deleteLater()
        for i, (ident, leg) in enumerate(legs.items()):
            row = self.rows.get(ident) or self._row(ident)
            row.tell(leg, call.kind)
            if self._members.indexOf(row) != i:
                self._members.insertWidget(i, row)

    def _row(self, ident: str) -> MemberRow:
        row = MemberRow(self.ctx)
        self.rows[ident] = row
        row.muted.connect(lambda on: self._port_do("mute_leg", ident, on))
        row.dropped.connect(lambda: self._port_do("drop", ident))
        row.again.connect(lambda: self._again(ident))
        row.opened.connect(lambda: self._show_unit(ident))
        return row

    def _leg(self, ident: str) -> Leg | None:
        return next((leg for leg in self._call.legs if leg.id == ident), None) if self._call else None

    def _port_do(self, what: str, *args: object) -> None:
        if self.ctx.calls is not None:
            getattr(self.ctx.calls, what)(*args)

    def _again(self, ident: str) -> None:
        """Calls somebody who is gone: into the call while it goes on, else anew."""
        leg, call = self._leg(ident), self._call
        if leg is None or call is None or self.ctx.calls is None:
            return
        if call.state is CallState.ENDED:
            if acts.settled(self.ctx):
                acts.call(self.ctx, [leg.contact])
        else:
            self.ctx.calls.add(call.id, [leg.contact])

    def _show_unit(self, ident: str) -> None:
        leg = self._leg(ident)
        if leg is not None and leg.contact.unit:
            self.ctx.selection.select("unit", leg.contact.unit)

    # -- what is written down

    def _typed(self) -> None:
        if len(self.note.toPlainText()) > MOST_NOTE:
            self.note.textCursor().deletePreviousChar()
        self._saver.start()

    def save_note(self) -> None:
        """Keeps what was written with the call."""
        self._saver.stop()
        words = self.note.toPlainText().strip()
        if self._call is not None and self.ctx.calls is not None and words != self._noted:
            self._noted = words
            self.ctx.calls.note(self._call.id, words)

    def _let_go(self) -> None:
        """Another call is looked at, or none: what was written of this one is kept first."""
        self.save_note()
        self._call = None
        self.tiles.tell(None)
        self.note.blockSignals(True)
        self.note.clear()
        self.note.blockSignals(False)
        for row in self.rows.values():
            row.hide()
            row.deleteLater()
        self.rows = {}

    def leave(self) -> None:
        """It is closed; the call goes on."""
        self.save_note()

    # -- keys

    def take_keyboard(self) -> None:
        """Begins at the first member, or at the note of a call with one."""
        first = next(iter(self.rows.values()), None)
        (self.note if first is None or len(self.rows) == 1 else first).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _run(self, command: str) -> None:
        problem = self.ctx.actions.trigger(command)
        if problem is not None:
            self.ctx.notify(problem, 0)

    def _close(self) -> None:
        self.ctx.actions.trigger("call.panel_close")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self._close()
            return True
        return False

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.isAutoRepeat():
            self._close()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: object) -> None:
        self.save_note()


PANELS = {"call": CallPanel}
