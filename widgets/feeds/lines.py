"""A line a feed, where there are few: how it is, what it brought lately, how late and how old it is, what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import (
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from cockpit.model.freshness import Freshness
from widgets.charts.scale import Curve
from widgets.charts.spark import draw_spark
from widgets.feeds.fleet import Group
from widgets.feeds.marks import TOKENS, draw_mark
from widgets.feeds.rates import rate_history
from widgets.feeds.view import FeedView, Found, is_letter
from widgets.feeds.words import lag_words, rate_words
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState, Health
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded
from widgets.lists.parts import draw_line
from widgets.lists.words import joined

MOST = 40
"""Feeds that have a line each; of more, a mark each."""
ROW, HEAD, PAD = 48, 24, 12
_NAME_AT = 34
_LEAST_NAME = 190
_WIDTHS = {"state": 60, "spark": 148, "rate": 96, "lag": 88, "last": 112}
_NARROW = {"state": 52, "spark": 96, "rate": 88, "lag": 76, "last": 88}
_NARROW_BELOW = 760
_GIVE_WAY = ("lag", "spark", "rate")
_GAP = 12


def columns(width: int) -> dict[str, tuple[int, int]]:
    """Left and width of each column of a line that is so wide, in order; those without room are missing."""
    wanted = dict(_NARROW if width < _NARROW_BELOW else _WIDTHS)
    for name in _GIVE_WAY:
        if width - _NAME_AT - PAD - sum(wanted.values()) - _GAP * len(wanted) >= _LEAST_NAME:
            break
        wanted.pop(name)
    left = width - PAD - sum(wanted.values()) - _GAP * (len(wanted) - 1)
    found = {"name": (_NAME_AT, max(left - _GAP - _NAME_AT, 0))}
    for name, wide in wanted.items():
        found[name] = (left, wide)
        left += wide + _GAP
    return found


@dataclass(frozen=True)
class Look:
    """What a line says; where something is wrong, `under` says what."""

    health: Health
    name: str
    under: str
    state: str
    rate: str
    lag: str
    last: str
    old: bool
    points: int


class LineView(FeedView):
    """Lines of feeds."""

    def __init__(self, ctx: PanelContext, tip: Callable[[Group, FeedState | None], str], parent: QWidget) -> None:
        super().__init__(ctx, tip, parent, ROW)
        self._lines: list[tuple[Group, FeedState]] = []
        self._looks: list[Look] = []
        self._rates = rate_history(ctx)

    def take(self, groups: Sequence[Group]) -> None:
        """Shows these groups; painted only where a line says something else than before."""
        self.groups = tuple(groups)
        self._lines = [(group, feed) for group in groups for feed in group.feeds]
        before, self._looks = self._looks, [self._look(group, feed) for group, feed in self._lines]
        if len(before) != len(self._looks):
            self._set_range()
            self.viewport().update()
            return
        for row, (old, new) in enumerate(zip(before, self._looks, strict=True)):
            if old != new:
                self.viewport().update(self._rect(row))

    def select(self, feed: str) -> None:
        """Marks a feed as the selected one and brings it into sight."""
        if feed != self.selected:
            self.selected = feed
            self._into_sight()
            row = self._row_of(feed)
            self.setAccessibleDescription(self._tip(*self._lines[row]) if row >= 0 else "")
            self.viewport().update()

    def mark_of(self, feed: str) -> QPoint:
        """The middle of a feed's mark, in the viewport."""
        return QPoint(_NAME_AT // 2, self._rect(self._row_of(feed)).center().y())

    def says(self, feed: str) -> Look:
        """What its line says."""
        return self._looks[self._row_of(feed)]

    # -- where things are, and what they say -------------------------------------------------------------------------

    def _look(self, group: Group, feed: FeedState) -> Look:
        t, system = self.ctx.t, self.ctx.t.pack(group.name)
        name = t.pack(feed.name)
        spoke = feed.received > 0
        said = t(feed.problem) if feed.problem is not None else ""
        if feed.health <= Health.AILING and not said:
            said = t(f"feedboard.why_{feed.health.name.lower()}")
        return Look(
            feed.health,
            name,
            said or joined("" if system == name else system, feed.source, feed.format),
            t(f"feedboard.health_{feed.health.name.lower()}"),
            rate_words(feed.rate, t, feed.expected) if spoke else "–",
            lag_words(feed.lag, t) if spoke else "–",
            t(feed.age(self.ctx.clock.wall())),
            feed.state in (Freshness.STALE, Freshness.DEAD),
            len(self._curve(feed.id)),
        )

    def _curve(self, feed: str) -> Curve:
        return self._rates.curve(feed)

    def _row_of(self, feed: str) -> int:
        return next((row for row, (_, one) in enumerate(self._lines) if one.id == feed), -1)

    def _rect(self, row: int) -> QRect:
        return QRect(0, HEAD + row * ROW - self.verticalScrollBar().value(), self.viewport().width(), ROW)

    def under(self, at: QPoint) -> Found | None:
        row = (at.y() - HEAD + self.verticalScrollBar().value()) // ROW
        return self._lines[row] if at.y() >= HEAD and row < len(self._lines) else None

    def shows(self, feed: str) -> bool:
        return self._row_of(feed) >= 0

    def _set_range(self) -> None:
        bar, room = self.verticalScrollBar(), self.viewport().height() - HEAD
        bar.setPageStep(max(room, ROW))
        bar.setRange(0, max(0, ROW * len(self._lines) - room))

    def _into_sight(self) -> None:
        row, bar = self._row_of(self.selected), self.verticalScrollBar()
        if row >= 0:
            lowest = (row + 1) * ROW - (self.viewport().height() - HEAD)
            bar.setValue(min(max(bar.value(), lowest), row * ROW))

    # -- how it is painted -------------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        places = columns(self.viewport().width())
        for row, look in enumerate(self._looks):
            rect = self._rect(row)
            if rect.intersects(event.rect()):
                self._line(painter, rect, row, look, places)
        self._headings(painter, places)

    def _headings(self, painter: QPainter, places: dict[str, tuple[int, int]]) -> None:
        theme, t = self.ctx.theme, self.ctx.t
        painter.fillRect(0, 0, self.viewport().width(), HEAD, theme.s1)
        painter.fillRect(0, HEAD - 1, self.viewport().width(), 1, theme.line)
        for name, (left, wide) in places.items():
            words = t("feedboard.column_spark" if name == "spark" else f"feedboard.{_HEADINGS[name]}")
            draw_line(painter, QRect(left, 0, wide, HEAD), words, theme.font("axis"), theme.t3, name in _RIGHT)

    def _line(self, painter: QPainter, rect: QRect, row: int, look: Look, places: dict[str, tuple[int, int]]) -> None:
        theme, feed = self.ctx.theme, self._lines[row][1].id
        chosen, trouble = feed == self.selected, look.health <= Health.AILING
        if chosen or self._lines[row][1].id == self._hovered[1]:
            painter.fillRect(rect, theme.acc_bg if chosen else theme.s2)
        elif trouble:
            painter.fillRect(rect, theme["orange_tint" if look.health <= Health.STALE else "yellow_tint"])
        if trouble:
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), theme[TOKENS[look.health]])
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.line)
        draw_mark(painter, _NAME_AT / 2 + 1, rect.center().y(), look.health, theme, 5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        left, wide = places["name"]
        ink = theme[TOKENS[look.health]] if trouble else theme.t3
        draw_line(painter, QRect(left, rect.top() + 5, wide, 20), look.name, theme.font("body", 700), theme.t1)
        draw_line(painter, QRect(left, rect.top() + 25, wide, 18), look.under, theme.font("small"), ink)
        words = {"state": look.state, "rate": look.rate, "lag": look.lag, "last": look.last}
        for name, (left, wide) in places.items():
            place = QRect(left, rect.top(), wide, rect.height())
            if name == "spark":
                inner = QRectF(place).adjusted(0, 10, 0, -10)
                draw_spark(painter, inner, self._curve(feed), theme, look.old)
            elif name in words:
                color = (
                    ink
                    if trouble and name == "state"
                    else theme.orange_text
                    if look.old and name == "last"
                    else theme.t1
                )
                draw_line(painter, place, words[name], theme.font("body"), color, name in _RIGHT)
        if chosen and self.hasFocus():
            draw_focus(painter, rect, theme, bottom=2)

    # -- keyboard ----------------------------------------------------------------------------------------------------

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        here, last = self._row_of(self.selected), len(self._lines) - 1
        page = max(1, (self.viewport().height() - HEAD) // ROW)
        steps = {
            Qt.Key.Key_Down: here + 1,
            Qt.Key.Key_Up: here - 1,
            Qt.Key.Key_PageDown: here + page,
            Qt.Key.Key_PageUp: here - page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        there = steps.get(Qt.Key(event.key()))
        if last >= 0 and there is not None:
            self.picked.emit(self._lines[min(max(there, 0), last)][1].id)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not event.isAutoRepeat():
            if here >= 0:
                self.opened.emit(self.selected)
            elif last >= 0:
                self.picked.emit(self._lines[0][1].id)
        elif is_letter(event):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_range()
        self._into_sight()


_HEADINGS = {"name": "column_name", "state": "state", "rate": "rate", "lag": "lag", "last": "last"}
_RIGHT = frozenset({"rate", "lag", "last"})
