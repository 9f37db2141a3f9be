"""What every address reads of a request and says in an answer."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from http import HTTPStatus

import msgspec
from aiohttp import web

from cockpit.field.intake import FARTHEST, read_key
from cockpit.field.problems import Problem
from cockpit.field.register import Taken
from cockpit.field.wire import read_time
from cockpit.model.clock import SECOND
from cockpit.model.errors import OutsideError

MAX_WAIT = 30.0
"""Seconds that a device may wait for news."""
_NUMBER = re.compile(r"[0-9]{1,15}")
_SECONDS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,2})?")


@contextlib.contextmanager
def hub_asked() -> Iterator[None]:
    """Around what only the hub knows.

    Raises:
        Problem: it can not say now.
    """
    try:
        yield
    except OutsideError as error:
        raise Problem.away() from error


def inside(request: web.Request) -> None:
    """Raises Problem: this comes from outside, where it is no address at all."""
    if request.transport is None or request.transport.get_extra_info("ssl_object") is not None:
        raise Problem(HTTPStatus.NOT_FOUND, "field.no_such_address")


def json(status: HTTPStatus, body: msgspec.Struct) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")


def only(request: web.Request, *names: str) -> None:
    """Raises Problem: the query has another name."""
    if unknown := sorted(set(request.query) - set(names)):
        known = ", ".join(names)
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.unknown_query", name=unknown[0][:80], known=known)


def _once(request: web.Request, name: str, absent: str) -> str:
    """A value of the query, "" where it is more than once."""
    said = request.query.getall(name, [absent])
    return said[0] if len(said) == 1 else ""


def number(request: web.Request, name: str) -> int:
    """Raises Problem: it is none."""
    said = _once(request, name, "0")
    if not _NUMBER.fullmatch(said):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.bad_after")
    return int(said)


def seconds(request: web.Request) -> float:
    """Raises Problem: `wait` is no number of seconds that may be waited."""
    said = _once(request, "wait", "0")
    wait = float(said) if _SECONDS.fullmatch(said) else -1.0
    if not 0 <= wait <= MAX_WAIT:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.bad_wait", most=round(MAX_WAIT))
    return wait


def degrees(request: web.Request, name: str, most: float) -> float:
    """Raises Problem: the query has no such number of degrees."""
    said = _once(request, name, "")
    value = float(said) if _DEGREES.fullmatch(said) else float("inf")
    if abs(value) > most:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.bad_place", name=name)
    return value


def key_of(request: web.Request) -> str:
    """The idempotency key. Raises Problem: it is none."""
    return read_key(request.headers.get("Idempotency-Key", ""))


def time(text: str) -> int:
    """City time that a device says. Raises Problem: it is none."""
    try:
        return read_time(text)
    except ValueError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.bad_time") from error


def sane(said: int, taken: Taken) -> int:
    """The device's time; when it came in, where its clock was reset or is ahead."""
    return said if taken.received - FARTHEST < said <= taken.received + 60 * SECOND else taken.received


def sound(data: bytes, of_type: str) -> web.Response:
    """A sound, to be played and never shown as a page."""
    return web.Response(body=data, content_type=of_type, headers={"Content-Disposition": "attachment"})
