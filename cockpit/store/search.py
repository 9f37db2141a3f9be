"""Full-text search that finds words of two characters, and of one.

Chinese is indexed as overlapping pairs of characters (井盖破损: 井盖 盖破 破损 损), other words as they are, in an
FTS5 table with unicode61; FTS5's own trigrams never find 井盖. A query word of Chinese is a phrase of pairs, one
character the beginning of a pair, any other word the beginning of a word; all words of a query must be there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby, pairwise

_LONGEST = 4_000
"""Characters of a text that are indexed."""
_MOST_WORDS = 16


def grams(text: str) -> str:
    """What goes into the index for `text`."""
    return " ".join(" ".join(_pairs(run)) if chinese else run for chinese, run in _runs(text[:_LONGEST]))


def match(text: str) -> str:
    """The FTS5 query for what a person typed; "" when there is nothing to look for.

    Only letters and digits reach the query, each word in quotes: no sign of FTS5's grammar gets through.
    """
    words = []
    for chinese, run in _runs(text[:_LONGEST]):
        if not chinese or len(run) == 1:
            words.append(f'"{_token(run) if chinese else run}"*')
        else:
            words.append('"' + " ".join(_pairs(run)[:-1]) + '"')
    return " AND ".join(list(dict.fromkeys(words))[:_MOST_WORDS])


def _pairs(run: str) -> list[str]:
    """The overlapping pairs of a run and its last character, which no pair begins with."""
    signs = [_token(sign) for sign in run]
    return [first + second for first, second in pairwise(signs)] + [signs[-1]]


def _token(sign: str) -> str:
    """A character as unicode61 takes it for a letter: those past the first plane are written out."""
    return sign if ord(sign) < 0x10000 else f"u{ord(sign):x}z"


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """Runs of letters and digits in small letters, (is it Chinese, run); full-width forms as their plain ones."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for kind, signs in groupby(plain, _kind):
        if kind:
            yield kind == 2, "".join(signs)


def _kind(sign: str) -> int:
    """0 a sign between words, 1 of a word, 2 of a script without spaces."""
    if not sign.isalnum():
        return 0
    code = ord(sign)
    return (
        2 if 0x2E80 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7AF or 0xF900 <= code <= 0xFAFF or code >= 0x20000 else 1
    )
