"""The path check of `make lint`: no file holds a path of one machine, and no index of packages stands in a lock.

python packaging/check_paths.py [ROOT]
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MACHINE = re.compile(
    rb"/(?:work|farm|tmp/bash_jobs)[/.]|/home/(?!runner\b)[a-z][a-z0-9_-]*/|/Users/[A-Za-z]+/|/roo[t]/"
)
ADDRESS = re.compile(rb"://|--(?:extra-)?index-url|--find-links")


def files(root: Path) -> Iterator[Path]:
    """The files of the project: what git tracks or would track."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"], capture_output=True, check=True
    )
    for name in sorted(filter(None, listed.stdout.split(b"\0"))):
        path = root / name.decode()
        if path.is_file():
            yield path


def mistakes(root: Path) -> Iterator[str]:
    """All that is wrong, a sentence each."""
    for path in files(root):
        data = path.read_bytes()
        if b"\0" in data[:8000]:
            continue  # a picture, a font, an array
        pattern = ADDRESS if path.suffix == ".lock" else MACHINE
        for number, line in enumerate(data.splitlines(), 1):
            found = pattern.search(line)
            if found:
                yield f"{path.relative_to(root)}:{number}: {found[0].decode(errors='replace')}"


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    found = list(mistakes(root))
    for mistake in found:
        print(f"paths: a path of one machine or an address of an index: {mistake}")
    if not found:
        print("paths: no path of one machine, no address of an index in a lock")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
