"""From the scene and the view to the drawing: what did not change is the very same layer as before."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from widgets.kit.theme import Theme
from widgets.map.camera import Camera
from widgets.map.compose.dots import AROUND, Crowds, DotLook, chosen_layer, crowds, dot_layers, half_step, scale_at
from widgets.map.compose.flat import (
    THIN_FROM,
    RouteLook,
    ahead_layer,
    alert_layers,
    area_layer,
    flow_layer,
    route_layers,
    trail_layer,
)
from widgets.map.compose.heat import heat_layer
from widgets.map.compose.names import NO_BOXES, Namer, words_layer
from widgets.map.compose.plane import Floats, Origin, rgba
from widgets.map.compose.sprites import camera_sprite, crowd_sprite, sensor_sprite
from widgets.map.compose.symbols import (
    SpriteBook,
    alarm_layer,
    case_layer,
    draw_headings,
    event_layer,
    small_until,
    unit_images,
    unit_kinds,
    unit_layer,
)
from widgets.map.compose.works import Works, same
from widgets.map.drawing import Drawing, Ground, Layer, Lines
from widgets.map.layers.state import FIRST, HEAT, LayerStack
from widgets.map.marks import MarkMaker, Marks
from widgets.map.motion import JUMP, TrailEnds, Trails
from widgets.map.overlay import Route, View
from widgets.map.scene import ALERT, AREA, CAMERA, EVENT, SENSOR, TRAIL, UNIT, Dots, Units
from widgets.map.style import MapStyle

FAR_FROM_ORIGIN = 100_000.0
"""Mercator metres from the origin from which places would be less exact than two centimetres."""
FEW = 3000
"""Sensors or cameras that are grouped at once; more are grouped in a thread."""
ASIDE = {SENSOR: 0.5, CAMERA: 0.0}
"""Cells by which the grids of crowds are moved."""
AHEAD_FROM = 16.0
"""Zoom from which trails reach to where the unit is drawn: farther out it is a pixel or two."""
LEAST_AHEAD = 0.5
"""Mercator metres below which they do anyway."""
TRAIL_PX = 2.0
"""Pixels below which two points of a trail are one."""
UserLayers = Callable[[Origin], Sequence[Layer]]
"""Gives layers whose places are counted from an origin, the same ones as long as they and the origin are the same."""
MARK = "mark"
"""What others lay over everything."""
LAND = Ground(key="ground.land", part="land")
STREETS = (
    Ground(key="ground.lines", part="lines"),
    Ground(key="ground.names", part="names", clear_of=("event", "area.words")),
)


class Composer(QObject):
    """Makes drawings. One for a map; to be closed.

    Attributes:
        marks: which marks stand for the events; shared with whoever needs to know what lies where.
        changed: something heavy is ready, the drawing should be made anew; on the thread that owns this object.
        failed: an error of ours, as an exception; what failed is missing.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, marks: MarkMaker) -> None:
        super().__init__()
        self.marks = marks
        self._works = Works()
        self._works.done.connect(self.changed)
        self._works.failed.connect(self.failed)
        self._kept: dict[str, tuple[tuple[object, ...], Any]] = {}
        self._origin: Origin | None = None
        self._at = np.empty((0, 2))
        self._namer = Namer(self._works)
        self._boxes: dict[str, Camera] = {}
        self._trails, self._tracking, self._fixes = Trails(), threading.Lock(), 0

    def fixes(self, units: Units, now: int) -> None:
        """Where units were seen, for their trails; to be told when `units` are others. now: city's clock, UTC us."""
        self._fixes += 1

        def track() -> None:
            with self._tracking:
                self._trails.fixes(units.keys, units.x, units.y, units.fixed, now)

        self._works.then(track)

    def close(self) -> None:
        """Ends the thread."""
        self._works.close()

    def busy(self) -> bool:
        """Whether something heavy is being made, so that a better drawing is to come."""
        return self._works.busy()

    def compose(
        self,
        view: View,
        style: MapStyle,
        theme: Theme,
        stack: LayerStack = FIRST,
        user: Mapping[str, UserLayers] | None = None,
        wait: bool = False,
    ) -> Drawing:
        """The drawing of a view.

        Args:
            view: scene, camera, where units are now, ways, and what is selected.
            stack: order and opacity of the layers; whether one is shown is up to the scene.
            user: what others lay into the stack, by its key there, or by `MARK`; None for nothing.
            wait: make what is heavy now (for pictures), not in the thread.
        """
        origin = self._place_origin(view.camera)
        scene, camera = view.scene, view.camera
        marks = self.marks.marks(scene.events, camera, view.selected[1] if view.selected[0] == EVENT else "")
        groups: dict[str, tuple[Layer, ...]] = {}
        if scene.shows(AREA) and scene.areas:
            groups[AREA] = self._once(
                AREA, (scene.areas, style, origin), lambda: (area_layer(scene.areas, style, origin),)
            )
        if scene.shows(ALERT) and scene.alerts:
            groups[ALERT] = self._once(
                ALERT, (scene.alerts, style, origin), lambda: alert_layers(scene.alerts, style, origin)
            )
        if scene.heat is not None and len(scene.heat.x):
            step = half_step(camera.zoom)
            heat = self._once(
                HEAT, (scene.heat, step, style, origin), partial(heat_layer, scene.heat, step, style, origin)
            )
            groups[HEAT] = (heat,)
        if scene.shows(TRAIL):
            groups[TRAIL] = self._trail(view, style, origin, wait)
        for topic, dots in ((SENSOR, scene.sensors), (CAMERA, scene.cameras)):
            if scene.shows(topic) and len(dots.x):
                chosen = view.selected[1] if view.selected[0] == topic else ""
                groups[topic] = self._dots(topic, dots, camera, chosen, style, theme, origin, wait)
        groups["route"] = self._routes(view, style, theme, origin)
        if scene.shows(UNIT) and len(scene.units.keys):
            groups[UNIT] = self._units(view, marks, theme, origin, wait)
        if scene.shows(EVENT):
            groups[EVENT] = self._events(view, marks, theme, origin)
        groups.update({key: tuple(layers(origin)) for key, layers in (user or {}).items()})
        return Drawing(origin, rgba(style.land), self._stacked(groups, stack))

    def standing(self, view: View) -> Floats:
        """Boxes of the call signs that stand out, shape (n, 4), pixels: chips keep clear of them."""
        if not view.scene.shows(UNIT):
            return NO_BOXES
        return self._namer.standing(view.units, view.camera)

    def _place_origin(self, camera: Camera) -> Origin:
        known = self._origin
        if known is None or math.hypot(camera.x - known[0], camera.y - known[1]) > FAR_FROM_ORIGIN:
            known = self._origin = (float(round(camera.x)), float(round(camera.y)))
        return known

    def _book(self, layer: str, theme: Theme, dpr: float) -> SpriteBook:
        book: SpriteBook = self._once(f"book {layer}", (theme, dpr), SpriteBook)
        return book

    def _once(self, key: str, token: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """What `make` makes, made anew only for other things."""
        kept = self._kept.get(key)
        if kept is None or not same(kept[0], token):
            kept = self._kept[key] = (token, make())
        return kept[1]

    def _stacked(self, groups: Mapping[str, tuple[Layer, ...]], stack: LayerStack) -> tuple[Layer, ...]:
        """All layers in drawing order: colours of areas lie beneath the streets as long as nothing is beneath them."""
        layers: list[Layer] = [LAND]
        keys = [state.key for state in reversed(stack.layers)]
        if not keys or keys[0] != AREA:
            layers += STREETS
        for key in keys:
            if key == UNIT:
                layers += groups.get("route", ())
            layers += self._faded(groups.get(key, ()), stack.state(key).opacity)
            if key == AREA == keys[0]:
                layers += STREETS
        layers += groups.get(MARK, ())
        return tuple(layers)

    def _faded(self, layers: tuple[Layer, ...], opacity: float) -> tuple[Layer, ...]:
        if opacity >= 1:
            return layers
        return tuple(
            self._once(f"faded {layer.key}", (layer, opacity), partial(_with_opacity, layer, opacity))
            for layer in layers
        )

    def _trail(self, view: View, style: MapStyle, origin: Origin, wait: bool) -> tuple[Layer, ...]:
        stale, trailed, camera = view.scene.units.stale, view.scene.trailed, view.camera
        step, thin = half_step(camera.zoom), camera.zoom < THIN_FROM
        box = self._around(TRAIL, camera)
        least = TRAIL_PX / scale_at(step)

        near = camera.zoom >= AHEAD_FROM and view.scene.shows(UNIT)

        def make() -> tuple[Lines, TrailEnds]:
            with self._tracking:
                lines = self._trails.lines(least, box.box, trailed)
                ends = self._trails.ends(box.box, trailed) if near else TrailEnds()
            return trail_layer(lines, thin, stale, style, origin), ends

        token = (self._fixes, box, step, thin, stale, trailed, near, style, origin)
        made: tuple[Lines, TrailEnds] | None = self._works.get(TRAIL, token, make, wait)
        if made is None:
            return ()
        layer, ends = made
        return (layer, *self._ahead(view, layer, ends, origin)) if near and ends.keys else (layer,)

    def _ahead(self, view: View, layer: Lines, ends: TrailEnds, origin: Origin) -> tuple[Layer, ...]:
        """What of trails lies between the last fix and where the unit is drawn."""
        units = view.scene.units

        def paired() -> tuple[NDArray[np.intp], NDArray[np.int64]]:
            rows = np.array([units.row_of.get(key, -1) for key in ends.keys], dtype=np.int64)
            at = np.flatnonzero(rows >= 0)
            return at, rows[at]

        at, rows = self._once("ahead of", (ends, units), paired)
        if not len(rows) or rows.max() >= len(view.units):
            return ()
        start, end = ends.xy[at], view.units[rows]
        far = np.hypot(*(end - start).T)
        moved = (far >= LEAST_AHEAD) & (far < JUMP)
        if not moved.any():
            return ()
        token = (view.units, ends, layer, origin)
        return (self._once("ahead", token, lambda: ahead_layer(start[moved], end[moved], layer, origin)),)

    def _around(self, what: str, camera: Camera) -> Camera:
        """A view with room about this one, the same one as long as this one lies in it and is not much nearer."""
        box = self._boxes.get(what)
        if box is None or not box.covers(camera) or not 0.4 < box.scale / camera.scale < 2.5:
            box = self._boxes[what] = camera.grown(AROUND)
        return box

    def _dots(
        self, topic: str, dots: Dots, camera: Camera, chosen: str, style: MapStyle, theme: Theme, origin: Origin,
        wait: bool,
    ) -> tuple[Layer, ...]:  # fmt: skip
        step, x, y = half_step(camera.zoom), dots.x, dots.y
        look = _look(topic, style, theme, camera.dpr)

        def make() -> tuple[Floats, Crowds]:
            found = crowds(x, y, step, ASIDE[topic])
            for number in np.unique(found.count).tolist():
                look.mark(number)  # drawn here, kept: some hundred of them take a tenth of a second
            return x, found

        made: tuple[Floats, Crowds] | None = self._works.get(
            topic, (x, y, step, style, theme, camera.dpr), make, wait or len(x) <= FEW
        )
        if made is None:
            return ()
        before = self._kept.get(f"of {topic}")
        # what stands for others than these is shown until there is what stands for these
        grouped = dots if made[0] is x or before is None else before[1]
        if grouped is dots:
            self._kept[f"of {topic}"] = ((), dots)
        found = made[1]
        self.marks.dots[topic] = (grouped, found)
        box = self._around(topic, camera)
        token = (grouped, found, box, style, theme, camera.dpr, origin)
        layers: tuple[Layer, ...] = self._once(topic, token, lambda: dot_layers(grouped, found, box, look, origin))
        row = grouped.row(chosen) if chosen else None
        if row is None:
            return layers
        of = (grouped, row, style, theme, camera.dpr, origin)
        return *layers, self._once(f"{topic}.chosen", of, lambda: chosen_layer(grouped, row, look, origin))

    def _routes(self, view: View, style: MapStyle, theme: Theme, origin: Origin) -> tuple[Layer, ...]:
        def look() -> RouteLook:
            color, halo = theme.map.color("route").name(), theme.map.color("land").name()
            wide, case = theme.map.width("route"), theme.map.width("route", "halo_w")
            return RouteLook(rgba(color), rgba(color, 0.5), rgba(halo), wide, case)

        def make() -> tuple[Layer, ...]:
            return route_layers([(r.x, r.y, r.chosen, r.open_) for r in view.routes], look(), origin)

        layers: tuple[Layer, ...] = self._once("route", (view.routes, theme, origin), make)
        flowing = [r for r in view.routes if r.flows and r.chosen and len(r.x) > 1 and _meets(r, view.camera)]
        if not flowing:
            return layers
        token = (view.routes, " ".join(r.key for r in flowing), theme, origin)
        flow = self._once("flow", token, lambda: flow_layer([(r.x, r.y) for r in flowing], look(), origin))
        return (*layers, flow)

    def _units(self, view: View, marks: Marks, theme: Theme, origin: Origin, wait: bool) -> tuple[Layer, ...]:
        units, camera = view.scene.units, view.camera
        key = next((r.key for r in view.routes if r.chosen), "")
        key = view.selected[1] if view.selected[0] == UNIT else key
        chosen = units.row_of.get(key, -1) if key else -1
        small = camera.zoom < small_until(units)
        book = self._book(UNIT, theme, camera.dpr)
        headed = not small and self._headings(units, theme, camera.dpr, wait)
        looks = (units, small, chosen, headed, book)
        image, images = self._once(
            "looks", looks, lambda: unit_images(units, small, chosen, headed, book, theme, camera.dpr)
        )
        if view.units.shape != self._at.shape or not np.array_equal(view.units, self._at):
            self._at = view.units
        at = self._at
        layer = self._once(
            UNIT, (at, image, images, chosen, origin), lambda: unit_layer(at, image, images, chosen, origin)
        )
        named = self._namer.named(view, marks, theme, wait)
        if named is None or not named.rows:
            return (layer,)
        return layer, self._once(
            "names", (at, named, origin), lambda: words_layer(at, named.rows, named.sprites, origin)
        )

    def _headings(self, units: Units, theme: Theme, dpr: float, wait: bool) -> bool:
        """Whether the sprites of all headings are drawn; until then units are drawn without."""
        kinds = self._once("kinds", (units,), lambda: unit_kinds(units))
        token = (repr(kinds), units.stale, theme, dpr)
        drawn = self._works.get("headings", token, lambda: draw_headings(kinds, units.stale, theme, dpr), wait)
        return bool(drawn)

    def _events(self, view: View, marks: Marks, theme: Theme, origin: Origin) -> tuple[Layer, ...]:
        scene, dpr = view.scene, view.camera.dpr
        book = self._book(EVENT, theme, dpr)
        event = self._once(
            EVENT, (marks, theme, dpr, origin), lambda: event_layer(scene.events, marks, book, theme, dpr, origin)
        )
        layers: list[Layer] = [event]
        if len(scene.cases.keys):
            token = (scene.cases, theme, dpr, origin)
            layers.insert(0, self._once("case", token, lambda: case_layer(scene.cases, theme, dpr, origin)))
        if len(scene.alarms.keys):
            told = (scene.alarms, theme, dpr, origin)
            layers.append(self._once("alarm", told, lambda: alarm_layer(scene.alarms, theme, dpr, origin)))
        return tuple(layers)


def _meets(route: Route, camera: Camera) -> bool:
    """Whether some of a way may be in view: marks that nobody sees need no frames."""
    west, south, east, north = camera.box
    across = route.x.max() >= west and route.x.min() <= east
    return bool(across and route.y.max() >= south and route.y.min() <= north)


def _with_opacity(layer: Layer, opacity: float) -> Layer:
    return msgspec.structs.replace(layer, opacity=layer.opacity * opacity)


def _look(topic: str, style: MapStyle, theme: Theme, dpr: float) -> DotLook:
    """How sensors or cameras look in a style."""
    color, land = (style.trail if topic == SENSOR else style.t2), style.land
    sign = sensor_sprite if topic == SENSOR else camera_sprite
    return DotLook(
        topic,
        color,
        lambda off: sign(color, land, off, dpr),
        lambda count: crowd_sprite(topic, count, color, land, theme, dpr),
    )
