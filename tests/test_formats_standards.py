"""Open311, NGSI-LD, SensorThings, GTFS-Realtime, CoT and CloudEvents, each by its specification."""

from __future__ import annotations

import base64
import json
import math

import pytest
from google.transit import gtfs_realtime_pb2 as gtfs

from cockpit.feeds.finding import make_format
from cockpit.feeds.items import Everything, Gone, Rows, SourceTime
from cockpit.model.clock import HOUR, SECOND, from_iso
from tests.format_kit import AT, AT_US, NOW, WORLD, of, read, readings, rows, sentences
from tests.shared_data import shared_data

# -- Open311 GeoReport v2

REQUEST = {
    "service_request_id": "638344", "status": "open", "service_code": "006", "service_name": "路面破损",
    "description": "坑", "requested_datetime": AT, "lat": 30.2, "long": 120.2, "address": "文三路",
    "status_notes": "已派",
}  # fmt: skip


def xml_of(*requests):
    inner = "".join(f"<request>{''.join(f'<{k}>{v}</{k}>' for k, v in r.items())}</request>" for r in requests)
    return f'<?xml version="1.0" encoding="utf-8"?><service_requests>{inner}</service_requests>'


@pytest.mark.parametrize("write", [xml_of, lambda *r: json.dumps(r)])
def test_a_service_request_is_an_event_in_xml_and_in_json(write):
    items = read("open311", write(REQUEST), {"kinds": {"006": "E0101"}, "level": 4, "channel": "citizen"}, "event")
    (row,) = rows(items)
    assert (row["id"], row["kind"], row["level"], row["state"], row["channel"]) == ("638344", "E0101", 4, 0, "citizen")
    assert (row["lon"], row["lat"], row["place"], row["occurred"]) == (120.2, 30.2, "文三路", AT_US)
    assert (row["body"]["title"], row["body"]["text"]) == ("路面破损", "坑")
    assert row["body"]["facts"][0]["value"] == "已派"


def test_a_request_that_was_closed_is_a_closed_event():
    assert rows(read("open311", [{**REQUEST, "status": "closed"}], {}, "event"))[0]["state"] == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "new"}, "new"),
        ({"service_request_id": ""}, "编号"),
        ({"requested_datetime": "昨天"}, "requested_datetime"),
        ({"requested_datetime": "2026-07-14T17:30:00"}, "没有时区"),
        ({"requested_datetime": None}, "requested_datetime"),
        ({"lat": "north"}, "lat"),
        ({"lat": 120.2, "long": 30.2}, "写反"),
        ({"service_code": "", "service_name": ""}, "service_code"),
    ],
)
def test_a_bad_request_ends_in_one_sentence_and_its_neighbour_stays(change, said):
    items = read("open311", [{**REQUEST, **change}, {**REQUEST, "service_request_id": "2"}], {}, "event")
    assert [row["id"] for row in rows(items)] == ["2"]
    (sentence,) = sentences(items)
    assert said in sentence


def test_a_request_that_comes_under_its_token_is_known_by_its_number():
    reader = make_format("open311", {}, "event")
    assert read("open311", [{"service_request_id": "638344", "token": "12345"}], topic="event", reader=reader) == []
    late = {k: v for k, v in REQUEST.items() if k != "service_request_id"}
    assert rows(read("open311", [{**late, "token": "12345"}], topic="event", reader=reader))[0]["id"] == "638344"
    assert read("open311", [{"token": "9"}], topic="event", reader=reader) == []


def test_a_list_of_the_last_days_takes_older_requests_not_away_unless_it_is_complete():
    assert not of(Everything, read("open311", [REQUEST], {}, "event", whole=True))
    assert of(Everything, read("open311", [REQUEST], {"complete": True}, "event", whole=True))[0].ids == ["638344"]


def test_an_error_of_the_service_is_passed_on_in_its_words():
    said = "<errors><error><code>403</code><description>no key</description></error></errors>"
    assert "no key" in sentences(read("open311", said, {}, "event"))[0]
    assert "no key" in sentences(read("open311", [{"code": 403, "description": "no key"}], {}, "event"))[0]


def test_sample_requests_are_read():
    data = shared_data("feeds/open311/service-requests.xml").read_bytes()
    found = rows(read("open311", data, {}, "event", bounds=WORLD))
    assert [(row["id"], row["state"]) for row in found] == [("638344", 1), ("638349", 0)]
    assert read("open311", shared_data("feeds/open311/token.xml").read_bytes(), {}, "event") == []
    assert sentences(read("open311", shared_data("feeds/open311/discovery-boston.json").read_bytes(), {}, "event"))


# -- NGSI-LD

PLACE = {"type": "Point", "coordinates": [120.2, 30.2]}
ID = "urn:ngsi-ld:AirQualityObserved:hz-1"
WRITINGS = {
    "normalized": {
        "PM25": {"type": "Property", "value": 31, "observedAt": AT, "unitCode": "GQ"},
        "name": {"type": "Property", "value": "城西站"},
        "location": {"type": "GeoProperty", "value": PLACE},
    },
    "concise": {"PM25": {"value": 31, "observedAt": AT}, "name": "城西站", "location": PLACE},
    "keyValues": {"PM25": 31, "name": "城西站", "location": PLACE, "dateObserved": AT},
    "expanded": {
        "https://smartdatamodels.org/dataModel.Environment/PM25": {"type": "Property", "value": 31, "observedAt": AT},
        "https://uri.etsi.org/ngsi-ld/name": {"type": "Property", "value": "城西站"},
        "https://uri.etsi.org/ngsi-ld/location": {"type": "GeoProperty", "value": PLACE},
    },
    "several": {
        "PM25": [
            {"type": "Property", "value": 99, "observedAt": AT, "datasetId": "urn:ngsi-ld:Dataset:2"},
            {"type": "Property", "value": 31, "observedAt": AT},
        ],
        "name": {"type": "LanguageProperty", "languageMap": {"en": "West", "zh": "城西站"}},
        "location": PLACE,
    },
    "v2": {
        "PM25": {"type": "Number", "value": 31, "metadata": {}},
        "name": {"type": "Text", "value": "城西站", "metadata": {}},
        "location": {"type": "geo:json", "value": PLACE, "metadata": {}},
        "dateObserved": {"type": "DateTime", "value": AT, "metadata": {}},
    },
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_an_entity_is_read_in_every_writing(writing):
    entity = {"id": ID, "type": "AirQualityObserved", **WRITINGS[writing]}
    (row,) = rows(read("ngsi_ld", entity))
    assert (row["id"], row["kind"], row["name"], row["value"]) == (f"{ID}#PM25", "pm25", "城西站", 31.0)
    assert (row["lon"], row["lat"], row["measured"], row["unit"]) == (120.2, 30.2, AT_US, "µg/m³")


def test_an_entity_is_read_alone_in_an_array_a_notification_and_as_a_feature():
    entity = {"id": ID, "type": "AirQualityObserved", **WRITINGS["concise"]}
    feature = {"type": "Feature", "id": ID, "geometry": PLACE, "properties": {"type": "AirQualityObserved", "PM25": 31}}
    for document in (
        [entity],
        {"type": "Notification", "id": "n", "data": [entity]},
        {"subscriptionId": "s", "data": [entity]},
        feature,
        {"type": "FeatureCollection", "features": [feature]},
    ):
        assert [row["id"] for row in rows(read("ngsi_ld", document))] == [f"{ID}#PM25"]


def test_an_alert_of_a_broker_is_an_event_or_an_alert_by_the_topic_of_its_feed():
    alert = {
        "id": "urn:ngsi-ld:Alert:1", "type": "Alert", "category": "traffic", "subCategory": "trafficJam",
        "severity": "high", "description": "拥堵", "dateIssued": {"@type": "DateTime", "@value": AT}, "location": PLACE,
        "validTo": "2026-07-14T10:30:00Z", "alertSource": "交警",
    }  # fmt: skip
    (row,) = rows(read("ngsi_ld", alert, {"kinds": {"traffic": "E0301"}}, "event"))
    assert (row["kind"], row["level"], row["occurred"], row["lon"]) == ("E0301", 2, AT_US, 120.2)
    outline = {"type": "Polygon", "coordinates": [[[120.1, 30.2], [120.2, 30.2], [120.2, 30.3], [120.1, 30.2]]]}
    (row,) = rows(read("ngsi_ld", {**alert, "location": outline}, {}, "alert"))
    assert (row["kind"], row["level"], row["sender"], row["sent"]) == ("trafficJam", 2, "交警", AT_US)
    assert row["expires"] == AT_US + HOUR
    assert row["rings"].startswith("[[[[120.1")


def test_any_entity_fills_any_table_by_a_mapping():
    mapping = {
        "types": ["Vehicle"],
        "columns": {"id": "id", "point": "location", "name": "plate", "kind": {"value": "sanitation"}, "fixed": "seen"},
    }
    vehicle = {"id": "v1", "type": "Vehicle", "location": {"type": "GeoProperty", "value": PLACE}, "plate": "浙A1"}
    vehicle["seen"] = {"type": "Property", "value": {"@type": "DateTime", "@value": AT}}
    (row,) = rows(read("ngsi_ld", [vehicle, {"id": "x", "type": "Other"}], mapping, "unit"))
    assert (row["id"], row["name"], row["kind"], row["fixed"], row["lat"]) == ("v1", "浙A1", "sanitation", AT_US, 30.2)


def test_values_alone_go_the_fast_way_to_the_things_of_another_feed():
    entity = {"id": "w1", "type": "WaterLevel", "level": {"value": 2.5, "observedAt": AT}}
    items = read("ngsi_ld", [entity], {"measured": {"level": "river_level"}, "readings": True})
    assert readings(items) == [("w1#level", 2.5, AT_US)]
    assert not of(Rows, items)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"type": "AirQualityObserved"}, "缺少 id"),
        (5, "缺少 id"),
        ({"id": "a", "type": "Car"}, "Car"),
        ({"id": "a", "type": "AirQualityObserved", "PM25": "much", "location": PLACE}, "PM25"),
        (
            {"id": "a", "type": "AirQualityObserved", "PM25": {"value": 1, "observedAt": "now"}, "location": PLACE},
            "PM25",
        ),
        (
            {"id": "a", "type": "AirQualityObserved", "PM25": 1, "location": {"type": "Point", "coordinates": []}},
            "Point",
        ),
    ],
)
def test_a_bad_entity_ends_in_one_sentence_and_its_neighbour_stays(bad, said):
    items = read("ngsi_ld", [bad, {"id": ID, "type": "AirQualityObserved", **WRITINGS["concise"]}], whole=True)
    assert [row["id"] for row in rows(items)] == [f"{ID}#PM25"]
    (sentence,) = sentences(items)
    assert said in sentence
    assert not of(Everything, items)  # an entity that could not be read is not gone


def test_sample_entities_are_read():
    def sample(name, topic="sensor"):
        data = shared_data(f"feeds/ngsi_ld/{name}").read_bytes()
        return rows(read("ngsi_ld", data, {}, topic, bounds=WORLD))

    air = {row["kind"]: row["value"] for row in sample("AirQualityObserved.jsonld")}
    assert (air["no2"], air["temperature"]) == (69.0, 12.2)
    flow = {row["kind"]: row["value"] for row in sample("TrafficFlowObserved.normalized.jsonld")}
    assert (flow["traffic_flow"], flow["traffic_speed"]) == (197.0, 52.6)
    assert sample("Alert.jsonld", "event")[0]["level"] == 2
    assert sample("Alert.jsonld", "alert")[0]["expires"] == from_iso("2017-01-02T10:25:55+00:00")


# -- OGC SensorThings

STREAM = {
    "@iot.id": 42, "name": "水位", "observationType": "OM_Measurement", "unitOfMeasurement": {"symbol": "m"},
    "ObservedProperty": {"name": "Water level"},
    "Observations": [{"phenomenonTime": "2026-07-14T09:00:00Z", "result": 1.5}, {"phenomenonTime": AT, "result": 2.5}],
}  # fmt: skip
THING = {"@iot.id": 1, "name": "闸口", "Locations": [{"location": PLACE}], "Datastreams": [STREAM]}


@pytest.mark.parametrize(
    "document",
    [
        {"value": [THING]},
        THING,
        {"value": [{**STREAM, "Thing": {"name": "闸口", "Locations": [{"location": PLACE}]}}]},
        {"value": [{**STREAM, "Thing": {"name": "闸口"}, "observedArea": PLACE}]},
    ],
)
def test_a_datastream_is_a_sensor_with_its_newest_observation(document):
    (row,) = rows(read("sensorthings", document, {"kinds": {"Water level": "river_level"}}))
    assert (row["id"], row["kind"], row["name"], row["unit"]) == ("42", "river_level", "闸口 水位", "m")
    assert (row["value"], row["measured"], row["lon"], row["lat"]) == (2.5, AT_US, 120.2, 30.2)


def test_observations_over_mqtt_are_of_the_datastream_in_their_topic():
    observation = {"@iot.id": 9, "phenomenonTime": f"2026-07-14T09:00:00Z/{AT}", "result": 3}
    items = read("sensorthings", observation, address="v1.1/Datastreams(42)/Observations")
    assert readings(items) == [("42", 3.0, AT_US)]
    items = read("sensorthings", observation, address="v1.1/Datastreams('a-b')/Observations")
    assert readings(items) == [("a-b", 3.0, AT_US)]
    inline = {"value": [{**observation, "Datastream": {"@iot.id": 7}}]}
    assert readings(read("sensorthings", inline)) == [("7", 3.0, AT_US)]
    assert "Datastream" in sentences(read("sensorthings", observation))[0]


def test_what_could_not_be_measured_is_no_value():
    (reading,) = readings(read("sensorthings", {"result": None}, address="Datastreams(1)/Observations"))
    assert math.isnan(reading[1])


def test_a_page_with_another_one_behind_it_takes_nothing_away():
    assert of(Everything, read("sensorthings", {"value": [THING]}, whole=True))
    assert not of(Everything, read("sensorthings", {"value": [THING], "@iot.nextLink": "x"}, whole=True))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"result": "warm"}, "warm"),
        ({"result": [1, 2]}, "result"),
        ({"result": 1, "phenomenonTime": "soon"}, "phenomenonTime"),
        ({"observationType": "x"}, "编号"),
        ({"nothing": 1}, "SensorThings"),
        ({**STREAM, "observedArea": {"type": "Point", "coordinates": [1]}}, "Point"),
    ],
)
def test_a_bad_entity_costs_its_neighbours_nothing(bad, said):
    items = read("sensorthings", {"value": [bad, THING]}, address="Datastreams(8)/Observations", whole=True)
    assert [row["id"] for row in rows(items)] == ["42"]
    assert said in sentences(items)[0]
    assert not of(Everything, items)


def test_bodies_without_ids_as_for_making_entities_are_refused_one_by_one():
    data = shared_data("feeds/sensorthings/entitiesDefault.json").read_bytes()
    assert len(sentences(read("sensorthings", data, bounds=WORLD))) == 2


# -- GTFS-Realtime


def transit(*entities, incrementality=gtfs.FeedHeader.FULL_DATASET):
    header = gtfs.FeedHeader(gtfs_realtime_version="2.0", incrementality=incrementality, timestamp=AT_US // SECOND)
    return gtfs.FeedMessage(header=header, entity=entities)


def bus(id_="e1", lon=120.2, lat=30.2, **vehicle):
    entity = gtfs.FeedEntity(id=id_)
    entity.vehicle.position.latitude, entity.vehicle.position.longitude = lat, lon
    entity.vehicle.position.bearing, entity.vehicle.position.speed = 90, 7.5
    entity.vehicle.trip.route_id = "K155"
    for name, value in vehicle.items():
        setattr(entity.vehicle.vehicle, name, value)
    return entity


def test_a_vehicle_position_is_a_unit():
    message = transit(bus(id="v9", label="155 路 3 号"))
    items = read("gtfs_realtime", message.SerializeToString(), {}, "unit")
    (row,) = rows(items)
    assert (row["id"], row["name"], row["kind"], row["heading"], row["speed"]) == (
        "v9",
        "155 路 3 号",
        "bus",
        90.0,
        7.5,
    )
    assert row["lon"] == pytest.approx(120.2, abs=1e-4)
    assert row["fixed"] == AT_US
    assert of(SourceTime, items) == [SourceTime(AT_US)]
    assert of(Everything, items) == [Everything("unit", ["v9"])]


def test_a_part_of_the_vehicles_takes_only_those_away_that_it_deletes():
    message = transit(
        bus(), gtfs.FeedEntity(id="e2", is_deleted=True), incrementality=gtfs.FeedHeader.DIFFERENTIAL
    )  # fmt: skip
    items = read("gtfs_realtime", message.SerializeToString(), {}, "unit")
    assert of(Gone, items) == [Gone("unit", ["e2"])]
    assert not of(Everything, items)


def notice():
    entity = gtfs.FeedEntity(id="a1")
    alert = entity.alert
    alert.cause, alert.effect = gtfs.Alert.ACCIDENT, gtfs.Alert.DETOUR
    alert.severity_level = gtfs.Alert.SEVERE
    alert.active_period.add(start=AT_US // SECOND, end=AT_US // SECOND + 3600)
    alert.informed_entity.add(route_id="K155")
    for language, text in (("en", "Detour"), ("zh-CN", "绕行")):
        alert.header_text.translation.add(language=language, text=text)
    return entity


def test_a_service_alert_is_an_event_or_an_alert_by_the_topic_of_its_feed():
    data = transit(notice()).SerializeToString()
    (row,) = rows(read("gtfs_realtime", data, {"kinds": {"ACCIDENT": "E0301"}}, "event"))
    assert (row["kind"], row["level"], row["state"], row["occurred"]) == ("E0301", 2, 0, AT_US)
    assert (row["body"]["title"], row["place"]) == ("绕行", "K155")
    assert rows(read("gtfs_realtime", data, {}, "event", now=NOW + 2 * HOUR))[0]["state"] == 1
    (row,) = rows(read("gtfs_realtime", data, {}, "alert"))
    assert (row["kind"], row["title"], row["area_name"]) == ("ACCIDENT", "绕行", "K155")
    assert (row["effective"], row["expires"]) == (AT_US, AT_US + HOUR)


def test_a_broken_vehicle_costs_its_neighbours_nothing():
    good = transit(bus("e1"), bus("e2")).SerializeToString()
    broken = good + b"\x12\x03\x0a\x7fx" + b"\x12\x00"
    items = read("gtfs_realtime", broken, {}, "unit")
    assert [row["id"] for row in rows(items)] == ["e1", "e2"]
    assert len(sentences(items)) == 2
    assert not of(Everything, items)
    assert sentences(read("gtfs_realtime", good[:-1], {}, "unit"))
    not_text = read("gtfs_realtime", good.replace(b"K155", b"K\xb155", 1), {}, "unit")
    assert [row["id"] for row in rows(not_text)] == ["e2"]
    assert "实体" in sentences(not_text)[0]


def test_a_message_of_predictions_only_is_said_and_not_shown():
    data = shared_data("feeds/gtfs_rt/example.pb").read_bytes()
    assert "26" in sentences(read("gtfs_realtime", data, {}, "unit", bounds=WORLD))[0]


def test_sample_positions_are_read_and_what_is_no_message_is_said():
    data = shared_data("feeds/gtfs_rt/vehicle_position_1.pb").read_bytes()
    (row,) = rows(read("gtfs_realtime", data, {}, "unit", bounds=WORLD))
    assert (row["lat"], row["lon"]) == (47.0, -122.0)
    data = shared_data("feeds/gtfs_rt/invalid.pb").read_bytes()
    assert "GTFS" in sentences(read("gtfs_realtime", data, {}, "unit"))[0]


# -- Cursor on Target


def cot(
    uid="u1", type_="a-f-G-E-V-C", stale="2026-07-14T09:35:00Z", detail="", point='lat="30.2" lon="120.2"', time=None
):
    time = time or "2026-07-14T09:30:00.000Z"
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><event version="2.0" uid="{uid}" type="{type_}" '
        f'time="{time}" start="{time}" stale="{stale}" how="m-g"><point {point} hae="9999999.0" ce="9999999.0" '
        f'le="9999999.0"/><detail><contact callsign="巡 1"/><track course="450" speed="3.5"/>{detail}</detail></event>'
    )


def test_what_moves_is_a_unit_of_the_kind_that_the_longest_beginning_of_its_type_names():
    mapping = {"kinds": {"a-f": "police", "a-f-G-E": "urban", "a-f-G-E-W": "fire"}}
    items = read("cot", cot(), mapping, "unit")
    (row,) = rows(items)
    assert (row["id"], row["name"], row["kind"], row["heading"], row["speed"]) == ("u1", "巡 1", "urban", 90.0, 3.5)
    assert (row["lon"], row["lat"], row["fixed"]) == (120.2, 30.2, AT_US)
    assert "CIVILIAN VEHICLE" in [fact["value"] for fact in row["body"]["facts"]]
    assert of(SourceTime, items) == [SourceTime(AT_US)]


def test_several_events_one_behind_the_other_are_read():
    assert [row["id"] for row in rows(read("cot", cot("a") + cot("b"), {}, "unit"))] == ["a", "b"]


def test_what_is_past_its_stale_time_is_gone_and_leaves_by_itself():
    reader = make_format("cot", {}, "unit")
    assert rows(read("cot", cot("a"), topic="unit", reader=reader))
    later = read("cot", cot("b", stale="2026-07-14T11:00:00Z"), topic="unit", reader=reader, now=NOW + HOUR)
    assert of(Gone, later) == [Gone("unit", ["a"])]
    assert of(Gone, read("cot", cot("c", stale="2026-07-14T09:00:00Z"), {}, "unit")) == [Gone("unit", ["c"])]


def test_a_deletion_takes_what_it_names_away():
    items = read("cot", cot("x", "t-x-d-d", detail='<link uid="a" relation="p-p"/>'), {}, "unit")
    assert of(Gone, items) == [Gone("unit", ["a"])]


def test_an_alarm_is_an_event_until_it_is_cancelled():
    mapping = {"levels": {"b": 4, "b-a": 2}, "kinds": {"b-a-o-tbl": "E0506"}}
    raised = cot("s", "b-a-o-tbl", detail='<emergency type="911 Alert">巡 1</emergency><remarks>求助</remarks>')
    (row,) = rows(read("cot", raised + cot("u2"), mapping, "event"))
    assert (row["kind"], row["level"], row["state"], row["occurred"]) == ("E0506", 2, 0, AT_US)
    assert row["body"]["text"] == "求助"
    over = cot("s", "b-a-o-can", detail='<emergency cancel="true">巡 1</emergency>')
    assert rows(read("cot", over, mapping, "event"))[0]["state"] == 1


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (cot(uid=""), "编号"),
        (cot(type_=""), "type"),
        (cot(stale="later"), "stale"),
        (cot(point='lat="x" lon="1"'), "point"),
        (cot(point='lat="120.2" lon="30.2"'), "写反"),
        (cot(point='lat="nan" lon="120"'), "point"),
        ("<feed/>", "feed"),
        ("\ufeff<event", "XML"),
    ],
)
def test_a_bad_event_ends_in_one_sentence(bad, said):
    (sentence,) = sentences(read("cot", bad, {}, "unit"))
    assert said in sentence


def test_the_binary_protocol_of_tak_is_said_to_be_that():
    assert "TAK" in sentences(read("cot", b"\xbf\x01\xbf\x0a\x00", {}, "unit"))[0]


# -- CloudEvents


def envelope(**fields):
    return {"specversion": "1.0", "id": "1", "source": "/hz", "type": "hz.reading", "time": AT, **fields}


READING = {"id": "s1", "v": 3}


@pytest.mark.parametrize(
    "event",
    [
        envelope(data=READING),
        envelope(data_base64=base64.b64encode(json.dumps(READING).encode()).decode()),
        envelope(datacontenttype="text/plain", data=json.dumps(READING)),
        [envelope(data=READING)],
    ],
)
def test_an_envelope_is_opened_and_read_by_the_format_inside(event):
    items = read("cloudevents", event, {"format": "readings"})
    assert readings(items) == [("s1", 3.0, 0)]
    assert of(SourceTime, items) == [SourceTime(AT_US)]


def test_an_alert_in_an_envelope_is_read_as_xml_and_never_as_all_there_is():
    data = envelope(datacontenttype="application/xml", data=xml_of(REQUEST))
    items = read("cloudevents", data, {"format": "open311", "mapping": {"complete": True}}, "event", whole=True)
    assert [row["id"] for row in rows(items)] == ["638344"]
    assert not of(Everything, items)


def test_only_the_types_that_are_named_are_opened():
    mapping = {"format": "readings", "types": ["hz.r*"]}
    events = [envelope(data=READING), envelope(type="other", data={"id": "s2", "v": 1})]
    assert [id_ for id_, _, _ in readings(read("cloudevents", events, mapping))] == ["s1"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (envelope(specversion="0.3", data=READING), "0.3"),
        (envelope(), "没有数据"),
        (envelope(data_base64="%"), "没有数据"),
        (envelope(id=None, data=READING), "id"),
        (envelope(time="now", data=READING), "time"),
        (envelope(data={"id": "s1"}), ""),
        (5, "object"),
    ],
)
def test_a_bad_envelope_ends_in_one_sentence_and_its_neighbour_stays(bad, said):
    items = read("cloudevents", [bad, envelope(data=READING)], {"format": "readings"})
    assert readings(items) == [("s1", 3.0, 0)]
    (sentence,) = sentences(items)
    assert said in sentence
