"""A disk that can be filled, for tests of what happens then; as root only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.story import a_home


@contextmanager
def small_disk(megabytes: int, instead: str) -> Iterator[Path]:
    """A disk of so many MB; skips where none can be mounted.

    Args:
        instead: which test says the same without one.
    """
    with a_home() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip(f"a small disk can not be mounted here; {instead} instead")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Writes until nothing more goes in; the file that takes the room."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)
    return ballast
