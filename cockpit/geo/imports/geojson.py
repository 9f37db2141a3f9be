"""GeoJSON (RFC 7946) as hostile input: each feature is decoded alone, so that a bad one costs no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from cockpit.geo.imports.building import RawFeature
from cockpit.model.errors import UserError

TYPES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
DEEPEST = 8
"""Geometry collections in geometry collections: nobody means more."""

NONE = msgspec.Raw()


class _Top(msgspec.Struct):
    type: str = ""
    features: msgspec.Raw = NONE


class _Feature(msgspec.Struct):
    type: str = ""
    geometry: msgspec.Raw = NONE
    properties: Any = None
    id: Any = None


class _Geometry(msgspec.Struct):
    type: str = ""
    coordinates: msgspec.Raw = NONE
    geometries: list[msgspec.Raw] | None = None


_top = msgspec.json.Decoder(_Top)
_list = msgspec.json.Decoder(list[msgspec.Raw])
_feature = msgspec.json.Decoder(_Feature)
_geometry = msgspec.json.Decoder(_Geometry)
_any = msgspec.json.Decoder()
_NAN = re.compile(rb'"(?:[^"\\]|\\.)*"|[-+]?(?:NaN|Infinity|nan|inf)\b')


def features(data: bytes) -> Iterator[RawFeature]:
    """The features of a file, in order; a number that is none is NaN.

    Raises:
        UserError: it is no GeoJSON, with the line where reading ended.
    """
    data = _text(data)
    try:
        top = _top.decode(data)
    except msgspec.MsgspecError:
        data = _NAN.sub(lambda found: found[0] if found[0][:1] == b'"' else b"null", data)
        try:
            top = _top.decode(data)
        except msgspec.MsgspecError as error:
            raise _broken(data, error) from error
    if top.type == "FeatureCollection":
        if not _there(top.features):
            raise UserError("imports.no_features")
        try:
            raw = _list.decode(top.features)
        except msgspec.MsgspecError as error:
            raise UserError("imports.no_features") from error
        for i, one in enumerate(raw, 1):
            yield _one(i, one)
    elif top.type == "Feature":
        yield _one(1, msgspec.Raw(data))
    elif top.type in TYPES:
        yield _shaped(1, msgspec.Raw(data), {})
    else:
        raise UserError("imports.no_geojson")


def _there(raw: msgspec.Raw) -> bool:
    """Whether something is said, other than null."""
    return bytes(memoryview(raw)[:4]) not in (b"", b"null")


def _text(data: bytes) -> bytes:
    """As UTF-8, without a byte order mark."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return data.decode("gb18030").encode("utf-8")
        except UnicodeDecodeError as error:
            raise UserError("imports.encoding") from error
    return data


def _broken(data: bytes, error: Exception) -> UserError:
    """With the line: `… (byte 123)` is what msgspec says."""
    found = re.search(r"byte (\d+)", str(error))
    at = int(found[1]) if found else len(data)
    return UserError("imports.broken_json", line=data.count(b"\n", 0, at) + 1)


def _one(number: int, raw: msgspec.Raw) -> RawFeature:
    try:
        feature = _feature.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return RawFeature(number, "not_a_feature", [], {})
    if feature.type != "Feature":
        return RawFeature(number, "not_a_feature", [], {})
    properties = feature.properties if isinstance(feature.properties, dict) else {}
    if not _there(feature.geometry):
        return RawFeature(number, "no_geometry", [], properties)
    return _shaped(number, feature.geometry, properties)


def _shaped(number: int, raw: msgspec.Raw, properties: dict[str, Any]) -> RawFeature:
    try:
        shapes = list(_shapes(raw, 0))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return RawFeature(number, "no_geometry", [], properties)
    unknown = [kind for kind, _ in shapes if kind not in TYPES]
    known = [(kind, shape) for kind, shape in shapes if kind in TYPES]
    problem = "" if known else "unknown_type" if unknown else "no_geometry"
    return RawFeature(number, problem, known, properties)


def _shapes(raw: msgspec.Raw, depth: int) -> Iterator[tuple[str, Any]]:
    """(type, coordinates) of a geometry's parts; GeometryCollections are opened."""
    geometry = _geometry.decode(raw)
    if geometry.type == "GeometryCollection":
        if depth >= DEEPEST:
            raise ValueError("too deep")
        for one in geometry.geometries or ():
            yield from _shapes(one, depth + 1)
    elif _there(geometry.coordinates):
        yield geometry.type, _any.decode(geometry.coordinates)
    else:
        yield geometry.type, None
