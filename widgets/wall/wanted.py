"""What a list or a count of a wall takes in: what its scene says, and what the selection is about that it follows.
No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import DAY
from cockpit.model.messages import Texts
from cockpit.model.scopewords import span_words
from cockpit.model.wallabout import About
from cockpit.picture import LiveTable
from widgets.map.layers.state import FIRST, LayerFilter, LayerStack
from widgets.map.scene import EVENT

Mask = NDArray[np.bool_]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Wanted:
    """A part that is empty does not restrict.

    Attributes:
        kinds, channels, levels: of each list one must fit; codes of kinds, `E05*` a group.
        since, until: UTC us, 0 none.
    """

    kinds: tuple[tuple[str, ...], ...] = ()
    channels: tuple[tuple[str, ...], ...] = ()
    levels: tuple[tuple[int, ...], ...] = ()
    since: int = 0
    until: int = 0

    def takes(self, kind: str, channel: str, level: int, at: int) -> bool:
        """Whether one of these, reported then, is taken in."""
        return (
            all(is_among(kind, words) for words in self.kinds)
            and all(channel in words for words in self.channels)
            and all(level in numbers for numbers in self.levels)
            and at >= self.since
            and not 0 < self.until <= at
        )

    def rows(self, table: LiveTable) -> Mask:
        """Which events of the picture's table are, shape (N,)."""
        here = np.ones(len(table), dtype=np.bool_)
        for numbers in self.levels:
            here &= np.isin(table.numbers("level").astype(np.int64), numbers)
        for column, lists in (("kind", self.kinds), ("channel", self.channels)):
            for words in lists:
                here &= among(table, column, words)
        occurred = table.numbers("occurred")
        if self.since:
            here &= occurred >= self.since
        if self.until:
            here &= occurred < self.until
        return here


def wanted(chosen: Mapping[str, Any], about: About | None, now: int, timed: bool = True) -> Wanted:
    """Of what both say; both hold.

    Args:
        chosen: options of the panel. now: city's clock, UTC us.
        timed: whether its period counts; else it is one of a panel that has a period of its own.
    """
    about = about or About()
    since, until = about.times(now) if timed else (0, 0)
    ends = [one for one in (until, int(chosen.get("until", 0))) if one]
    return Wanted(
        _lists(about.kinds, (str(one) for one in chosen.get("kinds", ()))),
        _lists(about.channels, (str(one) for one in chosen.get("channels", ()))),
        _lists(about.levels, (int(one) for one in chosen.get("levels", ()) if str(one).isdigit())),
        max(since, int(chosen.get("since", 0))),
        min(ends, default=0),
    )


def _lists(*lists: Iterable[_T]) -> tuple[tuple[_T, ...], ...]:
    return tuple(one for one in map(tuple, lists) if one)


def is_among(word: str, words: Sequence[str]) -> bool:
    """Whether a word is one of these, or begins as one that ends with `*`."""
    return word in words or any(one.endswith("*") and word.startswith(one[:-1]) for one in words)


def among(table: LiveTable, column: str, words: Sequence[str]) -> Mask:
    """Rows of which a column says one of these words, shape (N,)."""
    codes, values = table.codes(column)
    exact, heads = frozenset(words), tuple(one[:-1] for one in words if one.endswith("*"))
    good = np.fromiter((value in exact or value.startswith(heads) for value in values), bool, len(values))
    return good[codes] if len(values) else np.zeros(len(codes), bool)


def about_words(about: About | None, t: Texts, now: int) -> tuple[str, str]:
    """What it is about and when, in words; "" where it says nothing of it."""
    if about is None:
        return "", ""
    span = about.now(now)
    what = t.pack(about.name) if about.name.get("zh") else ""
    return what, span_words(span, t, now, brief=True) if span is not None else ""


def stack_of_about(about: About | None, kinds: Sequence[str], now: int) -> LayerStack:
    """How a map's layers are filtered that follows it: events, nothing else. The same for a day where its period is.

    Args:
        kinds: codes of all there are.
    """
    if about is None:
        return FIRST
    made = LayerFilter()
    if about.kinds:
        found = [code for code in kinds if is_among(code, about.kinds)]
        made = made.with_values("kind", found or about.kinds)
    made = made.with_values("channel", about.channels).with_values("level", [str(one) for one in about.levels])
    if about.span is not None and about.span.word.startswith("hours"):
        made = made.with_last(about.span.end - about.span.start)
    else:
        since, until = about.times(now)
        if since or until:
            made = made.with_span(since, until or (now // DAY + 2) * DAY)
    return FIRST.with_layer(EVENT, filter=made) if made else FIRST
