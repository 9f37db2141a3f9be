"""A base map as one GeoJSON file (RFC 7946, WGS-84). Runs in the worker process: what comes in is hostile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.geo.tiles.grid import HALF, MAX_LAT
from cockpit.geo.tiles.made import Made
from cockpit.geo.tiles.mvt import clean
from cockpit.geo.tiles.schema import OURS, Rule, first, fits, named
from cockpit.geo.tiles.shapes import POLYGONS, Collector
from cockpit.model.typed import from_json

MOST_BYTES = 300_000_000
MOST_POINTS = 6_000_000
Floats = NDArray[np.float64]


class _Feature(msgspec.Struct):
    geometry: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None


class _File(msgspec.Struct):
    features: list[msgspec.Raw]


def decode(path: Path) -> Made:
    """Raises:
    ValueError: it is no GeoJSON, or too large, or has nothing in it that a base map shows.
    OSError: it can not be read.
    """
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("too large")
    try:
        features = from_json(path.read_bytes(), type=_File).features
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("no GeoJSON with features") from error
    schema = named("geojson")
    reading = _Reading(_origin(features))
    for raw in features:
        try:
            feature = from_json(raw, type=_Feature)
            reading.take(feature, schema.rules, schema.names)
        except (msgspec.MsgspecError, ValueError, TypeError, IndexError, RecursionError):
            reading.into.left_out += 1
    made = reading.into.made()
    if not made.layers:
        raise ValueError("nothing in it that a base map shows")
    return made


def _origin(features: list[msgspec.Raw]) -> tuple[float, float]:
    """A place near: float32 is exact to millimetres there."""
    for raw in features[:1000]:
        try:
            feature = from_json(raw, type=_Feature)
            for _, lines in _parts(feature.geometry or {}):
                x, y = _metres(lines[0])[0]
                return round(float(x)), round(float(y))
        except (msgspec.MsgspecError, ValueError, TypeError, IndexError):
            continue
    return 0.0, 0.0


class _Reading:
    def __init__(self, origin: tuple[float, float]) -> None:
        far = 2 * HALF
        self.into = Collector(origin, (-far, -far, far, far))
        self._origin = np.array(origin)
        self._left = MOST_POINTS

    def take(self, feature: _Feature, rules: list[Rule], names: list[Any]) -> None:
        props = feature.properties or {}
        for kind, lines in _parts(feature.geometry or {}):
            placed = [_metres(line) - self._origin for line in lines]
            self._left -= sum(len(line) for line in placed)
            if self._left < 0:
                raise ValueError("too many points")
            self._shape(kind, placed, props, rules)
            name = next((n for n in names if n.layer == kind and fits(n.where, n.unless, props)), None)
            text = first(name.text, props) if name is not None else None
            if name is not None and isinstance(text, str) and clean(text):
                rank = name.ranks.get(str(props.get(name.by)), name.rank) if name.by else name.rank
                line = placed[0]
                x, y = line.mean(axis=0) if kind == "polygon" else line[len(line) // 2]
                self.into.word(clean(text), name.kind, float(x), float(y), rank, 0.0, line if kind == "line" else None)

    def _shape(self, kind: str, lines: list[Floats], props: dict[str, Any], rules: list[Rule]) -> None:
        to, height = str(props.get("layer", "")), props.get("height")
        if to not in OURS:
            rule = next((r for r in rules if r.layer == kind and fits(r.where, r.unless, props)), None)
            to = rule.to if rule is not None else ""
        if not to or (to in POLYGONS) != (kind == "polygon") or kind == "point":
            return
        if kind == "line":
            self.into.line(to, lines[0])
        else:
            metres = float(height) if isinstance(height, (int, float)) else float("nan")
            self.into.polygon(to, [_closed(ring) for ring in lines if len(ring) > 2], metres)


def _parts(geometry: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    kind, coords = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        yield "point", [[coords]]
    elif kind == "LineString":
        yield "line", [coords]
    elif kind == "MultiLineString":
        for line in coords or ():
            yield "line", [line]
    elif kind == "Polygon":
        yield "polygon", list(coords or ())
    elif kind == "MultiPolygon":
        for polygon in coords or ():
            yield "polygon", list(polygon)
    elif kind == "GeometryCollection":
        for one in geometry.get("geometries") or ():
            yield from _parts(one)


def _metres(line: Any) -> Floats:
    """Raises:
    ValueError: it has something else than degrees in it.
    """
    degrees = np.array([[point[0], point[1]] for point in line], dtype=np.float64)
    if not len(degrees) or not np.isfinite(degrees).all() or (np.abs(degrees) > (180, 90)).any():
        raise ValueError("no degrees")
    x = degrees[:, 0] / 180 * HALF
    lat = np.clip(degrees[:, 1], -MAX_LAT, MAX_LAT)
    return np.stack([x, np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) * HALF / np.pi], axis=1)


def _closed(ring: Floats) -> Floats:
    return ring if np.array_equal(ring[0], ring[-1]) else np.concatenate([ring, ring[:1]])
