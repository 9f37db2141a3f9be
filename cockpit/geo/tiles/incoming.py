"""The tiles of a source as they come: from its archive, the store or its server; what fails, and for how long."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Sequence

from cockpit.geo.tiles.archive import Archive
from cockpit.geo.tiles.engine import Engine
from cockpit.geo.tiles.grid import Tile
from cockpit.geo.tiles.keeping import RAW, Key
from cockpit.geo.tiles.views import plausible
from cockpit.model.bases import BaseSpec
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message

PAUSES = (3.0, 10.0, 30.0, 60.0)
"""Seconds before a source that fails is asked again."""
DAY_US = 86_400_000_000


class Incoming:
    """To be asked on the engine's loop.

    Attributes:
        archive: of a source that is a file, once it was opened.
        print: what the store calls its first layer.
        problem: why new tiles do not come, since `since` (UTC us); None when all is well.
        fetched: when each tile that was given came, UTC us; 0 for those of a file.
    """

    def __init__(
        self,
        spec: BaseSpec,
        engine: Engine,
        key: Callable[[], str],
        changed: Callable[[], None],
        renewed: Callable[[Tile], Awaitable[None]],
    ) -> None:
        """
        Args:
            key: gives the secret that the source needs.
            changed: called when the source is well again, or may be asked again.
            renewed: called when a tile that had got old was fetched anew.
        """
        self.archive: Archive | None = None
        self.print = spec.print
        self.problem: Message | None = None
        self.since = 0
        self.fetched: dict[Tile, int] = {}
        self.spec, self.engine = spec, engine
        self._key, self._changed, self._renewed = key, changed, renewed
        self._lock = threading.Lock()
        self._refreshing: set[Tile] = set()
        self._fails = 0
        self._again_at = 0.0

    @property
    def pausing(self) -> bool:
        """It failed a moment ago and is not asked now."""
        return self.engine.clock.mono() < self._again_at

    def retry(self) -> None:
        """As if it had never failed. Any thread."""
        with self._lock:
            self.problem, self._again_at = None, 0.0

    async def get(self, tile: Tile, kept: bool = False) -> Sequence[bytes] | None:
        """A tile as it is, a piece a layer; b"" first where the source has none there; None where it can not be had
        without a network.

        Args:
            kept: it belongs to a region.

        Raises:
            OutsideError: it can not be had now.
            ValueError: that part of the archive is damaged.
        """
        if self.spec.is_file:
            archive = self.archive
            if archive is None:
                return None
            return [await self.engine.aside(archive.get, tile) or b""]
        parts: list[bytes] = []
        for number, template in enumerate(self.spec.templates):
            part = await self._part(tile, number, template, kept)
            if part is None:
                return None
            parts.append(part)
        return parts

    async def _part(self, tile: Tile, number: int, template: str, kept: bool) -> bytes | None:
        key = (self.layer_print(number), RAW, tile.z, tile.x, tile.y)
        known = await self.engine.aside(self.engine.store.get, key)
        if known is not None:  # the last known one is shown at once, with its age
            self.fetched[tile] = known.fetched
            if self.is_old(known.fetched) and tile not in self._refreshing:
                self._refreshing.add(tile)
                self.engine.spawn(self._refresh(tile, number, template, key))
            return known.data
        if self.engine.offline:
            return None
        return await self._fetch(tile, number, template, key, kept)

    async def _refresh(self, tile: Tile, number: int, template: str, key: Key) -> None:
        """Fetches a tile that has got old, and has it made anew wherever it is shown."""
        try:
            await self._fetch(tile, number, template, key, kept=False)
        except OutsideError as error:
            self.failed(error.message)
        else:
            await self._renewed(tile)
        finally:
            self._refreshing.discard(tile)

    async def _fetch(self, tile: Tile, number: int, template: str, key: Key, kept: bool) -> bytes:
        """Raises:
        OutsideError: it can not be had now.
        """
        secret = self._key() if self.spec.secret else ""
        if self.spec.secret and not secret:
            raise OutsideError("tiles.no_key", name=self.spec.secret)
        data = await self.engine.fetch(template, tile, self.spec.host_letters, secret)
        if data and not plausible(data, self.spec.vector):  # a page of a portal, or an error in words
            raise OutsideError("tiles.words_for_tile", name=self.spec.name)
        self._well()
        self.fetched[tile] = self.engine.clock.now()
        self.engine.store.put(key, data, kept)
        return data

    def layer_print(self, number: int) -> str:
        """What the store calls a layer of this source."""
        return self.print if number == 0 else f"{self.print}.{number}"

    def is_old(self, fetched: int) -> bool:
        """Whether a kept tile is to be fetched anew, as far as the source answers."""
        old = self.engine.clock.now() - fetched > self.spec.days * DAY_US
        return old and not self.engine.offline and self.problem is None

    def failed(self, why: Message) -> None:
        with self._lock:
            if self.problem is None:
                self.since = self.engine.clock.now()
            self.problem = why
            pause = PAUSES[min(self._fails, len(PAUSES) - 1)]
            if self.engine.clock.mono() >= self._again_at:
                self._fails += 1
                self._again_at = self.engine.clock.mono() + pause
                self.engine.loop.call_later(pause, self._go_on)

    def _well(self) -> None:
        with self._lock:
            was, self.problem, self._fails, self._again_at = self.problem, None, 0, 0.0
        if was is not None:
            self._changed()

    def _go_on(self) -> None:
        """The pause is over."""
        self._again_at = 0.0
        self._changed()
