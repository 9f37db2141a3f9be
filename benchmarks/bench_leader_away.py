"""A leader's laptop away from the hall: a day's change over a bad line, and the start from a year that is encrypted.

The line is shaped to 300 kbit/s each way and 300 ms there and back, and resets every connection every 15 seconds; what
goes over it is the real bus over TLS, with the snapshot of each joining. The year: 2,641 items by the hour and half a
million cases.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import sqlite3
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bench_start import bare, environment
from benchmarks.registry import Measured, NotHere, bench
from cockpit.archive_make import ARCHIVE, SIGNS, make
from cockpit.city.pastmake import past_of
from cockpit.model.clock import DAY, HOUR, ManualClock, SystemClock
from cockpit.packs.read import read_pack
from cockpit.processes import cockpit_command, free_port
from cockpit.signs.history import History, bucket_of
from cockpit.signs.packing import Buckets
from cockpit.store import vault as keys
from cockpit.store.archive import Archive, day_of
from cockpit.store.cipher import installed
from cockpit.store.secure import take_over

CITY = "hangzhou"
CASES, DAYS, ITEMS = 500_000, 365, 2_641
PHRASE = "a year of a city"
BITS, RTT, CUT_SECONDS = 300_000, 0.3, 15.0
LAST_DAYS = 40
"""How much of the past the hall has where a day is synced: what is older does not change."""
CHANGED_DAYS = 3
LAST_HOURS = 60
WAITS = (10, 20, 40, 80)
HUB_SECONDS = (40, 80, 160)
"""Until the hub of a first start has brought events and signs; longer where the machine is busy."""
clock = SystemClock()


class Yesterday(SystemClock):
    """A day ago."""

    def now(self) -> int:
        return super().now() - DAY


# -- a day's change ------------------------------------------------------------------------------------------------


def add_a_day(folder: Path, now: int) -> None:
    """What a day brings to a hub that is not running: its cases, what became of those before, an hour's signs each."""
    pack = read_pack(CITY)
    archive = Archive.open(folder / ARCHIVE, clock)
    for records in past_of(pack, 1, now, CASES / DAYS, LAST_DAYS + 1):
        if len(records["reported"]) and day_of(int(records["reported"][0])) < day_of(now) - CHANGED_DAYS:
            break
        archive.upsert(records)
    archive.stands(now)
    archive.close()
    history = History(folder / SIGNS, clock)
    ids = np.array(sorted(history.key_of()), dtype=np.int64)
    random = np.random.default_rng(7)
    level = random.uniform(10, 500, len(ids))
    slices: dict[tuple[str, int], Buckets] = {}
    last = bucket_of("hour", now)
    for start in range(last - 24 * HOUR, last, HOUR):
        mean = np.round(level * (1 + 0.1 * random.standard_normal(len(ids))), 1)
        off = np.round(level * 0.02 * random.uniform(0, 1, len(ids)), 1)
        n = np.full(len(ids), 60, dtype=np.int64)
        slices["hour", start] = Buckets(ids, mean, mean - off, mean + off, mean + np.round(off / 2, 1), n)
    day = bucket_of("day", last - DAY)
    slices["day", day] = Buckets(ids, level, level, level, level, np.full(len(ids), 1440, dtype=np.int64))
    history.put_slices(slices)
    history.close()


@lru_cache(maxsize=1)
def sync_day() -> dict[str, float]:
    """Seconds, and bytes over the line, from the start of the laptop until it has what a day brought."""
    from tests.living_hub import LivingHub
    from tests.sync_kit import a_laptop, laptop, line_to, open_hall, records

    kept = tempfile.TemporaryDirectory(prefix="bench-sync-", ignore_cleanup_errors=True)
    atexit.register(kept.cleanup)
    hub_profile, profile = Path(kept.name) / "hub", Path(kept.name) / "leader"
    now = bucket_of("hour", clock.now())
    folder = hub_profile / CITY
    folder.mkdir(parents=True)
    made = make(folder, read_pack(CITY), clock, start=now - DAY, per_day=CASES / DAYS, days=LAST_DAYS, items=ITEMS)
    for file in made:
        file.close()
    vault = None
    with open_hall(hub_profile, days=0, clock=Yesterday()) as hall:
        a_laptop(hall, profile)
        if installed():
            vault = keys.create(profile, PHRASE)
        with laptop(profile, vault) as mine:
            mine.until(lambda: mine.whole, "what was before")
    add_a_day(folder, now)
    hall = LivingHub(hub_profile)
    with hall, line_to(profile, BITS, RTT) as line:
        line.cut_every(CUT_SECONDS)
        begun = clock.mono()
        with laptop(profile, vault) as mine:
            source = Archive.open(folder / ARCHIVE, clock)
            wanted, until = source.days()[0].day, source.as_of
            source.close()
            mine.until(
                lambda: mine.whole and mine.sync.archive.as_of >= until and mine.sync.archive.days()[0].day == wanted,
                "the day",
            )
            seconds = clock.mono() - begun
            ours = records(mine.sync.archive)
            carried = mine.sync.carried
    theirs = Archive.open(folder / ARCHIVE, clock)
    same = ours == records(theirs)
    theirs.close()
    if not same:
        raise ValueError("the copy is not the hall's archive")
    return {"s": seconds, "mb": carried / 1e6, "line_mb": sum(line.carried) / 1e6, "cuts": line.cuts}


@bench("leader.sync_day", unit="s", better="lower", runs=1)
def leader_sync_day() -> float:
    """Aim 90."""
    return sync_day()["s"]


@bench("leader.sync_day.mb", unit="MB", better="lower", runs=1)
def leader_sync_day_mb() -> float:
    """Bytes of the pages; aim 2."""
    return sync_day()["mb"]


@bench("leader.sync_day.line_mb", unit="MB", better="lower", runs=1)
def leader_sync_day_line_mb() -> float:
    """All that went over the line both ways, with TLS and the snapshot of each joining."""
    return sync_day()["line_mb"]


# -- the start from a year -----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def home() -> Path:
    """A home of its own with an encrypted profile of a year that has been open once."""
    if not installed():
        raise NotHere("SQLCipher ([secure])")
    kept = tempfile.TemporaryDirectory(prefix="bench-year-", ignore_cleanup_errors=True)
    atexit.register(kept.cleanup)
    folder = Path(kept.name)
    furnish(folder)
    for _ in range(2):
        start(folder)
    return folder


def furnish(folder: Path) -> None:
    (folder / "run").mkdir(mode=0o700)
    profile = folder / "profile"
    city = profile / CITY
    for wait in HUB_SECONDS:
        first = cockpit_command(
            *("run", "--seat", "leader", "--profile", str(profile), "--city", CITY, "--past", "0"),
            *("--shot", str(folder / "shot.png"), "--json", "--after", str(wait)),
        )
        done = subprocess.run(first, env=environment(folder), stdout=subprocess.PIPE, check=True, timeout=wait + 120)
        if json.loads(done.stdout)["events"] and has_areas(city / "cache.db"):
            break
    else:
        raise TimeoutError("the hub of a first start brought no events and areas")
    for file in (ARCHIVE, SIGNS):  # the copy of that hub's short past makes room for the year
        for path in city.glob(f"{file}*"):
            path.unlink()
    archive, history = make(
        city, read_pack(CITY), ManualClock(clock.now()), start=clock.now(), per_day=CASES / DAYS, days=DAYS, items=ITEMS
    )
    archive.fold()  # as a copy does when it has taken in all
    archive.close()
    add_slices(history, clock.now())
    history.close()
    take_over(keys.create(profile, PHRASE))
    phrase = folder / "phrase"
    phrase.write_text(PHRASE)
    phrase.chmod(0o600)


def has_areas(cache: Path) -> bool:
    """Whether the map of a plain profile has something to draw."""
    with contextlib.closing(sqlite3.connect(cache)) as db:
        return bool(db.execute("SELECT count(*) FROM area").fetchone()[0])


def add_slices(history: History, now: int) -> None:
    """The last hours of all items side by side, as a hub has them and its copies: what was yesterday is read there."""
    until = bucket_of("hour", now)
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for ident, key in sorted(history.key_of().items()):
        found = history.series(key, "hour", until - LAST_HOURS * HOUR, until)
        for start, *values in zip(*(column.tolist() for column in found.columns()), strict=True):
            rows.setdefault(start, []).append((ident, *values))
    slices = {}
    for start, items in rows.items():
        ids, *values = (np.array(column) for column in zip(*items, strict=True))
        slices["hour", start] = Buckets(ids.astype(np.int64), *values)
    history.put_slices(slices)


def start(folder: Path) -> dict[str, Any]:
    """Opens the leader's seat and gives what `--json` says, with `rss_mb`, the most that the process ever had resident.

    Raises:
        TimeoutError: there was no picture even after the longest wait.
    """
    for wait in WAITS:
        command = cockpit_command(
            *("run", "--seat", "leader", "--profile", str(folder / "profile"), "--city", CITY),
            *("--hub", f"nats://127.0.0.1:{free_port()}", "--passphrase-file", str(folder / "phrase")),
            *("--shot", str(folder / "shot.png"), "--json", "--after", str(wait)),
        )
        with subprocess.Popen(command, env=environment(folder), stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            text = child.stdout.read()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise RuntimeError(f"the seat ended with {child.returncode}")
        said: dict[str, Any] = json.loads(text)
        if said["first_picture_ms"] is not None:
            return said | {"rss_mb": usage.ru_maxrss * 1024 / 1e6}
    raise TimeoutError(f"no picture in {WAITS[-1]} s")


@bench("leader.start_year_encrypted", unit="s", better="lower")
def leader_start_year_encrypted() -> Measured:
    """From exec to the first painted frame of the leader's home; aim 2."""
    folder = home()
    return Measured(float(start(folder)["first_picture_ms"]) / 1000, "bare PySide6 window", bare(folder))


@bench("leader.start_year_encrypted.rss_mb", unit="MB", better="lower", runs=5)
def leader_start_year_encrypted_rss() -> float:
    """The most that the process had resident until its picture was taken; aim 400."""
    return float(start(home())["rss_mb"])
