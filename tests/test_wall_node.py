"""What a machine of the wall knows without a screen: the hub's time as exactly as it says, and what the wall showed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.clock import SECOND, CityClock, ManualClock
from cockpit.model.errors import OutsideError
from cockpit.model.machine_names import MOST, plain_name
from cockpit.model.wallasks import Adopted, WallOrder
from cockpit.model.wallstate import ActDone, MapView, Pointer, WallAct, WallState
from cockpit.wall.hubtime import PROBES, HubTime
from cockpit.wall.kept import FILE, KeptState, keep, read_kept
from cockpit.wall.node import WallSeat, same_picture
from tests.living_hub import CITY, CLOCK, LivingHub, Seated, seated
from tests.wall_kit import Timed


class TwoClocks:
    """A hub whose clock is another than ours, and ways there and back that take unequal times."""

    def __init__(self, offset: float, there: float, back: float) -> None:
        self.ours = ManualClock()
        self.offset, self.there, self.back = offset, there, back

    def hub(self) -> int:
        return self.ours.now() + round(self.offset * SECOND)

    def probe(self, time: HubTime, there: float, back: float) -> None:
        began = self.ours.mono()
        self.ours.advance(there)
        said = self.hub()
        self.ours.advance(back)
        time.take(began, self.ours.mono(), said)


@given(
    offset=st.floats(-1e6, 1e6),
    ways=st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)), min_size=1, max_size=20),
)
def test_the_hubs_time_is_never_further_off_than_is_said(offset: float, ways: list[tuple[float, float]]) -> None:
    clocks = TwoClocks(offset, 0, 0)
    time = HubTime(clocks.ours)
    for there, back in ways:
        clocks.probe(time, there, back)
    assert abs(time.now() - clocks.hub()) <= time.error_us + 2
    assert abs(time.offset_us + offset * SECOND) <= time.error_us + 2
    show_at = clocks.hub() + 3 * SECOND
    assert abs((time.mono_of(show_at) - clocks.ours.mono()) - 3.0) <= (time.error_us + 2) / SECOND


def test_the_quickest_answer_counts_until_it_is_too_old() -> None:
    clocks = TwoClocks(5.0, 0, 0)
    time = HubTime(clocks.ours)
    clocks.probe(time, 0.001, 0.001)
    quick = time.best
    for _ in range(PROBES - 1):
        clocks.probe(time, 0.2, 0.05)
    assert time.best == quick
    clocks.probe(time, 0.2, 0.05)
    assert time.best != quick


def test_setting_this_machines_clock_moves_no_picture() -> None:
    clocks = TwoClocks(0.0, 0, 0)
    time = HubTime(clocks.ours)
    clocks.probe(time, 0.001, 0.001)
    show_at = clocks.hub() + 10 * SECOND
    due = time.mono_of(show_at)
    clocks.ours._now += 3600 * SECOND  # somebody sets it an hour ahead
    assert time.mono_of(show_at) == due
    assert abs(time.offset_us - 3600 * SECOND) < 2_000


def test_a_hub_that_does_not_answer_leaves_what_was_measured() -> None:
    clocks = TwoClocks(5.0, 0, 0)
    time = HubTime(clocks.ours)
    clocks.probe(time, 0.001, 0.001)
    known = time.best
    asked = 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        raise OutsideError("seat.hub_gone")

    async def story() -> None:
        keeping = asyncio.create_task(time.keep(ask))
        async with asyncio.timeout(60):
            while asked < 3:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        keeping.cancel()

    asyncio.run(story())
    assert time.best == known


@given(st.text())
def test_any_name_becomes_one_that_subjects_and_hall_files_can_have(text: str) -> None:
    name = plain_name(text)
    assert len(name) <= MOST
    assert all(c.isascii() and (c.isalnum() or c == "-") and c == c.lower() for c in name)
    assert plain_name(name) == name


@pytest.fixture
def hub(tmp_path: Path) -> LivingHub:
    return LivingHub(tmp_path / "hub")


def a_wall(seat: Seated, machine: str) -> WallSeat:
    return WallSeat(seat.seat, machine)


def shown(desk: Seated, line: WallSeat) -> WallState:
    desk.until(lambda: line.state is not None and line.time.best is not None, "what the wall shows")
    assert line.state is not None
    return line.state


@pytest.mark.slow
def test_a_machine_is_told_its_screens_what_they_show_and_when(tmp_path: Path, hub: LivingHub) -> None:
    with hub, seated(tmp_path / "wall", hub, start=False) as desk:
        line = a_wall(desk, "left")
        pointers: list[Pointer] = []
        orders: list[str] = []
        line.on_pointer, line.on_order = pointers.append, orders.append
        desk.seat.start()
        shown(desk, line)
        adopted: list[object] = []
        line.adopt(((1920, 1080), (1920, 1080)), adopted.append)
        desk.until(lambda: adopted and len(line.screens) == 2, "its screens")
        assert isinstance(adopted[0], Adopted)
        wall, shows = line.wall, line.shows
        assert wall is not None
        assert shows is not None
        assert shows.wall == wall.id == adopted[0].wall
        line.ready(wall.id, shows.revision)
        before = shows.revision
        act = WallAct(wall.id, "identify", "1")
        assert isinstance(desk.heard(lambda done: desk.seat.ask("wall.act", act, ActDone, done)), ActDone)
        desk.until(lambda: line.shows is not None and line.shows.revision > before, "the next revision")
        line.ready(wall.id, before + 1)
        desk.until(lambda: line.shows is not None and line.shows.show_at, "when to flip")
        assert line.shows is not None
        assert abs(line.until(line.shows.show_at)) < 30
        assert line.age is not None
        assert line.age < 30


@pytest.mark.slow
def test_what_is_for_another_machine_is_not_done_here(tmp_path: Path, hub: LivingHub) -> None:
    with hub, seated(tmp_path / "wall", hub, start=False) as desk:
        line = a_wall(desk, "left")
        orders: list[str] = []
        line.on_order = orders.append
        line._ordered(WallOrder("right", "restart"))
        assert orders == []
        line._ordered(WallOrder("left", "restart"))
        assert orders == ["restart"]


@pytest.mark.slow
def test_the_last_picture_survives_a_kill_between_two_words_of_the_hub(tmp_path: Path, hub: LivingHub) -> None:
    with hub, seated(tmp_path / "wall", hub, start=False) as desk:
        line = a_wall(desk, "left")
        desk.seat.start()
        state = shown(desk, line)
        folder = tmp_path / "wall" / CITY
        desk.until(lambda: read_kept(folder) is not None, "it is kept")
        kept = read_kept(folder)
        assert kept is not None
        assert same_picture(kept.state, state)
        assert abs(kept.at - CLOCK.now()) < 60 * SECOND


class Unjoined:
    """A machine's seat without a hub: what is to be done aside waits until `work`."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.live = CityClock(clock)
        self.folder = folder
        self.alongside: list[object] = []
        self.works: list[Callable[[], object]] = []

    def hear(self, *_: object, **__: object) -> None:
        pass

    def aside(self, work: Callable[[], object]) -> None:
        self.works.append(work)

    def work(self) -> int:
        """Does it; how much it was."""
        done = len(self.works)
        for work in self.works:
            work()
        self.works.clear()
        return done


def test_a_hand_that_moves_the_map_has_it_written_down_once_a_second_and_the_last_of_it(tmp_path: Path) -> None:
    clock = ManualClock()
    seat = Unjoined(tmp_path, clock)
    line = WallSeat(seat, "north")  # type: ignore[arg-type]
    walls = Timed()
    for n in range(300):
        walls.act("view", view=MapView(120.0 + n / 1000, 30.2, 5.0))
        line._told(walls.board.state(1))
        if n % 30 == 29:
            line.second()
        clock.advance(1 / 30)
    assert 10 <= seat.work() <= 12
    clock.advance(1.0)
    line.second()
    assert seat.work() == 1
    kept = read_kept(tmp_path)
    assert kept is not None
    assert line.state is not None
    assert kept.state.shows == line.state.shows
    clock.advance(1.0)
    line.second()
    assert seat.work() == 0


@pytest.mark.slow
@pytest.mark.logs("上次画面的记录读不出来")
def test_half_of_a_kept_picture_is_none(tmp_path: Path, hub: LivingHub) -> None:
    with hub, seated(tmp_path / "wall", hub, start=False) as desk:
        line = a_wall(desk, "left")
        desk.seat.start()
        keep(tmp_path, KeptState(7, shown(desk, line)))
    whole = (tmp_path / FILE).read_bytes()
    for _ in range(20):
        (tmp_path / FILE).write_bytes(whole[: random.randrange(len(whole))])
        assert read_kept(tmp_path) is None
    (tmp_path / FILE).write_bytes(whole)
    assert read_kept(tmp_path) is not None


@pytest.mark.logs("上次画面的记录读不出来")
def test_a_machine_whose_last_picture_has_one_wrong_byte_begins_without_it_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep(tmp_path, KeptState(7, Timed().board.state(1)))
    whole = (tmp_path / FILE).read_bytes()
    chosen = random.Random(5)
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[chosen.randrange(len(whole))] = chosen.randrange(256)
        (tmp_path / FILE).write_bytes(damaged)
        WallSeat(Unjoined(tmp_path, ManualClock()), "north")  # type: ignore[arg-type]
    name = Timed().board.site.hall.walls[0].name["zh"].encode()
    (tmp_path / FILE).write_bytes(whole.replace(name, b"\xff" + name[1:], 1))
    caplog.clear()
    assert WallSeat(Unjoined(tmp_path, ManualClock()), "north").state is None  # type: ignore[arg-type]
    assert "can't decode" in caplog.text
