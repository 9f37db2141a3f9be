"""批示 and 请示 as the fold of the ledger makes them. Times are city time, UTC us, 0 = never.

None of these is ever changed: a decision puts a new one in its place.
"""

from __future__ import annotations

import msgspec

from cockpit.model.entries import Actor, TextRef


class Said(msgspec.Struct, frozen=True, gc=False):
    """Words that somebody wrote.

    Attributes:
        at: when the hub decided (provisional: when the key was pressed); issued: when it was written.
        text: the words, who: the name of who wrote them; plain in `words` while provisional.
    """

    at: int
    issued: int
    actor: Actor
    text: TextRef | None = None
    who: TextRef | None = None
    words: dict[str, str] = {}
    provisional: bool = False
    cause: str = ""


class InstructionAnswer(msgspec.Struct, frozen=True, gc=False):
    """`state` is one of `instructing.ANSWERS`."""

    state: str
    said: Said


class Instruction(msgspec.Struct, frozen=True, gc=False):
    """批示.

    Attributes:
        home: id of the case whose timeline it is in, else its own.
        topic, key: to what; due: until when an answer is wanted.
        said: who wrote what; voice, seconds: a recording of it; ask: the 请示 that it decides, "" none.
        read: when an officer had it before them first; reader: who.
        answers: what became of it, oldest first.
        closed: when it ended; result: of `instructing.RESULTS`, "" while it is open.
    """

    id: str
    home: str
    topic: str
    key: str
    said: Said
    due: int = 0
    voice: str = ""
    seconds: float = 0.0
    ask: str = ""
    read: int = 0
    reader: Actor | None = None
    answers: tuple[InstructionAnswer, ...] = ()
    closed: int = 0
    result: str = ""

    @property
    def open(self) -> bool:
        return not self.result

    @property
    def state(self) -> str:
        """`withdrawn`, `closed`, `done`, `underway`, `read`, `given`; `waiting` before the hub has it."""
        if self.result:
            return "withdrawn" if self.result == "withdrawn" else "closed"
        if self.said.provisional:
            return "waiting"
        if self.answers:
            return self.answers[-1].state
        return "read" if self.read else "given"

    @property
    def answered(self) -> bool:
        """Whether it was answered as done: it waits for its leader only."""
        return bool(self.answers) and self.answers[-1].state == "done"


class Ask(msgspec.Struct, frozen=True, gc=False):
    """请示.

    Attributes:
        case: which.
        said: who asks; its `text` is the question; why: further words; options: the choices.
        until: when it is too late, 0 never.
        verdict: of `instructing.VERDICTS`, "" while it waits; option: which choice, 0 none; given: by whom, with words.
    """

    id: str
    case: str
    said: Said
    why: TextRef | None = None
    options: tuple[TextRef | None, ...] = ()
    until: int = 0
    verdict: str = ""
    option: int = 0
    given: Said | None = None

    @property
    def open(self) -> bool:
        return not self.verdict
