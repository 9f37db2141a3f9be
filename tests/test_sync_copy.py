"""A leader's laptop has the hall's archive and signs, whatever the line between them does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cockpit.model.clock import DAY, HOUR
from cockpit.model.ports.link import LinkState
from cockpit.seat.keptsigns import KEPT_GRAINS
from cockpit.signs.history import History
from cockpit.store import vault as keys
from cockpit.store.archive import Archive
from tests import sync_kit
from tests.living_hub import CITY, CLOCK, LivingHub
from tests.secure_kit import PHRASE, needs_sqlcipher, no_keyring, quick_keys
from tests.sync_kit import a_laptop, laptop, line_to, open_hall, records

pytestmark = [pytest.mark.system, pytest.mark.slow]
__all__ = ["no_keyring", "quick_keys"]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[LivingHub]:
    with open_hall(tmp_path / "hub") as hub:
        yield hub


def agree(profile_archive: Archive, hub: LivingHub) -> None:
    """Rows here and there are the same; the hub is asked by its file."""
    theirs = Archive.open(hub.profile / CITY / "archive.db", CLOCK)
    try:
        assert records(profile_archive) == records(theirs)
    finally:
        theirs.close()


def signs_agree(history: History, hub: LivingHub) -> None:
    theirs = History(hub.profile / CITY / "signs.db", CLOCK)
    try:
        until = theirs.first + 45 * DAY
        known = set(theirs.key_of().values())
        ours = set(history.key_of().values())
        assert ours <= known
        for key in known - ours:  # the hub lives: what it counts first now is in no bucket of an hour yet
            assert not any(len(theirs.series(key, grain, theirs.first, until).start) for grain in KEPT_GRAINS), key
        for key in sorted(ours)[:: max(1, len(ours) // 40)]:
            for grain in KEPT_GRAINS:
                ours, other = (one.series(key, grain, theirs.first, until) for one in (history, theirs))
                np.testing.assert_array_equal(ours.start, other.start)
                np.testing.assert_allclose(ours.mean, other.mean)
    finally:
        theirs.close()


def test_a_laptop_fetches_all_rows_and_signs_and_says_until_when_it_has_them(hall: LivingHub, tmp_path: Path) -> None:
    a_laptop(hall, tmp_path / "leader")
    with laptop(tmp_path / "leader") as mine:
        mine.until(lambda: mine.whole, "all is here")
        agree(mine.sync.archive, hall)
        signs_agree(mine.sync.history, hall)
        assert "archive" in mine.topics
        assert mine.sync.version > 0
        assert mine.sync.fresh.problem is None


def test_what_was_fetched_is_not_fetched_again_by_the_next_start(hall: LivingHub, tmp_path: Path) -> None:
    a_laptop(hall, tmp_path / "leader")
    with laptop(tmp_path / "leader") as mine:
        mine.until(lambda: mine.whole, "all is here")
        first = mine.sync.carried
    with laptop(tmp_path / "leader") as mine:
        assert mine.sync.archive.count() > 0  # at once, before the hub was heard
        mine.until(lambda: mine.whole and mine.sync.carried, "nothing is missing")
        assert mine.sync.carried < first / 20


def test_a_line_that_is_cut_again_and_again_loses_a_page_each_time_and_nothing_else(
    hall: LivingHub, tmp_path: Path
) -> None:
    a_laptop(hall, tmp_path / "leader")
    with line_to(tmp_path / "leader", bits=1_500_000, rtt=0.02) as line, laptop(tmp_path / "leader") as mine:
        line.cut_every(1.3)
        mine.until(lambda: line.cuts >= 2 and mine.sync.archive.count(), "rows come in between")
        line.cut_every(10_000)
        mine.until(lambda: mine.whole, "all is here")
        agree(mine.sync.archive, hall)
        signs_agree(mine.sync.history, hall)
        assert line.cuts >= 2


def test_open_cases_come_first_and_then_the_newest(hall: LivingHub, tmp_path: Path) -> None:
    a_laptop(hall, tmp_path / "leader")
    seen: list[tuple[int, int]] = []
    with line_to(tmp_path / "leader", bits=400_000, rtt=0.02) as line, laptop(tmp_path / "leader") as mine:
        mine.until(lambda: mine.sync.fresh.open_until, "what is open is here")
        assert mine.sync.fresh.left > 0
        assert mine.sync.fresh.rows_until == 0
        theirs = Archive.open(hall.profile / CITY / "archive.db", CLOCK)
        open_there = set(theirs.open_keys())
        newest = theirs.days()[0].day
        theirs.close()
        assert open_there <= set(mine.sync.archive.open_keys())
        mine.until(lambda: mine.sync.fresh.left == 0 or len(mine.sync.archive.days()) > 5, "days of rows")
        seen.extend((day.day, day.rows) for day in mine.sync.archive.days())
        assert seen[0][0] == newest
        assert line.carried[0] > 0


def test_a_hub_that_restarts_is_gone_on_with(hall: LivingHub, tmp_path: Path) -> None:
    a_laptop(hall, tmp_path / "leader")
    with line_to(tmp_path / "leader", bits=800_000) as _, laptop(tmp_path / "leader") as mine:
        mine.until(lambda: mine.sync.archive.count(), "the first rows")
        hall.stop()
        mine.until(lambda: not mine.sync.fresh.working, "it says that none come")
        some = mine.sync.archive.count()
        hall.start()
        mine.until(lambda: mine.whole, "all is here")
        assert mine.sync.archive.count() >= some
        agree(mine.sync.archive, hall)


def test_a_hub_whose_archive_is_another_one_is_copied_anew(hall: LivingHub, tmp_path: Path) -> None:
    a_laptop(hall, tmp_path / "leader")
    with laptop(tmp_path / "leader") as mine:
        mine.until(lambda: mine.whole, "all is here")
    hall.stop()
    for name in ("archive.db", "signs.db"):
        for path in (hall.profile / CITY).glob(f"{name}*"):
            path.unlink()
    sync_kit.year(30, 20, 5).copy(hall.profile / CITY)
    hall.start()
    with laptop(tmp_path / "leader") as mine:
        first = mine.sync.fresh.source
        mine.until(lambda: mine.sync.fresh.source != first and mine.whole, "all of the other is here")
        agree(mine.sync.archive, hall)
        signs_agree(mine.sync.history, hall)


def test_two_laptops_have_the_same(hall: LivingHub, tmp_path: Path) -> None:
    for name in ("chen", "li"):
        a_laptop(hall, tmp_path / name, name)
    with laptop(tmp_path / "chen") as one, laptop(tmp_path / "li") as other:
        one.until(lambda: one.whole, "all is at the first")
        other.until(lambda: other.whole, "all is at the second")
        assert records(one.sync.archive) == records(other.sync.archive)


@needs_sqlcipher
def test_an_encrypted_laptop_has_it_too_and_its_files_say_nothing(
    hall: LivingHub, tmp_path: Path, no_keyring: None, quick_keys: None
) -> None:
    profile = tmp_path / "leader"
    a_laptop(hall, profile)
    vault = keys.create(profile, PHRASE)
    with laptop(profile, vault) as mine:
        mine.until(lambda: mine.whole, "all is here")
        agree(mine.sync.archive, hall)
        place = next(row[6] for row in records(mine.sync.archive).values() if len(row[6]) > 3)
    from tests.secure_kit import holds

    assert holds(profile / CITY, place) == []


def test_of_more_than_it_may_keep_the_oldest_days_go_and_that_is_said(hall: LivingHub, tmp_path: Path) -> None:
    a_laptop(hall, tmp_path / "leader")
    with laptop(tmp_path / "leader", start=False) as mine:
        mine.seat.budget = 400_000
        mine.seat.start()
        mine.until(lambda: mine.whole and mine.sync.fresh.forgotten, "the oldest went")
        days = mine.sync.archive.days()
        assert len(days) >= 31
        assert min(day.day for day in days) * DAY + 16 * HOUR >= mine.sync.fresh.forgotten - DAY
        newest = days[0].day
    with laptop(tmp_path / "leader") as mine:  # and they do not come back
        count = mine.sync.archive.count()
        mine.until(lambda: mine.whole and mine.sync.carried, "nothing is missing")
        assert mine.sync.archive.count() == count
        assert mine.sync.archive.days()[0].day == newest


def test_a_laptop_is_joined_before_it_has_the_whole_picture_which_comes_once_however_often_the_line_is_cut(
    hall: LivingHub, tmp_path: Path
) -> None:
    from cockpit.model.batch import columns_of_rows
    from cockpit.model.tables import SENSORS, TEXT

    assert hall.hub is not None
    same = {c.name: "" if c.dtype == TEXT else 0 for c in SENSORS.columns} | {
        "feed": "sensors",
        "lon": 120.1,
        "lat": 30.2,
    }
    rows = [same | {"key": f"sensors/{n}", "name": f"雨量站{n}号 天目山路与教工路交叉口"} for n in range(4_000)]
    hall.loop.call_soon_threadsafe(hall.hub.intake.put_columns, "sensor", columns_of_rows(SENSORS, rows))
    a_laptop(hall, tmp_path / "leader")
    with line_to(tmp_path / "leader", bits=600_000, rtt=0.1) as line, laptop(tmp_path / "leader") as mine:
        mine.until(lambda: mine.seat.link.state is LinkState.LIVE, "joined")
        assert len(mine.seat.picture["sensor"]) < 4_000
        mine.until(lambda: mine.sync.archive.count(), "rows come beside it")
        mine.until(lambda: len(mine.seat.picture["sensor"]) == 4_000, "the whole picture")
        mine.until(lambda: mine.whole, "the copy")
        before = line.carried[0]
        line.cut()
        mine.until(lambda: mine.seat.link.state is not LinkState.LIVE, "it is cut")
        mine.until(lambda: mine.seat.link.state is LinkState.LIVE, "joined again")
        mine.until(lambda: mine.sync.fresh.problem is None and not mine.sync.fresh.working, "nothing is missing")
        assert line.carried[0] - before < before / 4
