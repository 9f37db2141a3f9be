"""The stress rate of the feeds for ten minutes a way with the duty seat open: is anything lost, does anything grow?

    python -m benchmarks.feeds_soak [--seconds 600] [--ways gateways,nats,mqtt] [--out benchmarks/soak]

Writes <out>/<day>-feeds.json with each phase of `benchmarks.feeds_hall`. Ends with 1 when something was lost or the
memory of hub or seat grows by more than `MOST_GROWTH`. Phases that are done are kept in build/, so that a run which was
stopped goes on with the next one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from cockpit.model.clock import SystemClock, local

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "build" / "feeds_soak.json"
MOST_GROWTH = 1.0
"""MB a minute, by the median of all slopes of ten minutes. A leak of a byte a reading would be 6 MB a minute."""


def problems(line: dict[str, Any]) -> list[str]:
    """What a phase may not be."""
    found = [f"{line['way']}: {line['lost']} lost"] if line["lost"] else []
    for who in ("hub", "seat"):
        growth = line[f"{who}_mb_min"]
        if growth > MOST_GROWTH:
            found.append(f"{line['way']}: the {who} grows by {growth} MB a minute")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600.0, help="of a phase")
    parser.add_argument("--ways", default="gateways,nats,mqtt")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "soak")
    options = parser.parse_args()
    KEPT.parent.mkdir(exist_ok=True)
    wanted = ("--ways", options.ways, "--seconds", f"{options.seconds:g}", "--out", str(KEPT))
    command = (sys.executable, "-m", "benchmarks.feeds_hall", *wanted)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    phases = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
    found = [problem for line in phases for problem in problems(line)]
    day = local(SystemClock().now()).strftime("%Y-%m-%d")
    whole = {"day": day, "machine": f"{psutil.cpu_count()} cores", "problems": found, "phases": phases}
    options.out.mkdir(parents=True, exist_ok=True)
    file = options.out / f"{day}-feeds.json"
    file.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    KEPT.unlink(missing_ok=True)
    print(f"{file.name}: {len(phases)} phases, {'; '.join(found) or 'nothing lost, nothing grows'}")
    return 1 if found or not phases else 0


if __name__ == "__main__":
    sys.exit(main())
