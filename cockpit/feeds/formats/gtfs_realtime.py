"""GTFS-Realtime 1.0, 2.0 (Protocol Buffers): vehicle positions as units, service alerts as events or alerts.

Which of the two is taken goes by the feed's topic. Predictions of arrivals (trip updates) have no place of their own
and are passed over. Each entity is decoded by itself, so that a broken one costs its neighbours nothing. The mapping
may be empty:

    [feeds.mapping]
    kind = "bus"                          # kind of unit
    kinds = { ACCIDENT = "E0301" }        # cause or effect of an alert to the city's class
    channel = "department"                # of events
"""

from __future__ import annotations

from typing import Any

from google.protobuf.message import DecodeError
from google.transit import gtfs_realtime_pb2 as gtfs

from cockpit.feeds.formats._keys import Keys
from cockpit.feeds.formats._refusing import Refusals
from cockpit.feeds.formats._texts import both
from cockpit.feeds.formats._wire import BadWire, fields
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Everything, Gone, Item, Rows, SourceTime, refused
from cockpit.model.clock import SECOND
from cockpit.model.errors import UserError
from cockpit.model.levels import Level
from cockpit.model.tables import EventState, UnitState

MAX_BYTES = 16 * 2**20
MAX_ENTITY = 256 * 1024
MOST = 100_000
_HEADER, _ENTITY = 1, 2
_LEVELS = {1: Level.UNKNOWN, 2: Level.BLUE, 3: Level.YELLOW, 4: Level.ORANGE}
"""SeverityLevel UNKNOWN, INFO, WARNING, SEVERE."""
Row = dict[str, Any]


class GtfsRealtime:
    """Format `gtfs_realtime`; topics unit, event and alert."""

    def configure(self, mapping: dict[str, Any], topic: str) -> None:
        if topic not in ("unit", "event", "alert"):
            raise UserError("formats.other_topic", detail=f"gtfs_realtime: unit, event, alert ({topic})")
        keys = Keys(mapping)
        self._kind = keys.text("kind", "bus")
        self._kinds = keys.kinds("kinds")
        self._channel = keys.text("channel")
        keys.done()

    def parse(self, data: bytes, context: Context) -> list[Item]:
        if len(data) > MAX_BYTES:
            return [refused("message_too_big", data[:64], detail=MAX_BYTES // 2**20)]
        bad = Refusals()
        header = gtfs.FeedHeader()
        rows: list[Row] = []
        gone: list[str] = []
        sound, others, number = True, 0, 0
        try:
            for field, piece in fields(data):
                if field == _HEADER:
                    header.ParseFromString(piece)
                elif field == _ENTITY:
                    number += 1
                    if number > MOST:
                        bad.add(refused("too_many_records", b"", most=MOST))
                        sound = False
                        break
                    try:
                        entity = _entity(piece)
                        id_ = self._id(entity)
                        row = None if entity.is_deleted else self._row(entity, header, context)
                    except _Unread as unread:
                        bad.count() if bad.full else bad.add(refused(unread.reason, piece[:64], **unread.params))
                        sound = False
                        continue
                    except UnicodeError:
                        bad.add(refused("gtfs_bad_entity", piece[:64], size=len(piece)))
                        sound = False
                        continue
                    if entity.is_deleted:
                        gone.append(id_)
                    elif row is None:
                        others += 1
                    else:
                        rows.append(row)
        except (BadWire, DecodeError, UnicodeError):
            return [*bad.items(), refused("not_gtfs", data[:64], size=len(data))]
        if not header.IsInitialized() or not header.gtfs_realtime_version:
            return [refused("not_gtfs", data[:64], size=len(data))]
        items: list[Item] = [*bad.items()]
        if 0 < header.timestamp < 2**33:
            items.append(SourceTime(header.timestamp * SECOND))
        if others and not rows and not gone and not bad:
            items.append(refused("gtfs_other", data[:64], count=others, detail=context.topic))
        full = header.incrementality == gtfs.FeedHeader.FULL_DATASET
        if full and sound and (rows or not others):
            items.append(Everything(context.topic, [row["id"] for row in rows]))
        elif gone:
            items.append(Gone(context.topic, gone))
        if rows:
            items.append(Rows(context.topic, rows))
        return items

    def _id(self, entity: Any) -> str:
        """A vehicle's own id where it tells one: entities may be numbered anew with each message."""
        own = entity.vehicle.vehicle.id if entity.HasField("vehicle") else ""
        return _text(own or entity.id)

    def _row(self, entity: Any, header: Any, context: Context) -> Row | None:
        if context.topic == "unit":
            return self._unit(entity, header) if entity.HasField("vehicle") else None
        if not entity.HasField("alert"):
            return None
        return self._event(entity, header, context) if context.topic == "event" else self._alert(entity, header)

    def _unit(self, entity: Any, header: Any) -> Row | None:
        vehicle = entity.vehicle
        if not vehicle.HasField("position"):
            return None
        place = vehicle.position
        facts = [
            ("route", _text(vehicle.trip.route_id)), ("trip", _text(vehicle.trip.trip_id)),
            ("stop", _text(vehicle.stop_id)), ("plate", _text(vehicle.vehicle.license_plate)),
            ("occupancy", _word(vehicle, "occupancy_status")),
            ("congestion", _word(vehicle, "congestion_level")),
        ]  # fmt: skip
        return {
            "id": self._id(entity),
            "kind": self._kind,
            "name": _text(vehicle.vehicle.label or vehicle.vehicle.license_plate or vehicle.trip.route_id or entity.id),
            "state": int(UnitState.BUSY),
            "lon": place.longitude,
            "lat": place.latitude,
            "heading": place.bearing % 360 if place.HasField("bearing") and abs(place.bearing) < 1e6 else None,
            "speed": place.speed if place.HasField("speed") else None,
            "fixed": _us(vehicle.timestamp) or _us(header.timestamp),
            "body": {"facts": _facts(facts)},
        }

    def _event(self, entity: Any, header: Any, context: Context) -> Row:
        alert = entity.alert
        begin, end = _period(alert)
        sent = _us(header.timestamp)
        occurred = begin or sent or context.now
        return {
            "id": self._id(entity),
            "kind": self._class(alert),
            "level": int(_LEVELS.get(alert.severity_level, Level.UNKNOWN)),
            "state": int(EventState.CLOSED if end and end < context.now else EventState.OPEN),
            "place": _routes(alert),
            "channel": self._channel,
            "occurred": occurred,
            "updated": max(occurred, sent),
            "body": _body(alert),
        }

    def _alert(self, entity: Any, header: Any) -> Row:
        alert = entity.alert
        begin, end = _period(alert)
        return {
            "id": self._id(entity),
            "kind": self._class(alert),
            "title": _said(alert.header_text)[:500],
            "level": int(_LEVELS.get(alert.severity_level, Level.UNKNOWN)),
            "area_name": _routes(alert),
            "rings": [],
            "sent": _us(header.timestamp) or begin,
            "effective": begin,
            "expires": end,
            "body": _body(alert),
        }

    def _class(self, alert: Any) -> str:
        words = [_word(alert, "cause"), _word(alert, "effect")]
        known = next((self._kinds[word] for word in words if word in self._kinds), "")
        return known or next((word for word in words if word and not word.startswith(("UNKNOWN", "OTHER"))), words[1])


class _Unread(Exception):
    """An entity that is refused: the end of the message's id and its params."""

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


def _entity(piece: bytes) -> Any:
    """
    Raises:
        _Unread: it is too big, no entity, or has no id.
    """
    if len(piece) > MAX_ENTITY:
        raise _Unread("gtfs_big_entity", detail=MAX_ENTITY // 1024)
    entity = gtfs.FeedEntity()
    try:
        entity.ParseFromString(piece)
    except DecodeError:
        raise _Unread("gtfs_bad_entity", size=len(piece)) from None
    if not entity.IsInitialized() or not entity.id:
        raise _Unread("no_id")
    return entity


def _text(value: str | bytes) -> str:
    """A text.

    Raises:
        UnicodeError: it is not UTF-8; the library gives bytes then.
    """
    if isinstance(value, bytes):
        raise UnicodeError
    return value


def _us(seconds: int) -> int:
    return seconds * SECOND if 0 < seconds < 2**33 else 0


def _period(alert: Any) -> tuple[int, int]:
    """When it begins and ends, UTC us, 0 not said: of several periods from the first to the last."""
    if not alert.active_period:
        return 0, 0
    begins = [_us(p.start) for p in alert.active_period]
    ends = [_us(p.end) for p in alert.active_period]
    return min(begins), 0 if 0 in ends else max(ends)


def _word(message: Any, field: str) -> str:
    """The name of an enumerated value, "" where it is not set or newer than what we know."""
    if not message.HasField(field):
        return ""
    known = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
    value = known.get(getattr(message, field))
    return str(value.name) if value is not None else ""


def _said(text: Any) -> str:
    """A text in Chinese, else English, else without language, else the first."""
    told = {_text(t.language).lower().split("-")[0]: _text(t.text) for t in reversed(text.translation)}
    found = next((told[tag] for tag in ("zh", "en", "") if tag in told), None)
    return str(found if found is not None else next(iter(told.values()), ""))


def _routes(alert: Any) -> str:
    named = (_text(one.route_id or one.stop_id or one.agency_id) for one in alert.informed_entity)
    return "、".join(dict.fromkeys(filter(None, named)))[:500]


def _body(alert: Any) -> Row:
    facts = [("cause", _word(alert, "cause")), ("effect", _word(alert, "effect")), ("routes", _routes(alert))]
    return {"title": _said(alert.header_text), "text": _said(alert.description_text), "facts": _facts(facts)}


def _facts(facts: list[tuple[str, str]]) -> list[Row]:
    return [{"name": both(f"formats.gtfs_{name}"), "value": value[:500], "unit": ""} for name, value in facts if value]


FORMAT = GtfsRealtime
