"""What readings have to pass, column by column: numbers that are numbers, times that can be."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from cockpit.feeds.items import Item, Readings, Refused, refused
from cockpit.model.clock import MINUTE, from_iso, to_iso

MOST_REFUSED = 20
"""Pieces of one message that are refused one by one; the rest is counted in one sentence."""
AHEAD = 5 * MINUTE
"""A reading of later than that would keep all that come after it from being shown: its clock is wrong."""
_EARLIEST = from_iso("1990-01-01T00:00:00+00:00")


def check_readings(readings: Readings, now: int) -> list[Item]:
    """The good ones as one `Readings`, then the refused ones.

    Args:
        now: city time, UTC us.
    """
    values, measured = readings.values, readings.measured
    infinite = np.isinf(values)
    early = (measured < _EARLIEST) & (measured != 0)
    late = measured > now + AHEAD
    bad = infinite | early | late
    if not bad.any():
        return [readings] if len(values) else []
    found: list[Refused] = []
    for i in np.flatnonzero(bad).tolist():
        id_, at = readings.ids[i], int(measured[i])
        sample = msgspec.json.encode([id_, float(values[i]), at])
        if infinite[i]:
            found.append(refused("not_finite", sample, id_, id=id_, field="value"))
        elif early[i]:
            found.append(refused("implausible_time", sample, id_, id=id_, field="measured"))
        else:
            found.append(refused("reading_ahead", sample, id_, id=id_, at=_words(at)))
        if len(found) == MOST_REFUSED:
            break
    good = np.flatnonzero(~bad)
    items: list[Item] = [*found, *rest_refused(int(bad.sum()) - len(found))]
    if len(good):
        items.insert(0, Readings([readings.ids[i] for i in good.tolist()], values[good], measured[good]))
    return items


def rest_refused(n: int) -> Iterable[Refused]:
    """One sentence for `n` pieces more that were refused; none for none."""
    return (refused("more_refused", "", n=n),) if n > 0 else ()


def _words(us: int) -> str:
    try:
        return to_iso(us)
    except (ValueError, OverflowError, OSError):
        return str(us)
