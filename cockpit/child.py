"""A child process that is kept alive: started, watched, restarted with growing pauses, ended."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import IO

from cockpit.heartbeat import BEAT_ENV
from cockpit.model.clock import Clock
from cockpit.processes import environment_of_child

log = logging.getLogger(__name__)

RESTART_SECONDS = (0.2, 1.0, 2.0, 5.0, 10.0)
CALM_SECONDS = 10.0
"""A child that ran this long is restarted at once again."""
END_SECONDS = 6.0
HANG_SECONDS = 30.0
"""A hub or a gateway whose loop stands still for so long is started anew. Seats say before that it does not answer."""
FIRST_BEAT_SECONDS = 180.0
"""A child that is to beat may take so long until it does: a hub looks through its streams before."""
WORDS_SECONDS = 1.5
"""One that hangs has so long to write down where it stands, before it is killed."""


class Child:
    """One child and how it is kept alive.

    Attributes:
        name: `hub`, `city` or `gateway`.
        process: the running one, or None.
        failure: what it said when it last gave up by itself, "" when it did not.
        restarts: how often it was started again.
        beaten: the running one beat. hung: how often one was ended because it stood still.
    """

    def __init__(self, name: str, command: Callable[[], list[str]], log: Path, clock: Clock, hang: float = 0.0) -> None:
        """
        Args:
            hang: seconds without a beat (`cockpit.heartbeat`) after which it stands still and is started anew; 0: it
                does not beat.
        """
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self.failure = ""
        self.restarts = -1
        self.beaten = False
        self.hung = 0
        self._hang = hang
        self._beats = -1
        self._silent_at = self._looked = 0.0
        self._told_to_end = False
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
                if self._hang:
                    self._end_if_hung(now)
                return
            self.process = None
            self._stop_hearing()
            self.failure = self._last_words() if code > 0 else ""
            self._again(now)
        if now < self._due:
            return
        self._began = now
        self.restarts += 1
        try:
            with contextlib.ExitStack() as opened:
                said = self._open_log(opened)
                more = self._pipe(opened, now) if self._hang else ()
                self.process = subprocess.Popen(
                    self._command(),
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    env={**environment_of_child(), BEAT_ENV: str(more[0]) if more else ""},
                    pass_fds=more,
                )
        except OSError as error:  # no memory, too many processes: as if it had ended at once
            self.failure = error.strerror or str(error)
            self._stop_hearing()
            self._again(now)

    def _pipe(self, opened: contextlib.ExitStack, now: float) -> tuple[int, ...]:
        """The end for the child, which is closed here once the child has it."""
        self._beats, writing = os.pipe()
        opened.callback(os.close, writing)
        os.set_blocking(self._beats, False)
        self._silent_at, self._looked = now + FIRST_BEAT_SECONDS, now
        self.beaten = self._told_to_end = False
        return (writing,)

    def _stop_hearing(self) -> None:
        if self._beats >= 0:
            os.close(self._beats)
            self._beats = -1

    def _end_if_hung(self, now: float) -> None:
        """Ends one that stands still: first so that faulthandler says where."""
        late = now - self._looked > self._hang / 2  # we stood still ourselves: it may have been the machine
        self._looked = now
        beat = False
        with contextlib.suppress(OSError):
            beat = bool(os.read(self._beats, 4096))
        self.beaten = self.beaten or beat
        if (beat or late) and not self._told_to_end:
            self._silent_at = max(now + self._hang, self._silent_at if late else 0.0)
        if now < self._silent_at or self.process is None:
            return
        if self._told_to_end:
            self.process.kill()
            return
        log.info("%s stands still; it is started anew", self.name)
        self.hung += 1
        self.process.send_signal(signal.SIGABRT)
        self._silent_at, self._told_to_end = now + WORDS_SECONDS, True

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
        self._stop_hearing()
