"""Curves that panels of a wall ask the hub for: kept while another is on its way, asked for again when they are old."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND
from cockpit.model.messages import Message
from cockpit.model.signs import Series
from widgets.charts.scale import Curve, curve_of
from widgets.kit.context import PanelContext
from widgets.lists.question import Question

GOOD = {"minute": MINUTE, "hour": 5 * MINUTE, "day": HOUR}
"""For how long a curve of a grain is good."""
AGAIN = 15 * SECOND
"""Until what could not be had is asked for again."""


def grain_of(span: int) -> str:
    """The grain in which a span (us) is asked for: some hundred buckets."""
    return "minute" if span <= 26 * HOUR else "hour" if span <= 21 * DAY else "day"


class History(QObject):
    """What one item was over the span before now.

    Attributes:
        key: of the item, "" nothing is asked for. start, end: of what is kept, UTC us.
        curve: what is known; empty where nothing is yet. problem: why the last question failed.
        waiting: nothing was answered yet.
    """

    def __init__(self, ctx: PanelContext, changed: Callable[[], object], parent: QObject, back: int = 0) -> None:
        """Args: back: so much earlier (us), and told as if it were now."""
        super().__init__(parent)
        self._ctx, self._changed, self._back = ctx, changed, back
        self.key, self.start, self.end = "", 0, 0
        self.curve = Curve()
        self.problem: Message | None = None
        self.waiting = True
        self._asked: tuple[object, ...] = ()
        self._grain = ""
        self._until = (0, 0)
        self._question: Question | None = None

    def want(self, key: str, span: int, grain: str = "", start: int = 0) -> None:
        """This is shown: asked for if it is another, or old. start: instead of a span before now.

        What is known stays until the answer, also where it is of another time, but not of another item or grain.
        """
        signs = self._ctx.signs
        now = self._ctx.clock.now()
        grain = grain or grain_of(span)
        asked = (key, span, grain, start)
        if asked != self._asked:
            if (key, grain) != (self.key, self._grain):
                self.curve = Curve()
            self._asked, self._grain = asked, grain
            self.key, self.problem, self.waiting, self._until = key, None, True, (0, 0)
            if self._question is not None:
                self._question.drop()
        open_ = self._question is not None and self._question.open
        if signs is None or not key or open_ or self._until[0] <= now < self._until[1]:
            return
        first = start or now - span
        self._question = Question(self, partial(self._came, first, now, grain))
        signs.series(key, grain, first - self._back, now - self._back, self._question.answer, 600)

    def _came(self, start: int, end: int, grain: str, said: Series | Message) -> None:
        now = self._ctx.clock.now()
        self.waiting = False
        if isinstance(said, Message):
            self.problem = said
            self._until = (now, now + AGAIN)
        else:
            kept = curve_of(said)
            self.curve = Curve(kept.at + self._back, kept.value, kept.least, kept.most)
            self.problem = None
            self.start, self.end = start, end
            self._until = (now, now + GOOD[grain])
        self._changed()
