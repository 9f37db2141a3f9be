"""Writes a cache.db full of made-up events of Hangzhou, the same for a seed, for measurements.

`python -m benchmarks.make_cache FILE --events 100000 --seed 7`
"""

from __future__ import annotations

import argparse
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from cockpit.model.batch import Columns
from cockpit.model.clock import DAY, SystemClock
from cockpit.model.tables import TABLES
from cockpit.paths import assets_dir
from cockpit.store.cache import Cache

BOX = (120.05, 30.12, 120.32, 30.36)
"""West, south, east, north of the Hangzhou pack, WGS-84."""
DISTRICTS = ("330102", "330105", "330106", "330108")
ROADS = (
    "文三路", "文二路", "学院路", "古墩路", "莫干山路", "延安路", "体育场路", "凤起路", "解放路", "庆春路", "中河路",
    "环城北路", "江南大道", "滨盛路", "南山路", "北山街", "天目山路", "教工路", "湖墅南路", "秋涛北路",
)  # fmt: skip
CHANNELS = ("12345", "grid", "video", "citizen")


@lru_cache(maxsize=1)
def kinds() -> dict[str, dict[str, str]]:
    """Code of an event class to its names."""
    table = tomllib.loads((assets_dir() / "kinds" / "gbt30428.toml").read_text(encoding="utf-8"))["kinds"]
    return {code: {"zh": kind["zh"], "en": kind["en"]} for code, kind in table.items()}


def searchable(topic: str, row: dict[str, Any]) -> str:
    """The words by which an event is found: kind, place, id."""
    name = kinds()[row["kind"]]
    return f"{name['zh']} {name['en']} {row['kind']} {row['place']} {row['key'].partition('/')[2]}"


def make_events(n: int, seed: int = 7, end_us: int = 1_784_021_556_000_000) -> Columns:
    """`n` open events of the ten days before `end_us`, with their districts, oldest first."""
    rng = np.random.default_rng(seed)
    codes = list(kinds())
    districts = rng.integers(0, len(DISTRICTS), n)
    cells = rng.integers(1, 60, n)
    first, second = rng.integers(0, len(ROADS), n), rng.integers(1, len(ROADS), n)
    west, south, east, north = BOX
    occurred = np.sort(end_us - rng.integers(0, 10 * DAY, n))
    columns: Columns = {
        "key": [f"events/hz-{i:07d}" for i in range(n)],
        "feed": ["events"] * n,
        "kind": [codes[i] for i in rng.integers(0, len(codes), n)],
        "level": rng.choice([1, 2, 3, 4, 5], n, p=[0.01, 0.06, 0.23, 0.6, 0.1]).astype("<u1"),
        "state": np.zeros(n, dtype="<u1"),
        "lon": rng.uniform(west, east, n),
        "lat": rng.uniform(south, north, n),
        "area": [f"{DISTRICTS[d]}{cell:06d}" for d, cell in zip(districts, cells, strict=True)],
        "place": [
            f"{ROADS[i]}与{ROADS[(i + j) % len(ROADS)]}交叉口{cell}米"
            for i, j, cell in zip(first, second, cells, strict=True)
        ],
        "channel": [CHANNELS[i] for i in rng.integers(0, len(CHANNELS), n)],
        "amount": np.where(rng.random(n) < 0.2, rng.uniform(1, 80, n).round(1), np.nan),
        "has_picture": (rng.random(n) < 0.3).astype("<u1"),
        "occurred": occurred,
        "updated": occurred + rng.integers(0, 3_600_000_000, n),
        "received": occurred + 1_000_000,
        "district": [DISTRICTS[d] for d in districts],
    }
    assert set(columns) == {*TABLES["event"].names, "district"}
    return columns


def make_cache(path: Path, n: int, seed: int = 7, end_us: int = 1_784_021_556_000_000) -> None:
    """Writes `n` events, with their search index, to a cache file.

    Raises:
        OSError: the file can not be written as it should.
    """
    cache = Cache.open(path, SystemClock(), searchable=searchable)
    cache.upsert("event", make_events(n, seed, end_us))
    whole = cache.flush(600)
    if not cache.close(60) or not whole or cache.path != path:
        raise OSError(f"{path} was not written: {[str(notice) for notice in cache.notices]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    make_cache(options.file, options.events, options.seed, SystemClock().now())


if __name__ == "__main__":
    main()
