"""`cockpit wall node`: starts the process that draws, and starts it anew when it dies or stands still. For months."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from cockpit.heartbeat import BEAT_ENV, RESTART_CODE
from cockpit.model.clock import Clock, SystemClock
from cockpit.model.errors import UserError
from cockpit.model.messages import Message, language, texts
from cockpit.oneseat import profile_if_free
from cockpit.processes import cockpit_command, environment_of_child, writing_to
from cockpit.wall.crashes import keep_report, log_of_child

RESTART_SECONDS = (0.1, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Before the next start; the first for one that had run well."""


class Patience(msgspec.Struct, frozen=True):
    """How long what may take.

    Attributes:
        hang: without a beat, after the first; start: until the first. calm: run so long, the next start is at once.
        words: for writing down where it stands, before it is killed. end: for an orderly end.
    """

    hang: float = 10.0
    start: float = 60.0
    calm: float = 10.0
    words: float = 1.5
    end: float = 8.0


class Beside(Protocol):
    """What goes on beside the child: a screen that does not sleep, a word to the system's own watchdog."""

    def beat(self) -> None:
        """The child beat."""
        ...

    def second(self) -> None:
        """About each second, whatever the child does."""
        ...

    def close(self) -> None: ...


class Watchdog:
    """One child.

    Attributes:
        process: the running one. starts: how often it was started.
    """

    def __init__(
        self,
        command: Callable[[], list[str]],
        logs: Path,
        clock: Clock,
        beside: Beside,
        patience: Patience | None = None,
        say: Callable[[Message], None] = lambda message: None,
    ) -> None:
        """
        Args:
            logs: folder of the child's log and of the reports.
            say: told why the child is started anew.
        """
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._command = command
        self._logs = logs
        self._clock = clock
        self._beside = beside
        self._patience = patience or Patience()
        self._say = say
        self._failures = 0
        self._stop, self._stopping = os.pipe()
        os.set_blocking(self._stopping, False)
        self._stopped = False

    def stop(self) -> None:
        """Ends the child and `run`. For a signal's handler too."""
        self._stopped = True
        with contextlib.suppress(OSError):
            os.write(self._stopping, b".")

    def run(self) -> int:
        """Until the child ends in order or `stop`; its exit code. To be called from the main thread: the kernel ends
        the child when the thread ends that started it."""
        try:
            while not self._stopped:
                began = self._clock.mono()
                code = self._one_run()
                if self._stopped or code == 0:
                    return 0
                calm = self._clock.mono() - began >= self._patience.calm
                self._failures = 0 if calm or code == RESTART_CODE else self._failures + 1
                self._wait(RESTART_SECONDS[min(self._failures, len(RESTART_SECONDS) - 1)])
            return 0
        finally:
            self._beside.close()
            os.close(self._stop)
            os.close(self._stopping)

    # -- one child ---------------------------------------------------------------------------------------------------

    def _one_run(self) -> int:
        """Starts it and stays with it to its end; its exit code, negative for a signal."""
        began = self._clock.now()
        reading, writing = os.pipe()
        try:
            with log_of_child(self._logs) as log:
                self.process = subprocess.Popen(
                    self._command(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(writing,),
                    env={**environment_of_child(), BEAT_ENV: str(writing)},
                )
        except OSError as error:  # no memory, too many processes
            os.close(reading)
            self._say(Message("walljoin.node_not_started", {"why": error.strerror or str(error)}))
            return -1
        finally:
            os.close(writing)
        self.starts += 1
        os.set_blocking(reading, False)
        try:
            hung = self._stay(reading)
        finally:
            os.close(reading)
        code = self._ended(hung)
        if not self._stopped and code not in (0, RESTART_CODE):
            report = keep_report(self._logs, code, hung, began, self._clock)
            how = "walljoin.node_hung" if hung else "walljoin.node_ended"
            self._say(Message(how, {"code": code, "file": str(report)}))
        return code

    def _stay(self, beats: int) -> bool:
        """Returns once the child has ended, is to end, or stands still; True: it stands still."""
        assert self.process is not None
        until = self._clock.mono() + self._patience.start
        asked = self._clock.mono()
        with _pidfd(self.process.pid) as ended:
            poll = select.poll()
            for fd in (beats, self._stop, *([ended] if ended >= 0 else [])):
                poll.register(fd, select.POLLIN)
            while True:
                ready = {fd for fd, _ in poll.poll(500)}
                now = self._clock.mono()
                late = now - asked > self._patience.hang / 2  # we stood still ourselves: it may have been the machine
                asked = now
                if self._stopped:
                    return False
                if self.process.poll() is not None:
                    return False
                beat = self._read(beats)
                if beat:
                    self._beside.beat()
                if beat or late:
                    until = max(now + self._patience.hang, until if late else 0.0)
                elif beats in ready:  # closed by a child that goes on: `until` decides
                    poll.unregister(beats)
                self._beside.second()
                if now >= until:
                    return True

    @staticmethod
    def _read(beats: int) -> bool:
        with contextlib.suppress(OSError):
            return bool(os.read(beats, 4096))
        return False

    def _ended(self, hung: bool) -> int:
        """Its exit code, once it has ended, by itself or not."""
        process = self.process
        assert process is not None
        if process.poll() is None:
            process.send_signal(signal.SIGABRT if hung else signal.SIGTERM)  # faulthandler writes where it stands
            try:
                process.wait(self._patience.words if hung else self._patience.end)
            except subprocess.TimeoutExpired:
                process.kill()
        code = process.wait()
        self.process = None
        return code

    def _wait(self, seconds: float) -> None:
        end = self._clock.mono() + seconds
        while not self._stopped and (left := end - self._clock.mono()) > 0:
            select.select([self._stop], [], [], min(left, 1.0))
            self._beside.second()


@contextlib.contextmanager
def _pidfd(pid: int):  # type: ignore[no-untyped-def]
    """A descriptor that can be read once the process has ended; -1 where the kernel has none."""
    try:
        fd = os.pidfd_open(pid)
    except (OSError, AttributeError):
        yield -1
        return
    try:
        yield fd
    finally:
        os.close(fd)


def watch_wall(profile: Path, pack: str, lang: str) -> int:
    """Draws this machine's part of the wall until it is told to end.

    Raises:
        UserError: this profile's wall is drawn already.
        OutsideError: the profile can not be written.
    """
    from cockpit.wall.awake import Awake
    from cockpit.wall.behind import Behind, Both

    clock = SystemClock()
    with writing_to(profile):
        profile.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = profile_if_free(profile / "node", clock) if _folder(profile / "node") else None
    if lock is None:
        raise UserError("walljoin.node_runs", folder=str(profile))
    t = texts(lang or language())

    def command() -> list[str]:
        more = [*(("--pack", pack) if pack else ()), *(("--lang", lang) if lang else ())]
        return cockpit_command("run", "--seat", "wall", "--profile", str(profile), *more)

    def say(message: Message) -> None:
        with contextlib.suppress(OSError):
            print(t(message), file=sys.stderr, flush=True)

    dog = Watchdog(command, profile / "logs", clock, Both(Awake(clock, say), Behind(profile, clock)), say=say)
    before = {signum: signal.signal(signum, lambda *_: dog.stop()) for signum in (signal.SIGTERM, signal.SIGINT)}
    try:
        return dog.run()
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
        lock.release()


def _folder(path: Path) -> bool:
    path.mkdir(mode=0o700, exist_ok=True)
    return True
