"""What lies over the drawing and is little, painted on Qt's thread: rings, callout, chips, pins."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QRegion

from cockpit.model.messages import Texts
from widgets.kit.symbols import EVENT_RADIUS_FAR, UNIT_RADIUS, event_radius
from widgets.kit.theme import Theme
from widgets.map.camera import Camera, mercator
from widgets.map.chips import Chips
from widgets.map.draw_words import callout_box, draw_callout
from widgets.map.marks import MarkMaker, Marks, reaches
from widgets.map.scene import ALARM, ALERT, CAMERA, CASE, EVENT, SENSOR, UNIT, Alert, Scene

Floats = NDArray[np.float64]
RING_SECONDS = 0.6
RING_REACH = 52
"""Pixels that a ring reaches at the most, with its line."""
MOST_RINGS = 12
"""Rings at a time: where more events come than that, one more ring tells nothing."""


class Route(msgspec.Struct, frozen=True):
    """A way along the streets.

    Attributes:
        key: of the unit that would take it.
        x, y: Mercator metres, from the unit to the place.
        chosen: drawn in the accent; the others are faint.
        open_: drawn dashed: the unit has not accepted yet, or the order waits in this seat's outbox.
        flows: the unit is under way, and what moves may be shown: marks run along it to the place.
    """

    key: str
    x: Floats
    y: Floats
    chosen: bool = False
    open_: bool = False
    flows: bool = False


class Pin(msgspec.Struct, frozen=True):
    """A place that was searched for, in Mercator metres, and its name."""

    x: float
    y: float
    words: tuple[str, str]


def route_of(key: str, path: Sequence[tuple[float, float]], chosen: bool) -> Route:
    """A route of WGS-84 (lon, lat) pairs."""
    points = np.array(path, dtype=np.float64).reshape(-1, 2)
    x, y = mercator(points[:, 0], points[:, 1])
    return Route(key, x, y, chosen)


class View(msgspec.Struct, frozen=True):
    """What the drawing and the overlay are made from.

    Attributes:
        units: shape (N, 2), where units are drawn now.
        selected, hovered: (topic, key).
        words: title and second line of the selected thing.
        room: pixels that lists and tools leave free.
        now: monotonic seconds, for rings.
        pin: a place that was searched for. mark: one that a form is about.
        aim: a cross in the middle, for whoever says a place by keyboard.
        taken: boxes (left, top, right, bottom), pixels, of what stands on the map within `room`.
    """

    camera: Camera
    scene: Scene
    units: Floats
    selected: tuple[str, str]
    hovered: tuple[str, str]
    words: tuple[str, str] | None
    routes: tuple[Route, ...]
    room: QRectF
    now: float
    pin: Pin | None = None
    mark: Pin | None = None
    aim: bool = False
    taken: tuple[tuple[int, int, int, int], ...] = ()


class Overlay:
    """Paints, and remembers where chips are and which events still have their ring of arrival.

    Attributes:
        marks: which marks stand for the events.
    """

    def __init__(self) -> None:
        self.marks = MarkMaker()
        self._chips = Chips()
        self._rings: dict[str, tuple[float, int]] = {}

    @property
    def chips(self) -> list[tuple[str, QRectF]]:
        """Alerts' chips of the last painting: key and box."""
        return [(chip.key, chip.box) for chip in self._chips.placed]

    def arrived(self, keys: Sequence[str], levels: Sequence[int], now: float) -> None:
        """New events: each has a ring once, of level Ⅰ three times."""
        most_urgent_last = sorted(zip(levels, keys, strict=True), reverse=True)[-MOST_RINGS:]
        for level, key in most_urgent_last:
            self._rings[key] = (now, 3 if level == 1 else 1)
        self._rings = dict(list(self._rings.items())[-MOST_RINGS:])

    def ringing(self, now: float) -> bool:
        self._rings = {k: (at, n) for k, (at, n) in self._rings.items() if now < at + n * RING_SECONDS}
        return bool(self._rings)

    def around_rings(self, view: View) -> QRegion:
        """Where the rings of arrival are painted in this frame and were in the last."""
        region = QRegion()
        for key in self._rings:
            place = self.place(view, EVENT, key)
            if place is not None:
                x, y = (round(float(v)) for v in view.camera.to_screen(*place))
                region += QRect(x - RING_REACH, y - RING_REACH, 2 * RING_REACH, 2 * RING_REACH)
        return region

    def place(self, view: View, topic: str, key: str) -> tuple[float, float] | None:
        """Where a thing is drawn, Mercator metres; None where it is not on the map."""
        scene = view.scene
        if topic == ALERT:
            rings = next((a.rings for a in scene.alerts if a.key == key), None)
            return (float(rings[0].x.mean()), float(rings[0].y.mean())) if rings else None
        columns = {EVENT: scene.events, UNIT: scene.units, SENSOR: scene.sensors, CAMERA: scene.cameras}
        columns |= {CASE: scene.cases, ALARM: scene.alarms}
        things = columns.get(topic)
        row = things.row(key) if things is not None else None
        if things is None or row is None:
            return None
        if topic == UNIT:
            return float(view.units[row, 0]), float(view.units[row, 1])
        return float(things.x[row]), float(things.y[row])

    def over(self, painter: QPainter, view: View, theme: Theme, t: Texts, standing: Floats) -> None:
        """What lies over the drawing and is little: rings, callout, chips, pins.

        Args:
            standing: shape (n, 4), boxes of call signs that chips keep clear of, pixels.
        """
        picked = view.selected[1] if view.selected[0] == EVENT else ""
        camera, scene = view.camera, view.scene
        marks = self.marks.marks(scene.events, camera, picked)
        alerts = scene.alerts if scene.shows(ALERT) else ()
        chosen_alert = view.selected[1] if view.selected[0] == ALERT else ""
        self._outline(painter, next((a for a in alerts if a.key == chosen_alert), None), camera, theme)
        reach = self._around(painter, view, marks, view.selected, theme.acc, 2.0)
        at = None if chosen_alert else self._callout_at(view)  # an area has no point; its chip says it
        blocked = [self._blocked(marks, view), standing]
        if at is not None and view.words is not None:
            box = callout_box(theme, *at, reach, view.words, view.room)
            blocked.append(np.array([[box.left(), box.top(), box.right(), box.bottom()]]))
        still = (marks, scene.shows(EVENT), *view.selected, view.words is not None)
        self._chips.place(alerts, camera, theme, t, view.room, blocked, still, view.now, view.taken)
        self._chips.paint(painter, theme, camera.dpr, chosen_alert)
        if view.hovered != view.selected:
            self._around(painter, view, marks, view.hovered, theme.t2, 1.25)
        for pin in (view.pin, view.mark):
            if pin is not None:
                self._pin(painter, view, pin, theme)
        if view.aim:
            self._aim(painter, camera, theme)
        if at is not None and view.words is not None:
            draw_callout(painter, theme, *at, reach, view.words, view.room)
        self._arrivals(painter, view, theme)

    def _callout_at(self, view: View) -> tuple[float, float] | None:
        """Where the selected thing is, pixels; None where it is nowhere near the view."""
        at = self.place(view, *view.selected)
        if at is None:
            return None
        x, y = (float(v) for v in view.camera.to_screen(*at))
        return (x, y) if -60 < x < view.camera.width + 60 and -60 < y < view.camera.height + 60 else None

    def _outline(self, painter: QPainter, alert: Alert | None, camera: Camera, theme: Theme) -> None:
        """The selected alert's area in the accent."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.acc, 2))
        for ring in alert.rings if alert is not None else ():
            sx, sy = camera.to_screen(ring.x, ring.y)
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in zip(sx.tolist(), sy.tolist(), strict=True)]))

    @staticmethod
    def _aim(painter: QPainter, camera: Camera, theme: Theme) -> None:
        x, y = round(camera.width / 2), round(camera.height / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for shade, thick in ((theme.map.color("land"), 4), (theme.acc, 2)):
            painter.setPen(QPen(shade, thick))
            for near, far in ((6, 18), (-6, -18)):
                painter.drawLine(x + near, y, x + far, y)
                painter.drawLine(x, y + near, x, y + far)

    def _pin(self, painter: QPainter, view: View, pin: Pin, theme: Theme) -> None:
        x, y = (float(v) for v in view.camera.to_screen(pin.x, pin.y))
        if not (-60 < x < view.camera.width + 60 and -60 < y < view.camera.height + 60):
            return
        draw_ring(painter, x, y, 3.0, theme.acc, 3.0)
        draw_ring(painter, x, y, 12.0, theme.acc, 2.0)
        draw_callout(painter, theme, x, y, 13.0, pin.words, view.room)

    def _around(
        self, painter: QPainter, view: View, marks: Marks, item: tuple[str, str], color: QColor, width: float
    ) -> float:
        """A ring around a thing; the answer is its radius."""
        at = self.place(view, *item)
        topic = item[0]
        if at is None or topic == ALERT or not view.scene.shows(EVENT if topic in (CASE, ALARM) else topic):
            return 8.0
        radius = {UNIT: UNIT_RADIUS * 2.2, CASE: 22.0, ALARM: 19.0}.get(topic, 10.0)
        if topic == EVENT:
            row = view.scene.events.row_of[item[1]]
            mark = int(marks.clusters.group[row])
            if mark < 0:
                return 8.0
            single = marks.clusters.count[mark] == 1
            plain = EVENT_RADIUS_FAR if marks.small[mark] else event_radius(int(view.scene.events.level[row]))
            radius = (plain if single else 18.0) + (11.0 if width > 1.5 else 6.0)
            at = float(marks.clusters.x[mark]), float(marks.clusters.y[mark])
        x, y = (float(v) for v in view.camera.to_screen(*at))
        draw_ring(painter, x, y, radius, color, width)
        return radius

    def _arrivals(self, painter: QPainter, view: View, theme: Theme) -> None:
        """The rings of new events."""
        if not view.scene.shows(EVENT) or not self.ringing(view.now):
            return
        for key, (at, _) in self._rings.items():
            place = self.place(view, EVENT, key)
            if place is None or view.now < at:
                continue
            share = ((view.now - at) % RING_SECONDS) / RING_SECONDS
            level = int(view.scene.events.level[view.scene.events.row_of[key]])
            color = theme.level(level, "text")
            color.setAlphaF(1 - share)
            x, y = (float(v) for v in view.camera.to_screen(*place))
            draw_ring(painter, x, y, event_radius(level) + 4 + 26 * share, color, 2.0)

    def _blocked(self, marks: Marks, view: View) -> Floats:
        """Boxes of the events' symbols that words keep clear of, shape (n, 4), pixels."""
        if not view.scene.shows(EVENT):
            return np.empty((0, 4))
        at, reach = reaches(marks, view.camera)
        boxes: Floats = np.concatenate([at - reach[:, None], at + reach[:, None]], axis=1)
        return boxes


def draw_ring(painter: QPainter, x: float, y: float, radius: float, color: QColor, width: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, width))
    painter.drawEllipse(QPointF(x, y), radius, radius)
