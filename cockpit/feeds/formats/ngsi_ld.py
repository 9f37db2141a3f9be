"""NGSI-LD (ETSI GS CIM 009): entities of a context broker as sensors, events or alerts, or anything by a mapping.

Topic `sensor`: each measured attribute of an entity is a sensor of its own, `<entity>#<attribute>`. Topic `event` and
`alert`: entities of type Alert. With `columns` (as in `_columns`; `from` is an attribute, `address.streetAddress`, `id`
or `type`) an entity is one row of any topic. The mapping may be empty:

    [feeds.mapping]
    types = ["AirQualityObserved"]                    # others in the message are passed over
    measured = { PM25 = "pm25", waterLevel = "river_level" }  # attribute to kind of sensor, instead of what is known
    kinds = { traffic = "E0301" }                     # of events: category or subCategory to the city's class
    readings = true                                   # values only: the things come from another feed (`of`)
    zone = "Europe/Madrid"                            # of times that do not say their own; UTC without
    complete = false                                  # the list is not all there is: what it lacks is not gone
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from cockpit.feeds.formats import _json
from cockpit.feeds.formats import _ngsi_types as known
from cockpit.feeds.formats._cells import BadCell, is_nothing, number_of, rings_of, text_of, time_of
from cockpit.feeds.formats._columns import Columns, read_columns
from cockpit.feeds.formats._keys import Keys
from cockpit.feeds.formats._ngsi import Entity, entities, entity_of
from cockpit.feeds.formats._refusing import Refusals
from cockpit.feeds.formats.base import Context
from cockpit.feeds.formats.jsonl import piece_of
from cockpit.feeds.items import Everything, Item, Readings, Refused, Rows, SourceTime, refused
from cockpit.model.errors import UserError
from cockpit.model.levels import Level

Row = dict[str, Any]
UTC = ZoneInfo("UTC")


class NgsiLd:
    """Format `ngsi_ld`."""

    def configure(self, mapping: dict[str, Any], topic: str) -> None:
        keys = Keys(mapping)
        self._columns: Columns | None = None
        if "columns" in keys:
            self._columns = read_columns(keys, topic)
        elif topic not in ("sensor", "event", "alert"):
            raise UserError("formats.key_missing", detail="columns")
        self._types = keys.texts("types")
        self._measured = keys.kinds("measured")
        self._kinds = keys.kinds("kinds")
        self._readings = keys.flag("readings")
        self._zone = keys.zone("zone") or UTC  # the specification wants UTC
        self._complete = keys.flag("complete", True)
        keys.done()

    def parse(self, data: bytes, context: Context) -> list[Item]:
        document = _json.read(data)
        if isinstance(document, Refused):
            return [document]
        make = self._make(context.topic)
        bad = Refusals()
        rows: list[Row] = []
        unread: list[str] = []
        sound = True
        for piece in entities(document):
            entity = entity_of(piece)
            if entity is None:
                bad.count() if bad.full else bad.add(refused("not_an_entity", piece_of(piece)))
                sound = False
            elif not self._types or entity.type in self._types:
                try:
                    rows += make(entity)
                except BadCell as error:
                    unread.append(entity.id[:200])
                    bad.add(refused(error.reason, piece_of(piece), entity.id[:200], id=entity.id[:200], **error.params))
        items: list[Item] = [*bad.items()]
        newest = max((row.get("measured") or row.get("sent") or row.get("occurred") or 0 for row in rows), default=0)
        if newest:
            items.append(SourceTime(newest, sent=False))
        if self._readings and context.topic == "sensor":
            return [*items, *_readings(rows)]
        # a measured attribute of an entity that was refused has no name of its own to be spared by
        spared = sound and not (unread and context.topic == "sensor")
        if context.whole and self._complete and spared and (rows or not bad) and isinstance(document, list):
            items.append(Everything(context.topic, [str(row.get("id")) for row in rows] + unread))
        if rows:
            items.append(Rows(context.topic, rows))
        return items

    def _make(self, topic: str) -> Callable[[Entity], list[Row]]:
        if self._columns is not None:
            return self._mapped
        return {"sensor": self._sensors, "event": self._event}.get(topic, self._alert)

    def _mapped(self, entity: Entity) -> list[Row]:
        assert self._columns is not None
        whole = {**entity.values, "id": entity.id, "type": entity.type}
        return [self._columns.row(lambda path: _json.dig(whole, path))]

    def _sensors(self, entity: Entity) -> list[Row]:
        measured = self._measured_of(entity)
        if not measured:
            raise BadCell("ngsi_nothing_measured", detail=entity.type[:100])
        lon, lat = _place(entity)
        name, own = _name(entity), self._when(entity)
        rows = []
        for attribute, (kind, unit) in measured.items():
            value = entity.values[attribute]
            number = None if is_nothing(value) else number_of(value, attribute)
            seen = entity.observed.get(attribute)
            rows.append(
                {
                    "id": f"{entity.id}#{attribute}",
                    "kind": kind,
                    "name": name,
                    "lon": lon,
                    "lat": lat,
                    "value": number,
                    "unit": known.UNIT_CODES.get(entity.units.get(attribute, ""), unit),
                    "measured": time_of(seen, attribute, "iso", self._zone) if seen else own,
                }
            )
        return rows

    def _measured_of(self, entity: Entity) -> dict[str, tuple[str, str]]:
        units = known.MEASURED.get(entity.type, {})
        if self._measured:
            return {a: (k, units.get(a, ("", ""))[1]) for a, k in self._measured.items() if a in entity.values}
        return {a: told for a, told in units.items() if a in entity.values}

    def _common(self, entity: Entity) -> Row:
        if entity.type != "Alert":
            raise BadCell("ngsi_no_alert", detail=entity.type[:100])
        category, detail = _text(entity, "category"), _text(entity, "subCategory")
        severity = _text(entity, "severity")
        return {
            "id": entity.id,
            "kind": self._kinds.get(detail) or self._kinds.get(category) or detail or category,
            "level": known.SEVERITIES.get(severity.lower(), int(Level.UNKNOWN)),
        }

    def _event(self, entity: Entity) -> list[Row]:
        lon, lat = _place(entity)
        occurred = self._time(entity, "dateIssued") or self._time(entity, "validFrom") or self._when(entity)
        row = {
            **self._common(entity),
            "lon": lon,
            "lat": lat,
            "place": _address(entity),
            "occurred": occurred,
            "updated": self._time(entity, "dateModified") or self._time(entity, "modifiedAt") or occurred,
            "body": {"title": _name(entity), "text": _text(entity, "description"), "facts": []},
        }
        return [row]

    def _alert(self, entity: Entity) -> list[Row]:
        shape = entity.values.get("location")
        drawn = isinstance(shape, dict) and shape.get("type") in ("Polygon", "MultiPolygon")
        sent = self._time(entity, "dateIssued") or self._when(entity)
        row = {
            **self._common(entity),
            "title": _name(entity)[:200],
            "sender": _text(entity, "alertSource") or _text(entity, "source"),
            "area_name": _address(entity),
            "rings": rings_of(shape, "location") if drawn else [],
            "sent": sent,
            "effective": self._time(entity, "validFrom") or sent,
            "expires": self._time(entity, "validTo"),
            "body": {"title": _name(entity)[:200], "text": _text(entity, "description"), "facts": []},
        }
        return [row]

    def _when(self, entity: Entity) -> int:
        return next((us for name in known.TIMES if (us := self._time(entity, name))), 0)

    def _time(self, entity: Entity, name: str) -> int:
        """UTC us; of an interval (`from/to`) its end; 0 where it is not said."""
        value = entity.values.get(name)
        if is_nothing(value):
            return 0
        if isinstance(value, str):
            value = value.rpartition("/")[2]
        return time_of(value, name, "iso", self._zone)


def _text(entity: Entity, name: str) -> str:
    try:
        return text_of(entity.values.get(name), name)
    except BadCell:
        return ""


def _name(entity: Entity) -> str:
    told = next((told for name in known.NAMES if (told := _text(entity, name))), "") or _address(entity)
    return told or (entity.id.split(":", 3)[-1] if entity.id.startswith("urn:ngsi-ld:") else entity.id)


def _address(entity: Entity) -> str:
    address = entity.values.get("address")
    if isinstance(address, dict):
        street = address.get("streetAddress")
        return street.strip()[:500] if isinstance(street, str) else ""
    return _text(entity, "address") or _text(entity, "areaServed")


def _place(entity: Entity) -> tuple[float | None, float | None]:
    """Longitude and latitude: a point, or the middle vertex of a line or outline; None where it has no place."""
    shape = entity.values.get("location")
    if not isinstance(shape, dict):
        return None, None
    inner = shape.get("coordinates")
    while isinstance(inner, list) and inner and isinstance(inner[0], list):
        line = isinstance(inner[0], list) and bool(inner[0]) and not isinstance(inner[0][0], list)
        inner = inner[len(inner) // 2 if line else 0]
    if not isinstance(inner, list) or len(inner) < 2:
        raise BadCell("unfit_geometry", detail=str(shape.get("type"))[:60])
    return number_of(inner[0], "location"), number_of(inner[1], "location")


def _readings(rows: list[Row]) -> list[Item]:
    if not rows:
        return []
    values = np.array([np.nan if row["value"] is None else row["value"] for row in rows], dtype=np.float64)
    measured = np.array([row["measured"] for row in rows], dtype=np.int64)
    return [Readings([row["id"] for row in rows], values, measured)]


FORMAT = NgsiLd
