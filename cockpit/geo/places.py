"""Places in words: the crossing or the road that is nearest, and places by name. WGS-84 lon/lat."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cockpit.geo.compact import Floats, open_layers, part, unsqueeze
from cockpit.geo.metres import scale
from cockpit.model.pinyin import begins, plain

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
        metres: how far from the asked place; 0 in a search by name.
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
    """

    def __init__(self, arrays: dict[str, NDArray[Any]], path: Path) -> None:
        self.crossings = unsqueeze(part(arrays, "crossing.coords", path))
        self.crossing_names = part(arrays, "crossing.names", path)
        self.others = unsqueeze(part(arrays, "other.coords", path))
        self.other_names: list[str] = msgspec.json.decode(part(arrays, "others", path).tobytes(), type=list[str])
        self.names: list[str] = msgspec.json.decode(part(arrays, "names", path).tobytes(), type=list[str])
        self._road = unsqueeze(part(arrays, "road.coords", path))
        self._road_names = part(arrays, "road.names", path)
        self._metre = np.array(scale(float(self._road[:, 1].mean()))) if len(self._road) else np.ones(2)

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
            cKDTree(self.crossings * self._metre),
            cKDTree(self._road * self._metre),
            cKDTree(self.others * self._metre),
        )

    def crossing_words(self, i: int) -> str:
        first, second = self.crossing_names[i].tolist()
        return f"{self.names[first]} × {self.names[second]}"

    def at(self, lon: float, lat: float) -> Place:
        """The words for a place: its crossing, else its road, else what else is near; `NOWHERE` far from all."""
        where = np.array([lon, lat]) * self._metre
        if not np.isfinite(where).all():
            return NOWHERE
        crossing, road, other = self._trees
        metres, i = _nearest(crossing, where, AT_CROSSING)
        if i >= 0:
            return Place(self.crossing_words(i), "crossing", *_pair(self.crossings[i]), metres)
        metres, i = _nearest(road, where, AT_ROAD)
        if i >= 0:
            return Place(self.names[int(self._road_names[i])], "road", *_pair(self._road[i]), metres)
        metres, i = _nearest(other, where, AT_PLACE)
        if i >= 0:
            return Place(self.other_names[i], "other", *_pair(self.others[i]), metres)
        return NOWHERE

    def search(self, words: str, limit: int = 20) -> list[Place]:
        """Places whose name holds every word of `words`: first those that begin with it, then the shorter ones.

        A Latin word stands for the names that it spells in pinyin, in full or by initials from their first character.
        A road stands at the sampled point nearest the middle of its points.
        """
        wanted = plain(words.replace("×", " ")).split()
        if not wanted:
            return []
        fits = [self._fits(word) for word in wanted]
        found: list[Place] = []
        for k in sorted(set.intersection(*(roads for roads, _ in fits))):
            points = self._road[self._road_names == k]
            if len(points):
                middle = points[int(np.hypot(*((points - points.mean(axis=0)) * self._metre).T).argmin())]
                found.append(Place(self.names[k], "road", *_pair(middle), 0.0))
        for k in sorted(set.intersection(*(others for _, others in fits))):
            found.append(Place(self.other_names[k], "other", *_pair(self.others[k]), 0.0))
        for k, pair in enumerate(self.crossing_names.tolist()):
            if all(not roads.isdisjoint(pair) for roads, _ in fits):
                found.append(Place(self.crossing_words(k), "crossing", *_pair(self.crossings[k]), 0.0))
        first = wanted[0]
        found.sort(key=lambda place: (not plain(place.words).startswith(first), len(place.words), place.words))
        return found[:limit]

    def _fits(self, word: str) -> tuple[set[int], set[int]]:
        """Indices of the roads' names and of the others' that a plain word fits."""

        def of(names: list[str]) -> set[int]:
            return {k for k, name in enumerate(names) if name and (word in plain(name) or begins(word, name))}

        return of(self.names), of(self.other_names)


def _nearest(tree: cKDTree, where: Floats, within: float) -> tuple[float, int]:
    """Metres and index of the nearest point, index -1 where none is within reach."""
    metres, i = tree.query(where, distance_upper_bound=within)
    return float(metres), int(i) if np.isfinite(metres) else -1


def _pair(point: Floats) -> tuple[float, float]:
    return float(point[0]), float(point[1])
