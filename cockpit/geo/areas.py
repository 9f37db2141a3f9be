"""Areas of a city by code and by place: the tree 市 区 街道 社区 网格 of a pack. WGS-84 lon/lat.

Shapely is loaded with the first shape: a tree of codes and names does without it.

The shipped areas are ours, cut from streets (示范分区，非行政界线); a pack's `notice` says so wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cockpit.geo.compact import Floats, offsets_of, open_layers, part, unsqueeze
from cockpit.geo.metres import scale
from cockpit.model.typed import from_json

CITY, DISTRICT, STREET, COMMUNITY, CELL = range(5)
NEAR_ENOUGH = 300.0
"""Metres within which a place on water or a bridge still belongs to the nearest cell."""


class Area(NamedTuple):
    """One area.

    Attributes:
        code: 4 tiers of digits: 6 行政区划 + 3 街道 + 3 社区 + 3 网格, as many as its tier needs.
        name: in the language of the source.
        tier: 0 city, 1 district, 2 street, 3 community, 4 cell.
        parent: code of the area above; "" for the city.
    """

    code: str
    name: str
    tier: int
    parent: str


class Areas:
    """The areas of one pack, parents before children.

    Attributes:
        rows: all of them.
    """

    def __init__(self, arrays: dict[str, NDArray[Any]], path: Path) -> None:
        tiers = part(arrays, "tier", path).tolist()
        texts = from_json(part(arrays, "rows", path).tobytes(), type=list[tuple[str, str, str]])
        codes, names, parents = zip(*texts, strict=True) if texts else ((), (), ())
        self.rows = list(map(Area._make, zip(codes, names, tiers, parents, strict=True)))
        self._index = {row.code: i for i, row in enumerate(self.rows)}
        self._middle = unsqueeze(arrays["middle"]) if "middle" in arrays else None
        spelled = from_json(arrays["spelled"].tobytes(), type=list[str]) if "spelled" in arrays else []
        self._spelled = spelled if len(spelled) == len(self.rows) else None
        self._children: dict[str, list[str]] = {}
        for row in self.rows:
            self._children.setdefault(row.parent, []).append(row.code)
        self._coords = unsqueeze(part(arrays, "coords", path))
        self._rings = offsets_of(part(arrays, "counts", path))
        self._polys = offsets_of(part(arrays, "rings", path))
        self._parts = offsets_of(part(arrays, "polygons", path))

    @classmethod
    def load(cls, path: Path) -> Areas:
        """The areas in the folder `path` (or the file itself).

        Raises:
            UserError: the file is not there or is damaged.
        """
        file = path / "areas.npz" if path.is_dir() else path
        return cls(open_layers(file), file)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Area]:
        return iter(self.rows)

    def __contains__(self, code: object) -> bool:
        return code in self._index

    def __getitem__(self, code: str) -> Area:
        """The area of a code; KeyError for one that is not there."""
        return self.rows[self._index[code]]

    def of_tier(self, tier: int) -> list[Area]:
        return [row for row in self.rows if row.tier == tier]

    def children(self, code: str) -> list[Area]:
        return [self[child] for child in self._children.get(code, [])]

    def line(self, code: str) -> list[Area]:
        """The area and those above it, the city first; empty for a code that is not there."""
        line: list[Area] = []
        while code in self._index:
            line.append(self[code])
            code = line[-1].parent
        return line[::-1]

    def above(self, code: str, tier: int) -> Area | None:
        """The area of a tier in which `code` lies, itself included."""
        return next((area for area in self.line(code) if area.tier == tier), None)

    def rings(self, code: str) -> list[list[list[list[float]]]]:
        """The shape as GeoJSON MultiPolygon coordinates, six decimals."""
        i = self._index[code]
        return [
            [
                np.round(self._coords[self._rings[r] : self._rings[r + 1]], 6).tolist()
                for r in range(self._polys[p], self._polys[p + 1])
            ]
            for p in range(self._parts[i], self._parts[i + 1])
        ]

    @cached_property
    def shapes(self) -> NDArray[Any]:
        """shapely MultiPolygons in the order of `rows`, in degrees."""
        import shapely

        rings = shapely.linearrings(
            self._coords, indices=np.repeat(np.arange(len(self._rings) - 1), _counts(self._rings))
        )
        polygons = shapely.polygons(rings, indices=np.repeat(np.arange(len(self._polys) - 1), _counts(self._polys)))
        owners = np.repeat(np.arange(len(self.rows)), _counts(self._parts))
        shapes: NDArray[Any] = shapely.multipolygons(polygons, indices=owners)
        return shapes

    def shape(self, code: str) -> Any:
        return self.shapes[self._index[code]]

    def middles(self, codes: Sequence[str]) -> Floats:
        """A place inside each of these areas, (N, 2)."""
        index = np.array([self._index[code] for code in codes], dtype=np.intp)
        if self._middle is not None and len(self._middle) == len(self.rows):
            return self._middle[index]
        import shapely

        return np.asarray(shapely.get_coordinates(shapely.point_on_surface(self.shapes[index])), dtype=np.float64)

    def spelled(self, rows: Sequence[Area]) -> list[str] | None:
        """Names of areas as `cockpit.model.nameindex.spelling` says them; None in a pack that keeps none."""
        return None if self._spelled is None else [self._spelled[self._index[row.code]] for row in rows]

    @cached_property
    def _cells(self) -> tuple[NDArray[np.int64], Any, Floats]:
        """Rows of the cells, a search tree of them on the city's plane (metres), and metres a degree."""
        import shapely

        which = np.flatnonzero([row.tier == CELL for row in self.rows])
        metre = np.array(scale(float(self._coords[:, 1].mean())))
        return which, shapely.STRtree(shapely.transform(self.shapes[which], lambda c: c * metre)), metre

    def at(self, lon: float, lat: float) -> str:
        """Code of the cell at a place; of the nearest within `NEAR_ENOUGH` metres; "" where there is none."""
        return self.at_many([[lon, lat]])[0]

    def at_many(self, points: ArrayLike) -> list[str]:
        """`at` for points (N, 2), all at once; "" too where a coordinate is NaN."""
        import shapely

        which, tree, metre = self._cells
        where = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        codes = [""] * len(where)
        known = np.flatnonzero(np.isfinite(where).all(axis=1))
        places = shapely.points(where[known] * metre)
        asked, cell = tree.query_nearest(places, max_distance=NEAR_ENOUGH, all_matches=False)
        for i, j in zip(known[asked].tolist(), which[cell].tolist(), strict=True):
            codes[i] = self.rows[j].code
        return codes


def _counts(offsets: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.diff(offsets)
