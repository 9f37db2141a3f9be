"""The areas of a pack as the city's platform hands them out, and which of the smallest a place lies in. WGS-84."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from cockpit.geo.compact import offsets_of, open_layers, part, unsqueeze

Floats = NDArray[np.float64]

STREET, CELL = 2, 4
"""Tiers of the pack's tree: 街道 and 网格."""


class Districts:
    """The areas of `areas.npz` in a pack's folder.

    Raises:
        UserError: the file is not there or is damaged.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / "areas.npz"
        arrays = open_layers(file)
        self._coords = unsqueeze(part(arrays, "coords", file))
        self._rings = offsets_of(part(arrays, "counts", file))
        self._polygons = offsets_of(part(arrays, "rings", file))
        self._areas = offsets_of(part(arrays, "polygons", file))
        self._tier = part(arrays, "tier", file)
        self._rows = msgspec.json.decode(part(arrays, "rows", file).tobytes(), type=list[tuple[str, str, str]])
        self._cells = np.flatnonzero(self._tier == CELL)
        self._tree = shapely.STRtree([self._shape(int(i)) for i in self._cells])
        self._named = {
            code: (name, parent, int(t)) for (code, name, parent), t in zip(self._rows, self._tier, strict=True)
        }

    def __len__(self) -> int:
        return len(self._rows)

    def codes_at(self, lon: Floats, lat: Floats) -> list[str]:
        """Codes of the cells at these places; over water that of the nearest cell."""
        found = self._tree.query_nearest(shapely.points(lon, lat), all_matches=False)
        return [self._rows[int(self._cells[i])][0] for i in found[1]]

    def street_at(self, lon: float, lat: float) -> str:
        """Name of the 街道 at a place, without the word 街道 and the like."""
        code = self.codes_at(np.array([lon]), np.array([lat]))[0]
        while code in self._named:
            name, parent, tier = self._named[code]
            if tier == STREET:
                return name.removesuffix("街道").removesuffix("镇")
            code = parent
        return ""

    def features(self) -> list[dict[str, Any]]:
        """All areas as GeoJSON features, from the city down to the cells."""
        return [
            {
                "type": "Feature",
                "id": code,
                "geometry": {"type": "MultiPolygon", "coordinates": self._coordinates(i)},
                "properties": {"code": code, "name": name, "tier": int(self._tier[i]), "parent": parent},
            }
            for i, (code, name, parent) in enumerate(self._rows)
        ]

    def _coordinates(self, i: int) -> list[list[list[list[float]]]]:
        return [
            [
                np.round(self._coords[self._rings[r] : self._rings[r + 1]], 6).tolist()
                for r in range(self._polygons[p], self._polygons[p + 1])
            ]
            for p in range(self._areas[i], self._areas[i + 1])
        ]

    def _shape(self, i: int) -> Any:
        return shapely.multipolygons([shapely.polygons(p[0], p[1:] or None) for p in self._coordinates(i)])
