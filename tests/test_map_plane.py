"""The map without a screen: camera, groups, trails, glides, bins of time, and what is read from the picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.clock import MINUTE, SECOND, ManualClock
from cockpit.model.tables import EventState, UnitState
from cockpit.picture import Picture
from tests.living_cases import LivingCases
from tests.living_picture import NOW, living_pack, living_picture
from widgets.map.camera import MAX_SCALE, Camera, between, box_of, mercator, scale_bar, wgs84
from widgets.map.clusters import cluster
from widgets.map.hits import HitGrid
from widgets.map.reader import SceneReader, rings_of
from widgets.map.scene import LAYERS
from widgets.map.timebar import BIN, SPAN, count_bins, scale_top

LIMITS = box_of(living_pack().bounds)
MIDDLE = (LIMITS[0] + LIMITS[2]) / 2, (LIMITS[1] + LIMITS[3]) / 2

points_of_a_view = st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900)), max_size=60)
cameras = st.builds(
    Camera,
    st.floats(LIMITS[0], LIMITS[2]),
    st.floats(LIMITS[1], LIMITS[3]),
    st.floats(0.01, MAX_SCALE),
    st.integers(200, 4000),
    st.integers(160, 3000),
)


@given(st.floats(-179, 179), st.floats(-80, 80))
def test_degrees_to_mercator_and_back_are_the_same_place(lon: float, lat: float) -> None:
    x, y = mercator(lon, lat)
    assert wgs84(float(x), float(y)) == pytest.approx((lon, lat), abs=1e-9)


@given(cameras, st.floats(1.05, 4), st.floats(0, 1), st.floats(0, 1))
def test_zooming_keeps_what_is_under_the_cursor_there(camera: Camera, factor: float, u: float, v: float) -> None:
    px, py = camera.width * u, camera.height * v
    nearer = camera.zoomed(factor, px, py)
    before, after = camera.to_world(px, py), nearer.to_world(px, py)
    assert np.allclose(before, after, atol=1e-3)
    assert nearer.scale <= MAX_SCALE


@given(cameras)
def test_a_clamped_view_shows_the_city_and_is_clamped_already(camera: Camera) -> None:
    clamped = camera.clamped(LIMITS)
    west, south, east, north = clamped.box
    assert west < LIMITS[2]
    assert east > LIMITS[0]
    assert south < LIMITS[3]
    assert north > LIMITS[1]
    again = clamped.clamped(LIMITS)
    assert np.allclose((again.x, again.y, again.scale), (clamped.x, clamped.y, clamped.scale), rtol=1e-9)


@given(cameras)
def test_a_view_inside_the_city_shows_nothing_beyond_it(camera: Camera) -> None:
    inside = camera.inside(LIMITS)
    west, south, east, north = inside.box
    assert west >= LIMITS[0] - 1e-3
    assert south >= LIMITS[1] - 1e-3
    assert east <= LIMITS[2] + 1e-3
    assert north <= LIMITS[3] + 1e-3
    assert inside.scale >= min(camera.scale, MAX_SCALE)


def test_a_flight_begins_and_ends_where_it_should() -> None:
    start = Camera(*MIDDLE, 0.05, 800, 600)
    end = start.centred(MIDDLE[0] + 3000, MIDDLE[1] - 2000, 0.4)
    assert between(start, end, 1.0) == end
    first = between(start, end, 0.0)
    assert (first.x, first.y, first.scale) == pytest.approx((start.x, start.y, start.scale))
    scales = [between(start, end, share / 10).scale for share in range(11)]
    assert scales == sorted(scales)


@given(cameras, st.floats(-2, 3), st.floats(-2, 3))
def test_a_place_out_of_view_is_brought_in_by_a_short_way(camera: Camera, u: float, v: float) -> None:
    place = camera.to_world(u * camera.width, v * camera.height)
    after = camera.showing(*place, pad=0.25)
    assert after.sees(*place, pad=min(camera.width, camera.height) * 0.25 - 1)
    assert after.scale == camera.scale
    moved = np.hypot(after.x - camera.x, after.y - camera.y) * camera.scale
    assert moved <= np.hypot(place[0] - camera.x, place[1] - camera.y) * camera.scale + 1e-3
    if 0.26 <= u <= 0.74 and 0.26 <= v <= 0.74:
        assert moved < 1e-3, "it was in view already"


@given(cameras)
def test_the_scale_bar_is_round_and_fits(camera: Camera) -> None:
    metres, pixels = scale_bar(camera)
    assert str(metres)[0] in "125"
    assert set(str(metres)[1:]) <= {"0"}
    assert pixels <= 120.0 or metres == 1


def test_near_events_become_one_mark_of_the_most_urgent_level() -> None:
    x, y = np.array([0.0, 3.0, 4.0, 500.0, np.nan]), np.array([0.0, 2.0, 1.0, 500.0, 0.0])
    groups = cluster(x, y, np.array([4, 1, 3, 2, 1], dtype=np.uint8), 50.0)
    together = groups.group[0]
    assert groups.group[1] == groups.group[2] == together
    assert groups.count[together] == 3
    assert groups.level[together] == 1
    assert groups.first[together] == 1
    assert groups.count[groups.group[3]] == 1
    assert groups.group[4] == -1
    assert list(groups.level) == sorted(groups.level, reverse=True)


@given(
    st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900)), max_size=60),
    st.one_of(st.just(0.0), st.floats(0.01, 200)),
)
def test_every_event_with_a_place_is_in_one_mark(points: list[tuple[float, float]], radius: float) -> None:
    xy = np.array(points).reshape(-1, 2)
    groups = cluster(xy[:, 0], xy[:, 1], np.ones(len(xy), dtype=np.uint8), radius)
    assert int(groups.count.sum()) == len(points)
    assert np.array_equal(np.bincount(groups.group, minlength=len(groups.count)), groups.count)


@given(points_of_a_view, st.floats(0, 900), st.floats(0, 900), st.floats(1, 120))
def test_the_nearest_thing_is_found_as_by_looking_at_all(
    points: list[tuple[float, float]], x: float, y: float, reach: float
) -> None:
    xy = np.array(points).reshape(-1, 2)
    found = HitGrid(xy[:, 0], xy[:, 1], 40.0).nearest(x, y, reach)
    far = np.hypot(xy[:, 0] - x, xy[:, 1] - y)
    if found is None:
        assert not (far <= reach).any()
    else:
        assert far[found] == pytest.approx(far.min())


def test_new_events_are_counted_in_bins_of_ten_minutes() -> None:
    occurred = np.array([NOW, NOW - 1, NOW - BIN, NOW - SPAN - BIN, NOW + SECOND, 0])
    first, counts = count_bins(occurred, NOW)
    assert first <= NOW - SPAN
    assert counts.sum() == 3
    assert counts[-1] == 2
    assert counts[-2] == 1


@given(st.integers(0, 100_000))
def test_the_axis_of_time_ends_at_a_round_number_above_the_bars(highest: int) -> None:
    top = scale_top(highest)
    assert highest <= top <= max(4, highest * 2)


def _reader(picture: Picture) -> SceneReader:
    return SceneReader(picture, living_pack(), LivingCases(ManualClock(NOW), picture))


def test_the_map_shows_open_events_and_units_on_duty_only() -> None:
    picture = living_picture()
    scene = _reader(picture).read(frozenset(LAYERS), "events", False, NOW)
    assert len(scene.events.keys) == int((picture["event"].numbers("state") == EventState.OPEN).sum())
    assert len(scene.units.keys) == int((picture["unit"].numbers("state") != UnitState.OFF_DUTY).sum())
    assert len(scene.alerts) == 2
    assert {area.tier for area in scene.areas} <= {1, 2}


def test_what_did_not_change_is_not_read_again() -> None:
    picture = living_picture()
    reader = _reader(picture)
    first = reader.read(frozenset(LAYERS), "events", False, NOW)
    second = reader.read(frozenset(LAYERS), "events", False, NOW + SECOND)
    assert second.events is first.events
    assert second.units is first.units
    assert second.areas is first.areas
    picture["event"].remove([first.events.keys[0]])
    third = reader.read(frozenset(LAYERS), "events", False, NOW + SECOND)
    assert len(third.events.keys) == len(first.events.keys) - 1
    assert third.units is first.units


def test_an_alert_that_expired_or_does_not_hold_yet_is_off_the_map() -> None:
    reader = _reader(living_picture())
    assert len(reader.read(frozenset(LAYERS), "", False, NOW).alerts) == 2
    assert reader.read(frozenset(LAYERS), "", False, NOW + 24 * 60 * MINUTE).alerts == ()
    assert len(reader.read(frozenset(LAYERS), "", False, NOW - 60 * MINUTE).alerts) == 1


@pytest.mark.parametrize("text", ["", "{", "[1]", '[[["a"]]]', "[[[[1,2],[3,4]]]]", "\ud800"])
def test_rings_that_are_none_draw_nothing(text: str) -> None:
    assert rings_of(text) == ()
