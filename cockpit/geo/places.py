"""Places in words: the crossing or the road that is nearest. WGS-84 lon/lat. By name: `cockpit.geo.search`."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cockpit.geo.compact import Floats, open_layers, part, unsqueeze
from cockpit.geo.metres import scale
from cockpit.model.typed import from_json

AT_CROSSING = 120.0
"""Metres around a crossing that are called by it."""
AT_ROAD = 400.0
"""Metres beside a road that are called by it."""
AT_PLACE = 600.0
"""Metres around a park, a water or an estate that are called by it where no named road is near."""


class Place(NamedTuple):
    """A place with a name.

    Attributes:
        words: "延安路 × 庆春路", "庆春路" or "西湖", as the map source writes them; "" where nothing is near.
        kind: crossing, road, other; "" where nothing is near.
        lon, lat: where it is (of a road: its nearest sampled point).
        metres: how far from the asked place.
    """

    words: str
    kind: str
    lon: float
    lat: float
    metres: float


NOWHERE = Place("", "", float("nan"), float("nan"), float("inf"))


class Places:
    """Names of one pack's crossings, roads and other places.

    Attributes:
        crossings: float64 (C, 2) lon/lat.
        crossing_names: uint16 (C, 2), indices into `names`.
        others: float64 (P, 2) lon/lat of parks, waters, estates, buildings.
        other_names: their names.
        names: names of roads; names[0] is "".
        road_points: float64 (S, 2) lon/lat, sampled along the named roads; road_names: uint16 (S,), whose they are.
        spelled_roads, spelled_others: `names` and `other_names` as `cockpit.model.nameindex.spelling` says them; None
            in a pack that keeps none.
        metre: metres that a degree of longitude and one of latitude are long here.
    """

    def __init__(self, arrays: dict[str, NDArray[Any]], path: Path) -> None:
        self.crossings = unsqueeze(part(arrays, "crossing.coords", path))
        self.crossing_names = part(arrays, "crossing.names", path)
        self.others = unsqueeze(part(arrays, "other.coords", path))
        self.other_names: list[str] = from_json(part(arrays, "others", path).tobytes(), type=list[str])
        self.names: list[str] = from_json(part(arrays, "names", path).tobytes(), type=list[str])
        self.road_points = unsqueeze(part(arrays, "road.coords", path))
        self.road_names = part(arrays, "road.names", path)
        self.spelled_roads = _spelled(arrays, "names.spelled", len(self.names))
        self.spelled_others = _spelled(arrays, "others.spelled", len(self.other_names))
        known = next((points for points in (self.road_points, self.others) if len(points)), None)
        self.metre = np.ones(2) if known is None else np.array(scale(float(known[:, 1].mean())))

    @classmethod
    def load(cls, path: Path) -> Places:
        """The places in the folder `path` (or the file itself).

        Raises:
            UserError: the file is not there or is damaged.
        """
        file = path / "places.npz" if path.is_dir() else path
        return cls(open_layers(file), file)

    @cached_property
    def _trees(self) -> tuple[cKDTree, cKDTree, cKDTree]:
        return (
            cKDTree(self.crossings * self.metre),
            cKDTree(self.road_points * self.metre),
            cKDTree(self.others * self.metre),
        )

    def crossing_words(self, i: int) -> str:
        first, second = self.crossing_names[i].tolist()
        return f"{self.names[first]} × {self.names[second]}"

    def at(self, lon: float, lat: float) -> Place:
        """The words for a place: its crossing, else its road, else what else is near; `NOWHERE` far from all."""
        where = np.array([lon, lat]) * self.metre
        if not np.isfinite(where).all():
            return NOWHERE
        crossing, road, other = self._trees
        metres, i = _nearest(crossing, where, AT_CROSSING)
        if i >= 0:
            return Place(self.crossing_words(i), "crossing", *_pair(self.crossings[i]), metres)
        metres, i = _nearest(road, where, AT_ROAD)
        if i >= 0:
            return Place(self.names[int(self.road_names[i])], "road", *_pair(self.road_points[i]), metres)
        metres, i = _nearest(other, where, AT_PLACE)
        if i >= 0:
            return Place(self.other_names[i], "other", *_pair(self.others[i]), metres)
        return NOWHERE


def _spelled(arrays: dict[str, NDArray[Any]], name: str, size: int) -> list[str] | None:
    if name not in arrays:
        return None
    spelled = from_json(arrays[name].tobytes(), type=list[str])
    return spelled if len(spelled) == size else None


def _nearest(tree: cKDTree, where: Floats, within: float) -> tuple[float, int]:
    """Metres and index of the nearest point, index -1 where none is within reach."""
    metres, i = tree.query(where, distance_upper_bound=within)
    return float(metres), int(i) if np.isfinite(metres) else -1


def _pair(point: Floats) -> tuple[float, float]:
    return float(point[0]), float(point[1])
