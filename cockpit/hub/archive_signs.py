"""The signs' past for the copies of seats, page by page; read on the thread that writes it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import zstandard

from cockpit.bus.archiveasks import PAGE, ItemName, PastPiece, PastSignsPage, PastSignsWanted, SignsCursor, StateWanted
from cockpit.hub.service import Setting
from cockpit.model.errors import OutsideError
from cockpit.model.ids import new_id
from cockpit.signs import copying
from cockpit.signs.history import History, bucket_of

MOST_PIECES = 4_000


class SignsState(msgspec.Struct, frozen=True):
    """Id of the history, "" none; end of its last closed hour; bytes that are still to be taken."""

    ident: str = ""
    until: int = 0
    size: int = 0


class PastSignsOut:
    """Answers with pieces of the history that `SignsService` keeps."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._clock = setting.clock

    async def state(self, wanted: StateWanted) -> SignsState:
        """Raises OutsideError: the history can not be read."""
        on_history = self._setting.between.history
        if on_history is None:
            return SignsState()
        until = bucket_of("hour", self._clock.now())
        since = max(wanted.signs_since, wanted.signs_from)

        def state(history: History) -> SignsState:
            return SignsState(self._ident(history), until, copying.size_of(history, since, until))

        return await on_history(state)

    async def page(self, wanted: PastSignsWanted) -> PastSignsPage:
        """Raises OutsideError: there is no history, or it can not be read."""
        on_history = self._setting.between.history
        if on_history is None:
            raise OutsideError("archive.no_signs")
        return await on_history(lambda history: self._page(history, wanted))

    async def begin_anew(self) -> None:
        """Has all copies begin again: a past was put in that none of them has."""
        on_history = self._setting.between.history
        if on_history is not None:
            ident = new_id(self._clock.base).encode()
            await on_history(lambda history: history.put_meta("id", ident))

    def _ident(self, history: History) -> str:
        return copying.identity(history, new_id(self._clock.base))

    def _page(self, history: History, wanted: PastSignsWanted) -> PastSignsPage:
        ident = self._ident(history)
        if wanted.signs and wanted.signs != ident:
            return PastSignsPage(ident, [], b"", SignsCursor(), True, 0)
        cursor = wanted.cursor
        if not cursor.until:
            until = bucket_of("hour", self._clock.now())
            cursor = SignsCursor(since=cursor.since, until=until)
        most = min(max(wanted.most, 2_000), 2 * PAGE)
        pieces: list[PastPiece] = []
        size = 0
        for at, piece in self._pieces(history, cursor, max(cursor.since, wanted.start)):
            if pieces and (size + len(piece.data) > most or len(pieces) >= MOST_PIECES):
                break
            pieces.append(piece)
            size += len(piece.data)
            cursor = at
        else:
            cursor = msgspec.structs.replace(cursor, step=copying.OVER, start=0, item=0)
        cursor = msgspec.structs.replace(cursor, page=wanted.cursor.page + 1)
        done = cursor.step == copying.OVER
        items = [ItemName(*item) for item in copying.items_above(history, wanted.items)]
        data = zstandard.ZstdCompressor(level=3).compress(msgspec.msgpack.encode(pieces))
        left = 0 if done else copying.size_of(history, max(cursor.since, wanted.start), cursor.until)
        return PastSignsPage(ident, items, data, cursor, done, left)

    def _pieces(self, history: History, cursor: SignsCursor, since: int) -> Iterator[tuple[SignsCursor, PastPiece]]:
        """Each piece behind the cursor, with the cursor behind it."""
        chunks = copying.needs_chunks(history, since)
        for step in range(cursor.step, copying.OVER):
            grain, whole = copying.STEPS[step]
            start, item = (cursor.start, cursor.item) if step == cursor.step else (0, 0)
            if whole and not chunks:
                continue
            found = (
                copying.chunks(history, grain, since, cursor.until, start, item)
                if whole
                else copying.slices(history, grain, since, cursor.until, start)
            )
            for piece in found:
                at = msgspec.structs.replace(cursor, step=step, start=piece[1], item=piece[2])
                yield at, PastPiece(*piece)
