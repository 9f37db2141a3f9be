"""Scenes on the screens of one machine: built out of sight, shown at one stroke, continuous behind bezels, kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.typed import from_msgpack
from cockpit.model.wall import Placed, Scene, Wall
from cockpit.model.wall_panels import DESK_NAMED, DESK_PLAIN, WALL_PANELS
from cockpit.model.wall_solve import solve_scene
from cockpit.model.wallstate import Cast, MapView, WallShows
from layouts import wallpieces
from layouts.panels import Panels
from layouts.wallstage import Holder, ScreenStage
from layouts.wallstages import WallStages
from layouts.wallunbuilt import UnbuiltOnWall, WithheldOnWall
from tests.panel_desk import desk
from tests.wall_stage_kit import PANELS, Broken, Flat, Slope, color_at, hall, panel, scene, shows, wall

PATIENCE_MS = 60_000
RED, BLUE, GREEN = "#aa2020", "#2020aa", "#20aa20"


class Machine:
    """The screens of a machine, in windows that are seen."""

    def __init__(
        self, qtbot: QtBot, of: Wall, scale: float = 1.0, classes: Mapping[str, type] = MappingProxyType(PANELS)
    ) -> None:
        self.qtbot = qtbot
        self.wall, self.hall = of, hall(of)
        self.ctx = desk().ctx
        self.stages = WallStages()
        self.readies: list[int] = []
        self.stages.ready.connect(self.readies.append)
        self.windows = []
        pairs = []
        for screen in of.screens:
            stage = ScreenStage(self.ctx, classes, scale)
            stage.resize(round(screen.at.w * scale), round(screen.at.h * scale))
            qtbot.addWidget(stage)
            stage.show()
            self.windows.append(stage)
            pairs.append((screen, stage))
        self.stages.put(pairs)

    def prepare(self, what: WallShows) -> None:
        self.stages.prepare(what, self.hall, self.wall)

    def show(self, what: WallShows) -> None:
        self.prepare(what)
        self.qtbot.waitUntil(lambda: self.stages.prepared == what.revision, timeout=PATIENCE_MS)
        self.stages.flip()
        self.settle()

    def settle(self) -> None:
        """Until every still has given way to its panel."""
        self.qtbot.waitUntil(
            lambda: all(not stage._unveiling.isActive() for stage in self.windows), timeout=PATIENCE_MS
        )

    def picture(self, screen: int = 1) -> QImage:
        return self.windows[screen - 1].grab().toImage()

    def panels(self, screen: int = 1) -> list[QWidget]:
        return self.windows[screen - 1].panels()


class Unknown(Flat):
    """A third party's, which says nothing of visitors."""

    for_visitors = False


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    Flat.built.clear()
    Broken.tries = 0
    yield
    Flat.built.clear()


def two(id: str, left: str, right: str, **more: str) -> Scene:
    return scene(id, panel("left", color=left), panel("right", color=right), **more)


def test_a_scene_is_shown_when_it_is_flipped_and_not_before(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall())
    machine.show(shows(scene("calm", panel("all", "cutting", color=RED, spans=True))))
    machine.prepare(shows(scene("storm", panel("all", "cutting", color=BLUE, spans=True)), 2))
    assert machine.readies == [1, 2]
    assert [color_at(machine.picture(n), 200, 150) for n in (1, 2)] == [RED, RED]
    machine.stages.flip()
    assert [color_at(machine.picture(n), 200, 150) for n in (1, 2)] == [BLUE, BLUE]
    assert machine.stages.shown == 2


def test_the_first_frame_of_a_scene_is_drawn_in_advance_and_then_the_panels_live(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(1))
    machine.show(shows(scene("calm", panel("all", color=RED))))
    machine.prepare(shows(scene("storm", panel("all", color=BLUE)), 2))
    new = Flat.built[-1]
    drawn = new.painted
    assert drawn > 0
    machine.stages.flip()
    QApplication.sendPostedEvents()
    assert color_at(machine.picture(), 200, 150) == BLUE
    machine.settle()
    assert new.isVisible()
    new.color = Flat.built[0].color
    new.update()
    assert color_at(machine.picture(), 200, 150) == RED


def test_what_two_scenes_have_at_one_place_is_one_panel_that_stays(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(1))
    machine.show(shows(two("calm", RED, GREEN)))
    left = machine.panels()[0]
    machine.show(shows(two("storm", RED, BLUE), 2))
    assert machine.panels()[0] is left
    assert len(Flat.built) == 3


def test_a_panel_over_a_bezel_is_one_picture_whose_part_behind_the_bezel_is_left_out(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(2, bezel=40))
    machine.show(shows(scene("map", panel("slope", "slope", spans=True))))
    whole = machine.panels()[0]
    assert isinstance(whole, Slope)
    assert whole.width() > 400
    assert machine.panels(2)[0].width() == whole.width()
    flat = whole.grab().toImage()
    left, right = machine.picture(1), machine.picture(2)
    at = whole.parent().x() + whole.x()
    assert left.pixelColor(390, 150) == flat.pixelColor(390 - at, 150)
    assert right.pixelColor(10, 150) == flat.pixelColor(10 + 440 - at, 150)


def test_a_panel_that_draws_its_part_itself_has_the_size_of_the_part_and_knows_the_whole(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(2))
    machine.show(shows(scene("map", panel("map", "cutting", spans=True))))
    left, right = machine.panels(1)[0], machine.panels(2)[0]
    parts = [one.ctx.wall.part for one in (left, right)]  # type: ignore[attr-defined]
    assert parts[0].panel == parts[1].panel
    assert (left.width(), right.width()) == (parts[0].cut.w, parts[1].cut.w)
    assert parts[0].cut.x + parts[0].cut.w == 400
    assert parts[1].cut.x == 420


def test_a_panel_is_told_what_its_wall_follows_and_once_only_when_that_changes(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(1))
    calm = scene("calm", panel("who", follows="event"), panel("other"))
    machine.show(shows(calm, event="incident/1"))
    who, other = machine.panels()
    assert (who.ctx.wall.event, other.ctx.wall.event) == ("incident/1", "")  # type: ignore[attr-defined]
    assert who.ctx.wall.mode.id == "peace"  # type: ignore[attr-defined]
    assert who.ctx.wall.layers == ("alert",)  # type: ignore[attr-defined]
    view = MapView(120.1, 30.2, 12.0)
    machine.show(shows(calm, 2, event="incident/1", view=view))
    assert who.ctx.wall.view == view  # type: ignore[attr-defined]
    assert who.told == [frozenset({"view"})]  # type: ignore[attr-defined]


@pytest.mark.logs("panel (broken|nosuch) failed")
def test_a_broken_panel_costs_its_own_place_and_is_tried_again(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(1))
    machine.show(shows(scene("calm", panel("bad", "broken", color=RED), panel("good", color=GREEN))))
    bad, good = machine.panels()
    assert isinstance(bad, UnbuiltOnWall)
    assert isinstance(good, Flat)
    bad.reopen()
    assert isinstance(machine.panels()[0], Broken)


@pytest.mark.logs("panel (broken|nosuch) failed")
def test_a_panel_that_there_is_none_of_says_so_in_its_place(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(1))
    machine.show(shows(scene("calm", panel("gone", "nosuch"), panel("good"))))
    gone = machine.panels()[0]
    assert isinstance(gone, UnbuiltOnWall)
    assert "nosuch" in gone.title()


def test_a_cast_fills_its_screen_over_every_scene_until_it_is_taken_back(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(2))
    calm = scene("calm", panel("all", color=RED, spans=True))
    cast = Cast("c1", "seat-1", 2, "flat", {"color": BLUE})
    machine.show(shows(calm))
    machine.show(shows(calm, 2, casts=(cast,)))
    assert [color_at(machine.picture(n), 200, 150) for n in (1, 2)] == [RED, BLUE]
    machine.show(shows(scene("other", panel("all", color=GREEN, spans=True)), 3, casts=(cast,)))
    assert [color_at(machine.picture(n), 200, 150) for n in (1, 2)] == [GREEN, BLUE]
    machine.show(shows(calm, 4))
    assert [color_at(machine.picture(n), 200, 150) for n in (1, 2)] == [RED, RED]


def test_a_cast_on_a_place_stands_there_in_the_place_of_its_panel(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(1))
    calm = two("calm", RED, GREEN)
    machine.show(shows(calm, casts=(Cast("c1", "", 0, "flat", {"color": BLUE}, place="right", event="incident/9"),)))
    picture = machine.picture()
    assert (color_at(picture, 100, 150), color_at(picture, 300, 150)) == (RED, BLUE)
    assert machine.panels()[1].ctx.wall.event == "incident/9"  # type: ignore[attr-defined]


def test_a_scene_that_is_tried_is_on_its_screens_alone(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(2))
    calm, trial = (scene(id, panel("all", color=color, spans=True)) for id, color in (("calm", RED), ("new", GREEN)))
    machine.show(shows(calm, trial=trial, trial_on=(2,)))
    assert [color_at(machine.picture(n), 200, 150) for n in (1, 2)] == [RED, GREEN]


def test_a_scene_is_laid_out_once_for_all_screens_and_for_every_move_of_its_map(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved: list[str] = []

    def counted(scene: Scene, wall: Wall) -> tuple[Placed, ...]:
        solved.append(scene.id)
        return solve_scene(scene, wall)

    monkeypatch.setattr(wallpieces, "solve_scene", counted)
    machine = Machine(qtbot, wall(3))
    calm = two("calm", RED, GREEN)
    trial = two("new", BLUE, GREEN)
    for n in range(1, 4):
        told = shows(calm, revision=n, view=MapView(120.1 + n / 1000, 30.2, 5.0), trial=trial, trial_on=(2,))
        machine.show(from_msgpack(msgspec.msgpack.encode(told), type=WallShows))  # as the hub tells it
    assert solved == ["calm", "new"]
    machine.show(shows(two("calm", GREEN, RED), revision=4))
    assert solved == ["calm", "new", "calm"]
    assert color_at(machine.picture(3), 350, 150) == RED


def test_panels_out_of_sight_hear_of_what_changed_when_they_are_shown(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(1))
    machine.show(shows(scene("calm", panel("all", color=RED))))
    first = machine.panels()[0]
    assert isinstance(first, Flat)
    machine.show(shows(scene("storm", panel("all", color=BLUE)), 2))
    first.heard.clear()
    for stage in machine.stages.all:
        stage.refresh(frozenset({"event", "unit"}))
    assert first.heard == []
    machine.show(shows(scene("calm", panel("all", color=RED)), 3))
    assert machine.panels()[0] is first
    assert first.heard == [frozenset({"event"})]


def test_a_scene_waits_for_panels_that_still_draw_but_not_forever(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(qtbot, wall(1))
    monkeypatch.setattr(Flat, "settled", lambda self: False)
    machine.prepare(shows(scene("calm", panel("all", color=RED))))
    assert machine.readies == []
    qtbot.waitUntil(lambda: machine.readies == [1], timeout=PATIENCE_MS)


def test_the_scenes_shown_last_are_kept_and_the_oldest_are_closed(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(1))
    for revision in range(1, 9):
        machine.show(shows(scene(f"s{revision}", panel("all", color=f"#0000{revision:02x}")), revision))
    closed = [one.closed for one in Flat.built]
    assert closed[0] is True
    assert not any(closed[-3:])
    assert len(machine.windows[0].findChildren(Holder)) < 8


def test_a_scene_for_visitors_never_takes_a_panel_that_was_built_for_others(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(1))
    machine.show(shows(scene("calm", panel("all"), privacy="named")))
    named = machine.panels()[0]
    machine.show(shows(scene("visit", panel("all"), privacy="visitor"), 2))
    assert machine.panels()[0] is not named
    assert machine.panels()[0].ctx.wall.privacy == "visitor"  # type: ignore[attr-defined]


def test_a_panel_of_the_desk_is_on_a_wall_only_where_personal_data_may_be_shown(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(2), classes={**PANELS, "event": Flat, "acme": Unknown})
    cast = Cast("c1", "seat-1", 2, "event", {"color": BLUE})
    for revision, privacy in enumerate(("open", "visitor", "named"), 1):
        of = scene("calm", panel("all", "event", color=RED), privacy=privacy)
        machine.show(shows(of, revision, casts=(cast,)))
        for screen in (1, 2):
            (found,) = machine.panels(screen)
            assert isinstance(found, Flat if privacy == "named" else WithheldOnWall)
            if isinstance(found, WithheldOnWall):
                assert "个人信息" in found.said
    machine.show(shows(scene("theirs", panel("all", "acme"), privacy="open"), 4))
    assert isinstance(machine.panels()[0], Unknown)
    machine.show(shows(scene("theirs", panel("all", "acme"), privacy="visitor"), 5))
    assert isinstance(machine.panels()[0], WithheldOnWall)


def test_of_every_panel_it_is_known_whether_a_wall_may_show_it() -> None:
    assert set(Panels()) - set(Panels().theirs) == {*WALL_PANELS, *DESK_PLAIN, *DESK_NAMED}


def test_on_an_output_with_more_pixels_everything_is_as_much_larger_and_drawn_sharp(qtbot: QtBot) -> None:
    plain, fine = Machine(qtbot, wall(2)), Machine(qtbot, wall(2), scale=1.5)
    for machine in (plain, fine):
        machine.show(shows(two("calm", RED, GREEN), view=MapView(120.0, 30.0, 30.0)))
    small, large = plain.panels()[0], fine.panels()[0]
    assert large.width() == pytest.approx(small.width() * 1.5, abs=1)
    assert large.ctx.wall.pitch_mm == pytest.approx(1.27 / 1.5)  # type: ignore[attr-defined]
    assert large.ctx.wall.view.scale == pytest.approx(20.0)  # type: ignore[attr-defined]


def test_screens_that_are_other_ones_begin_with_nothing_prepared(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(1))
    machine.show(shows(scene("calm", panel("all", color=RED))))
    machine.stages.put([])
    assert (machine.stages.prepared, machine.stages.shown) == (0, 0)
    machine.stages.flip()
    assert machine.stages.shown == 0


def test_a_scene_that_comes_later_is_built_panel_by_panel_while_another_is_shown(qtbot: QtBot) -> None:
    machine = Machine(qtbot, wall(1))
    machine.show(shows(scene("calm", panel("all", color=RED))))
    later = shows(two("storm", BLUE, GREEN), 2)
    built = [machine.stages.build_ahead(later, machine.hall, machine.wall) for _ in range(3)]
    assert built == [True, True, False]
    assert color_at(machine.picture(), 200, 150) == RED
    machine.show(later)
    assert len(Flat.built) == 3
    assert color_at(machine.picture(), 100, 150) == BLUE
