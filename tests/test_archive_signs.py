"""The signs' past page by page at a copy: what a real hub has, under the same numbers, and then only what is new."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zstandard

from cockpit.bus import archiveasks as ask
from cockpit.model.clock import DAY, HOUR, ManualClock
from cockpit.model.messages import Message
from cockpit.signs import copying
from cockpit.signs.backfill import put_hours, put_recent
from cockpit.signs.history import History
from tests.archive_kit import NOW, year
from tests.living_hub import CITY, CLOCK, LivingHub
from tests.test_archive_hub import asked, city_with_events

EVER = 1 << 62
__all__ = ["city_with_events"]


def copy_of(hub: LivingHub, mine: History, cursor: ask.SignsCursor, most: int = 60_000) -> ask.SignsCursor:
    """Takes pages until there are no more."""
    signs, known, pages = "", 0, 0
    while True:
        wanted = ask.PastSignsWanted(signs, cursor, known, 0, most)
        page = asked(hub, ("archive.signs", wanted, ask.PastSignsPage))[0]
        if isinstance(page, Message):
            assert page.id == "archive.no_signs", page  # it is being opened
            continue
        raw = zstandard.ZstdDecompressor().decompress(page.pieces, max_output_size=10_000_000)
        pieces = msgspec.msgpack.decode(raw, type=list[ask.PastPiece])
        mine.take(
            [(item.id, item.key, item.fine, item.digits) for item in page.items],
            [(piece.grain, piece.start, piece.item, piece.data) for piece in pieces],
        )
        signs, cursor, pages = page.signs, page.next, pages + 1
        known = max([known, *(item.id for item in page.items)])
        if page.done:
            assert pages > 1 or cursor.since
            return cursor


@pytest.mark.system
def test_a_copy_has_what_the_hub_has_and_then_asks_for_nothing_old(tmp_path: Path) -> None:
    folder = tmp_path / "hub" / CITY
    folder.mkdir(parents=True)
    shutil.copy(year(40, 10).folder / "signs.db", folder / "signs.db")
    with LivingHub(tmp_path / "hub") as hub:
        mine = History(tmp_path / "mine.db", ManualClock())
        cursor = copy_of(hub, mine, ask.SignsCursor())
        again = asked(hub, ("archive.state", ask.StateWanted(signs_since=cursor.until), ask.ArchiveState))[0]
        assert again.signs_until >= cursor.until
    theirs = History(folder / "signs.db", CLOCK)
    keys = [f"sign/{code}@{area}" for code in ("A01", "N05", "D01") for area in ("330100", "330105")]
    for key in keys:
        for grain in ("hour", "day"):
            ours, truth = (file.series(key, grain, 0, EVER) for file in (mine, theirs))
            assert len(truth) > 38
            assert ours.start.tolist() == truth.start.tolist()
            assert np.array_equal(ours.mean, truth.mean)
    mine.close()
    theirs.close()


def test_hours_that_were_lived_go_before_those_that_are_told(tmp_path: Path) -> None:
    history = History(tmp_path / "signs.db", ManualClock())
    begin = NOW // HOUR * HOUR - 48 * HOUR
    put_hours(history, "sign/N05@330100", begin + 40 * HOUR, np.full(8, 30.0), 1)
    told = np.full(48, 10.0)
    told[3] = np.nan
    put_hours(history, "sign/N05@330100", begin, told, 1)
    put_recent(history, ["sign/N05@330100", "sign/ZZ@330100"], NOW)
    hours = history.series("sign/N05@330100", "hour", 0, EVER)
    assert len(hours) == 47
    assert hours.mean.tolist() == [10.0] * 39 + [30.0] * 8
    starts, means = history.recent("hour", begin + 38 * HOUR, begin + 42 * HOUR, ["sign/N05@330100"])
    assert starts == [begin + n * HOUR for n in range(38, 42)]
    assert means[0].tolist() == [10.0, 10.0, 30.0, 30.0]
    history.close()


def test_slices_alone_are_enough_for_a_copy_of_yesterday(tmp_path: Path) -> None:
    history = History(tmp_path / "signs.db", ManualClock())
    now = NOW // HOUR * HOUR
    put_hours(history, "sign/N05@330100", now - 40 * DAY, np.arange(40 * 24.0), 1)
    put_recent(history, ["sign/N05@330100"], now)
    assert copying.needs_chunks(history, 0)
    assert not copying.needs_chunks(history, now - DAY)
    pieces = list(copying.slices(history, "hour", now - DAY, now, 0))
    assert [start for _, start, _, _ in pieces] == [now - n * HOUR for n in range(1, 25)]
    assert copying.size_of(history, now - DAY, now) < copying.size_of(history, 0, now)
    chunks = list(copying.chunks(history, "hour", 0, now, 0, 0))
    assert len(chunks) in (2, 3)
    rest = list(copying.chunks(history, "hour", 0, now, chunks[0][1], chunks[0][2]))
    assert rest == chunks[1:]
    history.close()
