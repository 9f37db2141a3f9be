"""A panel of a duty desk put on a screen of the wall, in the size that a wall asks for, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.wall import Wall
from cockpit.model.wallstate import Cast, WallAct, WallState
from widgets.kit.actions import Action
from widgets.kit.panel import Pane, panel_of

if TYPE_CHECKING:
    from cockpit.model.ports.walls import Walls
    from cockpit.ui.shell import Shell
    from widgets.kit.context import PanelContext

CAST_KEY, BACK_KEY = "Ctrl+Alt+C", "Ctrl+Alt+Z"


class OnWall(msgspec.Struct, frozen=True):
    """What a panel of a desk is on a wall.

    Attributes:
        panel, options: of the wall. event: that it follows, "" none.
    """

    panel: str
    options: dict[str, Any] = {}
    event: str = ""


def _event(ctx: PanelContext) -> str:
    return ctx.selection.key if ctx.selection.topic == "event" else ""


def _map(ctx: PanelContext, panel: QWidget) -> OnWall:
    layers = sorted(getattr(panel, "visible", ()))
    return OnWall("wallmap", {"layers": layers} if layers else {}, _event(ctx))


def _followed(ctx: PanelContext, panel: QWidget) -> OnWall | None:
    return OnWall("wallfocus", {"event": _event(ctx)}, _event(ctx)) if _event(ctx) else None


def _signs(ctx: PanelContext, panel: QWidget) -> OnWall | None:
    """The sign that is selected as a curve, else the ones that are pinned."""
    if ctx.selection.topic == "sign":
        code, _, area = ctx.selection.key.removeprefix("sign/").partition("@")
        return OnWall("wallcurve", {"sign": code, "area": area.partition("#")[0]})
    pinned = ctx.prefs.get("signs.pinned", [])
    return OnWall("wallsigns", {"signs": pinned}) if pinned else None


def _video(ctx: PanelContext, panel: QWidget) -> OnWall | None:
    tiles = getattr(getattr(panel, "tiles", None), "tiles", ())
    cameras = [tile.camera for tile in tiles]
    return OnWall("wallvideo", {"cameras": cameras}, _event(ctx)) if cameras else None


COUNTERPARTS: dict[str, Callable[[PanelContext, QWidget], OnWall | None]] = {
    "map": _map,
    "map3d": _map,
    "event": _followed,
    "signs": _signs,
    "video": _video,
    "queue": lambda ctx, panel: OnWall("wallevents"),
    "cases": lambda ctx, panel: OnWall("wallcases"),
    "alarms": lambda ctx, panel: OnWall("wallalerts"),
    "feeds": lambda ctx, panel: OnWall("wallfeeds"),
    "telephone": lambda ctx, panel: OnWall("wallhotline"),
    "calllog": lambda ctx, panel: OnWall("wallhotline"),
}
"""What a panel of ours is on a wall; None: it shows nothing now that could be there."""


def on_wall(ctx: PanelContext, panel: Pane) -> OnWall | Message:
    """What a panel is on a wall, or why it is nothing there. A third party's says so by its own `on_wall`."""
    own = getattr(panel, "on_wall", None)
    if callable(own):
        offered = own()
        found = OnWall(*offered) if offered is not None else None
    elif panel.panel_id in COUNTERPARTS:
        found = COUNTERPARTS[panel.panel_id](ctx, panel)
    elif panel.panel_id.startswith("wall"):
        found = OnWall(panel.panel_id)
    else:
        return Message("casting.not_for_walls", {"panel": panel.accessibleName() or panel.panel_id})
    return found or Message("casting.nothing_in_it", {"panel": panel.accessibleName() or panel.panel_id})


class Casting:
    """Casts of one desk.

    Attributes:
        menu: the screens to choose from, while they are shown.
    """

    def __init__(self, desk: Shell, walls: Walls) -> None:
        self._desk = desk
        self._walls = walls
        self._mine: list[tuple[str, str]] = []
        self.menu: QMenu | None = None

    def actions(self) -> Iterator[Action]:
        yield Action("desk.cast", "casting.cast", self.choose, (CAST_KEY,), self.can_cast)
        yield Action("desk.uncast", "casting.take_back", self.take_back, (BACK_KEY,), self.can_take_back)

    # -- to the wall ---------------------------------------------------------------------------------------------

    def can_cast(self) -> bool | Message:
        state = self._walls.state
        if state is None or not any(wall.screens for wall in state.hall.walls):
            return Message("casting.no_wall")
        return True

    def choose(self) -> None:
        """Shows the screens of the walls beside the panel that has the keyboard; a digit or the mouse chooses one."""
        state, notify = self._walls.state, self._desk.context.notify
        panel = self._focused()
        can = self.can_cast()
        if state is None or can is not True:
            notify(can if isinstance(can, Message) else Message("casting.no_wall"), 0)
            return
        if panel is None:
            notify(Message("casting.no_panel"), 0)
            return
        what = on_wall(self._desk.context, panel)
        if isinstance(what, Message):
            notify(what, 0)
            return
        self._ask(state, panel, what)

    def _ask(self, state: WallState, panel: Pane, what: OnWall) -> None:
        t = self._desk.context.t
        if self.menu is not None:
            self.menu.deleteLater()
        menu = self.menu = QMenu(self._desk)
        menu.setTitle(t("casting.where"))
        menu.addSection(t("casting.where"))
        several = len(state.hall.walls) > 1
        for wall in state.hall.walls:
            shows = next((one for one in state.shows if one.wall == wall.id), None)
            taken = {cast.screen for cast in shows.casts} if shows is not None else set()
            for screen in wall.screens:
                words = t("casting.screen_taken" if screen.id in taken else "casting.screen", n=screen.id)
                name = f"{t.pack(wall.name)} · {words}" if several else words
                number = f"&{screen.id}" if screen.id < 10 and not several else str(screen.id)
                entry = menu.addAction(name.replace(str(screen.id), number, 1))
                entry.triggered.connect(lambda _=False, w=wall, n=screen.id: self.cast(w, n, what))
        menu.popup(panel.mapToGlobal(QPoint(12, 40)))
        menu.setActiveAction(menu.actions()[1])

    def cast(self, wall: Wall, screen: int, what: OnWall) -> None:
        """Puts it on a screen."""
        ident = new_id(self._desk.seat.live.base)
        cast = Cast(ident, "", screen, what.panel, what.options, event=what.event)

        def done(problem: Message | None) -> None:
            if problem is None:
                self._mine.append((wall.id, ident))
            told = Message("casting.is_cast", {"wall": wall.name, "n": screen, "key": BACK_KEY})
            self._desk.context.notify(problem or told, 0)

        self._walls.act(WallAct(wall.id, "cast", cast=cast), done)

    # -- and back ------------------------------------------------------------------------------------------------

    def can_take_back(self) -> bool | Message:
        return True if self._standing() else Message("casting.none_is_cast")

    def take_back(self) -> None:
        """Takes back what this desk cast last; what an operator took away meanwhile is passed over."""
        standing = self._standing()
        if not standing:
            self._desk.context.notify(Message("casting.none_is_cast"), 0)
            return
        wall, ident = standing[-1]

        def done(problem: Message | None) -> None:
            if problem is None:
                self._mine = [one for one in self._mine if one != (wall, ident)]
            self._desk.context.notify(problem or Message("casting.is_back"), 0)

        self._walls.act(WallAct(wall, "uncast", ident), done)

    def _standing(self) -> list[tuple[str, str]]:
        """What this desk cast and is still there, the oldest first."""
        state = self._walls.state
        there = {(shows.wall, cast.id) for shows in (state.shows if state is not None else ()) for cast in shows.casts}
        return [one for one in self._mine if one in there]

    def _focused(self) -> Pane | None:
        return panel_of(QApplication.focusWidget())
