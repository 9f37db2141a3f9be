"""What may stand in pack.toml and in the files of kinds: structs that msgspec checks, unknown keys refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(min_length=1)]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_\-]+$")]
Level = Annotated[int, Meta(ge=1, le=5)]
Positive = Annotated[float, Meta(gt=0)]
# the same words as cockpit.model.city names; a test holds the two together
Pattern = Literal[
    "water", "lift", "tree", "power", "pit", "lamp_signal", "lid", "waste", "board", "street_lamp", "speech", "fire",
    "camera", "road", "smoke", "pipe", "stall", "noise", "bike", "other",
]  # fmt: skip
Shape = Literal["circle", "square", "shield", "triangle", "hexagon", "pentagon"]
Basis = Literal["S", "G", "P", "C", "R", "M", "O"]
Clock = tuple[str, str, str, str, str]
Hours = Annotated[str, Meta(pattern=r"^([01]\d|2[0-4]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$")]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table whose unknown keys are mistakes."""


class Words(Strict, frozen=True):
    """A text of a pack: Chinese always, English where there is one."""

    zh: Name
    en: str = ""

    def text(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en} if self.en else {"zh": self.zh}


class SystemRow(Strict, frozen=True):
    id: Id
    name: Words
    owner: Words | None = None
    classification: Literal["", "public", "internal", "sensitive"] = ""


class FeedRow(Strict, frozen=True):
    id: Id
    name: Words
    source: str
    url: Name
    format: str
    datum: str
    beat: Positive
    topic: str
    system: str = ""
    of: str = ""
    expected: Annotated[float, Meta(ge=0)] = 0.0
    queue: Literal["all", "latest", "sample"] = "all"
    room: Annotated[int, Meta(ge=1, le=1_000_000)] = 10_000
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    mapping: dict[str, Any] = msgspec.field(default_factory=dict)


class FeedsFile(Strict, frozen=True):
    """A site's feeds.toml. `include` names further ones, `*` allowed, from the folder of the file."""

    include: list[Name] = []
    systems: list[SystemRow] = []
    feeds: list[FeedRow] = []


class PackFile(Strict, frozen=True):
    id: Id
    code: Annotated[str, Meta(pattern=r"^\d{6}$")]
    name: Words
    bounds: tuple[float, float, float, float]
    centre: tuple[float, float]
    zoom: Annotated[float, Meta(ge=1, le=22)]
    timezone: Name
    credit: Words
    notice: Words
    kinds: Id
    operations: Id
    tiers: Annotated[list[Words], Meta(min_length=1, max_length=5)]
    feeds: list[FeedRow]
    systems: list[SystemRow] = []
    loop: Id = "loop"
    approval: Annotated[str, Meta(max_length=60)] = ""
    base: list[Any] = []
    signs: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_\-]*$")] = ""


class GroupRow(Words, frozen=True, kw_only=True):
    pattern: Pattern
    level: Level
    basis: Basis
    source: str = ""


class KindRow(Words, frozen=True, kw_only=True):
    pattern: Pattern | None = None
    level: Level | None = None
    basis: Basis | None = None
    source: str | None = None
    fact: Words | None = None
    unit: Words | str = ""


class FindingRow(Words, frozen=True, kw_only=True):
    kind: Id


class KindsFile(Strict, frozen=True):
    """Rows are checked one by one (`GroupRow`, `KindRow`, `FindingRow`), so that an error can name its row."""

    source: str
    groups: dict[str, Any]
    kinds: dict[str, Any]
    findings: dict[str, Any] = {}


class UnitRow(Words, frozen=True, kw_only=True):
    shape: Shape
    speed: Positive
    on_foot: bool


class SensorRow(Words, frozen=True, kw_only=True):
    unit: str
    decimals: Annotated[int, Meta(ge=0, le=6)]
    low: float
    high: float
    warn: float | None = None
    basis: Basis = "O"


class OperationsFile(Strict, frozen=True):
    """Rows are `UnitRow`, `SensorRow`, `Words`."""

    units: dict[str, Any]
    sensors: dict[str, Any]
    channels: dict[str, Any]


class StageRow(Words, frozen=True, kw_only=True):
    clock: Clock | None = None


class RightsRow(Strict, frozen=True):
    acts: list[str]
    upto: str = ""


class ClocksTable(Strict, frozen=True):
    basis: Basis
    source: str
    kinds: dict[str, str]


class ClimbRow(Strict, frozen=True):
    after: Annotated[str, Meta(pattern=r"^[1-9]\d{0,4}(s|min)$")]
    by: Literal["page", "sms", "call", "leader"]


class ClimbTable(Strict, frozen=True):
    """How an order that no device acknowledges climbs; no steps: it does not."""

    steps: Annotated[list[ClimbRow], Meta(max_length=10)] = []
    ring: Annotated[int, Meta(ge=5, le=180)] = 40


class KeepTable(Strict, frozen=True):
    """Days."""

    records: Annotated[int, Meta(ge=1, le=36_500)] = 180
    recordings: Annotated[int, Meta(ge=1, le=36_500)] = 180
    letters: Annotated[int, Meta(ge=1, le=36_500)] = 180
    reports: Annotated[int, Meta(ge=1, le=36_500)] = 7


class LoopFile(Strict, frozen=True):
    """Rows are `StageRow` and `RightsRow`."""

    basis: Basis
    source: str
    calendar: Id
    reopen: str
    arrive: Clock
    finish: Clock
    ready: Clock
    bound: list[str]
    stages: dict[str, Any]
    rights: dict[str, Any]
    clocks: ClocksTable
    climb: ClimbTable = ClimbTable()
    keep: KeepTable = KeepTable()


class YearRow(Strict, frozen=True):
    source: Name
    off: list[date]
    on: list[date]


class CalendarFile(Strict, frozen=True):
    """Rows are `YearRow`."""

    hours: Annotated[list[Hours], Meta(min_length=1)]
    years: dict[str, Any]
