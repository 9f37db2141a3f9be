"""CPU of the embedded city at speed 1 on a stormy evening, 240 units, their devices on: share of a core.

`python benchmarks/city_cpu.py [SECONDS]` prints one JSON line. The hub that reads it, its bus and its gateway are the
real ones, each a process of its own that is not measured.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

COCKPIT = (sys.executable, "-m", "cockpit")
EVENING = "2026-07-14T17:42:00+08:00"
STARTS = 60.0
"""Seconds for all devices to enrol."""


def used(pid: int) -> float:
    """User and system seconds of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _started(*command: str) -> tuple[asyncio.subprocess.Process, str]:
    """A process and the address that it says."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    return process, json.loads(await process.stdout.readline())["url"]


async def _all_there(url: str) -> int:
    """Waits for all devices that are switched on; how many they are."""
    async with httpx.AsyncClient(trust_env=False) as web, asyncio.timeout(STARTS):
        while True:
            workers = (await web.get(url + "/health")).json()["workers"]
            if workers["online"] == workers["on"] > 0:
                return int(workers["on"])
            await asyncio.sleep(0.2)


async def measure(seconds: float, spans: int = 1) -> dict[str, Any]:
    """Shares of a core over spans of `seconds`, how many devices asked for orders, how long the city took to listen."""
    with tempfile.TemporaryDirectory(prefix="ck-") as folder:
        profile = Path(folder) / "hub"
        begun = time.monotonic()
        field = ("--field", str(profile / "field.json"), "--start", EVENING)
        city, url = await _started(sys.executable, "-m", "cockpit.city.cli", "serve", "--port", "0", *field)
        started = time.monotonic() - begun
        hub = None
        shares = []
        try:
            options = ("--city", url, "--pack", "hangzhou", "--port", "0", "--profile", str(profile))
            hub, _ = await _started(*COCKPIT, "hub", *options)
            devices = await _all_there(url)
            await asyncio.sleep(4)  # the first polls of the feeds are answered, areas packed
            for _ in range(spans):
                before, since = used(city.pid), time.monotonic()
                await asyncio.sleep(seconds)
                shares.append((used(city.pid) - before) / (time.monotonic() - since))
        finally:
            for process in (hub, city):
                if process is not None:
                    process.terminate()
                    await process.wait()
    return {
        "city.cpu": [round(share, 4) for share in shares],
        "city.devices": devices,
        "city.start_s": round(started, 2),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0))))
