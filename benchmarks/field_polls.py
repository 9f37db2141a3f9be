"""What waiting devices cost the gateway, and how long one waits until its fact is on the disk.

`python -m benchmarks.field_polls [SECONDS]` prints one JSON line: share of a core of the gateway's process while 240
devices wait for orders, 25 seconds a question, over loopback; ms from a fact until the answer that it is durable.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.city_cpu import used
from cockpit.model.clock import HOUR, SystemClock
from cockpit.model.entries import (
    GENESIS,
    Actor,
    CaseOpened,
    Decision,
    NewCase,
    OrderIssued,
    StageReached,
    digest,
    encode,
    raw_entry,
)
from cockpit.store.ledger import LedgerCopy

DEVICES = 240
WAIT = 25
FACTS = 200


def ledger(profile: Path) -> None:
    """A ledger in which each unit has an order."""
    clock = SystemClock()
    now = clock.now()
    rows: list[tuple[int, bytes]] = []
    prev = GENESIS
    for n in range(1, DEVICES + 1):
        case = NewCase("", "E0506", 2, 120.16, 30.25, "330102001", "12345")
        entries = (
            CaseOpened(f"0714-{n:04d}", case),
            StageReached("assigned", 0),
            OrderIssued(f"o-{n}", f"G-0714-{n:04d}", f"positions/U{n}", True, now, 0, now + HOUR, now + 2 * HOUR),
        )
        raw = tuple(map(raw_entry, entries))
        actor = Actor("seat-1", "duty")
        data = encode(Decision("h", n, prev, str(uuid.uuid4()), now, now, now, actor, f"c-{n}", 1, raw))
        rows.append((n, data))
        prev = digest(data)
    copy = LedgerCopy.open(profile / "field" / "ledger.db", clock)
    copy.append_many(rows)
    copy.close()


async def enrol(web: aiohttp.ClientSession, secret: str, unit: str) -> dict[str, str]:
    said = {"unit": unit, "device": "bench"}
    async with web.post("/v1/enrol", json=said, headers={"Authorization": f"Bearer {secret}"}) as answer:
        return {"Authorization": f"Bearer {(await answer.json())['token']}"}


async def poll(web: aiohttp.ClientSession, head: dict[str, str]) -> None:
    rev = 0
    while True:
        async with web.get(f"/v1/orders?after={rev}&wait={WAIT}", headers=head) as answer:
            rev = (await answer.json())["rev"]


async def facts(web: aiohttp.ClientSession, head: dict[str, str]) -> list[float]:
    """ms of each of the facts, one after the other."""
    took = []
    body = {"kind": "note", "at": "2026-07-14T09:00:00Z", "words": "到达现场附近", "lon": 120.1, "lat": 30.2}
    for _ in range(FACTS):
        begun = time.perf_counter()
        key = {"Idempotency-Key": str(uuid.uuid4())}
        async with web.post("/v1/orders/o-1/facts", json=body, headers=head | key) as answer:
            await answer.read()
            assert answer.status in (201, 202), answer.status
        took.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.1)  # a device may say ten a second
    return took


async def measure(seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="ck-") as folder:
        profile = Path(folder)
        ledger(profile)
        gateway = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cockpit", "gateway", "--profile", folder),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            assert gateway.stdout is not None
            await gateway.stdout.readline()
            note = json.loads((profile / "field.json").read_bytes())
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(note["url"], connector=connector) as web:
                heads = [await enrol(web, note["enrol"], f"positions/U{n}") for n in range(1, DEVICES + 1)]
                polls = [asyncio.create_task(poll(web, head)) for head in heads]
                await asyncio.sleep(3)
                before, since = used(gateway.pid), time.monotonic()
                await asyncio.sleep(seconds)
                share = (used(gateway.pid) - before) / (time.monotonic() - since)
                took = sorted(await facts(web, heads[0]))
                for task in polls:
                    task.cancel()
                await asyncio.gather(*polls, return_exceptions=True)
        finally:
            gateway.terminate()
            await gateway.wait()
    p99 = took[round(len(took) * 0.99) - 1]
    return {"field.poll_cpu": round(share, 4), "field.fact_p50": took[len(took) // 2], "field.fact_p99": p99}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 50.0))))
