"""What is new and grave is heard in the hall too: from the machine that draws the wall's first screen."""

from __future__ import annotations

from cockpit.model.levels import Level
from cockpit.seat import Seat
from cockpit.ui.news import OPENING, News
from cockpit.ui.sound import Player
from cockpit.wall.node import WallSeat

TOPICS = frozenset({"event", "alert"})


class WallSounds:
    """Plays what the mode of the wall lets be heard, as loud as the machine is set."""

    def __init__(self, seat: Seat, line: WallSeat) -> None:
        self._seat, self._line = seat, line
        self._news = News(seat.picture, seat.clock, seat.pack)
        self._player = Player(seat.clock.base)
        self._since: float | None = None

    def close(self) -> None:
        self._player.close()
        self._player.deleteLater()

    def tell(self, topics: frozenset[str]) -> None:
        """Tables changed."""
        if not topics & TOPICS:
            return
        if not self._settled():
            self._news.settle()
            return
        loudest = self._news.take().loudest
        name = "alert_1" if loudest == Level.RED else "alert_2"
        if loudest and self.hears(name):
            self._player.play(name)

    def hears(self, sound: str) -> bool:
        """Whether this machine is to play a sound now."""
        shows, state, wall = self._line.shows, self._line.state, self._line.wall
        if shows is None or state is None or wall is None or shows.muted or shows.rehearsal:
            return False
        if not wall.screens or wall.screens[0].machine != self._line.machine:
            return False
        mode = next((one for one in state.hall.modes if one.id == shows.mode), None)
        return mode is None or not mode.sounds or sound in mode.sounds

    def _settled(self) -> bool:
        """Whether the hub has been there for a while: what it brings first was there before."""
        now = self._seat.clock.mono()
        if not self._line.joined:
            self._since = None
        elif self._since is None:
            self._since = now
        return self._since is not None and now - self._since >= OPENING
