"""Makes the demo city's videos (assets/city/video/*.flv) of a clip of a road: four views of it, small, without sound.

python packaging/make_city_videos.py CLIP
"""

from __future__ import annotations

import sys
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

SIZE = (640, 360)
RATE = 15
KEY_EVERY = 2 * RATE
SECONDS = 24
OUT = Path(__file__).parent.parent / "assets" / "city" / "video"
Image = NDArray[np.uint8]
VIEWS: dict[str, tuple[tuple[float, float, float, float], bool, float]] = {
    "wide": ((0.0, 0.0, 1.0, 1.0), False, 1.0),
    "left": ((0.0, 0.12, 0.62, 0.62), True, 1.0),
    "right": ((0.36, 0.3, 0.64, 0.64), False, 1.0),
    "night": ((0.1, 0.05, 0.85, 0.85), True, 0.42),
}
"""Part of the picture that is shown (left, top, width, height), whether mirrored, how bright."""


def make(clip: Path, name: str) -> Path:
    """One view; the file that it lies in."""
    (left, top, wide, high), mirrored, bright = VIEWS[name]
    path = OUT / f"{name}.flv"
    with av.open(str(clip)) as source, av.open(str(path), "w", format="flv") as target:
        read = source.streams.video[0]
        rate = float(read.average_rate or 25)
        made = target.add_stream("libx264", rate=RATE)
        made.width, made.height = SIZE
        made.pix_fmt = "yuv420p"
        made.options = {
            "crf": "31", "preset": "veryslow", "profile": "main", "bf": "0", "g": str(KEY_EVERY),
            "keyint_min": str(KEY_EVERY), "sc_threshold": "0", "refs": "2",
        }  # fmt: skip
        count = 0
        for n, frame in enumerate(source.decode(read)):
            if n / rate < count / RATE:
                continue
            if count >= SECONDS * RATE:
                break
            image = frame.to_ndarray(format="rgb24")
            rows, columns = image.shape[:2]
            part = image[int(top * rows) : int((top + high) * rows), int(left * columns) : int((left + wide) * columns)]
            if mirrored:
                part = part[:, ::-1]
            lit = np.ascontiguousarray((part * bright).astype(np.uint8))
            shown = av.VideoFrame.from_ndarray(lit, format="rgb24").reformat(*SIZE, format="yuv420p")
            shown.pts = count
            target.mux(made.encode(shown))
            count += 1
        target.mux(made.encode())
    return path


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    for name in VIEWS:
        path = make(Path(sys.argv[1]), name)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
