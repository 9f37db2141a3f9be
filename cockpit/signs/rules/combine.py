"""Rules that hold together: all of some, and one of others, within a time and in the same area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cockpit.model.alarms import Rule
from cockpit.model.clock import SECOND
from cockpit.signs.rules.look import AreaLook, Look, Subject, World

Places = dict[str, tuple[int, Subject]]
"""By area when it last held there, and what it was about."""


class Combination:
    """Areas in which `all_of` hold and one of `any_of` does; each as it stands now, or stood within `per` seconds.

    Attributes:
        parts: the rules that run, by id; one that does not run never holds.
    """

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self.parts: Mapping[str, Any] = {}
        self._held: dict[str, Places] = {}

    def look(self, world: World) -> Look:
        rule = self._rule
        held = {part: self._places(part, world) for part in (*rule.all_of, *rule.any_of)}
        areas = set.intersection(*(set(held[part]) for part in rule.all_of)) if rule.all_of else None
        if rule.any_of:
            some = set().union(*(held[part] for part in rule.any_of))
            areas = some if areas is None else areas & some
        codes = sorted(areas or ())
        on = np.ones(len(codes), dtype=np.bool_)
        last = [max((places[code] for places in held.values() if code in places), key=_when)[1] for code in codes]
        lon = np.array([subject.lon for subject in last], dtype=np.float64)
        lat = np.array([subject.lat for subject in last], dtype=np.float64)
        count = [float(sum(code in places for places in held.values())) for code in codes]
        return AreaLook(codes, on, on.copy(), np.array(count, dtype=np.float64), lon, lat)

    def _places(self, part: str, world: World) -> Places:
        """Where a rule holds or held."""
        kept = self._held.setdefault(part, {})
        oldest = world.now - round(self._rule.per * SECOND)
        for code in [code for code, (at, _) in kept.items() if not oldest <= at <= world.now]:
            del kept[code]
        running = self.parts.get(part)
        now: Places = {}
        for track in running.tracks.values() if running is not None else ():
            if track.standing:
                code = world.areas.at(track.subject.area, self._rule.area_tier)
                if code or self._rule.area_tier < 0:
                    now[code] = (world.now, _placed(track.subject, now.get(code)))
        if self._rule.per:
            kept.update(now)
            return kept
        return now


def _placed(subject: Subject, other: tuple[int, Subject] | None) -> Subject:
    """Of two subjects in an area one whose place is known."""
    return subject if other is None or other[1].lon != other[1].lon else other[1]


def _when(found: tuple[int, Subject]) -> tuple[bool, int]:
    """A place that is known goes before one that is newer."""
    at, subject = found
    return subject.lon == subject.lon, at
