"""Attributes of features as columns: numbers where all are numbers, else words by code."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np

from cockpit.geo.imports.model import Column, Limits

EXACT_DIGITS = 15
"""Digits that a float keeps: longer ones are numbers of papers and phones, hence words."""


class Attributes:
    """Takes the attributes of one feature after the other."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._values: dict[str, dict[int, str | float]] = {}
        self._n = 0

    def take(self, properties: dict[str, Any]) -> set[str]:
        """The next feature's; the answer is what was cut of them (`columns`, `long_text`)."""
        cut = set()
        for name, value in properties.items():
            if value is None or value == "":
                continue
            column = self._values.get(name)
            if column is None:
                if len(self._values) >= self._limits.columns:
                    cut.add("columns")
                    continue
                column = self._values[name] = {}
            plain = _plain(value)
            if isinstance(plain, str) and len(plain) > self._limits.text:
                cut.add("long_text")
                plain = plain[: self._limits.text]
            column[self._n] = plain
        self._n += 1
        return cut

    def columns(self, count: int) -> tuple[Column, ...]:
        return tuple(_column(name[:80], values, count) for name, values in self._values.items())


def _plain(value: Any) -> str | float:
    """A number, or words; lists and tables as the JSON that they were."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        try:
            return float(value) if abs(value) < 10**EXACT_DIGITS else str(value)
        except OverflowError:
            return str(value)
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    return msgspec.json.encode(value).decode("utf-8", "replace")


def _column(name: str, values: dict[int, str | float], count: int) -> Column:
    numbers = {i: _as_number(value) for i, value in values.items()}
    if values and all(number is not None for number in numbers.values()):
        column = np.full(count, math.nan)
        column[list(numbers)] = [math.nan if n is None else n for n in numbers.values()]
        return Column(name, (), np.empty(0, dtype=np.int32), column)
    code_of: dict[str, int] = {}
    codes = np.full(count, -1, dtype=np.int32)
    for i, value in values.items():
        codes[i] = code_of.setdefault(value if isinstance(value, str) else f"{value:.12g}", len(code_of))
    return Column(name, tuple(code_of), codes, np.empty(0))


def _as_number(value: str | float) -> float | None:
    """A value as a number; None for words, and for digits that are a code (`007`, an 18-digit number)."""
    if not isinstance(value, str):
        return value
    digits = value.lstrip("-").replace(".", "", 1)
    if not digits.isdecimal() or not digits.isascii() or len(digits) > EXACT_DIGITS:
        return None
    whole = value.lstrip("-").split(".")[0]
    return None if len(whole) > 1 and whole.startswith("0") else float(value)
