"""How a leader's seat is opened: what its hall says of it first, then its key, then its files, while Qt is loaded."""

from __future__ import annotations

import contextlib
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.bus.address import address
from cockpit.bus.joined import JoinedHub
from cockpit.bus.where import NamedHub, WhereHub
from cockpit.model.city import Pack
from cockpit.model.clock import Clock, local
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.opening import SeatOpening
from cockpit.store.lease import FILE, Lease, is_genuine, keep_lease, read_lease

if TYPE_CHECKING:
    from cockpit.insight.ground import Ground
    from cockpit.seat.leader import LeaderSeat
    from cockpit.store.unlock import Unlock

TURN = 0.0005
"""Seconds that a thread of Python goes on before another one may: what reads makes hundreds of small calls that let go
of the interpreter, and with the usual 5 ms each of them waits that long for what makes the window."""


class LeaderOpening(SeatOpening):
    """A leader's seat that is being opened.

    Attributes:
        away: its hub is another machine's: what is kept here is encrypted and ends with its days.
    """

    def __init__(
        self, profile: Path, pack: Pack, where: WhereHub, clock: Clock, passphrase_file: Path | None = None
    ) -> None:
        self.pack = pack
        self._cache = profile / pack.id / "cache.db"
        self.was_here = self._cache.exists()
        self.away = is_away(where)
        self._profile, self._where, self._clock = profile, where, clock
        self._taken = False
        self._asked = threading.Event()
        self._heard = False
        sys.setswitchinterval(min(sys.getswitchinterval(), TURN))
        pool = ThreadPoolExecutor(2, thread_name_prefix="seat-opening")
        self._unlock: Future[tuple[Unlock, tuple[Message, ...]]] = pool.submit(self._unlocking, passphrase_file)
        self._seat: Future[LeaderSeat] = pool.submit(self._opened)  # type: ignore[assignment]
        pool.shutdown(wait=False)

    def leader(self) -> LeaderSeat:
        """The open seat."""
        return self._seat.result()

    def asks(self) -> Unlock | None:
        """What a person is still to be asked for, by `Unlock.type`; None: nothing. Waits until that is known.

        Raises:
            CockpitError: it can not be opened.
        """
        unlock = self._unlock.result()[0]
        return unlock if unlock.needs else None

    def go_on(self) -> None:
        """The person was asked; a profile that is still locked is not opened."""
        self._asked.set()

    def close(self) -> None:
        self._asked.set()
        super().close()

    def _unlocking(self, file: Path | None) -> tuple[Unlock, tuple[Message, ...]]:
        # what it takes is loaded here, beside what the window takes
        from cockpit.store.unlock import Unlock
        from cockpit.store.vault import passphrase_from

        notices: tuple[Message, ...] = ()
        if self.away:
            self._heard, notices = end_what_is_over(self._profile, self._where, self._clock)
        return Unlock(self._profile, self.away, passphrase_from(file)), notices

    def _opened(self) -> LeaderSeat:
        from cockpit.seat.leader import LeaderSeat

        ground = _ground_of(self.pack)  # while the key is made from a passphrase
        unlock, notices = self._unlock.result()
        if unlock.needs:
            self._asked.wait()
            if unlock.needs:
                raise UserError("secure.not_unlocked")
        if self.away and self._cache.exists() and not unlock.encrypted_now:  # it may just have been wiped
            self._check_lease(unlock)
        if unlock.encrypted_now:
            notices = (*notices, Message("secure.encrypted_now", {"n": unlock.encrypted_now}))
        seat = LeaderSeat(self._profile, self.pack, self._where, self._clock, vault=unlock.vault, away=self.away)
        try:
            seat.notices.extend(notices)
            if seat.insight is not None:
                seat.insight.ground = ground
            seat.open_cache()
        except BaseException:
            seat.close()
            raise
        return seat

    def _check_lease(self, unlock: Unlock) -> None:
        """A lease that this profile's key did not write is one that was changed, or taken away: only the hall can say
        that what is here may stay.

        Raises:
            UserError: it does not say so, and nothing is here any more.
        """
        lease = read_lease(self._profile)
        if self._heard or (lease is not None and is_genuine(lease, unlock.vault)):
            if self._heard and lease is not None:
                now = self._clock.now()
                keep_lease(self._profile, Lease(now, lease.days, now), unlock.vault)
            return
        if not _hears(self._where):
            from cockpit.store.secure import wipe

            wipe(self._profile)
            raise UserError("secure.lease_changed", file=str(self._profile / FILE))


def _ground_of(pack: Pack) -> Ground | None:
    """On what the figures of the copy stand, with all that computes them loaded; None: whoever needs it says why."""
    import cockpit.insight.asked
    import cockpit.seat.reading  # noqa: F401
    from cockpit.seat.copyfacts import ground_of

    with contextlib.suppress(CockpitError):
        return ground_of(pack)
    return None


def is_away(where: WhereHub) -> bool:
    """Whether a hub is another machine's."""
    if isinstance(where, NamedHub):
        return address(where.url)[0] not in ("127.0.0.1", "localhost", "::1", "[::1]")
    return isinstance(where, JoinedHub)


def end_what_is_over(profile: Path, where: WhereHub, clock: Clock) -> tuple[bool, tuple[Message, ...]]:
    """Wipes a profile whose days are over, unless the hall can be heard now; one that was being wiped is wiped on.

    Returns:
        Whether the hall was heard, and what is to be said.

    Raises:
        OutsideError: not even the key could be removed.
    """
    lease = read_lease(profile)
    if lease is None or not lease.is_over(clock.now()):
        return False, ()
    from cockpit.store.secure import wipe

    if lease.wipe:
        _tell_wiped(where, "order")
        wipe(profile, leave=True)
        raise UserError("secure.wiped_by_hall")
    if _hears(where):
        return True, ()
    wipe(profile)
    _tell_wiped(where, "expired")
    day = local(lease.heard).strftime("%Y-%m-%d")
    return False, (Message("secure.expired", {"days": lease.days, "day": day}),)


def _hears(where: WhereHub) -> bool:
    """Whether the hall answers this laptop now, as one that may keep what it has."""
    import cockpit
    from cockpit.model.seatasks import SeatHere, SeatLease
    from cockpit.wall.asking import ask

    try:
        ask(where, "seat.here", SeatHere(cockpit.__version__, True), SeatLease)
    except CockpitError:
        return False
    return True


def _tell_wiped(where: WhereHub, why: str) -> None:
    from cockpit.model.seatasks import Nothing, SeatWiped
    from cockpit.wall.asking import ask

    try:
        ask(where, "seat.wiped", SeatWiped(why), Nothing)
    except (CockpitError, OutsideError):  # it hears of it from the list: this laptop does not come any more
        return
