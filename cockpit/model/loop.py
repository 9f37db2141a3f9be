"""The closed loop 闭环 as a pack sets it: which stages, who may do what, and by when. Pure data."""

from __future__ import annotations

import msgspec

from cockpit.model.clock import DAY, SECOND
from cockpit.model.rights import NONE, Rights
from cockpit.model.worktime import Calendar, Due, Span

Text = dict[str, str]
ByLevel = tuple[Span, Span, Span, Span, Span]
"""A clock for each of the levels Ⅰ–Ⅳ and 未定级."""


class StageRule(msgspec.Struct, frozen=True):
    """One stage of the loop.

    Attributes:
        id: one of `STAGES`.
        name: what it is called here.
        clock: how long a case may stay there, by level; None as long as it takes (or as its orders say).
    """

    id: str
    name: Text
    clock: ByLevel | None = None


class KindClock(msgspec.Struct, frozen=True):
    """Clocks of one class of events.

    Attributes:
        spans: one for each condition (立案条件) of the class, in the table's order; the first is the usual one.
        basis, source: how well it is founded (`cockpit.model.city.BASES`) and where it was read.
    """

    spans: tuple[Span, ...]
    basis: str
    source: str


class ClimbStep(msgspec.Struct, frozen=True):
    """What is done about an order that no device has acknowledged for `after` us: `page`, `sms`, `call`, `leader`."""

    after: int
    by: str


class Climb(msgspec.Struct, frozen=True):
    """How such an order climbs.

    Attributes:
        steps: in the order of time; none: it does not.
        ring: how long the telephone rings, us of the machine.
    """

    steps: tuple[ClimbStep, ...] = ()
    ring: int = 40 * SECOND


class Keep(msgspec.Struct, frozen=True):
    """How long is kept what is not in the ledger, us of the city's clock.

    Attributes:
        records, recordings: of calls; letters: with their voices.
        reports: a report of a worker for which nobody opened a case; it is closed then.
    """

    records: int = 180 * DAY
    recordings: int = 180 * DAY
    letters: int = 180 * DAY
    reports: int = 7 * DAY


class LoopRules(msgspec.Struct, frozen=True):
    """How cases run in a city.

    Attributes:
        stages: those used, in order.
        rights: by role.
        arrive, finish: how long a unit has to arrive and to finish, by level; from the hub's acceptance.
        kinds: clocks of classes, by code; they go before `finish`.
        ready: how long a case may stay open once all is verified, by level.
        bound: kinds of units that work in their own district only.
        reopen: how long a closing can be taken back, us; at most a day.
        calendar: working time.
        basis, source: of the clocks of stages and levels.
        climb: what happens to an order that is not delivered; keep: how long calls and letters are kept.
    """

    stages: tuple[StageRule, ...]
    rights: dict[str, Rights]
    arrive: ByLevel
    finish: ByLevel
    kinds: dict[str, KindClock]
    ready: ByLevel
    calendar: Calendar
    bound: frozenset[str] = frozenset()
    reopen: int = DAY
    basis: str = "O"
    source: str = ""
    climb: Climb = Climb()
    keep: Keep = Keep()

    def stage(self, ident: str) -> StageRule | None:
        return next((stage for stage in self.stages if stage.id == ident), None)

    def uses(self, stage: str) -> bool:
        return self.stage(stage) is not None

    def label(self, stage: str) -> Text:
        """What a stage is called; of one that this loop does not use, its id."""
        found = self.stage(stage)
        return found.name if found else {"zh": stage}

    def of_role(self, role: str) -> Rights:
        return self.rights.get(role, NONE)

    def stage_due(self, stage: str, level: int, now: int) -> int:
        """When a case that comes to `stage` now is overdue there, UTC us; 0 never."""
        found = self.stage(stage)
        return self.calendar.after(now, _of(found.clock, level)).at if found and found.clock else 0

    def ready_due(self, level: int, now: int) -> int:
        """When a case whose orders are all verified now is overdue for closing, UTC us."""
        return self.calendar.after(now, _of(self.ready, level)).at

    def arrive_span(self, level: int) -> Span:
        return _of(self.arrive, level)

    def finish_spans(self, kind: str, level: int) -> tuple[Span, ...]:
        """Clocks to choose from, the usual one first: those of the class, else that of the level."""
        clock = self.kinds.get(kind)
        return clock.spans if clock else (_of(self.finish, level),)

    def arrive_by(self, level: int, now: int) -> Due:
        """When a unit ordered now is to arrive."""
        return self.calendar.after(now, self.arrive_span(level))

    def finish_by(self, kind: str, level: int, now: int) -> Due:
        """When a unit ordered now is to have finished, by the usual clock; never before it is to arrive."""
        due = self.calendar.after(now, self.finish_spans(kind, level)[0])
        arrive = self.arrive_by(level, now)
        return due if due.at >= arrive.at else arrive


_QUARTER = Span(15, "min")
_ANY = (_QUARTER,) * 5
BARE = LoopRules((), {}, _ANY, _ANY, {}, _ANY, Calendar())
"""No loop at all: no role may do anything."""


def _of(clock: ByLevel, level: int) -> Span:
    return clock[min(max(level, 1), len(clock)) - 1]
