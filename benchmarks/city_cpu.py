"""CPU of the embedded city at speed 1 with 240 units, read by one hub: share of a core over a span after start-up.

`python benchmarks/city_cpu.py [SECONDS]` prints one JSON line. The reader polls as the pack's feeds do.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

import httpx
import websockets


def used(pid: int) -> float:
    """User and system seconds of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def read(url: str) -> None:
    """What a hub does to a city."""

    async def stream(web: httpx.AsyncClient) -> None:
        async with web.stream("GET", url + "/events", timeout=None) as answer:
            async for _ in answer.aiter_bytes():
                pass

    async def positions() -> None:
        async with websockets.connect(url.replace("http", "ws") + "/positions") as socket:
            async for _ in socket:
                pass

    async def poll(web: httpx.AsyncClient, path: str, beat: float) -> None:
        etag = ""
        while True:
            answer = await web.get(url + path, headers={"If-None-Match": etag})
            etag = answer.headers.get("ETag", "")
            await asyncio.sleep(beat)

    async with httpx.AsyncClient() as web, asyncio.TaskGroup() as group:
        group.create_task(stream(web))
        group.create_task(positions())
        for path, beat in (("/sensors", 30), ("/cameras", 60), ("/areas", 300)):
            group.create_task(poll(web, path + ".geojson", beat))
        group.create_task(poll(web, "/alerts.cap", 30))


async def measure(seconds: float, spans: int = 1) -> dict[str, Any]:
    """Shares of a core over spans of `seconds`, and how long the city took to listen."""
    begun = time.monotonic()
    city = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cockpit.city.cli", "serve", "--port", "0"), stdout=asyncio.subprocess.PIPE
    )
    assert city.stdout is not None
    url = json.loads(await city.stdout.readline())["url"]
    started = time.monotonic() - begun
    reader = asyncio.create_task(read(url))
    shares = []
    try:
        await asyncio.sleep(4)  # the first polls are answered, areas packed
        for _ in range(spans):
            before, since = used(city.pid), time.monotonic()
            await asyncio.sleep(seconds)
            shares.append((used(city.pid) - before) / (time.monotonic() - since))
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        city.terminate()
        await city.wait()
    return {"city.cpu": [round(share, 4) for share in shares], "city.start_s": round(started, 2)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0))))
