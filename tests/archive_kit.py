"""A year that tests share: the past of Hangzhou as an archive, its signs, and both as plain SQL; once a run."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import msgspec

from cockpit.archive_export import export
from cockpit.archive_make import ARCHIVE, SIGNS, make
from cockpit.model.city import Pack
from cockpit.model.clock import ManualClock, from_iso
from cockpit.packs.read import read_pack
from cockpit.signs.history import History
from cockpit.store.archive import Archive

NOW = from_iso("2026-07-14T17:42:00+08:00")
"""Of the city, at which the year ends."""
SEED = 1
PER_DAY = 60
DAYS = 400
SHARED = os.environ.get("CITY_COCKPIT_TEST_YEARS", "")
"""A folder where the processes of a run keep their years for each other (`make test` begins with none); "": there is
none, every process makes its own."""
SQL = "year.db"


class Year(msgspec.Struct, frozen=True):
    """A year.

    Attributes:
        folder: with `archive.db` and `signs.db`, of this process: to be copied by tests that write (`copy`).
        made: where it was made, for all processes of the run.
    """

    folder: Path
    made: Path
    pack: Pack

    @property
    def sql(self) -> Path:
        """The export, only to be read; made when it is first asked for."""
        path = self.made / SQL
        with _alone(self.made):
            if not path.exists():
                archive = Archive.open(self.folder / ARCHIVE, ManualClock())
                history = History(self.folder / SIGNS, ManualClock())
                export(archive, self.pack, self.made / "being-made.db", history)
                archive.close()
                history.close()
                (self.made / "being-made.db").rename(path)
        return path

    def copy(self, to: Path) -> Path:
        """A folder of one's own with both files."""
        to.mkdir(parents=True, exist_ok=True)
        for name in (ARCHIVE, SIGNS):
            shutil.copy(self.folder / name, to / name)
        return to


@cache
def year(days: int = DAYS, per_day: float = PER_DAY, seed: int = SEED) -> Year:
    """The past before `NOW`."""
    own = Path(tempfile.mkdtemp(prefix="cockpit-year-"))
    atexit.register(shutil.rmtree, own, True)
    pack, made = read_pack("hangzhou"), Path(SHARED or own, f"{days}-{per_day:g}-{seed}")
    with _alone(made):
        if not (made / "kept").exists():
            (made / "kept.new").mkdir(exist_ok=True)
            archive, history = make(
                made / "kept.new", pack, ManualClock(), seed=seed, start=NOW, per_day=per_day, days=days
            )
            archive.close()
            history.close()
            (made / "kept.new").rename(made / "kept")
    return Year(Year(made / "kept", made, pack).copy(own / "kept"), made, pack)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While no other process makes what is in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def year_export() -> Path:
    """The year as plain SQL."""
    return year().sql
