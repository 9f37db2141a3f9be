"""One request of a device to the gateway and its whole answer; what an answer means that is none that one hoped for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import aiohttp
import msgspec

from cockpit.model.clock import SECOND
from cockpit.model.typed import from_json

MOST_AFTER = 60.0
"""Seconds that a device waits at most when it is told to."""
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class Unreached(Exception):
    """Try again, in `after` seconds at the earliest."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


class Refused(Exception):
    """Trying the same again would change nothing. Says why in the gateway's own sentence."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class _Problem(msgspec.Struct):
    """RFC 9457."""

    title: str = ""
    detail: str = ""


class Said(msgspec.Struct, frozen=True):
    """A good answer, read to its end."""

    head: Mapping[str, str]
    body: bytes


async def request(
    session: aiohttp.ClientSession, method: str, url: str, body: Any = None, head: dict[str, str] | None = None
) -> Said:
    """Raises:
    Unreached: no answer, or one that says: later.
    Refused: an answer that will always be so.
    """
    try:
        async with session.request(method, url, data=body, headers=head) as answer:
            data = await answer.read()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:  # or a header that can be none
        raise Unreached(str(error)) from error
    if answer.status < HTTPStatus.BAD_REQUEST:
        return Said(answer.headers, data)
    why = _sentence(data) or f"HTTP {answer.status}"
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in _LATER:
        after = answer.headers.get("Retry-After", "")
        raise Unreached(why, min(float(after), MOST_AFTER) if after.isdecimal() else 0.0)
    raise Refused(answer.status, why)


def _sentence(data: bytes) -> str:
    try:
        problem = from_json(data, type=_Problem)
    except msgspec.MsgspecError:
        return ""
    return problem.detail or problem.title


def utc(us: int) -> str:
    """ISO 8601 in UTC to the millisecond."""
    return datetime.fromtimestamp(us / SECOND, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
