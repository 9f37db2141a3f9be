"""The hub between a real bus and a real server of a city platform."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from cockpit.bus import subjects
from cockpit.bus.client import connect
from cockpit.hub import Hub
from cockpit.model.city import FeedSpec, Pack
from cockpit.model.clock import DAY, HOUR, CityTime, SystemClock, to_iso
from cockpit.model.tables import EventState
from cockpit.packs.read import read_pack
from cockpit.processes import free_port
from tests.feeds_server import Server, serving

pytestmark = pytest.mark.slow

LIMIT = 20.0


def pack_of(*feeds: FeedSpec) -> Pack:
    return msgspec.structs.replace(read_pack("hangzhou"), feeds=feeds)


def events_feed() -> FeedSpec:
    return FeedSpec("incident", {"zh": "事件", "en": "Events"}, "sse", "{city}/events", "city", "wgs84", 5, "event")


def event(name: str, state: str = "open") -> bytes:
    fields = {"id": name, "kind": "E0506", "state": state, "lon": 120.16, "lat": 30.25, "place": "延安路"}
    return said("event", {**fields, "occurred": "2026-07-14T17:00:00+08:00"})


def said(kind: str, data: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()


@asynccontextmanager
async def running(profile: Path, pack: Pack, base_url: str) -> AsyncIterator[Hub]:
    hub = Hub(profile, pack, base_url, free_port(), SystemClock())
    ready = asyncio.Event()
    run = asyncio.create_task(hub.run(ready.set))
    try:
        waited = asyncio.create_task(ready.wait())
        async with asyncio.timeout(LIMIT):
            await asyncio.wait([run, waited], return_when=asyncio.FIRST_COMPLETED)
        waited.cancel()
        yield hub
    finally:
        hub.stop()
        await run


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT):
        while not condition():  # noqa: ASYNC110 - the picture tells nobody
            await asyncio.sleep(0.02)


def states(hub: Hub) -> dict[str, int]:
    table = hub.picture["event"]
    return {key.partition("/")[2]: table.value(i, "state") for i, key in enumerate(table.keys)}


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "hub"
    folder.mkdir(mode=0o700)
    return folder


def test_a_list_of_what_is_open_takes_out_what_it_lacks_but_keeps_what_closed(profile: Path) -> None:
    async def story() -> None:
        async with serving() as city:
            city.script = [
                (event("a"), event("b"), event("c", "closed"), said("sync", {"open": ["a", "b"]})),
                (event("a"), said("sync", {"open": ["a"]})),
            ]
            async with running(profile, pack_of(events_feed()), city.base) as hub:
                await until(lambda: states(hub) == {"a": EventState.OPEN, "c": EventState.CLOSED})

    asyncio.run(story())


def test_what_was_refused_is_still_told_after_the_hub_started_again(profile: Path) -> None:
    async def reasons(city: Server) -> list[str]:
        async with running(profile, pack_of(events_feed()), city.base) as hub:
            await until(lambda: bool(hub.quarantine.last("incident")))
            return [f"{k.refused.reason.id} {k.refused.sample.decode()}" for k in hub.quarantine.last("incident")]

    async def story() -> None:
        async with serving() as city:
            city.script = [(b"event: event\ndata: {nonsense\n\n", said("sync", {"open": []}))]
            first = await reasons(city)
            city.script = []
            again = await reasons(city)
        assert len(first) == 1
        assert "{nonsense" in first[0]
        assert again == first

    asyncio.run(story())


def test_a_hub_that_starts_again_knows_what_it_knew(profile: Path) -> None:
    async def story() -> None:
        async with serving() as city:
            city.script = [(event("a"), said("sync", {"open": ["a"]}))]
            async with running(profile, pack_of(events_feed()), city.base) as hub:
                await until(lambda: states(hub) == {"a": EventState.OPEN})
        async with running(profile, pack_of(events_feed()), "http://127.0.0.1:9") as hub:
            assert states(hub) == {"a": EventState.OPEN}

    asyncio.run(story())


def test_an_alert_of_the_citys_own_time_is_in_force_once_that_time_is_known(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo city's evening may be long past by the machine's clock, by which the first poll was read."""
    monkeypatch.setattr("cockpit.hub.hub.CLOCK_SECONDS", 0.05)
    begin = SystemClock().now() - 30 * DAY
    sent, expires = to_iso(begin - HOUR), to_iso(begin + HOUR)
    alert = (
        f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>a</identifier><sender>hz</sender>'
        f"<sent>{sent}</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info>"
        f"<category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>Severe</severity>"
        f"<certainty>Likely</certainty><expires>{expires}</expires></info></alert>"
    )
    feed = FeedSpec("weather", {"zh": "预警", "en": "Alerts"}, "http", "{city}/poll", "cap", "wgs84", 0.05, "alert")

    async def story() -> None:
        async with serving() as city:
            city.body, city.etag = alert.encode(), '"1"'
            async with running(profile, pack_of(feed), city.base) as hub:
                await until(lambda: len(city.polls) > 3)
                assert len(hub.picture["alert"]) == 0
                hands = {"city": to_iso(begin), "rate": 1.0}
                city.card = {"service": "city-cockpit-city", "clock": hands, "run": "r1", "demo": True}
                await until(lambda: len(hub.picture["alert"]) == 1)

    asyncio.run(story())


def test_the_citys_time_is_told_again_to_who_was_still_joining_when_it_was_found(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the hub's welcome and the seat's subscription the time was told once, to nobody."""
    monkeypatch.setattr("cockpit.hub.hub.CLOCK_SECONDS", 0.05)
    hands = {"city": to_iso(SystemClock().now() - 30 * DAY), "rate": 1.0}

    async def story() -> None:
        async with serving() as city:
            city.card = {"service": "city-cockpit-city", "clock": hands, "run": "r1", "demo": True}
            async with running(profile, pack_of(events_feed()), city.base) as hub:
                await until(lambda: hub.city_clock.city.run == "r1")
                user = next(user for user in hub.keys.ensure() if user.name == "seat-1")
                late = await connect(hub.server.url, user, "late", lambda: None)
                told = await late.subscribe(subjects.all_pictures(hub.pack.id, hub.world))
                async with asyncio.timeout(LIMIT):
                    while not (message := await told.next_msg(LIMIT)).subject.endswith(".time"):
                        pass
                await late.close()
                assert msgspec.msgpack.decode(message.data, type=CityTime) == hub.city_clock.city

    asyncio.run(story())


def test_pictures_are_fetched_from_the_platform_and_from_nowhere_else(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    async def story() -> None:
        async with serving() as city, running(profile, pack_of(events_feed()), city.base) as hub:
            city.body = b"bytes of a picture"
            for address in ("/poll", city.base + "/poll"):
                assert (await hub.answers.answer("picture", address)).data == b"bytes of a picture"
            for elsewhere in ("http://127.0.0.1/poll", "//127.0.0.1/poll", "/../poll", "poll"):
                refused = await hub.answers.answer("picture", elsewhere)
                assert refused.problem.id == "hub.picture_elsewhere"
            city.body = b"x" * 1_000_000
            assert (await hub.answers.answer("picture", "/poll")).problem.id == "hub.picture_too_large"
            city.status = 404
            assert (await hub.answers.answer("picture", "/poll")).problem.id == "hub.no_picture"

    asyncio.run(story())
