"""Rules over a picture: when each kind raises and clears, by columns, with its hysteresis, delays and hours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.alarms import Rule, Window
from cockpit.model.clock import HOUR, SECOND, from_iso
from cockpit.signs.rules import engine as engines
from cockpit.signs.rules.hours import holds
from cockpit.signs.rules.ring import inside
from tests.living_rules import OTHER_CELL, Scene, rule, sensor

RAISED, CLEARED = "raised", "cleared"


def turn(what: str, ident: str = "W1", of: str = "deep") -> tuple[str, str, str]:
    return (of, f"sensors/{ident}", what)


def test_a_value_raises_at_its_bound_and_clears_only_behind_the_hysteresis() -> None:
    scene = Scene(rule(hysteresis=3.0))
    values = ((14.9, []), (15.0, [turn(RAISED)]), (12.1, []), (30.0, []), (12.0, [turn(CLEARED)]), (14.0, []))
    for value, expected in values:
        scene.sense("W1", value)
        assert scene.turns(1) == expected, value


def test_a_value_must_pass_its_bound_for_the_delay_and_be_back_for_the_other_one() -> None:
    scene = Scene(rule(delay=60, off_delay=30))
    scene.sense("W1", 20.0)
    assert scene.turns(0) == []
    assert scene.turns(59) == []
    assert scene.turns(1) == [turn(RAISED)]
    scene.sense("W1", 1.0)
    assert scene.turns(10) == []
    scene.sense("W1", 20.0)
    assert scene.turns(100) == []
    scene.sense("W1", 1.0)
    assert scene.turns(1) == []
    assert scene.turns(30) == [turn(CLEARED)]
    scene.sense("W1", 20.0)
    scene.turns(30)
    scene.sense("W1", 1.0)
    scene.turns(1)
    scene.sense("W1", 20.0)
    assert scene.turns(40) == [], "what dipped below meanwhile begins anew"


def test_a_missing_value_is_no_zero_and_neither_raises_nor_clears() -> None:
    scene = Scene(rule(above=None, below=5.0))
    scene.sense("W1", float("nan"))
    assert scene.turns(1) == []
    scene.sense("W1", 3.0)
    assert scene.turns(1) == [turn(RAISED)]
    scene.sense("W1", float("nan"))
    assert scene.turns(HOUR // SECOND) == []
    scene.sense("W1", 9.0)
    assert scene.turns(1) == [turn(CLEARED)]


def test_a_thing_that_left_the_picture_is_waited_for_a_minute() -> None:
    scene = Scene(rule())
    scene.sense("W1", 20.0)
    scene.turns(1)
    scene.picture.remove("sensor", ["sensors/W1"])
    assert scene.turns(1) == []
    assert scene.turns(60) == [turn(CLEARED)]


def test_a_rule_watches_only_what_its_conditions_name() -> None:
    scene = Scene(rule(where={"kind": "wat*", "area": "330102*", "value": [10.0, 50.0], "key": "sensors/W*"}))
    scene.sense("W1", 20.0)
    scene.sense("W2", 20.0, area=OTHER_CELL)
    scene.sense("W3", 60.0)
    scene.sense("W4", 20.0, kind="gas")
    scene.sense("X5", 20.0)
    assert scene.turns(1) == [turn(RAISED)]


def test_rows_that_move_keep_their_alarms() -> None:
    scene = Scene(rule())
    for ident, value in (("W1", 1.0), ("W2", 20.0), ("W3", 1.0), ("W4", 30.0)):
        scene.sense(ident, value)
    assert scene.turns(1) == [turn(RAISED, "W2"), turn(RAISED, "W4")]
    scene.picture.remove("sensor", ["sensors/W1", "sensors/W3"])
    assert scene.turns(1) == []
    scene.sense("W4", 1.0)
    assert scene.turns(1) == [turn(CLEARED, "W4")]


def test_a_rise_within_the_window_raises_whatever_the_level_and_a_slow_one_does_not() -> None:
    scene = Scene(rule(kind="rate", above=10.0, per=600))
    scene.sense("W1", 50.0)
    scene.sense("W2", 50.0)
    assert scene.turns(0) == []
    for minute in range(1, 20):
        scene.sense("W1", 50.0 + 0.9 * minute)
        scene.sense("W2", 50.0 + (12.0 if minute >= 5 else 0.0))
        assert scene.turns(60) == ([turn(RAISED, "W2")] if minute == 5 else [turn(CLEARED, "W2")] * (minute == 15))


def test_a_fall_is_told_from_the_highest_of_the_window_and_rows_that_move_take_their_past_along() -> None:
    scene = Scene(rule(kind="rate", above=None, below=-0.2, per=300))
    scene.sense("P0", 1.0)
    scene.sense("P1", 0.5)
    scene.turns(0)
    scene.picture.remove("sensor", ["sensors/P0"])
    scene.sense("P1", 0.29)
    assert scene.turns(60) == [turn(RAISED, "P1")]


def test_what_is_silent_for_three_beats_raises_and_what_never_spoke_does_not() -> None:
    scene = Scene(rule(kind="absence"))
    scene.sense("W1", 1.0)
    scene.sense("W2", 1.0, measured=0)
    assert scene.turns(180) == []
    (raised,) = scene.step(6)
    assert (raised.name, raised.value) == ("sensors/W1", 3.1), "minutes"
    scene.sense("W1", 1.0)
    assert scene.turns(1) == [turn(CLEARED)]


def test_events_are_counted_within_a_window_and_by_street() -> None:
    count = Rule("many", {"zh": "多"}, "count", "event", {"state": 0}, more_than=2, per=600, area_tier=2)
    scene = Scene(count)
    for number in range(3):
        scene.event(number, lon=120.13 + number * 0.01, lat=30.23)
    scene.event(7, area=OTHER_CELL)
    (raised,) = scene.step(1)
    assert (raised.name, raised.subject.area, raised.value, raised.limit) == ("330102001", "330102001", 3.0, 2.0)
    assert raised.subject.lon == pytest.approx(120.14)
    assert scene.turns(500) == []
    assert scene.turns(100) == [("many", "330102001", CLEARED)]


def test_things_past_a_bound_are_counted_everywhere_together() -> None:
    scene = Scene(rule(kind="count", more_than=1))
    scene.sense("W1", 20.0)
    scene.sense("W2", 10.0)
    assert scene.turns(1) == []
    scene.sense("W3", 20.0, area="")
    assert scene.turns(1) == [("deep", "", RAISED)]


def test_a_combination_holds_where_its_parts_held_within_its_time_in_the_same_area() -> None:
    high = rule(id="high", above=30.0)
    both = Rule("both", {"zh": "叠加"}, "combination", "sensor", all_of=("gassy", "high"), per=300, area_tier=1)
    scene = Scene(both, high, rule(id="gassy", where={"kind": "gas"}))
    scene.sense("W1", 40.0)
    scene.sense("G1", 20.0, kind="gas", area=OTHER_CELL)
    assert sorted(scene.turns(1)) == [turn(RAISED, "G1", "gassy"), turn(RAISED, of="high")]
    scene.sense("W1", 1.0)
    scene.turns(1)
    scene.sense("G2", 20.0, kind="gas")
    assert scene.turns(250) == [turn(RAISED, "G2", "gassy"), ("both", "330102", RAISED)]
    assert scene.turns(60) == [("both", "330102", CLEARED)]


def test_a_geofence_raises_by_what_is_inside_or_by_what_leaves() -> None:
    ring = ((120.15, 30.24), (120.17, 30.24), (120.17, 30.26), (120.15, 30.26))
    fence = Rule("in", {"zh": "进"}, "geofence", "sensor", ring=ring)
    left = Rule("out", {"zh": "出"}, "geofence", "sensor", ring=ring, inside=False)
    scene = Scene(fence, left)
    scene.sense("W1", 0.0)
    scene.sense("W2", 0.0, lon=120.3)
    scene.sense("W3", 0.0, lon=float("nan"))
    assert scene.turns(1) == [turn(RAISED, of="in")]
    scene.sense("W1", 0.0, lon=120.2)
    assert scene.turns(1) == [turn(CLEARED, of="in"), turn(RAISED, of="out")]
    scene.sense("W1", 0.0)
    assert scene.turns(1) == [turn(RAISED, of="in"), turn(CLEARED, of="out")]


@pytest.mark.parametrize(
    ("window", "at", "expected"),
    [
        (Window(), "2026-07-14T03:00:00+08:00", True),
        (Window("22:00", "06:00"), "2026-07-14T23:30:00+08:00", True),
        (Window("22:00", "06:00"), "2026-07-14T05:59:00+08:00", True),
        (Window("22:00", "06:00"), "2026-07-14T06:00:00+08:00", False),
        (Window("07:00", "09:00", (2,)), "2026-07-14T08:00:00+08:00", True),
        (Window("07:00", "09:00", (1, 3)), "2026-07-14T08:00:00+08:00", False),
        (Window("22:00", "06:00", (1,)), "2026-07-14T03:00:00+08:00", True),
        (Window("22:00", "06:00", (2,)), "2026-07-14T03:00:00+08:00", False),
        (Window(days=(6, 7)), "2026-07-18T12:00:00+08:00", True),
    ],
)
def test_hours_are_of_shanghai_and_a_night_belongs_to_the_day_it_began_on(
    window: Window, at: str, expected: bool
) -> None:
    assert holds(window, from_iso(at)) is expected


def test_nothing_stands_outside_the_hours_of_its_rule() -> None:
    scene = Scene(rule(hours=Window("17:00", "18:00")))
    now = from_iso("2026-07-14T17:59:00+08:00")
    scene.clock.advance((now - scene.clock.now()) / SECOND)
    scene.sense("W1", 20.0)
    assert scene.turns(0) == [turn(RAISED)]
    assert scene.turns(60) == [turn(CLEARED)]


def test_what_stood_before_a_restart_or_a_changed_rule_is_not_raised_twice() -> None:
    scene = Scene(rule())
    scene.sense("W1", 20.0)
    scene.sense("W2", 16.0)
    assert len(scene.turns(1)) == 2
    scene.engine.set_rules([rule(above=18.0)])
    assert scene.turns(1) == [turn(CLEARED, "W2")]
    again = Scene(rule())
    again.sense("W1", 20.0)
    assert again.engine.resume("deep", "sensors/W1", engines.Subject("sensors/W1"))
    assert again.turns(1) == []
    again.sense("W1", 1.0)
    assert again.turns(1) == [turn(CLEARED)]


def test_a_rule_whose_bound_everything_passes_is_cut_off_and_says_how_many_more_there_are() -> None:
    scene = Scene(rule())
    scene.put("sensor", *(sensor(f"W{n}", 20.0, scene.city.now()) for n in range(engines.MOST + 70)))
    assert len(scene.turns(1)) == engines.MOST
    assert scene.engine.over() == {"deep": 70}
    scene.put("sensor", *(sensor(f"W{n}", 1.0, scene.city.now()) for n in range(engines.MOST + 60)))
    assert len(scene.turns(1)) == engines.MOST + 10, "those behind take the places of the others"
    assert scene.engine.over() == {}


_PLACES = st.tuples(st.floats(120, 121), st.floats(30, 31))


@given(st.lists(_PLACES, min_size=3, max_size=12, unique=True), st.lists(_PLACES, min_size=1, max_size=30))
def test_places_in_a_ring_are_those_that_shapely_finds(
    ring: list[tuple[float, float]], places: list[tuple[float, float]]
) -> None:
    from shapely import Point, Polygon

    polygon = Polygon(ring)
    if not polygon.is_valid:
        return
    lon, lat = np.array(places).T
    found = inside(ring, lon, lat)
    for (x, y), got in zip(places, found.tolist(), strict=True):
        if polygon.boundary.distance(Point(x, y)) > 1e-9:
            assert got == polygon.contains(Point(x, y))


def test_a_rule_that_breaks_by_a_bug_of_ours_does_not_silence_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene(rule(), rule(id="fine"))

    def broken(world: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(scene.engine.running["deep"].looker, "look", broken)
    scene.sense("W1", 20.0)
    with caplog.at_level("CRITICAL", logger="cockpit.signs.rules.engine"):
        assert scene.turns(1) == [turn(RAISED, of="fine")]
        scene.sense("W2", 20.0)
        assert scene.turns(1) == [turn(RAISED, "W2", "fine")]
    assert scene.engine.broken == {"deep"}
    scene.engine.set_rules([rule(above=16.0), rule(id="fine")])
    assert len(scene.turns(1)) == 2
