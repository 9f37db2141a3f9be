"""The form of 请示: what is to be decided, why, choices, until when. Ctrl+Enter asks; Escape leaves it."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cockpit.model.entries import MAX_TEXT
from cockpit.model.instructing import MOST_OPTIONS
from cockpit.model.messages import Message
from widgets.instruct import acts
from widgets.instruct import words as say
from widgets.instruct.form import DueChip, InstructForm
from widgets.kit.buttons import disable
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.orders.pieces import OrderText

MOST_QUESTION = 100
WIDE = 560


class AskForm(InstructForm):
    """
    Attributes:
        question, field: what is to be decided, in a line; and why. options: the choices, each in a line.
        until: when it is too late.
    """

    def __init__(self, ctx: PanelContext, asker: QObject, case: str, parent: QWidget | None) -> None:
        super().__init__(ctx, ctx.t("instruct.ask_title"), WIDE, parent)
        self._asker, self._case = asker, case
        t, column = ctx.t, self.column
        column.addWidget(label(t("instruct.ask_about", case=say.case_words(ctx, case)), self))
        self.question = self._line("instruct.question_here", MOST_QUESTION)
        column.addWidget(self.question)
        self.field = OrderText(self)
        self.field.setFixedHeight(88)
        self.field.setPlaceholderText(t("instruct.why_here"))
        self.field.setAccessibleName(t("instruct.why_here"))
        self.field.textChanged.connect(self._look)
        self.field.left.connect(self.reject)
        column.addWidget(self.field)
        column.addWidget(label(t("instruct.options"), self))
        row = QHBoxLayout()
        row.setSpacing(8)
        self.options = [self._line(f"instruct.option_{n + 1}", MOST_QUESTION) for n in range(MOST_OPTIONS)]
        for one in self.options:
            row.addWidget(one)
        column.addLayout(row)
        self.until = DueChip(
            t,
            t("instruct.until_tip"),
            t("instruct.until_none"),
            lambda span: t("instruct.until", span=span),
            next(iter(say.due_spans()), None),
        )
        self.foot(t("instruct.ask_do"), self.until)
        self._look()
        self.question.setFocus()

    def press(self) -> None:
        """Asks, where there is a question."""
        if not self.confirm.isEnabled() or self.field.composing or self.question.composing:
            return
        options = tuple(words for one in self.options if (words := " ".join(one.text().split())))
        why = self.field.toPlainText().strip()
        question, until = " ".join(self.question.text().split()), self.until.until(self._ctx)
        acts.ask(self._ctx, self._asker, self._case, question, why, options, until)
        self.accept()

    def _line(self, place: str, most: int) -> LineEdit:
        made = LineEdit(self)
        made.setMaxLength(most)
        made.setPlaceholderText(self._ctx.t(place))
        made.setAccessibleName(self._ctx.t(place))
        made.textChanged.connect(self._look)
        return made

    def _look(self) -> None:
        t, why = self._ctx.t, ""
        if not self.question.text().strip():
            why = t("instruct.question_first")
        elif len(self.field.toPlainText()) > MAX_TEXT:
            why = t("instruct.too_long", most=MAX_TEXT, now=len(self.field.toPlainText()))
        disable(self.confirm, why)


def ask_about(ctx: PanelContext, asker: QObject, case: str, parent: QWidget | None) -> AskForm | None:
    """Opens the form of a 请示 about a case; None where this seat may not, which is said."""
    can = acts.may(ctx, "decision.ask")
    if can is not True:
        ctx.notify(can if isinstance(can, Message) else Message("instruct.no_right"), 0)
        return None
    form = AskForm(ctx, asker, case, parent)
    form.open()
    return form
