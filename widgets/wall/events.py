"""事件: open events on a wall, the gravest first, of each level the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from cockpit.model.ages import span
from cockpit.model.messages import Message
from cockpit.model.tables import EventState
from widgets.bars.figures import figures, loop_figures
from widgets.kit.discreet import visitor
from widgets.kit.feedstate import cut_off, has_data, topic_state
from widgets.lists.areas import AreaTree
from widgets.lists.words import EventWords
from widgets.wall.kit import PanelState
from widgets.wall.rows import ListPanel, Row
from widgets.wall.wanted import among

MOST = 120
"""Rows that are made: no wall shows more in type that can be read."""


class WallEvents(ListPanel):
    """Options: `levels` that are listed (1–5, none: all), `kinds` (codes; `E05*` a group), `channels` (ids), `since`
    and `until` (UTC us, 0 none). Visitors are not told where they are."""

    panel_id: ClassVar[str] = "wallevents"
    title_id: ClassVar[str] = "walllist.events"
    age_topic: ClassVar[str] = "event"
    topics: ClassVar[frozenset[str]] = frozenset({"event", "area", "case", "feed"})
    narrowed: ClassVar[frozenset[str]] = frozenset({"area", "about", "time"})
    options: ClassVar[Mapping[str, Any]] = {"levels": [], "kinds": [], "channels": [], "since": 0, "until": 0}

    def begin(self) -> None:
        super().begin()
        self._tree = AreaTree(self.ctx.picture["area"])

    def read(self) -> Sequence[Row]:
        ctx = self.ctx
        if not has_data(ctx, "event"):
            self.set_facts(None)
            self.say_missing()
            return ()
        keys = self.wanted()
        self._say_facts(len(keys))
        cut = cut_off(ctx, "event")
        if cut is not None and not (keys and figures(ctx.picture, ctx.clock.now()).today):
            self.set_facts(None)  # nought of today is not known
        if cut is not None and not keys:
            self.show_state(PanelState.DEAD, *cut)
            return ()
        if not keys:
            self.show_state(PanelState.EMPTY, Message("walllist.no_events"))
            return ()
        self.show_content()
        words, now = EventWords(ctx.t, ctx.pack, self._tree), ctx.clock.now()
        return [self._row(words, ctx.picture["event"].row(i), now) for i in keys[:MOST]] + [Row("")] * (
            len(keys) - len(keys[:MOST])
        )

    def _row(self, words: EventWords, row: Mapping[str, Any], now: int) -> Row:
        street = "" if visitor(self.ctx) else self._tree.street(row["area"])
        return Row(
            title=words.title(row["kind"], float(row["amount"])),
            right=self.ctx.t(span(now - int(row["occurred"]))),
            beside=street.removesuffix("街道") if len(street) > 3 else street,
            level=int(row["level"]),
            pattern=self.ctx.pack.kind(row["kind"]).pattern,
        )

    def wanted(self) -> list[int]:
        """Rows of the table that are listed, in order."""
        table = self.ctx.picture["event"]
        here = table.numbers("state") == EventState.OPEN
        level = table.numbers("level").astype(np.int64)
        here = here & self.taken_in().rows(table)
        if self.area != self.ctx.pack.code:
            inside = self._tree.inside(self.area)
            here = here & among(table, "area", sorted(inside))
        rows = np.flatnonzero(here)
        order = np.lexsort((-table.numbers("occurred")[rows], np.where(level[rows] == 0, 9, level[rows])))
        found: list[int] = rows[order].tolist()
        return found

    def say_missing(self) -> None:
        """There are no events at all: they were not told yet, or their source is cut off."""
        state = topic_state(self.ctx, "event")
        if state is not None and state.problem is not None:
            self.show_state(PanelState.DEAD, Message("wallkit.events_dead"), (state.problem,))
        else:
            self.show_state(PanelState.WAITING, Message("wallkit.events_waiting"))

    def _say_facts(self, listed: int) -> None:
        """What came today in the whole city; of a list of less than that how long it is."""
        ctx = self.ctx
        if self.partial():
            self.set_facts(Message("wallkit.total", {"n": f"{listed:,}"}))
            return
        now = ctx.clock.now()
        today = f"{figures(ctx.picture, now).today:,}"
        if ctx.cases.known:
            closed = f"{loop_figures(ctx.cases, now).closed:,}"
            self.set_facts(Message("walllist.today_closed", {"n": today, "closed": closed}))
        else:
            self.set_facts(Message("walllist.today", {"n": today}))


PANELS = {"wallevents": WallEvents}
