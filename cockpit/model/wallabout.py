"""What the selection of a wall is about beside its event and its area: kinds and time. Panels that follow it show that
alone."""

from __future__ import annotations

import msgspec

from cockpit.model.clock import MINUTE
from cockpit.model.errors import UserError
from cockpit.model.scope import Span
from cockpit.model.spans import span_of

MOST_CODES = 200
"""Codes of one part."""
MOST_LETTERS = 80
"""Of a code."""
MOST_NAME = 240
"""Letters of the name."""


class About(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part that is empty does not restrict.

    Attributes:
        name: `{zh, en}` of what it is, without its time; {} none.
        kinds: codes, `E05*` a group. channels: ids. levels: 1–5.
        span: of the report; one with a word goes along with the city's clock. None: any time.
    """

    name: dict[str, str] = {}
    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    span: Span | None = None

    def now(self, now: int) -> Span | None:
        """The period as it lies at `now`, UTC us of the city."""
        span = self.span
        if span is None or not span.word:
            return span
        try:
            return span_of(span.word, now)
        except UserError:  # another version's word
            return span

    def times(self, now: int) -> tuple[int, int]:
        """From when until when something is of it, UTC us; 0: no bound."""
        span = self.now(now)
        if span is None:
            return 0, 0
        return span.start, span.end if span.end < now - MINUTE else 0

    @property
    def fits(self) -> bool:
        """Whether it is of a size that a wall can be told each second."""
        words = (*self.kinds, *self.channels, *self.name, self.span.word if self.span else "")
        names = self.name.values()
        many = max(len(self.kinds), len(self.channels), len(self.levels), len(self.name)) > MOST_CODES
        long = any(len(word) > MOST_LETTERS for word in words) or any(len(name) > MOST_NAME for name in names)
        return not many and not long and all(word.isprintable() for word in (*words, *names))
