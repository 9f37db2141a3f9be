"""What devices said and the hub has not yet: on disk, in order, until the hub has it."""

from __future__ import annotations

import logging

from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from cockpit.store.outbox import Outbox

log = logging.getLogger(__name__)


class WaitingForHub(Outbox):
    """What the hub can not take stays, and the log says so: it is somebody's word, and never thrown away."""

    def settle(self, ident: str, state: Sending, problem: Message | None = None, seq: int = 0) -> None:
        if state in (Sending.REFUSED, Sending.PARKED):
            log.error("the hub does not take %s: %s", ident, problem.id if problem else "?")
            state = Sending.PARKED
        super().settle(ident, state, problem, seq)
