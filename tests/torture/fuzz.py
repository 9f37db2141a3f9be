"""Coverage-guided fuzzing of every format, one after the other, each in a process of its own.

What was found interesting stays in build/fuzz/<format>/, so that the next run goes on from there; formats that are done
are noted in build/fuzz.json, so that a run which was stopped goes on where it was. An input that breaks a format is
left as build/fuzz/<format>-crash-…
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from cockpit.model.city import FORMATS
from cockpit.model.clock import SystemClock, local
from tests.format_samples import samples

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "fuzz"
NOTES = ROOT / "build" / "fuzz.json"
RESULTS = ROOT / "benchmarks" / "soak"
MEMORY_MB = 200
"""Of the whole process; Python with its libraries takes about 75 of it."""
HUNG = 20
"""Seconds after which an input is given up, on a machine that others use too; `fuzz_one` holds each to a second of
processor time once it has ended."""
_STAT = re.compile(r"stat::(\w+):\s+(\d+)")
_clock = SystemClock()


def fuzz_one(name: str, seconds: int, seed: int) -> dict[str, Any]:
    """One format for so many seconds."""
    corpus = FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    mine = [data for named, _, _, data in samples() if named == name]
    for number, data in enumerate(mine):
        (corpus / f"sample-{number}").write_bytes(bytes([number]) + data)
    options = [f"-max_total_time={seconds}", f"-seed={seed}", f"-rss_limit_mb={MEMORY_MB}", f"-timeout={HUNG}"]
    options += ["-print_final_stats=1", "-verbosity=0", "-max_len=65536", f"-artifact_prefix={FOLDER}/{name}-"]
    command = [sys.executable, "-m", "tests.torture.fuzz_one", name, str(corpus), *options]
    # by way of a shell: a process counts the size of the one that it was forked from as its own greatest
    command = ["/bin/sh", "-c", '"$@" & wait "$!"', "sh", *command]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    stats = {key: int(value) for key, value in _STAT.findall(done.stderr)}
    found = {
        "format": name,
        "seconds": seconds,
        "inputs": stats.get("number_of_executed_units", 0),
        "peak_mb": stats.get("peak_rss_mb", 0),
        "corpus": sum(1 for _ in corpus.iterdir()),
        "broken": [] if done.returncode == 0 else [done.stdout[-3000:] + done.stderr[-1000:]],
    }
    if not found["inputs"] and not found["broken"]:
        found["broken"] = ["no input was tried: " + done.stderr[-3000:]]
    return found


def fuzz(minutes: float, seed: int, only: str = "") -> int:
    """All formats (or the one named) with their share of the minutes; the exit code."""
    names = [name for name in FORMATS if only in ("", name)]
    wanted = {"minutes": minutes, "seed": seed, "formats": names}
    notes = _notes(wanted)
    seconds = max(round(minutes * 60 / max(len(names), 1)), 2)
    for name in names:
        if name not in {one["format"] for one in notes["rounds"]}:
            found = fuzz_one(name, seconds, seed)
            print(json.dumps(found, ensure_ascii=False), flush=True)
            notes["rounds"].append(found)
            NOTES.parent.mkdir(exist_ok=True)
            NOTES.write_text(json.dumps(notes))
    rounds = notes["rounds"]
    day = local(_clock.now()).strftime("%Y-%m-%d")
    whole = {
        "day": day,
        **wanted,
        "machine": f"{psutil.cpu_count()} cores",
        "inputs": sum(one["inputs"] for one in rounds),
        "peak_mb": max((one["peak_mb"] for one in rounds), default=0),
        "broken": sum(len(one["broken"]) for one in rounds),
        "rounds": rounds,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"{day}-fuzz.json"
    file.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    NOTES.unlink(missing_ok=True)
    print(
        f"{file.relative_to(ROOT)}: {whole['inputs']} inputs, {whole['broken']} formats broken, {whole['peak_mb']} MB"
    )
    return 1 if whole["broken"] or not rounds else 0


def _notes(wanted: dict[str, Any]) -> dict[str, Any]:
    """What an interrupted run of the same wishes has done."""
    try:
        notes: dict[str, Any] = json.loads(NOTES.read_text())
    except (OSError, ValueError):
        notes = {}
    return notes if notes.get("wanted") == wanted else {"wanted": wanted, "rounds": []}
