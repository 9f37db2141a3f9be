"""What of a text is not understood, and what was only nearly so."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

from itertools import pairwise, zip_longest

from cockpit.assist.asking.numbers import number_of
from cockpit.assist.asking.tokens import Token, is_chinese, says

_SILENT = set(".:-/")
SKIPPED = {"filler", "unknown"}


def none_of_nothing(tokens: list[Token]) -> list[str]:
    """零投诉: a nought that stands before no class says nothing."""
    return [one.said for one, other in zip_longest(tokens, tokens[1:]) if one.type == "atom" and one.said == "零"
            and (other is None or other.type != "kind")]  # fmt: skip


THINGS = ("road", "roads", "sign", "signs", "water", "of water", "the water")
"""Silent beside a class; alone they are what is asked for."""


def which_road(tokens: list[Token]) -> list[str]:
    """Which road, 哪条路: roads are named, not put in order."""
    return [other.said for one, other in pairwise(tokens) if (says(one, "WHICH", "LIST") and other.said in ("road", "roads"))
            or (one.said.endswith("条") and other.said.startswith("路"))]  # fmt: skip


def fallen(tokens: list[Token], listed: bool) -> list[str]:
    """Signs that fell: no fall of numbers, but for those of a dimension that are listed."""
    return [fell.said for thing, that, fell in zip(tokens, tokens[1:], tokens[2:], strict=False)
            if that.said in ("that", "which", "who") and fell.said in ("fell", "fallen", "fall", "falls") and not (listed and thing.type == "dim")]  # fmt: skip


_NUMERALS = set("0123456789零〇一二两三四五六七八九十百")
_COUNTED = ("time", "weekdays", "area", "kind", "channel", "unit_kind", "unit", "level")


def _only_counts(tokens: list[Token], at: int) -> bool:
    """周末两天, 上城、拱墅两区: a number that says how many were just named."""
    if set(tokens[at].said) - _NUMERALS or at + 1 == len(tokens) or tokens[at + 1].type not in ("dim", "filler"):
        return False
    before = [token for token in tokens[:at] if token.type not in SKIPPED and token.said not in ("那", "这")]
    if not before or before[-1].type not in _COUNTED:
        return False
    number = number_of(tokens[at].said) or 0
    alike = {repr(token.value) for token in before if token.type == before[-1].type}
    return 0 < number <= 10 if before[-1].type in ("time", "weekdays") else number == len(alike)


def unread(tokens: list[Token]) -> list[str]:
    """Runs of what is not understood; signs of punctuation and bare numbers apart."""
    runs: list[str] = []
    last = -1
    for at, token in enumerate(tokens):
        if token.type == "unknown" and (is_chinese(token.said) or token.said[:1].isalnum()):
            if _only_counts(tokens, at):
                continue
            if runs and token.start == last:
                runs[-1] += token.said
            else:
                runs.append(token.said)
            last = token.end
    return [run for run in runs if not all(char in _SILENT for char in run)]
