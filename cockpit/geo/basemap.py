"""The base map of a pack: polygons and lines by layer, and labels. WGS-84 lon/lat, read-only arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.geo.compact import Floats, Ints, offsets_of, open_layers, part, unsqueeze
from cockpit.model.typed import from_json

FILE = "basemap.npz"
"""In a pack's folder."""
POLYGON_LAYERS = ("land", "built", "park", "wood", "water", "building", "nodata")
"""In the order of painting; nodata is where the source has a hole: draw it as 暂无数据, never as empty land."""
LINE_LAYERS = ("tunnel", "path", "rail", "road_service", "road_minor", "road_mid", "road_main")
"""In the order of painting. Tunnels are no part of the road layers: they would run over lake and river."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """One layer.

    Attributes:
        coords: float64 (N, 2), lon/lat.
        offsets: int32 (parts + 1): part `i` (a line, or a ring) is `coords[offsets[i]:offsets[i + 1]]`. Rings are
            closed: their last point repeats their first.
        polys: int32 (polygons + 1): polygon `i` has the parts `polys[i]` to `polys[i + 1]`, its outer ring
            first, then its holes; length 0 in a layer of lines.
        height: float32 (polygons), metres, NaN unknown; length 0 in every layer but `building`.
    """

    coords: Floats
    offsets: Ints
    polys: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    height: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    @property
    def rings(self) -> Ints:
        """Another name of `offsets` for layers of polygons."""
        return self.offsets

    @property
    def is_polygons(self) -> bool:
        return len(self.polys) > 0

    def parts(self) -> list[Floats]:
        """Every line or ring as a view (n, 2)."""
        return [self.coords[a:b] for a, b in zip(self.offsets[:-1], self.offsets[1:], strict=True)]


@dataclass(frozen=True, slots=True)
class Label:
    """A name on the map.

    Attributes:
        text: as the source writes it; never translated.
        lon, lat: middle of the text.
        kind: road, area, water or place.
        angle: degrees counter-clockwise from east, -90 to 90, as the text runs on a north-up map.
        rank: 0 the most important, 5 the least; show up to a rank by zoom.
        path: (N, 2) lon/lat along which a road's or a river's name runs, from its left end; length 0 elsewhere.
    """

    text: str
    lon: float
    lat: float
    kind: str
    angle: float
    rank: int
    path: Floats


@dataclass(frozen=True, slots=True)
class BaseMap:
    """Layers by name (see `POLYGON_LAYERS` and `LINE_LAYERS`; a pack has those that its source has) and labels."""

    bounds: tuple[float, float, float, float]
    layers: dict[str, Geometry]
    labels: list[Label]


class _LabelRow(msgspec.Struct, array_like=True):
    text: str
    lon: float
    lat: float
    kind: str
    angle: float
    rank: int


def _layer(arrays: dict[str, NDArray[Any]], name: str, path: Path) -> Geometry:
    coords = unsqueeze(part(arrays, f"{name}.coords", path))
    offsets = offsets_of(part(arrays, f"{name}.counts", path))
    if name not in POLYGON_LAYERS:
        return Geometry(coords, offsets)
    polys = offsets_of(part(arrays, f"{name}.rings", path))
    height = arrays.get(f"{name}.height")
    if height is None:
        return Geometry(coords, offsets, polys)
    return Geometry(coords, offsets, polys, height.astype(np.float32))


def read_basemap(path: Path) -> BaseMap:
    """The base map in the folder `path` (or the file itself).

    Raises:
        UserError: the file is not there or is damaged.
    """
    file = path / FILE if path.is_dir() else path
    arrays = open_layers(file)
    names = dict.fromkeys(n.partition(".")[0] for n in arrays if n.endswith(".counts") and not n.startswith("label"))
    layers = {name: _layer(arrays, name, file) for name in names}
    rows = from_json(part(arrays, "labels", file).tobytes(), type=list[_LabelRow])
    paths = unsqueeze(part(arrays, "label.coords", file))
    ends = offsets_of(part(arrays, "label.counts", file))
    labels = [
        Label(row.text, row.lon, row.lat, row.kind, row.angle, row.rank, paths[ends[i] : ends[i + 1]])
        for i, row in enumerate(rows)
    ]
    west, south, east, north = part(arrays, "bounds", file).tolist()
    return BaseMap((west, south, east, north), layers, labels)
