"""What is docked at the foot of the page: the order form, or the orders that were given out, and the big button.

It is where an officer acts on a case. Keys act wherever the keyboard is; nothing here takes the keyboard by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from cockpit.model.cases import Case
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.ports import Near
from widgets.kit.panel import PanelContext
from widgets.orders.acts import CaseActs
from widgets.orders.card import OrderCard
from widgets.orders.dossier import Dossier
from widgets.orders.draft import Draft
from widgets.orders.drafting import Drafting, Memory
from widgets.orders.foot import Foot
from widgets.orders.form import OrderForm
from widgets.orders.next_act import Do, Offer, offers
from widgets.orders.say import failure as failed_words
from widgets.orders.say import what_next
from widgets.orders.words import BAD, Said

BODY, BODY_TALL = 264, 312
"""Height of form and card in pixels: the same, so that nothing moves when one takes the place of the other."""
BODY_ALONE = 120
"""Height of a refusal that no order stands beside."""
_TALL = 1200
SETTLE = 0.4
"""Seconds in which the same key or button does not do the next act too: one press too many is no decision."""


class OrderDock(QWidget):
    """The dock of one page.

    Attributes:
        dossier: the case of it, and what it is about. acts: what can be done to it; drafting: its draft.
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
        self.acts = CaseActs(ctx, dossier, parent, self)
        self.drafting = Drafting(ctx, dossier, near, memory)
        self.form: OrderForm | None = None
        self.card: OrderCard | None = None
        self.chosen: Callable[[str], object] = lambda unit: None
        self._ctx, self._words, self._memory = ctx, dossier.words, memory
        self._item = dossier.item
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
        if self.form is not None:
            self.drafting.suggest()
            self.form.show_draft()
            self.chosen(self.form.draft.lead)
            self._check()

    def pick(self, unit: str) -> None:
        """A person picked a unit among those near: the lead, if it may go; why not is said in the form."""
        why = self.drafting.why_not(unit) if unit else None
        if unit and why is None:
            self.drafting.begun().choose(unit)
        elif not unit and self.form is None and self.drafting.now is not None:
            self.drafting.now.let_go()
        if self.form is not None:
            self.form.show_draft()
            self.chosen(self.form.draft.lead)
            name = self._words.unit(unit) if unit else ""
            self._check(Message("orders.can_not_go", {"unit": name, "why": why}) if why else None)

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

    # -- giving orders out

    def _confirm(self) -> None:
        form = self.form
        if form is None or self._sending:
            return
        if form.composing:
            self._ctx.notify(Message("orders.composing"), 0)
            return
        problem = self._check()
        if problem is not None:
            self._ctx.notify(Message("orders.can_not", {"why": problem}), Level.ORANGE)
            return
        draft = form.draft
        texts = {"order": draft.text.strip()}
        if self.case is None:
            texts["place"] = draft.about.place
        act, valid_for = self.drafting.act(draft), self.drafting.valid_for(draft)
        self._sending = True
        self.drafting.give_out()
        self.acts.submit(act, None, texts, valid_for, partial(self._kept, draft))

    def _kept(self, draft: Draft, problem: Message | None) -> None:
        """It is durable here; or it is not, and nothing was given out. Something else may be looked at by now."""
        if problem is not None:
            self.drafting.take_back(draft)
        if not shiboken6.isValid(self):
            return
        self._sending = False
        if problem is not None:
            self._check(Message("orders.not_kept", {"why": problem}))
        else:
            self.fold()

    def _unfold(self) -> None:
        draft = self.drafting.filled()
        self._memory.open.add(self._item)
        self.form = OrderForm(self._ctx, draft, self._words.unit, self.drafting.candidates, self)
        self.form.changed.connect(self._changed)
        self.form.left.connect(self.fold)
        self.form.rechained.connect(self._chain)
        self._chain()
        self._put(self.form)
        self._show()
        self.chosen(draft.lead)

    def _chain(self) -> None:
        """After the last field of the form Tab comes to the big button."""
        if self.form is not None:
            for before, after in pairwise([*self.form.chain(), self.foot.big, *self.foot.beside]):
                QWidget.setTabOrder(before, after)

    def _changed(self) -> None:
        self._check()
        if self.form is not None:
            self.chosen(self.form.draft.lead)

    def _check(self, said: Message | None = None) -> Message | None:
        """Shows whether the order would be taken; the answer is why not."""
        if self.form is None:
            return None
        checks, problem = self.drafting.checks()
        self.form.tell(checks, said or problem)
        return problem

    # -- what it looks like

    def _show(self) -> None:
        """Brings body and foot up to date."""
        if self.form is None:
            self._show_card()
        elif self.card is not None:
            self._drop_card()
        if self.form is not None and not self._sending:
            self._check()
        big, others = offers(self.case, self.form is not None, self._ctx.clock.now())
        if self.foot.offer is None or big.do is not self.foot.offer.do:
            self._changed_at = self._ctx.clock.mono()
        self.foot.show_offers(self._with_why(big), [self._with_why(offer) for offer in others])

    def _with_why(self, offer: Offer) -> Offer:
        can = True if offer.do in (Do.CONFIRM, Do.FOLD, Do.WAIT) else self.can(offer.do)
        return Offer(offer.do, offer.words, can) if isinstance(can, Message) else offer

    def _show_card(self) -> None:
        case, failure = self.case, self.drafting.failure()
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
