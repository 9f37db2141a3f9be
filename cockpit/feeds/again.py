"""A refused piece that is read again: what of its message it was, and whether it is one thing now."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from cockpit.feeds.items import Change, Item, Readings, Refused, Rows
from cockpit.model.messages import Message


class Outcome(StrEnum):
    """taken: it can be used now. refused: it was refused again, or its message does not name it any more."""

    TAKEN = "taken"
    REFUSED = "refused"


def try_again(items: Sequence[Item], id: str) -> tuple[Outcome, list[Change], Message | None]:
    """What of a message's items is the piece.

    Args:
        items: that the whole message makes now.
        id: of the piece at its source; "" where nothing of the message could be read: all of it is the piece.

    Returns:
        How it went, what it changes, and why it was refused.
    """
    changes: list[Change] = []
    reason: Message | None = None
    for item in items:
        if isinstance(item, Refused):
            if item.id == id or not id:
                reason = item.reason
        elif isinstance(item, Rows):
            rows = [row for row in item.rows if row["id"] == id or not id]
            changes += [Rows(item.topic, rows)] if rows else []
        elif isinstance(item, Readings):
            of = np.array([not id or one == id for one in item.ids], dtype=np.bool_)
            if of.any():
                ids = [one for one, mine in zip(item.ids, of, strict=True) if mine]
                changes.append(Readings(ids, item.values[of], item.measured[of]))
    return (Outcome.TAKEN if changes else Outcome.REFUSED), changes, reason
