"""Where refused pieces go: the last ones in memory, every one to a callback that may write it down, counts per feed."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable

import msgspec

from cockpit.feeds.items import Refused

log = logging.getLogger(__name__)
KEEP = 500


class Kept(msgspec.Struct, frozen=True):
    """One refused piece: from which feed, when it was received (UTC us, machine's clock), what and why."""

    feed: str
    received: int
    refused: Refused


class Quarantine:
    """Bounded keeper of refused pieces; used from one thread.

    Attributes:
        counts: refused pieces per feed since the start, dropped ones included.
    """

    def __init__(self, persist: Callable[[Kept], None] | None = None, keep: int = KEEP) -> None:
        self.counts: Counter[str] = Counter()
        self._kept: deque[Kept] = deque(maxlen=keep)
        self._persist = persist
        self._persist_failed = False

    def add(self, feed: str, received_us: int, refused: Refused) -> None:
        """Keep a piece. A keeper that can not write (disk full) says so once and goes on in memory."""
        kept = Kept(feed, received_us, refused)
        self.counts[feed] += 1
        self._kept.append(kept)
        if self._persist is None:
            return
        try:
            self._persist(kept)
            self._persist_failed = False
        except OSError as error:
            if not self._persist_failed:
                log.error("quarantine is not written down: %s", error)
            self._persist_failed = True

    def recall(self, kept: Kept) -> None:
        """A piece of an earlier run: shown among the last ones, not counted, not written down again."""
        self._kept.append(kept)

    def last(self, feed: str = "", most: int = KEEP) -> list[Kept]:
        """The newest pieces first, of one feed or of all."""
        found = [kept for kept in reversed(self._kept) if not feed or kept.feed == feed]
        return found[:most]
