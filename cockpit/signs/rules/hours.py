"""When a rule holds: hours of the day and days of the week, Shanghai time."""

from __future__ import annotations

import re
from datetime import timedelta

from cockpit.model.alarms import Window
from cockpit.model.clock import local

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def is_clock(text: str) -> bool:
    """Whether it is a time of day, HH:MM."""
    return bool(_CLOCK.fullmatch(text))


def holds(window: Window, now: int) -> bool:
    """Whether an instant (UTC us) is within; after midnight the day is the one on which the window began."""
    if not (window.start or window.days):
        return True
    at = local(now)
    clock = at.strftime("%H:%M")
    start, end = window.start or "00:00", window.end or "24:00"
    day = at.isoweekday()
    if start < end:
        inside = start <= clock < end
    else:
        inside = clock >= start or clock < end
        if inside and clock < end:
            day = (at - timedelta(days=1)).isoweekday()
    return inside and (not window.days or day in window.days)
