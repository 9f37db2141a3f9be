"""What a book keeps beside the stream, on a thread that may wait for the disk: its copy, the texts, what is asked."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from cockpit.bus import asks
from cockpit.ledger.files import Files, open_files
from cockpit.ledger.fold import State
from cockpit.model.clock import Clock
from cockpit.model.entries import Decision, TextRef
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.messages import Message
from cockpit.store.ledger import LedgerCopy, Row
from cockpit.store.texts import Texts

LEAST_FREE = 8_000_000
"""Bytes that must be free: a stream whose disk is quite full takes no more until its server is started again."""
PIECE = 500_000
"""Bytes of one answer."""
MOST_TEXTS = 2_000

_T = TypeVar("_T")


class Before(msgspec.Struct, frozen=True):
    """What is known of something that comes in.

    Attributes:
        decision: bytes of its decision, None while there is none.
        same: whether it came with this content before, or never.
        free: bytes that are free on the disk.
    """

    decision: bytes | None
    same: bool
    free: int


class Keeping:
    """The files of a ledger, from the event loop.

    Attributes:
        folder: where they lie.
    """

    def __init__(self, folder: Path, identity: Path, clock: Clock, say: Callable[[Message], None]) -> None:
        """
        Args:
            identity: file with the id of the hub.
            say: told what the disk refuses, once.
        """
        self.folder = folder
        self._identity = identity
        self._clock = clock
        self._say = say
        self._files: Files | None = None
        self._disk = ThreadPoolExecutor(1, "ledger-disk")
        self._unsaved: list[tuple[int, str, bytes]] = []
        self._saving: asyncio.Task[None] | None = None
        self._said = False

    @property
    def is_open(self) -> bool:
        return self._files is not None

    @property
    def hub(self) -> str:
        """Id of the hub; "" before it was opened."""
        return self._files.identity.hub if self._files is not None else ""

    async def open(self) -> State:
        """Opens the files; answers with what the copy says.

        Raises:
            OutsideError: the disk does not let it.
            Stopped: they are another hub's.
        """
        state, notices = await self._wait(self._open)
        for notice in notices:
            self._say(notice)
        return state

    def _open(self) -> tuple[State, list[Message]]:
        # kept on this thread: whoever waits for it may be cancelled meanwhile
        if self._files is not None:
            self._files.close()
        self._files, state = open_files(self.folder, self._identity, self._clock)
        return state, self._files.notices

    async def close(self) -> None:
        """Writes what waits and ends."""
        if self._saving is not None:
            await asyncio.gather(self._saving, return_exceptions=True)
        await self.save()
        self._disk.shutdown()
        if self._files is not None:
            self._files.close()
            self._files = None

    def adopt(self, hub: str) -> bool:
        """Whether a decision of that hub is ours (see `Identity.adopt`)."""
        return self._files is not None and self._files.identity.adopt(hub)

    # -- writing ---------------------------------------------------------------------------------------------------

    async def before(self, cause: str, content: bytes) -> Before:
        """What is known of a command or fact.

        Raises:
            OutsideError: the disk does not say.
        """
        files = self._files
        if files is None:
            return Before(None, True, LEAST_FREE)
        unsaved = next((data for _, known, data in self._unsaved if known == cause), None)

        def look() -> Before:
            return Before(files.copy.by_cause(cause) or unsaved, files.texts.same(cause, content), self._free())

        return await self._wait(look)

    async def keep(self, cause: str, content: bytes, words: Mapping[str, str]) -> dict[str, TextRef]:
        """Keeps the words of a command or fact (see `Texts.keep`)."""
        assert self._files is not None
        return await self._wait(partial(self._files.texts.keep, cause, content, words))

    def took(self, decision: Decision, data: bytes) -> None:
        """A decision is in the stream: the copy is to follow."""
        self._unsaved.append((decision.seq, decision.cause, data))
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self.save(), name="ledger-save")

    async def save(self) -> None:
        """Brings the copy up to the stream, as far as the disk lets it."""
        while self._files is not None and self._unsaved:
            rows = [(seq, data) for seq, _, data in self._unsaved]
            try:
                saved = await self._wait(partial(_save, self._files.copy, rows))
            except CockpitError as error:
                if not self._said:
                    self._say(of_disk(error))
                self._said = True
                return
            self._said = False
            self._unsaved = [row for row in self._unsaved if row[0] > saved]

    def has_room(self) -> bool:
        """Whether the disk has room for more."""
        try:
            return self._free() >= LEAST_FREE
        except OSError:
            return False

    async def check_room(self) -> None:
        """Raises OutsideError: the disk is full."""
        self.enough(await self._wait(self._free))

    def enough(self, free: int) -> None:
        """Raises OutsideError: so little is free that the stream could get stuck."""
        if free < LEAST_FREE:
            raise OutsideError("ledger.disk_full", folder=str(self.folder))

    def _free(self) -> int:
        return shutil.disk_usage(self.folder).free

    async def _wait(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    # -- what is asked ---------------------------------------------------------------------------------------------

    async def rows(self, after: int) -> list[Row]:
        """Decisions behind a sequence, as many as one answer takes.

        Raises:
            OutsideError: they can not be read, or not yet.
        """
        copy = self._opened().copy
        rows = await self._wait(partial(copy.read, max(after, 0), PIECE))
        reached = rows[-1][0] if rows else max(after, 0)
        size = sum(len(data) for _, data in rows)
        for seq, _, data in self._unsaved:  # on its way to the disk
            if seq == reached + 1 and size < PIECE:
                rows.append((seq, data))
                reached, size = seq, size + len(data)
        return rows

    async def words(self, ids: list[str]) -> asks.TextsReply:
        """Texts by id.

        Raises:
            OutsideError: they can not be read, or not yet.
        """
        store: Texts = self._opened().texts
        found = await self._wait(partial(store.read, ids[:MOST_TEXTS]))
        size, texts = 0, {}
        for ident, words in found.items():
            size += len(words.encode()) + len(ident)
            if size > PIECE:
                break
            texts[ident] = words
        more = [ident for ident in found if ident not in texts]
        return asks.TextsReply(texts, more=[*more, *ids[MOST_TEXTS:]])

    def _opened(self) -> Files:
        if self._files is None:
            raise OutsideError("ledger.starting")
        return self._files


def of_disk(error: CockpitError) -> Message:
    """What a store of the hub says of the disk, in words that are true of the ledger."""
    params = error.message.params
    if error.message.id == "store.disk_full":
        return Message("ledger.disk_full", {"folder": str(Path(str(params["file"])).parent)})
    if error.message.id.startswith("store.") and "file" in params:
        why = params.get("why", "") or error.message.id.partition(".")[2]
        return Message("ledger.disk_error", {"file": params["file"], "why": why})
    return error.message


def _save(copy: LedgerCopy, rows: list[Row]) -> int:
    """Adds what the copy has not yet; the sequence that it then goes to."""
    if new := [row for row in rows if row[0] > copy.last[0]]:
        copy.append_many(new)
    return copy.last[0]
