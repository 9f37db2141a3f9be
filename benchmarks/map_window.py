"""The map's raster renderer at work in a real window: what each frame takes from new positions to the end of its paint.

`python -m benchmarks.map_window million --points 1000000 --width 1920 --height 1080` prints one JSON line. `guangzhou`
flies over the scene of the largest city without a rest, then stops some times and waits for the sharp picture.
Needs a screen (`benchmarks.screen`).
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import msgspec
import psutil
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from benchmarks.make_scene import load
from benchmarks.map_drawings import Guangzhou, Million, flight, view
from cockpit.geo.basemap import read_basemap
from cockpit.model.clock import SystemClock
from cockpit.ui.app import application
from widgets.kit.fonts import FAMILY, load_fonts
from widgets.kit.theme import Theme
from widgets.map.base import base_file
from widgets.map.camera import Camera, box_of
from widgets.map.drawing import Drawing
from widgets.map.raster.backend import RasterBackend
from widgets.map.themed import map_style

PACK = Path(__file__).resolve().parent.parent / "assets" / "cities" / "hangzhou"
PATIENCE = 60.0
mono = SystemClock().mono


class Stage:
    """A window that holds a map's surface.

    Attributes:
        painted: monotonic time of the end of the last paint, and the camera that it showed.
    """

    def __init__(self, width: int, height: int) -> None:
        self.app = application()
        load_fonts()
        self.style = map_style(Theme.load("dark"))
        self.window = QWidget()
        self.window.setFixedSize(width, height)
        self.backend = RasterBackend(FAMILY)
        self.surface = self.backend.surface(self.window, self._over)
        self.surface.setGeometry(0, 0, width, height)
        self.camera = view(width, height)
        box = box_of(read_basemap(PACK).bounds)
        self.backend.load(base_file(PACK, box, self.camera, None))
        self.window.show()

    def _over(self, painter: QPainter, camera: Camera) -> None:
        """Nothing lies over it here."""

    def frame(self, camera: Camera, drawing: Drawing) -> float:
        """Shows a drawing; milliseconds until it is painted."""
        begin = mono()
        self.backend.show(camera, drawing, self.style)
        self.wait(lambda: self.backend.shown == camera)
        return (mono() - begin) * 1000

    def wait(self, told: object, seconds: float = PATIENCE) -> None:
        """Has Qt work until `told` says yes.

        Raises:
            TimeoutError: it did not in `seconds`.
        """
        end = mono() + seconds
        while not told():  # type: ignore[operator]
            if mono() > end:
                raise TimeoutError("the map did not show what it was given")
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def close(self) -> None:
        self.backend.close()
        self.window.close()


def nudged(camera: Camera, k: int) -> Camera:
    """The same view a hair aside, so that each frame has a camera of its own."""
    return msgspec.structs.replace(camera, x=camera.x + k * 0.01)


def million(stage: Stage, points: int, frames: int) -> dict[str, object]:
    work = Million(points)
    stage.backend.show(stage.camera, work.frame(0), stage.style)
    stage.wait(stage.backend.settled)
    drawings = [work.frame(k) for k in range(8)]
    times = [stage.frame(nudged(stage.camera, k + 1), drawings[k % 8]) for k in range(frames + 3)]
    return {"ms": times[3:]}


def guangzhou(stage: Stage, scene: Path, frames: int, stops: int) -> dict[str, object]:
    before = psutil.Process().memory_info().rss
    work = Guangzhou(load(scene))
    stage.backend.show(stage.camera, work.frame(0), stage.style)
    stage.wait(stage.backend.settled)
    times, sharp, settled, k = [], [], [], 0
    for _ in range(stops):
        for _ in range(frames):
            k += 1
            camera, drawing = flight(k, stage.camera), work.frame(k)
            times.append(stage.frame(camera, drawing))
        begin = mono()
        stage.wait(stage.backend.sharp)
        first = (mono() - begin) * 1000
        seen = stage.window.grab().toImage()
        stage.wait(stage.backend.settled)
        settled.append((mono() - begin) * 1000)
        same = seen == stage.window.grab().toImage()
        sharp.append(first if same else settled[-1])  # a picture that was drawn once more was not the sharp one
    memory = psutil.Process().memory_info().rss
    return {
        "ms": times,
        "sharp_ms": sharp,
        "settled_ms": settled,
        "rss_mb": memory / 1e6,
        "rss_before_mb": before / 1e6,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("million", "guangzhou"))
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--width", type=int, default=1920)
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--stops", type=int, default=7)
    parser.add_argument("--scene", type=Path, help="of benchmarks.make_scene")
    parser.add_argument("--shot", type=Path, help="PNG of the last frame")
    given = parser.parse_args()
    stage = Stage(given.width, given.height)
    beat = QTimer()  # waiting for events never waits for ever
    beat.start(5)
    try:
        if given.what == "million":
            told = million(stage, given.points, given.frames)
        else:
            told = guangzhou(stage, given.scene, given.frames, given.stops)
        if given.shot:
            stage.window.grab().save(os.fspath(given.shot))
    finally:
        stage.close()
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
