"""Phone pages played by a program, for pictures of calls: enrolled by a code, signed in, each answering in its way."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import urllib.request
from typing import Any

RING, ANSWER, BUSY = "ring", "answer", "busy"


def _trusting() -> ssl.SSLContext:
    """The gateway's own authority is made at its first start; this program asks no further."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Phones:
    """Phone pages of this machine, on a thread of their own.

    Attributes:
        open: how many are signed in.
    """

    def __init__(self) -> None:
        self.open = 0
        self._loop = asyncio.new_event_loop()
        self._calls: dict[str, Any] = {}
        self._kept: list[Any] = []
        threading.Thread(target=self._loop.run_forever, name="phones", daemon=True).start()

    def add(self, link: str, then: str) -> None:
        """A phone that reads this code, and does that when it is called."""
        asyncio.run_coroutine_threadsafe(self._phone(link, then), self._loop)

    def call(self, link: str, call: str, ends_after: float = 0.0) -> None:
        """A phone that reads this code and calls the desk, and gives up after so many seconds (0: never)."""
        asyncio.run_coroutine_threadsafe(self._caller(link, call, ends_after), self._loop)

    async def _sign_in(self, link: str) -> Any:
        from websockets.asyncio.client import connect

        base, _, code = link.partition("/#code=")
        body = json.dumps({"code": code, "device": "手机"}).encode()
        asked = urllib.request.Request(f"{base}/v1/enrol", body, {"Content-Type": "application/json"})
        said = await asyncio.to_thread(urllib.request.urlopen, asked, context=_trusting(), timeout=20)
        token = json.loads(said.read())["token"]
        socket = await connect(
            base.replace("https://", "wss://") + "/v1/live", ssl=_trusting(), origin=base, subprotocols=["cockpit.v1"]
        )
        await socket.send(json.dumps({"token": token}))
        self.open += 1
        return socket

    async def _phone(self, link: str, then: str) -> None:
        socket = await self._sign_in(link)
        async for raw in socket:
            message = json.loads(raw)
            if message.get("kind") != "offer":
                continue
            about = {"leg": message["leg"], "call": message["call"]}
            if then == BUSY:
                await socket.send(json.dumps({"kind": "busy", **about}))
                continue
            await socket.send(json.dumps({"kind": "ringing", **about}))
            if then == ANSWER:
                await asyncio.sleep(1.0)
                sdp = await self._answer(message["sdp"])
                await socket.send(json.dumps({"kind": "answer", "sdp": sdp, **about}))

    async def _answer(self, sdp: str) -> str:
        from aiortc import RTCPeerConnection, RTCSessionDescription
        from aiortc.mediastreams import AudioStreamTrack

        connection = RTCPeerConnection()
        self._kept.append(connection)
        await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        connection.addTrack(AudioStreamTrack())
        await connection.setLocalDescription(await connection.createAnswer())
        return str(connection.localDescription.sdp)

    async def _caller(self, link: str, call: str, ends_after: float) -> None:
        from aiortc import RTCPeerConnection
        from aiortc.mediastreams import AudioStreamTrack

        socket = await self._sign_in(link)
        connection = RTCPeerConnection()
        self._kept.append(connection)
        connection.addTrack(AudioStreamTrack())
        await connection.setLocalDescription(await connection.createOffer())
        about = {"leg": call, "call": call}
        await socket.send(
            json.dumps({"kind": "offer", "sdp": connection.localDescription.sdp, "video": False, **about})
        )
        if ends_after:
            await asyncio.sleep(ends_after)
            await socket.send(json.dumps({"kind": "bye", **about}))
        async for _ in socket:
            pass
