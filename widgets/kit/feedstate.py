"""How the feeds are: from the table `feed` of the picture, in the machine's own clock, since beats are transport."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from cockpit.model.ages import data_age
from cockpit.model.freshness import Freshness, freshness
from cockpit.model.messages import Message
from cockpit.picture import LiveTable

if TYPE_CHECKING:
    from widgets.kit.context import PanelContext

_ORDER = (Freshness.LIVE, Freshness.STALE, Freshness.DEAD, Freshness.WAITING)


@dataclass(frozen=True)
class FeedState:
    """One feed now.

    Attributes:
        id: of the pack's feed.
        name: in the pack's own words, `{zh, en}` or plain.
        state: by its beat.
        received, beat, lag, retry: microseconds as in the table.
        good, bad: messages since the hub's start.
        problem: what is wrong, in a sentence, or None.
        source, format: how it comes in.
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

    def age(self, now_us: int) -> Message:
        """Its age in words."""
        return data_age(self.received, self.beat, now_us)


_kept: WeakKeyDictionary[LiveTable, tuple[int, dict[str, dict[str, Any]]]] = WeakKeyDictionary()


def _rows(table: LiveTable) -> dict[str, dict[str, Any]]:
    """The rows by feed; every panel asks for them, many times a second."""
    kept = _kept.get(table)
    if kept is None or kept[0] != table.version:
        rows = {str(row["feed"]): row for row in (table.row(i) for i in range(len(table)))}
        kept = _kept[table] = (table.version, rows)
    return kept[1]


def feed_states(ctx: PanelContext) -> list[FeedState]:
    """Every feed of the pack in its order, then what else the hub runs; one that the hub has not told of is waiting."""
    rows = _rows(ctx.picture["feed"])
    now = ctx.clock.wall()
    states = []
    for id in dict.fromkeys([feed.id for feed in ctx.pack.feeds] + sorted(rows)):
        spec = ctx.pack.feed(id)
        row = rows.get(id, {})
        received, beat = int(row.get("received", 0)), int(row.get("beat", 0))
        problem = str(row.get("problem", ""))
        states.append(
            FeedState(
                id=id,
                name=spec.name if spec else str(row.get("name") or id),
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
            )
        )
    return states


def topic_state(ctx: PanelContext, topic: str) -> FeedState | None:
    """The freshest feed that fills a table; None where the pack has none."""
    ids = {feed.id for feed in ctx.pack.feeds if feed.topic == topic}
    states = [state for state in feed_states(ctx) if state.id in ids]
    return min(states, key=lambda s: (_ORDER.index(s.state), -s.received), default=None)


def has_data(ctx: PanelContext, topic: str) -> bool:
    """Whether a table has rows, or its source said that there are none: else a count of zero would be a lie."""
    if len(ctx.picture[topic]):
        return True
    state = topic_state(ctx, topic)
    return state is not None and state.state is not Freshness.WAITING


def topic_age(ctx: PanelContext, topic: str) -> tuple[Message | None, bool]:
    """The age of a table's data in words, and whether it is old (stale or dead)."""
    state = topic_state(ctx, topic)
    if state is None:
        return None, False
    return state.age(ctx.clock.wall()), state.state in (Freshness.STALE, Freshness.DEAD)
