"""What panels ask of the tape and of a replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cockpit.model.messages import Message
from cockpit.model.replay import ReplayState, TapeState


class Tape(Protocol):
    @property
    def replay(self) -> ReplayState:
        """The replay that this seat shows; its id is "" when it shows what is live."""
        ...

    def state(self, done: Callable[[TapeState | Message], None]) -> None: ...

    def start(self, at: int, rate: float, mode: str, done: Callable[[Message | None], None], tape: str = "") -> None:
        """Shows the city as of `at` (UTC us, hub's wall clock) and goes on from there.

        Args:
            tape: name of an imported tape, "" the hub's own.
        """
        ...

    def steer(self, at: int | None = None, rate: float | None = None, mode: str | None = None) -> None:
        """Goes elsewhere, faster or slower (0 stands), or changes what is meant by then."""
        ...

    def stop(self) -> None:
        """Back to what is live."""
        ...
