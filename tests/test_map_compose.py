"""From the scene to a drawing: what stays is the very same layer, what is crowded is grouped, what is heavy waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFrame, QLabel, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.clock import MINUTE, SECOND, ManualClock
from cockpit.model.messages import texts
from tests.living_cases import LivingCases
from tests.living_picture import NOW, living_pack, living_picture
from widgets.kit.theme import Theme
from widgets.map.camera import Camera, mercator
from widgets.map.compose.composer import FEW, Composer
from widgets.map.compose.dots import AROUND, crowds, scale_at
from widgets.map.compose.heat import LEAST_FULL, heat_full, heat_told
from widgets.map.compose.plane import rgba
from widgets.map.compose.works import Works
from widgets.map.drawing import Drawing, Heat, Layer, Lines, Points, Polygons, Sprites, Words
from widgets.map.layers.state import FIRST, LayerStack
from widgets.map.marks import Hit, MarkMaker
from widgets.map.overlay import RING_SECONDS, Overlay, Route, View, route_of
from widgets.map.raster.frames import pace
from widgets.map.raster.pane import Pane
from widgets.map.reader import SceneReader
from widgets.map.scene import (
    ALERT,
    CAMERA,
    EVENT,
    LAYERS,
    SENSOR,
    TRAIL,
    UNIT,
    Cases,
    Dots,
    Picked,
    Scene,
    Units,
    Warmth,
)
from widgets.map.style import MapStyle
from widgets.map.themed import map_style
from widgets.map.uncovered import uncovered

pytestmark = pytest.mark.usefixtures("qapp")
DARK = Theme.load("dark")
LIGHT = Theme.load("light")
CENTRE = tuple(float(v) for v in mercator(*living_pack().centre))
ROOM = QRectF(0, 0, 900, 600)
PATIENCE = 30_000


def style(theme: Theme = DARK) -> MapStyle:
    return map_style(theme)


STYLE = style()


def looking(zoom: float) -> Camera:
    return Camera(*CENTRE, scale_at(zoom), 900, 600)


def city(visible: frozenset[str] = frozenset(LAYERS), stack: LayerStack = FIRST) -> Scene:
    picture = living_picture()
    reader = SceneReader(picture, living_pack(), LivingCases(ManualClock(NOW), picture))
    return reader.read(visible, "events", False, NOW, stack=stack)


def seen(scene: Scene, camera: Camera, **also: Any) -> View:
    at = np.stack([scene.units.x, scene.units.y], axis=1)
    plain = View(camera, scene, at, ("", ""), ("", ""), None, (), ROOM, 100.0)
    return msgspec.structs.replace(plain, **also)


@pytest.fixture
def composer(qtbot: QtBot) -> Iterator[Composer]:
    made = Composer(MarkMaker())
    yield made
    made.close()


def drawn(composer: Composer, view: View, **also: Any) -> Drawing:
    return composer.compose(view, STYLE, DARK, wait=True, **also)


def layer(drawing: Drawing, key: str, kind: type[Any] = Layer) -> Any:
    found = drawing.layer(key)
    assert isinstance(found, kind), [one.key for one in drawing.layers]
    return found


def heap(n: int, seed: int = 3, spread: float = 2000.0) -> Dots:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(0, spread, (2, n))
    return Dots([f"c{i}" for i in range(n)], CENTRE[0] + x, CENTRE[1] + y, np.zeros(n, dtype=bool))


# What stays.


def test_what_did_not_change_is_the_very_same_layer(composer: Composer) -> None:
    view = seen(city(), looking(14.2))
    first, second = drawn(composer, view), drawn(composer, view)
    assert [one.key for one in first.layers] == [one.key for one in second.layers]
    assert all(a is b for a, b in zip(first.layers, second.layers, strict=True))


def test_a_pan_changes_nothing(composer: Composer) -> None:
    scene, camera = city(), looking(14.2)
    first = drawn(composer, seen(scene, camera))
    second = drawn(composer, seen(scene, camera.panned(70, -40)))
    assert all(a is b for a, b in zip(first.layers, second.layers, strict=True))


def test_units_that_move_change_their_own_layers_only(composer: Composer) -> None:
    view = seen(city(), looking(16.0))
    first = drawn(composer, view)
    second = drawn(composer, msgspec.structs.replace(view, units=view.units + 3.0, now=view.now + 0.1))
    changed = [a.key for a, b in zip(first.layers, second.layers, strict=True) if a is not b]
    assert changed == ["unit", "unit.names"]
    assert layer(first, "unit").images is layer(second, "unit").images


def test_a_new_fix_of_the_same_units_has_the_same_sprites(composer: Composer) -> None:
    view = seen(city(), looking(16.0))
    first = drawn(composer, view)
    scene = msgspec.structs.replace(view.scene, units=msgspec.structs.replace(view.scene.units))
    second = drawn(composer, msgspec.structs.replace(view, scene=scene, units=view.units + 3.0))
    assert layer(first, "unit").images is layer(second, "unit").images
    assert layer(first, "event") is layer(second, "event")


def test_another_theme_has_other_colours(composer: Composer) -> None:
    view = seen(city(), looking(14.2))
    dark = drawn(composer, view)
    light = composer.compose(view, style(LIGHT), LIGHT, wait=True)
    assert dark.back != light.back
    assert layer(dark, "area").palette != layer(light, "area").palette
    assert not np.array_equal(layer(dark, "event").images[0].pixels, layer(light, "event").images[0].pixels)


def test_places_are_exact_to_a_centimetre_wherever_the_city_is(composer: Composer) -> None:
    scene = city()
    drawing = drawn(composer, seen(scene, looking(14.2)))
    event = layer(drawing, "event", Sprites)
    x = np.sort(event.x.astype(np.float64) + drawing.origin[0])
    marks = composer.marks.marks(scene.events, looking(14.2), "")
    assert np.abs(x - np.sort(marks.clusters.x)).max() < 0.01
    far = msgspec.structs.replace(looking(14.2), x=CENTRE[0] + 900_000.0)
    assert drawn(composer, seen(scene, far)).origin[0] == round(far.x)


# Order, opacity, filters.


def keys(drawing: Drawing) -> list[str]:
    return [one.key.partition(".")[0] for one in drawing.layers]


def test_layers_lie_in_the_order_of_the_list_and_colours_beneath_the_streets(composer: Composer) -> None:
    view = seen(city(), looking(14.2))
    order = list(dict.fromkeys(keys(drawn(composer, view))))
    assert order == ["ground", "area", "alert", "camera", "sensor", "trail", "unit", "event"]
    names = [one.key for one in drawn(composer, view).layers]
    assert names.index("area") < names.index("ground.lines") < names.index("ground.names") < names.index("camera")
    raised = drawn(composer, view, stack=FIRST.placed(ALERT, 0))
    assert [one.key for one in raised.layers[-2:]] == ["alert.3", "alert.2"]
    without = drawn(composer, view, stack=LayerStack((FIRST.state(EVENT),)))
    assert [one.key for one in without.layers] == ["ground.land", "ground.lines", "ground.names", "event"]


def test_a_faint_layer_is_faint_and_stays_the_same_one(composer: Composer) -> None:
    view = seen(city(), looking(14.2))
    stack = FIRST.with_layer(UNIT, opacity=0.4)
    first, second = drawn(composer, view, stack=stack), drawn(composer, view, stack=stack)
    assert layer(first, "unit").opacity == pytest.approx(0.4)
    assert layer(first, "event").opacity == 1.0
    assert layer(first, "unit") is layer(second, "unit")


def test_hidden_layers_are_not_drawn(composer: Composer) -> None:
    view = seen(city(frozenset((EVENT,))), looking(14.2))
    assert set(keys(drawn(composer, view))) == {"ground", "event"}


def test_what_others_lay_into_the_stack_lies_there_and_is_told_the_origin(composer: Composer) -> None:
    view = seen(city(), looking(14.2))
    told = []

    def mine(origin: tuple[float, float]) -> list[Layer]:
        told.append(origin)
        return [Points(key="user.mine")]

    stack = FIRST.with_known(["user.mine"])
    drawing = drawn(composer, view, stack=stack, user={"user.mine": mine})
    names = [one.key for one in drawing.layers]
    assert names.index("ground.names") < names.index("user.mine") < names.index("alert.3")
    assert told == [drawing.origin]


def test_a_filter_leaves_out_what_it_says_and_trails_go_on() -> None:
    whole = city()
    urgent = city(stack=FIRST.with_layer(EVENT, filter=FIRST.filter(EVENT).with_values("level", ["1"])))
    assert 0 < len(urgent.events.keys) < len(whole.events.keys)
    assert set(urgent.events.level.tolist()) == {1}
    police = city(stack=FIRST.with_layer(UNIT, filter=FIRST.filter(UNIT).with_values("kind", ["police"])))
    assert 0 < len(police.units.keys) < len(police.tracked.keys) == len(whole.units.keys)
    online = city(stack=FIRST.with_layer(CAMERA, filter=FIRST.filter(CAMERA).with_values("state", ["0"])))
    assert len(online.cameras.keys) == int((~whole.cameras.off).sum())
    assert not online.cameras.off.any()
    of_few = city(stack=FIRST.with_layer(TRAIL, filter=FIRST.filter(TRAIL).with_values("kind", ["police"])))
    assert of_few.trailed is not None
    assert frozenset(police.units.keys) <= of_few.trailed < frozenset(living_picture()["unit"].keys)


def test_a_filter_by_time_lets_go_of_what_becomes_old() -> None:
    picture = living_picture()
    reader = SceneReader(picture, living_pack(), LivingCases(ManualClock(NOW), picture))
    stack = FIRST.with_layer(EVENT, filter=FIRST.filter(EVENT).with_last(60 * MINUTE))
    early = reader.read(frozenset(LAYERS), "", False, NOW, stack=stack)
    late = reader.read(frozenset(LAYERS), "", False, NOW + 30 * MINUTE, stack=stack)
    assert 0 < len(late.events.keys) < len(early.events.keys)


# Ways and trails.


def test_marks_run_along_the_way_of_a_unit_that_is_under_way_and_cost_no_frame_else(composer: Composer) -> None:
    camera = looking(14.0)
    x, y = CENTRE[0] + np.array([0.0, 300.0, 600.0]), CENTRE[1] + np.array([0.0, 0.0, 200.0])
    going = Route("u1", x, y, True, flows=True)
    pane = Pane(camera.box[0], camera.box[3], camera.scale, 900, 600)

    def made(route: Route, at: Camera = camera) -> Drawing:
        return drawn(composer, seen(Scene(), at, routes=(route,)))

    flow = layer(made(going), "route.flow", Lines)
    assert flow.flow < 0
    assert flow.dash
    assert flow.xy[0].tolist() == pytest.approx([600.0, 200.0], abs=1), "lines begin at the place: marks run towards it"
    assert pace(made(going), pane) is not None
    for still in (msgspec.structs.replace(going, flows=False), msgspec.structs.replace(going, chosen=False)):
        assert made(still).layer("route.flow") is None
        assert pace(made(still), pane) is None
    assert made(going, camera.panned(5000, 0)).layer("route.flow") is None, "nobody sees it"


def test_near_by_a_trail_reaches_to_where_its_unit_is_drawn(composer: Composer, qtbot: QtBot) -> None:
    def units(east: float, fixed: int) -> Units:
        return Units(
            ["u1"], ["u1"], ["circle"], np.array([CENTRE[0] + east]), np.array([CENTRE[1]]), np.zeros(1, np.int64),
            np.full(1, np.nan), np.full(1, fixed),
        )  # fmt: skip

    for i in range(4):
        composer.fixes(units(20.0 * i, NOW + i * SECOND), NOW + i * SECOND)
    now = units(60.0, NOW + 3 * SECOND)
    scene, at = Scene(units=now, tracked=now), np.array([[CENTRE[0] + 75.0, CENTRE[1]]])
    qtbot.waitUntil(lambda: not composer.busy(), timeout=PATIENCE)
    near = drawn(composer, seen(scene, looking(16.5), units=at))
    ahead = layer(near, "trail.ahead", Lines)
    assert ahead.live
    assert np.diff(ahead.xy, axis=0)[0].tolist() == pytest.approx([15.0, 0.0], abs=0.1)
    assert drawn(composer, seen(scene, looking(16.5), units=at)).layer("trail.ahead") is ahead
    assert drawn(composer, seen(scene, looking(16.5))).layer("trail.ahead") is None, "it stands at its fix"
    assert drawn(composer, seen(scene, looking(15.0), units=at)).layer("trail.ahead") is None


# Heat.


def test_heat_is_of_what_the_layer_says(composer: Composer) -> None:
    warm = frozenset(("heat", EVENT))
    events, view = city(warm), seen(city(warm), looking(13.0))
    assert events.heat is not None
    assert events.heat.subject == EVENT
    assert len(events.heat.x) == len(living_picture()["event"])
    heat = layer(drawn(composer, view), "heat", Heat)
    assert heat.ramp[0][3] == 0
    assert len(heat.x) == len(events.heat.x)
    units = city(warm, FIRST.with_layer("heat", subject=UNIT))
    assert units.heat is not None
    assert len(units.heat.x) == len(units.tracked.keys)
    assert city(frozenset((EVENT,))).heat is None


def test_sensors_of_one_measure_are_as_warm_as_their_values() -> None:
    warm, first = frozenset(("heat",)), FIRST.with_layer("heat", subject=SENSOR)
    mixed = city(warm, first)
    kinds = living_picture()["sensor"].codes("kind")[1]
    one = city(warm, first.with_layer("heat", filter=first.filter("heat").with_values("kind", [kinds[0]])))
    assert mixed.heat is not None
    assert one.heat is not None
    assert set(mixed.heat.weight.tolist()) == {1.0}
    assert len(set(one.heat.weight.tolist())) > 1
    assert one.heat.weight.min() >= 0


def test_the_strongest_colour_of_heat_means_a_number_that_a_pan_does_not_change(composer: Composer) -> None:
    heap_of_40 = Warmth(EVENT, np.full(40, 1.0e6), np.full(40, 2.0e6), np.ones(40), "", NOW)
    assert heat_full(heap_of_40, 13.0) == 40.0
    assert heat_full(Warmth(EVENT, np.zeros(1), np.zeros(1), np.ones(1)), 13.0) == LEAST_FULL
    apart = Warmth(EVENT, np.array([0.0, 9e4]), np.zeros(2), np.full(2, 30.0), "mm")
    assert heat_full(apart, 13.0) == 30.0, "what lies apart is not added up"
    scene = city(frozenset(("heat",)))
    assert scene.heat is not None
    fulls = {layer(drawn(composer, seen(scene, looking(13.1).panned(x, 0))), "heat", Heat).full for x in (0, 300)}
    assert fulls == {heat_told(scene.heat, looking(13.4)).full}
    assert heat_told(scene.heat, looking(13.1)).since == int(living_picture()["event"].numbers("occurred").min())


def test_heat_has_a_hue_of_its_own() -> None:
    for theme in (DARK, LIGHT):
        look = style(theme)
        taken = {look.choropleth, look.acc, *look.levels, *look.fills}
        assert not taken & set(look.heat)
        for color in look.heat:  # grey: no level is
            red, green, blue, _ = rgba(color)
            assert max(red, green, blue) - min(red, green, blue) < 40


# Crowds.


@settings(deadline=None)
@given(st.integers(1, 400), st.sampled_from(np.arange(9.0, 19.5, 0.5).tolist()), st.floats(0, 0.9))
def test_each_stands_for_itself_or_in_one_crowd(n: int, step: float, aside: float) -> None:
    dots = heap(n)
    made = crowds(dots.x, dots.y, step, aside)
    assert len(made.single) + int(made.count.sum()) == n
    assert np.array_equal(np.bincount(made.group[made.group >= 0], minlength=len(made.count)), made.count)
    assert (made.group[made.single] == -1).all()
    assert made.group[made.first].tolist() == list(range(len(made.count)))


def test_crowds_split_with_the_zoom_until_all_stand_for_themselves() -> None:
    dots = heap(3000)
    singles = [len(crowds(dots.x, dots.y, step).single) for step in (10.0, 13.0, 15.0, 18.0, 19.0)]
    assert singles[0] < 20
    assert singles == sorted(singles)
    assert singles[-1] > 2900


def test_what_stands_at_one_pole_stays_one_mark() -> None:
    made = crowds(np.full(7, 5.0), np.full(7, 5.0), 19.0)
    assert made.count.tolist() == [7]


def test_cameras_and_sensors_without_a_place_are_nowhere() -> None:
    made = crowds(np.array([np.nan, 1.0]), np.array([1.0, np.inf]), 15.0)
    assert len(made.single) == len(made.count) == 0
    assert made.group.tolist() == [-1, -1]


def test_far_out_there_are_marks_then_dots_then_signs(composer: Composer) -> None:
    scene = Scene(cameras=heap(2000), visible=frozenset((CAMERA,)))
    far = drawn(composer, seen(scene, looking(11.0)))
    middle = drawn(composer, seen(scene, looking(15.2)))
    near = drawn(composer, seen(scene, looking(17.5)))
    assert len(layer(far, "camera.crowd", Sprites).x) > 0
    assert len(layer(middle, "camera", Points).x) > len(layer(far, "camera", Points).x)
    assert len(layer(near, "camera", Sprites).x) > 0


def test_a_selected_camera_shows_in_whatever_crowd_it_stands(composer: Composer) -> None:
    scene, camera = Scene(cameras=heap(2000), visible=frozenset((CAMERA,))), looking(11.0)
    assert drawn(composer, seen(scene, camera)).layer("camera.chosen") is None
    chosen = drawn(composer, seen(scene, camera, selected=(CAMERA, "c42")))
    sign = layer(chosen, "camera.chosen", Sprites)
    assert sign.x.astype(np.float64) + chosen.origin[0] == pytest.approx([scene.cameras.x[42]], abs=0.01)
    assert drawn(composer, seen(scene, camera, selected=(CAMERA, "gone"))).layer("camera.chosen") is None


def test_a_pan_within_the_room_around_hands_over_the_same_columns_and_beyond_it_others(composer: Composer) -> None:
    scene, camera = Scene(cameras=heap(2000, spread=20_000.0), visible=frozenset((CAMERA,))), looking(16.0)
    first = drawn(composer, seen(scene, camera))
    near = drawn(composer, seen(scene, camera.panned(0.8 * AROUND * camera.width, 0)))
    far = drawn(composer, seen(scene, camera.panned(4 * camera.width, 0)))
    assert layer(first, "camera") is layer(near, "camera")
    assert layer(first, "camera") is not layer(far, "camera")


def test_many_are_grouped_elsewhere_and_shown_when_they_are(composer: Composer, qtbot: QtBot) -> None:
    scene = Scene(cameras=heap(FEW * 3), visible=frozenset((CAMERA,)))
    view = seen(scene, looking(12.0))
    with qtbot.waitSignal(composer.changed, timeout=PATIENCE):
        first = composer.compose(view, STYLE, DARK)
        assert "camera" not in keys(first)
    assert "camera" in keys(composer.compose(view, STYLE, DARK))
    nearer = composer.compose(seen(scene, looking(14.0)), STYLE, DARK)
    assert "camera" in keys(nearer), "the marks of the last zoom stand until there are better ones"


def test_a_camera_that_goes_off_is_drawn_faint_and_no_crowd_is_made_anew(composer: Composer) -> None:
    dots = heap(FEW * 3, spread=30_000.0)
    view = seen(Scene(cameras=dots, visible=frozenset((CAMERA,))), looking(16.0))
    first = layer(drawn(composer, view), "camera")
    off = dots.off.copy()
    off[:] = True
    scene = msgspec.structs.replace(view.scene, cameras=msgspec.structs.replace(dots, off=off))
    second = layer(composer.compose(msgspec.structs.replace(view, scene=scene), STYLE, DARK), "camera")
    assert not composer.busy()
    assert first.image.tolist() == [0] * len(first.x)
    assert second.image.tolist() == [1] * len(first.x)


# What lies under a point.


def hit(composer: Composer, view: View, place: tuple[float, float]) -> Hit | None:
    px, py = (float(v) for v in view.camera.to_screen(*place))
    return composer.marks.hit(view.scene, view.units, view.camera, px, py, view.selected[1])


def test_a_crowd_is_hit_with_its_number_and_what_it_covers(composer: Composer) -> None:
    dots = heap(2000)
    view = seen(Scene(cameras=dots, visible=frozenset((CAMERA,))), looking(11.0))
    drawn(composer, view)
    made = composer.marks.dots[CAMERA][1]
    found = hit(composer, view, (float(made.x[0]), float(made.y[0])))
    assert found is not None
    assert (found.topic, found.count) == (CAMERA, int(made.count[0]))
    rows = np.flatnonzero(made.group == 0)
    assert found.key == dots.keys[int(rows[0])]
    assert found.box == (dots.x[rows].min(), dots.y[rows].min(), dots.x[rows].max(), dots.y[rows].max())


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 299), st.floats(-30, 30), st.floats(-30, 30))
def test_the_nearest_of_what_stands_for_itself_is_hit(row: int, east: float, south: float) -> None:
    dots, marks = heap(300), MarkMaker()
    camera = looking(18.0)
    made = crowds(dots.x, dots.y, 18.0)
    marks.dots[SENSOR] = (dots, made)
    scene = Scene(sensors=dots, visible=frozenset((SENSOR,)))
    x, y = float(dots.x[row]) + east / camera.scale, float(dots.y[row]) - south / camera.scale
    px, py = (float(v) for v in camera.to_screen(x, y))
    found = marks.hit(scene, np.empty((0, 2)), camera, px, py, "")
    far = np.hypot(dots.x - x, dots.y - y)[made.single] * camera.scale
    if found is None:
        assert not (far <= 8 - 1e-6).any()
    elif found.count == 1:
        assert far[made.single.tolist().index(dots.keys.index(found.key))] == pytest.approx(far.min())


def test_events_are_hit_before_units_and_cases_before_events(composer: Composer) -> None:
    scene, camera = city(), looking(17.0)
    at = (float(scene.events.x[0]), float(scene.events.y[0]))
    units = msgspec.structs.replace(scene.units, x=np.full_like(scene.units.x, at[0]))
    view = seen(msgspec.structs.replace(scene, units=units), camera)
    view = msgspec.structs.replace(view, units=np.tile(at, (len(units.keys), 1)))
    drawn(composer, view)
    found = hit(composer, view, at)
    assert found is not None
    assert found.topic == EVENT
    case = Cases(
        ["case"], x=np.array([at[0]]), y=np.array([at[1]]), level=np.array([2]), patterns=["other"], waits=[True]
    )
    with_case = msgspec.structs.replace(view, scene=msgspec.structs.replace(view.scene, cases=case))
    found = hit(composer, with_case, at)
    assert found is not None
    assert (found.topic, found.key) == ("case", "case")
    hidden = msgspec.structs.replace(view, scene=msgspec.structs.replace(view.scene, visible=frozenset((UNIT,))))
    found = hit(composer, hidden, at)
    assert found is not None
    assert found.topic == UNIT


def test_a_picked_list_is_like_the_list() -> None:
    words = [f"w{i}" for i in range(50)]
    rows = np.array([3, 7, 20, 49])
    picked = Picked(words, rows)
    plain = [words[i] for i in rows.tolist()]
    assert list(picked) == plain
    assert picked[1:3] == plain[1:3]
    assert (picked[-1], len(picked), "w7" in picked, "w8" in picked) == ("w49", 4, True, False)
    assert picked.index("w20") == 2
    with pytest.raises(ValueError, match="w8"):
        picked.index("w8")


def test_of_many_things_each_is_found_without_a_table() -> None:
    dots = heap(25_000)
    assert dots.row("c24999") == 24_999
    assert dots.row("nobody") is None
    assert "row_of" not in vars(dots)


# Ways, alerts, cases, trails, names.


def test_ways_are_faint_but_for_the_chosen_one_and_dashed_while_they_are_open(composer: Composer) -> None:
    lon, lat = living_pack().centre
    path = [(lon, lat), (lon + 0.01, lat)]
    chosen = msgspec.structs.replace(route_of("a", path, True), open_=True)
    view = seen(city(), looking(14.2), routes=(route_of("b", path, False), chosen))
    drawing = drawn(composer, view)
    other, way = layer(drawing, "route.other", Lines), layer(drawing, "route.chosen.open", Lines)
    assert (other.dash, other.case_width) == ((), 0)
    assert way.dash
    assert way.case_width > way.width > other.width
    names = [one.key for one in drawing.layers]
    assert names.index("route.other") < names.index("route.chosen.open") < names.index("unit")


def test_the_most_urgent_alert_lies_on_top(composer: Composer) -> None:
    drawing = drawn(composer, seen(city(), looking(12.0)))
    alerts = [one.key for one in drawing.layers if one.key.startswith(ALERT)]
    assert alerts == ["alert.3", "alert.2"]
    assert layer(drawing, "alert.2", Polygons).edge_dash


def test_areas_without_data_are_hatched(composer: Composer) -> None:
    scene = city()
    areas = tuple(msgspec.structs.replace(area, step=-1) if i else area for i, area in enumerate(scene.areas))
    area = layer(drawn(composer, seen(msgspec.structs.replace(scene, areas=areas), looking(12.0))), "area", Polygons)
    assert set(area.fill[1:].tolist()) == set(area.hatch)
    assert len(area.polys) == len(areas) + 1
    assert area.rings[-1] == len(area.xy)


def test_a_case_without_an_event_has_a_frame(composer: Composer) -> None:
    x, y = (np.array([v, v]) for v in CENTRE)
    cases = Cases(["a", "b"], x=x, y=y, level=np.array([2, 2]), patterns=["other"] * 2, waits=[True, False])
    drawing = drawn(composer, seen(msgspec.structs.replace(city(), cases=cases), looking(14.2)))
    case = layer(drawing, "case", Sprites)
    assert case.image.tolist() == [0, 1]
    assert not np.array_equal(case.images[0].pixels, case.images[1].pixels)


def test_trails_are_those_of_all_fixes_told_and_cut_to_the_view(composer: Composer, qtbot: QtBot) -> None:
    scene, camera = city(), looking(15.0)
    for n in range(6):
        units = msgspec.structs.replace(scene.units, x=scene.units.x + 20.0 * n, fixed=scene.units.fixed + n * SECOND)
        composer.fixes(units, NOW + n * SECOND)
    view = seen(scene, camera)
    qtbot.waitUntil(lambda: not composer.busy(), timeout=PATIENCE)
    trail = layer(drawn(composer, view), "trail", Lines)
    assert 0 < len(trail.color) <= 3 * len(scene.units.keys)
    assert len(trail.palette) == 3
    few = msgspec.structs.replace(scene, trailed=frozenset(scene.units.keys[:4]))
    assert len(layer(drawn(composer, seen(few, camera)), "trail", Lines).color) <= 12
    nowhere = drawn(composer, seen(scene, camera.panned(1e6, 0)))
    assert len(layer(nowhere, "trail", Lines).color) == 0


def test_call_signs_show_when_near_and_that_of_the_selected_unit_always(composer: Composer) -> None:
    scene = city()
    far, near = seen(scene, looking(13.0)), seen(scene, looking(16.0))
    assert drawn(composer, far).layer("unit.names") is None
    words = layer(drawn(composer, near), "unit.names", Words)
    assert words.keep == len(words.x) > 3
    unit = int(np.argmin(np.hypot(scene.units.x - CENTRE[0], scene.units.y - CENTRE[1])))
    chosen = drawn(composer, msgspec.structs.replace(far, selected=(UNIT, scene.units.keys[unit])))
    assert len(layer(chosen, "unit.names", Words).x) == 1
    assert len(composer.standing(far)) == 1
    told = msgspec.structs.replace(far, selected=(UNIT, scene.units.keys[unit]), words=("a", "b"))
    assert drawn(composer, told).layer("unit.names") is None, "the callout says its name"


def test_call_signs_do_not_lie_over_each_other(composer: Composer) -> None:
    camera = looking(16.0)
    words = layer(drawn(composer, seen(city(), camera)), "unit.names", Words)
    left = words.x * camera.scale - np.array([s.ax for s in words.images])
    top = -words.y * camera.scale - np.array([s.ay for s in words.images])
    wide = np.array([s.width for s in words.images])
    order = range(len(left))
    over = [
        (i, j)
        for i in order
        for j in order
        if i < j and left[i] < left[j] + wide[j] and left[j] < left[i] + wide[i] and abs(top[i] - top[j]) < 16
    ]
    assert over == []


def test_the_chosen_unit_is_drawn_last_and_large(composer: Composer) -> None:
    scene = city()
    view = seen(scene, looking(12.0), selected=(UNIT, scene.units.keys[5]))
    unit = layer(drawn(composer, view), "unit", Sprites)
    assert unit.x[-1] == pytest.approx(scene.units.x[5] - drawn(composer, view).origin[0], abs=0.01)
    assert unit.images[int(unit.image[-1])].width > unit.images[int(unit.image[0])].width


def test_units_are_drawn_without_heading_until_all_headings_are(composer: Composer, qtbot: QtBot) -> None:
    view = seen(city(), looking(14.2))
    with qtbot.waitSignal(composer.changed, timeout=PATIENCE):
        plain = layer(composer.compose(view, STYLE, DARK), "unit", Sprites)
    qtbot.waitUntil(lambda: not composer.busy(), timeout=PATIENCE)
    headed = layer(composer.compose(view, STYLE, DARK), "unit", Sprites)
    assert len(headed.images) > len(set(plain.image.tolist()))
    assert headed.x is not plain.x or headed.image is not plain.image


def test_no_units_no_names_no_trouble(composer: Composer) -> None:
    scene = msgspec.structs.replace(city(), units=Units(), tracked=Units())
    assert UNIT not in keys(drawn(composer, seen(scene, looking(16.0))))


# The thread.


def test_the_last_wish_is_made_and_jobs_keep_their_order(qtbot: QtBot) -> None:
    works, gate, done = Works(), threading.Event(), []
    try:
        works.then(lambda: gate.wait(30))
        for n in range(4):
            works.then(lambda n=n: done.append(n))
        for n in range(4):
            assert works.get("kind", (n,), lambda n=n: n, now=False) is None
        with qtbot.waitSignal(works.done, timeout=PATIENCE):
            gate.set()
        assert done == [0, 1, 2, 3]
        assert works.get("kind", (3,), lambda: -1, now=False) == 3
        qtbot.waitUntil(lambda: not works.busy(), timeout=PATIENCE)
    finally:
        gate.set()
        works.close()


def test_what_can_not_be_made_is_told_once_and_the_rest_goes_on(qtbot: QtBot) -> None:
    works, failures = Works(), []
    works.failed.connect(failures.append)

    def broken() -> None:
        raise ValueError("no")

    try:
        with qtbot.waitSignal(works.failed, timeout=PATIENCE):
            works.get("broken", (1,), broken, now=False)
        assert works.get("broken", (1,), broken, now=False) is None
        with qtbot.waitSignal(works.done, timeout=PATIENCE):
            works.get("good", (1,), lambda: "made", now=False)
        assert works.get("good", (1,), lambda: "", now=False) == "made"
        assert len(failures) == 1
    finally:
        works.close()


def test_after_the_end_nothing_is_made(qtbot: QtBot) -> None:
    works = Works()
    works.close()
    works.then(lambda: pytest.fail("made"))
    assert works.get("kind", (1,), lambda: pytest.fail("made"), now=False) is None
    assert not works.busy()


# What lies over the drawing.


def painted(overlay: Overlay, view: View) -> QImage:
    image = QImage(view.camera.width, view.camera.height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    overlay.over(painter, view, DARK, texts("zh"), np.empty((0, 4)))
    painter.end()
    return image


def test_an_arrival_pulses_for_a_moment_and_then_nothing_does(qtbot: QtBot) -> None:
    overlay, scene = Overlay(), city()
    quiet = seen(msgspec.structs.replace(scene, alerts=()), looking(14.2), now=5.0)
    assert not overlay.ringing(5.0)
    before = painted(overlay, quiet)
    row = int(np.argmin(np.hypot(scene.events.x - CENTRE[0], scene.events.y - CENTRE[1])))
    overlay.arrived([scene.events.keys[row]], [3], 5.0)
    during = msgspec.structs.replace(quiet, now=5.0 + RING_SECONDS / 3)
    assert painted(overlay, during) != before
    after = msgspec.structs.replace(quiet, now=5.0 + RING_SECONDS * 1.01)
    assert painted(overlay, after) == before
    assert not overlay.ringing(after.now)


def test_chips_of_alerts_stand_still_while_the_view_does_and_follow_it(qtbot: QtBot) -> None:
    overlay, view = Overlay(), seen(city(), looking(13.0))
    painted(overlay, view)
    first = overlay.chips
    assert len(first) == 2
    assert not first[0][1].intersects(first[1][1])
    painted(overlay, msgspec.structs.replace(view, units=view.units + 5.0))
    assert overlay.chips == first
    painted(overlay, msgspec.structs.replace(view, camera=view.camera.panned(30, 0)))
    assert overlay.chips != first
    assert all(ROOM.contains(QPointF(box.center())) for _, box in overlay.chips)


def test_a_chip_of_an_alert_that_ends_tomorrow_says_the_day(qtbot: QtBot) -> None:
    overlay = Overlay()
    painted(overlay, seen(city(), looking(13.0)))
    words = {chip.words for chip in overlay._chips.placed}
    assert words == {"暴雨橙色预警 · 至 22:50", "地质灾害黄色预警 · 至 07-15 03:42"}


def test_a_frame_paints_the_map_but_not_what_lies_opaque_on_it(qtbot: QtBot) -> None:
    canvas = QWidget()
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    surface, tools, words = QWidget(canvas), QFrame(canvas), QLabel("words", canvas)
    surface.resize(400, 300)
    tools.setGeometry(300, 20, 40, 200)
    words.setGeometry(10, 10, 80, 20)
    canvas.show()
    region = uncovered(surface)
    assert not region.contains(QPoint(320, 100))
    assert region.contains(QPoint(300, 20)), "through the round corner the map is seen"
    assert region.contains(QPoint(20, 15)), "words have no ground of their own"
    tools.hide()
    assert uncovered(surface).contains(QPoint(320, 100))


def test_an_empty_city_is_drawn_as_its_ground(composer: Composer) -> None:
    view = seen(Scene(visible=frozenset(LAYERS)), looking(14.2))
    plain = [one for one in drawn(composer, view).layers if not one.key.startswith("ground")]
    assert all(len(getattr(one, "x", ())) == 0 for one in plain)
    assert composer.marks.hit(view.scene, view.units, view.camera, 5.0, 5.0, "") is None


def test_things_without_a_place_and_units_without_a_heading_disturb_no_other(composer: Composer) -> None:
    scene = city()
    units = scene.units
    x = units.x.copy()
    x[3] = np.nan
    odd = msgspec.structs.replace(units, x=x, heading=np.full(len(x), np.nan))
    cameras = msgspec.structs.replace(scene.cameras, x=np.where(np.arange(len(scene.cameras.x)) % 2, np.nan, 1e9))
    view = seen(msgspec.structs.replace(scene, units=odd, cameras=cameras), looking(16.0))
    drawing = drawn(composer, view)
    assert np.isnan(layer(drawing, "unit", Sprites).x).sum() == 1
    assert len(layer(drawing, "unit.names", Words).x) > 0
    assert len(layer(drawing, "camera").x) == 0
