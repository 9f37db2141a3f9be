"""Dry runs of rules at the hub: each is a child process that reads the tape; seats hear how far it is."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import IO

import msgspec

from cockpit.hub.service import Setting
from cockpit.hub.tape import FOLDER
from cockpit.hub.trial import BUDGET_SECONDS, Progress, TrialWanted, needed
from cockpit.model.alarms import Rule, Tried, Trying, TryWanted
from cockpit.model.clock import CityTime
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_json
from cockpit.processes import cockpit_command, environment_of_child
from cockpit.signs.rules.check import check

log = logging.getLogger(__name__)

TOPIC = "trial"
"""Where seats hear of them: `Trying`, by its job."""
MOST = 2
KEPT = 20
"""Results that are kept for a seat that has missed the news."""
GRACE_SECONDS = 30.0
"""Beyond its budget, before a child that does not end is ended."""
MOST_LINE = 1_000_000


class Trials:
    """Starts, follows and ends them. Lives on the hub's loop."""

    def __init__(self, setting: Setting, rules: Callable[[], Mapping[str, Rule]]) -> None:
        """
        Args:
            rules: those in force, by id.
        """
        self._setting = setting
        self._rules = rules
        self._jobs: OrderedDict[str, Trying] = OrderedDict()
        self._running: dict[str, asyncio.Task[None]] = {}

    async def asked(self, seat: str, wanted: TryWanted) -> Trying:
        """Begins one, or says how far it is. A seat has one at a time: another one ends the first.

        Raises:
            UserError: the rule is wrong, or too many are tried already.
        """
        if wanted.job:
            if wanted.job not in self._jobs:
                raise UserError("rules.no_trial")
            return self._jobs[wanted.job]
        rules, pack = self._rules(), self._setting.pack
        problem = check(wanted.rule, rules, max(len(pack.tiers), 1), pack.kinds)
        if problem is not None:
            raise UserError(problem.id, **problem.params)
        await self._end(seat)
        if len(self._running) >= MOST:
            raise UserError("rules.too_many_trials", most=MOST)
        city = self._setting.clock.city
        trial = TrialWanted(
            str(self._setting.folder / FOLDER),
            str(pack.folder),
            needed(wanted.rule, rules),
            _wall(city, wanted.start),
            _wall(city, wanted.end),
            city,
        )
        job = new_id(self._setting.clock.base)
        self._note(Trying(job))
        self._running[seat] = asyncio.create_task(self._follow(job, trial), name="trial")
        self._running[seat].add_done_callback(lambda task: self._forget(seat, task))
        return self._jobs[job]

    async def close(self) -> None:
        for seat in list(self._running):
            await self._end(seat)

    async def _end(self, seat: str) -> None:
        task = self._running.pop(seat, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _forget(self, seat: str, task: asyncio.Task[None]) -> None:
        if self._running.get(seat) is task:
            del self._running[seat]

    def _note(self, trying: Trying) -> None:
        self._jobs[trying.job] = trying
        while len(self._jobs) > KEPT:
            self._jobs.popitem(last=False)

    async def _follow(self, job: str, wanted: TrialWanted) -> None:
        """From its start to its end, however that comes."""
        tried: Tried | None = None
        try:
            async with time_limit(BUDGET_SECONDS + GRACE_SECONDS):
                tried = await self._run(job, wanted)
        except TimeoutError:
            log.info("a trial did not end in time")
        except OutsideError as error:
            tried = Tried(0, 0, problem=error.message)
        finally:
            if tried is None:
                tried = Tried(0, 0, problem=Message("rules.trial_ended"))
            self._note(Trying(job, 0, tried))
        await self._tell(job)

    async def _run(self, job: str, wanted: TrialWanted) -> Tried | None:
        process = await self._spawn()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(msgspec.json.encode(wanted))
            process.stdin.close()
            while line := await process.stdout.readline():
                progress = from_json(line, type=Progress)
                if progress.tried is not None:
                    return progress.tried
                self._note(Trying(job, wanted.city.at(progress.at)))
                await self._tell(job)
            return None
        except (OSError, ValueError) as error:  # it died, or a line is none
            log.info("a trial broke: %s", error)
            return None
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _tell(self, job: str) -> None:
        await self._setting.publish(TOPIC, msgspec.msgpack.encode(self._jobs[job]))

    async def _spawn(self) -> asyncio.subprocess.Process:
        """
        Raises:
            OutsideError: the machine does not let it.
        """
        try:
            with _log(self._setting) as file:
                return await asyncio.create_subprocess_exec(
                    *cockpit_command(TOPIC),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=file,
                    env=environment_of_child(),
                    preexec_fn=_modest,
                    limit=MOST_LINE,
                )
        except OSError as error:
            raise OutsideError("rules.no_child", why=error.strerror or str(error)) from error


def _wall(city: CityTime, at: int) -> int:
    """The machine's clock at a time of the city, as the city's clock runs now."""
    return city.wall_us + round((at - city.city_us) / city.rate) if city.rate > 0 else at


def _log(setting: Setting) -> IO[bytes]:
    """Of the last trial; nothing where none can be written."""
    try:
        return open(setting.folder / "trial.log", "wb")
    except OSError:
        return open(os.devnull, "wb")


def _modest() -> None:
    """What would have been waits for what is."""
    with contextlib.suppress(OSError):
        os.nice(10)
