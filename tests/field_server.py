"""A small gateway for the city's workers: honest to the API, it moves orders as the ledger would, keeps what it hears.

It can be told to fail: `broken` answers 503, `mute` drops connections before the answer, after the fact was recorded.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import web

STATES = ("sent", "delivered", "read", "accepted", "en_route", "on_scene", "done")
ENDED = ("verified", "refused", "recalled", "expired")


class FieldServer:
    """See above.

    Attributes:
        facts: what was recorded, in order: key, unit, order and body of each.
        received: every POST of a fact with its key, the repeated ones too.
        blobs: photos that are whole; patches: (sha, offset, bytes, whole) of each PATCH.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.secret = secrets.token_hex(8)
        self.orders: dict[str, dict[str, Any]] = {}
        self.units: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.facts: list[dict[str, Any]] = []
        self.received: list[str] = []
        self.blobs: dict[str, bytes] = {}
        self.parts: dict[str, tuple[dict[str, Any], bytearray]] = {}
        self.patches: list[tuple[str, int, int, bool]] = []
        self.problems: list[str] = []
        self.polls = 0
        self.broken = self.mute = False
        self.rev = 0
        self._answers: dict[str, tuple[bytes, dict[str, Any]]] = {}
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None

    # -- what a test does --------------------------------------------------------------------------------------------

    def issue(self, unit: str, ident: str, lon: float, lat: float, kind: str = "E0506", **more: Any) -> None:
        self.units[ident] = unit
        self.orders[ident] = {
            "id": ident, "number": f"G-0714-{len(self.orders) + 1:04d}", "state": "sent", "lead": True,
            "kind": {"code": kind, "zh": "", "en": ""}, "level": 2, "lon": lon, "lat": lat, "datum": "wgs84",
            "place": None, "words": None, "text": "请到场处置", "issued": "2026-07-14T09:42:00.000Z",
            "valid_until": None, "arrive_by": None, "finish_by": None, "photos": [], "recalled": False, **more,
        }  # fmt: skip
        self.tell()

    def move(self, ident: str, state: str) -> None:
        """As an officer at the desk does: recalled, verified, or back to work."""
        self.orders[ident] |= {"state": state, "recalled": state == "recalled"}
        self.tell()

    def tell(self) -> None:
        self.rev += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def kinds(self, ident: str) -> list[str]:
        return [fact["kind"] for fact in self.facts if fact["order"] == ident]

    async def until(self, ident: str, kind: str, seconds: float = 30.0) -> dict[str, Any]:
        """The first fact of that kind about an order."""
        async with asyncio.timeout(seconds):
            while True:
                changed = self._changed
                for fact in self.facts:
                    if (fact["order"], fact["kind"]) == (ident, kind):
                        return fact
                await changed.wait()

    # -- what it answers ---------------------------------------------------------------------------------------------

    async def open(self) -> None:
        app = web.Application(middlewares=[self._mishaps])
        app.add_routes(
            [
                web.post("/v1/enrol", self._enrol),
                web.get("/v1/orders", self._orders),
                web.post("/v1/orders/{id}/facts", self._fact),
                web.post("/v1/blobs", self._begin),
                web.patch("/v1/blobs/{sha}", self._part),
                web.head("/v1/blobs/{sha}", self._head),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        port = site._server.sockets[0].getsockname()[1]
        self.file.write_text(json.dumps({"url": f"http://127.0.0.1:{port}", "enrol": self.secret, "pid": 1}))

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def move_house(self) -> None:
        """Another port, as after a restart; what it knows, it knows."""
        await self.close()
        await self.open()

    @web.middleware
    async def _mishaps(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.broken:
            return self._problem(503, "later")
        answer: web.StreamResponse = await handler(request)
        if self.mute and request.method == "POST":
            assert request.transport is not None
            request.transport.abort()
        return answer

    def _problem(self, status: int, why: str) -> web.Response:
        self.problems.append(why)
        body = json.dumps({"title": why, "status": status}).encode()
        return web.Response(status=status, body=body, content_type="application/problem+json")

    def _unit(self, request: web.Request) -> str:
        return self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "), "")

    async def _enrol(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.secret}":
            return self._problem(401, "no such secret")
        unit = (await request.json())["unit"]
        token = secrets.token_hex(32)
        self.tokens[token] = unit
        return web.json_response({"token": token, "unit": unit, "expires": "2026-07-21T00:00:00.000Z"}, status=201)

    async def _orders(self, request: web.Request) -> web.Response:
        unit = self._unit(request)
        if not unit:
            return self._problem(401, "no such token")
        self.polls += 1
        after, wait = int(request.query["after"]), float(request.query["wait"])
        if self.rev <= after:
            changed = self._changed
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await changed.wait()
        mine = [order for ident, order in self.orders.items() if self.units[ident] == unit]
        return web.json_response({"now": "2026-07-14T09:42:00.000Z", "rev": self.rev, "orders": mine})

    async def _fact(self, request: web.Request) -> web.Response:
        unit, ident, data = self._unit(request), request.match_info["id"], await request.read()
        if not unit:
            return self._problem(401, "no such token")
        if self.units.get(ident) != unit:
            return self._problem(404, "no such order")
        key = request.headers["Idempotency-Key"]
        self.received.append(key)
        if key in self._answers:
            before, answer = self._answers[key]
            return web.json_response(answer) if before == data else self._problem(409, "same key, another body")
        body = json.loads(data)
        if body["kind"] == "photo" and body["photo"] not in self.blobs:
            return self._problem(422, "no such photo")
        answer = {"id": key, "recorded": "2026-07-14T09:42:00.000Z", "clock_ahead_s": 0.0}
        self._answers[key] = (data, answer)
        self.facts.append({"key": key, "unit": unit, "order": ident, **body})
        order = self.orders[ident]
        states = (*STATES, "refused")
        if order["state"] not in ENDED and states.index(order["state"]) < _index(states, body["kind"]):
            order["state"] = body["kind"]
        self.tell()
        return web.json_response(answer, status=201)

    async def _begin(self, request: web.Request) -> web.Response:
        if not self._unit(request):
            return self._problem(401, "no such token")
        wanted = await request.json()
        sha = wanted["sha256"]
        known = sha in self.parts or sha in self.blobs
        if not known:
            self.parts[sha] = (wanted, bytearray())
        at = wanted["size"] if sha in self.blobs else len(self.parts[sha][1])
        return web.Response(
            status=200 if known else 201, headers={"Location": f"/v1/blobs/{sha}", "Upload-Offset": str(at)}
        )

    async def _part(self, request: web.Request) -> web.Response:
        sha = request.match_info["sha"]
        if sha not in self.parts:
            return self._problem(404, "no such photo")
        wanted, have = self.parts[sha]
        at = int(request.headers["Upload-Offset"])
        if at != len(have):
            return self._problem(409, f"{len(have)} are there")
        try:
            async for chunk in request.content.iter_any():
                have += chunk
        except (ConnectionError, web.RequestPayloadError):
            self.patches.append((sha, at, len(have) - at, False))
            return web.Response(status=400)  # nobody hears it
        self.patches.append((sha, at, len(have) - at, True))
        if len(have) == wanted["size"]:
            del self.parts[sha]
            if hashlib.sha256(have).hexdigest() != sha or not _is_png(bytes(have)):
                return self._problem(422, "no photo")
            self.blobs[sha] = bytes(have)
        return web.Response(status=204, headers={"Upload-Offset": str(at + self.patches[-1][2])})

    async def _head(self, request: web.Request) -> web.Response:
        sha = request.match_info["sha"]
        if sha not in self.parts:
            return web.Response(status=404)
        wanted, have = self.parts[sha]
        return web.Response(headers={"Upload-Offset": str(len(have)), "Upload-Length": str(wanted["size"])})


def _index(states: tuple[str, ...], kind: str) -> int:
    return states.index(kind) if kind in states else -1


def _is_png(data: bytes) -> bool:
    """Whole from the first chunk to the last."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return False
    at = 8
    while at + 12 <= len(data):
        long = int.from_bytes(data[at : at + 4], "big")
        if zlib.crc32(data[at + 4 : at + 8 + long]) != int.from_bytes(data[at + 8 + long : at + 12 + long], "big"):
            return False
        if data[at + 4 : at + 8] == b"IEND":
            return at + 12 == len(data)
        at += 12 + long
    return False


@asynccontextmanager
async def field_server(file: Path) -> AsyncIterator[FieldServer]:
    server = FieldServer(file)
    await server.open()
    try:
        yield server
    finally:
        await server.close()
