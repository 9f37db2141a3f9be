"""The port of what a leader's seat keeps, answered by it."""

from __future__ import annotations

from cockpit.model.messages import Message
from cockpit.model.ports.keeping import Kept
from cockpit.seat.leader import LeaderSeat


class SeatKeeping:
    """`ports.keeping.Keeping`."""

    def __init__(self, seat: LeaderSeat) -> None:
        self._seat = seat

    @property
    def kept(self) -> Kept:
        seat = self._seat
        encrypted, days = seat.vault is not None, seat.contact.days_left
        if seat.sync is None:
            return Kept(encrypted=encrypted, problem=Message("leader.no_archive"), days_left=days)
        fresh = seat.sync.fresh
        return Kept(fresh.size, encrypted, fresh.rows_until, fresh.left, fresh.problem, days)
