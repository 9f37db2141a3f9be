"""A worker's phone in the demo city: rings, is picked up and speaks, reads what the desk writes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from cockpit.city.phone import PROTOCOL, Manner, Phone
from cockpit.city.wire import Said, request
from cockpit.model.clock import SystemClock
from tests.waiting import within

aiortc = pytest.importorskip("aiortc")

PATIENCE = 30.0
WILLING = Manner(1.0, 0.0, (0.0, 0.05), (0.0, 0.05), "您好，我是{name}，请讲。", "在岗")
RELUCTANT = Manner(0.0, 1.0, (0.0, 0.05), (0.0, 0.05), "{name}", "在岗")


class Gate:
    """As much of a gateway as a phone asks for."""

    def __init__(self) -> None:
        self.letters: list[dict[str, Any]] = []
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.there = asyncio.Event()
        self.token = ""
        self._socket: web.WebSocketResponse | None = None

    async def say(self, **words: str) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.there.wait()
        assert self._socket is not None
        await self._socket.send_json(words)

    async def hears(self, *kinds: str) -> dict[str, Any]:
        """The next that the phone says, which is one of these."""
        async with asyncio.timeout(PATIENCE):
            said = await self.said.get()
        assert said["kind"] in kinds
        return said

    async def live(self, asked: web.Request) -> web.WebSocketResponse:
        self._socket = socket = web.WebSocketResponse(protocols=(PROTOCOL,))
        await socket.prepare(asked)
        self.token = (await socket.receive_json())["token"]
        self.there.set()
        async for message in socket:
            self.said.put_nowait(json.loads(message.data))
        return socket

    async def list(self, asked: web.Request) -> web.Response:
        return web.json_response({"seq": len(self.letters), "letters": self.letters[int(asked.query["after"]) :]})

    async def take(self, asked: web.Request) -> web.Response:
        assert asked.headers["Idempotency-Key"]
        self.seen.append((asked.match_info["id"], await asked.json()))
        return web.json_response({}, status=201)


@asynccontextmanager
async def phone(manner: Manner) -> AsyncIterator[Gate]:
    """A phone that is there."""
    gate = Gate()
    app = web.Application()
    app.add_routes(
        [
            web.get("/v1/live", gate.live),
            web.get("/v1/letters", gate.list),
            web.post("/v1/letters/{id}/seen", gate.take),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:

        async def ask(method: str, path: str, body: Any = None, head: dict[str, str] | None = None) -> Said:
            return await request(session, method, url + path, body, head)

        async def address() -> tuple[str, str]:
            return url, "the token"

        clock = SystemClock()
        it = Phone(session, "网格 07", manner, address, ask, clock.now, clock, "seed")
        task = asyncio.create_task(it.run())
        try:
            yield gate
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    await runner.cleanup()


def played(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(within(2 * PATIENCE, story()))


async def desk() -> tuple[Any, asyncio.Queue[Any]]:
    """A desk's end of a call, and what it hears."""
    peer = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
    heard: asyncio.Queue[Any] = asyncio.Queue()

    @peer.on("track")
    def came(track: Any) -> None:
        async def listen() -> None:
            try:
                while True:
                    heard.put_nowait(await track.recv())
            except aiortc.mediastreams.MediaStreamError:
                pass

        listening = asyncio.ensure_future(listen())
        peer.on("connectionstatechange", lambda: peer.connectionState == "closed" and listening.cancel())

    peer.addTransceiver("audio", direction="sendrecv")
    await peer.setLocalDescription(await peer.createOffer())
    return peer, heard


def test_a_worker_picks_up_and_is_heard() -> None:
    async def story() -> None:
        async with phone(WILLING) as gate:
            peer, heard = await desk()
            await gate.say(kind="offer", leg="l1", call="c1", sdp=peer.localDescription.sdp)
            assert (await gate.hears("ringing"))["leg"] == "l1"
            answer = await gate.hears("answer")
            await peer.setRemoteDescription(aiortc.RTCSessionDescription(answer["sdp"], "answer"))
            loudest = 0.0
            while loudest < 1000:
                async with asyncio.timeout(PATIENCE):
                    frame = await heard.get()
                loudest = max(loudest, float(np.abs(frame.to_ndarray().astype(np.int32)).max()))
            await peer.close()
            await gate.hears("bye")
            assert gate.token == "the token"

    played(story)


def test_a_phone_that_is_in_a_call_is_busy() -> None:
    async def story() -> None:
        async with phone(WILLING) as gate:
            peer, _ = await desk()
            await gate.say(kind="offer", leg="l1", call="c1", sdp=peer.localDescription.sdp)
            await gate.hears("ringing")
            await gate.hears("answer")
            await gate.say(kind="offer", leg="l2", call="c2", sdp=peer.localDescription.sdp)
            assert (await gate.hears("busy"))["leg"] == "l2"
            await peer.close()

    played(story)


def test_some_decline() -> None:
    async def story() -> None:
        async with phone(RELUCTANT) as gate:
            await gate.say(kind="offer", leg="l1", call="c1", sdp="")
            await gate.hears("ringing")
            await gate.hears("declined")

    played(story)


def test_letters_are_read_and_a_roll_call_is_answered() -> None:
    async def story() -> None:
        async with phone(WILLING) as gate:
            async with asyncio.timeout(PATIENCE):
                await gate.there.wait()
            gate.letters += [{"id": "a", "kind": "text", "state": "sent"}, {"id": "b", "kind": "roll", "state": "sent"}]
            gate.letters += [{"id": "own", "kind": "text", "from_unit": True, "state": "sent"}]
            await gate.say(kind="knock")
            async with asyncio.timeout(PATIENCE):
                while len(gate.seen) < 4:  # noqa: ASYNC110 - said over the network
                    await asyncio.sleep(0.01)
            states = {(letter, said["state"], said.get("answer")) for letter, said in gate.seen}
            assert states == {
                ("a", "delivered", None), ("a", "read", None), ("b", "delivered", None), ("b", "answered", "在岗"),
            }  # fmt: skip

    played(story)
