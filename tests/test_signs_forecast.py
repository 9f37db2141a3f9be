"""Forecasts say how good they were over the past, and nothing where there is too little of it."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from cockpit.model.clock import from_iso
from cockpit.signs.forecast import HORIZON, LENGTH, SEASON, STEP, Recent, forecast

NOW = from_iso("2026-07-14T10:00:00+08:00")


def test_what_stays_is_foretold_to_stay() -> None:
    value, accuracy = forecast(np.full((100, 1), 7.0))
    assert (value[0], accuracy[0]) == (pytest.approx(7.0), pytest.approx(1.0))


def test_a_day_that_repeats_is_foretold_by_the_day_before() -> None:
    steps = np.arange(LENGTH - 1)
    series = (50 + 40 * np.sin(steps / SEASON * 2 * np.pi))[:, None]
    value, accuracy = forecast(series)
    coming = 50 + 40 * np.sin((steps[-1] + HORIZON) / SEASON * 2 * np.pi)
    assert value[0] == pytest.approx(coming, abs=0.01)
    assert accuracy[0] > 0.99


def test_what_rises_is_foretold_better_than_by_what_it_is() -> None:
    series = np.arange(200.0)[:, None] + 100
    value, accuracy = forecast(series)
    assert 299 < value[0] < 299 + HORIZON + 1
    assert 0.9 < accuracy[0] < 1.0


def test_noise_is_told_as_worse_than_what_stays() -> None:
    rng = np.random.default_rng(1)
    noise = rng.choice([0.0, 100.0], (300, 1))
    _, accuracy = forecast(noise)
    assert 0 <= accuracy[0] < 0.7


def test_too_little_past_says_nothing_and_a_gap_now_has_no_forecast() -> None:
    short, unsure = forecast(np.ones((HORIZON + 6, 1)))
    assert short[0] == 1.0
    assert np.isnan(unsure[0])
    none, unknown = forecast(np.ones((HORIZON - 1, 2)))
    assert np.isnan(none).all()
    assert np.isnan(unknown).all()
    series = np.ones((200, 2))
    series[-1, 0] = np.nan
    series[20:30, 1] = np.nan
    value, _ = forecast(series)
    assert np.isnan(value[0])
    assert value[1] == pytest.approx(1.0)


def test_what_was_never_below_zero_is_not_foretold_to_be() -> None:
    value, _ = forecast(np.maximum(100.0 - np.arange(103.0), 0)[:, None])
    assert value[0] >= 0


def test_minutes_become_steps_and_an_earlier_run_is_gone_on_with() -> None:
    recent = Recent()
    rows = np.array([0, 2])
    for minute in range(16):
        recent.add(NOW + minute * 60_000_000, rows, np.array([float(minute), 100.0]))
    series = recent.series(np.array([0, 1, 2]))
    assert series.shape == (LENGTH - 1, 3)
    assert series[-3:, 0].tolist() == [2.0, 7.0, 12.0]
    assert np.isnan(series[:, 1]).all()
    before = NOW - np.arange(10, 0, -1) * 60_000_000
    recent.fill(0, before, np.full(10, 5.0), NOW + 15 * 60_000_000)
    assert recent.series(np.array([0]))[-5:, 0].tolist() == [5.0, 5.0, 2.0, 7.0, 12.0]
    recent.add(NOW + 3 * STEP + 4 * STEP, rows, np.array([1.0, 1.0]))
    assert np.isnan(recent.series(np.array([0]))[-3:, 0]).all(), "what was missed is a gap"


def test_items_of_which_nothing_is_known_take_no_room_and_have_no_past() -> None:
    recent = Recent()
    rows = np.array([7, 40_000, 3])
    for minute in range(0, 90, 5):
        recent.add(NOW + minute * 60_000_000, rows, np.array([7.0, 40.0, 3.0]))
    recent.fill(12, np.array([NOW - STEP]), np.array([12.0]), NOW + 90 * 60_000_000)
    assert recent.size < 1_000_000
    series = recent.series(np.array([3, 5, 7, 12, 40_000, 90_000]))
    assert series[-1, [0, 2, 4]].tolist() == [3.0, 7.0, 40.0]
    assert np.isnan(series[:, [1, 5]]).all()
    assert 12.0 in series[:, 3]


def test_over_weeks_in_which_something_happens_in_each_street_once_the_room_is_that_of_the_last_days() -> None:
    recent = Recent()
    each_hour = 25
    size = 0
    for hour in range(24 * 24):
        rows = np.concatenate([[0, 1], 2 + hour * each_hour + np.arange(each_hour)])
        means = np.concatenate([[float(hour), 8.0], np.full(each_hour, 5.0)])
        for step in range(HORIZON):
            recent.add(
                NOW + (hour * HORIZON + step) * STEP,
                rows if step == 0 else rows[:2],
                means[: len(rows)] if step == 0 else means[:2],
            )
        if hour == 6 * 24:
            size = recent.size - recent._column.nbytes
    assert recent.size - recent._column.nbytes == size
    series = recent.series(np.array([0, 1, 2, 2 + 570 * each_hour]))
    hours = np.repeat(np.arange(24 * 24), HORIZON)[-LENGTH:-1]
    assert series[:, 0].tolist() == hours.tolist(), "what goes on keeps its past"
    assert (series[:, 1] == 8.0).all()
    assert np.isnan(series[:, 2]).all()
    assert np.flatnonzero(np.isfinite(series[:, 3])).tolist() == np.flatnonzero(hours == 570)[:1].tolist()


def test_forecasts_of_a_whole_city_are_those_of_each_item_and_need_little_room() -> None:
    rng = np.random.default_rng(2)
    rows = rng.permutation(5_000)[:2_300]
    recent = Recent()
    for step in range(LENGTH):
        recent.add(NOW + step * STEP, rows, rng.normal(50.0 + rows % 7, 3.0))
    tracemalloc.start()
    values, accuracies = recent.forecast(rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    some = rng.choice(len(rows), 40, replace=False)
    alone, sure = forecast(recent.series(rows[some]))
    assert values[some] == pytest.approx(alone)
    assert accuracies[some] == pytest.approx(sure)
    assert peak < 60e6
    assert [len(one) for one in recent.forecast(np.zeros(0, dtype=np.int64))] == [0, 0]
