"""Faults on demand: what readers of the embedded city see while each is on, and that it ends."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
import websockets

from cockpit.model.clock import HOUR, from_iso
from tests.living_city import EVENING, LivingCity, living_city
from tests.test_city_server import listen, until_sync

pytestmark = pytest.mark.slow


async def break_it(city: LivingCity, fault: str, seconds: float = 20.0) -> None:
    answer = await city.web.post("/fault", json={"fault": fault, "seconds": seconds})
    assert answer.status_code == 200
    assert answer.json() == {"fault": fault, "seconds": seconds}


async def until_answers(city: LivingCity) -> dict[str, Any]:
    """The first page as soon as there is one."""
    async with asyncio.timeout(10):
        while True:
            try:
                return dict((await city.web.get("/")).json())
            except httpx.TransportError:
                await asyncio.sleep(0.02)


def test_sse_drop_ends_the_stream_refuses_new_ones_and_then_nothing_is_missed() -> None:
    async def story() -> None:
        async with living_city() as city:
            _, sync = await until_sync(city)
            stream = listen(city, sync.id)
            assert (await anext(stream)).event == "sync"
            await break_it(city, "sse-drop")
            with pytest.raises(StopAsyncIteration):
                await anext(stream)
            assert (await city.web.get("/events")).status_code == 503
            assert (await city.web.get("/health")).json()["faults"] == {"sse-drop": 20.0}
            city.step(21)
            events, _ = await until_sync(city, sync.id)
            assert len(events) == city.platform.events.last

    asyncio.run(story())


def test_slow_makes_answers_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.city.server.SLOW_BY", 0.4)

    async def story() -> None:
        async with living_city() as city:
            await break_it(city, "slow")
            with pytest.raises(httpx.ReadTimeout):
                await city.web.get("/health", timeout=0.2)
            assert (await city.web.get("/health")).json()["faults"] == {"slow": 20.0}
            city.clock.advance(21)
            assert (await city.web.get("/health", timeout=0.3)).json()["faults"] == {}

    asyncio.run(story())


def test_garbage_comes_between_good_messages() -> None:
    async def story() -> None:
        address = "/positions"
        async with living_city() as city, websockets.connect(city.url.replace("http", "ws") + address) as socket:
            await socket.recv()
            stream = listen(city)
            async for said in stream:
                if said.event == "sync":
                    break
            await break_it(city, "garbage", 3)
            city.step(1)
            for _ in range(2):
                with pytest.raises(ValueError):
                    json.loads((await anext(stream)).data)
            with pytest.raises(ValueError):
                json.loads(await socket.recv())
            assert json.loads(await socket.recv())["units"]
            answers = [(await city.web.get("/cameras.geojson")).content for _ in range(4)]
            assert [a.endswith(b"]}") for a in answers].count(True) == 2
            city.step(5)
            city.platform.beat()
            while (said := await anext(stream)).event != "beat":
                assert said.json()["id"]
            await stream.aclose()

    asyncio.run(story())


def test_clock_skew_puts_all_times_an_hour_ahead() -> None:
    async def story() -> None:
        async with living_city() as city:
            await break_it(city, "clock-skew")
            assert from_iso((await city.web.get("/")).json()["clock"]["city"]) == EVENING + HOUR
            events, _ = await until_sync(city)
            assert max(from_iso(e["updated"]) for e in events) > EVENING + HOUR / 2
            sensors = (await city.web.get("/sensors.geojson")).json()
            assert from_iso(sensors["at"]) == EVENING + HOUR
            assert b"2026-07-14T17:52:00+08:00" in (await city.web.get("/alerts.cap")).content
            city.step(21)
            assert from_iso((await city.web.get("/")).json()["clock"]["city"]) < EVENING + HOUR

    asyncio.run(story())


def test_down_cuts_everyone_off_refuses_and_comes_back_as_the_same_run() -> None:
    async def story() -> None:
        async with living_city() as city:
            _, sync = await until_sync(city)
            stream = listen(city, sync.id)
            await anext(stream)
            await break_it(city, "down", 0.6)
            with pytest.raises((StopAsyncIteration, httpx.TransportError)):
                await anext(stream)
            with pytest.raises(httpx.ConnectError):
                await city.web.get("/")
            card = await until_answers(city)
            assert sync.id.startswith(card["run"])
            assert (await until_sync(city, sync.id))[0] == []

    asyncio.run(story())


def test_a_restart_is_another_run_and_its_sync_says_all_that_is_open() -> None:
    async def story() -> None:
        async with living_city() as city:
            events, sync = await until_sync(city)
            city.step(3600)
            before = city.platform.time.run
            async with websockets.connect(city.url.replace("http", "ws") + "/positions") as socket:
                await socket.recv()
                await break_it(city, "restart")
                async with asyncio.timeout(10):
                    await socket.wait_closed()
            card = await until_answers(city)
            assert card["run"] != before
            assert from_iso(card["clock"]["city"]) == EVENING + HOUR
            after, again = await until_sync(city, sync.id)
            assert {e["id"] for e in after if e["state"] == "open"} == set(again.json()["open"])
            assert {e["id"] for e in after} & {e["id"] for e in events}, "the day's own events are still there"
            assert {e["id"] for e in events} - {e["id"] for e in after}, "what was closed meanwhile is not"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("body", "kind", "status", "word"),
    [
        (b'{"fault": "flood"}', "application/json", 400, "sse-drop"),
        (b'{"fault": "down", "seconds": -1}', "application/json", 400, "3600"),
        (b'{"fault": "down", "seconds": 1e9}', "application/json", 400, "3600"),
        (b'{"fault": "down", "when": "now"}', "application/json", 400, "when"),
        (b"not json", "application/json", 400, "JSON"),
        (b'{"fault": "down"}', "text/plain", 415, "application/json"),
    ],
)
def test_a_wrong_wish_is_refused_in_a_sentence(body: bytes, kind: str, status: int, word: str) -> None:
    async def story() -> None:
        async with living_city(units=1) as city:
            answer = await city.web.post("/fault", content=body, headers={"Content-Type": kind})
            assert answer.status_code == status
            assert word in answer.json()["error"]
            assert (await city.web.get("/health")).json()["faults"] == {}

    asyncio.run(story())
