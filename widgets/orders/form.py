"""工单草稿: the order form, filled in from what it is about; all of it may be changed, none of it has to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.model.ports.cases import Check
from cockpit.model.worktime import Span
from widgets.kit.header import ElidedLabel
from widgets.kit.panel import PanelContext
from widgets.lists.parts import PAD
from widgets.orders.draft import ARRIVE, FINISH, VALID, Draft
from widgets.orders.pieces import Checks, Flow, MenuChip, OrderText, UnitChip
from widgets.orders.words import span_words

_NAME = 40
Candidates = Callable[[], Sequence[tuple[str, str, Message | None]]]
"""(key, name with distance, why not) of those who are near, nearest first."""


class OrderForm(QWidget):
    """The form of one draft.

    Attributes:
        draft: what it holds; written as the person changes it.
        text: where what is to be done is written.
        checks: whether the hub would take it.
        changed: the person changed something. rechained: Tab walks other things than before.
        left: Escape was pressed.
    """

    changed = Signal()
    rechained = Signal()
    left = Signal()

    def __init__(
        self, ctx: PanelContext, draft: Draft, unit: Callable[[str], str], candidates: Candidates, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.draft = draft
        self._ctx, self._unit, self._candidates = ctx, unit, candidates
        self._shown: tuple[Any, ...] = ()
        self.lead: MenuChip | None = None
        self.helpers: list[UnitChip] = []
        self.times: dict[str, MenuChip] = {}
        self._lay_out()
        self.text.setPlainText(draft.text)
        self.text.textChanged.connect(self._written)
        self.text.left.connect(self.left)
        self.show_draft()

    # -- what it shows

    def show_draft(self) -> None:
        """Brings the chips up to date; the text is the person's and stays."""
        draft = self.draft
        times = (draft.times.arrive, draft.times.finish, draft.times.valid)
        shown = (draft.lead, tuple(draft.helpers), times)
        if shown != self._shown:
            self._shown = shown
            self._show_units()
            self._show_times()
            for before, after in pairwise(self.chain()):
                QWidget.setTabOrder(before, after)
            self.rechained.emit()
        if not draft.edited and self.text.toPlainText() != draft.text:
            self.text.blockSignals(True)
            self.text.setPlainText(draft.text)
            self.text.blockSignals(False)

    def tell(self, checks: Sequence[Check], problem: Message | None) -> None:
        """What the rules say, and under it why the order can not be given out, or how it can be taken back."""
        t, theme = self._ctx.t, self._ctx.theme
        self.checks.tell(checks, t)
        why = t(problem) if problem is not None else self.checks.why
        self._hint.setText(why or t("orders.hint"))
        self._hint.set_color(theme.red_text if why else theme.t3)

    @property
    def composing(self) -> bool:
        return self.text.composing

    def chain(self) -> list[QWidget]:
        """What Tab walks, from the top to the foot."""
        lead = [self.lead] if self.lead is not None else []
        return [*lead, *self.helpers, self.more, self.text, *self.times.values()]

    def take_keyboard(self) -> None:
        """Puts the keyboard into the text, at its end."""
        self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        cursor = self.text.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.text.setTextCursor(cursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # -- how it comes about

    def _lay_out(self) -> None:
        ctx = self._ctx
        theme, t = ctx.theme, ctx.t
        column = QVBoxLayout(self)
        column.setContentsMargins(PAD, 0, PAD, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(8)
        kind = t.pack(ctx.pack.kind(self.draft.about.kind).name)
        head.addWidget(_label(theme, t("orders.draft"), "row_title", "t1", self))
        head.addWidget(_label(theme, t("orders.draft_from", kind=kind), "small", "t3", self))
        head.addStretch(1)
        holder = QWidget(self)
        holder.setFixedHeight(36)
        holder.setLayout(head)
        head.setContentsMargins(0, 0, 0, 0)
        column.addWidget(holder)
        self._lead_row = self._row(column, t("orders.lead"))
        self._helper_row = self._row(column, t("orders.helper"))
        column.addSpacing(4)
        self.text = OrderText(self)
        self.text.setFont(theme.font("body"))
        self.text.setAccessibleName(t("orders.text"))
        self.text.setPlaceholderText(t("orders.text"))
        column.addWidget(self.text, 1)
        column.addSpacing(8)
        self._time_row = QHBoxLayout()
        self._time_row.setSpacing(6)
        column.addLayout(self._time_row)
        column.addSpacing(4)
        self.checks = Checks(theme)
        column.addWidget(self.checks)
        self._hint = _label(theme, "", "small", "t3", self)
        self._hint.setFixedHeight(24)
        column.addWidget(self._hint)
        column.addSpacing(4)

    def _row(self, column: QVBoxLayout, name: str) -> Flow:
        """A named row whose chips flow."""
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 4)
        row.setSpacing(4)
        label = QLabel(name, self)
        label.setFixedSize(_NAME, 24)
        label.setProperty("role", "t2")
        label.setProperty("style", "small")
        row.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        holder = QWidget(self)
        flow = Flow()
        holder.setLayout(flow)
        row.addWidget(holder, 1)
        column.addLayout(row)
        return flow

    def _show_units(self) -> None:
        ctx, draft = self._ctx, self.draft
        t = ctx.t
        focused = self.focusWidget() if self.isAncestorOf(self.focusWidget() or self) else None
        at_chip = focused is not None and focused is not self.text and focused.hasFocus()
        _empty(self._lead_row)
        _empty(self._helper_row)
        name = self._unit(draft.lead) if draft.lead else t("orders.lead_none")
        self.lead = MenuChip(name, t("orders.lead_tip"), lambda: self._choices(()))
        self.lead.setCheckable(True)
        self.lead.setChecked(bool(draft.lead))
        self.lead.chosen.connect(self._lead_chosen)
        _add(self._lead_row, self.lead)
        self.helpers = []
        for key in draft.helpers:
            tip = t("orders.helper_tip")
            chip = UnitChip(self._unit(key), tip, False, lambda key=key: self._drop(key), True, ctx.theme)
            self.helpers.append(chip)
            _add(self._helper_row, chip)
        self.more = MenuChip("+", t("orders.helper_more"), lambda: self._choices((draft.lead, *draft.helpers)))
        self.more.chosen.connect(self._help)
        _add(self._helper_row, self.more)
        if at_chip:
            self.lead.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_times(self) -> None:
        t, times = self._ctx.t, self.draft.times
        while (item := self._time_row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                _gone(old)
        self.times = {}
        for name, of, now in (
            ("arrive", ARRIVE, times.arrive),
            ("finish", FINISH, times.finish),
            ("valid", VALID, times.valid),
        ):
            offered = list(dict.fromkeys((now, *of)))
            read = [(str(span), t(span_words(span)), True) for span in offered]
            words = t(f"orders.time_{name}", span=span_words(now))
            chip = MenuChip(words, t(f"orders.time_{name}_tip"), lambda read=read: read)
            chip.chosen.connect(lambda key, name=name: self._timed(name, key))
            self._time_row.addWidget(chip)
            chip.show()  # a layout in sight would only show it an event later
            self.times[name] = chip
        self._time_row.addStretch(1)

    def _choices(self, but: Sequence[str]) -> list[tuple[str, str, bool]]:
        """Those who are near; why one may not go stands behind its name."""
        t = self._ctx.t
        made = []
        for key, name, why in self._candidates():
            if key in but:
                continue
            words = t("orders.unit_because", unit=name, why=why) if why is not None else name
            made.append((key, words, why is None))
        return made or [("", t("orders.nobody_near"), False)]

    def _lead_chosen(self, key: str) -> None:
        self.draft.choose(key)
        self._told()

    def _help(self, key: str) -> None:
        self.draft.help(key)
        self._told()

    def _drop(self, key: str) -> None:
        self.draft.helpers.remove(key)
        self._told()

    def _timed(self, name: str, key: str) -> None:
        setattr(self.draft.times, name, Span.parse(key))
        self._told()

    def _told(self) -> None:
        self.show_draft()
        self.changed.emit()

    def _written(self) -> None:
        self.draft.text, self.draft.edited = self.text.toPlainText(), True
        self.changed.emit()


def _label(theme: Any, words: str, style: str, token: str, parent: QWidget) -> ElidedLabel:
    label = ElidedLabel(words, parent)
    label.setFont(theme.font(style))
    label.set_color(theme[token])
    return label


def _add(flow: Flow, chip: QWidget) -> None:
    flow.addWidget(chip)
    chip.show()


def _empty(flow: Flow) -> None:
    while (item := flow.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            _gone(old)


def _gone(old: QWidget) -> None:
    old.hide()
    old.deleteLater()
