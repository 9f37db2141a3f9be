"""The crash file of a profile: what nobody caught is written, and the next start says where."""

from __future__ import annotations

import faulthandler
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.model.clock import ManualClock
from cockpit.model.messages import LANGUAGES, Message, texts
from cockpit.ui.crash import MOST, CrashLog

Open = Callable[..., CrashLog]
_DIES = """
import faulthandler, resource, sys
from pathlib import Path
from cockpit.model.clock import SystemClock
from cockpit.ui.crash import CrashLog
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
log = CrashLog(Path(sys.argv[1]), SystemClock())
faulthandler._sigsegv()
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Open]:
    """Starts a crash log of one profile; what runs at the end is closed."""
    made: list[CrashLog] = []
    before = faulthandler.is_enabled()

    def starts(**given: str) -> CrashLog:
        made.append(CrashLog(tmp_path, ManualClock(1), **given))
        return made[-1]

    yield starts
    for log in made:
        log.close()
    if before:
        faulthandler.enable()


def file_of(profile: Path, name: str = "crash") -> Path:
    return profile / "logs" / f"{name}.txt"


def test_a_run_that_ends_well_leaves_nothing_to_say(start: Open, tmp_path: Path) -> None:
    start().close()
    assert start().last is None
    assert list((tmp_path / "logs").iterdir()) == [file_of(tmp_path)]


@pytest.mark.system
def test_a_process_that_dies_of_a_fault_is_reported_at_the_next_start(start: Open, tmp_path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", _DIES, str(tmp_path)], stderr=subprocess.PIPE, timeout=60)
    assert died.returncode == -11
    log = start()
    assert log.last == tmp_path / "logs" / "crash-last.txt"
    assert "Segmentation fault" in log.last.read_text("utf-8")
    for lang in LANGUAGES:
        assert "crash-last.txt" in texts(lang)(Message("ui.crashed_before", {"file": str(log.last)}))
    log.close()
    assert start().last is None, "it is said once"


def test_each_report_has_a_number_and_names_its_panel(start: Open, tmp_path: Path) -> None:
    log = start()
    assert [log.report(ValueError("a"), "queue"), log.report(KeyError("b"), "map")] == ["E-0001", "E-0002"]
    written = file_of(tmp_path).read_text("utf-8")
    assert "E-0001 queue\n" in written
    assert "ValueError: a" in written
    assert "E-0002 map\n" in written
    log.close()
    assert start().last is not None, "what was reported is shown at the next start"


def test_an_exception_that_nobody_caught_is_written_and_said_in_one_line(
    start: Open, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    log = start()
    log.install(said.append)
    try:
        raise LookupError("no such row")
    except LookupError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert said == ["LookupError: no such row"]
    assert "no such row" in capsys.readouterr().err, "the terminal is told too"
    assert "test_ui_crash.py" in file_of(tmp_path).read_text("utf-8"), "with where it came from"


def test_what_nobody_caught_in_a_thread_is_written_and_nothing_is_shown_from_there(
    start: Open, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    start().install(said.append)

    def falls() -> None:
        raise RuntimeError("fell")

    thread = threading.Thread(target=falls, name="seat-work")
    thread.start()
    thread.join()
    written = file_of(tmp_path).read_text("utf-8")
    assert "thread seat-work" in written
    assert "RuntimeError: fell" in written
    assert said == []
    assert "RuntimeError: fell" in capsys.readouterr().err


def test_closing_gives_the_hooks_back(start: Open) -> None:
    hooks = (sys.excepthook, threading.excepthook)
    log = start()
    log.install(lambda what: None)
    assert sys.excepthook is not hooks[0]
    log.close()
    assert (sys.excepthook, threading.excepthook) == hooks


def test_an_error_of_every_frame_does_not_fill_the_disk(start: Open, tmp_path: Path) -> None:
    log = start()
    log.note("the same")
    size = file_of(tmp_path).stat().st_size
    for _ in range(1000):
        log.note("the same")
    assert file_of(tmp_path).stat().st_size == size
    for n in range(3 * MOST):
        log.note(f"another {n}")
    written = file_of(tmp_path).read_text("utf-8")
    assert f"another {MOST - 2}" in written
    assert f"another {MOST + 1}" not in written


def test_a_shot_beside_the_running_seat_does_not_touch_its_report(start: Open, tmp_path: Path) -> None:
    seat = start()
    seat.note("something")
    start(name="shot").close()
    assert "something" in file_of(tmp_path).read_text("utf-8")
    seat.note("more")
    assert "more" in file_of(tmp_path).read_text("utf-8")


def test_a_profile_that_can_not_be_written_costs_the_report_and_no_start(start: Open, tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be", "utf-8")
    log = start()
    assert log.last is None
    assert log.report(ValueError("a"), "queue") == "E-0001"
