"""The demo city's past: the same for a seed, true to the pack's clocks, with what a leader can find."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.city.past import Past
from cockpit.city.pastclock import Deadlines
from cockpit.city.pastmake import past_of
from cockpit.hub import Hub, archive_past
from cockpit.model.archive_columns import Records, joined
from cockpit.model.clock import DAY, HOUR, from_iso
from cockpit.model.worktime import Span
from cockpit.packs.read import read_pack
from cockpit.signs.history import History
from cockpit.store.archive import Archive
from tests import living_hub
from tests.living_city import living_city
from tests.living_hub import CITY, CLOCK, LivingHub

NOW = from_iso("2026-07-14T17:42:00+08:00")
MAY = from_iso("2026-05-01T00:00:00+08:00")
GREAT = from_iso("2026-06-20T00:00:00+08:00")
HEAVY = 600


@cache
def past(per_day: float = 60, days: int = 400, seed: int = 1) -> Past:
    return past_of(read_pack("hangzhou"), seed, NOW, per_day, days)


@cache
def year() -> Records:
    return joined(list(past(HEAVY, 160)))


def counted(records: Records, kind: str, area: str, start: int, end: int) -> int:
    kinds, areas = records.text("kind").texts(), records.text("area").texts()
    reported = records["reported"].tolist()
    rows = zip(kinds, areas, reported, strict=True)
    return sum(k == kind and a.startswith(area) and start <= at < end for k, a, at in rows)


def test_a_day_is_the_same_whenever_it_is_asked_for() -> None:
    first, again = past(), past_of(read_pack("hangzhou"), 1, NOW, 60)
    day = first.last - 30
    assert first.day(day).rows() == again.day(day).rows()
    assert first.day(day - 1).rows() != first.day(day).rows()
    assert past_of(read_pack("hangzhou"), 2, NOW, 60).day(day).rows() != first.day(day).rows()


def test_nothing_of_the_past_lies_ahead_and_stages_follow_one_another() -> None:
    records = year()
    keys = records.text("key").texts()
    assert len(set(keys)) == len(keys)
    order = ["reported", "filed", "assigned", "arrived", "finished", "closed"]
    for name in order:
        assert int(records[name].max()) <= NOW
    before = records["reported"]
    for name in order[1:]:
        reached = records[name] > 0
        assert (records[name][reached] >= before[reached]).all(), name
        before = np.where(reached, records[name], before)
    open_ones = records["closed"] == 0
    assert 0 < open_ones.sum() < len(records) / 50
    stages = records.text("stage").texts()
    assert all((stage == "closed") is not is_open for stage, is_open in zip(stages, open_ones.tolist(), strict=True))
    results = records.text("result").texts()
    assert {result for result, is_open in zip(results, open_ones.tolist(), strict=True) if is_open} == {""}


def test_every_record_lies_in_the_pack() -> None:
    pack = read_pack("hangzhou")
    records = year()
    assert set(records.text("kind").words) <= set(pack.kinds)
    assert set(records.text("channel").words) <= set(pack.channels)
    assert set(records.text("unit_kind").words) <= {*pack.unit_kinds, ""}
    assert set(records.text("unit").words) <= {*past().units, ""}
    west, south, east, north = pack.bounds
    assert ((records["lon"] >= west) & (records["lon"] <= east)).all()
    assert ((records["lat"] >= south) & (records["lat"] <= north)).all()
    assert all(len(code) == 15 for code in records.text("area").words)


def test_deadlines_are_those_of_the_packs_loop() -> None:
    rules = read_pack("hangzhou").loop
    records = year().take(slice(0, 300))
    rows = zip(
        records.text("kind").texts(), records["level"].tolist(), records["reported"].tolist(), records["due"].tolist(),
        strict=True,
    )  # fmt: skip
    for kind, level, at, due in rows:
        assert due == rules.finish_by(kind, level, at).at


@given(st.integers(NOW - 300 * DAY, NOW), st.sampled_from(["15min", "2u", "1U", "1h", "4h", "1d", "5d", "15d", "8h"]))
@settings(max_examples=200, deadline=None)
def test_clocks_of_many_say_what_the_calendar_says_of_one(start: int, span: str) -> None:
    rules = read_pack("hangzhou").loop
    many = Deadlines(rules, NOW - 301 * DAY, NOW)
    found = many.after(Span.parse(span), np.array([start], dtype=np.int64))
    assert int(found[0]) == rules.calendar.after(start, Span.parse(span)).at


def test_a_leader_finds_the_storm_the_street_and_the_measure() -> None:
    records = year()
    storm = counted(records, "E0506", "", GREAT, GREAT + DAY)
    day_before = counted(records, "E0506", "", GREAT - DAY, GREAT)
    assert storm > 10 * max(day_before, 10)
    assert counted(records, "E0506", "330105018", GREAT, GREAT + DAY) > storm * 0.2
    span = 60 * DAY
    before, after = (counted(records, "E0410", "330105", at, at + span) for at in (MAY - span, MAY))
    assert after < 0.7 * before
    early, late = (counted(records, "E0405", "330105017", at, at + span) for at in (NOW - 150 * DAY, NOW - span))
    assert late > 1.15 * early


def test_a_slow_unit_takes_longer_than_others_of_its_kind() -> None:
    records = year()
    units, closed = records.text("unit").texts(), records["closed"] > 0
    hours = (records["closed"] - records["reported"]) / HOUR
    repair = [key for key, (_, kind) in past().units.items() if kind == "repair"]
    means = {
        key: float(np.median(hours[[u == key and c for u, c in zip(units, closed.tolist(), strict=True)]]))
        for key in repair
        if units.count(key) > 60
    }
    assert means[repair[1]] > 1.3 * np.median(list(means.values()))


def test_counts_of_signs_are_those_of_the_events() -> None:
    made = past(120, 20)
    signs = made.signs()
    signs.count(made)
    reported = signs.course("A01")
    assert reported is not None
    records = joined(list(made))
    at = from_iso("2026-07-10T13:30:00+08:00")
    midnight = from_iso("2026-07-10T00:00:00+08:00")
    hour = (at - reported.begin) // HOUR
    assert reported.values[0, hour] == sum(midnight <= t <= at for t in records["reported"].tolist())
    assert reported.values[0, hour] == reported.values[1:, hour].sum()


@pytest.fixture
def city() -> Iterator[str]:
    """A city of 40 events a day that tells of 12 days, on a thread of its own."""
    ready, stop = threading.Event(), threading.Event()
    url: list[str] = []

    async def main() -> None:
        async with living_city(events_per_day=40.0, past_days=12) as city:
            url.append(city.url)
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    assert ready.wait(60)
    yield url[0]
    stop.set()
    thread.join()


def test_a_platform_tells_its_past_page_by_page(city: str) -> None:
    with httpx.Client(base_url=city, timeout=20) as web:
        card = web.get("/past").json()
        assert (card["first"], card["last"]) == ("2026-07-02", "2026-07-13")
        day = web.get("/past/cases/2026-07-12").json()
        assert 20 < len(day["rows"]) < 80
        assert all(row[day["columns"].index("closed")] for row in day["rows"])
        sign = web.get("/past/signs/A01").json()
        assert len(sign["values"]) == 9
        late = web.get("/past/signs/A01?days=3").json()
        assert late["begin"] > sign["begin"]
        assert late["values"][0][-48:] == sign["values"][0][-48:]
        for wrong in ("cases/2026-07-14", "cases/yesterday", "signs/ZZ9"):
            answer = web.get(f"/past/{wrong}")
            assert answer.status_code == 400
            assert answer.json()["error"]


@pytest.mark.system
def test_a_hub_takes_the_citys_past_in_and_goes_on_after_a_restart(
    tmp_path: Path, city: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_city(profile: Path, pack: Any, _base: str, port: int, clock: Any) -> Hub:
        return Hub(profile, pack, city, port, clock)

    monkeypatch.setattr(living_hub, "Hub", with_city)
    monkeypatch.setattr(archive_past, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(archive_past, "REST_SECONDS", (0.05, 0.2))
    folder = tmp_path / "hub" / CITY
    with LivingHub(tmp_path / "hub") as hub:
        await_days(folder, 3)
        hub.stop()
        hub.start()
        await_days(folder, 12)
        await_signs(folder)
    archive = Archive.open(folder / "archive.db", CLOCK)
    days = archive.days()
    assert len(days) == 12
    assert archive.open_keys() == []
    taken = msgspec.msgpack.decode(archive.meta("past") or b"", type=archive_past.Taken)
    assert len(taken.days) == 12
    archive.close()
    history = History(folder / "signs.db", CLOCK)
    hours = history.series("sign/N05@330100", "hour", NOW - 13 * DAY, NOW)
    assert len(hours) > 12 * 24
    # comparisons read whole buckets
    _, means = history.recent("hour", NOW - 26 * HOUR, NOW - 25 * HOUR, ["sign/A01@330100", "sign/A01@330105"])
    assert means.shape == (2, 1)
    assert 0 < means[1, 0] < means[0, 0]
    history.close()


def await_days(folder: Path, count: int) -> None:
    def there() -> bool:
        if not (folder / "archive.db").exists():
            return False
        archive = Archive.open(folder / "archive.db", CLOCK)
        try:
            return len(archive.days()) >= count
        finally:
            archive.close()

    _await(there, f"{count} days")


def await_signs(folder: Path) -> None:
    def there() -> bool:
        archive = Archive.open(folder / "archive.db", CLOCK)
        try:
            data = archive.meta("past")
            return bool(data) and len(msgspec.msgpack.decode(data, type=archive_past.Taken).signs) >= 34
        finally:
            archive.close()

    _await(there, "signs")


def _await(there: Any, what: str) -> None:
    end = time.monotonic() + 60
    while not there():
        assert time.monotonic() < end, what
        time.sleep(0.1)
