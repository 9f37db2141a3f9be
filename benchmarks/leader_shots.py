"""Pictures of the leader's cockpit for the manual: the real program over the demo city and the year behind it.

python -m benchmarks.leader_shots [--only tour,duet] [--out docs/pictures/leader]

A run of the program gives several pictures: see `RUNS`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.png import squeeze
from benchmarks.shots import PICTURES, STORM, Stage, city, environment, hub, key

FOLDER = PICTURES / "leader"
SMALL, WIDE, LARGE = "1366x768", "1920x1080", "2560x1600"
PAGES = ("parts", "areas", "periods", "before", "league", "checkup", "matrix", "why")


def tour(folder: Path, out: Path) -> None:
    """From home into numbers, to a 批示 and a briefing, in both themes, small, and without a network."""
    stage = Stage(folder, out, WIDE)
    stage.act("leader_tour", "--seat", "leader", "--start", STORM, name="offline")


def pages(folder: Path, out: Path) -> None:
    """Each page of a number, as the panel draws it over a year of the demo city."""
    command = [sys.executable, "-m", "benchmarks.leader_pages", str(out)]
    subprocess.run(command, env=environment(), check=True)


def english(folder: Path, out: Path) -> None:
    """Home and a question, in English."""
    stage = Stage(folder, out, WIDE)
    stage.act("leader_english", "--seat", "leader", "--start", STORM, "--lang", "en", name="ask-english")


def unlock(folder: Path, out: Path) -> None:
    """What asks for the passphrase, in both languages."""
    subprocess.run([sys.executable, "-m", "benchmarks.leader_unlock", str(out)], env=environment(), check=True)


def laptop(folder: Path, out: Path) -> None:
    Stage(folder, out, SMALL).act("leader", "--seat", "leader", "--start", STORM, name="home-laptop")


def large(folder: Path, out: Path) -> None:
    """A screen of 2560 pixels at twice the size."""
    Stage(folder, out, LARGE).act("leader", "--seat", "leader", "--start", STORM, name="home-large", scale=2)


def duet(folder: Path, out: Path) -> None:
    """Two programs at one hub: the duty desk asks, the leader writes."""
    stage = Stage(folder, out, WIDE)
    with city("--past", "7", start=STORM) as town, hub(stage, town["url"]) as hall:
        desk = Stage(folder / "duty", out, WIDE)
        desk.folder.mkdir()
        keys = folder / "hub" / "keys"
        acts = [sys.executable, "-m", "benchmarks.hand", "duty_asks", str(desk.file("duty-told"))]
        options = ("run", "--hub", hall["url"], *key(stage), "--size", WIDE, "--profile", str(desk.profile()))
        with subprocess.Popen([*acts, *options], env=environment(), stdout=subprocess.DEVNULL) as duty:
            try:
                own = ("--hub", hall["url"], "--key", str(keys / "leader-1.json"))
                stage.act("leader_decides", "--seat", "leader", *own, name="instructions")
                duty.wait(120)
            finally:
                duty.terminate()


RUNS: dict[str, tuple[Callable[[Path, Path], None], tuple[str, ...]]] = {
    "tour": (tour, ("home", "topic", "ask", "briefing", "home-light", "offline")),
    "pages": (pages, tuple(f"drill-{page}" for page in PAGES)),
    "laptop": (laptop, ("home-laptop",)),
    "english": (english, ("home-english", "ask-english")),
    "unlock": (unlock, ("unlock", "unlock-english")),
    "large": (large, ("home-large",)),
    "duet": (duet, ("duty-asks", "decisions", "instruct", "instructions", "duty-told")),
}  # fmt: skip
"""Names of runs to what is done, and the pictures that it gives."""


def take(name: str, out: Path) -> list[Path]:
    """Plays a run; its pictures in the folder `out`."""
    play, pictures = RUNS[name]
    taken = []
    with tempfile.TemporaryDirectory(prefix="cockpit-leader-") as folder:
        raw = Path(folder) / "raw"
        raw.mkdir()
        play(Path(folder), raw)
        for file in raw.glob("*-[0-9]*x[0-9]*.png"):  # the last one of a run bears its size
            file.replace(raw / f"{file.stem.rpartition('-')[0]}.png")
        for picture in pictures:
            squeeze(raw / f"{picture}.png")
            shutil.copyfile(raw / f"{picture}.png", out / f"{picture}.png")
            taken.append(out / f"{picture}.png")
    return taken


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--out", type=Path, default=FOLDER)
    options.add_argument("--only", default="", help=f"of {', '.join(RUNS)}, with commas between")
    args = options.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name in [name for name in args.only.split(",") if name] or list(RUNS):
        for file in take(name, args.out):
            print(file, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
