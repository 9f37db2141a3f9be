"""How quickly a year of a sign opens, what a year of 2,641 items takes on disk, and how quickly a reading is a sign.

Peer of the history: plain sqlite3, a row a bucket with item and start as its key, of the same values. It is given a
tenth of the items, so that it is made in a minute; its size is told for all of them.
"""

from __future__ import annotations

import atexit
import gc
import sqlite3
import statistics
import tempfile
import threading
from functools import lru_cache
from pathlib import Path
from time import process_time

import numpy as np

from benchmarks import make_signs
from benchmarks.registry import Measured, bench
from cockpit.model.batch import columns_of_rows
from cockpit.model.clock import DAY, HOUR, MINUTE, ManualClock, SystemClock
from cockpit.model.signs import key_of
from cockpit.model.tables import TABLES, TEXT
from cockpit.picture.picture import Picture
from cockpit.signs.asked import series_of, thinned
from cockpit.signs.engine import Engine
from cockpit.signs.history import History, bucket_of
from cockpit.signs.inputs import Inputs
from cockpit.signs.reported import Reported

SEED, DAYS, PEER_SHARE = 7, 365, 10
MOST = 2_000
SENSORS = 110_000

mono = SystemClock().mono


@lru_cache(maxsize=1)
def folder() -> Path:
    kept = tempfile.TemporaryDirectory(prefix="bench-signs-")
    atexit.register(kept.cleanup)
    return Path(kept.name)


@lru_cache(maxsize=1)
def year() -> Path:
    """signs.db with a year of 2,641 items by hour and day."""
    path = folder() / "signs.db"
    history = History(path, ManualClock(make_signs.NOW))
    for _ in make_signs.fill(history, SEED, DAYS):
        pass
    history.close()
    return path


@lru_cache(maxsize=1)
def plain() -> Path:
    """The same hours as rows of a table."""
    path = folder() / "plain.db"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(
        "CREATE TABLE hour (item INTEGER, start INTEGER, mean REAL, least REAL, most REAL, last REAL, n INTEGER, "
        "PRIMARY KEY (item, start)) WITHOUT ROWID"
    )
    for number, (sign, _) in enumerate(make_signs.items(make_signs.make_set(SEED))[: make_signs.ITEMS // PEER_SHARE]):
        columns = [c.tolist() for c in make_signs.past(SEED, number, sign.decimals, "hour", DAYS).columns()]
        db.execute("BEGIN")
        db.executemany(f"INSERT INTO hour VALUES ({number}, ?, ?, ?, ?, ?, ?)", zip(*columns, strict=True))
        db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path


def city_keys() -> list[str]:
    return [key_of(sign.code, make_signs.CITY) for sign in make_signs.make_set(SEED).signs]


def opened(item: int) -> float:
    """Milliseconds from a closed file to the year of one item as a seat gets it and the tree's 211 sparklines."""
    keys, now = city_keys(), make_signs.NOW
    sign, area = make_signs.items(make_signs.make_set(SEED))[item]
    path = year()
    begun = mono()
    history = History(path, ManualClock(now))
    found = thinned(history.series(key_of(sign.code, area), "hour", now - DAYS * DAY, now), MOST)
    told = series_of("", "hour", found)
    last = bucket_of("hour", now)
    starts, sparks = history.recent("hour", last - 24 * HOUR, last, keys)
    milliseconds = (mono() - begun) * 1e3
    history.close()
    assert len(told.start) == 8 * MOST
    assert len(starts) == 24
    assert np.isfinite(sparks).all()
    return milliseconds


def opened_plain(item: int) -> float:
    """The same of the table."""
    now, sparks = make_signs.NOW, len(city_keys())
    path = plain()
    item %= make_signs.ITEMS // PEER_SHARE
    begun = mono()
    db = sqlite3.connect(path)
    rows = db.execute("SELECT start, mean, least, most, last, n FROM hour WHERE item = ? ORDER BY start", (item,))
    columns = list(zip(*rows.fetchall(), strict=True))
    for n in range(min(sparks, make_signs.ITEMS // PEER_SHARE)):
        db.execute("SELECT start, mean FROM hour WHERE item = ? AND start >= ?", (n, now - 25 * HOUR)).fetchall()
    milliseconds = (mono() - begun) * 1e3
    db.close()
    assert len(columns[0]) == DAYS * 24
    return milliseconds


@bench("signs.year_open", unit="ms", better="lower")
def year_open() -> Measured:
    """An item's year by the hour, thinned, and the tree's sparklines, from a file that is not open yet to
    the arrays; neither the way to the seat nor the drawing."""
    places = [37, 400, 1200, 2100, 2640]
    ours = statistics.median(opened(item) for item in places)
    return Measured(ours, "sqlite3 rows", statistics.median(opened_plain(item) for item in places))


@bench("signs.year_size", unit="MB", better="lower", runs=1)
def year_size() -> Measured:
    """The file of a year of 2,641 items by hour and day, of the noisiest values."""
    peer = plain().stat().st_size * make_signs.ITEMS / (make_signs.ITEMS // PEER_SHARE)
    return Measured(year().stat().st_size / 1e6, "sqlite3 rows", peer / 1e6)


def living() -> tuple[Engine, Picture]:
    """The engine over 110,000 sensors of 211 kinds in 12 areas and a street."""
    signs = make_signs.make_set(SEED)
    picture = Picture()
    inputs = Inputs(make_signs.CITY, picture, lambda: None)
    engine = Engine(make_signs.CITY, picture, inputs, Reported())
    put(picture, "area", [{"key": c, "code": c, "parent": p, "tier": t} for c, p, t in make_signs.areas()])
    put(picture, "feed", [{"key": "s", "topic": "sensor", "received": make_signs.NOW}])
    # every item has its sensors; 109 indicators have theirs of the first district in a street of it
    places = (*make_signs.DISTRICTS[1:], make_signs.STREET)
    same = {"feed": "s", "value": 50.0, "period": MINUTE, "measured": make_signs.NOW}
    streets = make_signs.ITEMS - make_signs.INDICATORS * 12
    rows = []
    for i in range(SENSORS):
        kind, area = i % make_signs.INDICATORS, places[i // make_signs.INDICATORS % len(places)]
        if area == make_signs.STREET and kind >= streets:
            area = make_signs.DISTRICTS[0]
        rows.append({"key": f"s/{i}", "kind": f"load{kind + 1:03d}", "area": area, **same})
    put(picture, "sensor", rows)
    engine.define(signs)
    return engine, picture


def put(picture: Picture, topic: str, rows: list[dict[str, object]]) -> None:
    table = TABLES[topic]
    whole = [{c.name: "" if c.dtype == TEXT else 0 for c in table.columns} | row for row in rows]
    picture.upsert(topic, columns_of_rows(table, whole))


@bench("signs.step", unit="ms", better="lower", runs=1)
def step() -> float:
    """Processor time of one step in which all of 110,000 sensors changed and all 2,641 items with them, told rows
    among it."""
    engine, picture = living()
    sensors = picture["sensor"]
    rows = np.arange(len(sensors))
    rng = np.random.default_rng(SEED)
    took = []
    gc.collect()
    for i in range(8):
        now = make_signs.NOW + i * 1_000_000
        values = np.round(rng.uniform(20, 90, len(rows)), 1)
        changed = {"value": values, "measured": np.full(len(rows), now), "received": np.full(len(rows), now)}
        sensors.measure(rows, changed)
        begun = process_time()
        engine.step(now, now, 1.0)
        news = engine.items.news(now, 4_000)
        engine.items.columns_of(news, now)
        took.append((process_time() - begun) * 1e3)
        assert int(engine.items.live.sum()) == make_signs.ITEMS
    return statistics.median(took[2:])


@bench("signs.live_p95", unit="ms", better="lower", runs=1)
def live_p95() -> float:
    """From a reading in the hub's picture to its sign in the picture of a seat, p95 of 40: a real hub, bus and seat, at
    any moment of a step."""
    from tests.living_hub import CLOCK, LivingHub, seated

    took: list[float] = []
    rng = np.random.default_rng(SEED)
    with LivingHub(folder() / "hub") as living_hub, seated(folder() / "seat", living_hub) as seat:
        hub, loop = living_hub.hub, living_hub.loop
        assert hub is not None
        key = key_of("E03", hub.pack.code)
        table = seat.seat.picture["sign"]
        for i in range(42):
            value = 10.0 + i / 2
            row = {c.name: "" if c.dtype == TEXT else 0 for c in TABLES["sensor"].columns}
            row |= {"key": "s/g", "feed": "s", "kind": "gas", "area": "330102001", "value": value, "period": MINUTE}
            columns = columns_of_rows(TABLES["sensor"], [row | {"measured": CLOCK.now()}])
            begun = mono()
            loop.call_soon_threadsafe(hub.intake.put_columns, "sensor", columns)
            seat.until(lambda wanted=value: (table.get(key) or {}).get("value") == wanted, "the sign")
            took.append((mono() - begun) * 1e3)
            threading.Event().wait(float(rng.uniform(0.05, 0.6)))
    return float(np.percentile(took[2:], 95))
