"""What is unusual among the vital signs, over a real history."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cockpit.insight.signs import Live, Signs, changes
from cockpit.model.clock import DAY, HOUR, ManualClock
from cockpit.model.scope import Scope
from cockpit.model.signs import Sign, key_of
from cockpit.model.spans import span_of
from cockpit.signs.history import History
from cockpit.signs.packing import Buckets
from tests.insight_kit import GROUND, NOW

CITY = "330100"
THIS_HOUR = NOW // HOUR * HOUR
KEY = key_of("A01", CITY)


def _buckets(starts: list[int], values: list[float]) -> Buckets:
    mean = np.array(values, dtype=np.float64)
    return Buckets(np.array(starts, dtype=np.int64), mean, mean, mean, mean, np.full(len(mean), 60, dtype=np.int64))


def test_a_sign_is_held_against_this_hour_of_the_six_weeks_before_the_last_of_them_too(tmp_path: Path) -> None:
    history = History(tmp_path / "signs.db", ManualClock(NOW))
    starts = list(range(THIS_HOUR - 50 * DAY, THIS_HOUR - 60 * HOUR, HOUR))
    usual = [float(100 + (THIS_HOUR - at) // (7 * DAY)) if (THIS_HOUR - at) % (7 * DAY) == 0 else 9e6 for at in starts]
    history.put_history(KEY, "hour", _buckets(starts, usual))
    item = int(history.ids_of([KEY], [False], [2])[0])
    history.put_slices({("hour", at): _buckets([item], [9e6]) for at in range(THIS_HOUR - 60 * HOUR, THIS_HOUR, HOUR)})
    signs = Signs({"A01": Sign("A01", {"zh": "用水", "en": "Water"}, "A")}, {KEY: Live(500.0, NOW)}, history)
    (found,) = changes(signs, GROUND, Scope(span_of("today", NOW)), NOW)
    history.close()
    assert found.value == 500.0
    assert (found.weeks, found.usual) == (6, 103.5)
