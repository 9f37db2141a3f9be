"""The city's workers at the real gateway: in its own words, and with real processes an order goes through to done."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import nats
import pytest

from cockpit.city.units import Unit
from cockpit.city.workers import Workers
from cockpit.model.clock import HOUR, MINUTE, SystemClock
from cockpit.model.entries import (
    Command,
    Fact,
    IssueOrders,
    NewCase,
    NewOrder,
    OrderMoved,
    PhotoAdded,
    encode,
    read_decision,
    read_fact,
)
from cockpit.model.ids import new_id
from cockpit.model.ports.units import UnitNow
from cockpit.model.tables import UnitState
from cockpit.store.blobs import Blobs
from tests.ledger_desk import Desk, issue
from tests.living_city import LivingCity, living_city
from tests.living_gateway import LivingGateway, living_gateway
from tests.story import EVENING, Program, a_home, until

pytestmark = pytest.mark.slow

PACK = "lujiazui"
MOVES = ["delivered", "read", "accepted", "en_route", "on_scene", "done"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits, coarse pictures; and the source sends nobody whom a test has ordered."""
    monkeypatch.setattr("cockpit.city.city.HELPERS", {})
    monkeypatch.setattr("cockpit.city.png.FINE", 1)
    monkeypatch.setattr("cockpit.city.gatehouse.LOOK_EVERY", 0.05)
    monkeypatch.setattr("cockpit.city.handset.SHORTEST", 0.05)
    monkeypatch.setattr("cockpit.city.handset.LONGEST", 0.5)


@dataclass
class Hall:
    """A gateway whose hub is away, and a city whose workers go to it; one has an order."""

    city: LivingCity
    gateway: LivingGateway
    unit: Unit
    order: str

    def facts(self) -> list[Fact]:
        """What the gateway keeps for the hub, in its order."""
        return [read_fact(row.data) for row in self.gateway.gateway.outbox.rows()]

    async def until(self, kind: str) -> Fact:
        for _ in range(3000):
            for fact in self.facts():
                if fact.kind == kind:
                    return fact
            self.city.step(5)
            await asyncio.sleep(0.01)
        raise AssertionError(f"no {kind}: {self.facts()}")


@asynccontextmanager
async def hall(profile: Path) -> AsyncIterator[Hall]:
    async with living_city(PACK, units=40) as city:
        platform = city.platform
        unit = next(u for u in platform.city.units if u.kind == "police" and u.state == "free")
        event = next(iter(platform.city.open.values()))
        desk = Desk()
        desk.crew.now[f"positions/{unit.id}"] = UnitNow(UnitState.FREE, unit.name, "police", event.spot.area)
        refused = desk.do(
            issue(unit.id, event=f"events/{event.id}", kind=event.kind, lon=event.spot.lon, lat=event.spot.lat),
            order="请到场处置",
        )
        assert refused is None
        workers = Workers(profile / "field.json", platform.now, platform.faults, city.clock, willing=True)
        platform.workers = workers
        running = asyncio.create_task(workers.run(lambda: platform.city))
        try:
            async with living_gateway(profile, desk) as gateway:
                yield Hall(city, gateway, unit, f"o-{unit.id}")
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


def test_the_gateway_keeps_every_report_and_both_photos_while_its_hub_is_away(tmp_path: Path) -> None:
    async def story() -> None:
        async with hall(tmp_path) as here:
            await here.until("done")
            facts = here.facts()
            assert [fact.kind for fact in facts] == [*MOVES[:5], "photo", "photo", "done"]
            assert {(fact.order, fact.unit) for fact in facts} == {(here.order, f"positions/{here.unit.id}")}
            photos = [fact.photo for fact in facts if fact.photo is not None]
            assert len({photo.sha256 for photo in photos}) == 2
            blobs = Blobs(tmp_path / "blobs")
            for photo in photos:
                assert len(blobs.view(photo.sha256)) > 5_000
            workers = here.city.platform.workers
            assert workers is not None
            while workers.health()["kept"]:  # noqa: ASYNC110 - the answer to the last one is on its way
                await asyncio.sleep(0.01)
            assert workers.health()["turned_away"] == 0

    asyncio.run(story())


def test_what_is_no_photo_is_told_in_the_gateways_own_sentence(tmp_path: Path) -> None:
    async def story() -> None:
        async with hall(tmp_path) as here:
            here.city.platform.faults.start("photo-broken", 3600)
            here.city.platform.faults.start("worker-replay", 3600)
            await here.until("done")
            facts = here.facts()
            assert [fact.kind for fact in facts] == [*MOVES[:5], "note", "note", "done"]
            said = next(fact for fact in facts if fact.kind == "note").texts["words"]
            assert said.startswith("现场照片上传失败：")
            assert said.endswith("。")
            assert list((tmp_path / "blobs").rglob("*.part")) == []

    asyncio.run(story())


@pytest.mark.system
def test_an_order_goes_through_to_done_with_photos_on_the_real_processes() -> None:
    """City with its workers at its highest speed, hub with bus and gateway; the order is given as a seat."""
    with a_home() as home:
        profile = home / "hub"
        fast = ("--speed", "240", "--units", "40", "--workers", "willing", *EVENING)
        with Program(
            home, "city", "serve", "--city", PACK, "--port", "0", *fast, "--field", profile / "field.json"
        ) as c:
            url = c.answer()["url"]
            options = ("--profile", profile, "--city", url, "--pack", PACK, "--port", "0")
            with Program(home, "hub", *options) as hub:
                bus = hub.answer()["url"]
                file = profile / PACK / "ledger.db"
                order = asyncio.run(_order(url, bus, profile))

                def moves() -> list[str]:
                    found = []
                    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
                        for (data,) in db.execute("SELECT data FROM decision ORDER BY seq"):
                            for entry in read_decision(data).said():
                                if isinstance(entry, OrderMoved | PhotoAdded):
                                    assert entry.order == order
                                    found.append(entry.state if isinstance(entry, OrderMoved) else entry.photo.sha256)
                    return found

                until(lambda: "done" in moves(), "an order that is done", 90, moves)
                told = moves()
                assert [move for move in told if move in MOVES] == MOVES
                photos = [move for move in told if move not in MOVES]
                assert len(set(photos)) == 2
                assert all(len(Blobs(profile / "blobs").view(photo)) > 5_000 for photo in photos)


async def _order(url: str, bus: str, profile: Path) -> str:
    """Orders the unit nearest to an event to it, as the last seat of the hub; the order's id."""
    import httpx
    import websockets

    clock = SystemClock()
    key = json.loads((profile / "keys" / "seat-12.json").read_bytes())
    async with httpx.AsyncClient(base_url=url, timeout=30) as web:
        for _ in range(600):
            health = (await web.get("/health")).json()["workers"]
            if health["online"] == health["on"] > 0:
                break
            await asyncio.sleep(0.1)
        events = []
        async with web.stream("GET", "/events") as stream:
            async for line in stream.aiter_lines():
                if line == "event: sync":
                    break
                if line.startswith("data: ") and '"state":"open"' in line:
                    events.append(json.loads(line.removeprefix("data: ")))
    async with websockets.connect(url.replace("http", "ws") + "/positions", max_size=None) as socket:
        units = [u for u in json.loads(await socket.recv())["units"] if u["state"] == "free" and u["kind"] == "police"]
    client = await nats.connect(
        bus, user=key["name"], password=key["password"], inbox_prefix=f"_INBOX.{key['name']}".encode()
    )
    try:
        for event in events:
            for unit in sorted(units, key=lambda u: abs(u["lon"] - event["lon"]) + abs(u["lat"] - event["lat"])):
                order = new_id(clock)
                facts = NewCase(
                    f"events/{event['id']}",
                    event["kind"],
                    event["level"],
                    event["lon"],
                    event["lat"],
                    event["area"],
                    event["channel"],
                )
                act = IssueOrders((NewOrder(order, f"positions/{unit['id']}"),), 15 * MINUTE, HOUR, facts)
                command = Command(new_id(clock), new_id(clock), 0, clock.now(), 0, act, {"order": "请到场处置"})
                answer = await client.request(f"cmd.{PACK}.live.seat-12", encode(command), timeout=30)
                receipt = json.loads(answer.data)
                assert receipt["problem"] is None, receipt
                if receipt["refused"] is None:
                    return order
    finally:
        await client.close()
    raise AssertionError("nobody could be ordered")
