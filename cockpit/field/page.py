"""The addresses of the phone page, beside those of any device: who it is, letters, reports, duty, positions, ways."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from cockpit.field.board import Board
from cockpit.field.codes import Card, Codes
from cockpit.field.guard import Guard
from cockpit.field.intake import FARTHEST, read_key, uploaded
from cockpit.field.letters import LetterBox
from cockpit.field.live import Live
from cockpit.field.pagewire import (
    CodeMade,
    CodeWanted,
    DevicesOut,
    DutyWanted,
    Ice,
    LettersOut,
    LetterWanted,
    MeOut,
    PositionsWanted,
    Reach,
    ReportWanted,
    SeenWanted,
    TakenOut,
)
from cockpit.field.polls import Polls
from cockpit.field.problems import Problem, language_of
from cockpit.field.register import Register, Taken, Token
from cockpit.field.requests import degrees, hub_asked, inside, json, key_of, number, only, sane, seconds, sound, time
from cockpit.field.said import Positions, SaidIntake
from cockpit.field.shown import Shown
from cockpit.field.way import Ways
from cockpit.field.wire import iso
from cockpit.model.clock import CityClock
from cockpit.model.errors import CockpitError
from cockpit.model.letters import Duty, Letter, LetterKind, LetterState, Position, Reported, Seen, Wrote
from cockpit.store.blobs import Blobs

_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Parts:
    """What the page's addresses work with.

    Attributes:
        clock: the city's.
        case_of: case of an order of this device's unit, or the `Problem` that says that it is none.
        hub_is_there: whether the hub is reached now.
        code_url: the address in a QR code for an enrol code, and where the certificate of our authority is; raises
            CockpitError where the page is not served.
        stun: servers of which phones learn their own addresses.
    """

    guard: Guard
    register: Register
    board: Board
    codes: Codes
    letters: LetterBox
    live: Live
    polls: Polls
    said: SaidIntake
    positions: Positions
    ways: Ways
    shown: Shown
    blobs: Blobs
    clock: CityClock
    case_of: Callable[[Token, str], str]
    hub_is_there: Callable[[], bool]
    code_url: Callable[[str], tuple[str, str]]
    stun: Callable[[], tuple[str, ...]]


class PageApi:
    """Answers phone pages, and the hub on loopback."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/codes", self._make_code),
            web.get("/v1/devices", self._devices, allow_head=False),
            web.get("/v1/me", self._me, allow_head=False),
            web.get("/v1/orders/{id}/way", self._way, allow_head=False),
            web.post("/v1/positions", self._positions),
            web.post("/v1/duty", self._duty),
            web.post("/v1/reports", self._report),
            web.get("/v1/letters", self._letters, allow_head=False),
            web.post("/v1/letters", self._write),
            web.post("/v1/letters/{id}/seen", self._seen),
            web.get("/v1/voices/{sha256}", self._voice, allow_head=False),
            web.get("/v1/live", self._p.live.serve, allow_head=False),
        ]

    # -- the hub, on loopback ------------------------------------------------------------------------------------------

    async def _make_code(self, request: web.Request) -> web.Response:
        inside(request)
        self._p.guard.enroller(request)
        wanted = await self._p.guard.body(request, CodeWanted)
        try:
            self._p.code_url("")
        except CockpitError as error:
            raise Problem.of(HTTPStatus.SERVICE_UNAVAILABLE, error.message) from error
        card = Card(wanted.unit, wanted.name, wanted.kind, wanted.area)
        code, until = await asyncio.to_thread(self._p.codes.make, card)
        url, ca = self._p.code_url(code)
        return json(HTTPStatus.CREATED, CodeMade(code, url, wanted.unit, iso(self._p.clock.city.at(until)), ca))

    async def _devices(self, request: web.Request) -> web.Response:
        inside(request)
        self._p.guard.enroller(request)
        now = self._p.clock.wall()
        units = sorted({token.unit for token in self._p.register.tokens() if token.good(now)})
        return json(HTTPStatus.OK, DevicesOut(units, self._p.live.online))

    # -- who it is -----------------------------------------------------------------------------------------------------

    async def _me(self, request: web.Request) -> web.Response:
        token = self._p.guard.device(request)
        await asyncio.to_thread(self._p.register.renew, token)
        card = self._p.codes.card(token.unit)
        language = language_of(request.headers.get("Accept-Language", ""))
        shown = self._p.shown
        return json(
            HTTPStatus.OK,
            MeOut(
                unit=token.unit,
                name=card.name,
                kind=shown.unit_kind(card.kind, language),
                area=card.area,
                on_duty=card.duty,
                desk=Reach(self._p.hub_is_there()),
                forms=shown.forms,
                kinds=shown.kinds,
                city=shown.city(language),
                lang=language,
                ice=[Ice(server) for server in self._p.stun()],
            ),
        )

    async def _way(self, request: web.Request) -> web.Response:
        token = self._p.guard.device(request)
        order = request.match_info["id"]
        case = self._p.case_of(token, order)
        only(request, "lon", "lat")
        start = degrees(request, "lon", 180), degrees(request, "lat", 90)
        self._p.guard.way(token)
        facts = self._p.board.state.cases[case].facts
        if not self._p.shown.near(start):
            raise Problem(HTTPStatus.NOT_FOUND, "field.far_away")
        kind = self._p.shown.mover(self._p.codes.card(token.unit).kind)
        found = await self._p.ways.way(start, (facts.lon, facts.lat), kind.on_foot, kind.speed)
        if found is None:
            raise Problem(HTTPStatus.NOT_FOUND, "field.no_way")
        return json(HTTPStatus.OK, found)

    # -- what it says --------------------------------------------------------------------------------------------------

    async def _positions(self, request: web.Request) -> web.Response:
        token = self._p.guard.device(request)
        wanted = await self._p.guard.body(request, PositionsWanted)
        if not self._p.codes.card(token.unit).duty:
            raise Problem(HTTPStatus.CONFLICT, "field.off_duty")
        now = self._p.clock.now()
        track = [
            Position(
                id=read_key(fix.id),
                unit=token.unit,
                device=token.id,
                at=min(time(fix.at), now),  # nobody was anywhere in the future
                lon=fix.lon,
                lat=fix.lat,
                accuracy=float("nan") if fix.accuracy is None else fix.accuracy,
            )
            for fix in wanted.fixes
        ]
        self._p.positions.put([position for position in track if now - position.at < FARTHEST])
        return json(HTTPStatus.ACCEPTED, TakenOut(track[-1].id, iso(now)))

    async def _duty(self, request: web.Request) -> web.Response:
        token = self._p.guard.device(request)
        self._p.guard.said(token)
        wanted = await self._p.guard.body(request, DutyWanted)
        key, said = read_key(wanted.id), time(wanted.at)

        def made(taken: Taken) -> Duty:
            return Duty(key, token.unit, taken.device, sane(said, taken), wanted.on)

        new, received = await self._p.said.take(token, key, wanted, made)
        if new:
            await asyncio.to_thread(self._p.codes.put_duty, token.unit, wanted.on)
        return self._taken(new, key, received)

    async def _report(self, request: web.Request) -> web.Response:
        token = self._p.guard.device(request)
        self._p.guard.said(token)
        wanted = await self._p.guard.body(request, ReportWanted)
        key, said = key_of(request), time(wanted.at)
        if wanted.kind and not self._p.shown.knows(wanted.kind):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.no_such_kind")
        photos = tuple(uploaded(self._p.register, token.unit, sha, "image/") for sha in wanted.photos)

        def made(taken: Taken) -> Reported:
            return Reported(
                id=key,
                unit=token.unit,
                device=taken.device,
                said=sane(said, taken),
                received=taken.received,
                lon=wanted.lon,
                lat=wanted.lat,
                words=wanted.words,
                kind=wanted.kind,
                photos=photos,
            )

        return self._taken(*_keyed(await self._p.said.take(token, key, wanted, made), key))

    # -- letters -------------------------------------------------------------------------------------------------------

    async def _letters(self, request: web.Request) -> web.Response:
        token = self._p.guard.device(request)
        only(request, "after", "wait")
        after, wait = number(request, "after"), seconds(request)
        said = await self._letters_after(token, after)
        if not said.letters and wait:
            with self._p.letters.news(token.unit) as future:
                await self._p.polls.wait(token.id, future, wait)
            self._p.guard.still_good(self._p.register.token_of(token.id) or token)
            said = await self._letters_after(token, after)
        return json(HTTPStatus.OK, said)

    async def _letters_after(self, token: Token, after: int) -> LettersOut:
        with hub_asked():
            return await self._p.letters.after(token.unit, after)

    async def _write(self, request: web.Request) -> web.Response:
        token = self._p.guard.device(request)
        self._p.guard.said(token)
        wanted = await self._p.guard.body(request, LetterWanted)
        key, said = key_of(request), time(wanted.at)
        if (wanted.words is None) is (wanted.voice is None):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.words_or_voice")
        case = self._p.case_of(token, wanted.order) if wanted.order is not None else ""
        voice = None if wanted.voice is None else uploaded(self._p.register, token.unit, wanted.voice, "audio/")
        name = self._p.codes.card(token.unit).name

        def made(taken: Taken) -> Wrote:
            letter = Letter(
                id=key,
                kind=LetterKind.TEXT if voice is None else LetterKind.VOICE,
                seat="",
                unit=token.unit,
                from_unit=True,
                name=name,
                written=sane(said, taken),
                words=wanted.words or "",
                voice=voice,
                seconds=wanted.seconds or 0.0,
                case=case,
                order=wanted.order or "",
            )
            return Wrote(letter)

        return self._taken(*_keyed(await self._p.said.take(token, key, wanted, made), key))

    async def _seen(self, request: web.Request) -> web.Response:
        token = self._p.guard.device(request)
        ident = request.match_info["id"]
        if not self._p.letters.was_shown(token.unit, ident):
            raise Problem(HTTPStatus.NOT_FOUND, "field.no_such_letter")
        self._p.guard.said(token)
        wanted = await self._p.guard.body(request, SeenWanted)
        key, said = key_of(request), time(wanted.at)
        if (wanted.state == "answered") is not (wanted.answer is not None):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.answer_answers")

        def made(taken: Taken) -> Seen:
            return Seen(
                id=key,
                letter=ident,
                unit=token.unit,
                device=taken.device,
                at=sane(said, taken),
                state=LetterState(wanted.state),
                answer=wanted.answer or "",
            )

        return self._taken(*_keyed(await self._p.said.take(token, key, wanted, made, ident), key))

    async def _voice(self, request: web.Request) -> web.Response:
        token = self._p.guard.device(request)
        sha = request.match_info["sha256"]
        if not _SHA.fullmatch(sha):
            raise Problem(HTTPStatus.NOT_FOUND, "field.no_such_voice")
        own = self._p.register.upload(token.unit, sha)
        if own is not None and own.done and own.type.startswith("audio/"):
            with contextlib.suppress(OSError):
                return sound(await asyncio.to_thread(self._p.blobs.path(sha).read_bytes), own.type)
        of_type = self._p.letters.voice_type(token.unit, sha)
        if not of_type:
            raise Problem(HTTPStatus.NOT_FOUND, "field.no_such_voice")
        with hub_asked():
            return sound(await self._p.letters.voice(sha), of_type)

    def _taken(self, new: bool, key: str, received: int) -> web.Response:
        status = HTTPStatus.OK
        if new:
            status = HTTPStatus.CREATED if self._p.hub_is_there() else HTTPStatus.ACCEPTED
        return json(status, TakenOut(key, iso(received)))


def _keyed(taken: tuple[bool, int], key: str) -> tuple[bool, str, int]:
    return taken[0], key, taken[1]
