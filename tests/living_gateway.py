"""A real gateway on a real port, with a clock that the test moves and the ledger of a desk; the hub is away."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from cockpit.field.gateway import Gateway
from cockpit.field.limits import Limits
from cockpit.model.city import Pack
from cockpit.model.clock import Clock, ManualClock
from cockpit.packs.read import read_pack
from cockpit.store.ledger import LedgerCopy
from tests.ledger_desk import START, Desk, issue

PIECE = {"Content-Type": "application/offset+octet-stream"}
LOG = logging.getLogger("cockpit.field")


@dataclass
class Device:
    """One device that signed in."""

    web: httpx.AsyncClient
    token: str
    unit: str

    @property
    def head(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def orders(self, after: int = 0, wait: float = 0) -> httpx.Response:
        return await self.web.get("/v1/orders", params={"after": after, "wait": wait}, headers=self.head)

    async def fact(self, order: str, kind: str, key: str = "", **body: Any) -> httpx.Response:
        head = {**self.head, "Idempotency-Key": key or str(uuid.uuid4())}
        said = {"kind": kind, "at": "2026-07-14T09:00:00+08:00", **body}
        return await self.web.post(f"/v1/orders/{order}/facts", json=said, headers=head)

    async def begin(self, data: bytes, sha: str, type: str = "image/jpeg", size: int = 0) -> httpx.Response:
        said = {"sha256": sha, "size": size or len(data), "type": type}
        return await self.web.post("/v1/blobs", json=said, headers=self.head)

    async def piece(self, sha: str, data: Any, offset: int = 0) -> httpx.Response:
        head = {**self.head, **PIECE, "Upload-Offset": str(offset)}
        return await self.web.patch(f"/v1/blobs/{sha}", content=data, headers=head)

    async def state(self, sha: str) -> httpx.Response:
        return await self.web.head(f"/v1/blobs/{sha}", headers=self.head)


@dataclass
class LivingGateway:
    gateway: Gateway
    clock: Any
    web: httpx.AsyncClient
    devices: list[Device] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.gateway.site.url

    @property
    def enrol_head(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.gateway.enrol_secret}"}

    async def enrol(self, unit: str = "positions/U1", device: str = "终端 1") -> Device:
        answer = await self.web.post("/v1/enrol", json={"unit": unit, "device": device}, headers=self.enrol_head)
        assert answer.status_code == 201, answer.text
        return Device(self.web, answer.json()["token"], unit)


@lru_cache(maxsize=1)
def pack() -> Pack:
    return read_pack("lujiazui")


def desk_with_orders(*units: str) -> Desk:
    """A desk that ordered units to an event; the words of its case never reach a gateway without a hub."""
    desk = Desk()
    assert (
        desk.do(issue(*(units or ("U1", "U2")), event="events/E1"), order="疏散积水路段", place="世纪大道地铁站")
        is None
    )
    return desk


def remember(profile: Path, desk: Desk) -> None:
    """What a gateway of this profile knew when it last ran."""
    copy = LedgerCopy.open(profile / "field" / "ledger.db", ManualClock())
    copy.append_many([(n, data) for n, data in enumerate(desk.log, 1) if n > copy.last[0]])
    copy.close()


@contextlib.asynccontextmanager
async def living_gateway(
    profile: Path, desk: Desk | None = None, clock: Clock | None = None, limits: Limits | None = None
) -> AsyncIterator[LivingGateway]:
    """
    Args:
        clock: the machine's; one that stands at the beginning of the desk's day where none is given.
    """
    if desk is not None:
        remember(profile, desk)
    clock = clock or ManualClock(START)
    gateway = Gateway(profile, 0, pack(), clock, limits)
    ready = asyncio.Event()
    running = asyncio.create_task(gateway.run(ready.set))
    starting = asyncio.create_task(ready.wait())
    await asyncio.wait([running, starting], return_when=asyncio.FIRST_COMPLETED)
    starting.cancel()
    try:
        if running.done():
            running.result()
        async with httpx.AsyncClient(base_url=gateway.site.url, timeout=30.0, trust_env=False) as web:
            yield LivingGateway(gateway, clock, web)
    finally:
        gateway.stop()
        await running


def photo(width: int = 640, height: int = 480, format: str = "JPEG", **options: Any) -> bytes:
    """A picture with something on it."""
    gradient = Image.linear_gradient("L").resize((width, height))
    out = io.BytesIO()
    Image.merge("RGB", (gradient, gradient.rotate(90), gradient.rotate(180))).save(out, format, **options)
    return out.getvalue()
