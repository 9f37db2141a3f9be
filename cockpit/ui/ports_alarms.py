"""The port of alarms, answered by the seat. A callback whose asker is gone is not called."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.model.alarms import Entry, Load, Rule, Tried
from cockpit.model.messages import Message
from cockpit.seat import Seat
from cockpit.seat.alarms import LiveAlarms
from cockpit.ui.ports import while_alive


class SeatAlarms:
    """`ports.Alarms`."""

    def __init__(self, seat: Seat) -> None:
        self._alarms = LiveAlarms(seat)

    @property
    def load(self) -> Load:
        return self._alarms.load

    @property
    def rules(self) -> Sequence[Rule]:
        return self._alarms.rules

    def act(
        self, act: str, keys: Sequence[str], done: Callable[[Message | None], None], reason: str = "", until: int = 0
    ) -> None:
        self._alarms.act(act, keys, while_alive(done), reason, until)

    def save(self, rule: Rule, done: Callable[[Message | None], None]) -> None:
        self._alarms.save(rule, while_alive(done))

    def remove(self, rule: str, version: int, done: Callable[[Message | None], None]) -> None:
        self._alarms.remove(rule, version, while_alive(done))

    def try_out(self, rule: Rule, start: int, end: int, done: Callable[[Tried | Message], None]) -> None:
        self._alarms.try_out(rule, start, end, while_alive(done))

    def history(self, rule: str, done: Callable[[list[Rule] | Message], None]) -> None:
        self._alarms.history(rule, while_alive(done))

    def entries(
        self,
        done: Callable[[list[Entry] | Message], None],
        alarm: str = "",
        rule: str = "",
        before: int = 0,
        most: int = 200,
    ) -> None:
        self._alarms.entries(while_alive(done), alarm, rule, before, most)
