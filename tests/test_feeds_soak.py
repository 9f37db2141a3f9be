"""The long run of the feeds fails when something was lost or grows."""

from __future__ import annotations

from benchmarks.feeds_soak import MOST_GROWTH, problems

CALM = {"way": "mqtt", "lost": 0, "hub_mb_min": MOST_GROWTH, "seat_mb_min": -3.0}


def test_a_phase_in_which_nothing_grows_is_no_problem() -> None:
    assert problems(CALM) == []


def test_loss_and_growth_of_either_process_are_told() -> None:
    assert problems({**CALM, "lost": 2}) == ["mqtt: 2 lost"]
    assert problems({**CALM, "seat_mb_min": MOST_GROWTH + 0.1}) == ["mqtt: the seat grows by 1.1 MB a minute"]
