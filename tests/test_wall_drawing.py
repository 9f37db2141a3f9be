"""A machine of the wall at a living hub: it shows what the hub says, at the moment that is named, and never nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace as replace_struct
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cockpit.bus.where import OwnHub
from cockpit.hub.wall import WallService
from cockpit.model.ages import clock_time
from cockpit.model.clock import MINUTE, SECOND, CityTime
from cockpit.model.wallasks import MOST_THUMB, Thumbs, ThumbsWanted
from cockpit.model.wallstate import MapView, Pointer, Thumb, WallShows
from cockpit.seat import Seat
from cockpit.ui import wallwords
from cockpit.ui.wallnode import ORBIT
from cockpit.ui.wallpictures import glimpse, small_jpeg
from cockpit.ui.wallscreen import WallWindow
from cockpit.ui.wallstills import file_of, last_picture
from tests.living_hub import CLOCK, LivingHub, pack
from tests.living_wall import put_events
from tests.wall_node_kit import COLORS, HALL, SCENE, Node, a_node, site
from widgets.wall.kit import wall_theme

pytestmark = pytest.mark.slow


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LivingHub]:
    site(tmp_path / "hub")
    with LivingHub(tmp_path / "hub") as hub:
        yield hub


@pytest.fixture
def node(qtbot: QtBot, tmp_path: Path, hub: LivingHub) -> Iterator[Node]:
    with a_node(qtbot, tmp_path / "node", hub) as node:
        node.until(lambda: node.shown() == "calm")
        yield node


def test_a_scene_is_on_the_screen_at_the_moment_that_the_hub_named(node: Node) -> None:
    assert node.color() == COLORS["calm"]
    revision = node.act("scene", "storm")
    node.until(lambda: node.node.flipping.revision_shown == revision)
    assert node.color() == COLORS["storm"]
    shown = node.node.flipping.shown
    assert shown is not None
    assert shown.show_at > 0
    assert node.node.flipping.skew_us[1] >= -3000  # never early by more than the clock may be wrong
    assert node.node.flipping.switch_ms[1] > 0


def test_the_hub_hears_how_the_machine_fares_and_has_a_picture_of_each_screen(node: Node) -> None:
    def report() -> bool:
        state = node.line.state
        return state is not None and any(seen.report.screens and seen.report.screens[0].shown for seen in state.nodes)

    node.until(report)
    state = node.line.state
    assert state is not None
    report_ = state.nodes[0].report
    assert (report_.machine, report_.wall, report_.screens[0].there) == ("here", "main", True)
    assert report_.rss_mb > 20
    thumbs: list[Thumb] = []

    def asked() -> bool:
        node.seat.ask("wall.thumbs", ThumbsWanted("main"), Thumbs, lambda told: thumbs.extend(told.thumbs))
        return bool(thumbs)

    node.until(asked)
    assert len(thumbs[0].jpeg) <= MOST_THUMB
    small = QImage.fromData(thumbs[0].jpeg)
    assert abs(small.pixelColor(100, 50).green() - int(COLORS["calm"][3:5], 16)) < 12


def test_without_its_hub_the_wall_keeps_the_last_picture_and_says_since_when(node: Node, hub: LivingHub) -> None:
    hub.stop()
    node.until(lambda: "与主机中断" in node.window.over.said.trouble)
    assert "保留最后画面" in node.window.over.said.trouble
    assert node.color() == COLORS["calm"]
    hub.start()
    node.until(lambda: node.window.over.said.trouble == "")
    node.act("scene", "storm")
    node.until(lambda: node.color() == COLORS["storm"])


@pytest.mark.logs("the walls' _[a-z]+ broke")
def test_a_hub_that_is_there_and_tells_nothing_of_the_wall_is_said(
    node: Node, hub: LivingHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wallwords, "GRACE_SECONDS", 0.5)
    monkeypatch.setattr(wallwords, "SILENT_SECONDS", 2.5)
    assert hub.hub is not None
    walls = next(one for one in hub.hub.services if isinstance(one, WallService))
    monkeypatch.setattr(walls, "_whole_state", lambda: 1 / 0)
    node.until(lambda: "没有告知大屏内容" in node.window.over.said.trouble)
    assert "保留最后画面" in node.window.over.said.trouble
    assert node.color() == COLORS["calm"]
    monkeypatch.undo()
    node.until(lambda: node.window.over.said.trouble == "")


def test_a_machine_that_starts_without_a_hub_shows_what_it_showed_last(qtbot: QtBot, tmp_path: Path) -> None:
    site(tmp_path / "hub")
    with LivingHub(tmp_path / "hub") as hub, a_node(qtbot, tmp_path / "node", hub) as node:
        node.until(lambda: node.shown() == "calm")
        node.act("scene", "storm")
        node.until(lambda: node.shown() == "storm")
    with a_node(qtbot, tmp_path / "node", tmp_path / "hub") as again:
        assert again.color() == COLORS["storm"]
        again.until(lambda: "与主机中断" in again.window.over.said.trouble)


def test_before_anything_is_known_the_last_picture_of_the_output_stands_in(qtbot: QtBot, tmp_path: Path) -> None:
    site(tmp_path / "hub")
    with LivingHub(tmp_path / "hub") as hub, a_node(qtbot, tmp_path / "node", hub) as node:
        node.until(lambda: node.shown() == "calm")
    (next((tmp_path / "node").rglob("wall.state"))).unlink()
    with a_node(qtbot, tmp_path / "node", tmp_path / "hub") as again:
        assert again.window.still
        picture = again.window.grab().toImage()
        assert abs(picture.pixelColor(400, 200).green() - int(COLORS["calm"][3:5], 16)) < 12
        assert "正在启动" in again.window.over.said.trouble or "主机" in again.window.over.said.trouble


def test_when_visitors_come_nothing_is_left_on_disk_of_what_was_shown_before(node: Node, tmp_path: Path) -> None:
    folder = tmp_path / "node" / "screens"
    node.publish({"scenes/storm.toml": 'privacy = "visitor"\n' + SCENE.format(id="storm", key="F2")})
    kept = file_of(folder, node.window.output)
    node.until(kept.exists)
    unplugged = file_of(folder, "DP-9")
    unplugged.write_bytes(kept.read_bytes())
    node.act("scene", "storm")
    seen: list[QImage] = []

    def gone() -> bool:
        if node.shown() == "storm" and kept.exists():
            seen.append(last_picture(folder, node.window.output)[0])
        return bool(seen)

    node.until(gone)
    assert not unplugged.exists()
    assert seen[0].pixelColor(400, 200).red() > seen[0].pixelColor(400, 200).green()


def test_a_machine_that_knows_nothing_says_so_and_which_it_is(qtbot: QtBot, tmp_path: Path) -> None:
    site(tmp_path / "hub")
    with a_node(qtbot, tmp_path / "node", tmp_path / "hub") as node:
        assert "here" in " ".join(node.window.over.said.notice)


def test_a_picture_that_is_held_at_night_is_as_bright_as_before(node: Node) -> None:
    node.act("brightness", "0.5")
    node.until(lambda: node.window.over.said.dim > 0)
    night = node.color()
    assert night != COLORS["calm"]
    node.act("freeze", "1")
    node.until(lambda: node.window.still)
    assert node.color() == night


def test_black_held_and_named_screens_are_so_until_taken_back(node: Node) -> None:
    node.act("identify", "1")
    node.until(lambda: node.window.over.said.number == "1")
    assert "here" in node.window.over.said.name
    node.act("identify", "")
    node.act("blank", "1")
    node.until(lambda: node.color() == "#000000")
    node.act("blank", "")
    node.until(lambda: node.color() == COLORS["calm"])
    node.act("freeze", "1")
    node.until(lambda: node.window.still)
    node.act("scene", "storm")
    node.until(lambda: node.shown() == "storm")
    assert node.color() == COLORS["calm"]
    assert "已冻结" in node.window.over.said.frozen
    node.act("freeze", "")
    node.until(lambda: node.color() == COLORS["storm"])


def test_what_is_held_and_kept_says_its_time_by_the_clock_of_the_city_that_is_shown(node: Node, hub: LivingHub) -> None:
    node.act("freeze", "1")
    node.until(lambda: node.window.held)
    node.ctx.clock.city = city = CityTime(CLOCK.now(), 1_784_021_556 * SECOND, 1.0, "demo", True)
    node.node.say()
    assert f"· {clock_time(city.at(node.window.held))} ·" in node.window.over.said.frozen
    hub.stop()
    node.until(lambda: "保留最后画面" in node.window.over.said.trouble)
    assert f"保留最后画面 {clock_time(city.at(node.line.heard))}" in node.window.over.said.trouble


def test_the_small_picture_of_a_screen_that_is_held_is_of_when_it_was(node: Node) -> None:
    node.act("freeze", "1")
    node.until(lambda: node.window.held)
    thumbs: list[Thumb] = []

    def told(reply: Thumbs | object) -> None:
        thumbs.extend(reply.thumbs if isinstance(reply, Thumbs) else ())

    def arrived() -> bool:
        node.seat.ask("wall.thumbs", ThumbsWanted("main"), Thumbs, told)
        return any(one.of for one in thumbs)

    node.until(arrived)
    last = next(one for one in thumbs if one.of)
    assert last.drawn == node.window.held < last.taken


def test_a_darker_wall_is_darker_but_never_black(node: Node) -> None:
    bright = QImage(node.window.grab().toImage()).pixelColor(300, 300).lightness()
    node.act("brightness", "0")
    node.until(lambda: node.window.over.said.dim > 0.5)
    dark = QImage(node.window.grab().toImage()).pixelColor(300, 300).lightness()
    assert dark < bright
    assert node.window.over.said.dim < 1.0


def test_against_burn_in_the_picture_walks_about_by_the_halls_step_and_no_cursor_stands_in_it(node: Node) -> None:
    step = 2
    text = HALL.format(columns=1, rows=1, width=800, height=800, machines='"here"')
    node.publish({"hall.toml": text.replace("shift = 0", f"shift = {step}")})
    node.until(lambda: node.line.state is not None and node.line.state.hall.shift == step and node.shown() == "calm")
    window = node.window
    assert window.stage is not None
    assert window.cursor().shape() is Qt.CursorShape.BlankCursor
    places = []
    for minute in range(2 * len(ORBIT)):
        node.node._dress(minute * MINUTE)
        at = window.stage.geometry()
        places.append((at.x(), at.y(), at.width(), at.height()))
    left, top, wide, high = places[0]
    assert places[: len(ORBIT)] == places[len(ORBIT) :], "it comes back to where it was"
    assert {(x - left, y - top) for x, y, _, _ in places} == {(x * step, y * step) for x, y in ORBIT}
    assert {place[2:] for place in places} == {(wide, high)}
    assert max(abs(b[axis] - a[axis]) for a, b in pairwise(places) for axis in (0, 1)) <= 2 * step, "it never jumps"


def test_a_presenters_keys_turn_the_scenes(node: Node) -> None:
    QTest.keyClick(node.window, Qt.Key.Key_PageDown)
    node.until(lambda: node.shown() == "storm")
    QTest.keyClick(node.window, Qt.Key.Key_PageUp)
    node.until(lambda: node.shown() == "calm")
    QTest.keyClick(node.window, Qt.Key.Key_F1)
    node.until(lambda: node.shown() == "overview")
    QTest.keyClick(node.window, Qt.Key.Key_B)
    node.until(lambda: node.window.is_black)
    QTest.keyClick(node.window, Qt.Key.Key_Escape)
    node.until(lambda: not node.window.is_black)


def test_a_key_without_a_hub_says_that_it_did_nothing(node: Node, hub: LivingHub) -> None:
    hub.stop()
    node.until(lambda: not node.line.joined)
    QTest.keyClick(node.window, Qt.Key.Key_PageDown)
    assert "按键没有生效" in node.window.over.said.trouble or "中断" in node.window.over.said.trouble


def test_the_light_spot_is_where_the_hand_is_and_goes_when_nobody_moves_it(node: Node) -> None:
    node.node._pointed(Pointer("main", 0.5, 0.25, (((0.1, 0.9), (0.2, 0.9)),)))
    picture = node.window.grab().toImage()
    plain = COLORS["calm"]
    assert picture.pixelColor(400, 200).name() != plain
    assert picture.pixelColor(120, 720).name() != plain
    node.until(lambda: node.window.grab().toImage().pixelColor(400, 200).name() == plain)
    assert node.window.grab().toImage().pixelColor(120, 720).name() != plain


def test_each_hand_moves_its_own_spot_and_wipes_its_own_lines_until_all_are_wiped(node: Node) -> None:
    def is_drawn(x: int, y: int) -> bool:
        return node.window.grab().toImage().pixelColor(x, y).name() != COLORS["calm"]

    drawn, lit = (120, 720), (400, 200)
    node.node._pointed(Pointer("main", strokes=(((0.1, 0.9), (0.2, 0.9)),), by="a.1"))
    node.node._pointed(Pointer("main", 0.5, 0.25, by="b.2"))
    assert is_drawn(*drawn)
    assert is_drawn(*lit)
    node.node._pointed(Pointer("main", by="b.2"))
    assert is_drawn(*drawn)
    assert not is_drawn(*lit)
    node.node._pointed(Pointer("main", 0.5, 0.25, by="b.2"))
    node.node._pointed(Pointer("main"))
    assert not is_drawn(*drawn)
    assert is_drawn(*lit), "a hand that points goes on doing so"
    node.until(lambda: not is_drawn(*lit))


def test_of_many_words_that_wait_the_last_is_shown_and_the_machine_beats_on(node: Node) -> None:
    state, shows = node.line.state, node.line.shows
    assert state is not None
    assert shows is not None
    flips: list[WallShows] = []
    node.node.flipping.flipped.connect(flips.append)
    for n in range(1, 31):
        moved = replace_struct(shows, revision=shows.revision + n, view=MapView(120.1 + n / 1000, 30.2, 5.0), show_at=1)
        told = replace_struct(state, shows=(moved,))
        node.seat.later(partial(node.line._told, told))
    node.node.tick()
    assert [one.revision for one in flips] == [shows.revision + 30]


def test_another_world_is_shown_in_the_place_of_what_is_real_and_left_again(node: Node, tmp_path: Path) -> None:
    with LivingHub(tmp_path / "drill") as drill:
        other = Seat(tmp_path / "other", pack(), OwnHub(drill.profile), CLOCK)
        other.open_cache()
        try:
            real = node.panel()
            node.node.enter(other, replace(node.node.ctx, picture=other.picture, selection=other.selection))
            other.start()
            node.until(lambda: node.panel() is not real and not node.window.still)
            assert node.panel().ctx.picture is other.picture
            node.act("scene", "storm")  # the wall's own hub goes on to say what is shown
            node.until(lambda: node.color() == COLORS["storm"])
            node.until(lambda: other.link.state == "live")  # it is ticked with the wall
            node.node.leave()
            node.until(lambda: node.panel().ctx.picture is node.seat.picture and not node.window.still)
            assert node.color() == COLORS["storm"]
        finally:
            other.close()


def test_an_event_that_the_wall_follows_is_selected_on_its_machines(node: Node, hub: LivingHub) -> None:
    (event,) = put_events(hub, 2)
    node.act("event", event)
    node.until(lambda: node.seat.selection.item == ("event", event))
    node.act("event", "")
    node.until(lambda: node.seat.selection.item == ("", ""))


def test_another_hall_file_is_shown_at_once_though_the_scene_stays(node: Node) -> None:
    text = HALL.format(columns=1, rows=1, width=800, height=800, machines='"here"')
    node.publish({"hall.toml": text.replace("平时", "战时")})
    node.until(lambda: node.panel().ctx.wall.mode.name["zh"] == "战时")
    wide = text.replace("[800, 800]", "[400, 400]")
    node.publish({"hall.toml": wide})
    node.until(lambda: node.window.scale == 2.0 and node.shown() == "calm" and not node.window.still)
    assert node.color() == COLORS["calm"]
    assert node.panel().width() > 700


def test_a_window_that_somebody_closes_or_minimises_is_there_again_with_its_panels(node: Node) -> None:
    node.until(lambda: node.shown() == "calm" and not node.window.still)
    panel = node.panel()
    node.window.windowHandle().close()  # as Alt+F4 or a window list does
    assert not node.window.isVisible()
    node.until(node.window.isVisible)
    assert node.panel() is panel
    assert not panel.closed
    assert node.color() == COLORS["calm"]
    node.window.showMinimized()
    node.until(lambda: not node.window.isMinimized() and node.window.isVisible())
    assert node.window.geometry() == node.window.screen().geometry()


def test_without_a_hall_file_a_screen_that_comes_later_is_of_the_wall_and_one_that_goes_stays(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LivingHub(tmp_path / "hub") as hub, a_node(qtbot, tmp_path / "wall", hub) as node:
        node.until(lambda: len(node.line.screens) == 1)
        one = node.node.windows.outputs()
        two = (*one, (*one[0][:2], one[0][0], 0))
        monkeypatch.setattr(node.node.windows, "outputs", lambda: two)
        node.until(lambda: len(node.line.screens) == 2)
        monkeypatch.setattr(node.node.windows, "outputs", lambda: one)
        node.node._linked(node.seat.link)
        node.until(lambda: node.node._told_here)
        heard = node.line.heard
        node.until(lambda: node.line.heard > heard + 3 * SECOND)
        assert len(node.line.screens) == 2


@pytest.mark.parametrize(("width", "height"), [(8000, 1600), (1280, 720)])
def test_a_thumbnail_of_a_large_screen_is_made_of_some_of_its_points(qtbot: QtBot, width: int, height: int) -> None:
    window = WallWindow("HDMI-1", CLOCK)
    qtbot.addWidget(window)
    window.resize(width, height)
    window.show()
    qtbot.waitUntil(lambda: glimpse(window).width() == min(width, 1920))
    seen = glimpse(window)
    assert abs(seen.width() / seen.height() - width / height) < 0.01
    assert seen.pixelColor(seen.width() // 2, seen.height() // 2) == wall_theme().bg
    assert QImage.fromData(small_jpeg(seen)).width() == 480
