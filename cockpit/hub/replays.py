"""Replays at the hub: a child process for each seat that looks back, with rights to publish what was and no more."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from pathlib import Path
from typing import IO

import msgspec

from cockpit.bus.users import REPLAY, Keys, User
from cockpit.hub.service import Setting
from cockpit.model.city import FeedSpec
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.replay import KNOWN, RATES, WAS, ReplayState, ReplaySteer, ReplayWanted, TapeWanted
from cockpit.processes import cockpit_command, end_child, environment_of_child
from cockpit.tape import TapeReader

log = logging.getLogger(__name__)

IMPORTED = "tapes"
"""Folder of tapes that came from elsewhere, beside the hub's own."""
MOST = 4
"""Replays at a time: each takes up to a core of the hub's machine while it is on its way."""
SILENT_SECONDS = 20.0
"""A seat that has not said for so long that it still looks has gone."""
END_SECONDS = 3.0


class Begin(msgspec.Struct, frozen=True):
    """The first line that the child is told.

    Attributes:
        folder: of the tape; growing: whether it is still written.
        pack: folder of the city pack.
        url, user, password: of the bus.
        city, id: what it publishes is of this city and of the world `replay:<id>`.
        at, rate, mode, tape: as of `ReplayState`.
        feeds: all that the hub runs, those of the site among them; (): those of the pack.
    """

    folder: str
    growing: bool
    pack: str
    url: str
    user: str
    password: str
    city: str
    id: str
    at: int
    rate: float
    mode: str
    tape: str = ""
    feeds: tuple[FeedSpec, ...] = ()


class _Running:
    def __init__(self, process: asyncio.subprocess.Process, now: float) -> None:
        self.process = process
        self.heard = now

    def tell(self, line: object) -> None:
        stdin = self.process.stdin
        if stdin is not None and not stdin.is_closing():
            with contextlib.suppress(OSError):
                stdin.write(msgspec.json.encode(line) + b"\n")


class Replays:
    """Starts, steers and ends them. Lives on the hub's loop."""

    def __init__(self, setting: Setting, folder: Path) -> None:
        """
        Args:
            folder: of the hub's own tape.
        """
        self._setting = setting
        self._folder = folder
        self._running: dict[str, _Running] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._starting = asyncio.Lock()
        answers = setting.answers
        answers.add("tape.start", ReplayWanted, self._start)
        answers.add("tape.steer", ReplaySteer, self._steer)
        answers.add("tape.stop", TapeWanted, self._stop)

    async def keep(self) -> None:
        """Ends what nobody looks at any more, until it is cancelled."""
        while True:
            await asyncio.sleep(1.0)
            now = self._setting.clock.mono()
            for seat, running in list(self._running.items()):
                if running.process.returncode is not None:
                    log.info("the replay of %s ended with %s", seat, running.process.returncode)
                    await self._end(seat)
                elif now - running.heard > SILENT_SECONDS:
                    await self._end(seat)

    async def close(self) -> None:
        for seat in list(self._running):
            await self._end(seat)
        await asyncio.gather(*self._ending)

    @property
    def pids(self) -> dict[str, int]:
        """Of the children, by seat."""
        return {seat: running.process.pid for seat, running in self._running.items()}

    # -- what a seat asks ------------------------------------------------------------------------------------------

    async def _start(self, seat: str, wanted: ReplayWanted) -> ReplayState:
        _check(wanted.rate, wanted.mode)
        folder = self._tape(wanted.tape)
        async with self._starting:
            await self._end(seat)
            if len(self._running) >= MOST:
                raise UserError("tape.too_many_replays", most=MOST)
            start, end = await asyncio.to_thread(lambda: TapeReader(folder).bounds())
            if not end:
                raise UserError("tape.empty")
            self._running[seat] = _Running(await self._spawn(seat), self._setting.clock.mono())
            url, user = self._bus()
            self._running[seat].tell(
                Begin(
                    str(folder),
                    not wanted.tape,
                    str(self._setting.pack.folder),
                    url,
                    user.name,
                    user.password,
                    self._setting.pack.id,
                    seat,
                    wanted.at,
                    wanted.rate,
                    wanted.mode,
                    wanted.tape,
                    self._setting.pack.feeds,
                )
            )
        at = min(max(wanted.at, start), end)
        return ReplayState(seat, at, at, wanted.rate, wanted.mode, start, end, busy=True, tape=wanted.tape)

    async def _steer(self, seat: str, wanted: ReplaySteer) -> ReplaySteer:
        running = self._running.get(seat)
        if running is None or running.process.returncode is not None:
            raise UserError("tape.no_replay")
        _check(wanted.rate, wanted.mode)
        running.heard = self._setting.clock.mono()
        if wanted != ReplaySteer():
            running.tell(wanted)
        return wanted

    async def _stop(self, seat: str, wanted: TapeWanted) -> TapeWanted:
        await self._end(seat)
        return wanted

    def imported(self) -> tuple[tuple[str, int, int], ...]:
        """Tapes that came from elsewhere: name, start, end."""
        folders = sorted((self._folder.parent / IMPORTED).glob("[!.]*"))
        return tuple((folder.name, *TapeReader(folder).bounds()) for folder in folders if folder.is_dir())

    # -- the children ----------------------------------------------------------------------------------------------

    def _tape(self, name: str) -> Path:
        """Folder of a tape by its name.

        Raises:
            UserError: there is none of that name.
        """
        if not name:
            return self._folder
        folder = self._folder.parent / IMPORTED / name
        if "/" in name or name.startswith(".") or not folder.is_dir():
            raise UserError("tape.no_such_tape", name=name)
        return folder

    def _bus(self) -> tuple[str, User]:
        """Where the bus listens and who may publish what was.

        Raises:
            OutsideError: the hub's own note of it can not be read.
        """
        profile = self._setting.folder.parent
        try:
            url = str(json.loads((profile / "hub.json").read_text("utf-8"))["url"])
        except (OSError, ValueError, KeyError) as error:
            raise OutsideError("tape.no_bus") from error
        return url, Keys(profile).replay()

    async def _spawn(self, seat: str) -> asyncio.subprocess.Process:
        """
        Raises:
            OutsideError: the machine does not let it.
        """
        try:
            with _log(self._setting.folder.parent / f"replay-{seat}.log") as file:
                return await asyncio.create_subprocess_exec(
                    *cockpit_command(REPLAY),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=file,
                    stderr=file,
                    env=environment_of_child(),
                    preexec_fn=_modest,
                )
        except OSError as error:
            raise OutsideError("tape.no_child", why=error.strerror or str(error)) from error

    async def _end(self, seat: str) -> None:
        """Ends the replay of a seat; whoever waits for it may be cancelled, the end comes all the same."""
        running = self._running.pop(seat, None)
        if running is not None:
            ending = asyncio.create_task(_finish(running.process), name="replay-end")
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            await asyncio.shield(ending)


async def _finish(process: asyncio.subprocess.Process) -> None:
    await end_child(process, END_SECONDS)
    if process.stdin is not None:  # the pipe is let go of before the loop may end
        with contextlib.suppress(OSError):
            await process.stdin.wait_closed()
        await asyncio.sleep(0)


def _log(path: Path) -> IO[bytes]:
    """Of the last replay of a seat; nothing where none can be written: a full disk is no reason not to look back."""
    try:
        return open(path, "wb")
    except OSError:
        return open(os.devnull, "wb")


def _modest() -> None:
    """What was waits for what is."""
    with contextlib.suppress(OSError):
        os.nice(5)


def _check(rate: float | None, mode: str | None) -> None:
    """
    Raises:
        UserError: no replay runs so.
    """
    if rate is not None and not (rate == 0 or RATES[0] <= rate <= RATES[-1]):
        raise UserError("tape.bad_rate", least=RATES[0], most=RATES[-1])
    if mode is not None and mode not in (KNOWN, WAS):
        raise UserError("tape.bad_mode")
