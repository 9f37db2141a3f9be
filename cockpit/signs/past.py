"""What an item is compared with: one period ago (环比), a year ago (同比), and what it is expected to be."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import DAY, HOUR, SECOND, local
from cockpit.model.signs import SignSet, compared_span
from cockpit.signs.history import History, bucket_of
from cockpit.signs.items import Items
from cockpit.signs.reported import YEAR_SLACK, Reported

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
GRAIN_OF = {HOUR: "minute", DAY: "hour", 30 * DAY: "day", 365 * DAY: "day"}
"""By how far back: the bucket that is compared with."""


def year_before(now: int) -> int:
    """The same date and time of day a year ago in Shanghai; 28 February for 29 February."""
    when = local(now)
    try:
        before = when.replace(year=when.year - 1)
    except ValueError:
        before = when - timedelta(days=366)
    return round(before.timestamp()) * SECOND


def means_at(history: History, grain: str, at: int, keys: list[str]) -> Floats:
    """Means of these items in the bucket that an instant lies in, NaN where there is none."""
    start = bucket_of(grain, at)
    _, found = history.recent(grain, start, start + 1, keys)
    return found[:, 0] if found.shape[1] else np.full(len(keys), np.nan)


def means_of_year(history: History, now: int, keys: list[str]) -> Floats:
    """Means in the hour a year ago."""
    start = bucket_of("hour", year_before(now))
    found = np.full(len(keys), np.nan)
    for i, key in enumerate(keys):
        buckets = history.series(key, "hour", start, start + HOUR)
        if len(buckets):
            found[i] = buckets.mean[0]
    return found


def set_reported(items: Items, signs: SignSet, reported: Reported, now: int) -> Ints:
    """Comparisons and forecasts of reported signs; rows where something changed."""
    changed = []
    codes = reported.codes()
    for row, number in enumerate(items.signs):
        if number < 0 or items.parts[row] or signs.signs[number].code not in codes:
            continue
        code, area = signs.signs[number].code, items.areas[row]
        before = tuple(float(items_of(items, name, row)) for name in ("previous", "year", "forecast"))
        latest = reported.latest(code, area, now)
        if latest is not None:
            previous = reported.before(code, area, latest.at)
            year = reported.around(code, area, year_before(latest.at), YEAR_SLACK)
            items.previous[row] = previous.value if previous else np.nan
            items.year[row] = year.value if year and year.at < latest.at else np.nan
        ahead = reported.forecast(code, area, now)
        if ahead is not None:
            items.forecast[row], items.accuracy[row] = ahead.value, ahead.accuracy
            items.ahead[row] = ahead.target - now
        if str(before) != str(tuple(float(items_of(items, name, row)) for name in ("previous", "year", "forecast"))):
            changed.append(row)
    return np.array(changed, dtype=np.int64)


def items_of(items: Items, name: str, row: int) -> float:
    """One number of an item."""
    return float(getattr(items, name)[row])


def rows_by_span(items: Items, signs: SignSet) -> dict[int, Ints]:
    """Rows of live items by how far back they are compared, without those of communities and cells."""
    found: dict[int, list[int]] = {}
    coarse = items.live & ((items.tier <= 2) | (items.tier == 5))
    for row in np.flatnonzero(coarse).tolist():
        number = items.signs[row]
        if number >= 0:
            found.setdefault(compared_span(signs.signs[number].every), []).append(row)
    return {span: np.array(rows, dtype=np.int64) for span, rows in found.items()}
