"""What the 3D map is given: rows of the picture, orders as arcs, values as columns, the ground as bytes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from cockpit.geo.basemap import read_basemap
from cockpit.model.clock import CityClock, ManualClock
from cockpit.model.tables import EventState
from tests.living_cases import LivingCases
from tests.living_picture import NOW, living_pack, living_picture
from widgets.map.coloring import EVENTS, RAIN
from widgets.web3d.ground import ground_bytes
from widgets.web3d.living import NO_VALUE, OVER, USUAL, Living

LUJIAZUI = Path(__file__).parent.parent / "assets" / "cities" / "lujiazui"


class Given:
    def __init__(self) -> None:
        self.picture, self.pack = living_picture(), living_pack()
        city = CityClock(ManualClock(NOW))
        city.city = type(city.city)(wall_us=NOW, city_us=NOW)
        self.cases = LivingCases(city, self.picture)
        self.living = Living(self.picture, self.pack, self.cases)


@pytest.fixture
def given() -> Given:
    return Given()


def test_open_events_are_given_the_most_urgent_last_and_the_same_list_as_long_as_nothing_changed(given: Given) -> None:
    rows = given.living.events()
    table = given.picture["event"]
    assert len(rows) == int((table.numbers("state") == EventState.OPEN).sum())
    assert [row["l"] for row in rows] == sorted((row["l"] for row in rows), reverse=True)
    assert given.living.events() is rows
    columns = table.columns()
    columns["state"][:] = EventState.CLOSED
    table.upsert(columns)
    assert given.living.events() == []


def test_an_order_at_work_is_an_arc_from_its_unit_to_its_event_until_it_is_done(given: Given) -> None:
    events, units = given.picture["event"], given.picture["unit"]
    event = events.row(0)
    unit = next(units.row(i) for i in range(len(units)) if units.value(i, "state") == 0)
    assert given.living.arcs() == []
    _case, order = given.cases.order(event, unit["key"])
    (arc,) = given.living.arcs()
    assert (arc["u"], arc["t"], arc["k"]) == (unit["key"], "event", event["key"])
    assert arc["a"] == pytest.approx([unit["lon"], unit["lat"]], abs=1e-6)
    assert arc["b"] == pytest.approx([event["lon"], event["lat"]], abs=1e-6)
    given.cases.walk(order, "delivered", "read", "accepted", "en_route", "on_scene", "done")
    assert given.living.arcs() == []


def test_columns_are_the_counts_and_means_that_areas_are_coloured_by(given: Given) -> None:
    _, rows = given.living.columns(EVENTS, NOW)
    table = given.picture["event"]
    placed = [i for i in range(len(table)) if table.value(i, "state") == EventState.OPEN and table.value(i, "area")]
    assert sum(row["v"] for row in rows) == len(placed) > 0
    assert all(math.isfinite(v) for row in rows for v in row["p"])
    unit, rain = given.living.columns(RAIN, NOW)
    assert unit == "mm"
    assert rain
    assert all(0 <= row["v"] < 300 for row in rain)


def test_a_component_shows_its_state_and_one_without_a_value_is_no_zero(given: Given) -> None:
    table = given.picture["sensor"]
    columns = table.columns()
    columns["kind"] = ["water"] * len(table)
    columns["value"][:] = 3.0
    columns["value"][0], columns["value"][1] = math.nan, 40.0
    columns["lon"][2] = math.nan
    table.upsert(columns)
    rows = {row["k"]: row["s"] for row in given.living.sensors()}
    assert rows[columns["key"][0]] == NO_VALUE
    assert rows[columns["key"][1]] == OVER
    assert columns["key"][2] not in rows, "it has no place"
    assert rows[columns["key"][3]] == USUAL


def test_the_ground_is_one_block_whose_arrays_say_what_the_base_map_says() -> None:
    block = ground_bytes(LUJIAZUI)
    assert block is not None
    size = int.from_bytes(block[:4], "little")
    assert (4 + size) % 8 == 0
    told = json.loads(block[4 : 4 + size])
    layer = read_basemap(LUJIAZUI).layers["building"]

    def array(part: str, dtype: str) -> np.ndarray:
        at, count = told["building"][part]
        assert at % 8 == 0
        return np.frombuffer(block, dtype, count, 4 + size + at)

    assert np.array_equal(array("coords", "<f8").reshape(-1, 2), layer.coords)
    assert np.array_equal(array("rings", "<i4"), layer.offsets)
    assert np.array_equal(array("polys", "<i4"), layer.polys)
    assert np.array_equal(array("height", "<f4"), layer.height, equal_nan=True)


def test_a_pack_without_a_base_map_has_no_ground(tmp_path: Path) -> None:
    assert ground_bytes(tmp_path) is None
