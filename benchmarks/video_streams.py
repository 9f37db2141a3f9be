"""Serves one camera by RTSP over and over, 640x360 at 25 pictures a second: the load of `benchmarks.video_wall`.

Says where in one JSON line; runs until it is ended.
"""

from __future__ import annotations

import json
import signal
import tempfile
from pathlib import Path
from typing import Any

import av

from cockpit.paths import assets_dir
from tests.video_kit import city_streams

RATE = 25
SIZE = (640, 360)


def make_clip(path: Path) -> None:
    """A clip of the demo city, at the rate of a camera and about 800 kbit/s."""
    with av.open(str(assets_dir() / "city" / "video" / "wide.flv")) as source, av.open(str(path), "w") as target:
        stream: Any = target.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.options = {"preset": "veryfast", "bf": "0", "b": "800k", "g": str(2 * RATE)}
        for n, frame in enumerate(source.decode(video=0)):
            shown = av.VideoFrame.from_ndarray(frame.to_ndarray(format="rgb24"), format="rgb24")
            shown.pts = n
            target.mux(stream.encode(shown))
        target.mux(stream.encode())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        make_clip(Path(folder) / "clip.flv")
        cameras = [f"C{n}" for n in range(36)]
        with city_streams(Path(folder), cameras) as streams:
            print(json.dumps({"rtsp": streams.rtsp, "cameras": cameras}), flush=True)
            signal.sigwait((signal.SIGTERM, signal.SIGINT))


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    main()
