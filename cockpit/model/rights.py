"""Who may do what: rights by role, as the pack's loop gives them."""

from __future__ import annotations

import msgspec

from cockpit.model.entries import Act
from cockpit.model.stages import STAGES

ACTS = (
    "case.open",
    "order.issue",
    "order.recall",
    "order.verify",
    "case.close",
    "case.reopen",
    "case.note",
    "case.call",
    "instruction.give",
    "instruction.read",
    "instruction.answer",
    "instruction.close",
    "decision.ask",
    "decision.give",
    "case.urge",
    "case.meet",
)
"""Acts by the word that a command carries; a test holds it to the types of `cockpit.model.entries`."""


class Rights(msgspec.Struct, frozen=True):
    """What a role may do.

    Attributes:
        acts: words of `ACTS`.
        upto: the furthest stage that it may bring a case to; "" none.
    """

    acts: frozenset[str] = frozenset()
    upto: str = ""

    def may(self, act: str) -> bool:
        return act in self.acts

    def reaches(self, stage: str) -> bool:
        """Whether it may bring a case to `stage`."""
        return bool(self.upto) and STAGES.index(stage) <= STAGES.index(self.upto)


NONE = Rights()


def word_of(act: Act) -> str:
    """The word that a command carries for an act, `order.issue`."""
    return str(act.__struct_config__.tag)
