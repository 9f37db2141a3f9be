"""An environment without Qt beside one that has it: what the Qt-free rooms and their tests need.

    without_qt.py FOLDER

Makes a virtual environment in FOLDER with the distributions of the environment that runs this, but for Qt, what needs
it, and the linters; their files are links where the file system has them, so nothing is fetched or unpacked again.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import venv
from importlib.metadata import Distribution, distributions
from pathlib import Path

QT = {"pyside6-essentials", "pyside6-addons", "shiboken6", "pyqtgraph", "vispy", "qasync", "pytest-qt"}
LINTERS = {"mypy", "ruff", "import-linter", "grimp", "pip-audit", "uv"}  # not run there, and large


def name_of(distribution: Distribution) -> str:
    return re.sub(r"[._-]+", "-", distribution.metadata["Name"]).lower()


def bring(source: Path, target: Path, home: Path, new_home: Path) -> None:
    """One file of a distribution; a script gets the interpreter of the new environment."""
    target.parent.mkdir(parents=True, exist_ok=True)
    begin = b"#!" + str(home).encode()
    with source.open("rb") as file:
        script = file.read(len(begin)) == begin
    if script:
        target.write_bytes(source.read_bytes().replace(begin, b"#!" + str(new_home).encode(), 1))
        shutil.copymode(source, target)
        return
    try:
        target.hardlink_to(source)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target)


def make(home: Path, new_home: Path, leave: set[str]) -> None:
    """A new environment with what an environment has.

    Args:
        leave: normalised names of the distributions that it does not get.
    """
    venv.create(new_home, clear=True, symlinks=True)
    inside = Path("lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages")
    old = home / inside
    for distribution in distributions(path=[str(old)]):
        if name_of(distribution) in leave:
            continue
        for file in distribution.files or ():
            path = Path(old, file).resolve()
            with contextlib.suppress(FileNotFoundError):  # what an installer listed and did not keep
                if path.is_relative_to(home):
                    bring(path, new_home / path.relative_to(home), home, new_home)


if __name__ == "__main__":
    make(Path(sys.prefix).resolve(), Path(sys.argv[1]).resolve(), QT | LINTERS)
