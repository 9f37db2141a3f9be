"""The workers of a city and their devices: which are switched on, and what is known of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from cockpit.city.city import City
from cockpit.city.errands import Errands
from cockpit.city.faults import Faults
from cockpit.city.gatehouse import Gatehouse
from cockpit.city.handset import HOUR_OFF, POLL_SECONDS, Common, Handset
from cockpit.city.orders import Order
from cockpit.city.units import Unit
from cockpit.city.worker import Manners, Worker, read_manners
from cockpit.model.clock import Clock
from cockpit.paths import assets_dir

LOOK_EVERY = 1.0
"""Seconds between two looks at who is on duty."""
WORK_EVERY = 0.1
"""Seconds between two looks at what those with an order do next."""
FEED = "positions"
"""The packs' feed that the units are published by: their keys in the picture begin with it."""
TIMEOUT = aiohttp.ClientTimeout(total=POLL_SECONDS + 20.0, sock_connect=5.0)


class Workers:
    """All workers of the running city.

    Args:
        file: where the gateway says where it is; see `Gatehouse`.
        now: city time, UTC microseconds.
        willing: see `read_manners`.
    """

    def __init__(self, file: Path, now: Callable[[], int], faults: Faults, clock: Clock, willing: bool = False) -> None:
        self._now, self._faults, self._clock = now, faults, clock
        self._manners = read_manners(assets_dir() / "city" / "workers.toml", willing)
        self._gatehouse = Gatehouse(file)
        self._common: Common | None = None
        self._crew: list[_Pair] = []
        self._city: City | None = None

    async def run(self, city: Callable[[], City]) -> None:
        """Keeps the devices of those on duty switched on until it is cancelled.

        Args:
            city: the running one; after a restart it is another.
        """
        connector = aiohttp.TCPConnector(limit=0)  # each device holds a request open
        async with (
            aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as session,
            asyncio.TaskGroup() as group,
        ):
            manners = self._manners
            self._common = Common(
                session, self._gatehouse, self._faults, self._clock, self._now, manners.words.broken, manners.calls,
                asyncio.Lock(),
            )  # fmt: skip
            group.create_task(self._gatehouse.watch())
            group.create_task(self._work())
            try:
                while True:
                    await self._look(city())
                    await asyncio.sleep(LOOK_EVERY)
            finally:
                await self._all_off()

    async def _work(self) -> None:
        """Lets those with an order act between two steps of the city too: at a high rate a step is a minute."""
        while True:
            await asyncio.sleep(WORK_EVERY)
            now = self._now()
            for pair in self._crew:
                if pair.worker.active:
                    pair.worker.step(now)

    def health(self) -> dict[str, Any]:
        """How they are, in numbers."""
        phones = [pair.phone for pair in self._crew]
        return {
            "on": sum(phone.running for phone in phones),
            "online": sum(phone.online for phone in phones),
            "at_work": sum(pair.worker.at_work for pair in self._crew),
            "kept": sum(phone.kept for phone in phones),
            "turned_away": sum(phone.turned_away for phone in phones),
            "why": next((phone.why for phone in phones if phone.why), ""),
        }

    async def _look(self, city: City) -> None:
        if city is not self._city:
            await self._all_off()
            self._staff(city)
        silent = self._faults.on("worker-silent")
        for pair in self._crew:
            phone = pair.phone
            wanted = not silent and (pair.worker.unit.state != "off" or phone.kept > 0)
            if wanted and not phone.running:
                phone.start()
            elif phone.running and not wanted:
                await phone.stop()

    def _staff(self, city: City) -> None:
        """Gives each unit of a city a worker with a device."""
        assert self._common is not None
        self._city = city
        around = Errands(city, self._manners)
        rng = random.Random(f"{city.seed}/phones")
        odd = rng.choice(city.units) if city.units else None
        usual = self._manners.habits.clock
        clocks = [HOUR_OFF if unit is odd else rng.gauss(0.0, usual) for unit in city.units]
        self._crew = [
            _Pair(self._common, city, unit, self._manners, around, ahead)
            for unit, ahead in zip(city.units, clocks, strict=True)
        ]
        city.workers = [pair.worker for pair in self._crew]

    async def _all_off(self) -> None:
        await asyncio.gather(*(pair.phone.stop() for pair in self._crew))
        self._crew = []


class _Pair:
    """A worker and the device in its hand."""

    def __init__(self, common: Common, city: City, unit: Unit, manners: Manners, around: Errands, ahead: float) -> None:
        self._now, self._city = common.now, city
        key = f"{FEED}/{unit.id}"
        self.phone = Handset(common, key, unit.name, self._hear, ahead, f"{city.seed}/{unit.id}/phone")
        self.worker = Worker(unit, manners, around, city.seed, self.phone.tell)

    def _hear(self, orders: list[Order]) -> None:
        self.worker.hear(orders, max(self._now(), self._city.now))
