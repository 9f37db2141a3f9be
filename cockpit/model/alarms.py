"""Alarms by rules of our own: the rules as data, and what a person can do with an alarm (ISA-18.2)."""

from __future__ import annotations

import contextlib

import msgspec

from cockpit.model.city import Text
from cockpit.model.messages import Message
from cockpit.model.typed import from_json

RULE_KINDS = ("threshold", "rate", "absence", "count", "combination", "geofence")
ACTS = ("acknowledge", "shelve", "unshelve", "reset")


class Window(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a rule holds, Shanghai time: `start` and `end` as HH:MM (over midnight where end is before start), `days`
    of the week 1–7, () every day."""

    start: str = ""
    end: str = ""
    days: tuple[int, ...] = ()


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """One rule. Which fields count depends on `kind`; `cockpit.signs.rules.check` says what is wrong in a sentence.

    Attributes:
        id, name: unique; what it is called.
        kind: one of `RULE_KINDS`.
        topic: table that it watches: `sensor`, `sign`, `event`, `unit`, `feed`, `camera`.
        where: what of it, column to word (with * at the end), or [low, high].
        measure: column that is compared (`value`); "" where things are counted.
        above, below: bounds; hysteresis: how far back before it clears; delay, off_delay: seconds that it must be so.
        per: seconds that a rate of change is over, or that a count's window is long.
        more_than: a count's bound; area_tier: counted in areas of this tier, -1 everywhere together.
        silence: seconds without news (absence); 0: three beats of the thing.
        all_of, any_of: ids of rules (combination), together within `per` seconds, in the same area of `area_tier`.
        ring: ((lon, lat), …) WGS-84 of a geofence; inside: raised by what is inside, else by what leaves.
        hours: when it holds.
        level: 1 to 4 as `Level`; case_kind: class of event that a case of it gets.
        latched: stays until a person resets it.
        parent: id of the rule whose alarm, while it stands in the same area, suppresses this one's; "" none.
        flood: name of what it is counted together with while many stand (a storm), "" its own.
        enabled: whether it runs.
        owner, why, guide: who answers for it, why it is there, what the operator does.
        version: counts up with each change; changed, by: when (UTC us) and by which seat.
    """

    id: str
    name: Text
    kind: str
    topic: str
    where: dict[str, str | float | list[float]] = {}
    measure: str = ""
    above: float | None = None
    below: float | None = None
    hysteresis: float = 0.0
    delay: float = 0.0
    off_delay: float = 0.0
    per: float = 0.0
    more_than: int = 0
    area_tier: int = -1
    silence: float = 0.0
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    ring: tuple[tuple[float, float], ...] = ()
    inside: bool = True
    hours: Window = Window()
    level: int = 3
    case_kind: str = ""
    latched: bool = False
    parent: str = ""
    flood: str = ""
    enabled: bool = True
    owner: Text = {}
    why: Text = {}
    guide: Text = {}
    version: int = 1
    changed: int = 0
    by: str = ""


class Firing(msgspec.Struct, frozen=True):
    """One time that a rule would have fired in a dry run: at (UTC us of the city), on which thing, with which value,
    until when; 0: it still stood at the end."""

    at: int
    thing: str
    name: str
    value: float
    until: int = 0
    lon: float = float("nan")
    lat: float = float("nan")


class Tried(msgspec.Struct, frozen=True):
    """What a rule would have done between `start` and `end` (UTC us of the city), as far as there is a tape and the
    time that a dry run may take: `times` in all, the first of them. What held at `start` already is one time too.

    Attributes:
        problem: why it could not be tried, or what was missing on the tape.
    """

    start: int
    end: int
    times: int = 0
    firings: tuple[Firing, ...] = ()
    problem: Message | None = None


class Offender(msgspec.Struct, frozen=True):
    """A rule or thing that raises the most alarms: how many in 24 h, which share of all, chattering or stale.

    Attributes:
        thing: key of the thing, "" for the rule as a whole; name: what the thing is called.
        standing: microseconds that it stands, where that is more than 24 h (stale), else 0.
        delay: seconds of delay under which a chattering one would not have been raised so often; 0 none is suggested.
    """

    rule: str
    thing: str
    times: int
    share: float
    chatter: bool = False
    standing: int = 0
    delay: float = 0.0
    name: str = ""


class Load(msgspec.Struct, frozen=True):
    """How many alarms an operator has (ISA-18.2: 1 in ten minutes is good, 2 the most, more than 10 a flood).

    Attributes:
        ten_minutes: annunciated in the last ten, per operator who is there.
        operators: seats that are there.
        flood: since when there is a flood, UTC us, 0 none.
        hours: alarms in each of the last 24 hours, oldest first.
        offenders: the worst first, at most ten.
        today: alarms in the last 24 hours, per operator; unacknowledged, stale: how many there are now.
        problem: why the hub can not keep its alarms or their rules now; None: all is well.
        known: whether it is counted at all; not in a replay, where the load of now says nothing.
    """

    ten_minutes: float = 0.0
    operators: int = 1
    flood: int = 0
    hours: tuple[int, ...] = ()
    offenders: tuple[Offender, ...] = ()
    today: float = 0.0
    unacknowledged: int = 0
    stale: int = 0
    problem: Message | None = None
    known: bool = True


class Entry(msgspec.Struct, frozen=True):
    """What happened to an alarm or to a rule, as it is kept.

    Attributes:
        n: its number, counting up; wall: UTC us of the hub's clock; at: of the city's.
        what: `raised`, `raised_silently` (on its shelf, or explained by its parent), `cleared`, `acknowledged`,
            `shelved`, `unshelved`, `reset`, `suppressed`, `released`, `chattering`, `case`, `gone` (its rule is gone),
            `rule_saved`, `rule_removed`, `lost` (`value` entries that the disk did not take and that were too many to
            wait).
        rule: id; thing: key, "" none; alarm: key, "" of a rule.
        seat: who did it, "" the hub by itself; reason: in that person's words; value: NaN none.
    """

    n: int
    wall: int
    at: int
    what: str
    rule: str
    thing: str = ""
    alarm: str = ""
    seat: str = ""
    reason: str = ""
    value: float = float("nan")


# -- what a seat asks the hub, and is told ------------------------------------------------------------------------


class RuleSet(msgspec.Struct, frozen=True):
    """All rules of a hub, in order; `version` goes up with every change."""

    rules: tuple[Rule, ...] = ()
    version: int = 0


class Pulse(msgspec.Struct, frozen=True):
    """Told to all seats each five seconds: the load, and the version of the rules."""

    load: Load
    rules: int


class ActWanted(msgspec.Struct, frozen=True):
    """`alarms.act`: one of `ACTS` on alarms; `until` is UTC us of the city."""

    act: str
    keys: tuple[str, ...]
    reason: str = ""
    until: int = 0


class SaveWanted(msgspec.Struct, frozen=True):
    """`alarms.save`; `rule.version` is the one that was seen, 0 for a new one."""

    rule: Rule


class RuleWanted(msgspec.Struct, frozen=True):
    """`alarms.remove` and `alarms.history`: a rule by id; `version`: the one that was seen."""

    rule: str
    version: int = 0


class TryWanted(msgspec.Struct, frozen=True):
    """`alarms.try`: begins a dry run, or asks for one that goes on (`job`, "" begins one)."""

    rule: Rule
    start: int
    end: int
    job: str = ""


class Trying(msgspec.Struct, frozen=True):
    """How far a dry run is; `tried` is there when it is over. `at`: UTC us of the city that it has reached."""

    job: str
    at: int = 0
    tried: Tried | None = None


class History(msgspec.Struct, frozen=True):
    """Earlier versions of a rule, the newest first."""

    rules: tuple[Rule, ...] = ()


class EntriesWanted(msgspec.Struct, frozen=True):
    """`alarms.entries`: what happened to an alarm, or to all of a rule, or at all (both ""), the newest first."""

    alarm: str = ""
    rule: str = ""
    before: int = 0
    most: int = 200


class Entries(msgspec.Struct, frozen=True):
    entries: tuple[Entry, ...] = ()


def text_of(name: str) -> Text:
    """The name of an alarm's thing, or of a feed, as a pack's text: a plain word, or JSON of `{zh, en}`."""
    if name.startswith("{"):
        with contextlib.suppress(msgspec.MsgspecError):
            text = from_json(name, type=dict[str, str])
            if "zh" in text:
                return text
    return {"zh": name}
