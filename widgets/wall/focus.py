"""The event or case that the wall follows: what, where, how grave; its stages, who is at it, and what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from cockpit.model.ages import age, moment, span
from cockpit.model.cases import Case, Order
from cockpit.model.messages import Message
from widgets.kit.discreet import unit_name, visitor
from widgets.kit.feedstate import cut_off, topic_state
from widgets.kit.loopwords import Left, left_of, number_of, stage_of
from widgets.kit.symbols import draw_badge, draw_pattern
from widgets.lists.areas import AreaTree
from widgets.lists.words import EventWords, joined
from widgets.orders.history import entries
from widgets.orders.rail import AHEAD, NOW, PASSED, Mark, marks
from widgets.orders.words import CaseWords
from widgets.wall.gravest import gravest_key
from widgets.wall.kit import PanelState, WallPanel
from widgets.wall.paint import draw_at, draw_words, fitted
from widgets.wall.rows import Row, draw_rows
from widgets.wall.sizes import FIGURE_EM, WallType, metrics, wide

LEAST_NAME = 2.2
"""Sizes of type that the name of a stage is wide at the least where it is cut."""


@dataclass(frozen=True)
class Focus:
    """What is said of it. rail: its stages. left: of the stage's limit, None where there is none.
    steps: what was done, the newest first, without what anybody wrote or said. sent: how many orders it has, whether
    they are in `orders` or are not to be told."""

    title: str
    under: str
    level: int
    pattern: str
    stage: str
    rail: tuple[Mark, ...]
    left: Left | None
    orders: tuple[Row, ...]
    steps: tuple[Row, ...] = ()
    sent: int = 0


class WallFocus(WallPanel):
    """Options: `event`, key of an event or id of a case; `auto`, whether the gravest is shown where none is followed.

    Visitors are told neither its number nor the place nor who is at it.
    """

    panel_id: ClassVar[str] = "wallfocus"
    title_id: ClassVar[str] = "wallfocus.title"
    topics: ClassVar[frozenset[str]] = frozenset({"event", "case", "unit", "area", "feed"})
    options: ClassVar[Mapping[str, Any]] = {"event": "", "auto": True}
    ample: ClassVar[tuple[float, float]] = (26, 15)

    def begin(self) -> None:
        self._tree = AreaTree(self.ctx.picture["area"])
        self.focus: Focus | None = None
        self._number = ""

    def title(self) -> str:
        said = super().title()
        return joined(said, self._number) if not self.chosen["title"] else said

    # What is followed.

    def _key(self) -> str:
        sight = self.ctx.wall
        return self.chosen["event"] or ((sight.event or sight.focus) if sight is not None else "")

    def _found(self) -> tuple[Mapping[str, Any] | None, Case | None]:
        """The event and its case; either may be missing."""
        key, events, cases = self._key(), self.ctx.picture["event"], self.ctx.cases
        if not key and self.chosen["auto"]:
            key = gravest_key(self.ctx)
        row = events.get(key) if key else None
        case = cases.of_event(key) or cases.case(key) if key else None
        if row is None and case is not None and case.facts.event:
            row = events.get(case.facts.event)
        return row, case

    def look(self) -> None:
        row, case = self._found()
        if row is None and case is None:
            self.focus, self._number = None, ""
            self._say_none()
            return
        self.show_content()
        made = self._made(row, case)
        self._say_age(row, case)
        if made != self.focus:
            self.focus = made
            self.setAccessibleDescription(f"{made.title} {made.stage}")
            self.update()

    def age_tick(self) -> None:
        self.look()

    def _say_none(self) -> None:
        key = self._key()
        self.set_age(None)
        if key:
            self.show_state(PanelState.EMPTY, Message("wallfocus.gone"), (Message("wallfocus.gone_why"),))
            return
        state = topic_state(self.ctx, "event")
        if not len(self.ctx.picture["event"]) and state is not None and state.problem is not None:
            self.show_state(PanelState.DEAD, Message("wallkit.events_dead"), (state.problem,))
        elif self.chosen["auto"] and (cut := cut_off(self.ctx, "event")) is not None:
            self.show_state(PanelState.DEAD, *cut)
        else:
            why = Message("wallfocus.none_grave" if self.chosen["auto"] else "wallfocus.choose")
            self.show_state(PanelState.EMPTY, Message("wallfocus.none"), (why,))

    def _say_age(self, row: Mapping[str, Any] | None, case: Case | None) -> None:
        now = self.ctx.clock.now()
        changed = max(int(row["updated"]) if row is not None else 0, case.stage_at if case is not None else 0)
        state = topic_state(self.ctx, "event") if row is not None else None
        stale = state is not None and state.state in ("stale", "dead")
        if stale and state is not None:
            self.set_age(state.age(self.ctx.clock.wall()), True)
        else:
            self.set_age(Message("wallkit.last_change", {"age": age(changed, now)}) if changed else None)

    def _made(self, row: Mapping[str, Any] | None, case: Case | None) -> Focus:
        ctx, t, now = self.ctx, self.ctx.t, self.ctx.clock.now()
        words = EventWords(t, ctx.pack, self._tree)
        facts = case.facts if case is not None else None
        kind = str(row["kind"]) if row is not None else facts.kind if facts is not None else ""
        level = facts.level if facts is not None else int(row["level"]) if row is not None else 5
        occurred = int(row["occurred"]) if row is not None else 0
        strangers = visitor(ctx)
        said = [t("wallmap.since", time=moment(occurred, now))] if occurred else []
        if not strangers and row is not None:
            said.insert(0, words.place(row, short=True))
            said.append(words.channel(str(row["channel"])))
        elif not strangers and facts is not None:
            said.insert(0, self._tree.street(facts.area))
        self._number = "" if case is None or not case.number or strangers else str(number_of(case))
        reported = occurred
        return Focus(
            title=words.title(kind, float(row["amount"]) if row is not None else float("nan")),
            under=joined(*said),
            level=level,
            pattern=ctx.pack.kind(kind).pattern,
            stage=t(stage_of(case).words),
            rail=tuple(marks(case, reported, kind, level, ctx.pack.loop, t, now)),
            left=left_of(case.due, case.stage_at, now) if case is not None and case.open else None,
            orders=() if case is None or strangers else tuple(self._order(one, now) for one in _by_work(case)),
            steps=() if case is None or strangers else self._steps(case, now),
            sent=len(case.orders) if case is not None else 0,
        )

    def _steps(self, case: Case, now: int) -> tuple[Row, ...]:
        t, pack = self.ctx.t, self.ctx.pack
        words = CaseWords(t, self._unit, self.ctx.clock.now, lambda stage: t.pack(pack.loop.label(stage)))
        done = entries(case, words, (), now)
        return tuple(Row(title=one.what, right=one.when, dot="line2") for one in reversed(done))

    def _unit(self, key: str) -> str:
        return unit_name(self.ctx, key) or self.ctx.t("wallfocus.unit_unknown")

    def _order(self, order: Order, now: int) -> Row:
        t = self.ctx.t
        since = order.times.get(order.state, order.issued)
        left = None
        if order.working:
            due = order.finish_by if order.state == "on_scene" else order.arrive_by
            left = left_of(due, order.issued, now)
        return Row(
            title=self._unit(order.unit),
            beside=joined(t(f"map.order_{order.state}"), t(age(since, now))),
            less=joined(t(f"map.order_{order.state}"), t(span(now - since))),
            right=t(left.words) if left is not None else "",
            ink=left.token if left is not None else "t2",
            dot="acc" if order.working else "line2",
        )

    # Painting.

    def paint(self, painter: QPainter, box: QRectF) -> None:
        focus, kind = self.focus, self.type
        if focus is None:
            return
        box = self._paint_top(painter, box, focus, kind)
        rail = kind.row * 3.1
        if focus.rail and box.height() >= rail and box.width() >= 3.2 * kind.row * len(focus.rail):
            paint_rail(painter, QRectF(box.left(), box.top(), box.width(), rail), focus.rail, kind, self.theme)
            box.setTop(box.top() + rail + kind.gap * 2)
        self._paint_lists(painter, box, focus, kind)

    def _paint_lists(self, painter: QPainter, box: QRectF, focus: Focus, kind: WallType) -> None:
        """Who is at it, and under them what was done as far as there is room."""
        if box.height() < kind.row_h:
            return
        more = lambda n: self.ctx.t("walllist.more", n=n)  # noqa: E731
        upper = QRectF(box)
        if focus.steps and box.height() > 4 * kind.row_h:
            upper.setHeight(min(max(len(focus.orders), 1) * kind.row_h * 1.05, box.height() * 0.5))
            lower = QRectF(box.left(), upper.bottom() + 2 * kind.gap, box.width(), 0)
            lower.setBottom(box.bottom())
            painter.fillRect(QRectF(box.left(), upper.bottom() + kind.gap, box.width(), kind.hair), self.theme.line)
            draw_rows(painter, lower, focus.steps, kind, self.theme, more, columns=1)
        if focus.orders:
            draw_rows(painter, upper, focus.orders, kind, self.theme, more, columns=2)
        elif box.width() > 10 * kind.row:
            told = self.ctx.t("wallfocus.sent", n=focus.sent) if focus.sent else self.ctx.t("wallfocus.no_orders")
            draw_words(painter, QRectF(box.left(), box.top(), box.width(), kind.row_h), told, kind.min, self.theme.t2)

    def _paint_top(self, painter: QPainter, box: QRectF, focus: Focus, kind: WallType) -> QRectF:
        """Badge, title, place; at the right the clock of the stage, or under it where it is narrow. What is left."""
        theme = self.theme
        clock = self._clock(focus)
        beside = bool(clock) and box.width() >= 20 * kind.row
        high = min(kind.row * 3.3, box.height())
        head = QRectF(box.left(), box.top(), box.width(), high)
        if beside:
            px = fitted(clock, box.width() * 0.34, kind.figure, kind.row, True)
            took = max(wide(clock, px, True), wide(focus.stage, kind.min))
            at = QRectF(head.right() - took, head.top(), took, high * 0.58)
            draw_words(painter, at, clock, px, theme[focus.left.token if focus.left else "t1"], True, "right")
            below = QRectF(at.left(), at.bottom(), took, high - at.height())
            draw_words(painter, below, focus.stage, kind.min, theme.t2, side="right")
            head.setRight(at.left() - kind.row)
        side = kind.row * 1.9
        draw_badge(painter, QRectF(head.left(), head.top() + kind.row * 0.2, side, side), focus.level, theme)
        x = head.left() + side + kind.gap * 1.6
        small = kind.row * 1.3
        px = fitted(focus.title, head.right() - x - small - kind.gap, kind.row * 1.6, kind.row, True)
        line = QRectF(x + small + kind.gap, head.top(), head.right() - x - small - kind.gap, high * 0.58)
        at_icon = QRectF(x, line.center().y() - small / 2, small, small)
        draw_pattern(painter, at_icon, focus.pattern, theme.level(focus.level), 1.8)
        draw_words(painter, line, focus.title, px, theme.t1, True)
        if high >= kind.row * 2.6:
            under = focus.under if beside or not clock else joined(clock, focus.stage, focus.under)
            under = under or focus.stage
            below = QRectF(x, line.bottom(), head.right() - x, high - line.height())
            draw_words(painter, below, under, kind.min, theme.t2 if beside or not clock else theme.t1)
        return QRectF(box.left(), head.bottom() + kind.gap, box.width(), box.bottom() - head.bottom() - kind.gap)

    def _clock(self, focus: Focus) -> str:
        return self.ctx.t(focus.left.words) if focus.left is not None else ""


def _by_work(case: Case) -> list[Order]:
    """Its orders: those at work first, the newest first."""
    return sorted(case.orders.values(), key=lambda one: (not one.working, -one.issued))


def paint_rail(painter: QPainter, box: QRectF, rail: Sequence[Mark], kind: WallType, theme: Any) -> None:
    """The stages side by side: dots on a line, names, and under them when or how long."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    step = box.width() / len(rail)
    middle, radius = box.top() + kind.row * 0.55, kind.row * 0.26
    for i, mark in enumerate(rail):
        x = box.left() + step * (i + 0.5)
        ahead = mark.where == AHEAD
        if i:
            pen = QPen(theme.line2 if ahead else theme.t2, kind.hair * 1.5)
            painter.setPen(pen)
            painter.drawLine(QPointF(x - step + radius * 1.6, middle), QPointF(x - radius * 1.6, middle))
        painter.setPen(QPen(theme.line2 if ahead else theme.acc if mark.where == NOW else theme.t2, kind.hair * 1.5))
        painter.setBrush(
            theme.t2 if mark.where == PASSED else theme.acc if mark.where == NOW else Qt.BrushStyle.NoBrush
        )
        painter.drawEllipse(QPointF(x, middle), radius, radius)
    painter.restore()
    names, times = metrics(kind.min), kind.min * (FIGURE_EM + 0.62)
    base = middle + radius + kind.gap + names.ascent()
    for i, place in _labelled(box, rail, kind).items():
        mark, current = rail[i], rail[i].where == NOW
        line = QRectF(place.left(), base - names.ascent(), place.width(), names.height())
        ink = theme.t1 if mark.where != AHEAD else theme.t2
        draw_words(painter, line, mark.label, kind.min, ink, current, "middle")
        x = box.left() + step * (i + 0.5)
        under = mark.under[:-3] if mark.under.count(":") == 2 and mark.where == PASSED else mark.under
        if wide(under, kind.min, current) <= step * 0.96:
            draw_at(
                painter, x, base + times, under, kind.min, theme[mark.token] if current else theme.t2, current, "middle"
            )


def _labelled(box: QRectF, rail: Sequence[Mark], kind: WallType) -> dict[int, QRectF]:
    """Where each stage has its name: that of now whole, the others moved aside from it as far as the next one lets
    them, else cut at the least to what can still be told apart; those that have no room are not there."""
    step, gap = box.width() / len(rail), kind.min * 0.3
    takes = [wide(mark.label, kind.min, mark.where == NOW) + 1 for mark in rail]
    ends = []
    for i, took in enumerate(takes):
        left = min(max(box.left() + step * (i + 0.5) - took / 2, box.left()), box.right() - took)
        ends.append((left, left + took))
    found: dict[int, tuple[float, float]] = {}
    for i in sorted(range(len(rail)), key=lambda i: (rail[i].where != NOW, i)):
        before = max([found[k][1] + gap for k in found if k < i], default=box.left())
        behind = min([found[k][0] - gap for k in found if k > i], default=box.right())
        if i + 1 < len(rail) and i + 1 not in found:
            behind = min(behind, max(ends[i + 1][0] - gap, ends[i][1]))
        left = max(min(ends[i][0], behind - takes[i]), before)
        right = min(left + takes[i], behind)
        if right - left >= min(takes[i], LEAST_NAME * kind.min):
            found[i] = left, right
    return {i: QRectF(left, box.top(), right - left, box.height()) for i, (left, right) in found.items()}


PANELS = {"wallfocus": WallFocus}
