"""A leader's seat without a screen: the seat, its copy of the archive, and what it has to do with its hall. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cockpit
from cockpit.bus.users import LEADER
from cockpit.bus.where import WhereHub
from cockpit.model.city import Pack
from cockpit.model.clock import Clock
from cockpit.model.entries import Actor
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.seatasks import SeatHere
from cockpit.processes import give_back_large
from cockpit.seat.archive import BUDGET, ArchiveSync
from cockpit.seat.asking import SeatAsking
from cockpit.seat.contact import Contact
from cockpit.seat.insight import SeatInsight
from cockpit.seat.seat import Seat
from cockpit.store.lease import Lease, is_genuine, keep_lease
from cockpit.store.secure import size_of, wipe
from cockpit.store.vault import Vault

RECENT_SECONDS = 0.5
"""So long a window waits to be made until what is recent is read: both at once take each other's turns, and longer."""


class LeaderSeat(Seat):
    """A seat that keeps the city's past.

    Attributes:
        sync: its copy of archive and signs, None where the disk does not let it.
        insight: what the copy says, None where there is none. asking: questions about it in plain words.
        contact: what it has to do with its hall.
        budget: bytes that it may keep of the past; its person may set less than the hall lets it.
    """

    def __init__(
        self,
        profile: Path,
        pack: Pack,
        where: WhereHub,
        clock: Clock,
        wake: Callable[[], None] = lambda: None,
        vault: Vault | None = None,
        away: bool = False,
    ) -> None:
        """
        Args:
            away: its hub is another machine's: what it keeps ends with the days that the hall gives it.
        """
        super().__init__(profile, pack, where, clock, wake, vault)
        self.cases.actor = Actor("", LEADER)  # what it may, before a hub has said who it is
        self.budget = BUDGET
        self._profile = profile
        self._away = away
        self.sync: ArchiveSync | None = None
        try:
            self.sync = ArchiveSync(self, clock, lambda: min(self.budget, self.contact.most or self.budget))
            self.notices.extend(self.sync.notices)
        except OutsideError as error:
            self.notices.append(error.message)
        self.insight = SeatInsight(self, self.sync) if self.sync is not None else None
        self.asking = SeatAsking(self)
        self.contact = Contact(self, profile, clock, self._here)
        lease = self.contact.lease
        if away and (lease is None or not is_genuine(lease, vault)):
            self.contact.lease = lease = Lease(clock.now(), seen=clock.now())
            try:
                keep_lease(profile, lease, vault)
            except OSError:  # a full disk: nothing new is kept either
                self.notices.append(Message("secure.lease_not_kept"))
        elif not away:
            self.contact.lease = None

    def open_cache(self) -> None:
        """Fills the picture with what was last known, while what is recent of the copy is read aside."""
        if self.insight is not None:
            give_back_large()
            self.insight.start()
        super().open_cache()
        if self.insight is not None:
            self.insight.wait_recent(RECENT_SECONDS)

    def start(self) -> None:
        """Joins the hub, now and whenever it is lost."""
        self._hub.obey = self.contact.obey
        self._hub.gently = self._away
        super().start()
        if self.insight is not None:
            self.insight.read_on()

    def close(self) -> None:
        """Closes everything; a seat that was wiped removes its files."""
        if self.insight is not None:  # first: whoever waits for what it reads waits no longer
            self.insight.end()
        self.asking.end()
        try:
            super().close()
        finally:
            self.asking.close()
            if self.insight is not None:
                self.insight.close()
            if self.sync is not None:
                self.sync.close()
            if self.contact.wiped is not None:
                wipe(self._profile, leave=True)

    def _here(self) -> SeatHere:
        fresh = self.sync.fresh if self.sync is not None else None
        return SeatHere(
            cockpit.__version__,
            self.vault is not None,
            size_of(self.folder),
            fresh.from_day if fresh is not None else 0,
            fresh.rows_until if fresh is not None else 0,
            len(self.cases.box.rows()),
        )
