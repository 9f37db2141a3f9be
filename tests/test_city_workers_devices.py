"""The devices of the city's workers, as clients of a gateway on a real port: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from cockpit.city.happening import Happening
from cockpit.city.units import Unit
from cockpit.city.worker import read_manners
from cockpit.city.workers import Workers
from cockpit.model.clock import HOUR, MINUTE, SECOND, from_iso
from cockpit.paths import assets_dir
from tests.field_server import FieldServer, field_server
from tests.living_city import EVENING, LivingCity, living_city

pytestmark = pytest.mark.slow

ALL = ["delivered", "read", "accepted", "en_route", "on_scene", "photo", "photo", "done"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits, coarse pictures; and the source sends nobody whom a test has ordered."""
    monkeypatch.setattr("cockpit.city.city.HELPERS", {})
    monkeypatch.setattr("cockpit.city.png.FINE", 1)
    for name, seconds in (("gatehouse", 0.05), ("workers", 0.05)):
        monkeypatch.setattr(f"cockpit.city.{name}.LOOK_EVERY", seconds)
    monkeypatch.setattr("cockpit.city.handset.SHORTEST", 0.02)
    monkeypatch.setattr("cockpit.city.handset.LONGEST", 0.2)


async def until(true: Callable[[], object], meanwhile: Callable[[], object] = bool) -> None:
    for _ in range(3000):
        if true():
            return
        meanwhile()
        await asyncio.sleep(0.01)
    raise AssertionError("it never was so")


@dataclass
class Scene:
    """A living city whose devices go to a gateway."""

    city: LivingCity
    gateway: FieldServer
    file: Path

    @property
    def workers(self) -> Workers:
        assert self.city.platform.workers is not None
        return self.city.platform.workers

    def unit(self, kind: str = "police", state: str = "free") -> Unit:
        return next(u for u in self.city.platform.city.units if u.kind == kind and u.state == state)

    def event_near(self, unit: Unit) -> Happening:
        city = self.city.platform.city
        here = city.ground.plane(np.array([unit.lon]), np.array([unit.lat]))[0]
        xy = city.ground.xy
        return min(city.open.values(), key=lambda event: float(np.hypot(*(xy[event.spot.node] - here))))

    def issue(self, ident: str, unit: Unit, **more: Any) -> Happening:
        event = self.event_near(unit)
        self.gateway.issue(f"positions/{unit.id}", ident, event.spot.lon, event.spot.lat, event.kind, **more)
        return event

    async def until(self, true: Callable[[], object], step: float = 5.0) -> None:
        """Lets city time run until something is true."""
        await until(true, lambda: self.city.step(step))

    async def until_kind(self, ident: str, kind: str) -> dict[str, Any]:
        await self.until(lambda: kind in self.gateway.kinds(ident))
        return next(fact for fact in self.gateway.facts if (fact["order"], fact["kind"]) == (ident, kind))

    def fault(self, name: str, seconds: float = 3000.0) -> None:
        self.city.platform.faults.start(name, seconds)


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    file = folder / "field.json"
    async with living_city(units=40) as city:
        platform = city.platform
        platform.workers = Workers(file, platform.now, platform.faults, city.clock, willing=True)
        running = asyncio.create_task(platform.workers.run(lambda: platform.city))
        try:
            async with field_server(file) as gateway:
                yield Scene(city, gateway, file)
                assert not running.done(), running
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


def test_an_order_goes_through_to_done_with_two_photos_and_its_event_closes(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            unit = here.unit()
            event = here.issue("o1", unit)
            delivered = await here.until_kind("o1", "delivered")
            assert unit.state == "free"
            there = await here.until_kind("o1", "on_scene")
            assert unit.state == "busy"
            assert (there["lon"], there["lat"]) == (round(unit.lon, 6), round(unit.lat, 6))
            done = await here.until_kind("o1", "done")
            assert here.gateway.kinds("o1") == ALL
            assert done["words"]
            assert abs(from_iso(delivered["at"]) - EVENING) < 5 * MINUTE
            assert delivered["at"].endswith("Z")
            photos = [fact["photo"] for fact in here.gateway.facts if fact["kind"] == "photo"]
            assert len(set(photos)) == 2
            assert set(photos) == set(here.gateway.blobs)
            await here.until(lambda: event.closed)
            await here.until(lambda: unit.state == "free")
            assert here.gateway.problems == []
            await here.until(lambda: here.workers.health()["kept"] == 0)

    asyncio.run(story())


def test_an_upload_that_breaks_off_goes_on_from_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manners = read_manners(assets_dir() / "city" / "workers.toml", willing=True)
    always = replace(manners, habits=replace(manners.habits, cut=1.0))
    monkeypatch.setattr("cockpit.city.workers.read_manners", lambda file, willing: always)

    async def story() -> None:
        async with scene(tmp_path) as here:
            here.issue("o1", here.unit())
            await here.until_kind("o1", "done")
            cut = [patch for patch in here.gateway.patches if not patch[3]]
            assert len(cut) == 2, "each photo broke off once"
            for sha, data in here.gateway.blobs.items():
                parts = [patch for patch in here.gateway.patches if patch[0] == sha]
                assert sum(size for _, _, size, _ in parts) == len(data), "no byte was taken twice"
                assert [at for _, at, _, _ in parts] == sorted(at for _, at, _, _ in parts)
            assert here.gateway.kinds("o1") == ALL

    asyncio.run(story())


def test_reports_are_kept_while_the_gateway_is_away_and_come_once_in_order_when_it_is_elsewhere(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            here.issue("o1", here.unit())
            await here.until_kind("o1", "delivered")
            before = here.file.read_text()
            await here.gateway.close()
            await here.until(lambda: here.workers.health()["kept"] >= 7, 30)
            assert here.gateway.kinds("o1") == ALL[:1]
            await here.gateway.open()
            assert here.file.read_text() != before
            await here.until_kind("o1", "done")
            assert here.gateway.kinds("o1") == ALL
            ats = [from_iso(fact["at"]) for fact in here.gateway.facts]
            assert ats == sorted(ats), "each says when it was, not when it came"
            assert len(here.gateway.tokens) == len(set(here.gateway.tokens.values())), "no new token"

    asyncio.run(story())


def test_a_report_whose_answer_was_lost_is_sent_again_with_the_same_key(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            await here.until(lambda: (health := here.workers.health())["online"] == health["on"] > 0, 0.1)
            here.gateway.mute = True
            here.issue("o1", here.unit())
            await here.until(lambda: len(here.gateway.received) >= 3, 0.1)
            assert len(set(here.gateway.received)) == 1
            here.gateway.mute = False
            here.gateway.broken = True
            await here.until(lambda: "later" in here.gateway.problems)
            here.gateway.broken = False
            await here.until_kind("o1", "done")
            assert here.gateway.kinds("o1") == ALL
            assert len({fact["key"] for fact in here.gateway.facts}) == len(ALL)

    asyncio.run(story())


def test_a_device_that_is_not_known_any_more_enrols_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            unit = here.unit()
            here.issue("o1", unit)
            await here.until_kind("o1", "read")
            here.gateway.tokens.clear()
            await here.until_kind("o1", "done")
            assert here.gateway.kinds("o1") == ALL
            assert f"positions/{unit.id}" in here.gateway.tokens.values()

    asyncio.run(story())


def test_a_wrong_secret_is_tried_once_by_all_and_the_right_one_as_soon_as_it_is_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            good = here.file.read_text()
            here.gateway.tokens.clear()
            here.file.write_text(json.dumps({**json.loads(good), "enrol": "old"}))
            await here.until(lambda: "no such secret" in here.gateway.problems, 0.1)
            await asyncio.sleep(0.5)
            assert here.gateway.problems.count("no such secret") < 5
            here.file.write_text(good[: len(good) // 2])  # half written
            await asyncio.sleep(0.1)
            here.file.write_text(good)
            here.issue("o1", here.unit())
            await here.until_kind("o1", "delivered")

    asyncio.run(story())


def test_only_those_on_duty_have_their_device_on_and_a_file_that_comes_later_is_found(tmp_path: Path) -> None:
    async def story() -> None:
        file = tmp_path / "hub" / "field.json"
        async with living_city(units=40) as city:
            workers = city.platform.workers = Workers(file, city.platform.now, city.platform.faults, city.clock, True)
            running = asyncio.create_task(workers.run(lambda: city.platform.city))
            on_duty = {u.id for u in city.platform.city.units if u.state != "off"}
            assert 5 < len(on_duty) < 40
            await asyncio.sleep(0.3)
            health = (await city.web.get("/health")).json()["workers"]
            assert (health["on"], health["online"], health["kept"]) == (len(on_duty), 0, 0)
            file.parent.mkdir()
            async with field_server(file) as gateway:
                await until(lambda: workers.health()["online"] == len(on_duty))
                assert set(gateway.tokens.values()) == {f"positions/{ident}" for ident in on_duty}
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running

    asyncio.run(story())


def test_after_a_restart_of_the_platform_its_workers_go_on_with_their_orders(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            unit = here.unit()
            here.issue("o1", unit)
            await here.until_kind("o1", "en_route")
            here.city.platform.begin(here.city.platform.another())
            await here.until_kind("o1", "done")
            assert here.gateway.kinds("o1") == ALL
            assert unit not in here.city.platform.city.units

    asyncio.run(story())


def test_with_worker_silent_no_device_is_heard_and_then_nothing_is_missing(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            here.issue("o1", here.unit())
            await here.until_kind("o1", "accepted")
            here.fault("worker-silent", 600)
            await here.until(lambda: here.workers.health()["on"] == 0, 0.01)
            told = len(here.gateway.facts)
            here.issue("o2", here.unit("urban"))
            await here.until(lambda: here.workers.health()["kept"] >= 1)
            assert len(here.gateway.facts) == told
            assert here.gateway.kinds("o2") == []
            await here.until_kind("o1", "done")
            await here.until_kind("o2", "delivered")
            assert here.gateway.kinds("o1") == ALL

    asyncio.run(story())


def test_with_worker_clock_reports_are_an_hour_ahead(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            here.fault("worker-clock")
            here.issue("o1", here.unit())
            fact = await here.until_kind("o1", "delivered")
            ahead = from_iso(fact["at"]) - here.city.platform.now()
            assert HOUR - 5 * MINUTE < ahead <= HOUR + MINUTE

    asyncio.run(story())


def test_one_device_of_a_city_is_an_hour_ahead_and_the_others_by_seconds(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            await here.until(lambda: here.workers._crew, 0.1)
            ahead = sorted(abs(pair.phone._ahead) for pair in here.workers._crew)
            assert ahead[-1] == HOUR / SECOND
            assert ahead[-2] < 15

    asyncio.run(story())


def test_with_worker_replay_each_report_comes_twice_and_has_effect_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            here.fault("worker-replay")
            here.issue("o1", here.unit())
            await here.until_kind("o1", "done")
            await here.until(lambda: len(here.gateway.received) == 2 * len(ALL))
            assert here.gateway.kinds("o1") == ALL
            assert "same key, another body" not in here.gateway.problems

    asyncio.run(story())


def test_with_photo_broken_the_work_is_done_and_the_worker_says_that_there_is_no_photo(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            here.fault("photo-broken")
            here.issue("o1", here.unit())
            await here.until_kind("o1", "done")
            assert here.gateway.kinds("o1") == [*ALL[:5], "note", "note", "done"]
            assert here.gateway.blobs == {}
            note = next(fact for fact in here.gateway.facts if fact["kind"] == "note")
            assert "no photo" in note["words"], "in the gateway's own sentence"
            assert here.workers.health()["turned_away"] == 0

    asyncio.run(story())


def test_a_report_that_is_refused_for_good_is_dropped_and_those_behind_it_go_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            unit = here.unit()
            here.issue("o1", unit)
            await here.until_kind("o1", "read")
            here.gateway.units["o1"] = "positions/somebody"
            await here.until(lambda: here.workers.health()["turned_away"])
            assert here.workers.health()["why"] == "no such order"
            here.issue("o2", unit)
            await here.until_kind("o2", "done")

    asyncio.run(story())


def test_a_note_whose_secret_can_be_no_header_ends_nothing_and_the_next_good_one_is_used(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            good = json.loads(here.file.read_text())
            await here.gateway.close()
            here.file.write_text(json.dumps({**good, "enrol": "a\nb"}))
            await asyncio.sleep(0.3)
            here.gateway.tokens.clear()
            await here.gateway.open()
            here.issue("o1", here.unit())
            await here.until_kind("o1", "delivered")

    asyncio.run(story())


def test_a_gateway_whose_token_can_be_no_header_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            with monkeypatch.context() as patched:
                patched.setattr("tests.field_server.secrets.token_hex", lambda size: "a\nb")
                here.gateway.tokens.clear()
                await here.until(lambda: any(pair.phone._token == "a\nb" for pair in here.workers._crew))
                await asyncio.sleep(0.3)
            assert here.workers.health()["on"] > 0

    asyncio.run(story())


@pytest.mark.logs("the device of positions/U[0-9]+ failed, and begins again")
def test_a_bug_of_one_device_is_logged_and_it_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with scene(tmp_path) as here:
            unit = here.unit()
            await here.until(lambda: here.workers._crew, 0.1)
            pair = next(pair for pair in here.workers._crew if pair.worker.unit is unit)
            with monkeypatch.context() as patched:

                def bug(orders: object) -> None:
                    raise KeyError("a bug")

                patched.setattr(pair.phone, "_hear", bug)
                here.issue("o1", unit)
                await here.until(lambda: any("begins again" in r.getMessage() for r in caplog.records))
                other = here.unit("urban")
                here.issue("o2", other)
                await here.until_kind("o2", "delivered")
            await here.until_kind("o1", "delivered")

    asyncio.run(story())
