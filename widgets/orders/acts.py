"""What an officer does to a case once orders are out: take back, verify, send back, close, reopen, undo.

Each act is said when it is durable here (已签发); what the hub makes of it is seen in the case, and a refusal is told.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import shiboken6
from PySide6.QtCore import QObject

from cockpit.model.entries import Act, CloseCase, RecallOrder, ReopenCase, VerifyOrder
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending, Waiting
from widgets.kit.panel import PanelContext
from widgets.lists.question import Question
from widgets.orders.dossier import CAUSES, Dossier
from widgets.orders.next_act import Do, recallable, to_verify
from widgets.orders.undo import undo
from widgets.orders.words import act_message


class CaseActs(QObject):
    """Acts on the case of a dossier."""

    def __init__(self, ctx: PanelContext, dossier: Dossier, asker: QObject, parent: QObject) -> None:
        """
        Args:
            asker: waits for answers also when something else is looked at by then.
        """
        super().__init__(parent)
        self._ctx, self._dossier, self._asker = ctx, dossier, asker

    def can(self, what: Do) -> bool | Message:
        """Whether an act can be done now, or why not."""
        case = self._dossier.case
        if what is Do.DRAFT:
            if case is None:
                return self._can_open()
            return True if case.open else Message("orders.closed_already")
        if case is None:
            return Message("orders.no_case")
        holds, why = {
            Do.RECALL: (case.open and bool(recallable(case)), "orders.nothing_to_recall"),
            Do.VERIFY: (bool(to_verify(case)), "orders.nothing_done"),
            Do.REWORK: (bool(to_verify(case)), "orders.nothing_done"),
            Do.REOPEN: (not case.open, "orders.still_open"),
            Do.VOID: (case.open and not case.at_work(), "orders.still_at_work"),
            Do.CLOSE: (case.ready, "orders.nothing_done"),
        }.get(what, (True, ""))
        return True if holds else Message(why)

    def _can_open(self) -> bool | Message:
        """Whether a case can be opened about it, or why not."""
        topic = self._dossier.item[0]
        if topic not in CAUSES:
            return Message("orders.no_case")
        if topic == "alarm" and not self._dossier.about().kind:
            return Message("orders.alarm_no_kind")
        return True

    def recall(self) -> None:
        """F8: takes back every order that nobody accepted; one that was not sent yet is cancelled."""
        case = self._dossier.case
        if case is None:
            return
        rows = {row.id: row for row in self._ctx.cases.outbox()}
        orders = recallable(case)
        waiting = {o.command: rows[o.command] for o in orders if o.provisional and _waits(rows.get(o.command))}
        for row in waiting.values():
            self._cancel(row, Message("orders.recalled_waiting"))
        sent = [order for order in orders if order.command not in waiting]
        for i, order in enumerate(sent):
            says = Message("orders.recalled", {"n": len(sent)}) if i == len(sent) - 1 else None
            self.submit(RecallOrder(order.id), says)

    def verify(self, good: bool, looked_at: str = "") -> None:
        """核查 of the order that is looked at, or of the first that was reported done."""
        done = to_verify(self._dossier.case) if self._dossier.case is not None else []
        if not done:
            return
        order = next((order for order in done if order.id == looked_at), done[0])
        says = None if good else Message("orders.sent_back", {"unit": self._dossier.unit(order.unit)})
        self.submit(VerifyOrder(order.id, good), says)

    def close(self, result: str) -> None:
        case = self._dossier.case
        if case is not None:
            number = case.number or Message("orders.unnumbered")
            self.submit(CloseCase(result), Message(f"orders.closed_{result}", {"case": number}))

    def reopen(self) -> None:
        case = self._dossier.case
        if case is not None:
            number = case.number or Message("orders.unnumbered")
            self.submit(ReopenCase(), Message("orders.undid_close", {"case": number}))

    def undo(self) -> Message | None:
        """Ctrl+Z: takes back what this seat did last and says so; the answer is why it can not."""
        cases = self._ctx.cases
        found = undo(cases.outbox(), cases.case, act_message)
        if isinstance(found, Message):
            return found
        if found.cancel:
            self._cancel(found.row, found.says)
            return None
        for i, act in enumerate(found.acts):
            says = found.says if i == len(found.acts) - 1 else None
            self.submit(act, says, case=found.row.case)
        return None

    def submit(
        self,
        act: Act,
        says: Message | None = None,
        texts: dict[str, str] | None = None,
        valid_for: int = 0,
        done: Callable[[Message | None], object] | None = None,
        case: str | None = None,
    ) -> None:
        """Gives a command out.

        Args:
            says: what is said once it is durable here.
            done: told too; a Message says why it could not be kept. This may be gone by then.
            case: another one than the dossier's.
        """
        name = self._ctx.prefs.get("name", "")
        who = {"who": name} if isinstance(name, str) and name else {}
        here = self._dossier.case.id if self._dossier.case is not None else ""
        question = Question(self._asker, partial(self._kept, says, done))
        self._ctx.cases.submit(
            act, here if case is None else case, {**(texts or {}), **who}, question.answer, valid_for
        )

    def _kept(
        self, says: Message | None, done: Callable[[Message | None], object] | None, problem: Message | None
    ) -> None:
        if problem is not None:
            self._ctx.notify(Message("orders.not_kept", {"why": problem}), Level.RED)
        elif says is not None:
            self._ctx.notify(says, 0)
        if done is not None:
            done(problem)
        self._look()

    def _look(self) -> None:
        """Takes in what came of it, if it is still looked at."""
        if shiboken6.isValid(self):
            self._dossier.take()

    def _cancel(self, row: Waiting, says: Message) -> None:
        def told(problem: Message | None) -> None:
            self._ctx.notify(problem or says, Level.ORANGE if problem else 0)
            self._look()

        self._ctx.cases.cancel(row.id, Question(self._asker, told).answer)


def _waits(row: Waiting | None) -> bool:
    return row is not None and row.state in (Sending.WAITING, Sending.PARKED)
