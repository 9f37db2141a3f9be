"""Scope: what a leader looks at, area × time × kind × unit, and which number of it; every panel follows one.

A scope is a value: panels make another from it (`with_`), the drill stack keeps them, a link says one exactly.
"""

from __future__ import annotations

import msgspec

STATES = ("open", "overdue", "late")
"""Words of `Scope.stages` that are no stages: how a record stands."""
MARKS = ("open", "closed", "overdue", "late", "on_time", "urged", "returned", "reopened", "satisfied", "unsatisfied",
         "rated", "arrived", "not_urged", "not_returned", "not_reopened", "not_rated", "not_arrived")  # fmt: skip
"""What may have become of a record: urged, returned, reopened at least once; satisfied with 4 or 5 of 5, unsatisfied
with less, rated at all; on_time closed before it was due; arrived: somebody was there. `returned2`: twice or more."""
COUNTED = ("urged", "returned", "reopened")
"""Marks that may have a number behind them: so many times or more."""
TIMES = ("closed", "due", "assigned", "arrived", "finished")
"""Times of a record, beside that of its report, that a period can be of."""


def counted(mark: str) -> tuple[str, int]:
    """A mark without its number, and that: `returned2` is (returned, 2); others have 1."""
    name = mark.rstrip("0123456789")
    times = mark[len(name) :]
    return (name, int(times)) if name in COUNTED and 0 < len(times) < 3 else (mark, 1)


def is_mark(mark: str) -> bool:
    """Whether it is one of `MARKS`, or one of `COUNTED` with a number."""
    return counted(mark)[0] in MARKS


class Span(msgspec.Struct, frozen=True, omit_defaults=True):
    """A period [start, end), UTC us.

    Attributes:
        word: what was said: `today`, `yesterday`, `week`, `last_week`, `month`, `last_month`, `year`, `last_year`,
            `last7`, `last30`, `hours24`, `2026-06`, `2026-06-20`; "" a period of its own. One that goes on (`today`)
            moves along with the city's clock while it is looked at; a link carries both, and shows the exact state.
    """

    start: int
    end: int
    word: str = ""


class Scope(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is looked at. A part that is empty does not restrict.

    Attributes:
        span: records that were reported in it; with `when`, one of `TIMES`, those of which that time lies in it.
        area: code of an area of any tier, "" the whole city.
        kinds: codes of classes, or of groups (`E05`): any of them.
        channels, levels, stages, results: any of them; stages also `STATES`: `open`, `overdue` (open and late), `late`
            (open or closed, late), which hold beside the stages proper: `overdue` and `handling` is what is both.
        marks: of `MARKS` (`is_mark`), all of which hold.
        hours, weekdays: of the report in Shanghai, 0–23 and 0 (Monday) – 6, any of them.
        unit: key of a unit; unit_kind: id of a kind of units.
        place: words that the place must hold.
        amount: bounds of the kind's own number (depth 30 and more: (30, inf)), () none.
        took: bounds of the hours from its report to its closing, of an open one until now, () none.
        reached: bounds of the minutes from its assignment to the arrival, of those that have both, () none.
        behind: bounds of the hours from its due time to its closing, of an open one until now, of those that are late,
            () none.
        measure: of `insight.MEASURES`, or `sign:<code>` of a sign, `sign:<code>:max` (min, mean, last) of its period.
        by: the dimension of its composition that is shown, of `insight.DIMENSIONS`, "" none chosen.
        against: the period that it is compared with.
        areas: areas to be compared side by side, () none.
        at: of a measure that began then: before and after it are compared, 0 none.
        key: of the record that is looked at in the end, "" none.
    """

    span: Span
    when: str = ""
    area: str = ""
    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    stages: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    hours: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    unit: str = ""
    unit_kind: str = ""
    place: str = ""
    amount: tuple[float, ...] = ()
    took: tuple[float, ...] = ()
    reached: tuple[float, ...] = ()
    behind: tuple[float, ...] = ()
    measure: str = "count"
    by: str = ""
    against: Span | None = None
    areas: tuple[str, ...] = ()
    at: int = 0
    key: str = ""

    def with_(self, **parts: object) -> Scope:
        """The same with other parts."""
        return msgspec.structs.replace(self, **parts)
