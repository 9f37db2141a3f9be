"""OGC SensorThings 1.0, 1.1: Datastreams as sensors, Observations as their readings.

Collections (`{"value": […]}`, with Things, Datastreams and Observations expanded in each other in any way), single
entities, and Observations over MQTT, whose topic names the Datastream (`v1.1/Datastreams(42)/Observations`). The next
page (`@iot.nextLink`) is fetched by the source. A Datastream lies where its Thing does, else where it observes. The
mapping may be empty:

    [feeds.mapping]
    kinds = { "Water level" = "river_level" }  # name of the ObservedProperty (or of the Datastream) to kind of sensor
    readings = true    # values only: the things come from another feed (`of`), whose ids are those of the Datastreams
    zone = "UTC"       # of times that do not say their own
    complete = false   # the collection is not all there is: what it lacks is not gone
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from cockpit.feeds.formats import _json
from cockpit.feeds.formats._cells import BadCell, is_nothing, number_of, text_of, time_of
from cockpit.feeds.formats._keys import Keys
from cockpit.feeds.formats._refusing import Refusals
from cockpit.feeds.formats.base import Context
from cockpit.feeds.formats.jsonl import piece_of
from cockpit.feeds.items import Everything, Item, Readings, Refused, Rows, SourceTime, refused
from cockpit.model.errors import UserError

Object = dict[str, Any]
_DATASTREAM = re.compile(r"Datastreams\((?:'([^']{1,200})'|(\d{1,30}|[\w.\-]{1,200}))\)")


class SensorThings:
    """Format `sensorthings`; topic sensor."""

    def configure(self, mapping: dict[str, Any], topic: str) -> None:
        if topic != "sensor":
            raise UserError("formats.other_topic", detail=f"sensorthings: sensor ({topic})")
        keys = Keys(mapping)
        self._kinds = keys.kinds("kinds")
        self._only_readings = keys.flag("readings")
        self._zone = keys.zone("zone")
        self._complete = keys.flag("complete", True)
        keys.done()

    def parse(self, data: bytes, context: Context) -> list[Item]:
        document = _json.read(data)
        if isinstance(document, Refused):
            return [document]
        if not isinstance(document, dict):
            return [refused("not_sensorthings", data, detail=type(document).__name__)]
        listed = isinstance(document.get("value"), list)
        found = _Found()
        for entity in document["value"] if listed else [document]:
            self._take(entity, found, _stream_of(context.address))
        items: list[Item] = [*found.bad.items()]
        newest = max([*(us for _, _, us in found.readings), *(row["measured"] for row in found.rows)], default=0)
        if newest:
            items.append(SourceTime(newest, sent=False))
        rows = [] if self._only_readings else found.rows
        whole = context.whole and self._complete and listed and "@iot.nextLink" not in document
        if whole and rows and found.sound and not found.readings:
            items.append(Everything("sensor", [row["id"] for row in rows]))
        if rows:
            items.append(Rows("sensor", rows))
        readings = found.readings
        if self._only_readings:
            readings = readings + [
                (r["id"], np.nan if r["value"] is None else r["value"], r["measured"]) for r in found.rows
            ]
        if readings:
            items.append(
                Readings(
                    [id_ for id_, _, _ in readings],
                    np.array([value for _, value, _ in readings], dtype=np.float64),
                    np.array([us for _, _, us in readings], dtype=np.int64),
                )
            )
        return items

    def _take(self, entity: Any, found: _Found, stream: str) -> None:
        """An entity of a collection, whatever it is; what is wrong with it costs it alone."""
        kind = _kind(entity)
        if kind == "thing":
            streams = entity["Datastreams"]
            for one in streams if isinstance(streams, list) else [streams]:
                self._guarded(one, found, lambda one=one: found.rows.append(self._datastream(one, entity)))
        elif kind == "datastream":
            self._guarded(entity, found, lambda: found.rows.append(self._datastream(entity, entity.get("Thing"))))
        elif kind == "observation":
            self._guarded(entity, found, lambda: found.readings.append(self._observation(entity, stream)))
        elif kind == "bare":
            return  # a Thing, Location, Sensor … without Datastreams: nothing that measures
        else:
            self._guarded(entity, found, _unknown)

    def _guarded(self, entity: Any, found: _Found, make: Any) -> None:
        try:
            make()
        except BadCell as error:
            id_ = _id(entity) if isinstance(entity, dict) else ""
            found.bad.add(refused(error.reason, piece_of(entity), id_, id=id_ or "?", **error.params))
            found.sound = False

    def _datastream(self, stream: Any, thing: Any) -> Object:
        if not isinstance(stream, dict):
            raise BadCell("not_sensorthings", detail=type(stream).__name__)
        id_ = _id(stream)
        if not id_:
            raise BadCell("no_id")
        lon, lat = _place(stream, thing)
        unit = stream.get("unitOfMeasurement")
        value, measured = self._latest(stream)
        thing_name = _word(thing, "name")
        name = _word(stream, "name")
        return {
            "id": id_,
            "kind": self._kind(stream),
            "name": f"{thing_name} {name}".strip() if thing_name not in name else name,
            "lon": lon,
            "lat": lat,
            "unit": _word(unit, "symbol"),
            "value": value,
            "measured": measured,
        }

    def _kind(self, stream: Object) -> str:
        names = [_word(stream.get("ObservedProperty"), "name"), _word(stream, "name")]
        return next((self._kinds[name] for name in names if name in self._kinds), next(filter(None, names), ""))

    def _latest(self, stream: Object) -> tuple[float | None, int]:
        """The newest of the expanded Observations; none where there are none."""
        observations = stream.get("Observations")
        if not isinstance(observations, list):
            return None, 0
        pairs = [self._result(one) for one in observations if isinstance(one, dict)]
        return max(pairs, key=lambda pair: pair[1]) if pairs else (None, 0)

    def _result(self, observation: Object) -> tuple[float | None, int]:
        result = observation.get("result")
        if isinstance(result, list | dict):
            raise BadCell("sensorthings_no_figure", field="result")
        value = None if is_nothing(result) else number_of(result, "result")
        return value, self._time(observation)

    def _observation(self, observation: Object, stream: str) -> tuple[str, float, int]:
        inner = observation.get("Datastream")
        link = observation.get("Datastream@iot.navigationLink")
        own = _id(inner) if isinstance(inner, dict) else ""
        id_ = own or stream or (_stream_of(link) if isinstance(link, str) else "")
        if not id_:
            raise BadCell("sensorthings_no_stream")
        value, measured = self._result(observation)
        return id_, float("nan") if value is None else value, measured

    def _time(self, observation: Object) -> int:
        """The end of the phenomenon, else when the result was there; 0 where neither is said."""
        for name in ("phenomenonTime", "resultTime"):
            value = observation.get(name)
            if not is_nothing(value):
                return time_of(value.rpartition("/")[2] if isinstance(value, str) else value, name, "iso", self._zone)
        return 0


class _Found:
    """What a message holds."""

    def __init__(self) -> None:
        self.rows: list[Object] = []
        self.readings: list[tuple[str, float, int]] = []
        self.bad = Refusals()
        self.sound = True


def _kind(entity: Any) -> str:
    if not isinstance(entity, dict):
        return ""
    if "result" in entity:
        return "observation"
    if "unitOfMeasurement" in entity or "observationType" in entity:
        return "datastream"
    if "Datastreams" in entity:
        return "thing"
    return "bare" if "name" in entity or "@iot.selfLink" in entity else ""


def _unknown() -> None:
    raise BadCell("not_sensorthings", detail="?")


def _stream_of(address: str) -> str:
    named = _DATASTREAM.search(address)
    return (named.group(1) or named.group(2)) if named else ""


def _id(entity: Object) -> str:
    value = entity.get("@iot.id")
    return str(value)[:200] if isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**64) else ""


def _word(entity: Any, name: str) -> str:
    try:
        return text_of(entity.get(name), name)[:200] if isinstance(entity, dict) else ""
    except BadCell:
        return ""


def _place(stream: Object, thing: Any) -> tuple[float | None, float | None]:
    locations = thing.get("Locations") if isinstance(thing, dict) else None
    shapes = [one.get("location") for one in locations if isinstance(one, dict)] if isinstance(locations, list) else []
    for shape in [*shapes, stream.get("observedArea")]:
        if isinstance(shape, dict) and shape.get("type") == "Feature":
            shape = shape.get("geometry")
        if isinstance(shape, dict) and shape.get("type") in ("Point", "Polygon", "LineString"):
            return _middle(shape["type"], shape.get("coordinates"))
    return None, None


def _middle(kind: str, coordinates: Any) -> tuple[float, float]:
    """A point, or the middle of the corners of a line or an outline."""
    if kind == "Polygon":
        coordinates = coordinates[0] if isinstance(coordinates, list) and coordinates else None
    points = [coordinates] if kind == "Point" else coordinates
    if not isinstance(points, list) or not points:
        raise BadCell("unfit_geometry", detail=kind)
    pairs = []
    for point in points[:10_000]:
        if not isinstance(point, list) or len(point) < 2:
            raise BadCell("unfit_geometry", detail=kind)
        pairs.append((number_of(point[0], "location"), number_of(point[1], "location")))
    lon = [x for x, _ in pairs]
    lat = [y for _, y in pairs]
    return (min(lon) + max(lon)) / 2, (min(lat) + max(lat)) / 2


FORMAT = SensorThings
