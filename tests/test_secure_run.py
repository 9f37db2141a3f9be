"""`cockpit run --seat leader` on a laptop that joined: a real process, a real hub, a profile that nobody else reads."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.processes import cockpit_command
from cockpit.store.cipher import is_plain
from cockpit.store.vault import FILE
from tests.living_hub import CITY, LivingHub
from tests.secure_kit import PHRASE, holds, needs_sqlcipher
from tests.sync_kit import a_laptop, open_hall

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(300), needs_sqlcipher]
STORES = {"archive.db", "cache.db", "ledger.db", "outbox.db", "signs.db"}


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[LivingHub]:
    with open_hall(tmp_path / "hub") as hub:
        yield hub


def run(folder: Path, phrase: str, after: int) -> subprocess.CompletedProcess[str]:
    file = folder / "phrase"
    file.write_text(phrase, "utf-8")
    file.chmod(0o600)
    (folder / "run").mkdir(mode=0o700, exist_ok=True)
    environment = os.environ | {
        "COCKPIT_PASSPHRASE_FILE": str(file),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "LANG": "zh_CN.UTF-8",
    }
    command = cockpit_command(
        *("run", "--seat", "leader", "--profile", str(folder / "leader"), "--shot", str(folder / "shot.png")),
        *("--json", "--after", str(after)),
    )
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)


def test_a_joined_laptop_opens_encrypted_by_a_file_and_by_no_other_passphrase(hall: LivingHub, tmp_path: Path) -> None:
    a_laptop(hall, tmp_path / "leader")
    for after in (8, 40):  # a machine that is busy with other things gets a second chance
        done = run(tmp_path, PHRASE, after)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["seat"] == "leader"
        assert (tmp_path / "shot.png").exists()
        files = list((tmp_path / "leader" / CITY).glob("*.db"))
        if not (lacking := STORES - {path.name for path in files}):
            break
    assert not lacking
    assert [path for path in files if is_plain(path)] == []
    assert holds(tmp_path / "leader", PHRASE) == []
    assert holds(tmp_path / "leader" / CITY, "CREATE TABLE") == []
    key = (tmp_path / "leader" / FILE).read_bytes()
    hall.stop()
    again = run(tmp_path, "quite another one", 5)
    assert again.returncode == 2
    assert again.stderr.strip().splitlines() == ["口令不对，请再试一次。"]
    assert (tmp_path / "leader" / FILE).read_bytes() == key
    assert run(tmp_path, PHRASE, 1).returncode == 0  # without its hall, within its days
