"""Freshness: waiting (no first value), live, stale (three missed beats), dead (twenty).

A missing value is never shown as a zero.
"""

from __future__ import annotations

from enum import StrEnum

STALE_BEATS = 3
DEAD_BEATS = 20


class Freshness(StrEnum):
    WAITING = "waiting"
    LIVE = "live"
    STALE = "stale"
    DEAD = "dead"


def freshness(last_us: int, beat_us: int, now_us: int) -> Freshness:
    """The state of a feed or of an item.

    Args:
        last_us: when it last spoke, UTC microseconds; 0 if it never did.
        beat_us: how often it is meant to speak.
        now_us: now, in the clock of `last_us`.
    """
    if last_us <= 0:
        return Freshness.WAITING
    missed = (now_us - last_us) / max(beat_us, 1)
    if missed <= STALE_BEATS:
        return Freshness.LIVE
    if missed <= DEAD_BEATS:
        return Freshness.STALE
    return Freshness.DEAD
