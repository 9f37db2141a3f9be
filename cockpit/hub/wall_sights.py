"""What passes through the hub of walls and is not kept: thumbnails for desks that look, light spots for machines."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from cockpit.hub.service import Setting
from cockpit.model import wallasks as asked
from cockpit.model.errors import UserError
from cockpit.model.wallasks import Nothing
from cockpit.model.wallstate import Pointer, Thumb, WallShows
from cockpit.wall.board import Board

MOST_STROKES = 64
MOST_POINTS = 512
MOST_NAME = 100
"""Letters of a hand's name."""
JPEG = b"\xff\xd8"


class WallSights:
    """Answers `wall.thumb`, `wall.thumbs` and `wall.hand`."""

    def __init__(self, setting: Setting, board: Callable[[], Board], role: Callable[[str], str]) -> None:
        """
        Args:
            board: the walls; raises OutsideError while there are none. role: of a user of the bus.
        """
        self._setting = setting
        self._board = board
        self._role = role
        self._thumbs: dict[tuple[str, int], Thumb] = {}
        self._wanted = -math.inf
        self._drawn: dict[str, set[str]] = {}
        self._pictures: dict[str, tuple[object, ...]] = {}
        self._wiped: dict[str, int] = {}
        self._to_wipe: set[str] = set()
        setting.answers.add("wall.thumb", Thumb, self._thumb)
        setting.answers.add("wall.thumbs", asked.ThumbsWanted, self._thumbs_of)
        setting.answers.add("wall.hand", Pointer, self._hand)

    async def _thumb(self, user: str, thumb: Thumb) -> Nothing:
        """A screen's small picture; told on while a desk looks.

        Raises:
            UserError: there is no such screen, another user draws it, or it is no small picture.
        """
        board = self._board()
        wall = board.site.hall.wall(thumb.wall)
        machine = next((one.machine for one in wall.screens if one.id == thumb.screen), "") if wall is not None else ""
        if not board.machines.speaks_for(user, machine):
            raise UserError("wall.thumb_of_another")
        if not thumb.jpeg.startswith(JPEG) or len(thumb.jpeg) > asked.MOST_THUMB:
            raise UserError("wall.thumb_large", most=asked.MOST_THUMB // 1000)
        self._thumbs[thumb.wall, thumb.screen] = thumb
        if self._setting.clock.mono() - self._wanted <= asked.THUMB_SECONDS:
            await self._setting.publish(asked.THUMB, msgspec.msgpack.encode(thumb))
        return Nothing()

    async def _thumbs_of(self, user: str, wanted: asked.ThumbsWanted) -> asked.Thumbs:
        """As many as one message holds, the oldest left out."""
        self._wanted = self._setting.clock.mono()
        screens = {(wall.id, screen.id) for wall in self._board().site.hall.walls for screen in wall.screens}
        self._thumbs = {key: thumb for key, thumb in self._thumbs.items() if key in screens}
        found = [one for one in self._thumbs.values() if one.taken > wanted.after and wanted.wall in ("", one.wall)]
        found.sort(key=lambda one: -one.taken)
        return asked.Thumbs(tuple(found[:24]))

    async def _hand(self, user: str, pointer: Pointer) -> Nothing:
        await self.point(replace(pointer, by=user), self._role(user))
        return Nothing()

    async def point(self, pointer: Pointer, role: str) -> None:
        """Tells machines where a light spot is and what was drawn. Each may take away its own.

        Raises:
            UserError: this role may not, there is no such wall, or it is too much.
        """
        board = self._board()
        if pointer.strokes or pointer.x != -1 or pointer.wall not in board.shows:
            board.check(pointer.wall, role)
        too_many = len(pointer.strokes) > MOST_STROKES or any(len(one) > MOST_POINTS for one in pointer.strokes)
        numbers = [pointer.x, pointer.y, *(n for stroke in pointer.strokes for point in stroke for n in point)]
        if too_many or not all(-1 <= n <= 1 for n in numbers):  # a NaN is not
            raise UserError("wall.no_pointer")
        by = pointer.by[:MOST_NAME] or role
        drawn = self._drawn.setdefault(pointer.wall, set())
        (drawn.add if pointer.strokes else drawn.discard)(by)
        await self._point(replace(pointer, by=by))

    async def _point(self, pointer: Pointer) -> None:
        spot = replace(pointer, at=self._setting.clock.wall())
        await self._setting.publish(asked.HAND, msgspec.msgpack.encode(spot))

    def clear(self, walls: Iterable[str]) -> None:
        """What was drawn on these walls is wiped off, by the next `wipe`."""
        for wall in walls:
            self._wiped[wall] = self._wiped.get(wall, 0) + 1
            if self._drawn.pop(wall, None):
                self._to_wipe.add(wall)

    def wiped(self, walls: Iterable[WallShows]) -> dict[str, int]:
        """`WallState.wiped`, for what these walls show."""
        self._look(walls)
        return dict(self._wiped)

    def _look(self, walls: Iterable[WallShows]) -> None:
        """Lines that were drawn on another picture than a wall shows now are none of it."""
        for shows in walls:
            picture = (shows.scene.id, shows.view, shows.event, shows.area, shows.about)
            if self._pictures.setdefault(shows.wall, picture) != picture:
                self._pictures[shows.wall] = picture
                self.clear((shows.wall,))

    async def wipe(self, walls: Iterable[WallShows]) -> None:
        """Tells machines of what is to be wiped off."""
        self._look(walls)
        while self._to_wipe:
            await self._point(Pointer(self._to_wipe.pop()))
