"""The demo city's day: repeatable, believable, coherent."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import numpy as np
import pytest

from cockpit.city.city import City
from cockpit.city.everyday import read_customs
from cockpit.city.pictures import SCENES
from cockpit.city.story import read_plot
from cockpit.city.weather import Air, Storms
from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, from_iso, local, midnight, to_iso
from cockpit.paths import assets_dir
from tests.living_city import EVENING, place


def city(seed: int = 7, start: int = EVENING, per_day: float = 1200.0, units: int = 0) -> City:
    return place().city(seed, start, units, per_day)


def told(one: City, hours: float, every: int) -> list[dict[str, Any]]:
    """All that a city says over some hours, stepped every so many microseconds."""
    said = []
    now = one.start
    while now < one.start + hours * HOUR:
        now = min(now + every, one.start + round(hours * HOUR))
        said += one.step(now, to_iso, "")
    return said


@pytest.mark.slow
def test_the_same_seed_and_start_tell_the_same_events_however_they_are_stepped() -> None:
    first, second = city(), city(units=40)
    assert first.standing(to_iso, "") == second.standing(to_iso, "")
    assert msgspec.json.encode(told(first, 2, 10 * SECOND)) == msgspec.json.encode(told(second, 2, 47 * SECOND))


def test_another_seed_is_another_day() -> None:
    assert set(city(seed=7).open) != set(city(seed=8).open)


def test_the_days_own_events_do_not_depend_on_when_one_starts_to_look() -> None:
    early = city(start=EVENING - HOUR)
    told(early, 1, MINUTE)
    late = city()
    assert {i for i in early.open if "S" not in i} == {i for i in late.open if "S" not in i}


@pytest.mark.parametrize(
    "start", ["2026-07-14T17:42:00+08:00", "2026-11-21T03:10:00+08:00", "2026-03-02T09:30:00+08:00"]
)
def test_the_city_opens_on_a_believable_backlog(start: str) -> None:
    one = city(start=from_iso(start))
    levels = Counter(h.level for h in one.open.values())
    assert 100 <= len(one.open) <= 230
    assert 2 <= levels[1] <= 4
    assert 4 <= levels[2] <= 14
    assert levels[2] < levels[3] < levels[4]
    assert any(h.occurred < one.start - 12 * HOUR for h in one.open.values())
    kinds = {h.kind for h in one.open.values()}
    assert {"E0506", "E0599", "E0595", "E0198"} <= kinds
    assert all(h.spot.area and h.spot.place and h.text and h.timeline for h in one.open.values())


@pytest.mark.slow
def test_a_day_has_about_as_many_events_as_asked_for_with_rush_hours() -> None:
    one = city(per_day=2400)
    hours = Counter(local(e["occurred"]).hour for e in _born(one, 24))
    assert 2150 < sum(hours.values()) < 2700
    assert hours[8] > 3 * hours[3]
    channels = Counter(h["channel"] for h in _born(one, 24))
    assert {"hotline", "video", "patrol", "sensor", "police", "citizen"} <= set(channels)


def _born(one: City, hours: int) -> list[dict[str, Any]]:
    first = one.start // HOUR
    made = [h for slot in range(first, first + hours) for h in one._everyday.hour(slot)]
    return [{"occurred": h.occurred, "channel": h.channel} for h in made]


def test_the_flood_rises_traps_people_and_drains() -> None:
    one = city()
    deepest = next(h for h in one.open.values() if h.kind == "E0506" and h.level == 1)
    said = [m for m in told(one, 5, MINUTE) if m["id"] == deepest.id]
    depths = [m["amount"] for m in said]
    peak = int(np.argmax(depths))
    assert depths[peak] > 85
    assert depths[:peak] == sorted(depths[:peak])
    assert depths[peak:] == sorted(depths[peak:], reverse=True)
    assert "被困" in said[0]["body"]["title"]
    assert (said[-1]["state"], said[-1]["amount"]) == ("closed", 0.0)
    assert said[0]["level"] == 1
    assert said[-2]["level"] > 1
    ats = [entry["at"] for entry in said[-1]["body"]["timeline"]]
    assert ats == sorted(ats)


def test_a_storm_comes_again_after_nine_hours() -> None:
    one = city()
    storms = Storms(EVENING, place().pack.bounds)
    here = np.array([place().pack.centre[0]]), np.array([place().pack.centre[1]])
    assert storms.rain(EVENING, *here)[0] > 30
    assert storms.rain(EVENING + 4 * HOUR, *here)[0] == 0
    assert storms.rain(EVENING + 9 * HOUR, *here)[0] > 30
    said = told(one, 10, 5 * MINUTE)
    assert len({m["id"] for m in said if m["kind"] == "E0506"}) == 12


def test_on_a_calm_day_nothing_of_the_storm_happens() -> None:
    one = place().city(7, EVENING, 30, 1200.0, "calm")
    here = np.array([place().pack.centre[0]]), np.array([place().pack.centre[1]])
    for hours in (0, 1, 9):
        assert one.storms.rain(EVENING + hours * HOUR, *here)[0] == 0
    assert b"<entry>" not in one.warnings.feed(EVENING)
    stormy = {event.kind for event in city().open.values() if event.title} - {"E0198"}
    assert stormy
    told(one, 2, 5 * MINUTE)
    assert {event.kind for event in one.open.values() if event.title} <= {"E0198"}
    assert len(one.open) > 50
    sensors = [feature["properties"] for feature in one.sensors.features(one.now, to_iso)]
    assert max(s["value"] for s in sensors if s["kind"] == "water_depth" and s["value"] is not None) == 0


@pytest.mark.slow
def test_story_events_and_ordinary_ones_never_share_a_number() -> None:
    one = city(per_day=20_000)
    seen: dict[str, str] = {}
    for message in told(one, 1.5, MINUTE):
        assert seen.setdefault(message["id"], message["occurred"]) == message["occurred"]


def test_the_recorded_air_keeps_its_real_gaps() -> None:
    air = Air(assets_dir() / "city" / "air.npz")
    values = np.array([air.at(EVENING + k * HOUR)[0] for k in range(24 * 365)])
    assert 0.005 < np.isnan(values).mean() < 0.15
    assert 10 < np.nanmedian(values) < 60


def test_what_the_day_is_made_of_names_only_what_is_known() -> None:
    customs = read_customs(assets_dir() / "city" / "events.toml")
    plot = read_plot(assets_dir() / "city" / "story.toml")
    pack = place().pack
    for habit in customs.event:
        assert habit.kind in pack.kinds, habit.kind
        assert habit.hours in customs.hours
        assert set(habit.via) <= set(pack.channels) & set(customs.leads)
        assert sum(habit.level) == pytest.approx(1), habit.kind
        assert habit.scene == "" or habit.scene in SCENES
    for scene in plot.scene:
        assert scene.kind in pack.kinds
        assert scene.picture == "" or scene.picture in SCENES
    assert all(len(profile) == 24 for profile in customs.hours.values())


def test_no_city_is_a_city_too() -> None:
    """Zero units and zero events a day: only the story is left."""
    one = city(per_day=0, units=0)
    assert one.units == []
    assert one.open
    assert all("S" in ident for ident in one.open)
    assert one.step(one.start + DAY // 24, to_iso, "")


def test_what_closed_is_told_until_midnight() -> None:
    running = city(start=from_iso("2026-07-14T23:50:00+08:00"))
    yesterday = set(running.closed)
    assert yesterday
    for minute in range(1, 40):
        running.step(running.start + minute * MINUTE, to_iso, "")
    assert yesterday.isdisjoint(running.closed)
    assert all(happening.updated >= midnight(running.now) for happening in running.closed.values())
    assert running.happening(next(iter(yesterday))) is None
