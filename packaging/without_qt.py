"""A lock without Qt, on standard output: what the Qt-free rooms and their tests need."""

from __future__ import annotations

import re
import sys
from pathlib import Path

QT = {"pyside6-essentials", "pyside6-addons", "shiboken6", "pyqtgraph", "vispy", "qasync", "pytest-qt"}
LINTERS = {"mypy", "ruff", "import-linter", "grimp", "pip-audit", "uv"}  # not run there, and large


def without(lock: str, names: set[str]) -> str:
    """The lock's text without the requirements `names`; a requirement is a line with its indented hashes."""
    kept = []
    for requirement in re.split(r"^(?=\S)", lock, flags=re.MULTILINE):
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        if name is None or re.sub(r"[._-]+", "-", name[0]).lower() not in names:
            kept.append(requirement)
    return "".join(kept)


if __name__ == "__main__":
    sys.stdout.write(without(Path(sys.argv[1]).read_text(encoding="utf-8"), QT | LINTERS))
