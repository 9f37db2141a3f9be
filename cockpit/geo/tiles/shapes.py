"""Collects the shapes of a tile by layer, and makes them fit to be drawn: valid polygons, shores at banks only."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cockpit.geo.basemap import POLYGON_LAYERS
from cockpit.geo.tiles.grid import Box
from cockpit.geo.tiles.made import Made, Shapes, Word
from cockpit.geo.tiles.schema import SHORE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Objects = NDArray[np.object_]
_SHRINK = 2e-4
"""Of a tile's side: a line that runs along its very edge is where the tile was cut."""


class Collector:
    """Attributes:
    left_out: pieces that were damaged.
    """

    def __init__(self, origin: tuple[float, float], box: Box) -> None:
        """
        Args:
            origin: Mercator metres that coordinates given are counted from; y to the north.
            box: of the tile, counted from there.
        """
        self.left_out = 0
        self._origin = origin
        self._box = box
        self._lines: dict[str, list[tuple[Floats, Ints]]] = {}
        self._polygons: dict[str, list[tuple[Floats, Ints, Ints, NDArray[np.float32]]]] = {}
        self._words: list[Word] = []

    def lines(self, layer: str, xy: Floats, offsets: Ints) -> None:
        """Lines of two points and more: line i is xy[offsets[i]:offsets[i + 1]]."""
        if len(xy):
            self._lines.setdefault(layer, []).append((xy, offsets))

    def polygons(self, layer: str, xy: Floats, rings: Ints, polys: Ints, heights: NDArray[np.float32]) -> None:
        """Ring i is xy[rings[i]:rings[i + 1]], closed; polygon i has the rings polys[i] to polys[i + 1], its outer one
        first, and a height."""
        if len(xy):
            self._polygons.setdefault(layer, []).append((xy, rings, polys, heights))

    def line(self, layer: str, xy: Floats) -> None:
        if len(xy) > 1:
            self.lines(layer, xy, np.array([0, len(xy)]))
        else:
            self.left_out += 1

    def polygon(self, layer: str, rings: list[Floats], height: float = float("nan")) -> None:
        """Rings are closed, the outer one first."""
        ends = np.concatenate([[0], np.cumsum([len(ring) for ring in rings])])
        self.polygons(
            layer, np.concatenate(rings), ends, np.array([0, len(rings)]), np.array([height], dtype=np.float32)
        )

    def word(self, text: str, kind: str, x: float, y: float, rank: int, angle: float, path: Floats | None) -> None:
        kept = path.astype(np.float32).tobytes() if path is not None and len(path) > 1 else b""
        self._words.append(Word(text, kind, x, y, min(max(rank, 0), 5), angle, kept))

    def made(self) -> Made:
        layers: dict[str, Shapes] = {}
        for name, parts in self._lines.items():
            layers[name] = _of_lines(parts)
        for name, pieces in self._polygons.items():
            shapes, kept = self._valid(pieces)
            if not len(shapes):
                continue
            if name == "water":
                shapes, shore = self._waters(shapes)
                if len(shore):
                    coords, index = shapely.get_coordinates(shore, return_index=True)
                    ends = np.concatenate([[0], np.cumsum(np.bincount(index))])
                    layers[SHORE] = _of_lines([*self._lines.get(SHORE, []), (coords, ends)])
            heights = np.concatenate([piece[3] for piece in pieces])[kept] if name == "building" else kept[:0]
            layers[name] = _of_polygons(shapes, heights)
        return Made(self._origin, layers, self._words, self.left_out)

    def _valid(self, pieces: list[tuple[Floats, Ints, Ints, NDArray[np.float32]]]) -> tuple[Objects, Ints]:
        """Shapes, and the number of the polygon that each is of."""
        coords = np.concatenate([piece[0] for piece in pieces])
        rings = _joined([piece[1] for piece in pieces])
        polys = _joined([piece[2] for piece in pieces])
        shapes: Objects = np.asarray(
            shapely.from_ragged_array(shapely.GeometryType.POLYGON, coords, (rings, polys)), dtype=object
        )
        bad = ~shapely.is_valid(shapes)
        if bad.any():
            shapes[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
        parts, index = shapely.get_parts(shapes, return_index=True)
        areas = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
        self.left_out += int(len(shapes) - len(np.unique(index[areas])))
        return parts[areas], index[areas]

    def _waters(self, shapes: Objects) -> tuple[Objects, Objects]:
        """A river comes in pieces: united, it has a shore at its banks only, and none where the tile was cut."""
        parts = shapely.get_parts(shapely.union_all(shapes))
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        west, south, east, north = self._box
        inset = (east - west) * _SHRINK
        inner = shapely.box(west + inset, south + inset, east - inset, north - inset)
        shore = shapely.get_parts(shapely.intersection(shapely.boundary(parts), inner))
        return parts, shore[shapely.get_type_id(shore) == shapely.GeometryType.LINESTRING]


def _joined(offsets: list[Ints]) -> Ints:
    """Offsets of pieces put one after another."""
    ends = np.cumsum([0, *(int(one[-1]) for one in offsets)])
    return np.concatenate([[0], *(one[1:] + end for one, end in zip(offsets, ends[:-1], strict=True))]).astype(np.int64)


def _of_lines(parts: list[tuple[Floats, Ints]]) -> Shapes:
    xy = np.concatenate([part[0] for part in parts])
    offsets = _joined([part[1] for part in parts])
    return Shapes(xy.astype(np.float32).tobytes(), offsets.astype(np.int32).tobytes())


def _of_polygons(shapes: Objects, heights: NDArray[Any]) -> Shapes:
    ragged: Any = shapely.to_ragged_array(shapes)
    _, coords, (offsets, polys) = ragged
    return Shapes(
        coords[:, :2].astype(np.float32).tobytes(),
        offsets.astype(np.int32).tobytes(),
        polys.astype(np.int32).tobytes(),
        heights.astype(np.float32).tobytes(),
    )


POLYGONS = frozenset(POLYGON_LAYERS)
