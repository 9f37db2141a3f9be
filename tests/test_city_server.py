"""What the embedded city says on the wire, asked by real clients on a real port."""

from __future__ import annotations

import asyncio
import json
import struct
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest
import websockets
from httpx_sse import ServerSentEvent, aconnect_sse

from cockpit.feeds.formats.base import Context
from cockpit.feeds.formats.cap import Cap
from cockpit.feeds.formats.city import City as CityFormat
from cockpit.feeds.formats.geojson import GeoJson
from cockpit.feeds.items import Everything, Refused, Rows
from cockpit.model.clock import HOUR, MINUTE, from_iso
from tests.living_city import EVENING, LivingCity, living_city, place

pytestmark = pytest.mark.slow

BOUNDS = (120.05, 30.12, 120.32, 30.36)


def context(topic: str, now: int = EVENING, **more: Any) -> Context:
    return Context(feed=topic, topic=topic, bounds=BOUNDS, now=now, **more)


async def listen(city: LivingCity, last_id: str = "") -> AsyncIterator[ServerSentEvent]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with aconnect_sse(city.web, "GET", "/events", headers=headers) as source:
        async for said in source.aiter_sse():
            yield said


async def until_sync(city: LivingCity, last_id: str = "") -> tuple[list[dict[str, Any]], ServerSentEvent]:
    """The events before `sync`, and `sync` itself; then hangs up."""
    events = []
    stream = listen(city, last_id)
    try:
        async for said in stream:
            if said.event == "sync":
                return events, said
            assert said.event == "event"
            events.append(said.json())
    finally:
        await stream.aclose()
    raise AssertionError("the stream ended before sync")


def test_the_first_page_says_which_city_it_is_and_how_its_clock_runs() -> None:
    async def story() -> None:
        async with living_city(speed=10.0) as city:
            city.clock.advance(60)
            card = (await city.web.get("/")).json()
        assert card["service"] == "city-cockpit-city"
        assert (card["v"], card["city"], card["name"]["zh"], card["demo"], card["seed"]) == (
            1,
            "hangzhou",
            "杭州",
            True,
            7,
        )
        assert card["clock"]["rate"] == 10.0
        assert from_iso(card["clock"]["city"]) == EVENING + 10 * MINUTE
        assert from_iso(card["clock"]["wall"]) == EVENING + MINUTE

    asyncio.run(story())


def test_a_new_reader_gets_what_is_open_or_closed_today_and_then_sync() -> None:
    async def story() -> None:
        async with living_city() as city:
            events, sync = await until_sync(city)
            still_open = {e["id"] for e in events if e["state"] == "open"}
            assert still_open == set(sync.json()["open"]) == set(city.platform.city.open)
            closed = [e for e in events if e["state"] == "closed"]
            assert len(closed) > len(still_open), "by the evening most of a day's work is done"
            assert all(e["updated"] >= "2026-07-14T00:00:00+08:00" for e in closed)
            assert all(e["occurred"] <= e["updated"] <= "2026-07-14T17:42:00+08:00" for e in events)
            flood = next(e for e in events if e["kind"] == "E0506" and e["level"] == 1)
            assert flood["amount"] == flood["body"]["facts"][0]["value"] > 30
            assert flood["body"]["facts"][0]["name"] == {"zh": "积水深度", "en": "Water depth"}
            assert flood["body"]["timeline"][0]["what"]["zh"]
            parsed = [i for e in events for i in CityFormat().parse(json.dumps(e).encode(), context("event"))]
            assert all(isinstance(item, Rows) for item in parsed)

    asyncio.run(story())


def test_a_reader_that_comes_back_gets_what_it_missed_once() -> None:
    async def story() -> None:
        async with living_city() as city:
            _, sync = await until_sync(city)
            city.step_until_event()
            city.step_until_event()
            missed = city.platform.events.last
            events, again = await until_sync(city, sync.id)
            assert len(events) == missed
            assert again.id == f"{city.platform.time.run}-{missed}"
            assert set(again.json()["open"]) == set(city.platform.city.open)
            assert (await until_sync(city, again.id))[0] == []

    asyncio.run(story())


def test_live_events_follow_sync_with_ids_and_beats_come_between() -> None:
    async def story() -> None:
        async with living_city() as city:
            stream = listen(city)
            async for said in stream:
                if said.event == "sync":
                    break
            city.platform.beat()
            city.step_until_event()
            beat = await anext(stream)
            event = await anext(stream)
            await stream.aclose()
            assert (beat.event, beat.json()) == ("beat", {"at": "2026-07-14T17:42:00+08:00"})
            assert event.event == "event"
            assert event.id == f"{city.platform.time.run}-1"

    asyncio.run(story())


@pytest.mark.parametrize("last_id", ["nonsense", "another-run-3", "{run}-999999", "{run}-x"])
def test_an_unknown_last_id_is_answered_with_everything(last_id: str) -> None:
    async def story() -> None:
        async with living_city() as city:
            events, sync = await until_sync(city, last_id.format(run=city.platform.time.run))
            assert sum(e["state"] == "open" for e in events) == len(sync.json()["open"]) > 100

    asyncio.run(story())


def test_an_id_older_than_the_memory_is_answered_with_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.city.stream.MEMORY", 3)

    async def story() -> None:
        async with living_city() as city:
            _, sync = await until_sync(city)
            while city.platform.events.last < 6:
                city.step(20)
            told = {e["id"] for e in (await until_sync(city, sync.id))[0]}
            assert told == {*city.platform.city.open, *city.platform.city.closed}

    asyncio.run(story())


def test_positions_begin_with_all_units_and_go_on_with_those_that_changed() -> None:
    async def story() -> None:
        async with living_city() as city, websockets.connect(city.url.replace("http", "ws") + "/positions") as socket:
            whole = json.loads(await socket.recv())
            assert len(whole["units"]) == 240
            assert {u["kind"] for u in whole["units"]} == {"grid", "urban", "police", "sanitation", "repair", "fire"}
            assert all(u["body"]["facts"] for u in whole["units"])
            city.step()
            some = json.loads(await socket.recv())
            assert 0 < len(some["units"]) < 240
            assert some["at"] == "2026-07-14T17:42:01+08:00"
            items = CityFormat().parse(msgspec.json.encode(whole), context("unit", first=True))
            assert not [i for i in items if isinstance(i, Refused)]
            off = {u["id"] for u in whole["units"] if u["state"] == "off"}
            assert 20 < len(off) < 120
            for _ in range(60):
                city.step()
                moved = {u["id"] for u in json.loads(await socket.recv())["units"]}
                assert not moved & off

    asyncio.run(story())


def test_units_stay_on_the_streets_and_do_not_jump() -> None:
    async def story() -> None:
        async with living_city() as city:
            roads, units = place().roads, city.platform.city.units
            before = {u.id: (u.lon, u.lat) for u in units}
            far = 0.0
            for _ in range(240):
                city.step(2)
                for unit in units:
                    metres = np.hypot(
                        (unit.lon - before[unit.id][0]) * 96_000, (unit.lat - before[unit.id][1]) * 111_200
                    )
                    far = max(far, float(metres))
                    before[unit.id] = (unit.lon, unit.lat)
            assert 5 < far < 2 * 14
            off_road = [min(roads.nearest(u.lon, u.lat, foot).metres for foot in (False, True)) for u in units]
            assert max(off_road) < 1.0
            assert sum(u.task is not None for u in units) > 5

    asyncio.run(story())


@pytest.mark.parametrize(
    ("path", "topic", "count"),
    [("/cameras.geojson", "camera", 2000), ("/sensors.geojson", "sensor", 3000), ("/areas.geojson", "area", 3000)],
)
def test_documents_come_with_an_etag_and_are_not_sent_twice(path: str, topic: str, count: int) -> None:
    async def story() -> None:
        async with living_city() as city:
            first = await city.web.get(path)
            assert first.headers["content-encoding"] == "gzip"
            assert first.headers["content-type"] == "application/geo+json"
            plain = await city.web.get(path, headers={"Accept-Encoding": "identity"})
            assert "content-encoding" not in plain.headers
            assert plain.content == first.content
            second = await city.web.get(path, headers={"If-None-Match": first.headers["ETag"]})
            assert (second.status_code, second.content) == (304, b"")
        items = GeoJson().parse(first.content, context(topic, whole=True))
        assert not [i for i in items if isinstance(i, Refused)]
        rows = next(i for i in items if isinstance(i, Rows)).rows
        assert len(rows) >= count * 0.99

    asyncio.run(story())


def test_sensors_change_every_half_minute_and_follow_the_flood() -> None:
    async def story() -> None:
        async with living_city() as city:
            first = await city.web.get("/sensors.geojson")
            city.step(31)
            changed = await city.web.get("/sensors.geojson", headers={"If-None-Match": first.headers["ETag"]})
            assert changed.status_code == 200
            city.step(900)
            flood = next(h for h in city.platform.city.open.values() if h.kind == "E0506" and h.level == 1)
            now = city.platform.now()
            features = (await city.web.get("/sensors.geojson")).json()["features"]
            here = min(
                (f for f in features if f["properties"]["kind"] == "water_depth"),
                key=lambda f: np.hypot(
                    f["geometry"]["coordinates"][0] - flood.spot.lon, f["geometry"]["coordinates"][1] - flood.spot.lat
                ),
            )
            assert flood.amount is not None
            assert abs(here["properties"]["value"] - flood.amount) < 8
            ages = [now - from_iso(f["properties"]["measured"]) for f in features if f["properties"]["measured"]]
            assert min(ages) >= 0
            late = [f for f in features if f["properties"]["value"] is None]
            assert 0 < len(late) < 100
            fresh = sum(age <= 600_000_000 for age in ages)
            assert 0.97 < fresh / len(features) < 1

    asyncio.run(story())


def test_alerts_are_cap_that_the_cockpit_takes_and_end_by_a_cancellation() -> None:
    async def story() -> None:
        async with living_city() as city:
            answer = await city.web.get("/alerts.cap")
            again = await city.web.get("/alerts.cap", headers={"If-None-Match": answer.headers["ETag"]})
            assert again.status_code == 304
            reader = Cap()
            items = reader.parse(answer.content, context("alert", whole=True))
            assert not [i for i in items if isinstance(i, Refused)]
            rows = next(i for i in items if isinstance(i, Rows)).rows
            assert [(r["kind"], r["level"], r["sent"]) for r in rows] == [
                ("11B03", 2, EVENING - 50 * MINUTE),
                ("11B37", 3, EVENING - 15 * MINUTE),
            ]
            west, south, east, north = BOUNDS
            for row in rows:
                assert all(west < lon < east and south < lat < north for lon, lat in row["rings"][0][0])
            storm_over = EVENING + 3 * HOUR
            city.clock.advance(3 * 3600)
            later = reader.parse((await city.web.get("/alerts.cap")).content, context("alert", storm_over, whole=True))
            assert [r["kind"] for i in later if isinstance(i, Rows) for r in i.rows] == ["11B37"]
            assert not [i for i in later if isinstance(i, Refused)]
            assert any(isinstance(i, Everything) and len(i.ids) == 1 for i in later)

    asyncio.run(story())


def _png_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG whose chunks and pixels are whole."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, pixels, size = 8, b"", (0, 0)
    while at < len(data):
        (long,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + long]
        assert struct.unpack_from(">I", data, at + 8 + long)[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            size = struct.unpack_from(">II", body)
        pixels += body if kind == b"IDAT" else b""
        at += 12 + long
    assert len(zlib.decompress(pixels)) == size[1] * (1 + size[0] * 3)
    return size


def test_evidence_pictures_are_whole_and_the_same_for_the_same_event() -> None:
    async def story() -> None:
        async with living_city() as city:
            events, _ = await until_sync(city)
            links = [e["body"]["picture"] for e in events if e["body"]["picture"]]
            assert len(links) > 20
            first = (await city.web.get(links[-1])).content
            assert _png_size(first) == (480, 360)
            assert (await city.web.get(links[-1])).content == first
            missing = await city.web.get("/pictures/0101-00000.png")
            assert missing.status_code == 404
            assert "error" in missing.json()

    asyncio.run(story())


def test_health_counts_readers_and_what_there_is() -> None:
    async def story() -> None:
        async with living_city() as city, websockets.connect(city.url.replace("http", "ws") + "/positions") as socket:
            await socket.recv()
            health = (await city.web.get("/health")).json()
            assert health["ok"] is True
            assert (health["units"], health["cameras"], health["sensors"]) == (240, 2000, 3000)
            assert health["readers"] == {"events": 0, "positions": 1}
            assert health["open"] == len(city.platform.city.open)

    asyncio.run(story())


def test_what_is_not_there_is_said_in_json() -> None:
    async def story() -> None:
        async with living_city() as city:
            for method, path in (("GET", "/nothing"), ("POST", "/events"), ("GET", "/fault")):
                answer = await city.web.request(method, path)
                assert answer.status_code in (404, 405)
                assert answer.json()["error"]

    asyncio.run(story())


def test_the_second_pack_is_another_city_without_code() -> None:
    async def story() -> None:
        async with living_city("lujiazui") as city:
            card = (await city.web.get("/")).json()
            assert card["city"] == "lujiazui"
            west, south, east, north = place("lujiazui").pack.bounds
            events, _ = await until_sync(city)
            assert len(events) > 100
            assert all(west <= e["lon"] <= east and south <= e["lat"] <= north for e in events)
            assert (await city.web.get("/cameras.geojson")).status_code == httpx.codes.OK

    asyncio.run(story())
