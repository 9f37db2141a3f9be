"""Work of a seat that is done on a thread of its own and told in a tick. No Qt."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Waiting(Protocol):
    """What was asked.

    Attributes:
        gone: nobody waits for it any more.
    """

    gone: bool


class Ticking(Protocol):
    def later(self, what: Callable[[], None]) -> None: ...


A = TypeVar("A", bound=Waiting)


class Aside(Generic[A]):
    """A thread, and what waits for it.

    Attributes:
        stir: lock of the other two; whoever changes them notifies, the thread waits at it.
        waiting: what was asked and not begun. ended: the thread is to come to its end.
        begun: the thread was started.
    """

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        """
        Args:
            work: all that the thread does, until it is `ended`.
        """
        self.stir = threading.Condition()
        self.waiting: deque[A] = deque()
        self.ended = self.begun = False
        self._thread = threading.Thread(target=work, name=name, daemon=True)

    def start(self) -> None:
        if not self.begun:
            self.begun = True
            self._thread.start()

    def put(self, asked: A) -> Callable[[], None]:
        """One more; what is returned cancels it."""
        self.start()
        with self.stir:
            self.waiting.append(asked)
            self.stir.notify()

        def cancel() -> None:
            asked.gone = True

        return cancel

    def notify(self) -> None:
        """There may be something to be done."""
        with self.stir:
            self.stir.notify()

    def end(self) -> None:
        """The thread is to come to its end; waits for nothing."""
        with self.stir:
            self.ended = True
            self.stir.notify()

    def close(self) -> None:
        """Waits until the thread has ended."""
        self.end()
        if self.begun:
            self._thread.join()


def raise_in_tick(seat: Ticking, error: Exception) -> None:
    """Our bug on a thread beside goes where those of a tick go."""

    def throw() -> None:
        raise error

    seat.later(throw)
