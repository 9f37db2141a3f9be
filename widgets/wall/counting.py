"""Events and cases counted: by area, kind, channel, level, stage. What rankings, rings and flows on a wall show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cockpit.model import ages
from cockpit.model.cases import Case
from cockpit.model.clock import midnight
from cockpit.model.freshness import Freshness
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.tables import EventState
from widgets.kit.feedstate import cut_off, has_data, topic_age, topic_state
from widgets.lists.areas import DISTRICT, STREET, AreaTree
from widgets.lists.words import EventWords
from widgets.wall.kit import PanelState, WallPanel
from widgets.wall.wanted import Wanted

OF = ("events", "today", "cases")
"""Open events; all events of today; open cases."""
BY = ("area", "district", "kind", "group", "channel", "level", "stage")


@dataclass(frozen=True)
class Count:
    """How many of one sort: `key` is what sorts, `name` as printed; level 1 to 5 where it sorts by level, else 0."""

    key: str
    name: str
    n: int
    level: int = 0


@dataclass(frozen=True)
class Sorted:
    """Things by columns: a word each, all of one length."""

    area: Sequence[str]
    kind: Sequence[str]
    channel: Sequence[str]
    level: Sequence[int]
    stage: Sequence[str]

    def __len__(self) -> int:
        return len(self.area)


def taken(case: Case, which: Wanted) -> bool:
    """Whether a case is of what is wanted."""
    return which.takes(case.facts.kind, case.facts.channel, case.facts.level, case.opened)


class CountPanel(WallPanel):
    """A panel that counts events or cases.

    Attributes:
        of: what is counted, of `OF`.
    """

    topics: ClassVar[frozenset[str]] = frozenset({"event", "area", "case"})
    calm: ClassVar[float] = 0.9
    options: ClassVar[Mapping[str, Any]] = {"of": "events", "by": "area"}

    def narrowing(self) -> frozenset[str]:
        """What is counted of today has a period of its own; a sign is of an area alone."""
        if self.chosen.get("sign"):
            return frozenset({"area"})
        return frozenset({"area", "about"} if self.of == "today" else {"area", "about", "time"})

    def begin(self) -> None:
        self.areas = AreaTree(self.ctx.picture["area"])
        self._places: dict[tuple[str, int], str] = {}
        self._places_of = -1

    @property
    def of(self) -> str:
        return str(self.chosen["of"])

    def count(self) -> None:
        """There is something to count: do it."""

    def look(self) -> None:
        wrong = self._unknown()
        if wrong is not None:
            self.show_state(PanelState.EMPTY, wrong)
            return
        if self.of == "cases":
            if not self.ctx.cases.known:
                self.show_state(PanelState.WAITING, Message("wallkit.cases_waiting"))
                return
        elif not has_data(self.ctx, "event"):
            self._no_events()
            return
        self.show_content()
        self.count()
        self._say_age()

    def _no_events(self) -> None:
        state = topic_state(self.ctx, "event")
        if state is not None and state.problem is not None:
            self.show_state(PanelState.DEAD, Message("wallkit.events_dead"), (state.problem,))
        else:
            self.show_state(PanelState.WAITING, Message("wallkit.events_waiting"))

    def say_none(self) -> None:
        """Nothing is counted: there is none, or where its source stopped nobody knows."""
        cut = cut_off(self.ctx, "event") if self.of != "cases" else None
        if cut is None:
            self.show_state(PanelState.EMPTY, Message(f"wallkit.none_{self.of}"))
        else:
            self.set_facts(None)
            self.show_state(PanelState.DEAD, *cut)

    def _unknown(self) -> Message | None:
        """What is wrong with the words of its options, in a sentence."""
        for name, known in (("of", OF), ("by", BY)):
            given = self.chosen.get(name)
            if given is not None and given not in known:
                return Message("wallkit.wrong_word", {"name": name, "word": str(given), "words": ", ".join(known)})
        return None

    def age_tick(self) -> None:
        super().age_tick()
        if not self.failed:
            self._say_age()

    def _say_age(self) -> None:
        if self.of == "cases":
            newest = max((case.stage_at for case in self.ctx.cases.all_open()), default=0)
            if newest and self.state is None:
                said = ages.age(newest, self.ctx.clock.now())
                self.set_age(Message("wallkit.last_change", {"age": said}))
            else:
                self.set_age(None)
            return
        self.set_age(*topic_age(self.ctx, "event"))

    @property
    def old(self) -> bool:
        """Whether what is counted is old."""
        if self.of == "cases":
            return False
        state = topic_state(self.ctx, "event")
        return state is not None and state.state in (Freshness.STALE, Freshness.DEAD)

    # -- counting

    def things(self, of: str = "", staged: bool = True) -> Sorted:
        """What is counted, within the panel's area; the stages of events, which are slow to find, if `staged`."""
        of = of or self.of
        which = self.taken_in(timed=of != "today")
        if of == "cases":
            open_ = [one for one in self.ctx.cases.all_open() if taken(one, which)]
            facts = [case.facts for case in open_]
            inside = self._inside([one.area for one in facts])
            kept = [case for case, good in zip(open_, inside, strict=True) if good]
            return Sorted(
                [case.facts.area for case in kept],
                [case.facts.kind for case in kept],
                [case.facts.channel for case in kept],
                [case.facts.level for case in kept],
                [case.stage for case in kept],
            )
        table = self.ctx.picture["event"]
        state, occurred = table.numbers("state"), table.numbers("occurred")
        good = occurred >= midnight(self.ctx.clock.now()) if of == "today" else state == EventState.OPEN
        rows = np.flatnonzero(good & which.rows(table) & self._inside_rows())
        words = {name: self._words(name, rows) for name in ("area", "kind", "channel")}
        stages: list[str] = []
        if staged:
            stages = [self.stage_of(table.key_at(row), int(state[row])) for row in rows.tolist()]
        levels = table.numbers("level")[rows].astype(int).tolist()
        return Sorted(words["area"], words["kind"], words["channel"], levels, stages)

    def stage_of(self, key: str, state: int) -> str:
        """The stage of the case about an event; `none` where there is no case, `closed` for what is closed."""
        case = self.ctx.cases.of_event(key)
        if case is not None:
            return case.stage
        return "closed" if state == EventState.CLOSED else "none"

    def _words(self, name: str, rows: NDArray[np.int64]) -> list[str]:
        codes, values = self.ctx.picture["event"].codes(name)
        return [values[code] for code in codes[rows].tolist()]

    def _inside(self, codes: Sequence[str]) -> list[bool]:
        if self.area == self.ctx.pack.code:
            return [True] * len(codes)
        within = self.areas.inside(self.area)
        return [code in within for code in codes]

    def _inside_rows(self) -> NDArray[np.bool_]:
        table = self.ctx.picture["event"]
        if self.area == self.ctx.pack.code:
            return np.ones(len(table), dtype=np.bool_)
        codes, values = table.codes("area")
        return np.array(self._inside(values), dtype=np.bool_)[codes] if values else np.zeros(len(table), dtype=np.bool_)

    def keys_by(self, things: Sorted, by: str) -> list[str]:
        """By what each thing is sorted."""
        match by:
            case "area" | "district":
                tier = DISTRICT if by == "district" else STREET
                return [self._place(code, tier) for code in things.area]
            case "kind":
                return list(things.kind)
            case "group":
                return [self.ctx.pack.kind(code).group_code for code in things.kind]
            case "channel":
                return list(things.channel)
            case "stage":
                return list(things.stage)
            case _:
                return [str(Level(one) if 1 <= one <= 5 else Level.UNKNOWN) for one in things.level]

    def _place(self, code: str, tier: int) -> str:
        """The area of a tier around a smaller one; the smallest known above it where there is none."""
        version = self.ctx.picture["area"].version
        if version != self._places_of:
            self._places, self._places_of = {}, version
        found = self._places.get((code, tier))
        if found is None:
            path = self.areas.path(code)
            found = next((one.code for one in path if one.tier == tier), path[-1].code if path else "")
            self._places[(code, tier)] = found
        return found

    def named(self, key: str, by: str) -> str:
        """What is printed for a key."""
        t, pack = self.ctx.t, self.ctx.pack
        match by:
            case "area" | "district":
                area = self.areas.get(key)
                name = area.name if area is not None else ""
                short = name.removesuffix("街道") if len(name) > 3 else name
                return short or t("wallkit.no_area")
            case "kind":
                return t.pack(pack.kind(key).name)
            case "group":
                return next((t.pack(kind.group) for kind in pack.kinds.values() if kind.group_code == key), key)
            case "channel":
                return EventWords(t, pack, self.areas).channel(key)
            case "stage":
                return t("wallkit.no_case") if key == "none" else t(f"cases.stage_{key}")
            case _:
                return t(f"lists.level_{key}")

    def counts(self, of: str = "", by: str = "") -> list[Count]:
        """Counted, the most first (levels: the gravest first, stages in their order)."""
        by = by or str(self.chosen["by"])
        found: dict[str, int] = {}
        for key in self.keys_by(self.things(of, by == "stage"), by):
            found[key] = found.get(key, 0) + 1
        order = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
        if by == "level":
            order = sorted(found.items())
        return [Count(key, self.named(key, by), n, int(key) if by == "level" else 0) for key, n in order]

    def of_words(self) -> str:
        """What is counted, in words."""
        return self.ctx.t(f"wallkit.of_{self.of}")
