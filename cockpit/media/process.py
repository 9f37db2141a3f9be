"""The process `cockpit media`: a child of a seat or hub, told on stdin what to do; one loop, one beat of 20 ms."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys

import msgspec

from cockpit.media.frames import Frames
from cockpit.media.service import Service
from cockpit.media.told import MAX_LINE, Ask, LegQuality, Line, MediaEvent, SoundNow
from cockpit.model.clock import Clock, SystemClock
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.messages import Message
from cockpit.model.typed import from_json
from cockpit.processes import die_with_parent

log = logging.getLogger(__name__)
BEAT = 0.02
BEHIND = 5
"""Beats that are made up for; what is later than that is left out."""
MOST_UNREAD = 4 * 1024 * 1024
"""Bytes that the parent has not read: levels are not told meanwhile."""
GARBAGE = (20_000, 20, 50)
"""The collector looks seldom: a beat is 20 ms."""


class Lines:
    """Lines to the parent: never waits for it."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, sys.stdout)

    def event(self, event: MediaEvent) -> None:
        unread = self._transport.get_write_buffer_size() if self._transport is not None else 0
        if unread < MOST_UNREAD or not isinstance(event, SoundNow | LegQuality):
            self.write(Line(event=event))

    def write(self, line: Line) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(msgspec.json.encode(line) + b"\n")

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def beat(service: Service, clock: Clock) -> None:
    """Mixes every 20 ms, whatever else happens."""
    due = clock.mono()
    while True:
        if service.idle:  # nobody speaks or listens: nothing is woken up for
            await service.wait()
            due = clock.mono()
        now = clock.mono()
        if now - due > BEHIND * BEAT:
            due = now
        while due <= now:
            service.beat(now)
            due += BEAT
        await asyncio.sleep(due - clock.mono())


async def _serve(pictures: int) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_log_exception)
    clock = SystemClock()
    lines = Lines()
    await lines.open()
    reader = asyncio.StreamReader(limit=MAX_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    frames = None
    if pictures >= 0:
        with contextlib.suppress(OSError, ValueError):
            frames = Frames(pictures)
            os.close(pictures)
    service = Service(clock, lines.event, frames)
    ending = asyncio.ensure_future(_read(reader, service, lines))
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, ending.cancel)
    beating = asyncio.ensure_future(beat(service, clock))
    beating.add_done_callback(lambda task: ending.cancel())
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await ending
    finally:
        ended = beating.done() and not beating.cancelled() and beating.exception()
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        await service.end()
        lines.close()
        if ended:
            raise ended


async def _read(reader: asyncio.StreamReader, service: Service, lines: Lines) -> None:
    """Takes what the parent asks until it is gone."""
    running: set[asyncio.Task[None]] = set()
    while True:
        try:
            line = await reader.readline()
        except ValueError:  # longer than a line may be
            continue
        if not line:
            return
        try:
            ask = from_json(line, type=Ask)
        except msgspec.DecodeError as error:
            log.info("what the parent asks is not understood: %s", error)
            continue
        task = asyncio.ensure_future(_answer(ask, service, lines))
        running.add(task)
        task.add_done_callback(running.discard)


async def _answer(ask: Ask, service: Service, lines: Lines) -> None:
    try:
        answer = await service.do(ask.do, ask.args)
        lines.write(Line(ask.n, answer=msgspec.Raw(msgspec.json.encode(answer))))
    except CockpitError as error:
        lines.write(Line(ask.n, error=error.message))
    except Exception:  # our bug: the caller is told, the other calls go on
        log.exception("of %s", ask.do)
        lines.write(Line(ask.n, error=Message("media.bug", {"what": ask.do})))


def _log_exception(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """Tasks of aiortc that end by what others sent end one leg; its state tells."""
    log.info("%s: %r", context.get("message"), context.get("exception"))


def main(pictures: int = -1) -> int:
    """Until the parent closes our stdin, or ends.

    Args:
        pictures: file descriptor of the memory for pictures; -1 there are none.
    """
    os.umask(0o077)
    if "COCKPIT_PARENT" not in os.environ:
        raise UserError("media.by_seat")
    die_with_parent()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("cockpit").setLevel(logging.INFO)
    logging.getLogger("aiortc").setLevel(logging.ERROR)
    logging.getLogger("aioice").setLevel(logging.ERROR)
    sys.setswitchinterval(0.001)  # threads that decode pictures hand over to the mixer at once
    asyncio.run(_serve(pictures))
    return 0
