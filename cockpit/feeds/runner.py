"""Runs one feed: source -> format -> datum and checks -> receive stamp -> the hub. All on one asyncio loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from cockpit.feeds.checks import check
from cockpit.feeds.city_time import fetch_clock
from cockpit.feeds.finding import find_format, find_source
from cockpit.feeds.formats.base import Bounds, Context, Format
from cockpit.feeds.items import Change, Item, Refused, SourceTime, refused
from cockpit.feeds.quarantine import Quarantine
from cockpit.feeds.sources.base import BackOff, Received, Settings, Source
from cockpit.model.city import DATUMS, FeedSpec
from cockpit.model.clock import CityClock
from cockpit.model.errors import UserError
from cockpit.model.messages import Message

log = logging.getLogger(__name__)
__all__ = ["FeedRunner", "FeedState", "fetch_clock"]

ASIDE_BYTES = 64 * 1024
"""Larger messages are read in a thread: the hub's loop must not stand still for them."""


class FeedState(msgspec.Struct, frozen=True):
    """How a feed is doing; the hub makes its row of the feed table of it.

    Attributes:
        feed: id in the pack.
        received: when it last spoke sense, UTC us of the machine's clock; 0 never.
        good: messages since the start that could be used; bad: pieces refused.
        lag: receive time minus the source's clock, us, in city time over the city's rate; negative: it runs ahead.
        problem: what is wrong, None nothing. Its one parameter is `detail`.
        retry_us: when it is tried again, machine's clock; 0 when nothing is waited for.
    """

    feed: str
    received: int = 0
    good: int = 0
    bad: int = 0
    lag: int = 0
    problem: Message | None = None
    retry_us: int = 0


OnItems = Callable[[str, list[Change], int], None]
OnState = Callable[[FeedState], None]


class FeedRunner:
    """One feed of a pack, kept running.

    Args:
        spec: the feed; `{city}` in its url is replaced by `base_url`.
        base_url: address of the city's server, without a slash at its end.
        bounds: of the pack, (west, south, east, north), WGS-84.
        clock: the city's clock over the machine's.
        on_items: called on the loop with feed id, what changes the picture, and the receive stamp (machine's clock).
        on_state: called on the loop whenever `state` changed.
        quarantine: where refused pieces go.
        back_off, timeout: of the source.

    A feed that can not be run at all (no datum, unknown source or format) has its `problem` from `start` on.
    """

    def __init__(
        self,
        spec: FeedSpec,
        base_url: str,
        bounds: Bounds,
        clock: CityClock,
        on_items: OnItems,
        on_state: OnState,
        *,
        quarantine: Quarantine | None = None,
        back_off: BackOff | None = None,
        timeout: float = 10.0,
    ) -> None:
        self.spec = spec
        self.state = FeedState(spec.id)
        self.quarantine = quarantine if quarantine is not None else Quarantine()
        self._bounds = bounds
        self._clock = clock
        self._on_items = on_items
        self._on_state = on_state
        self._settings = Settings(
            url=spec.address(base_url),
            beat=spec.beat,
            timeout=timeout,
            back_off=back_off or BackOff(),
        )
        self._format: Format | None = None
        self._source: Source | None = None
        self._task: asyncio.Task[None] | None = None
        self._bugs: set[str] = set()
        self._run = ""

    def start(self) -> None:
        """Begin, on the running loop. Twice is once."""
        if self._task is not None:
            return
        try:
            if self.spec.datum not in DATUMS:
                raise UserError("feeds.no_datum", detail=self.spec.datum or "-")
            self._format = find_format(self.spec.format)()
            self._source = find_source(self.spec.source)(self._settings, self._clock, self)
        except UserError as error:
            self._change(problem=error.message)
            return
        self._task = asyncio.create_task(self._source.run(), name=f"feed {self.spec.id}")

    async def stop(self) -> None:
        """End; on return no task and no connection of this feed is left. `start` begins again."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def retry_now(self) -> None:
        """Do not wait for the next attempt."""
        if self._source is not None:
            self._source.retry_now()

    # what the source tells

    async def received(self, message: Received) -> bool:
        assert self._format is not None
        context = Context(
            feed=self.spec.id,
            topic=self.spec.topic,
            bounds=self._bounds,
            now=self._clock.city.at(message.received_us),
            datum=self.spec.datum,
            event_type=message.event_type,
            id=message.id,
            first=message.first,
            whole=message.whole,
        )
        if len(message.data) > ASIDE_BYTES:
            items = await asyncio.to_thread(self._read, self._format, message.data, context)
        else:
            items = self._read(self._format, message.data, context)
        return self._take(items, message.received_us, context.now)

    def alive(self, received_us: int) -> None:
        # a connection that stands heals trouble of connections, not content that could not be read
        if self.state.problem is None or self.state.retry_us:
            self._change(received=received_us, problem=None, retry_us=0)

    def trouble(self, problem: Message, retry_us: int) -> None:
        self._change(problem=problem, retry_us=retry_us)

    def _read(self, format_: Format, data: bytes, context: Context) -> list[Item]:
        """Parse and check. An exception in here is our bug (or a third party's): said once, and the feed goes on."""
        try:
            return check(format_.parse(data, context), context)
        except Exception as error:
            bug = f"{type(error).__name__}: {error}"
            if bug not in self._bugs and len(self._bugs) < 100:
                self._bugs.add(bug)
                log.exception("feed %s, format %s: bug on %d bytes", context.feed, self.spec.format, len(data))
            return [refused("our_bug", data, detail=type(error).__name__)]

    def _take(self, items: list[Item], received_us: int, now: int) -> bool:
        changes: list[Change] = []
        bad = 0
        lag = self.state.lag if self._clock.city.run == self._run else 0  # an earlier run had another time
        self._run = self._clock.city.run
        for item in items:
            if isinstance(item, Refused):
                bad += 1
                self.quarantine.add(self.spec.id, received_us, item)
            elif isinstance(item, SourceTime):
                lag = self._lag(item, now, lag)
            else:
                changes.append(item)
        if bad and not changes:
            problem = Message("feeds.all_refused", {"detail": bad})
            self._change(bad=self.state.bad + bad, lag=lag, problem=problem, retry_us=0)
            return False
        if changes:
            self._hand_on(changes, received_us)
        self._change(
            received=received_us,
            good=self.state.good + 1,
            bad=self.state.bad + bad,
            lag=lag,
            problem=None,
            retry_us=0,
        )
        return True

    def _hand_on(self, changes: list[Change], received_us: int) -> None:
        """A bug of the hub must not look like a broken connection."""
        try:
            self._on_items(self.spec.id, changes, received_us)
        except Exception:
            log.exception("feed %s: the hub could not take %d items", self.spec.id, len(changes))

    def _lag(self, told: SourceTime, now: int, before: int) -> int:
        behind = now - told.us
        if not told.sent and behind >= 0:
            return before
        rate = self._clock.city.rate
        return round(behind / rate) if rate > 0 else behind

    def _change(self, **fields: Any) -> None:
        state = msgspec.structs.replace(self.state, **fields)
        if state != self.state:
            self.state = state
            self._on_state(state)
