"""A profile that is encrypted: what of it, how a plain one is taken over, how it is wiped.

Encrypted is all that can name a person or say what one wrote: every SQLite file of a city (picture and bodies, ledger,
outbox, calls and letters, archive, signs) and the evidence pictures. What stays readable: window places, theme and
language, the base map, logs of the program, the keys by which the hub knows the machine.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from cockpit.model.errors import OutsideError
from cockpit.processes import writing_to
from cockpit.store.cipher import PAGE, is_plain, plain_connect, raw_of
from cockpit.store.disk import sync
from cockpit.store.files import is_damage
from cockpit.store.shred import shred, shred_tree
from cockpit.store.vault import Vault, destroy, is_sealed

PICTURES = "pictures"
BOOK_COPY = "ldap.copy"
OUTBOX = "outbox.db"
_SEALING, _PLAIN = ".sealing", ".plain"
_LOGS = ("-wal", "-shm", "-journal")
_STAY = ("joined", "prefs.json", "city.json", "seat.lock", "logs", "hub")
"""What a wipe leaves in the profile's folder: by what the hub knows the machine, how its window looks, what the program
reported; and a hub that has its profile in it, whose files are its own."""


def take_over(vault: Vault) -> int:
    """Encrypts what of the profile is not yet; what was readable is overwritten and removed.

    It may be cut at any point: what is done stays so, and the next call goes on. Nobody else may have the files open.

    Returns:
        Files that were encrypted.

    Raises:
        OutsideError: the disk refused, or a file can not be read; nothing of that one was lost.
    """
    count = 0
    with writing_to(vault.profile):
        for folder in _folders(vault.profile):
            _tidy(folder)
            for path in sorted(folder.glob("*.corrupt-*")):  # set aside because it was damaged: it is not rewritten
                if not path.name.endswith(_LOGS):
                    _shred_if_plain(path)
            for path in sorted(folder.glob("*.db")):
                if is_plain(path):
                    _encrypt(path, vault)
                    count += 1
            count += _seal_pictures(folder / PICTURES, vault)
        for beside in vault.profile.glob(BOOK_COPY):
            shred(beside)
    return count


def wipe(profile: Path, leave: bool = False) -> list[Path]:
    """Ends the key first, then overwrites and removes all that the profile holds of cities.

    Args:
        leave: what the hub gave the machine to come in with goes, too.

    Returns:
        Files that could not be removed (without the key nobody can read them where they were encrypted).

    Raises:
        OutsideError: not even the key could be removed.
    """
    destroy(profile)
    return shred_tree(profile, keep=tuple(name for name in _STAY if not (leave and name == "joined")))


def size_of(folder: Path) -> int:
    """Bytes that a folder holds, in all its files."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _folders(profile: Path) -> Iterator[Path]:
    """Folders of cities: those that hold a file of a seat."""
    for path in sorted(profile.iterdir()) if profile.is_dir() else ():
        if path.is_dir() and not path.is_symlink() and path.name not in (*_STAY, "hub"):
            yield path


def _encrypt(path: Path, vault: Vault) -> None:
    """Writes the file anew, encrypted, and puts it in the place of the plain one in one step."""
    fresh = path.with_name(path.name + _SEALING)
    try:
        db = plain_connect(path, isolation_level=None, timeout=10)
        try:
            db.execute("PRAGMA journal_mode = DELETE").fetchone()  # what the log has is in the file
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            os.close(os.open(fresh, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            db.execute("ATTACH DATABASE ? AS sealed KEY ?", (str(fresh), raw_of(vault.key)))
            db.execute(f"PRAGMA sealed.cipher_page_size = {PAGE}")
            db.execute("SELECT sqlcipher_export('sealed')").fetchall()
            db.execute(f"PRAGMA sealed.user_version = {version}")
            db.execute("DETACH DATABASE sealed")
        finally:
            db.close()
        check = vault.connect(fresh, isolation_level=None)
        try:
            if check.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("quick_check")
        finally:
            check.close()
    except sqlite3.Error as error:
        shred(fresh)
        if is_damage(error) and path.name != OUTBOX:  # a copy that is of no use: the hub has the original
            shred(path)
            return
        raise OutsideError("secure.not_taken_over", file=str(path), why=str(error)) from error
    _replace(path, fresh)
    for log in _LOGS:
        shred(path.with_name(path.name + log))


def _replace(path: Path, fresh: Path) -> None:
    """Puts a file in the place of another, which is overwritten."""
    old = path.with_name(path.name + _PLAIN)
    sync(fresh)
    os.link(path, old)
    os.replace(fresh, path)
    sync(path.parent)
    shred(old)


def _tidy(folder: Path) -> None:
    """What a take-over left that was cut."""
    for path in sorted(folder.iterdir()):
        if path.name.endswith(_SEALING):
            shred(path)
        elif path.name.endswith(_PLAIN):
            _settle(path)


def _settle(old: Path) -> None:
    """A take-over was cut: the plain file goes where the encrypted one is in its place."""
    path = old.with_name(old.name.removesuffix(_PLAIN))
    if not path.exists():
        os.replace(old, path)
    elif os.path.samefile(old, path):
        old.unlink()
    else:
        shred(old)


def _shred_if_plain(path: Path) -> None:
    if path.is_file() and is_plain(path):
        shred(path)
        for log in _LOGS:
            shred(path.with_name(path.name + log))


def _seal_pictures(folder: Path, vault: Vault) -> int:
    if not folder.is_dir():
        return 0
    _tidy(folder)
    count = 0
    for path in sorted(folder.iterdir()):
        if path.is_file() and not is_sealed(path):
            fresh = path.with_name(path.name + _SEALING)
            fresh.write_bytes(vault.seal(path.read_bytes(), path.name))
            _replace(path, fresh)
            count += 1
    return count
