"""A real city server on a real port, with a clock that the test moves and steps that the test takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx

from cockpit.city.build import Place
from cockpit.city.faults import Faults
from cockpit.city.platform import Platform
from cockpit.city.server import Server
from cockpit.model.clock import ManualClock, from_iso
from cockpit.packs.read import read_pack

EVENING = from_iso("2026-07-14T17:42:00+08:00")


@lru_cache(maxsize=2)
def place(name: str = "hangzhou") -> Place:
    return Place(read_pack(name))


@dataclass
class LivingCity:
    server: Server
    clock: ManualClock
    web: httpx.AsyncClient
    url: str

    @property
    def platform(self) -> Platform:
        return self.server.platform

    def step(self, seconds: float = 1.0) -> None:
        """Moves the clock and lets the city go on to it."""
        self.clock.advance(seconds)
        self.platform.step()

    def step_until_event(self) -> None:
        """Steps until a message was published."""
        before = self.platform.events.last
        while self.platform.events.last == before:
            self.step(5)


@asynccontextmanager
async def living_city(pack: str = "hangzhou", **options: Any) -> AsyncIterator[LivingCity]:
    clock = ManualClock(EVENING)
    given = {"seed": 7, "speed": 1.0, "start_us": EVENING, "units": 240, "events_per_day": 1200.0, **options}
    platform = Platform(place(pack), **given, clock=clock, faults=Faults(clock))
    server = Server(platform, 0, clock)
    await server.open()
    url = f"http://127.0.0.1:{server.port}"
    try:
        async with httpx.AsyncClient(base_url=url, timeout=20.0) as web:
            yield LivingCity(server, clock, web, url)
    finally:
        await server.close()
