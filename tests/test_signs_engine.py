"""The live tree: counting, measuring and sharing by area and part, and what is said where nothing is known."""

from __future__ import annotations

import math

import pytest

from cockpit.model.clock import DAY, HOUR
from cockpit.model.signs import Threshold
from cockpit.signs.reported import Value
from tests.signs_city import CITY, NOW, SignsCity, sign


def test_events_are_counted_up_the_tree_and_a_street_without_any_has_a_zero() -> None:
    city = SignsCity(sign("C", "events", where={"kind": "E05*", "state": 0}, parts="kind"))
    city.feed("event")
    city.event("a", "330102001001001")
    city.event("b", "330102001001001", kind="E0501")
    city.event("c", "330106001", kind="E0101")
    city.event("d", "330106001", state=1)
    city.step()
    found = {code: city.value("C", code) for code in (CITY, "330102", "330102001", "330102001001", "330102001001001")}
    assert set(found.values()) == {2.0}
    assert city.value("C", "330106") == 0.0
    assert city.value("C", "330106001") == 0.0
    assert city.value("C", CITY, "E0506") == 1.0
    assert city.value("C", "330102", "E0501") == 1.0


def test_before_the_feed_has_spoken_nothing_is_counted_and_nothing_is_zero() -> None:
    city = SignsCity(sign("C", "events"))
    city.step()
    assert math.isnan(city.value("C") or math.nan)
    assert city.value("C", "330102") is None
    city.feed("event")
    city.step(6)
    assert city.value("C") == 0.0


def test_a_cell_that_is_empty_again_leaves_the_picture() -> None:
    city = SignsCity(sign("C", "events"))
    city.feed("event")
    city.event("a", "330102001001001")
    city.step()
    assert city.value("C", "330102001001001") == 1.0
    city.picture.remove("event", ["a"])
    assert set(city.step(1)) == {"sign/C@330102001001001", "sign/C@330102001001"}
    assert city.value("C", "330102001001001") is None
    assert city.value("C", "330102001") == 0.0


def test_what_is_measured_is_a_mean_a_least_or_a_most_of_sensors_that_speak() -> None:
    signs = [sign(how, "sensors:water", measure="value", by_area=how) for how in ("mean", "min", "max", "sum", "last")]
    city = SignsCity(*signs)
    city.feed("sensor")
    city.sensor("a", "330102001", 10.0, ago=30)
    city.sensor("b", "330102002", 30.0)
    city.sensor("silent", "330102002", 99.0, ago=3600)
    city.sensor("empty", "330102002", math.nan)
    city.sensor("other", "330102002", 77.0, kind="rain")
    city.step()
    assert [city.value(how) for how in ("mean", "min", "max", "sum", "last")] == [20.0, 10.0, 30.0, 40.0, 30.0]
    assert city.value("mean", "330102001") == 10.0
    assert city.value("mean", "330106") is None
    row = city.row("mean")
    assert city.engine.items.n[row] == 2
    assert city.engine.items.measured[row] == NOW


def test_a_share_has_its_whole_and_none_of_nothing_is_no_value() -> None:
    city = SignsCity(sign("S", "events", where={"channel": "video", "of.occurred": "today"}, by_area="share"))
    city.feed("event")
    city.event("a", "330102001", channel="video")
    city.event("b", "330102001", channel="hotline")
    city.event("old", "330106001", channel="video", occurred=NOW - DAY)
    city.step()
    assert city.value("S") == 50.0
    assert city.value("S", "330106") is None


def test_a_formula_is_worked_out_in_each_area_by_itself() -> None:
    city = SignsCity(
        sign("P", formula="V / A * 100"),
        sign("A", "events"),
        sign("V", "events", where={"channel": "video"}),
    )
    city.feed("event")
    for key, area, channel in (("a", "330102001", "video"), ("b", "330102001", "x"), ("c", "330106001", "x")):
        city.event(key, area, channel=channel)
    city.step()
    assert city.value("P") == pytest.approx(100 / 3)
    assert city.value("P", "330102") == 50.0
    assert city.value("P", "330106") == 0.0
    assert math.isnan(city.value("P", "330102002") or math.nan), "nothing of nothing"


def test_values_outside_of_what_is_believed_are_none() -> None:
    city = SignsCity(sign("M", "sensors:water", measure="value", by_area="max", high=50.0))
    city.feed("sensor")
    city.sensor("a", "330102001", 900.0)
    city.step()
    assert math.isnan(city.value("M") or math.nan)


def test_a_level_comes_after_its_delay_and_goes_behind_its_hysteresis() -> None:
    bounds = (Threshold(2, above=30.0, hysteresis=5.0, delay=10.0), Threshold(3, above=10.0))
    city = SignsCity(sign("M", "sensors:water", measure="value", by_area="max", thresholds=bounds))
    city.feed("sensor")

    def at(value: float, seconds: float = 1.0) -> int:
        city.now += round(seconds * 1_000_000)
        city.sensor("a", "330102001", value)
        city.step()
        return city.level("M")

    assert at(10.0) == 0, "a bound is passed, not touched"
    assert at(31.0) == 3
    assert at(31.0, 8.0) == 3
    assert at(31.0, 3.0) == 2
    assert at(26.0) == 2, "not far enough back"
    assert at(25.0) == 3
    assert at(31.0) == 3, "the delay begins anew"
    assert at(9.0) == 0


def test_without_a_value_there_is_no_level() -> None:
    city = SignsCity(sign("M", "sensors:water", measure="value", by_area="max", thresholds=(Threshold(1, above=1.0),)))
    city.feed("sensor")
    city.sensor("a", "330102001", 5.0)
    city.step()
    assert city.level("M") == 1
    city.sensor("a", "330102001", math.nan)
    city.step(1)
    assert city.level("M") == 0


def test_what_thresholds_remember_outlives_a_restart() -> None:
    bounds = (Threshold(2, above=30.0, hysteresis=20.0, delay=60.0),)
    signs = (sign("M", "sensors:water", measure="value", by_area="max", thresholds=bounds),)
    first = SignsCity(*signs)
    first.feed("sensor")
    first.sensor("a", "330102001", 40.0)
    first.step()
    first.step(61)
    assert first.level("M") == 2
    second = SignsCity(*signs)
    second.now = first.now + 1_000_000
    second.step()
    second.engine.items.recall(first.engine.items.kept(), {"M": 0}, {})
    second.feed("sensor")
    second.sensor("a", "330102001", 15.0)
    second.step(6)
    assert second.level("M") == 2, "inside the hysteresis it stays"


def test_reported_values_hold_until_there_is_a_newer_one_and_add_up_where_the_area_has_none() -> None:
    city = SignsCity(sign("R", origin="reported", by_area="mean", weight="W"), sign("W", origin="reported"))
    for code, area, value in (("R", "330102", 10.0), ("R", "330106", 40.0), ("W", "330102", 3.0), ("W", "330106", 1.0)):
        city.reported.put(code, area, Value(NOW - DAY, value))
    city.reported.put("R", "330102", Value(NOW + DAY, 99.0))
    city.step()
    assert city.value("R", "330102") == 10.0
    assert city.value("R") == pytest.approx((10 * 3 + 40) / 4)
    assert city.value("W") == 4.0


def test_rain_of_an_hour_is_said_once_an_hour_was_heard() -> None:
    city = SignsCity(sign("N", "sensors:rain", measure="value sum 1h", by_area="max"))
    city.feed("sensor")
    for minute in range(62):
        city.now = NOW + minute * 60_000_000
        city.sensor("a", "330102001", 12.0, kind="rain")
        city.step()
        if minute == 30:
            assert math.isnan(city.value("N") or math.nan)
    assert city.value("N") == pytest.approx(12.0, rel=0.01)


def test_hours_of_the_day_keep_the_last_value_when_they_are_over() -> None:
    city = SignsCity(sign("N", "sensors:noise", where={"clock": [8, 10.5]}, measure="value", by_area="mean"))
    city.feed("sensor")
    city.sensor("a", "330102001", 50.0, kind="noise")
    city.step()
    city.now += HOUR
    city.sensor("a", "330102001", 90.0, kind="noise")
    city.step()
    assert city.value("N") == 50.0
    assert city.engine.items.measured[city.row("N")] == NOW


def test_signs_that_fell_silent_are_counted() -> None:
    city = SignsCity(
        sign("M", "sensors:water", measure="value", by_area="max"),
        sign("C", "events"),
        sign("S", "signs", where={"state": "stale"}),
    )
    city.feed("sensor")
    city.feed("event")
    city.sensor("a", "330102001", 5.0)
    city.step()
    city.step(6)
    assert city.value("S") == 0.0
    city.now += HOUR
    city.feed("event")
    city.step()
    city.step(6)
    assert city.value("S") == 1.0


def test_an_item_says_what_it_is_made_from_the_most_first() -> None:
    city = SignsCity(sign("M", "sensors:water", measure="value", by_area="max"))
    city.feed("sensor")
    city.sensor("a", "330102001", 5.0)
    city.sensor("b", "330102001001001", 7.0)
    city.sensor("c", "330106001", 9.0)
    city.step()
    assert [(thing.key, thing.value) for thing in city.engine.things("M", "330102", "")] == [("b", 7.0), ("a", 5.0)]


def test_only_what_changed_is_told_new_levels_first() -> None:
    bounds = (Threshold(1, above=50.0),)
    city = SignsCity(sign("M", "sensors:water", measure="value", by_area="max", thresholds=bounds))
    city.feed("sensor")
    city.sensor("a", "330102001001001", 10.0)
    city.sensor("b", "330106001", 20.0)
    city.step()
    items = city.engine.items
    items.columns_of(items.news(city.now, 1000), city.now)
    city.step(1)
    assert len(items.news(city.now, 1000)) == 0
    city.sensor("a", "330102001001001", 60.0)
    city.step(1)
    first = items.news(city.now, 2)
    assert all(items.level[first] == 1)
    assert [items.keys[row] for row in first] == [f"sign/M@{CITY}", "sign/M@330102"]


def test_definitions_that_change_while_it_runs_take_effect_and_those_that_go_leave() -> None:
    city = SignsCity(sign("M", "sensors:water", measure="value", by_area="max"), sign("C", "events"))
    city.feed("sensor")
    city.sensor("a", "330102001", 10.0)
    city.sensor("b", "330102001", 30.0)
    city.step()
    gone = city.define(
        sign("M", "sensors:water", measure="value", by_area="min", thresholds=(Threshold(4, above=1.0),))
    )
    assert gone == [f"sign/C@{CITY}"]
    city.step(1)
    assert (city.value("M"), city.level("M")) == (10.0, 4)


def test_a_sign_that_asks_for_what_is_not_there_is_left_out_and_said() -> None:
    city = SignsCity(sign("B", "events", where={"nothing": 1}), sign("C", "events"))
    city.feed("event")
    city.step()
    assert city.engine.problems["B"].id == "signdef.no_column"
    assert city.value("C") == 0.0


def test_what_the_hub_knows_of_itself_is_a_sign_of_the_city_only() -> None:
    city = SignsCity(sign("L", "hub:alarm_load", by_area="none"))
    city.step()
    assert math.isnan(city.value("L") or math.nan)
    city.figures["alarm_load"] = 3.5
    city.step(1)
    assert city.value("L") == 3.5
    assert city.value("L", "330102") is None
