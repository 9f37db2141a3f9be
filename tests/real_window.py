"""The real program in a real window of a virtual screen: keys and pointer by XTEST (xdotool), looked at by an eye.

There is no window manager on the screen, so the hand gives a new window the keyboard, as one would.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from cockpit.model.clock import SystemClock

PATIENCE = 40.0
"""Seconds that the window is given to show what was asked for: the machine may be busy."""
LOOK = 0.05

_clock = SystemClock()
Seen = dict[str, Any]


def xdotool() -> str:
    """The program that presses keys; skips the test where it is not installed."""
    found = shutil.which("xdotool")
    if found is None:
        pytest.skip("xdotool is not installed, which packaging/system-deps.sh --tests does")
    return found


def wait_for(what: str, told: Callable[[], Any], seconds: float = PATIENCE, pause: float = LOOK) -> Any:
    """What `told` says as soon as it says something; fails with `what` when the patience is over."""
    end = _clock.mono() + seconds
    while True:
        answer = told()
        if answer:
            return answer
        if _clock.mono() > end:
            pytest.fail(f"{what} did not come about in {seconds:g} s")
        threading.Event().wait(pause)


class RealWindow:
    """One run of the program on a virtual screen.

    Attributes:
        process: the program.
        profile: its profile.
        log: what it wrote to its standard error.
    """

    def __init__(self, display: str, profile: Path, *options: str, env: Mapping[str, str] | None = None) -> None:
        self._xdotool = xdotool()
        self.profile = profile
        profile.mkdir(parents=True, exist_ok=True)
        self.log = profile / "window.log"
        self._env = {**os.environ, **(env or {}), "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        command = [sys.executable, "-m", "tests.window_eye", "run", "--profile", str(profile), "--past", "0", *options]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=self._env
            )

    # -- looking ---------------------------------------------------------------------------------------------------

    def look(self) -> Seen:
        """What the window shows now."""
        seen: Seen = self._ask("look")
        return seen

    def shot(self, file: Path) -> None:
        """Saves the whole screen, for a person to look at."""
        self._ask(f"shot {file}")

    def sees(self, what: str, told: Callable[[Seen], Any], seconds: float = PATIENCE) -> Seen:
        """What the window shows as soon as `told` holds for it."""
        last: Seen = {}

        def looked() -> Seen | None:
            last.clear()
            last.update(self.look())
            return last if last.get("open") and told(last) else None

        try:
            return dict(wait_for(what, looked, seconds))
        except pytest.fail.Exception:
            if not last:
                raise
            short = {name: value for name, value in last.items() if name != "page"}
            pytest.fail(f"{what} was not seen in {seconds:g} s; last seen {short}\n{self.said()}")

    def said(self) -> str:
        """The end of what the program wrote to its standard error."""
        return self.log.read_text("utf-8", "replace")[-2000:]

    def _ask(self, line: str) -> Seen:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(f"{line}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pytest.fail(f"the program has ended with {self.process.wait(5)}\n{self.said()}")
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            pytest.fail(f"the program does not answer\n{self.said()}")
        answer = self.process.stdout.readline()
        if not answer:
            pytest.fail(f"the program has ended with {self.process.wait(5)}\n{self.said()}")
        seen: Seen = json.loads(answer)
        return seen

    # -- the hand --------------------------------------------------------------------------------------------------

    def hand(self, *what: str) -> None:
        """A word to xdotool."""
        subprocess.run([self._xdotool, *what], env=self._env, check=True, timeout=20)

    def key(self, *keys: str) -> None:
        """Presses keys one after the other: "ctrl+k", "Return"."""
        self.hand("key", "--delay", "30", *keys)

    def type(self, text: str) -> None:
        """Types latin letters."""
        self.hand("type", "--delay", "30", text)

    def click(self, at: list[int]) -> None:
        """Moves the pointer there and clicks."""
        self.hand("mousemove", str(at[0]), str(at[1]), "click", "1")

    def point(self, at: list[int]) -> None:
        self.hand("mousemove", str(at[0]), str(at[1]))

    def give_keyboard(self, window: int) -> None:
        """Gives a window the keyboard, as a window manager does with a new one."""
        self.hand("windowfocus", str(window))

    def open(self) -> Seen:
        """Waits until the window is there, and gives it the keyboard."""
        seen = self.sees("the window", lambda _seen: True)
        self.give_keyboard(seen["window"])
        return seen

    # -- the end ---------------------------------------------------------------------------------------------------

    def children(self) -> list[psutil.Process]:
        """Every process that the program started, and theirs."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def close(self) -> int:
        """Ends the program, if it is still there; its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        return code
