"""A rehearsal 演练: a scripted scenario, or a stretch of tape, in a world of its own. Structs of the asks.

`rehearse.list`    → `Rehearsals`
`rehearse.start`   `Begin` → `Rehearsal`
`rehearse.stop`    `Which` → `Rehearsal`
`rehearse.join`    `Which` → `Entry`: how a seat or a machine of the wall gets in
`rehearse.report`  `Which` → `Report`

The drill's hub tells those who take part how it goes: `Progress` on its topic `drill`.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from cockpit.model.messages import Message
from cockpit.model.wallasks import EventHere

TOPIC = "drill"
NEWS = "rehearsal"
"""The real hub tells on it what runs: `RehearsalNews`."""
PREFIX = "drill:"
"""What the world of a rehearsal begins with."""
Text = dict[str, str]


class Stage(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    OVER = "over"
    FAILED = "failed"


class Scenario(msgspec.Struct, frozen=True):
    """A script that can be played.

    Attributes:
        id: name of its file. minutes: how long it lasts, of the city's time. own: it is the site's own.
    """

    id: str
    name: Text
    about: Text
    minutes: float
    own: bool = False
    problem: Message | None = None


class Begin(msgspec.Struct, frozen=True):
    """What is to be rehearsed.

    Attributes:
        scenario: id of one that the hub has; text: or a script of its own, as TOML; neither: a stretch of tape.
        at, until: of the tape, hub's wall clock, UTC us; until 0: to its end. rate: how fast it runs, 1 as it was.
        walls: that show it. scene: that they show, "" what the scenario says.
    """

    scenario: str = ""
    text: str = ""
    at: int = 0
    until: int = 0
    rate: float = 1.0
    walls: tuple[str, ...] = ()
    scene: str = ""


class Which(msgspec.Struct, frozen=True):
    """A rehearsal by its id; "": the one that runs, or the last."""

    id: str = ""


class Rehearsal(msgspec.Struct, frozen=True):
    """One rehearsal.

    Attributes:
        by: user of the bus who began it. began, ended: hub's wall clock, UTC us, 0 not yet.
        walls: that show it. problem: why it is over, where nobody ended it.
    """

    id: str
    name: Text
    stage: Stage
    by: str
    began: int
    ended: int = 0
    walls: tuple[str, ...] = ()
    tape: bool = False
    problem: Message | None = None

    @property
    def on(self) -> bool:
        return self.stage in (Stage.STARTING, Stage.RUNNING)


class Rehearsals(msgspec.Struct, frozen=True):
    """All that is known: the one that runs first, then those that are over, newest first; and what can be played."""

    all: tuple[Rehearsal, ...]
    scenarios: tuple[Scenario, ...]


class RehearsalNews(msgspec.Struct, frozen=True):
    """The rehearsal that runs, () none."""

    running: tuple[Rehearsal, ...] = ()


class Entry(msgspec.Struct, frozen=True):
    """The way into a rehearsal, good as long as it runs.

    Attributes:
        url: of its bus on the hub's machine, "" for a machine of the hall; port: where such a machine comes in by TLS.
        user, password, role: of the key, which opens nothing else.
        city: id of its pack.
    """

    id: str
    name: Text
    url: str
    port: int
    user: str
    password: str
    role: str
    city: str


class Progress(msgspec.Struct, frozen=True):
    """How a rehearsal goes, told once a second.

    Attributes:
        seconds: since it began, city time. cue: what the script says to those who take part, "" nothing; cue_at: since
            which second. held: how many messages and calls stayed inside.
        over: the script, or the tape, has come to its end.
    """

    id: str
    name: Text
    seconds: float
    cue: Text = {}
    cue_at: float = 0.0
    held: int = 0
    over: bool = False


# -- the report ---------------------------------------------------------------------------------------------------


class Did(msgspec.Struct, frozen=True):
    """Who did what when.

    Attributes:
        at: city time, UTC us. who: a person, a unit's name, or the user of the bus; role: of that.
        case, order: printed numbers, "" none.
    """

    at: int
    who: str
    role: str
    what: Message
    case: str = ""
    order: str = ""
    words: str = ""


class StageTime(msgspec.Struct, frozen=True):
    """How long a case stood at a stage; us of city time. limit 0: none. open: it still stands there."""

    case: str
    kind: Text
    level: int
    stage: Text
    took: int
    limit: int = 0
    open: bool = False

    @property
    def kept(self) -> bool | None:
        """Whether the limit was kept; None: there is none, or it is not over."""
        if not self.limit or (self.open and self.took <= self.limit):
            return None
        return self.took <= self.limit


class OrderTime(msgspec.Struct, frozen=True):
    """How an order went: us from its issue until it was read, the unit was there, it was done; -1 it never was."""

    case: str
    order: str
    unit: str
    state: str
    read: int
    there: int
    done: int
    there_limit: int
    done_limit: int


class Held(msgspec.Struct, frozen=True):
    """What would have left: `sms` or `call`, to whom (no number), and the words."""

    at: int
    way: str
    to: str
    words: str
    order: str = ""


class Report(msgspec.Struct, frozen=True):
    """What came of a rehearsal. began, ended: city time, UTC us."""

    id: str
    name: Text
    city: Text
    began: int
    ended: int
    did: tuple[Did, ...] = ()
    stages: tuple[StageTime, ...] = ()
    orders: tuple[OrderTime, ...] = ()
    held: tuple[Held, ...] = ()


# -- the hub and its child -----------------------------------------------------------------------------------------


class Play(msgspec.Struct, frozen=True):
    """The first line that the child is told.

    Attributes:
        profile: folder of the drill, with keys of its own; pack: folder of the city pack.
        script: file of the scenario, "" where a tape is played: of `tape`, whether it is still written (`growing`),
            from `at` to `until` at `rate`.
        outside: address and port for machines of the hall, and the profile whose certificate they know; "" none.
    """

    id: str
    name: Text
    profile: str
    pack: str
    script: str = ""
    tape: str = ""
    growing: bool = False
    at: int = 0
    until: int = 0
    rate: float = 1.0
    address: str = ""
    port: int = 0
    authority: str = ""


class Question(msgspec.Struct, frozen=True):
    """What the child is asked, a line each after the first: its open events, or the key of the one that is meant.

    Attributes:
        n: its number, from 1. event: as a person named it, "" all.
    """

    n: int
    event: str = ""


class Told(msgspec.Struct, frozen=True):
    """What the child says, a line each: where its bus is once it can be joined, or why it ends; or an answer.

    Attributes:
        n: number of the question that it answers, 0 none. events, event: what was asked for; problem: why not.
    """

    url: str = ""
    problem: Message | None = None
    n: int = 0
    events: tuple[EventHere, ...] = ()
    event: str = ""
