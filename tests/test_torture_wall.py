"""A seeded sample of a wall under torture, and the eye that looks at it; the whole day is `make torture`."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.children import a_home
from tests.torture.looks import PROMISED, Points, RootWindow, Watched, is_blank, says_trouble
from tests.torture.wall import Judge, Memory, Torture, by_days, growth
from tests.torture.wall_stage import Hall
from tests.xorg import xorg
from widgets.wall.kit import wall_theme

SEED = 20261122
JUDGE = Judge()
SAMPLE = ("kill", "cable", "bus", "feeds", "orphan")


class Plain:
    """A screen of nothing, for `Watched`."""

    name, size = "plain", (64, 36)

    def points(self, x: int, y: int, width: int, height: int) -> Points | None:
        return np.zeros((height, width), np.uint32)


def a_picture() -> Points:
    return np.arange(160 * 90, dtype=np.uint32).reshape(90, 160) * 7


def test_one_colour_black_and_black_with_a_cursor_are_blank_and_a_dark_picture_is_not() -> None:
    dark = np.full((90, 160), 0x0D1218, np.uint32)
    assert is_blank(dark)
    black = np.zeros((90, 160), np.uint32)
    black[40:50, 60:70] = 0xFFFFFF
    assert is_blank(black)
    dark[10:20, :40] = 0xE6EDF3  # words
    assert not is_blank(dark)


def test_a_screen_that_is_blank_for_longer_than_promised_is_told_once_and_a_shorter_time_is_not() -> None:
    watched = Watched(Plain())
    picture, nothing = a_picture(), np.zeros((90, 160), np.uint32)
    for now, points in ((0.0, nothing), (5.0, picture)):  # before the first picture it may be
        watched.look(now, points)
    for now, points in ((6.0, nothing), (6.0 + PROMISED, nothing), (6.7, picture)):
        watched.look(now, points)
    assert (watched.blanks, watched.worst) == ([], PROMISED)
    for now, points in ((7.0, nothing), (7.4, nothing), (7.8, nothing), (8.0, picture)):
        watched.look(now, points)
    assert watched.blanks == [(7.0, pytest.approx(0.8))]


def test_nothing_is_asked_of_a_screen_that_is_unplugged_and_a_picture_is_waited_for_once_it_is_back() -> None:
    watched = Watched(Plain())
    nothing = np.zeros((90, 160), np.uint32)
    watched.look(0.0, a_picture())
    watched.away()
    for now in (1.0, 2.0, 3.0):
        watched.look(now, nothing)
    watched.back()
    assert not watched.has_picture
    watched.look(4.0, nothing)
    watched.look(5.0, a_picture())
    assert watched.has_picture
    assert watched.blanks == []
    assert len(watched.lit) == 2


def test_a_line_of_trouble_is_known_by_its_ground_and_its_words() -> None:
    theme = wall_theme()
    ground, ink = theme.orange_tint.rgb() & 0xFFFFFF, theme.t1.rgb() & 0xFFFFFF
    foot = np.full((50, 1280), ground, np.uint32)
    assert not says_trouble(foot, ground, ink)
    foot[15:35, 400:500:3] = ink
    assert says_trouble(foot, ground, ink)
    foot[:, :] = theme.bg.rgb() & 0xFFFFFF
    assert not says_trouble(foot, ground, ink)


def a_life(seconds: float, mb: Callable[[float], float]) -> list[tuple[float, float]]:
    return [(float(at), mb(at)) for at in range(0, int(seconds), 5)]


def test_memory_is_judged_only_of_a_life_that_was_long_enough_and_a_start_is_no_growth() -> None:
    memory = Memory(JUDGE)
    for second in range(0, int(2 * (JUDGE.warm + JUDGE.judged)), 5):
        start = min(second, JUDGE.warm)
        memory.take(second, {"left": (1, 100.0 + start), "hub": (second // 400, 50.0), "right": (2, second / 60)})
    told = memory.told()
    assert (told["left"]["mb_hour"], told["left"]["grows"]) == (0, False)
    assert (told["hub"]["mb_hour"], told["hub"]["grows"]) == (None, False)
    assert (told["right"]["mb_hour"], told["right"]["grows"]) == (pytest.approx(1.0), True)
    assert growth(a_life(JUDGE.warm + JUDGE.judged - 30, lambda at: at), JUDGE) is None


def test_what_fills_in_the_first_half_of_a_life_is_none_and_what_goes_on_is_growth_however_slow() -> None:
    filled = growth(a_life(1440, lambda at: 300 + min(at, 700) / 10), JUDGE)
    assert filled is not None
    assert (filled.an_hour, filled.grows) == (0, False)
    creeps = growth(a_life(1440, lambda at: 300 + 0.2 * at / 60), JUDGE)
    assert creeps is not None
    assert (creeps.an_hour, creeps.grows) == (pytest.approx(0.2), True)
    assert creeps.minutes == pytest.approx(12, abs=0.1)


def test_what_is_needed_for_a_moment_is_no_growth_and_hides_none() -> None:
    rng = random.Random(3)
    busy = growth(a_life(1440, lambda at: 300 + (rng.random() < 0.6) * rng.uniform(5, 80)), JUDGE)
    assert busy is not None
    assert not busy.grows
    leaks = growth(a_life(1440, lambda at: 300 + at / 60 + (rng.random() < 0.6) * rng.uniform(5, 80)), JUDGE)
    assert leaks is not None
    assert leaks.an_hour == pytest.approx(1.0, abs=0.15)
    assert leaks.grows


def test_of_a_hub_that_lives_for_days_the_hours_of_a_day_are_no_growth_and_more_every_day_is() -> None:
    judge = by_days(240)
    day = 360.0

    def busy_hours(at: float) -> float:
        return 200 + 30 * (at % day < day / 2) + min(at, 3 * day) / 40

    steady = growth(a_life(12 * day, busy_hours), judge)
    assert steady is not None
    assert (steady.an_hour, steady.grows, len(steady.floors)) == (0, False, 6)
    leaks = growth(a_life(12 * day, lambda at: busy_hours(at) + 6 * at / day), judge)
    assert leaks is not None
    assert (leaks.an_hour, leaks.grows) == (pytest.approx(0.25), True)


@pytest.mark.system
@pytest.mark.window
@pytest.mark.slow
def test_the_eye_reads_an_output_of_a_server_and_has_nothing_where_there_is_none(tmp_path: Path) -> None:
    with xorg(tmp_path, 2, (1280, 720)) as server:
        root = RootWindow(server.display)
        try:
            seen = root.grab(1280, 0, 1280, 720)
            assert seen is not None
            assert seen.shape == (720, 1280)
            assert is_blank(seen)
            assert root.grab(2560, 0, 1280, 720) is None
        finally:
            root.close()


@pytest.mark.system
@pytest.mark.window
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_screen_is_blank_whatever_dies_and_the_wall_says_that_its_hub_is_gone() -> None:
    """Half an hour of the city: a drawing process, the bus, a feed, a cable, and the hub with a machine."""
    with a_home() as home, Hall(home, SEED, 1, (1280, 720), "2026-07-14T17:42:00+08:00", 60.0, 6, 2) as hall:
        torture = Torture(hall)
        torture.run(30.0, SAMPLE, (1.0, 2.0))
        assert torture.problems == []
        assert hall.faults["kill"] >= 1
        assert hall.faults["hub"] == len(hall.words) >= 1
        assert bool(hall.faults.get("cable")) is (hall.xorg is not None)
        assert all(screen.looks > 50 for screen in hall.screens)
