"""消息: letters with a unit: words, voice, what became of them; without a unit the newest of all."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from cockpit.model.calls import Contact
from cockpit.model.letters import Letter, LetterKind
from cockpit.model.messages import Message
from widgets.calls import acts, keys
from widgets.calls.announce import AnnounceDialog
from widgets.calls.words import letter_state
from widgets.kit.buttons import KeyButton, button, disable, dress_icon_button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.kit.panel import Panel, guarded
from widgets.kit.scrolling import scrolled_column
from widgets.lists.parts import PAD, Part, draw_line
from widgets.lists.question import Question
from widgets.lists.words import clock_time

MOST_SHOWN = 200
MOST_WORDS = 4000
MOST_SECONDS = 60
_FLAGS = int(Qt.TextFlag.TextWrapAnywhere | Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft)


class LettersPanel(Panel):
    """
    Attributes:
        rows: letters shown, oldest first.
        field: what is written. send, record: words, and voice. people: chooses in the book whom to write to.
    """

    panel_id: ClassVar[str] = "letters"
    topics: ClassVar[frozenset[str]] = frozenset({"letter"})
    title_id: ClassVar[str] = "callsui.letters"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.rows: list[LetterRow] = []
        self._shown: tuple[Letter, ...] | None = None
        self._unit = ""
        self._recording = 0
        self.close_ = icon_button("close", "", ctx.theme, self._close)
        self.call = icon_button("phone", "", ctx.theme, self._call)
        self.header.right.addWidget(self.call)
        self.header.right.addWidget(self.close_)
        self.says = label("", self.content, role="t3")
        self.says.setContentsMargins(PAD, 10, PAD, 10)
        self.field = LineEdit(self.content)
        self.field.setMaxLength(MOST_WORDS)
        self.field.returnPressed.connect(self.post)
        self.send = KeyButton("", "Enter", ctx.theme, "primary", self.content)
        self.send.clicked.connect(self.post)
        self.record = button("", self.toggle_voice, parent=self.content)
        self.many = button("", self._announce, parent=self.content)
        self.people = KeyButton("", keys.CONTACTS, ctx.theme, parent=self.content)
        self.people.clicked.connect(lambda: ctx.actions.trigger("call.contacts"))
        self.all = button("", lambda: self.ctx.calling.read(""), parent=self.content)
        self._lay_out()
        ctx.calling.changed.connect(self._look)
        self.retranslate()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._scroll, self._letters = scrolled_column(self.content, 8, 8, 8)
        self._scroll.verticalScrollBar().rangeChanged.connect(lambda _low, high: self._to_end(high))
        foot = QVBoxLayout()
        foot.setContentsMargins(PAD, 8, PAD, 12)
        foot.setSpacing(8)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.field, 1)
        line.addWidget(self.send)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.people)
        row.addWidget(self.record)
        row.addWidget(self.many)
        row.addStretch(1)
        row.addWidget(self.all)
        foot.addLayout(line)
        foot.addLayout(row)
        column.addWidget(self.says)
        column.addWidget(self._scroll, 1)
        column.addLayout(foot)

    def _to_end(self, high: int) -> None:
        self._scroll.verticalScrollBar().setValue(high)

    # -- what a panel is told

    def refresh(self, topics: frozenset[str]) -> None:
        self._look()

    def age_tick(self) -> None:
        if self._recording:
            seconds = (self.ctx.clock.now() - self._recording) // 1_000_000
            self.record.setText(self.ctx.t("callsui.voice_end", seconds=seconds))
            if seconds >= MOST_SECONDS:
                self.toggle_voice()
        for row in self.rows:
            row.update()

    def retranslate(self) -> None:
        super().retranslate()
        t = self.ctx.t
        self.field.setPlaceholderText(t("callsui.write_place"))
        self.field.setAccessibleName(t("callsui.write_place"))
        self.send.setText(t("callsui.send"))
        self.many.setText(t("callsui.to_many"))
        self.all.setText(t("callsui.all_letters"))
        self.people.setText(t("callsui.contacts"))
        if not self._recording:
            self.record.setText(t("callsui.voice"))
        self._dress()
        self._look(anew=True)

    def retheme(self) -> None:
        super().retheme()
        for key in (self.send, self.people):
            key.retheme(self.ctx.theme)
        self._dress()
        self._look(anew=True)

    def _dress(self) -> None:
        t = self.ctx.t
        dress_icon_button(self.close_, "close", t("callsui.leave_panel"), self.ctx.theme)
        dress_icon_button(self.call, "phone", t("callsui.call"), self.ctx.theme)

    # -- what it shows

    def _look(self, anew: bool = False) -> None:
        port, unit, t = self.ctx.calls, self.ctx.calling.unit, self.ctx.t
        if unit != self._unit:
            self._unit, self._shown = unit, None
            self.field.clear()
        self.header.set_title(
            t("callsui.letters_with", name=acts.unit_name(self.ctx, unit)) if unit else t(self.title_id)
        )
        for made in (self.field, self.send, self.record, self.call, self.all):
            made.setVisible(bool(unit))
        self.people.setVisible(not unit)
        letters = tuple(port.letters(unit))[-MOST_SHOWN:] if port is not None else ()
        if letters != self._shown or anew:
            self._shown = letters
            self._fill(letters)
        said = [] if letters else [t("callsui.no_letters")]
        if not unit:
            said.append(t("callsui.write_how", key=keys.CONTACTS))
        self.says.setText(t("callsui.no_calls") if port is None else "\n".join(said))
        self.says.setVisible(bool(self.says.text()))
        why = self._why_not()
        disable(self.send, why)
        disable(self.record, "" if self._recording else why)
        disable(self.many, why or ("" if self._people() else t("callsui.gather_first")))
        if self.isVisible():
            self._saw()

    def _why_not(self) -> str:
        ctx = self.ctx
        if ctx.calls is None:
            return ctx.t("callsui.no_calls")
        if ctx.tape is not None and ctx.tape.replay.id:
            return ctx.t("callsui.in_replay")
        return ""

    def _saw(self) -> None:
        """What is in sight has been read."""
        newest: dict[str, int] = {}
        for one in self._shown or ():
            if one.from_unit and (not self._unit or one.unit == self._unit):
                newest[one.unit] = max(one.written, newest.get(one.unit, 0))
        if self._unit:
            for unit, written in newest.items():
                acts.saw(self.ctx, unit, written)

    def _fill(self, letters: tuple[Letter, ...]) -> None:
        for row in self.rows:
            self._letters.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for i, one in enumerate(letters):
            name = "" if self._unit else acts.unit_name(self.ctx, one.unit)
            row = LetterRow(self.ctx, one, name)
            row.opened.connect(lambda unit=one.unit: self.ctx.calling.read(unit))
            row.played.connect(lambda sha256=one.voice.sha256 if one.voice else "": self._play(sha256))
            self._letters.insertWidget(i, row)
            self.rows.append(row)
            row.show()

    # -- writing

    def post(self) -> None:
        """Sends what is written."""
        words, port = self.field.text().strip(), self.ctx.calls
        if not words or not self._unit or port is None or self.field.composing or not self.send.isEnabled():
            return
        case, order = acts.about(self.ctx, self._unit)
        port.write([self._unit], words, case=case, order=order)
        self.field.clear()
        self._look()

    def toggle_voice(self) -> None:
        """Begins a voice letter, or ends it and sends it."""
        port = self.ctx.calls
        if port is None or not self._unit:
            return
        if self._recording:
            unit, self._recording = self._unit, 0
            port.record_voice(False, Question(self, lambda said: self._spoken(unit, said)).answer)
            self.record.setText(self.ctx.t("callsui.voice"))
        else:
            self._recording = self.ctx.clock.now()
            self.record.setText(self.ctx.t("callsui.voice_end", seconds=0))
            port.record_voice(True, Question(self, self._began).answer)

    def _began(self, said: tuple[bytes, float] | Message) -> None:
        if isinstance(said, Message):
            self._recording = 0
            self.record.setText(self.ctx.t("callsui.voice"))
            self.ctx.notify(said, 0)

    def _spoken(self, unit: str, said: tuple[bytes, float] | Message) -> None:
        if isinstance(said, Message):
            self.ctx.notify(said, 0)
        elif self.ctx.calls is not None and said[0]:
            case, order = acts.about(self.ctx, unit)
            self.ctx.calls.write(
                [unit], "", kind=LetterKind.VOICE, voice=said[0], seconds=said[1], case=case, order=order
            )
            self._look()

    def _play(self, sha256: str) -> None:
        if self.ctx.calls is not None and sha256:
            self.ctx.calls.voice(sha256, Question(self, self._sounds).answer)

    def _sounds(self, said: bytes | Message) -> None:
        problem = said if isinstance(said, Message) else self.ctx.calling.play(said)
        if problem is not None:
            self.ctx.notify(problem, 0)

    def _people(self) -> list[Contact]:
        """Units that were gathered on the map: whom an announcement goes to."""
        return [acts.contact(self.ctx, key) for key in self.ctx.selection.members_of("unit")]

    def _announce(self) -> None:
        people = self._people()
        if people:
            AnnounceDialog(self.ctx, people, self.window()).open()

    def _call(self) -> None:
        acts.call_unit(self.ctx, self._unit)

    # -- the keyboard

    @property
    def unit_key(self) -> str:
        return self._unit

    def take_keyboard(self) -> None:
        if self._unit:
            self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self.rows:
            self.rows[-1].setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.people.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._saw()

    def leave(self) -> None:
        """It is closed; a voice letter that was begun is thrown away."""
        if self._recording and self.ctx.calls is not None:
            self._recording = 0
            self.ctx.calls.record_voice(False, Question(self, lambda _said: None).answer)
            self.record.setText(self.ctx.t("callsui.voice"))

    def _close(self) -> None:
        self.ctx.actions.trigger("call.letters_close")

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.isAutoRepeat():
            self._close()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: object) -> None:
        QTimer.singleShot(0, self, self._look)


class LetterRow(Part):
    """One letter: theirs at the left, ours at the right.

    Attributes:
        letter: which.
    """

    opened = Signal()
    played = Signal()

    def __init__(self, ctx: PanelContext, letter: Letter, name: str) -> None:
        super().__init__(ctx.theme, 40)
        self.ctx, self.letter, self._name = ctx, letter, name
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.unit_key = letter.unit
        self.play: QToolButton | None = None
        if letter.voice is not None:
            self.play = icon_button("play", ctx.t("callsui.play"), ctx.theme, self.played.emit)
            self.play.setParent(self)
        self.setAccessibleName(f"{self._who()} {self._words()} {self._state()}")

    def _who(self) -> str:
        one, t = self.letter, self.ctx.t
        name = one.name or (acts.unit_name(self.ctx, one.unit) if one.from_unit else one.seat)
        towards = f"{name} → {self._name}" if self._name and not one.from_unit else name
        kind = t(f"callsui.letter_kind_{one.kind}") if one.kind not in (LetterKind.TEXT, LetterKind.VOICE) else ""
        return " · ".join(part for part in (kind, towards, clock_time(one.written, self.ctx.clock.now())) if part)

    def _words(self) -> str:
        one = self.letter
        if one.voice is not None:
            voice = self.ctx.t("callsui.voice_of", seconds=max(1, round(one.seconds)))
            return f"{voice} {one.words}".rstrip()
        return one.words

    def _state(self) -> str:
        one = self.letter
        if one.from_unit:
            return ""
        said = letter_state(one, self.ctx.t, self.ctx.clock.now()).words
        return f"{said}：{one.answer}" if one.answer else said

    def _box(self) -> QRect:
        """Where the words stand, with as much room as they need."""
        most = max(80, self.width() - 2 * PAD - 56)
        inside = most - 20 - (30 if self.play is not None else 0)
        metrics = QFontMetrics(self.theme.font("body"))
        needed = metrics.boundingRect(QRect(0, 0, inside, 4000), _FLAGS, self._words() or " ")
        wide = needed.width() + 22 + (30 if self.play is not None else 0)
        left = PAD if self.letter.from_unit else self.width() - PAD - wide
        return QRect(left, 20, wide, max(needed.height(), 20) + 14)

    def resizeEvent(self, event: QResizeEvent) -> None:
        box = self._box()
        self.setFixedHeight(box.bottom() + 1 + (0 if self.letter.from_unit else 18))
        if self.play is not None:
            self.play.move(box.left() + 4, box.center().y() - 13)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, box = QPainter(self), self.theme, self._box()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small, theirs = theme.font("small"), self.letter.from_unit
        head = QRect(PAD, 0, self.width() - 2 * PAD, 18)
        draw_line(painter, head, self._who(), small, theme.t3, right=not theirs)
        painter.setPen(QPen(theme.acc if self.hasFocus() else theme.line, 2 if self.hasFocus() else 1))
        painter.setBrush(theme.s2 if theirs else theme.acc_bg)
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.t1)
        inset = 40 if self.play is not None else 10
        painter.drawText(box.adjusted(inset, 7, -8, -6), _FLAGS, self._words())
        if not theirs:
            said = letter_state(self.letter, self.ctx.t, self.ctx.clock.now())
            foot = QRect(PAD, box.bottom() + 1, self.width() - 2 * PAD, 17)
            draw_line(painter, foot, self._state(), small, theme[said.token], right=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not event.isAutoRepeat():
            (self.played if self.letter.voice is not None and key == Qt.Key.Key_Space else self.opened).emit()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(key == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: object) -> None:
        self.opened.emit()


PANELS = {"letters": LettersPanel}
