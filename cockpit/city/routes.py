"""The addresses of the city's server: who it is, its streams, its documents, its pictures, and faults on demand."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import WSMsgType, web

from cockpit.city.answers import Document, json_answer
from cockpit.city.faults import DEFAULT_SECONDS, SLOW_BY
from cockpit.city.pictures import RAINS_FROM, draw
from cockpit.city.platform import Platform
from cockpit.city.stream import Reader
from cockpit.city.videos import CityVideos
from cockpit.model.errors import UserError
from cockpit.model.typed import from_json

RUBBISH = b'{"type": "FeatureCollection", "features": [{"id\xff\xfe'
DOCUMENTS = {
    "/cameras.geojson": "cameras",
    "/sensors.geojson": "sensors",
    "/areas.geojson": "areas",
    "/alerts.cap": "alerts",
}


class _Wish(msgspec.Struct, forbid_unknown_fields=True):
    fault: str
    seconds: float = DEFAULT_SECONDS


def routes_of(
    platform: Platform,
    restart: Callable[[], Awaitable[None]],
    down: Callable[[float], Awaitable[None]],
    videos: CityVideos,
) -> list[web.RouteDef]:
    """All routes.

    Args:
        videos: of the cameras.
        restart, down: what the server itself does for these two faults, after the answer is out.
    """
    handlers = _Handlers(platform, restart, down)
    return [
        web.get("/", handlers.card),
        web.get("/health", handlers.health),
        web.get("/events", handlers.events),
        web.get("/positions", handlers.positions),
        *(web.get(path, handlers.document) for path in DOCUMENTS),
        web.get("/past", handlers.past),
        web.get("/past/cases/{day}", handlers.past),
        web.get("/past/signs/{code}", handlers.past),
        web.get("/pictures/{id}.{ext:png|jpg}", handlers.picture),
        web.get("/video/{id}.flv", videos.flv),
        web.post("/fault", handlers.fault),
    ]


class _Handlers:
    def __init__(
        self, platform: Platform, restart: Callable[[], Awaitable[None]], down: Callable[[float], Awaitable[None]]
    ) -> None:
        self._platform, self._restart, self._down = platform, restart, down

    async def card(self, _request: web.Request) -> web.StreamResponse:
        return json_answer(self._platform.card())

    async def health(self, _request: web.Request) -> web.StreamResponse:
        return json_answer(self._platform.health())

    async def document(self, request: web.Request) -> web.StreamResponse:
        if self._platform.garbled():
            return web.Response(body=RUBBISH, content_type="application/json")
        return (await self._platform.document(DOCUMENTS[request.path])).answer(request)

    async def past(self, request: web.Request) -> web.StreamResponse:
        """In a thread: a day of the past takes tens of milliseconds."""
        past = self._platform.past
        if past is None:
            raise web.HTTPNotFound
        if "day" in request.match_info:
            body = await asyncio.to_thread(past.cases, request.match_info["day"])
        elif "code" in request.match_info:
            days = request.query.get("days", "0")
            if not (days.isdecimal() and days.isascii() and len(days) < 5):
                raise web.HTTPBadRequest(reason="days")
            body = await asyncio.to_thread(past.sign, request.match_info["code"], int(days))
        else:
            body = await asyncio.to_thread(past.card)
        return Document(body, "application/json").answer(request)

    async def events(self, request: web.Request) -> web.StreamResponse:
        if self._platform.faults.on("sse-drop"):
            raise web.HTTPServiceUnavailable(reason="sse-drop")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        stream = self._platform.events
        reader, first = self._platform.join_events(request.headers.get("Last-Event-ID", ""))
        try:
            with contextlib.suppress(ConnectionError):
                await response.write(b"".join(first))
                while (chunk := await reader.queue.get()) is not None:
                    await self._dawdle()
                    await response.write(chunk)
        finally:
            stream.leave(reader)
        return response

    async def positions(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=20.0, compress=False)
        await socket.prepare(request)
        watcher = self._platform.join_positions()
        sender = asyncio.get_running_loop().create_task(self._send(socket, watcher))
        try:
            async for received in socket:  # nothing is expected; reading is how an end is noticed
                if received.type == WSMsgType.ERROR:
                    break
        finally:
            self._platform.watchers.discard(watcher)
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sender
        return socket

    async def _send(self, socket: web.WebSocketResponse, watcher: Reader) -> None:
        with contextlib.suppress(ConnectionError):
            while (frame := await watcher.queue.get()) is not None:
                await self._dawdle()
                await socket.send_str(frame.decode())
        await socket.close()

    async def _dawdle(self) -> None:
        if self._platform.faults.on("slow"):
            await asyncio.sleep(SLOW_BY)

    async def picture(self, request: web.Request) -> web.StreamResponse:
        ident = request.match_info["id"]
        city = self._platform.city
        scene = city.scenes.get(ident)
        happening = city.happening(ident)
        if scene is None or happening is None:
            raise web.HTTPNotFound(reason="no such picture")
        rain = city.storms.rain_at(happening.updated, happening.spot.lon, happening.spot.lat)
        data = await asyncio.to_thread(draw, ident, scene, rain >= RAINS_FROM)
        return web.Response(body=data, content_type="image/png", headers={"Cache-Control": "max-age=3600"})

    async def fault(self, request: web.Request) -> web.StreamResponse:
        # a page in someone's browser can not send this type to another origin without asking, and we never allow it
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(reason="application/json wanted")
        try:
            wish = from_json(await request.read(), type=_Wish)
        except msgspec.MsgspecError as error:
            raise UserError("city.bad_fault", why=str(error)) from error
        self._platform.faults.start(wish.fault, wish.seconds)
        response = json_answer({"fault": wish.fault, "seconds": wish.seconds})
        if wish.fault in ("restart", "down"):
            response.force_close()
            await response.prepare(request)
            await response.write_eof()
            await (self._restart() if wish.fault == "restart" else self._down(wish.seconds))
        elif wish.fault == "sse-drop":
            self._platform.events.dismiss_all()
        return response
