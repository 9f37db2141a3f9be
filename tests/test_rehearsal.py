"""A rehearsal with real processes: nothing of it leaves, and its end, good or bad, does not disturb what is live."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from nats.errors import Error as NatsError

from cockpit.bus.client import connect
from cockpit.bus.users import User
from cockpit.hub.rehearsals import FOLDER, KEPT, NOTE, RehearsalsService
from cockpit.model.cases import Case
from cockpit.model.clock import DAY, HOUR, MINUTE
from cockpit.model.entries import IssueOrders, NewCase, NewOrder
from cockpit.model.errors import CockpitError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.rehearsal import Begin, Entry, Rehearsal, Rehearsals, Report, Stage, Which
from cockpit.model.tables import UnitState
from cockpit.model.wallasks import EventHere, Events, EventsWanted, Nothing, RemoteAct
from cockpit.model.wallstate import ActDone, MapView, WallAct, WallState
from cockpit.processes import lives
from tests.living_hub import CLOCK, LivingHub, Seated, an_open, seated
from tests.living_picture import event_row
from tests.living_wall import put_events
from tests.on_the_wire import on_the_wire

pytestmark = [pytest.mark.slow, pytest.mark.system, pytest.mark.timeout(400)]

SCRIPT = """
name = { zh = "电梯演练", en = "Lift" }
starts = "10:00"
minutes = 600
speed = 60
units = 40
everyday = 0
scene = "drill"
[[fault]]
at = 0
name = "worker-silent"
seconds = 3600
[[event]]
at = 0.5
kind = "E0599"
level = 1
where = "minor"
title = "电梯困人（演练）"
text = "{place}电梯困人"
"""


class Outside(BaseHTTPRequestHandler):
    """What stands for the world outside: whatever reaches it has left."""

    reached: list[str]

    def do_POST(self) -> None:
        self.reached.append(self.path)
        self.send_response(200)
        self.end_headers()

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def outside(profile: Path) -> Iterator[list[str]]:
    """A short message gateway, as the real hub's settings name it, and a telephone line there."""
    reached: list[str] = []
    server = HTTPServer(("127.0.0.1", 0), type("Here", (Outside,), {"reached": reached}))
    serving = threading.Thread(target=server.serve_forever, name="outside")
    serving.start()
    url = f"http://127.0.0.1:{server.server_port}"
    profile.mkdir(mode=0o700, parents=True)
    (profile / "sms.toml").write_text(f'url = "{url}/sms"\nbody = "{{number}} {{words}}"\n')
    (profile / "secrets").mkdir()
    (profile / "secrets" / "sip").write_text("geheim")
    try:
        yield reached
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def asked(desk: Seated, what: str, wanted: object, kind: type) -> Any:
    return desk.heard(lambda done: desk.seat.ask(what, wanted, kind, done))


def begun(desk: Seated, wanted: Begin) -> Rehearsal:
    """A rehearsal that runs."""
    one = asked(desk, "rehearse.start", wanted, Rehearsal)
    assert isinstance(one, Rehearsal), one
    while one.stage is Stage.STARTING:
        one = asked(desk, "rehearse.list", Nothing(), Rehearsals).all[0]
    assert one.stage is Stage.RUNNING, one
    return one


async def can_sign_in(hub: LivingHub, user: User) -> bool:
    """Whether the live bus lets this user in."""
    assert hub.hub is not None
    try:
        client = await connect(hub.hub.server.url, user, user.name, lambda: None)
    except (CockpitError, NatsError):
        return False
    await client.close()
    return True


def walls(desk: Seated) -> list[tuple[str, str]]:
    state: object = None

    def there() -> bool:
        nonlocal state
        state = asked(desk, "wall.state", Nothing(), WallState)
        return isinstance(state, WallState)

    desk.until(there, "the walls")
    assert isinstance(state, WallState)
    return [(shows.rehearsal, shows.scene.id) for shows in state.shows]


def pid_of(hub: LivingHub) -> int:
    assert hub.hub is not None
    return next(one.pid for one in hub.hub.services if isinstance(one, RehearsalsService))


def an_order_of(drill: Seated) -> IssueOrders:
    """For the first event of the drill and a worker who is there and has somebody to be called."""
    events, units = drill.seat.picture["event"], drill.seat.picture["unit"]

    def free() -> list[str]:
        pairs = zip(units.text("key"), units.numbers("state"), strict=True)
        return [str(key) for key, state in pairs if state == UnitState.FREE]

    drill.until(lambda: len(events) and free(), "the drill's picture")
    event = events.get(next(iter(events.text("key"))))
    assert event is not None
    unit = units.get(free()[0])
    assert unit is not None
    facts = NewCase(event["key"], event["kind"], event["level"], event["lon"], event["lat"], unit["area"], "hotline")
    return IssueOrders((NewOrder(new_id(CLOCK), unit["key"]),), 10 * MINUTE, 60 * MINUTE, facts)


def test_orders_and_calls_of_a_rehearsal_stay_in_it_and_its_report_names_them(tmp_path: Path) -> None:
    profile = tmp_path / "hub"
    with outside(profile) as reached, LivingHub(profile) as hub, seated(tmp_path / "desk", hub) as desk:
        before = walls(desk)
        one = begun(desk, Begin(text=SCRIPT))
        assert walls(desk) == [(one.id, "drill")] * len(before)
        folder = profile / FOLDER / one.id
        entry = asked(desk, "rehearse.join", Which(), Entry)
        assert isinstance(entry, Entry)
        keys = {path.name: path.read_bytes() for path in (profile / "keys").glob("*.json")}
        assert all((folder / "keys" / name).read_bytes() != key for name, key in keys.items())
        assert not asyncio.run(can_sign_in(hub, User(entry.user, entry.password, entry.role)))
        assert not {"sms.toml", "calls.toml", "secrets"} & {path.name for path in folder.iterdir()}
        with seated(tmp_path / "drill-desk", folder, units=False) as drill:
            order = an_order_of(drill)
            case = drill.submit(order, new_id(CLOCK), order="演练：到场救援")
            drill.until(lambda: drill.cases.case(case) is not None and drill.cases.case(case).number, "decided")

            def climbed() -> bool:
                found: Case | None = drill.cases.case(case)
                return found is not None and any(
                    urge.by == "leader" for one in found.orders.values() for urge in one.urges
                )

            drill.until(climbed, "the order climbs")
            report: Report | Message = Message("")

            def reported() -> bool:
                nonlocal report
                report = asked(desk, "rehearse.report", Which(), Report)
                return isinstance(report, Report) and bool(report.held) and bool(report.orders)

            desk.until(reported, "the report")
        assert hub.decided == 0
        assert hub.hub is not None
        assert len(hub.hub.picture["event"]) == 0
        assert hub.hub.book.state.cases == {}
        assert reached == []
        assert isinstance(report, Report)
        assert any(row.what.id == "rehearsal.did_ordered" and row.who == "张敏" for row in report.did)
        assert {row.way for row in report.held} <= {"sms", "call"}
        assert report.stages
        process = pid_of(hub)
        ended = asked(desk, "rehearse.stop", Which(), Rehearsal)
        assert ended.stage is Stage.OVER
        desk.until(lambda: not lives(process), "its process ends")
        assert walls(desk) == before
        assert isinstance(asked(desk, "rehearse.report", Which(one.id), Report), Report)
        refused = asked(desk, "rehearse.join", Which(), Entry)
        assert refused.id == "rehearsal.none_runs"
        desk.submit(an_open())
        desk.until(lambda: hub.decided == 1, "what is live goes on")


def test_a_remote_lists_and_throws_events_of_the_rehearsal_on_the_wall_that_rehearses_and_nowhere_else(
    tmp_path: Path,
) -> None:
    with (
        LivingHub(tmp_path / "hub") as hub,
        seated(tmp_path / "desk", hub) as desk,
        on_the_wire(hub, "gateway") as gateway,
    ):
        walls(desk)
        (real,) = put_events(hub, 2)
        one = begun(desk, Begin(text=SCRIPT))

        def of(rehearsal: str) -> list[EventHere]:
            return list(gateway.ask("wall.events", EventsWanted(rehearsal), Events).events)

        def thrown(key: str, rehearsal: str) -> RemoteAct:
            return RemoteAct("平板", "presenter", WallAct("", "event", key), rehearsal=rehearsal)

        desk.until(lambda: bool(of(one.id)), "the event of the drill")
        drilled, *_ = of(one.id)
        assert drilled.kind["zh"]
        assert drilled.place
        assert [event.key for event in of("")] == [real]
        for key, rehearsal, why in (
            (real, "", "wall.event_in_rehearsal"),
            (drilled.key, "", "wall.event_in_rehearsal"),
            (drilled.key, "another", "wall.event_of_rehearsal"),
            (real, one.id, "wall.no_event"),
        ):
            assert gateway.refused("wall.remote", thrown(key, rehearsal)) == why
        gateway.ask("wall.remote", thrown(drilled.key, one.id), ActDone)
        view = MapView(120.2, 30.2, 4.0)
        gateway.ask("wall.remote", RemoteAct("平板", "presenter", WallAct("", "view", view=view)), ActDone)
        shows = gateway.ask("wall.state", Nothing(), WallState).shows[0]
        assert (shows.rehearsal, shows.event, shows.view) == (one.id, drilled.key, view)
        process = pid_of(hub)
        os.kill(process, signal.SIGSTOP)
        assert gateway.refused("wall.events", EventsWanted(one.id)) == "wall.drill_silent"
        os.kill(process, signal.SIGCONT)
        assert isinstance(asked(desk, "rehearse.stop", Which(), Rehearsal), Rehearsal)
        assert gateway.refused("wall.events", EventsWanted(one.id)) == "rehearsal.none_runs"
        assert gateway.refused("wall.remote", thrown(drilled.key, one.id)) == "wall.event_of_rehearsal"
        assert gateway.ask("wall.state", Nothing(), WallState).shows[0].event == ""
        assert hub.hub is not None
        assert list(hub.hub.picture["event"].keys) == [real]


def test_a_rehearsal_that_is_killed_leaves_the_live_hub_and_its_walls_as_they_were(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "desk", hub) as desk:
        before = walls(desk)
        one = begun(desk, Begin(text=SCRIPT))
        note = json.loads((tmp_path / "hub" / FOLDER / one.id / "hub.json").read_bytes())
        assert hub.hub is not None
        bus = hub.hub.server.process
        os.kill(pid_of(hub), signal.SIGKILL)
        desk.until(lambda: asked(desk, "rehearse.list", Nothing(), Rehearsals).all[0].stage is Stage.FAILED, "noticed")
        assert walls(desk) == before
        desk.until(lambda: not lives(note["pid"]), "its hub is gone")
        assert hub.hub.server.process is bus
        assert desk.seat.link.state == "live"
        desk.submit(an_open())
        desk.until(lambda: hub.decided == 1, "what is live goes on")


def test_the_last_twenty_are_kept_also_by_a_hub_that_is_not_started_anew(tmp_path: Path) -> None:
    folders = tmp_path / "hub" / FOLDER
    for n in range(KEPT):
        old = Rehearsal(f"20260101-{n:06}-0000", {"zh": "旧"}, Stage.OVER, "seat-1", 1, 2)
        (folders / old.id / "blobs").mkdir(parents=True)
        (folders / old.id / NOTE).write_bytes(msgspec.json.encode(old))
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "desk", hub) as desk:
        walls(desk)
        desk.until(lambda: len(asked(desk, "rehearse.list", Nothing(), Rehearsals).all) == KEPT, "the old ones")
        one = begun(desk, Begin(text=SCRIPT))
        asked(desk, "rehearse.stop", Which(), Rehearsal)
        kept = [one.id for one in asked(desk, "rehearse.list", Nothing(), Rehearsals).all]
        assert (len(kept), kept[0], kept[-1]) == (KEPT, one.id, "20260101-000001-0000")
        desk.until(lambda: not (folders / "20260101-000000-0000").exists(), "its folder is gone")
        assert sorted(path.name for path in folders.iterdir()) == sorted(kept)


def test_only_one_runs_and_what_can_not_be_played_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "desk", hub) as desk:
        walls(desk)
        bad = asked(desk, "rehearse.start", Begin(text=SCRIPT.replace("E0599", "E9999")), Rehearsal)
        assert bad.id == "packs.wrong"
        assert bad.params["line"] == 15
        assert asked(desk, "rehearse.start", Begin("none"), Rehearsal).id == "rehearsal.no_scenario"
        assert asked(desk, "rehearse.start", Begin(at=CLOCK.now() + DAY), Rehearsal).id == "rehearsal.not_on_tape"
        begun(desk, Begin("lift"))
        assert asked(desk, "rehearse.start", Begin("fire"), Rehearsal).id == "rehearsal.runs"


def test_a_stretch_of_tape_is_played_in_a_world_of_its_own(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "desk", hub) as desk:
        walls(desk)
        assert hub.hub is not None
        live = hub.hub
        row = {**event_row(random.Random(1), 0, [""]), "key": "events/then", "feed": "events"}
        hub.loop.call_soon_threadsafe(live.intake.put, "event", [row | {"state": 0, "received": CLOCK.now()}])
        desk.until(lambda: "events/then" in desk.seat.picture["event"], "it happened")
        seen = CLOCK.now()
        hub.loop.call_soon_threadsafe(live.intake.take_out, "event", ["events/then"])
        desk.until(lambda: "events/then" not in desk.seat.picture["event"], "it was over")
        one = begun(desk, Begin(at=seen - HOUR, until=seen))
        assert one.tape
        with seated(tmp_path / "drill-desk", tmp_path / "hub" / FOLDER / one.id, units=False) as drill:
            drill.until(lambda: "events/then" in drill.seat.picture["event"], "it happens again")
            assert "events/then" not in desk.seat.picture["event"]
