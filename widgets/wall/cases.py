"""案件: open cases on a wall, what is due first, with their stage and what is left of its limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cockpit.model.ages import age
from cockpit.model.cases import Case
from cockpit.model.messages import Message
from widgets.bars.figures import loop_figures
from widgets.kit.discreet import unit_name, visitor
from widgets.kit.loopwords import left_of, number_of, stage_of
from widgets.lists.areas import AreaTree
from widgets.lists.words import EventWords, joined
from widgets.wall.kit import PanelState
from widgets.wall.rows import ListPanel, Row
from widgets.wall.wanted import Wanted

MOST = 120
SHOWS = ("all", "overdue", "grave")


class WallCases(ListPanel):
    """Options: `shows`: `all`, `overdue`, or `grave` (Ⅰ and Ⅱ); `kinds` (codes; `E05*` a group), `channels` (ids),
    `levels`, `since` and `until` it was opened (UTC us, 0 none).

    Visitors are told neither the number nor the place nor who is at it.
    """

    panel_id: ClassVar[str] = "wallcases"
    title_id: ClassVar[str] = "walllist.cases"
    topics: ClassVar[frozenset[str]] = frozenset({"case", "event", "area", "unit"})
    narrowed: ClassVar[frozenset[str]] = frozenset({"area", "about", "time"})
    options: ClassVar[Mapping[str, Any]] = {
        "shows": "all", "kinds": [], "channels": [], "levels": [], "since": 0, "until": 0,
    }  # fmt: skip

    def begin(self) -> None:
        super().begin()
        self._tree = AreaTree(self.ctx.picture["area"])

    def read(self) -> Sequence[Row]:
        ctx = self.ctx
        if not ctx.cases.known:
            self.show_state(PanelState.WAITING, Message("wallkit.cases_waiting"))
            return ()
        if self.chosen["shows"] not in SHOWS:
            wrong = {"name": "shows", "word": str(self.chosen["shows"]), "words": ", ".join(SHOWS)}
            self.show_state(PanelState.EMPTY, Message("wallkit.wrong_word", wrong))
            return ()
        now = ctx.clock.now()
        which = self.taken_in()
        found = [case for case in ctx.cases.all_open() if self._wanted(case, which, now)]
        self._say_facts(len(found), now)
        newest = max((case.stage_at for case in found), default=0)
        self.set_age(Message("wallkit.last_change", {"age": age(newest, now)}) if newest else None)
        if not found:
            self.show_state(PanelState.EMPTY, Message("walllist.no_cases"))
            return ()
        self.show_content()
        words = EventWords(ctx.t, ctx.pack, self._tree)
        rows = [self._row(words, case, now) for case in found[:MOST]]
        return rows + [Row("")] * (len(found) - len(rows))

    def _say_facts(self, listed: int, now: int) -> None:
        """What is open in the whole city; of a list of less than that how long it is."""
        if self.partial():
            self.set_facts(Message("wallkit.total", {"n": f"{listed:,}"}))
            return
        told = loop_figures(self.ctx.cases, now)
        self.set_facts(Message("walllist.open_overdue", {"n": f"{told.open:,}", "over": f"{told.overdue:,}"}))

    def _wanted(self, case: Case, which: Wanted, now: int) -> bool:
        facts, shows = case.facts, self.chosen["shows"]
        if shows == "overdue" and not 0 < case.due < now:
            return False
        if shows == "grave" and facts.level not in (1, 2):
            return False
        if not which.takes(facts.kind, facts.channel, facts.level, case.opened):
            return False
        return self.area == self.ctx.pack.code or facts.area in self._tree.inside(self.area)

    def _row(self, words: EventWords, case: Case, now: int) -> Row:
        t, facts = self.ctx.t, case.facts
        left = left_of(case.due, case.stage_at, now)
        return Row(
            title=words.title(facts.kind, float("nan")),
            right=t(left.words) if left is not None else "",
            ink=left.token if left is not None else "t2",
            beside=t(stage_of(case).words),
            under="" if visitor(self.ctx) else self._under(case),
            level=facts.level,
            pattern=self.ctx.pack.kind(facts.kind).pattern,
        )

    def _under(self, case: Case) -> str:
        """Its number, where it is, and who is at it, each name once."""
        number = number_of(case)
        names = dict.fromkeys(unit_name(self.ctx, order.unit) for order in case.at_work())
        said = number if isinstance(number, str) else self.ctx.t(number)
        return joined(said, self._tree.street(case.facts.area), *names)


PANELS = {"wallcases": WallCases}
