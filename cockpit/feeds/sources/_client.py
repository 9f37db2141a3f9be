"""What the HTTP sources share: the client, and the one sentence for each kind of outside problem."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from socket import gaierror
from typing import cast

import httpx

from cockpit.feeds.sources._tls import of_the_world
from cockpit.model.errors import OutsideError


def client(timeout: float, silence: float | None = None, tls: ssl.SSLContext | None = None) -> httpx.AsyncClient:
    """A client that goes only where the configuration names: no proxy of the environment, no redirect.

    Args:
        timeout: seconds to connect and to answer.
        silence: seconds between two bytes; None is `timeout`.
        tls: what verifies the server; None: the usual authorities.
    """
    limits = httpx.Timeout(timeout, read=silence if silence is not None else timeout)
    return httpx.AsyncClient(timeout=limits, verify=tls or of_the_world(), trust_env=False, follow_redirects=False)


@contextmanager
def sentences(url: str, timeout: float) -> Iterator[None]:
    """Turns whatever a transport raises into `OutsideError` with the one parameter `detail`."""
    try:
        yield
    except OutsideError:
        raise
    except (httpx.TimeoutException, TimeoutError) as error:
        raise OutsideError("feeds.timed_out", detail=f"{timeout:g}") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise OutsideError("feeds.bad_address", detail=url) from error
    except (httpx.HTTPError, OSError, httpx.StreamError) as error:
        raise _sentence(error, url) from error


def _sentence(error: BaseException, url: str) -> OutsideError:
    host = _host(url)
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return OutsideError("feeds.bad_certificate", detail=host)
        if isinstance(cause, ssl.SSLError):
            return OutsideError("feeds.not_tls", detail=host)
        if isinstance(cause, gaierror):
            return OutsideError("feeds.no_such_host", detail=host)
        if isinstance(cause, ConnectionRefusedError):
            return OutsideError("feeds.refused", detail=host)
    if isinstance(error, httpx.ConnectError):
        return OutsideError("feeds.refused", detail=host)
    if isinstance(error, httpx.DecodingError):
        return OutsideError("feeds.not_gzip", detail=host)
    return OutsideError("feeds.broken_off", detail=host)


def _host(url: str) -> str:
    try:
        return httpx.URL(url).netloc.decode() or url
    except httpx.InvalidURL:
        return url


def demand_address(url: str) -> None:
    """Raises OutsideError for what is no address of a host."""
    try:
        parts = httpx.URL(url)
        usable = bool(parts.host) and 0 <= (parts.port or 0) <= 65535
    except httpx.InvalidURL:
        usable = False
    if not usable:
        raise OutsideError("feeds.bad_address", detail=url)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, exceptions of a group (several addresses of a host) included."""
    seen: set[int] = set()
    stack: list[BaseException | None] = [error]
    while stack:
        one = stack.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        stack += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            stack += one.exceptions


def demand_success(response: httpx.Response) -> None:
    """Raises OutsideError for every status but 2xx."""
    if not response.is_success:
        raise OutsideError("feeds.http_status", detail=response.status_code)


async def read_all(response: httpx.Response, most: int) -> bytes:
    """The whole body, decompressed.

    Raises:
        OutsideError: more than `most` bytes; reading stops there.
    """
    chunks: list[bytes] = []
    size = 0
    body = cast("AsyncGenerator[bytes]", response.aiter_bytes())
    async with aclosing(body):  # else the loop closes it some time later, in a task of its own
        async for chunk in body:
            size += len(chunk)
            if size > most:
                raise OutsideError("feeds.too_big", detail=f"{most / 2**20:g}")
            chunks.append(chunk)
    return b"".join(chunks)


class Counted(httpx.AsyncByteStream):
    """A response's stream that refuses a message without end: `count` is set to 0 after each whole message."""

    def __init__(self, stream: httpx.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._most = most
        self.count = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self.count += len(chunk)
            if self.count > self._most:
                raise OutsideError("feeds.too_big", detail=f"{self._most / 2**20:g}")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
