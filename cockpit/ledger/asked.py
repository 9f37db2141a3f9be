"""A command as the rules look at it: with the state it meets, who gives it, and when."""

from __future__ import annotations

import msgspec

from cockpit.ledger.fold import State
from cockpit.model.cases import Case, Order
from cockpit.model.entries import Act, Actor, NewCase, RecallOrder, VerifyOrder, opens
from cockpit.model.loop import LoopRules
from cockpit.model.ports.units import Units
from cockpit.model.rights import Rights, word_of


class Asked(msgspec.Struct, frozen=True):
    """What is asked for, and of whom.

    Attributes:
        case: id of the case.
        expected: revision of the case that the officer saw.
        now: city time, us.
        texts: free words by name.
        valid_until: city time past which it is not to be done, 0 always good.
    """

    state: State
    act: Act
    case: str
    expected: int
    actor: Actor
    now: int
    rules: LoopRules
    units: Units
    texts: dict[str, str] = {}
    valid_until: int = 0

    @property
    def word(self) -> str:
        return word_of(self.act)

    @property
    def rights(self) -> Rights:
        return self.rules.of_role(self.actor.role)

    @property
    def known(self) -> Case | None:
        """The case, where it is there."""
        return self.state.cases.get(self.case)

    @property
    def new(self) -> NewCase | None:
        """The facts of the case that it opens."""
        return opens(self.act)

    @property
    def order(self) -> Order | None:
        """The order of this case that it is about."""
        match self.act:
            case RecallOrder(order=ident) | VerifyOrder(order=ident):
                return self.known.orders.get(ident) if self.known else None
            case _:
                return None

    @property
    def area(self) -> str:
        return self.new.area if self.new else self.state.area(self.case)
