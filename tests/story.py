"""Real processes of the story, and what can be seen of them from outside: their tree, their cache, what they say."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil

from cockpit.bus.where import WhereHub
from cockpit.model.clock import SystemClock
from cockpit.model.messages import texts
from cockpit.packs.read import read_pack
from cockpit.processes import cockpit_command
from cockpit.seat import Seat
from tests import leaks

PATIENCE = 60.0
"""Seconds that anything is waited for: a busy machine is no failure."""
EVENING = ("--start", "2026-07-14T17:42:00+08:00", "--past", "0")
GATEWAY = ("cockpit", "gateway")
EVERY_CHILD = (("cockpit", "hub"), ("nats-server",), ("cockpit", "city", "serve"))

_clock = SystemClock()
_T = TypeVar("_T")


def until(look: Callable[[], _T], what: str, seconds: float = PATIENCE, besides: Callable[[], object] = str) -> _T:
    """What `look` gives once it is true.

    Args:
        what: is waited for.
        besides: what else to show when it did not come.
    """
    end = _clock.mono() + seconds
    while not (found := look()):
        assert _clock.mono() < end, f"not after {seconds:g} s: {what}; last seen: {found!r} {besides()}"
        threading.Event().wait(0.05)
    return found


@contextmanager
def a_home() -> Iterator[Path]:
    """A home of its own with profiles and sockets; short, because the path of a socket has 108 bytes."""
    base = Path(tempfile.mkdtemp(prefix="ck-"))
    (base / "run").mkdir(mode=0o700)
    try:
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of the person or machine that runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COCKPIT_")}
    return {
        **kept,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "QT_QPA_PLATFORM": "offscreen",
        "COCKPIT_LANG": "zh",
        **more,
    }


class Program:
    """One `cockpit …` as a process; a context manager that ends it as closing its window does.

    Attributes:
        process: the process.
        out, err: files with what it says.
    """

    def __init__(self, home: Path, *arguments: str | Path, command: list[str] | None = None, **more: str) -> None:
        """
        Args:
            command: another command line than that of the shipped program.
            more: variables of its environment.
        """
        said = Path(tempfile.mkdtemp(prefix="said-", dir=home))
        self.out, self.err = said / "out", said / "err"
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                [*(command or cockpit_command()), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=environment(home, **more),
                start_new_session=True,  # as the group that a terminal sends Ctrl+C to
            )

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> int:
        """Asks it to end, as the end of a session does; its exit code."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def interrupt(self) -> int:
        """Ctrl+C in its terminal, which all of the tree hears; its exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.wait()

    def wait(self, seconds: float = PATIENCE) -> int:
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"does not end: {self.process.args}") from None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def answer(self) -> dict[str, Any]:
        """The line of JSON that it prints, as soon as it is there."""

        def line() -> str:
            assert self.process.poll() in (None, 0), self.err.read_text("utf-8")
            text = self.out.read_text("utf-8")
            return text if text.endswith("\n") else ""

        answer: dict[str, Any] = json.loads(until(line, f"a line of {self.process.args}"))
        return answer

    def tree(self) -> list[psutil.Process]:
        """Its living descendants."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def child(self, words: tuple[str, ...]) -> psutil.Process | None:
        """The living descendant whose command line has all of these words (a program by its name)."""
        for process in self.tree():
            with suppress(psutil.Error):
                names = [part.rpartition("/")[2] for part in process.cmdline()]
                if set(words) <= set(names) and process.status() != psutil.STATUS_ZOMBIE:
                    return process
        return None

    def await_child(self, words: tuple[str, ...], other_than: psutil.Process | None = None) -> psutil.Process:
        def look() -> psutil.Process | None:
            assert self.process.poll() is None, self.err.read_text("utf-8")
            found = self.child(words)
            return None if found == other_than else found

        found = until(look, f"a child {' '.join(words)}")
        assert found is not None
        return found

    def children(self) -> list[psutil.Process]:
        """Hub, bus and city, once all three are there."""
        return [self.await_child(words) for words in EVERY_CHILD]

    def keep(self) -> None:
        """Lets it, and what it started so far, live longer than the test."""
        leaks.kept_processes.update({self.process.pid, *(process.pid for process in self.tree())})


def run(home: Path, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A `cockpit …` that ends by itself."""
    return subprocess.run(
        [*cockpit_command(), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=environment(home, **more),
        timeout=PATIENCE,
        check=False,
    )


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence in which a program refused what it was given."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].endswith(("。", "？")), lines[0]
    return lines[0]


@contextmanager
def standing_city(home: Path, city: str = "lujiazui") -> Iterator[str]:
    """Address of a city's platform that stands by itself, for the tests of a module."""
    with Program(home, "city", "serve", "--port", "0", "--city", city, *EVENING) as program:
        url = str(program.answer()["url"])
        program.keep()
        yield url


@contextmanager
def standing_hub(profile: Path, home: Path, platform: str) -> Iterator[Program]:
    """A hub that stands by itself, for the tests of a module."""
    with Program(home, "hub", "--profile", profile, "--city", platform, "--port", "0") as program:
        program.answer()
        program.await_child(GATEWAY)  # it comes a moment later, and is kept too
        program.keep()
        yield program


def all_gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=PATIENCE)[1]


class Kept:
    """What a seat has written into its cache so far, read from outside."""

    def __init__(self, profile: Path, city: str = "hangzhou") -> None:
        self.file = profile / city / "cache.db"

    def feeds(self) -> dict[str, int]:
        """When each feed last spoke (wall clock, UTC us); 0 for one that never did."""
        return dict(self._rows("SELECT key, received FROM feed"))

    def events(self) -> dict[str, tuple[int, int, int]]:
        """(occurred, updated, received) of every event in the picture."""
        rows = self._rows("SELECT key, occurred, updated, received FROM event WHERE gone = 0")
        return {key: (occurred, updated, received) for key, occurred, updated, received in rows}

    def refused(self) -> set[str]:
        """Feeds whose source takes no connection."""
        return {row[0] for row in self._rows("SELECT key FROM feed WHERE problem = 'feeds.refused'")}

    def all_spoke(self) -> bool:
        """Whether every feed has brought something."""
        feeds = self.feeds()
        return bool(feeds) and all(feeds.values())

    def hears(self, feed: str, since: int) -> bool:
        """Whether the feed has spoken after `since` and the seat knows it: then all between them runs."""
        return self.feeds().get(feed, 0) > since

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with suppress(sqlite3.Error):
            connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=5)
            try:
                return connection.execute(query).fetchall()
            finally:
                connection.close()
        return []


class OpenSeat:
    """A seat in this process, ticked while something is waited for.

    Attributes:
        seat: the seat.
    """

    def __init__(self, profile: Path, pack: str, where: WhereHub) -> None:
        self.seat = Seat(profile, read_pack(pack), where, _clock, lambda: None)

    def until(self, look: Callable[[Seat], _T], what: str, seconds: float = PATIENCE) -> _T:
        def ticked() -> _T:
            self.seat.tick()
            return look(self.seat)

        return until(ticked, what, seconds, self._facts)

    def _facts(self) -> object:
        return self.seat.link, self.seat.cases.outbox()[-3:], [case.orders for case in self.seat.cases.all_open()[-3:]]

    def until_said(self, words: str) -> None:
        """Waits for a sentence about the hub with these words."""
        self.until(lambda _: words in self.problem(), f"{words} is said")

    def problem(self) -> str:
        """The sentence about the hub."""
        return texts("zh")(self.seat.link.problem) if self.seat.link.problem else ""


@contextmanager
def open_seat(profile: Path, where: WhereHub, pack: str = "hangzhou") -> Iterator[OpenSeat]:
    opened = OpenSeat(profile, pack, where)
    opened.seat.open_cache()
    opened.seat.start()
    try:
        yield opened
    finally:
        opened.seat.close()
