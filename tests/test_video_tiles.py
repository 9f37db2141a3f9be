"""Cameras on the wall and beside the desk: what plays, what is said of what does not, and who is shown what."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from cockpit.model.layout import Rect
from cockpit.model.messages import Message
from cockpit.model.ports import Body
from cockpit.model.videos import CameraGroup, CameraVideo, VideoSeen, VideoState
from tests.living_picture import NOW
from tests.panel_desk import Desk, desk
from tests.video_kit import LivingVideos
from widgets.kit.panel import PanelState
from widgets.kit.theme import WALL, Theme
from widgets.kit.wallsight import Part, WallSight
from widgets.video.panel import VideoPanel
from widgets.video.tile import Tile, paint_picture
from widgets.video.walked import WalkedTiles
from widgets.video.wall import WallVideoPanel
from widgets.wall.gravest import gravest_key

BLUE = (40, 90, 160)

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def at(qtbot: QtBot) -> Desk:
    made = desk()
    made.ctx.videos = LivingVideos()
    return made


def port(at: Desk) -> LivingVideos:
    assert isinstance(at.ctx.videos, LivingVideos)
    return at.ctx.videos


def cameras(at: Desk, n: int) -> list[str]:
    keys = list(at.picture["camera"].keys)[:n]
    for key in keys:
        port(at).book[key] = CameraVideo(key, f"rtsp://host/{key}")
    return keys


def wall(qtbot: QtBot, at: Desk, size: tuple[int, int] = (1920, 1080), **options: object) -> WallVideoPanel:
    at.ctx.wall = at.ctx.wall or WallSight()
    panel = WallVideoPanel(at.ctx, **options)
    qtbot.addWidget(panel)
    panel.resize(*size)
    panel.show()
    return panel


def colour(panel: WallVideoPanel, camera: str) -> QColor:
    """In the middle of a tile."""
    tiles = panel.tiles
    tile = next(one for one in tiles.tiles if one.camera == camera)
    room = tile.room
    return tiles.grab().toImage().pixelColor(room.center().toPoint())


def near(one: QColor, other: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 6 for a, b in zip((one.red(), one.green(), one.blue()), other, strict=True))


@pytest.mark.parametrize("n", [1, 2, 4, 9, 12, 25, 36])
def test_one_to_thirty_six_cameras_play_beside_each_other(qtbot: QtBot, at: Desk, n: int) -> None:
    keys = cameras(at, n)
    panel = wall(qtbot, at, cameras=keys, count=n)
    for key in keys:
        port(at).play(key, at.ctx.clock.wall())
    panel.tiles._look()
    boxes = [tile.box.toAlignedRect() for tile in panel.tiles.tiles]
    assert len(boxes) == n
    inside = panel.tiles.rect()
    assert all(inside.contains(box) for box in boxes)
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(near(colour(panel, key), BLUE) for key in keys[:: max(n // 4, 1)])


def test_the_stream_is_asked_for_in_the_size_that_it_is_drawn_at(qtbot: QtBot, at: Desk) -> None:
    panel = wall(qtbot, at, cameras=cameras(at, 4))
    for tile, wanted in zip(panel.tiles.tiles, port(at).all_wanted, strict=True):
        room = tile.room
        assert wanted.size == (round(room.width()), round(room.height()))


def test_a_picture_that_stopped_stays_and_its_age_is_said(qtbot: QtBot, at: Desk) -> None:
    (key,) = cameras(at, 1)
    panel = wall(qtbot, at, cameras=[key])
    port(at).play(key, at.ctx.clock.wall())
    panel.tiles._look()
    panel.age_tick()
    assert panel.tiles.live == 1
    at.clock.advance(40)
    panel.age_tick()
    (tile,) = panel.tiles.tiles
    assert tile.said == "画面停在 40 秒前"
    assert panel.tiles.live == 0
    seen = colour(panel, key)
    assert not near(seen, BLUE)
    assert seen.blue() > seen.red(), "darker, and still that picture"
    port(at).play(key, at.ctx.clock.wall())
    panel.tiles._look()
    panel.age_tick()
    assert tile.said == ""
    assert near(colour(panel, key), BLUE)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (VideoSeen(), "正在打开…"),
        (VideoSeen(VideoState.REFUSED, Message("videos.hidden")), "按场景要求不显示"),
        (VideoSeen(VideoState.AWAY, Message("videos.silent")), "视频平台没有应答，正在重连"),
        (VideoSeen(VideoState.REFUSED, Message("videos.wrong_size", {"width": 9000, "height": 9000})), "已拒绝"),
    ],
)
def test_a_camera_without_a_picture_says_why(qtbot: QtBot, at: Desk, seen: VideoSeen, said: str) -> None:
    (key,) = cameras(at, 1)
    port(at).told[key] = seen
    panel = wall(qtbot, at, cameras=[key])
    panel.age_tick()
    assert said in panel.tiles.tiles[0].said


def test_a_scene_for_visitors_asks_for_what_visitors_may_see_and_lets_the_clear_picture_go_at_once(
    qtbot: QtBot, at: Desk
) -> None:
    (key,) = cameras(at, 1)
    sight = WallSight()
    at.ctx.wall = sight
    panel = wall(qtbot, at, cameras=[key])
    port(at).play(key, at.ctx.clock.wall())
    panel.tiles._look()
    assert near(colour(panel, key), BLUE)
    port(at).pictures.clear()
    sight.tell(privacy="visitor")
    assert [one.privacy for one in port(at).all_wanted] == ["visitor"]
    assert not near(colour(panel, key), BLUE)


def test_a_camera_that_becomes_hidden_leaves_no_picture_behind(qtbot: QtBot, at: Desk) -> None:
    (key,) = cameras(at, 1)
    at.ctx.wall = WallSight(privacy="visitor")
    panel = wall(qtbot, at, cameras=[key])
    port(at).play(key, at.ctx.clock.wall())
    panel.tiles._look()
    panel.age_tick()
    assert near(colour(panel, key), BLUE)
    port(at).told[key] = VideoSeen(VideoState.REFUSED, Message("videos.hidden"))
    panel.age_tick()
    panel.tiles._look()
    (tile,) = panel.tiles.tiles
    assert tile.said == "按场景要求不显示"
    assert tile.image.isNull()
    shown = colour(panel, key)
    assert not shown.blue() > shown.red() + 40
    port(at).told[key] = VideoSeen()
    panel.tiles._look()
    assert tile.image.isNull(), "the one that was there before is not taken once more"
    port(at).play(key, at.ctx.clock.wall())
    panel.tiles._look()
    assert near(colour(panel, key), BLUE)


@pytest.mark.parametrize(
    ("privacy", "change", "stays"),
    [
        ("open", {"masks": ((0.1, 0.1, 0.5, 0.5),)}, False),
        ("visitor", {"visitor": "blur"}, False),
        ("open", {"visitor": "hide"}, True),
        ("open", {"address": "rtsp://other/a"}, True),
    ],
)
def test_what_is_masked_or_blurred_from_now_on_is_not_to_be_seen_in_the_last_picture_either(
    qtbot: QtBot, at: Desk, privacy: str, change: dict[str, object], stays: bool
) -> None:
    (key,) = cameras(at, 1)
    port(at).book[key] = CameraVideo(key, "rtsp://host/a", visitor="show")
    at.ctx.wall = WallSight(privacy=privacy)
    panel = wall(qtbot, at, cameras=[key])
    port(at).play(key, at.ctx.clock.wall())
    panel.tiles._look()
    port(at).book[key] = msgspec.structs.replace(port(at).book[key], **change)
    port(at).told[key] = VideoSeen(VideoState.AWAY, Message("videos.silent"))
    panel.age_tick()
    assert panel.tiles.tiles[0].image.isNull() is not stays


def test_the_cameras_about_the_event_that_the_wall_follows_are_shown_first_the_one_that_saw_it(
    qtbot: QtBot, at: Desk
) -> None:
    cameras(at, 50)
    table = at.picture["event"]
    key = next(table.key_at(i) for i in range(len(table)) if abs(table.value(i, "lon")) < 180)
    saw = list(at.picture["camera"].keys)[-1]
    sight = WallSight()
    at.ctx.wall = sight
    panel = wall(qtbot, at, near="event", count=4)
    sight.tell(event=key)
    at.ports.bodies.answer(Body(key, {"camera": saw.partition("/")[2]}, NOW))
    assert panel.tiles.tiles[0].camera == saw


def test_where_nobody_follows_an_event_the_gravest_is_looked_at_as_beside_it(qtbot: QtBot, at: Desk) -> None:
    cameras(at, 50)
    at.ctx.wall = WallSight()
    panel = wall(qtbot, at, near="event", count=4)
    key = gravest_key(at.ctx)
    assert at.picture["event"].get(key)["level"] == 1
    saw = list(at.picture["camera"].keys)[-1]
    at.ports.bodies.answer(Body(key, {"camera": saw.partition("/")[2]}, NOW))
    assert panel.tiles.tiles[0].camera == saw


def test_a_group_of_the_site_is_shown_and_one_that_is_none_is_said(qtbot: QtBot, at: Desk) -> None:
    keys = cameras(at, 3)
    port(at).groups = (CameraGroup("tunnels", {"zh": "隧道"}, tuple(key.partition("/")[2] for key in keys)),)
    panel = wall(qtbot, at, group="tunnels")
    assert [tile.camera for tile in panel.tiles.tiles] == keys
    assert "bridges" in wall(qtbot, at, group="bridges").said


def test_without_the_extra_a_panel_says_so_in_words(qtbot: QtBot, at: Desk) -> None:
    port(at).problem = Message("videos.no_extra")
    panel = wall(qtbot, at, cameras=cameras(at, 2))
    assert panel.state is PanelState.DEAD
    assert "city-cockpit[video]" in panel.said
    assert not port(at).all_wanted


def test_a_mistake_of_the_site_is_said_beside_the_cameras_that_play_on(qtbot: QtBot, at: Desk) -> None:
    keys = cameras(at, 2)
    panel = wall(qtbot, at, cameras=keys)
    port(at).mistake = Message("packs.bad_toml", {"file": "cameras.toml"})
    panel.look_now()
    assert panel.state is None
    assert len(panel.tiles.tiles) == 2
    assert panel._facts is not None
    assert at.ctx.t(panel.tiles.counted).endswith("cameras.toml 有错")
    port(at).mistake = None
    panel.age_tick()
    assert "cameras.toml" not in at.ctx.t(panel.tiles.counted)


def test_a_wall_whose_videos_were_kept_away_shows_them_once_that_is_over(qtbot: QtBot, at: Desk) -> None:
    port(at).problem = Message("videos.no_extra")
    panel = wall(qtbot, at, cameras=cameras(at, 2))
    assert panel.state is PanelState.DEAD
    port(at).problem = None
    at.clock.advance(11)
    panel.age_tick()
    assert panel.state is None
    assert len(port(at).all_wanted) == 2


def test_what_is_out_of_sight_is_not_fetched(qtbot: QtBot, at: Desk) -> None:
    panel = wall(qtbot, at, cameras=cameras(at, 2))
    assert len(port(at).all_wanted) == 2
    panel.hide()
    assert not port(at).all_wanted
    panel.show()
    assert len(port(at).all_wanted) == 2


def test_a_scene_that_is_prepared_is_fetched_before_it_is_shown_but_not_for_ever(qtbot: QtBot, at: Desk) -> None:
    at.ctx.wall = WallSight()
    panel = WallVideoPanel(at.ctx, cameras=cameras(at, 2), count=2)
    qtbot.addWidget(panel)
    assert len(port(at).all_wanted) == 2
    panel.tiles._warming.stop()
    panel.tiles._cool()
    assert not port(at).all_wanted


def test_over_several_screens_no_tile_comes_near_a_bezel(qtbot: QtBot, at: Desk) -> None:
    screens = tuple(Rect(x, y, 1920, 1080) for y in (0, 1100) for x in (0, 1940))
    whole = Rect(960, 0, 2900, 2180)
    at.ctx.wall = WallSight(part=Part((3860, 2180), whole, whole, screens))
    panel = wall(qtbot, at, (whole.w, whole.h), cameras=cameras(at, 12), count=12)
    assert len(panel.tiles.tiles) == 12
    for tile in panel.tiles.tiles:
        box = tile.box.toAlignedRect().translated(panel.tiles.pos()).translated(whole.x, whole.y)
        homes = [one for one in screens if QRect(one.x, one.y, one.w, one.h).contains(box)]
        assert len(homes) == 1
        (home,) = homes
        assert box.left() - home.x >= 14 or home.x <= whole.x
        assert home.x + home.w - box.right() > 13 or home.x + home.w >= whole.x + whole.w


def test_only_what_is_new_is_painted(qtbot: QtBot, at: Desk) -> None:
    keys = cameras(at, 4)
    panel = wall(qtbot, at, cameras=keys)
    qtbot.waitUntil(lambda: panel.tiles.painted > 0, timeout=60_000)
    for key in keys:
        port(at).play(key, at.ctx.clock.wall())
    panel.tiles._look()
    qtbot.waitUntil(lambda: all(not tile.image.isNull() for tile in panel.tiles.tiles), timeout=60_000)
    panel.tiles.repaint()
    painted = panel.tiles.painted
    for _ in range(3):
        panel.tiles._look()
    panel.tiles.grab()
    assert panel.tiles.painted <= painted + 1, "the grab alone"


# -- beside the desk --------------------------------------------------------------------------------------------------


@pytest.fixture
def beside(qtbot: QtBot, at: Desk) -> VideoPanel:
    panel = VideoPanel(at.ctx)
    qtbot.addWidget(panel)
    panel.resize(760, 520)
    panel.show()
    return panel


def test_beside_the_desk_the_selected_camera_comes_first_and_its_neighbours_after_it(
    at: Desk, beside: VideoPanel
) -> None:
    keys = cameras(at, 200)
    assert beside.state is PanelState.EMPTY
    at.ctx.selection.select("camera", keys[7])
    assert beside.tiles.tiles[0].camera == keys[7]
    assert beside.state is None


def test_beside_the_desk_videos_that_were_kept_away_come_back_by_themselves(at: Desk, beside: VideoPanel) -> None:
    (key,) = cameras(at, 1)
    port(at).problem = Message("videos.no_extra")
    at.ctx.selection.select("camera", key)
    assert beside.state is PanelState.DEAD
    port(at).problem = None
    beside.age_tick()
    assert beside.state is None
    assert beside.tiles.tiles[0].camera == key


def test_a_neighbour_is_selected_by_a_click_or_with_the_arrows_and_enter_and_all_stay_where_they_are(
    qtbot: QtBot, at: Desk, beside: VideoPanel
) -> None:
    beside.tiles.show_cameras(cameras(at, 4))
    at.ctx.selection.select("camera", beside.tiles.tiles[0].camera)
    before = [tile.camera for tile in beside.tiles.tiles]
    second, third = beside.tiles.tiles[1:3]
    qtbot.mouseClick(beside.tiles, Qt.MouseButton.LeftButton, pos=second.box.center().toPoint())
    assert at.ctx.selection.item == ("camera", second.camera)
    qtbot.keyClick(beside.tiles, Qt.Key.Key_Down)
    qtbot.keyClick(beside.tiles, Qt.Key.Key_Left)
    qtbot.keyClick(beside.tiles, Qt.Key.Key_Return)
    assert at.ctx.selection.item == ("camera", third.camera)
    assert [tile.camera for tile in beside.tiles.tiles] == before


def test_the_tiles_walk_no_further_than_they_go(qtbot: QtBot, at: Desk) -> None:
    tiles = WalkedTiles(at.ctx)
    qtbot.addWidget(tiles)
    tiles.resize(600, 400)
    tiles.show_cameras(cameras(at, 3))
    tiles.show()
    chosen: list[str] = []
    tiles.chosen.connect(chosen.append)
    for key in (Qt.Key.Key_Right,) * 9:
        qtbot.keyClick(tiles, key)
    qtbot.keyClick(tiles, Qt.Key.Key_Enter)
    assert chosen == [tiles.tiles[-1].camera]
    qtbot.mouseClick(tiles, Qt.MouseButton.LeftButton, pos=QPoint(1, tiles.height() - 1))
    tiles.stop()


@pytest.mark.parametrize("width", [120, 200, 280])
def test_words_of_a_narrow_place_stay_in_it(qtbot: QtBot, width: int) -> None:
    theme, ground = Theme.load(WALL), QColor("#303030")
    image = QImage(width, 300, QImage.Format.Format_RGB32)
    image.fill(ground)
    tile = Tile("a", "之江东路近运河", said="Offline, says its platform, and it has said so for a week")
    tile.box, tile.caption = QRectF(0, 0, width, 250), 80
    painter = QPainter(image)
    paint_picture(painter, tile, theme, 44)
    painter.end()
    below = image.copy(0, round(tile.room.bottom()), width, 100)
    plain = QImage(below.size(), below.format())
    plain.fill(ground)
    assert below == plain
