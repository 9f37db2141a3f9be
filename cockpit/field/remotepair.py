"""How a device becomes a remote of the walls: codes on loopback, enrolling from outside, the list, taking back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from http import HTTPStatus

from aiohttp import web

from cockpit.field.codes import Card, Codes
from cockpit.field.guard import Guard
from cockpit.field.pagewire import CodeMade, EnrolByCode
from cockpit.field.problems import Problem
from cockpit.field.register import Register
from cockpit.field.remotewire import (
    OF_REMOTES,
    RemoteCodeWanted,
    RemoteEnrolled,
    RemoteGone,
    RemoteListed,
    remote_of,
    unit_of,
)
from cockpit.field.requests import inside, json
from cockpit.field.wire import iso
from cockpit.field.wrong import printable
from cockpit.model.clock import CityClock
from cockpit.model.errors import CockpitError
from cockpit.model.wallasks import RemoteHere

MOST_NAME = 60


class RemotePairing:
    """Answers what the hub and the command line ask on loopback, and devices that bring a code."""

    def __init__(
        self,
        guard: Guard,
        register: Register,
        codes: Codes,
        code_url: Callable[[str], tuple[str, str]],
        clock: CityClock,
        on: Callable[[], set[str]],
        end: Callable[[Collection[str]], None],
    ) -> None:
        """
        Args:
            code_url: address of the phone page with a code, and of our authority; raises CockpitError.
            on: ids of the tokens of remotes that are on. end: ends those of some tokens.
        """
        self._guard = guard
        self._register = register
        self._codes = codes
        self._code_url = code_url
        self._clock = clock
        self._on = on
        self._end = end

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/remote/v1/codes", self._make_code),
            web.get("/remote/v1/list", self._list, allow_head=False),
            web.delete("/remote/v1/{id}", self._revoke),
            web.post("/remote/v1/enrol", self._enrol),
        ]

    async def _make_code(self, request: web.Request) -> web.Response:
        """On loopback only, by who knows the secret for enrolling."""
        inside(request)
        self._guard.enroller(request)
        wanted = await self._guard.body(request, RemoteCodeWanted)
        try:
            self._code_url("")
        except CockpitError as error:
            raise Problem.of(HTTPStatus.SERVICE_UNAVAILABLE, error.message) from error
        unit = unit_of(wanted)
        code, until = await asyncio.to_thread(self._codes.make, Card(unit, unit))
        url, ca = self._code_url(code)
        url = url.replace("/#code=", "/remote/#code=")
        return json(HTTPStatus.CREATED, CodeMade(code, url, wanted.role, iso(self._clock.city.at(until)), ca))

    async def _list(self, request: web.Request) -> web.Response:
        """As codes: for the hub, on loopback."""
        inside(request)
        self._guard.enroller(request)
        now, on = self._clock.wall(), self._on()
        found = []
        for token in await asyncio.to_thread(self._register.tokens):
            remote = remote_of(token.unit)
            if remote is not None and token.good(now):
                found.append(RemoteHere(token.id, token.device, remote.role, token.expires, token.id in on))
        return json(HTTPStatus.OK, RemoteListed(tuple(found)))

    async def _revoke(self, request: web.Request) -> web.Response:
        inside(request)
        self._guard.enroller(request)
        token = await asyncio.to_thread(self._register.token_of, request.match_info["id"])
        if token is None or remote_of(token.unit) is None:
            raise Problem(HTTPStatus.NOT_FOUND, "field.no_such_address")
        count = await asyncio.to_thread(self._register.revoke, token.id)
        self._end([token.id])
        return json(HTTPStatus.OK, RemoteGone(count))

    async def _enrol(self, request: web.Request) -> web.Response:
        wanted = await self._guard.body(request, EnrolByCode)
        use = self._codes.use
        unit = await asyncio.to_thread(self._guard.code, request, lambda: use(wanted.code, OF_REMOTES))
        remote = remote_of(unit)
        assert remote is not None
        own = printable(wanted.device).strip()[:MOST_NAME] or remote.role
        secret, token = await asyncio.to_thread(self._register.enrol_another, unit, own, remote.days)
        return json(HTTPStatus.CREATED, RemoteEnrolled(secret, remote.role, token.device, iso(token.expires)))
