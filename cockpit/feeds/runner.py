"""Runs one feed: source -> format -> datum and checks -> receive stamp -> the hub. All on one asyncio loop."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from cockpit.bus.tasks import end
from cockpit.feeds.checks import check
from cockpit.feeds.city_time import fetch_clock
from cockpit.feeds.finding import find_source, make_format
from cockpit.feeds.formats.base import Bounds, Context, Format, ManyFormat
from cockpit.feeds.items import Change, Item, Refused, SourceTime, refused
from cockpit.feeds.quarantine import Quarantine
from cockpit.feeds.rate import Rate
from cockpit.feeds.sources.base import BackOff, Received, Settings, Source, no_secrets
from cockpit.model.city import DATUMS, FeedSpec
from cockpit.model.clock import CityClock
from cockpit.model.errors import UserError
from cockpit.model.messages import Message

log = logging.getLogger(__name__)
__all__ = ["FeedRunner", "FeedState", "fetch_clock"]

SAMPLE_BYTES = 64 * 1024
"""Of the last message that could be used are kept."""
ASIDE_BYTES = 64 * 1024
"""Larger messages are read in a thread: the hub's loop must not stand still for them."""
TURN_SECONDS = 0.02
"""How long messages of one feed are read before the others of the loop have their turn."""

STOP_SECONDS = 3.0
"""What a source is given to hand on what it has, before it is told to end once more."""


class FeedState(msgspec.Struct, frozen=True):
    """How a feed is doing; the hub makes its row of the feed table of it.

    Attributes:
        feed: id in the pack.
        received: when it last spoke sense, UTC us of the machine's clock; 0 never.
        good: messages since the start that could be used; bad: pieces refused.
        lag: receive time minus the source's clock, us, in city time over the city's rate; negative: it runs ahead.
        problem: what is wrong, None nothing. Its one parameter is `detail`.
        retry_us: when it is tried again, machine's clock; 0 when nothing is waited for.
        rate, bytes: messages and bytes a second, over the last ten seconds (of a slow feed: three beats).
        skew: how far the source's clock is ahead of ours, us; what the way of a message explains is no skew.
        doubled, disordered: as the transport can tell. dropped: by the queue, or known to be lost on the way.
        unknown, waiting: as in the feed table.
    """

    feed: str
    received: int = 0
    good: int = 0
    bad: int = 0
    lag: int = 0
    problem: Message | None = None
    retry_us: int = 0
    rate: float = 0.0
    bytes: float = 0.0
    skew: int = 0
    doubled: int = 0
    disordered: int = 0
    dropped: int = 0
    unknown: int = 0
    waiting: int = 0


class LastGood(msgspec.Struct, frozen=True):
    """A message as it came: its head (at most `SAMPLE_BYTES`), its size in bytes, its stamp (machine's clock)."""

    head: bytes
    size: int
    received_us: int

    @classmethod
    def of(cls, message: Received) -> LastGood:
        return cls(message.data[:SAMPLE_BYTES], len(message.data), message.received_us)


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
        tap: called with every message before it is read.
        secret: finds a secret by its name, "" where there is none.
        memory: folder in which sources may remember where they were.
        trial: only to see whether it speaks: nothing at the other side is different afterwards.

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
        tap: Callable[[FeedSpec, Received], None] | None = None,
        secret: Callable[[str], str] = no_secrets,
        memory: Path | None = None,
        trial: bool = False,
    ) -> None:
        self.spec = spec
        self._tap = tap
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
            options=spec.options,
            queue=spec.queue,
            room=spec.room,
            secret=secret,
            feed=spec.id,
            memory=memory / f"{spec.id}.json" if memory is not None else None,
            trial=trial,
        )
        self._rate = Rate(spec.beat, clock.mono())
        self._measuring: asyncio.TimerHandle | None = None
        self._counts_before = (0, 0, 0)
        self._format: Format | None = None
        self._source: Source | None = None
        self._task: asyncio.Task[None] | None = None
        self._bugs: set[str] = set()
        self._run = ""
        self._last: Received | LastGood | None = None
        self._skew: int | None = None

    def start(self, after: float = 0.0) -> None:
        """Begin, on the running loop. Twice is once.

        Args:
            after: seconds until its first connection; hundreds of feeds do not knock all at once.
        """
        if self._task is not None:
            return
        try:
            if self.spec.datum not in DATUMS:
                raise UserError("feeds.no_datum", detail=self.spec.datum or "-")
            self._format = make_format(self.spec.format, self.spec.mapping, self.spec.topic)
            self._source = find_source(self.spec.source)(self._settings, self._clock, self)
        except UserError as error:
            self._change(problem=error.message)
            return
        self._rate = Rate(self.spec.beat, self._clock.mono())
        self._task = asyncio.create_task(self._go(self._source, after), name=f"feed {self.spec.id}")

    async def stop(self) -> None:
        """End; on return no task and no connection of this feed is left. `start` begins again."""
        task, self._task = self._task, None
        if task is None:
            return
        await end(task, again=STOP_SECONDS)  # a client library may swallow one cancellation, and the hub would not end
        if self._measuring is not None:
            self._measuring.cancel()
            self._measuring = None
        self._counts_before = self._counts()
        self._source = None

    async def _go(self, source: Source, after: float) -> None:
        if after > 0:
            await source.rest(after)
        await source.run()

    @property
    def last_good(self) -> LastGood | None:
        """The last message that could be used; None since the start there was none."""
        return LastGood.of(self._last) if isinstance(self._last, Received) else self._last

    def retry_now(self) -> None:
        """Do not wait for the next attempt."""
        if self._source is not None:
            self._source.retry_now()

    # what the source tells

    async def received(self, message: Received) -> bool:
        return await self.received_many((message,))

    async def received_many(self, messages: Sequence[Received]) -> bool:
        """Messages that waited, in their order; those that belong together are read in one go (`ManyFormat`)."""
        if self._tap is not None:
            for message in messages:
                self._tap(self.spec, message)
        self._measure(messages)
        used = False
        for group in _groups(messages, isinstance(self._format, ManyFormat)):
            used |= await self._received(group)
        return used

    async def _received(self, group: Sequence[Received]) -> bool:
        """Reads messages that have all but their bytes in common. Stamped as the first of them: no age is too small."""
        format_, head = self._format, group[0]
        assert format_ is not None
        context = self._context(head)
        if len(group) > 1 and isinstance(format_, ManyFormat):
            items = self._read_many(format_, [message.data for message in group], context)
            if items is not None:
                return self._take(items, head.received_us, context.now, group)
        used = False
        turn = self._clock.mono()
        for message in group:
            if self._clock.mono() - turn > TURN_SECONDS:
                await asyncio.sleep(0)
                turn = self._clock.mono()
            if len(message.data) > ASIDE_BYTES:
                items = await asyncio.to_thread(self._read, format_, message.data, context)
            else:
                items = self._read(format_, message.data, context)
            used |= self._take(items, message.received_us, context.now, (message,))
        return used

    def _context(self, message: Received) -> Context:
        return Context(
            feed=self.spec.id,
            topic=self.spec.topic,
            bounds=self._bounds,
            now=self._clock.city.at(message.received_us),
            datum=self.spec.datum,
            event_type=message.event_type,
            id=message.id,
            first=message.first,
            whole=message.whole,
            address=message.address,
        )

    def read_again(self, message: Received) -> list[Item]:
        """What a message makes now, by what its format knows by now; nothing is counted or handed on. For any thread.

        Raises:
            UserError: this feed can not be run.
        """
        try:
            format_ = copy.deepcopy(self._format)  # what it knows of, but its own: the feed goes on meanwhile
        except Exception:
            format_ = None
        format_ = format_ or make_format(self.spec.format, self.spec.mapping, self.spec.topic)
        return self._read(format_, message.data, self._context(message))

    def alive(self, received_us: int) -> None:
        # a connection that stands heals trouble of connections, not content that could not be read
        if self.state.problem is None or self.state.retry_us:
            self._change(received=received_us, problem=None, retry_us=0)

    def trouble(self, problem: Message, retry_us: int) -> None:
        self._change(problem=problem, retry_us=retry_us)

    def _measure(self, messages: Sequence[Received]) -> None:
        self._rate.add(self._clock.mono(), len(messages), sum(len(message.data) for message in messages))
        self._skew = messages[-1].skew
        if self._measuring is None:
            self._tell_rate()

    def _tell_rate(self) -> None:
        """Tells what was measured, and again while there is anything to tell."""
        rate, size = self._rate.per_second(self._clock.mono())
        doubled, disordered, dropped = self._counts()
        self._change(
            rate=rate, bytes=size, doubled=doubled, disordered=disordered, dropped=dropped, waiting=self._waiting
        )
        source = self._source
        if source is not None and (rate or self._waiting):
            self._measuring = asyncio.get_running_loop().call_later(self._rate.part, self._tell_rate)
        else:
            self._measuring = None

    @property
    def _waiting(self) -> int:
        return self._source.inbox.waiting if self._source is not None else 0

    def _counts(self) -> tuple[int, int, int]:
        """Doubled, disordered and dropped since the first start."""
        doubled, disordered, dropped = self._counts_before
        if self._source is not None:
            counts = self._source.counts
            doubled += counts.doubled
            disordered += counts.disordered
            dropped += self._source.inbox.dropped + counts.lost
        return doubled, disordered, dropped

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

    def _read_many(self, format_: ManyFormat, many: list[bytes], context: Context) -> list[Item] | None:
        """As `_read`, of many messages; None: to be read one by one, which also names a message that meets a bug."""
        try:
            items = format_.parse_many(many, context)
            return None if items is None else check(items, context)
        except Exception:
            return None

    def _take(self, items: list[Item], received_us: int, now: int, group: Sequence[Received]) -> bool:
        changes: list[Change] = []
        bad = 0
        skew = self._skew if self._skew is not None else self.state.skew
        lag = self.state.lag if self._clock.city.run == self._run else 0  # an earlier run had another time
        self._run = self._clock.city.run
        for item in items:
            if isinstance(item, Refused):
                bad += 1
                self.quarantine.add(self.spec.id, received_us, item, _message_of(item, group))
            elif isinstance(item, SourceTime):
                lag = self._lag(item, now, lag)
                skew = max(self._ahead(item, now), self._skew or 0)
            else:
                changes.append(item)
        if bad and not changes:
            problem = Message("feeds.all_refused", {"detail": bad})
            self._change(bad=self.state.bad + bad, lag=lag, skew=skew, problem=problem, retry_us=0)
            return False
        if changes:
            self._hand_on(changes, received_us)
        self._last = group[-1] if len(group[-1].data) <= SAMPLE_BYTES else LastGood.of(group[-1])
        self._change(
            received=received_us,
            good=self.state.good + len(group),
            bad=self.state.bad + bad,
            lag=lag,
            skew=skew,
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

    def _ahead(self, told: SourceTime, now: int) -> int:
        """How far the source's clock is ahead of ours, us of the machine's clock; 0 when it may be the way."""
        rate = self._clock.city.rate
        return max(round((told.us - now) / rate) if rate > 0 else told.us - now, 0)

    def _change(self, **fields: Any) -> None:
        state = msgspec.structs.replace(self.state, **fields)
        if state != self.state:
            self.state = state
            self._on_state(state)


def _message_of(refused: Refused, group: Sequence[Received]) -> Received | None:
    """The message that a refused piece came in; None where several were read in one go and none of them names it."""
    if len(group) == 1:
        return group[0]
    id = refused.id.encode("utf-8", "replace")
    return next((message for message in group if id in message.data), None) if id else None


def _groups(messages: Sequence[Received], together: bool) -> Iterator[Sequence[Received]]:
    """Runs of small messages that have all but their bytes and stamps in common; without `together` each alone."""
    if not together or len(messages) == 1:
        yield from ((message,) for message in messages)
        return
    for _, run in groupby(messages, _kind):
        yield tuple(run)


def _kind(message: Received) -> object:
    if len(message.data) > ASIDE_BYTES or message.whole or message.first or message.id:
        return id(message)  # alone
    return message.event_type
