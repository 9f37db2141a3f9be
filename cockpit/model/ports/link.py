"""How a seat and its hub stand."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from cockpit.model.messages import Message


class LinkState(StrEnum):
    STARTING = "starting"
    LIVE = "live"
    LOST = "lost"


class Link(msgspec.Struct, frozen=True):
    """The state of the connection to the hub.

    Attributes:
        state: starting (never had it since the seat opened), live, lost.
        since: since when, wall clock, UTC us.
        problem: why it is not live, in a sentence.
        retry: when it is tried again, wall clock, UTC us; 0 when not planned.
        tries: attempts since it was last live.
    """

    state: LinkState
    since: int
    problem: Message | None = None
    retry: int = 0
    tries: int = 0
