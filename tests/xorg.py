"""A real X server with several outputs: Xorg with the driver that draws nowhere. Outputs come and go by xrandr."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.xserver import need, x_server

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
 Modeline {mode}
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
        display: `:7`. size: of each output, px.
    """

    def __init__(self, display: str, size: tuple[int, int] = SIZE) -> None:
        self.display, self.size = display, size
        self._known = {0}

    def xrandr(self, *options: str) -> str:
        env = {**os.environ, "DISPLAY": self.display}
        return subprocess.run(["xrandr", *options], env=env, check=True, capture_output=True, text=True).stdout

    def plug(self, *numbers: int, columns: int = 3) -> None:
        """Switches outputs on, each at its place of a grid."""
        options: list[str] = []
        mode = "{}x{}".format(*self.size)
        for number in numbers:
            if number not in self._known:  # only the first output has modes of its own
                self._known.add(number)
                self.xrandr("--addmode", f"DUMMY{number}", mode)
            x, y = number % columns * self.size[0], number // columns * self.size[1]
            options += ["--output", f"DUMMY{number}", "--mode", mode, "--pos", f"{x}x{y}"]
        self.xrandr(*options)

    def unplug(self, *numbers: int) -> None:
        self.xrandr(*(part for number in numbers for part in ("--output", f"DUMMY{number}", "--off")))


def _modeline(width: int, height: int) -> str:
    """60 Hz, with the margins of a screen that wants them wide."""
    across = (width, width + 128, width + 328, width + 656)
    down = (height, height + 3, height + 8, height + 40)
    times = " ".join(map(str, (*across, *down)))
    return f'"{width}x{height}" {across[3] * down[3] * 60 / 1e6:.2f} {times}'


@contextlib.contextmanager
def xorg(folder: Path, outputs: int = OUTPUTS, size: tuple[int, int] = SIZE) -> Iterator[Xorg]:
    """A server with so many outputs of that size in a grid of three columns; skips where it is not installed."""
    need("Xorg", "xrandr")
    conf = folder / "xorg.conf"
    conf.write_text(CONF.format(mode=_modeline(*size)))
    log = folder / "xorg.log"
    options = ("-config", str(conf), "-logfile", str(log), "-novtswitch", "-sharevts", "-nocursor")
    with x_server("Xorg", *options, said=lambda: log.read_text(errors="replace")[-2000:] if log.exists() else "") as at:
        running = Xorg(at, size)
        running.plug(*range(outputs))
        yield running
