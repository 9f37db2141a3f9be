"""What a leader's seat knows of the vital signs while its hub is away: its own copy of their past answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message
from cockpit.model.ports.link import LinkState
from cockpit.model.signs import Series, Sparks
from cockpit.seat.leader import LeaderSeat
from cockpit.seat.signs import HubSigns
from cockpit.signs import asked
from cockpit.signs.history import GRAIN, History, bucket_of

_T = TypeVar("_T")
KEPT_GRAINS = ("hour", "day")
"""Of a copy."""


class KeptSigns(HubSigns):
    """`model.ports.signs.Signs`, answered by the hub, else by the copy of this seat."""

    def __init__(self, seat: LeaderSeat) -> None:
        super().__init__(seat)
        self._leader = seat

    def series(
        self, key: str, grain: str, start: int, end: int, done: Callable[[Series | Message], None], most: int = 2000
    ) -> None:
        kept = "hour" if grain not in KEPT_GRAINS else grain
        here = partial(_series, key=key, grain=kept, start=start, end=end, most=most)
        if self._is_away:
            self._from_copy(here, done)
        else:
            super().series(key, grain, start, end, partial(self._answered, here, done), most)

    def sparks(self, keys: Sequence[str], grain: str, count: int, done: Callable[[Sparks | Message], None]) -> None:
        now = self._leader.clock.now()
        here = partial(_sparks, keys=tuple(keys), grain=grain, count=count, now=now)
        if self._is_away:
            self._from_copy(here, done)
        else:
            super().sparks(keys, grain, count, partial(self._answered, here, done))

    @property
    def _is_away(self) -> bool:
        """Whether there is no hub to be asked, but a copy: nobody waits for the hub then."""
        return self._leader.sync is not None and self._leader.link.state is not LinkState.LIVE

    def _answered(
        self, here: Callable[[History], _T], done: Callable[[_T | Message], None], reply: _T | Message
    ) -> None:
        """The hub's answer; where it gives none, that of the copy."""
        if isinstance(reply, Message) and self._leader.sync is not None:
            self._from_copy(here, done)
        else:
            done(reply)

    def _from_copy(self, here: Callable[[History], _T], done: Callable[[_T | Message], None]) -> None:
        seat = self._leader
        assert seat.sync is not None
        history = seat.sync.history

        def work() -> None:
            said: _T | Message
            try:
                said = here(history)
            except CockpitError as error:
                said = error.message
            seat.soon(partial(done, said))

        seat.aside(work)


def _series(history: History, key: str, grain: str, start: int, end: int, most: int) -> Series:
    start, end = sorted((start, end))
    found = history.series(key, grain, start, end)
    return asked.series_of(key, grain, asked.thinned(found, min(max(most, 1), asked.MOST_BUCKETS)))


def _sparks(history: History, keys: tuple[str, ...], grain: str, count: int, now: int) -> Sparks:
    step = GRAIN[grain]
    last = bucket_of(grain, now)
    first = last - (count - 1) * step
    values = np.full((len(keys), count), np.nan)
    starts, found = history.recent(grain, first, last + step, keys)
    for column, start in enumerate(starts):
        values[:, (start - first) // step] = found[:, column]
    return Sparks(keys, grain, first, step, count, np.ascontiguousarray(values, dtype="<f8").tobytes())
