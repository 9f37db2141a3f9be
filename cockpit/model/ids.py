"""Ids: UUIDv7 as text, made where the thing is made (RFC 9562 section 5.7)."""

from __future__ import annotations

import os
import uuid

from cockpit.model.clock import Clock


def new_id(clock: Clock) -> str:
    """A UUIDv7 of the clock's millisecond; sorts by time of making."""
    ms = clock.now() // 1000
    rand = int.from_bytes(os.urandom(10), "big")
    value = (ms & (1 << 48) - 1) << 80 | 0x7 << 76 | (rand >> 68 & 0xFFF) << 64 | 0b10 << 62 | rand & (1 << 62) - 1
    return str(uuid.UUID(int=value))
