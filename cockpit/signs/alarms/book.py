"""All alarms of a city: what rules raise and clear becomes alarms, what persons do to them is taken or refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from cockpit.model.alarms import ACTS, Entry, Rule
from cockpit.model.clock import DAY, CityClock
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.tables import AlarmState
from cockpit.signs.alarms import life
from cockpit.signs.alarms.chatter import Chatter
from cockpit.signs.alarms.groups import Floods, parents
from cockpit.signs.alarms.life import OPEN, Alarm
from cockpit.signs.alarms.load import LoadMeter
from cockpit.signs.rules.areas import AreaIndex
from cockpit.signs.rules.engine import Turn
from cockpit.signs.rules.look import Subject

LONGEST_SHELF = 3 * DAY
MOST_REASON = 500
MOST_WAITING = 50_000
"""Entries that wait for a disk that takes nothing; of more the oldest are left out, and one entry says how many."""
_DONE = {"acknowledge": "acknowledged", "shelve": "shelved", "unshelve": "unshelved", "reset": "reset"}
"""By act what is noted of it."""

Named = Callable[[Rule, Subject], tuple[str, str, str, str]]
"""Name, place, unit and class of event of what an alarm is about."""


class Work(msgspec.Struct, frozen=True):
    """What is to be kept and shown of a change.

    Attributes:
        put: alarms that came or changed; gone: keys of those that are quiet now.
        entries: what happened.
    """

    put: tuple[Alarm, ...] = ()
    gone: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.put or self.gone or self.entries)


class AlarmBook:
    """The alarms, in memory; what changed is taken with `take_work` and kept by whoever calls.

    Attributes:
        alarms: by key.
        ended: when each alarm of the last day was quiet, by key, UTC us of the machine's clock: a case that was begun
            when it stood may still be opened.
        rules: by id, all that there are.
        chatter, load: what was found out about them.
        case_of: number of the case of an alarm by key, and who opened it; None while there is none.
    """

    def __init__(self, clock: CityClock, areas: AreaIndex, named: Named) -> None:
        self.alarms: dict[str, Alarm] = {}
        self.ended: dict[str, int] = {}
        self.rules: dict[str, Rule] = {}
        self.chatter = Chatter()
        self.load = LoadMeter()
        self.case_of: Callable[[str], tuple[str, str] | None] = lambda key: None
        self._clock = clock
        self._areas = areas
        self._named = named
        self._key_of: dict[tuple[str, str], str] = {}
        self._floods = Floods()
        self._put: dict[str, None] = {}
        self._gone: dict[str, None] = {}
        self._entries: list[Entry] = []
        self._last = 0
        self._named_by = -1

    def resume(self, alarms: Iterable[Alarm], last: int) -> None:
        """What stood before a restart; `last`: number of the last entry."""
        self._last = last
        for alarm in alarms:
            self.alarms[alarm.key] = alarm
            self._key_of[alarm.rule, alarm.subject] = alarm.key
        self._floods.resume(self.alarms.values())

    def take_work(self) -> Work:
        """What changed since the last call."""
        put = tuple(self.alarms[key] for key in self._put if key in self.alarms)
        work = Work(put, tuple(self._gone), tuple(self._entries))
        self._put, self._gone, self._entries = {}, {}, []
        return work

    def give_back(self, work: Work) -> None:
        """What could not be kept waits for the next time."""
        self._put = {**{alarm.key: None for alarm in work.put}, **self._put}
        self._gone = {**dict.fromkeys(work.gone), **self._gone}
        self._entries = [*work.entries, *self._entries]
        if len(self._entries) > MOST_WAITING:
            self._leave_out()

    # -- what rules say ------------------------------------------------------------------------------------------

    def take(self, turns: Iterable[Turn]) -> None:
        """Takes in what rules raised and cleared."""
        fresh: dict[str, float] = {}
        for turn in turns:
            rule = self.rules.get(turn.rule)
            if rule is not None and turn.raised:
                fresh.update(self._raise(rule, turn))
            elif not turn.raised:
                self._clear(turn)
        if fresh:
            self._suppress()
        for key, value in fresh.items():
            alarm = self.alarms.get(key)
            if alarm is not None and alarm.active:
                alerts = alarm.state is AlarmState.UNACKNOWLEDGED
                self._note("raised" if alerts else "raised_silently", alarm, value=value)
                if alerts:
                    self._annunciate(alarm)

    def _raise(self, rule: Rule, turn: Turn) -> dict[str, float]:
        """Key and value of the alarm, where it did not hold already."""
        mark = (turn.rule, turn.name)
        before = self.alarms.get(self._key_of.get(mark, ""))
        if before is not None and before.active:
            return {}
        if before is not None:
            alarm = life.raised(before, turn.at, turn.value, turn.limit)
        else:
            name, place, unit, kind = self._named(rule, turn.subject)
            subject = turn.subject
            alarm = Alarm(
                key=f"alarm/{new_id(self._clock.base)}", rule=rule.id, subject=turn.name, thing=subject.thing,
                name=name, kind=kind, latched=rule.latched, level=rule.level, lon=subject.lon, lat=subject.lat,
                area=subject.area, place=place, unit=unit, value=turn.value, limit=turn.limit, raised=turn.at,
                updated=turn.at, run=self._clock.city.run,
            )  # fmt: skip
        if self.chatter.raised(mark, turn.at):
            self._note("chattering", alarm)
        alarm = replace(alarm, chatter=mark in self.chatter)
        self._set(alarm)
        return {alarm.key: turn.value}

    def _clear(self, turn: Turn) -> None:
        before = self.alarms.get(self._key_of.get((turn.rule, turn.name), ""))
        if before is None or not before.active:
            return
        self.chatter.cleared((turn.rule, turn.name), turn.at)
        self._note("cleared", before, value=turn.value)
        self._become(before, life.cleared(before, turn.at, turn.value, turn.limit))

    def _annunciate(self, alarm: Alarm) -> None:
        self.load.annunciated(self._clock.wall(), alarm.rule, alarm.subject, alarm.name)

    def drop(self, gone: Callable[[Alarm], bool]) -> None:
        """Ends alarms whatever their state: of a rule that is gone, of another run of a demo city."""
        for alarm in [alarm for alarm in self.alarms.values() if gone(alarm)]:
            self._note("gone", alarm)
            self._become(alarm, None)

    # -- time ----------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """What follows from time and from one another: shelves that end, parents, storms, cases, chatter."""
        now, wall = self._clock.now(), self._clock.wall()
        for alarm in list(self.alarms.values()):
            if alarm.state is AlarmState.SHELVED and wall >= alarm.shelf_wall:
                self._unshelve(alarm, now, "")
            elif alarm.state is AlarmState.UNACKNOWLEDGED and (case := self.case_of(alarm.key)) is not None:
                self._note("case", alarm, seat=case[1], reason=case[0])
                self._become(alarm, _ended(life.acknowledged(alarm, now)))
        self._name_places()
        self._suppress()
        while self.ended and wall - next(iter(self.ended.values())) > DAY:
            del self.ended[next(iter(self.ended))]
        for mark in self.chatter.settle(now):
            alarm_ = self.alarms.get(self._key_of.get(mark, ""))
            if alarm_ is not None:
                self._set(replace(alarm_, chatter=False))
        for key, flood in self._floods.of(self.alarms.values(), self.rules).items():
            if self.alarms[key].flood != flood:
                self._set(replace(self.alarms[key], flood=flood))

    def _name_places(self) -> None:
        """Areas may come after what lies in them."""
        if self._areas.version != self._named_by:
            self._named_by = self._areas.version
            for alarm in list(self.alarms.values()):
                if alarm.area and not alarm.place and (place := self._areas.words(alarm.area)):
                    self._set(replace(alarm, place=place))

    def _suppress(self) -> None:
        """Alarms that a parent explains wait until it holds no longer."""
        now = self._clock.now()
        found = parents(self.alarms.values(), self.rules, self._areas.at, self._areas.within)
        for alarm in list(self.alarms.values()):
            parent = found.get(alarm.key, "")
            if alarm.state is AlarmState.UNACKNOWLEDGED and parent:
                self._set(life.suppressed(alarm, parent, now))
                self._note("suppressed", alarm)
            elif alarm.state is AlarmState.SUPPRESSED and not parent:
                self._set(life.released(alarm, now))
                self._note("released", alarm)
                self._annunciate(alarm)
            elif alarm.state is AlarmState.SUPPRESSED and parent != alarm.parent:
                self._set(replace(alarm, parent=parent))

    def _unshelve(self, alarm: Alarm, now: int, seat: str) -> None:
        after = life.unshelved(alarm, now)
        assert not isinstance(after, Message)
        self._note("unshelved", alarm, seat=seat)
        self._become(alarm, after)
        if after is not None:
            self._annunciate(after)

    # -- what persons do -----------------------------------------------------------------------------------------

    def act(self, act: str, keys: Sequence[str], seat: str, reason: str, until: int) -> Message | None:
        """One of `ACTS` on alarms: on those on which it has an effect; a Message says why it had none on any.

        Args:
            until: end of a shelf, city time.
        """
        now = self._clock.now()
        if act not in ACTS:
            return Message("alarms.no_act", {"act": act[:40]})
        if len(reason) > MOST_REASON:
            return Message("alarms.reason_long", {"most": MOST_REASON})
        if act == "shelve" and (problem := _shelf(reason, until - now)):
            return problem
        refused: Message | None = None
        done = False
        for key in dict.fromkeys(keys):
            alarm = self.alarms.get(key)
            if alarm is None:
                refused = Message("alarms.gone_already")
                continue
            after = self._after(act, alarm, now, until)
            if isinstance(after, Message):
                refused = after
                continue
            done = True
            self._note(_DONE[act], alarm, seat=seat, reason=reason)
            self._become(alarm, after)
            if act == "unshelve" and after is not None:
                self._annunciate(after)
        return None if done else refused or Message("alarms.none_chosen")

    def _after(self, act: str, alarm: Alarm, now: int, until: int) -> Alarm | Message | None:
        match act:
            case "acknowledge":
                return life.acknowledged(alarm, now)
            case "shelve":
                rate = self._clock.city.rate
                away = math.ceil((until - now) / rate) if rate > 0 else until - now
                return life.shelved(alarm, now, until, self._clock.wall() + away)
            case "unshelve":
                return life.unshelved(alarm, now)
            case _:
                return life.reset(alarm)

    # -- changes -------------------------------------------------------------------------------------------------

    def _become(self, alarm: Alarm, after: Alarm | None) -> None:
        if after is not None:
            self._set(after)
            return
        del self.alarms[alarm.key]
        del self._key_of[alarm.rule, alarm.subject]
        self._put.pop(alarm.key, None)
        self._gone[alarm.key] = None
        self.ended[alarm.key] = self._clock.wall()

    def _set(self, alarm: Alarm) -> None:
        self.alarms[alarm.key] = alarm
        self._key_of[alarm.rule, alarm.subject] = alarm.key
        self._put[alarm.key] = None

    def note_rule(self, what: str, rule: str, seat: str) -> None:
        """What a person did to a rule."""
        self._last += 1
        wall, now = self._clock.wall(), self._clock.now()
        self._entries.append(Entry(self._last, wall, now, what, rule, seat=seat))

    def _note(self, what: str, alarm: Alarm, seat: str = "", reason: str = "", value: float = life.NAN) -> None:
        self._last += 1
        wall, now = self._clock.wall(), self._clock.now()
        entry = Entry(self._last, wall, now, what, alarm.rule, alarm.thing, alarm.key, seat, reason, value)
        self._entries.append(entry)

    def _leave_out(self) -> None:
        """The oldest entries are lost; one in their place says how many."""
        over = len(self._entries) - MOST_WAITING + 1
        lost, rest = self._entries[:over], self._entries[over:]
        count = sum(int(one.value) if one.what == "lost" else 1 for one in lost)
        last = lost[-1]
        self._entries = [Entry(last.n, last.wall, last.at, "lost", "", value=float(count)), *rest]

    def snapshot(self) -> Mapping[str, Alarm]:
        """As it is now, for `restore`."""
        return dict(self.alarms)

    def restore(self, before: Mapping[str, Alarm]) -> None:
        """Takes back an act that could not be kept; nothing else happened meanwhile."""
        self.alarms = dict(before)
        self._key_of = {(alarm.rule, alarm.subject): alarm.key for alarm in self.alarms.values()}
        self._put, self._gone, self._entries = {}, {}, []

    def open(self) -> Iterator[Alarm]:
        """Those in an operator's list."""
        return (alarm for alarm in self.alarms.values() if alarm.state in OPEN)


def _shelf(reason: str, length: int) -> Message | None:
    if not reason.strip():
        return Message("alarms.shelve_reason")
    if length <= 0:
        return Message("alarms.shelve_end")
    return Message("alarms.shelve_long", {"days": LONGEST_SHELF // DAY}) if length > LONGEST_SHELF else None


def _ended(after: Alarm | Message | None) -> Alarm | None:
    assert not isinstance(after, Message)
    return after
