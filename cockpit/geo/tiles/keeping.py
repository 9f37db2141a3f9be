"""What the tiles' own store has to be able to do (`cockpit.store.tiles.TileStore` is one)."""

from __future__ import annotations

from typing import Protocol

RAW, MADE = 0, 1
Key = tuple[str, int, int, int, int]
"""Source, form (`RAW`, `MADE`), zoom, column, row."""


class KeptTile(Protocol):
    @property
    def data(self) -> bytes: ...

    @property
    def fetched(self) -> int: ...


class Here(Protocol):
    @property
    def tiles(self) -> frozenset[tuple[int, int]]: ...

    @property
    def oldest(self) -> int: ...

    @property
    def size(self) -> int: ...


class Store(Protocol):
    """See `cockpit.store.tiles.TileStore`."""

    def put(self, key: Key, data: bytes, kept: bool = False, fetched: int = 0) -> None: ...

    def get(self, key: Key) -> KeptTile | None: ...

    def here(self, source: str, form: int, z: int, columns: tuple[int, int], rows: tuple[int, int]) -> Here: ...

    def size(self, source: str = "") -> int: ...

    def keep(self, source: str, z: int, columns: tuple[int, int], rows: tuple[int, int], kept: bool) -> None: ...

    def drop(self, key: Key) -> None: ...

    def forget(self, source: str) -> None: ...

    def set_region(self, ident: str, body: str | None) -> None: ...

    def regions(self) -> dict[str, str]: ...
