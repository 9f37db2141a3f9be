"""What is new and grave since the last look: events and authorities' alerts of level Ⅰ and Ⅱ, new or risen to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from cockpit.model.city import Pack
from cockpit.model.clock import MINUTE, CityClock
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.tables import EventState
from cockpit.picture.picture import Picture

RECENT = 5 * MINUTE
"""What happened longer ago is old news that arrived late (a snapshot, a feed that came back)."""
OPENING = 30.0
"""Seconds in which a desk that opens on a slow machine may still be brought what was there before, piece by piece."""
REMEMBERED_SECONDS = 86_400.0
"""So long what left the picture is still known, should it only be late; a desk runs for months."""
MOST = 3
"""Sentences at once; of more, the gravest are said, and the counts in the top bar say the rest."""


_LEVELS = {int(level): level for level in Level}


class Fresh(NamedTuple):
    """What is new.

    Attributes:
        told: a sentence each with its level, the gravest first.
        loudest: the gravest level that asks for a sound, None for silence.
    """

    told: list[tuple[Message, Level]]
    loudest: Level | None


class News:
    """Remembers which grave events and alerts were there, and how grave."""

    def __init__(self, picture: Picture, clock: CityClock, pack: Pack) -> None:
        self._picture = picture
        self._clock = clock
        self._pack = pack
        self._known: dict[str, Level] = {}
        self._alerts: set[str] = set()
        self._missed: dict[tuple[str, str], float] = {}
        """Since when, on the machine's clock, what is known is not in the picture; by table and key."""
        self._opened = clock.mono()

    def settle(self) -> None:
        """What is there now is not news."""
        self._known.update((key, level) for key, level, _ in self._grave("event"))
        self._alerts.update(key for key, _, _ in self._grave("alert"))

    def take(self) -> Fresh:
        """What is new since the last call."""
        self._forget_calmed()
        told = [*self._new_events(), *self._new_alerts()]
        told.sort(key=lambda one: one[1])
        return Fresh(told[:MOST], told[0][1] if told else None)

    def _new_events(self) -> Iterator[tuple[Message, Level]]:
        table, now = self._picture["event"], self._clock.now()
        opening = self._clock.mono() - self._opened < OPENING
        for key, level, row in self._grave("event"):
            before = self._known.get(key)
            if before is not None and before <= level:
                continue
            self._known[key] = level
            event = table.row(row)
            words = {"kind": self._pack.kind(str(event["kind"])).name, "place": event["place"], "level": level.sign}
            if before is None and now - int(event["occurred"]) <= RECENT:
                yield Message("ui.new_event", words), level
            elif now - int(event["updated"]) <= RECENT and not (opening and before is None):
                yield Message("ui.risen_event", words), level

    def _new_alerts(self) -> Iterator[tuple[Message, Level]]:
        table, now = self._picture["alert"], self._clock.now()
        for key, level, row in self._grave("alert"):
            if key in self._alerts:
                continue
            self._alerts.add(key)
            alert = table.row(row)
            if now - int(alert["sent"]) <= RECENT:
                yield Message("ui.new_alert", {"title": alert["title"]}), level

    def _grave(self, topic: str) -> list[tuple[str, Level, int]]:
        """Key, level and row of what is grave now."""
        table = self._picture[topic]
        levels = table.numbers("level")
        grave = levels <= Level.ORANGE
        if topic == "event":
            grave &= table.numbers("state") == EventState.OPEN
        rows = np.flatnonzero(grave)
        keys, of_number = table.text("key"), _LEVELS
        return [
            (keys[row], of_number[level], row) for row, level in zip(rows.tolist(), levels[rows].tolist(), strict=True)
        ]

    def _forget_calmed(self) -> None:
        """An event that became less grave is news again when it rises; what left the picture may only be late."""
        alerts = self._picture["alert"]
        self._alerts = {key for key in self._alerts if self._remembers("alert", key, alerts.row_of(key) is not None)}
        table = self._picture["event"]
        levels = table.numbers("level").tolist()
        for key, level in list(self._known.items()):
            row = table.row_of(key)
            if not self._remembers("event", key, row is not None):
                del self._known[key]
            if row is None:
                continue
            now = levels[row]
            if now > Level.ORANGE:
                del self._known[key]
            elif now > level:
                self._known[key] = Level(now)

    def _remembers(self, topic: str, key: str, is_here: bool) -> bool:
        """Whether something is still to be known: it is here, or was so lately."""
        if is_here:
            self._missed.pop((topic, key), None)
            return True
        now = self._clock.mono()
        if now - self._missed.setdefault((topic, key), now) < REMEMBERED_SECONDS:
            return True
        del self._missed[topic, key]
        return False
