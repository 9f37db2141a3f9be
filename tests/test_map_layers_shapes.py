"""Imported layers on the plane: what lies under the cursor, what is filtered, what the colours tell."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cockpit.geo.imports.files import read
from cockpit.geo.imports.model import Column, Wishes
from widgets.kit.theme import Theme
from widgets.map.camera import mercator
from widgets.map.drawing import Lines
from widgets.map.layers import shapes
from widgets.map.layers.colors import MOST, colored
from widgets.map.layers.draw import LINE, THICK, THIN, UserDrawer
from widgets.map.layers.shapes import UserLayer
from widgets.map.layers.state import LayerFilter, LayerState
from widgets.map.style import MapStyle, style_of

BOUNDS = (120.05, 30.12, 120.32, 30.36)


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def box(lon: float, lat: float, side: float) -> list[list[list[float]]]:
    return [[[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]]


def layer(tmp_path: Path, *features: Any) -> UserLayer:
    path = tmp_path / "layer.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return UserLayer("a", read(path, Wishes("wgs84", BOUNDS), 0))


def at(lon: float, lat: float) -> tuple[float, float]:
    x, y = mercator(lon, lat)
    return float(x), float(y)


@pytest.fixture
def style() -> MapStyle:
    plain = dict.fromkeys(
        (
            "land", "built", "park", "wood", "water", "shore", "road_main", "road_mid", "road_minor", "road_label",
            "area_label", "water_label", "choropleth", "unit", "trail",
        ),
        "#101010",
    )  # fmt: skip
    names = enumerate(("red", "orange", "yellow", "blue", "unknown"))
    levels = {f"{name}_{kind}": f"#{i}0{i}0{i}0" for i, name in names for kind in ("text", "fill")}
    rest = dict.fromkeys(("chart", "acc", "s1", "line", "line2", "t1", "t2", "t3"), "#ffffff")
    return style_of(plain, {**levels, **rest})


def test_points_are_hit_before_lines_before_areas_and_the_smaller_area_first(tmp_path: Path) -> None:
    made = layer(
        tmp_path,
        feature("Polygon", box(120.10, 30.20, 0.05)),
        feature("Polygon", box(120.12, 30.22, 0.01)),
        feature("LineString", [[120.12, 30.225], [120.13, 30.225]]),
        feature("Point", [120.125, 30.225]),
    )
    assert made.hit(*at(120.125, 30.225), 10) == 3
    assert made.hit(*at(120.1285, 30.225), 10) == 2
    assert made.hit(*at(120.125, 30.228), 10) == 1
    assert made.hit(*at(120.11, 30.21), 10) == 0
    assert made.hit(*at(120.09, 30.21), 10) == -1
    mask = np.array([True, False, False, False])
    assert made.hit(*at(120.125, 30.225), 10, mask) == 0


def test_what_is_hit_does_not_depend_on_how_many_shapes_are_looked_through_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(5)
    places = [(rng.uniform(120.1, 120.2), rng.uniform(30.2, 30.3)) for _ in range(60)]
    features = [feature("Polygon", box(lon, lat, 0.004)) for lon, lat in places]
    features += [feature("LineString", [[lon, lat], [lon + 0.01, lat]]) for lon, lat in places[:20]]
    asked = [at(lon + 0.002, lat + 0.001) for lon, lat in places]
    whole = layer(tmp_path, *features)
    monkeypatch.setattr(shapes, "PART", 7)
    parts = layer(tmp_path, *features)
    found = [whole.hit(x, y, 30) for x, y in asked]
    assert found == [parts.hit(x, y, 30) for x, y in asked]
    assert min(found) >= 0
    assert [whole.place(i) for i in range(80)] == [parts.place(i) for i in range(80)]


def test_a_filter_of_attributes_hides_features_by_words_and_by_numbers(tmp_path: Path) -> None:
    made = layer(
        tmp_path,
        feature("Point", [120.1, 30.2], risk="红", floors=3),
        feature("Point", [120.1, 30.2], risk="蓝", floors=3),
        feature("Point", [120.1, 30.2]),
    )
    assert [column.name for column in made.choices()] == ["risk"]
    red = made.mask(LayerFilter().with_values("risk", ["红"]))
    three = made.mask(LayerFilter().with_values("floors", ["3"]))
    assert red is not None
    assert three is not None
    assert (red.tolist(), three.tolist()) == ([True, False, False], [True, True, False])
    assert made.mask(LayerFilter().with_values("gone", ["1"])) is None


def words(*values: str) -> Column:
    known = tuple(dict.fromkeys(value for value in values if value))
    codes = np.array([known.index(value) if value else -1 for value in values], dtype=np.int32)
    return Column("c", known, codes, np.empty(0))


def test_words_that_say_a_level_have_the_colours_of_the_levels_in_their_order(style: MapStyle) -> None:
    made = colored(5, words("低", "重大", "一般", "较大", ""), 0, "dark", style)
    assert [(entry.words, entry.color) for entry in made.entries[:4]] == [
        ("重大", style.fills[1]), ("较大", style.fills[2]), ("一般", style.fills[3]), ("低", style.fills[4]),
    ]  # fmt: skip
    assert made.codes.tolist() == [3, 0, 2, 1, 4]
    assert (made.entries[4].words, made.entries[4].count) == ("", 1)


def test_the_most_frequent_categories_have_colours_of_no_level_and_the_rest_share_one(style: MapStyle) -> None:
    values = [f"类{i}" for i in range(12) for _ in range(20 - i)]
    made = colored(len(values), words(*values), 0, "dark", style)
    assert [entry.words for entry in made.entries] == [*(f"类{i}" for i in range(MOST)), ""]
    assert len({entry.color for entry in made.entries}) == MOST + 1
    assert not {entry.color for entry in made.entries} & {*style.fills}
    assert sum(entry.count for entry in made.entries) == len(values)


def test_numbers_are_coloured_in_rising_steps_and_none_is_apart(style: MapStyle) -> None:
    numbers = np.array([*range(100), np.nan], dtype=float)
    column = Column("c", (), np.empty(0, dtype=np.int32), numbers)
    made = colored(101, column, 0, "light", style)
    assert made.steps
    assert (np.diff(made.codes[:100].astype(int)) >= 0).all()
    assert made.entries[int(made.codes[100])].words == ""
    assert sum(entry.count for entry in made.entries) == 101
    one = colored(101, None, 3, "light", style)
    assert len(one.entries) == 1
    assert not one.codes.any()


def test_a_line_is_as_wide_as_its_attribute_says_within_reason(tmp_path: Path, style: MapStyle) -> None:
    way = [[120.12, 30.225], [120.13, 30.225]]
    made = layer(
        tmp_path,
        feature("LineString", way, **{"stroke-width": 5}),
        feature("LineString", way, **{"stroke-width": 400}),
        feature("LineString", way),
        feature("LineString", way, **{"stroke-width": -3}),
    )
    drawer = UserDrawer()
    state = LayerState(key=made.key)
    (lines,) = drawer.shown(made, state, Theme.load("dark"), style, 1.0)((0.0, 0.0))
    assert isinstance(lines, Lines)
    assert lines.widths.tolist() == pytest.approx([5, THICK, LINE, THIN])
    plain = layer(tmp_path, feature("LineString", way))
    (lines,) = drawer.shown(plain, state, Theme.load("dark"), style, 1.0)((0.0, 0.0))
    assert isinstance(lines, Lines)
    assert len(lines.widths) == 0
    drawer.close()
