"""`cockpit secure …` and `cockpit seats …` on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.cli import main
from cockpit.model.clock import SystemClock
from cockpit.processes import take_lock
from cockpit.store import vault as keys
from tests.living_hub import LivingHub
from tests.secure_kit import PHRASE, needs_sqlcipher, no_keyring, quick_keys
from tests.sync_kit import a_code, open_hall

pytestmark = [needs_sqlcipher, pytest.mark.usefixtures("quick_keys", "no_keyring")]
__all__ = ["no_keyring", "quick_keys"]


def phrase(folder: Path, name: str, words: str) -> str:
    file = folder / name
    file.write_text(words, "utf-8")
    file.chmod(0o600)
    return str(file)


def test_a_readable_profile_gets_a_passphrase_and_then_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "leader"
    (profile / "hangzhou").mkdir(parents=True)
    old, new = phrase(tmp_path, "old", PHRASE), phrase(tmp_path, "new", "quite another one")
    assert main(["secure", "status", "--profile", str(profile)]) == 0
    assert main(["secure", "passphrase", "--profile", str(profile), "--passphrase-file", old, "--new-file", new]) == 0
    assert keys.by_passphrase(profile, "quite another one")
    assert main(["secure", "status", "--profile", str(profile)]) == 0
    assert PHRASE not in capsys.readouterr().out
    assert main(["secure", "passphrase", "--profile", str(profile), "--passphrase-file", old, "--new-file", old]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_without_a_terminal_a_passphrase_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "leader").mkdir()
    assert main(["secure", "passphrase", "--profile", str(tmp_path / "leader")]) == 2
    assert "--passphrase-file" in capsys.readouterr().err


def test_a_wipe_wants_to_be_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = tmp_path / "leader"
    keys.create(profile, PHRASE)
    assert main(["secure", "wipe", "--profile", str(profile)]) == 2
    assert "--yes" in capsys.readouterr().err
    lock = take_lock(profile / "seat.lock", SystemClock())
    assert lock is not None
    assert main(["secure", "wipe", "--profile", str(profile), "--yes"]) == 2  # a seat has it open
    lock.release()
    assert main(["secure", "wipe", "--profile", str(profile), "--yes"]) == 0
    assert not keys.is_encrypted(profile)
    assert main(["secure", "wipe", "--profile", str(tmp_path / "none"), "--yes"]) == 2


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[LivingHub]:
    with open_hall(tmp_path / "hub", days=0) as hub:
        yield hub


@pytest.mark.system
@pytest.mark.slow
def test_a_laptop_is_let_in_listed_wiped_and_revoked_from_a_shell(
    hall: LivingHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at_hub = ["--profile", str(hall.profile)]
    assert main(["seats", "list", *at_hub]) == 0
    assert main(["seats", "code", "chen", *at_hub]) == 0
    assert "cockpit seats join" in capsys.readouterr().out
    made = a_code(hall, "chen")
    assert main(["seats", "join", made.host, made.code, "--profile", str(tmp_path / "leader")]) == 0
    assert "chen" in capsys.readouterr().out
    assert main(["seats", "list", *at_hub]) == 0
    assert "chen" in capsys.readouterr().out
    assert main(["seats", "wipe", "chen", *at_hub]) == 0
    assert main(["seats", "revoke", "chen", *at_hub]) == 0
    capsys.readouterr()
    assert main(["seats", "log", *at_hub]) == 0
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == 5  # two codes, joined, wipe, revoked
    assert main(["seats", "wipe", "chen", *at_hub]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
