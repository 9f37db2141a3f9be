"""The suite's own strictness: what a test leaves behind, or says by accident, fails it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.slow

REPO = Path(__file__).resolve().parent.parent

CORE = """
import logging, os, subprocess, sys, threading, warnings
from pathlib import Path
import pytest
from tests import leaks
leaks.PATIENCE = 0.3  # what is left here stays for good

def test_thread():
    threading.Thread(target=threading.Event().wait, name="left-over", daemon=True).start()

def test_child():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

def test_child_never_waited_for():
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    child.returncode = 0

@pytest.mark.system
def test_grandchild():
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    subprocess.run([sys.executable, "-c", code], check=True)

def test_log_line():
    logging.getLogger("cockpit.x").warning("something odd")

def test_python_warning():
    warnings.warn("old", DeprecationWarning)

@pytest.mark.logs("meant to")
def test_ok_announced_log_line():
    logging.getLogger("cockpit.x").warning("this is meant to be here")

def test_ok_set(monkeypatch):
    os.environ["COCKPIT_LANG"] = "en"
    Path.home().joinpath("left").write_text("x")

def test_ok_configuration_is_clean():
    assert "COCKPIT_LANG" not in os.environ
    assert list(Path.home().iterdir()) == [Path(os.environ["XDG_RUNTIME_DIR"])]
    assert os.environ["XDG_DATA_HOME"].startswith(str(Path.home()))
"""

QT = """
import gc
from PySide6.QtCore import QTimer, qWarning
from PySide6.QtWidgets import QWidget
from tests import leaks
kept = []
leaks.PATIENCE = 0.3

def test_widget(qtbot):
    kept.append(QWidget())

def test_timer(qtbot):
    timer = QTimer()
    kept.append(timer)
    timer.start(1000)

def test_qt_warning(qtbot):
    qWarning("from Qt")

def test_ok_widget(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    timer = QTimer(widget)
    timer.start(1000)
"""


def outcomes(tmp_path: Path, code: str) -> dict[str, str]:
    """What each test of `code` came to, under this suite's configuration: its name and what was said of it."""
    module = tmp_path / "test_inner.py"
    module.write_text(textwrap.dedent(code), "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-o", "addopts=-rA"]
    done = subprocess.run(
        [*command, "-c", str(REPO / "pyproject.toml"), "--rootdir", str(tmp_path), str(module)],
        cwd=REPO,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPO), "COCKPIT_LANG": "en"},
        timeout=100,
        check=False,
    )
    found = re.findall(r"^(PASSED|FAILED|ERROR) \S*::(\w+)(?: - (.*))?$", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    said: dict[str, str] = {}
    for outcome, name, why in found:
        if outcome != "PASSED" or name not in said:
            said[name] = f"{outcome} {why}" if outcome != "PASSED" else "PASSED"
    return {**said, "": done.stdout}


def test_threads_children_and_stray_lines_fail_their_test(tmp_path: Path) -> None:
    said = outcomes(tmp_path, CORE)
    failed = {name for name, outcome in said.items() if name and outcome != "PASSED"}
    assert failed == {name for name in said if name and not name.startswith("test_ok_")}
    assert len(failed) == 6
    for words in ("threads: left-over", "never waited for", "time.sleep(60)", "WARNING cockpit.x: something odd"):
        assert words in said[""]


def test_widgets_timers_and_qt_warnings_fail_their_test(tmp_path: Path) -> None:
    pytest.importorskip("PySide6")
    said = outcomes(tmp_path, QT)
    failed = {name for name, outcome in said.items() if name and outcome != "PASSED"}
    assert failed == {"test_widget", "test_timer", "test_qt_warning"}
    assert "top-level widgets: QWidget" in said[""]
    assert "running timers, started at" in said[""]


MODULES = {
    "plain": "def test_one(): ...",
    "slow": "@pytest.mark.slow\ndef test_one(): ...",
    "with_qt": "import widgets\ndef test_one(): ...",
    "mixed": "@pytest.mark.parametrize('a', [pytest.param(1, marks=pytest.mark.system), 2])\ndef test_one(a): ...",
    "slow_only": "pytestmark = pytest.mark.slow\ndef test_one(): ...",
    "window": "pytestmark = [\n    pytest.mark.slow,\n    pytest.mark.window,\n]\ndef test_one(): ...",
}


@pytest.mark.parametrize(
    ("expression", "once", "left_out"),
    [
        ("", False, set()),
        ("system or window", False, {"plain", "slow", "slow_only", "with_qt"}),
        ("not system and not window", True, {"plain", "mixed", "window"}),
        ("not system and not window and not slow", False, {"slow_only", "window"}),
        ("slow", False, {"plain", "with_qt", "mixed"}),
        ("slow or timeout", False, set()),
    ],
)
def test_a_module_is_left_out_before_it_is_imported_only_where_no_test_of_it_is_asked_for(
    tmp_path: Path, pytestconfig: pytest.Config, expression: str, once: bool, left_out: set[str]
) -> None:
    house = pytestconfig.pluginmanager.get_plugin(str(REPO / "tests" / "conftest.py"))
    assert house is not None
    asked = SimpleNamespace(getoption={"markexpr": expression, "once": once, "letters": "a-z"}.__getitem__)
    found = set()
    for name, code in MODULES.items():
        path = tmp_path / f"test_{name}.py"
        path.write_text(f"import pytest\n{code}\n", "utf-8")
        if house.pytest_ignore_collect(path, asked):
            found.add(name)
    assert found == left_out
