"""The parent's side of the worker process: jobs in, answers out, one worker that is started when it is first needed,
and again when a tile brought it down."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future

import msgspec

from cockpit.geo.tiles.made import Answer, Job
from cockpit.geo.tiles.worker import HEAD
from cockpit.model.clock import Clock
from cockpit.model.typed import from_msgpack
from cockpit.processes import cockpit_command, environment_of_child

PATIENCE = 30.0
"""Seconds that a job may take; a file of a whole city ten times that."""
MOST_ANSWER = 800_000_000


class Maker:
    """Attributes:
    restarts: how often the worker had to be started again.
    """

    def __init__(
        self, clock: Clock, command: Callable[[], list[str]] = lambda: cockpit_command("tiles", "worker")
    ) -> None:
        self.restarts = -1
        self._clock = clock
        self._command = command
        self._condition = threading.Condition()
        self._jobs: deque[tuple[Job, Future[Answer]]] = deque()
        self._ended = False
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    def make(self, job: Job) -> Future[Answer]:
        """The answer to a job, in its time. Any thread; never raises."""
        future: Future[Answer] = Future()
        with self._condition:
            if self._ended:
                future.cancel()
                return future
            self._jobs.append((job, future))
            if self._thread is None:
                # the kernel ends the worker with the thread that started it: this one lives as long as it is needed
                self._thread = threading.Thread(target=self._run, name="tile-maker", daemon=True)
                self._thread.start()
            self._condition.notify()
        return future

    @property
    def pid(self) -> int:
        """Of the worker; 0 where none runs."""
        process = self._process
        return process.pid if process is not None else 0

    def close(self) -> None:
        """Ends worker and thread; jobs that wait are cancelled."""
        with self._condition:
            self._ended = True
            for _, future in self._jobs:
                future.cancel()
            self._jobs.clear()
            self._condition.notify()
            if self._process is not None:
                self._process.kill()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while True:
                with self._condition:
                    self._condition.wait_for(lambda: self._jobs or self._ended)
                    if self._ended:
                        return
                    job, future = self._jobs.popleft()
                if not future.set_running_or_notify_cancel():
                    continue
                answer = self._done(job)
                if answer is None and not self._ended:
                    answer = Answer(why="the worker could not bear it")
                if answer is None:
                    future.set_exception(CancelledError())
                else:
                    future.set_result(answer)
        finally:
            self._end_worker()

    def _done(self, job: Job) -> Answer | None:
        """None when the worker did not survive it or took too long."""
        process = self._running()
        if process is None:
            return None
        data = msgspec.msgpack.encode(job)
        assert process.stdin is not None
        until = self._clock.mono() + PATIENCE * (10 if job.kind == "geojson" else 1)
        try:
            process.stdin.write(HEAD.pack(len(data)))
            process.stdin.write(data)
            process.stdin.flush()
            size = HEAD.unpack(self._read(process, HEAD.size, until))[0]
            if size > MOST_ANSWER:
                raise ValueError("an answer that no job has")
            return from_msgpack(self._read(process, size, until), type=Answer)
        except (OSError, ValueError, EOFError, TimeoutError, msgspec.MsgspecError):
            self._end_worker()
            return None

    def _read(self, process: subprocess.Popen[bytes], size: int, until: float) -> bytes:
        """Raises:
        EOFError: the worker ended. TimeoutError: it took too long.
        """
        assert process.stdout is not None
        fd = process.stdout.fileno()
        data = bytearray()
        while len(data) < size:
            left = until - self._clock.mono()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(fd, min(size - len(data), 1 << 20))
            if not piece:
                raise EOFError
            data += piece
        return bytes(data)

    def _running(self) -> subprocess.Popen[bytes] | None:
        if self._process is not None and self._process.poll() is not None:
            self._end_worker()  # it ended by itself: its pipes are closed before another takes its place
        with self._condition:
            if self._ended:
                return None
            if self._process is None:
                self.restarts += 1
                try:
                    self._process = subprocess.Popen(
                        self._command(),
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL,
                        bufsize=0,
                        env=environment_of_child(),
                    )
                except OSError:  # no memory, too many processes: the tile is tried again when it is next seen
                    self._process = None
            return self._process

    def _end_worker(self) -> None:
        with self._condition:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()
