"""The errors of a question to the hub that say whether to ask again."""

from __future__ import annotations

from cockpit.model.errors import OutsideError


class HubAway(OutsideError):
    """The hub can not be asked now; what it would have said is not known."""


class HubRefuses(OutsideError):
    """The hub refuses what it was told, and would again; any other OutsideError of it may pass (its disk is full)."""
