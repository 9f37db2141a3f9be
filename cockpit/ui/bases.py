"""The base maps of a seat, put together: the pack's sources, the profile's store of tiles and secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.geo.tiles.bases import Bases
from cockpit.model.city import Pack
from cockpit.model.clock import Clock
from cockpit.model.messages import Message
from cockpit.model.ports import Prefs
from cockpit.secrets import keep_secret, secret
from cockpit.store.tiles import TileStore

if TYPE_CHECKING:
    from cockpit.geo.tiles.grid import Box, Tile
    from cockpit.geo.tiles.made import Made, Pixels

FILE = "tiles.db"
"""In the profile: one for all cities and all views."""


def seat_bases(pack: Pack, profile: Path, prefs: Prefs, clock: Clock, problem: Callable[[Message], None]) -> Bases:
    """Args:
    clock: the machine's.
    problem: told, on any thread, what is the matter with the store.
    """
    return Bases(
        pack.bases,
        pack.folder,
        prefs,
        clock,
        lambda: TileStore(profile / FILE, clock, on_problem=problem),
        TileStore.close,
        lambda name: secret(name, profile),
        lambda name, text: keep_secret(name, text, profile),
        _prepare,
    )


def _prepare(tile: Tile, box: Box, made: Made | Pixels) -> Any:
    from widgets.map.tiled import prepare  # with the first tile

    return prepare(tile, box, made)
