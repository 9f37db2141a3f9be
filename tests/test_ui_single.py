"""A seat answers second starts of its profile by coming forward, also where one before it was killed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cockpit.oneseat import address_of_seat, bring_forward
from cockpit.ui.single import SingleSeat

_SEAT = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from cockpit.ui.single import SingleSeat
app = QCoreApplication([])
seat = SingleSeat(Path(sys.argv[1]), lambda: None)
print("there", flush=True)
app.exec()
"""


@pytest.fixture
def callers() -> Iterator[ThreadPoolExecutor]:
    """Threads in which second starts ask, since the seat answers on Qt's."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


@pytest.fixture
def came() -> list[int]:
    """One entry for each time that the seat came forward."""
    return []


@pytest.fixture
def seat(qapp: object, tmp_path: Path, came: list[int]) -> Iterator[SingleSeat]:
    made = SingleSeat(tmp_path, lambda: came.append(1))
    yield made
    made.close()
    made.deleteLater()


def answers(calls: list[Future[bool]], qtbot: QtBot) -> list[bool]:
    qtbot.waitUntil(lambda: all(call.done() for call in calls), timeout=20_000)
    return [call.result() for call in calls]


def test_without_a_seat_nobody_comes_forward(tmp_path: Path) -> None:
    assert not bring_forward(tmp_path)


def test_a_second_start_brings_the_seat_forward(
    seat: SingleSeat, came: list[int], callers: ThreadPoolExecutor, tmp_path: Path, qtbot: QtBot
) -> None:
    assert answers([callers.submit(bring_forward, tmp_path)], qtbot) == [True]
    assert came == [1]


def test_several_at_once_are_all_answered(
    seat: SingleSeat, came: list[int], callers: ThreadPoolExecutor, tmp_path: Path, qtbot: QtBot
) -> None:
    assert answers([callers.submit(bring_forward, tmp_path) for _ in range(4)], qtbot) == [True] * 4
    assert came == [1] * 4


def test_another_profile_is_another_seat(
    seat: SingleSeat, came: list[int], callers: ThreadPoolExecutor, tmp_path: Path, qtbot: QtBot
) -> None:
    assert answers([callers.submit(bring_forward, tmp_path / "other")], qtbot) == [False]
    assert came == []


def test_only_its_owner_can_speak_to_it(seat: SingleSeat, tmp_path: Path) -> None:
    mode = os.stat(address_of_seat(tmp_path)).st_mode
    assert stat.S_ISSOCK(mode)
    assert mode & 0o077 == 0


def test_a_seat_that_is_closed_answers_no_more(seat: SingleSeat, tmp_path: Path) -> None:
    seat.close()
    assert not bring_forward(tmp_path)


@pytest.mark.system
def test_the_socket_of_a_killed_seat_blocks_nobody(
    callers: ThreadPoolExecutor, tmp_path: Path, qtbot: QtBot, came: list[int]
) -> None:
    killed = subprocess.Popen([sys.executable, "-c", _SEAT, str(tmp_path)], stdout=subprocess.PIPE)
    assert killed.stdout is not None
    with killed.stdout:
        assert killed.stdout.readline() == b"there\n"
        killed.send_signal(signal.SIGKILL)
        killed.wait(10)
    assert Path(address_of_seat(tmp_path)).is_socket(), "it left its socket behind"
    assert not bring_forward(tmp_path), "which nobody answers"
    seat = SingleSeat(tmp_path, lambda: came.append(1))
    try:
        assert answers([callers.submit(bring_forward, tmp_path)], qtbot) == [True]
        assert came == [1]
    finally:
        seat.close()
        seat.deleteLater()
