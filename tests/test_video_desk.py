"""The window of videos beside the duty desk: one key opens it, it follows the selection, and it takes no keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.videos import CameraVideo, VideoSource
from cockpit.ui.videodesk import KEY
from tests.living_picture import NOW, put
from tests.test_ui_desk import Duty
from tests.video_kit import LivingVideos
from widgets.lists.page_things import CameraThing
from widgets.video.panel import VideoPanel

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", r"raise\(\)")


@pytest.fixture
def desk(qapp: QApplication, tmp_path: Path) -> Iterator[Duty]:
    made = Duty(tmp_path, tmp_path / "played.txt")
    videos = LivingVideos()
    source = VideoSource("cameras", "rtsp://host/{id}")
    made.desk.context.videos = videos
    rows = [
        {
            "key": f"cameras/C{n}", "feed": "cameras", "kind": "junction", "name": f"天城路 {n}",
            "lon": 120.17 + n / 2000, "lat": 30.27, "area": "330102001", "heading": 90.0, "state": 0, "received": NOW,
        }
        for n in range(6)
    ]  # fmt: skip
    videos.book = {f"cameras/C{n}": source.of(f"cameras/C{n}") for n in range(6)}
    put(made.seat.picture, "camera", rows)
    made.open()
    yield made
    made.close()
    assert made.reports == [], "no panel failed"


def panel(duty: Duty) -> VideoPanel:
    window = duty.desk.video.window
    assert window is not None
    found = window.engine.panel("video")
    assert isinstance(found, VideoPanel)
    return found


def test_one_key_opens_it_and_the_same_key_closes_it_and_the_desk_keeps_the_keyboard(desk: Duty, qtbot: QtBot) -> None:
    action = desk.desk.actions_.get("desk.video")
    assert action is not None
    assert action.keys == (KEY,)
    before = desk.desk.focusWidget()
    desk.desk.actions_.trigger("desk.video")
    window = desk.desk.video.window
    assert window is not None
    assert window.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    assert desk.desk.focusWidget() is before
    assert panel(desk).state is not None, "it says what to do"
    desk.desk.actions_.trigger("desk.video")
    assert desk.desk.video.window is None


def test_it_shows_the_selected_camera_and_its_neighbours_and_is_where_it_was_the_next_time(desk: Duty) -> None:
    desk.desk.actions_.trigger("desk.video")
    desk.seat.selection.select("camera", "cameras/C3")
    assert panel(desk).tiles.tiles[0].camera == "cameras/C3"
    assert len(panel(desk).tiles.tiles) == 4
    window = desk.desk.video.window
    assert window is not None
    window.setGeometry(40, 50, 500, 400)
    place = window.geometry()
    desk.desk.set_theme("light")
    desk.desk.set_language("en")
    assert "Video" in window.windowTitle()
    window.close()
    desk.desk.actions_.trigger("desk.video")
    again = desk.desk.video.window
    assert again is not None
    assert again.geometry() == place


def test_a_camera_that_is_selected_plays_in_its_page(desk: Duty, qtbot: QtBot) -> None:
    videos = desk.desk.context.videos
    assert isinstance(videos, LivingVideos)
    desk.seat.selection.select("camera", "cameras/C2")
    (page,) = desk.desk.findChildren(CameraThing)
    assert page.picture.isVisibleTo(page)
    assert [one.camera for one in videos.all_wanted] == ["cameras/C2"]
    qtbot.waitUntil(lambda: page._facts.geometry().top() > page.picture.geometry().bottom() > 200, timeout=60_000)
    videos.play("cameras/C2", desk.clock.now())
    page.picture._look()
    assert page.picture.live == 1
    videos.book.clear()
    desk.seat.selection.select("camera", "cameras/C4")
    page = desk.desk.findChildren(CameraThing)[-1]
    assert not page.picture.isVisibleTo(page), "nobody said where its video is"
    videos.book["cameras/C4"] = CameraVideo("cameras/C4", "rtsp://host/C4")
    page.age_tick()
    assert page.picture.isVisibleTo(page)
