"""The hub's alarms: runs the rules over the picture, keeps what they raise, and takes what persons do about it.

What a person does is on the disk before it is answered, and it is answered at once or refused: it is no command that
waits in an outbox, since an acknowledgement that nobody else learns of is none.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec

from cockpit.hub.alarm_operators import Operators
from cockpit.hub.alarm_rules import changed, removed, with_shipped
from cockpit.hub.service import Setting
from cockpit.hub.trials import Trials
from cockpit.model.alarms import (
    ActWanted,
    Entries,
    EntriesWanted,
    History,
    Load,
    Pulse,
    Rule,
    RuleSet,
    RuleWanted,
    SaveWanted,
    Trying,
    TryWanted,
)
from cockpit.model.city import Text
from cockpit.model.entries import NewCase
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.signs.alarms.book import AlarmBook, Work
from cockpit.signs.alarms.life import Alarm
from cockpit.signs.alarms.load import LoadMeter
from cockpit.signs.alarms.naming import Naming, sign_names
from cockpit.signs.alarms.rows import FEED, row_of
from cockpit.signs.alarms.store import AlarmStore, Kept
from cockpit.signs.rules.engine import Engine, Turn
from cockpit.signs.rules.look import Subject, World

log = logging.getLogger(__name__)
_T = TypeVar("_T")

SETTLE_SECONDS = 90.0
"""After another run of a demo city began: its feeds have told of everything by then."""
STEP_SECONDS = 0.5
PULSE_SECONDS = 5.0
TRIM_SECONDS = 3600.0
RETRY_SECONDS = 5.0
MOST_ENTRIES = 1_000


class AlarmsService:
    """Rules, alarms and their store, at the hub.

    Attributes:
        book, engine: the alarms, and what raises them; trials: rules that are tried on the tape.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._clock = setting.clock
        self._intake = setting.intake
        self.engine = Engine(World(setting.intake.picture, setting.clock.wall()))
        areas = self.engine.world.areas
        self.book = AlarmBook(setting.clock, areas, Naming(setting.pack, areas, self._sign))
        self.book.case_of = self._case_of
        self._store = AlarmStore(setting.folder / "alarms.db", setting.clock.base)
        self._disk = ThreadPoolExecutor(1, "alarms-disk")
        self._one = asyncio.Lock()
        self._open = False
        self._run, self._steps_from = "", 0.0
        self._problem: Message | None = Message("alarms.starting")
        self._version = 0
        self._run = ""
        self._operators = Operators(setting.answers.heard, setting.roles)
        self._signs: dict[str, tuple[Text, Text | str]] = {}
        setting.book.cause = self._cause
        add = setting.answers.add
        add("alarms.rules", RuleWanted, self._rules)
        add("alarms.save", SaveWanted, self._save_rule)
        add("alarms.remove", RuleWanted, self._remove_rule)
        add("alarms.act", ActWanted, self._act)
        add("alarms.history", RuleWanted, self._history)
        add("alarms.entries", EntriesWanted, self._entries)
        self.trials = Trials(setting, lambda: self.book.rules)
        add("alarms.try", TryWanted, self._try)

    async def run(self) -> None:
        await self._until_open()
        await self._setting.time_told()
        self._run = self._clock.city.run
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._every(STEP_SECONDS, self._step_in_time))
            tasks.create_task(self._every(PULSE_SECONDS, self._pulse))
            tasks.create_task(self._every(TRIM_SECONDS, self._trim))

    async def _step_in_time(self) -> None:
        """A step; after the city's clock was set to another day only once its feeds have spoken by that."""
        run, now = self._clock.city.run, self._clock.mono()
        if run != self._run:
            self._run, self._steps_from = run, now + SETTLE_SECONDS
        if now >= self._steps_from:
            await self.step()

    async def close(self) -> None:
        """What happened is on the disk when this returns, as far as the disk lets it."""
        await self.trials.close()
        async with self._one:
            if self._open:
                await self._keep()
            self._open = False
            await self._aside(self._store.close)
        self._disk.shutdown()

    # -- beginning -----------------------------------------------------------------------------------------------

    async def _until_open(self) -> None:
        while True:
            try:
                kept = await self._aside(self._store.open)
                break
            except OutsideError as error:
                self._say(error.message)
                await asyncio.sleep(RETRY_SECONDS)
        await self._aside(self._read_signs)
        for notice in kept.notices:
            log.warning("%s", notice.in_chinese())
        rules, new = with_shipped(kept.rules, kept.ever, self._setting.pack, self._clock.now())
        async with self._one:
            self._resume(kept)
            self._open, self._problem = True, None
            if new:
                try:
                    await self._aside(lambda: self._store.write_rules(new, []))
                except OutsideError as error:
                    self._say(error.message)
            self._use({rule.id: rule for rule in rules})
            await self._keep()

    def _resume(self, kept: Kept) -> None:
        """Alarms stand as they stood; rows of others that the picture remembers leave it."""
        self.book.resume(kept.alarms, kept.last)
        self.book.ended = {one.alarm: one.wall for one in kept.raised if one.alarm not in self.book.alarms}
        names = {alarm.subject: alarm.name for alarm in kept.alarms}
        alerted = (one for one in kept.raised if one.what != "unshelved" or one.alarm in self.book.alarms)
        self.book.load = LoadMeter((one.wall, one.rule, one.thing, names.get(one.thing, "")) for one in alerted)
        old = [key for key in self._intake.picture["alarm"].keys if key not in self.book.alarms]
        self._intake.take_out("alarm", old)
        self._show(Work(put=tuple(self.book.alarms.values())))
        self._intake.whole("alarm", FEED)

    def _use(self, rules: dict[str, Rule]) -> None:
        """Runs these rules; alarms of one that runs no longer end."""
        self.book.rules = rules
        self._version += 1
        self.engine.set_rules(rules.values())
        for alarm in self.book.alarms.values():
            running = self.engine.running.get(alarm.rule)
            if running is not None and alarm.active and alarm.subject not in running.tracks:
                subject = Subject(alarm.thing, None, alarm.area, alarm.lon, alarm.lat)
                self.engine.resume(alarm.rule, alarm.subject, subject)
        self.book.drop(lambda alarm: alarm.rule not in self.engine.running)

    # -- work ----------------------------------------------------------------------------------------------------

    async def step(self) -> None:
        """Looks once: what rules raise and clear, what time ends, kept and shown."""
        async with self._one:
            self._intake.take_in()
            self._other_run()
            turns = self.engine.step(self._clock.now(), self._clock.wall())
            self._take(turns)
            await self._keep()
        await self._greet()

    def _take(self, turns: list[Turn]) -> None:
        self.book.take(turns)
        self.book.settle()

    def _other_run(self) -> None:
        """Another run of a demo city is another story: what stood in the one before has ended with it."""
        city = self._clock.city
        if city.run != self._run:
            self._run = city.run
            if city.demo:
                self.book.drop(lambda alarm: alarm.run not in ("", city.run))

    async def _keep(self) -> bool:
        """Writes what changed and shows it; what the disk refuses is shown all the same, and waits."""
        work = self.book.take_work()
        if not work:
            return True
        try:
            await self._aside(lambda: self._store.write(work))
        except OutsideError as error:
            self._show(work)
            self.book.give_back(work)
            self._say(error.message)
            return False
        self._show(work)
        self._problem = None
        self._note(work)
        return True

    def _show(self, work: Work) -> None:
        wall = self._clock.wall()
        self._intake.put("alarm", [row_of(alarm, wall) for alarm in work.put])
        if work.gone:
            self._intake.take_out("alarm", list(work.gone))

    def _note(self, work: Work) -> None:
        """What happened goes on the tape."""
        for entry in work.entries:
            self._intake.note("alarm", msgspec.json.encode(entry))

    async def _greet(self) -> None:
        """A seat that has just come does not wait for the next pulse."""
        if self._operators.newcomers():
            await self._pulse()

    async def _pulse(self) -> None:
        load = self.load()
        self._setting.figures.update(operators=load.operators, alarm_load=load.ten_minutes)
        await self._setting.publish("load", msgspec.msgpack.encode(Pulse(load, self._version)))

    def load(self) -> Load:
        """How loaded the operators are now."""
        book = self.book
        found = book.load.load(
            self._clock.wall(), self._clock.now(), self._operators.count(), book.alarms.values(), book.chatter
        )
        return msgspec.structs.replace(found, problem=self._problem or self._of_rules())

    def _of_rules(self) -> Message | None:
        """A rule broke by a bug of ours, or passes its bound at more things than are followed one by one."""
        broken = next(iter(self.engine.broken), "")
        if broken:
            return Message("alarms.rule_broken", {"rule": self.book.rules[broken].name})
        over = self.engine.over()
        if not over:
            return None
        worst = max(over, key=lambda rule: over[rule])
        return Message("alarms.too_many", {"rule": self.book.rules[worst].name, "n": over[worst]})

    async def _trim(self) -> None:
        with contextlib.suppress(OutsideError):  # what can not be forgotten now is forgotten another time
            await self._aside(self._store.trim)

    # -- what seats ask ------------------------------------------------------------------------------------------

    async def _act(self, seat: str, wanted: ActWanted) -> None:
        self._may(seat)
        async with self._one:
            before = await self._settled()
            problem = self.book.act(wanted.act, wanted.keys, seat, wanted.reason, wanted.until)
            if problem is not None:
                raise UserError(problem.id, **problem.params)
            self.book.settle()
            work = self.book.take_work()
            try:
                await self._aside(lambda: self._store.write(work))
            except OutsideError as error:
                self.book.restore(before)
                self._say(error.message)
                raise
            self._show(work)
            self._note(work)

    async def _settled(self) -> Mapping[str, Alarm]:
        """Nothing waits for the disk: what is taken back then is the act alone.

        Raises:
            OutsideError: the disk takes nothing.
        """
        if not self._open or not await self._keep():
            raise OutsideError("alarms.not_kept", why=self._problem or Message("alarms.starting"))
        return self.book.snapshot()

    async def _rules(self, seat: str, wanted: RuleWanted) -> RuleSet:
        if not self._open:
            raise OutsideError("alarms.not_kept", why=self._problem or Message("alarms.starting"))
        return RuleSet(tuple(self.book.rules.values()), self._version)

    async def _save_rule(self, seat: str, wanted: SaveWanted) -> None:
        self._may(seat)
        async with self._one:
            await self._settled()
            before = [] if wanted.rule.id in self.book.rules else await self._versions(wanted.rule.id)
            last = before[0].version if before else 0
            rule = changed(wanted.rule, self.book.rules, self._setting.pack, self._clock.now(), seat, last)
            await self._keep_rules([rule], [], seat)

    async def _remove_rule(self, seat: str, wanted: RuleWanted) -> None:
        self._may(seat)
        async with self._one:
            await self._settled()
            removed(wanted.rule, wanted.version, self.book.rules)
            await self._keep_rules([], [wanted.rule], seat)

    async def _keep_rules(self, rules: list[Rule], gone: list[str], seat: str) -> None:
        """Rules and who changed them are on the disk together, or neither is.

        Raises:
            OutsideError: the disk took nothing.
        """
        before = self.book.snapshot()
        for rule in rules:
            self.book.note_rule("rule_saved", rule.id, seat)
        for id in gone:
            self.book.note_rule("rule_removed", id, seat)
        work = self.book.take_work()
        try:
            await self._aside(lambda: self._store.write_rules(rules, gone, work))
        except OutsideError:
            self.book.restore(before)
            raise
        self._note(work)
        kept = {id: rule for id, rule in self.book.rules.items() if id not in gone}
        self._use({**kept, **{rule.id: rule for rule in rules}})
        await self._keep()
        await self._pulse()

    async def _history(self, seat: str, wanted: RuleWanted) -> History:
        return History(tuple(await self._versions(wanted.rule)))

    async def _versions(self, rule: str) -> list[Rule]:
        return await self._aside(lambda: self._store.history(rule))

    async def _entries(self, seat: str, wanted: EntriesWanted) -> Entries:
        most = min(max(wanted.most, 1), MOST_ENTRIES)
        found = await self._aside(lambda: self._store.entries(wanted.alarm, wanted.rule, wanted.before, most))
        return Entries(tuple(found))

    async def _try(self, seat: str, wanted: TryWanted) -> Trying:
        self._may(seat)
        return await self.trials.asked(seat, wanted)

    def _may(self, seat: str) -> None:
        if not self._operators.may_act(seat):
            raise UserError("alarms.no_right")

    # -- cases ---------------------------------------------------------------------------------------------------

    def _cause(self, facts: NewCase) -> Message | None:
        """Why a case can not be opened about an alarm; None when it can, or is about something else."""
        if not facts.event.startswith("alarm/"):
            return None
        if facts.event not in self.book.alarms and facts.event not in self.book.ended:
            return Message("alarms.no_cause")
        return None

    def _case_of(self, key: str) -> tuple[str, str] | None:
        case = self._setting.book.state.case_of_event(key)
        if case is None:
            return None
        return case.number, next((step.actor.seat for step in case.steps), "")

    # -- within --------------------------------------------------------------------------------------------------

    def _sign(self, code: str) -> tuple[Text, Text | str]:
        """Name and unit of a sign."""
        return self._signs.get(code, ({"zh": code}, ""))

    def _read_signs(self) -> None:
        with contextlib.suppress(UserError):  # who runs the signs says it
            self._signs = sign_names(self._setting.pack)

    def _say(self, problem: Message) -> None:
        if problem != self._problem:
            log.info("%s", problem.in_chinese())
        self._problem = problem

    async def _aside(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    @staticmethod
    async def _every(seconds: float, what: Callable[[], Awaitable[None]]) -> None:
        while True:
            await what()
            await asyncio.sleep(seconds)
