"""A city platform that speaks events only: 2,000 stand open, then so many messages a second, each with its time.

`python -m benchmarks.source --rate 200 --city URL` prints one JSON line with its address. It says
`GET /events` (server-sent events in the city's format), `GET /list` (all open ones as one JSON list) and `GET /sent`
(what was sent when: `[key, "new" | "gone", monotonic seconds]`; that clock is one for all processes of a machine).
Every second message is a new event, the others close the oldest.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
from collections import deque
from typing import Any

import httpx
from aiohttp import web

from benchmarks.make_cache import BOX, CHANNELS, DISTRICTS, ROADS, kinds
from cockpit.city.stream import Stream
from cockpit.model.clock import CityTime, SystemClock, from_iso, to_iso
from cockpit.processes import die_with_parent

STANDING = 2_000
FEED = "events"
"""Id of the feed in the pack, the head of the keys."""


class Source:
    """The open events and the stream of what happens to them."""

    def __init__(self, city_time: CityTime, seed: int = 7) -> None:
        self.stream = Stream("bench")
        self.sent: list[tuple[str, str, float]] = []
        self._clock = SystemClock()
        self._time = city_time
        self._random = random.Random(seed)
        self._codes = list(kinds())
        self._number = itertools.count()
        self._open: deque[dict[str, Any]] = deque(self._new() for _ in range(STANDING))

    def _new(self) -> dict[str, Any]:
        draw = self._random
        west, south, east, north = BOX
        now = to_iso(self._time.at(self._clock.now()))
        district = draw.choice(DISTRICTS)
        return {
            "id": f"b-{next(self._number):07d}",
            "kind": draw.choice(self._codes),
            "level": draw.choices((1, 2, 3, 4, 5), (1, 6, 23, 60, 10))[0],
            "state": "open",
            "lon": round(draw.uniform(west, east), 6),
            "lat": round(draw.uniform(south, north), 6),
            "area": f"{district}{draw.randrange(1, 60):06d}",
            "place": f"{draw.choice(ROADS)}与{draw.choice(ROADS)}交叉口",
            "channel": draw.choice(CHANNELS),
            "amount": None,
            "occurred": now,
            "updated": now,
            "body": {"text": "量测用的事件", "facts": [], "timeline": []},
        }

    def send(self) -> None:
        """One message: a new event, or the oldest is closed."""
        if len(self._open) > STANDING:
            event = {**self._open.popleft(), "state": "closed", "updated": to_iso(self._time.at(self._clock.now()))}
            what = "gone"
        else:
            event = self._new()
            self._open.append(event)
            what = "new"
        data = json.dumps(event, ensure_ascii=False).encode()
        self.sent.append((f"{FEED}/{event['id']}", what, self._clock.mono()))
        self.stream.publish("event", data)

    async def run(self, rate: float) -> None:
        """Sends at an even pace; what was late is made up for at once, as a burst is."""
        begun = self._clock.mono()
        for n in itertools.count(1):
            await asyncio.sleep(max(0.0, begun + n / rate - self._clock.mono()))
            self.send()

    async def events(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await answer.prepare(request)
        reader = self.stream.join()
        try:
            for event in list(self._open):
                await answer.write(b"event: event\ndata: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n")
            ids = json.dumps({"open": [event["id"] for event in self._open]})
            await answer.write(f"id: {self.stream.ident()}\nevent: sync\ndata: {ids}\n\n".encode())
            while (chunk := await reader.queue.get()) is not None:
                await answer.write(chunk)
        except ConnectionResetError:  # the hub went
            pass
        finally:
            self.stream.leave(reader)
        return answer

    async def list(self, request: web.Request) -> web.Response:
        return web.json_response(list(self._open))

    async def said(self, request: web.Request) -> web.Response:
        return web.json_response(self.sent)


async def serve(rate: float, city: str) -> None:
    async with httpx.AsyncClient() as client:
        clock = (await client.get(city)).json()["clock"]
    source = Source(CityTime(from_iso(clock["wall"]), from_iso(clock["city"]), float(clock["rate"])))
    app = web.Application()
    app.add_routes([web.get("/events", source.events), web.get("/list", source.list), web.get("/sent", source.said)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)
    await source.run(rate)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--city", required=True, help="address of the platform whose clock the events follow")
    options = parser.parse_args()
    die_with_parent()
    asyncio.run(serve(options.rate, options.city))


if __name__ == "__main__":
    main()
