"""A page of another system on a wall, in a real browser: it asks its own host alone, and its last picture stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.test_web3d_panel import NO_DBUS, switched_off
from widgets.web3d.able import installed

pytestmark = [pytest.mark.window, pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(360)]


@pytest.mark.skipif(not installed(), reason="PySide6 WebEngine is not installed")
def test_a_page_asks_its_own_host_alone_and_its_last_picture_stays_when_it_is_gone(xvfb: str) -> None:
    env = {**os.environ, "DISPLAY": xvfb, "QT_QPA_PLATFORM": "xcb", **NO_DBUS, **switched_off()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.wall_page_eye"], env=env, capture_output=True, timeout=340, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["came"]
    assert seen["drawn"]
    assert seen["refused"] == ["http://outside.invalid/spy.png"]
    assert seen["missed"]
    assert seen["kept"] == "#224466"
    assert seen["age"] == "打不开，保留 17:42:36 的画面"
