"""A seat in a replay: its clock runs as then, its cases are those known then."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from cockpit.ledger.chain import BrokenChain, walk
from cockpit.model.clock import SECOND, CityClock, Clock
from cockpit.model.entries import Actor, Decision
from cockpit.model.errors import OutsideError
from cockpit.model.loop import LoopRules
from cockpit.model.ports.units import Units
from cockpit.seat.folding import Folded
from cockpit.seat.view import CaseView
from cockpit.store.ledger import LedgerCopy

log = logging.getLogger(__name__)

FOLD_SECONDS = 0.006
"""What one tick spends on decisions at the most."""


class TravelClock:
    """A wall clock that was set to another instant and runs at another rate; monotonic time stays the machine's."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._at = base.now()
        self._since = base.mono()
        self._rate = 1.0

    def set(self, at: int, rate: float) -> None:
        """Says what it is now, UTC us, and how fast it runs; 0 stands."""
        self._at, self._since, self._rate = at, self._base.mono(), rate

    def now(self) -> int:
        return self._at + round((self._base.mono() - self._since) * self._rate * SECOND)

    def mono(self) -> float:
        return self._base.mono()


class WallOf:
    """The wall clock that a seat shows: of now, or of then."""

    def __init__(self, clock: CityClock) -> None:
        self._clock = clock

    def now(self) -> int:
        return self._clock.wall()

    def mono(self) -> float:
        return self._clock.mono()


class CasesThen:
    """The ledger's copy of a seat, folded up to an instant.

    Attributes:
        view: the cases as they were known then.
        behind: whether there is more to be folded for that instant.
    """

    def __init__(self, copy: LedgerCopy, rules: LoopRules, units: Units, clock: Clock, shown: CityClock) -> None:
        """
        Args:
            clock: monotonic; shown: the city's clock of then.
        """
        self._copy = copy
        self._clock = clock
        self.view = CaseView(rules, units, shown, Actor("", "duty"))
        self.behind = False
        self._at = 0
        self._goal = 0
        self._rows: Iterator[tuple[Decision, bytes]] = iter(())
        self._next: tuple[Decision, bytes] | None = None

    def go(self, at: int) -> bool:
        """To an instant of the hub's wall clock, UTC us; whether the view changed."""
        if at < self._at or not self._at:
            self._next = None
            self.view.turn_to(Folded())
            self._rows = self._rest()
        self._at = self._goal = at
        return self.fold()

    def fold(self) -> bool:
        """Goes on towards that instant, for a moment; whether the view changed."""
        end = self._clock.mono() + FOLD_SECONDS
        changed, self.behind = False, False
        try:
            while (item := self._peek()) is not None and item[0].wall <= self._goal:
                self._next = None
                self.view.apply(*item)
                changed = True
                if self._clock.mono() >= end:
                    self.behind = True
                    break
        except (BrokenChain, OutsideError) as error:
            log.info("the cases of then: %s", error)
            self._rows = iter(())
        return changed

    def _peek(self) -> tuple[Decision, bytes] | None:
        if self._next is None:
            self._next = next(self._rows, None)
            if self._next is None and self._copy.last[0] > self.view.state.seq:  # decided meanwhile
                self._rows = self._rest()
                self._next = next(self._rows, None)
        return self._next

    def _rest(self) -> Iterator[tuple[Decision, bytes]]:
        """Decisions that are not folded yet."""
        state = self.view.state
        rows = (data for seq, data in self._copy.all(state.seq))
        return walk(rows, state.seq, state.head)
