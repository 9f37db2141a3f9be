"""Brings pip into a virtual environment that was made without it: `python get_pip.py LOCK`.

For a Debian python3 whose python3-venv is not installed and may not be. The wheel is the one whose version and hash
stand in the lock, from the index that pip itself would ask (PIP_INDEX_URL, else PyPI; simple API, PEP 691).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import runpy
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

JSON = "application/vnd.pypi.simple.v1+json"


def locked(lock: str) -> tuple[str, set[str]]:
    """Version and hashes of pip in a lock's text."""
    found = re.search(r"^pip==([0-9.]+)((?:.*\\\n)(?:\s+--hash=.*\n?)+)", lock, flags=re.MULTILINE)
    if found is None:
        sys.exit(
            "setup: the lock holds no pip, so it can not be fetched; install it with: apt-get install python3-venv"
        )
    return found[1], set(re.findall(r"sha256:([0-9a-f]{64})", found[2]))


def wheel(version: str, hashes: set[str]) -> bytes:
    """The bytes of the locked wheel; leaves with a sentence where the index has no such file."""
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    request = urllib.request.Request(index, headers={"Accept": JSON})
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    for file in files:
        if file["filename"] == f"pip-{version}-py3-none-any.whl" and file["hashes"].get("sha256") in hashes:
            with urllib.request.urlopen(urllib.parse.urljoin(index, file["url"]), timeout=120) as answer:
                data: bytes = answer.read()
            if hashlib.sha256(data).hexdigest() in hashes:
                return data
    sys.exit(
        f"setup: the package index has no pip {version} with the hash of the lock; install python3-venv by apt-get."
    )


def main() -> None:
    version, hashes = locked(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"pip-{version}-py3-none-any.whl"
        path.write_bytes(wheel(version, hashes))
        sys.path.insert(0, str(path))
        sys.argv = ["pip", "install", "--quiet", "--no-index", "--no-deps", str(path)]
        runpy.run_module("pip", run_name="__main__")


if __name__ == "__main__":
    main()
