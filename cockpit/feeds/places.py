"""Where rows lie: datum to WGS-84, inside the pack's bounds, and latitude and longitude not swapped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cockpit.feeds.formats.base import Bounds, Context
from cockpit.geo.datum import to_wgs84

MARGIN = 0.10
"""How far outside the pack's bounds a thing may lie, as a part of their width and height."""
MAX_VERTICES = 200_000
DIGITS = 6
"""Decimals of a degree kept of shapes: 0.1 m."""

Rings = list[list[list[list[float]]]]
"""GeoJSON MultiPolygon coordinates: polygons, rings, positions, numbers."""


class Misplaced(Exception):
    """A place that is refused: the end of the message's id and its params."""

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


def place_points(rows: list[dict[str, Any]], context: Context) -> Iterator[tuple[dict[str, Any], Misplaced]]:
    """Convert `lon`, `lat` of rows in place; yields the rows whose place is refused. NaN twice: no place, and good."""
    if not rows:
        return
    lon = np.array([row["lon"] for row in rows], dtype=np.float64)
    lat = np.array([row["lat"] for row in rows], dtype=np.float64)
    without = np.isnan(lon) & np.isnan(lat)
    half = np.isnan(lon) != np.isnan(lat)
    east, north = _convert(lon, lat, context.datum)
    inside = _inside(east, north, context.bounds)
    for i, row in enumerate(rows):
        if without[i]:
            continue
        if half[i]:
            yield row, Misplaced("half_place")
        elif inside[i]:
            row["lon"], row["lat"] = float(east[i]), float(north[i])
        else:
            yield row, _outside(lon[i], lat[i], context)


def place_rings(rings: Any, context: Context) -> str:
    """`Rings` to the text of the table: GeoJSON MultiPolygon coordinates, WGS-84; "" for no shape.

    Raises:
        Misplaced: it touches the pack's bounds nowhere, is not a shape, or is too big.
    """
    if not rings:
        return ""
    lengths: list[list[int]] = []
    flat: list[tuple[float, float]] = []
    try:
        for polygon in rings:
            lengths.append([len(ring) for ring in polygon])
            for ring in polygon:
                if len(ring) < 4:
                    raise Misplaced("not_a_shape")
                flat += [(position[0], position[1]) for position in ring]
        points = np.array(flat, dtype=np.float64).reshape(-1, 2)
    except (TypeError, IndexError, ValueError, OverflowError, KeyError):
        raise Misplaced("not_a_shape") from None
    if not len(points) or not np.isfinite(points).all():
        raise Misplaced("not_a_shape")
    if len(points) > MAX_VERTICES:
        raise Misplaced("shape_too_big", most=MAX_VERTICES)
    lon, lat = _convert(points[:, 0], points[:, 1], context.datum)
    if not _touches(lon, lat, context.bounds):
        raise _outside(float(np.mean(points[:, 0])), float(np.mean(points[:, 1])), context)
    pairs = np.round(np.column_stack([lon, lat]), DIGITS).tolist()
    result: Rings = []
    at = 0
    for polygon in lengths:
        placed = []
        for length in polygon:
            placed.append(pairs[at : at + length])
            at += length
        result.append(placed)
    return json.dumps(result, separators=(",", ":"))


Degrees = npt.NDArray[np.float64]


def _convert(lon: Degrees, lat: Degrees, datum: str) -> tuple[Degrees, Degrees]:
    sane = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)  # the conversion is for places on Earth only; NaN is not
    east, north = lon.copy(), lat.copy()
    if sane.any():
        east[sane], north[sane] = to_wgs84(datum, lon[sane], lat[sane])
    return east, north


def _grown(bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    dx, dy = (east - west) * MARGIN, (north - south) * MARGIN
    return west - dx, south - dy, east + dx, north + dy


def _inside(lon: Degrees, lat: Degrees, bounds: Bounds) -> npt.NDArray[np.bool_]:
    west, south, east, north = _grown(bounds)
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _touches(lon: Degrees, lat: Degrees, bounds: Bounds) -> bool:
    west, south, east, north = _grown(bounds)
    return bool(lon.max() >= west and lon.min() <= east and lat.max() >= south and lat.min() <= north)


def _outside(lon: float, lat: float, context: Context) -> Misplaced:
    west, south, east, north = _grown(context.bounds)
    swapped = west <= lat <= east and south <= lon <= north
    return Misplaced("swapped" if swapped else "outside", lon=f"{lon:.4f}", lat=f"{lat:.4f}")
