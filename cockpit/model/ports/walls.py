"""What panels of a desk ask of the walls: what they show, what their machines report, and to show something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from cockpit.model.messages import Message
from cockpit.model.wallasks import Events, Paired, RemotesKnown, SceneTexts, Versions, VersionTexts
from cockpit.model.walljoin import CodeMade, Forgotten, Machines
from cockpit.model.wallstate import Pointer, Thumb, WallAct, WallState

Listener = Callable[[str], None]
"""Told what is another now: `state`, `thumbs` or `scenes`."""


class Walls(Protocol):
    @property
    def state(self) -> WallState | None:
        """As the hub last told it; None before it did."""
        ...

    @property
    def heard(self) -> int:
        """When that was, machine's wall clock, UTC us; 0 never."""
        ...

    @property
    def scenes(self) -> SceneTexts | None:
        """Every scene as it is published, and the hall file; None as long as they are not known."""
        ...

    def thumbs(self, wall: str) -> Mapping[int, Thumb]:
        """The newest small pictures of a wall by number of the screen."""
        ...

    def listen(self, told: Listener) -> None:
        """Tells a listener from now on; one that is gone is not told."""
        ...

    def second(self, wall: str) -> None:
        """A second passed, and the small pictures of this wall are looked at ("": of none)."""
        ...

    def act(self, act: WallAct, done: Callable[[Message | None], None]) -> None:
        """Has a wall show something else; None when it does, else why not."""
        ...

    def publish(self, texts: Mapping[str, str], note: str, seen: int, done: Callable[[int | Message], None]) -> None:
        """Publishes files by their names ("" takes one away), made from version `seen`; the new version or why not."""
        ...

    def back(self, version: int, seen: int, done: Callable[[int | Message], None]) -> None:
        """Publishes what was in a version once more, while `seen` is the newest; the new version or why not."""
        ...

    def versions(self, done: Callable[[Versions | Message], None]) -> None: ...

    def version(self, number: int, against: int, done: Callable[[VersionTexts | Message], None]) -> None:
        """The files of a version, and what is another than in `against` (0: the one before it)."""
        ...

    def events(self, done: Callable[[Events | Message], None]) -> None:
        """Open events that can be put on a wall."""
        ...

    def pair(self, role: str, days: int, done: Callable[[Paired | Message], None]) -> None:
        """A code that pairs one remote: `presenter` or `operator`, for so many days."""
        ...

    def remotes(self, done: Callable[[RemotesKnown | Message], None]) -> None: ...

    def unpair(self, id: str, done: Callable[[Message | None], None]) -> None: ...

    def code(self, machine: str, done: Callable[[CodeMade | Message], None]) -> None:
        """A code that lets one machine join; "": it is called as it calls itself."""
        ...

    def machines(self, done: Callable[[Machines | Message], None]) -> None:
        """Machines that joined."""
        ...

    def revoke(self, machine: str, done: Callable[[Message | None], None]) -> None:
        """A machine is hung up on, and can not come back without a code."""
        ...

    def forget(self, machine: str, done: Callable[[Forgotten | Message], None]) -> None:
        """The hub knows nothing of a machine any more that is not there."""
        ...

    def hand(self, pointer: Pointer) -> None:
        """A light spot or strokes on a wall, as they move; not kept and not answered."""
        ...
