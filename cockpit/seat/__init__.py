"""A seat without a screen: cache, picture, selection, ledger and outbox, link to the hub, and the ports of panels."""

from cockpit.seat.seat import Seat

__all__ = ["Seat"]
