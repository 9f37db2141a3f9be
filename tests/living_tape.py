"""`ports.Tape` for tests: says what the test says, and remembers what was wanted of it."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.model.clock import DAY
from cockpit.model.messages import Message
from cockpit.model.replay import ReplayState, TapeState
from tests.living_picture import NOW


class TapeInHand:
    """A tape that says what the test says, and remembers what was wanted of it."""

    def __init__(self) -> None:
        self.replay = ReplayState()
        self.steered: list[tuple[int | None, float | None, str | None]] = []
        self.asked: list[Callable[[TapeState | Message], None]] = []

    def state(self, done: Callable[[TapeState | Message], None]) -> None:
        self.asked.append(done)

    def start(self, at: int, rate: float, mode: str, done: Callable[[Message | None], None], tape: str = "") -> None:
        self.replay = ReplayState("r", at, at, rate, mode, NOW - DAY, NOW)
        done(None)

    def steer(self, at: int | None = None, rate: float | None = None, mode: str | None = None) -> None:
        self.steered.append((at, rate, mode))

    def stop(self) -> None:
        self.replay = ReplayState()
