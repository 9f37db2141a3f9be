"""Cases as a seat shows them: what the ledger says, with what waits in its own outbox on top."""

from __future__ import annotations

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


class CaseView:
    """The reading half of `ports.Cases`; belongs to one thread.

    Attributes:
        state: what the ledger says.
        actor: this seat.
    """

    def __init__(self, rules: LoopRules, units: Units, clock: Clock, actor: Actor) -> None:
        """
        Args:
            clock: the city's.
        """
        self.state = State()
        self.actor = actor
        self._rules = rules
        self._units = units
        self._clock = clock
        self._open: dict[str, Case] = {}
        self._closed: dict[str, Case] = {}
        self._waiting: Sequence[Command] = ()
        self._top = self.state
        self._stale = False
        self._by_due: list[Case] | None = None

    # -- what comes in -------------------------------------------------------------------------------------------

    def begin_anew(self) -> None:
        """Forgets the ledger: another one comes."""
        self.state = State()
        self._open.clear()
        self._closed.clear()
        self._changed()

    def apply(self, decision: Decision, data: bytes) -> str:
        """The next decision; returns the case that changed.

        Raises:
            BrokenChain: it does not follow.
        """
        ident = self.state.apply(decision, data)
        case = self.state.cases.get(ident)
        self._open.pop(ident, None)
        self._closed.pop(ident, None)
        if case is not None:
            (self._open if case.open else self._closed)[ident] = case
        self._changed()
        return ident

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
            self._top = overlay(self.state, self._waiting, self.actor, self._rules) if self._waiting else self.state
        return self._top

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
            found = [case for case in self._with_own(self._open) if case.open]
            self._by_due = sorted(found, key=lambda case: (case.due or 1 << 62, case.id))
        return list(self._by_due)

    def closed(self) -> list[Case]:
        """Cases closed today, newest first."""
        today = midnight(self._clock.now())
        found = [case for case in self._with_own(self._closed) if not case.open and case.closed >= today]
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
