"""A real X server with several outputs: Xorg with the driver that draws nowhere. Outputs come and go by xrandr."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import leaks

OUTPUTS = 6
SIZE = (1920, 1080)
CONF = """
Section "ServerFlags"
 Option "AutoAddDevices" "false"
 Option "AutoEnableDevices" "false"
EndSection
Section "Device"
 Identifier "d"
 Driver "dummy"
 VideoRam 524288
EndSection
Section "Monitor"
 Identifier "m"
 HorizSync 1.0-2000.0
 VertRefresh 1.0-200.0
 Modeline "1920x1080" 173.00 1920 2048 2248 2576 1080 1083 1088 1120
EndSection
Section "Screen"
 Identifier "s"
 Device "d"
 Monitor "m"
 DefaultDepth 24
 SubSection "Display"
  Depth 24
  Virtual 7680 4320
 EndSubSection
EndSection
"""


class Xorg:
    """The server.

    Attributes:
        display: `:7`.
    """

    def __init__(self, display: str) -> None:
        self.display = display
        self._known = {0}

    def xrandr(self, *options: str) -> str:
        env = {**os.environ, "DISPLAY": self.display}
        return subprocess.run(["xrandr", *options], env=env, check=True, capture_output=True, text=True).stdout

    def plug(self, *numbers: int, columns: int = 3) -> None:
        """Switches outputs on, each at its place of a grid."""
        options: list[str] = []
        for number in numbers:
            if number not in self._known:  # only the first output has modes of its own
                self._known.add(number)
                self.xrandr("--addmode", f"DUMMY{number}", "1920x1080")
            x, y = number % columns * SIZE[0], number // columns * SIZE[1]
            options += ["--output", f"DUMMY{number}", "--mode", "1920x1080", "--pos", f"{x}x{y}"]
        self.xrandr(*options)

    def unplug(self, *numbers: int) -> None:
        self.xrandr(*(part for number in numbers for part in ("--output", f"DUMMY{number}", "--off")))


@contextlib.contextmanager
def xorg(folder: Path) -> Iterator[Xorg]:
    """A server with `OUTPUTS` outputs of 1920×1080 in a grid of three columns; skips where it is not installed."""
    for program in ("Xorg", "xrandr"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed, which packaging/system-deps.sh --tests does")
    conf = folder / "xorg.conf"
    conf.write_text(CONF)
    ours, theirs = os.pipe()
    command = ["Xorg", "-displayfd", str(theirs), "-config", str(conf), "-logfile", str(folder / "xorg.log")]
    command += ["-nolisten", "tcp", "-noreset", "-novtswitch", "-sharevts", "-nocursor"]
    server = subprocess.Popen(command, pass_fds=(theirs,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    leaks.kept_processes.add(server.pid)
    os.close(theirs)
    try:
        with os.fdopen(ours) as answer:
            number = answer.readline().strip()
        if not number:
            log = (folder / "xorg.log").read_text(errors="replace") if (folder / "xorg.log").exists() else "no log"
            pytest.fail("Xorg did not come up:\n" + log[-2000:])
        running = Xorg(f":{number}")
        running.plug(*range(OUTPUTS))
        yield running
    finally:
        server.terminate()
        server.wait(10)
        leaks.kept_processes.discard(server.pid)
