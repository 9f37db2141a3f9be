"""The form of 批示: to whom, words and phrases, a voice, until when. Ctrl+Enter gives it; Escape leaves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from cockpit.model.entries import MAX_TEXT
from cockpit.model.messages import Message
from widgets.instruct import acts
from widgets.instruct import words as say
from widgets.instruct.form import DueChip, InstructForm
from widgets.instruct.speaking import Speaking
from widgets.kit.buttons import button, disable
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.orders.pieces import Flow, OrderText

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


class WordsForm(InstructForm):
    """Words that a leader writes.

    Attributes:
        field: the text. speaking: the voice, None where only words will do. chips: phrases.
        due: until when an answer is wanted, None where that is not asked.
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
        super().__init__(ctx, title, WIDE, parent)
        self._give, self._needs = give, needs_words
        t, column = ctx.t, self.column
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
        says = (t("instruct.due_tip"), t("instruct.due_none"), lambda span: t("instruct.due", span=span))
        self.due = DueChip(t, *says) if due else None
        self.foot(do or t("instruct.give"), self.due)
        self.finished.connect(lambda _how: self.speaking.leave() if self.speaking is not None else None)
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
        voice = self.speaking
        due = self.due.until(self._ctx) if self.due is not None else 0
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
