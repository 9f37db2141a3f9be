"""What is new of the city reaches the panels of a wall, but not while a scene is being changed: its machines are ready
sooner, and none of them is in the middle of a frame at the moment of the change."""

from __future__ import annotations

from collections.abc import Callable

from layouts.wallstages import WallStages


class Freshening:
    """Tells the panels of all screens of a machine what is new."""

    def __init__(self, stages: WallStages, hurries: Callable[[], bool], later: Callable[[], None]) -> None:
        """
        Args:
            hurries: whether a scene is being changed.
            later: has `look` called in a while.
        """
        self._stages, self._hurries, self._later = stages, hurries, later
        self._topics: frozenset[str] = frozenset()
        self._older = False

    def changed(self, topics: frozenset[str]) -> None:
        """Tables changed."""
        self._topics |= topics
        self.look()

    def second(self) -> None:
        """A second passed."""
        self._older = True
        self.look()

    def look(self) -> None:
        """Tells what there is to be told, now or later."""
        if self._hurries():
            self._later()
            return
        topics, self._topics = self._topics, frozenset()
        older, self._older = self._older, False
        for stage in self._stages.all:
            if topics:
                stage.refresh(topics)
            if older:
                stage.age_tick()
