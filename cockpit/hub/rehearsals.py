"""Rehearsals at the real hub: a child process with a hub of its own for each, ways in, ends, reports."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

import msgspec

from cockpit.bus.users import WALL, Keys, is_machine, machine_of, read_key
from cockpit.hub.drillasks import DrillAsks
from cockpit.hub.drillreport import FILE as REPORT
from cockpit.hub.machinesfile import read_machines_file
from cockpit.hub.service import Setting
from cockpit.model.clock import local
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.rehearsal import (
    NEWS,
    Begin,
    Entry,
    Play,
    Rehearsal,
    RehearsalNews,
    Rehearsals,
    Report,
    Stage,
    Told,
    Which,
)
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_json
from cockpit.model.wallasks import Nothing
from cockpit.packs.rehearsals import check_text, read_script, scenarios, scripts
from cockpit.processes import cockpit_command, end_child, environment_of_child, free_port, write_private
from cockpit.tape import TapeReader

log = logging.getLogger(__name__)

FOLDER = "drills"
"""In the hub's profile: a folder for each rehearsal, with what its own hub keeps."""
NOTE = "rehearsal.json"
SCRIPT = "scenario.toml"
LOG = "drill.log"
TAPE = "tape"
KEPT = 20
"""Rehearsals whose report is kept."""
WORKERS = ("duty", "leader")
"""Roles that may begin and end one."""
START_SECONDS = 90.0
NEWS_SECONDS = 5.0
END_SECONDS = 12.0
STEP_FROM_BUS = 2
"""The port for machines of the hall lies so far from that of the real bus."""
MOST_LINE = 1_000_000


class _Running:
    """
    Attributes:
        url: of its bus, "" until it can be joined. port: where machines of the hall come in, 0 nowhere.
        asked: somebody ended it. asks: what its process is asked.
    """

    def __init__(self, rehearsal: Rehearsal, folder: Path, process: asyncio.subprocess.Process, port: int) -> None:
        self.rehearsal = rehearsal
        self.folder = folder
        self.process = process
        self.port = port
        self.url = ""
        self.asked = False
        self.problem: Message | None = None
        self.ready = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.coming: asyncio.Task[None] | None = None
        assert process.stdin is not None
        self.asks = DrillAsks(process.stdin)


class RehearsalsService:
    """`cockpit.hub.service.Service`; the asks of `cockpit.model.rehearsal`."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._folder = setting.profile / FOLDER
        self._running: _Running | None = None
        self._past: list[Rehearsal] = []
        self._one = asyncio.Lock()
        self._changed = asyncio.Event()
        self._ending: set[asyncio.Task[None]] = set()
        add = setting.answers.add
        add("rehearse.list", Nothing, self._list)
        add("rehearse.start", Begin, self._start)
        add("rehearse.stop", Which, self._stop)
        add("rehearse.join", Which, self._join)
        add("rehearse.report", Which, self._report)
        setting.between.drilled = self._drilled

    async def run(self) -> None:
        self._past = await asyncio.to_thread(self._look)
        while True:
            self._changed.clear()
            running = (self._running.rehearsal,) if self._running is not None else ()
            await self._setting.publish(NEWS, msgspec.msgpack.encode(RehearsalNews(running)))
            with contextlib.suppress(TimeoutError):
                async with time_limit(NEWS_SECONDS):
                    await self._changed.wait()

    async def close(self) -> None:
        await self._end()
        await asyncio.gather(*self._ending)

    @property
    def pid(self) -> int:
        """Of the process of the rehearsal that runs, 0 none."""
        return self._running.process.pid if self._running is not None else 0

    # -- what is asked -----------------------------------------------------------------------------------------------

    async def _list(self, user: str, wanted: Nothing) -> Rehearsals:
        running = [self._running.rehearsal] if self._running is not None else []
        known = await asyncio.to_thread(scenarios, self._setting.profile, self._setting.pack)
        return Rehearsals((*running, *self._past), known)

    async def _start(self, user: str, wanted: Begin) -> Rehearsal:
        """Raises UserError: it can not be played, or this role may not. OutsideError: it did not come up."""
        self._allowed(user)
        async with self._one:
            if self._running is not None:
                raise UserError("rehearsal.runs", name=self._running.rehearsal.name)
            play, scene = await asyncio.to_thread(self._prepared, wanted)
            self._free_walls(wanted.walls)
            running = self._running = await self._spawn(play, user)
            running.coming = asyncio.create_task(self._come_up(running, wanted, scene, user), name="drill-begins")
            self._changed.set()
            return running.rehearsal

    async def _stop(self, user: str, wanted: Which) -> Rehearsal:
        """Raises UserError: none runs, or this role may not."""
        self._allowed(user)
        running = self._which(wanted)
        running.asked = True
        self._over(running)
        ending = asyncio.create_task(_finish(running), name="drill-ends")
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        return self._past[0]

    async def _join(self, user: str, wanted: Which) -> Entry:
        """Raises UserError: none runs."""
        running = self._which(wanted)
        if not running.url:
            raise UserError("rehearsal.starting")
        machine = user.startswith(f"{WALL}-")
        try:
            key = await asyncio.to_thread(read_key, Keys(running.folder).folder / f"{user}.json")
        except OSError:
            raise UserError("rehearsal.no_key") from None
        if machine and not running.port:
            raise UserError("rehearsal.no_key")
        one = running.rehearsal
        return Entry(
            one.id,
            one.name,
            "" if machine else running.url,
            running.port if machine else 0,
            key.name,
            key.password,
            key.role,
            self._setting.pack.id,
        )

    async def _report(self, user: str, wanted: Which) -> Report:
        """Raises UserError: there is none of that id. OutsideError: there is no report of it."""
        all = (*([self._running.rehearsal] if self._running is not None else []), *self._past)
        one = next((one for one in all if wanted.id in ("", one.id)), None)
        if one is None:
            raise UserError("rehearsal.unknown", id=wanted.id[:40])
        try:
            data = await asyncio.to_thread((self._folder / one.id / REPORT).read_bytes)
            return from_json(data, type=Report)
        except (OSError, msgspec.MsgspecError):
            raise OutsideError("rehearsal.no_report", name=one.name) from None

    async def _drilled(self, id: str, event: str) -> Told:
        """`Between.drilled`."""
        return await self._which(Which(id)).asks.ask(event)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _allowed(self, user: str) -> None:
        if self._setting.roles.get(user, "") not in WORKERS:
            raise UserError("rehearsal.not_yours")

    def _which(self, wanted: Which) -> _Running:
        """Raises UserError: that one does not run."""
        running = self._running
        if running is None or wanted.id not in ("", running.rehearsal.id):
            raise UserError("rehearsal.none_runs")
        return running

    def _prepared(self, wanted: Begin) -> tuple[Play, str]:
        """The folder of a rehearsal, with all that its process needs; and the scene for the walls.

        Raises:
            UserError: it can not be played. OutsideError: the disk refuses.
        """
        setting, pack = self._setting, self._setting.pack
        text, name, scene = "", {"zh": "录像重演", "en": "From the tape"}, wanted.scene or "drill"
        if wanted.scenario or wanted.text:
            text = wanted.text or self._text_of(wanted.scenario)
            script = check_text(text, pack)
            name, scene = script.name.text(), wanted.scene or script.scene
        else:
            _check_tape(setting.folder / TAPE, wanted)
        now = setting.clock.wall()
        id = f"{local(now):%Y%m%d-%H%M%S}-{new_id(setting.clock.base)[-4:]}"
        folder = self._folder / id
        address, port = self._outside()
        play = Play(
            id,
            name,
            str(folder),
            str(pack.folder),
            script=str(folder / SCRIPT) if text else "",
            tape="" if text else str(setting.folder / TAPE),
            growing=not text,
            at=wanted.at,
            until=wanted.until,
            rate=wanted.rate,
            address=address,
            port=port,
            authority=str(setting.profile) if address else "",
        )
        try:
            folder.mkdir(mode=0o700, parents=True)
            if text:
                write_private(folder / SCRIPT, text)
            keys = Keys(folder)
            keys.ensure()
            for user in Keys(setting.profile).machines() if address else ():
                if is_machine(user):
                    keys.add_machine(machine_of(user), now)
        except OSError as error:
            raise OutsideError("rehearsal.disk", why=error.strerror or str(error)) from error
        return play, scene

    def _text_of(self, id: str) -> str:
        """Raises UserError: there is no such script, or it has a mistake."""
        file = scripts(self._setting.profile).get(id)
        if file is None:
            known = " ".join(scripts(self._setting.profile))
            raise UserError("rehearsal.no_scenario", id=id[:40], known=known)
        read_script(file, self._setting.pack)
        return file.read_text("utf-8")

    def _outside(self) -> tuple[str, int]:
        """Where machines of the hall come in; ("", 0): none can."""
        try:
            config = read_machines_file(self._setting.profile)
        except UserError:
            return "", 0
        if config is None or not Keys(self._setting.profile).machines():
            return "", 0
        return config.address, config.port + STEP_FROM_BUS if config.port + STEP_FROM_BUS <= 65535 else free_port()

    def _free_walls(self, walls: tuple[str, ...]) -> None:
        """No rehearsal runs: no wall shows one."""
        if self._setting.between.rehearse is not None:
            self._setting.between.rehearse("", walls, "", "hub")

    async def _spawn(self, play: Play, user: str) -> _Running:
        folder = Path(play.profile)
        one = Rehearsal(play.id, play.name, Stage.STARTING, user, self._setting.clock.wall(), tape=bool(play.tape))
        try:
            with _log(folder / LOG) as file:
                process = await asyncio.create_subprocess_exec(
                    *cockpit_command("drill"),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=file,
                    env=environment_of_child(),
                    limit=MOST_LINE,
                )
        except OSError as error:
            raise OutsideError("rehearsal.no_child", why=error.strerror or str(error)) from error
        running = _Running(one, folder, process, play.port)
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.write(msgspec.json.encode(play) + b"\n")
        running.task = asyncio.create_task(self._watch(running), name=f"drill {play.id}")
        return running

    async def _watch(self, running: _Running) -> None:
        """Hears the child until it ends; one that ends by itself takes the walls back to what is live."""
        assert running.process.stdout is not None
        async for told in _lines(running.process.stdout):
            if told.n:
                running.asks.told(told)
                continue
            running.url = told.url or running.url
            running.problem = told.problem or running.problem
            if running.url:
                running.ready.set()
        await running.process.wait()
        running.ready.set()
        if self._running is running and not running.asked:
            log.info("rehearsal %s ended by itself with %s", running.rehearsal.id, running.process.returncode)
            self._over(running)

    async def _come_up(self, running: _Running, wanted: Begin, scene: str, user: str) -> None:
        """Once it can be joined the walls go over; one that does not come up, or that no wall may show, is ended."""
        with contextlib.suppress(TimeoutError):
            async with time_limit(START_SECONDS):
                await running.ready.wait()
        if self._running is not running:
            return
        if not running.url:
            running.problem = running.problem or Message("rehearsal.silent", {"file": str(running.folder / LOG)})
            await self._end()
            return
        one = msgspec.structs.replace(running.rehearsal, stage=Stage.RUNNING)
        rehearse = self._setting.between.rehearse
        if rehearse is not None:
            try:
                walls = rehearse(one.id, wanted.walls, scene, user)
                one = msgspec.structs.replace(one, walls=walls)
            except UserError as error:
                running.problem = error.message
                await self._end()
                return
            except OutsideError:  # the walls are not there yet: desks can rehearse all the same
                pass
        running.rehearsal = one
        self._note(one)
        self._changed.set()
        log.info("%s began rehearsal %s", user, one.id)

    async def _end(self) -> None:
        """Ends what runs: the walls first, they must not wait for a process."""
        running = self._running
        if running is None:
            return
        running.asked = True
        self._over(running)
        await _finish(running)

    def _over(self, running: _Running) -> None:
        self._running = None
        one = running.rehearsal
        if self._setting.between.rehearse is not None:
            with contextlib.suppress(CockpitError):
                self._setting.between.rehearse("", (), "", one.by)
        failed = not running.asked or one.stage is Stage.STARTING
        problem = running.problem or (Message("rehearsal.broke") if failed else None)
        stage, ended = Stage.FAILED if failed else Stage.OVER, self._setting.clock.wall()
        one = msgspec.structs.replace(one, stage=stage, ended=ended, problem=problem)
        self._past.insert(0, one)
        self._note(one)
        self._drop_oldest()
        self._changed.set()

    # -- what is kept ------------------------------------------------------------------------------------------------

    def _note(self, one: Rehearsal) -> None:
        with contextlib.suppress(OSError):
            write_private(self._folder / one.id / NOTE, msgspec.json.encode(one).decode())

    def _drop_oldest(self) -> None:
        """A hub that runs for months keeps no more than one that begins anew."""
        old, self._past = self._past[KEPT:], self._past[:KEPT]
        for one in old:
            gone = asyncio.to_thread(shutil.rmtree, self._folder / one.id, ignore_errors=True)
            dropping = asyncio.create_task(gone, name="drill-dropped")
            self._ending.add(dropping)
            dropping.add_done_callback(self._ending.discard)

    def _look(self) -> list[Rehearsal]:
        """Those of earlier runs, newest first; the oldest go, with all that they kept."""
        found: list[Rehearsal] = []
        for folder in sorted(self._folder.glob("[0-9]*"), reverse=True):
            try:
                one = from_json((folder / NOTE).read_bytes(), type=Rehearsal)
            except (OSError, msgspec.MsgspecError):
                one = None
            if one is None or len(found) >= KEPT:
                shutil.rmtree(folder, ignore_errors=True)
                continue
            if one.on:  # the hub was killed, and the rehearsal with it
                one = msgspec.structs.replace(one, stage=Stage.FAILED, problem=Message("rehearsal.broke"))
            found.append(one)
        return found


async def _finish(running: _Running) -> None:
    """Ends its process, however that takes it."""
    process = running.process
    await end_child(process, END_SECONDS)
    if running.task is not None:
        await asyncio.gather(running.task, return_exceptions=True)
    if running.coming is not None and running.coming is not asyncio.current_task():
        running.coming.cancel()
        await asyncio.gather(running.coming, return_exceptions=True)
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            await process.stdin.wait_closed()


def _log(path: Path) -> IO[bytes]:
    return open(path, "wb")


def _check_tape(folder: Path, wanted: Begin) -> None:
    """Raises UserError: nothing is on the tape then."""
    start, end = TapeReader(folder).bounds()
    if not end or not wanted.at or wanted.at > end or (wanted.until and wanted.until <= max(wanted.at, start)):
        raise UserError("rehearsal.not_on_tape")
    if not 0.1 <= wanted.rate <= 60:
        raise UserError("rehearsal.bad_rate")


async def _lines(stdout: asyncio.StreamReader) -> AsyncIterator[Told]:
    while line := await stdout.readline():
        with contextlib.suppress(msgspec.MsgspecError):
            yield from_json(line, type=Told)
