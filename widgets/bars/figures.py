"""The figures of the bars, counted from the picture and the ledger and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cockpit.model.clock import midnight
from cockpit.model.ports.cases import Cases
from cockpit.model.tables import EventState, UnitState
from cockpit.picture.picture import Picture
from widgets.kit.loopwords import in_time, overdue

LOAD_CALM, LOAD_MOST, LOAD_FLOOD = 6, 12, 60
"""Alarms an hour that are good for one person, the most that are manageable, and beyond which it is a flood
(ISA-18.2, 6.2 performance metrics)."""


@dataclass(frozen=True)
class Figures:
    """What is counted.

    Attributes:
        today: events of the picture that occurred since the city's midnight.
        open: those that are not closed; red, orange: of these the ones of level Ⅰ and Ⅱ.
        on_duty, units: units that are free or busy, and all.
    """

    today: int
    open: int
    red: int
    orange: int
    on_duty: int
    units: int


def figures(picture: Picture, now_us: int) -> Figures:
    """Count, as of the city's time `now_us`."""
    events, units = picture["event"], picture["unit"]
    level, occurred = events.numbers("level"), events.numbers("occurred")
    is_open = events.numbers("state") == EventState.OPEN
    past = occurred <= now_us
    return Figures(
        today=int(np.count_nonzero((occurred >= midnight(now_us)) & past)),
        open=int(np.count_nonzero(is_open)),
        red=int(np.count_nonzero(is_open & (level == 1))),
        orange=int(np.count_nonzero(is_open & (level == 2))),
        on_duty=int(np.count_nonzero(units.numbers("state") != UnitState.OFF_DUTY)),
        units=len(units),
    )


@dataclass(frozen=True)
class LoopFigures:
    """What is counted of the ledger.

    Attributes:
        open: cases that are not closed; overdue: of these the ones that stayed in their stage for too long.
        closed: cases closed since the city's midnight; in_time: of these the ones that were never overdue.
    """

    open: int
    overdue: int
    closed: int
    in_time: int

    @property
    def share(self) -> float | None:
        """Of the cases closed today, how many were closed in time, 0–100; None while there is none."""
        return 100 * self.in_time / self.closed if self.closed else None


def loop_figures(cases: Cases, now_us: int) -> LoopFigures:
    """Count, as of the city's time `now_us`."""
    found, closed = cases.all_open(), cases.closed()
    return LoopFigures(
        open=len(found),
        overdue=sum(overdue(case, now_us) for case in found),
        closed=len(closed),
        in_time=sum(in_time(case) for case in closed),
    )


def load_words(load: int) -> str:
    """Id of the word for an alarm load."""
    if load > LOAD_MOST:
        return "bars.load_flood" if load > LOAD_FLOOD else "bars.load_over"
    return "bars.load_calm" if load <= LOAD_CALM else "bars.load_busy"
