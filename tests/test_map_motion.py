"""Where units are drawn between two fixes, and the trails they leave."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.clock import MINUTE, SECOND
from tests.living_picture import NOW
from widgets.map.motion import JUMP, MOST_AHEAD, TRAIL_POINTS, TRAIL_SPAN, TRAIL_STEP, Glide, Trails

EVERYWHERE = (-3e7, -3e7, 3e7, 3e7)


def tell(glide: Glide, x: float, at: float, stale: bool = False) -> None:
    """A fix of the unit at x metres, taken and arrived at `at` seconds."""
    glide.fixes(["a"], np.array([x]), np.zeros(1), at, np.array([round(at * SECOND)]), stale)


def driving(speed: float = 10.0, period: float = 1.0, fixes: int = 4) -> tuple[Glide, float]:
    """A unit that drives east, and when its last fix came."""
    glide = Glide()
    for n in range(fixes):
        tell(glide, speed * period * n, period * n)
    return glide, period * (fixes - 1)


def test_a_unit_goes_on_at_its_speed_for_one_period_and_then_waits() -> None:
    glide, last = driving()
    assert glide.at(last + 0.5)[0, 0] == pytest.approx(35.0, abs=0.01)
    assert glide.pending(last + 0.5) > 0
    assert glide.at(last + 1.0)[0, 0] == pytest.approx(40.0, abs=0.01)
    assert glide.at(last + 60.0)[0, 0] == pytest.approx(40.0, abs=0.01)
    assert glide.pending(last + 60.0) == 0
    assert glide.at(last + 60.0) is glide.at(last + 61.0)


def test_a_unit_that_drives_evenly_is_drawn_where_it_is() -> None:
    glide, last = driving(speed=16.0, period=2.0)
    for later in (0.1, 0.7, 1.5, 1.99):
        assert glide.at(last + later)[0, 0] == pytest.approx(16.0 * (last + later), abs=0.5)


def test_a_unit_that_seldom_tells_is_not_driven_on_for_long() -> None:
    glide, last = driving(speed=10.0, period=20.0)
    assert glide.at(last + 19.0)[0, 0] == pytest.approx(10.0 * (last + MOST_AHEAD), abs=0.01)


def test_what_the_guess_was_wrong_by_is_taken_back_without_a_hop() -> None:
    glide, last = driving()
    stopped = last + 1.0
    before = float(glide.at(stopped)[0, 0])
    tell(glide, 30.0, stopped)
    assert float(glide.at(stopped)[0, 0]) == pytest.approx(before)
    ways = [float(glide.at(stopped + share)[0, 0]) for share in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 1.0)]
    assert ways == sorted(ways, reverse=True)
    assert ways[-1] == pytest.approx(30.0)


def test_a_correction_is_shown_at_once_and_tells_no_speed() -> None:
    glide, last = driving()
    tell(glide, 9000.0, last + 1)
    assert glide.at(last + 1)[0, 0] == pytest.approx(9000.0)
    assert glide.at(last + 9)[0, 0] == pytest.approx(9000.0)


@pytest.mark.parametrize(("way", "period"), [(1.0, 1.0), (200.0, 1.0), (10.0, 0.01), (300.0, 60.0), (10.0, -5.0)])
def test_noise_and_nonsense_tell_no_speed(way: float, period: float) -> None:
    glide = Glide()
    glide.fixes(["a"], np.zeros(1), np.zeros(1), 100.0, np.array([100 * SECOND]))
    glide.fixes(["a"], np.array([way]), np.zeros(1), 101.0, np.array([round((100 + period) * SECOND)]))
    assert glide.at(110.0)[0, 0] == pytest.approx(way)
    assert glide.at(200.0)[0, 0] == pytest.approx(way)


def test_stale_units_go_back_to_where_they_were_seen_and_wait() -> None:
    glide, last = driving()
    drawn = float(glide.at(last + 0.5)[0, 0])
    tell_same = np.array([round(last * SECOND)])
    glide.fixes(["a"], np.array([30.0]), np.zeros(1), last + 0.5, tell_same, stale=True)
    assert float(glide.at(last + 0.5)[0, 0]) == pytest.approx(drawn)
    assert float(glide.at(last + 9.0)[0, 0]) == pytest.approx(30.0)


def test_with_reduced_motion_a_unit_is_where_its_fix_is() -> None:
    glide, last = driving()
    glide.reduced = True
    assert glide.at(last + 0.5)[0, 0] == 30.0
    assert glide.pending(last + 0.5) == 0


def test_units_come_and_go_and_the_others_drive_on() -> None:
    glide, last = driving()
    glide.fixes(["b", "a"], np.array([7.0, 30.0]), np.zeros(2), last, np.full(2, round(last * SECOND)))
    assert glide.at(last + 0.5)[:, 0] == pytest.approx([7.0, 35.0], abs=0.01)
    glide.fixes([], np.empty(0), np.empty(0), last, np.empty(0, dtype=np.int64))
    assert glide.at(last + 0.5).shape == (0, 2)
    assert glide.pending(last + 0.5) == 0


def test_a_unit_without_a_place_has_none_and_disturbs_no_other() -> None:
    glide = Glide()
    for n in range(3):
        at = np.array([n * SECOND] * 2)
        glide.fixes(["a", "b"], np.array([np.nan, n * 10.0]), np.zeros(2), float(n), at)
    assert np.isnan(glide.at(2.5)[0, 0])
    assert glide.at(2.5)[1, 0] == pytest.approx(25.0, abs=0.01)
    assert 0 < glide.pending(2.0) < 20


@given(st.lists(st.tuples(st.floats(0.05, 40), st.floats(-3000, 3000)), min_size=2, max_size=12))
def test_a_unit_is_never_farther_from_its_fix_than_the_rules_allow(steps: list[tuple[float, float]]) -> None:
    glide, at, x = Glide(), 0.0, 0.0
    for wait, way in steps:
        at, x = at + wait, x + way
        tell(glide, x, at)
        for later in (0.0, 0.3, 1.0, 4.0, 30.0):
            assert abs(float(glide.at(at + later)[0, 0]) - x) <= JUMP + 80 * MOST_AHEAD
        assert abs(float(glide.at(at + 30.0)[0, 0]) - x) <= 80 * MOST_AHEAD


def trails_of(points: int, step: float = TRAIL_STEP * 2) -> Trails:
    """One unit that drove east, a fix a second."""
    trails = Trails()
    for n in range(points):
        at = NOW + n * SECOND
        trails.fixes(["a"], np.array([n * step]), np.zeros(1), np.array([at]), at)
    return trails


def test_a_trail_is_ten_minutes_long_and_goes_with_its_unit() -> None:
    trails = Trails()
    for n in range(30):
        at = NOW + n * MINUTE
        trails.fixes(["a"], np.array([n * TRAIL_STEP * 2]), np.zeros(1), np.array([at]), at)
    lines = trails.lines(0.0, EVERYWHERE)
    assert lines.x.max() - lines.x.min() == TRAIL_STEP * 2 * (TRAIL_SPAN // MINUTE)
    trails.fixes([], np.empty(0), np.empty(0), np.empty(0, dtype=np.int64), NOW)
    assert len(trails.lines(0.0, EVERYWHERE).x) == 0


def test_standing_still_leaves_no_trail() -> None:
    assert len(trails_of(20, step=0.01).lines(0.0, EVERYWHERE).x) == 0


def test_a_trail_has_three_parts_that_meet() -> None:
    lines = trails_of(50).lines(0.0, EVERYWHERE)
    assert lines.part.tolist() == [0, 1, 2]
    ends = np.cumsum(lines.length)
    assert lines.x[ends[:-1] - 1].tolist() == lines.x[ends[:-1]].tolist()
    assert (lines.x[0], lines.x[-1]) == (0.0, 49 * TRAIL_STEP * 2)


def test_far_out_a_trail_has_fewer_points_and_the_same_ends() -> None:
    trails = trails_of(150)
    near, far = trails.lines(0.0, EVERYWHERE), trails.lines(TRAIL_STEP * 20, EVERYWHERE)
    assert len(far.x) < len(near.x) / 4
    assert (far.x[0], far.x[-1]) == (near.x[0], near.x[-1])


def test_a_trail_keeps_its_points_while_its_end_is_forgotten() -> None:
    trails = trails_of(TRAIL_POINTS)
    before = set(trails.lines(TRAIL_STEP * 20, EVERYWHERE).x.tolist())
    at = NOW + TRAIL_POINTS * SECOND
    trails.fixes(["a"], np.array([TRAIL_POINTS * TRAIL_STEP * 2]), np.zeros(1), np.array([at]), at)
    after = trails.lines(TRAIL_STEP * 20, EVERYWHERE).x.tolist()
    new = set(after) - before
    assert len(new) <= 4, "ends and joints only"


def test_trails_out_of_view_are_left_out() -> None:
    assert len(trails_of(50).lines(0.0, (1e6, 1e6, 2e6, 2e6)).x) == 0
