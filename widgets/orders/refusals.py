"""A toast for each command of this seat that was refused, parked or expired: the officer may look elsewhere by then."""

from __future__ import annotations

from cockpit.model.clock import MINUTE
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Waiting
from widgets.kit.panel import PanelContext
from widgets.orders.next_act import FAILED
from widgets.orders.say import failure, what_next

NEWS = MINUTE
"""How long a failure is news."""


class Refusals:
    """Tells of what failed since it was made, once each."""

    def __init__(self, ctx: PanelContext) -> None:
        self._ctx = ctx
        self._told: set[str] = {row.id for row in ctx.cases.outbox() if row.state in FAILED}

    def tell(self) -> None:
        """The outbox changed."""
        failed = [row for row in self._ctx.cases.outbox() if row.state in FAILED]
        told, self._told = self._told, {row.id for row in failed}
        now = self._ctx.clock.now()
        for row in failed:
            # what had failed before this seat was opened stands in the outbox, it is no news
            if row.id not in told and now - row.decided < NEWS:
                self._ctx.notify(self._words(row), Level.ORANGE)

    def _words(self, row: Waiting) -> Message:
        return Message("orders.refusal", {"what": failure(self._ctx, row), "todo": what_next(row.act)})
