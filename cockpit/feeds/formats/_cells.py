"""What a cell of a file, or a member of an object, becomes: texts, numbers, times with their zone, points, shapes.

What can not be read raises `BadCell`; its reason names the column as the file calls it.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cockpit.feeds.decoding import BAD_JSON
from cockpit.model.clock import SECOND

NOTHING = frozenset({"", "-", "--", "—", "/", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "无"})
"""What stands in a cell of numbers or times that has none."""
TIMES = ("iso", "unix", "unix_ms", "excel")
_EXCEL_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - a day of the file's own zone
_POINT = re.compile(r"\s*(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*(\S+)\s+([^\s)]+)(?:\s+[^\s)]+)?\s*\)\s*", re.I)
_SHAPE = re.compile(r"\s*(MULTIPOLYGON|POLYGON)\s*Z?\s*(\(.*\))\s*", re.I | re.S)
_NUMBERS = re.compile(r"(?<![-+0-9.eE])[-+0-9.eE]+(?:\s+[-+0-9.eE]+){1,2}")
_rings = msgspec.json.Decoder(list[list[list[float]]])
_shapes = msgspec.json.Decoder(list[list[list[list[float]]]])


class BadCell(Exception):
    """A cell that is refused: the end of the message's id and its params, without the id of the thing."""

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


def is_nothing(value: Any, more: frozenset[str] = NOTHING) -> bool:
    return value is None or (isinstance(value, str) and value.strip() in more)


def text_of(value: Any, field: str) -> str:
    """Texts as they are, without spaces around; whole numbers without a point."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, float) and abs(value) < 1e15 and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float) and abs(value) < 1e300:
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise BadCell("not_a_cell", field=field)


def number_of(value: Any, field: str) -> float:
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    if isinstance(value, str) and len(value) <= 100 and "_" not in value:
        try:
            return float(value.strip())
        except ValueError:
            pass
    raise BadCell("not_a_number", field=field, value=_short(value))


def time_of(value: Any, field: str, way: str, zone: ZoneInfo | None) -> int:
    """UTC us.

    Args:
        way: one of `TIMES`, or a pattern of strptime.
        zone: of times that do not say their own; None: those are refused.
    """
    try:
        if isinstance(value, datetime):
            return _us(value, zone)
        if isinstance(value, date):
            return _us(datetime(value.year, value.month, value.day), zone)  # noqa: DTZ001 - `zone` is put in
        if way == "unix" or way == "unix_ms":
            us = number_of(value, field) * (SECOND if way == "unix" else 1000)
            if not abs(us) < 2**62:
                raise ValueError
            return round(us)
        if way == "excel":
            days = number_of(value, field)
            return _us(_EXCEL_DAY_0 + timedelta(days=days), zone)
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not text or len(text) > 100:
            raise ValueError
        when = datetime.fromisoformat(text) if way == "iso" else datetime.strptime(text, way)  # noqa: DTZ007
        return _us(when, zone)
    except (ValueError, OverflowError, BadCell):
        raise BadCell("bad_time", field=field, value=_short(value)) from None


def _us(when: datetime, zone: ZoneInfo | None) -> int:
    if when.tzinfo is None:
        if zone is None:
            raise ValueError
        when = when.replace(tzinfo=zone)
    return round(when.timestamp() * SECOND)


def point_of(value: Any, field: str, latitude_first: bool) -> tuple[float, float]:
    """Longitude and latitude from WKT (`POINT(120.1 30.2)`), `120.1,30.2`, a list of two, or a GeoJSON Point."""
    if isinstance(value, dict) and value.get("type") == "Point":
        value = value.get("coordinates")
    if isinstance(value, list | tuple) and len(value) >= 2:
        pair = [value[0], value[1]]
    elif isinstance(value, str) and len(value) <= 200:
        wkt = _POINT.fullmatch(value)
        pair = [wkt.group(1), wkt.group(2)] if wkt else re.split(r"[,，;；\s]+", value.strip())
    else:
        raise BadCell("not_a_point", field=field, value=_short(value))
    try:
        if len(pair) != 2:
            raise BadCell("")
        first, second = number_of(pair[0], field), number_of(pair[1], field)
    except BadCell:
        raise BadCell("not_a_point", field=field, value=_short(value)) from None
    return (second, first) if latitude_first else (first, second)


def rings_of(value: Any, field: str) -> list[list[list[list[float]]]]:
    """MultiPolygon coordinates from WKT (POLYGON, MULTIPOLYGON) or a GeoJSON geometry."""
    try:
        if isinstance(value, dict) and value.get("type") in ("Polygon", "MultiPolygon"):
            kind, data = str(value["type"]).upper(), msgspec.json.encode(value.get("coordinates"))
        else:
            wkt = _SHAPE.fullmatch(value) if isinstance(value, str) else None
            if wkt is None:
                raise BadCell("not_a_shape_text", field=field, value=_short(value))
            kind = wkt.group(1).upper()
            pairs = _NUMBERS.sub(lambda m: "[" + ",".join(m.group().split()) + "]", wkt.group(2))
            data = pairs.replace("(", "[").replace(")", "]").encode()
        return [_rings.decode(data)] if kind == "POLYGON" else _shapes.decode(data)
    except BAD_JSON:
        raise BadCell("not_a_shape_text", field=field, value=_short(value)) from None


def _short(value: Any) -> str:
    if isinstance(value, int) and abs(value) > 2**200:  # Python refuses to print the longest
        return "…"
    return str(value)[:60] if isinstance(value, str | int | float | bool | date) or value is None else "…"
