"""The thread that draws. The latest wish of each kind is drawn, older ones are dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache

from PySide6 import QtCore, QtGui
from PySide6.QtCore import QObject, Signal

from widgets.map.raster.base import Alive, Stopped

Job = Callable[[Alive], object]


@lru_cache(maxsize=1)
def make_all_types() -> None:
    """Has PySide6 make every type of QtCore and QtGui now, 0.1 s.

    It makes them at their first use, in Python code that another thread may interrupt: two threads at it crash the
    process, or find a type without its enums.
    """
    for module in (QtCore, QtGui):
        for name in dir(module):
            getattr(module, name, None)


class Worker(QObject):
    """One thread, one slot a kind of job.

    Attributes:
        done: (kind, result), delivered on the thread that owns this object.
        failed: the exception of a job; the worker goes on.
    """

    done = Signal(str, object)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        make_all_types()
        self._condition = threading.Condition()
        self._jobs: dict[str, Job] = {}
        self._running = ""
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="map-raster", daemon=True)
        self._thread.start()

    def submit(self, kind: str, job: Job) -> None:
        """Wish for a job; a waiting one of the same kind is dropped. Kinds are served in the order of their names."""
        with self._condition:
            if not self._ended:
                self._jobs[kind] = job
                self._condition.notify()

    def busy(self) -> bool:
        with self._condition:
            return bool(self._jobs or self._running)

    def close(self) -> None:
        """Ends the thread; a job that is being drawn stops at its next small step."""
        with self._condition:
            self._ended = True
            self._jobs.clear()
            self._condition.notify()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _alive(self) -> bool:
        return not self._ended

    def _run(self) -> None:
        while True:
            with self._condition:
                self._running = ""
                while not self._jobs and not self._ended:
                    self._condition.wait()
                if self._ended:
                    return
                kind = min(self._jobs)
                job = self._jobs.pop(kind)
                self._running = kind
            try:
                result = job(self._alive)
            except Stopped:
                continue
            except Exception as error:
                self._tell(self.failed, error)
                continue
            self._tell(self.done, kind, result)

    def _tell(self, signal: object, *what: object) -> None:
        if not self._ended:
            signal.emit(*what)  # type: ignore[attr-defined]
