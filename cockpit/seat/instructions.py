"""批示 and 请示 at a seat: what the fold of its cases says of them. No Qt."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.model.entries import Actor
from cockpit.model.instructions import Ask, Instruction
from cockpit.model.loop import LoopRules
from cockpit.seat.cases import LedgerCases

_NEVER = 1 << 62


class LedgerInstructions:
    """`ports.Instructions`."""

    def __init__(self, cases: LedgerCases, rules: LoopRules) -> None:
        self._cases = cases
        self._rules = rules

    @property
    def me(self) -> Actor:
        return self._cases.actor

    def may(self, act: str) -> bool:
        return self._rules.of_role(self.me.role).may(act)

    def every(self) -> list[Instruction]:
        return _newest(self._cases.threads.instructions.values())

    def for_me(self) -> list[Instruction]:
        gives, answers = self.may("instruction.give"), self.may("instruction.answer")
        found = [
            one for one in self.every() if one.open and ((gives and one.answered) or (answers and not one.answered))
        ]
        return sorted(found, key=lambda one: (one.due or _NEVER, one.said.at, one.id))

    def of(self, topic: str, key: str) -> list[Instruction]:
        return [one for one in self.every() if (one.topic, one.key) == (topic, key)]

    def instruction(self, ident: str) -> Instruction | None:
        return self._cases.threads.instructions.get(ident)

    def asks(self) -> list[Ask]:
        found = [one for one in self._cases.threads.asks.values() if one.open]
        return sorted(found, key=lambda one: (one.until or _NEVER, one.said.at, one.id))

    def every_ask(self) -> list[Ask]:
        return list(self._cases.threads.asks.values())

    def asks_of(self, case: str) -> list[Ask]:
        found = [one for one in self._cases.threads.asks.values() if one.case == case]
        return sorted(found, key=lambda one: (-one.said.at, one.id))

    def ask(self, ident: str) -> Ask | None:
        return self._cases.threads.asks.get(ident)


def _newest(found: Iterable[Instruction]) -> list[Instruction]:
    return sorted(found, key=lambda one: (-one.said.at, one.id))
