"""What a seat asks the hub about its feeds beside their rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.bus import asks
from cockpit.model.messages import Message
from cockpit.model.ports import Refusal, Sample, Systems, Tried
from cockpit.seat.seat import Seat


class FeedsOfSeat:
    """`ports.Feeds`; callbacks are called in a tick of the seat."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def quarantine(self, feed: str, done: Callable[[list[Refusal] | Message], None]) -> None:
        def came(reply: asks.QuarantineReply | Message) -> None:
            if isinstance(reply, Message):
                done(reply)
            else:
                done([Refusal(r.reason, r.sample, r.received, r.id, r.group, r.count) for r in reply.refused])

        self._seat.ask("quarantine", asks.KeyWanted(feed), asks.QuarantineReply, came)

    def retry(self, feed: str) -> Message | None:
        return self._seat.retry(feed)

    def sample(self, feed: str, done: Callable[[Sample | Message], None]) -> None:
        self._seat.ask("feeds.sample", asks.KeyWanted(feed), Sample, done)

    def again(self, refusals: Sequence[int], done: Callable[[Tried | Message], None]) -> None:
        self._seat.ask("feeds.again", asks.AgainWanted(ids=tuple(refusals)), Tried, done)

    def again_all(self, feed: str, group: str, done: Callable[[Tried | Message], None]) -> None:
        self._seat.ask("feeds.again", asks.AgainWanted(feed=feed, group=group), Tried, done)

    def systems(self, done: Callable[[Systems | Message], None]) -> None:
        self._seat.ask("feeds.systems", asks.Nothing(), Systems, done)
