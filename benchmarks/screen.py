"""A virtual screen of any size for measurements that need a window."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@contextlib.contextmanager
def virtual_screen(width: int, height: int, glass: Path | None = None) -> Iterator[dict[str, str]]:
    """An X server of its own; gives the environment of a process that opens its windows there.

    Args:
        glass: folder in which the server keeps its points, for `Glass`.

    Raises:
        OSError: there is no Xvfb, or it did not come up.
    """
    ours, theirs = os.pipe()
    size = f"{width}x{height}x24"
    command = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
    if glass is not None:
        command += ["-fbdir", str(glass)]
    server = subprocess.Popen(command, pass_fds=(theirs,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(theirs)
    try:
        with os.fdopen(ours) as answer:
            number = answer.readline().strip()
        if not number:
            raise OSError("Xvfb did not come up")
        yield {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        server.wait(10)


class Glass:
    """The points of a virtual screen as its server has them, without asking it: an XWD file in memory (XWDFile.h)."""

    def __init__(self, folder: Path) -> None:
        data: NDArray[np.uint8] = np.memmap(folder / "Xvfb_screen0", np.uint8, "r")
        head = data[:100].view(">u4")
        begin = int(head[0]) + int(head[19]) * 12  # the header, then the colours
        width, height, line = int(head[4]), int(head[5]), int(head[12])
        self.points = data[begin : begin + height * line].view("<u4").reshape(height, line // 4)[:, :width]
        """(height, width), 0xXXRRGGBB, as they are at the moment of reading."""
