"""The questions themselves: told once, mixed alike in both halves, each with SQL that runs and finds something."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.question_kit import NOW, Answered, Question, empty, expected, questions, right, unanswerable, with_helpers

HALVES = (questions("open"), questions("sealed"))
ALL = HALVES[0] + HALVES[1]
DEV = [one for name in ("dev", "dev2", "dev3", "dev4", "dev5", "dev6") for one in questions(name)]
"""Written when there was a grammar, for its author to work on; they measure nothing."""


def test_there_are_240_questions_and_20_that_no_one_can_answer() -> None:
    assert [len(half) for half in HALVES] == [120, 120]
    assert len(unanswerable()) == 20


def test_no_question_and_no_id_is_there_twice() -> None:
    everything = [*ALL, *DEV, *unanswerable()]
    assert len({one.id for one in everything}) == len(everything)
    assert len({one.text for one in everything}) == len(everything)


def test_each_third_asks_80() -> None:
    assert Counter(one.who for one in ALL) == {"leader": 80, "officer": 80, "reporter": 80}


def test_three_quarters_are_chinese_and_a_tenth_is_misspelt_or_pinyin() -> None:
    assert 170 <= sum(one.lang == "zh" for one in ALL) <= 190
    assert 20 <= sum(one.spelled != "" for one in ALL) <= 36


@pytest.mark.parametrize("trait", ["who", "lang", "form", "spelled"])
def test_both_halves_have_the_same_mix(trait: str) -> None:
    first, second = (Counter(getattr(one, trait) for one in half) for half in HALVES)
    assert all(abs(first[value] - second[value]) <= 8 for value in first | second)


def test_each_question_has_one_way_of_saying_what_is_expected() -> None:
    assert all((one.sql == "") != (one.sql_any == ()) for one in [*ALL, *DEV])


def test_all_sql_runs_on_the_plain_export() -> None:
    db = with_helpers(empty(), [*ALL, *DEV], NOW)
    for one in [*ALL, *DEV]:
        expected(db, one, NOW)


# -- what matches --------------------------------------------------------------------------------------------------


def asked(form: str, top: int = 0, decimals: int | None = None) -> Question:
    return Question("x", "leader", "zh", "", "", form, top=top, decimals=decimals, sql="-")  # type: ignore[arg-type]


def test_a_number_matches_within_its_decimals_only() -> None:
    question = asked("number", decimals=1)
    assert right(question, [[(93.24,)]], Answered(value=93.2))
    assert not right(question, [[(93.24,)]], Answered(value=93.3))
    assert not right(asked("number"), [[(7,)]], Answered(value=7.4))


def test_no_data_is_matched_by_no_value_and_not_by_zero() -> None:
    assert right(asked("number"), [[(None,)]], Answered())
    assert not right(asked("number"), [[(None,)]], Answered(value=0.0))


def test_one_of_several_readings_is_enough() -> None:
    assert right(asked("number"), [[(7,)], [(9,)]], Answered(value=9))


def test_who_declines_is_not_right() -> None:
    assert not right(asked("number"), [[(None,)]], Answered(declined=True))


def test_ties_of_a_ranking_stand_in_any_order_and_may_fill_the_last_place() -> None:
    rows = [("a", 9), ("b", 5), ("c", 5), ("d", 1)]
    assert right(asked("ranking", top=2), [rows], Answered(ranking=(("a", 9), ("c", 5), ("d", 1))))
    assert not right(asked("ranking", top=2), [rows], Answered(ranking=(("c", 5), ("a", 9))))
    assert not right(asked("ranking", top=2), [rows], Answered(ranking=(("a", 9), ("d", 5))))
    assert not right(asked("ranking", top=2), [rows], Answered(ranking=(("a", 9),)))


def test_a_ranking_of_all_needs_all_that_are_not_zero() -> None:
    rows = [("a", 9), ("b", 5)]
    assert right(asked("ranking"), [rows], Answered(ranking=(("a", 9), ("b", 5), ("c", 0))))
    assert not right(asked("ranking"), [rows], Answered(ranking=(("a", 9),)))
    assert not right(asked("ranking"), [rows], Answered(ranking=(("a", 9), ("b", 5), ("c", 2))))


def test_a_bucket_without_records_is_zero_or_untold() -> None:
    rows = [(0, 3), (7200, 2)]
    assert right(asked("series"), [rows], Answered(series=((0, 3), (3600, 0), (7200, 2))))
    assert not right(asked("series"), [rows], Answered(series=((0, 3), (3600, 1), (7200, 2))))
    assert not right(asked("series"), [rows], Answered())


def test_a_comparison_needs_both_with_their_labels() -> None:
    rows = [("330105", 3), ("330102", 2)]
    assert right(asked("comparison"), [rows], Answered(comparison=(("330102", 2), ("330105", 3))))
    assert not right(asked("comparison"), [rows], Answered(comparison=(("330102", 3), ("330105", 2))))


def test_a_list_is_right_with_all_its_keys_in_any_order() -> None:
    assert right(asked("list"), [[("a",), ("b",)]], Answered(keys=("b", "a")))
    assert not right(asked("list"), [[("a",), ("b",)]], Answered(keys=("a",)))
