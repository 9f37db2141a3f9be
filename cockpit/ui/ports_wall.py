"""The port of the walls, answered by the seat. A callback whose asker is gone is not called."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cockpit.model.messages import Message
from cockpit.model.wallasks import Events, Paired, RemotesKnown, Versions, VersionTexts
from cockpit.model.walljoin import CodeMade, Forgotten, Machines
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

    def back(self, version: int, seen: int, done: Callable[[int | Message], None]) -> None:
        super().back(version, seen, while_alive(done))

    def versions(self, done: Callable[[Versions | Message], None]) -> None:
        super().versions(while_alive(done))

    def version(self, number: int, against: int, done: Callable[[VersionTexts | Message], None]) -> None:
        super().version(number, against, while_alive(done))

    def events(self, done: Callable[[Events | Message], None]) -> None:
        super().events(while_alive(done))

    def pair(self, role: str, days: int, done: Callable[[Paired | Message], None]) -> None:
        super().pair(role, days, while_alive(done))

    def remotes(self, done: Callable[[RemotesKnown | Message], None]) -> None:
        super().remotes(while_alive(done))

    def unpair(self, id: str, done: Callable[[Message | None], None]) -> None:
        super().unpair(id, while_alive(done))

    def code(self, machine: str, done: Callable[[CodeMade | Message], None]) -> None:
        super().code(machine, while_alive(done))

    def machines(self, done: Callable[[Machines | Message], None]) -> None:
        super().machines(while_alive(done))

    def revoke(self, machine: str, done: Callable[[Message | None], None]) -> None:
        super().revoke(machine, while_alive(done))

    def forget(self, machine: str, done: Callable[[Forgotten | Message], None]) -> None:
        super().forget(machine, while_alive(done))
