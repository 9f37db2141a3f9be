"""Walls at a living hub: what machines, desks and the gateway ask over a real bus, and what all of them are told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from cockpit.hub.wall import WallService
from cockpit.model import wallasks as asked
from cockpit.model.clock import HOUR
from cockpit.model.errors import OutsideError
from cockpit.model.scope import Span
from cockpit.model.wall import Arrangement, Place, Scene
from cockpit.model.wallabout import About
from cockpit.model.wallasks import Nothing
from cockpit.model.walljoin import Forget, Forgotten, Machines, MachinesWanted
from cockpit.model.wallstate import ActDone, MapView, NodeSeen, Pointer, Thumb, WallAct, WallState
from cockpit.wall.board import Board
from tests.living_hub import CITY, CLOCK, LivingHub
from tests.living_wall import act, living_wall, put_alert, put_areas, put_events, rehearse, told, until_open
from tests.on_the_wire import OnTheWire, on_the_wire
from tests.wall_kit import HALL_TEXT, report, scene_text

pytestmark = pytest.mark.slow


def test_machines_are_told_to_prepare_and_flip_at_one_time_when_all_are_ready(tmp_path: Path) -> None:
    with (
        living_wall(tmp_path) as hub,
        on_the_wire(hub, "seat-1") as desk,
        on_the_wire(hub, "seat-2") as north,
        on_the_wire(hub, "seat-3") as south,
    ):
        until_open(desk)
        for wire, machine in ((north, "north"), (south, "south")):
            assert wire.ask("wall.adopt", asked.Adopt(machine, ((1920, 1080),)), asked.Adopted).wall == "main"
            wire.ask("wall.report", report(machine))
        assert [seen.report.machine for seen in desk.ask("wall.state", Nothing(), WallState).nodes] == [
            "north",
            "south",
        ]
        before = desk.ask("wall.clock", Nothing(), asked.WallClock).at
        assert abs(before - CLOCK.now()) < HOUR
        revision = act(desk, "scene", "storm")
        for wire, machine in ((north, "north"), (south, "south")):
            wire.until(lambda wire=wire: told(wire) and told(wire).revision >= revision, "the scene")  # type: ignore[misc]
            wire.ask("wall.ready", asked.Ready("main", machine, revision))
        shows = desk.until(lambda: (now := told(desk)) and now.show_at and now.revision == revision and now, "a time")
        assert (shows.scene.id, shows.by) == ("storm", "seat-1")
        assert before < shows.show_at < CLOCK.now() + HOUR
        # one that is never ready keeps nobody waiting
        revision = act(desk, "scene", "calm")
        desk.until(lambda: (now := told(desk)) and now.show_at and now.revision == revision, "a time for all others")


def test_a_map_that_is_moved_and_a_light_spot_reach_every_machine(tmp_path: Path) -> None:
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-1") as desk, on_the_wire(hub, "seat-2") as machine:
        until_open(machine)
        for n in range(30):
            act(desk, "view", view=MapView(120.0 + n / 1000, 30.0, 5.0))
        machine.until(lambda: (now := told(machine)) and now.view and now.view.lon > 120.0289, "the last place")
        desk.ask("wall.hand", Pointer("main", 0.5, 0.25, (((0.1, 0.1), (0.2, 0.2)),)))
        spot = machine.until(lambda: machine.last(asked.HAND, Pointer), "the spot")
        assert (spot.x, spot.y, spot.strokes) == (0.5, 0.25, (((0.1, 0.1), (0.2, 0.2)),))
        act(desk, "volume", "20")
        act(desk, "scene", "storm")
        machine.until(lambda: machine.last(asked.HAND, Pointer).strokes == (), "lines of another picture wiped off")
        assert len(machine.told[asked.HAND]) == 2, "and sound is no other picture"
        assert desk.refused("wall.hand", Pointer("main", float("nan"), 0.5)) == "wall.no_pointer"
        assert desk.refused("wall.hand", Pointer("attic", 0.5, 0.5)) == "wall.no_wall"


def test_what_was_drawn_is_wiped_off_by_whoever_drew_it_and_by_taking_all_back(tmp_path: Path) -> None:
    line = (((0.1, 0.1), (0.2, 0.2)),)
    with (
        living_wall(tmp_path) as hub,
        on_the_wire(hub, "seat-1") as desk,
        on_the_wire(hub, "seat-2") as machine,
        on_the_wire(hub, "gateway") as gateway,
    ):
        until_open(machine)

        def remote(hand: str, *strokes: object) -> None:
            pointer = Pointer("main", strokes=strokes, by=hand)  # type: ignore[arg-type]
            gateway.ask("wall.remote", asked.RemoteAct("平板", "presenter", pointer=pointer), ActDone)

        def until_heard(by: str, strokes: object = ()) -> None:
            def heard() -> bool:
                now = machine.last(asked.HAND, Pointer)
                return now is not None and (now.by, now.strokes) == (by, strokes)

            machine.until(heard, f"{by} with {strokes}")

        def wiped() -> int:
            state = desk.ask("wall.state", asked.Nothing(), WallState)
            return int(state.wiped.get("main", 0))

        remote("a.1", *line)
        until_heard("a.1", line)
        desk.ask("wall.hand", Pointer("main", 0.5, 0.5))
        until_heard("seat-1")
        before = wiped()
        act(desk, "live", screens=(1,))
        until_heard("")
        assert wiped() == before + 1
        remote("a.1", *line)
        until_heard("a.1", line)
        act(desk, "mode", "war")
        act(desk, "scene", "calm")
        remote("a.1")
        until_heard("a.1")  # its own it takes away whatever its rights are now


def test_what_is_too_large_to_be_told_is_refused_and_all_walls_hear_on(tmp_path: Path) -> None:
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-1") as desk, on_the_wire(hub, "seat-2") as north:
        until_open(desk)
        place = Place("a", panel="wallclock", options={"x": "y" * 1_040_000})
        trial = Scene("t", {"zh": "t"}, (Arrangement("one", place),))
        assert desk.refused("wall.act", WallAct("main", "try", screens=(1,), trial=trial)) == "wall.trial_too_large"
        large = msgspec.structs.replace(report("north"), version="x" * 1_041_500)
        assert north.refused("wall.report", large) == "wall.report_too_large"
        revision = act(desk, "scene", "storm")
        north.until(lambda: (now := told(north)) and now.revision >= revision, "the scene")


@pytest.mark.logs("more than the bus takes")
def test_a_word_that_the_bus_does_not_take_is_said_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with living_wall(tmp_path) as living, on_the_wire(living, "seat-1") as desk:
        until_open(desk)
        assert living.hub is not None
        for data in (b"x" * 1_100_000, b"x" * 1_100_000):
            asyncio.run_coroutine_threadsafe(living.hub.tell("test", data), living.loop).result(10)
        asyncio.run_coroutine_threadsafe(living.hub.tell("test", b"x"), living.loop).result(10)
        desk.until(lambda: desk.told.get("test"), "the next one")
    assert len([one for one in caplog.records if "more than the bus takes" in one.getMessage()]) == 1


def test_a_hub_that_was_away_shows_what_it_showed(tmp_path: Path) -> None:
    with living_wall(tmp_path) as hub:
        with on_the_wire(hub, "seat-1") as desk:
            until_open(desk)
            act(desk, "scene", "storm")
            act(desk, "volume", "25")
            revision = act(desk, "blank", "1", screens=(2,))
        hub.stop()
        hub.start()
        with on_the_wire(hub, "seat-1") as desk:
            until_open(desk)
            shows = told(desk)
            assert shows is not None
            assert (shows.scene.id, shows.volume, shows.blank) == ("storm", 25, (2,))
            assert shows.revision > revision


def test_who_may_not_change_the_wall_is_told_so_and_the_gateway_speaks_for_remotes_only(tmp_path: Path) -> None:
    with (
        living_wall(tmp_path) as hub,
        on_the_wire(hub, "seat-1") as desk,
        on_the_wire(hub, "seat-2") as other,
        on_the_wire(hub, "gateway") as gateway,
    ):
        until_open(desk)
        _make(hub, "seat-2", "wall")
        act(desk, "mode", "war")
        assert other.refused("wall.act", WallAct("main", "scene", "calm")) == "wall.no_right"
        presenter = asked.RemoteAct("平板", "presenter", WallAct("main", "scene", "calm"))
        assert gateway.refused("wall.remote", presenter) == "wall.no_right"
        act(desk, "mode", "peace")
        assert other.refused("wall.report", report("north")) == "wall.machine_of_another"
        assert other.refused("wall.adopt", asked.Adopt("north", ((1920, 1080),))) == "wall.machine_of_another"
        assert gateway.ask("wall.remote", asked.RemoteAct("平板", "operator", WallAct("main", "mode", "war")), ActDone)
        desk.until(lambda: (now := told(desk)) and now.by == "平板", "who did it")
        assert desk.refused("wall.remote", presenter) == "wall.remote_only"


def _make(hub: LivingHub, user: str, role: str) -> None:
    """Has the hub take a user for one of this role."""
    assert hub.hub is not None
    next(one for one in hub.hub.services if type(one).__name__ == "WallService")._setting.roles[user] = role  # type: ignore[attr-defined]


def test_scenes_are_published_asked_for_and_brought_back(tmp_path: Path) -> None:
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-1") as desk, on_the_wire(hub, "seat-2") as other:
        until_open(desk)
        published = asked.Publish({"scenes/calm.toml": scene_text("calm", "平静")}, seen=2, note="试")
        assert desk.ask("wall.publish", published, asked.Published).version == 3
        other.until(lambda: (now := told(other)) and now.scene.name["zh"] == "平静", "the new text on the wall")
        assert other.refused("wall.publish", published) == "wall.published_meanwhile"
        found = desk.ask("wall.scene", asked.SceneWanted("calm"), asked.SceneText)
        assert (found.text, found.shipped) == (scene_text("calm", "平静"), False)
        whole = desk.ask("wall.scenes", Nothing(), asked.SceneTexts)
        assert (whole.version, whole.own_hall, whole.hall) == (3, True, HALL_TEXT)
        assert {"calm", "storm", "overview"} <= {one.scene.id for one in whole.scenes}
        versions = desk.ask("wall.versions", Nothing(), asked.Versions).versions
        assert [(one.number, one.by, one.note) for one in versions] == [(3, "seat-1", "试"), (2, "", "")]
        assert "平静" in desk.ask("wall.version", asked.VersionWanted(3), asked.VersionTexts).diff
        desk.ask("wall.publish", asked.Publish(back=2), asked.Published)
        other.until(lambda: (now := told(other)) and now.scene.name["zh"] == "calm", "the old text on the wall")


def test_without_a_hall_file_each_machine_gets_a_wall_of_its_screens_and_keeps_it(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub:
        with on_the_wire(hub, "seat-1") as first, on_the_wire(hub, "seat-2") as second:
            until_open(first)
            wide = asked.Adopt("left", ((1920, 1080), (1920, 1080)))
            walls = [
                first.ask("wall.adopt", wide, asked.Adopted).wall,
                second.ask("wall.adopt", asked.Adopt("right", ((3840, 2160),)), asked.Adopted).wall,
            ]
            assert first.ask("wall.adopt", wide, asked.Adopted).wall == walls[0] != walls[1]
            state = first.ask("wall.state", Nothing(), WallState)
            assert [wall.size for wall in state.hall.walls] == [(3840, 1080), (3840, 2160)]
            assert second.refused("wall.adopt", asked.Adopt("odd", ((0, 0),))) == "wall.machine_screens"
        hub.stop()
        hub.start()
        with on_the_wire(hub, "seat-1") as first:
            assert [wall.id for wall in until_open(first).hall.walls] == walls


def test_a_machine_that_never_comes_back_is_forgotten_and_leaves_the_walls_of_others_as_they_are(
    tmp_path: Path,
) -> None:
    with LivingHub(tmp_path / "hub") as hub:
        with on_the_wire(hub, "seat-1") as desk:
            until_open(desk)
            walls = {}
            for machine in ("left", "right"):
                wanted = asked.Adopt(machine, ((1920, 1080),))
                walls[machine] = desk.ask("wall.adopt", wanted, asked.Adopted).wall
            desk.ask("wall.act", WallAct(walls["left"], "scene", "flood"), ActDone)
            desk.ask("wall.act", WallAct(walls["right"], "scene", "traffic"), ActDone)
            desk.ask("wall.report", report("left", walls["left"]))
            assert desk.refused("wall.forget", Forget("left")) == "walljoin.machine_alive"
            desk.until(lambda: (now := nodes(desk)) and not now[0].joined, "it reports no more")
            known = desk.ask("wall.machines", MachinesWanted(), Machines).machines
            assert [(one.machine, one.since, one.here, one.heard > 0) for one in known] == [
                ("left", 0, False, True), ("right", 0, False, False),
            ]  # fmt: skip
            assert desk.ask("wall.forget", Forget("left"), Forgotten) == Forgotten("left")
            assert desk.refused("wall.forget", Forget("left")) == "walljoin.no_machine"
        hub.stop()
        hub.start()
        with on_the_wire(hub, "seat-1") as desk:
            state = until_open(desk)
            assert [(shows.wall, shows.scene.id) for shows in state.shows] == [(walls["right"], "traffic")]
            assert not state.nodes
            assert [one.machine for one in desk.ask("wall.machines", MachinesWanted(), Machines).machines] == ["right"]
            back = desk.ask("wall.adopt", asked.Adopt("left", ((1920, 1080),)), asked.Adopted).wall
            assert back not in (walls["right"], "")


def nodes(desk: OnTheWire) -> tuple[NodeSeen, ...]:
    found: tuple[NodeSeen, ...] = desk.last("wall", WallState).nodes
    return found


def test_thumbnails_are_told_while_a_desk_looks_and_only_of_screens_that_the_machine_draws(tmp_path: Path) -> None:
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-1") as desk, on_the_wire(hub, "seat-2") as north:
        until_open(desk)
        north.ask("wall.report", report("north"))
        small = Thumb("main", 1, CLOCK.now(), b"\xff\xd8" + bytes(5_000))
        north.ask("wall.thumb", small)
        assert desk.last(asked.THUMB, Thumb) is None
        assert desk.ask("wall.thumbs", asked.ThumbsWanted("main"), asked.Thumbs).thumbs == (small,)
        later = Thumb("main", 1, CLOCK.now(), b"\xff\xd8" + bytes(6_000))
        north.ask("wall.thumb", later)
        desk.until(lambda: desk.last(asked.THUMB, Thumb) == later, "the picture")
        assert desk.ask("wall.thumbs", asked.ThumbsWanted("main", later.taken), asked.Thumbs).thumbs == ()
        assert desk.refused("wall.thumb", later) == "wall.thumb_of_another"
        assert north.refused("wall.thumb", Thumb("main", 2, 1, later.jpeg)) == "wall.thumb_of_another"
        assert north.refused("wall.thumb", Thumb("main", 1, 1, b"\x89PNG")) == "wall.thumb_large"


def test_an_alert_of_the_first_level_brings_its_scene(tmp_path: Path) -> None:
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-1") as desk:
        until_open(desk)
        act(desk, "carousel", "day")
        put_alert(hub)
        shows = desk.until(lambda: (now := told(desk)) and now.scene.id == "grave" and now, "the scene of the alert")
        assert shows.by == "暴雨红色预警"


@pytest.mark.logs("the walls' _[a-z]+ broke")
def test_walls_go_on_after_a_bug_in_what_turns_keeps_or_tells_them(
    tmp_path: Path,
) -> None:
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-1") as desk:
        until_open(desk)
        assert hub.hub is not None
        board = next(one for one in hub.hub.services if isinstance(one, WallService))._the_board()
        for name in ("tick", "kept", "state"):
            broken(board, name)
            if name == "kept":  # only what is another is kept
                act(desk, "scene", "calm")
            desk.until(lambda name=name: name not in vars(board), f"{name} breaks")  # type: ignore[misc]
        revision = act(desk, "scene", "storm")
        desk.until(lambda: (now := told(desk)) and now.revision >= revision, "it is told")
        act(desk, "carousel", "day")
        put_alert(hub)
        desk.until(lambda: (now := told(desk)) and now.scene.id == "grave", "it turns")
        desk.until(lambda: b'"grave"' in (tmp_path / "hub" / "hangzhou" / "wall" / "state.json").read_bytes(), "kept")


def broken(board: Board, name: str) -> None:
    """Has the next call of a board's method raise, once."""

    def breaks(*_: object) -> object:
        delattr(board, name)
        raise RuntimeError(name)

    setattr(board, name, breaks)


def test_an_order_to_restart_names_the_machines_of_the_screens(tmp_path: Path) -> None:
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-1") as desk:
        until_open(desk)
        act(desk, "restart", screens=(3,))
        order = desk.until(lambda: desk.last(asked.ORDER, asked.WallOrder), "the order")
        assert (order.machine, order.what) == ("south", "restart")


def test_open_events_are_told_with_the_gravest_first(tmp_path: Path) -> None:
    with living_wall(tmp_path) as hub, on_the_wire(hub, "gateway") as gateway, on_the_wire(hub, "seat-1") as desk:
        until_open(desk)
        put_events(hub, 3, 1, 2)
        found = gateway.ask("wall.events", Nothing(), asked.Events).events
        assert [(one.key, one.level, one.place) for one in found] == [
            ("incident/2", 1, "天城路 2 号"), ("incident/3", 2, "天城路 3 号"), ("incident/1", 3, "天城路 1 号"),
        ]  # fmt: skip
        assert found[0].kind["zh"]


def test_an_event_is_put_on_the_wall_by_its_key_or_number_and_one_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-1") as desk:
        until_open(desk)
        put_events(hub, 3, 1)
        for said in ("incident/2", "2"):
            revision = act(desk, "event", said)
            desk.until(lambda r=revision: (now := told(desk)) and now.revision >= r, "the event")  # type: ignore[misc]
            shows = told(desk)
            assert shows is not None
            assert shows.event == "incident/2"
        with pytest.raises(OutsideError, match="没有事件 7"):
            act(desk, "event", "7")
        act(desk, "event", "")


def test_a_real_event_is_not_put_by_a_remote_on_a_wall_that_rehearses(tmp_path: Path) -> None:
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-1") as desk, on_the_wire(hub, "gateway") as gateway:
        until_open(desk)
        (key,) = put_events(hub, 1)

        def thrown(wall: str, value: str = key) -> asked.RemoteAct:
            return asked.RemoteAct("平板", "presenter", WallAct(wall, "event", value))

        rehearse(hub, "drill-1", "main")
        desk.until(lambda: (now := told(desk)) and now.rehearsal, "the rehearsal")
        for wall in ("main", ""):
            assert gateway.refused("wall.remote", thrown(wall)) == "wall.event_in_rehearsal"
        assert gateway.refused("wall.remote", thrown("main", "no/such")) == "wall.event_in_rehearsal"
        gateway.ask("wall.remote", thrown("main", ""), ActDone)
        rehearse(hub, "")
        gateway.ask("wall.remote", thrown("main"), ActDone)
        desk.until(lambda: (now := told(desk)) and now.event == key, "the event")


def test_an_area_is_followed_by_its_code_or_name_and_kinds_and_time_reach_every_machine(tmp_path: Path) -> None:
    floods = About({"zh": "防汛"}, ("E05*",), span=Span(CLOCK.now() - HOUR, CLOCK.now(), "hours1"))
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-1") as desk, on_the_wire(hub, "seat-2") as machine:
        until_open(machine)
        put_areas(hub, ("330105", "拱墅区"), ("330106", "西湖区"), ("330111", "富阳"), ("330112", "富阳"))
        for said in ("330105", "拱墅区"):
            act(desk, "area", "")
            revision = act(desk, "area", said)
            machine.until(lambda r=revision: (now := told(machine)) and now.revision >= r, "it")  # type: ignore[misc]
            shows = told(machine)
            assert shows is not None
            assert shows.area == "330105"
        for wrong, why in (("九天区", "没有区域 九天区"), ("富阳", "有 2 个")):
            with pytest.raises(OutsideError, match=why):
                act(desk, "area", wrong)
        revision = act(desk, "about", about=floods)
        shows = machine.until(lambda: (now := told(machine)) and now.revision >= revision and now, "kinds and time")
        assert (shows.area, shows.about) == ("330105", floods)
        revision = act(desk, "live")
        shows = machine.until(lambda: (now := told(machine)) and now.revision >= revision and now, "the whole city")
        assert (shows.area, shows.about) == ("", None)


@pytest.mark.logs("上次大屏状态的记录已损坏", "第 3 版无法读取")
def test_a_hub_whose_files_of_the_walls_have_one_wrong_byte_begins_without_them_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with living_wall(tmp_path) as hub:
        with on_the_wire(hub, "seat-1") as desk:
            until_open(desk)
            desk.ask("wall.publish", asked.Publish({"scenes/own.toml": scene_text("own")}, note="新"), asked.Published)
            act(desk, "scene", "storm")
        hub.stop()
        folder = hub.profile / CITY / "wall"
        state, version = folder / "state.json", max((folder / "versions").glob("*/version.json"))
        for file, text in ((state, b'"storm"'), (version, "新".encode())):
            data = file.read_bytes()
            assert text in data
            file.write_bytes(data.replace(text, text[:-2] + b"\xff" + text[-1:]))
        hub.start()
        with on_the_wire(hub, "seat-1") as desk:
            state_now = until_open(desk)
            assert state_now.shows[0].scene.id != "storm"
            assert desk.ask("wall.state", Nothing(), WallState).shows
            assert act(desk, "scene", "storm")
        assert (folder / "state.json.damaged").is_file()
        assert any("上次大屏状态的记录已损坏" in line for line in caplog.messages)
