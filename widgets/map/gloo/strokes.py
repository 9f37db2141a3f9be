"""Draws points, lines and polygons of a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vispy.gloo import gl

from widgets.map.drawing import Lines, Points, Polygons, Rgba
from widgets.map.gloo.chunks import Chunked
from widgets.map.gloo.device import Device, Vertices
from widgets.map.gloo.shapes import PIECE, pieces, triangles, walls
from widgets.map.gloo.shop import Shop
from widgets.map.gloo.view import View

FAR = 1e9
"""Where what has no place is put: out of every view."""
OWN = (0.0, 0.0, 0.0, -1.0)
"""Each its own colour."""
SMALL = 3000
"""Points up to which shapes are made at once: faster than a turn through the thread."""
NO_COLUMN = np.empty(0)


def rgba(color: Rgba) -> tuple[float, float, float, float]:
    return color[0] / 255, color[1] / 255, color[2] / 255, color[3] / 255


def draw_points(device: Device, view: View, layer: Points) -> None:
    count = min(len(layer.x), len(layer.y), len(layer.color))
    if not count or not layer.palette:
        return
    moving = len(layer.vx) >= count and len(layer.vy) >= count
    name = "moving" if moving else "points"
    view.tell(device, name, layer.opacity, u_point=max(layer.size * view.camera.dpr, 1.0))
    device.sample(name, "u_palette", device.palette(layer.palette))
    device.feed(name, "a_x", device.column(layer.x, FAR), 1)
    device.feed(name, "a_y", device.column(layer.y, FAR), 1)
    device.feed(name, "a_color", device.column(layer.color), 1)
    if moving:
        device.tell(name, u_ago=max(view.now - layer.since, 0.0))
        device.feed(name, "a_vx", device.column(layer.vx), 1)
        device.feed(name, "a_vy", device.column(layer.vy), 1)
    device.draw(name, "points", 0, count)


class Pen:
    """How pieces of lines are drawn; colour and width of None are each line's own."""

    def __init__(
        self,
        color: Rgba | None = None,
        width: float | None = None,
        dash: Sequence[float] = (),
        run: float = 0.0,
        opacity: float = 1.0,
        least: float = 0.0,
    ) -> None:
        self.color = OWN if color is None else rgba(color)
        self.width = -1.0 if width is None else width
        self.dash, self.run = tuple(dash), run
        self.opacity, self.least = opacity, least


def draw_pieces(
    device: Device,
    view: View,
    chunks: Chunked,
    pen: Pen,
    palette: tuple[Rgba, ...] = (),
    widest: float = 0.0,
) -> None:
    """Pieces as `shapes.pieces` gives them. widest: of their own widths, logical pixels."""
    if not len(chunks.rows):
        return
    dpr = view.camera.dpr
    dash = [length * dpr for length in _rounds(pen.dash)]
    view.tell(
        device,
        "lines",
        pen.opacity,
        u_wide=1.0,
        u_width=(pen.least, pen.width),
        u_one=pen.color,
        u_dash=tuple(dash) if dash else (1.0, 0.0, 0.0, 0.0),
        u_round=sum(dash),
        u_run=pen.run * dpr,
    )
    device.sample("lines", "u_palette", device.palette(palette))
    buffer = device.kept("pieces", (chunks.rows,), lambda: device.vertices(chunks.rows))
    device.feed("lines", "a_corner", device.strip, 2)
    pad = (max(pen.width, widest, pen.least) + 2) / view.camera.scale
    for first, count in chunks.runs(view.box, pad):
        at = first * PIECE
        for name, size, offset in (
            ("a_before", 2, 0),
            ("a_from", 2, 2),
            ("a_to", 2, 4),
            ("a_after", 2, 6),
            ("a_more", 3, 8),
        ):
            device.feed("lines", name, buffer, size, PIECE, at + offset, each=1)
        device.draw("lines", "triangle_strip", 0, 4, count)


def _rounds(dash: Sequence[float]) -> list[float]:
    """On, off, on, off: one round of a pattern of one or two pairs; () for a whole line."""
    lengths = [max(float(length), 0.0) for length in dash]
    if len(lengths) % 2:
        lengths += lengths
    if sum(lengths) < 0.5:
        return []
    return [*lengths, 0.0, 0.0][:4]


def draw_lines(device: Device, shop: Shop, view: View, layer: Lines) -> None:
    if len(layer.starts) < 2 or not len(layer.xy):
        return
    chunks = shop.ask(
        ("lines", layer.key),
        "lines",
        (layer.xy, layer.starts, layer.color, layer.widths),
        lambda: _pieces(layer.xy, layer.starts, layer.color, layer.widths),
        small=len(layer.xy) < 4 * SMALL,
    )
    if chunks is None:
        return
    widest = float(layer.widths.max()) if len(layer.widths) else layer.width
    run = layer.flow * view.now if layer.flow else 0.0
    if layer.case_width > 0:
        draw_pieces(device, view, chunks, Pen(layer.case, layer.case_width, opacity=layer.opacity))
    width = None if len(layer.widths) else layer.width
    pen = Pen(None, width, layer.dash, run, layer.opacity)
    draw_pieces(device, view, chunks, pen, layer.palette, widest)


def _pieces(
    xy: NDArray[Any], starts: NDArray[np.int64], color: NDArray[Any], widths: NDArray[Any], closed: bool = False
) -> Chunked:
    return Chunked(pieces(xy, starts, color, widths, closed)[0], (2, 4), (3, 5))


class Surfaces:
    """Polygons as triangles. corners: shape (3 T, 2); of: shape (3 T,), the polygon of each."""

    def __init__(self, xy: NDArray[Any], rings: NDArray[np.int64], polys: NDArray[np.int64]) -> None:
        corners, self.of = triangles(xy, rings, polys)
        self.chunks = Chunked(corners)


def draw_polygons(device: Device, shop: Shop, view: View, layer: Polygons) -> None:
    if len(layer.polys) < 2 or not len(layer.xy):
        return
    small = len(layer.xy) < SMALL
    shape = (layer.xy, layer.rings, layer.polys)
    tall = view.pitch > 0 and len(layer.height) == len(layer.polys) - 1
    if tall and _draw_solids(device, shop, view, layer):
        return
    if len(layer.fill) and any(color[3] for color in layer.palette):
        made = shop.ask(("fill", layer.key), "fill", shape, lambda: Surfaces(*shape), small)
        if made is not None:
            _draw_fill(device, view, made, layer)
    if layer.edge_width > 0 and layer.edge[3]:
        edges = shop.ask(
            ("edge", layer.key),
            "edge",
            shape,
            lambda: _pieces(layer.xy, layer.rings, NO_COLUMN, NO_COLUMN, True),
            small,
        )
        if edges is not None:
            pen = Pen(layer.edge, layer.edge_width, layer.edge_dash, opacity=layer.opacity)
            draw_pieces(device, view, edges, pen)


def _draw_fill(device: Device, view: View, made: Surfaces, layer: Polygons) -> None:
    def colors() -> Any:
        fill = np.asarray(layer.fill)
        return device.vertices(fill[np.minimum(made.of, len(fill) - 1)])

    view.tell(device, "polygons", layer.opacity, u_one=OWN, u_hatch_all=0.0)
    device.sample("polygons", "u_palette", device.palette(layer.palette, layer.hatch))
    corners = device.kept("corners", (made.chunks.rows,), lambda: device.vertices(made.chunks.rows))
    device.feed("polygons", "a_at", corners, 2)
    device.feed("polygons", "a_color", device.kept("fill", (made.of, layer.fill), colors), 1)
    for first, count in made.chunks.runs(view.box, 2 / view.camera.scale):
        device.draw("polygons", "triangles", first, count)


class Solids:
    """Sides and roofs. chunks: x, y, height, light; of: the polygon of each corner; tall: metres of the highest."""

    def __init__(self, layer: Polygons) -> None:
        rows, self.of = walls(layer.xy, layer.rings, layer.polys, layer.height)
        self.chunks = Chunked(rows)
        self.tall = float(rows[:, 2].max()) if len(rows) else 0.0


def _draw_solids(device: Device, shop: Shop, view: View, layer: Polygons) -> bool:
    """Buildings that rise, once they are made. Of half transparent ones the front alone is drawn, not what it hides."""
    sources = (layer.xy, layer.rings, layer.polys, layer.height)
    made = shop.ask(("solid", layer.key), "solid", sources, lambda: Solids(layer))
    if made is None:
        return False

    def rows() -> Any:
        fill = np.asarray(layer.fill) if len(layer.fill) else np.zeros(1, dtype=np.uint8)
        table = np.empty((len(made.of), 5), dtype=np.float32)
        table[:, :3] = made.chunks.rows[:, :3]
        table[:, 3] = fill[np.minimum(made.of, len(fill) - 1)]
        table[:, 4] = made.chunks.rows[:, 3]
        return device.vertices(table)

    buffer = device.kept("solids", (made.of, layer.fill), rows)
    draw_walls(device, view, made.chunks, buffer, made.tall, layer.palette, layer.opacity)
    return True


def draw_walls(
    device: Device,
    view: View,
    chunks: Chunked,
    buffer: Vertices,
    tall: float,
    palette: tuple[Rgba, ...],
    opacity: float,
) -> None:
    """Sides and roofs; buffer: for each row of `chunks` x, y, metres over ground, colour, light."""
    tall = max(tall, 1.0)
    view.tell(device, "walls", opacity, u_rise=view.rise, u_tall=tall, u_one=OWN)
    device.sample("walls", "u_palette", device.palette(palette))
    device.feed("walls", "a_at", buffer, 3, 5, 0)
    device.feed("walls", "a_more", buffer, 2, 5, 3)
    device.call("glEnable", gl.GL_DEPTH_TEST)
    device.call("glDepthFunc", gl.GL_LEQUAL)
    device.call("glDepthMask", True)
    device.call("glClear", gl.GL_DEPTH_BUFFER_BIT)
    pad = (2 + tall * view.rise) / view.camera.scale
    runs = list(chunks.runs(view.box, pad))
    for see in (False, True):  # first what is in front, then its colour: once a pixel, though it may be transparent
        device.call("glColorMask", see, see, see, see)
        for first, count in runs:
            device.draw("walls", "triangles", first, count)
    device.call("glDisable", gl.GL_DEPTH_TEST)
