"""Over the embedded city's past each question has an answer that tells something, and that answer is judged right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pytest

from tests.question_kit import NOW, Answered, Form, Question, expected, questions, right
from tests.question_run import opened

pytestmark = pytest.mark.slow

ALL = [*questions("open"), *questions("sealed")]
Rows = list[Sequence[Any]]


@lru_cache(maxsize=1)
def found() -> dict[str, list[Rows]]:
    return {one.id: expected(opened(), one, NOW) for one in ALL}


def told(form: Form, rows: Rows) -> Answered:
    """What one would say who knew these rows."""
    pairs = [(str(row[0]), row[-1]) for row in rows]
    if form == "number":
        return Answered(value=rows[0][0] if rows else None)
    if form == "ranking":
        return Answered(ranking=tuple(pairs))
    if form == "series":
        return Answered(series=tuple((int(start), value) for start, value in rows))
    if form == "comparison":
        return Answered(comparison=tuple(pairs))
    return Answered(keys=tuple(row[0] for row in rows))


def poor(question: Question, rows: Rows) -> str:
    """What is wrong with rows that are expected, "" nothing."""
    values = [row[-1] for row in rows if row[-1] not in (None, 0)]
    if not values:
        return "empty"
    if question.form == "number" or question.form == "list":
        return ""
    if len(values) < 2:
        return "one value"
    if question.form == "ranking" and question.top and len(set(values)) < 2:
        return "all alike"
    if (
        question.form == "ranking"
        and len(rows) > question.top > 0
        and rows[question.top - 1][1] == rows[question.top][1]
    ):
        tied = sum(row[1] == rows[question.top][1] for row in rows)
        return "decided by ties" if tied > question.top + 1 else ""
    return ""


def test_each_expected_answer_tells_something() -> None:
    wrong = {
        one.id: why
        for one in ALL
        if not one.nothing and (why := next(filter(None, (poor(one, rows) for rows in found()[one.id])), ""))
    }
    assert wrong == {}


def test_few_answers_are_nothing() -> None:
    assert sum(one.nothing for one in ALL) <= 5


def test_what_is_expected_is_judged_right() -> None:
    wrong = [one.id for one in ALL for rows in found()[one.id] if not right(one, found()[one.id], told(one.form, rows))]
    assert wrong == []


def test_the_answer_to_another_question_is_judged_wrong() -> None:
    """Were the forms lenient, answers of neighbours of the same form would pass; a few numbers are alike by chance."""
    alike = 0
    for form in ("number", "ranking", "series", "comparison", "list"):
        of_form = [one for one in ALL if one.form == form]
        for one, other in zip(of_form, of_form[1:] + of_form[:1], strict=True):
            alike += right(one, found()[one.id], told(other.form, found()[other.id][0]))
    assert alike <= 6
