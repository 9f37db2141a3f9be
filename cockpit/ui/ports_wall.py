"""The port of the walls, answered by the seat. A callback whose asker is gone is not called."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cockpit.model.messages import Message
from cockpit.model.wallasks import Events, Versions, VersionTexts
from cockpit.model.wallstate import WallAct
from cockpit.seat.walls import HubWalls
from cockpit.ui.ports import while_alive


class SeatWalls(HubWalls):
    """`ports.walls.Walls`."""

    def listen(self, told: Callable[[str], None]) -> None:
        super().listen(while_alive(told))

    def act(self, act: WallAct, done: Callable[[Message | None], None]) -> None:
        super().act(act, while_alive(done))

    def publish(self, texts: Mapping[str, str], note: str, seen: int, done: Callable[[int | Message], None]) -> None:
        super().publish(texts, note, seen, while_alive(done))

    def back(self, version: int, done: Callable[[int | Message], None]) -> None:
        super().back(version, while_alive(done))

    def versions(self, done: Callable[[Versions | Message], None]) -> None:
        super().versions(while_alive(done))

    def version(self, number: int, against: int, done: Callable[[VersionTexts | Message], None]) -> None:
        super().version(number, against, while_alive(done))

    def events(self, done: Callable[[Events | Message], None]) -> None:
        super().events(while_alive(done))
