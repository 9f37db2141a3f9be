"""What devices say at a living hub: positions against the feed of the city, duty, reports as events of feed `field`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cockpit.bus import asks, subjects
from cockpit.feeds.items import Rows
from cockpit.hub.field import FieldService
from cockpit.model.calls import Signal
from cockpit.model.clock import HOUR, SECOND
from cockpit.model.entries import CloseCase, PhotoRef, ReopenCase
from cockpit.model.ids import new_id
from cockpit.model.letters import Duty, Position, Reported
from cockpit.model.tables import EventState, UnitState
from tests.living_hub import CLOCK, UNIT_KEYS, LivingHub, an_open
from tests.on_the_wire import OnTheWire, on_the_wire

pytestmark = pytest.mark.slow
UNIT = UNIT_KEYS[0]
CROSSING = (120.1626, 30.2558)


def position(at: int, lon: float = 120.17, lat: float = 30.26, unit: str = UNIT) -> Position:
    return Position(new_id(CLOCK), unit, "d1", at, lon, lat, 12.0)


def report(**given: Any) -> Reported:
    now = CLOCK.now()
    filled = {
        "lon": CROSSING[0],
        "lat": CROSSING[1],
        "words": "井盖破损，张三 13800138000 报",
        "kind": "P0101",
        **given,
    }
    return Reported(new_id(CLOCK), UNIT, "d1", now - SECOND, now, **filled)


def on_hub(hub: LivingHub, work: Any) -> Any:
    """Does something on the hub's own thread."""

    async def go() -> Any:
        return work(hub.hub)

    return asyncio.run_coroutine_threadsafe(go(), hub.loop).result(30)


def row(hub: LivingHub, topic: str, key: str) -> dict[str, Any] | None:
    def read(of: Any) -> Any:
        of.intake.take_in()
        return of.picture[topic].get(key)

    found: dict[str, Any] | None = on_hub(hub, read)
    return found


def until_there(hub: LivingHub, key: str) -> None:
    """Waits for an event that comes back from the file."""

    async def wait() -> None:
        async with asyncio.timeout(30):
            while hub.hub.picture["event"].get(key) is None:  # type: ignore[union-attr]  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)

    asyncio.run_coroutine_threadsafe(wait(), hub.loop).result(40)


def from_feed(hub: LivingHub, fixed: int, lon: float, state: UnitState = UnitState.FREE) -> None:
    """The city's own feed tells of the unit."""
    brought = {
        "id": UNIT.partition("/")[2], "kind": "grid", "name": "网格员 1", "state": state, "lon": lon, "lat": 30.0,
        "heading": 90.0, "speed": 1.0, "area": "330102001", "fixed": fixed,
    }  # fmt: skip
    on_hub(hub, lambda of: of.intake.take("positions", [Rows("unit", [brought])], CLOCK.now()))


def body_of(seat: OnTheWire, key: str) -> dict[str, Any]:
    async def go() -> bytes:
        subject = subjects.ask(seat.user.name, "body")
        return (await seat._client.request(subject, asks.encode(asks.KeyWanted(key)), timeout=30)).data

    fields = msgspec.msgpack.decode(seat._do(go()), type=asks.BodyReply).fields
    assert fields is not None
    return fields


def test_of_two_fixes_of_a_unit_the_newer_counts_whoever_told_it(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "gateway") as gateway:
        now = CLOCK.now()
        first = position(now + SECOND)
        for _ in range(2):
            assert gateway.say(first).seq
        known = row(hub, "unit", UNIT)
        assert known is not None
        assert (known["lon"], known["lat"], known["fixed"], known["name"]) == (120.17, 30.26, now + SECOND, UNIT)
        gateway.say(position(now, 119.0))  # an older one that was under way changes nothing
        from_feed(hub, now - SECOND, 118.0)
        kept = row(hub, "unit", UNIT)
        assert kept is not None
        assert (kept["lon"], kept["fixed"], kept["name"]) == (120.17, now + SECOND, "网格员 1")
        from_feed(hub, now + 2 * SECOND, 120.2)
        newer = row(hub, "unit", UNIT)
        assert newer is not None
        assert (newer["lon"], newer["heading"]) == (120.2, 90.0)
        gateway.say(position(now + 9 * HOUR, 120.3))  # a clock that is wrong: it counts as now and stops nothing
        gateway.say(position(CLOCK.now() + 3 * SECOND, 120.4))
        last = row(hub, "unit", UNIT)
        assert last is not None
        assert last["lon"] == 120.4
        for wrong in (position(now, float("nan")), position(now, 500.0), position(now, unit="网格员")):
            assert gateway.say(wrong).refused is not None
        assert gateway.say(position(now, unit="phones/P1")).seq
        new = row(hub, "unit", "phones/P1")
        assert new is not None
        assert (new["feed"], new["name"], new["lon"]) == ("phones", "P1", 120.17)


def test_who_goes_off_duty_is_so_whatever_the_feed_says_until_they_come_back_over_a_restart_too(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub:
        with on_the_wire(hub, "gateway") as gateway:
            now = CLOCK.now()
            off = Duty(new_id(CLOCK), UNIT, "d1", now, False)
            for _ in range(2):
                assert gateway.say(off).seq
            assert gateway.say(Duty(new_id(CLOCK), UNIT, "d1", now - HOUR, True)).seq  # said before, came later
            from_feed(hub, now + SECOND, 120.2)
            known = row(hub, "unit", UNIT)
            assert known is not None
            assert known["state"] == UnitState.OFF_DUTY
        hub.stop()
        hub.start()
        with on_the_wire(hub, "gateway") as gateway:
            from_feed(hub, now + 2 * SECOND, 120.2, UnitState.BUSY)
            assert gateway.say(off).seq
            end = CLOCK.mono() + 30
            while (known := row(hub, "unit", UNIT)) is None or known["state"] != UnitState.OFF_DUTY:
                assert CLOCK.mono() < end, known
            assert gateway.say(Duty(new_id(CLOCK), UNIT, "d1", now + SECOND, True)).seq
            known = row(hub, "unit", UNIT)
            assert known is not None
            assert known["state"] == UnitState.FREE


def test_a_report_is_an_event_once_for_ever_with_its_words_in_the_body_alone(tmp_path: Path) -> None:
    photo = PhotoRef("ab" * 32, 100, "image/jpeg")
    with LivingHub(tmp_path / "hub") as hub:
        with on_the_wire(hub, "gateway") as gateway, on_the_wire(hub, "seat-1") as seat:
            said = report(photos=(photo,))
            key = f"field/{said.id}"
            for _ in range(3):
                assert gateway.say(said).seq
            event = row(hub, "event", key)
            assert event is not None
            assert (event["kind"], event["feed"], event["channel"], event["state"]) == ("P0101", "field", "patrol", 0)
            assert event["place"]
            assert event["area"].startswith("3301")
            assert (event["has_picture"], event["occurred"]) == (1, said.said)
            assert all("13800138000" not in str(value) for value in event.values())
            body = body_of(seat, key)
            assert (body["text"], body["photos"], body["picture"]) == (said.words, [photo.sha256], "blob:" + "ab" * 32)
            assert body["facts"][0]["value"] == UNIT
            feed = row(hub, "feed", "field")
            assert feed is not None
            assert (feed["good"], feed["problem"]) == (1, "")
            assert CLOCK.now() - feed["received"] < 60 * SECOND
            plain = report(kind="", lon=float("nan"))
            assert gateway.say(plain).seq  # without a place it is where its unit is
            other = row(hub, "event", f"field/{plain.id}")
            assert other is not None
            assert (other["kind"], other["level"], other["lon"]) == ("other", 5, 120.16)
            assert gateway.say(report(words="x" * 5_000)).refused is not None
            assert gateway.say(report(photos=(photo,) * 50)).refused is not None
        hub.stop()
        (hub.profile / "hub.db").unlink()  # the picture was lost with the machine: the report was not
        for beside in hub.profile.glob("hub.db-*"):
            beside.unlink()
        hub.start()
        with on_the_wire(hub, "gateway") as gateway:
            assert gateway.say(said).seq
            until_there(hub, key)


def test_the_names_of_places_are_there_before_the_first_report_of_an_open_page(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "gateway") as gateway:
        gateway.signal("hub", Signal("online", unit=UNIT, device="d1"))

        async def wait() -> None:
            (field,) = (one for one in hub.hub.services if isinstance(one, FieldService))  # type: ignore[union-attr]
            async with asyncio.timeout(30):
                while not field._places._loaded:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.02)

        asyncio.run_coroutine_threadsafe(wait(), hub.loop).result(40)


def test_a_case_is_opened_about_a_report_and_closes_its_event(tmp_path: Path) -> None:
    with (
        LivingHub(tmp_path / "hub") as hub,
        on_the_wire(hub, "gateway") as gateway,
        on_the_wire(hub, "seat-1") as seat,
    ):
        said = report()
        assert gateway.say(said).seq
        key = f"field/{said.id}"
        case = new_id(CLOCK)
        assert seat.command(an_open(key), case).refused is None

        def state() -> Any:
            event = row(hub, "event", key)
            return event["state"] if event is not None else None

        assert state() == EventState.OPEN
        assert seat.command(CloseCase("void"), case, expected=1, words="误报").refused is None
        assert state() == EventState.CLOSED
        assert seat.command(ReopenCase(), case, expected=2, reason="看错了").refused is None
        assert state() == EventState.OPEN
