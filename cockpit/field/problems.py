"""Refusals of the device API: RFC 9457 problem+json with one sentence, in the language that the device asks for."""

from __future__ import annotations

import math
from http import HTTPStatus

import msgspec

from cockpit.model.errors import CockpitError
from cockpit.model.messages import LANGUAGES, Message, texts

PROBLEM_TYPE = "application/problem+json"


class Problem(CockpitError):
    """A request that is refused.

    Attributes:
        status: of HTTP.
        retry_after: seconds until it may be tried again, 0 says nothing of it.
        headers: further ones of the answer.
    """

    def __init__(self, status: HTTPStatus, message_id: str, *, retry_after: float = 0.0, **params: object) -> None:
        super().__init__(message_id, **params)
        self.status = status
        self.retry_after = retry_after
        self.headers: dict[str, str] = {}
        if retry_after > 0:
            self.headers["Retry-After"] = str(math.ceil(retry_after))

    @classmethod
    def of(cls, status: HTTPStatus, message: Message) -> Problem:
        """A refusal in the words of another room."""
        problem = cls(status, message.id)
        problem.message = message
        return problem

    @classmethod
    def key_used(cls) -> Problem:
        return cls(HTTPStatus.CONFLICT, "field.key_used")

    @classmethod
    def upgrade(cls) -> Problem:
        problem = cls(HTTPStatus.UPGRADE_REQUIRED, "field.no_websocket")
        problem.headers["Upgrade"] = "websocket"
        return problem

    @classmethod
    def away(cls) -> Problem:
        return cls(HTTPStatus.SERVICE_UNAVAILABLE, "field.hub_away", retry_after=5)

    @classmethod
    def other_origin(cls) -> Problem:
        return cls(HTTPStatus.FORBIDDEN, "field.other_origin")


class Said(msgspec.Struct, frozen=True):
    """The body of a refusal. `code` is the sentence's id, for programs; `detail` the sentence, for people."""

    title: str
    status: int
    code: str
    detail: str
    type: str = "about:blank"


def body_of(status: HTTPStatus, message: Message, language: str) -> bytes:
    return msgspec.json.encode(Said(status.phrase, int(status), message.id, texts(language)(message)))


def language_of(accept: str) -> str:
    """The language of sentences by `Accept-Language`: English where it stands before any Chinese, else Chinese."""
    for wish in accept[:200].split(","):
        code = wish.strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return "zh"
