"""Free words by the ids of their refs: asked for once, kept while the page is shown; those erased are "" for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, QTimer

from cockpit.model.clock import SECOND
from cockpit.model.entries import TextRef
from cockpit.model.messages import Message
from widgets.kit.panel import PanelContext
from widgets.lists.question import Question

AGAIN_AFTER = 5 * SECOND
"""Until words that could not be had are asked for again."""


class Reading(QObject):
    """Words that entries refer to.

    Attributes:
        words: by id; "" where they were erased.
    """

    def __init__(self, ctx: PanelContext, parent: QObject, came: Callable[[], object]) -> None:
        super().__init__(parent)
        self.words: dict[str, str] = {}
        self._ctx, self._came = ctx, came
        self._asked: set[str] = set()
        self._again_at = 0
        self._again = QTimer(self, singleShot=True, interval=AGAIN_AFTER // 1000 + 50)
        self._again.timeout.connect(self._came)  # who wants them asks again, though nothing else happens

    def __call__(self, ident: str) -> str | None:
        """Words by id; None while they are not known, "" when they were erased."""
        return self.words.get(ident)

    def want(self, refs: Iterable[TextRef]) -> None:
        """Asks for those that are not known yet."""
        if self._ctx.clock.wall() < self._again_at:
            return
        missing = [ref for ref in refs if ref.id not in self.words and ref.id not in self._asked]
        if missing:
            self._asked.update(ref.id for ref in missing)
            question = Question(self, partial(self._answered, [ref.id for ref in missing]))
            self._ctx.cases.texts(missing, question.answer)

    def _answered(self, ids: list[str], said: dict[str, str] | Message) -> None:
        self._asked.difference_update(ids)
        had = {} if isinstance(said, Message) else said
        if len(had.keys() & set(ids)) < len(set(ids)):
            self._again_at = self._ctx.clock.wall() + AGAIN_AFTER
            self._again.start()
        if had:
            self.words.update(had)
            self._came()
