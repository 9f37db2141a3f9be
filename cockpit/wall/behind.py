"""What a watchdog has beside its child: several things at once, and the process that holds the last pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.child import Child
from cockpit.model.clock import Clock
from cockpit.processes import cockpit_command

if TYPE_CHECKING:
    from cockpit.wall.watchdog import Beside


class Behind:
    """Keeps the process alive that shows the last picture of every output behind the wall: `ui/wallbackdrop.py`."""

    def __init__(self, profile: Path, clock: Clock) -> None:
        self._child = Child("backdrop", lambda: _command(profile), profile / "logs" / "backdrop.log", clock)

    def beat(self) -> None:
        pass

    def second(self) -> None:
        self._child.poll()

    def close(self) -> None:
        self._child.terminate()
        self._child.wait()


class Both:
    """Two of them as one."""

    def __init__(self, one: Beside, other: Beside) -> None:
        self._all = (one, other)

    def beat(self) -> None:
        for beside in self._all:
            beside.beat()

    def second(self) -> None:
        for beside in self._all:
            beside.second()

    def close(self) -> None:
        for beside in self._all:
            beside.close()


def _command(profile: Path) -> list[str]:
    return cockpit_command("backdrop", "--profile", str(profile))
