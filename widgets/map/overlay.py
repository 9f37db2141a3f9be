"""Everything drawn over the base map on Qt's thread: routes, units, events, rings, callout, chips."""

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
from widgets.map.draw_marks import draw_cases, draw_events, draw_ring, draw_units
from widgets.map.draw_words import callout_box, draw_alert_chips, draw_callout, draw_unit_names
from widgets.map.marks import MarkMaker, Marks, reaches
from widgets.map.scene import ALERT, CAMERA, CASE, EVENT, SENSOR, UNIT, Alert, Scene
from widgets.map.still import Still

Floats = NDArray[np.float64]
RING_SECONDS = 0.6
RING_REACH = 52
"""Pixels that a ring reaches at the most, with its line."""
MOST_RINGS = 12
"""Rings at a time: where more events come than that, one more ring tells nothing."""
NAMES_FROM = 15.4
"""Zoom from which all call signs show."""


class Route(msgspec.Struct, frozen=True):
    """A way along the streets.

    Attributes:
        key: of the unit that would take it.
        x, y: Mercator metres, from the unit to the place.
        chosen: drawn in the accent; the others are faint.
        open_: drawn dashed: the unit has not accepted yet, or the order waits in this seat's outbox.
    """

    key: str
    x: Floats
    y: Floats
    chosen: bool = False
    open_: bool = False


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
    """What the overlay is drawn from.

    Attributes:
        units: shape (N, 2), where units are drawn now.
        selected, hovered: (topic, key).
        words: title and second line of the selected thing.
        room: pixels that lists and tools leave free.
        now: monotonic seconds, for rings.
        pin: a place that was searched for. mark: one that a form is about.
        aim: a cross in the middle, for whoever says a place by keyboard.
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


class Overlay:
    """Draws, and remembers where chips are and which events still have their ring of arrival.

    Attributes:
        marks: which marks stand for the events.
        chips: alerts' chips of the last painting, key and box.
    """

    def __init__(self) -> None:
        self.marks = MarkMaker()
        self.chips: list[tuple[str, QRectF]] = []
        self._events_still, self._routes_still = Still(), Still()
        self._rings: dict[str, tuple[float, int]] = {}

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
        things = scene.cases if topic == CASE else columns.get(topic)
        row = things.row_of.get(key) if things is not None else None
        if things is None or row is None:
            return None
        if topic == UNIT:
            return float(view.units[row, 0]), float(view.units[row, 1])
        return float(things.x[row]), float(things.y[row])

    def paint(self, painter: QPainter, view: View, theme: Theme, t: Texts) -> None:
        camera, scene = view.camera, view.scene
        picked = view.selected[1] if view.selected[0] == EVENT else ""
        marks = self.marks.marks(scene.events, camera, picked)
        self._routes_still.paint(
            painter, camera, _reach_of(view), view.routes, theme, draw=lambda p: self._routes(p, view, theme)
        )
        names = np.empty((0, 4))
        if scene.shows(UNIT):
            chosen = next((r.key for r in view.routes if r.chosen), "")
            chosen = view.selected[1] if view.selected[0] == UNIT else chosen
            draw_units(painter, scene.units, view.units, camera, theme, chosen)
            names = self._names(painter, view, theme, marks)
        if scene.shows(EVENT):
            whole = QRectF(0, 0, camera.width, camera.height)
            self._events_still.paint(
                painter, camera, whole, marks, theme, draw=lambda p: draw_events(p, scene.events, marks, camera, theme)
            )
            draw_cases(painter, scene.cases, camera, theme)
        alerts = scene.alerts if scene.shows(ALERT) else ()
        chosen_alert = view.selected[1] if view.selected[0] == ALERT else ""
        self._outline(painter, next((a for a in alerts if a.key == chosen_alert), None), camera, theme)
        reach = self._around(painter, view, marks, view.selected, theme.acc, 2.0)
        at = None if chosen_alert else self._callout_at(view)  # an area has no point; its chip says it
        blocked = [self._blocked(marks, view), names]
        if at is not None and view.words is not None:
            box = callout_box(theme, *at, reach, view.words, view.room)
            blocked.append(np.array([[box.left(), box.top(), box.right(), box.bottom()]]))
        self.chips = draw_alert_chips(
            painter, alerts, camera, theme, t, view.room, chosen_alert, np.concatenate(blocked)
        )
        if view.hovered != view.selected:
            self._around(painter, view, marks, view.hovered, theme.t2, 1.25)
        for pin in (view.pin, view.mark):
            if pin is not None:
                self._pin(painter, view, pin, theme)
        if view.aim:
            self._aim(painter, camera, theme)
        if at is not None and view.words is not None:
            draw_callout(painter, theme, *at, reach, view.words, view.room)

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
        if at is None or topic == ALERT or not view.scene.shows(EVENT if topic == CASE else topic):
            return 8.0
        radius = {UNIT: UNIT_RADIUS * 2.2, CASE: 22.0}.get(topic, 10.0)
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

    def paint_arrivals(self, painter: QPainter, view: View, theme: Theme) -> None:
        """The rings of new events, over all that `paint` painted."""
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

    def _routes(self, painter: QPainter, view: View, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width, halo = theme.map.width("route"), theme.map.width("route", "halo_w")
        for route in sorted(view.routes, key=lambda r: r.chosen):
            sx, sy = view.camera.to_screen(route.x, route.y)
            line = QPolygonF([QPointF(x, y) for x, y in zip(sx.tolist(), sy.tolist(), strict=True)])
            color = theme.map.color("route")
            strokes = [(theme.map.color("land"), halo), (color, width)]
            if not route.chosen:
                color.setAlphaF(0.5)
                strokes = [(color, 1.5)]
            for i, (shade, thick) in enumerate(strokes):
                pen = QPen(shade, thick)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
                if route.open_ and i == len(strokes) - 1:
                    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                    pen.setDashPattern([3.0, 2.0])
                painter.setPen(pen)
                painter.drawPolyline(line)

    def _blocked(self, marks: Marks, view: View) -> Floats:
        """Boxes of the events' symbols that words keep clear of, shape (n, 4), pixels."""
        if not view.scene.shows(EVENT):
            return np.empty((0, 4))
        at, reach = reaches(marks, view.camera)
        boxes: Floats = np.concatenate([at - reach[:, None], at + reach[:, None]], axis=1)
        return boxes

    def _names(self, painter: QPainter, view: View, theme: Theme, marks: Marks) -> Floats:
        """Call signs: of all units when near, of those with a way to the selected event always.

        Returns:
            Boxes of those that stand out, pixels.
        """
        scene, camera = view.scene, view.camera
        accented = frozenset(r.key for r in view.routes if r.chosen)
        accented |= {view.selected[1]} if view.selected[0] == UNIT else frozenset()
        named = accented | {r.key for r in view.routes}
        sx, sy = camera.to_screen(view.units[:, 0], view.units[:, 1]) if len(view.units) else (np.empty(0),) * 2
        seen = np.flatnonzero((sx > 0) & (sy > 0) & (sx < camera.width) & (sy < camera.height)).tolist()
        told = view.selected[1] if view.words is not None else ""  # its callout says its name
        rows = [i for i in seen if camera.zoom >= NAMES_FROM or scene.units.keys[i] in named]
        rows = [i for i in rows if scene.units.keys[i] != told][:120]
        blocked = np.stack([sx[seen] - 8, sy[seen] - 8, sx[seen] + 8, sy[seen] + 8], axis=1)
        blocked = np.concatenate([blocked, self._blocked(marks, view)])
        return draw_unit_names(
            painter, scene.units, rows, sx.tolist(), sy.tolist(), theme, camera.dpr, accented, blocked
        )


def _reach_of(view: View) -> QRectF:
    """The box of all routes, pixels, with room for their width."""
    if not view.routes:
        return QRectF()
    sx, sy = view.camera.to_screen(
        np.concatenate([r.x for r in view.routes]), np.concatenate([r.y for r in view.routes])
    )
    return QRectF(QPointF(float(sx.min()), float(sy.min())), QPointF(float(sx.max()), float(sy.max()))).adjusted(
        -12, -12, 12, 12
    )
