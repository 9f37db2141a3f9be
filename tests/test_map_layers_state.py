"""How layers are set: the stack, filters by attribute and time, named views and stacks of several; kept as JSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.clock import HOUR, MINUTE
from cockpit.picture.picture import Picture
from tests.living_picture import NOW, living_picture
from widgets.map.layers.filtering import COLUMNS, counts, passes
from widgets.map.layers.state import CITY, FIRST, HEAT, LayerFilter, LayerStack, LayerState, stack_from, stack_of
from widgets.map.scene import ALERT, AREA, CAMERA, EVENT, SENSOR, UNIT
from widgets.map.views import NamedView, applied, of_sources, saved, stacked, views_from, views_to


@pytest.fixture
def picture() -> Picture:
    return living_picture()


def test_a_stack_comes_back_from_the_profile_as_it_was_set() -> None:
    made = LayerFilter().with_values("level", ["1", "2"]).with_last(HOUR)
    stack = FIRST.with_known(["user.a"]).moved(ALERT, 3).with_layer(EVENT, opacity=0.4, filter=made)
    stack = stack.with_layer("user.a", color_by="risk", visible=False).with_layer(HEAT, subject=UNIT)
    assert stack_from(json.loads(json.dumps(stack.to_prefs())), ["user.a"]) == stack


def test_layers_shown_by_an_older_version_are_shown_again() -> None:
    assert stack_from(["event", "camera"]).visible == {EVENT, CAMERA}
    assert stack_from([]).visible == frozenset()
    assert stack_from("nonsense").visible == FIRST.visible


def test_an_imported_layer_goes_beneath_the_alerts_and_above_the_areas() -> None:
    stack = FIRST.with_known(["user.a"])
    assert stack.keys[-3:] == (ALERT, "user.a", AREA)
    assert "user.a" in stack.visible
    assert stack.with_known([]).keys == CITY


def test_a_layer_moves_in_the_list_as_far_as_it_goes_and_areas_stay_lowest() -> None:
    stack = FIRST.moved(EVENT, 5).moved(UNIT, -1)
    assert stack.keys[:3] == (EVENT, "trail", UNIT)
    assert FIRST.moved(AREA, 4).keys == CITY
    assert FIRST.placed(EVENT, 99).keys[-2:] == (EVENT, AREA)
    assert [layer.order for layer in stack.layers] == list(range(len(CITY)))[::-1]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["key", "visible", "opacity", "only", "last", "start", "end", "x"]), inner)
    ),
    max_leaves=20,
)


@given(_json)
def test_whatever_stands_in_the_profile_every_layer_of_the_city_is_in_the_list(value: Any) -> None:
    stack = stack_from(value, ["user.a"])
    assert {*stack.keys} == {*CITY, "user.a"}
    assert all(0 < layer.opacity <= 1 for layer in stack.layers)
    views_from(value)


def test_a_filter_by_attributes_lets_through_what_has_all_of_them(picture: Picture) -> None:
    events = picture["event"]
    level, (codes, kinds) = events.numbers("level"), events.codes("kind")
    kind = kinds[int(codes[0])]
    mask = passes(events, LayerFilter().with_values("level", ["1", "2"]).with_values("kind", [kind]), NOW)
    assert mask is not None
    assert mask.tolist() == ((level <= 2) & (level >= 1) & (codes == codes[0])).tolist()
    assert passes(events, LayerFilter(), NOW) is None
    assert passes(events, LayerFilter().with_values("of another version", ["1"]), NOW) is None


def test_an_area_stands_for_all_that_lie_in_it(picture: Picture) -> None:
    units = picture["unit"]
    area = units.text("area")
    mask = passes(units, LayerFilter().with_values("area", ["330102"]), NOW)
    assert mask is not None
    assert 0 < mask.sum() < len(units)
    assert mask.tolist() == [code.startswith("330102") for code in area]


def test_a_filter_by_time_follows_the_clock_and_a_span_stays(picture: Picture) -> None:
    events = picture["event"]
    occurred = events.numbers("occurred")
    hour = LayerFilter().with_last(HOUR)
    for now in (NOW, NOW + 30 * MINUTE):
        mask = passes(events, hour, now)
        assert mask is not None
        assert mask.tolist() == (occurred >= now - HOUR).tolist()
    assert hour.beat(NOW) != hour.beat(NOW + MINUTE)
    span = hour.with_span(NOW - 2 * HOUR, NOW - HOUR)
    mask = passes(events, span, NOW)
    assert mask is not None
    assert mask.tolist() == ((occurred >= NOW - 2 * HOUR) & (occurred < NOW - HOUR)).tolist()
    assert not span.last


def test_an_alert_counts_for_every_span_in_which_it_is_in_force(picture: Picture) -> None:
    alerts = picture["alert"]
    begin, end = int(alerts.numbers("effective").min()), int(alerts.numbers("expires").max())
    inside = passes(alerts, LayerFilter().with_span(end - MINUTE, end + HOUR), NOW)
    before = passes(alerts, LayerFilter().with_span(begin - 2 * HOUR, begin - HOUR), NOW)
    assert inside is not None
    assert before is not None
    assert inside.any()
    assert not before.any()


def test_every_column_that_a_layer_can_be_filtered_by_is_counted(picture: Picture) -> None:
    for topic, columns in COLUMNS.items():
        table = picture[topic]
        for column in columns:
            assert sum(counts(table, column).values()) == len(table), (topic, column)
    units = picture["unit"]
    among = np.arange(len(units)) < 10
    assert sum(counts(units, "kind", among).values()) == 10


def shown(*keys: str, **filters: LayerFilter) -> LayerStack:
    return stack_of(
        LayerState(key=layer.key, visible=layer.key in keys, filter=filters.get(layer.key, LayerFilter()))
        for layer in FIRST.layers
    )


def test_two_departments_views_on_one_map_show_what_either_shows() -> None:
    flood = NamedView("防汛", shown(SENSOR, ALERT, sensor=LayerFilter().with_values("kind", ["rain"])), "应急局")
    fire = NamedView("消防", shown(UNIT, CAMERA, SENSOR, sensor=LayerFilter().with_values("kind", ["smoke"])), "消防")
    both = stacked([flood, fire], [])
    assert both.visible == {SENSOR, ALERT, UNIT, CAMERA}
    assert both.filter(SENSOR).values("kind") == ("rain", "smoke")
    all_sensors = NamedView("全部", shown(SENSOR))
    assert not stacked([flood, all_sensors], []).filter(SENSOR)


def test_stacked_times_take_the_longer_one() -> None:
    short = NamedView("甲", shown(EVENT, event=LayerFilter().with_last(HOUR)))
    long = NamedView("乙", shown(EVENT, event=LayerFilter().with_last(24 * HOUR)))
    assert stacked([short, long], []).filter(EVENT).last == 24 * HOUR


def test_views_are_kept_with_their_layers_and_survive_a_layer_that_is_gone() -> None:
    stack = FIRST.with_known(["user.a"]).with_layer("user.a", color_by="risk")
    views = saved((), NamedView("防汛", stack, "应急局"))
    back = views_from(json.loads(json.dumps(views_to(views))))
    assert back == views
    assert applied(back[0], []).keys == CITY
    again = applied(back[0], ["user.a", "user.b"])
    assert again.state("user.a").color_by == "risk"
    assert "user.b" not in again.visible
    replaced = saved(back, NamedView("防汛", FIRST))
    assert [view.stack for view in replaced] == [FIRST]


def test_sources_that_are_ticked_show_their_layers_and_no_others() -> None:
    sources = {EVENT: ["platform", "hotline"], UNIT: ["positions"], "user.a": ["dept:消防"]}
    stack = of_sources(FIRST.with_known(["user.a"]), frozenset({"hotline", "dept:消防"}), sources)
    assert stack.visible == {EVENT, "user.a"}
    assert stack.filter(EVENT).values("feed") == ("hotline",)
    stack = of_sources(stack, frozenset({"platform", "hotline"}), sources)
    assert stack.visible == {EVENT}
    assert not stack.filter(EVENT)
