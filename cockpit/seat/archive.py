"""A seat's own copy of the archive and of the signs' past, kept up with the hub's over whatever line there is.

Page by page, each with the cursor behind it in one transaction: a line that breaks, a hub that restarts, a machine that
is switched off cost one page. The important comes first: what is open and what is of today, then the city's signs of
the last days, then the week, the month, the year. No Qt.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from cockpit.bus import asks, subjects
from cockpit.bus.archiveasks import (
    PAGE,
    TOPIC,
    ArchiveNews,
    ArchiveState,
    DaysPage,
    DaysWanted,
    PastSignsPage,
    PastSignsWanted,
    RowsCursor,
    SignsCursor,
    StateWanted,
)
from cockpit.bus.client import answering
from cockpit.bus.tasks import end
from cockpit.model.clock import DAY, Clock
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_msgpack
from cockpit.seat.archivepieces import pieces_of
from cockpit.signs.history import History
from cockpit.store.archive import Archive, begin_of, day_of
from cockpit.store.archive_pack import unpack
from cockpit.store.cipher import Connect
from cockpit.store.files import BUSY_SECONDS

if TYPE_CHECKING:
    from nats.aio.client import Client

    from cockpit.bus.link import Alongside
    from cockpit.bus.users import User

log = logging.getLogger(__name__)
_T = TypeVar("_T")

LOOK_SECONDS = 60.0
"""How often it is looked whether something is new where no news came."""
ANSWER_SECONDS = 20.0
"""A page on a bad line; past it the line is taken for dead."""
AIM_SECONDS = 1.5
"""So long a page is to be on its way: a line that is cut loses that much."""
FIRST_PAGE, LEAST_PAGE = 24_000, 6_000
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Between two tries where the hub answers but refuses, or the disk does."""
BUDGET = 400_000_000
"""Bytes that archive and signs may take."""
KEEP_LEAST = 31
"""Days that are kept whatever the budget says."""
NOTE = "copy"
UNITS = "units"
"""Names of units by key, as the hub's archive keeps them."""


class Copy(msgspec.Struct):
    """How far the copy of the rows has come.

    Attributes:
        archive: id of the hub's. since: revision up to which all rows are here. cursor: of the round under way.
        fresh: the hub's as_of when the last round was over, UTC us.
    """

    archive: str = ""
    since: int = 0
    cursor: RowsCursor | None = None
    fresh: int = 0


class SignsCopy(msgspec.Struct):
    """The same of the signs. since: hour up to which all is here, UTC us. items: highest number that is known."""

    signs: str = ""
    since: int = 0
    cursor: SignsCursor | None = None
    items: int = 0
    fresh: int = 0


class Fresh(msgspec.Struct, frozen=True):
    """What this seat has, for the strip that says so.

    Attributes:
        rows_until: the rows are complete until then, UTC us of the city, 0 not yet. open_until: likewise the open ones
            alone. signs_until: likewise the signs. from_day: the oldest day of rows, 0 none.
        left: rows still to come; waiting: bytes of signs still to come, about. filling: days of the past that the hub
            itself still waits for.
        working: pages come in now. problem: why none can.
        source: id of the hub's archive that this is a copy of.
        size: bytes on the disk; forgotten: days before this (UTC us) are not kept here, for the size; 0 none.
    """

    rows_until: int = 0
    open_until: int = 0
    signs_until: int = 0
    from_day: int = 0
    left: int = 0
    waiting: int = 0
    filling: int = 0
    working: bool = False
    problem: Message | None = None
    size: int = 0
    forgotten: int = 0
    source: str = ""


class SeatOfArchive(Protocol):
    """What it needs of its seat; `cockpit.seat.Seat` is one."""

    folder: Path
    connect: Connect
    alongside: list[Alongside]

    def hear(self, topic: str, kind: type[_T], told: Callable[[_T], None], prompt: bool = False) -> None: ...

    def later(self, what: Callable[[], None]) -> None: ...

    def changed(self, topic: str) -> None: ...

    def on_io(self, call: Callable[[], None]) -> None: ...


class ArchiveSync:
    """The copy of one seat. To be made before the seat is started.

    Attributes:
        archive, history: the files; any thread may read them.
        version: counts what changed in them, in ticks.
        fresh: as in `Fresh`; changes in ticks.
        notices: sentences about the state in which the files were found.
        carried: bytes of pages that came, for who measures.
    """

    def __init__(self, seat: SeatOfArchive, clock: Clock, budget: Callable[[], int] = lambda: BUDGET) -> None:
        """
        Args:
            clock: the machine's. budget: bytes that the files may take.

        Raises:
            OutsideError: a file can not be opened at all.
        """
        self._seat = seat
        self._clock = clock
        self._budget = budget
        self.archive = Archive.open(seat.folder / "archive.db", clock, seat.connect)
        try:
            self.history = History(seat.folder / "signs.db", clock, seat.connect)
        except BaseException:
            self.archive.close()
            raise
        self.notices = [*self.archive.notices, *self.history.notices]
        self.version = 0
        self.carried = 0
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="archive-sync")
        self._rows = _read(self.archive.meta(NOTE), Copy) or Copy()
        self._signs = _read(self.history.meta(NOTE), SignsCopy) or SignsCopy()
        self._page = FIRST_PAGE
        self._forgotten = int(self.archive.meta("forgotten") or b"0")
        self._open_until = self._rows.fresh
        self._left = self._waiting = self._filling = 0
        self._stir: asyncio.Event | None = None
        self.fresh = self._now(working=False)
        seat.hear(TOPIC, ArchiveNews, self._news)
        seat.alongside.append(self._joined)

    def close(self) -> None:
        self._disk.shutdown()
        self.history.close()
        self.archive.close()

    def look(self) -> None:
        """Looks at once whether there is something new; callable on any thread."""
        self._seat.on_io(self._wake)

    # -- while the hub is there ------------------------------------------------------------------------------------

    def _news(self, news: ArchiveNews) -> None:
        if news.archive != self._rows.archive or news.revision > self._rows.since:
            self.look()

    def _wake(self) -> None:
        if self._stir is not None:
            self._stir.set()

    @contextlib.asynccontextmanager
    async def _joined(self, client: Client, user: User, welcome: asks.Welcome) -> AsyncIterator[None]:
        task = asyncio.create_task(self._keep(partial(self._ask, client, user.name)), name="archive-sync")
        try:
            yield
        finally:
            await end(task)
            self._say(self._now(working=False))

    async def _keep(self, ask: Ask) -> None:
        self._stir = stir = asyncio.Event()
        tries = 0
        while True:
            stir.clear()
            pause = LOOK_SECONDS
            try:
                await self._round(ask)
                tries = 0
                self._say(self._now(working=False))
            except CockpitError as error:
                pause = PAUSES[min(tries, len(PAUSES) - 1)]
                tries += 1
                self._page = max(self._page // 2, LEAST_PAGE)
                self._say(self._now(working=False, problem=error.message))
            except Exception as error:  # our bug, or bytes of another program's: said, and tried again
                log.exception("the copy of the archive")
                pause = PAUSES[-1]
                self._say(self._now(working=False, problem=Message("sync.our_bug", {"detail": type(error).__name__})))
            with contextlib.suppress(TimeoutError):
                async with time_limit(pause):
                    await stir.wait()

    async def _round(self, ask: Ask) -> None:
        """Takes in what the hub has that is not here, page by page, the more important stream first."""
        rows, signs = self._rows, self._signs
        wanted = StateWanted(rows.since, signs.since, self._forgotten)
        state: ArchiveState = await ask("archive.state", wanted, ArchiveState)
        self._left, self._waiting, self._filling = state.rows, state.signs_size, state.filling
        if state.archive != rows.archive:
            await self._aside(self._begin_rows, state.archive)
            self._say(self._now(working=True))
        if state.signs != signs.signs:
            await self._aside(self._begin_signs, state.signs)
        if state.units and state.units != self.archive.meta(UNITS):
            await self._aside(partial(self.archive.note, **{UNITS: state.units}))
        if state.horizon > self.archive.horizon:
            await self._aside(self.archive.remove_before, state.horizon)
        rows_over = self._rows.cursor is None and self._rows.since >= state.revision
        if rows_over:
            self._rows.fresh = self._open_until = max(self._open_until, state.as_of)
            await self._aside(self.archive.stands, state.as_of)
        signs_over = self._signs.cursor is None and self._signs.since >= state.signs_until
        if signs_over:
            self._signs.fresh = max(self._signs.fresh, self._signs.since)
        while not (rows_over and signs_over):
            self._say(self._now(working=True))
            now = max(state.as_of, state.signs_until)
            if not rows_over and (signs_over or _rank_of_rows(self._rows, now) <= _rank_of_signs(self._signs, now)):
                rows_over = await self._rows_page(ask)
            else:
                signs_over = await self._signs_page(ask)
        await self._aside(self._keep_within)

    async def _rows_page(self, ask: Ask) -> bool:
        """One page; whether the round is over."""
        copy = self._rows
        cursor = copy.cursor or RowsCursor(since=copy.since)
        page: DaysPage = await ask("archive.days", DaysWanted(copy.archive, cursor, self._page), DaysPage)
        if page.archive != copy.archive:
            await self._aside(self._begin_rows, page.archive)
            return False
        records = unpack(page.data) if page.n else None
        after = Copy(copy.archive, copy.since, page.next, copy.fresh)
        if page.done:
            after = Copy(copy.archive, page.next.until, None, page.as_of)
        as_of = page.as_of if page.done else 0
        count = await self._aside(self._put_rows, records, as_of, after)
        self._rows = after
        self._left = page.left
        if page.done or page.next.closed:
            self._open_until = max(self._open_until, page.as_of)
        self._tell(count > 0)
        return page.done

    def _put_rows(self, records: Any, as_of: int, after: Copy) -> int:
        if records is not None and self._forgotten:
            records = records.take(records["reported"] >= self._forgotten)
        notes = {NOTE: msgspec.msgpack.encode(after)}
        return self.archive.upsert(records if records is not None else [], as_of=as_of, notes=notes).rows

    async def _signs_page(self, ask: Ask) -> bool:
        copy = self._signs
        cursor = copy.cursor or SignsCursor(since=copy.since)
        wanted = PastSignsWanted(copy.signs, cursor, copy.items, self._forgotten, self._page)
        page: PastSignsPage = await ask("archive.signs", wanted, PastSignsPage)
        if page.signs != copy.signs:
            await self._aside(self._begin_signs, page.signs)
            return False
        items = max([copy.items, *(item.id for item in page.items)])
        after = SignsCopy(copy.signs, copy.since, page.next, items, copy.fresh)
        if page.done:
            after = SignsCopy(copy.signs, page.next.until, None, items, page.next.until)
        pieces = pieces_of(page.pieces)
        names = [(item.id, item.key, item.fine, item.digits) for item in page.items]
        await self._aside(partial(self.history.take, names, pieces, **{NOTE: msgspec.msgpack.encode(after)}))
        self._signs = after
        self._waiting = page.size
        self._tell(bool(pieces))
        return page.done

    # -- on the disk's thread ----------------------------------------------------------------------------------------

    def _begin_rows(self, archive: str) -> None:
        """Another archive than the one that this is a copy of: of a hub whose folder is new."""
        self.archive.start_over(self._clock)
        copy = Copy(archive)
        self.archive.note(**{NOTE: msgspec.msgpack.encode(copy), "forgotten": str(self._forgotten).encode()})
        self._rows, self._open_until = copy, 0

    def _begin_signs(self, signs: str) -> None:
        self.history.start_over()
        self._signs = SignsCopy(signs)
        self.history.put_meta(NOTE, msgspec.msgpack.encode(self._signs))

    def _keep_within(self) -> None:
        """Forgets the oldest days where the files take more than they may: rows, and hours of the signs."""
        self.archive.fold()
        budget, size = self._budget(), self.size
        days = self.archive.days()
        if size <= budget or len(days) <= KEEP_LEAST:
            return
        over = size - budget
        rows = max(1, sum(day.rows for day in days))
        each = self.archive.size() / rows
        last = len(days) - 1
        while last >= KEEP_LEAST and over > 0:
            over -= round(days[last].rows * each) or 1
            last -= 1
        self._forgotten = begin_of(days[last].day)
        self.archive.remove_before(self._forgotten)
        self.archive.note(forgotten=str(self._forgotten).encode())
        self.history.forget_before(self._forgotten)
        self._shrink()

    def _shrink(self) -> None:
        for path in (self.archive.path, self.history.path):
            with (
                contextlib.suppress(sqlite3.Error),  # somebody reads: it is tried at the next round
                contextlib.closing(self._seat.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as db,
            ):
                db.execute("VACUUM")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @property
    def size(self) -> int:
        """Bytes of the files with their logs."""
        total = 0
        for path in (self.archive.path, self.history.path):
            for suffix in ("", "-wal"):
                with contextlib.suppress(OSError):
                    total += path.with_name(path.name + suffix).stat().st_size
        return total

    async def _aside(self, work: Callable[..., _T], *given: Any) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work, *given)

    # -- what is told ------------------------------------------------------------------------------------------------

    async def _ask(self, client: Client, user: str, what: str, wanted: object, reply: type[_T]) -> _T:
        """Asks and measures: pages are as large as this line carries in good time.

        Raises:
            OutsideError: no answer, or a refusal.
        """
        begun = self._clock.mono()
        with answering():
            answer = await client.request(subjects.ask(user, what), asks.encode(wanted), timeout=ANSWER_SECONDS)
        took = self._clock.mono() - begun
        self.carried += len(answer.data)
        if len(answer.data) > LEAST_PAGE // 2:
            fit = len(answer.data) * AIM_SECONDS / max(took, 0.02)
            self._page = round(min(max(min(fit, self._page * 2.0), LEAST_PAGE), PAGE))
        try:
            told = from_msgpack(answer.data, type=asks.Told)
            if told.problem is not None:
                raise OutsideError(told.problem.id, **told.problem.params)
            return from_msgpack(told.said, type=reply)
        except msgspec.MsgspecError as error:
            raise OutsideError("seat.hub_nonsense") from error

    def _tell(self, changed: bool) -> None:
        fresh = self._now(working=True)

        def take() -> None:
            self.fresh = fresh
            if changed:
                self.version += 1
            self._seat.changed(TOPIC)

        self._seat.later(take)

    def _say(self, fresh: Fresh) -> None:
        if fresh == self.fresh:
            return

        def take() -> None:
            self.fresh = fresh
            self._seat.changed(TOPIC)

        self._seat.later(take)

    def _now(self, working: bool, problem: Message | None = None) -> Fresh:
        days = self.archive.days()
        return Fresh(
            rows_until=self._rows.fresh,
            open_until=self._open_until,
            signs_until=self._signs.fresh,
            from_day=days[-1].day if days else 0,
            left=self._left if working else 0 if self._rows.cursor is None else self._left,
            waiting=self._waiting if self._signs.cursor is not None else 0,
            filling=self._filling,
            working=working,
            problem=problem,
            size=self.size,
            forgotten=self._forgotten,
            source=self._rows.archive,
        )


Ask = Callable[[str, object, type[Any]], Awaitable[Any]]


def _rank_of_rows(copy: Copy, now: int) -> int:
    cursor = copy.cursor
    if cursor is None or not cursor.closed:
        return 0
    reported = cursor.reported or now
    today = begin_of(day_of(now))
    return _rank(reported, today, (1, 3, 5, 7))


def _rank_of_signs(copy: SignsCopy, now: int) -> int:
    cursor = copy.cursor
    if cursor is None or cursor.step == 0:
        start = cursor.start if cursor is not None and cursor.start else now
        return _rank(start, begin_of(day_of(now)) - DAY, (2, 4, 6, 6))
    return 6 if cursor.step == 1 else 8 if cursor.step == 2 else 9


def _rank(at: int, today: int, ranks: tuple[int, int, int, int]) -> int:
    """Of what is of today, of this week, of this month, of before."""
    for rank, since in zip(ranks, (today, today - 6 * DAY, today - 30 * DAY), strict=False):
        if at >= since:
            return rank
    return ranks[3]


def _read(data: bytes | None, kind: type[_T]) -> _T | None:
    with contextlib.suppress(msgspec.MsgspecError):
        return from_msgpack(data, type=kind) if data else None
    return None
