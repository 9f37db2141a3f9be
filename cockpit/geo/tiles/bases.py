"""The base maps that a seat may show: the pack's own, those that its file names, those that a person added."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from cockpit.geo.tiles.grid import Box, Tile
from cockpit.geo.tiles.made import Made, Pixels
from cockpit.model.bases import BaseSpec, check
from cockpit.model.clock import Clock
from cockpit.model.errors import UserError
from cockpit.model.ports import Prefs
from cockpit.model.typed import converted

if TYPE_CHECKING:  # an HTTP client takes a while to load: a seat that shows its pack's own base map needs none
    from cockpit.geo.tiles.engine import Engine
    from cockpit.geo.tiles.keeping import Store
    from cockpit.geo.tiles.regions import Regions
    from cockpit.geo.tiles.tiles import Tiles

OWN = ""
"""Id of the pack's own base map."""
CHOSEN, ADDED, AREAS = "map.base", "map.bases", "map.regions"
Prepare = Callable[[Tile, Box, Made | Pixels], Any]


class Bases:
    """Nothing is opened, and no thread is started, before a base map in tiles is chosen or looked at.

    Attributes:
        current: id of the one that is shown, `OWN` for the pack's own.
    """

    def __init__(
        self,
        given: Sequence[BaseSpec],
        folder: Path,
        prefs: Prefs,
        clock: Clock,
        open_store: Callable[[], Store],
        close_store: Callable[[Any], None],
        secret: Callable[[str], str],
        keep_secret: Callable[[str, str], None],
        prepare: Prepare = lambda tile, box, made: made,
    ) -> None:
        """
        Args:
            given: by the pack. folder: of the pack, where its files lie.
            open_store, close_store: of the tiles; opened when first needed.
            secret: the secret of a name; keep_secret: keeps one.
            prepare: see `Tiles`.
        """
        self.clock = clock
        self._given = {spec.id: spec for spec in given}
        self._folder, self._prefs, self._clock = folder, prefs, clock
        self._open_store, self._close_store = open_store, close_store
        self.secret, self.keep_secret = secret, keep_secret
        self._prepare = prepare
        self._lock = threading.RLock()
        self._store: Store | None = None
        self._engine: Engine | None = None
        self._regions: Regions | None = None
        self._tiles: dict[str, Tiles] = {}
        self._closed = False
        self._offline = bool(prefs.get("map.offline", False))
        chosen = str(prefs.get(CHOSEN, OWN))
        self.current = chosen if chosen in self.specs() else OWN

    def specs(self) -> dict[str, BaseSpec]:
        """All that can be chosen besides the pack's own, by id."""
        found = dict(self._given)
        stored = self._prefs.get(ADDED, [])
        for row in stored if isinstance(stored, list) else []:
            with contextlib.suppress(msgspec.ValidationError, UserError):
                spec = check(converted(row, BaseSpec))
                found.setdefault(spec.id, spec)
        return found

    def is_added(self, ident: str) -> bool:
        """Whether a person added it, and may remove it."""
        return ident not in self._given and ident in self.specs()

    @property
    def spec(self) -> BaseSpec | None:
        """Of the one that is shown; None for the pack's own."""
        return self.specs().get(self.current)

    def choose(self, ident: str) -> None:
        self.current = ident if ident in self.specs() else OWN
        self._prefs.set(CHOSEN, self.current)

    def add(self, spec: BaseSpec) -> None:
        """Raises:
        UserError: it makes no sense, or there is one of that id.
        """
        check(spec)
        if spec.id in self.specs():
            raise UserError("tiles.twice", id=spec.id)
        stored = self._prefs.get(ADDED, [])
        rows = [*(stored if isinstance(stored, list) else []), msgspec.to_builtins(spec)]
        self._prefs.set(ADDED, rows)

    def remove(self, ident: str) -> None:
        """Takes back one that a person added; its tiles are dropped."""
        if not self.is_added(ident):
            return
        print_ = self.specs()[ident]
        rows = [row for row in self._prefs.get(ADDED, []) if not (isinstance(row, dict) and row.get("id") == ident)]
        if self.current == ident:
            self.choose(OWN)
        self._prefs.set(ADDED, rows)
        with self._lock:
            tiles = self._tiles.pop(ident, None)
        if tiles is not None:
            tiles.close()
        if self._store is not None:
            for number in range(max(len(print_.templates), 1)):
                self._store.forget(print_.print if number == 0 else f"{print_.print}.{number}")

    def tiles(self, ident: str) -> Tiles | None:
        """The source of that id at work; None for the pack's own, a GeoJSON file, or one that is not there."""
        spec = self.specs().get(ident)
        if spec is None or spec.kind == "geojson" or self._closed:
            return None
        from cockpit.geo.tiles.tiles import Tiles

        with self._lock:
            known = self._tiles.get(ident)
            if known is None or known.spec != spec:
                if known is not None:
                    known.close()
                name = spec.secret
                key = (lambda: self.secret(name)) if name else str
                known = self._tiles[ident] = Tiles(spec, self.engine, self._folder, key, self._prepare)
            return known

    def file_of(self, spec: BaseSpec) -> Path:
        """Where the file of a source lies."""
        return self._folder / spec.url

    @property
    def offline(self) -> bool:
        """Only what is on this machine is shown, as if there were no network."""
        return self._offline

    @offline.setter
    def offline(self, on: bool) -> None:
        self._offline = on
        self._prefs.set("map.offline", on)
        if self._engine is not None:
            self._engine.offline = on
            with self._lock:
                every = list(self._tiles.values())
            for tiles in every:
                tiles.retry()

    @property
    def engine(self) -> Engine:
        from cockpit.geo.tiles.engine import Engine

        with self._lock:
            if self._engine is None:
                self._store = self._open_store()
                self._engine = Engine(self._store, self._clock)
                self._engine.offline = self._offline
            return self._engine

    @property
    def has_regions(self) -> bool:
        """Whether an area was asked for on this machine: without one nothing is opened to look for them."""
        return bool(self._prefs.get(AREAS, False))

    def keep_region(self, name: str, ident: str, bounds: Box, first: int, last: int) -> None:
        """Begins to fetch an area of a source for work without a network."""
        self._prefs.set(AREAS, True)
        self.regions.begin(name, ident, bounds, first, last)

    @property
    def regions(self) -> Regions:
        """What is kept for work without a network; what was being fetched goes on."""
        from cockpit.geo.tiles.regions import Regions

        with self._lock:
            if self._regions is None:
                self._regions = Regions(self.engine, self.tiles)
                self._regions.resume_all()
            return self._regions

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            every = list(self._tiles.values())
        if self._regions is not None:
            self._regions.close()
        for tiles in every:
            tiles.close()
        if self._engine is not None:
            self._engine.close()
        if self._store is not None:
            self._close_store(self._store)
