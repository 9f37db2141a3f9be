"""The operator's hand on a wall: what it shows, what is chosen of it, acts on it. Every panel of the desk has one.

It keeps nothing: what is looked at is `ctx.walling`, what walls show is `ctx.walls`.
"""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.model.ages import stamp
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.wall import Mode, Placed, Scene, Screen, Wall
from cockpit.model.wall_draft import same
from cockpit.model.wall_solve import solve_scene
from cockpit.model.wallasks import SceneText, Version
from cockpit.model.wallstate import BEAT, Cast, Hold, NodeSeen, ScreenHealth, Thumb, WallAct, WallShows, WallState
from widgets.kit.context import PanelContext

LOST_US = round(5 * BEAT * 1_000_000)
"""A machine that was not heard for so long is cut off, microseconds."""
STEP_VOLUME, STEP_LIGHT = 5, 0.1


class Hand:
    """
    Attributes:
        ctx: what the panels are handed.
    """

    def __init__(self, ctx: PanelContext) -> None:
        self.ctx = ctx

    # -- what there is ---------------------------------------------------------------------------------------------

    @property
    def state(self) -> WallState | None:
        return self.ctx.walls.state if self.ctx.walls is not None else None

    @property
    def wall(self) -> Wall | None:
        """The wall that is looked at: the chosen one, else the first."""
        state = self.state
        if state is None or not state.hall.walls:
            return None
        return state.hall.wall(self.ctx.walling.wall) or state.hall.walls[0]

    @property
    def shows(self) -> WallShows | None:
        """What it shows; None before the hub told."""
        state, wall = self.state, self.wall
        if state is None or wall is None:
            return None
        return next((one for one in state.shows if one.wall == wall.id), None)

    @property
    def hold(self) -> Hold | None:
        """The alert that holds it; None: none does."""
        state, wall = self.state, self.wall
        return state.holds.get(wall.id) if state is not None and wall is not None else None

    @property
    def mode(self) -> Mode | None:
        state, shows = self.state, self.shows
        if state is None or shows is None:
            return None
        return next((mode for mode in state.hall.modes if mode.id == shows.mode), None)

    def text(self, id: str) -> SceneText | None:
        """A scene with its text, as published."""
        told = self.ctx.walls.scenes if self.ctx.walls is not None else None
        return next((one for one in told.scenes if one.scene.id == id), None) if told is not None else None

    def published(self, id: str) -> Scene | None:
        """A scene as it is published; the one on the wall is known before the others are.

        What was published here is, from the hub's answer on: before the scenes are read anew.
        """
        told, draft = self.ctx.walls.scenes if self.ctx.walls is not None else None, self.ctx.walling.drafts.get(id)
        if told is not None and draft is not None and draft.seen > told.version:
            return draft.base
        text, shows = self.text(id), self.shows
        if text is not None:
            return text.scene
        return shows.scene if shows is not None and shows.scene.id == id else None

    def differs(self, id: str) -> bool:
        """Whether a scene is edited here and is another than published."""
        draft = self.ctx.walling.drafts.get(id)
        return draft is not None and not same(draft.scene, self.published(id))

    def scene(self, id: str) -> Scene | None:
        """A scene as it is edited here, else as it is published."""
        draft = self.ctx.walling.drafts.get(id)
        return draft.scene if draft is not None else self.published(id)

    @property
    def looked(self) -> str:
        """Id of the scene that is looked at; "" while none is known."""
        walling, shows = self.ctx.walling, self.shows
        return walling.scene or (shows.scene.id if shows is not None else "")

    @property
    def on_wall(self) -> Scene | None:
        """The scene that the wall shows, where it is another than the one that is looked at."""
        shows = self.shows
        return shows.scene if shows is not None and shows.scene.id != self.looked else None

    def scenes(self) -> list[tuple[str, dict[str, str], str]]:
        """Id, name and key of all scenes in order, those not published yet last."""
        state, walling = self.state, self.ctx.walling
        known = list(state.scenes) if state is not None else []
        found = []
        for id, name, key in known:
            draft = walling.drafts.get(id)
            found.append((id, draft.scene.name, draft.scene.key) if draft is not None else (id, name, key))
        ids = {id for id, _, _ in known}
        return found + [(id, one.scene.name, one.scene.key) for id, one in walling.drafts.items() if id not in ids]

    def placed(self, scene: Scene | None) -> tuple[Placed, ...]:
        """Where the panels of a scene lie on the wall that is looked at; the same again is not solved again."""
        wall, solved = self.wall, self.ctx.walling.solved
        if scene is None or wall is None or not scene.arrangements:
            return ()
        key = (scene.id, wall.id)
        if key not in solved or solved[key][:2] != (scene, wall):
            solved[key] = (scene, wall, solve_scene(scene, wall))
        return solved[key][2]

    def node(self, screen: Screen) -> NodeSeen | None:
        """The machine of a screen."""
        state = self.state
        nodes = state.nodes if state is not None else ()
        return next((one for one in nodes if one.report.machine == screen.machine), None)

    def health(self, screen: Screen) -> ScreenHealth | None:
        node = self.node(screen)
        if node is None:
            return None
        return next((one for one in node.report.screens if one.screen == screen.id), None)

    def thumb(self, screen: Screen) -> Thumb | None:
        """Its last small picture."""
        walls, wall = self.ctx.walls, self.wall
        return walls.thumbs(wall.id).get(screen.id) if walls is not None and wall is not None else None

    def there(self, screen: Screen) -> bool:
        """Whether the machine of a screen is heard now."""
        node = self.node(screen)
        return node is not None and node.joined and self.ctx.clock.wall() - node.heard <= LOST_US

    def lost(self, screen: Screen) -> bool:
        """Whether nobody knows now what is on a screen: its machine is cut off, or it is unplugged."""
        health = self.health(screen)
        return not self.there(screen) or health is None or not health.there

    @property
    def screens(self) -> tuple[Screen, ...]:
        """The chosen screens; without a choice the first one."""
        wall = self.wall
        if wall is None or not wall.screens:
            return ()
        chosen = [screen for screen in wall.screens if screen.id in self.ctx.walling.screens]
        return tuple(chosen) or wall.screens[:1]

    # -- what is chosen --------------------------------------------------------------------------------------------

    def look_at_wall(self, id: str) -> None:
        self.ctx.walling.tell(wall=id, screens=(), places=())

    def choose_screens(self, ids: Iterable[int]) -> None:
        self.ctx.walling.tell(screens=tuple(dict.fromkeys(ids)))

    def choose_scene(self, id: str) -> None:
        self.ctx.walling.tell(scene=id, places=())

    # -- acts ------------------------------------------------------------------------------------------------------

    def act(self, what: str, value: str = "", screens: tuple[int, ...] = (), cast: Cast | None = None) -> None:
        """Has the wall that is looked at do something; what is refused is said."""
        wall, walls = self.wall, self.ctx.walls
        if wall is None or walls is None:
            self.ctx.notify(Message("walldesk.no_wall"), 0)
            return
        trial = self.scene(self.looked) if what == "try" and screens else None
        walls.act(WallAct(wall.id, what, value, screens, cast, trial=trial), self.told)

    def told(self, problem: Message | None) -> None:
        if problem is not None:
            self.ctx.notify(problem, 3)

    def show(self, id: str) -> None:
        """A scene on the wall; what is edited stays under the hand. One that was never published can only be tried."""
        if self.published(id) is None and self.state is not None and id not in {one for one, _, _ in self.state.scenes}:
            self.ctx.notify(Message("walldesk.not_published"), 0)
            return
        if not self.ctx.walling.editing:
            self.choose_scene("")
        self.act("scene", id)

    def toggle(self, what: str) -> None:
        """`blank`, `freeze` or `identify` for the chosen screens: on, or off where all of them are."""
        shows = self.shows
        ids = tuple(screen.id for screen in self.screens)
        if shows is None or not ids:
            self.ctx.notify(Message("walldesk.no_wall"), 0)
            return
        on = self.held(what)
        self.act(what, "" if set(ids) <= set(on) else "on", ids)

    def held(self, what: str) -> tuple[int, ...]:
        """Screens that are blank, frozen, or say who they are."""
        shows = self.shows
        if shows is None:
            return ()
        return {"blank": shows.blank, "freeze": shows.frozen, "identify": shows.identify}[what]

    def restart(self) -> None:
        self.act("restart", screens=tuple(screen.id for screen in self.screens))

    def take_back(self) -> None:
        """Ends what was done to the chosen screens by hand: they show the scene of the wall again."""
        self.act("live", screens=tuple(screen.id for screen in self.screens))

    def put_on_screen(self, panel: str, screen: int) -> None:
        """A panel of the catalogue over what a screen shows, until it is taken back."""
        shows = self.shows
        event = shows.event if shows is not None else ""
        id = new_id(self.ctx.clock.base)
        self.act("cast", "", (screen,), Cast(id, str(self.ctx.prefs.get("name", "")), screen, panel, event=event))

    def pause(self) -> None:
        """The carousel stops, or goes on; where none runs, the first begins. What an alert holds is released."""
        state, shows, hold = self.state, self.shows, self.hold
        if shows is not None and hold is not None:
            self.act(*(("pause", "") if shows.carousel else ("scene", hold.scene)))
        elif shows is not None and not shows.carousel and state is not None and state.hall.carousels:
            self.act("carousel", state.hall.carousels[0].id)
        elif shows is not None:
            self.act("pause", "" if shows.paused else "on")

    @property
    def night(self) -> float | None:
        """How bright the hall lets its screens be at this time of the night, 0–1; None by day."""
        return self.state.hall.night_light(self.ctx.clock.wall()) if self.state is not None else None

    def volume(self, step: int) -> None:
        shows = self.shows
        if shows is not None:
            self.act("volume", str(min(100, max(0, shows.volume + step))))

    def light(self, step: float) -> None:
        shows = self.shows
        if shows is not None:
            self.act("brightness", f"{min(1.0, max(0.1, shows.brightness + step)):.2f}")

    def mute(self) -> None:
        shows = self.shows
        if shows is not None:
            self.act("mute", "" if shows.muted else "on")


def published_at(ctx: PanelContext, version: Version) -> str:
    """When a version was published, by the city's clock; – where nobody knows."""
    return stamp(ctx.clock.city.at(version.at)) if version.at else "–"
