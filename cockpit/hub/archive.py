"""The archive at the hub: every event that was in the picture and every case of the ledger as a row, from its first day
on; its pages and those of the signs' past for the seats that keep a copy.

It reads the picture a few times a minute and writes on a thread of its own: feeds never wait for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from cockpit.bus import archiveasks as asks
from cockpit.hub import archive_pages as pages
from cockpit.hub.archive_follow import UNITS, Following
from cockpit.hub.archive_past import PastIn
from cockpit.hub.archive_signs import PastSignsOut
from cockpit.hub.ownfile import OwnFile
from cockpit.hub.service import Setting
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.store.archive import Archive

log = logging.getLogger(__name__)
_T = TypeVar("_T")

FILE = "archive.db"
LOOK_SECONDS = 2.0
NEWS_SECONDS = 3.0
"""Between two news to the seats."""
SETTLED_SECONDS = 300.0
"""After the hub's start: what its sources do not name by then they have ended."""


class Store:
    """`ownfile.Store`."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.archive: Archive | None = None

    def open(self) -> Sequence[Message]:
        if self.archive is None:
            self.archive = Archive.open(self._setting.folder / FILE, self._setting.clock.base)
        return self.archive.notices

    def close(self) -> None:
        if self.archive is not None:
            self.archive.close()
        self.archive = None


class ArchiveService:
    """`cockpit.hub.service.Service`."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._clock = setting.clock
        self._store = Store(setting)
        self._file = OwnFile(self._store, "archive", log)
        self._told = (-1.0, 0)
        self._failed = ""
        self._following = Following(setting, self._on_file)
        self._signs = PastSignsOut(setting)
        self._past = PastIn(setting, self._following.write, self._on_file, self._signs)
        setting.between.past_is_in = lambda: self._past.is_in
        answers = setting.answers
        answers.add("archive.state", asks.StateWanted, self._answer_state)
        answers.add("archive.days", asks.DaysWanted, self._answer_days)
        answers.add("archive.signs", asks.PastSignsWanted, self._answer_signs)

    async def run(self) -> None:
        await self._file.until_open(lambda: self._following.begin(self._archive()))
        await self._setting.time_told()
        while not self._setting.book.is_open:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(LOOK_SECONDS)
        begun = self._clock.mono()
        await self._until_written(self._following.whole_ledger)
        past = asyncio.create_task(self._past.run(), name="archive past")
        try:
            while True:
                try:
                    await self._following.look(self._clock.mono() - begun > SETTLED_SECONDS)
                    self._failed = ""
                except OutsideError as error:  # what was not written is looked at again
                    self._say_once(error.message)
                await self._tell()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            past.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await past

    async def close(self) -> None:
        if self._store.archive is not None:
            with contextlib.suppress(CockpitError):
                await self._following.look(False)
        await self._file.close()

    def _archive(self) -> Archive:
        if self._store.archive is None:
            raise OutsideError("archive.not_open")
        return self._store.archive

    async def _on_file(self, work: Callable[[Archive], _T]) -> _T:
        return await self._file.aside(lambda: work(self._archive()))

    async def _until_written(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except OutsideError as error:
                self._say_once(error.message)
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return

    def _say_once(self, message: Message) -> None:
        if self._failed != message.id:
            self._failed = message.id
            self._file.say(Message("archive.not_kept", {"why": message}))

    async def _tell(self) -> None:
        """Seats hear that there is more, at most every few seconds."""
        mono = self._clock.mono()
        at, revision = self._told
        if mono - at < NEWS_SECONDS or self._store.archive is None:
            return
        with contextlib.suppress(OutsideError):
            news = await self._on_file(lambda archive: asks.ArchiveNews(archive.id, archive.revision, archive.as_of))
            if news.revision != revision:
                self._told = (mono, news.revision)
                await self._setting.publish(asks.TOPIC, msgspec.msgpack.encode(news))

    # -- answers -------------------------------------------------------------------------------------------------------

    def _may(self, seat: str) -> None:
        if self._setting.roles.get(seat, "") not in asks.ROLES:
            raise UserError("archive.no_right")

    async def _answer_state(self, seat: str, wanted: asks.StateWanted) -> asks.ArchiveState:
        self._may(seat)
        signs = await self._signs.state(wanted)

        def state(archive: Archive) -> asks.ArchiveState:
            rows = pages.changed_rows(archive, wanted.since)
            return asks.ArchiveState(
                archive.id, signs.ident, archive.revision, archive.as_of, archive.horizon, self._past.left,
                pages.day_states(archive), signs.until, rows, round(rows * pages.row_bytes(archive)), signs.size,
                units=archive.meta(UNITS) or b"",
            )  # fmt: skip

        return await self._on_file(state)

    async def _answer_days(self, seat: str, wanted: asks.DaysWanted) -> asks.DaysPage:
        self._may(seat)
        return await self._on_file(lambda archive: pages.page(archive, wanted))

    async def _answer_signs(self, seat: str, wanted: asks.PastSignsWanted) -> asks.PastSignsPage:
        self._may(seat)
        return await self._signs.page(wanted)
