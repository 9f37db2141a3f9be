"""The hub's book: what is decided is decided once, for ever, and lies on disk before anyone is told."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from cockpit.ledger.chain import walk
from cockpit.ledger.stream import Stream, Unsure
from cockpit.model.clock import MINUTE
from cockpit.model.entries import RecallOrder, encode, read_decision
from cockpit.model.errors import OutsideError
from cockpit.model.ids import new_id
from cockpit.store.ledger import LedgerCopy
from tests.living_book import CLOCK, NOTE, LivingBook, command_of, fact_of, issue, living_book

pytestmark = pytest.mark.slow


def play(profile: Path, story: Callable[[LivingBook], Awaitable[None]], ready: bool = True) -> None:
    async def go() -> None:
        async with living_book(profile, ready) as living:
            await story(living)

    asyncio.run(go())


async def stream_of(living: LivingBook) -> list[bytes]:
    stream = Stream(living.client, "hangzhou", "live", living.book.hub)
    last = (await stream.ends()).last
    return [data async for piece in stream.read(0, last) for _, data in piece]


def test_an_order_is_in_the_stream_in_the_copy_and_in_the_state_with_its_words_beside_the_chain(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        command, receipt = await living.seat(issue("U1"), order="请到王家弄 3 号", place="王家弄")
        assert (receipt.seq, receipt.refused, receipt.problem) == (1, None, None)
        rows = await stream_of(living)
        assert ["王家弄" in row.decode() for row in rows] == [False]
        decision = read_decision(rows[0])
        assert (decision.cause, decision.case, decision.actor.seat) == (command.id, command.case, "seat-1")
        words = await living.book.words([ref.id for ref in decision.texts.values()], "duty")
        assert set(words.texts.values()) == {"请到王家弄 3 号", "王家弄", "张敏"}
        assert living.book.state.cases[command.case].orders
        assert (await living.book.rows(0)).rows == [(1, rows[0])]

    play(tmp_path, story)


def test_a_command_that_comes_again_has_no_second_effect_and_gets_the_same_receipt_also_after_a_restart(
    tmp_path: Path,
) -> None:
    kept: list[tuple[bytes, object]] = []

    async def first(living: LivingBook) -> None:
        for act in (issue("U1"), RecallOrder(new_id(CLOCK))):
            command = command_of(act)
            data = encode(command)
            receipt = await living.book.command("seat-1", "duty", data)
            assert await living.book.command("seat-1", "duty", data) == receipt
            kept.append((data, receipt))
        assert kept[1][1].refused is not None

    async def later(living: LivingBook) -> None:
        for data, receipt in kept:
            assert await living.book.command("seat-1", "duty", data) == receipt
        assert len(await stream_of(living)) == 2

    play(tmp_path, first)
    play(tmp_path, later)


def test_an_id_that_comes_again_with_other_content_is_refused(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        command, _ = await living.seat(issue("U1"))
        forged = msgspec.structs.replace(command, act=issue("U2"))
        receipt = await living.book.command("seat-2", "duty", encode(forged))
        assert receipt.refused.id == "ledger.id_reused"
        assert living.book.state.order_of("positions/U2") is None

    play(tmp_path, story)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[]", b'{"id":"x"}', b"x" * 200_000, b'{"id":"a\\u0000b"}', encode({"id": "1 2\r\nX: y"})],
    ids=range(7),
)
def test_bytes_that_are_no_command_and_no_fact_are_refused_in_a_sentence_and_leave_nothing(
    tmp_path: Path, data: bytes
) -> None:
    async def story(living: LivingBook) -> None:
        for receipt in (
            await living.book.command("seat-1", "duty", data),
            await living.book.fact("gateway", "device", data),
        ):
            assert receipt.refused is not None
            assert receipt.seq == 0
        assert await stream_of(living) == []

    play(tmp_path, story)


def test_two_seats_that_order_one_unit_at_once_have_one_winner(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        several = [living.seat(issue("U1"), seat=f"seat-{n}") for n in range(1, 9)]
        receipts = [receipt for _, receipt in await asyncio.gather(*several)]
        assert sum(receipt.refused is None for receipt in receipts) == 1
        assert {receipt.refused.id for receipt in receipts if receipt.refused} == {"ledger.unit_ordered"}
        assert sorted(receipt.seq for receipt in receipts) == list(range(1, 9))

    play(tmp_path, story)


def test_a_fact_is_recorded_once_however_late_and_by_whomever(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        command, _ = await living.seat(issue("U1"))
        order = command.act.orders[0].id
        for fact in (
            fact_of(order, "accepted"),
            fact_of(new_id(CLOCK), "done"),
            fact_of(order, "delivered", words="晚到"),
        ):
            first = await living.book.fact("gateway", "device", encode(fact))
            assert first.refused is None
            assert await living.book.fact("gateway", "device", encode(fact)) == first
        assert len(await stream_of(living)) == 4
        assert living.book.state.order(order).state == "accepted"

    play(tmp_path, story)


def test_an_order_that_no_device_acknowledged_in_time_expires_by_the_hubs_own_decision(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        command = msgspec.structs.replace(command_of(issue("U1")), valid_until=CLOCK.now() + 5 * MINUTE)
        await living.book.command("seat-1", "duty", encode(command))
        order = command.act.orders[0].id
        await living.book.sweep()
        assert living.book.state.order(order).state == "sent"
        living.clock.city = msgspec.structs.replace(living.clock.city, city_us=10 * MINUTE)
        await living.book.sweep()
        await living.book.sweep()
        assert living.book.state.order(order).state == "expired"
        assert [read_decision(row).actor.seat for row in await stream_of(living)] == ["seat-1", "hub"]

    play(tmp_path, story)


def test_the_chain_numbers_and_state_go_on_over_restarts(tmp_path: Path) -> None:
    numbers: list[str] = []
    ids: set[str] = set()

    async def story(living: LivingBook) -> None:
        command, receipt = await living.seat(issue(f"U{len(numbers) + 1}"))
        assert receipt.seq == len(numbers) + 1
        numbers.append(living.book.state.cases[command.case].number.rpartition("-")[2])
        ids.add(living.book.hub)
        assert len(list(walk(await stream_of(living)))) == receipt.seq

    for _ in range(3):
        play(tmp_path, story)
    assert numbers == ["0001", "0002", "0003"]
    assert len(ids) == 1


def test_a_copy_that_lags_behind_or_was_lost_is_caught_up_from_the_stream(tmp_path: Path) -> None:
    async def some(living: LivingBook) -> None:
        command, _ = await living.seat(issue("U1"))
        for n in range(5):
            await living.seat(NOTE, command.case, expected=n + 1, words=f"第 {n} 条")

    async def whole(living: LivingBook) -> None:
        assert living.book.problem is None
        assert living.book.state.seq == 6
        assert [seq for seq, _ in (await living.book.rows(0)).rows] == [1, 2, 3, 4, 5, 6]

    play(tmp_path, some)
    copy = tmp_path / "hangzhou" / "ledger.db"
    with closing(sqlite3.connect(copy)) as db, db:
        db.execute("DELETE FROM decision WHERE seq > 2")
    play(tmp_path, whole)
    for part in copy.parent.glob("ledger.db*"):
        part.unlink()
    (tmp_path / "hub.id").unlink()
    play(tmp_path, whole)


@pytest.mark.parametrize("how", ["lost", "other", "shorter"])
def test_a_stream_that_is_not_the_copys_is_said_and_takes_nothing(tmp_path: Path, how: str) -> None:
    async def fill(living: LivingBook) -> None:
        for n in range(3):
            await living.seat(issue(f"U{n + 1}"))

    async def refuse(living: LivingBook) -> None:
        await living.book.open()
        with pytest.raises(OutsideError) as error:
            await living.join()
        _, receipt = await living.seat(issue("U1"))
        assert receipt.problem == error.value.message
        assert living.said == [error.value.message]
        assert error.value.message.id == {"other": "ledger.stream_differs"}.get(how, "ledger.stream_shorter")
        assert len((await living.book.rows(0)).rows) == 3  # what it knows it still tells
        with pytest.raises(OutsideError):
            await living.join()

    play(tmp_path, fill)
    shutil.rmtree(tmp_path / "hangzhou" / "stream")
    if how != "lost":

        async def some_other(living: LivingBook) -> None:
            for n in range(2 if how == "shorter" else 3):
                await living.seat(issue(f"U{n + 1}"))

        other = tmp_path / "other"
        other.mkdir()
        shutil.copy(tmp_path / "hub.id", other / "hub.id")
        play(other, some_other)
        shutil.copytree(other / "hangzhou" / "stream", tmp_path / "hangzhou" / "stream")
    play(tmp_path, refuse, ready=False)


def test_a_hub_that_finds_anothers_decision_in_its_place_is_the_hub_no_more(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        await living.seat(issue("U1"))
        second = living.new_book(tmp_path / "second")
        await second.open()
        await second.join(Stream(living.client, "hangzhou", "live", second.hub))
        _, receipt = await living.seat(issue("U2"))
        assert receipt.seq == 2
        late = await second.command("seat-3", "duty", encode(command_of(issue("U3"))))
        assert late.problem.id == "ledger.other_writer"
        again = await second.command("seat-3", "duty", encode(command_of(issue("U3"))))
        assert again.problem == late.problem
        assert living.said == [late.problem]
        assert len(await stream_of(living)) == 2
        assert (await living.seat(issue("U3")))[1].seq == 3
        await second.close()

    play(tmp_path, story)


def test_an_append_whose_answer_was_lost_is_looked_up_and_not_done_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is in the stream; who sent it does not know."""
    append = Stream.append

    async def deaf(self: Stream, *args: object) -> None:
        await append(self, *args)
        raise Unsure("ledger.not_kept", why="timeout")

    async def story(living: LivingBook) -> None:
        command = command_of(issue("U1"))
        monkeypatch.setattr(Stream, "append", deaf)
        receipt = await living.book.command("seat-1", "duty", encode(command))
        assert receipt.problem.id == "ledger.not_kept"
        assert living.troubles == 1
        monkeypatch.setattr(Stream, "append", append)
        assert (await living.seat(issue("U2")))[1].problem == receipt.problem  # nothing is decided before the look
        await living.join()
        again = await living.book.command("seat-1", "duty", encode(command))
        assert (again.seq, again.problem) == (1, None)
        assert len(await stream_of(living)) == 1

    play(tmp_path, story)


def test_an_append_that_arrives_after_it_was_given_up_for_lost_is_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Stream.append
    held: list[tuple[object, ...]] = []

    async def slow(self: Stream, *args: object) -> None:
        held.append(args)
        raise Unsure("ledger.not_kept", why="timeout")

    async def story(living: LivingBook) -> None:
        monkeypatch.setattr(Stream, "append", slow)
        first = command_of(issue("U1"))
        assert (await living.book.command("seat-1", "duty", encode(first))).problem is not None
        monkeypatch.setattr(Stream, "append", append)
        await living.join()  # not there
        await append(Stream(living.client, "hangzhou", "live", living.book.hub), *held[0])  # now it is
        rival = command_of(issue("U1"))
        receipt = await living.book.command("seat-2", "duty", encode(rival))
        assert (receipt.seq, receipt.refused.id) == (2, "ledger.unit_ordered")
        assert (await living.book.command("seat-1", "duty", encode(first))).seq == 1

    play(tmp_path, story)


def test_the_bus_is_killed_and_the_book_goes_on_where_it_was(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        receipts = {}
        for n in range(1, 4):
            commands = [command_of(issue(f"U{n}")) for _ in range(3)]
            tasks = [asyncio.create_task(living.book.command("seat-1", "duty", encode(c))) for c in commands]
            await asyncio.sleep(0.003 * n)
            living.server.process.send_signal(signal.SIGKILL)
            await asyncio.gather(*tasks)
            living.server.stop()
            living.server.start()
            await living.join()
            for command in commands:
                receipt = await living.book.command("seat-1", "duty", encode(command))
                assert receipt.problem is None
                receipts[command.id] = receipt
        rows = await stream_of(living)
        causes = [decision.cause for decision, _ in walk(rows)]
        assert sorted(causes) == sorted(receipts)
        assert sum(receipt.refused is None for receipt in receipts.values()) == 3

    play(tmp_path, story)


def test_a_disk_that_refuses_the_words_is_said_and_later_all_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(living: LivingBook) -> None:
        command = command_of(issue("U1"), order="请到场")
        with monkeypatch.context() as full:
            full.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=4096))
            receipt = await living.book.command("seat-1", "duty", encode(command))
            assert (receipt.seq, receipt.problem.id) == (0, "ledger.disk_full")
        assert (await living.book.command("seat-1", "duty", encode(command))).seq == 1

    play(tmp_path, story)


def test_a_copy_that_the_disk_refuses_follows_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: LedgerCopy, rows: object) -> None:
        raise OutsideError("store.disk_full", file=str(self.path))

    async def story(living: LivingBook) -> None:
        with monkeypatch.context() as refused:
            refused.setattr(LedgerCopy, "append_many", full)
            command = command_of(issue("U1"))
            assert (await living.book.command("seat-1", "duty", encode(command))).seq == 1
            assert (await living.book.command("seat-1", "duty", encode(command))).seq == 1
            assert [seq for seq, _ in (await living.book.rows(0)).rows] == [1]
        await living.book.sweep()
        with closing(sqlite3.connect(tmp_path / "hangzhou" / "ledger.db")) as db:
            assert db.execute("SELECT seq FROM decision").fetchall() == [(1,)]
        assert [message.id for message in living.said] == ["ledger.disk_full"]

    play(tmp_path, story)


def test_words_that_were_erased_are_gone_and_the_chain_stays(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        command, _ = await living.seat(issue("U1"), caller="李先生 13800000000")
        ref = living.book.state.cases[command.case].texts["caller"]
        assert living.book._kept._files.texts.erase(ref.id)
        assert (await living.book.words([ref.id], "duty")).texts == {}
        assert len(list(walk(await stream_of(living)))) == 1
        assert "13800000000" not in (tmp_path / "hangzhou" / "texts.db").read_bytes().decode("latin-1")

    play(tmp_path, story)
