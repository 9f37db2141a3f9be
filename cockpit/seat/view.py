"""Cases as a seat shows them: what the ledger says, with what waits in its own outbox on top."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import chain

from cockpit.geo.metres import haversine
from cockpit.ledger.checks import checks
from cockpit.ledger.fold import State
from cockpit.ledger.overlay import overlay
from cockpit.model.cases import Case, Order
from cockpit.model.clock import Clock, midnight
from cockpit.model.entries import Act, Actor, Command, Decision
from cockpit.model.loop import LoopRules
from cockpit.model.ports.cases import Check
from cockpit.model.ports.units import Units
from cockpit.seat.folding import Folded

log = logging.getLogger(__name__)


class CaseView:
    """The reading half of `ports.Cases`; belongs to one thread.

    Attributes:
        actor: this seat.
    """

    def __init__(self, rules: LoopRules, units: Units, clock: Clock, actor: Actor) -> None:
        """
        Args:
            clock: the city's.
        """
        self._folded = Folded()
        self.actor = actor
        self._rules = rules
        self._units = units
        self._clock = clock
        self._waiting: Sequence[Command] = ()
        self._top = self.state
        self._stale = False
        self._by_due: list[Case] | None = None

    # -- what comes in -------------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """What the ledger says."""
        return self._folded.state

    def turn_to(self, folded: Folded) -> None:
        """Another fold of the ledger, which belongs to this view from now on."""
        self._folded = folded
        self._changed()

    def apply(self, decision: Decision, data: bytes) -> None:
        """The next decision.

        Raises:
            BrokenChain: it does not follow.
        """
        self._folded.apply(decision, data)
        self._changed()

    def lay(self, waiting: Sequence[Command]) -> None:
        """What waits in the outbox, in its order."""
        self._waiting = waiting
        self._changed()

    def _changed(self) -> None:
        self._stale = True
        self._by_due = None

    @property
    def top(self) -> State:
        """The ledger's state with what waits on top."""
        if self._stale:
            self._stale = False
            self._top = self._overlaid() if self._waiting else self.state
        return self._top

    def _overlaid(self) -> State:
        try:
            return overlay(self.state, self._waiting, self.actor, self._rules)
        except Exception:  # our bug: one row must not hide what the ledger says
            log.exception("what waits can not be shown")
            return self.state

    # -- what is read --------------------------------------------------------------------------------------------

    def case(self, ident: str) -> Case | None:
        return self.top.cases.get(ident)

    def of_event(self, key: str) -> Case | None:
        return self.top.case_of_event(key)

    def order_of(self, unit: str) -> Order | None:
        return self.top.order_of(unit)

    def all_open(self) -> list[Case]:
        """Open cases, by what is due first."""
        if self._by_due is None:
            found = [case for case in self._with_own(self._folded.open) if case.open]
            self._by_due = sorted(found, key=lambda case: (case.due or 1 << 62, case.id))
        return list(self._by_due)

    def closed(self) -> list[Case]:
        """Cases closed today, newest first."""
        today = midnight(self._clock.now())
        self._folded.forget_closed()
        found = [case for case in self._with_own(self._folded.closed) if not case.open and case.closed >= today]
        return sorted(found, key=lambda case: (-case.closed, case.id))

    def _with_own(self, known: dict[str, Case]) -> list[Case]:
        own = {command.case for command in self._waiting}
        of_ledger = (case for ident, case in known.items() if ident not in own)
        of_outbox = (case for ident in own if (case := self.top.cases.get(ident)) is not None)
        return list(chain(of_ledger, of_outbox))

    def nearby(self, lon: float, lat: float, metres: float) -> list[tuple[Case, float]]:
        """Open cases within so many metres, nearest first."""
        cases = self.all_open()
        if not cases:
            return []
        away = haversine([case.facts.lon for case in cases], [case.facts.lat for case in cases], lon, lat)
        found = [(case, float(far)) for case, far in zip(cases, away, strict=True) if far <= metres]
        return sorted(found, key=lambda pair: (pair[1], pair[0].id))

    def checks(self, act: Act, case: str) -> list[Check]:
        """By the hub's own rules, with what this seat knows."""
        return checks(self.top, act, case, self.actor, self._clock.now(), self._rules, self._units)
