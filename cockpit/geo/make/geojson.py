"""GeoJSON whose properties are OpenStreetMap's tags (osmium export, Overpass, QGIS), and boundaries of areas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from cockpit.geo.datum import to_wgs84
from cockpit.geo.make.features import Feature
from cockpit.geo.make.source import Boundary, Box, Source, clean_name, polygons_of
from cockpit.model.errors import UserError

LARGEST = 1_000_000_000
_LEVELS = {"district": 1, "区": 1, "street": 2, "街道": 2, "community": 3, "社区": 3, "cell": 4, "grid": 4, "网格": 4}


class GeoJson:
    """The features of one file.

    Args:
        datum: of its coordinates, one of `cockpit.model.city.DATUMS`.
        source: where what is left out is counted.
    """

    def __init__(self, path: Path, source: Source, datum: str = "wgs84") -> None:
        self._path, self._source, self._datum = path, source, datum
        self.bounds: Box | None = None

    def features(self) -> Iterator[Feature]:
        """All features that have a shape.

        Raises:
            UserError: no GeoJSON, or too large.
        """
        for row in self._rows():
            properties = row.get("properties")
            tags = _flat(properties if isinstance(properties, dict) else {})
            try:
                shape = shapely.from_geojson(json.dumps(row["geometry"], allow_nan=True))
            except (KeyError, TypeError, ValueError, shapely.GEOSException):
                self._source.left_out["make.left_no_place"] += 1
                continue
            if shape is None or shape.is_empty:
                self._source.left_out["make.left_no_place"] += 1
                continue
            for part in shapely.get_parts(shape) if "Multi" in shape.geom_type else (shape,):
                yield Feature(tags, shapely.transform(part, self._wgs84) if self._datum != "wgs84" else part)

    def _wgs84(self, points: np.ndarray) -> np.ndarray:
        return np.column_stack(to_wgs84(self._datum, points[:, 0], points[:, 1]))

    def _rows(self) -> Iterator[dict[str, Any]]:
        if self._path.stat().st_size > LARGEST:
            raise UserError("make.too_large", file=str(self._path), most=LARGEST // 1_000_000)
        try:
            whole = json.loads(self._path.read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise UserError("make.not_geojson", file=str(self._path), why=str(error)[:120]) from error
        rows = whole.get("features") if isinstance(whole, dict) else None
        if not isinstance(rows, list):
            raise UserError("make.not_geojson", file=str(self._path), why="features")
        for row in rows:
            if isinstance(row, dict):
                yield row
            else:
                self._source.left_out["make.left_no_place"] += 1

    def boundaries(self) -> list[Boundary]:
        """Areas: polygons with `name`, and `level` (district, street, community, cell or 1 to 4), `code` if there is.

        Raises:
            UserError: none in the file says its name and its level.
        """
        found: list[Boundary] = []
        for tags, shape in self.features():
            level, whole = _level(tags), polygons_of(shape)
            name = clean_name(tags.get("name:zh") or tags.get("name"))
            if level and name and whole is not None and np.isfinite(shapely.get_coordinates(whole)).all():
                code = tags.get("code", "") or tags.get("adcode", "")
                found.append(Boundary(name, code if code.isdecimal() else "", level, whole))
            else:
                self._source.left_out["make.left_no_area"] += 1
        if not found:
            raise UserError("make.no_areas", file=str(self._path))
        return found


def _level(tags: Mapping[str, str]) -> int:
    said = (tags.get("level") or tags.get("tier") or "").strip().lower()
    return _LEVELS.get(said) or (int(said) if said in ("1", "2", "3", "4") else 0)


def _flat(properties: dict[str, Any]) -> dict[str, str]:
    """Properties as tags; Overpass puts them into `tags`."""
    inner = properties.get("tags")
    merged = {**properties, **inner} if isinstance(inner, dict) else properties
    return {
        str(key)[:100]: str(value)[:500]
        for key, value in list(merged.items())[:1000]
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }
