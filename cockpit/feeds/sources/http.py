"""HTTP polls at the feed's beat, with ETag and Last-Modified (RFC 9110 section 13), gzip and a size limit."""

from __future__ import annotations

import asyncio
import logging

import httpx

from cockpit.feeds.sources._client import client, demand_address, demand_success, read_all, sentences
from cockpit.feeds.sources.base import Received, Source

# httpx logs each request at INFO; a poll a second is no news
logging.getLogger("httpx").setLevel(logging.WARNING)


class HttpSource(Source):
    """Polls one address."""

    name = "http"
    _etag = ""
    _modified = ""
    _run = ""

    async def attempt(self) -> None:
        first = True
        with sentences(self.settings.url, self.settings.timeout):
            demand_address(self.settings.url)
            async with client(self.settings.timeout) as web:
                while True:
                    began = self.clock.mono()
                    used = True
                    run = self.clock.city.run
                    if run != self._run:
                        # what was read by the time of another run may have been left out as over, or as to come
                        self._etag, self._modified, self._run = "", "", run
                    async with asyncio.timeout(self.settings.timeout * 3):  # a server that drips is one that hangs
                        got = await self._poll(web)
                    if got is None:
                        self.sink.alive(self.clock.wall())
                    else:
                        data, etag, modified = got
                        used = await self.sink.received(Received(data, self.clock.wall(), first=first, whole=True))
                        # what could not be read is asked for again, not answered by 304
                        self._etag, self._modified = (etag, modified) if used else ("", "")
                        first = False
                    if self.clock.city.run != run:  # another run became known meanwhile
                        continue
                    wait = max(self.settings.beat - (self.clock.mono() - began), 0.0)
                    if used:
                        self.spoke()
                    else:  # areas are polled once an hour: one bad answer must not cost the hour
                        self._failures += 1
                        wait = min(wait, self.pause())
                    await self.rest(wait)

    async def _poll(self, web: httpx.AsyncClient) -> tuple[bytes, str, str] | None:
        """Body, ETag and Last-Modified; None when nothing changed."""
        headers = {"Accept-Encoding": "gzip"}
        if self._etag:
            headers["If-None-Match"] = self._etag
        if self._modified:
            headers["If-Modified-Since"] = self._modified
        async with web.stream("GET", self.settings.url, headers=headers) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return None
            demand_success(response)
            data = await read_all(response, self.settings.max_bytes)
            return data, response.headers.get("etag", ""), response.headers.get("last-modified", "")


SOURCE = HttpSource
