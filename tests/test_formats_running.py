"""Every format on a running feed: polled from a server, and its rows or readings at the hub."""

from __future__ import annotations

import pytest

from cockpit.feeds.items import Readings, Rows
from cockpit.feeds.quarantine import Quarantine
from cockpit.feeds.runner import FeedRunner
from cockpit.feeds.sources.base import BackOff
from cockpit.model.city import FORMATS, FeedSpec
from cockpit.model.clock import CityClock, CityTime, SystemClock
from tests.feeds_server import Watcher, serving
from tests.format_kit import HANGZHOU, NOW
from tests.format_samples import samples
from tests.test_feeds_sources import go


class Hub(Watcher):
    """Stands where the hub will, in a city whose clock stands at the time of the samples."""

    def __init__(self):
        super().__init__()
        self.items, self.states = [], []
        system = SystemClock()
        self.clock = CityClock(system, CityTime(system.now(), NOW, 1.0))

    def runner(self, server_url, format_, topic, mapping):
        spec = FeedSpec("f", {"zh": "源"}, "http", "{city}/poll", format_, "wgs84", 5.0, topic, mapping=mapping)
        return FeedRunner(
            spec, server_url, HANGZHOU, self.clock, self.take, self.told, quarantine=Quarantine(),
            back_off=BackOff(0.01, 0.05),
        )  # fmt: skip

    def take(self, feed, items, received_us):
        self.items += items
        self.changed()

    def told(self, state):
        self.states.append(state)
        self.changed()


@pytest.mark.parametrize("name", FORMATS)
def test_a_feed_of_every_format_reaches_the_hub(name):
    async def test():
        async with serving() as server:
            for named, topic, mapping, data in samples():
                if named != name:
                    continue
                server.body = data
                hub = Hub()
                runner = hub.runner(server.base, name, topic, mapping)
                runner.start()
                try:
                    await hub.until(lambda hub=hub: any(isinstance(item, (Rows, Readings)) for item in hub.items))
                finally:
                    await runner.stop()
                assert all(item.topic == topic for item in hub.items if isinstance(item, Rows))
                assert hub.states[-1].problem is None

    go(test)


def test_a_feed_whose_mapping_is_wrong_says_so_and_does_not_start():
    async def test():
        async with serving() as server:
            hub = Hub()
            runner = hub.runner(server.base, "csv", "sensor", {"columns": {"id": "id", "valeu": "v"}})
            runner.start()
            await runner.stop()
            assert "columns.valeu" in hub.states[-1].problem.in_chinese()
            assert server.polls == []

    go(test)
