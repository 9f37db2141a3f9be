"""数据源: how the interfaces that a wall lives from are, the worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cockpit.model.messages import Message
from widgets.feeds.marks import TOKENS
from widgets.kit.feedstate import FeedState, Health, feed_states
from widgets.lists.words import joined
from widgets.wall.kit import PanelState
from widgets.wall.rows import ListPanel, Row

MOST = 200
WORDS = {
    Health.DEAD: "feedboard.health_dead", Health.STALE: "feedboard.health_stale",
    Health.AILING: "feedboard.health_ailing", Health.WAITING: "feedboard.health_waiting",
    Health.LIVE: "feedboard.health_live",
}  # fmt: skip


class WallFeeds(ListPanel):
    """Options: `troubled`, whether only those are listed that are not as they should be; `topics` (tables of the
    picture), `systems` (ids)."""

    panel_id: ClassVar[str] = "wallfeeds"
    title_id: ClassVar[str] = "feedboard.title"
    topics: ClassVar[frozenset[str]] = frozenset({"feed"})
    options: ClassVar[Mapping[str, Any]] = {"troubled": False, "topics": [], "systems": []}

    def read(self) -> Sequence[Row]:
        chosen = self.chosen
        states = [
            state
            for state in feed_states(self.ctx)
            if (not chosen["topics"] or state.topic in chosen["topics"])
            and (not chosen["systems"] or state.system in chosen["systems"])
        ]
        if not states:
            self.set_facts(None)
            self.show_state(PanelState.EMPTY, Message("wallmore.no_feeds"))
            return ()
        self._say_facts(states)
        shown = [one for one in states if one.health is not Health.LIVE] if chosen["troubled"] else states
        if not shown:
            self.show_state(PanelState.EMPTY, Message("wallmore.all_well", {"n": len(states)}))
            return ()
        self.show_content()
        shown.sort(key=lambda one: one.health)
        return [self._row(one) for one in shown[:MOST]] + [Row("")] * max(len(shown) - MOST, 0)

    def _say_facts(self, states: Sequence[FeedState]) -> None:
        t, counted = self.ctx.t, []
        for health, words in WORDS.items():
            n = sum(state.health is health for state in states)
            if n:
                counted.append(f"{t(words)} {n}")
        self.set_facts(" · ".join(counted))

    def _row(self, state: FeedState) -> Row:
        t, health = self.ctx.t, state.health
        name = t.pack(state.name) if isinstance(state.name, dict) else state.name
        said = t(state.age(self.ctx.clock.wall())) if state.received else t("kit.age_never")
        if health is Health.LIVE:
            return Row(name, right=said, dot=TOKENS[health])
        why = t(state.problem) if state.problem is not None else ""
        return Row(name, right=t(WORDS[health]), ink=TOKENS[health], beside=said, under=joined(why), dot=TOKENS[health])


PANELS = {"wallfeeds": WallFeeds}
