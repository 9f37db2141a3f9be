"""未接与通话记录: missed calls are work until somebody has dealt with them; beside them all calls of the hall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.ages import age, countdown
from cockpit.model.calls import CallRecord, Contact, Listened, Missed, Outcome
from cockpit.model.messages import Message
from widgets.calls import acts, keys
from widgets.calls.ask import WordsDialog
from widgets.calls.incoming import seat_words
from widgets.calls.words import contact_under, outcome_words, way_name
from widgets.kit.buttons import KeyButton, Segments, button, disable, dress_icon_button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.icons import draw_icon
from widgets.kit.label import label
from widgets.kit.panel import Panel, guarded
from widgets.kit.scrolling import scrolled_column
from widgets.lists.parts import PAD, Part, draw_line
from widgets.lists.question import Question
from widgets.lists.words import clock_time

MISSED, RECORDS = "missed", "records"
MOST = 100
ASK_AGAIN_S = 15
MOST_HEARD = 5
"""Of those who listened to a recording are named."""


class LogPanel(Panel):
    """
    Attributes:
        part: `missed` or `records`. rows: what is shown. chosen: the row that buttons and keys mean.
        back, settle, listen, mine: call back; it was dealt with; hear the recording; I work on it.
        heard: who listened to the recording of the chosen row.
    """

    panel_id: ClassVar[str] = "calllog"
    topics: ClassVar[frozenset[str]] = frozenset({"call"})
    title_id: ClassVar[str] = "callsui.log"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("people", True)
        self.part = MISSED
        self.rows: list[LogRow] = []
        self.chosen = ""
        self._records: list[CallRecord] = []
        self._told: Message | None = None
        self._asked: Question | None = None
        self._asked_at = 0
        self._shown: object = None
        self.close_ = icon_button("close", "", ctx.theme, self._close)
        self.header.right.addWidget(self.close_)
        self.parts = Segments([(MISSED, ""), (RECORDS, "")], MISSED, self.content)
        self.parts.chosen.connect(self.show_part)
        self.says = label("", self.content, role="t3")
        self.says.setContentsMargins(PAD, 10, PAD, 10)
        self.heard = label("", self.content, style="small")
        self.heard.setContentsMargins(PAD, 8, PAD, 0)
        self._heard_of = ""
        self._heard: list[Listened] | Message | None = None
        self._heard_asked: Question | None = None
        theme = ctx.theme
        self.back = KeyButton("", keys.CALL, theme, "primary", self.content)
        self.settle = KeyButton("", "Del", theme, parent=self.content)
        self.mine = button("", self.take_on, parent=self.content)
        self.listen = button("", self._listen, parent=self.content)
        self.back.clicked.connect(self.call_back)
        self.settle.clicked.connect(self.ask_settle)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(PAD, 8, PAD, 8)
        top.addWidget(self.parts)
        top.addStretch(1)
        scroll, self._list = scrolled_column(self.content)
        foot = QHBoxLayout()
        foot.setContentsMargins(PAD, 8, PAD, 12)
        foot.setSpacing(8)
        for made in (self.back, self.settle, self.mine, self.listen):
            foot.addWidget(made)
        foot.addStretch(1)
        column.addLayout(top)
        column.addWidget(self.says)
        column.addWidget(scroll, 1)
        column.addWidget(self.heard)
        column.addLayout(foot)

    # -- what a panel is told

    def refresh(self, topics: frozenset[str]) -> None:
        self._look()

    def age_tick(self) -> None:
        if self.part == RECORDS and self.ctx.clock.wall() - self._asked_at >= ASK_AGAIN_S * 1_000_000:
            self.ask()
        for row in self.rows:
            row.update()

    def retranslate(self) -> None:
        super().retranslate()
        t = self.ctx.t
        dress_icon_button(self.close_, "close", t("callsui.leave_panel"), self.ctx.theme)
        self.parts.set_words(RECORDS, t("callsui.records"))
        self.back.setText(t("callsui.call_back"))
        self.settle.setText(t("callsui.settle"))
        self.mine.setText(t("callsui.take_on"))
        self.listen.setText(t("callsui.listen"))
        self._look(anew=True)

    def retheme(self) -> None:
        super().retheme()
        dress_icon_button(self.close_, "close", self.ctx.t("callsui.leave_panel"), self.ctx.theme)
        for key in (self.back, self.settle):
            key.retheme(self.ctx.theme)
        self._look(anew=True)

    # -- what it shows

    def show_part(self, part: str) -> None:
        self.part = part
        self.parts.set_current(part)
        self.chosen = ""
        if part == RECORDS:
            self.ask()
        self._look()

    def ask(self) -> None:
        """Asks the hub for the records of the hall."""
        if self.ctx.calls is None:
            return
        self._asked_at = self.ctx.clock.wall()
        if self._asked is not None and self._asked.open:
            self._asked.drop()
        self._asked = Question(self, self._came)
        self.ctx.calls.records(self._asked.answer, most=MOST)

    def _came(self, said: list[CallRecord] | Message) -> None:
        self._told = said if isinstance(said, Message) else None
        if not isinstance(said, Message):
            self._records = list(said)
        self._look()

    def _look(self, anew: bool = False) -> None:
        ctx, t = self.ctx, self.ctx.t
        missed = acts.missed(ctx)
        self.parts.set_words(MISSED, t("callsui.missed_n", n=len(missed)) if missed else t("callsui.missed"))
        shown: list[Missed | CallRecord] = list(missed if self.part == MISSED else self._records)
        if shown != self._shown or anew:
            self._shown = shown
            self._fill(shown)
        said: Message | None = None
        if ctx.calls is None:
            said = Message("callsui.no_calls")
        elif self.part == RECORDS and self._told is not None:
            said = self._told
        elif not shown:
            said = Message("callsui.no_missed" if self.part == MISSED else "callsui.no_records")
        self.says.setText(t(said) if said is not None else "")
        self.says.setVisible(said is not None)
        self._offer()

    def _fill(self, shown: list[Missed | CallRecord]) -> None:
        had = any(row.hasFocus() for row in self.rows)
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for i, one in enumerate(shown):
            row = LogRow(self.ctx, one)
            row.picked.connect(lambda ident=row.ident: self.choose(ident))
            row.opened.connect(self._open)
            self._list.insertWidget(i, row)
            self.rows.append(row)
            row.show()
        if self.rows and not any(row.ident == self.chosen for row in self.rows):
            self.chosen = self.rows[0].ident
        self.choose(self.chosen)
        if had and (row := self.row) is not None:
            row.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def row(self) -> LogRow | None:
        return next((row for row in self.rows if row.ident == self.chosen), None)

    def choose(self, ident: str) -> None:
        self.chosen = ident
        for row in self.rows:
            row.mark(row.ident == ident)
        row = self.row
        if self.isVisible():
            self.ctx.calling.mark((row.contact,) if row is not None else ())
        self._offer()

    def _offer(self) -> None:
        row, t = self.row, self.ctx.t
        why = acts.refusal(self.ctx)
        disable(
            self.back, "" if row is not None and why is None else t(why) if why is not None else t("callsui.mark_first")
        )
        self.settle.setVisible(row is not None and row.missed is not None)
        self.mine.setVisible(row is not None and row.missed is not None and not row.missed.by)
        sound = row.record.recording if row is not None and row.record is not None else ""
        self.listen.setVisible(bool(sound))
        if sound != self._heard_of:
            self._ask_heard(sound)
        self._show_heard()

    def _ask_heard(self, sound: str) -> None:
        """Asks the hub who listened to a recording."""
        if self._heard_asked is not None and self._heard_asked.open:
            self._heard_asked.drop()
        if sound != self._heard_of:
            self._heard_of, self._heard = sound, None
        if sound and self.ctx.calls is not None:
            self._heard_asked = Question(self, self._heard_came)
            self.ctx.calls.listened(sound, self._heard_asked.answer)

    def _heard_came(self, said: list[Listened] | Message) -> None:
        self._heard = said
        self._show_heard()

    def _show_heard(self) -> None:
        self.heard.setText(heard_words(self._heard, self.ctx) if self._heard is not None else "")
        self.heard.setVisible(bool(self._heard_of))

    # -- what is done

    def call_back(self) -> None:
        row = self.row
        if row is not None and self.back.isEnabled():
            if row.missed is not None and not row.missed.by:
                self.take_on()
            acts.call(self.ctx, [row.contact])

    def take_on(self) -> None:
        """This seat works on it: others see that."""
        row = self.row
        if row is not None and row.missed is not None and self.ctx.calls is not None:
            self.ctx.calls.settle(row.missed.inbound.id, "", Question(self, self._settled).answer)

    def ask_settle(self) -> None:
        """What was done about it, in words."""
        row, t = self.row, self.ctx.t
        if row is None or row.missed is None:
            return
        ident = row.missed.inbound.id
        ready = tuple(t(f"callsui.settle_{one}") for one in ("called", "done", "wrong"))
        asked = WordsDialog(
            t("callsui.settle"), t("callsui.settle_why", name=row.contact.name), t("callsui.settle"),
            t("callsui.cancel"), self.window(), ready,
        )  # fmt: skip
        asked.told.connect(lambda words: self._settle(ident, words))
        asked.open()

    def _settle(self, ident: str, words: str) -> None:
        if self.ctx.calls is not None:
            self.ctx.calls.settle(ident, words, Question(self, self._settled).answer)

    def _settled(self, problem: Message | None) -> None:
        if problem is not None:
            self.ctx.notify(problem, 0)
        self._look()

    def _listen(self) -> None:
        row = self.row
        if row is not None and row.record is not None and row.record.recording and self.ctx.calls is not None:
            self.ctx.calls.recording(row.record.recording, Question(self, self._sounds).answer)

    def _sounds(self, said: bytes | Message) -> None:
        problem = said if isinstance(said, Message) else self.ctx.calling.play(said)
        if problem is not None:
            self.ctx.notify(problem, 0)
        self._ask_heard(self._heard_of)

    def _open(self) -> None:
        row = self.row
        if row is None:
            return
        if row.record is not None and row.record.case:
            self.ctx.selection.select("case", row.record.case)
        elif row.contact.unit:
            self.ctx.selection.select("unit", row.contact.unit)

    # -- the keyboard

    def take_keyboard(self) -> None:
        target: QWidget = self.row or self.parts._buttons[self.part]
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.choose(self.chosen)

    def leave(self) -> None:
        self.ctx.calling.mark(())

    def _close(self) -> None:
        self.ctx.actions.trigger("call.log_close")

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            event.accept()
        elif event.key() == Qt.Key.Key_Escape:
            self._close()
        elif event.key() == Qt.Key.Key_Delete and not self.settle.isHidden():
            self.ask_settle()
        else:
            super().keyPressEvent(event)


class LogRow(Part):
    """One missed call, or one leg that ended."""

    picked = Signal()
    opened = Signal()

    def __init__(self, ctx: PanelContext, shown: Missed | CallRecord) -> None:
        super().__init__(ctx.theme, 50)
        self.ctx = ctx
        self.missed = shown if isinstance(shown, Missed) else None
        self.record = shown if isinstance(shown, CallRecord) else None
        self.contact: Contact = shown.inbound.contact if isinstance(shown, Missed) else shown.contact
        self.ident = shown.inbound.id if isinstance(shown, Missed) else shown.id
        self.unit_key = self.contact.unit
        self.marked = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("  ".join((self.contact.name, self._under(), self._right())))

    def mark(self, on: bool) -> None:
        if on != self.marked:
            self.marked = on
            self.update()

    def _under(self) -> str:
        t = self.ctx.t
        if self.missed is not None:
            one = self.missed
            times = t("callsui.times", n=one.times) if one.times > 1 else ""
            by = t("callsui.worked_on", seat=seat_words(one.by, self.ctx)) if one.by else ""
            parts = (times, by, way_name(one.inbound.way, t), contact_under(one.inbound.contact, t))
            return " · ".join(part for part in parts if part)
        assert self.record is not None
        return record_words(self.record, self.ctx)

    def _right(self) -> str:
        if self.missed is not None:
            return self.ctx.t(age(self.missed.ended, self.ctx.clock.now()))
        assert self.record is not None
        return clock_time(self.record.begun, self.ctx.clock.now())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.marked:
            painter.fillRect(self.rect(), theme.acc_bg)
            painter.fillRect(0, 0, 3, self.height() - 1, theme.acc)
        self.hairline(painter, self.height() - 1, PAD)
        good = self.record is not None and self.record.outcome in (Outcome.ANSWERED, Outcome.HANDED_OFF)
        token = "t2" if good else "orange_text"
        icon = "inbox" if self.missed is not None or (self.record is not None and self.record.inbound) else "outbox"
        draw_icon(painter, QRectF(PAD, 16, 16, 16), icon, theme[token], 1.75)
        small, right = theme.font("small"), self._right()
        wide = QFontMetrics(small).horizontalAdvance(right) + 2
        edge = self.width() - PAD
        draw_line(painter, QRect(edge - wide, 5, wide, 20), right, small, theme.t2, right=True)
        left = PAD + 26
        room = QRect(left, 5, edge - wide - 8 - left, 20)
        _, cut = draw_line(painter, room, self.contact.name, theme.font("row_title"), theme.t1)
        under = self._under()
        _, also = draw_line(painter, QRect(left, 26, edge - left, 18), under, small, theme.t2)
        self.whole(cut or also, self.contact.name, under)
        if self.hasFocus():
            draw_focus(painter, self.rect(), theme, bottom=2)

    def focusInEvent(self, event: object) -> None:
        self.picked.emit()
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.opened.emit()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(key == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)


def record_words(one: CallRecord, ctx: PanelContext) -> str:
    """接通 02:13 · 手机网页 · 席位 2 · 丢包 8% · 已录音 · note."""
    t = ctx.t
    talked = countdown(one.ended - one.answered) if one.answered and one.ended else ""
    parts = [
        f"{outcome_words(one.outcome, t)} {talked}".rstrip(),
        way_name(one.way, t),
        seat_words(one.seat, ctx) if one.seat != "hub" else t("callsui.by_hub"),
        t("callsui.loss", percent=f"{one.loss * 100:.0f}") if one.loss >= 0.005 else "",
        t("callsui.recorded") if one.recording else "",
        one.note,
    ]
    return " · ".join(part for part in parts if part)


def heard_words(said: Sequence[Listened] | Message, ctx: PanelContext) -> str:
    """听过：席位 2 06-12 10:01、席位 1 17:40:12; the newest few."""
    if isinstance(said, Message):
        return ctx.t(said)
    if not said:
        return ctx.t("callsui.heard_none")
    now = ctx.clock.now()
    names = [f"{seat_words(one.seat, ctx)} {clock_time(one.at, now)}" for one in said[:MOST_HEARD]]
    more = ctx.t("callsui.heard_more", n=len(said) - len(names)) if len(said) > len(names) else ""
    return ctx.t("callsui.heard", names=ctx.t("callsui.heard_and").join(names)) + more


PANELS = {"calllog": LogPanel}
