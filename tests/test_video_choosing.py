"""Which cameras a panel shows, and how many columns show them largest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.batch import columns_of_rows
from cockpit.model.tables import TABLES
from cockpit.picture.picture import Picture
from widgets.video.choosing import by_id, first_ones, gravest, in_area, named, nearest, place_of
from widgets.video.laying import grid, shared_out

LON, LAT = 120.17, 30.26


def city(cameras: int = 6) -> Picture:
    """Cameras in a row to the east, 200 m from one to the next, and two events."""
    picture = Picture()
    step = 200 / 111_195 / 0.8638
    rows = [
        {
            "key": f"cameras/C{n}", "feed": "cameras", "kind": "junction", "name": f"路口 {n}", "lon": LON + n * step,
            "lat": LAT, "area": f"33010{n % 2}", "heading": 0.0, "state": 0, "received": 1,
        }
        for n in range(cameras)
    ]  # fmt: skip
    picture.upsert("camera", columns_of_rows(TABLES["camera"], rows))
    events = [
        {**dict.fromkeys(("kind", "area", "place", "channel"), ""), "key": f"events/{n}", "feed": "events",
         "level": level, "state": 0, "lon": lon, "lat": LAT, "amount": float("nan"), "has_picture": 0,
         "occurred": n, "updated": n, "received": n}
        for n, (level, lon) in enumerate([(3, LON), (1, LON + 4 * step), (2, float("nan"))])
    ]  # fmt: skip
    picture.upsert("event", columns_of_rows(TABLES["event"], events))
    return picture


def test_the_nearest_come_first_and_none_that_can_see_nothing() -> None:
    picture = city()
    assert nearest(picture, LON, LAT, 3) == ["cameras/C0", "cameras/C1", "cameras/C2"]
    assert nearest(picture, LON, LAT, 36) == [f"cameras/C{n}" for n in range(5)], "the sixth is a kilometre away"
    assert nearest(picture, LON + 1, LAT, 3) == []
    assert nearest(picture, float("nan"), LAT, 3) == []
    assert nearest(Picture(), LON, LAT, 3) == []


def test_cameras_are_named_by_key_or_by_their_id_alone_and_a_stranger_stays_to_be_said() -> None:
    picture = city()
    assert named(picture, ["C1", "cameras/C1", "cameras/C3", "press-room"]) == [
        "cameras/C1", "cameras/C3", "press-room",
    ]  # fmt: skip
    assert by_id(picture, "C2") == "cameras/C2"
    assert by_id(picture, "C99") == by_id(picture, "") == ""


def test_an_area_is_shown_by_cameras_spread_over_it() -> None:
    picture = city()
    assert in_area(picture, "330100", 9) == ["cameras/C0", "cameras/C2", "cameras/C4"]
    assert in_area(picture, "3301", 3) == ["cameras/C0", "cameras/C2", "cameras/C4"]
    assert in_area(picture, "99", 3) == []


def test_the_gravest_events_have_a_camera_each() -> None:
    assert gravest(city(), 4) == ["cameras/C4", "cameras/C0"]
    assert place_of(city(), "events/2") is None
    assert place_of(city(), "events/0") == (LON, LAT)


def test_each_is_there_once_and_not_too_many() -> None:
    assert first_ones(["", "a", "b", "a", "c"], 2) == ["a", "b"]


@given(st.integers(1, 36), st.floats(100, 12_000), st.floats(100, 4000), st.floats(10, 90))
def test_all_tiles_have_a_place_and_no_other_number_of_columns_makes_them_larger(
    n: int, width: float, height: float, caption: float
) -> None:
    def wide(columns: int) -> float:
        rows = -(-n // columns)
        return min(width / columns, max(height / rows - caption, 1.0) * 16 / 9)

    columns = grid(n, width, height, caption)
    assert 1 <= columns <= n
    assert wide(columns) >= max(wide(other) for other in range(1, n + 1)) - 1


@given(st.integers(0, 36), st.lists(st.floats(1, 1e6), min_size=1, max_size=12))
def test_every_tile_has_one_place_and_places_alike_have_some_each(n: int, sizes: list[float]) -> None:
    shares = shared_out(n, sizes)
    assert sum(shares) == n
    assert min(shares) >= 0
    if n >= 2 * len(sizes) and max(sizes) / min(sizes) < 2:
        assert min(shares) >= 1
