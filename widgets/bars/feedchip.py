"""One feed in the strip: a dot or ✕, its name and its age in words; and how many feeds are live."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from cockpit.model.ages import span
from cockpit.model.freshness import Freshness
from cockpit.model.messages import Message
from widgets.bars.bar import Piece
from widgets.feeds.marks import draw_mark
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState
from widgets.kit.tips import plain_tip


def short_age(state: FeedState, now_us: int) -> Message:
    """Its age as short as the strip has room for: 2 秒, 停 6 分钟."""
    gone = span(now_us - state.received)
    match state.state:
        case Freshness.WAITING:
            return Message("bars.feed_waiting")
        case Freshness.STALE:
            return Message("bars.feed_stale", {"span": gone})
        case Freshness.DEAD:
            return Message("bars.feed_dead", {"span": gone})
        case _:
            return gone


class FeedChip(Piece):
    """One feed. It says name and age, then only its age, then only its dot; what is not live keeps its words longest.

    Attributes:
        state: of now.
    """

    stages: ClassVar[int] = 3

    def __init__(self, ctx: PanelContext, state: FeedState, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self.state = state
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tell(state)

    def tell(self, state: FeedState) -> None:
        self.state = state
        t, now = self.ctx.t, self.ctx.clock.wall()
        self.name = t.pack(state.name)
        self.age = t(short_age(state, now))
        tip = t("bars.feed_tip", name=self.name, age=t(state.age(now)))
        self.setToolTip(plain_tip(tip + (f"\n{t(state.problem)}" if state.problem else "")))
        self.setAccessibleName(tip)

    @property
    def live(self) -> bool:
        return self.state.state is Freshness.LIVE

    def face(self) -> object:
        return self.name, self.age, self.state.health, self.live

    def wide(self, stage: int) -> int:
        wide = 6 + 8 + 12
        if stage == 0:
            wide += round(self.measure("small", self.name)) + 6
        if stage < 2:
            # room for two digits, so that the strip stays still as seconds pass
            least = self.measure("small", self.ctx.t("kit.span_seconds", n=88)) if self.live else 0
            wide += round(max(least, self.measure("small", self.age))) + 6
        return wide

    def paint(self, painter: QPainter) -> None:
        theme, middle = self.ctx.theme, self.height() / 2
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.s2)
            painter.drawRoundedRect(QRectF(0, middle - 13, self.width() - 4, 26), 4, 4)
        dot = QPointF(9, middle)
        draw_mark(painter, dot.x(), dot.y(), self.state.health, theme, 4)
        x = 18.0
        if self.stage == 0:
            x = self.words(painter, x, "small", self.name, "t2" if self.live else "t3") + 6
        if self.stage < 2:
            self.words(painter, x, "small", self.age, "t1" if self.live else "t3")


class FeedCount(Piece):
    """How many feeds are live, of how many."""

    stages: ClassVar[int] = 2

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.live, self.total = 0, 0

    def tell(self, live: int, total: int) -> None:
        self.live, self.total = live, total
        self.setToolTip(self.ctx.t("bars.feeds_why", live=live, total=total))
        self.setAccessibleName(self.toolTip())

    def face(self) -> object:
        return self.live, self.total

    def wide(self, stage: int) -> int:
        label = self.measure("small", self.ctx.t("bars.feeds")) + 7 if stage == 0 else 0
        return round(label + self.measure("body", self._count(), 700)) + 12

    def paint(self, painter: QPainter) -> None:
        x = 0.0
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.ctx.theme.s2)
            painter.drawRoundedRect(QRectF(0, self.height() / 2 - 13, self.width() - 6, 26), 4, 4)
        if self.stage == 0:
            x = self.words(painter, x, "small", self.ctx.t("bars.feeds"), "t2") + 7
        self.words(painter, x, "body", self._count(), "t1" if self.live == self.total else "orange_text", 700)

    def _count(self) -> str:
        return self.ctx.t("bars.feeds_count", live=self.live, total=self.total)
