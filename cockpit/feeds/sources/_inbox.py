"""Messages between a transport and their reader: bounded, with the feed's policy, and a count of what was dropped."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.feeds.decoding import id_of

if TYPE_CHECKING:
    from cockpit.feeds.sources.base import Received

POLICIES = ("all", "latest", "sample")
ROOM_BYTES = 64 * 1024 * 1024
MOST_TAKEN = 2_000
"""Messages handed on in one go: others of the loop must have their turn."""
SMALL = 4096
"""Only a small message is looked into for its id."""

Ack = Callable[[], object]
_Entry = tuple["Received", Ack | None]


class Inbox:
    """A bounded queue that any thread may fill and one takes from.

    `all` keeps everything and refuses the newest when it is full. `latest` keeps the newest message of each address
    (topic, subject) and `id` in it. `sample` keeps an even part: when it is full every second one of those that wait is
    dropped, and from then on only each second (fourth, eighth …) one is let in, until it has been emptied.

    Attributes:
        dropped: messages that were not, or will never be, handed on.
        waiting: messages in it.
    """

    def __init__(self, policy: str, room: int, on_first: Callable[[], None], room_bytes: int = ROOM_BYTES) -> None:
        """
        Args:
            on_first: called, by whoever put it, when a message was put into the empty inbox.
        """
        self.dropped = 0
        self._policy = policy
        self._room = room
        self._room_bytes = room_bytes
        self._on_first = on_first
        self._lock = threading.Lock()
        self._free = threading.Condition(self._lock)
        self._queue: deque[_Entry] = deque()
        self._newest: dict[tuple[str, str], _Entry] = {}
        self._bytes = 0
        self._stride = 1
        self._skipped = 0

    @property
    def waiting(self) -> int:
        return len(self._queue) + len(self._newest)

    @property
    def full(self) -> bool:
        """Whether the transport should wait, if it can; only `all` makes anybody wait."""
        return self._policy == "all" and not self._fits(1)

    def put(self, message: Received, ack: Ack | None = None, patience: float = 0.0) -> None:
        """Takes a message in, or drops one by the policy.

        Args:
            ack: called when the message was handed on or dropped.
            patience: seconds that the calling thread waits for room (`all`), never on the loop that takes.
        """
        with self._lock:
            if patience > 0 and self.full:
                self._free.wait_for(lambda: not self.full, patience)
            first = self.waiting == 0
            dropped = self._put(message, ack)
        for lost in dropped:
            if lost is not None:
                lost()
        if first and self.waiting:
            self._on_first()

    def take(self) -> tuple[list[Received], list[Ack]]:
        """What waits, oldest first, at most `MOST_TAKEN`, and whom to tell once it is handed on."""
        with self._lock:
            if self._newest:
                self._queue.extend(self._newest.values())
                self._newest.clear()
            entries = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_TAKEN))]
            self._bytes -= sum(len(message.data) for message, _ in entries)
            if not self._queue:
                self._stride, self._skipped = 1, 0
            self._free.notify_all()
        return [message for message, _ in entries], [ack for _, ack in entries if ack is not None]

    def _fits(self, size: int) -> bool:
        return self.waiting < self._room and self._bytes + size <= self._room_bytes

    def _put(self, message: Received, ack: Ack | None) -> list[Ack | None]:
        """Puts it in; returns the acknowledgements of what was dropped for it, or of itself."""
        if self._policy == "latest":
            return self._put_newest(message, ack)
        if self._policy == "sample":
            return self._put_sample(message, ack)
        if not self._fits(len(message.data)):
            return self._drop(ack)
        self._append(message, ack)
        return []

    def _put_newest(self, message: Received, ack: Ack | None) -> list[Ack | None]:
        key = (message.address, id_of(message.data) if len(message.data) <= SMALL else "")
        before = self._newest.get(key)
        if before is None and not self._fits(len(message.data)):
            return self._drop(ack)
        self._newest[key] = (message, ack)
        self._bytes += len(message.data)
        if before is None:
            return []
        self._bytes -= len(before[0].data)
        return self._drop(before[1])

    def _put_sample(self, message: Received, ack: Ack | None) -> list[Ack | None]:
        self._skipped += 1
        if self._skipped < self._stride:
            return self._drop(ack)
        self._skipped = 0
        thinned: list[Ack | None] = []
        if not self._fits(len(message.data)):
            entries = list(self._queue)
            thinned = [lost for _, lost in entries[1::2]]
            self._queue = deque(entries[::2])
            self._bytes = sum(len(kept.data) for kept, _ in self._queue)
            self.dropped += len(thinned)
            self._stride = min(self._stride * 2, 1 << 20)
        if not self._fits(len(message.data)):
            return [*thinned, *self._drop(ack)]
        self._append(message, ack)
        return thinned

    def _append(self, message: Received, ack: Ack | None) -> None:
        self._queue.append((message, ack))
        self._bytes += len(message.data)

    def _drop(self, ack: Ack | None) -> list[Ack | None]:
        self.dropped += 1
        return [ack]
