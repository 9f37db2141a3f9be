"""The process of a rehearsal: `cockpit drill`, a child of the hub. A hub of another world with everything of its own.

Its profile holds keys, bus, ledger and tape of the drill alone; no settings of telephones, short messages or the
gateway lie there, and secrets are taken out of its environment. What would leave is noted instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec

from cockpit.bus import subjects
from cockpit.bus.authority import Authority
from cockpit.bus.server import Outside
from cockpit.bus.tasks import end as end_tasks
from cockpit.child import Child
from cockpit.hub.alarms import AlarmsService
from cockpit.hub.calls import CallsService
from cockpit.hub.drillreport import Reporter
from cockpit.hub.drillsandbox import Sandbox
from cockpit.hub.drilltape import TapePlayer
from cockpit.hub.ending import ending
from cockpit.hub.feeds import FeedsService
from cockpit.hub.field import FieldService
from cockpit.hub.gateway import GatewayChild
from cockpit.hub.hub import Another, Hub
from cockpit.hub.letters import LettersService
from cockpit.hub.signs import SignsService
from cockpit.hub.tape import TapeService
from cockpit.hub.videos import VideosService
from cockpit.model.city import Pack
from cockpit.model.clock import DAY, MINUTE, SECOND, Clock, SystemClock, midnight, to_iso
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.rehearsal import TOPIC, Held, Play, Progress, Question, Told
from cockpit.model.typed import from_json
from cockpit.model.wallasks import Nothing
from cockpit.packs.read import read_pack
from cockpit.packs.rehearsals import Script, read_script
from cockpit.processes import cockpit_command, die_with_parent, free_port
from cockpit.secrets import VARIABLES
from cockpit.wall.standing import event_meant, open_events

log = logging.getLogger(__name__)

WRITE_SECONDS = 2.0
POLL_SECONDS = 0.3
MOST_HELD = 10_000
MAX_LINE = 1_000_000


class Drill:
    """One rehearsal, from its bus to its report. To be used on the main thread's loop."""

    def __init__(self, play: Play, pack: Pack, script: Script | None, clock: Clock) -> None:
        self._play, self._script, self._clock = play, script, clock
        self._folder = Path(play.profile)
        self._sandbox = Sandbox()
        self._pack = only_of_the_city(pack) if script is not None else msgspec.structs.replace(pack, feeds=())
        self._city: Child | None = None
        url = ""
        if script is not None:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            self._city = Child("city", lambda: self._city_command(port, script), self._folder / "city.log", clock)
        outside = Outside(play.address, play.port, Authority(Path(play.authority))) if play.address else None
        services = (
            TapeService, FeedsService, SignsService, AlarmsService, LettersService, CallsService, FieldService,
            self._sandbox.climbing, VideosService,
        )  # fmt: skip
        self.hub = Hub(
            self._folder, self._pack, url, free_port(), clock, Another(subjects.drill(play.id), services, outside)
        )
        self.hub.answers.add("rehearse.note", Held, self._note)
        self.hub.answers.before_persons = _everybody  # what is written here is of no real person
        self._player: TapePlayer | None = None
        if script is None:
            self._player = TapePlayer(play, pack, self.hub, clock)
        self._reporter = Reporter(
            play.id, play.name, pack, self.hub.city_clock, self.hub.book, lambda key: _name_of(self.hub, key)
        )

    async def run(self, ready: Callable[[str], None]) -> None:
        """Until it is stopped."""
        keeping: list[asyncio.Task[None]] = []
        gateway = GatewayChild(self._folder, self._pack.folder, self._clock)

        def joined() -> None:
            ready(self.hub.server.url)
            keeping.append(asyncio.create_task(self._tell(), name="tell"))
            if self._city is not None:
                keeping.append(asyncio.create_task(gateway.keep(), name="gateway"))
                keeping.append(asyncio.create_task(self._keep_city(self._city), name="city"))
            if self._player is not None:
                keeping.append(asyncio.create_task(self._player.run(), name="tape"))

        try:
            await self.hub.run(joined)
        finally:
            await end_tasks(*keeping)
            await gateway.stop()
            if self._city is not None:
                self._city.terminate()
                await asyncio.to_thread(self._city.wait)

    async def _note(self, user: str, held: Held) -> Nothing:
        """A seat would have called somebody."""
        if len(self._sandbox.held) < MOST_HELD:
            self._sandbox.held.append(msgspec.structs.replace(held, at=self.hub.city_clock.now()))
        return Nothing()

    async def _keep_city(self, city: Child) -> None:
        while True:
            city.poll()
            await asyncio.sleep(POLL_SECONDS)

    async def _tell(self) -> None:
        """How it goes, each second; and the report every few seconds: a drill that is killed has one."""
        await self.hub.time_told()
        self._reporter.begin()
        written = float("-inf")
        while True:
            await self.hub.tell(TOPIC, msgspec.msgpack.encode(self.progress()))
            if self._clock.mono() - written >= WRITE_SECONDS:
                written = self._clock.mono()
                with contextlib.suppress(CockpitError):
                    await self._reporter.write(self._folder, tuple(self._sandbox.held))
            await asyncio.sleep(1.0)

    def progress(self) -> Progress:
        seconds = (self.hub.city_clock.now() - self._reporter.began) / SECOND
        name, held = self._play.name, len(self._sandbox.held)
        if self._script is None:
            over = self._player is not None and self._player.over
            return Progress(self._play.id, name, seconds, held=held, over=over)
        said = [cue for cue in self._script.cue if cue.at * 60 <= seconds]
        last = max(said, key=lambda cue: cue.at, default=None)
        return Progress(
            self._play.id,
            name,
            seconds,
            last.words.text() if last is not None else {},
            last.at * 60 if last is not None else 0.0,
            held,
            seconds >= self._script.minutes * 60,
        )

    def answer(self, asked: Question) -> Told:
        """What the walls of the real hub ask: this hub has none of its own."""
        self.hub.intake.take_in()
        if not asked.event:
            found = open_events(self.hub.picture, lambda kind: self._pack.kind(kind).name)
            return Told(n=asked.n, events=found)
        try:
            return Told(n=asked.n, event=event_meant(self.hub.picture, asked.event))
        except UserError as error:
            return Told(n=asked.n, problem=error.message)

    def _city_command(self, port: int, script: Script) -> list[str]:
        options = {
            "city": str(self._pack.folder),
            "port": str(port),
            "field": str(self._folder / "field.json"),
            "script": self._play.script,
            "seed": str(script.seed),
            "speed": str(script.speed),
            "units": str(script.units),
            "events-per-day": str(script.everyday),
            "story": "storm" if script.storm else "calm",
            "start": to_iso(start_of(script, self._clock.now())),
        }
        return cockpit_command(
            "city", "serve", *(part for name, value in options.items() for part in (f"--{name}", value))
        )


def _everybody(user: str) -> bool:
    return True


def start_of(script: Script, now: int) -> int:
    """When the city's clock begins: today at the script's time of the day, else now."""
    if not script.starts:
        return now
    hour, _, minute = script.starts.partition(":")
    return midnight(now) + (int(hour) * 60 + int(minute)) * MINUTE % DAY


def only_of_the_city(pack: Pack) -> Pack:
    """A pack that reads the demo city and nothing else: no feed of the real world, and so no key for one."""
    return msgspec.structs.replace(pack, feeds=tuple(feed for feed in pack.feeds if "{city}" in feed.url))


def _name_of(hub: Hub, key: str) -> str:
    row = hub.picture["unit"].get(key)
    return str(row["name"]) if row is not None else key.rpartition("/")[2]


@contextlib.asynccontextmanager
async def _stdin() -> AsyncIterator[asyncio.StreamReader]:
    reader = asyncio.StreamReader(MAX_LINE)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        yield reader
    finally:
        transport.close()


def say(told: Told) -> None:
    """A line to the hub that began it."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.buffer.flush()


async def drill(clock: Clock) -> None:
    """Plays what the first line on stdin says, and answers those after it until there are no more."""
    async with _stdin() as reader:
        line = await reader.readline()
        if not line:
            return
        play = from_json(line, type=Play)
        pack = read_pack(play.pack)
        script = read_script(Path(play.script), pack) if play.script else None
        one = Drill(play, pack, script, clock)

        async def until_told() -> None:
            while line := await reader.readline():
                with contextlib.suppress(msgspec.MsgspecError):
                    say(one.answer(from_json(line, type=Question)))
            one.hub.stop()

        listening = asyncio.create_task(until_told(), name="orders")
        try:
            with ending(asyncio.get_running_loop(), one.hub.stop, one.hub.server.give_up):
                await one.run(lambda url: say(Told(url)))
        finally:
            await end_tasks(listening)


def main() -> int:
    """The process.

    Raises:
        UserError: it was not started by a hub.
    """
    if not stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        raise UserError("rehearsal.only_hub")
    os.umask(0o077)
    die_with_parent()
    for name in [name for name in os.environ if name.startswith(VARIABLES)]:
        del os.environ[name]
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("cockpit").setLevel(logging.INFO)
    try:
        asyncio.run(drill(SystemClock()))
    except CockpitError as error:
        say(Told(problem=error.message))
        raise
    return 0
