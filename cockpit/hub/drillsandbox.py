"""What a rehearsal's hub has in the place of what reaches out: it notes what would have gone, and lets nothing go."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.hub.climb import ClimbService, Ended, Step
from cockpit.hub.climbwords import number_for_sms
from cockpit.hub.service import Setting
from cockpit.ledger.urging import DONE, FAILED
from cockpit.model.calls import Contact, Way
from cockpit.model.messages import Message
from cockpit.model.rehearsal import Held


class Sandbox:
    """
    Attributes:
        held: what would have left, in order.
    """

    def __init__(self) -> None:
        self.held: list[Held] = []

    def climbing(self, setting: Setting) -> ClimbService:
        """The climbing of orders of a hub that sends and calls nobody."""
        return _SandboxClimb(setting, self.held.append)


class _SandboxClimb(ClimbService):
    """Its short messages and calls are noted; nobody picks up, so that the next step is rehearsed too."""

    def __init__(self, setting: Setting, hold: Callable[[Held], None]) -> None:
        super().__init__(setting)
        self._hold = hold

    async def _sms_to(self, step: Step, contacts: list[Contact], unit: str) -> Ended:
        if not number_for_sms(contacts):
            return FAILED, Message("climb.no_number"), unit, None
        await self._note(step, "sms", contacts[0].name if contacts else "")
        return DONE, None, unit, None

    async def _call_to(self, step: Step, way: Way | None, unit: str) -> Ended:
        if way is None:
            return FAILED, Message("climb.no_number"), unit, None
        await self._note(step, "call", unit)
        return FAILED, Message("rehearsal.stays_inside"), unit, None

    async def _note(self, step: Step, way: str, to: str) -> None:
        row = self._setting.intake.picture["unit"].get(to or step.order.unit)
        name = str(row["name"]) if row is not None else to
        words = await self._book.words(step.case, step.order)
        self._hold(Held(self._clock.now(), way, name, words, step.order.number))
