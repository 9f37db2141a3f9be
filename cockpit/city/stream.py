"""The event stream: server-sent events with a bounded memory, so that a reader who was away gets what it missed.

Format: WHATWG HTML, 9.2 Server-sent events. The id of a message is `<run>-<n>`. The replay of all open events carries
no ids: only its closing `sync` does, so a reader cut off in the middle of it asks for all of it again.
"""

from __future__ import annotations

import asyncio
from collections import deque

MEMORY = 4000
"""Messages kept for resuming."""
BEHIND = 2000
"""Messages that a reader may be behind before it is dropped; it comes back with its last id and misses nothing."""


def message(kind: str, data: bytes, ident: str = "") -> bytes:
    """One message of the stream; `data` is JSON on one line."""
    head = f"id: {ident}\n" if ident else ""
    return f"{head}event: {kind}\ndata: ".encode() + data + b"\n\n"


class Reader:
    """One connection. `None` in the queue means: go."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    def put(self, chunk: bytes) -> None:
        if self.queue.qsize() >= BEHIND:
            self.dismiss()
        else:
            self.queue.put_nowait(chunk)

    def dismiss(self) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Stream:
    """The messages of one run of the city and who reads them.

    Attributes:
        run: id of the run; ids of another run are not known here.
        last: number of the newest message, 0 for none.
    """

    def __init__(self, run: str) -> None:
        self.run = run
        self.last = 0
        self._memory: deque[tuple[int, bytes]] = deque(maxlen=MEMORY)
        self._readers: set[Reader] = set()

    def __len__(self) -> int:
        return len(self._readers)

    def ident(self) -> str:
        return f"{self.run}-{self.last}"

    def publish(self, kind: str, data: bytes) -> None:
        """To all readers, and into the memory."""
        self.last += 1
        chunk = message(kind, data, self.ident())
        self._memory.append((self.last, chunk))
        self.say(chunk)

    def say(self, chunk: bytes) -> None:
        """To all readers, without an id: a beat, or rubbish."""
        for reader in list(self._readers):
            reader.put(chunk)

    def missed(self, last_event_id: str) -> list[bytes] | None:
        """What came after that id; None when it is not known here (another run, too long ago, nonsense)."""
        run, _, number = last_event_id.rpartition("-")
        if run != self.run or not number.isdecimal():
            return None
        n = int(number)
        oldest = self._memory[0][0] if self._memory else self.last + 1
        if n > self.last or n < oldest - 1:
            return None
        return [chunk for k, chunk in self._memory if k > n]

    def join(self) -> Reader:
        reader = Reader()
        self._readers.add(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        self._readers.discard(reader)

    def dismiss_all(self) -> None:
        for reader in list(self._readers):
            reader.dismiss()
