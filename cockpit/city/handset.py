"""The device of one unit: a client of the gateway's HTTP API. It keeps each report until the gateway has it.

A report keeps its idempotency key and its bytes, so that one that is sent twice has effect once; what comes later
waits for what came before.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import aiohttp
import msgspec

from cockpit.city.evidence import photo
from cockpit.city.faults import Faults
from cockpit.city.gatehouse import Gatehouse
from cockpit.city.orders import Answer, Order, Report, Shot
from cockpit.city.phone import Manner, Phone
from cockpit.city.upload import Broken, Upload
from cockpit.city.wire import Refused, Said, Unreached, request, utc
from cockpit.model.clock import SECOND, Clock
from cockpit.model.ids import new_id
from cockpit.model.typed import JsonDecoder, from_json

POLL_SECONDS = 25
"""How long the gateway may wait with its answer."""
SHORTEST, LONGEST = 0.5, 12.0
"""Seconds until it is tried again: the first time, and at most."""
HOUR_OFF = 3600.0
"""Seconds that the fault `worker-clock` puts a clock ahead."""
RETAKES = 3
NO_PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 80
"""What the fault `photo-broken` makes of a photo."""
log = logging.getLogger(__name__)
_orders = JsonDecoder(Answer)
_encode = msgspec.json.Encoder().encode


class _Enrolled(msgspec.Struct, frozen=True):
    token: str


class _Kept:
    """A report on its way: its key and what it says stay the same until the gateway has it.

    Attributes:
        shot: the photo that goes with it; upload: it on its way; takes: how often it turned out to be none.
    """

    def __init__(self, order: str, key: str, body: dict[str, Any], shot: Shot | None) -> None:
        self.order, self.key, self.body, self.shot = order, key, body, shot
        self.upload: Upload | None = None
        self.takes = 0


class Common(msgspec.Struct, frozen=True):
    """What all devices of a city share.

    Attributes:
        now: city time, UTC microseconds.
        broken: what a worker reports when a photo was not taken, with {why}.
        calls: how workers are on the phone.
        camera: one photo is drawn at a time, so that the city goes on beside it.
    """

    session: aiohttp.ClientSession
    gatehouse: Gatehouse
    faults: Faults
    clock: Clock
    now: Callable[[], int]
    broken: str
    calls: Manner
    camera: asyncio.Lock


class Handset:
    """One device.

    Args:
        key, name: of its unit in the picture.
        hear: is handed the orders of its unit when they may have changed.
        ahead: seconds that its clock is ahead.

    Attributes:
        online: the last request was answered.
        turned_away: reports that the gateway will never take, and why the last one was not.
    """

    def __init__(
        self, common: Common, key: str, name: str, hear: Callable[[list[Order]], None], ahead: float, seed: str
    ) -> None:
        self.key = key
        self.online = False
        self.turned_away = 0
        self.why = ""
        self._common, self._hear, self._ahead = common, hear, ahead
        self._token = ""
        self._rev = 0
        self._kept: deque[_Kept] = deque()
        self._more = asyncio.Event()
        self._heard = asyncio.Event()
        self._rng = random.Random(seed)
        self._phone = Phone(
            common.session, name, common.calls, self._address, self._ask, common.now, common.clock, f"{seed}/calls"
        )
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def kept(self) -> int:
        """Reports that the gateway does not have yet."""
        return len(self._kept)

    @property
    def running(self) -> bool:
        return bool(self._tasks)

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._for_ever(work)) for work in (self._listen, self._send, self._phone.run)]

    async def stop(self) -> None:
        """Switches it off; what it keeps, it keeps."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.online = False

    async def _for_ever(self, work: Callable[[], Awaitable[None]]) -> None:
        """Begins it again when a bug of ours ended it: the other devices and the city go on meanwhile."""
        while True:
            try:
                await work()
            except Exception:
                self.online = False
                log.exception("the device of %s failed, and begins again", self.key)
            await asyncio.sleep(LONGEST)

    def tell(self, order: Order, report: Report) -> None:
        """Keeps a report until the gateway has it."""
        skew = HOUR_OFF if self._common.faults.on("worker-clock") else self._ahead
        body: dict[str, Any] = {
            "kind": report.kind,
            "at": utc(report.at + round(skew * SECOND)),
            "lon": report.lon,
            "lat": report.lat,
        }
        body |= {name: text for name, text in (("reason", report.reason), ("words", report.words)) if text}
        self._kept.append(_Kept(order.id, new_id(self._common.clock), body, report.shot))
        self._more.set()

    async def _listen(self) -> None:
        """Asks for orders, for ever."""
        pause = SHORTEST
        await asyncio.sleep(self._rng.uniform(0, 4 * SHORTEST))  # not all at once
        while True:
            try:
                wait = POLL_SECONDS if self.online else 0  # first whether anybody is there
                answer = await self._ask("GET", f"/v1/orders?after={self._rev}&wait={wait}")
                said = _orders.decode(answer.body)
            except (Unreached, Refused, msgspec.MsgspecError) as error:
                self.online = False
                await self._rest(max(pause, getattr(error, "after", 0.0)))
                pause = min(2 * pause, LONGEST)
                continue
            pause, self.online, self._rev = SHORTEST, True, said.rev
            self._heard.set()
            self._hear(said.orders)

    async def _send(self) -> None:
        """Brings what is kept to the gateway, oldest first, for ever."""
        pause = SHORTEST
        while True:
            while self._kept:
                try:
                    await self._deliver(self._kept[0])
                except Unreached as error:
                    await self._rest(max(pause, error.after))
                    pause = min(2 * pause, LONGEST)
                    continue
                except Refused as error:
                    self.turned_away += 1
                    self.why = str(error)
                self._kept.popleft()
                pause = SHORTEST
            self._more.clear()
            await self._more.wait()

    async def _rest(self, seconds: float) -> None:
        await self._common.gatehouse.wait(seconds * self._rng.uniform(0.7, 1.3))
        await asyncio.sleep(self._rng.uniform(0, SHORTEST))  # when the gateway moves, not all at once

    async def _deliver(self, kept: _Kept) -> None:
        """Raises Unreached to be tried again, Refused for what will never be taken."""
        if kept.shot is not None and "photo" not in kept.body:
            await self._photo(kept, kept.shot)
        head = {"Idempotency-Key": kept.key, "Content-Type": "application/json"}
        for _ in range(2 if self._common.faults.on("worker-replay") else 1):
            await self._ask("POST", f"/v1/orders/{kept.order}/facts", _encode(kept.body), head)

    async def _photo(self, kept: _Kept, shot: Shot) -> None:
        """Brings the photo of a report there first; when it is none for good, the report says so in words."""
        if kept.upload is None:
            kept.upload = await self._taken(shot)
        try:
            kept.body["photo"] = await kept.upload.bring()
            kept.upload = None
        except Broken as error:
            kept.upload = None
            kept.takes += 1
            if kept.takes < RETAKES:
                raise Unreached(str(error)) from error  # takes another one
            kept.shot = None
            kept.body |= {"kind": "note", "words": self._common.broken.format(why=str(error))}

    async def _taken(self, shot: Shot) -> Upload:
        if self._common.faults.on("photo-broken"):
            return Upload(self._ask, NO_PHOTO, "image/jpeg", shot.cut)
        async with self._common.camera:
            return Upload(self._ask, await asyncio.to_thread(photo, shot), "image/png", shot.cut)

    async def _ask(self, method: str, path: str, body: Any = None, head: dict[str, str] | None = None) -> Said:
        """One request, signed in.

        Raises:
            Unreached, Refused: see `request`.
        """
        token = self._token or await self._sign_in()
        try:
            return await self._request(method, path, body, {**(head or {}), "Authorization": f"Bearer {token}"})
        except Refused as error:
            if error.status != HTTPStatus.UNAUTHORIZED:
                raise
            if self._token == token:
                self._token, self._rev = "", 0
            raise Unreached(str(error)) from error

    async def _address(self) -> tuple[str, str]:
        """The gateway's address and the token, once it has answered."""
        await self._heard.wait()
        return (await self._common.gatehouse.known()).url.rstrip("/"), self._token or await self._sign_in()

    async def _sign_in(self) -> str:
        house = self._common.gatehouse
        gate = await house.known()
        async with house.door:
            if self._token:
                return self._token
            if not house.may_enrol(gate):
                raise Unreached("enrol", LONGEST)
            head = {"Authorization": f"Bearer {gate.enrol}", "Content-Type": "application/json"}
            body = _encode({"unit": self.key, "device": f"city {self.key}"})
            try:
                answer = await self._request("POST", "/v1/enrol", body, head)
                self._token = from_json(answer.body, type=_Enrolled).token
            except Refused as error:
                if error.status == HTTPStatus.UNAUTHORIZED:
                    house.refused(gate)
                raise Unreached(str(error), LONGEST) from error
            except msgspec.MsgspecError as error:
                raise Unreached(str(error), LONGEST) from error
            return self._token

    async def _request(self, method: str, path: str, body: Any, head: dict[str, str]) -> Said:
        gate = await self._common.gatehouse.known()
        return await request(self._common.session, method, gate.url.rstrip("/") + path, body, head)
