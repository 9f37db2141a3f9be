"""What waits in a seat's outbox, applied on top of the state: what the officer did is seen at once, hatched."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.ledger.asked import Asked
from cockpit.ledger.changes import Doing
from cockpit.ledger.conditions import fitting
from cockpit.ledger.decide import effects
from cockpit.ledger.fold import State
from cockpit.model.cases import Case
from cockpit.model.entries import Actor, Command
from cockpit.model.loop import LoopRules
from cockpit.model.ports.units import UnitNow


class _Unnumbered:
    """未编号: only the hub gives numbers."""

    def case(self, at: int) -> str:
        return ""

    def order(self, at: int, more: int) -> str:
        return ""


class _NoUnits:
    """Whether a unit can go is for the hub to say; what was ordered is shown as ordered."""

    def unit(self, key: str) -> UnitNow | None:
        return None


def overlay(state: State, commands: Sequence[Command], actor: Actor, rules: LoopRules) -> State:
    """A state on top of `state` with these commands applied in order; `state` itself stays as it is.

    Cases and orders that they touch are provisional, their new orders `confirmed`, their steps carry plain words. Times
    are those of the key strokes, revisions stay the ledger's. A command that the ledger has already, and one that no
    longer fits (the hub will refuse it), has no effect here. Good until `state` applies the next decision.

    Args:
        commands: what waits, in the order of the outbox.
        actor: this seat.
    """
    top = state.over()
    for command in commands:
        _take(top, command, actor, rules)
    return top


def _take(top: State, command: Command, actor: Actor, rules: LoopRules) -> None:
    asked = Asked(
        top,
        command.act,
        command.case,
        command.expected,
        actor,
        command.issued,
        rules,
        _NoUnits(),
        command.texts,
    )
    if fitting(asked) or _there(top.cases.get(command.case), command.id):
        return
    if top.threads.has(getattr(command.act, "instruction", ""), command.id):
        return
    if asked.new and any(top.case_of_order(order.id) for order in getattr(command.act, "orders", ())):
        return
    doing = Doing(
        seq=0,
        at=command.issued,
        issued=command.issued,
        actor=actor,
        cause=command.id,
        case=command.case,
        revision=top.revision(command.case),
        words=command.texts,
        provisional=True,
    )
    top.take(doing, effects(asked, _Unnumbered(), command))


def _there(case: Case | None, cause: str) -> bool:
    """Whether the case has the command already: decided by the hub, before the outbox knew."""
    return case is not None and any(step.cause == cause for step in case.steps)
