"""Formulas of signs: numbers, other signs' codes, + - * / ( ), comparisons and a few functions. No code is ever run.

`x` is the sign's own input where it has one. Operands are arrays of one shape (a value an area); a division by zero and
a missing operand make no value (NaN), never a zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from cockpit.model.errors import UserError

Floats = NDArray[np.float64]
Unit = frozenset[tuple[str, int]]
"""Atoms of a unit with their exponents; empty: a pure number."""

OWN = "x"
MOST_CHARS = 500
MOST_DEPTH = 40
_PURE: Unit = frozenset()
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d*)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|(<=|>=|[-+*/(),<>]))")


def _beaufort(speed: Floats) -> Floats:
    """Wind in m/s to its force 0–17 (GB/T 28591)."""
    bounds = np.array([0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7, 37.0, 41.5, 46.2, 51.0, 56.1])
    return np.where(np.isnan(speed), np.nan, np.searchsorted(bounds, speed, side="right").astype(np.float64))


def _divide(a: Floats, b: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(b == 0, np.nan, a / np.where(b == 0, 1.0, b))


def _choose(condition: Floats, yes: Floats, no: Floats) -> Floats:
    return np.where(np.isnan(condition), np.nan, np.where(condition != 0, yes, no))


def _compare(how: Callable[[Floats, Floats], NDArray[np.bool_]]) -> Callable[..., Floats]:
    def compared(a: Floats, b: Floats) -> Floats:
        return np.where(np.isnan(a) | np.isnan(b), np.nan, how(a, b).astype(np.float64))

    return compared


_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Floats]]] = {
    "min": (2, 8, lambda *given: reduce(np.minimum, given)),
    "max": (2, 8, lambda *given: reduce(np.maximum, given)),
    "abs": (1, 1, np.abs),
    "round": (1, 1, np.round),
    "floor": (1, 1, np.floor),
    "if": (3, 3, _choose),
    "beaufort": (1, 1, _beaufort),
}
"""Name: least and most arguments, and what it does."""
_ALIKE = frozenset({"min", "max"})


class _Node:
    """A piece of a formula: what it does with its operands' values."""

    def __init__(self, do: Callable[..., Floats] | None, parts: Sequence[_Node] = (), code: str = "") -> None:
        self.do = do
        self.parts = parts
        self.code = code
        self.number = float("nan")

    def value(self, operands: Mapping[str, Floats]) -> Floats:
        if self.code:
            return operands[self.code]
        if self.do is None:
            return np.asarray(self.number)
        return self.do(*(part.value(operands) for part in self.parts))


class Formula:
    """A formula that was read.

    Attributes:
        text: as written.
        codes: of the signs it is made of, sorted; `OWN` may be among them.
        unit: what comes out, by the units of what goes in; None where numbers in it may change it.

    Raises:
        UserError: it is none; the sentence says where.
    """

    def __init__(self, text: str, units: Mapping[str, str] | None = None) -> None:
        """
        Args:
            units: of the signs by code; without them units are not looked at.
        """
        self.text = text
        self._units = units
        self._numbers = False
        self._used: set[str] = set()
        if len(text) > MOST_CHARS:
            self._wrong("formula_long", most=MOST_CHARS)
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0
        self._root, unit = self._compared()
        if self._at < len(self._tokens):
            self._wrong("formula_odd", at=self._here(), found=self._tokens[self._at][0])
        self.codes = tuple(sorted(self._used))
        self.unit = None if self._numbers else unit

    def value(self, operands: Mapping[str, Floats], shape: tuple[int, ...]) -> Floats:
        """The values of `shape`.

        Args:
            operands: by code, each of `shape`.
        """
        with np.errstate(all="ignore"):
            found = np.broadcast_to(np.asarray(self._root.value(operands), dtype=np.float64), shape)
        return np.where(np.isfinite(found), found, np.nan)

    # -- grammar: compared < sum < product < signed < atom -------------------------------------------------------

    def _compared(self) -> tuple[_Node, Unit | None]:
        left, unit = self._sum()
        does = {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}
        if self._next() in does:
            word = self._take()
            right, other = self._sum()
            self._same(word, unit, other)
            return _Node(_compare(does[word]), (left, right)), _PURE
        return left, unit

    def _sum(self) -> tuple[_Node, Unit | None]:
        node, unit = self._product()
        while self._next() in ("+", "-"):
            word = self._take()
            right, other = self._product()
            unit = self._same(word, unit, other)
            node = _Node(np.add if word == "+" else np.subtract, (node, right))
        return node, unit

    def _product(self) -> tuple[_Node, Unit | None]:
        node, unit = self._signed()
        while self._next() in ("*", "/"):
            word = self._take()
            right, other = self._signed()
            sign = 1 if word == "*" else -1
            unit = None if unit is None or other is None else _times(unit, other, sign)
            node = _Node(np.multiply if word == "*" else _divide, (node, right))
        return node, unit

    def _signed(self) -> tuple[_Node, Unit | None]:
        if self._next() != "-":
            return self._atom()
        self._deeper()
        self._take()
        node, unit = self._signed()
        self._depth -= 1
        return _Node(np.negative, (node,)), unit

    def _atom(self) -> tuple[_Node, Unit | None]:
        self._deeper()
        word, kind = self._tokens[self._at][:2] if self._at < len(self._tokens) else ("", "")
        if kind == "number":
            self._at += 1
            node = _Node(None)
            node.number = float(word)
            self._numbers = True
            found: tuple[_Node, Unit | None] = node, None
        elif kind == "name":
            self._at += 1
            found = self._called(word) if self._next() == "(" else self._code(word)
        elif word == "(":
            self._at += 1
            found = self._compared()
            self._expect(")")
        else:
            self._wrong("formula_odd", at=self._here(), found=word or "∎")
        self._depth -= 1
        return found

    def _code(self, word: str) -> tuple[_Node, Unit | None]:
        self._used.add(word)
        unit = None if self._units is None or word not in self._units else unit_of(self._units[word])
        return _Node(None, code=word), unit

    def _called(self, name: str) -> tuple[_Node, Unit | None]:
        if name not in _FUNCTIONS:
            self._wrong("formula_function", name=name, known=", ".join(sorted(_FUNCTIONS)))
        least, most, do = _FUNCTIONS[name]
        self._expect("(")
        given = [self._compared()]
        while self._next() == ",":
            self._take()
            given.append(self._compared())
        self._expect(")")
        if not least <= len(given) <= most:
            self._wrong("formula_arguments", name=name, given=len(given))
        unit = given[-1][1] if name == "if" else given[0][1]
        if name in _ALIKE or name == "if":
            for _, other in given[1:] if name in _ALIKE else given[1:2]:
                unit = self._same(name, unit, other)
        return _Node(do, [node for node, _ in given]), None if name == "beaufort" else unit

    def _same(self, word: str, one: Unit | None, other: Unit | None) -> Unit | None:
        if one is not None and other is not None and one != other:
            self._wrong("formula_units", word=word, one=_shown(one), other=_shown(other))
        return one if one is not None else other

    # -- tokens --------------------------------------------------------------------------------------------------

    def _next(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][0]

    def _here(self) -> int:
        return self._tokens[self._at][2] + 1 if self._at < len(self._tokens) else len(self.text) + 1

    def _expect(self, word: str) -> None:
        if self._next() != word:
            self._wrong("formula_expected", word=word, at=self._here())
        self._at += 1

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            self._wrong("formula_deep", most=MOST_DEPTH)

    def _wrong(self, what: str, **params: object) -> NoReturn:
        raise UserError("signdef." + what, formula=self.text[:80], **params)


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """(word, kind, place) of each."""
    found: list[tuple[str, str, int]] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            stripped = len(text) - len(text[at:].lstrip())
            raise UserError("signdef.formula_odd", formula=text[:80], at=stripped + 1, found=text[stripped])
        kind = ("number", "name", "sign")[(match.lastindex or 1) - 1]
        found.append((match[match.lastindex or 1], kind, match.start(match.lastindex or 1)))
        at = match.end()
    return found


def unit_of(text: str) -> Unit:
    """The atoms of a unit as printed ("件/万人" → 件 1, 万人 -1); "%" and "–" are pure numbers."""
    if text in ("", "%", "–", "-"):
        return _PURE
    above, *below = text.split("/")
    unit = _PURE
    for sign, pieces in ((1, [above]), (-1, below)):
        for piece in pieces:
            for atom in filter(None, piece.split("·")):
                unit = _times(unit, frozenset({(atom, 1)}), sign)
    return unit


def _times(one: Unit, other: Unit, sign: int) -> Unit:
    powers = dict(one)
    for atom, power in other:
        powers[atom] = powers.get(atom, 0) + sign * power
    return frozenset((atom, power) for atom, power in powers.items() if power)


def _shown(unit: Unit) -> str:
    return "·".join(atom + (f"^{power}" if power != 1 else "") for atom, power in sorted(unit)) or "1"


def order_of(formulas: Mapping[str, Formula]) -> list[str]:
    """Codes of signs with a formula, each after those it is made of.

    Raises:
        UserError: one is made of itself; the sentence has the path.
    """
    done: dict[str, None] = {}
    for first in formulas:
        path: list[str] = []
        stack: list[tuple[str, int]] = [(first, 0)]
        while stack:
            code, at = stack.pop()
            if at == 0:
                if code in done or code not in formulas:
                    continue
                if code in path:
                    raise UserError("signdef.formula_cycle", ring=" → ".join([*path[path.index(code) :], code]))
                path.append(code)
            needs = [need for need in formulas[code].codes if need != OWN]
            if at < len(needs):
                stack.append((code, at + 1))
                stack.append((needs[at], 0))
            else:
                done[code] = None
                path.pop()
    return list(done)
