"""One 批示 in full: who wrote what to whom and until when, what became of it, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from cockpit.model import ages
from cockpit.model.clock import MINUTE
from cockpit.model.instructions import Instruction
from cockpit.model.messages import Message
from widgets.instruct import acts
from widgets.instruct import words as say
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.kit.loopwords import item_of
from widgets.lists.parts import PAD
from widgets.lists.question import Question
from widgets.lists.words import clock_time, joined
from widgets.orders.hatch import hatch
from widgets.orders.reading import Reading

LATE = MINUTE
"""From here on it is said when it was written, besides when it came."""


class InstructionRow(QWidget):
    """
    Attributes:
        one: which. field: where an officer writes the answer, None where there is none to write.
        told: something was given out about it. buttons: by what they do.
    """

    told = Signal()

    def __init__(
        self, ctx: PanelContext, one: Instruction, reading: Reading, parent: QWidget | None, on_page: bool = False
    ) -> None:
        """
        Args:
            on_page: it stands on the page of that to which it was given.
        """
        super().__init__(parent)
        self.one = one
        self.field: LineEdit | None = None
        self._ctx, self._reading, self._on_page = ctx, reading, on_page
        self.buttons: dict[str, QPushButton] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        t, now = ctx.t, ctx.clock.now()
        column = QVBoxLayout(self)
        column.setContentsMargins(PAD + 6, 10, PAD, 10)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._state = label("", self, role="", wrap=False)
        self._left = label("", self, role="", wrap=False)
        who = say.actor_words(t, one.said.actor, say.name_of(reading, one.said))
        title = who if on_page else say.target_words(ctx, one.topic, one.key)
        head.addWidget(label(title, self, role="", style="row_title"), 1)
        head.addWidget(self._left)
        head.addWidget(self._state)
        column.addLayout(head)
        words = say.said_words(t, reading, one.said)
        if one.voice:
            words = joined(t("instruct.spoken", seconds=max(1, round(one.seconds))), words)
        column.addWidget(label(words, self, role="t1"))
        self._by = label("", self, role="t3", wrap=False)
        self._who, self._when = "" if on_page else who, one.said.at or one.said.issued
        column.addWidget(self._by)
        for answer in one.answers:
            told = say.said_words(t, reading, answer.said)
            by = say.actor_words(t, answer.said.actor, say.name_of(reading, answer.said))
            column.addWidget(label(f"↳ {told}", self, role="t1"))
            beside = joined(t(f"instruct.state_{answer.state}"), by, clock_time(answer.said.at, now))
            column.addWidget(label(beside, self, role="t3", wrap=False))
        self._offer(column)
        self.setAccessibleName(f"{title}. {words}. {who} {t(f'instruct.state_{one.state}')}")
        self.age_tick()

    @property
    def writing(self) -> bool:
        """Whether an answer is being written in it: it is not to be built anew then."""
        return self.field is not None and (bool(self.field.text()) or self.field.composing)

    def age_tick(self) -> None:
        """A second passed."""
        t, theme, now = self._ctx.t, self._ctx.theme, self._ctx.clock.now()
        words, token = say.state_words(t, self.one)
        self._state.setText(words)
        self._state.setStyleSheet(f"color: {theme.hex(token)};")
        open_ = self.one.open and not self.one.answered
        left, ink = say.left_words(t, self.one.due, now) if open_ else ("", say.CALM)
        self._left.setText(left)
        self._left.setStyleSheet(f"color: {theme.hex(ink)};")
        self._left.setVisible(bool(left))
        said = self.one.said
        late = said.at - said.issued >= LATE and not said.provisional
        written = t("instruct.written", when=clock_time(said.issued, now)) if late else ""
        self._by.setText(joined(self._who, clock_time(self._when, now), t(ages.age(self._when, now)), written))

    def _offer(self, column: QVBoxLayout) -> None:
        ctx, one, t = self._ctx, self.one, self._ctx.t
        line = QHBoxLayout()
        line.setSpacing(8)
        if one.open and not one.said.provisional and acts.may(ctx, "instruction.answer") is True:
            self.field = LineEdit(self)
            self.field.setMaxLength(4000)
            self.field.setPlaceholderText(t("instruct.answer_here"))
            self.field.setAccessibleName(t("instruct.answer_here"))
            self.field.returnPressed.connect(lambda: self.answer("done"))
            column.addWidget(self.field)
            self._button(line, "done", t("instruct.answer_done"), lambda: self.answer("done"), "primary")
            self._button(line, "underway", t("instruct.answer_underway"), lambda: self.answer("underway"))
        if one.open and one.answers and acts.may(ctx, "instruction.close") is True:
            self._button(line, "close", t("instruct.take_note"), self._take_note, "primary" if one.answered else "")
        if acts.can_take_back(one) and acts.may(ctx, "instruction.close") is True:
            self._button(line, "back", t("instruct.take_back"), self._take_back)
        if one.voice:
            self._button(line, "hear", t("instruct.hear"), self._hear)
        if not self._on_page:
            self._button(line, "look", t("instruct.look"), self.look, "quiet")
        if line.count():
            line.addStretch(1)
            column.addLayout(line)

    def _button(
        self, line: QHBoxLayout, ident: str, words: str, run: Callable[[], object], kind: str = "normal"
    ) -> None:
        made = button(words, run, kind or "normal", parent=self)
        self.buttons[ident] = made
        line.addWidget(made)

    # -- hands

    def answer(self, state: str) -> None:
        """What is written is the answer; without words it is asked for."""
        if self.field is None or self.field.composing:
            return
        words = self.field.text().strip()
        if not words:
            self._ctx.notify(Message("instruct.answer_first"), 0)
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.field.clear()
        acts.answer(self._ctx, self, self.one, state, words, lambda _problem: self.told.emit())

    def _take_note(self) -> None:
        acts.take_note(self._ctx, self, self.one)

    def _take_back(self) -> None:
        acts.take_back(self._ctx, self, self.one)

    def _hear(self) -> None:
        if self._ctx.calls is not None:
            self._ctx.calls.recording(self.one.voice, Question(self, self._heard).answer)

    def _heard(self, said: bytes | Message) -> None:
        problem = said if isinstance(said, Message) else self._ctx.calling.play(said)
        if problem is not None:
            self._ctx.notify(problem, 0)

    def look(self) -> None:
        """Selects that to which it was given."""
        ctx, one = self._ctx, self.one
        case = ctx.cases.case(one.key) if one.topic == "case" else None
        item = item_of(case, ctx.picture) if case is not None else (one.topic, one.key)
        ctx.selection.select(*item)
        ctx.actions.trigger("instruct.look")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.hasFocus() and not event.isAutoRepeat():
            if self.field is not None:
                self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self.look()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.hasFocus():
            self.focusNextPrevChild(key == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        if self.one.said.provisional:
            hatch(painter, self.rect().toRectF(), theme)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line)
        mine = self.one.open and not self.one.answered
        if self.hasFocus() or mine:
            ink = theme.acc if self.hasFocus() else theme.orange_fill
            painter.fillRect(0, 8, 3, self.height() - 17, ink)
