"""How late readings are shown that come in a beat, those that no paint shows among them."""

from __future__ import annotations

BEAT_MS = 1000.0
"""Each sensor speaks so often."""


def lateness(before: int, received: int, now: int) -> list[float]:
    """Of the readings that a paint shows or has skipped, ms until that paint, the one that it shows first.

    A desk that stands still for three seconds paints one reading and skips two, which would be no sample: it would look
    quicker than it is.

    Args:
        before: receive stamp of the one that was painted before, UTC us; 0 when none was.
        received: of this one.
        now: end of the paint, UTC us.
    """
    skipped = round((received - before) / 1000 / BEAT_MS - 1) if before else 0
    return [(now - received) / 1000 + n * BEAT_MS for n in range(max(skipped, 0) + 1)]


def overdue(before: int, now: int) -> list[float]:
    """Of the readings since `before` that no paint has shown until now, ms that they wait; half a beat is no wait."""
    waits = [(now - before) / 1000 - n * BEAT_MS for n in range(1, int((now - before) / 1000 / BEAT_MS) + 1)]
    return [wait for wait in waits if wait > BEAT_MS / 2]
