"""How the feeds are: from the table `feed` of the picture, in the machine's own clock, since beats are transport."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from cockpit.model.ages import data_age, span
from cockpit.model.clock import MINUTE
from cockpit.model.freshness import DEAD_BEATS, STALE_BEATS, Freshness, freshness
from cockpit.model.messages import Message
from cockpit.model.tables import FEEDS, TEXT
from cockpit.picture import LiveTable

if TYPE_CHECKING:
    from cockpit.model.city import Pack
    from widgets.kit.context import PanelContext

_ORDER = (Freshness.LIVE, Freshness.STALE, Freshness.DEAD, Freshness.WAITING)
_OLD = (Freshness.STALE, Freshness.DEAD)
SLOW = 0.5
"""Of its expected messages a feed may bring as few before it is told to be slow."""
SKEWED = MINUTE
"""A source's clock further off than this makes ages and orders doubtful."""


class Health(IntEnum):
    """How a feed is, the worst first.

    DEAD: twenty beats missed. STALE: three. AILING: it speaks, and something is wrong with what it says. WAITING: it
    has not spoken yet. LIVE: as it should be.
    """

    DEAD = 0
    STALE = 1
    AILING = 2
    WAITING = 3
    LIVE = 4


_OF = {Freshness.DEAD: Health.DEAD, Freshness.STALE: Health.STALE}


@dataclass(frozen=True)
class FeedState:
    """One feed now.

    Attributes:
        id: of the pack's feed, or of one of the site's own.
        name: in the pack's own words, `{zh, en}` or plain.
        state: by its beat.
        received, beat, lag, retry: microseconds as in the table.
        good, bad: messages since the hub's start.
        problem: what is wrong, in a sentence, or None.
        source, format: how it comes in.
        system: id of the system that it is an interface of, "" none. topic: the table that it fills.
        rate, expected, bytes, skew, doubled, disordered, dropped, unknown, waiting: as in the table.
    """

    id: str
    name: dict[str, str] | str
    state: Freshness
    received: int
    beat: int
    lag: int
    retry: int
    good: int
    bad: int
    problem: Message | None
    source: str
    format: str
    system: str = ""
    topic: str = ""
    rate: float = 0.0
    expected: float = 0.0
    bytes: float = 0.0
    skew: int = 0
    doubled: int = 0
    disordered: int = 0
    dropped: int = 0
    unknown: int = 0
    waiting: int = 0

    def age(self, now_us: int) -> Message:
        """Its age in words."""
        return data_age(self.received, self.beat, now_us)

    @property
    def slow(self) -> bool:
        """Whether it brings far less than is expected of it. Said of what comes each second or more often only: of
        slower ones a rate over ten seconds says nothing."""
        return self.expected >= 1 and self.rate < self.expected * SLOW

    @property
    def stopped(self) -> bool:
        """Whether what it should bring is missing: it missed its beats, or never spoke and has a problem."""
        return self.state in _OLD or (self.state is Freshness.WAITING and self.problem is not None)

    @property
    def health(self) -> Health:
        if self.problem is not None and not self.retry and (self.rate > 0 or self.state is Freshness.LIVE):
            return Health.AILING  # messages come, what they say can not be used: that is no broken line
        if self.state is Freshness.WAITING:
            return Health.WAITING if self.problem is None else Health.DEAD
        if self.state is not Freshness.LIVE:
            return _OF[self.state]
        ailing = self.problem is not None or self.slow or abs(self.skew) > SKEWED
        return Health.AILING if ailing else Health.LIVE


_NUMBERS = tuple(c.name for c in FEEDS.columns if c.dtype != TEXT)
_TEXTS = tuple(c.name for c in FEEDS.columns if c.dtype == TEXT and c.name != "key")
_FRESH = (Freshness.WAITING, Freshness.LIVE, Freshness.STALE, Freshness.DEAD)


class _Known:
    """The states of a table of feeds, made anew where a row changed only: eight hundred of them change many times a
    second, a few at a time, and every panel asks for all."""

    def __init__(self) -> None:
        self.states: list[FeedState] = []
        self._pack: Pack | None = None
        self._at = (-1, -1)
        self._numbers: dict[str, npt.NDArray[Any]] = {}
        self._texts: dict[str, list[str]] = {}
        self._place: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._told = -1

    def look(self, table: LiveTable, pack: Pack, now: int) -> None:
        """Bring `states` up to the table and the time of now (wall clock, UTC us)."""
        at = (table.moves, table.version)
        if pack is not self._pack or at[0] != self._at[0] or len(self._place) != len(table):
            self._begin(table, pack, now)
        elif at != self._at:
            changed = self._take(table)
            for i in np.flatnonzero(changed):
                self.states[self._place[i]] = _state(pack, self._texts["feed"][i], table.row(int(i)), now)
        elif now == self._told:
            return
        self._at, self._told = at, now
        self._age(now)

    def _begin(self, table: LiveTable, pack: Pack, now: int) -> None:
        self._pack = pack
        self._take(table)
        rows = {feed: i for i, feed in enumerate(self._texts["feed"])}
        ids = list(dict.fromkeys([feed.id for feed in pack.feeds] + sorted(rows)))
        self.states = [_state(pack, id, table.row(rows[id]) if id in rows else {}, now) for id in ids]
        places = {id: n for n, id in enumerate(ids)}
        self._place = np.array([places[feed] for feed in self._texts["feed"]], np.int64)

    def _take(self, table: LiveTable) -> npt.NDArray[np.bool_]:
        """Keep the columns of now; which rows are another than before."""
        numbers = {name: table.numbers(name).copy() for name in _NUMBERS}
        words = {name: list(table.text(name)) for name in _TEXTS}
        changed = np.zeros(len(table), np.bool_)
        for name, now in numbers.items():
            before = self._numbers.get(name)
            if before is not None and len(before) == len(now):
                changed |= before != now
        for name, said in words.items():
            if said != self._texts.get(name):
                old = self._texts.get(name, [])
                changed |= np.array([a != b for a, b in zip_longest(said, old)][: len(said)], np.bool_)
        self._numbers, self._texts = numbers, words
        return changed

    def _age(self, now: int) -> None:
        """Feeds grow old with nobody saying so."""
        received, beat = self._numbers["received"], self._numbers["beat"]
        missed = (now - received) / np.maximum(beat, 1)
        fresh = np.where(received <= 0, 0, np.where(missed <= STALE_BEATS, 1, np.where(missed <= DEAD_BEATS, 2, 3)))
        for place, code in zip(self._place.tolist(), fresh.tolist(), strict=True):
            state = self.states[place]
            if state.state is not _FRESH[code]:
                self.states[place] = replace(state, state=_FRESH[code])


_kept: WeakKeyDictionary[LiveTable, _Known] = WeakKeyDictionary()


def feed_states(ctx: PanelContext) -> list[FeedState]:
    """Every feed of the pack in its order, then what else the hub runs; one that the hub has not told of is waiting."""
    table = ctx.picture["feed"]
    known = _kept.get(table)
    if known is None:
        known = _kept[table] = _Known()
    known.look(table, ctx.pack, ctx.clock.wall())
    return list(known.states)


def _state(pack: Pack, id: str, row: dict[str, Any], now: int) -> FeedState:
    spec = pack.feed(id)
    received, beat = int(row.get("received", 0)), int(row.get("beat", 0))
    problem = str(row.get("problem", ""))
    return FeedState(
        id=id,
        name=spec.name if spec else _name(str(row.get("name", "")), id),
        state=freshness(received, beat, now) if row else Freshness.WAITING,
        received=received,
        beat=beat or round((spec.beat if spec else 1) * 1_000_000),
        lag=int(row.get("lag", 0)),
        retry=int(row.get("retry", 0)),
        good=int(row.get("good", 0)),
        bad=int(row.get("bad", 0)),
        problem=Message(problem, {"detail": row.get("detail", "")}) if problem else None,
        source=str(row.get("source") or (spec.source if spec else "")),
        format=str(row.get("format") or (spec.format if spec else "")),
        system=str(row.get("system") or (spec.system if spec else "")),
        topic=str(row.get("topic") or (spec.topic if spec else "")),
        rate=float(row.get("rate", 0)),
        expected=float(row.get("expected", 0)),
        bytes=float(row.get("bytes", 0)),
        **{name: int(row.get(name, 0)) for name in _COUNTS},
    )


_COUNTS = ("skew", "doubled", "disordered", "dropped", "unknown", "waiting")


def _name(told: str, id: str) -> dict[str, str] | str:
    """A name as the hub tells it: a `{zh, en}` text as JSON, or plain words."""
    if told.startswith("{"):
        try:
            found = json.loads(told)
        except ValueError:
            return told
        if isinstance(found, dict) and isinstance(found.get("zh"), str):
            return {str(key): str(value) for key, value in found.items()}
    return told or id


def topic_state(ctx: PanelContext, topic: str) -> FeedState | None:
    """The freshest feed that fills a table; None where there is none."""
    states = [state for state in feed_states(ctx) if state.topic == topic]
    return _freshest(states)


def _freshest(states: Iterable[FeedState]) -> FeedState | None:
    return min(states, key=lambda s: (_ORDER.index(s.state), -s.received), default=None)


def has_data(ctx: PanelContext, topic: str) -> bool:
    """Whether a table has rows, or its source said that there are none: else a count of zero would be a lie."""
    if len(ctx.picture[topic]):
        return True
    state = topic_state(ctx, topic)
    return state is not None and state.state is not Freshness.WAITING


def cut_off(ctx: PanelContext, topic: str) -> tuple[Message, tuple[Message, ...]] | None:
    """That nobody knows what came since the last feed of a table stopped: title and lines; None while one lives.

    Where a table is empty then, or nothing of today in it, that is no zero.
    """
    state = topic_state(ctx, topic)
    if state is None or state.state not in _OLD:
        return None
    title = Message("kit.feed_stopped", {"feed": state.name, "span": span(ctx.clock.wall() - state.received)})
    lines = (Message("kit.since_unknown"),)
    return title, lines if state.problem is None else (*lines, state.problem)


class TopicAge(NamedTuple):
    """How old the data of a table is.

    Attributes:
        words: its age, None where no feed brings it. old: some of it is old (stale or dead).
        short: what of the words counts most, where there is no room for all; None they are as short as can be.
    """

    words: Message | None
    old: bool
    short: Message | None = None


def topic_age(ctx: PanelContext, topic: str) -> TopicAge:
    """The age of a table's data: that of the freshest feed.

    Feeds of one table bring parts of it (12345, 城管, 110): where others of them stopped, how many did stands with it.
    """
    states = [state for state in feed_states(ctx) if state.topic == topic]
    freshest = _freshest(states)
    if freshest is None:
        return TopicAge(None, False)
    said, old = freshest.age(ctx.clock.wall()), freshest.state in _OLD
    stopped = sum(one.stopped for one in states)
    if old or not stopped:
        return TopicAge(said, old)
    some = Message("kit.some_stopped", {"n": stopped})
    return TopicAge(Message("kit.age_some_stopped", {"age": said, "stopped": some}), True, some)
