"""The form of 批示: to whom, words and phrases, a voice, until when. Ctrl+Enter gives it; Escape leaves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.entries import MAX_TEXT
from cockpit.model.messages import Message
from cockpit.model.worktime import Span
from widgets.instruct import acts
from widgets.instruct import words as say
from widgets.instruct.speaking import Speaking
from widgets.kit.buttons import KeyButton, button, disable
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.orders.pieces import Flow, MenuChip, OrderText
from widgets.orders.words import span_words

GIVE_KEY = "Ctrl+Enter"
WIDE = 560


class Written(NamedTuple):
    """What the form holds when it is given.

    Attributes:
        due: until when an answer is wanted, city time, 0 none. voice: SHA-256 of a recording, seconds: how long.
    """

    words: str
    due: int = 0
    voice: str = ""
    seconds: float = 0.0


class WordsForm(QDialog):
    """Words that a leader writes.

    Attributes:
        field: the text. speaking: the voice, None where only words will do. chips: phrases.
        confirm: the button.
    """

    def __init__(
        self,
        ctx: PanelContext,
        title: str,
        to: str,
        phrases: Sequence[str],
        give: Callable[[Written], object],
        parent: QWidget | None,
        *,
        do: str = "",
        voice: bool = True,
        due: bool = True,
        needs_words: bool = True,
    ) -> None:
        """
        Args:
            to: to whom, in words. do: what stands on the button.
            needs_words: whether nothing written (or spoken) can not be given.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ctx, self._give, self._needs = ctx, give, needs_words
        self._span: Span | None = None
        t = ctx.t
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDE)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(title, self, role="", style="title"))
        column.addWidget(label(to, self))
        self.field = OrderText(self)
        self.field.setFixedHeight(112)
        self.field.setPlaceholderText(t("instruct.write_here"))
        self.field.setAccessibleName(t("instruct.write_here"))
        self.field.textChanged.connect(self._look)
        self.field.left.connect(self.reject)
        column.addWidget(self.field)
        flow = Flow()
        self.chips = []
        for phrase in phrases:
            chip = button(phrase, lambda phrase=phrase: self._put(phrase), "chip", parent=self)
            chip.setCheckable(False)
            chip.setAutoDefault(False)
            self.chips.append(chip)
            flow.addWidget(chip)
        column.addLayout(flow)
        self.speaking = Speaking(ctx, self) if voice else None
        if self.speaking is not None:
            self.speaking.changed.connect(self._look)
            column.addWidget(self.speaking)
        self.due = MenuChip("", t("instruct.due_tip"), self._choices) if due else None
        foot = QHBoxLayout()
        foot.setSpacing(8)
        if self.due is not None:
            self.due.setAutoDefault(False)
            self.due.chosen.connect(self._until)
            foot.addWidget(self.due)
        foot.addStretch(1)
        cancel = button(t("instruct.cancel"), self.reject, parent=self)
        cancel.setAutoDefault(False)
        foot.addWidget(cancel)
        self.confirm = KeyButton(do or t("instruct.give"), GIVE_KEY, ctx.theme, "primary", self)
        self.confirm.setAutoDefault(False)
        self.confirm.clicked.connect(self.press)
        foot.addWidget(self.confirm)
        column.addSpacing(6)
        column.addLayout(foot)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self.press)
        self.finished.connect(lambda _how: self.speaking.leave() if self.speaking is not None else None)
        self._until("")
        self._look()
        self.resize(WIDE, column.heightForWidth(WIDE))  # its phrases flow: only then is it known how high it is
        self.field.setFocus()

    @property
    def words(self) -> str:
        return self.field.toPlainText().strip()

    def press(self) -> None:
        """Gives it, where it says something."""
        if not self.confirm.isEnabled() or self.field.composing:
            return
        ctx, voice = self._ctx, self.speaking
        now = ctx.clock.now()
        due = ctx.pack.loop.calendar.after(now, self._span).at if self._span is not None else 0
        sha, seconds = (voice.sha, voice.seconds) if voice is not None else ("", 0.0)
        self._give(Written(self.words, due, sha, seconds))
        self.accept()

    def _put(self, phrase: str) -> None:
        """A phrase goes behind what is written."""
        before = self.words
        joint = "" if not before else "；" if self._ctx.t.lang == "zh" else "; "
        self.field.setPlainText(f"{before}{joint}{phrase}")
        cursor = self.field.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.field.setTextCursor(cursor)
        self.field.setFocus()

    def _choices(self) -> list[tuple[str, str, bool]]:
        t = self._ctx.t
        spans = [(f"{one.amount}{one.unit}", t(span_words(one)), True) for one in say.due_spans()]
        return [("", t("instruct.due_none"), True), *spans]

    def _until(self, key: str) -> None:
        self._span = next((one for one in say.due_spans() if f"{one.amount}{one.unit}" == key), None)
        t = self._ctx.t
        if self.due is not None:
            span = t(span_words(self._span)) if self._span is not None else t("instruct.due_none")
            self.due.setText(t("instruct.due", span=span))

    def _look(self) -> None:
        t, voice = self._ctx.t, self.speaking
        spoken = voice is not None and (bool(voice.sha))
        why = ""
        if self._needs and not self.words and not spoken:
            why = t("instruct.say_something")
        elif len(self.words) > MAX_TEXT:
            why = t("instruct.too_long", most=MAX_TEXT, now=len(self.words))
        disable(self.confirm, why)


def instruct(ctx: PanelContext, asker: QObject, topic: str, key: str, parent: QWidget | None) -> WordsForm | None:
    """Opens the form of a 批示 to something; None where this seat may not, which is said."""
    can = acts.may(ctx, "instruction.give")
    if can is not True:
        ctx.notify(can if isinstance(can, Message) else Message("instruct.no_right"), 0)
        return None
    t = ctx.t

    def give(written: Written) -> None:
        acts.give(ctx, asker, topic, key, written.words, due=written.due, voice=written.voice, seconds=written.seconds)

    to = t("instruct.to", to=say.target_words(ctx, topic, key), kind=t(f"instruct.topic_{topic}"))
    form = WordsForm(ctx, t("instruct.title"), to, say.phrases(t, topic), give, parent)
    form.open()
    return form
