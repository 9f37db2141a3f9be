"""Sentences of the rules as an officer reads them: units by name, what failed, and what to do next."""

from __future__ import annotations

from cockpit.model.entries import Act, IssueOrders, RecallOrder
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Waiting
from widgets.kit.panel import PanelContext
from widgets.orders.words import act_message

_FAILURES = frozenset(
    {"seat.command_refused", "seat.command_parked", "seat.command_undelivered", "seat.command_expired"}
)
"""What a seat tells of a command that had no effect, or may have none."""
_NEXT = {"seat.act_issue": "orders.next_issue", "seat.act_recall": "orders.next_recall"}


def outcome(ctx: PanelContext, message: Message) -> tuple[Message, int]:
    """What a seat tells of its own, as a toast: with names, what to do next after a failure, and its level."""
    told = plain(ctx, message)
    if message.id not in _FAILURES:
        return told, Level.YELLOW
    what = message.params.get("what")
    todo = _NEXT.get(what.id if isinstance(what, Message) else "", "orders.next_again")
    return Message("orders.refusal", {"what": told, "todo": Message(todo)}), Level.ORANGE


def plain(ctx: PanelContext, message: Message) -> Message:
    """A sentence with the names of unit and districts: the rules know ids only."""
    params = {k: plain(ctx, v) if isinstance(v, Message) else v for k, v in message.params.items()}
    unit = params.get("unit")
    if isinstance(unit, str) and unit:
        table = ctx.picture["unit"]
        keys, names = table.text("key"), table.text("name")
        row = next((i for i, key in enumerate(keys) if key.rpartition("/")[2] == unit), None)
        if row is not None and names[row]:
            params["unit"] = names[row]
    for name in ("own", "district"):
        code = params.get(name)
        if isinstance(code, str):
            params[name] = _district(ctx, code)
    return Message(message.id, params) if params != message.params else message


def _district(ctx: PanelContext, code: str) -> str:
    table = ctx.picture["area"]
    codes, names = table.text("code"), table.text("name")
    return next((name for of, name in zip(codes, names, strict=True) if of == code and name), code)


def failure(ctx: PanelContext, row: Waiting) -> Message:
    """Why a command had no effect, in a sentence."""
    why = plain(ctx, row.problem) if row.problem is not None else Message(f"orders.why_{row.state}")
    return Message(f"orders.failed_{row.state}", {"act": act_message(row.act), "why": why})


def what_next(act: Act) -> Message:
    """What to do after a command was refused."""
    match act:
        case IssueOrders():
            return Message("orders.next_issue")
        case RecallOrder():
            return Message("orders.next_recall")
        case _:
            return Message("orders.next_again")
