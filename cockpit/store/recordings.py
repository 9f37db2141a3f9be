"""Sounds under their SHA-256 (recordings, voice letters): they come in parts, and leave when their time is over."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from cockpit.model.errors import OutsideError, UserError
from cockpit.store.disk import disk, sync
from cockpit.store.sha import by_sha
from cockpit.store.sounds import HEAD, type_of

UNWRITABLE = "store.sound_unwritable"
RECORDINGS, VOICES = "recordings", "voices"
"""Folders below what a hub keeps of a city."""
MOST_RECORDING = 240_000_000
"""Bytes: two hours of WAV, 16 kHz mono."""
MOST_VOICE = 2_000_000
PART = 500_000
"""Bytes of one message on the bus."""


class Sounds:
    """A folder of sounds. One process writes, any may read. Slow: never on an event loop.

    Attributes:
        folder: where they lie: `<first two digits>/<SHA-256>`, what has come in part beside with `.part`.
    """

    def __init__(self, folder: Path, most: int = MOST_RECORDING) -> None:
        """
        Args:
            most: bytes of one sound.
        """
        self.folder = folder
        self._most = most

    def path(self, sha: str) -> Path:
        """Where a sound lies, whether it is there or not.

        Raises:
            UserError: that is no SHA-256.
        """
        return by_sha(self.folder, sha)

    def has(self, sha: str) -> bool:
        return self.path(sha).is_file()

    def read(self, sha: str, at: int = 0, most: int = PART) -> tuple[bytes, int, str]:
        """Bytes from `at` on, how many there are in all, and of which type.

        Raises:
            OutsideError: it is not there (any more), or can not be read.
        """
        try:
            with open(self.path(sha), "rb") as file:
                kind = type_of(file.read(HEAD))
                size = file.seek(0, os.SEEK_END)
                file.seek(min(max(at, 0), size))
                return file.read(most), size, kind
        except FileNotFoundError:
            raise OutsideError("store.no_sound") from None
        except OSError as error:
            raise OutsideError("store.sound_unreadable", why=error.strerror or str(error)) from error

    def put(self, sha: str, size: int, at: int, data: bytes) -> int:
        """Adds a part; how many bytes there are now. One that does not begin where the last ended is not taken.

        Raises:
            UserError: it is too large, no sound, or not the one that it says it is: all of it is forgotten.
            OutsideError: the disk refused.
        """
        whole = self.path(sha)
        if not 0 < size <= self._most:
            raise UserError("store.sound_too_large", most=self._most // 1_000_000)
        part = whole.with_name(whole.name + ".part")
        with disk(self.folder, UNWRITABLE):
            if whole.is_file():
                return size
            part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as file:
                have = file.seek(0, os.SEEK_END)
                if at != have or not data:
                    return have
                if have + len(data) > size:
                    part.unlink()
                    raise UserError("store.sound_other_bytes")
                try:
                    file.write(data)
                    file.flush()
                except OSError:
                    with contextlib.suppress(OSError):
                        file.truncate(have)
                    raise
                if have + len(data) < size:
                    return have + len(data)
                os.fsync(file.fileno())
                self._judge(file.fileno(), part, sha)
            os.replace(part, whole)
            sync(whole.parent)
        return size

    def _judge(self, fd: int, part: Path, sha: str) -> None:
        with os.fdopen(os.dup(fd), "rb") as file:
            file.seek(0)
            head = file.read(HEAD)
            file.seek(0)
            same = hashlib.file_digest(file, "sha256").hexdigest() == sha
        if not same or not type_of(head):
            part.unlink()
            raise UserError("store.sound_other_bytes" if not same else "store.no_such_sound")

    def remove(self, sha: str) -> None:
        """Forgets a sound.

        Raises:
            OutsideError: the disk refused.
        """
        with disk(self.folder, UNWRITABLE):
            self.path(sha).unlink(missing_ok=True)

    def sweep(self, before: float) -> None:
        """Forgets what came in part only and was not gone on with since then.

        Args:
            before: the file system's seconds since 1970.
        """
        for part in self.folder.glob("??/*.part"):
            with contextlib.suppress(OSError):
                if part.stat().st_mtime < before:
                    part.unlink()
