"""All kills and faults, hostile input to the formats, and the long runs: `make torture`, `make soak`.

    python -m tests.torture kills [--seat 200] [--hub 50] [--cut 300] [--seed N]
    python -m tests.torture fuzz [--minutes 13] [--seed N] [--only cap]
    python -m tests.torture soak [--minutes 240]
    python -m tests.torture hub [--days 12] [--speed 240] [--size 1280x720] [--seed N]
    python -m tests.torture wall [--hours 24] [--round 24] [--hub 0.25] [--machines 3] [--size 1280x720] [--seed N]

A round is a city of its own with a share of the kills, checked at its end. Rounds that are done are noted in
build/torture.json, so that a run which was stopped goes on where it was; when the last one is done the whole is written
to benchmarks/soak/<day>-<what>.json.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any

import psutil

from cockpit.model.city import FORMATS
from cockpit.model.clock import SystemClock, local
from tests.story import a_home
from tests.torture.fuzz import fuzz
from tests.torture.stage import BUS, GATEWAY, Stage

ROOT = Path(__file__).resolve().parents[2]
NOTES = ROOT / "build" / "torture.json"
NOTES_OF_WALL = ROOT / "build" / "torture-wall.json"
RESULTS = ROOT / "benchmarks" / "soak"
SEAT_KILLS, HUB_KILLS = 20, 5
"""Kills of a round."""
SAMPLE_SECONDS = 30.0
_clock = SystemClock()


def kills(seed: int, cut: float) -> dict[str, Any]:
    """One round: kills of seats and hub in an order of the seed, bus and gateway among them, and a cut."""
    with a_home() as home, Stage(home, seed) as stage:
        stage.await_more(5)
        faults = [stage.kill_seat] * SEAT_KILLS + [stage.kill_hub] * HUB_KILLS
        faults += [lambda: stage.kill_child("bus", BUS)] * 2 + [lambda: stage.kill_child("gateway", GATEWAY)] * 2
        stage.random.shuffle(faults)
        for fault in faults:
            fault()
        if cut:
            stage.await_more(5)
            stage.cut_off(cut)
        stage.await_more(5)
        verdict, _ = stage.settle()
        return {
            "seed": seed,
            "kills": stage.kills,
            "decided": verdict.decided,
            "lost": verdict.lost,
            "doubled": verdict.doubled,
            "problems": verdict.problems,
        }


def soak(minutes: float, seed: int) -> dict[str, Any]:
    """One round: so many minutes at work, a kill of everything each ten; how the processes grow."""
    with a_home() as home, Stage(home, seed) as stage:
        samples = []
        began = _clock.mono()
        killed = 0
        while (passed := _clock.mono() - began) < minutes * 60:
            stage.let_work(SAMPLE_SECONDS)
            samples.append({"s": round(passed), "decided": stage.decided(), **stage.megabytes()})
            if passed > (killed + 1) * 600:
                killed += 1
                stage.kill_seat()
                stage.kill_hub()
        verdict, _ = stage.settle()
        return {
            "minutes": minutes,
            "kills": stage.kills,
            "decided": verdict.decided,
            "lost": verdict.lost,
            "doubled": verdict.doubled,
            "problems": verdict.problems,
            "samples": samples,
        }


def rounds(what: str, options: argparse.Namespace) -> int:
    """Runs what is not done yet; the exit code."""
    wanted = {"what": what, **{k: v for k, v in vars(options).items() if k != "what"}}
    notes = _notes(NOTES, wanted)
    count = max(options.seat // SEAT_KILLS, options.hub // HUB_KILLS) if what == "kills" else 1
    for number in range(len(notes["rounds"]), count):
        cut = options.cut if what == "kills" and number == 0 else 0.0
        seed = options.seed + number
        found = kills(seed, cut) if what == "kills" else soak(options.minutes, seed)
        print(json.dumps({k: v for k, v in found.items() if k != "samples"}, ensure_ascii=False), flush=True)
        _note(NOTES, notes, found)
    found = notes["rounds"]
    sums = {name: sum(one[name] for one in found) for name in ("decided", "lost", "doubled")}
    file = _write(what, wanted, sums, found)
    NOTES.unlink(missing_ok=True)
    print(f"{file}: {sums['decided']} decided, {sums['lost']} lost, {sums['doubled']} doubled")
    return 1 if any(one["problems"] for one in found) else 0


def wall(options: argparse.Namespace) -> int:
    """The rounds of a wall's day that are not done yet; the exit code."""
    from tests.torture.wall import day, worst  # Qt, which the others do without

    wanted = {"what": "wall", **{k: v for k, v in vars(options).items() if k != "what"}}
    notes = _notes(NOTES_OF_WALL, wanted)
    hours = min(options.round, options.hours)
    for number in range(len(notes["rounds"]), math.ceil(options.hours / hours)):
        found = day(options.seed + number, number, hours, options.hub, options.machines, _size(options.size))
        print(json.dumps(found, ensure_ascii=False), flush=True)
        _note(NOTES_OF_WALL, notes, found)
    found = notes["rounds"]
    figures = worst(found)
    problems = [problem for one in found for problem in one["problems"]]
    file = _write("wall", wanted, {**figures, "problems": problems}, found)
    NOTES_OF_WALL.unlink(missing_ok=True)
    print(f"{file}: {figures['looks']} looks, blank for {figures['blank_worst_s']} s at the most")
    print("\n".join(problems) or "never blank, nothing grows")
    return 1 if problems else 0


def hub(options: argparse.Namespace) -> int:
    """Days of a hub, in one round; the exit code."""
    from tests.torture.wall import hub_for_days, worst  # Qt, which the others do without

    wanted = {name: value for name, value in vars(options).items() if name != "what"}
    found = hub_for_days(options.seed, options.days, options.speed, _size(options.size))
    file = _write("hub", {"what": "hub", **wanted}, {**worst([found]), "problems": found["problems"]}, [found])
    print(json.dumps(found["memory"], ensure_ascii=False, indent=1))
    print(f"{file}: " + ("\n".join(found["problems"]) or "nothing grows"))
    return 1 if found["problems"] else 0


def _size(text: str) -> tuple[int, int]:
    width, height = map(int, text.split("x"))
    return width, height


def _note(file: Path, notes: dict[str, Any], found: dict[str, Any]) -> None:
    """A round is done."""
    notes["rounds"].append(found)
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(notes))


def _write(what: str, wanted: dict[str, Any], figures: dict[str, Any], found: list[dict[str, Any]]) -> Path:
    """The result of today; its file, as seen from the root."""
    today = local(_clock.now()).strftime("%Y-%m-%d")
    machine = f"{psutil.cpu_count()} cores"
    whole = {"day": today, **wanted, "machine": machine, **figures, "rounds": found}
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"{today}-{what}.json"
    file.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return file.relative_to(ROOT)


def _notes(file: Path, wanted: dict[str, Any]) -> dict[str, Any]:
    """What an interrupted run of the same wishes has done."""
    try:
        notes: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        notes = {}
    return notes if notes.get("wanted") == wanted else {"wanted": wanted, "rounds": []}


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.torture", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="what", required=True)
    killing = commands.add_parser("kills", help="kills and cuts")
    killing.add_argument("--seat", type=int, default=200, help="kills of a seat")
    killing.add_argument("--hub", type=int, default=50, help="kills of the hub")
    killing.add_argument("--cut", type=float, default=300.0, help="seconds that the bus stands still")
    fuzzing = commands.add_parser("fuzz", help="coverage-guided hostile input to every format")
    fuzzing.add_argument("--minutes", type=float, default=13.0, help="for all formats together")
    fuzzing.add_argument("--only", choices=FORMATS, default="", help="one format alone")
    soaking = commands.add_parser("soak", help="a long run")
    soaking.add_argument("--minutes", type=float, default=240.0)
    walling = commands.add_parser("wall", help="a wall's day of carousel, with everything going wrong")
    walling.add_argument("--hours", type=float, default=24.0, help="of the city, which lives 60 times as fast")
    walling.add_argument("--round", type=float, default=24.0, help="hours of a hall, before the next is made")
    walling.add_argument("--hub", type=float, default=0.25, help="share of a round in which the hub dies too")
    walling.add_argument("--machines", type=int, default=3, choices=range(1, 7), help="besides the one with cables")
    living = commands.add_parser("hub", help="days of a hub, while everything about it dies")
    living.add_argument("--days", type=float, default=12.0, help="of the city")
    living.add_argument("--speed", type=float, default=240.0, help="of the city")
    for one in (walling, living):
        one.add_argument("--size", default="1280x720", help="of each screen")
    for one in (killing, fuzzing, soaking, walling, living):
        one.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.what == "fuzz":
        return fuzz(options.minutes, options.seed, options.only)
    if options.what == "wall":
        return wall(options)
    if options.what == "hub":
        return hub(options)
    return rounds(options.what, options)


if __name__ == "__main__":
    sys.exit(main())
