"""Which events go on a wall: of the city, or of the rehearsal that it shows; never of one world on one of another."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.hub.service import Setting
from cockpit.model import wallasks as asked
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.rehearsal import Told
from cockpit.model.wallstate import WallAct
from cockpit.wall.acts import MOST_KEY
from cockpit.wall.board import Board
from cockpit.wall.standing import open_events


class WallEvents:
    """Answers `wall.events`."""

    def __init__(self, setting: Setting, board: Callable[[], Board]) -> None:
        """
        Args:
            board: the walls; raises OutsideError while there are none.
        """
        self._setting = setting
        self._board = board
        setting.answers.add("wall.events", asked.EventsWanted, self._events)

    async def _events(self, user: str, wanted: asked.EventsWanted) -> asked.Events:
        """Raises UserError: that rehearsal does not run. OutsideError: it does not answer."""
        if wanted.rehearsal:
            return asked.Events((await self._drilled(wanted.rehearsal, "")).events)
        pack = self._setting.pack
        return asked.Events(open_events(self._setting.intake.picture, lambda kind: pack.kind(kind).name))

    async def chosen(self, act: WallAct, rehearsal: str) -> str:
        """The event that a remote chose, as the walls know it that are meant.

        Args:
            rehearsal: that it is of, "" none: one of the city.

        Raises:
            UserError: a wall is in another world than the event, or there is no such event. OutsideError: the rehearsal
                does not answer.
        """
        self._of_one_world(act.wall, rehearsal)
        if not rehearsal:
            return act.value
        found = await self._drilled(rehearsal, act.value[:MOST_KEY])
        self._of_one_world(act.wall, rehearsal)  # it may be over by now
        return found.event

    async def _drilled(self, rehearsal: str, event: str) -> Told:
        """As `Between.drilled`."""
        if self._setting.between.drilled is None:
            raise OutsideError("wall.drill_silent")
        return await self._setting.between.drilled(rehearsal, event)

    def _of_one_world(self, wall: str, rehearsal: str) -> None:
        if self._worlds(wall) - {rehearsal}:
            raise UserError("wall.event_of_rehearsal" if rehearsal else "wall.event_in_rehearsal")

    def rehearses(self, wall: str) -> bool:
        """Events of a rehearsal are of its own world."""
        return any(self._worlds(wall))

    def _worlds(self, wall: str) -> set[str]:
        """The rehearsals that a wall ("" all) shows; "" is the city among them."""
        return {shows.rehearsal for shows in self._board().shows.values() if wall in ("", shows.wall)}
