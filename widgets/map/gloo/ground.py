"""The base map for a GPU: simplified for four distances, cut in triangles and pieces in a thread when first drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from widgets.map.base import NO_HEIGHT, POLYGONS, UNKNOWN_HEIGHT, BaseData
from widgets.map.drawing import Rgba
from widgets.map.gloo.chunks import Chunked
from widgets.map.gloo.device import Device
from widgets.map.gloo.shapes import pieces, triangles, walls
from widgets.map.gloo.shop import Shop
from widgets.map.gloo.strokes import NO_COLUMN, Pen, draw_pieces, draw_walls, rgba
from widgets.map.gloo.view import View
from widgets.map.morton import morton
from widgets.map.style import MapStyle, width_factor

Shapes = NDArray[np.object_]
TOLERANCES = (14.0, 3.5, 0.9, 0.0)
"""Mercator metres of simplification, farthest first; each serves views of at least 1.6 times as many metres a pixel."""
FILLS = ("land", "built", "park", "wood", "water")
ROADS_FROM = {"path": 15.8, "road_service": 15.4, "road_minor": 13.0, "road_mid": 11.2, "tunnel": 12.5}
RAILS_FROM, BUILDINGS_FROM = 12.0, 14.6
NO_DATA_ALPHA = 0.45


def color_of(hexed: str, alpha: float = 1.0) -> Rgba:
    """#RRGGBB."""
    number = int(hexed[1:7], 16)
    return number >> 16 & 255, number >> 8 & 255, number & 255, round(alpha * 255)


class GroundLayer:
    """One layer of a base map in degrees of detail. Places are metres from the base map's origin."""

    def __init__(
        self,
        name: str,
        shapes: Shapes,
        origin: tuple[float, float],
        levels: Sequence[float],
        height: NDArray[np.float32] = NO_HEIGHT,
    ) -> None:
        """height: of each shape, metres, NaN not known; empty where none is."""
        self.name = name
        self.height = height if len(height) == len(shapes) else NO_HEIGHT
        self.filled = name in POLYGONS
        self._shapes, self._origin, self._levels = shapes, origin, levels
        self._made: dict[tuple[str, int], Chunked] = {}

    def level(self, metres_per_pixel: float) -> int:
        return next((i for i, t in enumerate(self._levels) if t * 1.6 <= metres_per_pixel), len(self._levels) - 1)

    def fill(self, level: int) -> Chunked:
        """Triangles, shape (3 T, 2). On any thread, one at a time."""
        return self._kept("fill", level)

    def lines(self, level: int) -> Chunked:
        """Pieces of its lines, or of its edges."""
        return self._kept("lines", level)

    def solids(self) -> Chunked:
        """Sides and roofs, shape (N, 5): x, y, metres over ground, whether the height is not known, light."""
        made = self._made.get(("solids", 0))
        if made is None:
            made = self._made["solids", 0] = Chunked(self._solids())
        return made

    def _solids(self) -> NDArray[np.float32]:
        shapes, of = shapely.get_parts(self._shapes, return_index=True)
        good = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(shapes)
        shapes, height = shapes[good], self.height[of[good]]
        if not len(shapes):
            return np.empty((0, 5), dtype=np.float32)
        bounds = shapely.bounds(shapes)
        order = np.argsort(morton(bounds[:, 0] + bounds[:, 2], bounds[:, 1] + bounds[:, 3]), kind="stable")
        _, coords, offsets = shapely.to_ragged_array(shapes[order])
        places = coords[:, :2] - np.array(self._origin)
        height = height[order]
        unknown = ~np.isfinite(height)
        tall = np.where(unknown, UNKNOWN_HEIGHT, height)
        rows, poly = walls(places, np.asarray(offsets[0], np.int64), np.asarray(offsets[1], np.int64), tall)
        return np.column_stack([rows[:, :3], unknown[poly], rows[:, 3]]).astype(np.float32)

    def _kept(self, what: str, level: int) -> Chunked:
        made = self._made.get((what, level))
        if made is None:
            made = self._made[what, level] = self._make(what, self._levels[level])
        return made

    def _make(self, what: str, tolerance: float) -> Chunked:
        shapes = self._simple(tolerance)
        if not len(shapes):
            return Chunked(np.empty((0, 2), dtype=np.float32))
        _, coords, offsets = shapely.to_ragged_array(shapes)
        places = coords[:, :2] - np.array(self._origin)
        rings = np.asarray(offsets[0], dtype=np.int64)
        if what == "fill":
            return Chunked(triangles(places, rings, np.asarray(offsets[1], dtype=np.int64))[0])
        return Chunked(pieces(places, rings, NO_COLUMN, NO_COLUMN, self.filled)[0], (2, 4), (3, 5))

    def _simple(self, tolerance: float) -> Shapes:
        """The shapes in the detail of a level, neighbours beside each other."""
        shapes = self._shapes
        if tolerance:
            if self.filled:
                shapes = shapes[shapely.area(shapes) > (2 * tolerance) ** 2]
            shapes = shapely.simplify(shapes, tolerance, preserve_topology=False)
        shapes = shapely.get_parts(shapes)
        kind = shapely.GeometryType.POLYGON if self.filled else shapely.GeometryType.LINESTRING
        shapes = shapes[(shapely.get_type_id(shapes) == kind) & ~shapely.is_empty(shapes)]
        if not len(shapes):
            return shapes
        bounds = shapely.bounds(shapes)
        order = np.argsort(morton(bounds[:, 0] + bounds[:, 2], bounds[:, 1] + bounds[:, 3]), kind="stable")
        return shapes[order]


class JoinedLayer:
    """One layer of several tiles, drawn as one."""

    def __init__(self, parts: Sequence[GroundLayer]) -> None:
        self._parts = parts
        self._made: dict[str, Chunked] = {}

    @property
    def height(self) -> NDArray[np.float32]:
        return np.concatenate([part.height for part in self._parts])

    def solids(self) -> Chunked:
        if "solids" not in self._made:
            some = [part.solids().rows for part in self._parts if len(part.height)]
            self._made["solids"] = Chunked(np.concatenate(some))
        return self._made["solids"]

    def level(self, metres_per_pixel: float) -> int:
        """Tiles come in the detail that they are drawn in."""
        return 0

    def fill(self, level: int) -> Chunked:
        if "fill" not in self._made:
            self._made["fill"] = Chunked(np.concatenate([part.fill(0).rows for part in self._parts]))
        return self._made["fill"]

    def lines(self, level: int) -> Chunked:
        if "lines" not in self._made:
            rows = [part.lines(0).rows for part in self._parts]
            rows = [one for one in rows if len(one)] or rows[:1]
            self._made["lines"] = Chunked(np.concatenate(rows), (2, 4), (3, 5)) if len(rows[0]) else Chunked(rows[0])
        return self._made["lines"]


AnyLayer = GroundLayer | JoinedLayer


class GroundLayers:
    """A base map made ready for drawing.

    Attributes:
        origin: Mercator metres that its places are counted from.
        slot: what it is drawn as: until another one with the same is ready, this one stands in.
    """

    def __init__(self, layers: Mapping[str, AnyLayer], origin: tuple[float, float]) -> None:
        self.origin, self.layers = origin, layers
        self.slot: object = id(self)

    @staticmethod
    def of(data: BaseData) -> GroundLayers:
        origin = ((data.box[0] + data.box[2]) / 2, (data.box[1] + data.box[3]) / 2)
        return GroundLayers.made(data.layers, origin, data.height)

    @staticmethod
    def made(
        layers: Mapping[str, Shapes],
        origin: tuple[float, float],
        height: NDArray[np.float32] = NO_HEIGHT,
        levels: Sequence[float] = TOLERANCES,
    ) -> GroundLayers:
        """height: of the buildings."""
        made = {
            name: GroundLayer(name, shapes, origin, levels, height if name == "building" else NO_HEIGHT)
            for name, shapes in layers.items()
        }
        return GroundLayers(made, origin)


class GroundPainter:
    """Draws base maps."""

    def __init__(self, device: Device, shop: Shop) -> None:
        self._device, self._shop = device, shop

    def land(self, view: View, ground: GroundLayers, style: MapStyle, opacity: float) -> None:
        """Fills and waters."""
        for name in FILLS:
            self._fill(view, ground, name, color_of(getattr(style, name)), opacity)
        self._lines(view, ground, "shore", Pen(color_of(style.shore), 1.0, opacity=opacity))

    def lines(self, view: View, ground: GroundLayers, style: MapStyle, opacity: float) -> None:
        """Buildings, rails, roads, and where there is no data."""
        zoom = view.camera.zoom
        factor = width_factor(zoom)
        solids = self._solids(view, ground) if view.pitch > 0 and zoom >= BUILDINGS_FROM else None
        if zoom >= BUILDINGS_FROM and solids is None:
            self._fill(view, ground, "building", color_of(style.building), opacity)
            self._lines(view, ground, "building", Pen(color_of(style.line), 0.6, opacity=opacity))
        if zoom > RAILS_FROM:
            width = 1.1 * factor
            pen = Pen(color_of(style.rail), width, (5 * width, 4 * width), opacity=opacity)
            self._lines(view, ground, "rail", pen)
        for name, on, off in (("tunnel", 3.0, 2.0), ("path", 2.5, 2.0)):
            if zoom >= ROADS_FROM[name]:
                width = 0.9 * factor
                color = color_of(style.roads["road_minor"].color)
                self._lines(view, ground, name, Pen(color, width, (on * width, off * width), opacity=opacity))
        for name in ("road_service", "road_minor", "road_mid", "road_main"):
            if zoom < ROADS_FROM.get(name, 0):
                continue
            road = style.roads[name]
            if road.case:
                case = Pen(color_of(road.case), road.case_width * factor, opacity=opacity)
                self._lines(view, ground, name, case)
            width = max(road.width * factor, 0.5 / view.camera.dpr)
            self._lines(view, ground, name, Pen(color_of(road.color), width, opacity=opacity))
        self._no_data(view, ground, style, opacity)
        if solids is not None:  # over the roads that they hide
            self._rise(view, ground, solids, style, opacity)

    def _solids(self, view: View, ground: GroundLayers) -> Chunked | None:
        """Buildings that rise; None where no height is known, and as long as they are being made."""
        layer = ground.layers.get("building")
        if layer is None or not len(layer.height):
            return None
        made: Chunked | None = self._shop.ask(("solids", ground.slot), "ground solids", (layer,), layer.solids)
        return made if made is not None and len(made.rows) else None

    def _rise(self, view: View, ground: GroundLayers, made: Chunked, style: MapStyle, opacity: float) -> None:
        device = self._device
        buffer = device.kept("ground solids", (made.rows,), lambda: device.vertices(made.rows))
        tall = float(device.kept("tall", (made.rows,), lambda: made.rows[:, 2].max()))
        palette = (color_of(style.line2), color_of(style.building))
        draw_walls(device, view.from_origin(ground.origin), made, buffer, tall, palette, opacity)

    def _no_data(self, view: View, ground: GroundLayers, style: MapStyle, opacity: float) -> None:
        self._fill(view, ground, "nodata", color_of(style.land), opacity)
        faint = color_of(style.t3, NO_DATA_ALPHA)
        self._fill(view, ground, "nodata", faint, opacity, hatch=True)
        self._lines(view, ground, "nodata", Pen(faint, 1.0, (3.0, 3.0), opacity=opacity))

    def _made(self, view: View, layer: AnyLayer, what: str, slot: object) -> Chunked | None:
        level = layer.level(1 / view.camera.scale)
        make = layer.fill if what == "fill" else layer.lines
        made: Chunked | None = self._shop.ask(
            ("ground", slot, what), f"ground {what} {level}", (layer,), lambda: make(level)
        )
        return made

    def _fill(
        self, view: View, ground: GroundLayers, name: str, color: Rgba, opacity: float, hatch: bool = False
    ) -> None:
        layer = ground.layers.get(name)
        made = self._made(view, layer, "fill", (ground.slot, name)) if layer is not None else None
        if made is None or not len(made.rows):
            return
        device, one = self._device, view.from_origin(ground.origin)
        one.tell(device, "polygons", opacity, u_one=rgba(color), u_hatch_all=1.0 if hatch else 0.0)
        device.sample("polygons", "u_palette", device.palette(()))
        corners = device.kept("corners", (made.rows,), lambda: device.vertices(made.rows))
        device.feed("polygons", "a_at", corners, 2)
        device.feed("polygons", "a_color", corners, 1, 2, 0)  # not looked at: all have the one colour
        for first, count in made.runs(one.box, 2 / view.camera.scale):
            device.draw("polygons", "triangles", first, count)

    def _lines(self, view: View, ground: GroundLayers, name: str, pen: Pen) -> None:
        layer = ground.layers.get(name)
        made = self._made(view, layer, "lines", (ground.slot, name)) if layer is not None else None
        if made is not None and len(made.rows):
            draw_pieces(self._device, view.from_origin(ground.origin), made, pen)
