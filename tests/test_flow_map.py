"""The map while sensors speak many times a second: their dots stay as they are until something is seen to change."""

from __future__ import annotations

import numpy as np

from cockpit.model.clock import SECOND, ManualClock
from cockpit.picture import Picture
from tests.living_cases import LivingCases
from tests.living_picture import NOW, living_pack, living_picture
from widgets.map.reader import SceneReader
from widgets.map.scene import LAYERS, Dots


def speak(picture: Picture, value: float) -> None:
    rows = np.arange(len(picture["sensor"]))
    times = np.full(len(rows), NOW + SECOND)
    picture.measure("sensor", rows, {"value": np.full(len(rows), value), "measured": times, "received": times})


class Map:
    def __init__(self) -> None:
        self.picture = living_picture()
        self._reader = SceneReader(self.picture, living_pack(), LivingCases(ManualClock(NOW), self.picture))

    def dots(self) -> Dots:
        return self._reader.read(frozenset(LAYERS), "events", False, NOW).sensors


def test_new_values_leave_the_dots_as_they_are_and_a_missing_one_makes_them_faint() -> None:
    seen = Map()
    speak(seen.picture, 1.0)
    before = seen.dots()
    speak(seen.picture, 2.0)
    assert seen.dots() is before
    speak(seen.picture, np.nan)
    after = seen.dots()
    assert after is not before
    assert after.off.all()
    assert after.x is before.x


def test_dots_follow_the_rows_when_some_leave() -> None:
    seen = Map()
    before = seen.dots()
    gone = before.keys[0]
    seen.picture.remove("sensor", [gone])
    after = seen.dots()
    assert gone not in after.keys
    assert len(after.x) == len(before.x) - 1


def test_a_table_says_whether_only_values_changed() -> None:
    picture = living_picture()
    table = picture["sensor"]
    versions = table.version, table.rows_version, table.moves
    speak(picture, 3.0)
    assert table.version > versions[0]
    assert (table.rows_version, table.moves) == versions[1:]
    picture.remove("sensor", [table.key_at(0)])
    assert table.rows_version > versions[1]
