"""What stands before every request: rates, tokens, sizes, time-outs."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

import msgspec
from aiohttp import web

from cockpit.field.limits import Buckets, Limits, holder_of
from cockpit.field.problems import Problem
from cockpit.field.register import Register, Token
from cockpit.field.remotewire import OF_REMOTES
from cockpit.field.wrong import wrong
from cockpit.model.clock import Clock
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_json

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
        self._wrong_codes = Buckets(limits.code, clock)
        self._late_codes = Buckets(limits.late_code, clock)
        self._all_wrong_codes = Buckets(limits.codes, clock)
        self._ways = Buckets(limits.way, clock)
        self._said = Buckets(limits.said, clock)

    def address(self, request: web.Request) -> None:
        """Raises Problem: this address asked too often."""
        _not_too_often(self._addresses.take(request.remote or ""))

    def device(self, request: web.Request) -> Token:
        """The device that signed in.

        Raises:
            Problem: no token, one that nobody has, one that ended, or one that asks too often.
            OutsideError: the register can not be read.
        """
        token = self.token(_bearer(request))
        _not_too_often(self._devices.take(token.id))
        return token

    def token(self, secret: str) -> Token:
        """The device of a secret.

        Raises:
            Problem: nobody has this token, or it ended.
            OutsideError: the register can not be read.
        """
        return self._of_kind(secret, remote=False)

    def remote(self, secret: str) -> Token:
        """The remote of the walls of a secret.

        Raises:
            Problem: no remote has this token, or it ended.
            OutsideError: the register can not be read.
        """
        return self._of_kind(secret, remote=True)

    def _of_kind(self, secret: str, remote: bool) -> Token:
        """A phone's token opens nothing of the walls, a remote's nothing of the phones'."""
        token = self._register.token(secret)
        if token is None or token.unit.startswith(OF_REMOTES) != remote:
            raise _unknown("field.token_unknown")
        self.still_good(token)
        return token

    def is_good(self, ident: str) -> bool:
        """Whether a token has not ended meanwhile.

        Raises:
            OutsideError: the register can not be read.
        """
        token = self._register.token_of(ident)
        return token is not None and token.good(self._clock.now())

    def said(self, token: Token) -> None:
        """Raises Problem: this device said too much of what is kept."""
        _not_too_often(self._said.take(token.id))

    def way(self, token: Token) -> None:
        """Raises Problem: this device asked for too many ways."""
        _not_too_often(self._ways.take(token.id))

    def still_good(self, token: Token) -> None:
        """Raises Problem: the token ended or was revoked."""
        if token.revoked:
            raise _unknown("field.token_revoked")
        if not token.good(self._clock.now()):
            raise _unknown("field.token_expired")

    def enroller(self, request: web.Request) -> None:
        """Raises Problem: it does not know the secret, or failed too often."""
        address = holder_of(request.remote or "")
        _not_too_often(self._refused.wait(address))
        if not hmac.compare_digest(_bearer(request).encode(), self._enrol_secret.encode()):
            self._refused.take(address)
            raise _unknown("field.enrol_unknown")

    def code(self, request: web.Request, use: Callable[[], str | None]) -> str:
        """The unit of an enrol code.

        A good code is good however many wrong ones came before it: from the same address, which a whole site may
        share, or from all over. After too many wrong ones of an address it may try one a second.

        Args:
            use: of the code; None: there is none such.

        Raises:
            Problem: it is wrong, or there are too many tries at once, from here or from everywhere.
            OutsideError: the register can not be written.
        """
        address = holder_of(request.remote or "")
        late = self._wrong_codes.wait(address)
        _not_too_often(max(self._late_codes.wait(address) if late else 0.0, self._all_wrong_codes.wait("")))
        unit = use()
        if unit is None:
            self._all_wrong_codes.take("")
            (self._late_codes if late else self._wrong_codes).take(address)
            _not_too_often(late)
            raise _unknown("field.code_unknown")
        return unit

    async def body(self, request: web.Request, kind: type[T]) -> T:
        """The JSON body.

        Raises:
            Problem: another type, too large, too slow, no JSON, or not what is wanted here.
        """
        return read_body(await self.raw_body(request), kind)

    async def raw_body(self, request: web.Request) -> bytes:
        """The bytes of a JSON body.

        Raises:
            Problem: another type, too large, or too slow.
        """
        if request.content_type != "application/json":
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "field.not_json_type")
        plain(request)
        if (request.content_length or 0) > self.limits.body:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "field.body_too_large", most=self.limits.body)
        try:
            async with time_limit(self.limits.body_seconds):
                data = await request.read()
        except TimeoutError as error:
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, "field.too_slow") from error
        except web.HTTPRequestEntityTooLarge as error:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "field.body_too_large", most=self.limits.body) from error
        return data


def read_body(data: bytes, kind: type[T]) -> T:
    """Raises Problem: no JSON, or not what is wanted here."""
    try:
        return from_json(data, type=kind)
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
