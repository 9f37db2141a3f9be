"""GeoJSON (RFC 7946) FeatureCollections of cameras, sensors, units, areas, and points of any kind as events.

Properties are the columns of the table in the words of `cockpit.city`; `period` is in seconds, times are ISO 8601 with
offset or milliseconds since 1970 (as USGS writes them). Other names are told by a mapping:

    [feeds.mapping]
    complete = false   # the collection is not all there is: what it lacks is not gone

and `columns`, `facts`, `zone`, `time`, `none` as in `_columns`, where `from` is a property (`tags.name`), or `id`, or
`geometry` for `point` and `shape`. A collection in another reference system than WGS-84 (or CGCS2000, which is the same
within a metre) is refused.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Literal

import msgspec

from cockpit.feeds.decoding import BAD_JSON, BadTime, explain, id_of, refuse_time, when
from cockpit.feeds.formats import _json
from cockpit.feeds.formats._columns import Columns, Record, read_columns
from cockpit.feeds.formats._keys import Keys
from cockpit.feeds.formats._records import MOST, Piece, items_of
from cockpit.feeds.formats._refusing import Refusals
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Everything, Item, Refused, Rows, SourceTime, refused
from cockpit.model.clock import SECOND
from cockpit.model.errors import UserError
from cockpit.model.levels import Level
from cockpit.model.tables import CameraState, EventState, UnitState

_When = str | int | float | None
_NOTHING = msgspec.Raw(b"null")
"""What an absent member stands for; msgspec knows no optional Raw."""


class _Collection(msgspec.Struct):
    type: str
    features: list[msgspec.Raw] | None = None
    at: _When = None
    timeStamp: _When = None  # OGC API Features writes it so
    crs: msgspec.Raw = _NOTHING


class _Feature(msgspec.Struct):
    type: Literal["Feature"]
    id: str | int | None = None
    properties: msgspec.Raw = _NOTHING
    geometry: msgspec.Raw = _NOTHING


class _Geometry(msgspec.Struct):
    type: str
    coordinates: msgspec.Raw = _NOTHING


class _Common(msgspec.Struct):
    id: str | int | None = None
    kind: str | None = None
    type: str | None = None
    name: str | None = None
    title: str | None = None
    area: str | None = None

    @property
    def what(self) -> str:
        return self.kind or self.type or ""

    @property
    def label(self) -> str:
        return self.name or self.title or ""


class _Camera(_Common):
    heading: float | None = None
    state: Literal["online", "offline"] | int = 0


class _Sensor(_Common):
    value: float | None = None
    unit: str | None = None
    period: float | None = None
    measured: _When = None


class _Unit(_Common):
    heading: float | None = None
    speed: float | None = None
    state: Literal["free", "busy", "off"] | int = 0
    fixed: _When = None


class _Area(_Common):
    code: str | None = None
    tier: int = 0
    parent: str | None = None


class _Happening(_Common):
    level: int | None = None
    state: Literal["open", "closed"] = "open"
    place: str | None = None
    channel: str | None = None
    amount: float | None = None
    occurred: _When = None
    time: _When = None
    updated: _When = None
    text: str | None = None


_PROPERTIES: dict[str, msgspec.json.Decoder[Any]] = {
    "camera": msgspec.json.Decoder(_Camera),
    "sensor": msgspec.json.Decoder(_Sensor),
    "unit": msgspec.json.Decoder(_Unit),
    "area": msgspec.json.Decoder(_Area),
    "event": msgspec.json.Decoder(_Happening),
}
_collection = msgspec.json.Decoder(_Collection)
_feature = msgspec.json.Decoder(_Feature)
_geometry = msgspec.json.Decoder(_Geometry)
_position = msgspec.json.Decoder(list[float])
_polygon = msgspec.json.Decoder(list[list[list[float]]])
_polygons = msgspec.json.Decoder(list[list[list[list[float]]]])
_anything = msgspec.json.Decoder(dict[str, Any])
_OURS = re.compile(r"(?:.*[:/])?(?:CRS84h?|(?:EPSG[:/0-9.]*[:/])?(?:4326|4490|4979))", re.I)
"""Names of reference systems whose coordinates are taken as they are."""


class _Unfit(Exception):
    """A geometry that this topic has no use for."""


class GeoJson:
    """Format `geojson`; the feed's topic says which table the features fill."""

    def __init__(self) -> None:
        self._columns: Columns | None = None
        self._complete = True

    def configure(self, mapping: dict[str, Any], topic: str) -> None:
        keys = Keys(mapping)
        if "columns" in keys:
            self._columns = read_columns(keys, topic)
        elif topic not in _PROPERTIES:
            raise UserError("formats.key_missing", detail="columns")
        self._complete = keys.flag("complete", True)
        keys.done()

    def parse(self, data: bytes, context: Context) -> list[Item]:
        if self._columns is None and context.topic not in _PROPERTIES:
            return [refused("unknown_topic", data, detail=context.topic)]
        collection = _json.read(data, _collection)
        if isinstance(collection, Refused):
            return [collection]
        if (foreign := _foreign(collection.crs)) is not None:
            return [refused("foreign_crs", data, detail=foreign)]
        if collection.type == "Feature":
            features: list[bytes | msgspec.Raw] = [data]
        elif collection.type == "FeatureCollection" and collection.features is not None:
            features = list(collection.features)
        else:
            return [refused("not_geojson", data, detail=collection.type[:60])]
        complete = self._complete and collection.type == "FeatureCollection"
        if self._columns is not None:
            return items_of(map(_record, features), self._columns, context, complete)
        bad = Refusals()
        rows: list[dict[str, Any]] = []
        ids: list[str] = []
        if len(features) > MOST:
            bad.add(refused("too_many_records", b"", most=MOST))
            complete = False
            features = features[:MOST]
        for piece in features:
            try:
                row = self._row(piece, context.topic)
            except BAD_JSON as error:
                bad.count() if bad.full else bad.add(explain(error, piece))
            except BadTime as error:
                bad.add(refuse_time(error, piece, id_of(piece)))
            except _Unfit as error:
                id_ = id_of(piece)
                bad.add(refused("unfit_geometry", bytes(piece), id_, id=id_ or "?", detail=str(error)))
            else:
                rows.append(row)
                ids.append(row["id"])
                continue
            ids.append(id_of(piece))
        items: list[Item] = [*bad.items(), *self._source_time(collection, rows)]
        if context.whole and complete and (rows or not features):
            items.append(Everything(context.topic, [id_ for id_ in ids if id_]))
        if rows:
            items.append(Rows(context.topic, rows))
        return items

    def _row(self, piece: bytes | msgspec.Raw, topic: str) -> dict[str, Any]:
        feature = _feature.decode(piece)
        properties = _PROPERTIES[topic].decode(_object(feature.properties))
        row: dict[str, Any] = {"name": properties.label}
        if isinstance(properties, _Area):
            row |= self._area(properties)
            row["rings"] = self._rings(feature.geometry)
        else:
            row |= {"kind": properties.what, "area": properties.area}
            row["lon"], row["lat"] = self._point(feature.geometry, needed=topic != "event")
            if isinstance(properties, _Unit):
                row |= self._unit(properties)
            elif isinstance(properties, _Camera):
                row |= self._camera(properties)
            elif isinstance(properties, _Sensor):
                row |= self._sensor(properties)
            elif isinstance(properties, _Happening):
                row |= self._happening(properties)
                row["body"] = {"title": properties.label, "text": properties.text or "", "source": self._facts(feature)}
        own = feature.id if feature.id is not None else properties.id
        row["id"] = str(own if own is not None else row.get("code") or "")
        return row

    def _camera(self, camera: _Camera) -> dict[str, Any]:
        states = {"online": CameraState.ONLINE, "offline": CameraState.OFFLINE}
        state = states[camera.state] if isinstance(camera.state, str) else camera.state
        return {"heading": camera.heading, "state": int(state)}

    def _unit(self, unit: _Unit) -> dict[str, Any]:
        states = {"free": UnitState.FREE, "busy": UnitState.BUSY, "off": UnitState.OFF_DUTY}
        state = states[unit.state] if isinstance(unit.state, str) else unit.state
        fixed = _when(unit.fixed, "fixed")
        return {"heading": unit.heading, "speed": unit.speed, "state": int(state), "fixed": fixed}

    def _sensor(self, sensor: _Sensor) -> dict[str, Any]:
        period = sensor.period or 0.0
        return {
            "value": sensor.value,
            "unit": sensor.unit,
            "period": round(min(max(period, 0.0), 1e9) * SECOND),
            "measured": _when(sensor.measured, "measured"),
        }

    def _area(self, area: _Area) -> dict[str, Any]:
        return {"code": area.code or "", "tier": area.tier, "parent": area.parent}

    def _happening(self, event: _Happening) -> dict[str, Any]:
        occurred = _when(event.occurred if event.occurred is not None else event.time, "occurred")
        return {
            "level": int(Level.UNKNOWN) if event.level is None else event.level,
            "state": int(EventState.CLOSED if event.state == "closed" else EventState.OPEN),
            "place": event.place,
            "channel": event.channel,
            "amount": event.amount,
            "occurred": occurred,
            "updated": _when(event.updated, "updated") or occurred,
        }

    def _facts(self, feature: _Feature) -> dict[str, Any]:
        """The properties as they came, for the event page: short plain values only."""
        raw = _anything.decode(_object(feature.properties))
        plain = {k: v for k, v in raw.items() if isinstance(v, (str, int, float, bool)) and len(str(v)) <= 500}
        return dict(list(plain.items())[:50])

    def _point(self, geometry: msgspec.Raw, needed: bool) -> tuple[float | None, float | None]:
        shape = _geometry.decode(geometry) if bytes(geometry) != b"null" else None
        if shape is None:
            if needed:
                raise _Unfit("null")
            return None, None
        if shape.type != "Point":
            raise _Unfit(shape.type[:60])
        position = _position.decode(shape.coordinates)
        if len(position) < 2:
            raise _Unfit("Point")
        return position[0], position[1]

    def _rings(self, geometry: msgspec.Raw) -> list[list[list[list[float]]]]:
        shape = _geometry.decode(geometry) if bytes(geometry) != b"null" else None
        if shape is None or shape.type not in ("Polygon", "MultiPolygon"):
            raise _Unfit(shape.type[:60] if shape else "null")
        if shape.type == "Polygon":
            return [_polygon.decode(shape.coordinates)]
        return _polygons.decode(shape.coordinates)

    def _source_time(self, collection: _Collection, rows: list[dict[str, Any]]) -> list[Item]:
        """The collection's own time, else the newest measurement. An unreadable one costs the lag, not the data."""
        told = collection.at if collection.at is not None else collection.timeStamp
        if told is not None:
            try:
                return [SourceTime(_when(told, "at"))]
            except BadTime:
                return []
        newest = max((row.get("measured", 0) for row in rows), default=0)
        return [SourceTime(newest, sent=False)] if newest else []


def _record(piece: bytes | msgspec.Raw) -> tuple[Record, Piece] | Refused:
    """A feature as a record: its properties, `id` and `geometry`."""
    try:
        feature = _feature.decode(piece)
        whole = _anything.decode(_object(feature.properties))
        if bytes(feature.geometry) != b"null":
            whole["geometry"] = _anything.decode(feature.geometry)
    except BAD_JSON as error:
        return explain(error, piece)
    if feature.id is not None:
        whole["id"] = feature.id
    return partial(_json.dig, whole), partial(bytes, piece)


def _foreign(crs: msgspec.Raw) -> str | None:
    """The name of a reference system (GeoJSON 2008 had them) that is not ours; None where it is, or none is told."""
    raw = bytes(crs)
    if raw == b"null":
        return None
    try:
        told = _anything.decode(raw)
        name = told["properties"]["name"]
    except (*BAD_JSON, KeyError, TypeError):
        return raw[:100].decode("utf-8", "replace")
    return None if isinstance(name, str) and _OURS.fullmatch(name) else str(name)[:100]


def _object(piece: msgspec.Raw) -> bytes | msgspec.Raw:
    return b"{}" if bytes(piece) == b"null" else piece


def _when(value: _When, field: str) -> int:
    """ISO text, or milliseconds since 1970, to UTC us."""
    if value is None or isinstance(value, str):
        return when(value, field)
    if not abs(value) < 1e14:
        raise BadTime(field, str(value))
    return round(value * 1000)


FORMAT = GeoJson
