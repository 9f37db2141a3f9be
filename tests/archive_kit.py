"""A year that tests share: the past of Hangzhou as an archive, its signs, and both as plain SQL; once a process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import msgspec

from cockpit.archive_export import export
from cockpit.archive_make import ARCHIVE, SIGNS, make
from cockpit.model.city import Pack
from cockpit.model.clock import ManualClock, from_iso
from cockpit.packs.read import read_pack

NOW = from_iso("2026-07-14T17:42:00+08:00")
"""Of the city, at which the year ends."""
SEED = 1
PER_DAY = 60
DAYS = 400


class Year(msgspec.Struct, frozen=True):
    """A year.

    Attributes:
        folder: with `archive.db` and `signs.db`: to be copied by tests that write (`copy`).
        sql: the export.
    """

    folder: Path
    sql: Path
    pack: Pack

    def copy(self, to: Path) -> Path:
        """A folder of one's own with both files."""
        to.mkdir(parents=True, exist_ok=True)
        for name in (ARCHIVE, SIGNS):
            shutil.copy(self.folder / name, to / name)
        return to


@cache
def year(days: int = DAYS, per_day: float = PER_DAY, seed: int = SEED) -> Year:
    """The past before `NOW`."""
    folder = Path(tempfile.mkdtemp(prefix="cockpit-year-"))
    atexit.register(shutil.rmtree, folder, True)
    pack, clock = read_pack("hangzhou"), ManualClock()
    archive, history = make(folder, pack, clock, seed=seed, start=NOW, per_day=per_day, days=days)
    export(archive, pack, folder / "year.db", history)
    archive.close()
    history.close()
    return Year(folder, folder / "year.db", pack)


def year_export() -> Path:
    """The year as plain SQL."""
    return year().sql
