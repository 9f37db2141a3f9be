"""Hands of the map without a screen: lengths, areas, shapes, what lies in them, throws, fingers, coordinates, views."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.clock import CityClock, ManualClock
from cockpit.model.tables import EventState
from cockpit.picture import Picture
from tests.living_cases import LivingCases
from tests.living_picture import NOW, living_picture, put
from widgets.map.bookmarks import KEPT, MOST, Bookmarks, camera_of
from widgets.map.camera import Camera, mercator
from widgets.map.hands import coordinates, ground
from widgets.map.hands.contents import Contents, contents
from widgets.map.hands.inertia import FASTEST, REST, Throw
from widgets.map.hands.shapes import Form, box, outline, ring
from widgets.map.hands.tools import Lasso, RingTool, Ruler
from widgets.map.hands.touch import Touch, fingers, moved

FLOODING = "events/0714-1187"


def at(lon: float, lat: float) -> tuple[float, float]:
    x, y = mercator(lon, lat)
    return float(x), float(y)


HERE = at(120.1878, 30.2868)
CAMERA = Camera(*HERE, 0.1, 1000, 800)


def line(*places: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    array = np.array([at(*place) for place in places])
    return array[:, 0], array[:, 1]


# -- lengths and areas -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lat", "lon_degree", "lat_degree"),
    [(0.0, 111_319.5, 110_574.3), (30.0, 96_486.3, 110_852.4), (45.0, 78_846.8, 111_131.7)],
)
def test_a_degree_is_as_long_as_the_tables_of_the_ellipsoid_say(
    lat: float, lon_degree: float, lat_degree: float
) -> None:
    east, north = ground.per_degree(lat)
    assert float(east) == pytest.approx(lon_degree, abs=0.5)
    assert float(north) == pytest.approx(lat_degree, abs=0.5)


def test_a_quadrangle_of_one_degree_is_as_large_as_the_tables_say() -> None:
    # 30° to 31° north, one degree wide: N cos(lat) d(lon) × M d(lat) summed over narrow bands
    lats = np.linspace(30, 31, 20_001)
    east, north = ground.per_degree((lats[1:] + lats[:-1]) / 2)
    summed = float((east * north).sum() * (lats[1] - lats[0]))
    assert ground.area(*line((120, 30), (121, 30), (121, 31), (120, 31))) == pytest.approx(summed, rel=1e-6)


@given(st.floats(110, 130), st.floats(18, 50), st.floats(30, 20_000))
def test_every_point_of_a_ring_is_as_far_away_as_it_says(lon: float, lat: float, metres: float) -> None:
    x, y = ground.circle(*at(lon, lat), metres)
    far = ground.away(*at(lon, lat), *ground.degrees(x, y))
    assert np.allclose(far, metres, rtol=2e-3)


@pytest.mark.parametrize(
    ("metres", "words"), [(7.4, "7 m"), (640, "640 m"), (999.7, "1.00 km"), (2341, "2.34 km"), (41_820, "41.8 km")]
)
def test_lengths_are_said_as_people_say_them(metres: float, words: str) -> None:
    assert ground.length_words(metres) == words


# -- shapes and what lies in them --------------------------------------------------------------------------------------


def test_a_lasso_that_crosses_itself_holds_what_is_inside_by_the_even_odd_rule() -> None:
    bow_tie = outline(Form.LASSO, [at(120, 30), at(120.02, 30.02), at(120.02, 30), at(120, 30.02)])
    assert bow_tie is not None
    lon = np.array([120.002, 120.018, 120.01, math.nan])
    lat = np.array([30.01, 30.01, 30.001, 30.01])
    assert bow_tie.holds(lon, lat).tolist() == [0, 1]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_a_hundred_thousand_places_are_held_as_each_alone_would_be(seed: int) -> None:
    random = np.random.default_rng(seed)
    turn = np.sort(random.uniform(0, 2 * np.pi, 40))
    reach = random.uniform(0.02, 0.3, 40)
    jagged = outline(
        Form.LASSO, [at(120 + r * np.cos(a), 30 + r * np.sin(a)) for a, r in zip(turn, reach, strict=True)]
    )
    assert jagged is not None
    lon, lat = random.uniform(119.6, 120.4, 100_000), random.uniform(29.6, 30.4, 100_000)
    many = set(jagged.holds(lon, lat).tolist())
    some = random.integers(0, 100_000, 2000)
    few = {int(some[i]) for i in jagged.holds(lon[some], lat[some])}
    assert few == many & set(some.tolist())


@pytest.mark.parametrize("points", [[], [(0.0, 0.0)], [(0.0, 0.0), (9.0, 9.0)], [(5.0, 0.0), (5.0, 4.0), (5.0, 9.0)]])
def test_what_encloses_nothing_is_no_shape(points: list[tuple[float, float]]) -> None:
    assert outline(Form.LASSO, points) is None


@given(st.integers(0, 2**32 - 1))
def test_a_box_holds_what_lies_between_its_corners_whichever_are_given(seed: int) -> None:
    places = np.random.default_rng(seed).uniform((119.9, 30.1), (120.5, 30.5), (50, 2))
    a, b = places[0], places[1]
    held = set(box(at(*b), at(*a)).holds(places[2:, 0], places[2:, 1]).tolist())
    low, high = np.minimum(a, b), np.maximum(a, b)
    wanted = np.flatnonzero(((places[2:] > low) & (places[2:] < high)).all(axis=1))
    assert held == set(wanted.tolist())


def living() -> tuple[Picture, LivingCases]:
    picture = living_picture()
    return picture, LivingCases(CityClock(ManualClock(NOW)), picture)


def test_a_ring_tells_what_is_around_a_thing_the_nearest_first_and_not_the_thing_itself() -> None:
    picture, cases = living()
    event = picture["event"].get(FLOODING)
    assert event is not None
    found = contents(picture, cases, ring(at(event["lon"], event["lat"]), 3000.0, ("event", FLOODING)))
    assert FLOODING not in found.groups[0].keys
    assert found.count("event") > 1
    assert found.count("unit") > 1
    for group in found.groups:
        assert list(group.metres) == sorted(group.metres)
        assert all(metres <= 3000.0 for metres in group.metres)
        assert group.count == len(group.keys)
    table = picture["unit"]
    near = ground.away(*at(event["lon"], event["lat"]), table.numbers("lon"), table.numbers("lat")) <= 3000.0
    on_duty = table.numbers("state") != 2
    assert found.count("unit") == int((near & on_duty).sum())


def test_closed_events_are_not_in_an_area_and_the_most_urgent_come_first() -> None:
    picture, cases = living()
    whole = box(at(119.0, 29.0), at(121.5, 31.5))
    found = contents(picture, cases, whole)
    table = picture["event"]
    levels = [table.get(key)["level"] for key in found.groups[0].keys]  # type: ignore[index]
    assert levels == sorted(levels)
    assert len(levels) == int((table.numbers("state") == EventState.OPEN).sum())
    assert found.members[0] == ("event", found.groups[0].keys[0])


def test_what_stands_in_a_shape_is_not_looked_for_again_while_nothing_but_units_moves() -> None:
    picture, cases = living()
    whole = box(at(119.0, 29.0), at(121.5, 31.5))
    first = contents(picture, cases, whole)
    unit = picture["unit"].get(first.group("unit").keys[0])
    assert unit is not None
    put(picture, "unit", [{**unit, "lon": 100.0}])
    again = contents(picture, cases, whole, first)
    assert again.count("unit") == first.count("unit") - 1
    assert again.group("camera") is first.group("camera")


def test_points_of_imported_layers_are_told_layer_by_layer_the_nearest_first() -> None:
    picture, cases = living()
    where = np.array([[120.160, 30.25], [120.161, 30.25], [120.1605, 30.25], [120.160, 30.2501], [121.0, 31.0]])
    keys = ["hydrants/0", "hydrants/1", "hydrants/1", "shelters/7", "wells/0"]  # one is of two points
    here = at(120.160, 30.25)
    found = contents(picture, cases, ring(here, 500.0), None, lambda: {"layer": (keys, where)})
    told = {group.of: group for group in found.groups if group.topic == "layer"}
    assert [*told] == ["hydrants", "shelters", "wells"]
    assert told["hydrants"].keys == ("hydrants/0", "hydrants/1")
    assert told["hydrants"].metres == pytest.approx((0.0, 48.1), abs=1.0), "each at its nearest point"
    assert (told["shelters"].count, told["wells"].count) == (1, 0)
    assert ("layer", "hydrants/1") in found.members
    again = contents(picture, cases, ring(here, 500.0), found, dict)
    assert [group for group in again.groups if group.topic == "layer"] == [*told.values()], "they stand"


def test_nothing_in_the_middle_of_nowhere() -> None:
    picture, cases = living()
    assert contents(picture, cases, ring(at(100.0, 40.0), 500.0)).members == ()
    assert Contents().count("event") == 0


# -- tools -------------------------------------------------------------------------------------------------------------


def test_a_ruler_reads_each_stretch_and_from_three_corners_the_area() -> None:
    ruler = Ruler()
    for place in ((120.0, 30.0), (120.01, 30.0), (120.01, 30.01)):
        ruler.click(at(*place), CAMERA)
    sums, square = ruler.reading()
    assert sums == pytest.approx([0.0, 964.86, 964.86 + 1108.5], abs=1.0)
    assert square == pytest.approx(964.86 * 1108.5 / 2, rel=1e-3)
    assert ruler.back()
    assert ruler.reading() == ([0.0, pytest.approx(964.86, abs=1.0)], 0.0)


def test_a_second_click_on_the_last_corner_ends_a_line_and_the_next_begins_another() -> None:
    ruler = Ruler()
    ruler.click(at(120.0, 30.0), CAMERA)
    ruler.click(at(120.01, 30.0), CAMERA)
    ruler.click(at(120.01, 30.0), CAMERA)
    ruler.cursor = at(120.05, 30.0)
    assert ruler.done
    assert ruler.reading()[0][-1] == pytest.approx(964.86, abs=1.0), "the pointer does not draw on"
    ruler.click(at(121.0, 30.0), CAMERA)
    assert len(ruler.points) == 1


def test_a_click_on_the_first_corner_closes_an_area() -> None:
    lasso = Lasso()
    corners = [at(120.18, 30.28), at(120.2, 30.28), at(120.2, 30.3)]
    assert [lasso.click(corner, CAMERA) for corner in corners] == [None, None, None]
    shape = lasso.click(corners[0], CAMERA)
    assert shape is not None
    assert shape.form is Form.AREA
    assert shape.holds(np.array([120.195]), np.array([30.285])).tolist() == [0]
    assert lasso.points == []


def test_a_ring_is_pulled_from_its_middle_to_its_rim() -> None:
    tool = RingTool(500.0)
    tool.pull(at(120.0, 30.0), at(120.01, 30.0), CAMERA)
    shape = tool.let_go()
    assert shape is not None
    assert shape.metres == pytest.approx(964.86, abs=1.0)
    assert tool.click(HERE, CAMERA, ("event", "a")).around == ("event", "a")  # type: ignore[union-attr]
    assert tool.metres == shape.metres, "the next ring is as wide"


# -- throws and fingers ------------------------------------------------------------------------------------------------


@given(st.floats(-3000, 3000), st.floats(-3000, 3000), st.floats(0.004, 0.05))
def test_a_thrown_map_goes_the_same_way_at_any_frame_rate_and_comes_to_rest(vx: float, vy: float, frame: float) -> None:
    ways = []
    for step in (frame, 0.016):
        throw = Throw()
        for i in range(8):
            throw.move(i * 0.01, vx * 0.01, vy * 0.01)
        if not throw.let_go(0.07):
            assert math.hypot(vx, vy) < 110
            return
        now, x, y = 0.07, 0.0, 0.0
        while throw.flying:
            now += step
            dx, dy = throw.step(now)
            x, y = x + dx, y + dy
            assert now < 5
        ways.append((x, y))
    assert ways[0] == pytest.approx(ways[1], abs=8)
    assert math.hypot(*ways[0]) <= FASTEST * REST
    assert ways[0][0] * vx >= 0
    assert ways[0][1] * vy >= 0


def test_a_map_that_was_held_still_before_it_is_let_go_is_not_thrown() -> None:
    throw = Throw()
    for i in range(8):
        throw.move(i * 0.01, 30, 0)
    assert not throw.let_go(1.0)
    assert not throw.flying


@given(st.floats(-200, 200), st.floats(-200, 200), st.floats(0.5, 2.5))
def test_what_is_under_two_fingers_stays_under_them(dx: float, dy: float, spread: float) -> None:
    x, y, east, south = 400 + dx, 360 + dy, 100 * spread, 60 * spread
    before, now = fingers([(300, 300), (500, 420)]), fingers([(x - east, y - south), (x + east, y + south)])
    after = moved(CAMERA, before, now)
    assert after.to_world(x, y) == pytest.approx(CAMERA.to_world(400, 360), abs=0.5)
    assert after.scale == pytest.approx(CAMERA.scale * spread)


def test_a_finger_more_moves_nothing_and_a_small_wobble_is_still_a_tap() -> None:
    touch = Touch()
    touch.begin([(100, 100)])
    assert touch.move(CAMERA, [(104, 103)])[0] == CAMERA
    assert touch.tapping
    assert touch.move(CAMERA, [(104, 103), (300, 300)])[0] == CAMERA
    assert touch.pinched
    assert not touch.tapping


# -- coordinates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "120.15,30.28", "120.15， 30.28", "30.28 120.15", "东经120.15 北纬30.28", "120.15E 30.28N", "30.28°N, 120.15°E",
        "120°09′00″E 30°16′48″N", "30°16'48\"N，120°9'0\"E", "120度9分 30度16.8分", "经度120.15，纬度30.28",
    ],
)  # fmt: skip
def test_coordinates_are_understood_however_they_are_written(text: str) -> None:
    assert coordinates.typed(text, "wgs84") == pytest.approx((120.15, 30.28), abs=1e-9)


@pytest.mark.parametrize(
    "text", ["", "延安路", "120.15", "2026-07-14", "200, 100", "120°75′ 30°10′", "1,2,3", "nan, inf"]
)
def test_what_is_no_place_is_not_taken_for_one(text: str) -> None:
    assert coordinates.typed(text, "wgs84") is None


@given(st.floats(75, 134), st.floats(18, 53), st.sampled_from(coordinates.DATUMS))
def test_what_was_copied_and_typed_again_is_the_same_place_in_every_datum(lon: float, lat: float, name: str) -> None:
    found = coordinates.typed(coordinates.copied(name, lon, lat), name)
    assert found == pytest.approx((lon, lat), abs=2e-6)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_coordinates(text: str) -> None:
    found = coordinates.typed(text, "gcj02")
    assert found is None or all(math.isfinite(value) for value in found)


# -- kept views --------------------------------------------------------------------------------------------------------


class Prefs:
    def __init__(self, **kept: object) -> None:
        self.kept: dict[str, object] = dict(kept)

    def get(self, name: str, default: object) -> object:
        return self.kept.get(name, default)

    def set(self, name: str, value: object) -> None:
        self.kept[name] = value


def test_a_kept_view_is_there_after_a_restart_and_shows_the_same_in_a_window_of_another_size() -> None:
    prefs = Prefs()
    Bookmarks(prefs).add("  西湖  景区 ", CAMERA)
    (mark,) = Bookmarks(prefs).rows
    assert mark.name == "西湖 景区"
    back = camera_of(mark, CAMERA.resized(400, 300))
    assert (back.x, back.y, back.scale) == pytest.approx((CAMERA.x, CAMERA.y, CAMERA.scale), rel=1e-3)
    assert back.width == 400


def test_views_are_renamed_sorted_and_removed_and_names_stay_different() -> None:
    prefs = Prefs()
    marks = Bookmarks(prefs)
    for name in ("甲", "乙", "丙"):
        marks.add(name, CAMERA)
    marks.add("乙", CAMERA.panned(100, 0))
    assert [row.name for row in marks.rows] == ["甲", "乙", "丙"]
    assert not marks.rename(0, "乙")
    assert not marks.rename(0, "  ")
    assert marks.rename(0, "丁")
    assert marks.move(2, -5) == 0
    marks.remove(1)
    assert [row.name for row in Bookmarks(prefs).rows] == ["丙", "乙"]


def test_views_that_can_not_be_read_are_left_out_and_no_more_than_the_most_are_kept() -> None:
    good = {"name": "好", "lon": 120.0, "lat": 30.0, "zoom": 13.0}
    bad = [None, 7, {}, {**good, "lon": "x"}, {**good, "lat": 99.0}, {**good, "zoom": 1e9}, {**good, "name": " "}]
    assert [row.name for row in Bookmarks(Prefs(**{KEPT: [*bad, good]})).rows] == ["好"]
    assert Bookmarks(Prefs(**{KEPT: "nonsense"})).rows == []
    marks = Bookmarks(Prefs())
    for i in range(MOST):
        marks.add(f"{i}", CAMERA)
    with pytest.raises(ValueError, match="more"):
        marks.add("one more", CAMERA)
