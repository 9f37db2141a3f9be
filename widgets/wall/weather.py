"""天气: what the city's own gauges measure now, and what is warned of. What nobody measures is not said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cockpit.model.ages import age, moment
from cockpit.model.clock import MINUTE
from cockpit.model.figures import figure
from cockpit.model.freshness import Freshness, freshness
from cockpit.model.headline import headline_words
from cockpit.model.messages import Message
from widgets.kit.feedstate import has_data, topic_state
from widgets.kit.icons import draw_icon
from widgets.kit.symbols import draw_badge
from widgets.lists.areas import AreaTree
from widgets.map.coloring import lively
from widgets.wall.kit import PanelState, WallPanel
from widgets.wall.paint import draw_value, draw_words
from widgets.wall.rows import LEAST, Row, draw_rows
from widgets.wall.sizes import WallType, wide

RAINS = ((16.0, "storm"), (8.0, "heavy"), (2.5, "moderate"), (0.1, "light"))
"""Rain in an hour, mm, from which it is called so (气象 hourly grades)."""
BEAUFORT = (0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7)
"""m/s from which the wind has force 1, 2, … (WMO)."""
KINDS = ("temperature", "rain", "wind", "pm25", "humidity")


@dataclass(frozen=True)
class Gauged:
    """What gauges of a kind say: mean and highest, where that is, when it was measured, whether that is long ago.

    Gauges that are old count only where none of the kind is live.
    """

    kind: str
    unit: str
    decimals: int
    mean: float
    most: float
    where: str
    measured: int
    old: bool


class WallWeather(WallPanel):
    """Options: `kinds`, ids of sensor kinds (or how they begin) that are shown."""

    panel_id: ClassVar[str] = "wallweather"
    title_id: ClassVar[str] = "wallmore.weather"
    topics: ClassVar[frozenset[str]] = frozenset({"sensor", "alert", "area", "feed"})
    narrowed: ClassVar[frozenset[str]] = frozenset({"area"})
    options: ClassVar[Mapping[str, Any]] = {"kinds": list(KINDS)}
    ample: ClassVar[tuple[float, float]] = (24, 10)

    def begin(self) -> None:
        self._tree = AreaTree(self.ctx.picture["area"])
        self.told: tuple[Any, ...] = ()

    def look(self) -> None:
        ctx = self.ctx
        gauged = [found for kind in self.chosen["kinds"] if (found := self._gauged(str(kind))) is not None]
        if not gauged:
            state = topic_state(ctx, "sensor")
            if state is not None and state.problem is not None:
                self.show_state(PanelState.DEAD, Message("wallmore.gauges_dead"), (state.problem,))
            elif has_data(ctx, "sensor"):
                self.show_state(PanelState.EMPTY, Message("wallmore.no_gauges"), (Message("wallmore.no_gauges_why"),))
            else:
                self.show_state(PanelState.WAITING, Message("wallmore.gauges_waiting"))
            self.set_age(None)
            return
        self.show_content()
        newest = max(one.measured for one in gauged)
        self.set_age(age(newest, ctx.clock.now()), all(one.old for one in gauged))
        told = (tuple(gauged), self._alert(), ctx.t.lang)
        if told != self.told:
            self.told = told
            self.update()

    def age_tick(self) -> None:
        self.look()

    def _gauged(self, kind: str) -> Gauged | None:
        """What gauges of a kind measured; None where there is none with a value."""
        ctx, table = self.ctx, self.ctx.picture["sensor"]
        codes, names = table.codes("kind")
        good = np.array([name == kind or name.startswith(f"{kind}_") for name in names], bool)
        here = good[codes] if len(names) else np.zeros(len(table), bool)
        value, measured = table.numbers("value"), table.numbers("measured")
        here &= np.isfinite(value)
        if self.area != ctx.pack.code:
            inside, (area, areas) = self._tree.inside(self.area), table.codes("area")
            here &= np.array([one in inside for one in areas], bool)[area]
        now = ctx.clock.now()
        rows = np.flatnonzero(lively(table, here, now))
        if not len(rows):
            return None
        top = int(rows[np.argmax(value[rows])])
        row = table.row(top)
        known = ctx.pack.sensor_kind(str(row["kind"]))
        when = int(measured[rows].max())
        period = int(table.numbers("period")[rows].max()) or MINUTE
        return Gauged(
            kind, str(row["unit"]) or known.unit, known.decimals, float(value[rows].mean()), float(value[top]),
            str(row["name"]), when, freshness(when, period, now) is not Freshness.LIVE,
        )  # fmt: skip

    def _alert(self) -> tuple[str, int, str] | None:
        """The gravest alert in force: its headline, level, and until when."""
        ctx, table = self.ctx, self.ctx.picture["alert"]
        now = ctx.clock.now()
        rows = [table.row(i) for i in range(len(table))]
        rows = [row for row in rows if row["effective"] <= now and not 0 < row["expires"] <= now]
        if not rows:
            return None
        row = min(rows, key=lambda one: (int(one["level"]) or 9, -int(one["sent"])))
        until = ctx.t("map.alert_until", time=moment(int(row["expires"]), now)) if row["expires"] else ""
        return headline_words(str(row["title"]), ctx.t), int(row["level"]), until

    # Words.

    def _rain(self, rain: Gauged) -> str:
        """大雨; 局地暴雨 where the highest gauge says more than most do; 无雨."""
        t, mean, most = self.ctx.t, rain_name(rain.mean), rain_name(rain.most)
        if not most:
            return t("wallmore.rain_none")
        return t(f"wallmore.rain_{most}") if most == mean else t("wallmore.local", what=t(f"wallmore.rain_{most}"))

    def _row(self, one: Gauged) -> Row:
        t = self.ctx.t
        name = t(f"wallmore.of_{one.kind}") if one.kind in KINDS else t.pack(self.ctx.pack.sensor_kind(one.kind).name)
        if one.kind == "wind" and one.unit == "m/s":
            said = t("wallmore.force", n=beaufort(one.most))
        else:
            shown = one.most if one.kind == "rain" else one.mean
            said = f"{figure(shown, one.decimals)} {one.unit}".strip()
        beside = one.where if one.kind in ("rain", "wind") else ""
        if one.old:
            beside = t(age(one.measured, self.ctx.clock.now()))
        return Row(name, right=said, beside=beside, ink="t2" if one.old else "t1")

    # Painting.

    def paint(self, painter: QPainter, box: QRectF) -> None:
        if not self.told:
            return
        gauged, alert, _ = self.told
        kind, theme, t = self.type, self.theme, self.ctx.t
        by_kind = {one.kind: one for one in gauged}
        heat, rain = by_kind.get("temperature"), by_kind.get("rain")
        if alert is not None and box.height() > kind.row * LEAST * 3:
            foot = QRectF(box.left(), box.bottom() - kind.row * LEAST, box.width(), kind.row * LEAST)
            self._paint_alert(painter, foot, alert, kind)
            box = QRectF(box.left(), box.top(), box.width(), box.height() - foot.height() - kind.gap)
        lead = QRectF(box)
        rest = [self._row(one) for one in gauged if one is not heat]
        need = max((wide(row.title, kind.row) + wide(row.right, kind.row, True) for row in rest), default=0.0)
        if heat is not None and box.height() >= kind.row * 1.2:
            if box.width() > box.height() * 1.25 and rest and box.width() * 0.58 >= need + kind.row * 1.5:
                lead.setWidth(box.width() * 0.42)
                box = QRectF(lead.right() + kind.row * 0.6, box.top(), box.right() - lead.right() - kind.row * 0.6,
                             box.height())  # fmt: skip
            else:
                lead.setHeight(min(kind.hero * 1.2, max(box.height() * 0.45, kind.row * LEAST)))
                box = QRectF(box.left(), lead.bottom(), box.width(), box.bottom() - lead.bottom())
            rest = rest[: max(int(box.height() / (kind.row * LEAST) + 0.02), 1)]
            self._paint_heat(painter, lead, heat, self._rain(rain) if rain is not None else "", rain, kind)
        draw_rows(painter, box, rest, kind, theme, lambda n: t("walllist.more", n=n), columns=3, each=9)

    def _paint_heat(
        self, painter: QPainter, box: QRectF, heat: Gauged, words: str, rain: Gauged | None, kind: WallType
    ) -> None:
        theme = self.theme
        low = box.height() < kind.row * 2.4
        high = box.height() if low else min(kind.hero * 1.1, box.height() * (0.68 if words else 1.0))
        line = QRectF(box.left(), box.top(), box.width(), high)
        if rain is not None and rain_name(rain.most):
            side = min(high * 0.72, kind.figure * 1.1, box.width() * 0.3)
            draw_icon(painter, QRectF(line.left(), line.center().y() - side / 2, side, side), "rain", theme.t1, 1.6)
            line.setLeft(line.left() + side + kind.gap * 1.5)
        ink = theme.t2 if heat.old else theme.t1
        beneath = box.height() - high >= kind.row
        if heat.old:
            words = self.ctx.t(age(heat.measured, self.ctx.clock.now()))
            if not beneath and wide(words, kind.row, True) >= line.width() * 0.6:
                side = kind.min
                at = QRectF(line.right() - side, line.center().y() - side / 2, side, side)
                draw_icon(painter, at, "plug-broken", theme.orange_text, 2)
                line.setRight(at.left() - kind.gap)
        if words and not beneath and wide(words, kind.row, True) < line.width() * 0.6:
            draw_words(painter, line, words, kind.row, theme.t1, True, side="right")
            line.setWidth(line.width() - wide(words, kind.row, True) - kind.gap)
        draw_value(painter, line, figure(heat.mean), heat.unit, min(kind.hero, high * 0.86), ink, theme.t2, kind.min)
        if words and beneath:
            below = QRectF(box.left(), line.bottom(), box.width(), min(box.height() - high, kind.row * 1.6))
            draw_words(painter, below, words, kind.row, theme.t1, True)

    def _paint_alert(self, painter: QPainter, box: QRectF, alert: tuple[str, int, str], kind: WallType) -> None:
        title, level, until = alert
        side = kind.row * 1.06
        draw_badge(painter, QRectF(box.left(), box.center().y() - side / 2, side, side), level, self.theme)
        row = box.adjusted(side + kind.gap, 0, 0, 0)
        took = draw_words(painter, row, title, kind.row, self.theme.t1)
        rest = row.adjusted(took + kind.row * 0.5, 0, 0, 0)
        if until and wide(until, kind.min) <= rest.width():
            draw_words(painter, rest, until, kind.min, self.theme.t2, side="right")


def rain_name(hour: float) -> str:
    """What rain of so many mm in an hour is called; "" where there is none."""
    return next((name for least, name in RAINS if hour >= least), "")


def beaufort(speed: float) -> int:
    """The force of a wind in m/s, 0–12."""
    return sum(speed >= least for least in BEAUFORT)


PANELS = {"wallweather": WallWeather}
