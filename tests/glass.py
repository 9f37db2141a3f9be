"""What is on the glass of an X server, seen by a process of its own: `python -m tests.glass`.

Each line on the standard input is answered by the share of black points (0–1) of the whole desktop.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Glass:
    """The eye on one server."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def black(self) -> float:
        """Share of points that are black."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("look\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


@contextmanager
def glass(display: str) -> Iterator[Glass]:
    env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    command = [sys.executable, "-m", "tests.glass"]
    process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Glass(process)
    finally:
        process.communicate()


def main() -> None:
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication(["glass"])
    for _ in sys.stdin:
        app.processEvents()
        seen = app.primaryScreen().grabWindow(0).toImage()
        points = [seen.pixel(x, y) & 0xFFFFFF for x in range(0, seen.width(), 16) for y in range(0, seen.height(), 16)]
        print(points.count(0) / len(points), flush=True)


if __name__ == "__main__":
    main()
