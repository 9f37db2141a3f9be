"""What a person's cockpit keeps and says is theirs: files, sockets, ports."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cockpit.model.errors import OutsideError
from cockpit.paths import runtime_dir
from cockpit.processes import cockpit_command


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def no_runtime_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A desktop without XDG_RUNTIME_DIR; where the folder is to be."""
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / f"city-cockpit-{os.getuid()}"


def test_the_folder_of_sockets_is_private(no_runtime_folder: Path) -> None:
    assert runtime_dir() == no_runtime_folder
    assert mode(no_runtime_folder) == 0o700
    no_runtime_folder.chmod(0o777)
    runtime_dir()
    assert mode(no_runtime_folder) == 0o700


def test_a_folder_of_sockets_that_leads_elsewhere_is_not_taken(no_runtime_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    no_runtime_folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutsideError) as raised:
        runtime_dir()
    assert raised.value.message.id == "cli.folder_of_another"


def test_a_folder_of_sockets_that_another_user_made_is_not_taken(
    no_runtime_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_runtime_folder.mkdir()
    somebody = os.getuid() + 1
    no_runtime_folder.rename(no_runtime_folder.with_name(f"city-cockpit-{somebody}"))
    monkeypatch.setattr(os, "getuid", lambda: somebody)
    with pytest.raises(OutsideError):
        runtime_dir()


def test_the_runtime_folder_of_another_user_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As it is left in the environment by su and sudo, whose root could write there."""
    theirs = Path(os.environ["XDG_RUNTIME_DIR"])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(os, "getuid", lambda: theirs.stat().st_uid + 1)
    with pytest.raises(OutsideError):  # the folder it makes instead is not that invented user's either
        runtime_dir()
    assert not [*theirs.iterdir()]


def wait_for(condition: Callable[[], object], child: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert child.poll() is None, "it ended too early"
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.system
def test_a_living_seat_listens_on_loopback_only_and_writes_for_its_owner_only(tmp_path: Path) -> None:
    pytest.importorskip("PySide6")
    profile = tmp_path / "seen by all"
    profile.mkdir(mode=0o755)
    seat = subprocess.Popen(
        cockpit_command("run", "--profile", str(profile)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )

    def listening() -> set[tuple[int, str]]:
        """Process and address."""
        found = set()
        for process in psutil.Process(seat.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it ended meanwhile
                for connection in process.net_connections("inet"):
                    if connection.status == psutil.CONN_LISTEN:
                        found.add((process.pid, connection.laddr.ip))
        return found

    def databases() -> set[str]:
        return {path.name for path in profile.rglob("*.db")}

    kept = {"cache.db", "hub.db", "ledger.db", "texts.db", "outbox.db", "register.db"}
    wait_for(lambda: len(listening()) == 3 and databases() >= kept, seat)  # the city, the bus and the gateway
    addresses = {address for _, address in listening()}
    seat.terminate()
    said = seat.communicate(timeout=60)[1]
    assert seat.returncode == 0, said
    assert addresses == {"127.0.0.1"}
    for path in profile.rglob("*"):
        assert not mode(path) & 0o077, path
    runtime = Path(os.environ["XDG_RUNTIME_DIR"]) / "city-cockpit"
    assert not [*runtime.glob("hub-*.json")]  # a note of a hub goes with it
