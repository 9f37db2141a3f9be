"""Vital signs for load only: 8 classes, 211 indicators, 2,641 items, and a year of their history.

`python -m benchmarks.make_signs --seed 7 --out FOLDER` writes load.toml (a pack may name it) and, with `--days 365`,
signs.db with that past. Each indicator stands in the city and its 11 districts (Guangzhou's), 109 of them in a street
too: 211 × 12 + 109 = 2,641. Values are seeded noise around a day's course; nothing here is a city's.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cockpit.model.clock import DAY, HOUR, ManualClock, from_iso
from cockpit.model.signs import Sign, SignSet, Theme, Threshold, key_of
from cockpit.signs.history import History, bucket_of
from cockpit.signs.packing import Buckets

CLASSES, INDICATORS, ITEMS = 8, 211, 2641
CITY = "440100"
DISTRICTS = tuple(f"4401{n:02d}" for n in (3, 4, 5, 6, 11, 12, 13, 14, 15, 17, 18))
STREET = DISTRICTS[0] + "001"
NOW = from_iso("2026-07-14T10:00:00+08:00")
_UNITS = (("%", 1), ("件", 0), ("µg/m³", 0), ("MPa", 2), ("min", 1), ("h", 1), ("处", 0), ("cm", 0))


def make_set(seed: int) -> SignSet:
    """The definitions: each measured by a kind of sensor of its own."""
    rng = np.random.default_rng(seed)
    themes = tuple(Theme(f"K{n}", {"zh": f"第{n}类", "en": f"Class {n}"}) for n in range(1, CLASSES + 1))
    signs = []
    for i in range(INDICATORS):
        unit, decimals = _UNITS[int(rng.integers(len(_UNITS)))]
        bound = float(rng.integers(60, 95))
        signs.append(
            Sign(
                code=f"L{i + 1:03d}",
                name={"zh": f"负载指标{i + 1:03d}", "en": f"Load indicator {i + 1:03d}"},
                theme=themes[i % CLASSES].code,
                unit=unit,
                decimals=decimals,
                direction="down",
                input=f"sensors:load{i + 1:03d}",
                measure="value",
                by_area="mean",
                thresholds=(Threshold(2, above=bound + 5, hysteresis=1.0), Threshold(3, above=bound, hysteresis=1.0)),
            )
        )
    return SignSet(themes, tuple(signs), 1)


def items(signs: SignSet) -> list[tuple[Sign, str]]:
    """(sign, area) of the 2,641."""
    found = [(sign, area) for sign in signs.signs for area in (CITY, *DISTRICTS)]
    return found + [(sign, STREET) for sign in signs.signs[: ITEMS - len(found)]]


def areas() -> list[tuple[str, str, int]]:
    """(code, parent, tier) of the city that they stand in."""
    return [(CITY, "", 0), *((code, CITY, 1) for code in DISTRICTS), (STREET, DISTRICTS[0], 2)]


def past(seed: int, number: int, decimals: int, grain: str, days: int) -> Buckets:
    """A seeded past of one item up to `NOW`."""
    rng = np.random.default_rng((seed, number))
    step = DAY if grain == "day" else HOUR
    start = np.arange(bucket_of(grain, NOW - days * DAY), bucket_of(grain, NOW), step, dtype=np.int64)
    course = 20 * np.sin(start / DAY * 2 * np.pi) if grain == "hour" else np.zeros(len(start))
    drift = np.cumsum(rng.normal(0, 0.3, len(start)))
    middle = 50 + course + drift + rng.normal(0, 1.0, len(start))
    spread = np.abs(rng.normal(0, 2.0, (2, len(start))))
    return Buckets(
        start,
        middle,
        np.round(middle - spread[0], decimals),
        np.round(middle + spread[1], decimals),
        np.round(middle, decimals),
        np.full(len(start), step // 1_000_000, dtype=np.int64),
    )


def fill(history: History, seed: int, days: int, most: int = ITEMS) -> Iterator[str]:
    """Writes the past by hour and day, item by item; yields the keys. The last two days are slices too."""
    tail: dict[tuple[str, int], list[tuple[int, Buckets, int]]] = {}
    for number, (sign, area) in enumerate(items(make_set(seed))[:most]):
        key = key_of(sign.code, area)
        for grain in ("hour", "day"):
            whole = past(seed, number, sign.decimals, grain, days)
            history.put_history(key, grain, whole, fine=False, digits=sign.decimals)
            ident = int(history.ids_of([key], [False], [sign.decimals])[0])
            for i in range(max(len(whole) - 48, 0), len(whole)):
                tail.setdefault((grain, int(whole.start[i])), []).append((ident, whole, i))
        yield key
    for place, rows in tail.items():
        picked = [whole.take(slice(i, i + 1)) for _, whole, i in rows]
        columns = [np.concatenate(column) for column in zip(*(one.columns()[1:] for one in picked), strict=True)]
        history.put_slices({place: Buckets(np.array([ident for ident, _, _ in rows]), *columns)})
    for grain in ("hour", "day"):
        history.put_meta(f"folded {grain}", str(bucket_of(grain, NOW)).encode())


def toml(signs: SignSet) -> str:
    """The definitions as a file that a pack may name."""
    lines = ["# made by benchmarks/make_signs.py, for load only", "", "[themes]"]
    lines += [f'{theme.code} = {{ zh = "{theme.name["zh"]}", en = "{theme.name["en"]}" }}' for theme in signs.themes]
    lines += ["", "[signs]"]
    for sign in signs.signs:
        bounds = ", ".join(f"{{ level = {t.level}, above = {t.above}, hysteresis = 1.0 }}" for t in sign.thresholds)
        lines.append(
            f'{sign.code} = {{ zh = "{sign.name["zh"]}", en = "{sign.name["en"]}", theme = "{sign.theme}", '
            f'unit = "{sign.unit}", decimals = {sign.decimals}, direction = "down", input = "{sign.input}", '
            f'measure = "value", by_area = "mean", thresholds = [{bounds}] }}'
        )
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make_signs", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True, help="folder for load.toml and signs.db")
    parser.add_argument("--days", type=int, default=0, help="days of history, 0 none")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "load.toml").write_text(toml(make_set(options.seed)), encoding="utf-8")
    print(f"{CLASSES} / {INDICATORS} / {len(items(make_set(options.seed)))}")
    if options.days:
        history = History(options.out / "signs.db", ManualClock(NOW))
        count = sum(1 for _ in fill(history, options.seed, options.days))
        history.close()
        size = (options.out / "signs.db").stat().st_size
        print(f"{count} items, {options.days} days: {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
