"""In whatever state the file and the disk are, there is a cache and one sentence."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.model.clock import ManualClock
from cockpit.model.messages import LANGUAGES, Message, texts
from cockpit.store.cache import Cache
from tests.store_rows import T0, by_place, events, rows_of


def filled(path: Path, n: int = 50) -> None:
    cache = Cache.open(path, ManualClock(), searchable=by_place)
    cache.upsert("event", events(*({"key": f"e/{i}", "place": "井盖"} for i in range(n))))
    assert cache.close()


def takes_rows(cache: Cache) -> None:
    """It can be written, read and searched."""
    cache.upsert("event", events({"key": "e/new", "place": "路面积水"}))
    cache.put_body("e/new", "{}", T0)
    assert cache.flush()
    assert "e/new" in cache.load("event")["key"]
    assert cache.search("积水") == ["e/new"]
    assert cache.body("e/new") == ("{}", T0)


def ids(messages: list[Message]) -> list[str]:
    for message in messages:
        for lang in LANGUAGES:
            assert "{" not in texts(lang)(message)
            assert texts(lang)(message) != message.id
    return [message.id for message in messages]


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\x00" + b"\xa5" * 9000])
def test_a_damaged_file_is_moved_aside_and_a_new_one_begun(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(content)
    cache = Cache.open(path, ManualClock(), searchable=by_place)
    assert ids(cache.notices) == ["store.corrupt"]
    takes_rows(cache)
    cache.close()
    aside = [p for p in tmp_path.iterdir() if ".corrupt-" in p.name]
    assert [p.read_bytes() for p in aside] == [content]
    assert cache.notices[0].params["aside"] == aside[0].name
    again = Cache.open(path, ManualClock())
    assert again.notices == []
    again.close()


def test_two_damaged_files_of_one_second_are_both_kept(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    for _ in range(2):
        path.write_bytes(b"x" * 5000)
        Cache.open(path, ManualClock(), searchable=by_place).close()
    assert len([p for p in tmp_path.iterdir() if ".corrupt-" in p.name]) == 2


def test_damage_in_the_middle_that_shows_while_running_is_mended_while_running(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    filled(path, 3000)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096 * 20)
        file.write(os.urandom(size - 4096 * 21))
    said: list[Message] = []
    told = threading.Event()

    def tell(message: Message) -> None:
        said.append(message)
        told.set()

    cache = Cache.open(path, ManualClock(), searchable=by_place, on_problem=tell)
    if not cache.notices:
        assert cache.load("event")["key"] == []
        assert told.wait(10)
        assert ids(said) == ["store.corrupt"]
    takes_rows(cache)
    cache.close()


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    filled(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    cache = Cache.open(path, ManualClock(), searchable=by_place)
    assert ids(cache.notices) == ["store.from_future"]
    assert cache.path == tmp_path / "cache.v1.db"
    takes_rows(cache)
    cache.close()
    assert path.read_bytes() == before
    again = Cache.open(path, ManualClock())
    assert again.load("event")["key"] == ["e/new"]
    again.close()


def test_a_folder_that_is_a_file_leaves_a_cache_in_memory(tmp_path: Path) -> None:
    (tmp_path / "profile").write_text("a file")
    cache = Cache.open(tmp_path / "profile" / "cache.db", ManualClock(), searchable=by_place)
    assert ids(cache.notices) == ["store.no_folder"]
    assert cache.path is None
    takes_rows(cache)
    assert cache.close()


@contextlib.contextmanager
def somebody_else() -> Iterator[None]:
    """As a user without rights, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can reach, too."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)
        os.chmod(name, 0o755)


def test_without_permission_to_write_what_is_there_is_shown_and_nothing_kept(open_folder: Path) -> None:
    path = open_folder / "cache.db"
    filled(path)
    path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    open_folder.chmod(0o555)
    before = path.read_bytes()
    with somebody_else():
        cache = Cache.open(path, ManualClock(), searchable=by_place)
    assert ids(cache.notices) == ["store.no_permission"]
    assert len(cache.load("event")["key"]) == 50
    assert len(cache.search("井盖")) == 50
    takes_rows(cache)
    assert cache.close()
    assert path.read_bytes() == before


@pytest.mark.slow
def test_a_file_locked_by_another_program_is_said_and_worked_around(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    filled(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    cache = Cache.open(path, ManualClock(), searchable=by_place)
    assert ids(cache.notices) == ["store.locked"]
    takes_rows(cache)
    assert cache.close()
    other.close()


@pytest.mark.slow
def test_a_lock_that_comes_later_makes_rows_wait_and_goes_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    said: list[Message] = []
    cache = Cache.open(path, ManualClock(), searchable=by_place, on_problem=said.append)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    cache.upsert("unit", rows_of("unit", ["a"]))
    cache.put_body("a", "{}", T0)
    assert cache.flush(2.0) is False
    assert cache.body("a") == ("{}", T0)
    other.execute("COMMIT")
    other.close()
    assert cache.flush()
    assert cache.load("unit")["key"] == ["a"]
    assert ids(said) == ["store.locked", "store.writing_again"]
    cache.close()


class Disk:
    """A disk that can be full: a tmpfs where we may mount one, else a limit on the size of files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        mount = ["mount", "-t", "tmpfs", "-o", "size=1500k", "none", str(folder)]
        self.mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """There is space again before the test ends: the limit holds for what pytest itself writes as well."""
        if not self.mounted:
            soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
            try:
                yield
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            return
        ballast = self.folder / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)
        try:
            yield
        finally:
            ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path)
    yield disk
    if disk.mounted:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.slow
def test_on_a_full_disk_rows_wait_and_are_written_when_there_is_space(disk: Disk) -> None:
    said: list[Message] = []
    cache = Cache.open(disk.folder / "cache.db", ManualClock(), searchable=by_place, on_problem=said.append)
    cache.upsert("event", events({"key": "e/before"}))
    assert cache.flush()
    with disk.full():
        for i in range(3):
            cache.upsert("event", events(*({"key": f"e/{i}-{n}", "place": "井盖"} for n in range(300))))
            cache.flush(0.3)
        assert len(said) == 1
        assert ids(said)[0] in ("store.disk_full", "store.disk_error")
        assert cache.load("event")["key"] == ["e/before"]
        assert cache.counts["waiting"] == 900
    assert cache.flush()
    assert len(cache.load("event")["key"]) == 901
    assert ids(said)[1:] == ["store.writing_again"]
    assert cache.close()


def test_a_disk_that_is_full_at_the_start_leaves_a_cache_in_memory(disk: Disk) -> None:
    said: list[Message] = []
    with disk.full():
        cache = Cache.open(disk.folder / "cache.db", ManualClock(), searchable=by_place, on_problem=said.append)
        assert ids(cache.notices)[0] in ("store.disk_full", "store.disk_error", "store.no_permission")
        takes_rows(cache)
        assert cache.close()


CHILD = """
import sys
from pathlib import Path
from cockpit.model.clock import SystemClock
from cockpit.store.cache import Cache
from tests.store_rows import by_place, rows_of
cache = Cache.open(Path(sys.argv[1]), SystemClock(), searchable=by_place)
for i in range(100_000):
    cache.upsert("event", rows_of("event", [f"e/{i}-{n}" for n in range(100)], place="井盖"))
    if i % 3 == 0:
        cache.flush()
        print(i, flush=True)
"""


@pytest.mark.slow
def test_what_was_flushed_outlives_a_kill_and_the_file_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    for lines in (2, 5, 9):
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
        ) as child:
            assert child.stdout is not None
            last = [int(child.stdout.readline()) for _ in range(lines)][-1]
            child.send_signal(signal.SIGKILL)
        cache = Cache.open(path, ManualClock(), searchable=by_place)
        assert cache.notices == []
        keys = set(cache.load("event")["key"]) - {"e/new"}
        assert {f"e/{i}-{n}" for i in range(last + 1) for n in range(100)} <= keys
        assert len(cache.search("井盖", limit=10**6)) == len(keys)
        takes_rows(cache)
        cache.close()
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.execute("INSERT INTO event_search (event_search) VALUES ('integrity-check')")
        connection.close()
