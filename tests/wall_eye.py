"""A machine of the wall as a process, and an eye on its windows: `python -m tests.wall_eye HUB PROFILE MACHINE`.

Each line `look` on the standard input is answered by one line of JSON on the standard output that says what the windows
show; `shot FILE` saves the whole desktop of its X server.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from cockpit.bus.where import OwnHub
from cockpit.model.clock import SystemClock
from cockpit.opening import SeatOpening
from cockpit.ui.qtapp import application
from cockpit.ui.wallapp import run_wall
from cockpit.ui.wallscreen import WallWindow
from tests.living_hub import pack
from tests.real_window import wait_for

PATIENCE = 90.0
"""Seconds for a process to start, draw and be told: several of them begin at once on a busy machine."""


class Eye(QObject):
    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._read, daemon=True, name="eye").start()

    def _read(self) -> None:
        for line in sys.stdin:
            self.asked.emit(line.strip())
        QTimer.singleShot(0, QApplication.instance(), QApplication.quit)

    def _answer(self, line: str) -> None:
        what, _, file = line.partition(" ")
        answer: Any = {"saved": desktop().save(file)} if what == "shot" else look()
        print(json.dumps(answer), flush=True)


def desktop() -> QImage:
    """All outputs as they are on the glass."""
    screen = QApplication.primaryScreen()
    whole = screen.virtualGeometry()
    at = screen.geometry()
    return screen.grabWindow(0, -at.x(), -at.y(), whole.width(), whole.height()).toImage()


def look() -> dict[str, Any]:
    windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, WallWindow)]
    return {"pid": os.getpid(), "windows": {window.output: seen(window) for window in windows}}


def seen(window: WallWindow) -> dict[str, Any]:
    panels = window.stage.panels() if window.stage is not None else []
    at = window.geometry()
    return {
        "screen": window.screen_of_wall.id if window.screen_of_wall is not None else 0,
        "there": window.there,
        "visible": window.isVisible(),
        "at": [at.x(), at.y(), at.width(), at.height()],
        "scene": panels[0].ctx.wall.scene if panels else "",  # type: ignore[attr-defined]
        "panels": [panel.objectName() for panel in panels],
        "still": window.still,
        "said": window.over.said.trouble,
        "number": window.over.said.number,
    }


class NodeProcess:
    """One machine of the wall on an X server of its own or shared."""

    def __init__(self, display: str, hub: Path, profile: Path, machine: str) -> None:
        profile.mkdir(parents=True, exist_ok=True)
        self.log = profile / "node.log"
        env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        command = [sys.executable, "-m", "tests.wall_eye", str(hub), str(profile), machine]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=env, text=True
            )

    def ask(self, line: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        assert answer, self.log.read_text(errors="replace")[-3000:]
        told: dict[str, Any] = json.loads(answer)
        return told

    def windows(self) -> dict[str, dict[str, Any]]:
        """What each window shows, by name of the output."""
        told: dict[str, dict[str, Any]] = self.ask("look")["windows"]
        return told

    def until(self, what: str, told: Any) -> Any:
        return wait_for(what, lambda: told(self.windows()), PATIENCE)

    def shot(self, file: Path) -> None:
        assert self.ask(f"shot {file}")["saved"]

    def close(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


if __name__ == "__main__":
    hub, profile, machine = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    clock = SystemClock()
    application()
    eye = Eye()
    opening = SeatOpening(profile, pack(), OwnHub(hub), clock)
    try:
        raise SystemExit(run_wall(profile, opening, machine, clock, lang="zh"))
    finally:
        opening.close()
