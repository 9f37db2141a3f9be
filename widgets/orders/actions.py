"""Commands about the case that is shown, with their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cockpit.model.messages import Message
from widgets.kit.actions import Action
from widgets.orders.dock import OrderDock
from widgets.orders.next_act import Do


def order_actions(dock: Callable[[], OrderDock | None], notify: Callable[[Message, int], None]) -> Iterator[Action]:
    """What can be done about the case that is shown; `dock` says where it is, None while nothing of the kind is."""

    def can(what: Do) -> Callable[[], bool | Message]:
        def asked() -> bool | Message:
            shown = dock()
            return shown.can(what) if shown is not None else Message("orders.select_first")

        return asked

    def do(what: Do) -> Callable[[], None]:
        def act() -> None:
            shown = dock()
            if shown is not None:
                shown.do(what)

        return act

    def confirm() -> None:
        shown = dock()
        problem = shown.press_confirm() if shown is not None else None
        if problem is not None:
            notify(problem, 0)

    def undo() -> None:
        shown = dock()
        said = shown.acts.undo() if shown is not None else None
        if said is not None:
            notify(said, 0)

    def open_quietly() -> None:
        """Enter in the queue: the form opens where the next act is to order; the keyboard stays in the queue."""
        shown = dock()
        if shown is not None and shown.foot.offer is not None and shown.foot.offer.do is Do.DRAFT:
            shown.open_form()

    def somewhere() -> bool | Message:
        return True if dock() is not None else Message("orders.select_first")

    yield Action("order.draft", "orders.action_draft", do(Do.DRAFT), ("Ctrl+D",), can(Do.DRAFT))
    yield Action("order.confirm", "orders.action_confirm", confirm, ("Ctrl+Enter", "Ctrl+Return"), somewhere, "check")
    yield Action("order.recall", "orders.action_recall", do(Do.RECALL), ("F8",), can(Do.RECALL))
    yield Action("order.rework", "orders.action_rework", do(Do.REWORK), ("Alt+R",), can(Do.REWORK))
    yield Action("case.void", "orders.action_void", do(Do.VOID), ("Alt+V",), can(Do.VOID))
    yield Action("case.reopen", "orders.action_reopen", do(Do.REOPEN), ("Alt+O",), can(Do.REOPEN))
    yield Action("order.undo", "orders.action_undo", undo, ("Ctrl+Z",), somewhere, "retry")
    yield Action("order.open", "orders.action_open", open_quietly, (), somewhere, shown=False)
