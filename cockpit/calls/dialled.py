"""Telephone numbers as people write them."""

from __future__ import annotations

import re

_FILL = re.compile(r"[\s()./\-]+")


def packed(number: str) -> str:
    """Without what is only there for the eye: blanks, brackets, points, strokes."""
    return _FILL.sub("", number)
