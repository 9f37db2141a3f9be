"""The popover of a feed: how it is, since when, how much came in, what is wrong and when it tries again."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from cockpit.model.ages import clock_time, data_age, span
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.freshness import Freshness
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState

LEAST_SPAN = 10 * SECOND
"""A rate over less than this says nothing."""


class FeedRates:
    """Messages a minute of each feed, from how its count grows while we look."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[tuple[int, int]]] = {}

    def note(self, states: list[FeedState], now_us: int) -> None:
        """Take the counts of now; kept for a minute. A hub that began anew begins a new count."""
        for state in states:
            seen = self._seen.setdefault(state.id, deque())
            if seen and state.good < seen[-1][1]:
                seen.clear()
            seen.append((now_us, state.good))
            while now_us - seen[0][0] > MINUTE:
                seen.popleft()

    def per_minute(self, id: str) -> float | None:
        """Messages a minute, None while that is not known."""
        seen = self._seen.get(id)
        if not seen:
            return None
        (begin, first), (end, last) = seen[0], seen[-1]
        return (last - first) * MINUTE / (end - begin) if end - begin >= LEAST_SPAN else None


class FeedDetail(QFrame):
    """The popover; Escape or a click elsewhere closes it.

    Attributes:
        feed: id of the feed shown.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.ctx = ctx
        self.feed = ""
        self.setProperty("frame", "float")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(16, 12, 16, 14)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(1, 220)
        self._title = self._label("row_title", "")
        self._grid.addWidget(self._title, 0, 0, 1, 2)
        self._lines: list[tuple[QLabel, QLabel]] = []

    def tell(self, state: FeedState, rate: float | None) -> None:
        """Show a feed as it is now."""
        self.feed = state.id
        self._title.setText(self.ctx.t.pack(state.name))
        lines = feed_lines(self.ctx, state, rate)
        while len(self._lines) < len(lines):
            pair = self._label("small", "t2"), self._label("small", "")
            row = len(self._lines) + 1
            self._grid.addWidget(pair[0], row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(pair[1], row, 1)
            self._lines.append(pair)
        for (label, value), (name, words) in zip(self._lines, lines, strict=True):
            label.setText(name)
            value.setText(words)
        self.adjustSize()

    def show_above(self, anchor: QRect, room: QRect) -> None:
        """Show it above `anchor`, inside `room`, both in coordinates of the screen."""
        x = min(max(room.left() + 8, anchor.left() - 8), room.right() - self.width() - 8)
        self.move(QPoint(x, anchor.top() - self.height() - 4))
        self.show()

    def words(self) -> str:
        """All it says, for tests and for those who can not see it."""
        return "\n".join([self._title.text(), *(f"{a.text()} {b.text()}" for a, b in self._lines)])

    def _label(self, style: str, role: str) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("style", style)
        label.setProperty("role", role)
        label.setWordWrap(style == "small" and not role)
        return label


def feed_lines(ctx: PanelContext, state: FeedState, rate: float | None) -> list[tuple[str, str]]:
    """(name, value) in words of everything that is known of a feed."""
    t, now = ctx.t, ctx.clock.wall()
    never = t("kit.age_never")
    last = never
    if state.received:
        age = t(data_age(state.received, state.beat, now))
        last = t("bars.last_at", at=clock_time(ctx.clock.city.at(state.received)), age=age)
    if rate is None:
        often = t("bars.rate_measuring")
    else:
        often = t("bars.rate_per_minute", n=f"{rate:,.0f}" if rate >= 10 or rate == 0 else f"{rate:.1f}")
    retry = ""
    if state.retry:
        ahead = state.retry - now
        retry = t("bars.retry_in", span=span(ahead)) if ahead >= SECOND else t("bars.retry_now")
    elif state.state is Freshness.DEAD:
        retry = t("bars.retry_now")
    lines = [
        (t("bars.state"), t(f"bars.state_{state.state.value}")),
        (t("bars.last"), last),
        (t("bars.beat"), t("bars.beat_every", span=span(state.beat))),
        (t("bars.rate"), often),
        (t("bars.lag"), t("bars.lag_ms", n=f"{state.lag / 1000:,.0f}") if state.received else never),
        (t("bars.good"), t("bars.messages", n=f"{state.good:,}")),
        (t("bars.quarantine"), t("bars.messages", n=f"{state.bad:,}")),
        (t("bars.kind"), f"{state.source} · {state.format}"),
        (t("bars.problem"), t(state.problem) if state.problem else t("bars.no_problem")),
    ]
    return [*lines, (t("bars.retry"), retry or "–")]
