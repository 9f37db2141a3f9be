"""What the rows of the outbox say: which command, about what, to whom, since when, how long it is still good. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.model.ages import exactly, instant
from cockpit.model.cases import Case
from cockpit.model.entries import IssueOrders, NewCase, OpenCase, RecallOrder, VerifyOrder
from cockpit.model.instructing import GiveInstruction
from cockpit.model.instructions import Instruction
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending, Waiting
from cockpit.model.rights import word_of
from widgets.instruct.words import target_words
from widgets.kit.context import PanelContext
from widgets.kit.outbox import FAILED, seen, shown
from widgets.orders.say import plain

NEAR = 5
"""A fifth of its validity left is near."""


@dataclass(frozen=True)
class OutboxRow:
    """One row.

    Attributes:
        id, case: of the command and of its case.
        state: what became of it.
        number: printed number of its order, or what it wants. what: case, and to whom.
        issued, waited, left: words; left "" where it is always good or no more waiting.
        near: little is left of its validity.
        word: its state in a word; why: the sentence that tells why it failed, "" when it did not.
    """

    id: str
    case: str
    state: Sending
    number: str
    what: str
    issued: str
    waited: str
    left: str
    near: bool
    word: str
    why: str

    @property
    def failed(self) -> bool:
        return self.state in FAILED


def outbox_rows(ctx: PanelContext) -> list[OutboxRow]:
    """The rows of now."""
    return [_row(ctx, waiting) for waiting in shown(ctx.cases.outbox(), seen(ctx.prefs))]


def _row(ctx: PanelContext, waiting: Waiting) -> OutboxRow:
    t, now = ctx.t, ctx.clock.now()
    case = ctx.cases.case(waiting.case)
    alive = waiting.state in (Sending.WAITING, Sending.PARKED, Sending.SENT)
    over = now if alive else waiting.decided or now
    left = waiting.valid_until - now
    why = t(plain(ctx, waiting.problem)) if waiting.problem is not None and waiting.state in FAILED else ""
    if waiting.state is Sending.EXPIRED and not why:
        why = t("outbox.expired_why")
    return OutboxRow(
        id=waiting.id,
        case=waiting.case,
        state=waiting.state,
        number=_number(ctx, waiting, case),
        what=_what(ctx, waiting, case),
        issued=instant(waiting.issued, now),
        waited=t(exactly(over - waiting.issued)),
        left=t(exactly(left)) if waiting.valid_until and left > 0 and alive else "",
        near=bool(waiting.valid_until) and alive and left * NEAR < waiting.valid_until - waiting.issued,
        word=t(f"outbox.state_{waiting.state}"),
        why=why,
    )


def _number(ctx: PanelContext, waiting: Waiting, case: Case | None) -> str:
    """G-0714-0642 of an order that has its number; else what is wanted."""
    orders = _orders(waiting)
    known = next((case.orders[one] for one in orders if case is not None and one in case.orders), None)
    words = ctx.t(f"outbox.act_{word_of(waiting.act).replace('.', '_')}")
    if known is None or not known.number:
        return words
    return known.number if isinstance(waiting.act, IssueOrders) else f"{words} {known.number}"


def _orders(waiting: Waiting) -> Sequence[str]:
    match waiting.act:
        case IssueOrders():
            return [order.id for order in waiting.act.orders]
        case RecallOrder() | VerifyOrder():
            return [waiting.act.order]
        case _:
            return []


def _what(ctx: PanelContext, waiting: Waiting, case: Case | None) -> str:
    """0714-1187 下穿积水 · 市政抢修 07 等 4 个."""
    if isinstance(waiting.act, GiveInstruction) and waiting.act.topic != "case":
        return target_words(ctx, waiting.act.topic, waiting.act.key)
    if case is None and (one := _instruction(ctx, waiting)) is not None:
        return target_words(ctx, one.topic, one.key)
    facts = case.facts if case is not None else _facts(waiting)
    number = case.number if case is not None else ""
    kind = ctx.t.pack(ctx.pack.kind(facts.kind).name) if facts is not None else ""
    return " · ".join(part for part in (f"{number} {kind}".strip(), _to_whom(ctx, waiting, case)) if part)


def _instruction(ctx: PanelContext, waiting: Waiting) -> Instruction | None:
    """The 批示 that it is about, where that is to no case."""
    ident = getattr(waiting.act, "instruction", "")
    return ctx.instructions.instruction(ident) if ident and ctx.instructions is not None else None


def _facts(waiting: Waiting) -> NewCase | None:
    act = waiting.act
    return act.open if isinstance(act, IssueOrders) else act.case if isinstance(act, OpenCase) else None


def _to_whom(ctx: PanelContext, waiting: Waiting, case: Case | None) -> str:
    if isinstance(waiting.act, IssueOrders):
        units = [order.unit for order in waiting.act.orders]
    else:
        known = case.orders if case is not None else {}
        units = [known[one].unit for one in _orders(waiting) if one in known]
    if not units:
        return ""
    row = ctx.picture["unit"].get(units[0])
    name = str(row["name"]) if row is not None else units[0].partition("/")[2] or units[0]
    return name if len(units) == 1 else ctx.t(Message("outbox.and_others", {"name": name, "n": len(units)}))
