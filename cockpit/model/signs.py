"""Vital signs 体征: what an indicator is, as data. A *definition* (`Sign`) has *items*: one an area, or a part of it.

Values are float64 in the sign's unit, times UTC microseconds of the city's clock.
"""

from __future__ import annotations

from math import inf

import msgspec

from cockpit.model.city import Text
from cockpit.model.clock import DAY, HOUR

DIRECTIONS = ("up", "down", "band", "none")
"""More is better, less is better, within a band, no direction (context)."""
GRAINS = ("minute", "hour", "day")
AGGREGATES = ("sum", "mean", "min", "max", "last", "count", "share", "none")
"""How values of areas or times become one; `share` is of numerator and denominator, `none`: not at all."""


class Threshold(msgspec.Struct, frozen=True, omit_defaults=True):
    """From where on a value has a level.

    Attributes:
        level: 1 to 4 as `Level`.
        above, below: the bound that is passed; one of them, or both for a band that is left at either end.
        hysteresis: how far back inside the value must be before the level ends, in the sign's unit.
        delay: seconds that it must be passed before the level begins.
        source: where the bound was read, in the language or languages that it is written in; "" ours, and shown so.
    """

    level: int
    above: float | None = None
    below: float | None = None
    hysteresis: float = 0.0
    delay: float = 0.0
    source: Text | str = ""


class Sign(msgspec.Struct, frozen=True, omit_defaults=True):
    """One indicator.

    Attributes:
        code: unique ("A01").
        name: what it is called.
        theme: code of the branch that it hangs on.
        unit: as printed, "" none. One that is a word of a language (件) is a `{zh, en}` text, whose en may be "" (个).
        decimals: digits after the point.
        direction: one of `DIRECTIONS`.
        every: its beat in seconds.
        basis: T21, T23, Y, W, O (TAXONOMY 5.2).
        origin: `measured` or `reported`; reported ones carry `source` and `period` in words.
        source, period: of a reported value, as `unit`.
        input: where values come from: `events`, `cases`, `orders`, `sensors:<kind>`, `units`, `cameras`, `alerts`,
            `feeds`, `alarms`, `signs`, `feed:<id>`, `import`; "" a formula only.
        where: what of the input counts, column to word or bounds ({"kind": "E05*", "state": 0}), see
            `cockpit.signs.definitions`.
        measure: which column of the input, "" for counting.
        formula: of other signs' codes (`A06 / A02 * 100`), `x` is its own input; "" none.
        by_area, by_time: how areas and times become one, of `AGGREGATES`.
        weight: code of the sign that weights a mean over areas, "" none.
        parts: column of the input that its composition is by (`kind`, `channel`, `feed`), "" none.
        thresholds: the gravest first.
        target: what is aimed at, None nothing.
        owner: who answers for it.
        low, high: values outside are not believed.
    """

    code: str
    name: Text
    theme: str
    unit: Text | str = ""
    decimals: int = 0
    direction: str = "none"
    every: float = 60.0
    basis: str = "O"
    origin: str = "measured"
    source: Text | str = ""
    period: Text | str = ""
    input: str = ""
    where: dict[str, str | float | list[float]] = {}
    measure: str = ""
    formula: str = ""
    by_area: str = "sum"
    by_time: str = "mean"
    weight: str = ""
    parts: str = ""
    thresholds: tuple[Threshold, ...] = ()
    target: float | None = None
    owner: Text = {}
    low: float | None = None
    high: float | None = None


class Theme(msgspec.Struct, frozen=True, omit_defaults=True):
    """A branch of the tree: `parent` is the code of the branch above, "" at the top."""

    code: str
    name: Text
    parent: str = ""


def zh_of(words: Text | str) -> str:
    """A unit or source as its pack writes it."""
    return words if isinstance(words, str) else words["zh"]


class SignSet(msgspec.Struct, frozen=True):
    """All definitions that a hub runs, in order. `version` goes up with every change.

    Attributes:
        unfed: codes of signs that nothing is connected for: 尚无数据 until somebody connects or imports it.
    """

    themes: tuple[Theme, ...] = ()
    signs: tuple[Sign, ...] = ()
    version: int = 0
    unfed: tuple[str, ...] = ()


class Sparks(msgspec.Struct, frozen=True):
    """The last hours or days of many items, for sparklines: `count` buckets of `grain` up to now.

    Attributes:
        keys: of the items, in the order that was asked for; one without a history is a row of NaN.
        start: of the first bucket, UTC us; step: us from one to the next.
        values: float64 little-endian, shape (len(keys), count): the mean of each bucket, NaN where there was none.
    """

    keys: tuple[str, ...]
    grain: str
    start: int
    step: int
    count: int
    values: bytes = b""


class Thing(msgspec.Struct, frozen=True):
    """One of the things that a live item is made from: row `key` of table `topic` ("case": id of a case) in `area`.

    Attributes:
        value: what it brings, in the sign's unit before any formula; NaN where things are only counted.
        name: as its table writes it, "" where it has none.
        measured: when, UTC us.
    """

    topic: str
    key: str
    area: str
    value: float
    name: str = ""
    measured: int = 0


class Series(msgspec.Struct, frozen=True):
    """What an item was over a time: columns of one length n, oldest first; gaps are gaps, never zeros.

    Attributes:
        key: of the item (`sign/A01@330100`).
        grain: one of `GRAINS`, or `raw`.
        start: of each bucket, UTC us; mean, least, most, last: float64, NaN none; n: values in it; all of
            them little-endian bytes, start and n int64.
    """

    key: str
    grain: str
    start: bytes = b""
    mean: bytes = b""
    least: bytes = b""
    most: bytes = b""
    last: bytes = b""
    n: bytes = b""


def compared_span(every: float) -> int:
    """How far back `previous` (环比) of a sign with this beat lies, us: the hour before for what moves within the hour,
    else the day, the month (30 days) or the year before."""
    return next(
        span for most, span in ((3_600.0, HOUR), (86_400.0, DAY), (3e6, 30 * DAY), (inf, 365 * DAY)) if every <= most
    )


def key_of(code: str, area: str, part: str = "") -> str:
    """Key of an item in the table `sign`."""
    return f"sign/{code}@{area}" + (f"#{part}" if part else "")
