"""The phone page as files: read once at the start, packed once, nothing else is ever served."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path

import msgspec
from aiohttp import web

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".ogg": "audio/ogg",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
}
_PACKED = (".html", ".js", ".css", ".json", ".webmanifest", ".svg")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*")
_HASHED = re.compile(r"\.[0-9a-f]{8,64}\.[a-z0-9]+\Z")
_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
INDEX = "index.html"
LARGEST = 2_000_000
PERMISSIONS = "camera=(self), microphone=(self), geolocation=(self), usb=(), payment=(), serial=(), bluetooth=()"
NO_PERMISSIONS = PERMISSIONS.replace("(self)", "()")


class _File(msgspec.Struct, frozen=True):
    """Bytes by how they are packed ("" plain); etag: of what is in it."""

    data: dict[str, bytes]
    type: str
    etag: str
    cache: str


class Files:
    """The files of a folder, and of its folders one deep, that have a type in `TYPES`."""

    def __init__(self, folder: Path, below: str = "/", permissions: str = PERMISSIONS) -> None:
        """
        Args:
            below: the address of its `index.html`. permissions: what the browser may let its pages use.
        """
        self._permissions = permissions
        self._files: dict[str, _File] = {}
        if folder.is_dir():
            for path in sorted([*folder.glob("*"), *folder.glob("*/*")]):
                name = path.relative_to(folder).as_posix()
                if path.is_file() and path.suffix in TYPES and all(map(_NAME.fullmatch, name.split("/"))):
                    self._files[below if name == INDEX else f"{below}{name}"] = _read(path)

    @property
    def paths(self) -> list[str]:
        return sorted(self._files)

    def handler(
        self, path: str, secure: Callable[[web.Request], bool]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Answers requests for one of `paths`.

        Args:
            secure: whether a browser may be told to come over TLS only for the next months.
        """
        file = self._files[path]

        async def answer(request: web.Request) -> web.StreamResponse:
            headers = {
                **_security(request, self._permissions),
                "ETag": file.etag,
                "Cache-Control": file.cache,
                "Vary": "Accept-Encoding",
            }
            if secure(request):
                headers["Strict-Transport-Security"] = "max-age=15552000"
            if file.etag in request.headers.get("If-None-Match", "")[:1000]:
                return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
            accepted = {
                part.partition(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")
            }
            packed = next((name for name in ("br", "gzip") if name in file.data and name in accepted), "")
            if packed:
                headers["Content-Encoding"] = packed
            return web.Response(body=file.data[packed], headers={**headers, "Content-Type": file.type})

        return answer


def _security(request: web.Request, permissions: str) -> dict[str, str]:
    host = request.headers.get("Host", "")
    # browsers of some years ago do not count a WebSocket to where the page came from as 'self'
    live = f" {'wss' if request.secure else 'ws'}://{host}" if _HOST.fullmatch(host) else ""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
        f"connect-src 'self'{live}; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Permissions-Policy": permissions,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _read(path: Path) -> _File:
    plain = path.read_bytes()[:LARGEST]
    data = {"": plain}
    if path.suffix in _PACKED:
        data["gzip"] = gzip.compress(plain, 9, mtime=0)
        if importlib.util.find_spec("brotli") is not None:
            import brotli  # type: ignore[import-not-found,unused-ignore]

            data["br"] = brotli.compress(plain)
    small = {name: packed for name, packed in data.items() if not name or len(packed) < len(plain)}
    etag = f'"{hashlib.sha256(plain).hexdigest()[:20]}"'
    cache = "public, max-age=31536000, immutable" if _HASHED.search(path.name) else "no-cache"
    return _File(small, TYPES[path.suffix], etag, cache)
