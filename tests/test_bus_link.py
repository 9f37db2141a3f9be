"""The seat's link to its hub: brings the whole picture, and ends quietly however its loop and its owner end."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nats.aio.msg import Msg

from cockpit.bus import asks, subjects
from cockpit.bus import link as module
from cockpit.bus.asks import PROTOCOL, Welcome
from cockpit.bus.client import connect
from cockpit.bus.link import HubLink
from cockpit.bus.server import NatsServer
from cockpit.bus.users import Keys, User
from cockpit.bus.where import OwnHub
from cockpit.model.batch import Batch, encode
from cockpit.model.clock import CityTime, SystemClock
from cockpit.model.errors import OutsideError
from cockpit.model.ports.link import Link, LinkState
from cockpit.model.tables import district_of
from cockpit.picture.outgoing import Outgoing
from cockpit.processes import free_port, write_private
from tests.living_picture import living_picture
from tests.waiting import until


class Nowhere:
    """A hub that is not there yet."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.released = False

    def find(self) -> tuple[str, User]:
        self.asked.set()
        raise OutsideError("seat.hub_starting")

    def release(self) -> None:
        self.released = True


def link_to(where: Nowhere, on_link: Callable[[Link, Welcome | None], None]) -> HubLink:
    return HubLink(where, "hangzhou", SystemClock(), lambda batch: None, on_link, lambda time: None)


def test_a_loop_that_ends_while_it_is_told_to_end_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    where = Nowhere()
    link = link_to(where, lambda state, welcome: None)
    link.start()
    assert where.asked.wait(10)
    soon = link._loop.call_soon_threadsafe

    def and_wait_for_the_end(*call: Any) -> Any:
        handle = soon(*call)
        link._thread.join(10)
        return handle

    monkeypatch.setattr(link._loop, "call_soon_threadsafe", and_wait_for_the_end)
    link.close()
    assert not link._thread.is_alive()
    assert where.released


def test_a_link_that_is_closed_takes_wishes_without_an_error() -> None:
    where = Nowhere()
    link = link_to(where, lambda state, welcome: None)
    link.start()
    link.close()
    link.retry_now()
    link.want_snapshot(("events",))
    link.close()
    assert where.released


def test_a_snapshot_whose_end_does_not_come_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ASK_SECONDS", 1.0)
    clock, keys = SystemClock(), Keys(tmp_path)
    bus = NatsServer(tmp_path, free_port(), keys.ensure(), clock)
    welcome = Welcome(PROTOCOL, "0", "h", "hangzhou", subjects.LIVE, CityTime(), clock.now())
    batches = Outgoing(living_picture(), "h", clock, district_of).snapshot(("event",))
    asked: list[str] = []
    got: list[Batch] = []
    told: list[LinkState] = []

    async def answer(message: Msg) -> None:
        asked.append(subjects.seat_and_what(message.subject)[1])
        if asked[-1] == "hello":
            await message.respond(asks.encode(welcome))
        elif asked.count("snapshot") == 1:
            await message.respond(encode(batches[0]))  # and stands still
        elif asked[-1] == "snapshot":
            for batch in batches:
                await message.respond(encode(batch))
            await message.respond(b"")

    async def story() -> None:
        hub = await connect(bus.url, keys.hub(), "hub", lambda: None)
        await hub.subscribe(subjects.ALL_ASKS, cb=answer)
        link.start()
        await until(lambda: LinkState.LIVE in told)
        await hub.close()

    write_private(tmp_path / "hub.json", json.dumps({"url": bus.url, "pid": os.getpid()}))
    link = HubLink(
        OwnHub(tmp_path), "hangzhou", clock, got.append, lambda state, _: told.append(state.state), lambda time: None
    )
    bus.start()
    try:
        asyncio.run(story())
    finally:
        link.close()
        bus.stop()
    # once is enough, but a machine that is busy may take longer over a whole one than it is waited for
    assert asked[0] == "hello"
    assert asked.count("snapshot") > 1
    assert [batch.district for batch in (got[0], *got[-len(batches) :])] == [
        batch.district for batch in (batches[0], *batches)
    ]
    assert len(batches) > 2


def test_a_hub_that_hangs_while_its_bus_stands_is_not_live_and_is_again_when_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("ASK_SECONDS", 0.5), ("QUIET_SECONDS", 0.2), ("SILENT_SECONDS", 1.5)):
        monkeypatch.setattr(module, name, seconds)
    clock, keys = SystemClock(), Keys(tmp_path)
    bus = NatsServer(tmp_path, free_port(), keys.ensure(), clock)
    welcome = Welcome(PROTOCOL, "0", "h", "hangzhou", subjects.LIVE, CityTime(), clock.now())
    told: list[Link] = []
    hangs, hellos = threading.Event(), 0

    async def answer(message: Msg) -> None:
        nonlocal hellos
        if hangs.is_set():
            return
        hello = subjects.seat_and_what(message.subject)[1] == "hello"
        hellos += hello
        await message.respond(asks.encode(welcome) if hello else b"")

    async def story() -> None:
        hub = await connect(bus.url, keys.hub(), "hub", lambda: None)
        await hub.subscribe(subjects.ALL_ASKS, cb=answer)
        link.start()
        await until(lambda: hellos > 12)  # it says nothing, but answers: longer than the patience
        # a first word that takes longer than it is waited for on a busy machine is asked for again
        assert [one.state for one in told if one.state is not LinkState.STARTING] == [LinkState.LIVE]
        hangs.set()
        await until(lambda: told[-1].state is LinkState.LOST)
        assert told[-1].problem is not None
        assert told[-1].problem.id == "seat.hub_silent"
        hangs.clear()
        await until(lambda: told[-1].state is LinkState.LIVE)
        await hub.close()

    write_private(tmp_path / "hub.json", json.dumps({"url": bus.url, "pid": os.getpid()}))
    link = HubLink(
        OwnHub(tmp_path), "hangzhou", clock, lambda batch: None, lambda state, _: told.append(state), lambda time: None
    )
    bus.start()
    try:
        asyncio.run(story())
    finally:
        link.close()
        bus.stop()
