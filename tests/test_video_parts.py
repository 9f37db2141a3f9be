"""What the video process is made of: the memory that pictures lie in, when each is due, how it is made smaller."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest
from av import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from cockpit.media.video.memory import SLOTS, Memory, make_memory
from cockpit.media.video.pace import Pace
from cockpit.media.video.picture import Finish, fitted
from cockpit.media.video.told import MOST_PIXELS
from cockpit.model.clock import ManualClock


@pytest.fixture
def memory() -> Iterator[Memory]:
    fd = make_memory()
    made = Memory(fd)
    os.close(fd)
    yield made
    made.close()


def picture(width: int, height: int, value: int) -> np.ndarray:
    return np.full((height, width, 4), value, np.uint8)


def test_a_picture_is_read_as_it_was_written_once(memory: Memory) -> None:
    assert memory.read(3) is None
    memory.write(3, picture(64, 36, 7), at=11)
    read = memory.read(3)
    assert read is not None
    assert (read.width, read.height, read.at) == (64, 36, 11)
    assert read.data == bytes([7]) * (64 * 36 * 4)
    assert memory.read(3, read.serial) is None
    memory.write(3, picture(32, 18, 8), at=12)
    newer = memory.read(3, read.serial)
    assert newer is not None
    assert newer.width == 32
    assert memory.read(2) is None


def test_a_slot_that_was_given_back_shows_nothing_of_before_and_counts_on(memory: Memory) -> None:
    memory.write(0, picture(64, 36, 7), at=1)
    before = memory.read(0)
    assert before is not None
    memory.clear(0)
    assert memory.read(0) is None
    memory.write(0, picture(64, 36, 9), at=2)
    after = memory.read(0, before.serial)
    assert after is not None
    assert after.serial > before.serial


def test_what_does_not_fit_is_refused(memory: Memory) -> None:
    for shape, slot in (((3000, 4000, 4), 0), ((10, 10, 4), SLOTS), ((10, 10, 3), 0), ((0, 10, 4), 0)):
        with pytest.raises(ValueError, match="for slot"):
            memory.write(slot, np.zeros(shape, np.uint8), 0)


@given(st.integers(1, 8000), st.integers(1, 8000), st.integers(16, 4000), st.integers(16, 4000))
def test_a_picture_fits_into_its_place_keeps_its_shape_and_is_never_enlarged(
    w: int, h: int, wide: int, high: int
) -> None:
    width, height = fitted(w, h, (wide, high))
    assert 2 <= width <= max(wide, 2)
    assert 2 <= height <= max(high, 2)
    assert width <= max(w, 2)
    assert height <= max(h, 2)
    if width > 40 and height > 40:
        assert abs(width / height - w / h) < w / h * 0.1


def test_a_mask_over_the_edge_and_a_picture_of_a_few_points_break_nothing() -> None:
    frame = VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
    made = Finish().pixels(frame, (16, 16), False, ((0.9, 0.9, 0.5, 0.5), (0, 0, 0.01, 0.01), (0.5, 0.5, 0.5, 0.5)))
    assert made.shape == (16, 16, 4)
    assert Finish().pixels(frame, (3840, 2160), True, ()).shape == (16, 16, 4)
    assert MOST_PIXELS * 4 >= 3840 * 2160 * 4


def test_a_file_is_shown_as_fast_as_it_was_taken() -> None:
    clock = ManualClock()
    pace = Pace(clock.mono, live=False)
    assert pace.wait(10.0) <= 0
    assert pace.wait(10.04) == pytest.approx(0.04)
    clock.advance(0.04)
    assert pace.wait(10.08) == pytest.approx(0.04)


def test_what_a_live_server_kept_is_caught_up_with_at_once_and_then_it_sets_the_pace() -> None:
    clock = ManualClock()
    pace = Pace(clock.mono, live=True)
    assert all(pace.wait(n / 25) <= 0 for n in range(50)), "two seconds in one go"
    clock.advance(5)
    assert pace.wait(7.0) <= 0
    assert pace.wait(9.5) > 1, "a server that sends a film as fast as it can is slowed down"


def test_times_that_jump_begin_anew_and_a_flood_of_pictures_is_held_up() -> None:
    clock = ManualClock()
    pace = Pace(clock.mono, live=True)
    pace.wait(10.0)
    assert pace.wait(90_000.0) <= 0, "a new time"
    waits = [pace.wait(None) for _ in range(200)]
    assert waits[0] == 0
    assert waits[-1] > 0


@pytest.mark.parametrize("speed", [0.999, 1.0, 1.001])
def test_a_camera_whose_clock_is_not_ours_is_shown_in_full_for_days_and_never_waited_for(speed: float) -> None:
    clock = ManualClock()
    pace = Pace(clock.mono, live=True)
    shown = 0
    for n in range(20_000):  # two pictures a second, for hours: ten seconds apart at the end
        assert pace.wait(n * 0.5 * speed) <= 0
        shown += pace.shows(n * 0.5 * speed, 25)
        clock.advance(0.5)
    assert shown == 20_000


def test_a_server_that_has_come_to_stay_behind_is_shown_in_full_again_after_a_while() -> None:
    clock = ManualClock()
    pace = Pace(clock.mono, live=True)
    at = 0.0
    for _ in range(100):
        pace.wait(at)
        at += 0.04
        clock.advance(0.04)
    clock.advance(3)
    shown = []
    for _ in range(500):
        pace.wait(at)
        shown.append(pace.shows(at, 25))
        at += 0.04
        clock.advance(0.04)
    assert sum(shown[:40]) < 20, "as if it were to catch up"
    assert all(shown[-200:])


def test_of_pictures_that_come_late_only_some_are_made_ready() -> None:
    clock = ManualClock()
    pace = Pace(clock.mono, live=False)
    pace.wait(0.0)
    assert pace.shows(0.0, 25)
    assert not pace.shows(0.01, 25)
    clock.advance(3)
    pace.wait(0.5)
    assert pace.shows(0.5, 25)
    clock.advance(0.1)
    pace.wait(0.54)
    assert not pace.shows(0.54, 25), "two seconds behind"
    pace.wait(3.1)
    assert pace.shows(3.1, 25), "in time again"
