"""Photos of devices, piece by piece: what was interrupted goes on where it stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections.abc import AsyncIterator
from http import HTTPStatus

from aiohttp import web

from cockpit.field.guard import plain
from cockpit.field.limits import Limits
from cockpit.field.problems import Problem
from cockpit.field.register import Register, Token, Upload
from cockpit.field.wire import BlobWanted
from cockpit.model.clock import DAY, Clock
from cockpit.model.time_limit import time_limit
from cockpit.store.blobs import Blobs, NotAPhoto, Part
from cockpit.store.sounds import TYPES as SOUNDS

log = logging.getLogger(__name__)

PIECE_TYPE = "application/offset+octet-stream"
FORGET_AFTER = DAY
"""How long a photo that was begun is waited for; machine time."""


class Photos:
    """Uploads of all units. One request at a time works on a photo of a unit; another one meanwhile is told so."""

    def __init__(self, register: Register, blobs: Blobs, limits: Limits, clock: Clock) -> None:
        self._register = register
        self._blobs = blobs
        self._limits = limits
        self._clock = clock
        self._at_work: set[tuple[str, str]] = set()
        self._judge = asyncio.Lock()

    async def begin(self, token: Token, wanted: BlobWanted) -> tuple[bool, Part]:
        """Begins a photo; whether it is new, and how much of it is here.

        Raises:
            Problem: too large, too many begun, or no room on the disk.
            OutsideError: the disk refused.
        """
        if wanted.type in SOUNDS and wanted.size > self._limits.voice:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.voice_too_large", most=self._limits.voice)
        if wanted.size > self._limits.photo:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "field.photo_too_large", most=self._limits.photo)
        size = round(wanted.size)
        known = self._register.upload(token.unit, wanted.sha256)
        if known is not None and (known.done or (known.size, known.type) == (size, wanted.type)):
            return False, await self.state(token, wanted.sha256)
        async with self._alone(token, wanted.sha256):
            if known is None and self._register.open_uploads(token.unit) >= self._limits.uploads:
                raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "field.too_many_photos", retry_after=60)
            since = self._clock.now() - DAY
            if known is None and self._register.uploads_since(token.unit, since) >= self._limits.photos_a_day:
                raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "field.photos_of_a_day", retry_after=3600)
            return True, await asyncio.to_thread(self._begin, token, wanted)

    def _begin(self, token: Token, wanted: BlobWanted) -> Part:
        self._blobs.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self._blobs.folder).free - wanted.size < self._limits.free_bytes:
            raise Problem(HTTPStatus.INSUFFICIENT_STORAGE, "field.no_room", retry_after=300)
        self._blobs.drop(wanted.sha256, token.unit)
        size = round(wanted.size)
        self._register.begin_upload(token.unit, wanted.sha256, size, wanted.type)
        return self._blobs.begin(wanted.sha256, token.unit, size)

    async def state(self, token: Token, sha: str) -> Part:
        """How much of a photo is here.

        Raises:
            Problem: this unit began no such photo, or it is none.
            OutsideError: the disk refused.
        """
        upload = self._upload(token, sha)
        part = self._part(token, upload)
        if part.offset == part.size and not upload.done and (token.unit, sha) not in self._at_work:
            async with self._alone(token, sha):  # we were killed between the last piece and the verdict
                await self._keep(token, upload)
        return part

    async def append(self, token: Token, sha: str, request: web.Request) -> Part:
        """Takes the next piece; judges the photo once it is whole.

        Raises:
            Problem: not begun, from the wrong place, too much, too slow, or no photo after all.
            OutsideError: the disk refused.
        """
        upload = self._upload(token, sha)
        if request.content_type != PIECE_TYPE:
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "field.not_a_piece", type=PIECE_TYPE)
        plain(request)
        offset = _offset(request)
        async with self._alone(token, sha):
            upload = self._upload(token, sha)
            part = self._part(token, upload)
            if offset != part.offset:
                raise _elsewhere(part)
            if (request.content_length or 0) > part.size - part.offset:
                raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "field.piece_too_large")
            if not upload.done:
                part = await self._receive(token, upload, part, request)
                if part.offset == part.size:
                    await self._keep(token, upload)
        return part

    async def _receive(self, token: Token, upload: Upload, part: Part, request: web.Request) -> Part:
        """What came before a connection broke is kept: that is what the offset is for."""
        await asyncio.to_thread(self._blobs.begin, upload.sha, token.unit, upload.size)
        async for data in self._pieces(request):
            if len(data) > part.size - part.offset:
                raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "field.piece_too_large")
            offset = await asyncio.to_thread(self._blobs.append, upload.sha, token.unit, part.offset, data)
            part = Part(offset, part.size)
        return part

    async def _pieces(self, request: web.Request) -> AsyncIterator[bytes]:
        while True:
            try:
                async with time_limit(self._limits.photo_seconds):
                    data = await request.content.readany()
            except TimeoutError as error:
                raise Problem(HTTPStatus.REQUEST_TIMEOUT, "field.too_slow") from error
            except (web.RequestPayloadError, ConnectionError) as error:
                raise Problem(HTTPStatus.BAD_REQUEST, "field.cut_off") from error
            if not data:
                return
            yield data

    async def _keep(self, token: Token, upload: Upload) -> None:
        try:
            async with self._judge:  # one decoded at a time: each may take 150 MB
                await asyncio.to_thread(self._blobs.keep, upload.sha, token.unit, upload.type)
        except NotAPhoto as error:
            await asyncio.to_thread(self._register.drop_upload, token.unit, upload.sha)
            raise Problem.of(HTTPStatus.UNPROCESSABLE_ENTITY, error.message) from error
        await asyncio.to_thread(self._register.finish_upload, token.unit, upload.sha)

    def sweep(self) -> None:
        """Forgets what was begun long ago; off the event loop."""
        for unit, sha in self._register.old_uploads(self._clock.now() - FORGET_AFTER):
            if (unit, sha) not in self._at_work:
                self._blobs.drop(sha, unit)
                self._register.drop_upload(unit, sha)

    def _upload(self, token: Token, sha: str) -> Upload:
        upload = self._register.upload(token.unit, sha)
        if upload is None:
            raise Problem(HTTPStatus.NOT_FOUND, "field.no_such_photo")
        return upload

    def _part(self, token: Token, upload: Upload) -> Part:
        """How much is here; nothing where the file went away."""
        if upload.done:
            return Part(upload.size, upload.size)
        return self._blobs.part(upload.sha, token.unit) or Part(0, upload.size)

    @contextlib.asynccontextmanager
    async def _alone(self, token: Token, sha: str) -> AsyncIterator[None]:
        mine = (token.unit, sha)
        if mine in self._at_work:
            raise Problem(HTTPStatus.CONFLICT, "field.photo_busy", retry_after=1)
        self._at_work.add(mine)
        try:
            yield
        finally:
            self._at_work.discard(mine)


def _offset(request: web.Request) -> int:
    said = request.headers.get("Upload-Offset", "")
    if not (said.isascii() and said.isdecimal() and len(said) <= 9):
        raise Problem(HTTPStatus.BAD_REQUEST, "field.no_offset")
    return int(said)


def _elsewhere(part: Part) -> Problem:
    problem = Problem(HTTPStatus.CONFLICT, "field.offset_elsewhere", offset=part.offset)
    problem.headers["Upload-Offset"] = str(part.offset)
    return problem
