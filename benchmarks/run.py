"""Runs the measurements and writes them to results.json.

`python -m benchmarks.run` runs all of them, `--only store.,search.two` those whose names begin so; rows of others stay.
One row a name: `{"name", "value", "unit", "better", "peer", "peer_value"}`, the medians of at least five runs.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.registry import BENCHES, Bench, Measured, NotHere

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results.json"


def discover() -> dict[str, Bench]:
    """All measurements of bench_*.py in this folder, by name."""
    for path in sorted(FOLDER.glob("bench_*.py")):
        importlib.import_module(f"benchmarks.{path.stem}")
    return dict(sorted(BENCHES.items()))


def chosen(benches: dict[str, Bench], only: Iterable[str]) -> list[Bench]:
    """Those whose names begin with one of `only`; all when it is empty."""
    prefixes = tuple(filter(None, (prefix.strip() for prefix in only)))
    return [one for name, one in benches.items() if not prefixes or name.startswith(prefixes)]


def rows_of(one: Bench) -> list[dict[str, Any]]:
    """Measures; the row and those of further peers."""
    found = [answer if isinstance(answer, Measured) else Measured(answer) for answer in _runs(one)]
    peers = [m.peer_value for m in found if m.peer_value is not None]
    row = _row(one, one.name, statistics.median(m.value for m in found))
    if peers:
        row |= {"peer": found[0].peer, "peer_value": _rounded(statistics.median(peers))}
    others = (
        _row(one, f"{one.name}.peer.{library}", statistics.median(m.others[library] for m in found))
        for library in found[0].others
    )
    return [row, *others]


def merge(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Puts rows into the file, each in place of the one of its name; ordered by name."""
    known = {row["name"]: row for row in json.loads(path.read_text())} if path.exists() else {}
    known |= {row["name"]: row for row in rows}
    lines = ",\n".join(json.dumps(known[name], ensure_ascii=False) for name in sorted(known))
    fresh = path.with_suffix(".part")
    fresh.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    fresh.replace(path)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="beginnings of names, with commas between: store.,start.")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the file to write (benchmarks/results.json)")
    parser.add_argument("--list", action="store_true", help="say the names and end")
    options = parser.parse_args(arguments)
    benches = chosen(discover(), options.only.split(","))
    if not benches:
        print(f"no measurement begins with {options.only}; --list says all names", file=sys.stderr)
        return 2
    if options.list:
        print("\n".join(one.name for one in benches))
        return 0
    failed = 0
    for one in benches:
        try:
            rows = rows_of(one)
        except NotHere as why:
            print(f"{one.name}: not measured: {why}", flush=True)
            continue
        except Exception:
            traceback.print_exc()
            print(f"{one.name}: failed", file=sys.stderr)
            failed += 1
            continue
        merge(options.out, rows)
        for row in rows:
            beside = f"  ({row['peer']} {row['peer_value']:g})" if row["peer"] else ""
            print(f"{row['name']}: {row['value']:g} {row['unit']}{beside}", flush=True)
    return 1 if failed else 0


def _runs(one: Bench) -> Iterable[float | Measured]:
    return (one.function() for _ in range(one.runs))


def _row(one: Bench, name: str, value: float) -> dict[str, Any]:
    shown = {"name": name, "value": _rounded(value), "unit": one.unit, "better": one.better}
    return {**shown, "peer": None, "peer_value": None}


def _rounded(value: float) -> float:
    """To four digits: more is noise."""
    return float(f"{value:.4g}")


if __name__ == "__main__":
    sys.exit(main())
