"""A stretch of the real tape is played into a rehearsal: what was seen then comes again, and can be acted upon."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np

from cockpit.hub.hub import Hub
from cockpit.hub.past import Past
from cockpit.model.batch import Batch, Columns, unpack_columns
from cockpit.model.city import Pack
from cockpit.model.clock import SECOND, CityTime, Clock
from cockpit.model.rehearsal import Play
from cockpit.model.replay import KNOWN
from cockpit.tape import TapeReader

STEP_SECONDS = 0.1
SLICE_SECONDS = 0.05
MOVED_SECONDS = 2.0
"""Between two looks at where everything is that only moved."""
TABLES_OF_THE_CITY = ("event", "unit", "sensor", "camera", "alert", "area")
OWN = frozenset({"alarm", "feed"})
"""Tables that the hub of the rehearsal makes itself."""


class TapePlayer:
    """
    Attributes:
        over: the stretch has been played.
    """

    def __init__(self, play: Play, pack: Pack, hub: Hub, clock: Clock) -> None:
        self._play, self._hub, self._clock = play, hub, clock
        self._reader = TapeReader(Path(play.tape))
        self._past = Past(self._reader, pack, clock, play.growing)
        self.over = False
        self._moved: set[str] = set()
        self._moved_at = 0.0

    async def run(self) -> None:
        """Plays it from its beginning, and then lets the picture stand."""
        start, end = self._reader.bounds()
        at = min(max(self._play.at, start), end)
        until = min(self._play.until or end, end)
        self._past.seek(at, KNOWN)
        while not await self._past.run(at, self._clock.mono() + SLICE_SECONDS):  # noqa: ASYNC110
            await asyncio.sleep(0)
        await self._hub.set_time(self._city(at))
        self._hand_on(whole=True)
        before, shown = self._clock.mono(), at
        while shown < until:
            await asyncio.sleep(STEP_SECONDS)
            now = self._clock.mono()
            goal = min(shown + round((now - before) * self._play.rate * SECOND), until)
            before = now
            if await self._past.run(goal, self._clock.mono() + SLICE_SECONDS):
                shown = goal
            self._hand_on()
        self.over = True

    def _city(self, at: int) -> CityTime:
        """The city's clock from now on: as it was at that instant, as fast as the tape runs."""
        city = self._past.clock.city
        return CityTime(self._clock.now(), city.at(at), city.rate * self._play.rate, self._play.id, city.demo)

    def _hand_on(self, whole: bool = False) -> None:
        """Puts what changed into the rehearsal's picture, received now."""
        changed = self._past.intake.flush()
        batches = self._past.intake.snapshot(TABLES_OF_THE_CITY) if whole else changed
        for batch in batches:
            if batch.topic in OWN:
                continue
            if not isinstance(batch, Batch):
                self._moved.add(batch.topic)
                continue
            self._put(batch)
        if self._moved and self._clock.mono() - self._moved_at >= MOVED_SECONDS:
            self._moved_at = self._clock.mono()
            moved, self._moved = tuple(self._moved), set()
            for batch in self._past.intake.snapshot(moved):
                self._put(batch)

    def _put(self, batch: Batch) -> None:
        intake = self._hub.intake
        if batch.rows:
            intake.put_columns(batch.topic, self._now(unpack_columns(batch)))
        if batch.gone:
            intake.take_out(batch.topic, list(batch.gone))

    def _now(self, columns: Columns) -> Columns:
        if "received" not in columns:
            return columns
        return {**columns, "received": np.full(len(columns["key"]), self._clock.now(), dtype=np.int64)}


def bounds_of(folder: Path) -> tuple[int, int]:
    """From when to when a tape reaches, UTC us; (0, 0) of an empty one."""
    start, end = TapeReader(folder).bounds()
    return (start, end) if end else (0, 0)
