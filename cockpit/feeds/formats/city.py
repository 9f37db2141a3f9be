"""The city's own JSON: events with `sync` and `beat` over SSE, frames of positions over WebSocket.

As `cockpit.city` speaks it. WGS-84; times ISO 8601 with offset, in the city's time.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from cockpit.feeds.decoding import BAD_JSON, BadTime, explain, id_of, refuse_time, when
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Everything, Item, Refused, Rows, SourceTime, refused
from cockpit.model.tables import EventState, UnitState

_STATES = {"free": UnitState.FREE, "busy": UnitState.BUSY, "off": UnitState.OFF_DUTY}


_NOTHING = msgspec.Raw()


class _Event(msgspec.Struct):
    id: str
    kind: str
    occurred: str
    level: int | None = None
    state: Literal["open", "closed"] = "open"
    lon: float | None = None
    lat: float | None = None
    area: str | None = None
    place: str | None = None
    channel: str | None = None
    amount: float | None = None
    updated: str | None = None
    body: dict[str, Any] | None = None


class _Unit(msgspec.Struct):
    id: str
    lon: float
    lat: float
    kind: str = ""
    name: str | None = None
    state: Literal["free", "busy", "off"] = "free"
    heading: float | None = None
    speed: float | None = None
    area: str | None = None
    fixed: str | None = None
    body: dict[str, Any] | None = None


class _Frame(msgspec.Struct):
    units: list[msgspec.Raw]
    at: str | None = None


class _Sync(msgspec.Struct):
    open: list[str]


class _Beat(msgspec.Struct):
    at: str


class _Shape(msgspec.Struct):
    """What tells the messages apart where the transport does not."""

    units: msgspec.Raw = _NOTHING
    open: msgspec.Raw = _NOTHING
    id: msgspec.Raw = _NOTHING
    at: msgspec.Raw = _NOTHING


_event = msgspec.json.Decoder(_Event)
_unit = msgspec.json.Decoder(_Unit)
_frame = msgspec.json.Decoder(_Frame)
_sync = msgspec.json.Decoder(_Sync)
_beat = msgspec.json.Decoder(_Beat)
_shape = msgspec.json.Decoder(_Shape)


class City:
    """Format `city`."""

    def parse(self, data: bytes, context: Context) -> list[Item]:
        kind = context.event_type
        try:
            if kind in ("", "message"):
                kind = self._kind(data)
            if kind == "event":
                return [self._row(data)]
            if kind == "units":
                return self._units(data, context)
            if kind == "sync":
                return [Everything("event", _sync.decode(data).open)]
            if kind == "beat":
                return self._beat(_beat.decode(data).at, data)
        except BAD_JSON as error:
            return [explain(error, data)]
        if kind == "?":
            return [refused("unknown_message", data)]
        return []  # a type of event that a newer city has: a sign of life, no more

    def _kind(self, data: bytes) -> str:
        shape = _shape.decode(data)
        if shape.units != _NOTHING:
            return "units"
        if shape.open != _NOTHING:
            return "sync"
        if shape.id != _NOTHING:
            return "event"
        return "beat" if shape.at != _NOTHING else "?"

    def _row(self, data: bytes) -> Rows | Refused:
        event = _event.decode(data)
        try:
            occurred = when(event.occurred, "occurred")
            updated = when(event.updated, "updated") or occurred
        except BadTime as error:
            return refuse_time(error, data, event.id)
        row = {
            "id": event.id,
            "kind": event.kind,
            "level": event.level,
            "state": int(EventState.CLOSED if event.state == "closed" else EventState.OPEN),
            "lon": event.lon,
            "lat": event.lat,
            "area": event.area,
            "place": event.place,
            "channel": event.channel,
            "amount": event.amount,
            "has_picture": 1 if event.body and event.body.get("picture") else 0,
            "occurred": occurred,
            "updated": updated,
            "body": event.body,
        }
        return Rows("event", [row])

    def _units(self, data: bytes, context: Context) -> list[Item]:
        frame = _frame.decode(data)
        items: list[Item] = self._beat(frame.at, data) if frame.at is not None else []
        rows: list[dict[str, Any]] = []
        ids: list[str] = []
        for piece in frame.units:
            try:
                unit = _unit.decode(piece)
                fixed = when(unit.fixed, "fixed")
            except BAD_JSON as error:
                items.append(explain(error, piece))
                ids.append(id_of(piece))
                continue
            except BadTime as error:
                ids.append(unit.id)
                items.append(refuse_time(error, piece, unit.id))
                continue
            ids.append(unit.id)
            rows.append(
                {
                    "id": unit.id,
                    "kind": unit.kind,
                    "name": unit.name,
                    "state": int(_STATES[unit.state]),
                    "lon": unit.lon,
                    "lat": unit.lat,
                    "heading": unit.heading,
                    "speed": unit.speed,
                    "area": unit.area,
                    "fixed": fixed,
                    "body": unit.body,
                }
            )
        if context.first and rows:
            items.append(Everything("unit", ids))
        if rows:
            items.append(Rows("unit", rows))
        return items

    def _beat(self, at: str, data: bytes) -> list[Item]:
        try:
            us = when(at, "at")
        except BadTime as error:
            return [refuse_time(error, data, "")]
        return [SourceTime(us)] if us else []


FORMAT = City
