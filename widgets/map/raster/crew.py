"""Threads that draw parts of one picture side by side with whoever asked for it."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence

Part = Callable[[], object]


def helpers() -> int:
    """How many threads help the one that asks: the cores without one, three at the most."""
    return min(max((os.cpu_count() or 1) - 1, 1), 3)


class _Batch:
    def __init__(self, parts: Sequence[Part]) -> None:
        self.waiting = deque(parts)
        self.running = 0
        self.error: BaseException | None = None


class Crew:
    """Helpers that any thread may ask; parts of a frame go before parts of a sheet."""

    def __init__(self, count: int, name: str) -> None:
        self._condition = threading.Condition()
        self._batches: deque[_Batch] = deque()
        self._ended = False
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True) for number in range(count)
        ]

    def start(self) -> None:
        """Until then whoever asks does all alone."""
        for thread in self._threads:
            thread.start()

    def share(self, parts: Sequence[Part], urgent: bool = False) -> None:
        """Has all `parts` run, some of them on this thread; returns when all are done.

        Raises:
            Exception: the first error of a part; those that had not begun are left out then.
        """
        batch = _Batch(parts)
        with self._condition:
            if len(parts) > 1 and not self._ended:
                self._batches.appendleft(batch) if urgent else self._batches.append(batch)
                self._condition.notify_all()
            while True:
                if batch.waiting:
                    self._do(batch)
                elif batch.running:
                    self._condition.wait()
                else:
                    break
            if batch in self._batches:
                self._batches.remove(batch)
        if batch.error is not None:
            raise batch.error

    def close(self) -> None:
        """Ends the threads; what they are at is finished."""
        with self._condition:
            self._ended = True
            self._condition.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _do(self, batch: _Batch) -> None:
        """Runs the next part of a batch; called with the lock held, which it lets go meanwhile."""
        part = batch.waiting.popleft()
        batch.running += 1
        self._condition.release()
        try:
            part()
        except BaseException as error:
            self._condition.acquire()
            batch.error = batch.error or error
            batch.waiting.clear()
        else:
            self._condition.acquire()
        batch.running -= 1
        if not batch.running and not batch.waiting:
            self._condition.notify_all()

    def _run(self) -> None:
        with self._condition:
            while not self._ended:
                batch = next((b for b in self._batches if b.waiting), None)
                if batch is None:
                    self._condition.wait()
                else:
                    self._do(batch)
