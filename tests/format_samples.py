"""One good message of every format with its mapping: what fuzzing starts from."""

from __future__ import annotations

import io
import json
from functools import lru_cache
from typing import Any

import openpyxl
from google.transit import gtfs_realtime_pb2 as gtfs

AT = "2026-07-14T17:30:00+08:00"
_POINT = {"type": "Point", "coordinates": [120.2, 30.2]}
_RING = [[120.1, 30.2], [120.2, 30.2], [120.2, 30.3], [120.1, 30.2]]
_FEATURE = {
    "type": "Feature",
    "id": "a",
    "geometry": _POINT,
    "properties": {"kind": "rain", "value": 1.5, "measured": AT},
}
_COLUMNS = {
    "id": "id",
    "name": "名",
    "kind": {"value": "rain"},
    "lon": "lon",
    "lat": "lat",
    "value": {"from": "v", "factor": 0.1},
    "measured": {"from": "t", "zone": "Asia/Shanghai"},
    "period": {"from": "p", "words": {"分": 60}, "otherwise": 1},
}
_ROW = {"id": "a", "名": "点", "lon": 120.2, "lat": 30.2, "v": 12, "t": "2026-07-14 17:30", "p": "分"}
_MAPPED = {"columns": _COLUMNS, "facts": {"名": "名"}}
CAP = (
    '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>33010041600000_20260714170000_1</identifier>'
    f"<sender>hz</sender><sent>{AT}</sent><status>Actual</status><msgType>Update</msgType><scope>Public</scope>"
    f"<references>hz,a,{AT}</references><info><language>zh-CN</language><category>Met</category><event>暴雨</event>"
    "<urgency>Immediate</urgency><severity>Severe</severity><certainty>Likely</certainty><eventCode><valueName>12379"
    "</valueName><value>11B03</value></eventCode><headline>暴雨橙色预警</headline><resource><resourceDesc>"
    "图</resourceDesc><mimeType>image/png</mimeType><size>3</size><derefUri>YWJj</derefUri><digest>00</digest>"
    "</resource>"
    "<area><areaDesc>西湖区</areaDesc><polygon>30.2,120.1 30.2,120.2 30.3,120.2 30.2,120.1</polygon>"
    "<circle>30.2,120.2 2</circle><geocode><valueName>12379</valueName><value>330106</value></geocode></area>"
    "</info></alert>"
)
COT = (
    '<event version="2.0" uid="u1" type="a-f-G-E-V-C" time="2026-07-14T09:30:00Z" start="2026-07-14T09:30:00Z" '
    'stale="2026-07-14T10:30:00Z" how="m-g"><point lat="30.2" lon="120.2" hae="0" ce="9" le="9"/><detail><contact '
    'callsign="巡 1"/><track course="90" speed="3"/><emergency type="911"/><remarks>x</remarks></detail></event>'
)
OPEN311 = (
    "<service_requests><request><service_request_id>1</service_request_id><token>t</token><status>open</status>"
    f"<service_code>006</service_code><requested_datetime>{AT}</requested_datetime><lat>30.2</lat><long>120.2</long>"
    "<address>x</address></request></service_requests>"
)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


@lru_cache(maxsize=1)
def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(list(_ROW))
    book.active.append(list(_ROW.values()))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@lru_cache(maxsize=1)
def transit() -> bytes:
    message = gtfs.FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    message.header.timestamp = 1_784_021_400
    vehicle = message.entity.add(id="1").vehicle
    vehicle.position.latitude, vehicle.position.longitude, vehicle.position.bearing = 30.2, 120.2, 90
    vehicle.trip.route_id, vehicle.vehicle.id, vehicle.timestamp = "K155", "v", 1_784_021_400
    alert = message.entity.add(id="2").alert
    alert.header_text.translation.add(text="绕行", language="zh")
    alert.active_period.add(start=1_784_021_400)
    alert.informed_entity.add(route_id="K155")
    return message.SerializeToString()


def samples() -> list[tuple[str, str, dict[str, Any], bytes]]:
    """Format, topic, mapping, message."""
    entity = {"id": "urn:ngsi-ld:AirQualityObserved:1", "type": "AirQualityObserved", "dateObserved": AT}
    entity |= {"PM25": {"type": "Property", "value": 31, "observedAt": AT}, "location": {"value": _POINT}}
    warning = {"id": "urn:x:1", "type": "Alert", "severity": "high", "category": "traffic", "dateIssued": AT}
    warning["location"] = {"type": "Polygon", "coordinates": [_RING]}
    stream = {"@iot.id": 1, "name": "s", "observationType": "m", "unitOfMeasurement": {"symbol": "m"}}
    stream |= {"Observations": [{"phenomenonTime": AT, "result": 2}], "observedArea": _POINT}
    thing = {"value": [{"name": "t", "Locations": [{"location": _POINT}], "Datastreams": [stream]}]}
    envelope = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "time": AT, "data": {"id": "a", "v": 1}}
    event = {"id": "e", "kind": "E0506", "level": 2, "lon": 120.2, "lat": 30.2, "occurred": AT, "body": {"text": "x"}}
    units = {"at": AT, "units": [{"id": "u", "lon": 120.2, "lat": 30.2, "kind": "grid", "fixed": AT}]}
    outline = {**_FEATURE, "geometry": {"type": "Polygon", "coordinates": [_RING]}, "properties": {"code": "330106"}}
    table = ",".join(_ROW) + "\n" + ",".join(str(v) for v in _ROW.values()) + "\n"
    return [
        ("city", "event", {}, _json(event)),
        ("city", "unit", {}, _json(units)),
        ("geojson", "sensor", {}, _json({"type": "FeatureCollection", "at": AT, "features": [_FEATURE]})),
        ("geojson", "area", {}, _json({"type": "FeatureCollection", "features": [outline]})),
        ("geojson", "sensor", {"columns": {"id": "id", "point": "geometry", "value": "value"}}, _json(_FEATURE)),
        ("cap", "alert", {}, CAP.encode()),
        ("readings", "sensor", {}, _json({"t": AT, "r": [["a", 1.5], ["b", 2, 1_784_021_400_000]]})),
        ("csv", "sensor", _MAPPED, table.encode()),
        ("csv", "sensor", {"columns": {"id": "id", "value": "v"}}, table.encode("gb18030")),
        ("jsonl", "sensor", _MAPPED, _json(_ROW) + b"\n" + _json(_ROW)),
        ("jsonl", "sensor", {**_MAPPED, "records": "d.0"}, _json({"d": [[_ROW]]})),
        ("xlsx", "sensor", _MAPPED, workbook()),
        ("open311", "event", {}, OPEN311.encode()),
        (
            "open311",
            "event",
            {},
            _json([{"service_request_id": 1, "status": "open", "service_code": "1", "requested_datetime": AT}]),
        ),
        ("ngsi_ld", "sensor", {}, _json([entity])),
        ("ngsi_ld", "event", {}, _json({"type": "Notification", "data": [warning]})),
        ("ngsi_ld", "alert", {}, _json(warning)),
        ("sensorthings", "sensor", {}, _json(thing)),
        (
            "sensorthings",
            "sensor",
            {},
            _json({"phenomenonTime": f"{AT}/{AT}", "result": 3, "Datastream": {"@iot.id": 1}}),
        ),
        ("gtfs_realtime", "unit", {}, transit()),
        ("gtfs_realtime", "event", {}, transit()),
        ("gtfs_realtime", "alert", {}, transit()),
        ("cot", "unit", {}, COT.encode()),
        ("cot", "event", {"types": ["a"], "levels": {"a": 2}}, (COT + COT).encode()),
        ("cloudevents", "sensor", {"format": "readings"}, _json([envelope])),
        ("cloudevents", "alert", {"format": "cap"}, _json({**envelope, "datacontenttype": "text/xml", "data": CAP})),
    ]
