"""The outbox in the strip: how much waits and for how long, what was delivered, what failed. A click opens it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from cockpit.model.ages import exactly
from cockpit.model.messages import Message
from widgets.bars.actionchip import ActionChip
from widgets.kit.context import PanelContext
from widgets.kit.outbox import Tally, seen, tally


class OutboxChip(ActionChip):
    """It says all, then without the last words, then its sign and count.

    Attributes:
        tally: of now.
    """

    stages: ClassVar[int] = 3

    def __init__(self, ctx: PanelContext, action: str, parent: QWidget) -> None:
        super().__init__(ctx, action, parent)
        self.tally = Tally(0, 0, 0, 0)

    def tell(self) -> None:
        """The counts of now."""
        ctx = self.ctx
        now = self.tally = tally(ctx.cases.outbox(), seen(ctx.prefs), ctx.cases.case)
        self.say(ctx.t("outbox.chip_why", waiting=now.waiting, delivered=now.delivered, wrong=now.wrong))

    @property
    def words_now(self) -> str:
        """Sign, count and what follows, as far as there is room."""
        return " ".join(words for words, _, _ in self._parts(self.stage))

    def _parts(self, stage: int) -> list[tuple[str, str, int]]:
        """(words, token, weight) from the left."""
        t, now = self.ctx.t, self.tally
        parts = [(t("outbox.chip"), "t2", 400)] if stage < 2 else []
        parts.append((str(now.waiting), "orange_text" if now.waiting else "t1", 700))
        if stage < 2:
            parts.append((t("outbox.chip_waiting"), "t2", 400))
        if now.wrong:
            parts.append((t("outbox.chip_wrong", n=now.wrong), "red_text", 700))
        elif stage == 0:
            parts.append(("·", "t2", 400))
            parts.append((self._tail(), "t2", 400))
        return parts

    def _tail(self) -> str:
        t, now = self.ctx.t, self.tally
        if now.waiting:
            return t(Message("outbox.chip_oldest", {"span": exactly(self.ctx.clock.now() - now.oldest)}))
        return t("outbox.chip_delivered", n=now.delivered)

    def face(self) -> object:
        return self._parts(self.stage), self.tally.wrong, self.tally.waiting

    def wide(self, stage: int) -> int:
        if not self.runs:
            return 0
        parts = self._parts(stage)
        words = sum(self.measure("body" if weight == 700 else "small", text, weight) for text, _, weight in parts)
        return round(14 + 24 + words + 6 * (len(parts) - 1) + 14)

    def paint(self, painter: QPainter) -> None:
        sign = "red_text" if self.tally.wrong else "orange_text" if self.tally.waiting else "t2"
        x = self.paint_sign(painter, "outbox", sign)
        for words, token, weight in self._parts(self.stage):
            x = self.words(painter, x, "body" if weight == 700 else "small", words, token, weight) + 6
