"""Words of a question as the grammar sees them, and how a text is cut into letters and words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

import msgspec

MOST = 400
"""Characters of a question that are read."""
_UNIT = re.compile(r"[a-zµ]+\d+(?:\.\d+)?|[a-z]+(?:['’-][a-z]+)*|\d+(?:[.:]\d+)*|[^\s]", re.IGNORECASE)


class Token(msgspec.Struct, frozen=True):
    """A stretch of the text that means something.

    Attributes:
        start, end: in the plain text.
        type: `atom`, `area`, `kind`, `channel`, `unit_kind`, `unit`, `level`, `stage`, `result`, `sign`, `place`,
            `dim`, `time`, `hours`, `weekdays`, `bound`, `top`, `filler`, `decline`, `other`, `unknown`.
        value: as the type has it.
        said: how it is written; read: what was read for it where that is another, "" as written.
    """

    start: int
    end: int
    type: str
    value: Any = None
    said: str = ""
    read: str = ""


def says(token: Token, *names: str) -> bool:
    """Whether it is an atom that says any of these."""
    return token.type == "atom" and bool(set(token.value) & set(names))


class Unit(msgspec.Struct, frozen=True):
    """A Chinese character, a word of letters, a number, a sign: with its place in the plain text."""

    start: int
    end: int
    text: str


def plain(text: str) -> str:
    """Lower case, narrow letters, no control characters, not longer than `MOST`."""
    text = unicodedata.normalize("NFKC", text[: 4 * MOST].replace("’", "'").replace("µ", "u")).lower()
    kept = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(kept.split())[:MOST]


def units_of(text: str) -> list[Unit]:
    return [Unit(m.start(), m.end(), m.group()) for m in _UNIT.finditer(text)]


def is_chinese(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def is_word(text: str) -> bool:
    """Of Latin letters."""
    return text.isascii() and text[:1].isalpha()


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """An English word without its ending: so that `closed`, `closes` and `closing` are one."""
    word = word.replace("'s", "").replace("'", "").replace("-", " ")
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
