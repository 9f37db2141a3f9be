"""What the hub tells the seats of cameras' videos: where they are, by cameras.toml of the pack and of the site.

Secrets are named in it and not told: each machine has its own, or it is not shown what it may not see.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from pathlib import Path

import msgspec
import zstandard

from cockpit.hub.service import Asked, Setting
from cockpit.model.errors import UserError
from cockpit.model.messages import language, texts
from cockpit.model.videos import BookReply, BookWanted, VideoBook
from cockpit.packs.cameras import files_of, read_book

log = logging.getLogger(__name__)
MOST_BYTES = 900_000
"""Of the book on the bus, which refuses messages over 1 MB."""


class VideosService(Asked):
    """Answers `videos`. The files are read again when they are others."""

    def __init__(self, setting: Setting) -> None:
        profile = setting.profile
        self._profiles = (profile, profile.parent) if profile.name == "hub" else (profile,)
        self._pack, self._base = setting.pack.folder, setting.intake.base_url
        self._stamps: tuple[tuple[Path, int, int], ...] | None = None
        self._reply = BookReply("")
        self._problem: UserError | None = None
        self._reading = asyncio.Lock()
        setting.answers.add("videos", BookWanted, self._answer)

    async def _answer(self, seat: str, wanted: BookWanted) -> BookReply:
        async with self._reading:
            await asyncio.to_thread(self._look)
        if self._problem is not None:
            raise self._problem
        return BookReply(self._reply.version) if wanted.version == self._reply.version else self._reply

    def _look(self) -> None:
        """Reads the files where they changed; slow, so on a thread."""
        files = files_of(self._pack, *self._profiles)
        stamps = tuple((file, *_stamp(file)) for file in files)
        if stamps == self._stamps:
            return
        self._stamps = stamps
        try:
            data = packed(read_book(*files).with_city(self._base))
        except UserError as error:
            log.warning("%s", texts(language())(error.message))
            self._problem = error
            return
        self._problem, self._reply = None, BookReply(hashlib.sha256(data).hexdigest()[:16], data)


def packed(book: VideoBook) -> bytes:
    """A book for the bus.

    Raises:
        UserError: it is too large for it.
    """
    data = zstandard.ZstdCompressor(level=3).compress(msgspec.msgpack.encode(book))
    if len(data) > MOST_BYTES:
        raise UserError("videos.too_many", n=len(book.cameras))
    return data


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, -1
    return found.st_mtime_ns, found.st_size
