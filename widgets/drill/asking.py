"""Asks the archive: one question a slot, a newer one drops the older, and an answer never reaches who is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from cockpit.model.insight import Answer, Query
from cockpit.model.messages import Message
from widgets.kit.context import PanelContext
from widgets.lists.question import Question


class Asker(QObject):
    """Questions of one page.

    Attributes:
        open: slots whose answer is not here yet. many: how many of now were asked at all.
        stirred: called when one is asked, answered or dropped.
    """

    def __init__(self, ctx: PanelContext, parent: QObject) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.stirred: Callable[[], None] = lambda: None
        self._asked: dict[str, tuple[Question, Callable[[], None]]] = {}

    @property
    def open(self) -> frozenset[str]:
        return frozenset(slot for slot, (question, _) in self._asked.items() if question.open)

    @property
    def many(self) -> int:
        return len(self._asked)

    def ask(self, slot: str, query: Query, done: Callable[[Any], object]) -> None:
        """Asks; `done` gets the answer, or a sentence why there is none."""
        self.drop(slot)
        insight = self._ctx.insight
        if insight is None:
            done(Message("drill.no_service"))
            return
        question = Question(self, lambda said: self._came(said, done))
        self._asked[slot] = (question, lambda: None)
        cancel = insight.ask(query, question.answer)
        if slot in self._asked and self._asked[slot][0] is question:
            self._asked[slot] = (question, cancel)
        self.stirred()

    def _came(self, said: Any, done: Callable[[Any], object]) -> None:
        done(said)
        if not self.open:
            self._asked.clear()
        self.stirred()

    def drop(self, *slots: str) -> None:
        """Nobody wants these answers any more; without a slot none of all."""
        for slot in slots or tuple(self._asked):
            asked = self._asked.pop(slot, None)
            if asked is not None and asked[0].open:
                asked[0].drop()
                asked[1]()
        self.stirred()


def answered(said: Answer | Message, kind: type) -> Any:
    """The answer if it is one of that kind, else None."""
    return said if isinstance(said, kind) else None
