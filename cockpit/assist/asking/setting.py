"""Where a question is asked, and words that several steps look for."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.assist.asking.lexicon import Lexicon
from cockpit.model.scope import Span

FOREMOST = ("MOST", "LEAST", "FASTEST", "SLOWEST", "BEST", "WORST", "RANK")
RANKING = (*FOREMOST, "CHANGE", "FALL", "UP", "WORSTFIRST", "BESTFIRST")
COMPARING = ("COMPARE", "DIFFER", "EACH", "MORE", "LESS", "FAST", "SLOW", "GOOD", "BAD", "WHICH", "GROWTH", *FOREMOST)
AREA_DIMS = ("district", "street", "community", "cell")
APPEALS = {"H01", "H02", "H03", "H04", "H05"}
TIME_DIMS = ("day", "week", "month")


class CannotBeTold(Exception):
    """Words that are understood, of which no figure can be made; its text: they."""


@dataclass
class Setting:
    """Where a question is asked: words, now, and since when the archive is."""

    lexicon: Lexicon
    now: int
    first: int

    @property
    def all_time(self) -> Span:
        return Span(self.first, self.now)

    def tier(self, code: str) -> int:
        """Of an area, 0 the city and what is not known."""
        return self.lexicon.areas[code].tier if code in self.lexicon.areas else 0
