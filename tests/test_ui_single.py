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

from cockpit.model.messages import Message
from cockpit.oneseat import MOST_LINE, address_of_seat, bring_forward, show_link
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


def test_a_link_of_a_second_start_is_shown_by_the_seat_that_runs(
    callers: ThreadPoolExecutor, tmp_path: Path, qtbot: QtBot, came: list[int]
) -> None:
    shown: list[str] = []
    seat = SingleSeat(tmp_path, lambda: came.append(1), None, lambda text: shown.append(text))
    try:
        assert answers([callers.submit(show_link, tmp_path, "cockpit://hangzhou/drill?from=1&to=2")], qtbot) == [True]
        assert shown == ["cockpit://hangzhou/drill?from=1&to=2"]
        assert came == [1]
    finally:
        seat.close()
        seat.deleteLater()


def test_a_link_that_the_seat_can_not_show_is_refused_in_its_words(
    callers: ThreadPoolExecutor, tmp_path: Path, qtbot: QtBot
) -> None:
    why = Message("insight.link_other_city", {"city": "lujiazui", "here": {"zh": "杭州"}})
    seat = SingleSeat(tmp_path, lambda: None, None, lambda text: why)
    try:
        assert answers([callers.submit(show_link, tmp_path, "cockpit://lujiazui/drill?from=1&to=2")], qtbot) == [why]
    finally:
        seat.close()
        seat.deleteLater()


def test_a_caller_that_never_ends_its_line_is_hung_up_on(
    seat: SingleSeat, callers: ThreadPoolExecutor, tmp_path: Path, qtbot: QtBot
) -> None:
    assert answers([callers.submit(show_link, tmp_path, "x" * (3 * MOST_LINE))], qtbot) != [True]


def test_without_a_seat_no_link_is_shown(tmp_path: Path) -> None:
    assert show_link(tmp_path, "cockpit://hangzhou/drill?from=1&to=2") is False
