"""Puts questions to the offline grammar over the embedded city's past, and says what it answered as it is judged."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from cockpit.archive_export import UNITS
from cockpit.archive_make import ARCHIVE, SIGNS
from cockpit.assist.asking.answers import computed
from cockpit.assist.asking.engine import Engine
from cockpit.geo.areas import Areas
from cockpit.insight.asked import answer
from cockpit.insight.dimensions import begin_of, bucket_of
from cockpit.insight.facts import Facts
from cockpit.insight.ground import Ground
from cockpit.insight.signs import Signs
from cockpit.model.asking import Declined
from cockpit.model.clock import DAY, HOUR, ManualClock
from cockpit.model.insight import Answer, Query
from cockpit.model.spans import ZONE
from cockpit.signs.definitions import read_signs
from cockpit.signs.history import History
from cockpit.store.archive import Archive
from tests.archive_kit import Year
from tests.question_data import the_year
from tests.question_kit import NOW, Answered, Answers


class Asked:
    """The engine over a year's archive and signs.

    Attributes:
        engine, facts, signs: of the year.
    """

    def __init__(self, year: Year) -> None:
        archive = Archive.open(year.folder / ARCHIVE, ManualClock())
        loaded = archive.load()
        units = msgspec.msgpack.decode(archive.meta(UNITS) or b"\x80", type=dict[str, tuple[str, str]])
        areas = list(Areas.load(year.pack.folder))
        signs = read_signs(year.pack.signs, year.pack.folder)
        ground = Ground.of(year.pack, areas, {key: name for key, (name, _) in units.items()})
        self.facts = Facts(loaded.records, ground, loaded.as_of, archive.horizon)
        self.signs = Signs({sign.code: sign for sign in signs.signs}, {}, History(year.folder / SIGNS, ManualClock()))
        self.engine = Engine(year.pack, areas, signs, units, self.facts.text["place"].words)

    def ask(self, query: Query, now: int = NOW) -> Answer:
        return answer(self.facts, self.signs, query, now)

    def answer(self, text: str, now: int) -> Answered:
        understood = self.engine.read(text, now, self.facts.first)
        if isinstance(understood, Declined):
            return Answered(declined=True)
        found = computed(understood, lambda query: self.ask(query, now))
        pairs = tuple((one.code, one.value) for one in found.standpoints)
        trend = found.trend
        series = () if trend is None else tuple(zip(map(_whole(trend.grain), trend.starts), trend.values, strict=True))
        ranking = pairs
        if understood.form == "comparison":
            ranking = tuple(sorted(pairs, key=lambda pair: (pair[1] is None, -(pair[1] or 0.0))))
        keys = tuple(row.key for row in found.rows.rows) if found.rows is not None else ()
        return Answered(False, found.value, ranking, series, pairs, keys)


def _whole(grain: str) -> Callable[[int], int]:
    """The start of the whole bucket that a bucket of the period is the rest of."""
    if grain == "hour":
        return lambda start: start // HOUR * HOUR
    return lambda start: begin_of(int(bucket_of(np.array([(start + ZONE) // DAY]), grain)[0]), grain)


def make() -> Answers:
    return Asked(the_year())
