"""Evidence pictures that this seat has shown, as files beside its cache: they are there when the city no longer is."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cockpit.store.vault import Vault

KEEP = 200
"""Pictures kept; of more the one that was looked at longest ago goes."""


class Pictures:
    """The pictures of a folder, by address. A disk that fails costs the copy and nothing else."""

    def __init__(self, folder: Path, vault: Vault | None = None) -> None:
        """
        Args:
            vault: seals them, where the profile has one.
        """
        self._folder = folder
        self._vault = vault

    def put(self, url: str, data: bytes) -> None:
        """Keeps the bytes of a picture."""
        file = self._file(url)
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = file.with_suffix(".part")
            part.write_bytes(self._vault.seal(data, file.name) if self._vault is not None else data)
            part.replace(file)
            self._forget()

    def get(self, url: str) -> bytes | None:
        """The bytes of a picture that was kept."""
        file = self._file(url)
        try:
            data = file.read_bytes()
        except OSError:
            return None
        with contextlib.suppress(OSError):
            os.utime(file)
        return self._vault.unseal(data, file.name) if self._vault is not None else data

    def _file(self, url: str) -> Path:
        return self._folder / hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()

    def _forget(self) -> None:
        files = [(entry.stat().st_mtime_ns, entry.path) for entry in os.scandir(self._folder)]
        for _, path in sorted(files)[: max(0, len(files) - KEEP)]:
            os.unlink(path)
