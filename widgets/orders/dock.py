"""What is docked at the foot of the page: the order form, or the orders that were given out, and the big button.

It is where an officer acts on a case. Keys act wherever the keyboard is; nothing here takes the keyboard by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from cockpit.model.cases import Case
from cockpit.model.entries import IssueOrders
from cockpit.model.ids import new_id
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.ports import Near
from cockpit.model.ports.cases import Check, Waiting
from widgets.kit.panel import PanelContext
from widgets.orders.acts import CaseActs
from widgets.orders.card import OrderCard
from widgets.orders.dossier import Dossier
from widgets.orders.draft import Draft, Times, best, prefilled
from widgets.orders.foot import Foot
from widgets.orders.form import OrderForm
from widgets.orders.next_act import FAILED, Do, Offer, newest, offers
from widgets.orders.say import failure as failed_words
from widgets.orders.say import plain, what_next
from widgets.orders.words import BAD, Said

BODY, BODY_TALL = 264, 312
"""Height of form and card in pixels: the same, so that nothing moves when one takes the place of the other."""
BODY_ALONE = 120
"""Height of a refusal that no order stands beside."""
_TALL = 1200
SETTLE = 0.4
"""Seconds in which the same key or button does not do the next act too: one press too many is no decision."""
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


class OrderDock(QWidget):
    """The dock of one page.

    Attributes:
        dossier: the case of it, and what it is about. acts: what can be done to it.
        form: the order form while it is open. card: the orders while there are some.
        foot: the big button and the others.
        chosen: told which unit is to be seen as the chosen one among those near, "" for none.
    """

    def __init__(
        self,
        ctx: PanelContext,
        dossier: Dossier,
        near: Callable[[], Sequence[Near]],
        memory: Memory,
        parent: QWidget,
    ) -> None:
        """
        Args:
            near: who is near, as far as is known.
        """
        super().__init__(parent)
        self.dossier = dossier
        self.acts = CaseActs(ctx, dossier, self)
        self.form: OrderForm | None = None
        self.card: OrderCard | None = None
        self.chosen: Callable[[str], object] = lambda unit: None
        self._ctx, self._words, self._near, self._memory = ctx, dossier.words, near, memory
        self._item: Item = dossier.item
        self._sending = False
        self._confirmed_at = self._changed_at = -1e9
        self._before: QWidget | None = None
        self._body_height = BODY
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 1, 0, 0)
        self._column.setSpacing(0)
        self.foot = Foot(ctx, self)
        self.foot.pressed.connect(self._clicked)
        self._column.addWidget(self.foot)
        dossier.changed.connect(self._show)
        self._show()
        if self._item in memory.open:
            self._unfold()

    # -- what it is told

    @property
    def case(self) -> Case | None:
        """The case of it, None while there is none."""
        return self.dossier.case

    def age_tick(self) -> None:
        """A second passed."""
        self.dossier.age_tick()
        self._show()
        if self.card is not None:
            self.card.age_tick()

    def found(self) -> None:
        """Who is near is known, or is other than before: an open form without a lead takes the best fit."""
        draft = self._memory.drafts.get(self._item)
        if draft is not None and self.form is not None:
            draft.suggest(self._near(), self.taken)
            self.form.show_draft()
            self.chosen(draft.lead)
            self._check()

    def pick(self, unit: str) -> None:
        """A person picked a unit among those near: the lead, if it may go; why not is said in the form."""
        why = self.why_not(unit) if unit else None
        if self.form is None:
            if unit and why is None:
                self._draft().choose(unit)
            elif not unit and self._item in self._memory.drafts:
                self._memory.drafts[self._item].let_go()
            return
        draft = self._draft()
        if unit and why is None:
            draft.choose(unit)
        self.form.show_draft()
        self.chosen(draft.lead)
        self._check(Message("orders.can_not_go", {"unit": self._words.unit(unit), "why": why}) if why else None)

    def fits(self, height: int) -> None:
        """The page has this height: form and card are as high as that lets them be."""
        self._body_height = BODY_TALL if height >= _TALL else BODY
        if self.form is not None:
            self.form.setFixedHeight(self._body_height)
        self._show()

    # -- what can be done

    def can(self, what: Do) -> bool | Message:
        """Whether an act can be done now, or why not."""
        return self.acts.can(what)

    def do(self, what: Do, by: str = "key") -> None:
        """Does one of the acts.

        Args:
            by: `key` or `mouse`; a click that comes right after the button came to mean something else is none.
        """
        if by == "mouse" and self._ctx.clock.mono() - self._changed_at < SETTLE:
            return
        looked_at = self.card.looked_at if self.card is not None else ""
        acts: dict[Do, Callable[[], None]] = {
            Do.DRAFT: lambda: self.open_form(take_keyboard=by == "key"),
            Do.CONFIRM: self._confirm,
            Do.FOLD: self.fold,
            Do.RECALL: self.acts.recall,
            Do.VERIFY: lambda: self.acts.verify(True, looked_at),
            Do.REWORK: lambda: self.acts.verify(False, looked_at),
            Do.CLOSE: lambda: self.acts.close("solved"),
            Do.VOID: lambda: self.acts.close("void"),
            Do.REOPEN: self.acts.reopen,
        }
        if what in acts:
            acts[what]()

    def press_confirm(self) -> Message | None:
        """Ctrl+Enter: the next act, where it is one that a person confirms; else why not."""
        now, last = self._ctx.clock.mono(), self._confirmed_at
        self._confirmed_at = now
        offer = self.foot.offer
        if now - last < SETTLE or offer is None or self._sending:
            return None
        if offer.do in (Do.CONFIRM, Do.VERIFY, Do.CLOSE):
            self.do(offer.do)
            return None
        return offer.why or Message("orders.confirm_first")

    def open_form(self, take_keyboard: bool = False) -> None:
        """Unfolds the form, filled in; the keyboard goes into it only where the person asked for that."""
        if self.form is None:
            focus = QApplication.focusWidget()
            self._before = focus if focus is not None and not self.isAncestorOf(focus) else None
            self._unfold()
        if take_keyboard and self.form is not None:
            self.form.take_keyboard()

    def fold(self) -> None:
        """Puts the form away; what is in it is kept."""
        self._memory.open.discard(self._item)
        form, self.form = self.form, None
        if form is None:
            return
        self._give_back_keyboard(form)
        self._remove(form)
        self.chosen("")
        self._show()

    # -- who may go

    def taken(self, unit: str) -> bool:
        """Whether an order of ours has it."""
        return self._ctx.cases.order_of(unit) is not None

    def why_not(self, unit: str) -> Message | None:
        """Why a unit can not be sent; None when it can."""
        order = self._ctx.cases.order_of(unit)
        if order is not None:
            here = self.case is not None and order.case == self.case.id
            number = order.number or Message("orders.unnumbered")
            return Message("orders.on_this_case" if here else "orders.on_order", {"order": number})
        near = next((near for near in self._near() if near.key == unit), None)
        if near is None or near.free:
            return None
        return near.fits[0] if near.fits else Message("lists.unit_not_free")

    def suggested(self) -> str:
        """Key of the best fit among those near, "" for none."""
        return best(self._near(), self.taken)

    # -- giving orders out

    def _confirm(self) -> None:
        form, draft = self.form, self._memory.drafts.get(self._item)
        if form is None or draft is None or self._sending:
            return
        if form.composing:
            self._ctx.notify(Message("orders.composing"), 0)
            return
        problem = self._check()
        if problem is not None:
            self._ctx.notify(Message("orders.can_not", {"why": problem}), Level.ORANGE)
            return
        texts = {"order": draft.text.strip()}
        if self.case is None:
            texts["place"] = draft.about.place
        now = self._ctx.clock.now()
        valid = self._ctx.pack.loop.calendar.after(now, draft.times.valid).at - now
        self._sending = True
        self.acts.submit(self._act(draft), None, texts, valid, self._kept)

    def _kept(self, problem: Message | None) -> None:
        """It is durable here; or it is not, and nothing was given out."""
        self._sending = False
        if problem is not None:
            said = Message("orders.not_kept", {"why": problem})
            self._ctx.notify(said, Level.RED)
            self._check(said)
            return
        draft = self._memory.drafts.pop(self._item, None)
        if draft is not None:
            self._memory.sent[self._item] = draft
        self._memory.looked_at.pop(self._item, None)
        self.fold()
        self.dossier.take()

    def _draft(self) -> Draft:
        """The draft of this, begun if there is none; after a refusal it is what was refused."""
        memory, item = self._memory, self._item
        draft = memory.drafts.get(item)
        if draft is None:
            about = self.dossier.about()
            times = Times.of(self._ctx.pack.loop, about.kind, about.level)
            draft = Draft(about, "", times)
            before = memory.sent.get(item) if self._failure() is not None else None
            if before is not None:
                draft.text, draft.edited, draft.times = before.text, before.edited, before.times
                draft.helpers = [unit for unit in before.helpers if self.why_not(unit) is None]
            memory.drafts[item] = draft
        return draft

    def _unfold(self) -> None:
        draft = self._draft()
        if not draft.edited:
            draft.about = self.dossier.about()
            draft.text = prefilled(draft.about, self._ctx.pack, self._ctx.t)
        if draft.lead and self.why_not(draft.lead) is not None:
            draft.let_go()
        draft.suggest(self._near(), self.taken)
        self._memory.open.add(self._item)
        self.form = OrderForm(self._ctx, draft, self._words.unit, self._candidates, self)
        self.form.changed.connect(self._changed)
        self.form.left.connect(self.fold)
        self._put(self.form)
        self._show()
        self.chosen(draft.lead)

    def _changed(self) -> None:
        self._check()
        draft = self._memory.drafts.get(self._item)
        if draft is not None:
            self.chosen(draft.lead)

    def _candidates(self) -> list[tuple[str, str, Message | None]]:
        return [(near.key, self._words.unit(near.key), self.why_not(near.key)) for near in self._near()]

    def _act(self, draft: Draft) -> IssueOrders:
        ctx = self._ctx
        return draft.act(self.case is None, lambda: new_id(ctx.clock), ctx.pack.loop.calendar, ctx.clock.now())

    def _checks(self) -> list[Check]:
        """Whether the hub would take it, as far as this seat knows."""
        draft = self._memory.drafts.get(self._item)
        if draft is None or draft.missing() is not None:
            return []
        found = self._ctx.cases.checks(self._act(draft), self.case.id if self.case is not None else "")
        return [Check(one.name, one.problem and plain(self._ctx, one.problem)) for one in found]

    def _check(self, said: Message | None = None) -> Message | None:
        """Shows whether the order would be taken; the answer is why not."""
        form, draft = self.form, self._memory.drafts.get(self._item)
        if form is None or draft is None:
            return None
        checks = self._checks()
        failed = next((check.problem for check in checks if check.problem is not None), None)
        problem = draft.missing() or failed
        form.tell(checks, said or problem)
        return problem

    # -- what it looks like

    def _failure(self) -> Waiting | None:
        """The last command of this seat about this, if it had no effect."""
        topic, key = self._item
        case = self.case.id if self.case is not None else key if topic == "case" else ""
        row = newest(self._ctx.cases.outbox(), case, key if topic == "event" else "")
        return row if row is not None and row.state in FAILED else None

    def _show(self) -> None:
        """Brings body and foot up to date."""
        if self.form is None:
            self._show_card()
        elif self.card is not None:
            self._drop_card()
        if self.form is not None:
            self._check()
        big, others = offers(self.case, self.form is not None, self._ctx.clock.now())
        if self.foot.offer is None or big.do is not self.foot.offer.do:
            self._changed_at = self._ctx.clock.mono()
        self.foot.show_offers(self._with_why(big), [self._with_why(offer) for offer in others])

    def _with_why(self, offer: Offer) -> Offer:
        can = True if offer.do in (Do.CONFIRM, Do.FOLD, Do.WAIT) else self.can(offer.do)
        return Offer(offer.do, offer.words, can) if isinstance(can, Message) else offer

    def _show_card(self) -> None:
        case, failure = self.case, self._failure()
        if (case is None or not case.orders) and failure is None:
            self._drop_card()
            return
        if self.card is None:
            self.card = OrderCard(self._ctx, self._words, self.dossier.reading, self)
            self.card.looked_at = self._memory.looked_at.get(self._item, "")
            self._put(self.card)
        failed = Said(self._ctx.t(failed_words(self._ctx, failure)), BAD) if failure is not None else None
        todo = self._ctx.t(what_next(failure.act)) if failure is not None else ""
        self.card.setFixedHeight(self._body_height if case is not None and case.orders else BODY_ALONE)
        self.card.show_case(case, self._ctx.cases.outbox(), failed, todo)
        self._memory.looked_at[self._item] = self.card.looked_at

    def _drop_card(self) -> None:
        card, self.card = self.card, None
        if card is not None:
            self._remove(card)

    def _put(self, body: QWidget) -> None:
        body.setFixedHeight(self._body_height)
        self._column.insertWidget(0, body)
        body.show()

    def _remove(self, body: QWidget) -> None:
        self._column.removeWidget(body)
        body.hide()
        body.deleteLater()

    def _give_back_keyboard(self, form: QWidget) -> None:
        """The keyboard goes back to where it was before the form, if it is in the form."""
        focus = QApplication.focusWidget()
        if focus is None or not (focus is form or form.isAncestorOf(focus)):
            return
        before = self._before
        if before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.foot.big.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clicked(self, what: Do) -> None:
        self.do(what, "mouse")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        painter.fillRect(self.rect(), theme.s1)
        painter.fillRect(0, 0, self.width(), 1, theme.line)
