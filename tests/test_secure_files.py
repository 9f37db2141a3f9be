"""What a leader's profile keeps can not be read without its key, and the key lies nowhere in the clear."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from cockpit.model.archive_columns import Records
from cockpit.model.clock import HOUR, SystemClock
from cockpit.model.errors import OutsideError, UserError
from cockpit.signs.history import History
from cockpit.signs.packing import Buckets
from cockpit.store import vault as keys
from cockpit.store.archive import Archive, as_rows
from cockpit.store.cache import Cache
from cockpit.store.cipher import is_plain, keyed
from cockpit.store.deskcalls import DeskCalls
from cockpit.store.ledger import LedgerCopy
from cockpit.store.outbox import Outbox
from cockpit.store.pictures import Pictures
from cockpit.store.secure import take_over, wipe
from cockpit.store.shred import shred
from cockpit.store.unlock import Needs, Unlock
from cockpit.store.vault import Vault
from tests.secure_kit import PHRASE, Ring, holds, needs_sqlcipher, no_keyring, quick_keys, ring

pytestmark = [needs_sqlcipher, pytest.mark.usefixtures("quick_keys")]
__all__ = ["no_keyring", "quick_keys", "ring"]

CLOCK = SystemClock()
NAME = "王建国住在建国路"


def furnish(folder: Path, vault: Vault | None) -> None:
    """What a leader's seat keeps of a city, each file with a person's name in it."""
    connect = vault.connect if vault is not None else sqlite3.connect
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    cache = Cache.open(folder / "cache.db", CLOCK, connect=connect)
    cache.put_body("hotline/1", f'{{"caller": "{NAME}"}}', CLOCK.now())
    cache.put_meta("note", NAME)
    assert cache.close()
    kept = threading.Event()
    outbox = Outbox.open(folder / "outbox.db", CLOCK, connect=connect)
    outbox.put("id-1", "lane", NAME.encode(), lambda problem: kept.set(), issued=CLOCK.now())
    assert kept.wait(30)
    outbox.close()
    calls = DeskCalls(folder / "calls.db", CLOCK, connect)
    assert calls.open() == []
    calls.close()
    LedgerCopy.open(folder / "ledger.db", CLOCK, connect=connect).close()
    archive = Archive.open(folder / "archive.db", CLOCK, connect)
    row = {"key": "hotline/1", "number": "杭城202607140001", "place": NAME, "reported": CLOCK.now()}
    archive.upsert(Records.of_rows(as_rows([row])))
    archive.close()
    history = History(folder / "signs.db", CLOCK, connect)
    ids = history.ids_of([f"sign@{NAME}"], [False], [1])
    ones = np.ones(1)
    history.put_slices({("hour", 0): Buckets(ids, ones, ones, ones, ones, np.ones(1, dtype=np.int64))})
    history.close()
    Pictures(folder / "pictures", vault).put("http://x/1.jpg", b"\xff\xd8" + NAME.encode())


def bodies(folder: Path, vault: Vault | None) -> object:
    cache = Cache.open(folder / "cache.db", CLOCK, connect=vault.connect if vault is not None else sqlite3.connect)
    try:
        assert cache.notices == []
        return cache.meta("note")
    finally:
        cache.close()


def refusal(call: object) -> str:
    with pytest.raises((UserError, OutsideError)) as refused:
        call()  # type: ignore[operator]
    return refused.value.message.id


def test_nothing_that_an_encrypted_profile_keeps_can_be_read_in_its_files(tmp_path: Path, no_keyring: None) -> None:
    vault = keys.create(tmp_path, PHRASE)
    furnish(tmp_path / "hangzhou", vault)
    assert len(list((tmp_path / "hangzhou").glob("*.db"))) == 6
    assert holds(tmp_path, NAME) == []
    assert holds(tmp_path, "CREATE TABLE") == []
    for path in (tmp_path / "hangzhou").glob("*.db"):
        with pytest.raises(sqlite3.DatabaseError):
            sqlite3.connect(path).execute("SELECT * FROM sqlite_master").fetchall()
    assert bodies(tmp_path / "hangzhou", keys.by_passphrase(tmp_path, PHRASE)) == NAME
    picture = Pictures(tmp_path / "hangzhou" / "pictures", vault).get("http://x/1.jpg")
    assert picture == b"\xff\xd8" + NAME.encode()


def test_the_key_lies_in_no_file_and_what_wraps_it_is_its_owners_alone(tmp_path: Path, no_keyring: None) -> None:
    vault = keys.create(tmp_path, PHRASE)
    furnish(tmp_path / "hangzhou", vault)
    for words in (vault.key.hex(), vault.key.hex().upper(), PHRASE):
        assert holds(tmp_path, words) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file() and vault.key in path.read_bytes()] == []
    assert stat.S_IMODE((tmp_path / keys.FILE).stat().st_mode) == 0o600
    assert vault.key.hex() not in repr(vault)


@pytest.mark.parametrize("wrong", ["松鼠过河 43 次", "", "松鼠过河 42 次 "])
def test_a_wrong_passphrase_is_said_in_one_sentence_and_changes_nothing(
    tmp_path: Path, no_keyring: None, wrong: str
) -> None:
    furnish(tmp_path / "hangzhou", keys.create(tmp_path, PHRASE))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert refusal(lambda: keys.by_passphrase(tmp_path, wrong)) == "secure.wrong_passphrase"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_passphrase_is_the_same_however_a_keyboard_composes_its_letters(tmp_path: Path, no_keyring: None) -> None:
    vault = keys.create(tmp_path, "Zürich Straße 7")
    assert keys.by_passphrase(tmp_path, "Zu\u0308rich Straße 7").key == vault.key


def test_after_a_change_the_new_passphrase_opens_the_same_files_and_the_old_one_does_not(
    tmp_path: Path, no_keyring: None
) -> None:
    vault = keys.create(tmp_path, PHRASE)
    furnish(tmp_path / "hangzhou", vault)
    assert refusal(lambda: keys.rewrap(vault, "short")) == "secure.short_passphrase"
    keys.rewrap(vault, "another long one")
    assert refusal(lambda: keys.by_passphrase(tmp_path, PHRASE)) == "secure.wrong_passphrase"
    assert bodies(tmp_path / "hangzhou", keys.by_passphrase(tmp_path, "another long one")) == NAME


def test_a_key_file_that_was_changed_is_said_to_be_damaged(tmp_path: Path, no_keyring: None) -> None:
    keys.create(tmp_path, PHRASE)
    (tmp_path / keys.FILE).write_text((tmp_path / keys.FILE).read_text()[:-40])
    assert refusal(lambda: keys.by_passphrase(tmp_path, PHRASE)) == "secure.damaged"


def test_the_keyring_opens_a_profile_without_a_question_and_has_only_what_wraps_the_key(
    tmp_path: Path, ring: Ring
) -> None:
    first = Unlock(tmp_path, away=True)
    assert (first.needs, first.vault is not None) == (Needs.NOTHING, True)
    assert first.vault is not None
    furnish(tmp_path / "hangzhou", first.vault)
    assert first.vault.key.hex() not in ring.kept.values()
    again = Unlock(tmp_path, away=True)
    assert again.vault is not None
    assert bodies(tmp_path / "hangzhou", again.vault) == NAME


def test_a_profile_whose_keyring_lost_the_key_can_only_be_begun_anew(tmp_path: Path, ring: Ring) -> None:
    made = Unlock(tmp_path, away=True)
    assert made.vault is not None
    furnish(tmp_path / "hangzhou", made.vault)
    ring.kept.clear()
    lost = Unlock(tmp_path, away=True)
    assert (lost.needs, lost.vault) == (Needs.LOST, None)
    lost.begin_anew()
    assert lost.vault is not None
    assert not (tmp_path / "hangzhou" / "cache.db").exists()
    assert lost.vault.key != made.vault.key


def test_a_passphrase_opens_where_the_keyring_does_as_well_once_both_were_set(tmp_path: Path, ring: Ring) -> None:
    vault = keys.create(tmp_path, PHRASE)
    keys.rewrap(vault, None, beside=True)
    found = Unlock(tmp_path, away=True)
    assert found.vault is not None
    ring.kept.clear()
    asked = Unlock(tmp_path, away=True)
    assert asked.needs is Needs.PASSPHRASE
    assert asked.type("wrong one!") is not None
    assert asked.type(PHRASE) is None
    assert asked.vault is not None
    assert asked.vault.key == vault.key


def test_a_keyring_that_keeps_nothing_is_noticed_and_a_passphrase_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "keyring", lambda: Ring(forgetful=True))
    unlock = Unlock(tmp_path, away=True)
    assert unlock.needs is Needs.NEW
    assert not keys.is_encrypted(tmp_path)


def test_the_systems_own_keyring_is_none_where_there_is_no_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring.backend
    import keyring.core

    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    assert keys.keyring() is None
    assert Unlock(tmp_path, away=True).needs is Needs.NEW


def test_a_profile_on_the_hubs_own_machine_stays_readable_unless_its_person_wants_otherwise(
    tmp_path: Path, no_keyring: None
) -> None:
    unlock = Unlock(tmp_path, away=False)
    assert (unlock.needs, unlock.vault) == (Needs.NOTHING, None)
    keys.create(tmp_path, PHRASE)
    assert Unlock(tmp_path, away=False).needs is Needs.PASSPHRASE


def test_away_from_the_hall_a_profile_without_the_extra_is_refused_and_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "installed", lambda: False)
    assert refusal(lambda: Unlock(tmp_path, away=True)) == "secure.not_installed"
    assert list(tmp_path.iterdir()) == []


def test_a_passphrase_comes_from_a_file_that_only_its_owner_reads(
    tmp_path: Path, no_keyring: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "phrase"
    file.write_text(PHRASE + "\n", "utf-8")
    file.chmod(0o644)
    assert refusal(lambda: keys.passphrase_from(file)) == "secure.file_open_to_others"
    file.chmod(0o600)
    assert keys.passphrase_from(file) == PHRASE
    monkeypatch.setenv(keys.ENVIRONMENT, str(file))
    assert keys.passphrase_from(None) == PHRASE
    unlock = Unlock(tmp_path / "profile", away=True, passphrase=PHRASE)
    assert unlock.vault is not None
    assert refusal(lambda: Unlock(tmp_path / "profile", away=True, passphrase="not that one")) == (
        "secure.wrong_passphrase"
    )


# -- taking over -------------------------------------------------------------------------------------------------------


def test_a_readable_profile_is_encrypted_with_all_that_is_in_it_and_nothing_of_it_stays_readable(
    tmp_path: Path, no_keyring: None
) -> None:
    folder = tmp_path / "hangzhou"
    furnish(folder, None)
    (folder / "cache.db.corrupt-20260714-101010").write_bytes((folder / "cache.db").read_bytes())
    (tmp_path / "ldap.copy").write_text(NAME)
    assert len(holds(tmp_path, NAME)) >= 5
    unlock = Unlock(tmp_path, away=True)
    assert unlock.needs is Needs.NEW
    assert unlock.type(PHRASE) is None
    assert unlock.encrypted_now == 7
    assert holds(tmp_path, NAME) == []
    assert not [path for path in folder.glob("*.db") if is_plain(path)]
    vault = unlock.vault
    assert vault is not None
    assert bodies(folder, vault) == NAME
    outbox = Outbox.open(folder / "outbox.db", CLOCK, connect=vault.connect)
    assert [row.data for row in outbox.rows()] == [NAME.encode()]
    assert outbox.notices == []
    outbox.close()
    archive = Archive.open(folder / "archive.db", CLOCK, vault.connect)
    assert archive.notices == []
    assert archive.load().records.rows()[0][RECORD_PLACE] == NAME
    archive.close()
    history = History(folder / "signs.db", CLOCK, vault.connect)
    assert len(history.series(f"sign@{NAME}", "hour", 0, HOUR)) == 1
    history.close()
    assert Pictures(folder / "pictures", vault).get("http://x/1.jpg") == b"\xff\xd8" + NAME.encode()
    assert take_over(vault) == 0


RECORD_PLACE = [c.name for c in __import__("cockpit.model.archive", fromlist=["RECORD"]).RECORD.columns].index("place")

_CUT = """
import os, sys
from pathlib import Path
from cockpit.store import secure
from cockpit.store.vault import by_passphrase
where, phrase, profile = sys.argv[1], sys.argv[2], Path(sys.argv[3])
kill = lambda *a, **k: os.kill(os.getpid(), 9)
if where == "exported":
    secure.os.link = kill
elif where == "linked":
    secure.os.replace = kill
elif where == "replaced":
    secure.shred = kill
secure.take_over(by_passphrase(profile, phrase))
"""


@pytest.mark.system
@pytest.mark.parametrize("where", ["exported", "linked", "replaced"])
def test_a_take_over_that_was_killed_goes_on_and_loses_nothing(tmp_path: Path, no_keyring: None, where: str) -> None:
    furnish(tmp_path / "hangzhou", None)
    vault = keys.create(tmp_path, PHRASE)
    done = subprocess.run([sys.executable, "-c", _CUT, where, PHRASE, str(tmp_path)], timeout=100, check=False)
    assert done.returncode == -signal.SIGKILL
    take_over(vault)
    assert holds(tmp_path, NAME) == []
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith((".plain", ".sealing"))]
    assert bodies(tmp_path / "hangzhou", vault) == NAME
    outbox = Outbox.open(tmp_path / "hangzhou" / "outbox.db", CLOCK, connect=vault.connect)
    assert [row.data for row in outbox.rows()] == [NAME.encode()]
    outbox.close()


_WRITES = """
import sys
from pathlib import Path
from cockpit.store.vault import by_passphrase
vault = by_passphrase(Path(sys.argv[2]), sys.argv[1])
db = vault.connect(Path(sys.argv[2]) / "a.db", isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, words TEXT)")
n = 0
while True:
    db.execute("INSERT INTO t VALUES (?, ?)", (n, sys.argv[3]))
    print(n, flush=True)
    n += 1
"""


@pytest.mark.system
def test_a_process_killed_while_it_writes_loses_no_row_that_it_acknowledged_and_leaves_nothing_readable(
    tmp_path: Path, no_keyring: None
) -> None:
    vault = keys.create(tmp_path, PHRASE)
    command = [sys.executable, "-c", _WRITES, PHRASE, str(tmp_path), NAME]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(200)]
        child.kill()
        said += child.stdout.readlines()
    assert holds(tmp_path, NAME) == []
    db = vault.connect(tmp_path / "a.db")
    acknowledged = [int(line) for line in said if line.endswith(b"\n")]
    count, words = db.execute("SELECT count(*), min(words) FROM t").fetchone()
    assert (count >= len(acknowledged), words) == (True, NAME)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


# -- the end -----------------------------------------------------------------------------------------------------------


def test_a_wipe_ends_the_key_first_and_leaves_by_what_the_hub_knows_the_machine(
    tmp_path: Path, no_keyring: None
) -> None:
    furnish(tmp_path / "hangzhou", keys.create(tmp_path, PHRASE))
    for name in ("joined/hub.json", "hub/hub.db", "secrets/sip", "prefs.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert wipe(tmp_path) == []
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["hub/hub.db", "joined/hub.json", "prefs.json"]
    wipe(tmp_path, leave=True)
    assert not (tmp_path / "joined" / "hub.json").exists()


def test_the_keyring_forgets_the_key_of_a_profile_that_is_wiped(tmp_path: Path, ring: Ring) -> None:
    Unlock(tmp_path, away=True)
    assert ring.kept
    wipe(tmp_path)
    assert not ring.kept


def test_what_is_shredded_is_overwritten_before_its_name_goes(tmp_path: Path) -> None:
    file, twin = tmp_path / "a", tmp_path / "b"
    file.write_bytes(NAME.encode() * 1000)
    fd = os.open(file, os.O_RDONLY)
    assert shred(file)
    assert os.pread(fd, 10**6, 0).strip(b"\0") == b""
    os.close(fd)
    assert not shred(file)
    twin.write_bytes(b"kept")
    file.symlink_to(twin)
    assert shred(file)
    assert twin.read_bytes() == b"kept"


def test_a_key_of_another_length_is_none() -> None:
    with pytest.raises(ValueError, match="key"):
        keyed(b"short")


def test_voices_and_the_directory_of_an_encrypted_seat_lie_in_no_file_of_its_profile(tmp_path: Path) -> None:
    from cockpit.seat.callrecords import RECORDINGS, recordings_of

    city = tmp_path / "hangzhou"
    assert recordings_of(city, encrypted=False) == city / RECORDINGS
    assert not recordings_of(city, encrypted=True).is_relative_to(tmp_path)


def test_an_encrypted_cache_whose_disk_refuses_is_read_into_memory(
    tmp_path: Path, no_keyring: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cockpit.store import files

    vault = keys.create(tmp_path, PHRASE)
    furnish(tmp_path / "hangzhou", vault)

    def refuse(path: Path, connect: object) -> sqlite3.Connection:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise error

    monkeypatch.setattr(files, "_connect", refuse)
    cache = Cache.open(tmp_path / "hangzhou" / "cache.db", CLOCK, connect=vault.connect)
    assert [notice.id for notice in cache.notices] == ["store.no_permission"]
    assert cache.meta("note") == NAME
    assert cache.close()
