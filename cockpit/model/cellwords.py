"""Words as a cell of a table: no spreadsheet takes them for a formula, and every file can hold them."""

from __future__ import annotations

import re

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins so is a formula to a spreadsheet."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What neither a workbook nor UTF-8 can hold."""


def cell_words(words: str) -> str:
    """The words, as text; numbers stay numbers."""
    words = _NOT_XML.sub("", words)
    if words.startswith(_RISKY):
        try:
            float(words.replace(",", ""))
        except ValueError:
            return "'" + words
    return words
