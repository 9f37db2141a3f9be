"""What a picture of then is made with: its clock, a cache that keeps nothing, feeds whose messages lie on the tape."""

from __future__ import annotations

from cockpit.feeds.finding import make_format
from cockpit.feeds.runner import FeedRunner
from cockpit.feeds.sources.base import Received
from cockpit.model.clock import SECOND, Clock
from cockpit.model.errors import UserError
from cockpit.tape import Record

TOGETHER = SECOND // 20
"""Messages that came within so long are handed on together, as they were then."""


class Then:
    """The wall clock of then; monotonic time is now's.

    Attributes:
        at: UTC us.
    """

    def __init__(self, base: Clock) -> None:
        self.at = 0
        self._base = base

    def now(self) -> int:
        return self.at

    def mono(self) -> float:
        return self._base.mono()


class Nowhere:
    """A cache that keeps nothing: what was is on the tape."""

    def upsert(self, topic: str, columns: object) -> None: ...

    def remove(self, topic: str, keys: object) -> None: ...

    def put_body(self, key: str, body: str, fetched: int) -> None: ...


class TapeRunner(FeedRunner):
    """A feed whose messages come from the tape."""

    def ready(self) -> bool:
        """Makes its format; False where this program has none of that name."""
        try:
            self._format = make_format(self.spec.format, self.spec.mapping, self.spec.topic)
        except UserError:
            return False
        return True


def received_of(record: Record) -> Received:
    """The message that a record is of."""
    return Received(
        record.data, record.received, record.event_type, record.id, record.first, record.whole, record.address
    )
