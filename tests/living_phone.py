"""A phone page as its gateway meets it: over TLS, trusting the gateway's authority, with its WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx

from tests.living_gateway import LivingGateway

LIMIT = 30.0
AT = "2026-07-14T09:00:00+08:00"


class Phone:
    """One phone that enrolled by a code.

    Attributes:
        web: its requests.
    """

    def __init__(self, web: httpx.AsyncClient, token: str, unit: str, origin: str, context: ssl.SSLContext) -> None:
        self.web = web
        self.token = token
        self.unit = unit
        self.origin = origin
        self.context = context

    @property
    def head(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def get(self, path: str) -> httpx.Response:
        return await self.web.get(path, headers=self.head)

    async def post(self, path: str, key: str = "", **body: Any) -> httpx.Response:
        head = {**self.head, "Idempotency-Key": key or str(uuid.uuid4())}
        return await self.web.post(path, json=body, headers=head)

    async def upload(self, data: bytes, sha: str, type: str) -> httpx.Response:
        """The answer to the last piece, or to what was refused before."""
        begun = await self.post("/v1/blobs", sha256=sha, size=len(data), type=type)
        if begun.status_code != 201:
            return begun
        head = {**self.head, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        return await self.web.patch(f"/v1/blobs/{sha}", content=data, headers=head)

    @contextlib.asynccontextmanager
    async def live(self, origin: str | None = None, first: str | None = None) -> AsyncIterator[Line]:
        """Its WebSocket.

        Args:
            origin: where the page says that it comes from; first: its first message, its token where None.
        """
        async with aiohttp.ClientSession() as session:
            socket = await session.ws_connect(
                self.origin.replace("https", "wss") + "/v1/live",
                ssl=self.context,
                protocols=("cockpit.v1",),
                origin=self.origin if origin is None else origin,
                autoping=True,
            )
            try:
                await socket.send_str(json.dumps({"token": self.token}) if first is None else first)
                yield Line(socket)
            finally:
                await socket.close()


class Line:
    """An open WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, kind: str, leg: str, **more: Any) -> None:
        await self.socket.send_str(json.dumps({"kind": kind, "leg": leg, **more}))

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(LIMIT):
            said = await self.socket.receive()
        assert said.type is aiohttp.WSMsgType.TEXT, said
        heard: dict[str, Any] = json.loads(said.data)
        return heard

    async def closed(self) -> int:
        """The close code, whatever is said before."""
        async with asyncio.timeout(LIMIT):
            while (await self.socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        return self.socket.close_code or 0


def trusting(city: LivingGateway) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(city.gateway.folder / "ca.crt"))


@contextlib.asynccontextmanager
async def phone(city: LivingGateway, unit: str = "positions/U1", name: str = "王建国") -> AsyncIterator[Phone]:
    """A phone that enrolled by a code of its own."""
    made = await city.web.post("/v1/codes", json={"unit": unit, "name": name, "kind": "grid"}, headers=city.enrol_head)
    assert made.status_code == 201, made.text
    origin, _, code = made.json()["url"].partition("/#code=")
    context = trusting(city)
    async with httpx.AsyncClient(base_url=origin, verify=context, timeout=LIMIT, trust_env=False) as web:
        answer = await web.post("/v1/enrol", json={"code": code, "device": "手机"})
        assert answer.status_code == 201, answer.text
        yield Phone(web, answer.json()["token"], unit, origin, context)
