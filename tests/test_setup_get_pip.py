"""A python3 without ensurepip gets pip from the package index, and only the one of the lock."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent
WHEEL = "pip-99.1-py3-none-any.whl"


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def a_wheel() -> bytes:
    """A package "pip" that says how it was called."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("pip/__init__.py", "")
        archive.writestr("pip/__main__.py", "import sys\nprint('called:', *sys.argv[1:4])\n")
    return data.getvalue()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Address of a simple index that knows HTML alone, and the hash of its wheel."""
    site = tmp_path / "site"
    (site / "simple/pip").mkdir(parents=True)
    (site / "files").mkdir()
    (site / "files" / WHEEL).write_bytes(a_wheel())
    links = (f'<a href="../../files/{name}#sha256=00">{name}</a>' for name in ("pip-99.1.tar.gz", WHEEL))
    (site / "simple/pip/index.html").write_text("<!DOCTYPE html><br/>".join(links), encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/simple", hashlib.sha256(a_wheel()).hexdigest()
    server.shutdown()
    server.server_close()
    thread.join()


def get_pip(lock: Path, sha256: str, **environment: str) -> subprocess.CompletedProcess[str]:
    lock.write_text(f"numpy==2.0 \\\n    --hash=sha256:{'1' * 64}\npip==99.1 \\\n    --hash=sha256:{sha256}\n", "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        [sys.executable, str(REPO / "packaging/get_pip.py"), str(lock)],
        env=kept | {"NO_PROXY": "127.0.0.1"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_pip_of_the_lock_is_fetched_and_installs_itself(tmp_path: Path, index: tuple[str, str]) -> None:
    url, sha256 = index
    done = get_pip(tmp_path / "lock", sha256, PIP_INDEX_URL=url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "called: install --quiet --no-index\n", "")


def test_the_index_of_a_pip_conf_is_asked(tmp_path: Path, index: tuple[str, str]) -> None:
    url, sha256 = index
    config = tmp_path / "pip.conf"
    config.write_text(f"[global]\nindex-url = {url}/\n", encoding="utf-8")
    done = get_pip(tmp_path / "lock", sha256, PIP_CONFIG_FILE=str(config))
    assert (done.returncode, done.stdout) == (0, "called: install --quiet --no-index\n"), done.stderr


def test_a_pip_of_another_hash_is_not_run(tmp_path: Path, index: tuple[str, str]) -> None:
    done = get_pip(tmp_path / "lock", "2" * 64, PIP_INDEX_URL=index[0])
    assert done.returncode == 1
    assert done.stdout == ""
    assert "no pip 99.1 with the hash of the lock" in done.stderr


def test_an_index_out_of_reach_is_one_sentence_with_the_other_way(tmp_path: Path) -> None:
    done = get_pip(tmp_path / "lock", "2" * 64, PIP_INDEX_URL="http://127.0.0.1:9/simple")
    assert done.returncode == 1
    assert "could not be fetched" in done.stderr
    assert "apt-get install python3-venv" in done.stderr
    assert len(done.stderr.splitlines()) == 1
