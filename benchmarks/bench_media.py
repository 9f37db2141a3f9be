"""A conference of ten in the app: what it costs, and whether anybody hears a gap, while the city's devices report."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from benchmarks.children import EVENING, a_home, child, hear, tell
from benchmarks.feeds_load import OVER_NATS
from benchmarks.feeds_site import CITY, FEEDS, broker
from benchmarks.processes import cpu
from benchmarks.registry import bench
from cockpit.bus.server import server_binary
from cockpit.media.client import MediaProcess
from cockpit.media.told import LegUp
from cockpit.model.clock import SystemClock
from cockpit.processes import cockpit_command, free_port

LEGS = 10
SECONDS = float(os.environ.get("MEDIA_SECONDS", "30"))
READINGS = 20_000
"""A second, one a message over NATS."""
WARM_UP = 5.0
RUNS = 5
SETTLE = 15.0
"""Seconds for a hub that has just begun to hear so many devices."""
clock = SystemClock()


async def conference(log: Path, seconds: float) -> tuple[float, float]:
    """CPU of the media process in cores, and the longest gap in ms that one of ten heard who all speak at once."""
    up: set[str] = set()

    def happened(event: object) -> None:
        if isinstance(event, LegUp):
            up.add(event.leg)

    media = MediaProcess(log, on_event=happened)
    with child(sys.executable, "-m", "benchmarks.media_legs", talks=True) as (phones, _):
        await media.start()
        try:
            for n in range(LEGS):
                tell(phones, leg=n, sdp=await media.offer(f"leg{n}", mix="conference"))
                await media.accept(f"leg{n}", (await asyncio.to_thread(hear, phones))["sdp"])
            async with asyncio.timeout(30):
                while len(up) < LEGS:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.05)
            await asyncio.sleep(WARM_UP)
            tell(phones, seconds=seconds)
            used, begun = cpu(media.pid), clock.mono()
            await asyncio.sleep(seconds)
            cores = (cpu(media.pid) - used) / (clock.mono() - begun)
            legs = (await asyncio.to_thread(hear, phones))["legs"]
        finally:
            await media.stop()
    print(json.dumps({"cpu": round(cores, 3), "legs": legs}), file=sys.stderr)
    return cores, max(leg["gap"] for leg in legs)


@contextlib.contextmanager
def reports(home: Path, seconds: float) -> Iterator[None]:
    """A hub that hears 20,000 readings a second, one a message, from devices in processes of their own."""
    nats = free_port()
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        enter(broker(nats, server_binary(), "-a", "127.0.0.1", "-p", str(nats)))
        _, city = enter(child(*cockpit_command("city", "serve", "--port", "0", "--start", EVENING)))
        mqtt = free_port()
        enter(broker(mqtt, "mosquitto", "-p", str(mqtt)))
        ports = ("--nats", str(nats), "--mqtt", str(mqtt))
        devices = (sys.executable, "-m", "benchmarks.feeds_load", "--city", city["url"], *ports)
        load, about = enter(child(*devices, talks=True))
        feeds = home / "feeds.toml"
        feeds.write_text(FEEDS.format(inventory=about["url"], nats=nats, mqtt=mqtt), "utf-8")
        options = ("--pack", CITY, "--city", city["url"], "--port", "0", "--profile", str(home / "hub"))
        enter(child(*cockpit_command("hub", *options, "--feeds", str(feeds))))
        tell(load, way=OVER_NATS, rate=READINGS, seconds=seconds + 600)
        time.sleep(SETTLE)
        yield


@lru_cache
def measured() -> list[tuple[float, float]]:
    """CPU and longest gap of each run; both figures are of the same ones."""
    os.environ["PULSE_SERVER"] = "unix:/nonexistent"  # the conference's legs, not the desk's own sound
    with a_home() as home, reports(home, RUNS * (SECONDS + 30)):
        return [asyncio.run(conference(home / f"media{n}.log", SECONDS)) for n in range(RUNS)]


@bench("call.mix10_cpu", unit="cores", better="lower", runs=1)
def mix10_cpu() -> float:
    """User and system time of the media process over wall time with ten legs that all speak at once: ten decoded, ten
    different sums encoded; the median of five runs. Aim 0.5."""
    return statistics.median(cores for cores, _ in measured())


@bench("call.mix10_gap", unit="ms", better="lower", runs=1)
def mix10_gap() -> float:
    """The longest gap that any of the ten heard in any run, 60 ms behind the most punctual packet; aim 40."""
    return max(gap for _, gap in measured())
