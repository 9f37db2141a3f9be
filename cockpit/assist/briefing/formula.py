"""The small language in which a template names its figures: `{count(kinds=E05, span=before)}`, `when = "open() > 0"`.

    condition := both ("or" both)*        both := one ("and" one)*
    one       := "not" one | "(" condition ")" | value (("<" | "<=" | ">" | ">=" | "==" | "!=") value)?
    value     := NUMBER | call            call := NAME ["(" [NAME "=" words ("," NAME "=" words)*] ")"]
    words     := word ("|" word)*

A word is made of letters (汉字 too), digits and `_ . : -`, or stands in single quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from cockpit.model.messages import Message

COMPARE = ("<=", ">=", "==", "!=", "<", ">")
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<quoted>'[^']*')|(?P<compare><=|>=|==|!=|<|>)|(?P<mark>[()=,|])|(?P<word>[\w.:\-]+)"
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_HOLE = re.compile(r"\{([^{}]*)\}")
DEEPEST = 20


class Wrong(Exception):
    """What is wrong in a formula, and at which character of the text, from 0."""

    def __init__(self, at: int, message_id: str, **params: object) -> None:
        super().__init__(message_id)
        self.at = at
        self.message = Message(message_id, dict(params))


class Call(msgspec.Struct, frozen=True):
    """A name with what it is asked for.

    Attributes:
        given: words by the name of the argument.
        at: where it begins, and where each argument begins, characters from the beginning of the text.
    """

    name: str
    given: dict[str, tuple[str, ...]] = {}
    at: int = 0
    places: dict[str, int] = {}


class Number(msgspec.Struct, frozen=True):
    value: float


class Compared(msgspec.Struct, frozen=True):
    left: Call | Number
    how: str
    right: Call | Number


class Not(msgspec.Struct, frozen=True):
    of: Condition


class Joined(msgspec.Struct, frozen=True):
    """All of them (`and`), or any."""

    every: bool
    parts: tuple[Condition, ...]


Condition = Call | Compared | Not | Joined


class _Reader:
    def __init__(self, text: str, start: int = 0, end: int | None = None) -> None:
        self.end = len(text) if end is None else end
        self.tokens: list[tuple[str, str, int]] = []
        at = start
        while at < self.end:
            match = _TOKEN.match(text, at, self.end)
            if match is None:
                raise Wrong(at, "briefing.bad_character", given=text[at])
            if match.lastgroup != "space":
                self.tokens.append((match.lastgroup or "", match.group(), at))
            at = match.end()
        self.i = 0
        self.depth = 0

    def peek(self) -> tuple[str, str, int]:
        return self.tokens[self.i] if self.i < len(self.tokens) else ("end", "", self.end)

    def take(self) -> tuple[str, str, int]:
        token = self.peek()
        self.i += 1
        return token

    def expect(self, mark: str) -> None:
        _, text, at = self.take()
        if text != mark:
            raise Wrong(at, "briefing.expected", mark=mark)

    def done(self) -> None:
        _, text, at = self.peek()
        if text:
            raise Wrong(at, "briefing.too_much", given=text)

    def condition(self) -> Condition:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Wrong(self.peek()[2], "briefing.too_deep", n=DEEPEST)
        parts = [self.both()]
        while self.peek()[1] == "or":
            self.i += 1
            parts.append(self.both())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Joined(False, tuple(parts))

    def both(self) -> Condition:
        parts = [self.one()]
        while self.peek()[1] == "and":
            self.i += 1
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Joined(True, tuple(parts))

    def one(self) -> Condition:
        _, text, at = self.peek()
        if text == "not":
            self.i += 1
            self.depth += 1
            if self.depth > DEEPEST:
                raise Wrong(at, "briefing.too_deep", n=DEEPEST)
            inner = Not(self.one())
            self.depth -= 1
            return inner
        if text == "(":
            self.i += 1
            found = self.condition()
            self.expect(")")
            return found
        left = self.value()
        if self.peek()[0] == "compare":
            how = self.take()[1]
            return Compared(left, how, self.value())
        if isinstance(left, Number):
            raise Wrong(at, "briefing.bare_number", given=text)
        return left

    def value(self) -> Call | Number:
        kind, text, _ = self.peek()
        if kind == "word" and _NUMBER.fullmatch(text):
            self.i += 1
            return Number(float(text))
        return self.call()

    def call(self) -> Call:
        kind, name, at = self.take()
        if kind != "word" or not name.isidentifier():
            raise Wrong(at, "briefing.name_wanted")
        if self.peek()[1] != "(":
            return Call(name, at=at)
        self.i += 1
        given: dict[str, tuple[str, ...]] = {}
        places: dict[str, int] = {}
        while self.peek()[1] != ")":
            if given:
                self.expect(",")
            kind, key, where = self.take()
            if kind != "word":
                raise Wrong(where, "briefing.name_wanted")
            if key in given:
                raise Wrong(where, "briefing.twice", name=key)
            self.expect("=")
            places[key] = self.peek()[2]
            given[key] = tuple(self.words())
        self.i += 1
        return Call(name, given, at, places)

    def words(self) -> Iterator[str]:
        while True:
            kind, text, at = self.take()
            if kind not in ("word", "quoted"):
                raise Wrong(at, "briefing.word_wanted")
            yield text.strip("'")
            if self.peek()[1] != "|":
                return
            self.i += 1


def condition(text: str) -> Condition:
    """Raises Wrong: it can not be read."""
    reader = _Reader(text)
    found = reader.condition()
    reader.done()
    return found


def call(text: str) -> Call:
    """One name with what it is asked for, and nothing else.

    Raises:
        Wrong: it can not be read.
    """
    reader = _Reader(text)
    found = reader.call()
    reader.done()
    return found


def sentence(text: str) -> tuple[str | Call, ...]:
    """Words and holes of a sentence, in order.

    Raises:
        Wrong: a brace without its other one, or a hole that can not be read.
    """
    parts: list[str | Call] = []
    at = 0
    for match in _HOLE.finditer(text):
        _plain(text, at, match.start(), parts)
        reader = _Reader(text, match.start(1), match.end(1))
        parts.append(reader.call())
        reader.done()
        at = match.end()
    _plain(text, at, len(text), parts)
    return tuple(parts)


def _plain(text: str, start: int, end: int, parts: list[str | Call]) -> None:
    for i in range(start, end):
        if text[i] in "{}":
            raise Wrong(i, "briefing.brace")
    if start < end:
        parts.append(text[start:end])


def calls(of: Condition) -> Iterator[Call]:
    """All calls of a condition."""
    match of:
        case Call():
            yield of
        case Compared(left, _, right):
            yield from (one for one in (left, right) if isinstance(one, Call))
        case Not(inner):
            yield from calls(inner)
        case Joined(_, parts):
            for part in parts:
                yield from calls(part)
