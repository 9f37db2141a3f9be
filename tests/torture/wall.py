"""A wall under torture: a day of carousel in a city that lives so many times as fast, with everything going wrong.

A round is a hall of its own that begins where the round before ended in the city's time. In each round another machine
is spared from kills: what its memory does is looked at over the whole round.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median
from typing import Any, NamedTuple

from benchmarks.children import a_home
from cockpit.model.clock import SystemClock
from tests.torture.looks import PROMISED, looking
from tests.torture.wall_stage import CABLED, FEEDS, LATE, Hall

BEGINS = datetime.fromisoformat("2026-07-14T06:00:00+08:00")
SPEED = 60.0
STEP = 10
"""Seconds of a scene of the carousel: ten minutes of the city."""
KNOWN_GROWTH = 0.05
"""MB an hour of the city that a day of it is: events that closed stay for 24 hours, 60 an hour, each below 1 kB."""
MOST_GROWTH = 0.1 + KNOWN_GROWTH
"""MB an hour of the city that count as none."""
PLAIN_GROWTH = 0.5
"""So much is growth even where the minutes differ more from each other than from the first to the last."""
SAMPLE_SECONDS = 5.0
BAG = ("kill", "kill", "kill", "hang", "machine", "bus", "hub", "orphan", "feeds", "feeds", "cable", "cable")
SPARES_HUB = ("kill", "kill", "hang", "machine", "bus", "feeds", "feeds")
_clock = SystemClock()


class Judge(NamedTuple):
    """How memory is looked at.

    Attributes:
        speed: of the city. warm: s of a life after which a process has what it keeps: every scene, map and picture.
        judged: s that say how memory goes, at the least; they are in the second half of a life, behind `warm`.
        floor: of so many seconds the least counts: what a process keeps, without what it needs for a moment.
    """

    speed: float = SPEED
    warm: float = 240.0
    judged: float = 300.0
    floor: float = 60.0


def by_days(speed: float) -> Judge:
    """Of a hub that lives for days: behind its third, when what happens in each part of the city has happened there,
    and by the least of each day, since the hours of a day are not alike."""
    day = 86_400 / speed
    return Judge(speed, 3 * day, 3 * day, day)


class Growth(NamedTuple):
    """How memory goes.

    Attributes:
        an_hour: MB an hour of the city, the median of the slopes between any two floors.
        least: three quarters of these slopes are more.
        minutes: of the process's life that were looked at. floors: MB.
    """

    an_hour: float
    least: float
    minutes: float
    floors: tuple[float, ...]

    @property
    def grows(self) -> bool:
        return self.an_hour > PLAIN_GROWTH or (self.an_hour > MOST_GROWTH and self.least > 0)


def growth(samples: list[tuple[float, float]], judge: Judge) -> Growth | None:
    """Of a process's life (seconds, MB); None where it was too short."""
    begin, end = samples[0][0], samples[-1][0]
    since = max(begin + judge.warm, (begin + end) / 2)
    if end - since < judge.judged - SAMPLE_SECONDS:
        return None
    floors: dict[int, float] = {}
    for at, mb in samples:
        if at >= since:
            number = int((at - since) // judge.floor)
            floors[number] = min(mb, floors.get(number, mb))
    if (end - since) % judge.floor < judge.floor / 2:
        floors.pop(max(floors))  # one that was hardly begun
    hours = judge.floor * judge.speed / 3600
    slopes = sorted((floors[b] - floors[a]) / (b - a) / hours for a, b in combinations(sorted(floors), 2))
    told = tuple(round(mb, 1) for _, mb in sorted(floors.items()))
    return Growth(round(median(slopes), 3), round(slopes[len(slopes) // 4], 3), round((end - since) / 60, 1), told)


class Memory:
    """Samples of memory, by the lives of processes."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._lives: dict[tuple[str, int], list[tuple[float, float]]] = {}
        self._next = 0.0

    def take(self, now: float, megabytes: dict[str, tuple[int, float]]) -> None:
        for name, (pid, mb) in megabytes.items():
            self._lives.setdefault((name, pid), []).append((now, mb))

    def due(self, now: float) -> bool:
        if now < self._next:
            return False
        self._next = now + SAMPLE_SECONDS
        return True

    def told(self) -> dict[str, dict[str, Any]]:
        """Of each: the most that it took, and where one of its processes lived long enough, how the longest life
        grew."""
        found: dict[str, dict[str, Any]] = {}
        for (name, _), samples in self._lives.items():
            line = found.setdefault(name, {"most_mb": 0.0, "mb_hour": None, "minutes": 0.0, "grows": False})
            line["most_mb"] = round(max(line["most_mb"], *(mb for _, mb in samples)), 1)
            told = growth(samples, self._judge)
            if told is not None and told.minutes > line["minutes"]:
                line.update(mb_hour=told.an_hour, minutes=told.minutes, grows=told.grows)
                line.update(mb_hour_least=told.least, floors_mb=told.floors)
        return found


_AT_60 = Judge()


class Torture:
    """A round.

    Attributes:
        problems: what may not be. turns: changes of the wall. seconds: it took, from the first picture on all screens.
        seen: what was going on at each look that saw nothing.
    """

    def __init__(self, hall: Hall, spared: str = "", hub_until: float = float("inf"), judge: Judge = _AT_60) -> None:
        """
        Args:
            spared: machine that is left alone. hub_until: seconds after which the hub is, for its memory.
            judge: of memory.
        """
        self._hall, self._spared, self._hub_until = hall, spared, hub_until
        self.turns, self.seconds = 0, 0.0
        self._memory = Memory(judge)
        self.problems: list[str] = []
        self._doing = "the first picture"
        self._began = _clock.mono()
        self.seen: list[str] = []

    def run(self, seconds: float, bag: tuple[str, ...] = BAG, pause: tuple[float, float] = (3.0, 9.0)) -> None:
        """So long, or until each of the bag was done once."""
        hall = self._hall
        with looking(hall.screens, self._blank):
            hall.until_all_pictured()
            hall.start_carousel()
            hall.until_all_follow()
            self._began = _clock.mono()
            first = self._revision()
            try:
                self._work(seconds, bag, pause)
                self._doing = "the end"
                hall.until_all_follow()
                hall.until_all_pictured()
            except TimeoutError as late:
                logs = "; ".join(filter(None, (hall.log_of(name) for name in hall.machines)))
                self.problems.append(f"{self._at():.0f} s, {self._doing}: not in time: {late}; {logs[-600:]}")
            self.turns = self._revision() - first
        self.seconds = _clock.mono() - self._began
        for screen in hall.screens:
            for when, long in screen.blanks:
                self.problems.append(f"{screen.view.name} was blank for {long:.2f} s at {when - self._began:.1f} s")
        if self.turns < self.seconds / STEP / 3:
            self.problems.append(f"the carousel turned {self.turns} times in {self.seconds:.0f} s")
        for name, line in self.memory.items():
            if line["grows"]:
                self.problems.append(f"{name} grows by {line['mb_hour']} MB an hour of the city")

    @property
    def memory(self) -> dict[str, dict[str, Any]]:
        return self._memory.told()

    def _work(self, seconds: float, bag: tuple[str, ...], pause: tuple[float, float]) -> None:
        hall, left = self._hall, list(bag)
        hall.random.shuffle(left)
        faults = 0
        while self._at() < seconds or (left and faults < len(bag)):
            if not left:
                left = list(bag)
                hall.random.shuffle(left)
            self._doing = what = left.pop()
            self._do(what)
            faults += 1
            self._wait(hall.random.uniform(*pause))
            if faults % 6 == 0:
                self._doing = f"after {what}"
                hall.until_all_follow()

    def _wait(self, seconds: float) -> None:
        """With the eye on memory, and on screens that do not come back."""
        end = _clock.mono() + seconds
        while (left := end - _clock.mono()) > 0:
            if self._memory.due(_clock.mono()):
                self._memory.take(_clock.mono(), self._hall.megabytes())
            self._hall.wait(min(left, 1.0))
        for screen in self._hall.screens:
            if screen.waits() > LATE:
                raise TimeoutError(f"a picture on {screen.view.name}")

    def _do(self, what: str) -> None:
        hall, dice = self._hall, self._hall.random
        one = dice.choice([name for name in hall.machines if name != self._spared])
        if what == "kill":
            hall.kill(one)
        elif what == "hang":
            hall.kill(one, signal.SIGSTOP)
        elif what == "machine":
            hall.switch_off(one, 1.0)
        elif what == "bus":
            hall.kill_bus()
        elif what == "feeds":
            hall.starve(dice.choice(FEEDS), dice.uniform(5.0, 20.0))
        elif what == "cable":
            hall.pull(dice.uniform(1.0, 4.0))
        elif self._at() < self._hub_until:
            self.problems += hall.lose_hub(dice.uniform(0.0, 4.0), one if what == "orphan" else "")

    def _at(self) -> float:
        return _clock.mono() - self._began

    def _revision(self) -> int:
        with contextlib.suppress(RuntimeError, TimeoutError):
            return max(shows.revision for shows in self._hall.state().shows)
        return 0

    def _blank(self, name: str) -> None:
        self.seen.append(f"{self._at():.2f} {name} {self._doing}")


def day(seed: int, number: int, hours: float, hub: float, machines: int, size: tuple[int, int]) -> dict[str, Any]:
    """One round: so many hours of the city, the hub's deaths in this share of it; what was seen."""
    begins = BEGINS + timedelta(hours=number * hours)
    with a_home() as home, Hall(home, seed, machines, size, begins.isoformat(), SPEED, STEP) as hall:
        names = [*hall.machines]
        seconds = hours * 3600 / SPEED
        spared = names[number % len(names)]
        torture = Torture(hall, spared, seconds * hub)
        torture.run(seconds)
        return {
            "from": begins.isoformat(),
            "hours": hours,
            "spared": spared,
            "cables": CABLED in hall.machines,
            **_told(seed, hall, torture),
        }


def hub_for_days(seed: int, days: float, speed: float, size: tuple[int, int]) -> dict[str, Any]:
    """The hub of a wall of one machine is what alone does not die; what was seen."""
    start = BEGINS.isoformat()
    with a_home() as home, Hall(home, seed, 1, size, start, speed, STEP, cables=False) as hall:
        torture = Torture(hall, "", 0.0, by_days(speed))
        torture.run(days * 86_400 / speed, SPARES_HUB)
        return {"from": start, "days": days, "speed": speed, **_told(seed, hall, torture)}


def _told(seed: int, hall: Hall, torture: Torture) -> dict[str, Any]:
    return {
        "seed": seed,
        "seconds": round(torture.seconds),
        "faults": hall.faults,
        "turns": torture.turns,
        "screens": hall.told(),
        "promised_s": PROMISED,
        "words_s": [round(one, 1) for one in hall.words],
        "memory": torture.memory,
        "blank_looks": torture.seen[:200],
        "problems": torture.problems,
    }


def worst(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """All rounds in a few figures."""
    return {
        "faults": {name: sum(one["faults"].get(name, 0) for one in rounds) for name in _names(rounds)},
        "turns": sum(one["turns"] for one in rounds),
        "looks": sum(seen["looks"] for one in rounds for seen in one["screens"].values()),
        "blank_worst_s": max(seen["blank_worst_s"] for one in rounds for seen in one["screens"].values()),
        "lit_worst_s": max(seen["lit_worst_s"] for one in rounds for seen in one["screens"].values()),
        "words_worst_s": max((took for one in rounds for took in one["words_s"]), default=None),
        "mb_hour_worst": max(
            (line["mb_hour"] for one in rounds for line in one["memory"].values() if line["mb_hour"] is not None),
            default=None,
        ),
    }


def _names(rounds: list[dict[str, Any]]) -> Iterator[str]:
    return iter(sorted({name for one in rounds for name in one["faults"]}))
