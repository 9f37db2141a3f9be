"""Throws a view on a wall: one act after the other, then what of it the scene's panels can show."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from cockpit.model.ids import new_id
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.ports.walls import Walls
from cockpit.model.scope import Scope
from cockpit.model.wall import Wall
from cockpit.model.wallstate import Cast, WallAct, WallShows
from cockpit.ui.viewonwall import about_of, narrowed, narrows, what_words
from widgets.kit.context import PanelContext

LOOK_MS, LOOKS = 50, 100
"""How often, and how many times, the wall's state is looked at for the scene that was asked for."""


class Throwing(QObject):
    """What this desk threw.

    Attributes:
        walls: through which it throws.
        standing: what it put over the scene of each wall, by id of the wall: taken back by the next view.
    """

    def __init__(self, ctx: PanelContext, walls: Walls, parent: QObject) -> None:
        super().__init__(parent)
        self._ctx, self.walls = ctx, walls
        self.standing: dict[str, list[str]] = {}

    def throw(self, wall: Wall, acts: list[WallAct], scope: Scope | None) -> None:
        """
        Args:
            acts: what the wall does first: its event or area, and its scene. scope: what its panels show, None nothing
                of it.
        """
        there = {cast.id for cast in self._casts(wall.id)}
        old = [WallAct(wall.id, "uncast", ident) for ident in self.standing.pop(wall.id, ()) if ident in there]
        scene = next((act.value for act in acts if act.what == "scene"), "")
        all_acts = [*old, *self._selected(wall.id, acts, scope), *acts]
        self._one_by_one(all_acts, lambda: self._narrow(wall, scene, scope, LOOKS))

    def _selected(self, wall: str, acts: list[WallAct], scope: Scope | None) -> list[WallAct]:
        """Kinds and time of the view; what an event is thrown over is of neither, nor of an area."""
        about = about_of(self._ctx, scope) if scope is not None else None
        shows, found = self._shows(wall), []
        if shows is None or shows.about != about:
            found.append(WallAct(wall, "about", about=about))
        of_event = any(act.what == "event" and act.value for act in acts)
        if of_event and (shows is None or shows.area):
            found.append(WallAct(wall, "area"))
        return found

    def _casts(self, wall: str) -> tuple[Cast, ...]:
        shows = self._shows(wall)
        return shows.casts if shows is not None else ()

    def _shows(self, wall: str) -> WallShows | None:
        state = self.walls.state
        return next((one for one in state.shows if one.wall == wall), None) if state is not None else None

    def _one_by_one(self, acts: list[WallAct], then: Callable[[], object]) -> None:
        if not acts:
            then()
            return

        def done(problem: Message | None) -> None:
            if problem is not None:
                self._ctx.notify(problem, Level.ORANGE)
            else:
                self._one_by_one(acts[1:], then)

        self.walls.act(acts[0], done)

    def _narrow(self, wall: Wall, scene: str, scope: Scope | None, looks: int) -> None:
        """Restricts the panels of the scene, once the wall is told to show it."""
        shows = self._shows(wall.id)
        if scope is not None and looks and (shows is None or (scene and shows.scene.id != scene)):
            QTimer.singleShot(LOOK_MS, self, lambda: self._narrow(wall, scene, scope, looks - 1))
            return
        found = narrowed(self._ctx, scope, shows.scene) if scope is not None and shows is not None else []
        name = dict(wall.name)
        if scope is None or not narrows(self._ctx, scope):
            self._ctx.notify(Message("instruct.on_wall", {"wall": name}), 0)
            return
        casts = [Cast(new_id(self._ctx.clock), "", 0, one.panel, one.options, one.place) for one in found]
        self.standing[wall.id] = [cast.id for cast in casts]
        said = Message("instruct.view_on_wall", {"wall": name, "what": what_words(self._ctx, scope)})
        self._one_by_one([WallAct(wall.id, "cast", cast=cast) for cast in casts], lambda: self._ctx.notify(said, 0))
