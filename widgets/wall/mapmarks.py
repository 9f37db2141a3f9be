"""Symbols on the map of a wall: where they are on the canvas, and how a cut paints them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from cockpit.model.layout import Rect
from widgets.kit.drawings import PATHS
from widgets.kit.icons import draw_icon
from widgets.kit.shapes import event_shape
from widgets.kit.symbols import UNIT_RADIUS, empty_image, event_symbol, round_pen
from widgets.kit.theme import Theme
from widgets.map.compose.sprites import (
    alarm_sprite,
    camera_sprite,
    case_sprite,
    sensor_sprite,
    unit_sprite,
)
from widgets.map.drawing import Sprite
from widgets.map.marks import MarkMaker
from widgets.map.raster.pane import Pane
from widgets.map.scene import CAMERA, EVENT, SENSOR, UNIT, Alert, Dots, Scene
from widgets.map.style import MapStyle
from widgets.wall.mapview import LEAST_PX
from widgets.wall.paint import draw_words
from widgets.wall.sizes import wide

Floats = NDArray[np.float64]
RADIUS = {1: 46.0, 2: 40.0, 3: 34.0, 4: 26.0, 5: 26.0}
"""Of an event's symbol by its level, pixels where type is `LEAST_PX`."""
SMALL = 24.0
"""Far out and where it is crowded."""
DESK = 46.0 / 17.0
"""How much larger than at a desk groups, cases and alarms are."""
UNITS, FAR_UNITS, DOTS = 1.55, 0.8, 2.0
FAR = 12.6
"""Zoom of logical pixels below which units are drawn small, and cameras are not."""
TURN = 15
HEADED_FROM = 14.0
"""Zoom of logical pixels from which units show where they head."""
CELL = 120.0
"""Pixels of the grid within which sensors or cameras are one mark with their number."""
ALERT_FILL = 0.05


class Mark:
    """One symbol on the canvas.

    Attributes:
        x, y: its middle, px of the canvas. reach: from its middle to its edge. level: 0 none.
        row: of the event, -1 none; of a group its most urgent. topic, key: what it stands for. count: how many.
    """

    __slots__ = ("count", "image", "key", "level", "reach", "row", "topic", "x", "y")

    def __init__(
        self, x: float, y: float, image: QImage, reach: float, level: int = 0, row: int = -1, topic: str = "",
        key: str = "", count: int = 1,
    ) -> None:  # fmt: skip
        self.x, self.y, self.image, self.reach = x, y, image, reach
        self.level, self.row, self.topic, self.key, self.count = level, row, topic, key, count

    @property
    def box(self) -> tuple[float, float, float, float]:
        return self.x - self.reach, self.y - self.reach, self.x + self.reach, self.y + self.reach


def places(pane: Pane, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Mercator metres to pixels of the canvas."""
    return (x - pane.left) * pane.scale, (pane.top - y) * pane.scale


def near(px: Floats, py: Floats, cut: Rect, margin: float) -> NDArray[np.int64]:
    """Rows that may be seen in a cut."""
    across = (px > cut.x - margin) & (px < cut.x + cut.w + margin)
    return np.flatnonzero(across & (py > cut.y - margin) & (py < cut.y + cut.h + margin))


class MarkReader:
    """Makes the marks of scenes; again only what changed."""

    def __init__(self) -> None:
        self._maker = MarkMaker()

    def events(self, scene: Scene, pane: Pane, followed: str, theme: Theme, size: float) -> list[Mark]:
        """Events, cases and alarms of a whole canvas, the most urgent last.

        Args:
            followed: key of the event that stays by itself. size: of symbols, 1 where type is `LEAST_PX`.
        """
        if not scene.shows(EVENT):
            return []
        made = [*self._cases(scene, pane, theme, size), *self._alarms(scene, pane, theme, size)]
        events = scene.events
        marks = self._maker.marks(events, pane.camera(), followed)
        groups = marks.clusters
        px, py = places(pane, groups.x, groups.y)
        whole = Rect(0, 0, pane.width, pane.height)
        for i in near(px, py, whole, 80 * size).tolist():
            level, count = int(groups.level[i]), int(groups.count[i])
            at = float(px[i]), float(py[i])
            row = int(groups.first[i])
            if count > 1:
                image = group_image(level, count, theme, round(size, 3))
                made.append(Mark(*at, image, image.width() * 0.45, level, row, EVENT, events.keys[row], count))
                continue
            small = bool(marks.small[i])
            radius = round((SMALL if small else RADIUS[level]) * size, 1)
            tab = not small and level <= 3
            image = event_symbol(level, events.patterns[row], radius, theme, tab)
            made.append(Mark(*at, image, radius * (1.25 if tab else 1.1), level, row, EVENT, events.keys[row]))
        return made

    def _cases(self, scene: Scene, pane: Pane, theme: Theme, size: float) -> list[Mark]:
        cases = scene.cases
        px, py = places(pane, cases.x, cases.y)
        made = []
        for i in range(len(cases.keys)):
            level = int(cases.level[i])
            image = image_of(case_sprite(level, cases.patterns[i], cases.waits[i], theme, round(DESK * size, 3)))
            made.append(Mark(float(px[i]), float(py[i]), image, 22 * DESK * size, level, -1, "case", cases.keys[i]))
        return made

    def _alarms(self, scene: Scene, pane: Pane, theme: Theme, size: float) -> list[Mark]:
        alarms = scene.alarms
        px, py = places(pane, alarms.x, alarms.y)
        made = []
        for i in range(len(alarms.keys)):
            level = int(alarms.level[i])
            image = image_of(alarm_sprite(level, alarms.waits[i], theme, round(DESK * size, 3)))
            made.append(Mark(float(px[i]), float(py[i]), image, 15 * DESK * size, level, -1, "alarm", alarms.keys[i]))
        return made


def unit_marks(scene: Scene, pane: Pane, cut: Rect, theme: Theme, size: float) -> list[Mark]:
    """Units in a cut."""
    if not scene.shows(UNIT):
        return []
    units = scene.units
    px, py = places(pane, units.x, units.y)
    headed = pane.zoom >= HEADED_FROM
    made = []
    for i in near(px, py, cut, 40 * size).tolist():
        turn = units.heading[i]
        heading = round(float(turn) / TURN) * TURN % 360 if headed and np.isfinite(turn) else -1
        scale = round((UNITS if pane.zoom >= FAR else FAR_UNITS) * size, 3)
        sprite = unit_sprite(
            units.shapes[i], int(units.state[i]), heading, theme, False, units.stale, scale, UNIT_RADIUS
        )
        made.append(Mark(float(px[i]), float(py[i]), image_of(sprite), UNIT_RADIUS * scale))
    return made


def dot_marks(scene: Scene, pane: Pane, cut: Rect, theme: Theme, size: float) -> list[Mark]:
    """Sensors and cameras in a cut; where several are near each other their number. Cameras only from `FAR` on: the
    hundreds of a city say nothing but hide what happens in it."""
    made: list[Mark] = []
    for topic, dots, sprite in ((SENSOR, scene.sensors, sensor_sprite), (CAMERA, scene.cameras, camera_sprite)):
        if scene.shows(topic) and (topic != CAMERA or pane.zoom >= FAR):
            made += _dots(topic, dots, sprite, pane, cut, theme, size)
    return made


def _dots(topic: str, dots: Dots, sprite: object, pane: Pane, cut: Rect, theme: Theme, size: float) -> list[Mark]:
    px, py = places(pane, dots.x, dots.y)
    rows = near(px, py, cut, (CELL + 40) * size)
    if not len(rows):
        return []
    cell = CELL * size / pane.scale
    grid = np.stack([np.floor(dots.x[rows] / cell), np.floor(dots.y[rows] / cell)], axis=1)
    _, first, group, count = np.unique(grid, axis=0, return_index=True, return_inverse=True, return_counts=True)
    group = group.reshape(-1)
    x = np.bincount(group, px[rows]) / count
    y = np.bincount(group, py[rows]) / count
    color, land, scale = theme.t2.name(), theme.map.color("land").name(), round(DOTS * size, 3)
    made = []
    for i in range(len(count)):
        if count[i] > 1:
            image = crowd_image(topic, int(count[i]), theme, round(size, 3))
        else:
            image = image_of(sprite(color, land, bool(dots.off[rows[first[i]]]), scale))  # type: ignore[operator]
        made.append(Mark(float(x[i]), float(y[i]), image, image.width() / 2, count=int(count[i])))
    return made


def paint_alerts(
    painter: QPainter, alerts: Sequence[Alert], pane: Pane, cut: Rect, style: MapStyle, size: float
) -> None:
    """The areas that an authority warned of, the gravest on top. On any thread."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-cut.x, -cut.y)
    for alert in sorted(alerts, key=lambda one: -one.level):
        path = _path_of(alert, pane)
        fill, color = QColor(style.levels[alert.level]), QColor(style.levels[alert.level])
        fill.setAlphaF(ALERT_FILL)
        pen = QPen(color, 3.3 * size)
        pen.setDashPattern([5.3, 2.7])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.fillPath(path, fill)
        painter.strokePath(path, pen)


def _path_of(alert: Alert, pane: Pane) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for ring in alert.rings:
        px, py = places(pane, ring.x, ring.y)
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in zip(px.tolist(), py.tolist(), strict=True)]))
        path.closeSubpath()
    return path


def paint_followed(painter: QPainter, mark: Mark, cut: Rect, theme: Theme, size: float) -> None:
    """The ring about the event that the wall follows."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = mark.reach + 12 * size
    at = QRectF(mark.x - cut.x - radius, mark.y - cut.y - radius, 2 * radius, 2 * radius)
    painter.setPen(round_pen(theme.map.color("land"), 9 * size))
    painter.drawEllipse(at)
    painter.setPen(round_pen(theme.acc, 5 * size))
    painter.drawEllipse(at)


def symbol_size(least: float) -> float:
    """How large symbols are, 1 where the smallest type is `LEAST_PX`."""
    return least / LEAST_PX


@lru_cache(maxsize=512)
def group_image(level: int, count: int, theme: Theme, size: float) -> QImage:
    """Several events: the shape of the most urgent level with their number, in type that can be read."""
    words, px = short(count), LEAST_PX * size
    wanted = wide(words, px, True) / 2 * (1.5 if level in (1, 4, 5) else 1.15) + 6 * size
    radius = max((RADIUS[level] if level < 4 else 32.0) * size, wanted)
    image, painter = empty_image(radius * 1.2 + 5 * size, 1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill, rim = theme.level(level, "fill"), theme.level(level, "fill")
    rim.setAlphaF(0.35)
    with PATHS:
        shape = event_shape(level, round(radius, 1))
        painter.strokePath(shape, round_pen(theme.map.color("land"), 15 * size))
        painter.strokePath(shape, round_pen(rim, 10 * size))
        painter.fillPath(shape, fill)
    draw_words(painter, QRectF(-radius, -radius, 2 * radius, 2 * radius), words, px, theme.level(level, "ink"), True,
               "middle")  # fmt: skip
    painter.end()
    return image


@lru_cache(maxsize=1024)
def crowd_image(topic: str, count: int, theme: Theme, size: float) -> QImage:
    """How many sensors (round) or cameras (with a camera's sign) are at a place: a quiet frame with their number."""
    words, px = short(count), LEAST_PX * size
    high = px * 0.62
    sign = px * 0.92 if topic == CAMERA else 0.0
    half = max((wide(words, px) + sign) / 2 + px * 0.3, high)
    image, painter = empty_image(half + 2 * size, 1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    back = theme.map.color("land")
    back.setAlphaF(0.86)
    painter.setPen(round_pen(theme.t2 if topic == SENSOR else theme.line2, 2 * size))
    painter.setBrush(back)
    corner = high if topic == SENSOR else 6 * size
    box = QRectF(-half, -high, 2 * half, 2 * high)
    painter.drawRoundedRect(box, corner, corner)
    if sign:
        side = px * 0.8
        draw_icon(painter, QRectF(-half + px * 0.2, -side / 2, side, side), "camera", theme.t2, 1.6)
    draw_words(painter, box.adjusted(sign, 0, 0, 0), words, px, theme.t2, side="middle")
    painter.end()
    return image


def short(count: int) -> str:
    """999, 1.2k, 12k."""
    return str(count) if count < 1000 else f"{count / 1000:.1f}k" if count < 10_000 else f"{count // 1000}k"


_images: dict[int, tuple[Sprite, QImage]] = {}


def image_of(sprite: Sprite) -> QImage:
    """A sprite as an image whose pixels are those of the canvas."""
    known = _images.get(id(sprite))
    if known is None or known[0] is not sprite:
        if len(_images) > 4096:
            _images.clear()
        height, width = sprite.pixels.shape[:2]
        form = QImage.Format.Format_RGBA8888_Premultiplied
        image = QImage(sprite.pixels.data, width, height, sprite.pixels.strides[0], form)
        known = (sprite, image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))
        _images[id(sprite)] = known
    return known[1]
