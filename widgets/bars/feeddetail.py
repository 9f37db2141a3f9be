"""The popover of a feed: how it is, since when, how much came in, what is wrong and when it tries again."""

from __future__ import annotations

from collections import deque
from functools import partial

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from cockpit.model.ages import data_age, instant, span
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.freshness import Freshness
from cockpit.model.messages import Message, Texts
from cockpit.model.ports import Refusal
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState
from widgets.kit.header import ElidedLabel
from widgets.kit.label import label

LEAST_SPAN = 10 * SECOND
"""A rate over less than this says nothing."""
WIDTH, PAD = 420, 16
SHOWN = 5
"""Refused pieces that are shown, the newest."""
_FIXED = QSizePolicy.Policy.Fixed


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
        retry: the button that has the hub try it at once. page: the one that selects it.
        refused: what of it was refused last, newest first; None while that is being asked for.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.ctx = ctx
        self.feed = ""
        self.refused: list[Refusal] | Message | None = None
        self._asked: tuple[str, int] = ("", -1)
        self.setProperty("frame", "float")
        self.setFixedWidth(WIDTH)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(PAD, 12, PAD, 12)
        self._column.setSpacing(0)
        self._title, self._state = self._label("row_title", ""), self._label("small", "t2")
        self.retry = button("", self._try_now, parent=self)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._state)
        head.addStretch(1)
        self.page = button("", self._show_page, parent=self)
        head.addWidget(self.page)
        head.addWidget(self.retry)
        self._column.addLayout(head)
        self._column.addSpacing(8)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, 60)
        self._grid.setColumnStretch(1, 1)
        self._column.addLayout(self._grid)
        self._lines: list[tuple[QLabel, QLabel]] = []
        self._column.addSpacing(12)
        self._column.addWidget(_Hairline(ctx, self))
        self._column.addSpacing(8)
        self._held = self._label("row_title", "")
        self._column.addWidget(self._held)
        self._items = QVBoxLayout()
        self._items.setContentsMargins(0, 4, 0, 0)
        self._items.setSpacing(0)
        self._column.addLayout(self._items)
        self._rows: list[QWidget] = []

    def tell(self, state: FeedState, rate: float | None) -> None:
        """Show a feed as it is now."""
        t = self.ctx.t
        if state.id != self.feed:
            self.feed, self.refused = state.id, None
            self._show_refused()
        self._title.setText(t.pack(state.name))
        self._state.setText(t(f"bars.state_{state.state.value}"))
        self.retry.setText(t("bars.retry_button"))
        self.page.setText(t("feedboard.details"))
        lines = feed_lines(self.ctx, state, rate)
        while len(self._lines) < len(lines):
            pair = self._label("small", "t2"), self._label("small", "")
            pair[1].setWordWrap(True)
            row = len(self._lines)
            self._grid.addWidget(pair[0], row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(pair[1], row, 1)
            self._lines.append(pair)
        for (said, value), (name, words) in zip(self._lines, lines, strict=True):
            said.setText(name)
            value.setText(words)
        self._ask(state)
        self._fit()

    def show_above(self, anchor: QRect, room: QRect) -> None:
        """Show it above `anchor`, inside `room`, both in coordinates of the screen."""
        self._fit()
        x = min(max(room.left() + 8, anchor.left() - 8), room.right() - self.width() - 8)
        self._foot = QPoint(x, anchor.top() - 4)
        self._stand()
        self.show()
        self.retry.setFocus(Qt.FocusReason.PopupFocusReason)

    def words(self) -> str:
        """All it says, for tests and for those who can not see it."""
        said = [
            f"{self._title.text()} {self._state.text()}",
            *(f"{a.text()} {b.text()}" for a, b in self._lines),
            self._held.text(),
        ]
        return "\n".join([*said, *(row.accessibleName() for row in self._rows)])

    # -- what was refused

    def _ask(self, state: FeedState) -> None:
        """Asks for the quarantine when there is another feed or more in it."""
        if self._asked != (state.id, state.bad):
            self._asked = (state.id, state.bad)
            question = state.id
            self.ctx.feeds.quarantine(question, partial(self._came, question))

    def _came(self, feed: str, found: list[Refusal] | Message) -> None:
        if isValid(self) and feed == self.feed:
            self.refused = found
            self._show_refused()
            self._fit()

    def _show_refused(self) -> None:
        t = self.ctx.t
        for row in self._rows:
            self._items.removeWidget(row)
            row.hide()
            row.deleteLater()
        found = self.refused
        self._held.setText(t("bars.refused"))
        if isinstance(found, list) and found:
            self._rows = [_Refused(self.ctx, one, self) for one in found[:SHOWN]]
        else:
            said = (
                found if isinstance(found, Message) else "bars.refused_none" if found == [] else "bars.refused_asking"
            )
            words = self._label("small", "t3")
            words.setWordWrap(True)
            words.setText(t(said))
            words.setAccessibleName(words.text())
            self._rows = [words]
        for row in self._rows:
            self._items.addWidget(row)

    def _show_page(self) -> None:
        """All that is known of it, on the page of what is selected."""
        self.hide()
        self.ctx.selection.select("feed", self.feed)

    def _try_now(self) -> None:
        problem = self.ctx.feeds.retry(self.feed)
        if problem is not None:
            self.ctx.notify(problem, 0)
        self._asked = ("", -1)

    # -- how it stands

    _foot: QPoint | None = None

    def _fit(self) -> None:
        self.layout().activate()  # type: ignore[union-attr]
        high = self._column.heightForWidth(WIDTH)
        self.setFixedHeight(max(high, self._column.minimumSize().height()))
        self._stand()

    def _stand(self) -> None:
        """Its foot stays where it is, however much it says."""
        if self._foot is not None:
            self.move(self._foot - QPoint(0, self.height()))

    def _label(self, style: str, role: str) -> QLabel:
        return label("", self, role=role, style=style, wrap=False)


class _Refused(QWidget):
    """One refused piece: when and why, and its beginning."""

    def __init__(self, ctx: PanelContext, refusal: Refusal, parent: QWidget) -> None:
        super().__init__(parent)
        t, theme = ctx.t, ctx.theme
        when = instant(ctx.clock.city.at(refusal.received), ctx.clock.now())
        why, sample = t(refusal.reason), " ".join(refusal.sample.split())
        row = QGridLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setHorizontalSpacing(12)
        row.setVerticalSpacing(0)
        row.setColumnStretch(1, 1)
        for line, column, text, token in ((0, 0, when, "t3"), (0, 1, why, "t1"), (1, 1, sample, "t3")):
            label = ElidedLabel(text, self)
            label.setFont(theme.font("small"))
            label.set_color(theme[token])
            label.setSizePolicy(QSizePolicy.Policy.Expanding if column else QSizePolicy.Policy.Fixed, _FIXED)
            row.addWidget(label, line, column)
        self.setAccessibleName(f"{when} {why} {sample}")


class _Hairline(QWidget):
    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._ctx.theme.line)


def lag_words(lag: int, t: Texts) -> str:
    """250 毫秒, 3 分钟; a source whose clock is ahead says so."""
    if lag <= -SECOND:
        return t("bars.lag_ahead", span=span(-lag))
    return t(span(lag)) if lag >= 10 * SECOND else t("bars.lag_ms", n=f"{max(lag, 0) / 1000:,.0f}")


def feed_lines(ctx: PanelContext, state: FeedState, rate: float | None) -> list[tuple[str, str]]:
    """(name, value) in words of everything that is known of a feed."""
    t, now = ctx.t, ctx.clock.wall()
    never = t("kit.age_never")
    last = never
    if state.received:
        age = t(data_age(state.received, state.beat, now))
        last = t("bars.last_at", at=instant(ctx.clock.city.at(state.received), ctx.clock.now()), age=age)
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
        (t("bars.last"), last),
        (t("bars.beat"), t("bars.beat_every", span=span(state.beat))),
        (t("bars.rate"), often),
        (t("bars.lag"), lag_words(state.lag, t) if state.received else never),
        (t("bars.good"), t("bars.messages", n=f"{state.good:,}")),
        (t("bars.quarantine"), t("bars.messages", n=f"{state.bad:,}")),
        (t("bars.kind"), f"{state.source} · {state.format}"),
        (t("bars.problem"), t(state.problem) if state.problem else t("bars.no_problem")),
    ]
    return [*lines, (t("bars.retry"), retry or "–")]
