"""One request to an OpenAI-compatible endpoint, streamed; every way in which it may go wrong ends in one sentence."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import msgspec

from cockpit.assist.model.settings import Endpoint
from cockpit.model.errors import OutsideError
from cockpit.model.time_limit import time_limit

MOST_BYTES = 2_000_000
MOST_LINE = 256_000
MOST_TEXT = 16_000
MOST_CALLS = 8
MOST_ARGUMENTS = 4_000
_DONE = b"[DONE]"


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _Call(msgspec.Struct):
    index: int = 0
    id: str | None = None
    function: _Function | None = None


class _Delta(msgspec.Struct):
    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    message: _Delta | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []
    model: str | None = None
    system_fingerprint: str | None = None
    error: Any = None


class Call(msgspec.Struct):
    """A tool that the model wants called, with its arguments as it wrote them."""

    id: str = ""
    name: str = ""
    arguments: str = ""


class Reply(msgspec.Struct):
    """What came back: words, calls, and how the endpoint calls its model."""

    text: str = ""
    calls: list[Call] = []
    version: str = ""


_chunk = msgspec.json.Decoder(_Chunk).decode


async def chat(endpoint: Endpoint, body: bytes, seconds: float, heard: Callable[[str], None]) -> Reply:
    """Sends a body and hears the reply.

    Args:
        seconds: that it may take in all, whatever comes meanwhile. heard: gets the words so far.

    Raises:
        OutsideError: there is no reply that can be used.
    """
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream", "Accept-Encoding": "identity"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    verify: ssl.SSLContext | bool = True
    if endpoint.ca:
        try:
            verify = await asyncio.to_thread(ssl.create_default_context, cafile=endpoint.ca)
        except OSError as error:
            raise OutsideError("model.bad_ca", why=error.strerror or type(error).__name__) from error
    try:
        async with (
            time_limit(max(0.0, seconds)),
            httpx.AsyncClient(timeout=seconds, trust_env=False, follow_redirects=False, verify=verify) as http,
            http.stream("POST", endpoint.url, headers=headers, content=body) as answer,
        ):
            _checked(answer)
            return await _heard(answer, heard)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise OutsideError("model.late", seconds=f"{endpoint.timeout:g}") from error
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        raise OutsideError("model.away", host=endpoint.host, why=type(error).__name__) from error


def _checked(answer: httpx.Response) -> None:
    if answer.is_redirect or 300 <= answer.status_code < 400:
        raise OutsideError("model.redirects")
    if answer.status_code != httpx.codes.OK:
        raise OutsideError("model.refuses", status=answer.status_code)
    if answer.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise OutsideError("model.garbage")


async def _heard(answer: httpx.Response, heard: Callable[[str], None]) -> Reply:
    reply = Reply(calls=[])
    if answer.headers.get("content-type", "").lower().startswith("application/json"):
        data = bytearray()
        async for some in answer.aiter_bytes():
            data += some
            if len(data) > MOST_BYTES:
                raise OutsideError("model.too_much")
        _take(bytes(data), reply)
        _whole(reply)
        return reply
    before = 0
    ended = False
    async for line in _lines(answer):
        data_of = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
        if not data_of:
            continue
        if data_of == _DONE:
            ended = True
            break
        _take(data_of, reply)
        if len(reply.text) > before:
            before = len(reply.text)
            heard(reply.text)
    if not ended and not (reply.text or reply.calls):
        raise OutsideError("model.garbage")
    _whole(reply)
    return reply


async def _lines(answer: httpx.Response) -> AsyncIterator[bytes]:
    rest, total = b"", 0
    async for some in answer.aiter_bytes():
        total += len(some)
        if total > MOST_BYTES:
            raise OutsideError("model.too_much")
        *lines, rest = (rest + some).split(b"\n")
        if len(rest) > MOST_LINE:
            raise OutsideError("model.too_much")
        for line in lines:
            yield line.rstrip(b"\r")
    if rest:
        yield rest.rstrip(b"\r")


def _take(data: bytes, reply: Reply) -> None:
    """Adds one piece to a reply."""
    try:
        chunk = _chunk(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise OutsideError("model.garbage") from error
    if chunk.error is not None:
        raise OutsideError("model.says_error")
    reply.version = reply.version or " ".join(filter(None, (chunk.model, chunk.system_fingerprint)))[:200]
    for choice in chunk.choices[:1]:
        piece = choice.delta or choice.message
        if piece is None:
            continue
        reply.text += piece.content or ""
        if len(reply.text) > MOST_TEXT:
            raise OutsideError("model.too_much")
        for i, part in enumerate(piece.tool_calls or []):
            index = part.index if choice.delta is not None else i
            if not 0 <= index < MOST_CALLS or index > len(reply.calls):
                raise OutsideError("model.too_much")
            if index == len(reply.calls):
                reply.calls.append(Call())
            call = reply.calls[index]
            call.id = call.id or (part.id or "")[:80]
            if part.function is not None:
                call.name += part.function.name or ""
                call.arguments += part.function.arguments or ""
            if len(call.arguments) > MOST_ARGUMENTS or len(call.name) > 80:
                raise OutsideError("model.too_much")


def _whole(reply: Reply) -> None:
    """Raises OutsideError: nothing was said."""
    if not reply.text.strip() and not reply.calls:
        raise OutsideError("model.garbage")
