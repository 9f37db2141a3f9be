"""`make shots`: the duty seat in every state, drawn by the real program on real processes, as PNGs to look at.

python -m benchmarks.shots --out build/shots [--only storm,light] [--size 1920x1080]
python -m benchmarks.shots --manual [--only duty,duty-light]     pictures of the manual, into docs/pictures/
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.png import squeeze
from cockpit.processes import cockpit_command, free_port

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SIZES = ("1920x1080", "1366x768")
STORM = "2026-07-14T17:42:00+08:00"
CALM = "2026-05-12T10:20:00+08:00"
SETTLE = 14
"""Seconds until every feed is live and the map is sharp, with room for a busy machine."""


class Stage:
    """Where a picture is taken: a folder, and processes that end with it."""

    def __init__(self, folder: Path, out: Path, size: str) -> None:
        self.folder = folder
        self.out = out
        self.size = size
        self.taken: list[Path] = []

    def shot(self, name: str, *args: str, after: float = SETTLE, live: bool = True) -> None:
        """Runs the seat and saves `<name>-<size>.png`; a busy machine gets more time until all feeds are live.

        Raises:
            TimeoutError: they were not (with `live`) in the longest time that there is.
        """
        for seconds in (after, 2 * after, 4 * after):
            facts = self._run(name, args, seconds)
            feeds = facts["feeds"]
            if not live or (feeds["live"] == sum(feeds.values()) and facts["events"]):
                self.taken.append(self.file(name))
                return
        raise TimeoutError(f"{name}: not every feed was live in time: {facts}")

    def before(self, *args: str) -> None:
        """What the seat saw earlier, in a run that leaves no picture."""
        self.shot("before", *args, after=SETTLE + 6)
        self.taken.pop().unlink()

    def act(self, acts: str, *args: str, name: str = "", scale: int = 1) -> None:
        """Has a hand play these acts (`benchmarks.hand`) and saves what the window shows then.

        Args:
            name: of the picture, "" that of the acts. scale: pixels of the screen to a pixel of the window.

        Raises:
            RuntimeError: what was waited for did not come about.
        """
        name = name or acts
        wide, high = (int(part) // scale for part in self.size.split("x"))
        command = [sys.executable, "-m", "benchmarks.hand", acts, str(self.file(name)), "run"]
        done = subprocess.run(
            [*command, "--size", f"{wide}x{high}", "--profile", str(self.profile()), *args],
            env=environment() | {"QT_SCALE_FACTOR": str(scale)},
            stdout=subprocess.PIPE,
            check=True,
        )
        said = json.loads(done.stdout.splitlines()[0])
        if not said.get("saved"):
            raise RuntimeError(f"{name}: {said}")
        self.taken.append(self.file(name))

    def profile(self) -> Path:
        """The seat's, with the officer's name in it."""
        profile = self.folder / "desk"
        profile.mkdir(exist_ok=True)
        (profile / "prefs.json").write_text(json.dumps({"name": "王强"}), "utf-8")
        return profile

    def file(self, name: str) -> Path:
        return self.out / f"{name}-{self.size}.png"

    def _run(self, name: str, args: tuple[str, ...], seconds: float) -> dict[str, Any]:
        profile = self.profile()
        command = cockpit_command(
            *("run", "--shot", str(self.file(name)), "--after", str(seconds), "--size", self.size, "--json"),
            *("--profile", str(profile), *args),
        )
        done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, check=True, timeout=seconds + 60)
        facts: dict[str, Any] = json.loads(done.stdout)
        return facts


def environment() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "COCKPIT_LANG": "zh"}


@contextmanager
def running(*command: str) -> Iterator[dict[str, str]]:
    """A city or a hub of its own, and what it says of itself when it is ready."""
    with subprocess.Popen(cockpit_command(*command), env=environment(), stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            facts: dict[str, str] = json.loads(process.stdout.readline())
            yield facts
        finally:
            process.terminate()


def city(*options: str, start: str = STORM) -> AbstractContextManager[dict[str, str]]:
    """A city on a port that no other program of this machine can take before it."""
    return running("city", "serve", "--port", "0", "--start", start, *options)


def hub(stage: Stage, city_url: str) -> AbstractContextManager[dict[str, str]]:
    return running("hub", "--city", city_url, "--port", str(free_port()), "--profile", str(stage.folder / "hub"))


def key(stage: Stage) -> tuple[str, str]:
    return "--key", str(stage.folder / "hub" / "keys" / "seat-1.json")


def normal(stage: Stage) -> None:
    with city("--story", "calm", start=CALM) as town:
        stage.shot("normal", "--city", town["url"])


def storm(stage: Stage) -> None:
    with city() as town:
        stage.shot("storm", "--city", town["url"])


def light(stage: Stage) -> None:
    with city() as town:
        stage.shot("light", "--city", town["url"], "--theme", "light")


def english(stage: Stage) -> None:
    with city() as town:
        stage.shot("english", "--city", town["url"], "--lang", "en")


def stale(stage: Stage) -> None:
    """The city platform answers no more; the hub is there and says so."""
    with city() as town:
        stage.before("--city", town["url"])
    stage.shot("stale", "--city", town["url"], "--pack", "hangzhou", after=26, live=False)


def offline(stage: Stage) -> None:
    """A seat that was up before; now its hub is gone: everything it saw is there, with its age."""
    with city() as town, hub(stage, town["url"]) as hall:
        stage.before("--hub", hall["url"], *key(stage))
    stage.shot("offline", "--hub", hall["url"], *key(stage), after=16, live=False)


def empty(stage: Stage) -> None:
    """The first start ever, with no hub to be had."""
    with city() as town, hub(stage, town["url"]) as hall:
        pass
    stage.shot("empty", "--hub", hall["url"], *key(stage), after=12, live=False)


def lujiazui(stage: Stage) -> None:
    """The other city that comes along."""
    with city("--city", "lujiazui") as town:
        stage.shot("lujiazui", "--city", town["url"])


def order_form(stage: Stage) -> None:
    """An event is selected and the form stands open, filled in."""
    stage.act("order_form", "--start", STORM)


def provisional(stage: Stage) -> None:
    """The order was given out and the hub answers no more: hatched, without a number."""
    stage.act("provisional", "--start", STORM)


def delivered(stage: Stage) -> None:
    """The unit's device has the order."""
    stage.act("delivered", "--start", STORM)


def overdue(stage: Stage) -> None:
    """The unit is on its way and late."""
    stage.act("overdue", "--start", STORM, "--speed", "20")


def refused(stage: Stage) -> None:
    """The hub refused an order: to a unit that is busy."""
    stage.act("refused", "--start", STORM)


def done(stage: Stage) -> None:
    """The unit reports it done, with photos: to be verified."""
    stage.act("done", "--start", STORM, "--speed", "20")


def telephone(stage: Stage) -> None:
    """A call is taken down; what is open nearby is seen before it is saved."""
    stage.act("telephone", "--start", STORM)


def case_list(stage: Stage) -> None:
    """Cases in many stages, by what is due first."""
    stage.act("case_list", "--start", STORM, "--speed", "8")


def offline_outbox(stage: Stage) -> None:
    """The hub and its bus are gone; three orders wait at the seat."""
    stage.act("offline_outbox", "--start", STORM)


def around(stage: Stage) -> None:
    """What lies around an event: a ring, and a list by kind."""
    stage.act("around", "--start", STORM)


def layers(stage: Stage) -> None:
    """Heat of open events, cameras in groups."""
    stage.act("layers", "--start", STORM)


def signs(stage: Stage) -> None:
    """The vital signs of a city in a rainstorm, one that is out of bounds on its page."""
    stage.act("signs", "--start", STORM)


def feeds(stage: Stage) -> None:
    """What the hub receives, from whom, and how it is."""
    stage.act("feeds", "--start", STORM)


def alarms(stage: Stage) -> None:
    """What our own rules raised."""
    stage.act("alarms", "--start", STORM)


def rules(stage: Stage) -> None:
    """A rule in its form, tried on the tape."""
    stage.act("rules", "--start", STORM)


def replay(stage: Stage) -> None:
    """What the screen showed a minute ago, marked so that nobody takes it for live."""
    stage.act("replay", "--start", STORM)


def call_ringing(stage: Stage) -> None:
    """One key on a unit; its phone rings."""
    stage.act("call_ringing", "--start", STORM)


def call_group(stage: Stage) -> None:
    """A group of five: four speak, one is busy."""
    stage.act("call_group", "--start", STORM)


def call_incoming(stage: Stage) -> None:
    """A worker calls the desk."""
    stage.act("call_incoming", "--start", STORM)


def call_missed(stage: Stage) -> None:
    """Calls that nobody took."""
    stage.act("call_missed", "--start", STORM)


def call_contacts(stage: Stage) -> None:
    """The address book."""
    stage.act("call_contacts", "--start", STORM)


def call_letters(stage: Stage) -> None:
    """Letters with a unit."""
    stage.act("call_letters", "--start", STORM)


def call_enrol(stage: Stage) -> None:
    """The code that enrols a phone."""
    stage.act("call_enrol", "--start", STORM)


def walldesk(stage: Stage) -> None:
    """The operator's desk over a wall whose machine draws."""
    stage.act("walldesk", "--start", STORM)


def leader(stage: Stage) -> None:
    """The home page of a leader in a rainstorm; on a screen of 2560 pixels at twice the size."""
    scale = 2 if stage.size.startswith("2560") else 1
    stage.act("leader", "--seat", "leader", "--start", STORM, scale=scale)


def leader_light(stage: Stage) -> None:
    stage.act("leader", "--seat", "leader", "--start", STORM, "--theme", "light", name="leader_light")


def leader_english(stage: Stage) -> None:
    stage.act("leader", "--seat", "leader", "--start", STORM, "--lang", "en", name="leader_english")


def leader_topic(stage: Stage) -> None:
    """The page of a topic."""
    stage.act("leader_topic", "--seat", "leader", "--start", STORM)


def leader_drill(stage: Stage) -> None:
    """A number and its parts."""
    stage.act("leader_drill", "--seat", "leader", "--start", STORM)


def leader_offline(stage: Stage) -> None:
    """The hall can not be reached."""
    stage.act("leader_offline", "--seat", "leader", "--start", STORM)


STATES: dict[str, Callable[[Stage], None]] = {
    state.__name__: state
    for state in (
        *(normal, storm, stale, offline, empty, light, english),
        *(order_form, provisional, delivered, overdue, refused, done),
        *(telephone, case_list, offline_outbox),
        *(around, layers),
        *(signs, feeds, alarms, rules, replay),
        *(call_ringing, call_group, call_incoming, call_missed, call_contacts, call_letters, call_enrol),
        walldesk,
        *(leader, leader_light, leader_english, leader_topic, leader_drill, leader_offline),
    )
}
MANUAL: dict[str, tuple[Callable[[Stage], None], str]] = {
    "duty": (storm, "1920x1080"),
    "duty-light": (light, "1920x1080"),
    "duty-normal": (normal, "1366x768"),
    "duty-offline": (offline, "1366x768"),
    "duty-empty": (empty, "1366x768"),
    "duty-english": (english, "1366x768"),
    "duty-lujiazui": (lujiazui, "1366x768"),
    "order-form": (order_form, "1920x1080"),
    "order-done": (done, "1920x1080"),
    "order-offline": (offline_outbox, "1920x1080"),
    "order-telephone": (telephone, "1366x768"),
    "order-cases": (case_list, "1366x768"),
    "map-around": (around, "1920x1080"),
    "map-layers": (layers, "1366x768"),
    "city-signs": (signs, "1920x1080"),
    "city-feeds": (feeds, "1920x1080"),
    "city-alarms": (alarms, "1366x768"),
    "city-rules": (rules, "1366x768"),
    "city-replay": (replay, "1366x768"),
    "call-group": (call_group, "1920x1080"),
    "call-incoming": (call_incoming, "1366x768"),
    "call-contacts": (call_contacts, "1366x768"),
    "call-letters": (call_letters, "1366x768"),
    "call-enrol": (call_enrol, "1366x768"),
    "walldesk": (walldesk, "1920x1080"),
}
"""The manual's pictures: file name in docs/pictures/ to state and size."""


def take(state: Callable[[Stage], None], size: str, out: Path) -> Path:
    """Takes one picture into the folder `out`, as small as it gets."""
    with tempfile.TemporaryDirectory(prefix="cockpit-shots-") as folder:
        stage = Stage(Path(folder), out, size)
        state(stage)
        (file,) = stage.taken
    squeeze(file)
    return file


def manual(names: Sequence[str]) -> None:
    """Makes pictures of the manual anew."""
    for name in names or list(MANUAL):
        with tempfile.TemporaryDirectory(prefix="cockpit-manual-") as folder:
            file = take(*MANUAL[name], Path(folder))
            PICTURES.mkdir(exist_ok=True)
            shutil.copyfile(file, PICTURES / f"{name}.png")
        print(PICTURES / f"{name}.png", flush=True)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=Path("build/shots"))
    options.add_argument("--only", default="", help="states, with commas between")
    options.add_argument("--size", default="", help="one size only")
    options.add_argument("--manual", action="store_true", help="the pictures of the manual instead")
    args = options.parse_args()
    wanted = [name for name in args.only.split(",") if name]
    if args.manual:
        manual(wanted)
        return 0
    args.out.mkdir(parents=True, exist_ok=True)
    for name in wanted or list(STATES):
        for size in [args.size] if args.size else SIZES:
            print(take(STATES[name], size, args.out), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
