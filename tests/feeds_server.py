"""A real HTTP, SSE and WebSocket server for the tests of feeds, on a free port: it does what a test tells it."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import asynccontextmanager

from aiohttp import WSMsgType, web

LIMIT = 10.0
"""Seconds that a test waits for anything; it is a failure then, never a pause."""


class Server:
    """Answers of `/poll`, streams of `/events` and `/socket`, each connection as a test scripts it.

    Attributes:
        polls: request headers seen at /poll; body, etag, status, headers: what it answers.
        streams: Last-Event-ID of each SSE connection; script: chunks to write for connection n; None: leave open.
        sockets: number of WebSocket connections; frames: what is sent on connection n.
        hold: whether a connection stays open after its script.
    """

    def __init__(self):
        self.polls, self.body, self.etag, self.status, self.zipped, self.headers = [], b"{}", "", 200, False, {}
        self.streams, self.script, self.stream_type = [], [], "text/event-stream"
        self.sockets, self.frames = 0, []
        self.hold = asyncio.Event()
        self.keep = True
        self.base = ""
        self.card = None
        self.card_status = 200

    async def poll(self, request):
        self.polls.append(dict(request.headers))
        if self.status != 200:
            return web.json_response({"error": "no"}, status=self.status)
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304)
        headers = dict(self.headers)
        if self.etag:
            headers["ETag"] = self.etag
        body = self.body
        if self.zipped:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        return web.Response(body=body, headers=headers)

    async def events(self, request):
        n = len(self.streams)
        self.streams.append(request.headers.get("Last-Event-ID"))
        response = web.StreamResponse(headers={"Content-Type": self.stream_type})
        await response.prepare(request)
        for chunk in self.script[n] if n < len(self.script) else ():
            await response.write(chunk)
        if n >= len(self.script) - 1 and self.keep:
            await self.hold.wait()
        return response

    async def socket(self, request):
        n = self.sockets
        self.sockets += 1
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for frame in self.frames[n] if n < len(self.frames) else ():
            await socket.send_str(frame)
        if n >= len(self.frames) - 1 and self.keep:
            async for message in socket:
                if message.type == WSMsgType.CLOSE:
                    break
        return socket

    async def index(self, request):
        if self.card is None and self.card_status == 200:
            raise web.HTTPNotFound
        return web.json_response(self.card, status=self.card_status)


@asynccontextmanager
async def serving():
    server = Server()
    app = web.Application()
    app.add_routes(
        [
            web.get("/", server.index),
            web.get("/poll", server.poll),
            web.get("/events", server.events),
            web.get("/socket", server.socket),
        ]
    )
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.base = f"http://127.0.0.1:{port}"
    try:
        yield server
    finally:
        server.hold.set()
        await runner.cleanup()


class Watcher:
    """Collects what happens, and waits for it by event with a time limit."""

    def __init__(self):
        self._changed = asyncio.Event()

    def changed(self):
        self._changed.set()

    async def until(self, condition):
        async with asyncio.timeout(LIMIT):
            while not condition():
                self._changed.clear()
                await self._changed.wait()
