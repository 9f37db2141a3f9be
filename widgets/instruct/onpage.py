"""批示 and 请示 on the page of that to which they belong: under its head, where an officer sees and answers them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.instructions import Ask, Instruction
from widgets.instruct import acts
from widgets.instruct import words as say
from widgets.instruct.row import InstructionRow
from widgets.kit.context import PanelContext
from widgets.lists.parts import SectionHead, Sentence
from widgets.lists.words import clock_time, joined
from widgets.orders.reading import Reading

Things = Callable[[], list[tuple[str, str]]]
"""(topic, key) of everything whose instructions stand here: a case and its event."""


class OnPage(QWidget):
    """Hidden while there is nothing.

    Attributes:
        rows: the instructions that are shown; asks: questions that wait, or were decided within the day.
    """

    def __init__(self, ctx: PanelContext, things: Things, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._things = ctx, things
        self._reading = Reading(ctx, self, self._came)
        self._drawn: object = None
        self.rows: list[InstructionRow] = []
        self.asks: list[Ask] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.show_now()

    def _came(self) -> None:
        self._drawn = None
        self.show_now()

    def show_now(self) -> None:
        """Fills it anew where something is another; an answer that is being written stays."""
        port = self._ctx.instructions
        things = self._things() if port is not None else []
        found: list[Instruction] = []
        asks: list[Ask] = []
        if port is not None:
            found = [one for topic, key in things for one in port.of(topic, key) if one.result != "withdrawn"]
            asks = [ask for topic, key in things if topic == "case" for ask in port.asks_of(key)]
        self._reading.want(say.refs(found, asks))
        if self.isVisible():
            acts.read_all(self._ctx, self, found)
        drawn = (tuple(found), tuple(asks))
        if drawn == self._drawn or any(row.writing for row in self.rows):
            return
        self._drawn = drawn
        self._fill(sorted(found, key=lambda one: (not one.open, -one.said.at)), asks)

    def age_tick(self) -> None:
        """A second passed: it may have come into sight, and words may have come."""
        self.show_now()
        for row in self.rows:
            row.age_tick()

    def _fill(self, found: list[Instruction], asks: list[Ask]) -> None:
        ctx = self._ctx
        while self._column.count():
            item = self._column.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        self.rows, self.asks = [], asks
        if found:
            self._column.addWidget(SectionHead(ctx.theme, ctx.t("instruct.on_page"), lambda: str(len(found))))
        for one in found:
            row = InstructionRow(ctx, one, self._reading, self, on_page=True)
            row.told.connect(self._came)
            self._column.addWidget(row)
            self.rows.append(row)
        if asks:
            self._column.addWidget(SectionHead(ctx.theme, ctx.t("instruct.asks_on_page"), lambda: str(len(asks))))
        for ask in asks:
            self._column.addWidget(Sentence(ctx.theme, self._ask_words(ask), "t1"))
        self.setVisible(bool(found or asks))

    def _ask_words(self, ask: Ask) -> str:
        """The question, and what was decided or since when it waits."""
        t, now = self._ctx.t, self._ctx.clock.now()
        question = say.said_words(t, self._reading, ask.said, "question")
        if ask.open or ask.given is None:
            limit = say.left_words(t, ask.until, now)[0]
            return "\n".join((question, joined(t("instruct.ask_waits"), clock_time(ask.said.at, now), limit)))
        verdict = t(f"instruct.verdict_{ask.verdict}")
        chosen = ask.options[ask.option - 1] if 0 < ask.option <= len(ask.options) else None
        told = joined(say.text_words(t, self._reading, chosen), say.said_words(t, self._reading, ask.given))
        who = say.actor_words(t, ask.given.actor, say.name_of(self._reading, ask.given))
        return "\n".join(
            part for part in (question, joined(verdict, told), joined(who, clock_time(ask.given.at, now))) if part
        )
