"""Behind a wall there is always its last picture: before it is there, while it restarts, when a cable is put back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from cockpit.model.clock import SECOND, SystemClock
from cockpit.ui.wallbackdrop import Backdrop, backdrops
from cockpit.ui.wallstills import file_of, forget_pictures, keep_picture, last_picture
from cockpit.wall.behind import Behind, Both
from tests.real_window import wait_for


def picture(color: str) -> QImage:
    made = QImage(320, 180, QImage.Format.Format_RGB32)
    made.fill(QColor(color))
    return made


def test_the_last_picture_of_an_output_is_kept_whole_and_read_when_it_is_another(tmp_path: Path) -> None:
    keep_picture(picture("#803020"), tmp_path / "new", "HDMI-1/2")
    found, taken = last_picture(tmp_path / "new", "HDMI-1/2")
    assert found.size() == picture("#803020").size()
    assert last_picture(tmp_path / "new", "HDMI-1/2", other=taken)[0].isNull()
    assert last_picture(tmp_path, "DP-1") == (QImage(), 0)
    file_of(tmp_path / "new", "DP-9").write_bytes(b"no picture")
    assert last_picture(tmp_path / "new", "DP-9")[0].isNull()


@pytest.mark.qt_log_ignore("does not support lower")
def test_every_output_has_its_backdrop_which_takes_the_picture_that_is_kept_later(qtbot: QtBot, tmp_path: Path) -> None:
    windows: dict[str, Backdrop] = {}
    backdrops(tmp_path, windows)
    assert list(windows) == ["screen"]
    assert windows["screen"].picture().isNull()
    assert windows["screen"].bare
    keep_picture(picture("#204080"), tmp_path, "screen")
    backdrops(tmp_path, windows)
    assert windows["screen"].picture().size() == picture("#204080").size()
    for window in windows.values():
        window.hide()
        window.deleteLater()


def test_a_picture_that_is_kept_after_the_clock_was_set_back_takes_the_place_of_the_one_before(
    qtbot: QtBot, tmp_path: Path
) -> None:
    keep_picture(picture("#803020"), tmp_path, "DP-1")
    ahead = SystemClock().now() / SECOND + 8 * 3600
    os.utime(file_of(tmp_path, "DP-1"), (ahead, ahead))
    window = Backdrop(tmp_path, "DP-1")
    keep_picture(picture("#204080"), tmp_path, "DP-1")
    window.look()
    assert window.picture().pixelColor(1, 1).blue() > 100
    window.deleteLater()


def test_a_picture_that_is_taken_away_is_shown_no_more(qtbot: QtBot, tmp_path: Path) -> None:
    keep_picture(picture("#803020"), tmp_path, "DP-1")
    window = Backdrop(tmp_path, "DP-1")
    assert not window.bare
    forget_pictures(tmp_path)
    window.look()
    assert window.bare
    keep_picture(picture("#204080"), tmp_path, "DP-1")
    window.look()
    assert window.picture().pixelColor(1, 1).blue() > 100
    window.deleteLater()


MEASURE = """
import sys
from pathlib import Path
from PySide6.QtGui import QGuiApplication
from cockpit.ui.wallbackdrop import Backdrop
from cockpit.wall.health import memory_mb

app = QGuiApplication([])
window = Backdrop(Path(sys.argv[1]), "screen")
before = memory_mb()
window.resize(6000, 3000)
window.show()
while not window.paints:
    app.processEvents()
print(memory_mb() - before, window.picture().width())
"""


@pytest.mark.system
def test_a_backdrop_that_was_painted_holds_neither_the_points_of_its_picture_nor_those_it_painted_on(
    tmp_path: Path,
) -> None:
    large = QImage(6000, 3000, QImage.Format.Format_RGB32)
    large.fill(QColor("#204080"))
    keep_picture(large, tmp_path, "screen")
    environment = {**os.environ, "QT_QPA_PLATFORM": "minimal"}
    line = [sys.executable, "-c", MEASURE, str(tmp_path)]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=120, check=True)
    more, width = map(float, done.stdout.split())
    assert width == 6000
    assert more < 72 * 0.4  # its points are 72 MB, and those it is painted on once more


class Noted:
    def __init__(self) -> None:
        self.told: list[str] = []

    def beat(self) -> None:
        self.told.append("beat")

    def second(self) -> None:
        self.told.append("second")

    def close(self) -> None:
        self.told.append("close")


@pytest.mark.system
def test_a_backdrop_that_dies_is_there_again_and_ends_with_the_watchdog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    noted = Noted()
    both = Both(Behind(tmp_path, SystemClock()), noted)
    behind = both._all[0]
    assert isinstance(behind, Behind)
    both.beat()
    both.second()
    first = behind._child.process
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)

    def again() -> bool:
        both.second()
        return behind._child.process is not None and behind._child.process.pid != first.pid

    wait_for("another backdrop", again)
    both.close()
    assert behind._child.process is None
    assert noted.told[0] == "beat"
    assert noted.told[-1] == "close"
