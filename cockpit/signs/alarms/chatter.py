"""Chattering alarms: raised three times within a minute; and the delay under which they would not have been."""

from __future__ import annotations

import math
from collections import deque

from cockpit.model.clock import MINUTE, SECOND

TIMES = 3
WITHIN = 60 * SECOND
QUIET = 10 * MINUTE
"""After so long without being raised it chatters no more."""
_STEP = 5
_MOST_DELAY = 300

Subject = tuple[str, str]
"""(rule, subject)."""


class Chatter:
    """How often each subject was raised of late, and for how long it held."""

    def __init__(self) -> None:
        self._raised: dict[Subject, deque[int]] = {}
        self._held: dict[Subject, deque[int]] = {}
        self._found: set[Subject] = set()

    def raised(self, subject: Subject, at: int) -> bool:
        """Whether this makes it one that chatters, and it was none before."""
        times = self._raised.setdefault(subject, deque(maxlen=TIMES))
        times.append(at)
        new = subject not in self._found and len(times) == TIMES and 0 <= at - times[0] <= WITHIN
        if new:
            self._found.add(subject)
        return new

    def cleared(self, subject: Subject, at: int) -> None:
        times = self._raised.get(subject)
        if times:
            self._held.setdefault(subject, deque(maxlen=10)).append(max(at - times[-1], 0))

    def __contains__(self, subject: Subject) -> bool:
        return subject in self._found

    def delay(self, subject: Subject) -> float:
        """Seconds that are longer than it ever held while it chattered; 0: it does not."""
        if subject not in self._found:
            return 0.0
        longest = max(self._held.get(subject, ()), default=0) / SECOND
        return float(min(math.floor(longest / _STEP + 1) * _STEP, _MOST_DELAY))

    def settle(self, now: int) -> list[Subject]:
        """Forgets what was quiet for long; answers with those that chattered."""
        over = [subject for subject, times in self._raised.items() if abs(now - times[-1]) > QUIET]
        for subject in over:
            del self._raised[subject]
            self._held.pop(subject, None)
        ended = [subject for subject in over if subject in self._found]
        self._found.difference_update(ended)
        return ended
