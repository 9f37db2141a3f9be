"""All rules over the picture: what passes its bound for as long as it must raises, what is back for as long clears."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from cockpit.model.alarms import Rule
from cockpit.model.clock import SECOND
from cockpit.signs.rules.combine import Combination
from cockpit.signs.rules.hours import holds
from cockpit.signs.rules.look import GONE_ROW, Absence, Count, Geofence, Look, Looker, Subject, Threshold, World
from cockpit.signs.rules.rate import Rate
from cockpit.signs.rules.where import Index

log = logging.getLogger(__name__)

MOST = 1_000
"""Subjects that one rule follows at once; how many more pass its bound is counted."""


class Track(msgspec.Struct):
    """A subject that passes the bound of a rule, or did.

    Attributes:
        on, off: since when it has, or has not, passed it; UTC us, 0 not.
        standing: it was raised.
        subject: as it was when it was raised.
        ended: when it was last cleared, 0 never.
    """

    on: int = 0
    off: int = 0
    standing: bool = False
    subject: Subject = Subject()


class Turn(msgspec.Struct, frozen=True):
    """A rule raised or cleared.

    Attributes:
        rule: id; name: of the subject, see `Look.name`; subject: what it is about.
        raised: else cleared.
        at: UTC us of the city; value, limit: then; NaN where there is none.
    """

    rule: str
    name: str
    subject: Subject
    raised: bool
    at: int
    value: float
    limit: float


class Running:
    """One rule with what it follows."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.looker = looker(rule)
        self.tracks: dict[str, Track] = {}
        self.over = 0
        self._seen: tuple[object, ...] = ()

    @property
    def by_time(self) -> bool:
        """Whether time alone may raise or clear something."""
        rule = self.rule
        timed = rule.kind in ("absence", "rate", "combination")
        return timed or bool(rule.per or rule.hours.start or rule.hours.days)

    @property
    def pending(self) -> bool:
        """Whether a delay is running."""
        return any(not track.standing or track.off for track in self.tracks.values())

    def waits(self, world: World) -> bool:
        """Whether nothing can have changed since the last look."""
        rule = self.rule
        if self.by_time or self.pending:
            return False
        seen = (world.picture[rule.topic].version, world.areas.version if rule.kind == "count" else 0)
        same, self._seen = seen == self._seen, seen
        return same

    def step(self, world: World) -> list[Turn]:
        if not holds(self.rule.hours, world.now):
            return self._all_off(world.now)
        look = self.looker.look(world)
        names = list(self.tracks)
        where = look.find(names)
        turns = self._follow(look, names, where, world.now)
        turns += self._find_new(look, where, world.now)
        return turns

    def _follow(self, look: Look, names: Sequence[str], where: Index, now: int) -> list[Turn]:
        there = where >= 0
        at = np.where(there, where, 0)
        on, hold, unknown = np.zeros((3, len(names)), dtype=np.bool_)
        value = np.full(len(names), np.nan)
        if there.any():
            on[there], hold[there], unknown[there] = look.on[at[there]], look.hold[at[there]], look.unknown[at[there]]
            value[there] = look.value[at[there]]
        turns: list[Turn] = []
        for i, name in enumerate(names):
            turn = self._one(look, name, int(where[i]), bool(on[i]), bool(hold[i]), bool(unknown[i]), value[i], now)
            if turn is not None:
                turns.append(turn)
        return turns

    def _one(
        self, look: Look, name: str, i: int, on: bool, hold: bool, unknown: bool, value: float, now: int
    ) -> Turn | None:
        track, rule = self.tracks[name], self.rule
        if on or (hold and track.standing):
            track.off = 0
            if track.standing or now - track.on < rule.delay * SECOND:
                return None
            track.standing = True
            track.subject = look.subject(i)
            return Turn(rule.id, name, track.subject, True, now, float(value), limit(rule, float(value)))
        if not track.standing:
            del self.tracks[name]
            return None
        if unknown:
            return None
        track.off = track.off or now
        patience = max(rule.off_delay * SECOND, look.gone if i == GONE_ROW else 0)
        if now - track.off < patience:
            return None
        del self.tracks[name]
        return Turn(rule.id, name, track.subject, False, now, float(value), limit(rule, float(value)))

    def _find_new(self, look: Look, known: Index, now: int) -> list[Turn]:
        new = look.on.copy()
        new[known[known >= 0]] = False
        rows = np.flatnonzero(new)
        room = max(MOST - len(self.tracks), 0)
        self.over = max(len(rows) - room, 0)
        turns: list[Turn] = []
        for i in rows[:room].tolist():
            name = look.name(i)
            self.tracks[name] = Track(on=now)
            if not self.rule.delay:
                turn = self._one(look, name, i, True, False, False, float(look.value[i]), now)
                turns += [turn] if turn is not None else []
        return turns

    def _all_off(self, now: int) -> list[Turn]:
        """Outside its hours nothing stands."""
        self.over = 0
        tracks, self.tracks = self.tracks, {}
        return [
            Turn(self.rule.id, name, track.subject, False, now, float("nan"), float("nan"))
            for name, track in tracks.items()
            if track.standing
        ]


class Engine:
    """All rules.

    Attributes:
        world: what they look at.
        running: by id, combinations last.
        broken: ids of rules that ended in a bug of ours; the others go on, these when they are changed.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.running: dict[str, Running] = {}
        self.broken: set[str] = set()

    def set_rules(self, rules: Iterable[Rule]) -> list[str]:
        """Runs these, those that are enabled; one that stayed as it was goes on where it was, of one that changed what
        stands stays until it is seen to be back. Answers with the ids of those that run no longer."""
        before, self.running = self.running, {}
        enabled = [rule for rule in rules if rule.enabled]
        for rule in sorted(enabled, key=lambda rule: rule.kind == "combination"):
            was = before.pop(rule.id, None)
            if was is not None and was.rule == rule:
                self.running[rule.id] = was
                continue
            self.broken.discard(rule.id)
            made = self.running[rule.id] = Running(rule)
            if was is not None:
                made.tracks = {name: track for name, track in was.tracks.items() if track.standing}
        for made in self._combinations():
            looker = made.looker
            assert isinstance(looker, Combination)
            looker.parts = self.running
        self.broken &= self.running.keys()
        return list(before)

    def resume(self, rule: str, name: str, subject: Subject) -> bool:
        """Says what stood before a restart; False where that rule does not run."""
        running = self.running.get(rule)
        if running is None:
            return False
        running.tracks[name] = Track(on=1, standing=True, subject=subject)
        return True

    def over(self) -> Mapping[str, int]:
        """By rule how many more subjects pass its bound than are followed."""
        return {id: one.over for id, one in self.running.items() if one.over}

    def step(self, now: int, wall: int) -> list[Turn]:
        """What raised and what cleared since the last step; combinations see the others as they are after it."""
        self.world.now, self.world.wall = now, wall
        turns: list[Turn] = []
        for one in self._ordered():
            if one.rule.id not in self.broken and not one.waits(self.world):
                turns += self._step(one)
        return turns

    def _step(self, one: Running) -> list[Turn]:
        """One rule; a bug in it does not silence the others."""
        try:
            return one.step(self.world)
        except Exception:
            log.exception("rule %s broke", one.rule.id)
            self.broken.add(one.rule.id)
            return []

    def _combinations(self) -> list[Running]:
        return [one for one in self.running.values() if one.rule.kind == "combination"]

    def _ordered(self) -> list[Running]:
        """Combinations behind what they combine."""
        done: dict[str, Running] = {}
        waiting = list(self.running.values())
        while waiting:
            ready = [one for one in waiting if not (set(_parts(one.rule)) & {w.rule.id for w in waiting})]
            ready = ready or waiting[:1]  # rules are checked, so there is no ring of them
            done.update((one.rule.id, one) for one in ready)
            waiting = [one for one in waiting if one.rule.id not in done]
        return list(done.values())


def looker(rule: Rule) -> Looker:
    """What looks for a rule."""
    kinds: dict[str, type[Looker]] = {
        "threshold": Threshold,
        "rate": Rate,
        "absence": Absence,
        "count": Count,
        "combination": Combination,
        "geofence": Geofence,
    }
    return kinds[rule.kind](rule)  # type: ignore[call-arg]


def limit(rule: Rule, value: float) -> float:
    """The bound that a value is to be read against; NaN where a rule has none."""
    if rule.kind == "count":
        return float(rule.more_than)
    if rule.kind == "absence":
        return rule.silence / 60 or float("nan")
    if rule.above is not None and rule.below is not None:
        return rule.above if abs(value - rule.above) < abs(value - rule.below) else rule.below
    bound = rule.above if rule.above is not None else rule.below
    return float("nan") if bound is None else bound


def _parts(rule: Rule) -> tuple[str, ...]:
    return (*rule.all_of, *rule.any_of) if rule.kind == "combination" else ()
