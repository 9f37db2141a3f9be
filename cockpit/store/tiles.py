"""tiles.db: every tile that any view of this machine's seat fetched or made, in one file, the oldest forgotten first.

Tiles of a region that was downloaded for work without a network are kept until the region is given up.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from cockpit.model.clock import Clock
from cockpit.model.messages import Message
from cockpit.store.files import UNUSABLE, is_damage, kind_of, problem_of, set_aside, uri_of
from cockpit.store.readers import Readers
from cockpit.store.tiles_file import LAYOUT, PUT, Damaged, connect, forget_oldest, is_damage_of, layout_of, total_of

LIMIT_BYTES = 2_000_000_000
"""Of tiles that belong to no region."""
WAIT_SECONDS = 0.3
MOST_WAITING = 256_000_000
"""Bytes that may wait for a disk that refuses; past it tiles are not kept: they can be fetched again."""
RAW, MADE = 0, 1
"""As it was received; as the worker made it."""
Key = tuple[str, int, int, int, int]
"""Source, form (`RAW`, `MADE`), zoom, column, row."""


class KeptTile(msgspec.Struct, frozen=True):
    """Attributes:
    data: b"" where the source said that it has none there.
    fetched: wall clock, UTC us.
    """

    data: bytes
    fetched: int


class Here(msgspec.Struct, frozen=True):
    """What is kept of a source at one zoom level in a box of columns and rows.

    Attributes:
        tiles: (column, row) of each.
        oldest: when the oldest was fetched, UTC us; 0 where there is none.
        size: bytes of all of them.
    """

    tiles: frozenset[tuple[int, int]]
    oldest: int
    size: int


class TileStore:
    """Writing never waits for the disk, reading is for any thread. Whatever state the file is in, there is a store.

    Attributes:
        path: of the file; None when nothing is kept beyond this run.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        limit: int = LIMIT_BYTES,
        on_problem: Callable[[Message], None] = lambda message: None,
    ) -> None:
        self._clock, self._limit, self._on_problem = clock, limit, on_problem
        self.path: Path | None = path
        self._memory: sqlite3.Connection | None = None
        self._db, uri = self._open(path)
        self._readers = Readers(uri)
        self._condition = threading.Condition()
        self._waiting: OrderedDict[Key, tuple[KeptTile, int]] = OrderedDict()
        self._waiting_bytes = 0
        self._touched: set[Key] = set()
        self._orders: list[Callable[[sqlite3.Connection], None]] = []
        self._bodies: dict[str, str | None] = {}
        self._ended = False
        self._put = self._done = 0
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="tile-writer", daemon=True)
        self._thread.start()

    # -- from any thread -------------------------------------------------------------------------------------------

    def put(self, key: Key, data: bytes, kept: bool = False, fetched: int = 0) -> None:
        """A tile that came or was made.

        Args:
            kept: it belongs to a region: it is not forgotten for want of room.
            fetched: when it came, UTC us; 0: now.
        """
        with self._condition:
            before = self._waiting.pop(key, None)
            if before is not None:
                self._waiting_bytes -= len(before[0].data)
            self._waiting[key] = (KeptTile(data, fetched or self._clock.now()), int(kept))
            self._waiting_bytes += len(data)
            while self._waiting_bytes > MOST_WAITING:
                _, (dropped, _) = self._waiting.popitem(last=False)
                self._waiting_bytes -= len(dropped.data)
            self._wake()

    def get(self, key: Key) -> KeptTile | None:
        """A tile; None where it is not kept (or can not be read)."""
        with self._condition:
            waiting = self._waiting.get(key)
            if waiting is not None:
                return waiting[0]
        rows = self._read("SELECT data, fetched FROM tile WHERE source=? AND form=? AND z=? AND x=? AND y=?", key)
        if not rows:
            return None
        with self._condition:
            self._touched.add(key)
        return KeptTile(*rows[0])

    def here(self, source: str, form: int, z: int, columns: tuple[int, int], rows: tuple[int, int]) -> Here:
        """What is kept of one zoom level; tiles that the source does not have count as here."""
        with self._condition:  # first: what is written between the two is found twice, not missed
            waiting = {
                key[3:]: (tile.fetched, len(tile.data))
                for key, (tile, _) in self._waiting.items()
                if key[:3] == (source, form, z) and columns[0] <= key[3] <= columns[1] and rows[0] <= key[4] <= rows[1]
            }
        where = "source=? AND form=? AND z=? AND x BETWEEN ? AND ? AND y BETWEEN ? AND ?"
        found = self._read(f"SELECT x, y, fetched, size FROM tile WHERE {where}", (source, form, z, *columns, *rows))
        tiles = {(x, y): (fetched, size) for x, y, fetched, size in found} | waiting
        return Here(frozenset(tiles), min((f for f, _ in tiles.values()), default=0), sum(s for _, s in tiles.values()))

    def size(self, source: str = "") -> int:
        """Bytes of all tiles, or of those of one source."""
        rows = self._read("SELECT coalesce(sum(size), 0) FROM tile WHERE ? IN ('', source)", (source,))
        return int(rows[0][0]) if rows else 0

    def keep(self, source: str, z: int, columns: tuple[int, int], rows: tuple[int, int], kept: bool) -> None:
        """Whether what is here of a zoom level belongs to a region from now on."""

        def order(db: sqlite3.Connection) -> None:
            db.execute(
                "UPDATE tile SET kept=? WHERE source=? AND z=? AND x BETWEEN ? AND ? AND y BETWEEN ? AND ?",
                (int(kept), source, z, *columns, *rows),
            )

        self._order(order)

    def drop(self, key: Key) -> None:
        """One tile that turned out to be damaged: it is fetched again when it is next wanted."""

        def order(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM tile WHERE source=? AND form=? AND z=? AND x=? AND y=?", key)

        with self._condition:
            before = self._waiting.pop(key, None)
            if before is not None:
                self._waiting_bytes -= len(before[0].data)
        self._order(order)

    def forget(self, source: str) -> None:
        """Drops all tiles of a source."""

        def order(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM tile WHERE source=?", (source,))

        self._order(order)

    def set_region(self, ident: str, body: str | None) -> None:
        """Keeps what is known of a region; None drops it."""
        with self._condition:
            self._bodies[ident] = body
            self._wake()

    def regions(self) -> dict[str, str]:
        """What is known of every region."""
        with self._condition:  # first, as in `here`
            waiting = dict(self._bodies)
        found = dict(self._read("SELECT id, body FROM region ORDER BY id", ())) | waiting
        return {ident: body for ident, body in found.items() if body is not None}

    def flush(self, timeout: float = 10.0) -> bool:
        """Waits until all that was handed in is in the file; False when it is not in time."""
        with self._condition:
            target = self._put
            self._condition.notify_all()
            return self._condition.wait_for(lambda: self._done >= target, timeout)

    def close(self) -> None:
        """Writes what waits, once, and ends."""
        with self._condition:
            if self._ended:
                return
            self._ended = True
            self._condition.notify_all()
        self._thread.join()
        self._readers.close()

    def _order(self, order: Callable[[sqlite3.Connection], None]) -> None:
        with self._condition:
            self._orders.append(order)
            self._wake()

    def _wake(self) -> None:
        self._put += 1
        self._condition.notify_all()

    # -- the file --------------------------------------------------------------------------------------------------

    def _open(self, path: Path) -> tuple[sqlite3.Connection, str]:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            theirs = layout_of(path)
            if theirs > LAYOUT:  # a newer program's, with regions that took hours to fetch: left as it is
                self.path = path = path.with_name(f"{path.stem}.v{LAYOUT}{path.suffix}")
            try:
                return connect(str(path)), uri_of(path)
            except sqlite3.DatabaseError as error:
                if kind_of(error) not in UNUSABLE:
                    raise
                self._on_problem(set_aside(path, self._clock))
                return connect(str(path)), uri_of(path)
        except (OSError, sqlite3.Error) as error:
            self._on_problem(problem_of(error, path))
            self.path = None
            uri = f"file:tiles-{id(self)}?mode=memory&cache=shared"
            return connect(uri), uri

    def _read(self, query: str, params: Iterable[Any]) -> list[Any]:
        try:
            with self._readers.borrow() as connection:
                return connection.execute(query, tuple(params)).fetchall()
        except sqlite3.Error as error:
            if is_damage(error):
                self._order(self._damaged)
            return []

    def _damaged(self, db: sqlite3.Connection) -> None:
        """A reader found the file damaged.

        Raises:
            sqlite3.DatabaseError: always: what follows is as when the writer finds it.
        """
        raise Damaged("found by a reader")

    # -- the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        total = total_of(self._db)
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._done < self._put or self._ended)
                if not self._ended:
                    self._condition.wait(WAIT_SECONDS)  # more comes, mostly
                up_to, ended = self._put, self._ended
                tiles = list(self._waiting.items())
                touched, orders, bodies = self._touched, self._orders, dict(self._bodies)
                self._touched, self._orders = set(), []
            try:
                total = self._write(tiles, touched, orders, bodies, total)
            except (sqlite3.Error, OSError) as error:
                self._fail(error)
                if not isinstance(error, Damaged) and not is_damage_of(error) and not ended:
                    with self._condition:
                        self._orders[:0] = orders
                        self._condition.wait_for(lambda: self._ended, 2.0)
                    continue
                total = 0
                up_to = 0  # into the new file
            else:
                self._say("")
            with self._condition:
                if up_to:
                    for key, value in tiles:
                        if self._waiting.get(key) is value:
                            del self._waiting[key]
                            self._waiting_bytes -= len(value[0].data)
                    for ident, body in bodies.items():
                        if self._bodies.get(ident, "") == body:
                            del self._bodies[ident]
                    self._done = up_to
                self._condition.notify_all()
                if ended:
                    break
        self._db.close()

    def _write(
        self,
        tiles: list[tuple[Key, tuple[KeptTile, int]]],
        touched: set[Key],
        orders: list[Callable[[sqlite3.Connection], None]],
        bodies: dict[str, str | None],
        total: int,
    ) -> int:
        """One transaction; the answer is the bytes that are kept then."""
        db, now = self._db, self._clock.now()
        db.execute("BEGIN IMMEDIATE")
        try:
            for key, (tile, kept) in tiles:
                db.execute(PUT, (*key, tile.fetched, now, kept, len(tile.data), tile.data))
                total += len(tile.data)
            db.executemany(
                "UPDATE tile SET used=? WHERE source=? AND form=? AND z=? AND x=? AND y=?",
                ((now, *key) for key in touched),
            )
            for order in orders:
                order(db)
            for ident, body in bodies.items():
                if body is None:
                    db.execute("DELETE FROM region WHERE id=?", (ident,))
                else:
                    db.execute("INSERT OR REPLACE INTO region (id, body) VALUES (?, ?)", (ident, body))
            if orders or total > self._limit:
                total = forget_oldest(db, self._limit)
            db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise
        return total

    def _fail(self, error: BaseException) -> None:
        damaged = isinstance(error, Damaged) or is_damage_of(error)
        if not damaged or self.path is None:
            self._say_problem(problem_of(error, self.path))
            return
        self._db.close()
        try:
            self._on_problem(set_aside(self.path, self._clock))
        except OSError as refused:
            self._on_problem(problem_of(refused, self.path))
        self._db, uri = self._open(self.path)
        self._readers.turn_to(uri)

    def _say_problem(self, problem: Message) -> None:
        if self._trouble != problem.id:
            self._trouble = problem.id
            self._on_problem(problem)

    def _say(self, trouble: str) -> None:
        if self._trouble and not trouble:
            self._on_problem(Message("store.writing_again", {"file": str(self.path or "")}))
        self._trouble = trouble
