"""Where refused pieces go: the last ones of each reason in memory, every one to a callback that may write it down,
counts per feed and per reason."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from cockpit.feeds.items import Refused
from cockpit.feeds.sources.base import Received

log = logging.getLogger(__name__)
KEEP = 50
"""Pieces of a feed for one reason."""
GROUPS = 20
"""Reasons of a feed; of further ones the oldest is forgotten."""
MOST = 4000
"""Pieces of all feeds."""
COUNTED = 200
"""Reasons of a feed that are counted each for itself: what a reason says may come from outside."""


class Kept(msgspec.Struct, frozen=True):
    """One refused piece.

    Attributes:
        feed: from which feed. received: when it was received, UTC us, machine's clock. refused: what and why.
        id: unique, by which it can be tried again. message: id of the piece with which its message was written down;
            0: it was not.
        whole: the message it came in, for whoever writes it down; not kept in memory.
    """

    feed: str
    received: int
    refused: Refused
    id: int = 0
    message: int = 0
    whole: Received | None = None

    @property
    def group(self) -> str:
        """What pieces that were refused for the same reason have in common."""
        reason = self.refused.reason
        return f"{reason.id} {str(reason.params.get('field', ''))[:60]}".rstrip()


class Quarantine:
    """Bounded keeper of refused pieces; used from one thread.

    Attributes:
        counts: refused pieces per feed since the start, dropped ones included.
        reasons: the same by (feed, group).
    """

    def __init__(self, persist: Callable[[Kept], None] | None = None, keep: int = KEEP) -> None:
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[tuple[str, str]] = Counter()
        self._reasons_of: Counter[str] = Counter()
        self._kept: dict[str, dict[str, deque[Kept]]] = {}
        self._keep = keep
        self._size = 0
        self._next = 1
        self._last: tuple[Received | None, int] = (None, 0)
        self._persist = persist
        self._persist_failed = False

    def persist_by(self, persist: Callable[[Kept], None]) -> None:
        """Has every further piece written down."""
        self._persist = persist

    def add(self, feed: str, received_us: int, refused: Refused, whole: Received | None = None) -> None:
        """Keep a piece of a message. A keeper that can not write (disk full) says so once and goes on in memory."""
        id, self._next = self._next, self._next + 1
        if whole is not None and whole is self._last[0]:
            message, first = self._last[1], False
        else:
            message, first = (id if whole is not None else 0), True
            self._last = (whole, message)
        kept = Kept(feed, received_us, refused, id, message)
        self.counts[feed] += 1
        if (feed, kept.group) in self.reasons or self._reasons_of[feed] < COUNTED:
            self._reasons_of[feed] += (feed, kept.group) not in self.reasons
            self.reasons[feed, kept.group] += 1
        self._put(kept)
        if self._persist is None:
            return
        try:
            self._persist(msgspec.structs.replace(kept, whole=whole) if first else kept)
            self._persist_failed = False
        except OSError as error:
            if not self._persist_failed:
                log.error("quarantine is not written down: %s", error)
            self._persist_failed = True

    def recall(self, kept: Kept) -> None:
        """A piece of an earlier run: shown among the last ones, not counted, not written down again."""
        self._next = max(self._next, kept.id + 1)
        self._put(kept)

    def last(self, feed: str = "", most: int = KEEP * GROUPS) -> list[Kept]:
        """The newest pieces first, of one feed or of all."""
        feeds = (feed,) if feed else tuple(self._kept)
        found = sorted(self._of(feeds), key=lambda kept: (kept.received, kept.id), reverse=True)
        return found[:most]

    def group(self, feed: str, group: str) -> list[Kept]:
        """The pieces of a feed that were refused for the same reason, the oldest first."""
        return list(self._kept.get(feed, {}).get(group, ()))

    def by_id(self, ids: Iterable[int]) -> list[Kept]:
        """The pieces with these ids that are still there."""
        wanted = set(ids)
        return [kept for kept in self._of(tuple(self._kept)) if kept.id in wanted]

    def release(self, pieces: Iterable[Kept]) -> None:
        """Lets pieces go, since they were taken in after all."""
        for kept in pieces:
            groups = self._kept.get(kept.feed, {})
            pile = groups.get(kept.group)
            if pile is not None and kept in pile:
                pile.remove(kept)
                self._size -= 1
                if not pile:
                    del groups[kept.group]

    def _of(self, feeds: Iterable[str]) -> Iterator[Kept]:
        return (kept for feed in feeds for pile in self._kept.get(feed, {}).values() for kept in pile)

    def _put(self, kept: Kept) -> None:
        groups = self._kept.setdefault(kept.feed, {})
        pile = groups.get(kept.group)
        if pile is None:
            pile = groups[kept.group] = deque()
            if len(groups) > GROUPS:
                oldest = min(groups, key=lambda name: groups[name][-1].received if groups[name] else kept.received)
                self._size -= len(groups.pop(oldest))
                groups.setdefault(kept.group, pile)
        pile.append(kept)
        self._size += 1
        if len(pile) > self._keep:
            pile.popleft()
            self._size -= 1
        if self._size > MOST:
            self._shrink()

    def _shrink(self) -> None:
        """The longest pile gives its oldest piece."""
        piles = (pile for groups in self._kept.values() for pile in groups.values())
        max(piles, key=len).popleft()
        self._size -= 1
