"""One source of a base map: what is here of it for a view, at once; what is missing is fetched and made meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cockpit.geo.tiles.archive import Facts, open_archive
from cockpit.geo.tiles.engine import Engine, sentence
from cockpit.geo.tiles.grid import Box, Tile, box_of, span
from cockpit.geo.tiles.incoming import Incoming
from cockpit.geo.tiles.keeping import MADE, RAW
from cockpit.geo.tiles.made import Answer, Job, Made, Pixels, pack, unpack
from cockpit.geo.tiles.views import Look, Ready, Status, around, from_datum, to_datum
from cockpit.model.bases import BaseSpec
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.messages import Message

Tone = tuple[float, float, float]
PLAIN: Tone = (1.0, 1.0, 1.0)
MOST_TILES = 220
"""Of one view; beyond it a coarser level does."""
MOST_READY = {True: 130, False: 420}
"""Vector tiles and raster tiles that are kept ready, the last ones used."""
TELL_SECONDS = 0.12
AT_ONCE = 6
FAR_UP = {True: 3, False: 2}
"""Levels above that are fetched first where nothing is here yet, of vector tiles and of pictures."""
BLURRED = 2
"""Levels that a picture may stand in for: beyond it is a blur."""
_ABSENT = object()


class Tiles:
    """A source at work. All its state belongs to its lock; fetching runs on the engine's loop.

    Attributes:
        spec: what it is.
        incoming: its tiles as they come, and how it is doing.
        state: tells it from another one.
        facts: levels and bounds; None until an archive was opened.
    """

    def __init__(
        self,
        spec: BaseSpec,
        engine: Engine,
        folder: Path,
        key: Callable[[], str] = str,
        prepare: Callable[[Tile, Box, Made | Pixels], Any] = lambda tile, box, made: made,
    ) -> None:
        """
        Args:
            folder: that a file's relative name is of.
            key: gives the secret that the source needs; asked when it is needed.
            prepare: what a renderer wants of a tile (with the box that it covers), on a thread of the pool.
        """
        self.spec, self.engine = spec, engine
        self.path = folder / spec.url if spec.is_file else Path()
        self.state = spec.print
        self.facts: Facts | None = None
        if not spec.is_file:
            self.facts = Facts(spec.vector, spec.min_zoom, spec.max_zoom, spec.bounds, (), 0, "")
        self._prepare = prepare
        self.incoming = Incoming(spec, engine, key, self._changed, self._renewed)
        self._lock = threading.RLock()
        self._ready: OrderedDict[tuple[Tile, Tone], Any] = OrderedDict()
        self._wanted: dict[tuple[Tile, Tone], tuple[int, float]] = {}
        self._running: set[tuple[Tile, Tone]] = set()
        self._broken: dict[Tile, Message] = {}
        self._missed: set[Tile] = set()
        self._listeners: dict[int, Callable[[], None]] = {}
        self._numbers = itertools.count()
        self._looks = 0
        self._shown: tuple[Tile, ...] = ()
        self._telling = False
        self._opening = False
        self._closed = False

    # -- from any thread -------------------------------------------------------------------------------------------

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Has `listener` called, on the loop's thread, when a view has got better; the answer ends it."""
        with self._lock:
            number = next(self._numbers)
            self._listeners[number] = listener

        def end() -> None:
            with self._lock:
                self._listeners.pop(number, None)

        return end

    def status(self) -> Status:
        with self._lock:
            oldest = min((self.incoming.fetched[t] for t in self._shown if self.incoming.fetched.get(t)), default=0)
            last = next(reversed(self._broken.values()), None)
            coming = len(self._running) + len(self._wanted)
            return Status(self.incoming.problem, self.incoming.since, oldest, coming, len(self._broken), last)

    def look(self, box: Box, zoom: float, tone: Tone = PLAIN) -> Look:
        """What is here now for a box in Mercator metres (WGS-84), at a zoom level of the 256 px scheme."""
        facts = self.facts
        if facts is None:
            self._open_soon()
            return Look((), (box,), self.incoming.problem is not None)
        tone = PLAIN if facts.vector else tone
        z = self.level(zoom)
        wide = self._to_datum(box)
        if facts.bounds is not None:
            inner = self._to_datum(box_of(facts.bounds))
            wide = (max(wide[0], inner[0]), max(wide[1], inner[1]), min(wide[2], inner[2]), min(wide[3], inner[3]))
            if wide[0] >= wide[2] or wide[1] >= wide[3]:
                return Look((), (box,), True)
        while len(tiles := span(wide, z)) > MOST_TILES and z > facts.min_zoom:
            z -= 1
        with self._lock:
            self._looks += 1
            found: list[Ready] = []
            bare: list[Box] = []
            missing = 0
            for at, tile in enumerate(tiles.from_middle()):
                if (tile, tone) not in self._ready:
                    missing += self._want(tile, tone, at, facts)
                    self._stand_in(tile, tone, facts, at, found, bare)
                elif self._ready[tile, tone] is _ABSENT:
                    self._stand_in(tile, tone, facts, at, found, bare)
                else:
                    found.append(self._shown_as(tile, tile, tone))
            self._shown = tuple({r.tile for r in found})
            sharp = not missing or self.incoming.problem is not None or self.engine.offline
        if missing:
            self.engine.call(self._pump)
        found.sort(key=lambda r: r.tile.z)
        outside = [b for b in around(box, self._from_datum(wide)) if facts.bounds is not None]
        return Look(tuple(found), (*bare, *outside), sharp)

    def level(self, zoom: float) -> int:
        """The level whose tiles serve a zoom: vector tiles are drawn at 390 to 780 px, pictures at about their size."""
        facts = self.facts
        assert facts is not None
        own = zoom - 0.6 if facts.vector else zoom + math.log2(256 / self.spec.size) + 0.1
        return min(max(round(own), facts.min_zoom), facts.max_zoom)

    def close(self) -> None:
        """Fetches nothing more; the archive is closed."""
        with self._lock:
            self._closed = True
            self._wanted.clear()
            self._listeners.clear()
            archive, self.incoming.archive = self.incoming.archive, None
        if archive is not None:
            archive.close()

    def retry(self) -> None:
        """Asks a source that failed again at once."""
        with self._lock:
            self.incoming.retry()
            self._broken.clear()
            self._missed.clear()
            self._opening = False
        self.engine.call(self._pump)
        self._tell()

    # -- what a view is made of ------------------------------------------------------------------------------------

    def _shown_as(self, tile: Tile, place: Tile, tone: Tone) -> Ready:
        self._ready.move_to_end((tile, tone))
        clip = self.place(place if place.z >= tile.z else tile)
        return Ready(tile, self.place(tile), clip, self._ready[tile, tone])

    def _stand_in(self, tile: Tile, tone: Tone, facts: Facts, at: float, found: list[Ready], bare: list[Box]) -> None:
        """Coarser ones above it, else finer ones below it; where nothing is here it stays bare."""
        for levels in range(1, tile.z - facts.min_zoom + 1):
            parent = tile.parent(levels)
            if self._ready.get((parent, tone), _ABSENT) is not _ABSENT:
                found.append(self._shown_as(parent, tile, tone))
                if not facts.vector and levels > BLURRED:
                    break  # the pack's own base map says more, if there is one
                return
        finer = [c for c in tile.children() if self._ready.get((c, tone), _ABSENT) is not _ABSENT]
        found.extend(self._shown_as(child, child, tone) for child in finer)
        if len(finer) < 4:
            bare.append(self.place(tile))
            if (tile, tone) not in self._ready:
                self._want(tile.parent(min(FAR_UP[facts.vector], tile.z - facts.min_zoom)), tone, at - 1000, facts)

    def _want(self, tile: Tile, tone: Tone, at: float, facts: Facts) -> bool:
        """Notes that a tile is wanted; whether it may come."""
        if tile in self._broken or tile in self._missed or self._closed or (tile, tone) in self._ready:
            return False
        if (tile, tone) not in self._running:
            before = self._wanted.get((tile, tone))
            rank = min(at, before[1]) if before is not None and before[0] == self._looks else at
            self._wanted[tile, tone] = (self._looks, rank)
        return True

    def place(self, tile: Tile) -> Box:
        """What a tile covers, Mercator metres of WGS-84."""
        return self._from_datum(tile.box)

    def _from_datum(self, box: Box) -> Box:
        return from_datum(self.spec.datum, box)

    def _to_datum(self, box: Box) -> Box:
        return to_datum(self.spec.datum, box)

    # -- on the loop -----------------------------------------------------------------------------------------------

    def _pump(self) -> None:
        """Begins what may be begun: what the last views want, nearest to their middle first."""
        with self._lock:
            if self._closed or self.incoming.pausing:
                return
            for key in [k for k, (look, _) in self._wanted.items() if look < self._looks - 6]:
                del self._wanted[key]
            while self._wanted and len(self._running) < AT_ONCE:
                key = min(self._wanted, key=lambda k: (-self._wanted[k][0], self._wanted[k][1]))
                del self._wanted[key]
                self._running.add(key)
                self.engine.spawn(self._bring(*key))

    async def _bring(self, tile: Tile, tone: Tone) -> None:
        try:
            thing = await self._made(tile, tone)
        except OutsideError as error:
            self.incoming.failed(error.message)
        except (CockpitError, ValueError) as error:
            with self._lock:
                self._broken[tile] = sentence(error)
        else:
            with self._lock:
                if thing is not None:
                    self._ready[tile, tone] = thing
                    self._ready.move_to_end((tile, tone))
                    while len(self._ready) > MOST_READY[self.facts is None or self.facts.vector]:
                        (old, _), _ = self._ready.popitem(last=False)
                        self.incoming.fetched.pop(old, None)
                else:
                    self._missed.add(tile)
        finally:
            with self._lock:
                self._running.discard((tile, tone))
                idle = not self._running and not self._wanted
            self._tell(now=idle)
            self._pump()

    async def _made(self, tile: Tile, tone: Tone) -> Any:
        """What a renderer wants of a tile; `_ABSENT` where the source has none there; None where it can not be had
        without a network."""
        assert self.facts is not None
        aside, store = self.engine.aside, self.engine.store
        if self.facts.vector:
            kept = await aside(store.get, (self.state, MADE, tile.z, tile.x, tile.y))
            made = await aside(unpack, kept.data) if kept is not None else None
            if kept is not None and made is not None and (self.spec.is_file or not self.incoming.is_old(kept.fetched)):
                self.incoming.fetched[tile] = 0 if self.spec.is_file else kept.fetched
                return await aside(self._prepare, tile, self.place(tile), made)
        parts = await self.raw(tile)
        if parts is None:
            return None
        if not parts[0]:
            return _ABSENT
        kind = "vector" if self.facts.vector else "pixels"
        job = Job(kind, (tile.z, tile.x, tile.y), list(parts), self.spec.schema, tone=tone)
        answer: Answer = await asyncio.wrap_future(self.engine.maker.make(job))
        if answer.why:
            for number in range(len(self.spec.templates)):  # what is damaged is not what is kept
                store.drop((self.layer_print(number), RAW, tile.z, tile.x, tile.y))
            raise ValueError(answer.why)
        if answer.made is not None:
            key = (self.state, MADE, tile.z, tile.x, tile.y)
            store.put(key, await aside(pack, answer.made), fetched=self.incoming.fetched.get(tile, 0))
        return await aside(self._prepare, tile, self.place(tile), answer.made or answer.pixels)

    async def raw(self, tile: Tile, kept: bool = False) -> Sequence[bytes] | None:
        """A tile as it is, see `Incoming.get`."""
        return await self.incoming.get(tile, kept)

    def layer_print(self, number: int) -> str:
        """What the store calls a layer of this source."""
        return self.incoming.layer_print(number)

    async def _renewed(self, tile: Tile) -> None:
        """A tile that had got old was fetched: it is made anew wherever it is shown."""
        while any(key[0] == tile for key in self._running):  # noqa: ASYNC110 - the old one is being made
            await asyncio.sleep(0.05)
        for ready in [k for k in list(self._ready) if k[0] == tile]:
            await self._bring(*ready)

    def _changed(self) -> None:
        """The source failed, is well again, or may be asked again: views ask for what they miss."""
        if not self._closed:
            self._tell(now=True)
            self._pump()

    # -- the archive -----------------------------------------------------------------------------------------------

    def _open_soon(self) -> None:
        with self._lock:
            if self._opening or self._closed:
                return
            self._opening = True
        self.engine.call(lambda: self.engine.spawn(self._open()))

    async def _open(self) -> None:
        try:
            archive = await self.engine.aside(open_archive, self.path, self.spec.kind)
            stat = await self.engine.aside(self.path.stat)
        except (CockpitError, OSError) as error:
            with self._lock:
                self.incoming.problem, self.incoming.since = sentence(error), self.engine.clock.now()
        else:
            with self._lock:
                if self._closed:
                    archive.close()
                    return
                self.incoming.archive, self.facts = archive, archive.facts
                # another file in its place has other tiles
                self.state = self.incoming.print = f"{self.spec.print}-{stat.st_size:x}-{stat.st_mtime_ns:x}"
        self._tell(now=True)

    def _tell(self, now: bool = False) -> None:
        """Tells those who watch, once for all that came in a moment."""

        def tell() -> None:
            with self._lock:
                self._telling = False
                listeners = list(self._listeners.values())
            for listener in listeners:
                listener()

        with self._lock:
            if self._closed or (self._telling and not now):
                return
            self._telling = True
        if now:
            self.engine.call(tell)
        else:
            self.engine.call(self.engine.loop.call_later, TELL_SECONDS, tell)
