"""Brings pip into a virtual environment that was made without it: `python get_pip.py LOCK`.

For a Debian python3 whose python3-venv is not installed and may not be. The wheel is the one whose version and hash
stand in the lock, from the index that pip itself would ask (environment, pip.conf, else PyPI). Every index answers in
HTML (PEP 503), mirrors often in nothing else.
"""

from __future__ import annotations

import configparser
import hashlib
import os
import re
import runpy
import ssl
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

WITHOUT = "the other way is: apt-get install python3-venv"


def setting(name: str) -> str | None:
    """What pip is told as `name` ("index-url") by the environment or by a pip.conf."""
    told = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if told:
        return told
    home = Path.home()
    named = os.environ.get("PIP_CONFIG_FILE")
    for path in [Path(named)] if named else [home / ".config/pip/pip.conf", home / ".pip/pip.conf", "/etc/pip.conf"]:
        config = configparser.RawConfigParser()
        try:
            config.read(path, encoding="utf-8")
        except configparser.Error:
            continue
        told = config.get("install", name, fallback=None) or config.get("global", name, fallback=None)
        if told:
            return told
    return None


def locked(lock: str) -> tuple[str, set[str]]:
    """Version and hashes of pip in a lock's text."""
    found = re.search(r"^pip==([0-9.]+)((?:.*\\\n)(?:\s+--hash=.*\n?)+)", lock, flags=re.MULTILINE)
    if found is None:
        sys.exit(f"setup: the lock holds no pip, so it can not be fetched; {WITHOUT}")
    return found[1], set(re.findall(r"sha256:([0-9a-f]{64})", found[2]))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def wheel(version: str, hashes: set[str]) -> bytes:
    """The bytes of the locked wheel; leaves with a sentence where the index has no such file."""
    index = (setting("index-url") or "https://pypi.org/simple").rstrip("/") + "/pip/"
    tls = ssl.create_default_context(cafile=setting("cert"))

    def read(url: str) -> bytes:
        request = urllib.request.Request(url, headers={"Accept": "text/html"})
        with urllib.request.urlopen(request, timeout=120, context=tls) as answer:
            data: bytes = answer.read()
        return data

    page = _Links()
    page.feed(read(index).decode("utf-8", errors="replace"))
    for link in page.found:
        url = urllib.parse.urljoin(index, link)
        if Path(urllib.parse.urlsplit(url).path).name == f"pip-{version}-py3-none-any.whl":
            data = read(url)
            if hashlib.sha256(data).hexdigest() in hashes:
                return data
    sys.exit(f"setup: the package index has no pip {version} with the hash of the lock; {WITHOUT}")


def main() -> None:
    version, hashes = locked(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        data = wheel(version, hashes)
    except (urllib.error.URLError, OSError) as error:
        sys.exit(f"setup: pip could not be fetched ({error}); {WITHOUT}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"pip-{version}-py3-none-any.whl"
        path.write_bytes(data)
        sys.path.insert(0, str(path))
        sys.argv = ["pip", "install", "--quiet", "--no-index", "--no-deps", str(path)]
        runpy.run_module("pip", run_name="__main__")


if __name__ == "__main__":
    main()
