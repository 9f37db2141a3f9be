"""How long walls have tried a scene that is not published: one that somebody forgot goes by itself."""

from __future__ import annotations

from cockpit.model.clock import MINUTE
from cockpit.model.wall import Scene
from cockpit.model.wallstate import WallShows
from cockpit.wall.state import changed, untried

MOST = 10 * MINUTE


class Trials:
    """To be used on one thread. A hub that begins anew waits as long again."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[Scene, tuple[int, ...], int]] = {}

    def over(self, shows: WallShows, now: int, mono: int) -> WallShows:
        """A wall whose trial has stood long enough without a change of it; the same object where it has not.

        Args:
            now: UTC us. mono: us of a clock that is never set.
        """
        if shows.trial is None:
            self._since.pop(shows.wall, None)
            return shows
        trial, on, since = self._since.get(shows.wall, (None, (), mono))
        if (trial, on) != (shows.trial, shows.trial_on):
            self._since[shows.wall] = shows.trial, shows.trial_on, mono
            return shows
        if mono < since + MOST:
            return shows
        del self._since[shows.wall]
        return changed(untried(shows), now, "")
