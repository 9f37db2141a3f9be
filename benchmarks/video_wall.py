"""A wall of cameras that play: what the process that draws them and the one that decodes them cost.

`python -m benchmarks.video_wall --rtsp rtsp://127.0.0.1:554 --cameras 36 --width 3840 --height 2160` prints one JSON
line: cores of both together, pictures a second and stream that were drawn, paints a second. Needs a screen.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from benchmarks.processes import cpu, resident
from cockpit.media.video.client import VideoProcess
from cockpit.media.video.told import Stream
from cockpit.model.clock import CityClock, SystemClock
from cockpit.model.videos import CameraGroup, CameraVideo, VideoPicture, VideoSeen, VideoState, VideoWanted
from cockpit.ui.app import application
from tests.panel_desk import desk
from widgets.kit.wallsight import WallSight
from widgets.video.wall import WallVideoPanel

PATIENCE = 60.0
clock = SystemClock()


class Port:
    """`ports.videos.Videos` over a process of its own, without a seat."""

    problem = mistake = None
    groups: Sequence[CameraGroup] = ()

    def __init__(self, rtsp: str, log: Path) -> None:
        self.process = VideoProcess(log, clock)
        self.came: Counter[str] = Counter()
        self._rtsp = rtsp
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def video(self, camera: str) -> CameraVideo:
        return CameraVideo(camera, f"{self._rtsp}/{camera}")

    def watch(self, viewer: object, wanted: Sequence[VideoWanted]) -> None:
        streams = [Stream(one.camera, -1, f"{self._rtsp}/{one.camera}", one.size, one.fps) for one in wanted]
        self._loop.call_soon_threadsafe(self.process.want, streams)

    def seen(self, wanted: VideoWanted) -> VideoSeen:
        return self.process.seen.get(wanted.camera, VideoSeen())

    def newest(self, wanted: VideoWanted, after: int = 0) -> VideoPicture | None:
        picture = self.process.read(wanted.camera, after)
        self.came[wanted.camera] += picture is not None
        return picture

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.process.stop(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


def spin(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--rtsp", required=True)
    given.add_argument("--cameras", type=int, default=36)
    given.add_argument("--width", type=int, default=3840)
    given.add_argument("--height", type=int, default=2160)
    given.add_argument("--seconds", type=float, default=20.0)
    args = given.parse_args()
    application()
    with tempfile.TemporaryDirectory() as folder:
        port = Port(args.rtsp, Path(folder) / "video.log")
        at = desk()
        at.ctx.clock, at.ctx.videos = CityClock(clock), port
        at.ctx.wall = WallSight(distance_m=4.0)
        cameras = [f"C{n}" for n in range(args.cameras)]
        panel = WallVideoPanel(at.ctx, cameras=cameras, count=args.cameras)
        panel.setFixedSize(args.width, args.height)
        panel.show()
        until = clock.mono() + PATIENCE
        while sum(one.state is VideoState.LIVE for one in port.process.seen.values()) < args.cameras:
            spin(0.2)
            if clock.mono() > until:
                raise TimeoutError("not every camera plays")
        spin(3.0)
        decodes, used, begun = cpu(port.process.pid), cpu(os.getpid()), clock.mono()
        port.came.clear()
        painted = panel.tiles.painted
        spin(args.seconds)
        took = clock.mono() - begun
        whole = (cpu(os.getpid()) - used) / took
        print(
            json.dumps(
                {
                    "cpu": whole,
                    "decoding": (cpu(port.process.pid) - decodes) / took,
                    "sent": sum(one.fps for one in port.process.seen.values()) / args.cameras,
                    "fps": sum(port.came.values()) / took / args.cameras,
                    "paints": (panel.tiles.painted - painted) / took,
                    "size": panel.tiles.tiles[0].wanted.size if panel.tiles.tiles[0].wanted else None,
                    "decoding_mb": resident(port.process.pid),
                }
            ),
            flush=True,
        )
        panel.hide()
        port.stop()


if __name__ == "__main__":
    main()
