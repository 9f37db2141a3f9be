"""A photo on its way to the gateway: in parts, and on from where it broke off."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

import msgspec

from cockpit.city.wire import Refused, Said, Unreached

PART = 32 * 1024
"""Bytes of one request."""


class Broken(Exception):
    """The gateway does not take it for a photo, and says why."""


Ask = Callable[..., Awaitable[Said]]


class Upload:
    """One photo.

    Args:
        ask: sends a request; see `Handset`.
        data, kind: the photo, and its media type.
        cut: breaks off once.
    """

    def __init__(self, ask: Ask, data: bytes, kind: str, cut: bool) -> None:
        self._ask, self._data, self._kind, self._cut = ask, data, kind, cut

    async def bring(self) -> str:
        """Brings it there, whole.

        Returns:
            its SHA-256 in hex.

        Raises:
            Broken: it is no photo.
            Unreached: to be tried again; what is there already is not sent again.
        """
        data = self._data
        name = hashlib.sha256(data).hexdigest()
        try:
            at = await self._begin(name)
            while at < len(data):
                at = await self._part(name, data, at)
        except Refused as error:
            if error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
                raise Unreached(str(error)) from error  # it was forgotten, or more is there than we knew: begin again
            raise Broken(str(error)) from error
        return name

    async def _begin(self, name: str) -> int:
        """How much of it is there."""
        body = msgspec.json.encode({"sha256": name, "size": len(self._data), "type": self._kind})
        answer = await self._ask("POST", "/v1/blobs", body, {"Content-Type": "application/json"})
        return _offset(answer)

    async def _part(self, name: str, data: bytes, at: int) -> int:
        head = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
        part = data[at : at + PART]
        if self._cut and at > 0:
            self._cut = False
            try:
                length = {"Content-Length": str(len(part))}
                await self._ask("PATCH", f"/v1/blobs/{name}", _breaks_off(part), head | length)
            except Unreached:
                return _offset(await self._ask("HEAD", f"/v1/blobs/{name}"))
        return _offset(await self._ask("PATCH", f"/v1/blobs/{name}", part, head))


def _offset(answer: Said) -> int:
    try:
        return int(answer.head.get("Upload-Offset", "0"))
    except ValueError as error:
        raise Unreached("Upload-Offset") from error


async def _breaks_off(part: bytes) -> AsyncIterator[bytes]:
    """Half of it, and then the connection is gone, as under a bridge."""
    yield part[: len(part) // 2]
    raise ConnectionResetError
