"""A question in plain words: how it was understood, what may be changed of that, and what was answered.

`Understood` is a value: kept, linked, edited chip by chip; the same one over the same data gives the same answer.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from cockpit.model.askmodel import ModelMark
from cockpit.model.city import Text
from cockpit.model.insight import Figure, Rows, Split, Trend
from cockpit.model.messages import Message
from cockpit.model.scope import Scope

Form = Literal["figure", "ranking", "trend", "list", "comparison"]
FORMS: tuple[Form, ...] = ("figure", "ranking", "trend", "list", "comparison")
VALUES = ("value", "share", "change", "growth", "sum", "mean")
"""What is told of a number: itself, its share of a whole (%), how much more than before, by how many % more; of sides
their sum, of the buckets of a grain (how many a week) their mean."""


class Choice(msgspec.Struct, frozen=True):
    """Something else that a chip may say.

    Attributes:
        value: given back to `edit`; opaque to panels.
        words: as printed.
    """

    value: str
    words: str


class Chip(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part of what was understood.

    Attributes:
        field: `span`, `area`, `kinds`, `measure`, `form`, `by`, … as in `Understood` and its scope.
        words: as printed.
        choices: what may be put in its place, the likeliest first; none: it is only removed.
        removable: without it the question asks for more (no area: the whole city).
        assumed: was not said but taken for granted (a period, a measure).
        said: the words of the question that it was read from, "" none.
    """

    field: str
    words: str
    choices: tuple[Choice, ...] = ()
    removable: bool = True
    assumed: bool = False
    said: str = ""


class Correction(msgspec.Struct, frozen=True):
    """What was written, and what was read for it (乱听车 → 乱停车)."""

    written: str
    read: str


class Understood(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question as it was understood.

    Attributes:
        text: as it was put; lang: `zh` or `en`, in which it is answered.
        form: what is told: one number, parts in order, a course, records, some beside one another.
        scope: of what; its measure is the number.
        of: one of `VALUES`. whole: names of the scope's fields that the whole of a share is free of.
        by: dimension of a ranking. descending: the greatest first. top: so many of them, 0 all.
        over: bounds of what is told: parts of a ranking outside of them are left out, () none.
        without: codes of parts of a ranking that are left out.
        grain: of a trend, "" the one that fits; of the buckets of a mean.
        sides: scopes that are compared, in the order in which they were named. beside: the field in which they differ
            (`span`, `area`, `kinds`, `channels`, `unit_kind`, `unit`, `levels`, …).
        order: of a list, as `AskRows.order`; with `top`.
        chips: what of it may be changed.
        assumed: fields that nobody said.
        corrected: what was read for what was written.
        unread: words that had no part in it.
        confidence: 0 to 1.
    """

    text: str
    lang: str
    form: Form
    scope: Scope
    of: str = "value"
    whole: tuple[str, ...] = ()
    by: str = ""
    descending: bool = True
    top: int = 0
    over: tuple[float, ...] = ()
    without: tuple[str, ...] = ()
    grain: str = ""
    sides: tuple[Scope, ...] = ()
    beside: str = ""
    order: str = "-reported"
    chips: tuple[Chip, ...] = ()
    assumed: tuple[str, ...] = ()
    corrected: tuple[Correction, ...] = ()
    unread: tuple[str, ...] = ()
    confidence: float = 1.0


class Declined(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question that is not answered.

    Attributes:
        why: one sentence. reason: `empty`, `unread`, `cause`, `forecast`, `advice`, `person`, `elsewhere`, `order`,
            `not_recorded`, `before`, `except`, `two`, `failed`.
        words: of the question, that nothing is known about.
        offers: questions that can be answered and are near to it.
    """

    text: str
    lang: str
    reason: str
    why: Message
    words: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()


class Piece(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stretch of the sentence of an answer; a figure in it has the scope that shows the records behind it."""

    text: str
    scope: Scope | None = None
    value: float | None = None


class Standpoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of a ranking or one side of a comparison.

    Attributes:
        code: as `insight.Part.code`; of compared periods the start, UTC us. name: as printed.
        value: what is told of it (`Understood.of`), None no data; n: of so many records; before: of the period before.
    """

    code: str
    name: str
    scope: Scope
    value: float | None
    n: int = 0
    before: float | None = None


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """An answer.

    Attributes:
        understood: what was asked.
        sentence: the answer in words. notes: what the reader has to know beside it (nothing was said of the period).
        figure: of the whole scope; value: what is told, None no data; unit: as printed, decimals: of it.
        standpoints: rows of a ranking, sides of a comparison. split, trend, rows: as the form has them; rows of a list.
        follow: questions that may come next, each answered when it is put with `understood` as its context.
        as_of: until when the data is complete, UTC us; origin: `measured` or `reported`; source: id of its words, or
            the sign's own. took: ms.
        model: the mark of a model that worded it, None the offline grammar's own.
    """

    understood: Understood
    sentence: tuple[Piece, ...]
    figure: Figure
    value: float | None
    unit: Text | str = ""
    decimals: int = 0
    standpoints: tuple[Standpoint, ...] = ()
    split: Split | None = None
    trend: Trend | None = None
    rows: Rows | None = None
    notes: tuple[str, ...] = ()
    follow: tuple[str, ...] = ()
    as_of: int = 0
    origin: str = "measured"
    source: Text | str = ""
    took: float = 0.0
    model: ModelMark | None = None

    @property
    def words(self) -> str:
        """The sentence as plain text."""
        return "".join(piece.text for piece in self.sentence)
