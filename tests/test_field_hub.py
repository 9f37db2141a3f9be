"""The gateway between a real bus with a hub's book and devices: nothing lost, nothing doubled, whatever dies."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cockpit.model.entries import RecallOrder, Receipt, read_fact
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from tests.living_book import CITY, CLOCK, issue
from tests.living_gateway import LivingGateway, living_gateway
from tests.living_hall import Hall, living_hall
from tests.waiting import until

pytestmark = pytest.mark.slow

LIMIT = 30.0
Story = Callable[[Hall, LivingGateway], Awaitable[None]]


def play(profile: Path, story: Story) -> None:
    async def go() -> None:
        async with living_hall(profile) as hall, living_gateway(profile, clock=CLOCK) as city:
            await until(lambda: city.gateway.api.caught_up)
            await story(hall, city)

    asyncio.run(go())


def settled(city: LivingGateway) -> bool:
    return all(row.state is Sending.DONE for row in city.gateway.outbox.rows())


def test_an_order_reaches_the_device_that_waits_with_its_words(tmp_path: Path) -> None:
    async def story(hall: Hall, city: LivingGateway) -> None:
        device, other = await city.enrol("positions/U1"), await city.enrol("positions/U2")
        waiting = asyncio.create_task(device.orders(0, wait=25))
        not_for = asyncio.create_task(other.orders(0, wait=25))
        command, receipt = await hall.living.seat(issue("U1"), order="清理倒伏树木", place="王家弄 3 号", words="来电")
        assert receipt.refused is None
        said = (await waiting).json()
        (order,) = said["orders"]
        assert (order["text"], order["place"], order["words"]) == ("清理倒伏树木", "王家弄 3 号", "来电")
        assert order["id"] == command.act.orders[0].id
        assert said["rev"] > 0
        assert not not_for.done(), "who has no order is not woken"
        not_for.cancel()

    play(tmp_path, story)


def test_what_a_device_reports_is_recorded_once_and_in_its_order(tmp_path: Path) -> None:
    async def story(hall: Hall, city: LivingGateway) -> None:
        command, _ = await hall.living.seat(issue("U1"), order="看一下")
        order = command.act.orders[0].id
        device = await city.enrol("positions/U1")
        await until(lambda: city.gateway.board.owner(order) is not None)
        keys = []
        for kind in ("delivered", "read", "accepted", "en_route", "on_scene", "done"):
            answer = await device.fact(order, kind)
            assert answer.status_code == 201
            keys.append((answer.json()["id"], kind))
        await until(lambda: settled(city))
        assert await hall.recorded() == keys

    play(tmp_path, story)


def test_a_recalled_order_is_told_to_its_device(tmp_path: Path) -> None:
    async def story(hall: Hall, city: LivingGateway) -> None:
        command, _ = await hall.living.seat(issue("U1"), order="看一下")
        device = await city.enrol("positions/U1")
        await until(lambda: city.gateway.board.owner(command.act.orders[0].id) is not None)
        rev = (await device.orders(0, wait=25)).json()["rev"]
        waiting = asyncio.create_task(device.orders(rev, wait=25))
        _, receipt = await hall.living.seat(RecallOrder(command.act.orders[0].id), command.case, expected=1)
        assert receipt.refused is None
        (order,) = (await waiting).json()["orders"]
        assert (order["recalled"], order["state"]) == (True, "recalled")

    play(tmp_path, story)


def test_with_the_hub_away_facts_are_kept_and_recorded_once_when_it_is_back(tmp_path: Path) -> None:
    async def story(hall: Hall, city: LivingGateway) -> None:
        command, _ = await hall.living.seat(issue("U1"), order="看一下")
        order = command.act.orders[0].id
        device = await city.enrol("positions/U1")
        await until(lambda: city.gateway.board.owner(order) is not None)
        hall.living.server.stop()
        await until(lambda: not city.gateway.hub_is_there)
        key = str(uuid.uuid4())
        first = await device.fact(order, "delivered", key)
        assert first.status_code == 202
        assert (await device.fact(order, "delivered", key)).status_code == 200
        assert (await device.fact(order, "accepted")).status_code == 202
        assert await city.gateway.board.settled(30)  # its words were asked for when the hub went
        assert [o["id"] for o in (await device.orders()).json()["orders"]] == [order], "known orders are still told"
        hall.living.server.start()
        await hall.living.join()
        await hall.open_doors()
        await until(lambda: settled(city))
        assert [state for _, state in await hall.recorded()] == ["delivered", "accepted"]

    play(tmp_path, story)


def test_a_fact_whose_receipt_was_lost_is_sent_again_and_recorded_once(tmp_path: Path) -> None:
    async def story(hall: Hall, city: LivingGateway) -> None:
        command, _ = await hall.living.seat(issue("U1"), order="看一下")
        order = command.act.orders[0].id
        device = await city.enrol("positions/U1")
        await until(lambda: city.gateway.board.owner(order) is not None)
        hall.mute = True
        await device.fact(order, "delivered")
        await until(lambda: len(hall.heard) >= 1)
        hall.mute = False
        await until(lambda: settled(city))
        assert len(hall.heard) >= 2
        assert len(set(hall.heard)) == 1, "the same bytes"
        assert len(await hall.recorded()) == 1

    play(tmp_path, story)


@pytest.mark.logs("the hub does not take .*: ledger.no_fact")
def test_a_fact_that_the_hub_can_not_take_stays_and_those_behind_it_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(hall: Hall, city: LivingGateway) -> None:
        command, _ = await hall.living.seat(issue("U1"), order="看一下")
        order = command.act.orders[0].id
        device = await city.enrol("positions/U1")
        await until(lambda: city.gateway.board.owner(order) is not None)
        take = hall.book.fact

        async def once(gateway: str, role: str, data: bytes) -> Receipt:
            monkeypatch.setattr(hall.book, "fact", take)
            return Receipt(read_fact(data).id, refused=Message("ledger.no_fact", {"why": "test"}))

        monkeypatch.setattr(hall.book, "fact", once)
        await device.fact(order, "delivered")
        await until(lambda: city.gateway.outbox.rows()[0].state is Sending.PARKED)
        await device.fact(order, "read")
        await until(lambda: city.gateway.outbox.rows()[1].state is Sending.DONE)
        assert [state for _, state in await hall.recorded()] == ["read"]

    play(tmp_path, story)


def test_words_that_come_late_make_another_revision(tmp_path: Path) -> None:
    async def first(hall: Hall, city: LivingGateway) -> None:
        await hall.living.seat(issue("U1"), order="看一下")
        await until(lambda: city.gateway.board.state.seq == 1)

    play(tmp_path, first)

    async def later() -> None:
        async with living_gateway(tmp_path, clock=CLOCK) as city:  # there is no hub yet
            device = await city.enrol("positions/U1")
            before = (await device.orders()).json()
            assert [order["text"] for order in before["orders"]] == [None]
            waiting = asyncio.create_task(device.orders(before["rev"], wait=25))
            async with living_hall(tmp_path):
                after = (await waiting).json()
                assert [order["text"] for order in after["orders"]] == ["看一下"]
                assert after["rev"] > before["rev"]

    asyncio.run(later())


def test_another_ledger_is_followed_from_its_beginning(tmp_path: Path) -> None:
    async def first(hall: Hall, city: LivingGateway) -> None:
        await hall.living.seat(issue("U1"), order="旧的")
        await hall.living.seat(issue("U2"), order="旧的")
        await until(lambda: city.gateway.board.state.seq == 2)

    play(tmp_path, first)
    for path in (tmp_path / CITY, tmp_path / "hub.id"):  # the hub's ledger is lost, and begins anew
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    async def later() -> None:
        async with living_gateway(tmp_path, clock=CLOCK) as city:
            device = await city.enrol("positions/U1")
            rev = (await device.orders()).json()["rev"]
            async with living_hall(tmp_path) as hall:
                command, _ = await hall.living.seat(issue("U1"), order="新的")
                await until(lambda: city.gateway.board.owner(command.act.orders[0].id) is not None)
                await until(lambda: city.gateway.api.caught_up)
                async with asyncio.timeout(LIMIT):
                    while [o["text"] for o in (await device.orders(rev)).json()["orders"]] != ["新的"]:  # noqa: ASYNC110
                        await asyncio.sleep(0.1)

    asyncio.run(later())
