"""Records of any shape to rows of a table by the `columns` of a feed's mapping.

    [feeds.mapping]
    zone = "Asia/Shanghai"                      # of times that do not say their own
    time = "%Y/%m/%d %H:%M"                     # iso (as it is without), unix, unix_ms, excel, or a pattern
    none = ["NA", "9999"]                       # what means nothing, besides the usual
    [feeds.mapping.columns]
    id = "设备编号"                              # a column of the file, a member of the object (`data.id`)
    kind = { value = "water_depth" }            # the same for all
    value = { from = "水深(mm)", factor = 0.1 }  # value = factor * (what stands there) + offset
    level = { from = "等级", words = { "特大" = 1, "重大" = 2 }, otherwise = 5 }
    point = { from = "位置", order = "lat,lon" } # WKT, `120.1,30.2`, GeoJSON; or lon = …, lat = …
    [feeds.mapping.facts]                       # what else stands on the page: name = column
    "养护单位" = "unit_name"

Columns are those of the table, and besides `point`, `shape` (WKT or GeoJSON polygons), `title` and `text`; `period` is
in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cockpit.feeds.checks import SINCE_HUB
from cockpit.feeds.formats import _cells as cells
from cockpit.feeds.formats._cells import BadCell
from cockpit.feeds.formats._keys import Keys, Plain
from cockpit.model.clock import SECOND
from cockpit.model.errors import UserError
from cockpit.model.tables import TABLES, TEXT, CameraState, EventState, UnitState

Record = Callable[[str], Any]
"""What stands under a name: a column of the file, a dotted path into an object; None where there is none.

Raises:
    KeyError: the file has no such column at all.
"""

TIME_COLUMNS = frozenset({"occurred", "updated", "fixed", "measured", "sent", "effective", "expires"})
READING = frozenset({"id", "value", "measured"})
MOST_FACTS = 50
_STATES: dict[str, dict[str, Plain]] = {
    "event": {"open": int(EventState.OPEN), "closed": int(EventState.CLOSED)},
    "unit": {"free": int(UnitState.FREE), "busy": int(UnitState.BUSY), "off": int(UnitState.OFF_DUTY)},
    "camera": {"online": int(CameraState.ONLINE), "offline": int(CameraState.OFFLINE)},
}


class Column(msgspec.Struct, frozen=True):
    """How one column is filled.

    Attributes:
        name: of the table, or `point`, `shape`, `title`, `text`.
        way: `text`, `number`, `whole`, `time`, `point`, `shape`, `seconds`.
        source: name in the record, "" for a constant.
        constant: its value, where `source` is "".
        words, otherwise: what a word of the record means, and what every other one means (None: it is refused).
        factor, offset: of numbers.
        time, zone: of times.
        none: what means nothing.
        latitude_first: of points.
    """

    name: str
    way: str
    source: str = ""
    constant: Plain | None = None
    words: dict[str, Plain] = {}
    otherwise: Plain | None = None
    factor: float = 1.0
    offset: float = 0.0
    time: str = "iso"
    zone: ZoneInfo | None = None
    none: frozenset[str] = cells.NOTHING
    latitude_first: bool = False

    def of(self, record: Record) -> Any:
        """Its value; None where there is none.

        Raises:
            BadCell: what stands there can not be read.
        """
        if not self.source:
            return self.constant
        value = record(self.source)
        if self.words:
            known = self._meant(value)
            if known is not None:
                return known
        if cells.is_nothing(value, self.none):
            return None
        if self.words and self.way == "text" and self.otherwise is None:
            return cells.text_of(value, self.source)
        if self.words and self.otherwise is not None:
            return self.otherwise
        return self._read(value)

    def _meant(self, value: Any) -> Any:
        word = cells.text_of(value, self.source) if value is not None else ""
        return self.words.get(word)

    def _read(self, value: Any) -> Any:
        if self.way == "text":
            return cells.text_of(value, self.source)
        if self.way == "time":
            return cells.time_of(value, self.source, self.time, self.zone)
        if self.way == "point":
            return cells.point_of(value, self.source, self.latitude_first)
        if self.way == "shape":
            return cells.rings_of(value, self.source)
        try:
            number = cells.number_of(value, self.source) * self.factor + self.offset
        except BadCell:
            if self.words:
                shown = str(value)[:60] if isinstance(value, str) else "…"
                raise BadCell("not_a_word", field=self.source, value=shown) from None
            raise
        if self.way == "number":
            return number
        if not math.isfinite(number) or abs(number) > 1e12:
            raise BadCell("not_a_number", field=self.source, value=str(number))
        if self.way == "seconds":
            return round(min(max(number, 0.0), 1e9) * SECOND)
        return round(number)


class Columns:
    """The columns and facts of a mapping.

    Attributes:
        sources: names of the record that are asked for, without those of facts.
        readings: nothing but id, value and time of sensors is mapped: the fast way.
    """

    def __init__(self, columns: list[Column], facts: dict[str, str], topic: str) -> None:
        self._columns = columns
        self._facts = facts
        self._table = frozenset({"id", *TABLES[topic].names})
        self.sources = tuple(dict.fromkeys(c.source for c in columns if c.source))
        self.readings = False

    @property
    def names(self) -> frozenset[str]:
        return frozenset(c.name for c in self._columns)

    def id_of(self, record: Record) -> str:
        """The record's id alone, "" where it has none.

        Raises:
            BadCell, KeyError: as `row`.
        """
        column = next((c for c in self._columns if c.name == "id"), None)
        return str((column.of(record) if column else None) or "")

    def row(self, record: Record) -> dict[str, Any]:
        """A row of the table, before the checks.

        Raises:
            BadCell: a column can not be read.
        """
        row: dict[str, Any] = {}
        for column in self._columns:
            value = column.of(record)
            if value is None:
                continue
            if column.way == "point":
                row["lon"], row["lat"] = value
            elif column.name == "shape":
                row["rings"] = value
            else:
                if column.name in ("title", "text"):
                    row.setdefault("body", {})[column.name] = value
                if column.name in self._table:
                    row[column.name] = value
        told = ((name, _fact(record, source)) for name, source in self._facts.items())
        facts = [{"name": name, "value": value, "unit": ""} for name, value in told if value != ""]
        if facts:
            row.setdefault("body", {})["facts"] = facts
        return row


def _fact(record: Record, source: str) -> Any:
    """A fact's value, "" where there is none: what can not be shown costs the fact only."""
    try:
        value = record(source)
        if isinstance(value, bool) or value is None:
            return "" if value is None else "是" if value else "否"
        if isinstance(value, int | float) and abs(value) < 2**53:
            return value
        return cells.text_of(value, source)[:500]
    except (BadCell, KeyError):
        return ""


def read_columns(keys: Keys, topic: str, needed: bool = True) -> Columns:
    """The columns of a feed's mapping.

    Args:
        keys: the mapping itself; `columns`, `facts`, `zone`, `time` and `none` are taken from it.
        needed: whether there has to be an id.

    Raises:
        UserError: a column that the table does not have, or something wrong in it.
    """
    table = TABLES.get(topic)
    if table is None:
        raise UserError("formats.no_such_topic", detail=topic or "-")
    defaults = _Defaults(keys)
    ways = {c.name: _way(c.name, c.dtype) for c in table.columns if c.name not in SINCE_HUB}
    ways |= {"id": "text", "title": "text", "text": "text"}
    ways |= {"point": "point"} if "lon" in ways else {}
    ways |= {"shape": "shape"} if ways.pop("rings", None) else {}
    told = keys.table("columns")
    columns = []
    for name in told.names():
        if name not in ways:
            raise UserError("formats.no_such_column", detail=f"{told.at(name)} ({', '.join(ways)})")
        columns.append(_column(told, name, ways[name], topic, defaults))
    facts = keys.table("facts")
    made = Columns(columns, {name: facts.text(name) for name in facts.names()[:MOST_FACTS]}, topic)
    if needed and "id" not in made.names:
        raise UserError("formats.key_missing", detail=told.at("id"))
    made.readings = topic == "sensor" and "value" in made.names and made.names <= READING and not facts.names()
    return made


class _Defaults:
    """What counts for all columns that do not say otherwise."""

    def __init__(self, keys: Keys) -> None:
        self.zone = keys.zone("zone")
        self.time = _time(keys, "iso")
        self.none = cells.NOTHING | frozenset(keys.texts("none"))


def _time(keys: Keys, default: str) -> str:
    way = keys.text("time", default)
    if way not in cells.TIMES and "%" not in way:
        raise UserError("formats.no_such_time", detail=f"{keys.at('time')} = {way}")
    return way


def _way(name: str, dtype: str) -> str:
    if dtype == TEXT:
        return "text"
    if dtype[1] == "f":
        return "number"
    if name == "period":
        return "seconds"
    return "time" if name in TIME_COLUMNS else "whole"


def _column(told: Keys, name: str, way: str, topic: str, defaults: _Defaults) -> Column:
    raw = told.take(name)
    if isinstance(raw, str | int) and not isinstance(raw, bool):
        raw = {"from": str(raw)}
    keys = Keys(raw, told.at(name))
    source = keys.take("from")
    if source is not None and (isinstance(source, bool) or not isinstance(source, str | int)):
        raise UserError("formats.not_a_text", detail=keys.at("from"))
    constant, otherwise = keys.take("value"), keys.take("otherwise")
    if (source is None or source == "") == (constant is None):
        raise UserError("formats.from_or_value", detail=keys.path)
    for key, value in (("value", constant), ("otherwise", otherwise)):
        if value is not None and not _fits(value, way):
            raise UserError("formats.unfit_value", detail=keys.at(key))
    if way == "seconds" and constant is not None:
        constant = round(min(max(constant, 0), 1e9) * SECOND)
    words = keys.words("words")
    if not all(_fits(meaning, way) for meaning in words.values()):
        raise UserError("formats.unfit_value", detail=keys.at("words"))
    if name == "state":
        words = {**_STATES.get(topic, {}), **words}
    order = keys.one_of("order", ("lon,lat", "lat,lon"), "lon,lat")
    none = keys.texts("none")
    made = Column(
        name=name,
        way=way,
        source="" if source is None else str(source),
        constant=constant,
        words=words,
        otherwise=otherwise,
        factor=keys.number("factor", 1.0),
        offset=keys.number("offset", 0.0),
        time=_time(keys, defaults.time),
        zone=keys.zone("zone") or defaults.zone,
        none=frozenset(none) | defaults.none if way != "text" else frozenset({"", *none}),
        latitude_first=order == "lat,lon",
    )
    keys.done()
    return made


def _fits(value: Any, way: str) -> bool:
    if way == "text":
        return isinstance(value, str)
    if way == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return way in ("whole", "seconds") and isinstance(value, int) and not isinstance(value, bool)
