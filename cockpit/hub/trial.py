"""A rule tried on the tape: what it would have raised between two instants, by the live formats, checks, intake and
rules. The process `cockpit trial`, a child of the hub, told on stdin what to try; it says on stdout how far it is."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from cockpit.hub.past import EVER, Past, PastIntake
from cockpit.model.alarms import Firing, Rule, Tried, text_of
from cockpit.model.city import Pack, Text
from cockpit.model.clock import SECOND, CityTime, Clock, SystemClock
from cockpit.model.messages import Message
from cockpit.model.typed import from_json
from cockpit.packs.read import read_pack
from cockpit.processes import die_with_parent
from cockpit.signs.alarms.naming import Naming, sign_names
from cockpit.signs.rules.engine import Engine, Turn
from cockpit.signs.rules.look import World
from cockpit.tape import Record, TapeReader
from cockpit.tape.record import KINDS, RAW, SENSOR

BUDGET_SECONDS = 60.0
"""So long it may take; what it has found by then is told, with how far it came."""
TELL_SECONDS = 0.5
STEP = SECOND // 2
"""As often as the live rules look."""
MOST_STEPS = 20_000
"""A long time is looked at more seldom where a rule is about time itself."""
MOST_FIRINGS = 200
MEMORY = 4_000_000_000
"""Bytes of address space."""
OWN = ("feed", "sign", "alarm")


class TrialWanted(msgspec.Struct, frozen=True):
    """What is tried.

    Attributes:
        folder: of the tape; pack: folder of the city pack.
        rules: the one that is tried first, behind it those that it combines.
        start, end: UTC us of the hub's wall clock.
        city: the city's clock now, in whose time firings are told.
        budget: seconds.
    """

    folder: str
    pack: str
    rules: tuple[Rule, ...]
    start: int
    end: int
    city: CityTime
    budget: float = BUDGET_SECONDS


class Progress(msgspec.Struct, frozen=True):
    """A line of the child: how far it is (wall clock, UTC us), and in the last one what came of it."""

    at: int
    tried: Tried | None = None


class _Only(TapeReader):
    """A tape of which only some feeds are read."""

    only: Collection[str] | None = None

    def read(
        self,
        start: int = 0,
        end: int = EVER,
        kinds: Collection[str] = KINDS,
        feeds: Collection[str] | None = None,
        after: int = -1,
    ) -> Iterator[Record]:
        picked = self.only if feeds is None and {RAW, SENSOR} & set(kinds) else feeds
        return super().read(start, end, kinds, picked, after)


class _Past(Past):
    """The picture of then, as far as rules on some topics need it."""

    def __init__(self, reader: _Only, pack: Pack, base: Clock, topics: Collection[str]) -> None:
        self._topics = topics
        self._only = reader
        super().__init__(reader, pack, base, growing=False)

    def _new(self, pack: Pack) -> PastIntake:
        feeds = tuple(feed for feed in pack.feeds if feed.topic in self._topics)
        own = ("own", "own.gone") if set(OWN) & set(self._topics) else ()
        self._only.only = {*(feed.id for feed in feeds), *own, "time"}
        return super()._new(msgspec.structs.replace(pack, feeds=feeds))

    def next_at(self) -> int:
        """When the next record was received."""
        record = self._peek()
        return EVER if record is None else record.received


class Trial:
    """One rule on its way along the tape.

    Attributes:
        at: how far it is, wall clock, UTC us.
    """

    def __init__(
        self, wanted: TrialWanted, pack: Pack, clock: Clock, sign: Mapping[str, tuple[Text, Text | str]]
    ) -> None:
        """
        Args:
            sign: names and units of signs by their code.
        """
        self.at = wanted.start
        self._wanted = wanted
        self._rule = wanted.rules[0]
        self._clock = clock
        reader = _Only(Path(wanted.folder))
        self._bounds = reader.bounds()
        topics = {rule.topic for rule in wanted.rules} | {"area"}
        self._past = _Past(reader, pack, clock, topics)
        self._pack = pack
        self._sign = sign
        self._firings: dict[str, Firing] = {}
        self._done: list[Firing] = []
        self._times = 0

    async def run(self) -> Tried:
        """Tries it; `at` says how far it is meanwhile."""
        start, end = max(self._wanted.start, self._bounds[0]), min(self._wanted.end, self._bounds[1])
        if start >= end:
            return Tried(
                self._city(self._wanted.start), self._city(self._wanted.start), 0, (), Message("rules.no_tape")
            )
        deadline = self._clock.mono() + self._wanted.budget
        self._past.seek(start)
        self.at = start
        reached = await self._reach(start, deadline)
        world = World(self._past.intake.picture, start)
        engine = Engine(world)
        engine.set_rules(msgspec.structs.replace(rule, enabled=True) for rule in self._wanted.rules)
        naming = Naming(self._pack, world.areas, lambda code: self._sign.get(code, ({"zh": code}, "")))
        while reached:
            self._past.intake.take_in()
            self._take(engine.step(self._past.clock.now(), self._past.then.at), naming)
            if self.at >= end:
                break
            reached = await self._reach(min(self._next(engine, end - start), end), deadline)
            await asyncio.sleep(0)  # who tells how far it is has its turn
        problem = None if reached else Message("rules.partly_tried")
        if reached and start > self._wanted.start + SECOND:
            problem = Message("rules.tape_begins")
        found = sorted((*self._done, *self._firings.values()), key=lambda one: one.at)[:MOST_FIRINGS]
        return Tried(self._city(start), self._city(self.at), self._times, tuple(found), problem)

    async def _reach(self, to: int, deadline: float) -> bool:
        done = await self._past.run(to, deadline)
        self.at = to if done else min(self._past.then.at, to)
        return done and self._clock.mono() < deadline

    def _next(self, engine: Engine, span: int) -> int:
        """When it has to look again: at what is received next, or as time alone may raise or clear something."""
        step = max(STEP, span // MOST_STEPS)
        if any(running.by_time or running.pending for running in engine.running.values()):
            return self.at + step
        return max(self.at + STEP, self._past.next_at())

    def _take(self, turns: Iterable[Turn], naming: Naming) -> None:
        at = self._city(self._past.then.at)
        for turn in turns:
            if turn.rule != self._rule.id:
                continue
            if not turn.raised:
                before = self._firings.pop(turn.name, None)
                if before is not None:
                    self._keep(msgspec.structs.replace(before, until=at))
                continue
            self._times += 1
            name, place, _, _ = naming(self._rule, turn.subject)
            words = text_of(name)["zh"]
            subject = turn.subject
            self._firings[turn.name] = Firing(
                at, subject.thing, words or place, turn.value, 0, subject.lon, subject.lat
            )

    def _keep(self, firing: Firing) -> None:
        if len(self._done) < MOST_FIRINGS:
            self._done.append(firing)

    def _city(self, wall: int) -> int:
        return self._wanted.city.at(wall)


def needed(rule: Rule, rules: Mapping[str, Rule]) -> tuple[Rule, ...]:
    """A rule with all that it combines, itself first."""
    found = {rule.id: rule}
    waiting = [rule]
    while waiting:
        one = waiting.pop()
        for part in (*one.all_of, *one.any_of):
            if part in rules and part not in found:
                found[part] = rules[part]
                waiting.append(rules[part])
    return tuple(found.values())


async def _tell(trial: Trial) -> None:
    while True:
        await asyncio.sleep(TELL_SECONDS)
        _say(Progress(trial.at))


def _say(progress: Progress) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(progress) + b"\n")
    sys.stdout.buffer.flush()


async def _go(wanted: TrialWanted) -> None:
    pack = read_pack(wanted.pack)
    trial = Trial(wanted, pack, SystemClock(), sign_names(pack))
    telling = asyncio.create_task(_tell(trial), name="telling")
    try:
        tried = await trial.run()
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    _say(Progress(trial.at, tried))


def main() -> int:
    """The process."""
    os.umask(0o077)
    die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(_go(from_json(sys.stdin.buffer.read(), type=TrialWanted)))
    return 0
