"""A seat's side of the alarms: load and rules as the hub tells them; what a person does is answered or refused at once.
No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from cockpit.model.alarms import (
    ActWanted,
    Entries,
    EntriesWanted,
    Entry,
    History,
    Load,
    Pulse,
    Rule,
    RuleSet,
    RuleWanted,
    SaveWanted,
    Tried,
    Trying,
    TryWanted,
)
from cockpit.model.messages import Message
from cockpit.seat.seat import Seat

EARLY = 8
"""Dry runs that are over before their beginning was answered; those of other seats are among them."""
NOT_COUNTED = Load(known=False)
"""In a replay: the operators of then are not asked, and those of now have other alarms."""
NO_RULE = Rule("", {}, "", "")


class LiveAlarms:
    """`ports.Alarms`, answered by the hub. To be used on the thread that ticks.

    Attributes:
        rules: as the hub last said.
    """

    def __init__(self, seat: Seat) -> None:
        self._load = Load()
        self.rules: Sequence[Rule] = ()
        self._seat = seat
        self._version = 0
        self._asking = False
        self._trials: dict[str, Callable[[Tried | Message], None]] = {}
        self._early: dict[str, Trying] = {}
        seat.hear("load", Pulse, self._pulse)
        seat.hear("trial", Trying, self._tried)

    @property
    def load(self) -> Load:
        """As the hub last said; not counted while the seat looks back."""
        return NOT_COUNTED if self._seat.looks_back else self._load

    def act(
        self, act: str, keys: Sequence[str], done: Callable[[Message | None], None], reason: str = "", until: int = 0
    ) -> None:
        self._do("alarms.act", ActWanted(act, tuple(keys), reason, until), done)

    def save(self, rule: Rule, done: Callable[[Message | None], None]) -> None:
        self._do("alarms.save", SaveWanted(rule), self._then_rules(done))

    def remove(self, rule: str, version: int, done: Callable[[Message | None], None]) -> None:
        self._do("alarms.remove", RuleWanted(rule, version), self._then_rules(done))

    def try_out(self, rule: Rule, start: int, end: int, done: Callable[[Tried | Message], None]) -> None:
        wanted = TryWanted(rule, start, end)
        self._seat.ask("alarms.try", wanted, Trying, lambda found: self._began(found, done))

    def history(self, rule: str, done: Callable[[list[Rule] | Message], None]) -> None:
        self._ask("alarms.history", RuleWanted(rule), History, lambda found: list(found.rules), done)

    def entries(
        self,
        done: Callable[[list[Entry] | Message], None],
        alarm: str = "",
        rule: str = "",
        before: int = 0,
        most: int = 200,
    ) -> None:
        self._ask(
            "alarms.entries", EntriesWanted(alarm, rule, before, most), Entries, lambda found: list(found.entries), done
        )

    # -- within --------------------------------------------------------------------------------------------------

    def _pulse(self, pulse: Pulse) -> None:
        self._load = pulse.load
        if pulse.rules != self._version and not self._asking:
            self._fetch(lambda: None)
        self._ask_after()

    def _fetch(self, then: Callable[[], None]) -> None:
        """The rules as they are now."""

        def told(found: RuleSet | Message) -> None:
            self._asking = False
            if isinstance(found, RuleSet):
                self.rules, self._version = found.rules, found.version
            then()

        self._asking = True
        self._seat.ask("alarms.rules", RuleWanted(""), RuleSet, told)

    def _then_rules(self, done: Callable[[Message | None], None]) -> Callable[[Message | None], None]:
        """Who changed a rule sees it changed when that is said."""
        return lambda problem: self._fetch(lambda: done(problem)) if problem is None else done(problem)

    def _do(self, what: str, wanted: object, done: Callable[[Message | None], None]) -> None:
        self._ask(what, wanted, Any, lambda found: None, done)

    def _ask(
        self, what: str, wanted: object, reply: type, made: Callable[[Any], Any], done: Callable[[Any], None]
    ) -> None:
        self._seat.ask(what, wanted, reply, lambda found: done(found if isinstance(found, Message) else made(found)))

    # -- dry runs ------------------------------------------------------------------------------------------------

    def _began(self, found: Trying | Message, done: Callable[[Tried | Message], None]) -> None:
        if isinstance(found, Message):
            done(found)
            return
        self._trials[found.job] = done
        self._tried(self._early.pop(found.job, found))

    def _tried(self, found: Trying) -> None:
        """News of a dry run: of this seat, of another one, or of one whose beginning was not answered yet."""
        done = self._trials.get(found.job)
        if done is None:
            if found.tried is not None:
                self._early[found.job] = found
                while len(self._early) > EARLY:
                    del self._early[next(iter(self._early))]
        elif found.tried is not None:
            del self._trials[found.job]
            done(found.tried)

    def _ask_after(self) -> None:
        """News may have been lost: the hub is asked now and then; one that it does not know any more is over."""

        def told(job: str, found: Trying | Message) -> None:
            if isinstance(found, Trying):
                self._tried(found)
            elif (done := self._trials.pop(job, None)) is not None:
                done(found)

        for job in list(self._trials):
            self._seat.ask("alarms.try", TryWanted(NO_RULE, 0, 0, job), Trying, partial(told, job))
