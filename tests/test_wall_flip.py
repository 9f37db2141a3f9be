"""The moment of a change: a picture drawn before is all that is put on the screen, and then its panels live."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from cockpit.model.clock import SECOND, SystemClock
from cockpit.model.wall import Scene
from cockpit.model.wallstate import MapView, WallShows
from cockpit.ui.wallflip import Flipping
from cockpit.ui.wallfresh import Freshening
from cockpit.ui.wallscreen import WallWindow
from cockpit.wall.hubtime import HubTime
from layouts.wallholder import Holder
from layouts.wallstage import ScreenStage
from layouts.wallstages import WallStages
from tests.panel_desk import desk
from tests.wall_stage_kit import PANELS, Flat, color_at, hall, panel, scene, shows, wall
from widgets.wall.over import Said

PATIENCE_MS = 60_000
LEAD = SECOND // 20
RED, BLUE, GREEN = "#aa2020", "#2020aa", "#20aa20"
LEFT, RIGHT = (100, 150), (300, 150)


class Line:
    """A machine whose clock is the hub's, and which has no hub to say that it is ready."""

    joined = False

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.time = HubTime(self.clock)

    def until(self, at: int) -> float:
        return self.time.mono_of(at) - self.clock.mono()


class Machine:
    """One screen of a wall, and what it shows at every frame: the colours left and right."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot, self.line = qtbot, Line()
        self.wall = wall(1)
        self.hall = hall(self.wall)
        self.stages = WallStages()
        self.window = WallWindow("out", self.line.clock)
        qtbot.addWidget(self.window)
        self.window.resize(400, 300)
        self.stage = ScreenStage(desk().ctx, PANELS)
        self.window.take(self.wall.screens[0], self.wall, self.stage)
        self.window.show()
        self.flipping = Flipping(self.stages, self.line, lambda: [self.window])  # type: ignore[arg-type]
        self.flipping.anew([(self.wall.screens[0], self.stage)])
        self.frames: list[tuple[str, str]] = []
        self.window.painted.connect(lambda: self.frames.append(self.colors()))

    def told(self, what: WallShows, ahead: int = LEAD) -> None:
        """The hub's word, with its moment."""
        self.flipping.told(replace(what, show_at=self.line.time.now() + ahead), self.hall, self.wall)

    def colors(self) -> tuple[str, str]:
        picture = self.window.picture()
        return color_at(picture, *LEFT), color_at(picture, *RIGHT)

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE_MS)

    def show(self, what: WallShows) -> None:
        self.told(what)
        self.until(lambda: self.flipping.revision_shown == what.revision)
        self.settle()

    def settle(self) -> None:
        """Until all panels live."""
        self.until(lambda: self.stages.shown == self.flipping.revision_shown and not self.stage._unveiling.isActive())

    def stills(self) -> int:
        """Pictures that stand in for panels, and those of the first frame."""
        holders = self.stage.findChildren(Holder)
        return sum(holder.still is not None for holder in holders) + len(self.stage._first._pictures)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    Flat.built.clear()
    yield
    Flat.built.clear()


@pytest.fixture
def machine(qtbot: QtBot) -> Iterator[Machine]:
    machine = Machine(qtbot)
    machine.show(shows(two("calm", RED, GREEN)))
    machine.frames.clear()
    yield machine
    machine.flipping.stop()
    machine.stages.put([])
    machine.stage.close_panels()


def two(id: str, left: str, right: str) -> Scene:
    return scene(id, panel("left", color=left), panel("right", color=right))


def test_the_first_frame_is_what_was_drawn_before_and_no_panel_paints_for_it(machine: Machine) -> None:
    left = Flat.built[0]
    begun = left.painted
    painted: list[tuple[int, int]] = []
    machine.window.painted.connect(lambda: painted.append((left.painted - begun, Flat.built[-1].painted)))
    machine.flipping.told(shows(two("storm", RED, BLUE), 2), machine.hall, machine.wall)
    machine.until(lambda: machine.stages.prepared == 2)
    new = Flat.built[-1]
    ahead = new.painted
    assert ahead > 0
    assert machine.colors() == (RED, GREEN)
    painted.clear()
    machine.frames.clear()
    machine.told(shows(two("storm", RED, BLUE), 2))
    machine.until(lambda: machine.flipping.revision_shown == 2)
    assert machine.frames[-1] == (RED, BLUE)
    assert painted[-1] == (0, ahead)
    assert len(painted) == 1
    assert machine.flipping.skew_us[1] >= 0
    machine.settle()
    machine.until(lambda: new.painted > ahead)


def test_to_prepare_a_scene_that_is_kept_paints_nothing_of_what_is_seen(machine: Machine) -> None:
    machine.show(shows(two("storm", BLUE, BLUE), 2))
    machine.window.draw_now()
    seen, before = Flat.built[-2:], machine.stages.prepared
    painted = [one.painted for one in seen]
    machine.flipping.told(shows(two("calm", RED, GREEN), 3), machine.hall, machine.wall)
    machine.until(lambda: machine.stages.prepared > before)
    machine.window.draw_now()
    assert [one.painted for one in seen] == painted
    assert machine.colors() == (BLUE, BLUE)
    machine.told(shows(two("calm", RED, GREEN), 3))
    machine.until(lambda: machine.colors() == (RED, GREEN))


def test_nothing_is_seen_before_its_moment(machine: Machine) -> None:
    seen: list[tuple[float, tuple[str, str]]] = []
    what = replace(shows(two("storm", BLUE, BLUE), 2), show_at=machine.line.time.now() + 8 * LEAD)
    machine.window.painted.connect(lambda: seen.append((machine.line.until(what.show_at), machine.colors())))
    machine.flipping.told(what, machine.hall, machine.wall)
    machine.until(lambda: machine.flipping.revision_shown == 2)
    assert all(colors == (RED, GREEN) for left, colors in seen if left > 0)
    assert seen[-1][1] == (BLUE, BLUE), seen


def test_what_comes_to_life_shows_what_is_new_by_then_and_leaves_no_picture_in_memory(machine: Machine) -> None:
    machine.told(shows(two("storm", BLUE, BLUE), 2))
    machine.until(lambda: machine.flipping.revision_shown == 2)
    for panel_ in Flat.built[-2:]:
        panel_.color = panel_.color.lighter(150)
    assert machine.stills() > 0
    machine.settle()
    machine.until(lambda: machine.colors() == (Flat.built[-1].color.name(),) * 2)
    assert machine.stills() == 0


def test_a_revision_that_is_overtaken_before_its_moment_is_never_seen(machine: Machine) -> None:
    machine.told(shows(two("storm", BLUE, RED), 2), 20 * LEAD)
    machine.until(lambda: machine.stages.prepared == 2)
    machine.told(shows(two("other", GREEN, RED), 3))
    machine.until(lambda: machine.flipping.revision_shown == 3)
    machine.settle()
    assert machine.colors() == (GREEN, RED)
    assert not any(BLUE in frame for frame in machine.frames)
    assert machine.stills() == 0


def test_a_revision_that_comes_right_after_a_first_frame_finds_its_panels_alive(machine: Machine) -> None:
    told: list[int] = []
    machine.flipping.flipped.connect(lambda shown: told.append(shown.revision))
    view = MapView(120.0, 30.0, 20.0)
    machine.told(shows(two("storm", BLUE, RED), 2))
    machine.until(lambda: machine.flipping.revision_shown == 2)
    machine.told(shows(two("storm", BLUE, RED), 3, view=view))
    machine.until(lambda: machine.flipping.revision_shown == 3)
    machine.settle()
    assert told == [2, 3]
    assert [one.ctx.wall.view for one in Flat.built[-2:]] == [view, view]  # type: ignore[union-attr]
    assert machine.colors() == (BLUE, RED)


def test_what_only_moves_what_is_shown_needs_no_picture(machine: Machine) -> None:
    machine.told(shows(two("calm", RED, GREEN), 2, view=MapView(120.0, 30.0, 20.0)))
    assert not machine.stages.drawn_ahead
    machine.until(lambda: machine.stages.shown == 2)
    assert machine.stills() == 0


def test_what_only_moves_the_map_paints_no_other_panel(machine: Machine) -> None:
    machine.window.draw_now()
    painted = [one.painted for one in Flat.built[:2]]
    machine.told(shows(two("calm", RED, GREEN), 2, view=MapView(120.0, 30.0, 20.0)))
    machine.until(lambda: machine.stages.shown == 2)
    machine.window.draw_now()
    assert [one.painted for one in Flat.built[:2]] == painted


def test_what_comes_from_the_city_waits_for_a_change_and_is_not_lost(machine: Machine) -> None:
    later: list[int] = []
    fresh = Freshening(machine.stages, lambda: machine.flipping.hurries, lambda: later.append(1))
    staying = Flat.built[0]
    staying.heard.clear()
    machine.told(shows(two("storm", RED, BLUE), 2), 20 * LEAD)
    fresh.changed(frozenset({"event"}))
    ticks = staying.ticks
    fresh.second()
    assert (staying.heard, staying.ticks, len(later)) == ([], ticks, 2)
    machine.until(lambda: machine.stages.shown == 2)
    fresh.look()
    assert (staying.heard, staying.ticks) == ([frozenset({"event"})], ticks + 1)


def test_a_change_that_gets_no_moment_keeps_the_city_waiting_for_half_a_second_only(machine: Machine) -> None:
    machine.flipping.told(shows(two("storm", RED, BLUE), 2), machine.hall, machine.wall)
    assert machine.flipping.hurries
    machine.until(lambda: not machine.flipping.hurries)
    assert machine.flipping.revision_shown == 1


def test_a_black_screen_is_black_in_the_first_frame_too(machine: Machine) -> None:
    machine.flipping.dressed.connect(lambda shown: machine.window.black(1 in shown.blank))
    machine.told(shows(two("storm", BLUE, BLUE), 2, blank=(1,)))
    machine.until(lambda: machine.flipping.revision_shown == 2)
    machine.settle()
    assert {colors for colors in machine.frames if colors != (RED, GREEN)} == {("#000000", "#000000")}


def test_a_screen_that_is_held_keeps_its_picture_and_shows_the_scene_when_it_is_let_go(machine: Machine) -> None:
    machine.told(shows(two("storm", BLUE, BLUE), 2, frozen=(1,)))
    machine.until(lambda: machine.flipping.revision_shown == 2)
    machine.settle()
    assert set(machine.frames) == {(RED, GREEN)}
    machine.told(shows(two("storm", BLUE, BLUE), 3))
    machine.until(lambda: machine.stages.shown == 3)
    assert machine.colors() == (BLUE, BLUE)


def test_the_first_frame_is_as_dark_as_the_night(machine: Machine) -> None:
    machine.window.over.say(Said(dim=0.5))
    machine.until(lambda: machine.colors() != (RED, GREEN))
    machine.frames.clear()
    machine.told(shows(two("storm", BLUE, BLUE), 2))
    machine.until(lambda: machine.flipping.revision_shown == 2)
    first = machine.frames[-1]
    assert first != (BLUE, BLUE)
    machine.settle()
    machine.until(lambda: machine.colors() == first)


def test_other_screens_right_after_a_first_frame_begin_anew(machine: Machine) -> None:
    machine.told(shows(two("storm", BLUE, RED), 2))
    machine.until(lambda: machine.flipping.revision_shown == 2)
    stage = ScreenStage(desk().ctx, PANELS)
    machine.window.take(machine.wall.screens[0], machine.wall, stage)
    machine.stage.hide()
    machine.stage, before = stage, machine.stage
    machine.flipping.anew([(machine.wall.screens[0], stage)])
    machine.settle()
    machine.until(lambda: machine.colors() == (BLUE, RED))
    before.deleteLater()


def test_garbage_is_looked_for_only_when_a_change_is_seen(machine: Machine) -> None:
    looked: list[bool] = []
    machine.flipping.dressed.connect(lambda shows: looked.append(gc.isenabled()))
    machine.told(shows(two("storm", BLUE, GREEN), 2))
    machine.until(lambda: machine.flipping.revision_shown == 2)
    machine.settle()
    assert looked == [False]
    assert gc.isenabled()
    machine.told(shows(two("calm", RED, GREEN), 3), ahead=SECOND)
    machine.until(lambda: not gc.isenabled())
    machine.flipping.stop()  # a machine that ends, or is told of something else
    assert gc.isenabled()
