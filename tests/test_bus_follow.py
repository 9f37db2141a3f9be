"""Whoever follows the ledger has every decision once and in order, whatever was missed, and knows another ledger."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cockpit.bus import follow, subjects
from cockpit.bus.follow import Follower
from cockpit.model.clock import ManualClock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.store.ledger import LedgerCopy
from tests.chains import chain
from tests.ledger_bus import CITY, LedgerBus, ledger_bus, signed_in
from tests.waiting import until


class Heard:
    """A follower and what it handed on."""

    def __init__(self, copy: LedgerCopy) -> None:
        self.rows: list[tuple[int, bytes]] = list(copy.all())
        self.others = 0
        self.problems: list[str] = []
        self.copy = copy
        self.follower = Follower(
            copy,
            CITY,
            ManualClock(),
            lambda told: self.rows.extend((decision.seq, data) for decision, data in told),
            self._other,
            lambda problem: self.problems.append(problem.id),
        )

    def _other(self) -> None:
        self.rows.clear()
        self.others += 1

    @contextlib.asynccontextmanager
    async def following(self, bus: LedgerBus, caught_up: bool = True) -> AsyncIterator[None]:
        async with signed_in(bus, "seat-1") as client, self.follower.following(client, "seat-1", subjects.LIVE):
            if caught_up:
                async with asyncio.timeout(30):
                    await self.follower.caught_up.wait()
            yield


@pytest.fixture
def copy(tmp_path: Path):
    with closing(LedgerCopy.open(tmp_path / "seat" / "ledger.db", ManualClock())) as copy:
        yield copy


def play(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_what_was_decided_before_and_what_is_decided_now_come_in_one_row(tmp_path: Path, copy: LedgerCopy) -> None:
    rows = chain(30)

    async def story() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            bus.piece = 4
            await bus.append(rows[:17])
            heard = Heard(copy)
            async with heard.following(bus):
                assert heard.rows == rows[:17]
                await bus.append(rows[17:])
                await until(lambda: len(heard.rows) == 30)
            assert heard.rows == rows
            assert heard.others == 0
            assert list(copy.all()) == rows

    play(story())


def test_after_an_absence_only_what_was_missed_is_asked_for(tmp_path: Path, copy: LedgerCopy) -> None:
    rows = chain(12)
    copy.append_many(rows[:5])

    async def story() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            await bus.append(rows[:8])
            heard = Heard(copy)
            async with heard.following(bus):
                assert heard.rows == rows[:8]
            assert bus.asked == [4]
            await bus.append(rows[8:])
            async with heard.following(bus):
                assert heard.rows == rows
            assert bus.asked == [4, 7]

    play(story())


def test_news_that_got_lost_are_asked_for_when_the_next_ones_come(
    tmp_path: Path, copy: LedgerCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = chain(6)

    async def story() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            await bus.append(rows[:2])
            heard = Heard(copy)
            news, lost = heard.follower._news, []

            async def loses_two(message: Any) -> None:
                if len(lost) < 2:
                    lost.append(message)
                else:
                    await news(message)

            monkeypatch.setattr(heard.follower, "_news", loses_two)
            async with heard.following(bus):
                await bus.append(rows[2:])
                await until(lambda: heard.rows == rows)
            assert len(lost) == 2

    play(story())


def test_the_last_of_the_news_that_got_lost_is_found_in_time(
    tmp_path: Path, copy: LedgerCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "CHECK_SECONDS", 0.05)
    rows = chain(3)

    async def story() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            await bus.append(rows[:2])
            heard = Heard(copy)
            async with heard.following(bus):
                await bus.append(rows[2:], silent=True)
                await until(lambda: heard.rows == rows)

    play(story())


def test_a_copy_of_another_ledger_is_set_aside_and_the_hubs_is_fetched(tmp_path: Path, copy: LedgerCopy) -> None:
    rows = chain(7)
    copy.append_many(chain(5, hub="other"))

    async def story() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            await bus.append(rows)
            heard = Heard(copy)
            async with heard.following(bus):
                await until(lambda: heard.rows == rows)
            assert heard.others == 1
            assert list(copy.all()) == rows
            assert [notice.id for notice in copy.notices] == ["store.ledger_other"]

    play(story())


def test_a_hub_whose_ledger_is_shorter_for_good_has_another_one(
    tmp_path: Path, copy: LedgerCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "RETRY_SECONDS", (0.01,))
    rows = chain(7)
    copy.append_many(rows)

    async def story() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            await bus.append(rows[:4])
            heard = Heard(copy)
            async with heard.following(bus):
                await until(lambda: heard.rows == rows[:4])
            assert heard.others == 1

    play(story())


def test_a_hub_that_only_lags_behind_its_own_news_is_waited_for(
    tmp_path: Path, copy: LedgerCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "RETRY_SECONDS", (0.05,))
    rows = chain(7)
    copy.append_many(rows[:6])

    async def story() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            await bus.append(rows)
            bus.rows = rows[:5]
            heard = Heard(copy)
            async with heard.following(bus, caught_up=False):
                await until(lambda: len(bus.asked) == 1)
                bus.rows = list(rows)
                await until(lambda: heard.rows == rows)
            assert heard.others == 0

    play(story())


def test_a_hub_that_can_not_say_is_asked_again(
    tmp_path: Path, copy: LedgerCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "RETRY_SECONDS", (0.02,))
    rows = chain(3)

    async def story() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            bus.problem = Message("ledger.starting")
            await bus.append(rows)
            heard = Heard(copy)
            async with heard.following(bus, caught_up=False):
                await until(lambda: len(bus.asked) >= 2)
                assert heard.rows == []
                bus.problem = None
                await until(lambda: heard.rows == rows)

    play(story())


def test_what_does_not_link_up_is_never_handed_on(
    tmp_path: Path, copy: LedgerCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "RETRY_SECONDS", (0.02,))
    rows = chain(6)
    wrong = [*rows[:3], chain(4, hub="other")[3], *rows[4:]]

    async def story() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            await bus.append(wrong)
            heard = Heard(copy)
            async with heard.following(bus, caught_up=False):
                await until(lambda: len(bus.asked) >= 3)
                assert heard.rows in ([], rows[:3])
                bus.rows = list(rows)
                await until(lambda: heard.rows == rows)
            assert heard.others == 0

    play(story())


def test_what_the_disk_refuses_is_handed_on_all_the_same_and_kept_when_it_can_be(
    tmp_path: Path, copy: LedgerCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = chain(9)
    append, full = copy.append_many, [True]

    def refuses(found: Any) -> None:
        if full[0]:
            raise OutsideError("store.disk_full", file="ledger.db")
        append(found)

    monkeypatch.setattr(copy, "append_many", refuses)

    async def story() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            await bus.append(rows[:3])
            heard = Heard(copy)
            async with heard.following(bus):
                await bus.append(rows[3:6])
                await until(lambda: heard.rows == rows[:6])
                assert heard.problems == ["store.disk_full"]
                assert copy.last[0] == 0
                full[0] = False
                await bus.append(rows[6:])
                await until(lambda: heard.rows == rows)
                assert list(copy.all()) == rows

    play(story())


def test_what_is_distrusted_is_fetched_anew(tmp_path: Path, copy: LedgerCopy) -> None:
    rows = chain(5)

    async def story() -> None:
        async with ledger_bus(tmp_path / "hub") as bus:
            await bus.append(rows)
            heard = Heard(copy)
            async with heard.following(bus):
                heard.follower.distrust()
                assert heard.rows == []
                await until(lambda: heard.rows == rows)
                assert heard.others == 1

    play(story())
