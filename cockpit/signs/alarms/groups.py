"""What alarms have to do with one another: a storm that is one line with a count, and a parent that explains others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from cockpit.model.alarms import Rule
from cockpit.signs.alarms.life import OPEN, Alarm

FORMS, DISSOLVES = 5, 2
"""So many alarms of a group make a line of their own; with so few left it is none any more."""


class Floods:
    """Groups of alarms that stand in great number: those of a name that rules share, else of one rule."""

    def __init__(self) -> None:
        self._formed: set[str] = set()

    def resume(self, alarms: Iterable[Alarm]) -> None:
        """Groups as they were before a restart."""
        self._formed.update(alarm.flood for alarm in alarms if alarm.flood)

    def of(self, alarms: Iterable[Alarm], rules: Mapping[str, Rule]) -> dict[str, str]:
        """The group of each alarm by its key, "" none."""
        groups: dict[str, list[str]] = defaultdict(list)
        found: dict[str, str] = {}
        for alarm in alarms:
            found[alarm.key] = ""
            if alarm.state in OPEN:
                rule = rules.get(alarm.rule)
                groups[(rule.flood if rule else "") or alarm.rule].append(alarm.key)
        for name, keys in groups.items():
            if len(keys) >= FORMS:
                self._formed.add(name)
            elif len(keys) <= DISSOLVES:
                self._formed.discard(name)
            if name in self._formed:
                found.update(dict.fromkeys(keys, name))
        self._formed &= groups.keys()
        return found


def parents(
    alarms: Iterable[Alarm],
    rules: Mapping[str, Rule],
    area_at: Callable[[str, int], str],
    within: Callable[[str, str], bool],
) -> dict[str, str]:
    """By key of an alarm the key of the one that explains it: the parent of its rule holds in the same area; where the
    parent is about a feed, for things of that feed.

    Args:
        area_at: area of a tier that an area lies in; within: whether an area lies in another one.
    """
    every = list(alarms)
    holding: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in every:
        if alarm.active:
            holding[alarm.rule].append(alarm)
    found: dict[str, str] = {}
    for alarm in every:
        rule = rules.get(alarm.rule)
        above = holding.get(rule.parent, ()) if rule is not None and rule.parent else ()
        for parent in above:
            assert rule is not None
            if _explains(parent, alarm, rule, rules[rule.parent], area_at, within):
                found[alarm.key] = parent.key
                break
    return found


def _explains(
    parent: Alarm, alarm: Alarm, rule: Rule, above: Rule,
    area_at: Callable[[str, int], str], within: Callable[[str, str], bool],
) -> bool:  # fmt: skip
    if above.topic == "feed":
        return alarm.thing.startswith(f"{parent.thing}/")
    if rule.area_tier >= 0:
        area = area_at(alarm.area, rule.area_tier)
        return not parent.area or (bool(area) and area == area_at(parent.area, rule.area_tier))
    return within(alarm.area, parent.area)
