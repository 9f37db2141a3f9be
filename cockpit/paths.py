"""Where things lie: the shipped assets, and a person's profile by the XDG base directories."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def assets_dir() -> Path:
    """The folder with packs, fonts, themes and translations.

    `COCKPIT_ASSETS` names another one; else beside the checkout, else `share/city-cockpit` of the installation.
    """
    named = os.environ.get("COCKPIT_ASSETS")
    if named:
        return Path(named)
    beside = Path(__file__).resolve().parent.parent / "assets"
    if beside.is_dir():
        return beside
    return Path(sys.prefix) / "share" / "city-cockpit" / "assets"


def profile_dir(named: str | os.PathLike[str] | None = None) -> Path:
    """The profile: caches, keys, settings of one seat. `--profile DIR`, else `$XDG_DATA_HOME/city-cockpit/default`."""
    if named:
        return Path(named).expanduser().absolute()
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "city-cockpit" / "default"


def runtime_dir() -> Path:
    """Sockets and pid files: `$XDG_RUNTIME_DIR/city-cockpit`, else a private folder in the temporary directory.

    Raises:
        OutsideError: somebody else was there first: whoever holds the folder could speak to our seats.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and os.access(base, os.W_OK) and Path(base).stat().st_uid == os.getuid():
        path = Path(base) / "city-cockpit"
    else:
        import tempfile

        path = Path(tempfile.gettempdir()) / f"city-cockpit-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700, parents=True)
    facts = path.lstat()
    if facts.st_uid != os.getuid() or not stat.S_ISDIR(facts.st_mode):
        from cockpit.model.errors import OutsideError

        raise OutsideError("cli.folder_of_another", folder=str(path))
    if facts.st_mode & 0o077:
        path.chmod(0o700)
    return path
