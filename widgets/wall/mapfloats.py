"""What floats on the map of a wall: what was warned of, the mode, the legend, ages, who made the map. On one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from cockpit.model.ages import moment
from cockpit.model.headline import headline_words
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import topic_age
from widgets.kit.icons import draw_icon
from widgets.kit.symbols import draw_badge
from widgets.kit.theme import Theme
from widgets.map.coloring import EVENTS, Coloring, age_of
from widgets.map.scene import ALERT, CAMERA, EVENT, SENSOR, UNIT, Alert, Scene
from widgets.wall.mapview import wall_style
from widgets.wall.paint import broken, draw_frame, draw_words
from widgets.wall.sizes import WallType, wide

INSET = 28
"""Pixels from the edge of its screen."""
MOST_ALERTS = 2
AGED = (EVENT, UNIT, SENSOR, CAMERA)
_CLEAR = 0.88


@dataclass(frozen=True)
class Float:
    """One box that floats. kind: `alert` `mode` `legend` `about` `age` `credit`."""

    kind: str
    box: QRectF
    title: str
    more: str = ""
    level: int = 0
    steps: tuple[str, ...] = ()
    stale: bool = False


class Floats:
    """Lays out and paints what floats on a screen of so many pixels."""

    def __init__(self, ctx: PanelContext, theme: Theme) -> None:
        self.ctx, self.theme = ctx, theme

    def laid(
        self, room: QRectF, base: WallType, scene: Scene, coloring: Coloring | None, tier: str,
        ends: tuple[bool, bool] = (True, True), told: str = "",
    ) -> list[Float]:  # fmt: skip
        """Boxes for a screen, px of the cut; what has no room is left out, the ages and the makers last.

        Args:
            ends: whether this screen has what floats at the top of the map, and at its foot.
            told: what of the selection it follows, in words.
        """
        inset = min(INSET * base.min / 37, room.height() * 0.06, room.width() * 0.03)
        free = room.adjusted(inset, inset, -inset, -inset)
        made = self._bottom(free, base, base.min * 1.5, scene) if ends[1] else []
        low = min((one.box.top() for one in made), default=free.bottom()) - base.gap
        if told and ends[1]:
            high = base.row * 1.5
            width = min(wide(told, base.row, True) + base.row, free.width())
            made.append(Float("about", QRectF(free.left(), low - high, width, high), told))
            low -= high + base.gap
        top = free.top()
        if ends[0]:
            above = self._top(free, low, base, scene)
            top = max((one.box.bottom() + base.gap for one in above if one.kind == "alert"), default=top)
            made += above
        legend = self._legend(free, low, base, coloring, tier) if ends[1] else None
        if legend is not None and legend.box.top() > top:
            made.append(legend)
        return made

    def _top(self, free: QRectF, low: float, base: WallType, scene: Scene) -> list[Float]:
        """The mode at the right, alerts at the left, as far down as `low`."""
        made = []
        mode = self._mode(free, base)
        beside = free
        if mode is not None and mode.box.bottom() < low:
            made.append(mode)
            beside = free.adjusted(0, 0, -(mode.box.width() + 2 * base.gap), 0)
        top = free.top()
        alerts = sorted(scene.alerts, key=lambda one: (one.level, one.expires)) if scene.shows(ALERT) else []
        for i, alert in enumerate(alerts[:MOST_ALERTS]):
            more = len(alerts) - MOST_ALERTS if i == MOST_ALERTS - 1 else 0
            one = self._alert(alert, free if i else beside, top, base, more)
            if one.box.bottom() > low or one.box.width() < 6 * base.row:
                break
            made.append(one)
            top = one.box.bottom() + base.gap
        return made

    def _bottom(self, free: QRectF, base: WallType, row: float, scene: Scene) -> list[Float]:
        """Ages at the left, makers at the right; under each other where they do not fit beside each other."""
        t, pack = self.ctx.t, self.ctx.pack
        approval = t("hands.approval", number=pack.approval) if pack.approval else ""
        parts = [part for part in (t.pack(pack.credit), approval, t.pack(pack.notice)) if part]
        ages, stale = self.ages(scene)
        pad = base.min * 0.5
        aged = wide(ages, base.min) + 2 * pad + (base.min * 1.1 if stale else 0)
        lines = [" · ".join(parts)] if parts else []
        if lines and wide(lines[0], base.min) + 2 * pad > free.width():
            lines = [line for part in parts for line in broken(part, base.min, free.width() - 2 * pad)]
        boxes = []
        bottom, made = free.bottom(), 0.0
        for line in reversed(lines):
            made = min(wide(line, base.min) + 2 * pad, free.width())
            boxes.append(Float("credit", QRectF(free.right() - made, bottom - row, made, row), line))
            bottom -= row
            if bottom - row < free.top():
                return boxes
        if len(lines) == 1 and made + aged + base.gap <= free.width():
            bottom += row
        elif lines:
            bottom -= base.gap
        if ages:
            aged = min(aged, free.width())
            boxes.append(Float("age", QRectF(free.left(), bottom - row, aged, row), ages, stale=stale))
        return boxes

    def ages(self, scene: Scene) -> tuple[str, bool]:
        """How old what is shown is, by kind: 事件 2 秒前 · 处置力量 1 秒前; and whether something of it stopped."""
        t, parts, old = self.ctx.t, [], False
        for topic in AGED:
            if scene.shows(topic):
                age, stale, _ = topic_age(self.ctx, topic)
                said = t(age) if age is not None else t("kit.age_never")
                parts.append(f"{t(f'wallmap.{topic}')} {said}")
                old |= stale
        return " · ".join(parts), old

    def _alert(self, alert: Alert, free: QRectF, top: float, base: WallType, more: int) -> Float:
        """As much of it as there is room for: what goes first are the words that the list of alerts has too, then the
        end of its title, never the end that it has."""
        t, now, row = self.ctx.t, self.ctx.clock.now(), self.ctx.picture[ALERT].get(alert.key) or {}
        sent = t("wallmap.sent", time=moment(int(row["sent"]), now)) if row.get("sent") else ""
        until = t("map.alert_until", time=moment(alert.expires, now)) if alert.expires else ""
        area, others = str(row.get("area_name", "")), t("wallmap.more_alerts", n=more) if more > 0 else ""
        high = base.row * 2.1
        for whole, said in (
            (True, (sent, until, area)),
            (True, (sent, until)),
            (False, (sent, until, area)),
            (False, (until, area)),
            (False, (until,)),
        ):
            title = headline_words(alert.title, t, whole)
            words = " · ".join(part for part in (*said, others) if part)
            width = high + wide(title, base.row, True) + wide(words, base.min) + base.row * 1.6
            if width <= free.width():
                break
        return Float("alert", QRectF(free.left(), top, min(width, free.width()), high), title, words, alert.level)

    def _mode(self, free: QRectF, base: WallType) -> Float | None:
        sight = self.ctx.wall
        if sight is None or sight.mode is None or not sight.mode.accent:
            return None
        word = self.ctx.t.pack(sight.mode.name)
        high = base.row * 2.1
        width = wide(word, base.row, True) + base.row * 1.4
        return Float("mode", QRectF(free.right() - width, free.top(), width, high), word, level=sight.mode.accent)

    def _legend(self, free: QRectF, low: float, base: WallType, coloring: Coloring | None, tier: str) -> Float | None:
        if coloring is None or not coloring.kind or not coloring.labels:
            return None
        title = self.ctx.t(coloring.legend(tier))
        ctx = self.ctx
        if coloring.kind == EVENTS:
            age, stale, _ = topic_age(ctx, "event")
        else:
            age, stale = age_of(coloring, ctx.picture, ctx.pack, ctx.clock.now())
        more = ctx.t(age) if age is not None else ""
        pad = base.min * 0.6
        cell = max(wide(one, base.min) for one in coloring.labels) + base.min * 0.9
        width = max(cell * len(coloring.labels), wide(title, base.min) + wide(more, base.min) + base.min) + 2 * pad
        high = base.min * 4.0
        if width > free.width() or low - high < free.top():
            return None
        box = QRectF(free.left(), low - high, width, high)
        return Float("legend", box, title, more, steps=coloring.labels, stale=stale)

    def paint(self, painter: QPainter, floats: Sequence[Float], base: WallType) -> None:
        for one in floats:
            {
                "alert": self._paint_alert,
                "mode": self._paint_mode,
                "legend": self._paint_legend,
                "about": self._paint_about,
            }.get(one.kind, self._paint_line)(painter, one, base)

    def _backed(self, painter: QPainter, box: QRectF, edge: QColor | None, base: WallType) -> None:
        fill = self.theme.bg
        fill.setAlphaF(_CLEAR)
        draw_frame(painter, box, fill, edge, base.hair, base.radius)

    def _paint_line(self, painter: QPainter, one: Float, base: WallType) -> None:
        self._backed(painter, one.box, None, base)
        pad = base.min * 0.5
        row = one.box.adjusted(pad, 0, -pad, 0)
        if one.stale:
            side = base.min * 0.86
            at = QRectF(row.left(), row.center().y() - side / 2, side, side)
            draw_icon(painter, at, "plug-broken", self.theme.orange_text, 2)
            row.setLeft(row.left() + base.min * 1.1)
        side = "right" if one.kind == "credit" else "left"
        draw_words(painter, row, one.title, base.min, self.theme.t1 if one.stale else self.theme.t2, side=side)

    def _paint_about(self, painter: QPainter, one: Float, base: WallType) -> None:
        self._backed(painter, one.box, self.theme.line2, base)
        draw_words(painter, one.box, one.title, base.row, self.theme.t1, True, "middle")

    def _paint_alert(self, painter: QPainter, one: Float, base: WallType) -> None:
        draw_frame(painter, one.box, self.theme.s1, self.theme.level(one.level, "text"), base.hair, base.radius)
        side, box = base.row * 1.3, one.box
        gap = (box.height() - side) / 2
        draw_badge(painter, QRectF(box.left() + gap, box.top() + gap, side, side), one.level, self.theme)
        row = QRectF(box.left() + side + 2 * gap, box.top(), box.width() - side - 3 * gap, box.height())
        end = wide(one.more, base.min) + base.row * 0.5 if one.more else 0.0
        took = draw_words(painter, row.adjusted(0, 0, -end, 0), one.title, base.row, self.theme.t1, True)
        row.setLeft(row.left() + (took + base.row * 0.5 if took else 0.0))
        draw_words(painter, row, one.more, base.min, self.theme.t2)

    def _paint_mode(self, painter: QPainter, one: Float, base: WallType) -> None:
        color = self.theme.level(one.level, "text")
        draw_frame(painter, one.box, self.theme.s1, color, base.hair, base.radius)
        draw_words(painter, one.box, one.title, base.row, color, True, "middle")

    def _paint_legend(self, painter: QPainter, one: Float, base: WallType) -> None:
        self._backed(painter, one.box, self.theme.line, base)
        pad, style = base.min * 0.6, wall_style(self.theme)
        box = one.box.adjusted(pad, 0, -pad, 0)
        head = QRectF(box.left(), box.top(), box.width(), base.min * 1.55)
        draw_words(painter, head, one.title, base.min, self.theme.t1)
        draw_words(painter, head, one.more, base.min, self.theme.t1 if one.stale else self.theme.t2, side="right")
        cell, top = box.width() / len(one.steps), head.bottom()
        land, color = QColor(style.built), QColor(style.choropleth)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for i, words in enumerate(one.steps):
            at = QRectF(round(box.left() + i * cell), round(top), round(cell), round(base.min * 0.6))
            color.setAlphaF(style.choropleth_alpha[i] if i else 0.0)
            painter.fillRect(at, land)
            painter.fillRect(at, color)
            painter.setPen(self.theme.line2)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(at.adjusted(0, 0, -1, -1))
            below = QRectF(at.left(), at.bottom(), cell, base.min * 1.5)
            draw_words(painter, below, words, base.min, self.theme.t2)


def float_boxes(floats: Sequence[Float]) -> NDArray[np.float64]:
    """Shape (n, 4), px of the cut."""
    edges = [(one.box.left(), one.box.top(), one.box.right(), one.box.bottom()) for one in floats]
    return np.array(edges, dtype=np.float64).reshape(-1, 4)


def tier_name(ctx: PanelContext, coloring: Coloring | None) -> str:
    """What areas of its tier are called."""
    tiers = ctx.pack.tiers
    return ctx.t.pack(tiers[coloring.tier]) if coloring is not None and coloring.tier < len(tiers) else ""
