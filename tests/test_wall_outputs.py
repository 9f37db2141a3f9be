"""Which output shows which screen: by name, by position, and the same one after a cable was pulled and put back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.layout import Rect
from cockpit.model.wall import Screen
from cockpit.ui.frametimes import FrameTimes
from cockpit.ui.walloutputs import Assignment, Output, assigned
from cockpit.wall.health import memory_mb, temperature

W, H = 1920, 1080


def grid(columns: int, rows: int, skew: int = 0) -> list[Output]:
    """Outputs that lie as a grid on the desktop, told in no order."""
    found = [
        Output(f"DP-{r * columns + c + 1}", Rect(c * W, r * H + c * skew, W, H))
        for r in range(rows)
        for c in range(columns)
    ]
    return found[::-1]


def screens(n: int, *outputs: str) -> list[Screen]:
    named = [*outputs, *[""] * n]
    return [Screen(i + 1, "here", Rect(i * W, 0, W, H), named[i]) for i in range(n)]


def test_outputs_without_a_name_are_taken_left_to_right_top_to_bottom() -> None:
    found = assigned(screens(6), grid(3, 2, skew=7), {})
    assert found == {n: f"DP-{n}" for n in range(1, 7)}


def test_a_screen_whose_output_is_named_gets_that_one_and_no_other() -> None:
    assert assigned(screens(2, "DP-2"), grid(2, 1), {}) == {1: "DP-2", 2: "DP-1"}
    assert assigned(screens(2, "DP-9"), grid(2, 1), {}) == {2: "DP-1"}


def test_while_a_cable_is_out_no_picture_moves_over_and_then_all_is_as_it_was() -> None:
    wall, there = screens(3), grid(3, 1)
    before = assigned(wall, there, {})
    without = [output for output in there if output.name != "DP-2"]
    during = assigned(wall, without, before)
    assert {n: during[n] for n in (1, 3)} == {1: "DP-1", 3: "DP-3"}
    assert assigned(wall, there, during) == before


def a_start(file: Path, n: int = 3) -> Assignment:
    """A process of a wall of so many screens that starts."""
    made = Assignment(file)
    made.begin("main", screens(n))
    return made


def test_a_start_with_one_screen_off_is_by_position_as_soon_as_all_are_there(tmp_path: Path) -> None:
    there = grid(3, 1)
    start = a_start(tmp_path / "outputs.json")
    assert start.of([output for output in there if output.name != "DP-1"]) == {1: "DP-2", 2: "DP-3"}
    assert start.of(there) == {1: "DP-1", 2: "DP-2", 3: "DP-3"}


def test_a_start_with_one_screen_off_shows_the_others_what_they_showed_before(tmp_path: Path) -> None:
    there = grid(3, 1)
    file = tmp_path / "outputs.json"
    a_start(file).of(there)
    again = a_start(file)
    during = again.of([output for output in there if output.name != "DP-1"])
    assert {n: during[n] for n in (2, 3)} == {2: "DP-2", 3: "DP-3"}
    assert again.of(there) == {1: "DP-1", 2: "DP-2", 3: "DP-3"}


def test_what_was_hung_anew_meanwhile_goes_by_position(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    a_start(file).of(grid(3, 1))
    moved = [Output(f"DP-{3 - i}", Rect(i * W, 0, W, H)) for i in range(3)]
    assert a_start(file).of(moved) == {1: "DP-3", 2: "DP-2", 3: "DP-1"}
    renamed = [Output(f"HDMI-{i + 1}", Rect(i * W, 0, W, H)) for i in range(2)]
    assert a_start(file).of(renamed) == {1: "HDMI-1", 2: "HDMI-2"}
    assert a_start(file, 2).of(grid(3, 1)[:2]) == {1: "DP-2", 2: "DP-3"}


def test_what_is_kept_of_the_outputs_may_be_gone_or_broken(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    for text in ("", "{", '{"wall": "main", "outputs": {"1": 7}, "there": []}'):
        file.write_text(text)
        assert a_start(file).of(grid(3, 1)) == {1: "DP-1", 2: "DP-2", 3: "DP-3"}


@given(st.integers(0, 8), st.integers(0, 8), st.data())
def test_no_two_screens_ever_share_an_output(n: int, columns: int, data: st.DataObject) -> None:
    there = grid(columns, 1)
    names = st.sampled_from(["", *(output.name for output in there)])
    wanted = {name for name in data.draw(st.lists(names, max_size=n)) if name}
    before = assigned(screens(n), there[: data.draw(st.integers(0, len(there)))], {})
    for known in ({}, before):
        found = assigned(screens(n, *sorted(wanted)[:n]), there, known)
        assert len(set(found.values())) == len(found)


def test_frames_of_the_last_minute_are_what_counts_and_slow_ones_of_ten() -> None:
    frames = FrameTimes()
    for second, ms in ((0.0, 80.0), (10.0, 4.0), (70.0, 6.0), (71.0, 8.0)):
        frames.take(second, ms)
    assert frames.of_minute(72.0) == (7.0, 8.0)
    assert frames.slow(72.0) == 1
    assert frames.longest(72.0) == 80.0
    assert frames.slow(605.0) == 0
    assert frames.longest(605.0) == 8.0
    assert frames.of_minute(700.0) == (0.0, 0.0)
    assert frames.longest(700.0) == 0.0


def test_memory_is_that_of_the_process_and_of_what_it_started() -> None:
    assert memory_mb() > 5


FREED = """
import ctypes
from cockpit.processes import give_back
from cockpit.wall.health import memory_mb
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
held = [libc.malloc(4000) for _ in range(10_000)]
for at in held:
    ctypes.memset(at, 1, 4000)
full = memory_mb()
for at in held[:-1]:
    libc.free(at)
give_back()
print(full - memory_mb())
"""


def test_what_was_freed_in_small_pieces_is_given_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True, timeout=60)
    assert float(done.stdout) > 30


def test_the_hottest_sensor_counts_and_a_machine_without_one_says_nothing(tmp_path: Path) -> None:
    assert temperature(tmp_path) is None
    for zone, text in (("thermal_zone0", "41500"), ("thermal_zone1", "nonsense"), ("thermal_zone2", "-273000")):
        (tmp_path / "thermal" / zone).mkdir(parents=True)
        (tmp_path / "thermal" / zone / "temp").write_text(text)
    (tmp_path / "hwmon" / "hwmon0").mkdir(parents=True)
    (tmp_path / "hwmon" / "hwmon0" / "temp1_input").write_text("63000\n")
    assert temperature(tmp_path) == 63.0
