"""Alarms on the map: a bell where each stands, filled until somebody acknowledged it, found by the pointer."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from cockpit.model.tables import AlarmState
from tests.living_alarms import LivingAlarms, alarm_row
from tests.living_picture import put
from tests.panel_desk import Desk, desk
from widgets.map.camera import Camera, mercator
from widgets.map.compose.sprites import alarm_sprite
from widgets.map.compose.symbols import alarm_layer
from widgets.map.marks import MarkMaker
from widgets.map.reader import SceneReader
from widgets.map.scene import ALARM, Scene
from widgets.map.titles import Titles


@pytest.fixture
def at(qapp: object) -> Desk:
    made = desk()
    made.ctx.alarms = LivingAlarms()
    rows = [
        alarm_row(1, lon=120.18, lat=30.28, level=3),
        alarm_row(2, lon=120.19, lat=30.28, level=1, state=int(AlarmState.ACKNOWLEDGED)),
        alarm_row(3, lon=120.20, lat=30.28, state=int(AlarmState.SHELVED), shelved=1),
        alarm_row(4, lon=120.21, lat=30.28, state=int(AlarmState.SUPPRESSED)),
        alarm_row(5, lon=float("nan"), lat=float("nan")),
        alarm_row(6, lon=120.181, lat=30.281, level=1),
    ]
    put(made.picture, "alarm", rows)
    return made


def test_what_is_shelved_suppressed_or_has_no_place_is_not_on_the_map(at: Desk) -> None:
    alarms = SceneReader._alarms(at.picture["alarm"])
    assert alarms.keys == ["alarm/2", "alarm/1", "alarm/6"], "what waits on top, the gravest last"
    assert list(alarms.waits) == [False, True, True]


def test_a_bell_stands_where_the_alarm_is_filled_until_it_is_acknowledged(at: Desk) -> None:
    alarms = SceneReader._alarms(at.picture["alarm"])
    x, y = mercator(np.array([120.18]), np.array([30.28]))
    layer = alarm_layer(alarms, at.ctx.theme, 1.0, (float(x[0]), float(y[0])))
    assert layer.key == ALARM
    assert abs(layer.x[1]) < 0.01
    waits, seen = (alarm_sprite(1, one, at.ctx.theme, 1.0) for one in (True, False))
    assert not np.array_equal(waits.pixels, seen.pixels)
    assert len(layer.images) == 3


def test_the_pointer_finds_the_alarm_before_what_lies_under_it(at: Desk) -> None:
    scene = Scene(alarms=SceneReader._alarms(at.picture["alarm"]))
    x, y = mercator(np.array([120.181]), np.array([30.281]))
    camera = Camera(float(x[0]), float(y[0]), 0.3, 800, 600)
    hit = MarkMaker().hit(scene, np.empty((0, 2)), camera, 400, 300, "")
    assert hit is not None
    assert (hit.topic, hit.key) == (ALARM, "alarm/6")


def test_a_callout_says_what_it_is_and_that_it_waits(at: Desk, qtbot: QtBot) -> None:
    titles = Titles(at.picture, at.ctx.pack, at.ctx.cases)
    said = titles.of(ALARM, "alarm/1", at.ctx.t, at.clock.now())
    assert said is not None
    assert said[0] == "积水点 1 · 62 cm"
    assert said[1].startswith("未确认")
    shelved = titles.of(ALARM, "alarm/3", at.ctx.t, at.clock.now())
    assert shelved is not None
    assert shelved[1].startswith("已搁置")


def test_a_callout_says_a_name_in_two_languages_in_that_of_the_desk(at: Desk) -> None:
    titles = Titles(at.picture, at.ctx.pack, at.ctx.cases)
    row = {**at.picture["alarm"].row(0), "name": '{"zh": "电梯困人", "en": "Lift entrapment"}'}
    assert titles._alarm(row, at.ctx.t, at.clock.now())[0].startswith("电梯困人 ·")
