"""Where no window can be opened, one sentence says so before Qt aborts the process."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.display import require_display
from cockpit.model.errors import OutsideError
from cockpit.model.messages import texts

NOBODY = ":9999"
"""A display on which no X server listens: the port would be 15999, the socket is not there."""


def cockpit(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    return subprocess.run(
        [sys.executable, "-m", "cockpit", *arguments],
        env=outside | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_display_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    with pytest.raises(OutsideError) as raised:
        require_display()
    assert raised.value.message.id == "cli.no_display"


def test_qt_may_choose_where_it_knows_more_than_we(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    require_display()
    monkeypatch.setenv("QT_QPA_PLATFORM", "wayland;xcb")
    require_display()


def test_a_picture_needs_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    require_display()


@pytest.mark.window
def test_a_display_that_answers_is_enough(monkeypatch: pytest.MonkeyPatch, xvfb: str) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setenv("DISPLAY", xvfb)
    require_display()


@pytest.mark.system
@pytest.mark.parametrize(
    ("environment", "said"),
    [({}, "cli.no_display"), ({"DISPLAY": NOBODY}, "cli.display_refused")],
    ids=["none", "nobody listens"],
)
def test_a_seat_without_a_display_ends_in_one_sentence(tmp_path: Path, environment: dict[str, str], said: str) -> None:
    pytest.importorskip("PySide6")
    done = cockpit("run", "--profile", str(tmp_path), "--lang", "zh", **environment)
    assert done.returncode == 2
    assert done.stderr == texts("zh")(said, display=NOBODY) + "\n"
    assert done.stdout == ""
    assert not (tmp_path / "hub").exists()  # nothing was started that would have to be ended again


@pytest.mark.system
def test_the_doctor_says_why_a_display_can_not_be_opened() -> None:
    pytest.importorskip("PySide6")
    done = cockpit("doctor", DISPLAY=NOBODY, COCKPIT_LANG="zh")
    assert texts("zh")("cli.display_refused", display=NOBODY) in done.stdout


@pytest.mark.system
def test_the_library_that_the_system_lacks_is_named(tmp_path: Path) -> None:
    """Qt's own plugin, moved to where it can not find what it links to."""
    pytest.importorskip("PySide6")
    spec = importlib.util.find_spec("PySide6")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    plugins = "PySide6/Qt/plugins/platforms"
    (tmp_path / plugins).mkdir(parents=True)
    (tmp_path / "PySide6/__init__.py").touch()
    real = Path(spec.submodule_search_locations[0]) / plugins.removeprefix("PySide6/") / "libqxcb.so"
    shutil.copy(real, tmp_path / plugins)
    done = cockpit("run", "--profile", str(tmp_path / "p"), "--lang", "en", DISPLAY=NOBODY, PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("The system lacks libQt6")
    assert len(done.stderr.splitlines()) == 1
