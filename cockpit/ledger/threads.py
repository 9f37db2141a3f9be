"""批示 and 请示 of a ledger: each open one for ever, those that ended for a day, as cases are kept.

Those to a case stand in its timeline too; the others have a thread of their own, whose id is the instruction's.
"""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Iterable, MutableMapping

import msgspec

from cockpit.ledger.changes import Doing
from cockpit.model.clock import DAY
from cockpit.model.entries import Entry, Unknown
from cockpit.model.instructing import (
    INSTRUCT_ENTRIES,
    DecisionAsked,
    DecisionGiven,
    InstructionAnswered,
    InstructionClosed,
    InstructionGiven,
    InstructionRead,
)
from cockpit.model.instructions import Ask, Instruction, InstructionAnswer, Said

KEPT = DAY
"""How long one that ended stays, us of the decisions' time."""


class Threads:
    """
    Attributes:
        instructions, asks: by id, in the order in which they were given; open ones, and those that ended within a day.
    """

    def __init__(self) -> None:
        self.instructions: MutableMapping[str, Instruction] = {}
        self.asks: MutableMapping[str, Ask] = {}
        self._gone: MutableMapping[str, str] = {}
        self._revisions: MutableMapping[str, int] = {}
        self._ended: deque[tuple[int, str]] = deque()

    def known(self, ident: str) -> bool:
        """Whether there is or was one of that id."""
        return ident in self.instructions or ident in self.asks or ident in self._gone

    def is_home(self, ident: str) -> bool:
        """Whether it is a thread of its own."""
        return ident in self._revisions

    def revision(self, home: str) -> int:
        """How often was decided about a thread of its own; 0 where there is none."""
        return self._revisions.get(home, 0)

    def has(self, ident: str, cause: str) -> bool:
        """Whether one has what a command brought already."""
        one = self.instructions.get(ident)
        return one is not None and any(answer.said.cause == cause for answer in one.answers)

    def take(self, doing: Doing, entries: Iterable[Entry | Unknown], of_case: bool) -> None:
        """What a decision changes.

        Args:
            of_case: it is about a case, so that it is no thread of its own.
        """
        for entry in entries:
            if not isinstance(entry, INSTRUCT_ENTRIES):
                continue
            match entry:
                case InstructionGiven():
                    self._given(entry, doing, of_case)
                case DecisionAsked():
                    self._asked(entry, doing)
                case DecisionGiven():
                    self._decided(entry, doing)
                case InstructionRead(instruction=ident) | InstructionAnswered(instruction=ident):
                    self._moves(ident, entry, doing)
                case InstructionClosed(instruction=ident):
                    self._moves(ident, entry, doing)
                case _:
                    pass
        if doing.case in self._revisions:
            self._revisions[doing.case] = max(self._revisions[doing.case], doing.revision)

    def let_go(self, at: int) -> None:
        """Those that ended long ago leave; their ids stay known."""
        while self._ended and self._ended[0][0] < at - KEPT:
            _, ident = self._ended.popleft()
            one = self.instructions.pop(ident, None)
            ask = self.asks.pop(ident, None)
            self._gone[ident] = one.home if one is not None else ask.case if ask is not None else ""

    def over(self) -> Threads:
        """Threads on top of these: what they take in is not seen here."""
        top = Threads()
        top.instructions = ChainMap({}, self.instructions)
        top.asks = ChainMap({}, self.asks)
        top._gone = ChainMap({}, self._gone)
        top._revisions = ChainMap({}, self._revisions)
        return top

    def _given(self, entry: InstructionGiven, doing: Doing, of_case: bool) -> None:
        if self.known(entry.id):
            return
        self.instructions[entry.id] = Instruction(
            entry.id,
            doing.case,
            entry.topic,
            entry.key,
            _said(doing, "words"),
            due=entry.due,
            voice=entry.voice,
            seconds=entry.seconds,
            ask=entry.ask,
        )
        if not of_case:
            self._revisions.setdefault(doing.case, 0)

    def _asked(self, entry: DecisionAsked, doing: Doing) -> None:
        if self.known(entry.id):
            return
        options = tuple(doing.texts.get(f"option_{n + 1}") for n in range(entry.options))
        said = _said(doing, "question")
        self.asks[entry.id] = Ask(entry.id, doing.case, said, doing.texts.get("words"), options, entry.until)

    def _decided(self, entry: DecisionGiven, doing: Doing) -> None:
        ask = self.asks.get(entry.ask)
        if ask is None or not ask.open:
            return
        self.asks[ask.id] = msgspec.structs.replace(
            ask, verdict=entry.verdict, option=entry.option, given=_said(doing, "words")
        )
        self._ended.append((doing.at, ask.id))

    def _moves(
        self, ident: str, entry: InstructionRead | InstructionAnswered | InstructionClosed, doing: Doing
    ) -> None:
        one = self.instructions.get(ident)
        if one is None or not one.open:  # what ended stays as it was
            return
        change: dict[str, object] = {}
        if not one.read and doing.actor.role != one.said.actor.role:
            change |= {"read": doing.at, "reader": doing.actor}
        if isinstance(entry, InstructionAnswered):
            change["answers"] = (*one.answers, InstructionAnswer(entry.state, _said(doing, "words")))
        if isinstance(entry, InstructionClosed):
            change |= {"closed": doing.at, "result": entry.result}
            self._ended.append((doing.at, ident))
        self.instructions[ident] = msgspec.structs.replace(one, **change)


def _said(doing: Doing, name: str) -> Said:
    return Said(
        doing.at,
        doing.issued,
        doing.actor,
        doing.texts.get(name),
        doing.texts.get("who"),
        dict(doing.words),
        doing.provisional,
        doing.cause,
    )
