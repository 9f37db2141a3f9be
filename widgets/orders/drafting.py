"""The draft of an order about what is shown: begun, filled in, checked; and who may go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.model.entries import IssueOrders
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.ports import Near
from cockpit.model.ports.cases import Check, Waiting
from cockpit.model.tables import UnitState
from widgets.kit.outbox import FAILED
from widgets.kit.panel import PanelContext
from widgets.lists.nearby import metres_words
from widgets.lists.words import joined
from widgets.orders.dossier import CAUSES, Dossier
from widgets.orders.draft import Draft, Times, prefilled
from widgets.orders.next_act import newest
from widgets.orders.say import plain

Item = tuple[str, str]


class Memory:
    """What a desk keeps while other things are looked at, and through a change of language or theme.

    Attributes:
        drafts: forms that were begun; open: those that are unfolded; sent: what was given out last.
        looked_at: order that is looked at.
    """

    def __init__(self) -> None:
        self.drafts: dict[Item, Draft] = {}
        self.open: set[Item] = set()
        self.sent: dict[Item, Draft] = {}
        self.looked_at: dict[Item, str] = {}


class Drafting:
    """Drafts about one thing."""

    def __init__(self, ctx: PanelContext, dossier: Dossier, near: Callable[[], Sequence[Near]], memory: Memory) -> None:
        """
        Args:
            near: who is near, as far as is known.
        """
        self._ctx, self._dossier, self._near, self._memory = ctx, dossier, near, memory

    # -- the draft

    @property
    def now(self) -> Draft | None:
        """The draft that was begun, None while there is none."""
        return self._memory.drafts.get(self._dossier.item)

    def begun(self) -> Draft:
        """The draft, begun if there is none; after a refusal it is what was refused."""
        draft = self.now
        if draft is None:
            about = self._dossier.about()
            draft = Draft(about, "", Times.of(self._ctx.pack.loop, about.kind, about.level))
            before = self._memory.sent.get(self._dossier.item) if self.failure() is not None else None
            if before is not None:
                draft.text, draft.edited, draft.times = before.text, before.edited, before.times
                draft.helpers = [unit for unit in before.helpers if self.why_not(unit) is None]
            self._memory.drafts[self._dossier.item] = draft
        return draft

    def filled(self) -> Draft:
        """The draft as the form shows it first: words of now unless a person wrote, a lead who may go."""
        draft = self.begun()
        if not draft.edited:
            draft.about = self._dossier.about()
            draft.text = prefilled(draft.about, self._ctx.pack, self._ctx.t)
        if draft.lead and self.why_not(draft.lead) is not None:
            draft.let_go()
        self.suggest()
        return draft

    def suggest(self) -> None:
        """The best fit becomes the lead where there is none."""
        if self.now is not None:
            self.now.suggest(self._near(), self.taken)

    def give_out(self) -> None:
        """The draft becomes an order; its words are kept for the case that it is refused."""
        item, memory = self._dossier.item, self._memory
        draft = memory.drafts.pop(item, None)
        if draft is not None:
            memory.sent[item] = draft
        memory.open.discard(item)
        memory.looked_at.pop(item, None)

    def take_back(self, draft: Draft) -> None:
        """It could not be kept: it is a draft still."""
        item, memory = self._dossier.item, self._memory
        memory.drafts[item] = draft
        memory.open.add(item)

    def failure(self) -> Waiting | None:
        """The last command of this seat about this, if it had no effect."""
        (topic, key), case = self._dossier.item, self._dossier.case
        ident = case.id if case is not None else key if topic == "case" else ""
        row = newest(self._ctx.cases.outbox(), ident, key if topic in CAUSES else "")
        return row if row is not None and row.state in FAILED else None

    # -- who may go

    def taken(self, unit: str) -> bool:
        """Whether an order of ours has it, or the city itself has given it something to do since it was found."""
        row = self._ctx.picture["unit"].get(unit)
        busy = row is not None and row["state"] != UnitState.FREE
        return busy or self._ctx.cases.order_of(unit) is not None

    def why_not(self, unit: str) -> Message | None:
        """Why a unit can not be sent; None when it can."""
        order, case = self._ctx.cases.order_of(unit), self._dossier.case
        if order is not None:
            here = case is not None and order.case == case.id
            number = order.number or Message("orders.unnumbered")
            return Message("orders.on_this_case" if here else "orders.on_order", {"order": number})
        near = next((near for near in self._near() if near.key == unit), None)
        if near is None or near.free:
            row = self._ctx.picture["unit"].get(unit)
            state = UnitState.FREE if row is None else row["state"]
            return None if state == UnitState.FREE else Message(f"lists.unit_state_{int(state)}")
        return near.fits[0] if near.fits else Message("lists.unit_not_free")

    def candidates(self) -> list[tuple[str, str, Message | None]]:
        """(key, name and how far, why not) of those who are near."""
        t = self._ctx.t
        return [
            (near.key, joined(self._dossier.unit(near.key), metres_words(near.metres, t)), self.why_not(near.key))
            for near in self._near()
        ]

    # -- what would be given out

    def act(self, draft: Draft) -> IssueOrders:
        ctx = self._ctx
        new = self._dossier.case is None
        return draft.act(new, lambda: new_id(ctx.clock), ctx.pack.loop.calendar, ctx.clock.now())

    def valid_for(self, draft: Draft) -> int:
        """How long the order is good for, microseconds."""
        now = self._ctx.clock.now()
        return self._ctx.pack.loop.calendar.after(now, draft.times.valid).at - now

    def checks(self) -> tuple[list[Check], Message | None]:
        """Whether the hub would take it, as far as this seat knows; and why it can not be given out."""
        draft, case = self.now, self._dossier.case
        if draft is None:
            return [], None
        missing = draft.missing()
        if missing is not None:
            return [], missing
        found = self._ctx.cases.checks(self.act(draft), case.id if case is not None else "")
        checks = [Check(one.name, one.problem and plain(self._ctx, one.problem)) for one in found if _shown(one)]
        return checks, next((check.problem for check in checks if check.problem is not None), None)


def _shown(check: Check) -> bool:
    """Whether a row stands in the form: the version of the case is of interest only where it is not the newest."""
    return check.problem is not None or check.name.id != "ledger.check_version"
