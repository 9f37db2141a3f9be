"""Tables (CSV) with a column of longitudes and one of latitudes, as spreadsheets and departments write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from cockpit.geo.imports.building import RawFeature
from cockpit.model.errors import UserError

LON = ("lon", "lng", "long", "longitude", "x", "经度", "lon_wgs84", "lng_gcj02", "坐标x", "经度坐标", "point_x")
LAT = ("lat", "latitude", "y", "纬度", "lat_wgs84", "lat_gcj02", "坐标y", "纬度坐标", "point_y")
BOTH = ("坐标", "经纬度", "位置坐标", "location", "lonlat", "lnglat", "coordinates", "coord")
"""One column with both, `120.17,30.26`."""
LONGEST_FIELD = 1_000_000
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def features(data: bytes) -> Iterator[RawFeature]:
    """The rows of a table as points; `number` is the line of the file.

    Raises:
        UserError: it is no table, or has no columns of coordinates.
    """
    text = _text(data)
    if "\0" in text[:100_000]:
        raise UserError("imports.no_table")
    csv.field_size_limit(LONGEST_FIELD)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        header = next((row for row in rows if any(cell.strip() for cell in row)), None)
    except csv.Error as error:
        raise UserError("imports.no_table") from error
    if header is None:
        raise UserError("imports.empty")
    names = [name.strip() for name in header]
    where = _columns(names)
    while True:
        try:
            row = next(rows, None)
        except csv.Error:  # a field without end, a stray byte: this row is lost, the others are not
            yield RawFeature(rows.line_num, "not_a_feature", [], {})
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield _point(rows.line_num, row, names, where)


def _text(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserError("imports.encoding")


def _delimiter(text: str) -> str:
    """The sign that is most often in the first line."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    return max(",\t;|", key=first.count)


def _columns(names: Sequence[str]) -> tuple[int, int]:
    """Places of longitude and latitude; the same twice where one column has both."""
    low = [name.lower() for name in names]
    lon = next((low.index(name) for name in LON if name in low), -1)
    lat = next((low.index(name) for name in LAT if name in low), -1)
    if lon >= 0 and lat >= 0:
        return lon, lat
    both = next((low.index(name) for name in BOTH if name in low), -1)
    if both >= 0:
        return both, both
    raise UserError("imports.no_columns", columns="、".join(name for name in names if name)[:120])


def _point(number: int, row: list[str], names: list[str], where: tuple[int, int]) -> RawFeature:
    properties: dict[str, Any] = {
        name: cell.strip() for i, (name, cell) in enumerate(zip(names, row, strict=False)) if name and i not in where
    }
    if where[0] == where[1]:
        pair = (row[where[0]] if where[0] < len(row) else "").replace("，", ",").replace(" ", ",").split(",")
        values = [value for value in pair if value][:2]
    else:
        values = [row[i] if i < len(row) else "" for i in where]
    try:
        lon, lat = (float(value.strip()) for value in values)
    except ValueError:
        return RawFeature(number, "no_number", [], properties)
    return RawFeature(number, "", [("Point", [lon, lat])], properties)
