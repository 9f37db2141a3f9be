"""The form of 请示: what is to be decided, why, choices, until when. Ctrl+Enter asks; Escape leaves it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.entries import MAX_TEXT
from cockpit.model.instructing import MOST_OPTIONS
from cockpit.model.messages import Message
from cockpit.model.worktime import Span
from widgets.instruct import acts
from widgets.instruct import words as say
from widgets.kit.buttons import KeyButton, button, disable
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.orders.pieces import MenuChip, OrderText
from widgets.orders.words import span_words

MOST_QUESTION = 100


class AskForm(QDialog):
    """
    Attributes:
        question, field: what is to be decided, in a line; and why. options: the choices, each in a line.
        confirm: the button.
    """

    def __init__(self, ctx: PanelContext, asker: QObject, case: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ctx, self._asker, self._case = ctx, asker, case
        self._span: Span | None = next(iter(say.due_spans()), None)
        t = ctx.t
        self.setWindowTitle(t("instruct.ask_title"))
        self.setMinimumWidth(560)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(t("instruct.ask_title"), self, role="", style="title"))
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
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.until = MenuChip("", t("instruct.until_tip"), self._choices)
        self.until.setAutoDefault(False)
        self.until.chosen.connect(self._take_until)
        foot.addWidget(self.until)
        foot.addStretch(1)
        cancel = button(t("instruct.cancel"), self.reject, parent=self)
        cancel.setAutoDefault(False)
        foot.addWidget(cancel)
        self.confirm = KeyButton(t("instruct.ask_do"), "Ctrl+Enter", ctx.theme, "primary", self)
        self.confirm.setAutoDefault(False)
        self.confirm.clicked.connect(self.press)
        foot.addWidget(self.confirm)
        column.addSpacing(6)
        column.addLayout(foot)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self.press)
        self._take_until(self._key(self._span) if self._span is not None else "")
        self._look()
        self.question.setFocus()

    def press(self) -> None:
        """Asks, where there is a question."""
        if not self.confirm.isEnabled() or self.field.composing or self.question.composing:
            return
        ctx, now = self._ctx, self._ctx.clock.now()
        until = ctx.pack.loop.calendar.after(now, self._span).at if self._span is not None else 0
        options = tuple(words for one in self.options if (words := " ".join(one.text().split())))
        why = self.field.toPlainText().strip()
        acts.ask(ctx, self._asker, self._case, " ".join(self.question.text().split()), why, options, until)
        self.accept()

    def _line(self, place: str, most: int) -> LineEdit:
        made = LineEdit(self)
        made.setMaxLength(most)
        made.setPlaceholderText(self._ctx.t(place))
        made.setAccessibleName(self._ctx.t(place))
        made.textChanged.connect(self._look)
        return made

    def _key(self, span: Span) -> str:
        return f"{span.amount}{span.unit}"

    def _choices(self) -> list[tuple[str, str, bool]]:
        t = self._ctx.t
        return [
            ("", t("instruct.until_none"), True),
            *((self._key(s), t(span_words(s)), True) for s in say.due_spans()),
        ]

    def _take_until(self, key: str) -> None:
        self._span = next((one for one in say.due_spans() if self._key(one) == key), None)
        t = self._ctx.t
        span = t(span_words(self._span)) if self._span is not None else t("instruct.until_none")
        self.until.setText(t("instruct.until", span=span))

    def _look(self) -> None:
        if not hasattr(self, "confirm"):
            return
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
