"""预警: what an authority warns of, with who says so, where and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cockpit.model.ages import age, moment
from cockpit.model.headline import headline_words
from cockpit.model.messages import Message
from widgets.kit.feedstate import cut_off, has_data, topic_state
from widgets.lists.words import joined
from widgets.wall.kit import PanelState
from widgets.wall.rows import ListPanel, Row


class WallAlerts(ListPanel):
    """Options: `levels` that are listed (1–4, none: all)."""

    panel_id: ClassVar[str] = "wallalerts"
    title_id: ClassVar[str] = "walllist.alerts"
    age_topic: ClassVar[str] = "alert"
    topics: ClassVar[frozenset[str]] = frozenset({"alert", "feed"})
    options: ClassVar[Mapping[str, Any]] = {"levels": []}
    ample: ClassVar[tuple[float, float]] = (24, 9)

    def read(self) -> Sequence[Row]:
        ctx = self.ctx
        table, now = ctx.picture["alert"], ctx.clock.now()
        if not has_data(ctx, "alert"):
            state = topic_state(ctx, "alert")
            if state is not None and state.problem is not None:
                self.show_state(PanelState.DEAD, Message("walllist.alerts_dead"), (state.problem,))
            else:
                self.show_state(PanelState.WAITING, Message("walllist.alerts_waiting"))
            return ()
        levels = [int(one) for one in self.chosen["levels"] if str(one).isdigit()]
        rows = [table.row(i) for i in range(len(table))]
        rows = [row for row in rows if row["effective"] <= now and not 0 < row["expires"] <= now]
        rows = [row for row in rows if not levels or int(row["level"]) in levels]
        if not rows and (cut := cut_off(ctx, "alert")) is not None:
            self.show_state(PanelState.DEAD, *cut)
            return ()
        if not rows:
            self.show_state(PanelState.EMPTY, Message("walllist.no_alerts"), (Message("walllist.no_alerts_why"),))
            return ()
        self.show_content()
        rows.sort(key=lambda row: (int(row["level"]) or 9, -int(row["sent"])))
        return [self._row(row, now) for row in rows]

    def _row(self, row: Mapping[str, Any], now: int) -> Row:
        t = self.ctx.t
        until = t("map.alert_until", time=moment(int(row["expires"]), now)) if row["expires"] else ""
        return Row(
            title=headline_words(str(row["title"]), t),
            right=until,
            under=joined(str(row["area_name"]), str(row["sender"]), t(age(int(row["sent"]), now))),
            level=int(row["level"]) or 5,
            ink="t1",
            tint=True,
        )


PANELS = {"wallalerts": WallAlerts}
