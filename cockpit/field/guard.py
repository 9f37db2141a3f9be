"""What stands before every request: rates, tokens, sizes, time-outs."""

from __future__ import annotations

import asyncio
import hmac
from http import HTTPStatus
from typing import TypeVar

import msgspec
from aiohttp import web

from cockpit.field.limits import Buckets, Limits
from cockpit.field.problems import Problem
from cockpit.field.register import Register, Token
from cockpit.field.wrong import wrong
from cockpit.model.clock import Clock

T = TypeVar("T")
_LONGEST_SECRET = 200


class Guard:
    """Lets requests through, or raises the `Problem` that says why not."""

    def __init__(self, register: Register, enrol_secret: str, limits: Limits, clock: Clock) -> None:
        """
        Args:
            clock: the machine's; tokens end by it.
        """
        self.limits = limits
        self._register = register
        self._enrol_secret = enrol_secret
        self._clock = clock
        self._addresses = Buckets(limits.address, clock)
        self._devices = Buckets(limits.device, clock)
        self._refused = Buckets(limits.enrol, clock)

    def address(self, request: web.Request) -> None:
        """Raises Problem: this address asked too often."""
        _not_too_often(self._addresses.take(request.remote or ""))

    def device(self, request: web.Request) -> Token:
        """The device that signed in.

        Raises:
            Problem: no token, one that nobody has, one that ended, or one that asks too often.
            OutsideError: the register can not be read.
        """
        secret = _bearer(request)
        token = self._register.token(secret)
        if token is None:
            raise _unknown("field.token_unknown")
        self.still_good(token)
        _not_too_often(self._devices.take(token.id))
        return token

    def still_good(self, token: Token) -> None:
        """Raises Problem: the token ended or was revoked."""
        if token.revoked:
            raise _unknown("field.token_revoked")
        if not token.good(self._clock.now()):
            raise _unknown("field.token_expired")

    def enroller(self, request: web.Request) -> None:
        """Raises Problem: it does not know the secret, or failed too often."""
        address = request.remote or ""
        _not_too_often(self._refused.wait(address))
        if not hmac.compare_digest(_bearer(request).encode(), self._enrol_secret.encode()):
            self._refused.take(address)
            raise _unknown("field.enrol_unknown")

    async def body(self, request: web.Request, kind: type[T]) -> T:
        """The JSON body.

        Raises:
            Problem: another type, too large, too slow, no JSON, or not what is wanted here.
        """
        if request.content_type != "application/json":
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "field.not_json_type")
        plain(request)
        if (request.content_length or 0) > self.limits.body:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "field.body_too_large", most=self.limits.body)
        try:
            async with asyncio.timeout(self.limits.body_seconds):
                data = await request.read()
        except TimeoutError as error:
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, "field.too_slow") from error
        except web.HTTPRequestEntityTooLarge as error:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "field.body_too_large", most=self.limits.body) from error
        try:
            return msgspec.json.decode(data, type=kind)
        except msgspec.ValidationError as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.not_valid", why=wrong(str(error), kind)) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Problem(HTTPStatus.BAD_REQUEST, "field.no_json") from error


def plain(request: web.Request) -> None:
    """Raises Problem: the body is packed, of which nobody knows how large it gets."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "field.packed")


def _bearer(request: web.Request) -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret or len(secret) > _LONGEST_SECRET or not secret.isascii():
        raise _unknown("field.no_token")
    return secret


def _unknown(message_id: str) -> Problem:
    problem = Problem(HTTPStatus.UNAUTHORIZED, message_id)
    problem.headers["WWW-Authenticate"] = "Bearer"
    return problem


def _not_too_often(seconds: float) -> None:
    if seconds > 0:
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "field.too_often", retry_after=seconds)
