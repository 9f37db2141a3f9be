"""Documents that the city hands out whole: bytes with an ETag, plain and gzipped (RFC 9110)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable
from typing import Any

import msgspec
from aiohttp import web

_encode = msgspec.json.Encoder().encode


class Document:
    """One version of a document.

    Attributes:
        etag: strong, by content; quoted as it is sent.
    """

    def __init__(self, body: bytes, kind: str) -> None:
        self._body, self._kind = body, kind
        self._packed = b""
        self.etag = f'"{zlib.crc32(body):08x}-{len(body):x}"'

    def answer(self, request: web.Request) -> web.Response:
        """200 with the document, or 304 where the reader has it already."""
        head = {"ETag": self.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
        if self.etag in known or known == ["*"]:
            return web.Response(status=304, headers=head)
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=self._body, headers={**head, "Content-Type": self._kind})
        if not self._packed:
            self._packed = gzip.compress(self._body, 3, mtime=0)
        head |= {"Content-Type": self._kind, "Content-Encoding": "gzip"}
        return web.Response(body=self._packed, headers=head)


def collection(features: Iterable[dict[str, Any]], at: str) -> Document:
    """A GeoJSON FeatureCollection (RFC 7946); `at` is the time it holds for."""
    body = _encode({"type": "FeatureCollection", "at": at, "features": list(features)})
    return Document(body, "application/geo+json")


def json_answer(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=_encode(value), status=status, content_type="application/json")
