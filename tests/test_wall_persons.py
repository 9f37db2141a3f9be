"""A stolen machine of a wall: what a hub answers it of persons, and what it hears of them, by TLS as machines come."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cockpit.bus import archiveasks, asks
from cockpit.bus.users import NOT_FOR_WALLS
from cockpit.hub import calls, letters, trials
from cockpit.model import briefings, seatasks
from cockpit.model import wallasks as asked
from cockpit.model.alarms import EntriesWanted
from cockpit.model.entries import read_decision
from cockpit.model.ids import new_id
from cockpit.model.letters import Letter, LetterKind, Send, Taken
from cockpit.model.wall_read import read_scene
from cockpit.model.wallstate import WallAct, WallState
from cockpit.processes import free_port
from cockpit.store.blobs import Blobs
from tests.living_gateway import photo
from tests.living_hub import CLOCK, UNIT_KEYS, LivingHub, an_open
from tests.living_wall import act, living_wall, rehearse, until_open
from tests.on_the_wire import OPEN, OnTheWire, machine_on_the_wire, on_the_wire
from tests.wall_kit import HALL_TEXT, scene_text

pytestmark = pytest.mark.slow

EVENT, WORDS = "incident/1", "报案人张三 13800001234"
NAMED = scene_text("storm").replace("[panels.words]", 'privacy = "named"\n[panels.words]', 1)
WITHHELD = "hub.not_for_wall"


@contextmanager
def a_hall(folder: Path) -> Iterator[tuple[LivingHub, OnTheWire]]:
    """A hub that lets machines in, with a case, a body and a photo; a desk that has published `storm` as a scene that
    names persons, and shows `calm`, which does not."""
    (folder / "hub").mkdir(mode=0o700)
    (folder / "hub" / "machines.toml").write_text(OPEN.format(free_port(), free_port()))
    with living_wall(folder) as hub, on_the_wire(hub, "seat-1") as desk:
        until_open(desk)
        assert hub.hub is not None
        hub.hub.cache.put_body(EVENT, f'{{"text": "{WORDS}", "camera": "C7"}}', CLOCK.now())
        desk.command(an_open(EVENT), caller=WORDS)
        desk.ask("wall.publish", asked.Publish({"scenes/storm.toml": NAMED}), asked.Published)
        act(desk, "scene", "calm")
        yield hub, desk


def a_photo(hub: LivingHub) -> str:
    data, blobs = photo(), Blobs(hub.profile / "blobs")
    sha = hashlib.sha256(data).hexdigest()
    blobs.begin(sha, "device-1", len(data))
    blobs.append(sha, "device-1", 0, data)
    blobs.keep(sha, "device-1", "image/jpeg")
    return sha


def body(wire: OnTheWire) -> dict[str, str] | None:
    found: dict[str, str] | None = wire.raw("body", asks.KeyWanted(EVENT), asks.BodyReply).fields
    return found


def written(wire: OnTheWire) -> asks.TextsReply:
    """Whatever was written in any case: ids stand in the ledger, which every machine follows."""
    rows = wire.raw("ledger", asks.LedgerWanted(0), asks.LedgerReply).rows
    ids = [ref.id for _, data in rows for ref in read_decision(data).texts.values()]
    assert ids
    found: asks.TextsReply = wire.raw("texts", asks.TextsWanted(ids), asks.TextsReply)
    return found


def reads_persons(wire: OnTheWire, sha: str) -> bool:
    """Whether it is handed out all of it; the alternative is none of it."""
    pictures = [
        wire.raw("photo", asks.PhotoWanted(sha), asks.PictureReply),
        wire.raw("photo", asks.PhotoWanted(sha, thumb=True), asks.PictureReply),
        wire.raw("picture", asks.KeyWanted(f"blob:{sha}"), asks.PictureReply),
    ]
    texts, said = written(wire), wire.raw("alarms.entries", EntriesWanted(), asks.Told)
    had = [*(bool(one.data) for one in pictures), WORDS in texts.texts.values(), said.problem is None]
    had.append("text" in (body(wire) or {}))
    if not any(had):
        problems = [*(one.problem for one in pictures), texts.problem, said.problem]
        assert {problem.id for problem in problems if problem is not None} == {WITHHELD}
        assert texts.texts == {}
    assert len(set(had)) == 1, had
    return had[0]


def test_a_machine_reads_persons_only_while_a_scene_of_its_own_wall_names_them(tmp_path: Path) -> None:
    with (
        a_hall(tmp_path) as (hub, desk),
        machine_on_the_wire(hub, desk, "north", tmp_path / "north") as north,
        machine_on_the_wire(hub, desk, "lobby", tmp_path / "lobby") as stranger,
        on_the_wire(hub, "leader-1") as leader,
    ):
        sha = a_photo(hub)
        assert not reads_persons(north, sha)
        assert body(north) == {"camera": "C7"}  # by which a wall finds the video of an event
        assert north.raw("body", asks.KeyWanted("incident/none"), asks.BodyReply).problem.id == "hub.no_body"
        act(desk, "scene", "storm")
        assert reads_persons(north, sha)
        assert not reads_persons(stranger, sha), "it draws no wall of this hall"
        rehearse(hub, "d1", "main")
        assert not reads_persons(north, sha), "what it shows is of another world"
        rehearse(hub, "", "main")
        assert reads_persons(north, sha)
        act(desk, "scene", "calm")
        assert not reads_persons(north, sha)
        for seat in (desk, leader):
            assert reads_persons(seat, sha)


def test_a_scene_that_is_tried_or_comes_next_is_built_before_it_is_seen(tmp_path: Path) -> None:
    with (
        a_hall(tmp_path) as (hub, desk),
        machine_on_the_wire(hub, desk, "north", tmp_path / "north") as north,
    ):
        sha = a_photo(hub)
        desk.ask("wall.act", WallAct("main", "try", screens=(1,), trial=read_scene(NAMED, "storm.toml")))
        assert reads_persons(north, sha)
        act(desk, "try")
        assert not reads_persons(north, sha)
        act(desk, "carousel", "day")  # 30 s of calm before the next
        assert not reads_persons(north, sha)
        soon = HALL_TEXT.replace('scene = "calm", seconds = 30', 'scene = "calm", seconds = 15')
        desk.ask("wall.publish", asked.Publish({"hall.toml": soon}), asked.Published)
        act(desk, "carousel", "day")
        assert reads_persons(north, sha)
        act(desk, "pause", "1")
        assert not reads_persons(north, sha)


def test_a_machine_can_not_bring_up_a_scene_that_names_persons(tmp_path: Path) -> None:
    trial = read_scene(NAMED, "storm.toml")
    with (
        a_hall(tmp_path) as (hub, desk),
        machine_on_the_wire(hub, desk, "north", tmp_path / "north") as north,
    ):
        sha = a_photo(hub)
        for wanted in (
            WallAct("main", "scene", "storm"),
            WallAct("", "scene", "storm"),
            WallAct("main", "carousel", "day"),
            WallAct("main", "try", screens=(1,), trial=trial),
        ):
            assert north.refused("wall.act", wanted) == "wall.persons_by_desk", wanted
        assert not reads_persons(north, sha)
        assert north.ask("wall.act", WallAct("main", "scene", "grave")) is None, "any other"
        act(desk, "carousel", "day")
        act(desk, "pause", "1")
        for wanted in (WallAct("main", "pause", ""), WallAct("main", "next", "1")):
            assert north.refused("wall.act", wanted) == "wall.persons_by_desk", wanted
        act(desk, "pause", "")
        north.ask("wall.act", WallAct("main", "next", "1"))  # a desk has begun what comes to it by itself
        assert reads_persons(north, sha)
        north.ask("wall.act", WallAct("main", "volume", "10"))


def test_a_machine_hears_neither_who_rings_nor_what_is_written_to_units(tmp_path: Path) -> None:
    one = Letter(new_id(CLOCK), LetterKind.TEXT, unit=UNIT_KEYS[0], seat="", from_unit=False, name="张敏",
                 written=CLOCK.now(), words=WORDS)  # fmt: skip
    with (
        a_hall(tmp_path) as (hub, desk),
        machine_on_the_wire(hub, desk, "north", tmp_path / "north") as north,
    ):
        rung = len(desk.told.get("calls", ()))
        desk.ask("letters.send", Send((one,)), Taken)
        desk.until(lambda: "letters" in desk.told and len(desk.told.get("calls", ())) > rung, "both are told")
        revision = act(desk, "volume", "10")

        def told() -> bool:
            state = north.last("wall", WallState)
            return state is not None and any(shows.revision >= revision for shows in state.shows)

        north.until(told, "what came after it")
        assert not north.told.keys() & set(NOT_FOR_WALLS)


def test_what_walls_do_not_hear_is_called_what_the_hub_calls_it() -> None:
    topics = (letters.TOPIC, calls.TOPIC, briefings.TOPIC, trials.TOPIC, archiveasks.TOPIC, seatasks.ORDER, asked.THUMB)
    assert set(NOT_FOR_WALLS) == set(topics)
