"""Trying feeds: each for some seconds with its own source and format, and what it got or what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from cockpit.feeds.items import Change, Readings, Refused, Rows
from cockpit.feeds.quarantine import Kept, Quarantine
from cockpit.feeds.runner import FeedRunner, FeedState
from cockpit.feeds.sources.base import BackOff
from cockpit.model.city import FeedSpec, Pack
from cockpit.model.clock import CityClock
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit

AT_ONCE = 64
CALM_SECONDS = 1.0
"""A feed that spoke is listened to a little longer, for its rate."""
TRIES = 3
"""Failed attempts after which a feed is not waited for."""
TIMES = ("occurred", "updated", "fixed", "measured", "sent")
MOST_IDS = 500_000


class Tried(msgspec.Struct, frozen=True):
    """What came of trying a feed.

    Attributes:
        feed: its id.
        messages: that could be used; rate: of them a second.
        things: different ones, by topic. newest: the newest time in them, UTC us of the city; 0 none.
        refused: pieces; reason: of the first. unknown: readings of devices that are not in the list of `of`.
        problem: why it is wrong, None: it is well. skew: of the source's clock, us.
    """

    feed: str
    messages: int
    rate: float
    things: dict[str, int]
    newest: int
    refused: int
    reason: Message | None
    unknown: int
    problem: Message | None
    skew: int


def not_tried(feed: str, problem: Message) -> Tried:
    """A feed that can not even be tried."""
    return Tried(feed, 0, 0.0, {}, 0, 0, None, 0, problem, 0)


async def try_feeds(
    pack: Pack,
    specs: Sequence[FeedSpec],
    base_url: str,
    clock: CityClock,
    secret: Callable[[str], str],
    seconds: float,
) -> list[Tried]:
    """Tries feeds of a pack side by side, at most `seconds` each.

    Args:
        specs: which of the pack's.
        base_url: of the city's platform; "": feeds that need it are wrong.
        clock: the city's.
        secret: finds a secret by its name.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(trial: _Trial) -> None:
        async with gate:
            await trial.run(seconds)

    trials = {spec.id: _Trial(pack, spec, base_url, clock, secret) for spec in specs}
    await asyncio.gather(*(one(trial) for trial in trials.values()))
    return [trial.tried(trials.get(trial.spec.of), seconds) for trial in trials.values()]


class _Trial:
    """One feed that is tried."""

    def __init__(
        self, pack: Pack, spec: FeedSpec, base_url: str, clock: CityClock, secret: Callable[[str], str]
    ) -> None:
        self.spec = spec
        self.ids: dict[str, set[str]] = {}
        self._base_url = base_url
        self._clock = clock
        self._newest = 0
        self._troubles = 0
        self._reasons: list[Message] = []
        self._state = FeedState(spec.id)
        self._problem: Message | None = None
        self._changed = asyncio.Event()
        self._began = self._ended = 0.0
        self._runner = FeedRunner(
            spec,
            base_url,
            pack.bounds,
            clock,
            self._items,
            self._note,
            quarantine=Quarantine(self._refused),
            back_off=BackOff(0.5, 2.0),
            secret=secret,
            trial=True,
        )

    async def run(self, seconds: float) -> None:
        """Listens until it has spoken and a little longer, or until it is over."""
        if "{city}" in self.spec.url and not self._base_url:
            self._problem = Message("feedcheck.needs_city")
            return
        self._began = self._clock.mono()
        self._runner.start()
        try:
            async with time_limit(seconds):
                while not self._state.good and not self._hopeless:
                    self._changed.clear()
                    await self._changed.wait()
                await asyncio.sleep(CALM_SECONDS)
        except TimeoutError:
            pass
        finally:
            await self._runner.stop()
            self._ended = self._clock.mono()

    @property
    def _hopeless(self) -> bool:
        """It can not run at all, or failed some times in a row."""
        state = self._state
        return self._troubles >= TRIES or (state.problem is not None and not state.retry_us)

    def tried(self, owner: _Trial | None, seconds: float) -> Tried:
        """
        Args:
            owner: of the feed with the devices of our readings, where that was tried too.
        """
        state = self._state
        problem = self._problem or (state.problem if not state.good else None)
        if problem is not None and problem.id == "feeds.all_refused" and self._reasons:
            problem = Message("feedcheck.all_refused", {"n": state.bad, "reason": self._reasons[0]})
        if problem is None and not state.good:
            problem = Message("feedcheck.silent", {"seconds": f"{seconds:g}"})
        readings = self.ids.get("readings", set())
        listed = owner.ids.get("sensor", set()) if owner is not None else set()
        unknown = len(readings - listed) if listed else 0
        if problem is None and readings and unknown == len(readings):
            problem = Message("feedcheck.none_known", {"n": unknown, "of": self.spec.of})
        return Tried(
            feed=self.spec.id,
            messages=state.good,
            rate=round(state.good / max(self._ended - self._began, 0.001), 2),
            things={topic: len(ids) for topic, ids in self.ids.items()},
            newest=self._newest,
            refused=state.bad,
            reason=self._reasons[0] if self._reasons else None,
            unknown=unknown,
            problem=problem,
            skew=state.skew,
        )

    def _items(self, feed: str, changes: list[Change], received: int) -> None:
        for change in changes:
            if isinstance(change, Rows):
                self._add(change.topic, [row["id"] for row in change.rows])
                self._newest = max(self._newest, max((_newest(row) for row in change.rows), default=0))
            elif isinstance(change, Readings):
                self._add("readings", change.ids)
                if len(change.ids):
                    self._newest = max(self._newest, int(np.max(change.measured)))

    def _add(self, topic: str, ids: Sequence[str]) -> None:
        known = self.ids.setdefault(topic, set())
        if len(known) < MOST_IDS:
            known.update(ids)

    def _refused(self, kept: Kept) -> None:
        refused: Refused = kept.refused
        if len(self._reasons) < 10:
            self._reasons.append(refused.reason)

    def _note(self, state: FeedState) -> None:
        if state.problem is None:
            self._troubles = 0
        elif state.retry_us and state.retry_us != self._state.retry_us:
            self._troubles += 1
        self._state = state
        self._changed.set()


def _newest(row: dict[str, Any]) -> int:
    return max((int(row[name]) for name in TIMES if name in row), default=0)
