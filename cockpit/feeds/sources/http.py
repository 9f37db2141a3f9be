"""HTTP polls at the feed's beat, with ETag and Last-Modified (RFC 9110 section 13), pages, gzip and a size limit."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal

import httpx
import msgspec
from msgspec import Meta

from cockpit.feeds.sources._client import client, demand_address, demand_success, read_all, sentences
from cockpit.feeds.sources._paging import Page, follow, linked
from cockpit.feeds.sources._tls import context
from cockpit.feeds.sources._web import WebOptions, as_text, request_headers, request_url
from cockpit.feeds.sources.base import Received, Source
from cockpit.model.clock import SECOND
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit

# httpx logs each request at INFO; a poll a second is no news
logging.getLogger("httpx").setLevel(logging.WARNING)
LONGEST_ASKED = 300.0
"""Seconds that a server's Retry-After is heeded."""


class HttpOptions(WebOptions, frozen=True, kw_only=True):
    """
    Attributes:
        method, body: of the request; a body that is a table is sent as JSON.
        paging: `link` (RFC 8288), `next` (a member of the answer has the address), `offset`, `page`; "" one answer.
        next: member, or JSON pointer, of the next address. items: of the array of things.
        limit: things a page; limit_as, offset_as, page_as: names of the parameters; first_page: number of the first.
        pages: most pages of one poll.
    """

    method: Literal["GET", "POST"] = "GET"
    body: str | dict[str, Any] = ""
    paging: Literal["", "link", "next", "offset", "page"] = ""
    next: str = "next"
    items: str = ""
    limit: Annotated[int, Meta(ge=1, le=100_000)] = 100
    limit_as: str = "limit"
    offset_as: str = "offset"
    page_as: str = "page"
    first_page: Annotated[int, Meta(ge=0, le=1)] = 1
    pages: Annotated[int, Meta(ge=1, le=10_000)] = 100

    def mistakes(self) -> Iterator[tuple[str, Message]]:
        yield from super().mistakes()
        if self.body and self.method == "GET":
            yield "body", Message("sources.body_without_post", {"detail": "method"})


class _Answer(msgspec.Struct, frozen=True):
    """Documents of one poll; `whole`: together they are all there is."""

    documents: list[bytes]
    whole: bool
    etag: str
    modified: str
    skew: int | None


class HttpSource(Source):
    """Polls one address."""

    name = "http"
    takes = HttpOptions
    schemes = ("http", "https")
    options: HttpOptions
    _etag = ""
    _modified = ""
    _run = ""
    _asked_pause = 0.0
    _skew: int | None = None

    def pause(self) -> float:
        return max(super().pause(), self._asked_pause)

    async def attempt(self) -> None:
        first = True
        self._asked_pause = 0.0
        settings = self.settings
        with sentences(settings.url, settings.timeout):
            demand_address(settings.url)
            tls = context(self.options) if settings.url.startswith("https") else None
            async with client(settings.timeout, tls=tls) as web:
                while True:
                    began = self.clock.mono()
                    used = True
                    run = self.clock.city.run
                    if run != self._run:
                        # what was read by the time of another run may have been left out as over, or as to come
                        self._etag, self._modified, self._run = "", "", run
                    got = await self._ask(web)
                    if got is None:
                        self.sink.alive(self.clock.wall())
                    else:
                        used = await self._tell(got, first)
                        # what could not be read is asked for again, not answered by 304
                        self._etag, self._modified = (got.etag, got.modified) if used else ("", "")
                        first = False
                    if self.clock.city.run != run:  # another run became known meanwhile
                        continue
                    wait = max(settings.beat - (self.clock.mono() - began), 0.0)
                    if used:
                        self.spoke()
                    else:  # areas are polled once an hour: one bad answer must not cost the hour
                        self._failures += 1
                        wait = min(wait, self.pause())
                    await self.rest(wait)

    async def _tell(self, got: _Answer, first: bool) -> bool:
        used = False
        for data in got.documents:
            message = Received(data, self.clock.wall(), first=first, whole=got.whole, skew=got.skew)
            used |= await self.sink.received(message)
            first = False
        return used

    async def _ask(self, web: httpx.AsyncClient) -> _Answer | None:
        """All pages; None when nothing changed."""
        url = request_url(self.settings.url, self.options, self.secrets)
        if not self.options.paging:
            return await self._one(web, url)
        pages: list[Page] = []
        size, seen, etag = 0, {url}, ""
        following: httpx.URL | None = self._numbered(url, 0, 0)
        while following is not None:
            if len(pages) >= self.options.pages:
                raise OutsideError("sources.too_many_pages", detail=self.options.pages)
            response, data = await self._get(web, following, {})
            size += len(data)
            if size > self.settings.max_bytes:
                raise OutsideError("feeds.too_big", detail=f"{self.settings.max_bytes / 2**20:g}")
            page = Page(data, self.options.items)
            pages.append(page)
            following = self._next(url, following, response, page, pages)
            if following in seen:
                raise OutsideError("sources.pages_in_a_circle", detail=len(pages))
            if following is not None:
                seen.add(following)
        things = [page.things for page in pages]
        if all(some is not None for some in things):
            data = pages[0].joined([thing for some in things if some is not None for thing in some])
            return _Answer([data], True, etag, "", self._skew)
        # no JSON: pages stay messages of their own, and none of them is all there is
        return _Answer([page.data for page in pages], len(pages) == 1, etag, "", self._skew)

    def _next(
        self, first: httpx.URL, here: httpx.URL, response: httpx.Response, page: Page, pages: list[Page]
    ) -> httpx.URL | None:
        """The address of the page after `page`; None: that was the last."""
        if self.options.paging == "link":
            link: object = linked(response.headers.get("link", ""))
        elif self.options.paging == "next":
            link = page.member(self.options.next)
        else:
            count = len(page.things) if page.things is not None else (self.options.limit if page.data.strip() else 0)
            if page.things is None and not count and len(pages) > 1:
                pages.pop()
            if count == 0 or (page.things is not None and count < self.options.limit):
                return None
            if page.things is None and len(pages) > 1 and page.data == pages[-2].data:
                pages.pop()  # a server that does not know the parameter answers the same for ever
                return None
            read = sum(len(p.things) if p.things is not None else self.options.limit for p in pages)
            return self._numbered(first, read, len(pages))
        return follow(here, link) if isinstance(link, str) and link else None

    def _numbered(self, url: httpx.URL, read: int, pages: int) -> httpx.URL:
        options = self.options
        if options.paging == "offset":
            return url.copy_merge_params({options.limit_as: str(options.limit), options.offset_as: str(read)})
        if options.paging == "page":
            number = options.first_page + pages
            return url.copy_merge_params({options.limit_as: str(options.limit), options.page_as: str(number)})
        return url

    async def _one(self, web: httpx.AsyncClient, url: httpx.URL) -> _Answer | None:
        known = {"If-None-Match": self._etag, "If-Modified-Since": self._modified}
        response, data = await self._get(web, url, {name: value for name, value in known.items() if value})
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return None
        etag, modified = response.headers.get("etag", ""), response.headers.get("last-modified", "")
        return _Answer([data], True, etag, modified, self._skew)

    async def _get(self, web: httpx.AsyncClient, url: httpx.URL, known: dict[str, str]) -> tuple[httpx.Response, bytes]:
        options = self.options
        headers = {"Accept-Encoding": "gzip", **request_headers(options, self.secrets), **known}
        body = as_text(options.body, self.secrets) if options.body else ""
        if isinstance(options.body, dict) and body:
            headers.setdefault("Content-Type", "application/json")
        asked = self.clock.wall()
        async with (
            time_limit(self.settings.timeout * 3),  # a server that drips is one that hangs
            web.stream(options.method, url, headers=headers, content=body.encode() or None) as response,
        ):
            if response.status_code == httpx.codes.NOT_MODIFIED and known:
                return response, b""
            self._heed(response)
            demand_success(response)
            self._skew = skew_of(response.headers.get("date", ""), asked, self.clock.wall())
            return response, await read_all(response, self.settings.max_bytes)

    def _heed(self, response: httpx.Response) -> None:
        """Retry-After in seconds, of a server that is too busy."""
        with suppress(ValueError):
            if response.status_code in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE):
                self._asked_pause = min(max(float(response.headers.get("retry-after", "0")), 0.0), LONGEST_ASKED)


def skew_of(date: str, asked: int, answered: int) -> int | None:
    """How far a server's clock is certainly ahead of ours (behind: negative), us, by its Date header; None without.

    The header has whole seconds and was written between `asked` and `answered`: what that explains is no skew.
    """
    try:
        told: datetime = parsedate_to_datetime(date)
        us = round(told.timestamp() * SECOND)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if us > answered:
        return us - answered
    return min(us + SECOND - asked, 0)


SOURCE = HttpSource
