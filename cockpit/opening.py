"""A seat is opened on a thread of its own while the main one loads Qt: a cache of a hundred thousand rows takes half a
second, most of it in SQLite, which does not hold the interpreter."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.bus.where import WhereHub
from cockpit.model.city import Pack
from cockpit.model.clock import Clock

if TYPE_CHECKING:
    from cockpit.seat import Seat


class SeatOpening:
    """A seat that is being opened.

    Attributes:
        pack: the city that it shows.
        was_here: whether it has been in this city before, and so has something to show.
    """

    def __init__(self, profile: Path, pack: Pack, where: WhereHub, clock: Clock, rehearses: bool = False) -> None:
        """
        Args:
            rehearses: as of `Seat`.
        """
        self.pack = pack
        self.was_here = (profile / pack.id / "cache.db").exists()
        self._taken = False
        pool = ThreadPoolExecutor(1, thread_name_prefix="seat-opening")
        self._seat: Future[Seat] = pool.submit(_opened, profile, pack, where, clock, rehearses)
        pool.shutdown(wait=False)

    def seat(self) -> Seat:
        """The open seat, which is the caller's to close; raises what opening it raised."""
        self._taken = True
        return self._seat.result()

    def close(self) -> None:
        """Closes a seat that nobody took."""
        if not self._taken and self._seat.exception() is None:
            self.seat().close()


def _opened(profile: Path, pack: Pack, where: WhereHub, clock: Clock, rehearses: bool) -> Seat:
    from cockpit.seat import Seat

    seat = Seat(profile, pack, where, clock, rehearses=rehearses)
    try:
        seat.open_cache()
    except BaseException:
        seat.close()
        raise
    return seat
