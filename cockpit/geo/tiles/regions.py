"""Areas whose tiles are fetched for work without a network: counted, estimated by samples, fetched, paused, resumed."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import statistics
import threading
from collections.abc import Callable, Sequence

import msgspec

from cockpit.geo.tiles.engine import Engine, sentence
from cockpit.geo.tiles.grid import Box, Span, Tile, spans
from cockpit.geo.tiles.keeping import RAW
from cockpit.geo.tiles.tiles import Tiles
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.typed import from_json

SAMPLES = 28
"""Tiles that are fetched to estimate the size of an area; they are kept, so that nothing is fetched twice."""
AT_ONCE = 4
PAUSE = 15.0
"""Seconds before a source that fails is asked again."""
LASTING = ("tiles.key_refused", "tiles.no_key", "tiles.words_for_tile")
"""Troubles that only a person ends: the download waits for them."""
TELL_SECONDS = 0.5
RUNNING, PAUSED, DONE = "running", "paused", "done"


class Region(msgspec.Struct, frozen=True):
    """An area that is kept on this machine.

    Attributes:
        base: id of the source. bounds: degrees of WGS-84. first, last: zoom levels.
        state: `running`, `paused` or `done`.
        made: when it was asked for, UTC us.
    """

    id: str
    name: str
    base: str
    bounds: Box
    first: int
    last: int
    state: str
    made: int


class Progress(msgspec.Struct, frozen=True):
    """How far a region is.

    Attributes:
        total, here: tiles. size: bytes of those here.
        rate: tiles a second, 0 as long as it is not known.
        trouble: why it does not go on; None when it does.
        active: it is being worked at in this run.
    """

    region: Region
    total: int
    here: int
    size: int
    rate: float = 0.0
    trouble: Message | None = None
    active: bool = False


class Estimate(msgspec.Struct, frozen=True):
    """What an area comes to.

    Attributes:
        total: tiles of it, counted. here: of these on this machine already.
        size: bytes of all, estimated; low, high: between which it is 19 times out of 20.
        sampled: tiles that the estimate is made from.
        trouble: why no samples could be had; then size is 0.
    """

    total: int
    here: int
    size: int = 0
    low: int = 0
    high: int = 0
    sampled: int = 0
    trouble: Message | None = None


class Cover(msgspec.Struct, frozen=True):
    """What of an area is on this machine at one zoom level.

    Attributes:
        tiles: columns and rows that are needed. here: (column, row) of those that are here.
        oldest: when the oldest was fetched, UTC us.
        size: bytes.
    """

    tiles: Span
    here: frozenset[tuple[int, int]]
    oldest: int
    size: int


def coverage(tiles: Tiles, bounds: Box, first: int, last: int) -> list[Cover]:
    """What of an area is here, level by level. Reads the store: not for Qt's thread."""
    found = []
    for span in spans(bounds, first, last):
        every = [
            tiles.engine.store.here(tiles.layer_print(n), RAW, span.z, (span.x0, span.x1), (span.y0, span.y1))
            for n in range(max(len(tiles.spec.templates), 1))
        ]
        here = frozenset.intersection(*(one.tiles for one in every))
        oldest = min((one.oldest for one in every if one.oldest), default=0)
        found.append(Cover(span, here, oldest, sum(one.size for one in every)))
    return found


class Regions:
    """All regions of this machine. Any thread."""

    def __init__(self, engine: Engine, tiles_of: Callable[[str], Tiles | None]) -> None:
        """
        Args:
            tiles_of: a source by its id; None where there is none any more.
        """
        self._engine, self._tiles_of = engine, tiles_of
        self._lock = threading.Lock()
        self._progress: dict[str, Progress] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._listeners: list[Callable[[], None]] = []
        self._closed = False
        for ident, body in engine.store.regions().items():
            with contextlib.suppress(msgspec.MsgspecError):
                region = from_json(body, type=Region)
                total = sum(map(len, spans(region.bounds, region.first, region.last)))
                self._progress[ident] = Progress(region, total, total if region.state == DONE else 0, 0)

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Has `listener` called, on the loop's thread, when a region got on; the answer ends it."""
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock, contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return end

    def all(self) -> list[Progress]:
        """The newest first."""
        with self._lock:
            return sorted(self._progress.values(), key=lambda p: -p.region.made)

    def resume_all(self) -> None:
        """Goes on with what was running when the program ended, however it ended."""
        for progress in self.all():
            if progress.region.state == RUNNING:
                self._start(progress.region)
            else:
                self._engine.call(lambda r=progress.region: self._engine.spawn(self._count(r)))

    def begin(self, name: str, base: str, bounds: Box, first: int, last: int) -> Region:
        """Keeps an area from now on and begins to fetch it."""
        now = self._engine.clock.now()
        region = Region(new_id(self._engine.clock), name, base, bounds, first, last, RUNNING, now)
        self._keep(region)
        total = sum(map(len, spans(bounds, first, last)))
        with self._lock:
            self._progress[region.id] = Progress(region, total, 0, 0)
        self._start(region)
        return region

    def pause(self, ident: str) -> None:
        self._set_state(ident, PAUSED)
        self._engine.call(self._cancel, ident)

    def resume(self, ident: str) -> None:
        region = self._set_state(ident, RUNNING)
        if region is not None:
            self._start(region)

    def drop(self, ident: str) -> None:
        """Gives an area up: its tiles may be forgotten like any others, unless another region has them too."""
        with self._lock:
            progress = self._progress.pop(ident, None)
            others = [p.region for p in self._progress.values()]
        if progress is None:
            return
        self._engine.call(self._cancel, ident)
        self._engine.store.set_region(ident, None)
        self._mark(progress.region, False)
        for other in others:
            if other.base == progress.region.base:
                self._mark(other, True)
        self._tell()

    def close(self) -> None:
        self._closed = True
        with self._lock:
            self._listeners.clear()

    async def estimate(self, tiles: Tiles, bounds: Box, first: int, last: int) -> Estimate:
        """Counts an area and estimates its size from tiles that it fetches. To be run by `Engine.ask`."""
        covers = await self._engine.aside(coverage, tiles, bounds, first, last)
        total, here = sum(len(c.tiles) for c in covers), sum(len(c.here) for c in covers)
        size = variance = 0.0
        sampled = 0
        try:
            for cover in covers:
                wanted = max(2, round(SAMPLES * len(cover.tiles) / total))
                sizes = await self._sampled(tiles, cover.tiles, wanted)
                sampled += len(sizes)
                count = len(cover.tiles)
                mean = statistics.fmean(sizes)
                size += mean * count
                if 1 < len(sizes) < count:
                    # of the mean of a sample without replacement
                    variance += count**2 * statistics.variance(sizes) / len(sizes) * (1 - len(sizes) / count)
        except OutsideError as error:
            return Estimate(total, here, trouble=error.message)
        reach = 2.0 * math.sqrt(variance)
        return Estimate(total, here, round(size), round(max(size - reach, 0)), round(size + reach), sampled)

    async def _sampled(self, tiles: Tiles, span: Span, wanted: int) -> list[int]:
        """Sizes of some tiles of a level, spread over it; the same ones each time."""
        every = list(span) if len(span) <= 4096 else [_any(span, n) for n in range(4 * wanted)]
        chosen = random.Random(span.z).sample(every, min(wanted, len(every)))
        parts = [await tiles.raw(tile) for tile in chosen]
        return [sum(map(len, part)) if part is not None else 0 for part in parts]

    # -- a region at work ------------------------------------------------------------------------------------------

    def _start(self, region: Region) -> None:
        def start() -> None:
            task = self._tasks.get(region.id)
            if not self._closed and (task is None or task.done()):
                self._tasks[region.id] = self._engine.spawn(self._run(region))

        self._engine.call(start)

    def _cancel(self, ident: str) -> None:
        task = self._tasks.pop(ident, None)
        if task is not None:
            task.cancel()
        self._show(ident, rate=0.0, active=False)

    async def _count(self, region: Region) -> list[Cover]:
        tiles = self._tiles_of(region.base)
        if tiles is None:
            self._show(region.id, trouble=Message("tiles.source_gone", {"id": region.base}), active=False)
            return []
        covers = await self._engine.aside(coverage, tiles, region.bounds, region.first, region.last)
        self._show(
            region.id,
            total=sum(len(c.tiles) for c in covers),
            here=sum(len(c.here) for c in covers),
            size=sum(c.size for c in covers),
        )
        return covers

    async def _run(self, region: Region) -> None:
        covers = await self._count(region)
        tiles = self._tiles_of(region.base)
        if tiles is None or not covers:
            return
        self._mark(region, True)
        self._show(region.id, active=True, trouble=None)
        began, before = self._engine.clock.mono(), self._progress[region.id].here
        told = began
        todo = ((t, c) for c in covers for t in c.tiles if (t.x, t.y) not in c.here)
        slots = asyncio.Semaphore(AT_ONCE)
        running: set[asyncio.Task[int]] = set()

        async def fetch(tile: Tile) -> int:
            async with slots:
                return await self._one(region, tiles, tile)

        try:
            for tile, _ in todo:
                running.add(self._engine.spawn(fetch(tile)))
                if len(running) >= 4 * AT_ONCE:
                    done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    self._add(region.id, done)
                now = self._engine.clock.mono()
                if now - told > TELL_SECONDS:
                    told = now
                    here = self._progress[region.id].here
                    self._show(region.id, rate=(here - before) / max(now - began, 0.1))
            if running:
                done, _ = await asyncio.wait(running)
                self._add(region.id, done)
        except BaseException:
            for task in running:
                task.cancel()
            raise
        self._show(region.id, rate=0.0, active=False)
        self._set_state(region.id, DONE)

    async def _one(self, region: Region, tiles: Tiles, tile: Tile) -> int:
        """Bytes of a tile, fetched however long it takes."""
        while True:
            try:
                parts: Sequence[bytes] | None = await tiles.raw(tile, kept=True)
            except (CockpitError, ValueError) as error:
                why = sentence(error)
                self._show(region.id, trouble=why)
                if why.id in LASTING:
                    self.pause(region.id)
            else:
                if parts is not None:
                    if self._progress.get(region.id) and self._progress[region.id].trouble is not None:
                        self._show(region.id, trouble=None)
                    return sum(map(len, parts))
                self._show(region.id, trouble=Message("tiles.set_offline"))
            await asyncio.sleep(PAUSE)

    def _add(self, ident: str, done: set[asyncio.Task[int]]) -> None:
        progress = self._progress.get(ident)
        if progress is not None:
            sizes = [task.result() for task in done]
            self._show(ident, tell=False, here=progress.here + len(sizes), size=progress.size + sum(sizes))

    def _mark(self, region: Region, kept: bool) -> None:
        tiles = self._tiles_of(region.base)
        if tiles is not None:
            for span in spans(region.bounds, region.first, region.last):
                for number in range(len(tiles.spec.templates)):
                    place = (tiles.layer_print(number), span.z, (span.x0, span.x1), (span.y0, span.y1))
                    self._engine.store.keep(*place, kept)

    def _set_state(self, ident: str, state: str) -> Region | None:
        with self._lock:
            progress = self._progress.get(ident)
            if progress is None:
                return None
            region = msgspec.structs.replace(progress.region, state=state)
            self._progress[ident] = msgspec.structs.replace(progress, region=region)
        self._keep(region)
        self._tell()
        return region

    def _keep(self, region: Region) -> None:
        self._engine.store.set_region(region.id, msgspec.json.encode(region).decode())

    def _show(self, ident: str, tell: bool = True, **changes: object) -> None:
        with self._lock:
            progress = self._progress.get(ident)
            if progress is None:
                return
            self._progress[ident] = msgspec.structs.replace(progress, **changes)
        if tell:
            self._tell()

    def _tell(self) -> None:
        def tell() -> None:
            with self._lock:
                listeners = list(self._listeners)
            for listener in listeners:
                listener()

        self._engine.call(tell)


def _any(span: Span, number: int) -> Tile:
    """A tile of a level that has too many to be listed."""
    chance = random.Random(number)
    return Tile(span.z, chance.randint(span.x0, span.x1), chance.randint(span.y0, span.y1))
