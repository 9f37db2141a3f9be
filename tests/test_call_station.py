"""A seat's calls on their own: what begins with them, what they find from before, what they keep."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from cockpit.calls import finding
from cockpit.media.client import MediaProcess
from cockpit.model.calls import Call, CallKind, CallState, Contact, Devices, Leg, Line, Way, WayKind
from cockpit.model.clock import CityClock, ManualClock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.seat import callrecords, callstation
from cockpit.seat.callstation import CallStation
from tests.call_hands import ScriptedAdapter, person, phone, run
from tests.waiting import until


class Hands:
    """`callstation.Hands`: keeps what is said."""

    def __init__(self) -> None:
        self.lines: tuple[Line, ...] = ()
        self.said: list[Message] = []

    def told_calls(self, calls: tuple[Call, ...]) -> None: ...
    def told_sound(self) -> None: ...
    def told_devices(self, devices: Devices) -> None: ...
    def told_world(self, world: str) -> None: ...
    def to_outbox(self) -> None: ...

    def told_lines(self, lines: tuple[Line, ...]) -> None:
        self.lines = lines

    def notice(self, what: Message) -> None:
        self.said.append(what)

    def who(self, way: Way, name: str) -> Contact:
        return Contact(f"number/{way.address}", name or way.address, ways=(way,))

    def called(self) -> str:
        return "值班席"


class Broken(ScriptedAdapter):
    """Its start is our bug, or theirs."""

    async def start(self) -> None:
        raise AttributeError("no such thing")


@asynccontextmanager
async def station_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *adapters: ScriptedAdapter
) -> AsyncIterator[tuple[CallStation, Hands]]:
    def find(around: Any) -> Any:
        for adapter in adapters:
            adapter.events = around.events
        return {adapter.kind: adapter for adapter in adapters}, {}

    async def request(what: str, wanted: object) -> Any:
        raise OutsideError("seat.hub_gone")

    async def opened(url: str) -> bool:
        return False

    monkeypatch.setattr(finding, "find_adapters", find)
    hands, here = Hands(), folder / "city"
    pack = folder / "pack"
    pack.mkdir(exist_ok=True)
    station = CallStation(folder, here, pack, "city", CityClock(ManualClock()), request, hands, opened)
    async with station.living():
        yield station, hands


def test_an_adapter_that_can_not_start_is_said_and_the_others_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        broken, good = Broken(WayKind.WEBRTC, {}), ScriptedAdapter(WayKind.HANDOFF, {})
        with caplog.at_level(logging.CRITICAL, "cockpit.seat.callstation"):
            async with station_of(tmp_path, monkeypatch, broken, good) as (station, hands):
                async with asyncio.timeout(30):
                    desk = await station.ready()
                await until(lambda: len(hands.lines) == 2)
                assert list(desk.adapters) == [WayKind.HANDOFF]
                problem = next(line.problem for line in hands.lines if line.kind is WayKind.WEBRTC)
                assert problem is not None
                assert problem.params == {"name": "webrtc", "why": "AttributeError"}

    run(story())


def test_in_a_rehearsal_the_desks_line_and_telephone_are_not_used(tmp_path: Path) -> None:
    """A second registration of the desk's extension would ring there alone, and take real callers into the drill."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "calls.toml").write_text(
        'adapters = ["another"]\n[sip]\nserver = "127.0.0.1"\nuser = "8000"\n'
        '[webrtc]\nturn = "turn:127.0.0.1:3478"\nuser = "desk"\npassword = "secret:turn"\n'
    )

    async def request(what: str, wanted: object) -> Any:
        raise OutsideError("seat.hub_gone")

    async def opened(url: str) -> bool:
        return False

    async def story() -> None:
        hands, clock = Hands(), CityClock(ManualClock())
        station = CallStation(
            tmp_path, tmp_path / "city", tmp_path / "pack", "city", clock, request, hands, opened, rehearses=True
        )
        async with station.living():
            desk = await station.ready()
            assert station.settings.sip is not None, "the file was read"
            assert set(desk.adapters) <= {WayKind.WEBRTC}
            assert {kind: why.id for kind, why in desk.missing.items() if kind is not WayKind.WEBRTC} == {
                WayKind.SIP: "calls.not_in_drill",
                WayKind.HANDOFF: "calls.not_in_drill",
            }
            assert hands.said == [], "nor is a secret missed that it does not need"

    run(story())


def test_what_can_not_begin_is_said_to_whoever_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        def nothing(self: Any) -> None:
            raise AttributeError("our bug")

        monkeypatch.setattr(CallStation, "_read_settings", nothing)
        with caplog.at_level(logging.CRITICAL, "cockpit.seat.callstation"):
            async with station_of(tmp_path, monkeypatch) as (station, _):
                async with asyncio.timeout(30):
                    with pytest.raises(OutsideError) as told:
                        await station.ready()
                assert told.value.message.id == "calls.not_begun"

    run(story())


def test_recordings_of_a_seat_that_was_killed_go_to_the_hub_and_what_was_not_finished_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        folder = tmp_path / "city" / callrecords.RECORDINGS
        folder.mkdir(parents=True)
        (folder / "whole.ogg").write_bytes(b"OggS sound")
        (folder / "half.ogg.part").write_bytes(b"OggS")
        async with station_of(tmp_path, monkeypatch) as (station, _):
            await station.ready()
            mail = station.mail
            assert mail is not None
            found: list[Any] = []

            async def look() -> None:
                while not found:
                    found.extend(await mail.on_store(lambda store: store.waiting(), []))

            async with asyncio.timeout(30):
                await look()
            assert [row.id for row in found] == ["sound/whole.ogg"]
            assert [path.name for path in folder.iterdir()] == ["whole.ogg"]
            assert not await mail.sounds_left(folder), "it is kept already"

    run(story())


def test_of_a_recording_that_is_told_nothing_is_kept_once_its_call_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with station_of(tmp_path, monkeypatch, ScriptedAdapter(WayKind.SIP, {})) as (station, _):
            desk = await station.ready()
            for name in ("王", "李"):
                leg = Leg(desk.new_id(), person(name, phone("8001")), CallState.PLACING)
                call = Call(desk.new_id(), CallKind.SINGLE, (leg,))
                desk.begin(call)
                await until(lambda: desk.table.run(leg.id).leg.state is CallState.UP)  # type: ignore[union-attr]  # noqa: B023
                sound = tmp_path / f"{call.id}.ogg"
                sound.write_bytes(b"OggS sound")
                station.over(desk.record_of(desk.table.runs(call.id)[0]), sound)
                await until(lambda: [*station.records.refs, *station.records.sounds] == [leg.id, sound])  # noqa: B023
                desk.hang_up(call.id)
                await until(lambda: desk.table.call(call.id).ended > 0)  # type: ignore[union-attr]  # noqa: B023
                desk.table.forget(call.id)

    run(story())


def test_the_media_process_runs_before_the_first_call_where_pages_are_online(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[bool] = []

    async def start(self: Any) -> None:
        started.append(True)

    monkeypatch.setattr(MediaProcess, "start", start)
    monkeypatch.setattr(callstation, "WARM_SECONDS", 0.0)

    async def story() -> None:
        async with station_of(tmp_path, monkeypatch, ScriptedAdapter(WayKind.WEBRTC, {})) as (station, _):
            online: list[str] = []

            async def ask(what: str, wanted: object, reply: Any) -> Any:
                return Devices(("positions/U001",), tuple(online))

            monkeypatch.setattr(station.hub, "ask", ask)
            await station._joined()
            await asyncio.gather(*(task for task in station._tasks if task.get_name() == callstation.WARMING))
            assert not started, "nobody can be called with it"
            online.append("positions/U001")
            await station._joined()
            await until(lambda: started == [True])

    run(story())
