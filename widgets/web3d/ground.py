"""The ground and the buildings of a pack as one block of bytes that the page reads without parsing. No Qt in here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.geo.basemap import Geometry, read_basemap
from cockpit.model.errors import UserError

FILLS = ("land", "built", "park", "wood", "water")
ROADS = ("rail", "road_service", "road_minor", "road_mid", "road_main")
BUILDING = "building"


def ground_bytes(folder: Path) -> bytes | None:
    """The base map of a pack's folder; None where it has none that can be read.

    Four bytes (little-endian) say how long the JSON behind them is, which names each layer's arrays: {"building":
    {"coords": [first byte, count], "rings": …, "polys": …, "height": …}}. Coordinates are float64 lon, lat (WGS-84),
    ends int32, heights float32 metres (NaN: not known). Every array begins at a multiple of 8 of the whole.
    """
    try:
        layers = read_basemap(folder).layers
    except UserError:
        return None
    return packed({name: layers[name] for name in (*FILLS, *ROADS, BUILDING) if name in layers})


def packed(layers: dict[str, Geometry]) -> bytes:
    named: dict[str, dict[str, list[int]]] = {}
    arrays: list[NDArray[Any]] = []
    at = 0
    for name, geometry in layers.items():
        parts: dict[str, NDArray[Any]] = {
            "coords": np.ascontiguousarray(geometry.coords, dtype="<f8").reshape(-1),
            "rings": np.asarray(geometry.offsets, dtype="<i4"),
        }
        if geometry.is_polygons:
            parts["polys"] = np.asarray(geometry.polys, dtype="<i4")
        if len(geometry.height):
            parts["height"] = np.asarray(geometry.height, dtype="<f4")
        told = named[name] = {}
        for part, array in parts.items():
            told[part] = [at, len(array)]
            arrays.append(array)
            at += -(-array.nbytes // 8) * 8
    head = msgspec.json.encode(named)
    head += b" " * (-(4 + len(head)) % 8)
    body = bytearray(len(head).to_bytes(4, "little") + head)
    for array in arrays:
        body += array.tobytes()
        body += bytes(-len(body) % 8)
    return bytes(body)
