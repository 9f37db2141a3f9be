"""The figures of the bars, counted from the picture and nothing else. Plain functions on columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cockpit.model.clock import HOUR, midnight
from cockpit.model.tables import EventState, UnitState
from cockpit.picture.picture import Picture

LOAD_CALM, LOAD_MOST = 6, 12
"""Alarms an hour that are calm, and the most that one person can handle (ISA-18.2, 6.2 performance metrics)."""


@dataclass(frozen=True)
class Figures:
    """What is counted.

    Attributes:
        today: events of the picture that occurred since the city's midnight.
        open: those that are not closed; red, orange: of these the ones of level Ⅰ and Ⅱ.
        on_duty, units: units that are free or busy, and all.
        load: events of level Ⅰ and Ⅱ that occurred in the last 60 minutes.
    """

    today: int
    open: int
    red: int
    orange: int
    on_duty: int
    units: int
    load: int


def figures(picture: Picture, now_us: int) -> Figures:
    """Count, as of the city's time `now_us`."""
    events, units = picture["event"], picture["unit"]
    level, occurred = events.numbers("level"), events.numbers("occurred")
    is_open = events.numbers("state") == EventState.OPEN
    past = occurred <= now_us
    grave = (level == 1) | (level == 2)
    return Figures(
        today=int(np.count_nonzero((occurred >= midnight(now_us)) & past)),
        open=int(np.count_nonzero(is_open)),
        red=int(np.count_nonzero(is_open & (level == 1))),
        orange=int(np.count_nonzero(is_open & (level == 2))),
        on_duty=int(np.count_nonzero(units.numbers("state") != UnitState.OFF_DUTY)),
        units=len(units),
        load=int(np.count_nonzero(grave & past & (occurred > now_us - HOUR))),
    )


def load_words(load: int) -> str:
    """Id of the word for an alarm load."""
    return "bars.load_calm" if load <= LOAD_CALM else "bars.load_busy" if load <= LOAD_MOST else "bars.load_flood"
