"""The pages of units, sensors and cameras."""

from __future__ import annotations

import math
from collections import deque
from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cockpit.model import ages
from cockpit.model.figures import figure
from cockpit.model.freshness import Freshness, freshness
from cockpit.model.tables import CameraState
from widgets.calls.reach import ReachBlock
from widgets.kit.icons import draw_icon
from widgets.kit.symbols import draw_unit
from widgets.lists.asked import Asked, Order
from widgets.lists.nearby import metres_words
from widgets.lists.page import Block, BodyReader, Desk, Page, body_facts
from widgets.lists.parts import PAD, Draw, Fact, Head, Part, SectionHead, Sentence
from widgets.lists.words import clock_time, joined, number
from widgets.video.tiles import VideoTiles

_NEAR_EVENTS = 5
_M_PER_DEGREE = 111_195.0
_SEEN = 240
_PICTURE, _WORDS = 236, 12
"""Height of what a camera sees, and size of the words under it, px."""
_OFTEN = frozenset({"key", "value", "measured", "received"})
"""Of a sensor's row: what new values bring, and what never changes."""


def icon_sign(name: str, desk: Desk) -> Draw:
    """An icon as a page's sign."""

    def draw(painter: QPainter, rect: QRectF) -> None:
        painter.setPen(QPen(desk.ctx.theme.line2, 1))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        draw_icon(painter, rect.adjusted(9, 9, -9, -9), name, desk.ctx.theme.t1, 1.75)

    return draw


def near_events(desk: Desk, row: dict[str, Any]) -> list[QWidget]:
    """A section of the open events nearest by air line."""
    t, theme = desk.ctx.t, desk.ctx.theme
    lon, lat = row["lon"], row["lat"]
    if math.isnan(lon) or math.isnan(lat):
        return []
    table = desk.ctx.picture["event"]
    found = desk.events(Asked(order=Order.NEAREST), (lon, lat)).rows[:_NEAR_EVENTS].tolist()
    parts: list[QWidget] = [SectionHead(theme, t("lists.near_events"), lambda: t("lists.by_air"))]
    for i in found:
        event = table.row(i)
        east = (event["lon"] - lon) * math.cos(math.radians(lat))
        away = math.hypot(east, event["lat"] - lat) * _M_PER_DEGREE
        parts.append(desk.event_row(event, metres_words(away, t)))
    if not found:
        parts.append(Sentence(theme, t("lists.near_events_none"), "t3", "small"))
    return parts


class UnitThing(Page):
    """The page of a unit."""

    topic = "unit"

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        self.reach = ReachBlock(desk.ctx, key, self)
        self.column.addWidget(self.reach)
        self._facts = Block(self, PAD)
        self.column.addWidget(self._facts)
        self._lines = self.block(above=6, below=8)
        self.reader = BodyReader(self, lambda _body: self.show_row())
        self._near = self.block()
        self.reader.fetch()
        self.begin()
        self._near.fill(near_events(desk, row))

    def age_tick(self) -> None:
        super().age_tick()
        self.reach.show_state()

    def show_row(self) -> None:
        desk, row = self.desk, self.row
        t, theme = desk.ctx.t, desk.ctx.theme
        kind = desk.ctx.pack.unit_kind(row["kind"])
        state, fixed = int(row["state"]), int(row["fixed"])
        stale = desk.old("unit")

        def draw(painter: QPainter, rect: QRectF) -> None:
            draw_unit(painter, rect.center(), kind.shape, state, theme, stale=stale, radius=13.0)

        under = joined(t.pack(kind.name), t(f"lists.unit_state_{state}"), desk.areas.street(row["area"]))
        self.head.fill([Head(theme, draw, row["name"] or t.pack(kind.name), under)])
        speed, heading = float(row["speed"]), float(row["heading"])
        moving = speed == speed and speed > 0.3
        value, unit = (number(round(speed * 3.6)), "km/h") if moving else (t("lists.standing"), "")
        if speed != speed:
            value = t("lists.no_value")
        facts: list[QWidget] = [Fact(theme, t("lists.speed"), value, unit, lambda: desk.age(fixed), lambda: stale)]
        if heading == heading and moving:
            words = t(f"lists.heading_{round(heading / 45) % 8}")
            facts.append(
                Fact(theme, t("lists.heading"), words, f"{heading:.0f}°", lambda: desk.age(fixed), lambda: stale)
            )
        if self.reader.body is not None:
            fetched = self.reader.body.fetched
            facts += body_facts(desk, self.reader.body, lambda: desk.ctx.t(ages.age(fetched, desk.ctx.clock.wall())))
        self._facts.fill(facts)
        self._lines.fill(
            [
                self.time_line("fixed", fixed),
                self.line("place", desk.place(row)),
                self.line("area", desk.area_path(row["area"])),
                self.id_line(),
            ]
        )


class SensorThing(Page):
    """The page of a sensor, with the values that this seat saw while it was selected.

    Attributes:
        seen: (measured, value), the oldest first.
    """

    topic = "sensor"

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        self.seen: deque[tuple[int, float]] = deque(maxlen=_SEEN)
        self._facts = Block(self, PAD)
        self.column.addWidget(self._facts)
        self._chart = self.block()
        self._measured = self.block(above=6)
        self._lines = self.block(below=8)
        self._near = self.block()
        self._lasting: object = None
        self.begin()
        self._near.fill(near_events(desk, row))

    def others_changed(self, topics: frozenset[str]) -> None:
        self._lasting = None
        super().others_changed(topics)

    @property
    def freshness(self) -> Freshness:
        """By the sensor's own period."""
        return freshness(int(self.row["measured"]), int(self.row["period"]), self.desk.ctx.clock.now())

    def _is_old(self) -> bool:
        return self.freshness in (Freshness.STALE, Freshness.DEAD)

    def _age(self) -> str:
        row, desk = self.row, self.desk
        said = ages.data_age(int(row["measured"]), int(row["period"]), desk.ctx.clock.now())
        return desk.ctx.t(said)

    def show_row(self) -> None:
        desk, row = self.desk, self.row
        t, theme = desk.ctx.t, desk.ctx.theme
        kind = desk.ctx.pack.sensor_kind(row["kind"])
        value, measured = float(row["value"]), int(row["measured"])
        known = value == value and measured > 0
        shown = figure(value, kind.decimals) if known else t("lists.no_value")
        unit = (row["unit"] or kind.unit) if known else ""
        self._facts.fill([Fact(theme, t.pack(kind.name), shown, unit, self._age, self._is_old)])
        if known and (not self.seen or self.seen[-1][0] < measured):
            self.seen.append((measured, value))
        if len(self.seen) >= 3:
            times = [clock_time(at, desk.ctx.clock.now()) for at in (self.seen[0][0], self.seen[-1][0])]
            title = SectionHead(theme, t("lists.seen"), lambda: joined(unit, t("lists.seen_why")))
            self._chart.fill([title, _Seen(theme, [v for _, v in self.seen], times)])
        self._measured.fill([self.time_line("measured", measured)])
        lasting = ({name: row[name] for name in row.keys() - _OFTEN}, theme, t)
        if lasting != self._lasting:
            self._lasting = lasting
            self._show_lasting()

    def _show_lasting(self) -> None:
        """What a new value does not change."""
        desk, row = self.desk, self.row
        t, theme = desk.ctx.t, desk.ctx.theme
        kind = desk.ctx.pack.sensor_kind(row["kind"])
        under = joined(t.pack(kind.name), desk.areas.street(row["area"]))
        self.head.fill([Head(theme, icon_sign("ruler", desk), row["name"] or t.pack(kind.name), under)])
        lines: list[QWidget] = []
        if row["period"] > 0:
            lines.append(self.line("period", t(ages.span(int(row["period"])))))
        if kind.warn is not None:
            lines.append(self.line("warn", f"{number(kind.warn)} {kind.unit}".rstrip()))
        lines += [
            self.line("place", desk.place(row)),
            self.line("area", desk.area_path(row["area"])),
            self.id_line(),
        ]
        self._lines.fill(lines)


class _Seen(Part):
    """A small line of values; the last one as a dot, the range of time and value at its ends."""

    def __init__(self, theme: Any, values: list[float], times: list[str]) -> None:
        super().__init__(theme, 96)
        self._values, self._times = values, times

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        low, high = min(self._values), max(self._values)
        box = QRectF(PAD, 8, self.width() - 2 * PAD - 48, 60)
        span = (high - low) or 1.0
        step = box.width() / (len(self._values) - 1)
        points = [
            QPointF(box.left() + i * step, box.bottom() - (value - low) / span * box.height())
            for i, value in enumerate(self._values)
        ]
        painter.setPen(QPen(theme.grid, 1))
        for y in (box.top(), box.bottom()):
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        painter.setPen(QPen(theme.chart, theme.line_w.get("chart", 1.75)))
        painter.drawPolyline(QPolygonF(points))
        painter.setBrush(theme.t1)
        painter.drawEllipse(points[-1], 2.5, 2.5)
        painter.setFont(theme.font("axis"))
        painter.setPen(theme.t3)
        painter.drawText(QPointF(box.right() + 6, box.top() + 4), number(high))
        if high > low:
            painter.drawText(QPointF(box.right() + 6, box.bottom() + 4), number(low))
        painter.drawText(QPointF(box.left(), box.bottom() + 18), self._times[0])
        wide = painter.fontMetrics().horizontalAdvance(self._times[1])
        painter.drawText(QPointF(box.right() - wide, box.bottom() + 18), self._times[1])


class CameraThing(Page):
    """The page of a camera.

    Attributes:
        picture: what it sees; hidden where nobody said where its video is, or none can be shown here.
    """

    topic = "camera"

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        self.picture = VideoTiles(desk.ctx, self)
        self.picture.dress(lambda: desk.ctx.theme, _WORDS, 0, PAD)
        self.picture.setFixedHeight(_PICTURE + self.picture.line + 2 * PAD)
        self.picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.picture.hide()
        self.column.addWidget(self.picture)
        self._facts = Block(self, PAD)
        self.column.addWidget(self._facts)
        self._lines = self.block(above=6, below=8)
        self._near = self.block()
        self.begin()
        self._near.fill(near_events(desk, row))
        self._show_picture()

    def age_tick(self) -> None:
        super().age_tick()
        self._show_picture()

    def _show_picture(self) -> None:
        """Where its video is may be told later than what it is."""
        videos = self.desk.ctx.videos
        shown = videos is not None and videos.problem is None and videos.video(self.key) is not None
        if shown:
            self.picture.show_cameras([self.key])
        self.picture.setVisible(shown)

    def show_row(self) -> None:
        desk, row = self.desk, self.row
        t, theme = desk.ctx.t, desk.ctx.theme
        online = int(row["state"]) == CameraState.ONLINE
        received, heading = int(row["received"]), float(row["heading"])
        word = t("lists.camera_online" if online else "lists.camera_offline")
        under = joined(t("lists.camera"), word, desk.areas.street(row["area"]))
        self.head.fill([Head(theme, icon_sign("camera", desk), row["name"], under)])

        def told() -> str:
            return desk.ctx.t(ages.age(received, desk.ctx.clock.wall()))

        self._facts.fill([Fact(theme, t("lists.state"), word, "", told, lambda: desk.old("camera"))])
        lines: list[QWidget] = []
        if heading == heading:
            words = f"{t(f'lists.heading_{round(heading / 45) % 8}')} {heading:.0f}°"
            lines.append(self.line("looks", words))
        lines += [
            self.line("place", desk.place(row)),
            self.line("area", desk.area_path(row["area"])),
            self.id_line(),
        ]
        self._lines.fill(lines)
