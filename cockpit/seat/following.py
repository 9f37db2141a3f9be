"""The ledger at a seat: its copy, who follows it, and the fold of what arrives, in slices, on the thread of `tick`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.bus.follow import Follower, Told
from cockpit.ledger.chain import BrokenChain
from cockpit.model.clock import CityClock
from cockpit.model.entries import Decision
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.seat.folding import CopyFold, Folded
from cockpit.seat.view import CaseView
from cockpit.store.cipher import Connect
from cockpit.store.ledger import LedgerCopy

if TYPE_CHECKING:
    from nats.aio.client import Client

log = logging.getLogger(__name__)

OPEN_SECONDS = 0.5
"""What the opening spends on the copy; a ledger of weeks is folded on while the desk comes up."""
FOLD_SECONDS = 0.006
"""What one tick spends on decisions at the most."""


class _Mark(Enum):
    OTHER = "another ledger begins"
    WHOLE = "nothing is missing"


class LedgerAtSeat:
    """Keeps a view of cases up with the ledger.

    Attributes:
        copy: ledger.db.
        waits: whether there is something for `fold`.
        known: whether the view has a ledger: what the copy had, or all that the hub has.
    """

    def __init__(
        self,
        path: Path,
        city: str,
        view: CaseView,
        clock: CityClock,
        *,
        stir: Callable[[], None],
        later: Callable[[Callable[[], None]], None],
        notice: Callable[[Message], None],
        each: Callable[[Decision], None],
        on_other: Callable[[], None],
        on_whole: Callable[[], None],
        connect: Connect = sqlite3.connect,
    ) -> None:
        """
        Args:
            stir: asks for a tick; callable on any thread.
            later: runs something in the next tick; callable on any thread.
            notice: says something once; called in a tick.
            each: told of each decision that was folded, on any thread.
            on_other, on_whole: told in a tick when another ledger begins, and when nothing is missing.
            connect: opens the file, as `sqlite3.connect`.
        """
        self._city = city
        self._view = view
        self._clock = clock
        self._stir = stir
        self._later = later
        self._notice = notice
        self._each = each
        self._on_other = on_other
        self._on_whole = on_whole
        self._follower: Follower | None = None
        self._arrived: deque[tuple[Decision, bytes] | _Mark] = deque()
        self._opening: CopyFold | None = None
        self._unseen = False
        self._spoilt = False
        self.known = False
        self._io: asyncio.AbstractEventLoop | None = None
        try:
            self.copy = LedgerCopy.open(path, clock.base, connect=connect)
        except OutsideError as error:
            notice(error.message)
            self.copy = LedgerCopy.in_memory()
        self._tell_notices()

    @property
    def is_open(self) -> bool:
        return self._follower is not None

    @property
    def waits(self) -> bool:
        return (bool(self._arrived) or self._unseen) and self._opening is None

    def open(self) -> None:
        """Folds what is in the copy, so that everything is there with the hub dead; to be called before a tick."""
        fold = self._opening = CopyFold(self.copy, self._clock, self._each)
        self._follower = Follower(
            self.copy,
            self._city,
            self._clock.base,
            self._came,
            lambda: self._marked(_Mark.OTHER),
            lambda problem: self._later(lambda: self._notice(problem)),
            lambda: self._marked(_Mark.WHOLE),
        )
        if fold.run(OPEN_SECONDS):
            self._opened()  # the first tick is still to come
        else:
            fold.run_aside(lambda: self._later(self._opened))

    def _opened(self) -> None:
        """What the copy had is folded."""
        fold, self._opening = self._opening, None
        if fold is None:
            return
        self._unseen = True
        if fold.problem is None:
            self._view.turn_to(fold.folded)
            self.known = fold.folded.state.seq > 0
        else:
            self._notice(fold.problem)
            self._distrust()

    def close(self) -> None:
        if self._opening is not None:
            self._opening.close()
        self.copy.close()

    # -- on the I/O thread ---------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def following(self, client: Client, user: str, world: str) -> AsyncIterator[None]:
        """Follows as long as the hub is joined."""
        assert self._follower is not None, "open() comes first"
        async with self._follower.following(client, user, world):
            self._io = asyncio.get_running_loop()
            self._fetch_anew()
            yield

    def _came(self, told: Told) -> None:
        self._arrived.extend(told)
        self._stir()

    def _marked(self, mark: _Mark) -> None:
        self._arrived.append(mark)
        self._stir()

    def _fetch_anew(self) -> None:
        if self._spoilt and self._follower is not None:
            self._follower.distrust()

    # -- in a tick -----------------------------------------------------------------------------------------------

    def fold(self) -> None:
        """Takes in what arrived, for a moment; `waits` says whether there is more."""
        end = self._clock.mono() + FOLD_SECONDS
        self._unseen = False
        while self._arrived:
            item = self._arrived.popleft()
            if item is _Mark.OTHER:
                self._begin_anew()
            elif isinstance(item, _Mark):
                self.known = True
                self._on_whole()
            elif not self._spoilt:
                self._take(*item)
            if self._clock.mono() >= end:
                return

    def _take(self, decision: Decision, data: bytes) -> None:
        try:
            self._view.apply(decision, data)
        except BrokenChain as error:  # our bug: the follower has looked at it
            log.exception("decision %s does not follow", error.seq)
            self._distrust()
            return
        self._each(decision)

    def _begin_anew(self) -> None:
        if self._spoilt:
            self.copy.notices.clear()  # why has been said
        self._tell_notices()
        self._spoilt = False
        self._view.turn_to(Folded())
        self.known = False
        self._on_other()

    def _tell_notices(self) -> None:
        notices, self.copy.notices = self.copy.notices, []
        for notice in notices:
            self._notice(notice)

    def _distrust(self) -> None:
        """What is here is of no use: all of it comes from the hub, as soon as that is there."""
        self._spoilt = True
        if self._io is not None:
            with contextlib.suppress(RuntimeError):  # the loop ended meanwhile; the next start finds it again
                self._io.call_soon_threadsafe(self._fetch_anew)
