"""Server-sent events (WHATWG HTML section 9.2) with Last-Event-ID."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import httpx
import msgspec
from httpx_sse import EventSource, SSEError

from cockpit.feeds.sources._client import Counted, client, demand_address, demand_success, sentences
from cockpit.feeds.sources._tls import context
from cockpit.feeds.sources._web import WebOptions, request_headers, request_url
from cockpit.feeds.sources.base import Received, Source
from cockpit.model.errors import OutsideError


class SseOptions(WebOptions, frozen=True, kw_only=True):
    """
    Attributes:
        events: names of the events that are read; [] all.
    """

    events: list[str] = msgspec.field(default_factory=list)


class SseSource(Source):
    """Listens to one stream."""

    name = "sse"
    takes = SseOptions
    schemes = ("http", "https")
    options: SseOptions
    _last_id = ""
    _asked_pause = 0.0

    def pause(self) -> float:
        return min(max(super().pause(), self._asked_pause), self.settings.back_off.most)

    async def attempt(self) -> None:
        settings = self.settings
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store", "Accept-Encoding": "identity"}
        if self._last_id:
            headers["Last-Event-ID"] = self._last_id
        with sentences(settings.url, settings.timeout):
            demand_address(settings.url)
            headers |= request_headers(self.options, self.secrets)
            url = request_url(settings.url, self.options, self.secrets)
            tls = context(self.options) if settings.url.startswith("https") else None
            async with (
                client(settings.timeout, settings.silence, tls) as web,
                web.stream("GET", url, headers=headers) as response,
            ):
                demand_success(response)
                self.sink.alive(self.clock.wall())
                try:
                    await self._listen(response)
                except httpx.ReadTimeout as error:
                    raise OutsideError("feeds.silent", detail=f"{settings.silence:g}") from error
                except SSEError as error:
                    raise OutsideError("feeds.not_a_stream", detail=settings.url) from error

    async def _listen(self, response: httpx.Response) -> None:
        assert isinstance(response.stream, httpx.AsyncByteStream)
        counted = Counted(response.stream, self.settings.max_bytes)
        response.stream = counted
        first = True
        wanted = frozenset(self.options.events)
        async with aclosing(EventSource(response).aiter_sse()) as events:
            async for event in events:
                counted.count = 0
                if event.retry is not None:
                    self._asked_pause = event.retry / 1000
                if event.data and (not wanted or event.event in wanted):
                    data = event.data.encode("utf-8", "replace")
                    if first and event.id and event.id == self._last_id:
                        self.counts.doubled += 1
                    await self.hand_on(Received(data, self.clock.wall(), event.event, event.id, first))
                    first = False
                else:
                    self.sink.alive(self.clock.wall())
                # after the message was taken, not before: what was lost on the way is asked for again
                if event.id.isascii() and event.id.isprintable():  # it goes into a header
                    self._last_id = event.id
                # what is buffered is handed out without a pause: others of this loop must have their turn
                await asyncio.sleep(0)


SOURCE = SseSource
