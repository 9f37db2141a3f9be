"""The video process as a seat holds it: started when something is to be seen, kept alive, ended. On one loop."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import msgspec

from cockpit.media.child import END_SECONDS, log_of
from cockpit.media.video.memory import SLOTS, Memory, make_memory
from cockpit.media.video.told import MAX_LINE, Stream, Told, Wanted
from cockpit.model.clock import Clock
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_json
from cockpit.model.videos import VideoPicture, VideoSeen, VideoState
from cockpit.processes import cockpit_command, end_child, environment_of_child

log = logging.getLogger(__name__)
RESTART_SECONDS = (0.2, 1.0, 2.0, 5.0)
CALM_SECONDS = 60.0
SUSPECT_AFTER = 3
"""Deaths without a calm minute between: streams are then begun one by one, and the one that it dies of is left out."""
TRIAL_SECONDS, MOST_TRIAL = 2.0, 7
"""After a stream plays, or can not, the next is begun; or after so many times as long."""
BANNED_SECONDS = 600.0
IDLE_SECONDS = 30.0
"""So long after the last stream the process stays."""

_BROKE = VideoSeen(VideoState.REFUSED, Message("videos.broke"))


@cache
def missing() -> Message | None:
    """Why there can be no video on this machine; None where there can."""
    if importlib.util.find_spec("av") is None:
        return Message("videos.no_extra")
    if not hasattr(os, "memfd_create"):
        return Message("videos.no_system")
    return None


class VideoProcess:
    """The child `cockpit video`. Wanted streams get a slot of the memory, and keep their last picture in it when they
    or the process end.

    Attributes:
        seen: by id of stream, as last told; replaced whole, so that any thread may read it.
        deaths: how often it ended by itself.
    """

    def __init__(self, log_file: Path, clock: Clock, changed: Callable[[], None] = lambda: None) -> None:
        """
        Args:
            log_file: where its log lines go; its folder is made.
            changed: called on the loop when a stream is doing otherwise.
        """
        self.seen: dict[str, VideoSeen] = {}
        self.deaths = 0
        self._log_file, self._clock, self._changed = log_file, clock, changed
        self._wanted: dict[str, Stream] = {}
        self._slots: dict[str, int] = {}
        self._ending: set[int] = set()
        """Slots of streams that are to end and have not said so."""
        self._told: set[int] = set()
        """Slots that the process knows of."""
        self._memory: Memory | None = None
        self._fd = -1
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._stopped = False
        self._failures = 0
        self._tried: list[str] | None = None
        """Ids that are begun one by one; None: all are at once."""
        self._banned: dict[str, float] = {}
        self._settled: set[str] = set()
        """Ids of streams that play, or can not, in this life of the process."""

    @property
    def pid(self) -> int:
        """Of the process; 0 while there is none."""
        return self._process.pid if self._process is not None and self._process.returncode is None else 0

    def want(self, streams: Sequence[Stream]) -> None:
        """All streams that are wanted from now on; their `slot` is ours to say."""
        wanted = {stream.id: stream for stream in streams}
        for ident in [ident for ident in self._wanted if ident not in wanted]:
            slot = self._slots.pop(ident, -1)
            if slot in self._told:
                self._ending.add(slot)
            elif slot >= 0:
                self._free(slot)
        self._wanted = wanted
        banned = {ident: _BROKE for ident in wanted if self._is_banned(ident)}
        self.seen = {ident: seen for ident, seen in self.seen.items() if ident in wanted} | banned
        if not self.pid:
            self._free_all()
        self._news.set()
        if wanted and self._keeping is None and not self._stopped and missing() is None:
            self._keeping = asyncio.ensure_future(self._keep())

    def read(self, ident: str, after: int = 0) -> VideoPicture | None:
        """The newest picture of a stream; on any thread, until `stop`."""
        slot, memory = self._slots.get(ident), self._memory
        try:
            return memory.read(slot, after) if slot is not None and memory is not None else None
        except ValueError:  # it was closed meanwhile
            return None

    async def stop(self) -> None:
        """Ends it; nothing is to be read any more."""
        self._stopped = True
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
            self._keeping = None
        await self._end()
        self._slots.clear()
        if self._memory is not None:
            memory, self._memory = self._memory, None
            memory.close()
            os.close(self._fd)

    # -- its life --------------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Keeps it alive for as long as something is wanted, and a while longer."""
        try:
            while self._wanted:
                began = self._clock.mono()
                try:
                    if not await self._run():
                        continue
                    self._died(self._clock.mono() - began)
                except OSError as error:  # no memory, too many processes
                    self._failures += 1
                    self._tell_all(Message("videos.no_start", {"why": error.strerror or str(error)}))
                await asyncio.sleep(RESTART_SECONDS[min(self._failures, len(RESTART_SECONDS)) - 1])
        finally:
            self._keeping = None

    async def _run(self) -> bool:
        """One life of the process; whether it ended by itself."""
        self._settled.clear()
        process = await self._spawn()
        reader = asyncio.ensure_future(self._read(process))
        sender = asyncio.ensure_future(self._send(process))
        try:
            await asyncio.wait((reader, sender), return_when=asyncio.FIRST_COMPLETED)
            return reader.done()
        finally:
            sender.cancel()
            await self._end()
            await asyncio.gather(reader, sender, return_exceptions=True)
            self._free_all()

    async def _spawn(self) -> asyncio.subprocess.Process:
        if self._memory is None:
            self._fd = make_memory()
            self._memory = Memory(self._fd)
        with contextlib.ExitStack() as opened:
            self._process = await asyncio.create_subprocess_exec(
                *cockpit_command("video", "--pictures", str(self._fd)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log_of(self._log_file, opened),
                env=environment_of_child(),
                pass_fds=(self._fd,),
                limit=MAX_LINE,
            )
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await end_child(process, END_SECONDS)

    def _died(self, lived: float) -> None:
        """It ended by itself: pictures stay, and it is started again; of what it dies again and again is left out."""
        self.deaths += 1
        self._failures = 1 if lived > CALM_SECONDS else self._failures + 1
        if self._tried:
            self._banned[self._tried[-1]] = self._clock.mono() + BANNED_SECONDS
            self._tried, self._failures = None, 1
        elif self._failures >= SUSPECT_AFTER:
            self._tried = []
        self._tell_all(Message("videos.died"))

    def _tell_all(self, why: Message) -> None:
        self.seen = {
            ident: _BROKE if self._is_banned(ident) else VideoSeen(VideoState.AWAY, why) for ident in self._wanted
        }
        self._changed()

    def _is_banned(self, ident: str) -> bool:
        until = self._banned.get(ident, 0.0)
        if until and self._clock.mono() >= until:
            del self._banned[ident]
        return ident in self._banned

    # -- lines -----------------------------------------------------------------------------------------------------

    async def _send(self, process: asyncio.subprocess.Process) -> None:
        """Tells it what is wanted, whenever that is another; returns when nothing has been for a while."""
        assert process.stdin is not None
        waited = MOST_TRIAL
        while True:
            self._news.clear()
            if self._tried is not None and (waited >= MOST_TRIAL or (waited and self._settled >= {*self._tried})):
                self._try_one_more()
                waited = 0
            streams = self._with_slots()
            self._told = {stream.slot for stream in streams} | self._ending
            with contextlib.suppress(ConnectionError):
                process.stdin.write(msgspec.json.encode(Wanted(streams)) + b"\n")
                await process.stdin.drain()
            waits_on = IDLE_SECONDS if self._banned or not self._wanted else None
            patience = TRIAL_SECONDS if self._tried is not None else waits_on
            try:
                async with time_limit(patience):  # `wait_for` swallows an end that comes with the news
                    await self._news.wait()
            except TimeoutError:
                waited += 1
                if not self._wanted:
                    return

    def _try_one_more(self) -> None:
        """The next of those that are begun one by one; once all are, none is suspected."""
        assert self._tried is not None
        left = [ident for ident in self._wanted if ident not in self._tried and not self._is_banned(ident)]
        if left:
            self._tried.append(left[0])
        else:
            self._tried = None

    def _with_slots(self) -> tuple[Stream, ...]:
        """What is wanted and may begin; those that have no place wait until another has ended."""
        streams: list[Stream] = []
        for ident, stream in self._wanted.items():
            if self._is_banned(ident) or (self._tried is not None and ident not in self._tried):
                continue
            slot = self._slots.get(ident)
            if slot is None:
                free = sorted(set(range(SLOTS)) - set(self._slots.values()) - self._ending)
                if not free:
                    continue
                slot = self._slots[ident] = free[0]
            streams.append(msgspec.structs.replace(stream, slot=slot))
        return tuple(streams)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Takes its lines until it ends."""
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than a line may be
                continue
            if not line:
                return
            try:
                self._take(from_json(line, type=Told))
            except msgspec.DecodeError as error:
                log.info("the video process said what nobody understands: %s", error)

    def _take(self, told: Told) -> None:
        if told.gone >= 0:
            if told.gone in self._ending:
                self._ending.discard(told.gone)
                self._free(told.gone)
            self._news.set()
        elif told.seen is not None and told.id in self._wanted:
            self.seen = {**self.seen, told.id: told.seen}
            if told.seen.state is not VideoState.OPENING:
                self._settled.add(told.id)
            self._changed()

    def _free(self, slot: int) -> None:
        if self._memory is not None:
            self._memory.clear(slot)

    def _free_all(self) -> None:
        """Nobody writes any more: what was to end has ended."""
        for slot in self._ending:
            self._free(slot)
        self._ending.clear()
        self._told.clear()
