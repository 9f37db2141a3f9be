"""`ports.Tape`, answered by the seat. A callback whose asker is gone is not called."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.model.messages import Message
from cockpit.model.replay import ReplayState, TapeState
from cockpit.seat import Seat
from cockpit.seat.tape import TapeAtSeat
from cockpit.ui.ports import while_alive


class SeatTape:
    """`ports.Tape`."""

    def __init__(self, seat: Seat) -> None:
        self._tape = TapeAtSeat(seat)

    @property
    def replay(self) -> ReplayState:
        return self._tape.replay

    def state(self, done: Callable[[TapeState | Message], None]) -> None:
        self._tape.state(while_alive(done))

    def start(self, at: int, rate: float, mode: str, done: Callable[[Message | None], None], tape: str = "") -> None:
        self._tape.start(at, rate, mode, while_alive(done), tape)

    def steer(self, at: int | None = None, rate: float | None = None, mode: str | None = None) -> None:
        self._tape.steer(at, rate, mode)

    def stop(self) -> None:
        self._tape.stop()
