"""One feed from the server to the hub: what it hands on, what it says about itself, and that nothing stops it."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from cockpit.feeds.formats.city import City
from cockpit.feeds.items import Everything, Rows
from cockpit.feeds.quarantine import KEEP, Quarantine
from cockpit.feeds.runner import FeedRunner, fetch_clock
from cockpit.feeds.sources.base import BackOff, Source
from cockpit.model.city import FeedSpec
from cockpit.model.clock import HOUR, CityClock, CityTime, ManualClock, SystemClock, from_iso, to_iso
from cockpit.model.errors import OutsideError
from cockpit.model.messages import texts
from tests.feeds_server import Watcher, serving
from tests.test_feeds_sources import free_port, go

BOUNDS = (120.05, 30.12, 120.32, 30.36)
AT = "2026-07-14T17:32:30+08:00"


class Hub(Watcher):
    """Stands where the hub will."""

    def __init__(self, clock=None):
        super().__init__()
        self.batches, self.states, self.quarantine = [], [], Quarantine()
        self.clock = clock or CityClock(SystemClock())

    def runner(self, server_url, source="sse", path="/events", format="city", datum="wgs84", topic="event", beat=5.0):
        spec = FeedSpec("f", {"zh": "源"}, source, "{city}" + path, format, datum, beat, topic)
        return FeedRunner(
            spec, server_url, BOUNDS, self.clock, self.take, self.told,
            quarantine=self.quarantine, back_off=BackOff(0.01, 0.05),
        )  # fmt: skip

    def take(self, feed, items, received_us):
        self.batches.append((feed, items, received_us))
        self.changed()

    def told(self, state):
        self.states.append(state)
        self.changed()

    @property
    def state(self):
        return self.states[-1]

    @property
    def items(self):
        return [item for _, items, _ in self.batches for item in items]


def sse(kind, data):
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()


def event(id="e1", **more):
    return {"id": id, "kind": "E0506", "level": 2, "lon": 120.2, "lat": 30.2, "occurred": AT, **more}


def test_events_reach_the_hub_with_their_receive_stamp():
    async def test():
        async with serving() as server:
            server.script = [[sse("event", event()), sse("sync", {"open": ["e1"]}), sse("beat", {"at": AT})]]
            hub = Hub()
            began = hub.clock.wall()
            runner = hub.runner(server.base + "/")
            runner.start()
            await hub.until(lambda: hub.states and hub.state.good == 3)
            await runner.stop()
            assert isinstance(hub.items[0], Rows)
            assert hub.items[1] == Everything("event", ["e1"])
            assert all(feed == "f" and began <= us <= hub.clock.wall() for feed, _, us in hub.batches)
            assert hub.state.problem is None
            assert runner.state == hub.state

    go(test)


def test_a_bad_item_goes_to_quarantine_and_the_feed_goes_on():
    async def test():
        async with serving() as server:
            server.script = [
                [sse("event", event(level=9)), b"event: event\ndata: }garbage{\n\n", sse("event", event())]
            ]
            hub = Hub()
            runner = hub.runner(server.base)
            runner.start()
            await hub.until(lambda: hub.states and hub.state.good == 1)
            await runner.stop()
            assert hub.state.bad == 2
            assert any(s.problem and "隔离" in s.problem.in_chinese() for s in hub.states)
            assert hub.state.problem is None
            assert hub.quarantine.counts == {"f": 2}
            newest = hub.quarantine.last("f")[0]
            assert b"garbage" in newest.refused.sample
            assert newest.refused.reason.in_chinese()
            assert [row["id"] for item in hub.items for row in item.rows] == ["e1"]

    go(test)


def test_garbage_does_not_count_as_a_sign_of_life():
    async def test():
        async with serving() as server:
            server.script = [[b"data: garbage\n\n"]]
            hub = Hub()
            runner = hub.runner(server.base)
            runner.start()
            await hub.until(lambda: hub.states and hub.state.bad == 1)
            await runner.stop()
            assert hub.state.good == 0
            assert hub.state.problem.id == "feeds.all_refused"
            assert not hub.batches

    go(test)


@pytest.mark.logs("bug on .* bytes")
def test_a_bug_in_a_format_is_logged_once_counted_and_the_feed_goes_on(monkeypatch, caplog):
    plain = City.parse

    def parse(self, data, context):
        if b"trap" in data:
            raise ZeroDivisionError("trap")
        return plain(self, data, context)

    async def test():
        async with serving() as server:
            server.script = [[b"data: trap\n\n", b"data: trap\n\n", sse("event", event())]]
            hub = Hub()
            runner = hub.runner(server.base)
            runner.start()
            await hub.until(lambda: hub.states and hub.state.good == 1)
            await runner.stop()
            assert hub.state.bad == 2
            assert "ZeroDivisionError" in hub.quarantine.last()[0].refused.reason.in_chinese()

    monkeypatch.setattr(City, "parse", parse)
    with caplog.at_level(logging.ERROR):
        go(test)
    assert len(caplog.records) == 1


@pytest.mark.logs("could not take 1 items")
def test_a_bug_in_the_hub_does_not_break_the_connection():
    async def test():
        async with serving() as server:
            server.script = [[sse("event", event("a")), sse("event", event("b"))]]
            hub = Hub()
            taken = hub.take

            def take(feed, items, received_us):
                hub.take = taken
                raise OSError(28, "No space left on device")

            runner = hub.runner(server.base)
            runner._on_items = lambda *call: hub.take(*call)
            hub.take = take
            runner.start()
            await hub.until(lambda: hub.states and hub.state.good == 2)
            await runner.stop()
            assert len(server.streams) == 1
            assert [row["id"] for item in hub.items for row in item.rows] == ["b"]

    go(test)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"datum": ""}, "坐标系"),
        ({"datum": "mars"}, "mars"),
        ({"format": "pdf"}, "pdf"),
        ({"source": "pigeon"}, "pigeon"),
    ],
)
def test_a_feed_that_can_not_be_run_says_so_and_makes_no_connection(changes, names):
    async def test():
        async with serving() as server:
            hub = Hub()
            runner = hub.runner(server.base, **changes)
            runner.start()
            assert names in hub.state.problem.in_chinese()
            assert names in texts("en")(hub.state.problem) or names == "坐标系"
            await runner.stop()
            assert not server.streams

    go(test)


def test_a_city_that_dies_is_said_and_one_that_comes_back_is_live_again():
    async def test():
        hub = Hub()
        runner = hub.runner(f"http://127.0.0.1:{free_port()}")
        runner.start()
        await hub.until(lambda: hub.states)
        assert hub.state.problem.id == "feeds.refused"
        assert hub.state.retry_us > 0
        assert hub.state.received == 0
        await runner.stop()
        async with serving() as server:
            server.script = [[], [sse("event", event())]]
            runner = hub.runner(server.base)
            runner.start()
            await hub.until(lambda: hub.state.good == 1)
            assert hub.state.problem is None
            assert hub.state.retry_us == 0
            await runner.stop()

    go(test)


def test_lag_is_told_in_the_citys_clock_and_a_skewed_source_is_not_refused():
    async def test():
        machine = ManualClock()
        city = CityTime(wall_us=machine.now(), city_us=from_iso(AT), rate=1.0, run="r", demo=True)
        async with serving() as server:
            ahead = to_iso(from_iso(AT) + HOUR)
            server.script = [[sse("beat", {"at": AT}), sse("beat", {"at": ahead})]]
            hub = Hub(CityClock(machine, city))
            runner = hub.runner(server.base)
            runner.start()
            await hub.until(lambda: hub.states and hub.state.good == 2)
            await runner.stop()
            assert [s.lag for s in hub.states if s.good == 1] == [0]
            assert hub.state.lag == -HOUR
            assert hub.state.bad == 0

    go(test)


def test_a_large_poll_is_read_aside_and_an_unchanged_one_keeps_the_feed_live():
    async def test():
        async with serving() as server:
            places = [
                {"type": "Feature", "id": f"c{i}", "properties": {"kind": "ball", "name": "路口" * 20},
                 "geometry": {"type": "Point", "coordinates": [120.2, 30.2]}}
                for i in range(2000)
            ]  # fmt: skip
            server.body = json.dumps({"type": "FeatureCollection", "features": places}).encode()
            server.etag = '"1"'
            hub = Hub()
            runner = hub.runner(server.base, "http", "/poll", "geojson", topic="camera", beat=0.02)
            runner.start()
            await hub.until(lambda: len(server.polls) >= 3 and hub.states and hub.state.received > hub.batches[0][2])
            await runner.stop()
            rows = [item for item in hub.items if isinstance(item, Rows)]
            assert len(rows[0].rows) == 2000
            assert hub.state.good == 1

    go(test)


def test_a_feed_can_be_stopped_and_started_again():
    async def test():
        async with serving() as server:
            server.script = [[sse("event", event("a"))]]
            hub = Hub()
            runner = hub.runner(server.base)
            runner.start()
            runner.start()
            await hub.until(lambda: hub.states and hub.state.good == 1)
            await runner.stop()
            await runner.stop()
            server.script.append([sse("event", event("b"))])
            runner.start()
            await hub.until(lambda: hub.state.good == 2)
            await runner.stop()
            assert len(server.streams) == 2

    go(test)


def test_quarantine_keeps_the_last_of_each_feed_and_reason_and_counts_them_all():
    from cockpit.feeds.items import refused

    written = []
    keeper = Quarantine(written.append)
    for i in range(700):
        keeper.add("a" if i % 2 else "b", i, refused("no_id", str(i)))
    assert len(keeper.last()) == 2 * KEEP
    assert keeper.last()[0].received == 699
    assert keeper.counts == {"a": 350, "b": 350}
    assert len(written) == 700


@pytest.mark.logs("quarantine is not written down")
def test_a_full_disk_costs_the_record_and_not_the_feed(caplog):
    from cockpit.feeds.items import refused

    def full(kept):
        raise OSError(28, "No space left on device")

    keeper = Quarantine(full)
    keeper.add("a", 1, refused("no_id", "x"))
    keeper.add("a", 2, refused("no_id", "y"))
    assert len(keeper.last()) == 2
    assert len(caplog.records) == 1


CARD = {
    "service": "city-cockpit-city", "v": 1, "city": "hangzhou", "run": "r1", "demo": True,
    "clock": {"wall": AT, "city": AT, "rate": 24.0},
}  # fmt: skip


def test_a_demo_city_runs_on_its_own_clock():
    async def test():
        async with serving() as server:
            server.card = CARD
            clock = SystemClock()
            before = clock.now()
            city = await fetch_clock(server.base, clock)
            assert before <= city.wall_us <= clock.now()
            assert (city.city_us, city.rate, city.run, city.demo) == (from_iso(AT), 24.0, "r1", True)

    go(test)


@pytest.mark.parametrize(
    "card", [None, [], {"service": "other", "clock": CARD["clock"]}, {**CARD, "clock": {"city": "?"}}]
)
def test_another_platform_runs_on_the_machines_clock(card):
    async def test():
        async with serving() as server:
            server.card = card
            city = await fetch_clock(server.base, SystemClock())
            assert city.at(123) == 123
            assert not city.demo

    go(test)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_city_that_can_not_answer_now_may_still_have_a_clock_of_its_own(status):
    async def test():
        async with serving() as server:
            server.card_status = status
            with pytest.raises(OutsideError, match=str(status)):
                await fetch_clock(server.base, SystemClock())

    go(test)


@pytest.mark.parametrize("status", [401, 403, 500, 501])
def test_a_platform_that_never_says_is_on_the_machines_clock(status):
    async def test():
        async with serving() as server:
            server.card_status = status
            assert await fetch_clock(server.base, SystemClock()) == CityTime()

    go(test)


def test_a_city_that_does_not_answer_is_an_outside_error():
    async def test():
        with pytest.raises(OutsideError, match="连不上"):
            async with asyncio.timeout(5):
                await fetch_clock(f"http://127.0.0.1:{free_port()}", SystemClock())

    go(test)


def test_a_source_that_swallows_its_end_is_told_once_more(monkeypatch):
    class Stubborn(Source):
        name = "stubborn"
        swallowed = 0

        async def attempt(self):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if not self.swallowed:
                    Stubborn.swallowed += 1
                    return
                raise

    monkeypatch.setattr("cockpit.feeds.runner.find_source", lambda name: Stubborn)
    monkeypatch.setattr("cockpit.feeds.runner.STOP_SECONDS", 0.05)

    async def test():
        runner = Hub().runner("http://127.0.0.1:9")
        runner.start()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        async with asyncio.timeout(20):
            await runner.stop()
        assert Stubborn.swallowed == 1

    go(test)
