"""The walls at the hub: takes acts, tells machines what to show and when to flip, publishes halls and scenes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from cockpit.bus.users import WALL, machine_user
from cockpit.hub.service import Setting
from cockpit.hub.wall_events import WallEvents
from cockpit.hub.wall_pairing import WallPairing
from cockpit.hub.wall_sights import WallSights
from cockpit.model import wallasks as asked
from cockpit.model.clock import SECOND
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.model.wallasks import Nothing
from cockpit.model.wallstate import BEAT, TOPIC, ActDone, NodeReport, WallAct, WallState
from cockpit.wall.acts import MOST_KEY
from cockpit.wall.board import Board, KeptBoard
from cockpit.wall.bounds import check_site
from cockpit.wall.keeping import read_board, write_board
from cockpit.wall.machines import Screens, check_screens, hall_of, wall_of
from cockpit.wall.persons import shows_persons
from cockpit.wall.remote import role_of
from cockpit.wall.standing import area_meant, event_meant, standing
from cockpit.wall.state import Site
from cockpit.wall.versions import PublishedVersions

log = logging.getLogger(__name__)
_T = TypeVar("_T")

FOLDER = "wall"
STEP_SECONDS = 0.5
PACE_SECONDS = 0.015
"""Between two words to the machines: a hand that moves the map changes it more often."""
KEEP_SECONDS = 0.3
RETRY_SECONDS = 5.0
AGAIN_SECONDS = 1.0
"""After a bug, before the walls go on."""


class WallService:
    """`cockpit.hub.service.Service`; the asks of `cockpit.model.wallasks`."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._clock = setting.clock
        self._folder = setting.folder / FOLDER
        self._files = PublishedVersions(self._folder / "versions", setting.profile / FOLDER)
        self._disk = ThreadPoolExecutor(1, "wall-disk")
        self._one = asyncio.Lock()
        self._board: Board | None = None
        self._problem = Message("wall.starting")
        self._said = ""
        self._adopted: dict[str, Screens] = {}
        self._named = False
        self._told, self._to_keep = asyncio.Event(), asyncio.Event()
        self._next_end: asyncio.TimerHandle | None = None
        self._pairing = WallPairing(setting, self._role)
        self._sights = WallSights(setting, self._the_board, self._role)
        self._events = WallEvents(setting, self._the_board)
        setting.between.rehearse = self._rehearse
        setting.answers.before_persons = self._before_persons
        setting.between.machines, setting.between.forget = self._machines_known, self._forget
        add = setting.answers.add
        add("wall.state", Nothing, self._state)
        add("wall.act", WallAct, self._act)
        add("wall.report", NodeReport, self._report)
        add("wall.ready", asked.Ready, self._ready)
        add("wall.clock", Nothing, self._time)
        add("wall.adopt", asked.Adopt, self._adopt)
        add("wall.scene", asked.SceneWanted, self._scene)
        add("wall.scenes", Nothing, self._scenes)
        add("wall.publish", asked.Publish, self._publish)
        add("wall.versions", Nothing, self._versions)
        add("wall.version", asked.VersionWanted, self._version)
        add("wall.remote", asked.RemoteAct, self._remote)

    async def run(self) -> None:
        await self._until_open()
        self._changed()
        async with asyncio.TaskGroup() as tasks:
            for work in (self._tell, self._keep, self._beat, self._turn):
                tasks.create_task(self._on_and_on(work))

    async def _on_and_on(self, work: Callable[[], Awaitable[None]]) -> None:
        """A bug costs one round of one of the works, and is said once in the log: a hall can not wait for the hub's
        next start."""
        said = ""
        while True:
            try:
                await work()
            except Exception as error:
                if said != repr(error):
                    said = repr(error)
                    log.exception("the walls' %s broke; it goes on", work.__name__)
            await asyncio.sleep(AGAIN_SECONDS)
            self._changed()

    async def close(self) -> None:
        if self._board is not None:
            with contextlib.suppress(OutsideError):
                await self._aside(lambda: write_board(self._folder, self._kept()))
        self._disk.shutdown()

    # -- work ----------------------------------------------------------------------------------------------------------

    async def _until_open(self) -> None:
        """Walls need files; what shows none is said and tried again."""
        while True:
            try:
                for notice in await self._aside(lambda: self._files.open(self._clock.wall())):
                    self._say(notice)
                break
            except CockpitError as error:
                self._problem = error.message
                self._say(error.message)
                await asyncio.sleep(RETRY_SECONDS)
        kept, damage = await self._aside(lambda: read_board(self._folder))
        if damage is not None:
            self._say(damage)
        self._adopted, self._named = dict(kept.adopted), kept.named
        self._board = Board(self._site(), kept, self._clock.wall())

    def _site(self) -> Site:
        whole = self._files.whole
        if whole.own_hall:
            return whole.site
        return Site(hall_of(whole.site.hall, self._adopted, self._named), whole.site.scenes)

    async def _tell(self) -> None:
        while True:
            await self._told.wait()
            self._told.clear()
            self._the_board().stamp(self._clock.wall())
            await self._sights.wipe(self._the_board().shows.values())
            await self._setting.publish(TOPIC, msgspec.msgpack.encode(self._whole_state()))
            self._to_keep.set()
            await asyncio.sleep(PACE_SECONDS)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            await self._setting.publish(TOPIC, msgspec.msgpack.encode(self._whole_state()))

    async def _keep(self) -> None:
        """Writes down what changed; a disk that refuses is said once, the walls go on."""
        before = b""
        while True:
            await self._to_keep.wait()
            self._to_keep.clear()
            kept = self._kept()
            data = msgspec.msgpack.encode(kept)
            if data != before:
                try:
                    await self._aside(lambda kept=kept: write_board(self._folder, kept))  # type: ignore[misc]
                    before, self._said = data, ""
                except OutsideError as error:
                    if self._said != error.message.id:
                        self._said = error.message.id
                        self._say(error.message)
            await asyncio.sleep(KEEP_SECONDS)

    async def _turn(self) -> None:
        while True:
            intake, now, board = self._setting.intake, self._clock.now(), self._the_board()
            stands = None
            if any(carousel.triggers for carousel in board.site.hall.carousels):
                intake.take_in()
                stands = standing(intake.picture, now)
            revoked = board.revoked(self._setting.roles.__contains__)
            if board.tick(self._clock.wall(), self._mono(), now, stands) or revoked:
                self._changed()
            await asyncio.sleep(STEP_SECONDS)

    def _changed(self) -> None:
        """Has what is another told: at once, or when the machines have prepared it."""
        self._settle()
        self._told.set()

    def _settle(self) -> None:
        board, mono = self._the_board(), self._mono()
        if board.settle(mono):
            self._told.set()
        if self._next_end is not None:
            self._next_end.cancel()
            self._next_end = None
        end = board.next_end()
        if end is not None:
            later = asyncio.get_running_loop().call_later
            self._next_end = later(max(end - mono, 0) / SECOND, self._settle)

    # -- persons -------------------------------------------------------------------------------------------------------

    async def _act(self, user: str, act: WallAct) -> ActDone:
        """Raises UserError: it is refused."""
        role, who = self._role(user), act.who.strip()
        return await self._done(act, who if who.isprintable() and role != WALL and who else user, role)

    async def _remote(self, user: str, wanted: asked.RemoteAct) -> ActDone:
        """Of the gateway alone: it knows its remotes."""
        if self._role(user) != "device":
            raise UserError("wall.remote_only")
        role, act = role_of(wanted), wanted.act
        if act is not None and act.what == "event" and act.value:
            act = replace(act, value=await self._events.chosen(act, wanted.rehearsal))
        if wanted.pointer is not None:
            await self._sights.point(wanted.pointer, role)
        return await self._done(act, wanted.name, role) if act is not None else ActDone(0)

    async def _done(self, act: WallAct, by: str, role: str) -> ActDone:
        board = self._the_board()
        board.check(act.wall, role)
        meant = {"event": event_meant, "area": area_meant}.get(act.what)
        if meant is not None and act.value and len(act.value) <= MOST_KEY and not self._events.rehearses(act.wall):
            self._setting.intake.take_in()
            act = replace(act, value=meant(self._setting.intake.picture, act.value))
        # a machine that was stolen must not bring up what lets it read persons
        revision = board.act(act, by[:64], self._clock.wall(), self._mono(), persons=role != WALL)
        if act.what == "live":  # of whichever screens: a line goes over several
            self._sights.clear((act.wall,) if act.wall else tuple(board.shows))
        if act.what == "restart":
            for machine in board.machines_of(act):
                order = asked.WallOrder(machine, act.what)
                await self._setting.publish(asked.ORDER, msgspec.msgpack.encode(order))
        self._changed()
        return ActDone(revision)

    async def _state(self, user: str, wanted: Nothing) -> WallState:
        return self._whole_state()

    def _rehearse(self, id: str, walls: tuple[str, ...], scene: str, by: str) -> tuple[str, ...]:
        """Raises UserError: there is no such wall, or this role may not change it."""
        board = self._the_board()
        for wall in (walls or tuple(board.shows)) if id else ():
            board.check(wall, self._role(by))
        shown = board.rehearse(id, walls, scene, by[:64], self._clock.wall(), self._mono())
        self._changed()
        return shown

    # -- machines ------------------------------------------------------------------------------------------------------

    async def _report(self, user: str, report: NodeReport) -> Nothing:
        """Raises UserError: a machine speaks for another one."""
        self._own_name(user, report.machine)
        if self._the_board().report(report, user, self._clock.wall(), self._clock.mono()):
            self._changed()
        return Nothing()

    def _before_persons(self, user: str) -> bool:
        """Whether a machine draws a wall that shows what is a person's."""
        board = self._board
        if board is None:
            return False
        walls = [wall.id for wall in board.site.hall.walls if user in map(machine_user, wall.machines)]
        return any(shows_persons(board.shows[wall], board.site, self._clock.wall()) for wall in walls)

    def _own_name(self, user: str, machine: str) -> None:
        """A machine that came with a key of its own speaks for itself only."""
        if self._role(user) == WALL and user != machine_user(machine):
            raise UserError("wall.machine_of_another", machine=machine[:64])

    async def _ready(self, user: str, ready: asked.Ready) -> Nothing:
        board = self._the_board()
        if board.machines.speaks_for(user, ready.machine):
            board.ready(ready.wall, ready.machine, ready.revision, self._mono())
            self._settle()
        return Nothing()

    async def _time(self, user: str, wanted: Nothing) -> asked.WallClock:
        return asked.WallClock(self._clock.wall())

    async def _adopt(self, user: str, wanted: asked.Adopt) -> asked.Adopted:
        """Raises UserError: the site's hall file does not name this machine, or all outputs are too many to be told."""
        board = self._the_board()
        self._own_name(user, wanted.machine)
        check_screens(wanted.machine, wanted.screens)
        if not self._files.whole.own_hall and self._adopted.get(wanted.machine) != wanted.screens:
            adopted = {**self._adopted, wanted.machine: wanted.screens}
            check_site(replace(board.site, hall=hall_of(self._files.whole.site.hall, adopted)))
            self._adopted = adopted
            board.publish(self._site(), self._clock.wall(), self._mono())
            self._changed()
        wall = wall_of(board.site.hall, wanted.machine)
        if not wall:
            raise UserError("wall.machine_unknown", machine=wanted.machine)
        return asked.Adopted(wall)

    def _machines_known(self) -> dict[str, tuple[int, bool]]:
        """`Between.machines`."""
        seen = self._board.machines.all() if self._board is not None else ()
        adopted = dict.fromkeys(self._adopted, (0, False))
        return adopted | {one.report.machine: (one.heard, one.joined) for one in seen}

    def _forget(self, machine: str) -> tuple[bool, bool]:
        """`Between.forget`. Walls of other machines keep their ids, and what they show."""
        board = self._the_board()
        known = board.machines.forget(machine)
        if machine in self._adopted:
            known, first = True, next(iter(self._adopted)) == machine
            del self._adopted[machine]
            self._named = (self._named or first) and bool(self._adopted)
            board.publish(self._site(), self._clock.wall(), self._mono())
        if known:
            self._changed()
        return known, bool(self._files.whole.own_hall and wall_of(board.site.hall, machine))

    # -- files ---------------------------------------------------------------------------------------------------------

    async def _scene(self, user: str, wanted: asked.SceneWanted) -> asked.SceneText:
        return self._text_of(self._the_board().site.scene(wanted.id).id)

    def _text_of(self, scene: str) -> asked.SceneText:
        whole, name = self._files.whole, f"scenes/{scene}.toml"
        return asked.SceneText(whole.site.scenes[scene], whole.texts[name], name not in whole.own)

    async def _scenes(self, user: str, wanted: Nothing) -> asked.SceneTexts:
        self._the_board()
        whole = self._files.whole
        scenes = tuple(self._text_of(scene) for scene in whole.site.scenes)
        return asked.SceneTexts(scenes, whole.texts[asked.HALL], whole.own_hall, self._files.number)

    async def _publish(self, user: str, wanted: asked.Publish) -> asked.Published:
        """Raises UserError: a text says what can not be, or this role may not. OutsideError: the disk refuses."""
        board = self._the_board()
        board.check("", self._role(user))
        async with self._one:
            number = await self._aside(lambda: self._files.publish(wanted, user, self._clock.wall()))
            board.publish(self._site(), self._clock.wall(), self._mono())
            self._changed()
        return asked.Published(number)

    async def _versions(self, user: str, wanted: Nothing) -> asked.Versions:
        self._the_board()
        return asked.Versions(await self._aside(self._files.versions))

    async def _version(self, user: str, wanted: asked.VersionWanted) -> asked.VersionTexts:
        self._the_board()
        return await self._aside(lambda: self._files.version(wanted.number, wanted.against))

    # -- within --------------------------------------------------------------------------------------------------------

    def _kept(self) -> KeptBoard:
        return replace(self._the_board().kept(self._adopted), named=self._named)

    def _whole_state(self) -> WallState:
        board = self._the_board()
        return replace(board.state(self._files.number), wiped=self._sights.wiped(board.shows.values()))

    def _the_board(self) -> Board:
        """Raises OutsideError: the walls have no files yet."""
        if self._board is None:
            raise OutsideError("wall.not_there", why=self._problem)
        return self._board

    def _role(self, user: str) -> str:
        return self._setting.roles.get(user, "")

    def _mono(self) -> int:
        return round(self._clock.mono() * SECOND)

    async def _aside(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    def _say(self, problem: Message) -> None:
        log.warning("%s", problem.in_chinese())
