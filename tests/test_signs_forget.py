"""Rows of items that left the picture are forgotten, and nobody sees it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.hub.signs import SignsService
from cockpit.model.clock import DAY, MINUTE, SystemClock
from cockpit.model.signs import Threshold
from cockpit.signs.forecast import STEP, Recent
from cockpit.signs.rollup import Rollup
from tests.living_hub import LivingHub, seated
from tests.signs_city import AREAS, NOW, SignsCity, sign
from tests.test_signs_hub import city_with_feeds, gas, put, row_of

__all__ = ["city_with_feeds"]
CELL = "330102001001001"


def a_city() -> SignsCity:
    levels = (Threshold(2, above=3.0, hysteresis=1.0, delay=20.0), Threshold(3, above=1.0))
    city = SignsCity(
        sign("C", "events", parts="kind", thresholds=levels),
        sign("V", "events", where={"channel": "video"}),
        sign("P", formula="V / C * 100", thresholds=levels),
        sign("M", "sensors:water", measure="value", by_area="max"),
    )
    city.feed("event")
    city.feed("sensor")
    return city


def told(city: SignsCity) -> dict[str, tuple[float, int, int]]:
    """What a step tells."""
    items = city.engine.items
    rows = items.news(city.now, 10_000)
    columns = items.columns_of(rows, city.now)
    return dict(
        zip(columns["key"], zip(*(columns[c].tolist() for c in ("value", "n", "level")), strict=True), strict=True)
    )


@pytest.mark.parametrize("seed", range(4))
def test_what_is_told_is_the_same_whether_idle_rows_are_forgotten_or_not(seed: int) -> None:
    chance = random.Random(seed)
    keeps, forgets = a_city(), a_city()
    forgotten = 0
    for turn in range(80):
        key, area = f"e{chance.randrange(12)}", chance.choice(AREAS[3:])[0]
        kind, channel = chance.choice(("E0501", "E0506", "E0101")), chance.choice(("video", "hotline"))
        does = chance.choice(("event", "event", "gone", "gone", "sensor", "dry"))
        for city in (keeps, forgets):
            if does == "event":
                city.event(key, area, kind, channel=channel)
            elif does == "gone":
                city.picture.remove("event", [key])
            elif does == "sensor":
                city.sensor(key, area, float(turn % 7))
            else:
                city.picture.remove("sensor", [key])
        seconds = chance.choice((1, 6, 30))
        assert sorted(keeps.step(seconds)) == sorted(forgets.step(seconds))
        assert str(sorted(told(keeps).items())) == str(sorted(told(forgets).items()))
        if chance.random() < 0.3:
            engine = forgets.engine
            before = len(engine.items)
            engine.keep_only(np.flatnonzero(~engine.items.idle()))
            forgotten += before - len(engine.items)
    assert forgotten > 10
    for area, _, _ in AREAS:
        for code in "CVPM":
            assert str(keeps.value(code, area)) == str(forgets.value(code, area))


@given(st.sets(st.integers(0, 29)), st.integers(0, 2**32))
def test_buckets_and_pasts_of_what_is_kept_are_what_they_were(kept: set[int], seed: int) -> None:
    chance = np.random.default_rng(seed)
    rollup, recent = Rollup(), Recent()
    for turn in range(14):
        rows = np.flatnonzero(chance.random(30) < 0.3)
        values = chance.random(len(rows))
        at = NOW // STEP * STEP + turn * MINUTE
        rollup.sample(at, rows, values, 30)
        recent.add(at, rows, values)
    rows = np.union1d(np.array(sorted(kept), dtype=np.int64), np.flatnonzero(recent.holds(30)))
    before, past = rollup.open_ones(30), recent.series(rows)
    rollup.keep_only(rows)
    recent.keep_only(rows)
    after = rollup.open_ones(len(rows))
    for (grain, start, was, buckets), (grain_now, start_now, now, same) in zip(before, after, strict=True):
        assert (grain, start, was.tolist()) == (grain_now, start_now, rows[now].tolist())
        np.testing.assert_array_equal(buckets.mean, same.mean)
    np.testing.assert_array_equal(past, recent.series(np.arange(len(rows))))
    more = np.array([len(rows), len(rows) + 3])
    rollup.sample(NOW + DAY, more, np.array([7.0, 8.0]), len(rows) + 4)
    recent.add(NOW // STEP * STEP + 20 * MINUTE, more, np.array([7.0, 8.0]))
    assert rollup.holds(len(rows) + 4).tolist() == [i in more for i in range(len(rows) + 4)]
    assert recent.holds(len(rows) + 4)[more].all()


class Ahead(SystemClock):
    """A clock that can be put ahead."""

    ahead = 0

    def now(self) -> int:
        return super().now() + self.ahead


@pytest.mark.system
def test_a_hub_forgets_each_day_where_nothing_is_any_more_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.hub.signs.MOST_IDLE", 1)
    clock = Ahead()
    key, city = f"sign/E03@{CELL}", "sign/E03@330100"
    with LivingHub(tmp_path / "hub", clock) as hub, seated(tmp_path / "seat", hub) as seat:
        assert hub.hub is not None
        service = next(one for one in hub.hub.services if isinstance(one, SignsService))
        intake, items = hub.hub.intake, service._engine.items
        cell = {"key": "sensors/g2", "feed": "sensors", "kind": "gas", "name": "阀井", "area": CELL, "value": 5.0}
        put(hub, "sensor", cell | {"period": MINUTE, "measured": clock.now(), "lon": 120.16, "lat": 30.25})
        put(hub, "area", *({"key": code, "code": code, "name": code, "parent": up, "tier": t} for code, up, t in AREAS))
        gas(hub, 9.0)
        seat.until(lambda: row_of(seat, city).get("value") == 9.0 and key in items.index, "the values")
        hub.loop.call_soon_threadsafe(intake.take_out, "sensor", ["sensors/g2"])
        seat.until(lambda: not row_of(seat, key), "the cell is empty")
        row = items.index[city]
        clock.ahead += 2 * DAY
        seat.until(lambda: key not in items.index, "the day is over")
        assert items.keys[items.index[city]] == city
        assert items.index[city] <= row
        put(hub, "sensor", cell | {"period": MINUTE, "measured": clock.now(), "lon": 120.16, "lat": 30.25})
        seat.until(lambda: row_of(seat, key).get("value") == 5.0, "something is there again")
