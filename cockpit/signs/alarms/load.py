"""The load meter: how many alarms an operator has, when, and from which rules and things."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable
from typing import TypeVar

from cockpit.model.alarms import Load, Offender
from cockpit.model.clock import DAY, HOUR, MINUTE
from cockpit.model.tables import AlarmState
from cockpit.signs.alarms.chatter import Chatter
from cockpit.signs.alarms.life import OPEN, Alarm

TEN = 10 * MINUTE
FLOOD, FLOOD_OVER = 10, 5
"""Annunciated in ten minutes per operator: more than the first is a flood, it ends below the second."""
STALE = 24 * HOUR
WORST = 10
MOST = 100_000
"""Alarms of a day that are counted one by one."""

_M = TypeVar("_M")

Came = tuple[int, str, str, str]
"""(wall clock us, rule, subject, name)."""


class LoadMeter:
    """What was annunciated within the last day. By the machine's clock: people live by it.

    Attributes:
        flood: since when there is a flood, UTC us, 0 none.
    """

    def __init__(self, came: Iterable[Came] = ()) -> None:
        self.flood = 0
        self._came: deque[Came] = deque(maxlen=MOST)
        self._by_rule: Counter[str] = Counter()
        self._by_subject: Counter[tuple[str, str]] = Counter()
        for one in came:
            self.annunciated(*one)

    def annunciated(self, wall: int, rule: str, subject: str, name: str) -> None:
        if len(self._came) == MOST:
            self._forget()
        self._came.append((wall, rule, subject, name))
        self._by_rule[rule] += 1
        self._by_subject[rule, subject] += 1

    def load(self, wall: int, now: int, operators: int, alarms: Collection[Alarm], chatter: Chatter) -> Load:
        """How it is.

        Args:
            wall, now: the machine's clock and the city's.
            operators: seats that are there; at least one is counted.
        """
        while self._came and self._came[0][0] <= wall - DAY:
            self._forget()
        operators = max(operators, 1)
        ten = self._within(wall - TEN) / operators
        if ten > FLOOD:
            self.flood = self.flood or wall
        elif ten < FLOOD_OVER:
            self.flood = 0
        standing = {(a.rule, a.subject): a for a in alarms if a.active and a.state is not AlarmState.SUPPRESSED}
        stale = [alarm for alarm in standing.values() if now - alarm.raised > STALE and alarm.state in OPEN]
        return Load(
            ten_minutes=ten,
            operators=operators,
            flood=self.flood,
            hours=self._hours(wall),
            offenders=tuple(self._offenders(now, standing, stale, chatter)),
            today=len(self._came) / operators,
            unacknowledged=sum(a.state in (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED) for a in alarms),
            stale=len(stale),
        )

    def _within(self, since: int) -> int:
        n = 0
        for came in reversed(self._came):
            if came[0] <= since:
                break
            n += 1
        return n

    def _hours(self, wall: int) -> tuple[int, ...]:
        hours = [0] * 24
        for came in self._came:
            age = (wall - came[0]) // HOUR
            if 0 <= age < 24:
                hours[23 - age] += 1
        return tuple(hours)

    def _offenders(
        self, now: int, standing: dict[tuple[str, str], Alarm], stale: Collection[Alarm], chatter: Chatter
    ) -> list[Offender]:
        """Rules by how often they raised; the thing, where one alone makes more than half of it; what is stale."""
        total = max(len(self._came), 1)
        names = {(rule, subject): name for _, rule, subject, name in self._came}
        most: dict[str, tuple[str, int]] = {}
        for (rule, subject), times in self._by_subject.items():
            if times > most.get(rule, ("", 0))[1]:
                most[rule] = (subject, times)
        found: dict[tuple[str, str], Offender] = {}
        for rule, times in self._by_rule.most_common(WORST):
            subject, own = most[rule]
            if own * 2 <= times:
                found[rule, ""] = Offender(rule, "", times, times / total)
                continue
            alarm = standing.get((rule, subject))
            found[rule, subject] = Offender(
                rule, subject, own, own / total, (rule, subject) in chatter,
                now - alarm.raised if alarm in stale and alarm is not None else 0,
                chatter.delay((rule, subject)), names[rule, subject],
            )  # fmt: skip
        for alarm in stale:
            mark = (alarm.rule, alarm.subject)
            if mark not in found:
                times = self._by_subject[mark]
                found[mark] = Offender(
                    *mark, times, times / total, mark in chatter, now - alarm.raised, 0.0, alarm.name
                )
        return sorted(found.values(), key=lambda one: (-one.times, -one.standing))[:WORST]

    def _forget(self) -> None:
        _, rule, subject, _ = self._came.popleft()
        _less(self._by_rule, rule)
        _less(self._by_subject, (rule, subject))


def _less(counter: Counter[_M], mark: _M) -> None:
    counter[mark] -= 1
    if not counter[mark]:
        del counter[mark]
