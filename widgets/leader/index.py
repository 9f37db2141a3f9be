"""运行指数 at a leader's desk: the index of the city, why it is another than yesterday, its course, the dimensions."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cockpit.model.ages import hour_minute
from cockpit.model.clock import DAY, HOUR, MINUTE, midnight
from cockpit.model.messages import Message
from widgets.charts.history import Bound, HistoryChart, Shown
from widgets.charts.scale import Curve
from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon
from widgets.kit.panel import PanelState, guarded
from widgets.leader.days import Days, value_at
from widgets.leader.ground import LeaderPanel, open_topic, topics_of
from widgets.leader.rows import Rows
from widgets.leader.standing import causes, course, index_at
from widgets.lists.parts import draw_line
from widgets.signs.board import Item
from widgets.signs.score import Scored, dimensions_of, index_of, scored

BEAT = MINUTE
"""So often the index is made anew."""
_CHART = 76
"""At the least; what the rest leaves is the chart's."""
_LOW_ROW, _NOTE, _SCORES = 21, 22, 6
_HERO = 90
_ROW = 27


class _Hero(QWidget):
    """The figure, and beside it what it was yesterday and why."""

    def __init__(self, panel: IndexPanel) -> None:
        super().__init__(panel.content)
        self._panel = panel
        self.setFixedHeight(_HERO)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(280, _HERO)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        panel, theme, painter = self._panel, self._panel.ctx.theme, QPainter(self)
        value = f"{panel.value:.1f}" if math.isfinite(panel.value) else "–"
        font = theme.font("hero")
        painter.setFont(font)
        painter.setPen(theme.t3 if panel.old else theme.t1)
        painter.drawText(QPointF(12, 66), value)
        left = round(12 + QFontMetricsF(font).horizontalAdvance(value) + 18)
        room = QRect(left, 14, self.width() - left - 12, 18)
        small, bold = theme.font("small"), theme.font("small", 700)
        for i, line in enumerate(panel.reasons()[: (self.height() - 12) // 19]):
            x = room.left()
            for words, is_bold in line:
                wide, _ = draw_line(
                    painter,
                    QRect(x, room.top() + i * 19, room.right() - x, 18),
                    words,
                    bold if is_bold else small,
                    theme.t1 if is_bold else theme.t2,
                )
                x += wide


class IndexPanel(LeaderPanel):
    """Attributes:
    dimensions: what is known of them. value, before: the index now and at the same time yesterday, NaN unknown.
    """

    panel_id: ClassVar[str] = "index"
    title_id: ClassVar[str] = "leader.index"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.dimensions: list[Scored] = []
        self.value = self.before = math.nan
        self._was: dict[str, float] = {}
        self._looked = 0
        self.curve = Curve()
        self.days = Days(ctx, self._came, self)
        self._target = topics_of(ctx).target
        self._hero = _Hero(self)
        self.chart = HistoryChart(ctx, self._read, self.content)
        self.chart.setFixedHeight(_CHART)
        self._note = _Note(self)
        self.rows = Rows(ctx, _ROW, self._draw, self._said, self.content)
        self.rows.picked.connect(self._pick)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._hero, self.chart, self._note):
            column.addWidget(widget)
        column.addWidget(self.rows, 1)

    @property
    def area(self) -> str:
        """The index is the whole city's, wherever one has gone."""
        return self.ctx.pack.code

    @property
    def old(self) -> bool:
        now = self.ctx.clock.now()
        return bool(self.items) and all(item.old(now) for item in self.items)

    @property
    def complete(self) -> bool:
        return super().complete and math.isfinite(self.value) and not self.days.waiting

    def look(self) -> None:
        now = self.ctx.clock.now()
        told = self.board.told
        known = sum(self.item(sign.code).known for sign in told.signs)
        # while signs still come in, an index of those that were first would be another city's
        if self.dimensions and self._in_beat(now) and self._told is told and known <= self._known:
            self._show()
            return
        self._told, self._known = told, known
        self._looked = now
        self.dimensions = scored(told, dimensions_of(told, ()), self.item, now)
        self.items = tuple(item for one in self.dimensions for item in one.items)
        if not self.dimensions:
            self.show_state(PanelState.EMPTY, Message("leader.no_index"), (Message("leader.no_index_way"),))
            return
        self.days.want([item.key for item in self.items])
        self._make()

    _told: object = None
    _known = 0

    def _in_beat(self, now: int) -> bool:
        """Whether it was looked within the last minute; the city's clock may have been told since."""
        return 0 <= now - self._looked < BEAT

    def second(self) -> None:
        if not self._in_beat(self.ctx.clock.now()):
            self.look_now()

    def _came(self) -> None:
        if not self.failed and self.dimensions:
            self._make()

    def _make(self) -> None:
        """The index, what it was, and its course."""
        now = self.ctx.clock.now()
        self.value = index_of(self.dimensions)
        yesterday = now - DAY
        self.before, self._was = index_at(self.dimensions, lambda item: value_at(self.days.curve(item.key), yesterday))
        since = max(midnight(now), now - 12 * HOUR)
        first = since - since % HOUR
        times = list(range(first, now - HOUR // 2, HOUR))
        self.curve = course(self.dimensions, lambda item: self.days.curve(item.key), times, now)
        self._show()

    def _show(self) -> None:
        now, t = self.ctx.clock.now(), self.ctx.t
        start = int(self.curve.at[0]) if len(self.curve) else now - HOUR
        bounds = (Bound(self._target),) if self._target else ()
        known = self.curve.at[np.isfinite(self.curve.value)]
        told = len(known) > 2  # two points are no course
        curve = self.curve if told else Curve()
        shown = Shown(start if told else now - HOUR, now, curve, 1, bounds, old=self.old)
        self.chart.show_values(shown, t("leader.index_waiting" if self.days.waiting else "leader.index_no_course"))
        self.rows.show_rows(len(self.dimensions))
        self._arrange()
        self.setAccessibleDescription(" ".join(words for line in self.reasons() for words, _ in line))
        self._hero.update()
        self._note.update()
        self.chart.update()

    def reasons(self) -> list[list[tuple[str, bool]]]:
        """Lines beside the figure, of (words, bold)."""
        t, gone = self.ctx.t, not math.isfinite(self.before)
        if gone:
            return [[(t("leader.index_no_before"), False)], *self._aim()]
        by = self.value - self.before
        lines = [[(t("leader.same_time"), False), (f" {self.before:.1f}", True)]]
        if abs(by) < 0.05:
            return [*lines, [(t("leader.index_same"), False)], *self._aim()]
        named = causes(self.dimensions, self._was, by < 0)
        why = t("leader.index_why", names=t("leader.comma").join(t.pack(one.name) for one in named)) if named else ""
        moved = [(t("leader.index_lower" if by < 0 else "leader.index_higher"), False), (f" {abs(by):.1f}", True)]
        return [*lines, moved, [(why, False)] if why else [], *self._aim()]

    def _aim(self) -> list[list[tuple[str, bool]]]:
        if not self._target:
            return []
        met = "leader.index_met" if self.value >= self._target else "leader.index_missed"
        return [[(self.ctx.t(met, target=f"{self._target:g}"), False)]]

    def _read(self, curve: Curve, at: int) -> str:
        return f"{hour_minute(int(curve.at[at]))}  {curve.value[at]:.1f}"

    def on_wall(self) -> tuple[str]:
        """What it is on a wall."""
        return ("wallindex",)

    # -- the dimensions

    def _pick(self, i: int) -> None:
        open_topic(self.ctx, f"score/{self.dimensions[i].name['zh']}")

    def _said(self, i: int) -> str:
        one, t = self.dimensions[i], self.ctx.t
        return t("leader.score_tip", name=t.pack(one.name), score=f"{one.score:.0f}", n=len(one.items), old=one.old)

    def _draw(self, painter: QPainter, box: QRect, i: int) -> None:
        one, theme, t = self.dimensions[i], self.ctx.theme, self.ctx.t
        names = max(QFontMetricsF(theme.font("body")).horizontalAdvance(t.pack(d.name)) for d in self.dimensions)
        name_w = min(round(names) + 16, box.width() // 3)
        draw_line(painter, QRect(12, box.top(), name_w, box.height()), t.pack(one.name), theme.font("body"), theme.t1)
        right = box.width() - 132
        lane = QRectF(12 + name_w, box.center().y() - 3, max(right - name_w - 12, 24), 7)
        painter.fillRect(lane, theme.line2 if theme.name == "light" else theme.s3)
        ink = theme.t2 if one is min(self.dimensions, key=lambda d: d.score) else theme.chart
        painter.fillRect(QRectF(lane.left(), lane.top(), lane.width() * one.score / 100, lane.height()), ink)
        if self._target:
            x = lane.left() + lane.width() * self._target / 100
            painter.fillRect(QRectF(round(x) - 1, lane.top() - 3, 2, lane.height() + 6), theme.t1)
        score = QRect(round(lane.right()), box.top(), 48, box.height())
        draw_line(
            painter,
            score,
            f"{one.score:.0f}",
            theme.font("title" if box.height() > 24 else "clock"),
            theme.t1,
            right=True,
        )
        change, _ = self._change(one)
        told = QRect(score.right() + 14, box.top(), 44, box.height())
        draw_line(painter, told, change, theme.font("small"), theme.t2)
        at = QRectF(box.width() - 24, box.center().y() - 5, 11, 11)
        draw_icon(painter, at, "chevron-right", theme.t3, 2)

    def _change(self, one: Scored) -> tuple[str, float]:
        before = self._was.get(one.name["zh"], math.nan)
        if not math.isfinite(before):
            return "–", math.nan
        by = one.score - before
        return (f"{'↑' if by > 0 else '↓'} {abs(by):.0f}" if abs(by) >= 0.5 else "→ 0"), by

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self.set_facts(None if self.width() < 380 else Message("leader.index_source"))

    def _arrange(self) -> None:
        """Every score has a row; the chart has what is left."""
        small = self.height() < 400
        hero, row, note = (_HERO - 16, _LOW_ROW, 0) if small else (_HERO, _ROW, _NOTE)
        self._hero.setFixedHeight(hero)
        self._note.setVisible(not small)
        self.rows.set_high(row)
        frame = 2 + self.height() - self.contentsRect().height()  # its own pixel, and the stylesheet's
        inside = self.height() - frame - self.header.height()
        rest = inside - hero - note - row * max(len(self.dimensions), _SCORES)
        self.chart.setFixedHeight(max(_CHART, rest))


class _Note(QWidget):
    """What bars, marks and the right column are."""

    def __init__(self, panel: IndexPanel) -> None:
        super().__init__(panel.content)
        self._panel = panel
        self.setFixedHeight(_NOTE)

    def paintEvent(self, event: QPaintEvent) -> None:
        panel, theme = self._panel, self._panel.ctx.theme
        painter = QPainter(self)
        words = panel.ctx.t("leader.index_note", target=f"{panel._target:g}")
        draw_line(painter, QRect(12, 0, self.width() - 24, 20), words, theme.font("small"), theme.t3)
        painter.fillRect(12, self.height() - 1, self.width() - 24, 1, theme.line)


def best(items: list[Item]) -> list[Item]:
    """Signs with a value before those without, the gravest first."""
    return sorted(items, key=lambda item: (not item.known, item.level or 9, item.key))


PANELS = {"index": IndexPanel}
