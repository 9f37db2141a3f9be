"""A child process that is kept alive: started, watched, restarted with growing pauses, ended."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import IO

from cockpit.model.clock import Clock
from cockpit.processes import environment_of_child

RESTART_SECONDS = (0.2, 1.0, 2.0, 5.0, 10.0)
CALM_SECONDS = 10.0
"""A child that ran this long is restarted at once again."""
END_SECONDS = 6.0


class Child:
    """One child and how it is kept alive.

    Attributes:
        name: `hub`, `city` or `gateway`.
        process: the running one, or None.
        failure: what it said when it last gave up by itself, "" when it did not.
        restarts: how often it was started again.
    """

    def __init__(self, name: str, command: Callable[[], list[str]], log: Path, clock: Clock) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self.failure = ""
        self.restarts = -1
        self._command = command
        self._log = log
        self._clock = clock
        self._due = 0.0
        self._began = 0.0
        self._failures = 0

    def poll(self) -> None:
        """Starts it when it is not running and its time has come. To be called from the main thread.

        The kernel kills a child when the *thread* that started it ends, hence the main one.
        """
        now = self._clock.mono()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            self.process = None
            self.failure = self._last_words() if code > 0 else ""
            self._again(now)
        if now < self._due:
            return
        self._began = now
        self.restarts += 1
        try:
            with contextlib.ExitStack() as opened:
                log = self._open_log(opened)
                self.process = subprocess.Popen(
                    self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment_of_child()
                )
        except OSError as error:  # no memory, too many processes: as if it had ended at once
            self.failure = error.strerror or str(error)
            self._again(now)

    def _again(self, now: float) -> None:
        self._failures = 0 if now - self._began > CALM_SECONDS else self._failures + 1
        self._due = now + RESTART_SECONDS[min(self._failures, len(RESTART_SECONDS) - 1)]

    def _open_log(self, opened: contextlib.ExitStack) -> IO[bytes] | int:
        """Its log; nothing where none can be written: a full disk is no reason to stay away."""
        try:
            self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return opened.enter_context(open(self._log, "wb" if self.restarts == 0 else "ab"))
        except OSError:
            return subprocess.DEVNULL

    def _last_words(self) -> str:
        """The last line of its log, for a sentence about why it does not run."""
        with contextlib.suppress(OSError):
            lines = self._log.read_text("utf-8", "replace").strip().splitlines()
            return lines[-1][:300] if lines else ""
        return ""

    def terminate(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
