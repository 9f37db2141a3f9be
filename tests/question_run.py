"""Puts the questions to the offline grammar and judges its answers; of the sealed half only ids are told, no texts."""

from __future__ import annotations

import importlib
import importlib.util
import sqlite3
from functools import lru_cache
from typing import Literal, get_args

import msgspec

from cockpit.model.clock import SystemClock
from tests.question_data import exported
from tests.question_kit import (
    NOW,
    Answered,
    Answers,
    Question,
    Unanswerable,
    expected,
    questions,
    right,
    unanswerable,
    with_helpers,
)

GRAMMAR = "cockpit.assist.asking"
ADAPTER = "tests.question_answers"
"""Module whose `make() -> Answers` asks the grammar over the same archive and signs (`question_data`)."""

File = Literal["open", "sealed", "dev", "dev2", "dev3", "dev4", "dev5", "dev6"]
ALL: tuple[File, ...] = get_args(File)

mono = SystemClock().mono


class Judged(msgspec.Struct, frozen=True):
    """What became of some questions.

    Attributes:
        asked: how many; wrong: ids of those that were not answered rightly; milliseconds: what each took.
    """

    asked: int
    wrong: tuple[str, ...]
    milliseconds: tuple[float, ...]

    @property
    def share(self) -> float:
        return 1.0 - len(self.wrong) / self.asked


def there_is_a_grammar() -> bool:
    return importlib.util.find_spec("cockpit.assist") is not None and importlib.util.find_spec(GRAMMAR) is not None


@lru_cache(maxsize=1)
def answers() -> Answers:
    """Whoever answers. ModuleNotFoundError: there is a grammar and nothing that asks it."""
    made: Answers = importlib.import_module(ADAPTER).make()
    return made


@lru_cache(maxsize=1)
def opened() -> sqlite3.Connection:
    asked = [one for name in ALL for one in questions(name)]
    return with_helpers(sqlite3.connect(exported()), asked, NOW)


def _asked(question: Question | Unanswerable) -> tuple[Answered | None, float]:
    """The answer, None for one that failed: its message could hold the text, and is not told on."""
    asked = answers()
    begun = mono()
    try:
        told = asked.answer(question.text, NOW)
    except Exception:
        return None, (mono() - begun) * 1e3
    return told, (mono() - begun) * 1e3


@lru_cache(maxsize=len(ALL))
def judged(name: File) -> Judged:
    """The questions of a file: the halves `open` and `sealed`, and what the grammar was tuned on (`dev…`)."""
    all_of_it = questions(name)
    told = {one.id: _asked(one) for one in all_of_it}
    wrong = [
        one.id
        for one in all_of_it
        if (answer := told[one.id][0]) is None or not right(one, expected(opened(), one, NOW), answer)
    ]
    return Judged(len(all_of_it), tuple(sorted(wrong)), tuple(took for _, took in told.values()))


@lru_cache(maxsize=1)
def judged_declined() -> Judged:
    """Those that no one can answer: right is who declines."""
    told = {one.id: _asked(one) for one in unanswerable()}
    wrong = [ident for ident, (answer, _) in told.items() if answer is None or not answer.declined]
    return Judged(len(told), tuple(sorted(wrong)), tuple(took for _, took in told.values()))
