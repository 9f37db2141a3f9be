"""What the big button of a case does: always the next sensible act; and what may be done besides. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cockpit.model.cases import UNTIL_ACCEPTED, Case, Order
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Waiting
from widgets.orders.words import overdue


class Do(StrEnum):
    """What a button does."""

    DRAFT = "draft"
    CONFIRM = "confirm"
    FOLD = "fold"
    WAIT = "wait"
    RECALL = "recall"
    VERIFY = "verify"
    REWORK = "rework"
    CLOSE = "close"
    VOID = "void"
    REOPEN = "reopen"


KEYS = {
    Do.DRAFT: "Ctrl+D",
    Do.CONFIRM: "Ctrl+Enter",
    Do.FOLD: "Esc",
    Do.RECALL: "F8",
    Do.VERIFY: "Ctrl+Enter",
    Do.REWORK: "Alt+R",
    Do.CLOSE: "Ctrl+Enter",
    Do.VOID: "Alt+V",
    Do.REOPEN: "Alt+O",
}


@dataclass(frozen=True)
class Offer:
    """A button.

    Attributes:
        words: what stands on it; a waiting one says what for.
        why: why it can not be pressed, None when it can.
    """

    do: Do
    words: Message
    why: Message | None = None

    @property
    def key(self) -> str:
        return KEYS.get(self.do, "")


def offer(do: Do, words: str = "", why: Message | None = None) -> Offer:
    return Offer(do, Message(f"orders.do_{words or do}"), why)


def recallable(case: Case) -> list[Order]:
    """Orders that can be taken back: not accepted yet, or still in this seat's outbox."""
    return [o for o in case.orders.values() if o.state in UNTIL_ACCEPTED or (o.provisional and o.state == "confirmed")]


def to_verify(case: Case) -> list[Order]:
    return [order for order in case.orders.values() if order.state == "done"]


def under_way(case: Case) -> list[Order]:
    """Orders on which somebody is at work, or that are on their way to somebody."""
    return [o for o in case.orders.values() if o.working or (o.provisional and o.state == "confirmed")]


def offers(case: Case | None, drafting: bool, now: int) -> tuple[Offer, list[Offer]]:
    """The big button, and at most two beside it."""
    if drafting:
        return offer(Do.CONFIRM), [offer(Do.FOLD)]
    if case is None:
        return offer(Do.DRAFT), []
    if not case.open:
        return Offer(Do.WAIT, Message(f"orders.do_closed_{case.result or 'solved'}")), [offer(Do.REOPEN)]
    if to_verify(case):
        return offer(Do.VERIFY), [offer(Do.REWORK), offer(Do.DRAFT, "draft_more")]
    working = under_way(case)
    if working:
        beside = [offer(Do.DRAFT, "draft_more")]
        if recallable(case):
            beside.insert(0, offer(Do.RECALL))
        late = [order for order in working if overdue(order, now)]
        if late and not recallable(case):
            return offer(Do.DRAFT, "draft_help"), []
        return waiting_for(working), beside
    if case.ready:
        return offer(Do.CLOSE), [offer(Do.DRAFT, "draft_more")]
    again = "draft_again" if case.orders else "draft"
    return offer(Do.DRAFT, again), [offer(Do.VOID)]


def waiting_for(working: Sequence[Order]) -> Offer:
    """What is awaited: the order that is the least far says it."""
    least = min(working, key=lambda order: _FAR.index(order.state) if order.state in _FAR else 0)
    state = least.state if least.state in _FAR else _FAR[0]
    return Offer(Do.WAIT, Message(f"orders.wait_{state}"), Message(f"orders.wait_{state}_why"))


_FAR = ("confirmed", "sent", "delivered", "read", "accepted", "en_route", "on_scene")


def newest(rows: Sequence[Waiting], case: str, event: str) -> Waiting | None:
    """The last command of this seat about a case; or about an event, where the case was to be opened with it."""

    def about(row: Waiting) -> bool:
        opened = getattr(row.act, "open", None) or getattr(row.act, "case", None)
        return (bool(case) and row.case == case) or (bool(event) and getattr(opened, "event", "") == event)

    return max((row for row in rows if about(row)), key=lambda row: row.issued, default=None)
