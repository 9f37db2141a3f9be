"""An archive that nobody lived: the past of the demo city of any length and size, for tests and measurements."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.archive_export import UNITS
from cockpit.city.past import DAYS, Past
from cockpit.city.pastmake import past_of
from cockpit.city.pastsigns import Course
from cockpit.geo.areas import DISTRICT, STREET, Areas
from cockpit.model.archive_columns import Records
from cockpit.model.city import Pack
from cockpit.model.clock import Clock
from cockpit.model.signs import Sign
from cockpit.signs.backfill import put_hours
from cockpit.signs.definitions import connected, read_signs
from cockpit.signs.history import History
from cockpit.store.archive import Archive

ARCHIVE, SIGNS = "archive.db", "signs.db"
Floats = NDArray[np.float64]


def make(
    folder: Path,
    pack: Pack,
    clock: Clock,
    *,
    seed: int = 1,
    start: int,
    per_day: float = 60,
    days: int = DAYS,
    items: int = 0,
    say: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[Archive, History]:
    """Makes `archive.db` and `signs.db` in a folder; the caller closes them.

    Args:
        start: until when it goes, UTC us.
        items: how many items of signs have a past, of streets too; 0: those of the city and its districts.
        say: told how many days of how many are done.

    Raises:
        UserError: a layer of the pack is not there or is damaged.
        OutsideError: the disk refused.
    """
    past = past_of(pack, seed, start, per_day, days)
    archive = Archive.open(folder / ARCHIVE, clock)
    history = History(folder / SIGNS, clock)
    archive.note(**{UNITS: msgspec.msgpack.encode(past.units)})
    signs = past.signs()
    signs.count(_kept(past, archive, say))
    archive.stands(start)
    if items:
        _many(history, pack, list(signs), items, seed)
    else:
        for course in signs:
            put_course(history, course)
    return archive, history


def _kept(past: Past, archive: Archive, say: Callable[[int, int], None]) -> Iterator[Records]:
    """The days, each written down as it comes by."""
    of = past.last - past.first + 1
    for done, records in enumerate(past, 1):
        archive.upsert(records)
        say(done, of)
        yield records


def put_course(history: History, course: Course) -> None:
    """Puts the past of one sign in, by hour and by day."""
    for area, values in zip(course.areas, course.values, strict=True):
        put_hours(history, f"sign/{course.code}@{area}", course.begin, values, course.digits)


def _many(history: History, pack: Pack, courses: list[Course], items: int, seed: int) -> None:
    """The past of so many items: signs that the pack connects, by city, district and street; those without a course of
    their own take that of another sign at their own height."""
    areas = Areas.load(pack.folder)
    codes = [pack.code, *(area.code for area in (*areas.of_tier(DISTRICT), *areas.of_tier(STREET)))]
    known = {course.code: course for course in courses}
    signs = read_signs(pack.signs, pack.folder).signs
    # those that are fed first, then the others of the tree until there are enough
    ordered = sorted(signs, key=lambda sign: (sign.code not in known, not connected(sign, pack)))
    rng = np.random.default_rng((seed, 8))
    many = 0
    for number, sign in enumerate(ordered[: math.ceil(items / len(codes))]):
        course = known.get(sign.code) or courses[number % len(courses)]
        for area in codes[: items - many]:
            values = _of_area(course, area, sign, rng)
            put_hours(history, f"sign/{sign.code}@{area}", course.begin, values, sign.decimals)
            many += 1


def _of_area(course: Course, area: str, sign: Sign, rng: np.random.Generator) -> Floats:
    """A district's own; of a street its district's with an ado of its own."""
    at = course.areas.index(area[:6]) if area[:6] in course.areas else 0
    whole: Floats = course.values[at]
    if area in course.areas:
        return whole
    found: Floats = np.round(whole * (1 + 0.15 * rng.standard_normal(len(whole))), sign.decimals)
    return found
