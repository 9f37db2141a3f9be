"""What is asked of the archive, and what is answered: a figure, its parts, its course, the rows it is made of.

Every answer says as of when, whether *measured* or *reported*, and how many records it stands on. A rate whose base is
empty is None, never 0.
"""

from __future__ import annotations

import msgspec

from cockpit.model.city import Text
from cockpit.model.messages import Message
from cockpit.model.scope import Scope

MEASURES = (
    "count", "open", "closed", "overdue", "late", "urged", "returned", "reopened",
    "closing_rate", "on_time_rate", "rework_rate", "reopen_rate", "overdue_rate", "satisfaction_rate",
    "mean_hours", "median_hours", "mean_response", "per_day", "amount_max", "amount_mean",
    "max_hours", "min_hours", "median_response", "max_response", "min_response", "amount_min", "amount_sum",
)  # fmt: skip
"""Numbers of a scope. Counts in records; rates in %; `*_hours` from report to closing in hours; `*_response` from
assignment to arrival in minutes; `amount_*` in the unit of the kind's own number."""
UNSETTLED = frozenset(("open", "overdue", "closing_rate"))
"""Measures whose past goes on: of what was reported yesterday more is closed by now than was at this time yesterday, so
that the value of the period before stands beside theirs and no difference is made of the two."""
RATES = frozenset(name for name in MEASURES if name.endswith("_rate"))
DIMENSIONS = (
    "district", "street", "community", "cell", "kind", "group", "channel", "level", "stage", "result", "unit",
    "unit_kind", "hour", "weekday", "day", "week", "month",
)  # fmt: skip
"""By what a scope can be split."""
GRAINS = ("hour", "day", "week", "month")


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One number.

    Attributes:
        scope: of what.
        value: None: no records to make it of (暂无数据), never zero for that.
        unit: as printed (%, µg/m³), `case`, `h` or `min`, or a pack's word for it as a `{zh, en}` text.
        n: records in the scope; base: those that a rate is of.
        before: the same of the period that it is compared with, None unknown; change: value - before.
        target: what is aimed at, None nothing; better: 1 more is better, -1 less, 0 neither.
        as_of: until when the archive is complete, UTC us.
        origin: `measured` or `reported`; source: where it comes from, in words' ids or the sign's own.
        level: 1 to 4 where a threshold is passed, else 0.
    """

    scope: Scope
    value: float | None
    unit: Text | str = ""
    decimals: int = 0
    n: int = 0
    base: int = 0
    before: float | None = None
    change: float | None = None
    target: float | None = None
    better: int = 0
    as_of: int = 0
    origin: str = "measured"
    source: Text | str = ""
    level: int = 0


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part of a composition.

    Attributes:
        code: of the dimension (area code, kind, unit key, `1`…`5`, hour 0–23, day as its start in us): text.
        name: as printed, where the archive knows (areas, units, kinds); "" the panel says it.
        scope: the scope that shows this part alone: drilling pushes it.
        share: of the whole by records, 0–1.
    """

    code: str
    name: str
    scope: Scope
    value: float | None
    n: int = 0
    before: float | None = None
    share: float = 0.0


class Split(msgspec.Struct, frozen=True, omit_defaults=True):
    """A composition: all parts; counts of them sum to the figure. `rest`: records that have no such part (no unit)."""

    figure: Figure
    by: str
    parts: tuple[Part, ...]
    rest: int = 0


class Trend(msgspec.Struct, frozen=True, omit_defaults=True):
    """The course of a figure. `starts` of the buckets, UTC us; values beside them, None a bucket without; `before`: of
    the period that it is compared with, bucket by bucket."""

    figure: Figure
    grain: str
    starts: tuple[int, ...]
    values: tuple[float | None, ...]
    before: tuple[float | None, ...] = ()


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record as a table shows it; see `model.archive.RECORD`."""

    key: str
    number: str
    kind: str
    level: int
    channel: str
    area: str
    place: str
    lon: float
    lat: float
    amount: float | None
    unit: str
    unit_kind: str
    stage: str
    result: str
    reported: int
    filed: int
    assigned: int
    arrived: int
    finished: int
    closed: int
    due: int
    urged: int
    returned: int
    reopened: int
    satisfied: int


class Rows(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of the rows that a figure is made of; `total`: how many there are, which agrees with the figure's n."""

    figure: Figure
    rows: tuple[Row, ...]
    total: int
    offset: int = 0


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """One unit (or area) of a league, fair by load.

    Attributes:
        rank: from 1; those with too few cases to be compared have none: 0.
        score: 0–100; basis: what it is made of, measure to (value, weight, what it brought).
        load: its cases; usual: what those of its like (units of its kind, else all) have in the mean.
    """

    code: str
    name: str
    scope: Scope
    rank: int
    score: float | None
    load: int
    usual: float | None = None
    basis: dict[str, tuple[float | None, float, float]] = {}


class League(msgspec.Struct, frozen=True, omit_defaults=True):
    figure: Figure
    by: str
    standings: tuple[Standing, ...]
    least: int = 0
    """Cases below which nobody is ranked."""


# -- beside one another --------------------------------------------------------------------------------------------


class Side(msgspec.Struct, frozen=True):
    """One of the areas that are compared."""

    code: str
    name: str
    figure: Figure
    trend: Trend


class Comparison(msgspec.Struct, frozen=True):
    """Areas side by side, as in `Scope.areas`; figure: of the scope itself."""

    figure: Figure
    sides: tuple[Side, ...]


class BeforeAfter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A measure that began at `Scope.at`, by whole weeks before and after it, beside the rest of the city.

    Attributes:
        before, after: the figure of each side; weeks: length of each.
        rest_before, rest_after: the same of the city without this area, None where the scope is the whole city.
        change: of counts and times in %, of rates in points. effect: change less that of the rest.
        sure: the change is more than chance would make of so many records (95 %).
        enough: there are enough weeks and records; else `why`.
    """

    before: Figure
    after: Figure
    weeks: int
    rest_before: float | None = None
    rest_after: float | None = None
    change: float | None = None
    effect: float | None = None
    sure: bool = False
    enough: bool = False
    why: Message | None = None


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that is another than usual at this weekday and hour.

    Attributes:
        scope: that shows it. kind: code of a class; "" of a sign. area: code; name: of the area or the sign.
        value, usual: now, and the mean of the weeks before; weeks: how many of them.
        score: by how many of its usual deviations it is off, + more, - less.
    """

    scope: Scope
    kind: str
    area: str
    name: str
    value: float
    usual: float
    weeks: int
    score: float


class Changes(msgspec.Struct, frozen=True):
    """What changed most, the greatest first."""

    figure: Figure
    changes: tuple[Change, ...]


class Contribution(msgspec.Struct, frozen=True):
    """What a part brings to a change; `share` of all that is brought, + in its direction."""

    code: str
    name: str
    scope: Scope
    value: float | None
    before: float | None
    brings: float
    share: float


class Explained(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change of a figure by parts: what they and the rest bring sums to it; the greatest first."""

    figure: Figure
    by: str
    parts: tuple[Contribution, ...]
    rest: float = 0.0


class CheckLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One class group or area of a check-up.

    Attributes:
        n, previous, year: cases; of the month before (环比) and of the year before (同比), None unknown.
        on_time, on_time_before: in %. share: of all, 0–1.
        flags: what passed a threshold: `more`, `fewer`, `late`, `rework`, `unhappy`.
    """

    code: str
    name: str
    scope: Scope
    n: int
    previous: int | None = None
    year: int | None = None
    on_time: float | None = None
    on_time_before: float | None = None
    hours: float | None = None
    share: float = 0.0
    flags: tuple[str, ...] = ()


class Checkup(msgspec.Struct, frozen=True):
    """每月体检: a month by groups of classes and by areas, and what changed most in it."""

    figures: tuple[Figure, ...]
    groups: tuple[CheckLine, ...]
    areas: tuple[CheckLine, ...]
    changes: tuple[Change, ...]


# -- queries -------------------------------------------------------------------------------------------------------


class AskFigure(msgspec.Struct, frozen=True, tag="figure"):
    scope: Scope


class AskSplit(msgspec.Struct, frozen=True, tag="split"):
    scope: Scope
    by: str


class AskTrend(msgspec.Struct, frozen=True, tag="trend"):
    scope: Scope
    grain: str = ""
    """"" the one that fits the period."""


class AskRows(msgspec.Struct, frozen=True, tag="rows"):
    scope: Scope
    order: str = "-reported"
    offset: int = 0
    limit: int = 200


class AskLeague(msgspec.Struct, frozen=True, tag="league"):
    scope: Scope
    by: str = "unit"


class AskCompare(msgspec.Struct, frozen=True, tag="compare"):
    """The areas of `scope.areas`; none: those right below `scope.area`."""

    scope: Scope


class AskBeforeAfter(msgspec.Struct, frozen=True, tag="before_after"):
    scope: Scope


class AskChanges(msgspec.Struct, frozen=True, tag="changes"):
    """What changed most in the scope's period, classes and signs by area."""

    scope: Scope
    most: int = 20
    by: str = ""
    """Tier of areas, "" the one right below the scope's."""


class AskExplained(msgspec.Struct, frozen=True, tag="explained"):
    """Why the figure is another than that of the period that it is compared with; `by` "": what explains most."""

    scope: Scope
    by: str = ""


class AskCheckup(msgspec.Struct, frozen=True, tag="checkup"):
    """Of the scope's period, a month."""

    scope: Scope


Query = (
    AskFigure
    | AskSplit
    | AskTrend
    | AskRows
    | AskLeague
    | AskCompare
    | AskBeforeAfter
    | AskChanges
    | AskExplained
    | AskCheckup
)
Answer = Figure | Split | Trend | Rows | League | Comparison | BeforeAfter | Changes | Explained | Checkup
