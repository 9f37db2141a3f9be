"""The archive as plain SQL, for auditors and for whoever checks an answer: one SQLite file that any tool reads."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cockpit.geo.areas import DISTRICT, Areas
from cockpit.model.archive import RECORD
from cockpit.model.city import Pack
from cockpit.model.clock import HOUR
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.signs import zh_of
from cockpit.model.typed import from_msgpack
from cockpit.signs.definitions import read_signs
from cockpit.signs.history import History
from cockpit.store.archive import Archive
from cockpit.store.archive_file import COLUMNS

UNITS = "units"
"""Note of an archive: msgpack of name and kind of units, by key."""
EVER = 1 << 62
_TABLES = f"""
CREATE TABLE record (key TEXT PRIMARY KEY, {COLUMNS});
CREATE INDEX record_reported ON record (reported);
CREATE INDEX record_area ON record (area);
CREATE TABLE area (code TEXT PRIMARY KEY, name TEXT NOT NULL, tier INTEGER NOT NULL, parent TEXT NOT NULL);
CREATE TABLE area_in (area TEXT NOT NULL, above TEXT NOT NULL, PRIMARY KEY (area, above)) WITHOUT ROWID;
CREATE INDEX area_in_above ON area_in (above);
CREATE TABLE kind (code TEXT PRIMARY KEY, zh TEXT NOT NULL, en TEXT NOT NULL, group_code TEXT NOT NULL,
    group_zh TEXT NOT NULL, group_en TEXT NOT NULL);
CREATE TABLE unit (key TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL);
CREATE TABLE unit_kind (id TEXT PRIMARY KEY, zh TEXT NOT NULL, en TEXT NOT NULL);
CREATE TABLE channel (id TEXT PRIMARY KEY, zh TEXT NOT NULL, en TEXT NOT NULL);
CREATE TABLE sign (code TEXT PRIMARY KEY, zh TEXT NOT NULL, en TEXT NOT NULL, unit TEXT NOT NULL, theme TEXT NOT NULL,
    theme_zh TEXT NOT NULL, decimals INTEGER NOT NULL, target REAL);
CREATE TABLE sign_hour (code TEXT NOT NULL, area TEXT NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (code, area, at)) WITHOUT ROWID;
"""


def export(archive: Archive, pack: Pack, path: Path, history: History | None = None) -> int:
    """Writes all there is into a new file; how many records.

    Args:
        history: of the signs; None leaves `sign_hour` empty.

    Raises:
        UserError: the file is there already.
        OutsideError: it can not be written.
    """
    if path.exists():
        raise UserError("archive.export_there", file=str(path))
    areas = Areas.load(pack.folder)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    try:
        db = sqlite3.connect(part, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            db.execute("BEGIN")
            for statement in filter(str.strip, _TABLES.split(";")):
                db.execute(statement)
            count = _records(db, archive)
            _names(db, archive, pack, areas)
            if history is not None:
                _signs(db, pack, areas, history)
            db.execute("COMMIT")
            db.execute("ANALYZE")
        finally:
            db.close()
        part.replace(path)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise OutsideError("archive.export_failed", file=str(path), why=str(error)) from error
    return count


def _records(db: sqlite3.Connection, archive: Archive) -> int:
    count = 0
    marks = ", ".join("?" * len(RECORD.names))
    for day in reversed(archive.days()):
        rows = archive.of_day(day.day)
        db.executemany(f"INSERT INTO record VALUES ({marks})", rows)
        count += len(rows)
    return count


def _names(db: sqlite3.Connection, archive: Archive, pack: Pack, areas: Areas) -> None:
    def put(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        kept = list(rows)
        if kept:
            db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(kept[0]))})", kept)

    put("area", [(area.code, area.name, area.tier, area.parent) for area in areas])
    put("area_in", [(area.code, above.code) for area in areas for above in areas.line(area.code)])
    kinds = pack.kinds.values()
    put("kind", [(k.code, *_both(k.name), k.group_code, *_both(k.group)) for k in kinds])
    put("unit", [(key, name, kind) for key, (name, kind) in sorted(units_of(archive).items())])
    put("unit_kind", [(kind.id, *_both(kind.name)) for kind in pack.unit_kinds.values()])
    put("channel", [(channel.id, *_both(channel.name)) for channel in pack.channels.values()])
    signs = read_signs(pack.signs, pack.folder)
    themes = {theme.code: theme.name for theme in signs.themes}
    put(
        "sign",
        [
            (s.code, *_both(s.name), zh_of(s.unit), s.theme, _both(themes[s.theme])[0], s.decimals, s.target)
            for s in signs.signs
        ],
    )  # fmt: skip


def _signs(db: sqlite3.Connection, pack: Pack, areas: Areas, history: History) -> None:
    codes = [pack.code, *(area.code for area in areas.of_tier(DISTRICT))]
    for sign in read_signs(pack.signs, pack.folder).signs:
        for area in codes:
            db.executemany("INSERT INTO sign_hour VALUES (?, ?, ?, ?)", _hours(history, sign.code, area))


def _hours(history: History, code: str, area: str) -> Iterator[tuple[str, str, int, float]]:
    buckets = history.series(f"sign/{code}@{area}", "hour", 0, EVER)
    for at, value in zip((buckets.start // HOUR * HOUR).tolist(), buckets.mean.tolist(), strict=True):
        if math.isfinite(value):
            yield code, area, at, value


def units_of(archive: Archive) -> dict[str, tuple[str, str]]:
    """Name and kind of the units that an archive knows, by key."""
    data = archive.meta(UNITS)
    return from_msgpack(data, type=dict[str, tuple[str, str]]) if data else {}


def _both(text: Mapping[str, str]) -> tuple[str, str]:
    """Chinese and English; of a text without English the Chinese."""
    return text["zh"], text.get("en", text["zh"])
