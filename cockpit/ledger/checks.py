"""The rows with a ✓ of a form, and the first of them that fails: one set of rules for seat and hub."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cockpit.ledger import conditions
from cockpit.ledger.asked import Asked
from cockpit.ledger.fold import State
from cockpit.model.entries import Act, Actor, IssueOrders, VerifyOrder
from cockpit.model.loop import LoopRules
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Check
from cockpit.model.ports.units import Units

Condition = Callable[[Asked], Message | None]


class Row(msgspec.Struct, frozen=True):
    """One row.

    Attributes:
        name: what it is called.
        holds: its condition.
        orders: it stands in the form of orders only.
        quiet: it is shown only where it fails.
    """

    name: Message
    holds: Condition
    orders: bool = False
    quiet: bool = False


ROWS = (
    Row(Message("ledger.check_right"), conditions.right),
    Row(Message("ledger.check_sound"), conditions.sound, quiet=True),
    Row(Message("ledger.check_time"), conditions.in_time, quiet=True),
    Row(Message("ledger.check_version"), conditions.version),
    Row(Message("ledger.check_fits"), conditions.fitting, quiet=True),
    Row(Message("ledger.check_once"), conditions.once),
    Row(Message("ledger.check_duty"), conditions.on_duty, orders=True),
    Row(Message("ledger.check_free"), conditions.free, orders=True),
    Row(Message("ledger.check_area"), conditions.in_area, orders=True),
)
"""In the order in which the hub asks; the first that fails is the reason of the refusal."""
_SHOWN = (
    "ledger.check_right",
    "ledger.check_duty",
    "ledger.check_free",
    "ledger.check_once",
    "ledger.check_area",
    "ledger.check_version",
)


def refused(asked: Asked) -> Message | None:
    """Why a command is refused; None: every condition holds."""
    return next((problem for row in ROWS if (problem := row.holds(asked))), None)


def checks(
    state: State,
    act: Act,
    case: str,
    actor: Actor,
    now: int,
    rules: LoopRules,
    units: Units,
    expected: int | None = None,
) -> list[Check]:
    """The rows for an act, in the order of the form.

    Args:
        case: id of the case; "" for one that has none yet.
        now: city time, us.
        expected: revision of the case that the form was opened with; None: the one that the state has.
    """
    seen = state.revision(case) if expected is None else expected
    texts = {"words": "–"}  # whether there are words is for the form itself to say
    asked = Asked(state, act, case or "new", seen, actor, now, rules, units, texts)
    ordering = isinstance(act, IssueOrders) or (isinstance(act, VerifyOrder) and not act.good)
    found = [(row, row.holds(asked)) for row in ROWS if ordering or not row.orders]
    shown = [(row, problem) for row, problem in found if problem or not row.quiet]
    shown.sort(key=lambda pair: _SHOWN.index(pair[0].name.id) if pair[0].name.id in _SHOWN else len(_SHOWN))
    return [Check(row.name, problem) for row, problem in shown]
