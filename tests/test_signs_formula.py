"""Formulas of signs: what they make, what they never make, and what is refused with its reason."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.errors import UserError
from cockpit.signs.formula import MOST_CHARS, Formula, order_of


def value(text: str, **operands: float) -> float:
    return float(Formula(text).value({code: np.array([v]) for code, v in operands.items()}, (1,))[0])


def refused(text: str, **units: str) -> str:
    with pytest.raises(UserError) as error:
        Formula(text, units)
    return error.value.message.id


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A / B * 100", 50.0),
        ("-A + 2 * (B - 1)", 4.0),
        ("max(A, B, 3)", 4.0),
        ("if(A < B, 1, 0)", 1.0),
        ("round(B / 3)", 1.0),
        ("beaufort(17.2)", 8.0),
    ],
)
def test_a_formula_is_worked_out(text: str, wanted: float) -> None:
    assert value(text, A=2.0, B=4.0) == wanted


@pytest.mark.parametrize("text", ["A / B", "B / B", "A / (B * 0)", "A / 0"])
def test_a_division_by_zero_is_no_value_and_no_zero(text: str) -> None:
    assert math.isnan(value(text, A=2.0, B=0.0))


def test_a_missing_operand_makes_no_value() -> None:
    nan = float("nan")
    assert math.isnan(value("A + B", A=nan, B=1.0))
    assert math.isnan(value("if(A > 1, 1, 0)", A=nan))
    assert math.isnan(value("A > 1", A=nan))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "formula_odd"),
        ("A +", "formula_odd"),
        ("A B", "formula_odd"),
        ("(A", "formula_expected"),
        ("__import__(1)", "formula_function"),
        ("A.b", "formula_odd"),
        ("A ** 2", "formula_odd"),
        ("min(A)", "formula_arguments"),
        ("(" * 60 + "A" + ")" * 60, "formula_deep"),
        ("-" * 90 + "A", "formula_deep"),
        ("A" + "+A" * MOST_CHARS, "formula_long"),
    ],
)
def test_what_is_no_formula_is_refused_in_a_sentence(text: str, why: str) -> None:
    assert refused(text) == "signdef." + why


def test_units_that_do_not_go_together_are_refused() -> None:
    assert refused("A + B", A="件", B="h") == "signdef.formula_units"
    assert refused("max(A, B)", A="件", B="h") == "signdef.formula_units"
    assert Formula("A / B", {"A": "件", "B": "h"}).unit == frozenset({("件", 1), ("h", -1)})
    assert Formula("A / B", {"A": "件", "B": "件"}).unit == frozenset()
    assert Formula("A / B * 100", {"A": "件", "B": "h"}).unit is None


def test_formulas_are_put_in_order_and_rings_are_named() -> None:
    assert order_of({"A": Formula("B + 1"), "B": Formula("C * 2")}) == ["B", "A"]
    with pytest.raises(UserError) as error:
        order_of({"A": Formula("B"), "B": Formula("C"), "C": Formula("A + x")})
    assert error.value.message.params["ring"] == "A → B → C → A"


@given(st.text(alphabet="AB01.+-*/(),<> min\"'_x字", max_size=60))
def test_whatever_is_written_there_is_a_formula_or_a_sentence(text: str) -> None:
    try:
        formula = Formula(text)
    except UserError:
        return
    found = formula.value({code: np.array([1.0, np.nan, 0.0]) for code in formula.codes}, (3,))
    assert found.shape == (3,)
    assert not np.isinf(found).any()
