"""One thread that makes what is too heavy for Qt's: the latest wish of a kind is made, older ones are dropped."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from widgets.map.raster.types import make_all_types

Make = Callable[[], Any]


def same(a: tuple[object, ...], b: tuple[object, ...]) -> bool:
    """Whether two tokens are of the very same things; plain values are compared."""
    return len(a) == len(b) and all(
        x is y or (isinstance(x, int | float | str) and type(x) is type(y) and x == y)
        for x, y in zip(a, b, strict=True)
    )


class Works(QObject):
    """Makes things by kind and keeps the last one of each.

    Attributes:
        done: something was made, emitted on the thread that owns this object.
        failed: the exception of what could not be made; the others go on.
    """

    done = Signal()
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        make_all_types()
        self._condition = threading.Condition()
        self._wishes: dict[str, tuple[tuple[object, ...], Make]] = {}
        self._made: dict[str, tuple[tuple[object, ...], Any]] = {}
        self._jobs: deque[Make] = deque()
        self._making = ""
        self._ended = False
        self._thread: threading.Thread | None = None

    def get(self, kind: str, token: tuple[object, ...], make: Make, now: bool) -> Any:
        """What was made of `kind`; as long as it is not that of `token`, the last one, None at first.

        Args:
            token: the very same things make the same.
            make: makes it; touches nothing that others change.
            now: make it here, at once.
        """
        with self._condition:
            made = self._made.get(kind)
            if made is not None and same(made[0], token):
                self._wishes.pop(kind, None)
                return made[1]
            if not now:
                wish = self._wishes.get(kind)
                if (wish is None or not same(wish[0], token)) and not self._ended:
                    self._wishes[kind] = (token, make)
                    self._condition.notify()
                    self._start()
                return made[1] if made is not None else None
        result = make()
        with self._condition:
            self._made[kind] = (token, result)
            self._wishes.pop(kind, None)
        return result

    def then(self, job: Make) -> None:
        """Has `job` done in the thread, every one in its order and before what is wished for later."""
        with self._condition:
            if not self._ended:
                self._jobs.append(job)
                self._condition.notify()
                self._start()

    def busy(self) -> bool:
        """Whether something is being made."""
        with self._condition:
            return bool(self._wishes or self._jobs or self._making)

    def forget(self, kind: str) -> None:
        with self._condition:
            self._wishes.pop(kind, None)
            self._made.pop(kind, None)

    def close(self) -> None:
        with self._condition:
            self._ended = True
            self._wishes.clear()
            self._jobs.clear()
            self._condition.notify()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="map-compose", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._making = ""
                while not self._wishes and not self._jobs and not self._ended:
                    self._condition.wait()
                if self._ended:
                    return
                job = self._jobs.popleft() if self._jobs else None
                kind = "" if job else next(iter(self._wishes))
                token, make = ((), job) if job else self._wishes[kind]
                self._making = kind or "job"
            try:
                result = make()
            except Exception as error:
                with self._condition:
                    if job is None:  # not tried again and again: it would fail again
                        self._wishes.pop(kind, None)
                        self._made[kind] = (token, self._made[kind][1] if kind in self._made else None)
                self._tell(self.failed, error)
                continue
            if job is None:
                with self._condition:
                    wish = self._wishes.get(kind)
                    if wish is not None and wish[0] is token:
                        del self._wishes[kind]
                    self._made[kind] = (token, result)
                self._tell(self.done)

    def _tell(self, signal: Any, *what: object) -> None:
        if not self._ended:
            signal.emit(*what)
