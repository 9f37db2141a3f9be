"""What is docked at the foot of the page: the order form, or the orders that were given out, and the big button.

It is where an officer acts on a case. Keys act wherever the keyboard is; nothing here takes the keyboard by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from cockpit.model.cases import Case
from cockpit.model.clock import MINUTE
from cockpit.model.entries import Act, CloseCase, IssueOrders, RecallOrder, ReopenCase, VerifyOrder
from cockpit.model.ids import new_id
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.ports import Near
from cockpit.model.ports.cases import Check, Sending, Waiting
from widgets.kit.panel import PanelContext
from widgets.lists.question import Question
from widgets.orders.card import OrderCard
from widgets.orders.dossier import Dossier
from widgets.orders.draft import About, Draft, Times, best, prefilled
from widgets.orders.foot import HEIGHT, Foot
from widgets.orders.form import OrderForm
from widgets.orders.next_act import FAILED, Do, Offer, newest, offers, recallable, to_verify
from widgets.orders.say import failure as failed_words
from widgets.orders.say import plain, what_next
from widgets.orders.undo import undo
from widgets.orders.words import BAD, Said, act_message

BODY, BODY_TALL = 264, 312
"""Height of form and card in pixels: the same, so that nothing moves when one takes the place of the other."""
_TALL = 1200
SETTLE = 0.4
"""Seconds in which the same key or button does not do the next act too: one press too many is no decision."""
_KEEP = 120 * MINUTE
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
        dossier: the case of it, and what it is about.
        form: the order form while it is open. card: the orders while there are some.
        foot: the big button and the others.
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
        self.form: OrderForm | None = None
        self.card: OrderCard | None = None
        self.chosen: Callable[[str], object] = lambda unit: None
        self._ctx, self._words, self._near, self._memory = ctx, dossier.words, near, memory
        self._item: Item = dossier.item
        self._sending: Question | None = None
        self._pressed_at: dict[str, float] = {}
        self._changed_at = 0.0
        self._before: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 1, 0, 0)
        self._column.setSpacing(0)
        self.foot = Foot(ctx, self)
        self.foot.pressed.connect(self._clicked)
        self._column.addWidget(self.foot)
        dossier.changed.connect(self.take)
        self.take()
        if self._item in memory.open:
            self._unfold()

    # -- what it is told

    def take(self) -> None:
        """Cases, units or the outbox changed."""
        self._show()

    @property
    def case(self) -> Case | None:
        """The case of it, None while there is none."""
        return self.dossier.case

    @property
    def about(self) -> About:
        return self.dossier.about()

    def age_tick(self) -> None:
        """A second passed."""
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
        draft = self._draft()
        if unit and why is None:
            draft.choose(unit)
        if self.form is None:
            return
        self.form.show_draft()
        self.chosen(draft.lead)
        self._check(Message("orders.can_not_go", {"unit": self._words.unit(unit), "why": why}) if why else None)

    def fits(self, height: int) -> None:
        """The page has this height: form and card are as high as that lets them be."""
        self._body_height = BODY_TALL if height >= _TALL else BODY
        for body in (self.form, self.card):
            if body is not None:
                body.setFixedHeight(self._body_height)

    _body_height = BODY

    # -- what can be done

    def do(self, what: Do, by: str = "key") -> None:
        """Does one of the acts; what was pressed a moment ago does no second one."""
        now = self._ctx.clock.mono()
        if by == "mouse" and now - self._changed_at < SETTLE:
            return
        acts: dict[Do, Callable[[], None]] = {
            Do.DRAFT: lambda: self.open_form(by == "key"),
            Do.CONFIRM: self._confirm,
            Do.FOLD: self.fold,
            Do.RECALL: self._recall,
            Do.VERIFY: lambda: self._verify(True),
            Do.REWORK: lambda: self._verify(False),
            Do.CLOSE: lambda: self._close("solved"),
            Do.VOID: lambda: self._close("void"),
            Do.REOPEN: self._reopen,
        }
        if what in acts:
            acts[what]()

    def press_confirm(self) -> Message | None:
        """Ctrl+Enter: the next act, where it is one that a person confirms; else why not."""
        now = self._ctx.clock.mono()
        last = self._pressed_at.get("confirm", -1e9)
        self._pressed_at["confirm"] = now
        offer = self.foot.offer
        if now - last < SETTLE or offer is None or self._sending is not None:
            return None
        if offer.do in (Do.CONFIRM, Do.VERIFY, Do.CLOSE):
            self.do(offer.do)
            return None
        return offer.why or Message("orders.confirm_first")

    def can(self, what: Do) -> bool | Message:
        """Whether an act can be done now, or why not."""
        case = self.case
        if what is Do.DRAFT:
            return True if case is None or case.open else Message("orders.closed_already")
        if case is None:
            return Message("orders.no_case")
        if what is Do.RECALL:
            return True if case.open and recallable(case) else Message("orders.nothing_to_recall")
        if what in (Do.VERIFY, Do.REWORK):
            return True if to_verify(case) else Message("orders.nothing_done")
        if what is Do.REOPEN:
            return True if not case.open else Message("orders.still_open")
        if what in (Do.VOID, Do.CLOSE):
            return True if case.open and not case.at_work() else Message("orders.still_at_work")
        return True

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
        self._column.removeWidget(form)
        form.hide()
        form.deleteLater()
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

    # -- acts

    def _confirm(self) -> None:
        form, draft = self.form, self._memory.drafts.get(self._item)
        if form is None or draft is None or self._sending is not None:
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
            texts["place"] = self.about.place
        ctx = self._ctx
        valid = ctx.pack.loop.calendar.after(ctx.clock.now(), draft.times.valid).at - ctx.clock.now()
        self._submit(self._act(draft), texts, self._kept, valid)

    def _kept(self, problem: Message | None) -> None:
        self._sending = None
        if problem is not None:
            self._failed_to_keep(problem)
            return
        draft = self._memory.drafts.pop(self._item, None)
        if draft is not None:
            self._memory.sent[self._item] = draft
        self._memory.looked_at.pop(self._item, None)
        self.fold()
        self.dossier.take()

    def _recall(self) -> None:
        case = self.case
        if case is None:
            return
        rows = {row.id: row for row in self._ctx.cases.outbox()}
        cancelled: set[str] = set()
        for order in recallable(case):
            row = rows.get(order.command)
            if order.provisional and row is not None and row.state is Sending.WAITING:
                if row.id not in cancelled:
                    cancelled.add(row.id)
                    self._cancel(row, Message("orders.recalled_waiting"))
            else:
                self._submit(RecallOrder(order.id), {}, self._acted)
        if recallable(case) and not cancelled:
            self._ctx.notify(Message("orders.recalled", {"n": len(recallable(case))}), 0)

    def _verify(self, good: bool) -> None:
        case = self.case
        if case is None or not to_verify(case):
            return
        done = to_verify(case)
        looked = self.card.looked_at if self.card is not None else ""
        order = next((order for order in done if order.id == looked), done[0])
        self._submit(VerifyOrder(order.id, good), {}, self._acted)
        if not good:
            self._ctx.notify(Message("orders.sent_back", {"unit": self._words.unit(order.unit)}), 0)

    def _close(self, result: str) -> None:
        if self.case is not None:
            number = self.case.number or Message("orders.unnumbered")
            self._submit(CloseCase(result), {}, self._acted)
            self._ctx.notify(Message(f"orders.closed_{result}", {"case": number}), 0)

    def _reopen(self) -> None:
        if self.case is not None:
            self._submit(ReopenCase(), {}, self._acted)

    def _cancel(self, row: Waiting, says: Message) -> None:
        def told(problem: Message | None) -> None:
            self._ctx.notify(problem or says, Level.ORANGE if problem else 0)
            self.dossier.take()

        self._ctx.cases.cancel(row.id, Question(self, told).answer)

    def undo(self) -> Message | None:
        """Ctrl+Z: takes back what this seat did last and says so, or says why not."""
        cases = self._ctx.cases
        found = undo(cases.outbox(), cases.case, act_message)
        if isinstance(found, Message):
            return found
        if found.cancel:
            self._cancel(found.row, found.says)
            return None
        for act in found.acts:
            cases.submit(act, found.row.case, self._who(), Question(self, self._acted).answer)
        self._ctx.notify(found.says, 0)
        return None

    def _submit(
        self, act: Act, texts: dict[str, str], done: Callable[[Message | None], object], valid_for: int = 0
    ) -> None:
        question = Question(self, done)
        if isinstance(act, IssueOrders):
            self._sending = question
        case = self.case.id if self.case is not None else ""
        self._ctx.cases.submit(act, case, {**texts, **self._who()}, question.answer, valid_for)

    def _who(self) -> dict[str, str]:
        """The officer's name, where it was given."""
        name = self._ctx.prefs.get("name", "")
        return {"who": name} if isinstance(name, str) and name else {}

    def _acted(self, problem: Message | None) -> None:
        if problem is not None:
            self._failed_to_keep(problem)
        self.dossier.take()

    def _failed_to_keep(self, problem: Message) -> None:
        """Nothing was given out: it could not be made durable."""
        said = Message("orders.not_kept", {"why": problem})
        self._ctx.notify(said, Level.RED)
        if self.form is not None:
            self.form.tell(self._checks(), said)

    # -- the form

    def _draft(self) -> Draft:
        memory, item = self._memory, self._item
        draft = memory.drafts.get(item)
        if draft is None:
            about = self.about
            before = memory.sent.get(item) if self._failure() is not None else None
            times = Times.of(self._ctx.pack.loop, about.kind, about.level)
            draft = Draft(about, prefilled(about, self._ctx.pack, self._ctx.t), times)
            if before is not None:
                draft.text, draft.edited, draft.times = before.text, before.edited, before.times
                draft.helpers = [unit for unit in before.helpers if self.why_not(unit) is None]
            memory.drafts[item] = draft
        return draft

    def _unfold(self) -> None:
        draft = self._draft()
        if draft.lead and self.why_not(draft.lead) is not None:
            draft.lead, draft.by_hand = "", False
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
        now = ctx.clock.now()
        return draft.act(self.case is None, lambda: new_id(ctx.clock), ctx.pack.loop.calendar, now)

    def _checks(self) -> list[Check]:
        draft = self._memory.drafts.get(self._item)
        if draft is None or not draft.lead or draft.missing() is not None:
            return []
        return self._ctx.cases.checks(self._act(draft), self.case.id if self.case is not None else "")

    def _check(self, said: Message | None = None) -> Message | None:
        """Shows whether the order would be taken; the answer is why not."""
        form, draft = self.form, self._memory.drafts.get(self._item)
        if form is None or draft is None:
            return None
        ctx = self._ctx
        checks = [Check(one.name, one.problem and plain(ctx, one.problem)) for one in self._checks()]
        failed = next((check.problem for check in checks if check.problem is not None), None)
        problem = draft.missing() or failed
        form.tell(checks, said or problem)
        return problem

    # -- what it looks like

    def _failure(self) -> Waiting | None:
        """The last command of this seat about this, if it had no effect."""
        case = self.case.id if self.case is not None else ""
        row = newest(self._ctx.cases.outbox(), case, self.about.event)
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
        self.foot.show_offers(big, [self._with_why(offer) for offer in others])

    def _with_why(self, offer: Offer) -> Offer:
        can = self.can(offer.do) if offer.do is not Do.FOLD else True
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
        self.card.show_case(case, self._ctx.cases.outbox(), failed, todo)
        self._memory.looked_at[self._item] = self.card.looked_at

    def _drop_card(self) -> None:
        card, self.card = self.card, None
        if card is not None:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()

    def _put(self, body: QWidget) -> None:
        body.setFixedHeight(self._body_height)
        self._column.insertWidget(0, body)
        body.show()

    def _give_back_keyboard(self, form: QWidget) -> None:
        """The keyboard goes back to where it was before the form, if it is in the form."""
        focus = QApplication.focusWidget()
        if focus is None or not (focus is form or form.isAncestorOf(focus)):
            return
        before = self._before
        if before is not None and _alive(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.foot.big.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clicked(self, what: Do) -> None:
        self.do(what, "mouse")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        painter.fillRect(self.rect(), theme.s1)
        painter.fillRect(0, 0, self.width(), 1, theme.line)

    def least_height(self) -> int:
        return HEIGHT + (self._body_height if self.form is not None or self.card is not None else 0)


def _alive(widget: Any) -> bool:
    import shiboken6

    return shiboken6.isValid(widget)
