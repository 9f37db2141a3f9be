"""What became of each case of the past: its stages, whether late, sent back or pressed, and how content one was."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.city.pastyear import Fate
from cockpit.model.archive_columns import Records
from cockpit.model.clock import DAY, MINUTE, SECOND

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
LONG_WAY = 45 * MINUTE
"""Until a unit is there, the usual most."""
STUCK_DAYS = 40


class Made(msgspec.Struct):
    """Cases of one day column by column, in the order of their reports; times UTC us.

    Attributes:
        rank: place in the day, from 1. lasts: from report to closing. slow: how many times as long the unit takes.
        own: a number of each of its own, 0–1.
    """

    rank: Ints
    kind: list[str]
    level: Ints
    channel: list[str]
    area: list[str]
    place: list[str]
    lon: Floats
    lat: Floats
    amount: Floats
    unit: list[str]
    unit_kind: list[str]
    reported: Ints
    lasts: Ints
    due: Ints
    slow: Floats
    own: Floats
    result: list[str] = []
    filed: Ints = np.zeros(0, dtype=np.int64)
    assigned: Ints = np.zeros(0, dtype=np.int64)
    arrived: Ints = np.zeros(0, dtype=np.int64)
    finished: Ints = np.zeros(0, dtype=np.int64)
    closed: Ints = np.zeros(0, dtype=np.int64)
    urged: Ints = np.zeros(0, dtype=np.int64)
    returned: Ints = np.zeros(0, dtype=np.int64)
    reopened: Ints = np.zeros(0, dtype=np.int64)
    satisfied: Ints = np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.reported)

    def take(self, rows: Ints) -> Made:
        """Those rows."""
        where = rows.tolist()
        parts: dict[str, Any] = {}
        for name in self.__struct_fields__:
            column = getattr(self, name)
            parts[name] = [column[i] for i in where] if isinstance(column, list) else column[rows]
        return Made(**parts)

    def decide(self, fate: Fate, rng: np.random.Generator, now: int) -> None:
        """Fills in what became of them."""
        n = len(self)
        self.own = rng.random(n)
        kind_of_end = rng.random(n)
        solved = kind_of_end >= fate.void + fate.referred
        void = kind_of_end < fate.void
        self.result = np.where(void, "void", np.where(solved, "solved", "referred")).tolist()
        self._stages(solved, rng)
        late = self.closed > self.due
        chance = rng.random((5, n))
        self.returned = (solved & (chance[0] < fate.returned * np.where(self.slow > 1.5, 2.2, 1.0))).astype(np.int64)
        self.returned += (self.returned > 0) & (chance[1] < fate.returned_twice)
        self.reopened = (solved & (chance[1] > 1 - fate.reopened)).astype(np.int64)
        self.urged = (chance[2] < np.where(late, fate.urged_late, fate.urged)).astype(np.int64)
        self.urged += late & (chance[2] < fate.urged_late * 0.15)
        citizens = np.array([c == "hotline" or k.startswith("H") for c, k in zip(self.channel, self.kind, strict=True)])
        asked = citizens.astype(np.bool_) & solved & (chance[3] < fate.asked)
        said = 1 + np.searchsorted(np.cumsum(fate.satisfied), chance[4]).clip(0, 4)
        said = (said - late - (self.returned > 0) - (self.reopened > 0)).clip(1, 5)
        self.satisfied = np.where(asked, said, 0)
        stuck = (self.own < fate.stuck) & solved & (self.reported > now - STUCK_DAYS * DAY)
        self.finished = np.where(stuck, now + DAY, self.finished)
        self.closed = np.where(stuck, now + DAY, self.closed)

    def _stages(self, solved: NDArray[np.bool_], rng: np.random.Generator) -> None:
        """When each stage was reached; a case that nobody had to go to was closed from its desk."""
        n = len(self)
        shares = rng.uniform(0.7, 1.4, (3, n))
        lasts = np.maximum(self.lasts, 4 * MINUTE)
        filed = np.minimum(lasts * 0.04 * shares[0], 20 * MINUTE)
        assigned = filed + np.minimum(lasts * 0.09 * shares[1], 40 * MINUTE)
        way = np.minimum(lasts * 0.3, LONG_WAY * np.exp(0.5 * rng.standard_normal(n))) * shares[2]
        arrived = np.minimum(assigned + way, lasts * 0.8)
        finished = np.maximum(lasts * rng.uniform(0.86, 0.97, n), arrived)
        early = filed + lasts * 0.1
        self.filed = self._at(filed)
        self.assigned = np.where(solved, self._at(assigned), 0)
        self.arrived = np.where(solved, self._at(arrived), 0)
        self.finished = np.where(solved, self._at(finished), 0)
        self.closed = self._at(np.where(solved, lasts, early))
        self.unit = [unit if there else "" for unit, there in zip(self.unit, solved.tolist(), strict=True)]
        self.unit_kind = [kind if there else "" for kind, there in zip(self.unit_kind, solved.tolist(), strict=True)]

    def _at(self, lasts: Floats) -> Ints:
        found: Ints = self.reported + lasts.astype(np.int64) // SECOND * SECOND
        return found


def told(made: Made, rows: Ints, key: str, number: str, now: int) -> Records:
    """Rows of the archive as they stand at `now`: what comes later is not known yet.

    Args:
        key, number: what keys and printed numbers of the day begin with.
    """
    made = made.take(rows)
    times = {}
    for name in ("filed", "assigned", "arrived", "finished", "closed"):
        column = getattr(made, name)
        times[name] = np.where(column <= now, column, 0)
    stage = np.full(len(made), "intake", dtype="<U8")
    for name, word in (("filed", "filed"), ("assigned", "assigned"), ("arrived", "handling"), ("finished", "check")):
        stage[times[name] > 0] = word
    over = times["closed"] > 0
    stage[over] = "closed"
    done = times["finished"] > 0
    there = times["assigned"] > 0
    return Records.of(
        {
            "key": [f"{key}{rank:04d}" for rank in made.rank.tolist()],
            "number": [f"{number}{rank:04d}" for rank in made.rank.tolist()],
            "kind": made.kind,
            "level": made.level,
            "channel": made.channel,
            "area": made.area,
            "place": made.place,
            "lon": made.lon,
            "lat": made.lat,
            "amount": made.amount,
            "unit": [unit if ok else "" for unit, ok in zip(made.unit, there.tolist(), strict=True)],
            "unit_kind": [kind if ok else "" for kind, ok in zip(made.unit_kind, there.tolist(), strict=True)],
            "stage": stage.tolist(),
            "result": [result if ok else "" for result, ok in zip(made.result, over.tolist(), strict=True)],
            "reported": made.reported,
            **times,
            "due": made.due,
            "urged": made.urged,
            "returned": np.where(done, made.returned, 0),
            "reopened": np.where(over, made.reopened, 0),
            "satisfied": np.where(over, made.satisfied, 0),
            "updated": np.maximum.reduce([made.reported, *times.values()]),
        }
    )
