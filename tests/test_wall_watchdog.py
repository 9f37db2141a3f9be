"""The process that draws a wall is there again at once, however it ends; what was seen of its end is kept."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from cockpit.heartbeat import BEAT_ENV, RESTART_CODE, Heartbeat
from cockpit.model.clock import SystemClock
from cockpit.model.messages import Message
from cockpit.processes import lives
from cockpit.wall.crashes import FOLDER, LOG, MOST_LOG, MOST_REPORTS, keep_report, log_of_child
from cockpit.wall.watchdog import Patience, Watchdog

pytestmark = pytest.mark.system

CLOCK = SystemClock()
PATIENCE = 60.0
TRIES = 8  # one that the machine's other work does not hold up is enough
CHILD = """
import faulthandler, json, os, signal, sys, time
from pathlib import Path
from cockpit.processes import die_with_parent
from cockpit.heartbeat import Heartbeat
die_with_parent()
folder = Path(sys.argv[1])
crash = open(folder / "wall.txt", "w")
faulthandler.enable(crash)
heart = Heartbeat()
(folder / "pids").open("a").write(f"{os.getpid()}\\n")
print("words of the child", flush=True)
while True:
    if (folder / "code").exists():
        code = int((folder / "code").read_text())
        (folder / "code").unlink()
        sys.exit(code)
    if (folder / "hang").exists():
        (folder / "hang").unlink()
        while True:
            time.sleep(1)
    heart.beat()
    time.sleep(0.02)
"""


class Quiet:
    """Nothing beside the child; counts."""

    def __init__(self) -> None:
        self.beats = 0
        self.closed = False

    def beat(self) -> None:
        self.beats += 1

    def second(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


class Dog:
    """A watchdog on a thread of its own."""

    def __init__(self, folder: Path, patience: Patience) -> None:
        self.folder = folder
        self.beside = Quiet()
        self.said: list[Message] = []
        self.code: list[int] = []
        (folder / "child.py").write_text(CHILD)
        command = [sys.executable, str(folder / "child.py"), str(folder)]
        self.dog = Watchdog(lambda: command, folder, CLOCK, self.beside, patience, self.said.append)
        self.thread = threading.Thread(target=lambda: self.code.append(self.dog.run()), name="dog")

    @property
    def pids(self) -> list[int]:
        try:
            return [int(line) for line in (self.folder / "pids").read_text().splitlines()]
        except OSError:
            return []

    def until(self, condition: object, what: str) -> None:
        end = CLOCK.mono() + PATIENCE
        while not condition():  # type: ignore[operator]
            assert CLOCK.mono() < end, f"not in time: {what}; {self.pids} {self.said}"
            self.thread.join(0.02)

    def until_started(self, n: int) -> int:
        self.until(lambda: len(self.pids) >= n, f"start {n}")
        before = self.beside.beats
        self.until(lambda: self.beside.beats > before, "beats")
        return self.pids[-1]

    def reports(self) -> list[str]:
        return [path.read_text() for path in sorted((self.folder / FOLDER).glob("*.txt"))]


@contextmanager
def a_dog(folder: Path, patience: Patience | None = None) -> Iterator[Dog]:
    dog = Dog(folder, patience or Patience(hang=30.0, calm=0.0))
    dog.thread.start()
    try:
        yield dog
    finally:
        dog.dog.stop()
        dog.thread.join(PATIENCE)
        assert not dog.thread.is_alive()
        assert dog.beside.closed


@pytest.fixture(autouse=True)
def _the_child_finds_the_cockpit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))


def test_a_child_that_is_killed_is_started_again_within_a_second(tmp_path: Path) -> None:
    with a_dog(tmp_path) as dog:
        took: list[float] = []
        while not took or (took[-1] >= 1.0 and len(took) < TRIES):
            starts = len(took) + 1
            child = dog.until_started(starts)
            killed = CLOCK.mono()
            os.kill(child, signal.SIGKILL)
            dog.until(lambda starts=starts: dog.dog.starts > starts, "another start")
            took.append(CLOCK.mono() - killed)
            assert dog.until_started(starts + 1) != child
        assert "signal SIGKILL" in dog.reports()[0]
        assert "words of the child" in dog.reports()[0]
        assert {message.id for message in dog.said} == {"walljoin.node_ended"}
        assert min(took) < 1.0, took
    assert not any(lives(pid) for pid in dog.pids)


def test_a_child_that_stands_still_is_ended_where_it_stands_and_started_again(tmp_path: Path) -> None:
    with a_dog(tmp_path, Patience(hang=4.0, calm=0.0)) as dog:
        first = dog.until_started(1)
        (tmp_path / "hang").touch()
        dog.until_started(2)
        assert not lives(first)
        report = dog.reports()[0]
        assert "stood still" in report
        assert "time.sleep" in report or "child.py" in report  # faulthandler says at which line
        assert dog.said[0].id == "walljoin.node_hung"


def test_a_child_that_is_stopped_by_the_system_is_replaced(tmp_path: Path) -> None:
    with a_dog(tmp_path, Patience(hang=4.0, words=0.2, calm=0.0)) as dog:
        first = dog.until_started(1)
        os.kill(first, signal.SIGSTOP)
        dog.until_started(2)
        assert not lives(first)


def test_a_child_that_never_beats_is_given_its_start_and_then_replaced(tmp_path: Path) -> None:
    (tmp_path / "hang").touch()
    with a_dog(tmp_path, Patience(hang=30.0, start=2.0, calm=0.0)) as dog:
        dog.until_started(2)
        assert "stood still" in dog.reports()[0]


def test_a_child_that_ends_in_order_ends_the_watch(tmp_path: Path) -> None:
    with a_dog(tmp_path) as dog:
        dog.until_started(1)
        (tmp_path / "code").write_text("0")
        dog.until(lambda: dog.code, "the end")
        assert dog.code == [0]
        assert dog.reports() == []


def test_a_child_that_was_asked_to_begin_anew_leaves_no_report(tmp_path: Path) -> None:
    with a_dog(tmp_path) as dog:
        dog.until_started(1)
        (tmp_path / "code").write_text(str(RESTART_CODE))
        dog.until_started(2)
        assert dog.reports() == []
        assert dog.said == []


def test_a_child_that_ends_at_once_each_time_is_started_ever_more_seldom(tmp_path: Path) -> None:
    clock = SystemClock()
    starts: list[float] = []

    def command() -> list[str]:
        starts.append(clock.mono())
        return [sys.executable, "-c", "raise SystemExit(2)"]

    dog = Watchdog(command, tmp_path, clock, Quiet(), Patience())
    thread = threading.Thread(target=dog.run, name="dog")
    thread.start()
    end = clock.mono() + PATIENCE
    while len(starts) < 4 and clock.mono() < end:
        thread.join(0.05)
    dog.stop()
    thread.join(PATIENCE)
    assert len(starts) == 4
    pauses = [later - sooner for sooner, later in pairwise(starts)]
    assert pauses[0] >= 1.0
    assert pauses[1] >= 2.0
    assert pauses[2] >= 5.0


def test_a_program_that_can_not_be_started_is_said_and_tried_again(tmp_path: Path) -> None:
    said: list[Message] = []
    tried = threading.Event()

    def command() -> list[str]:
        if len(said) > 1:
            tried.set()
        return [str(tmp_path / "nothing")]

    dog = Watchdog(command, tmp_path, CLOCK, Quiet(), Patience(calm=0.0), said.append)
    thread = threading.Thread(target=dog.run, name="dog")
    thread.start()
    assert tried.wait(PATIENCE)
    dog.stop()
    thread.join(PATIENCE)
    assert said[0].id == "walljoin.node_not_started"


def test_the_child_of_a_watchdog_that_is_killed_ends_too(tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text(CHILD)
    (tmp_path / "dog.py").write_text(
        "import sys\nfrom pathlib import Path\nfrom cockpit.model.clock import SystemClock\n"
        "from cockpit.wall.watchdog import Watchdog\nfrom tests.test_wall_watchdog import Quiet\n"
        "folder = Path(sys.argv[1])\n"
        "command = [sys.executable, str(folder / 'child.py'), str(folder)]\n"
        "Watchdog(lambda: command, folder, SystemClock(), Quiet()).run()\n"
    )
    process = subprocess.Popen([sys.executable, str(tmp_path / "dog.py"), str(tmp_path)])
    end = CLOCK.mono() + PATIENCE
    try:
        while not (tmp_path / "pids").exists() or not (tmp_path / "pids").read_text().endswith("\n"):
            assert CLOCK.mono() < end
            with_pause(process)
        child = int((tmp_path / "pids").read_text())
    finally:
        process.kill()
        process.wait()
    while lives(child) and not zombie(child):
        assert CLOCK.mono() < end, "the child goes on"
        threading.Event().wait(0.02)


def with_pause(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(0.05)
    except subprocess.TimeoutExpired:
        return
    pytest.fail("the watchdog ended")


def zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_only_the_newest_reports_are_kept_and_a_long_log_is_begun_anew(tmp_path: Path) -> None:
    for _ in range(MOST_REPORTS + 5):
        keep_report(tmp_path, 1, False, CLOCK.now(), CLOCK)
    assert len(list((tmp_path / FOLDER).glob("*.txt"))) == MOST_REPORTS
    (tmp_path / LOG).write_bytes(b"x" * (MOST_LOG + 1))
    with log_of_child(tmp_path) as log:
        assert log is not None
        log.write(b"new")
    assert (tmp_path / LOG).read_bytes() == b"new"
    assert (tmp_path / f"{LOG}.1").stat().st_size == MOST_LOG + 1


def test_a_process_that_nobody_watches_beats_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BEAT_ENV, raising=False)
    Heartbeat().beat()
    monkeypatch.setenv(BEAT_ENV, "99999")
    Heartbeat().beat()


def test_systemd_hears_that_the_wall_is_shown_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cockpit.wall.awake import Awake

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        awake = Awake(CLOCK)
        awake.second()
        awake.beat()
        awake.beat()
        awake.second()
        awake.close()
        assert [heard.recv(100) for _ in range(4)] == [b"WATCHDOG=1", b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = Path(__file__).parent.parent / "packaging" / "cockpit-wall.service"
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(unit)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "cockpit-wall" in line]) == (0, [])


def test_what_a_report_says_is_plain_text(tmp_path: Path) -> None:
    (tmp_path / "wall.txt").write_bytes(b"Current thread\n\xff\xfe")
    report = keep_report(tmp_path, -signal.SIGSEGV, False, CLOCK.now() - 10_000_000, CLOCK)
    text = report.read_text("utf-8")
    assert "signal SIGSEGV, after 1" in text
    assert "Current thread" in text
    assert json.dumps(text)
