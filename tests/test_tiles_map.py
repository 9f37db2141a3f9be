"""Base maps in tiles on the map: drawn where they belong, chosen by mouse and key, offline as it is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from cockpit.geo.tiles.bases import Bases
from cockpit.geo.tiles.cut import cut
from cockpit.geo.tiles.grid import Tile, span
from cockpit.model.bases import BaseSpec
from cockpit.model.clock import SystemClock
from cockpit.secrets import keep_secret, secret
from cockpit.store.tiles import TileStore
from tests.panel_desk import Desk, desk
from tests.tile_kit import HANGZHOU, TileServer, png, small_city, tile_server
from widgets.map.camera import EARTH
from widgets.map.offline.adding import AddDialog
from widgets.map.panel import MapPanel
from widgets.map.tiled import prepare

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
RED, BLUE = (220, 30, 30), (30, 30, 220)
WAIT = 30_000


def checkered(name: str, tile: Tile) -> bytes:
    return png(RED if (tile.x + tile.y) % 2 else BLUE)


@pytest.fixture
def server() -> Iterator[TileServer]:
    with tile_server() as made:
        made.answer = checkered
        yield made


@pytest.fixture
def stage(qtbot: QtBot, server: TileServer, tmp_path: Path) -> Iterator[Desk]:
    """A desk in light colours whose pack names two base maps: pictures of a server, and an archive."""
    made = desk(theme="light")
    made.ctx.reduced_motion = True
    cut(small_city(), tmp_path / "city.pmtiles", "小城", "", (12, 14), lambda done, total: None)
    given = (
        BaseSpec("web", {"zh": "在线图"}, "xyz", server.url(), credit={"zh": "© 在线图"}, photo=True),
        BaseSpec("file", {"zh": "矢量图"}, "pmtiles", "city.pmtiles", credit={"zh": "© 矢量图"}),
    )
    clock = SystemClock()
    made.ctx.bases = Bases(
        given, tmp_path, made.ports, clock,
        lambda: TileStore(tmp_path / "tiles.db", clock), TileStore.close,
        lambda name: secret(name, tmp_path), lambda name, text: keep_secret(name, text, tmp_path), prepare,
    )  # fmt: skip
    made.ctx.pack = msgspec.structs.replace(made.ctx.pack, bounds=(120.05, 30.12, 120.32, 30.36))
    yield made
    made.ctx.bases.close()


@pytest.fixture
def panel(stage: Desk, qtbot: QtBot) -> Iterator[MapPanel]:
    made = MapPanel(stage.ctx)
    qtbot.addWidget(made)
    made.resize(1000, 760)
    made.show()
    for layer in list(made.visible):
        made.layer_desk.set_state(layer, visible=False)
    camera = made.canvas.camera
    made.canvas.look(camera.centred(*HANGZHOU, 256 * 2**14.3 / (2 * 3.141592653589793 * EARTH)))
    yield made
    made.close_panel()
    made.close()


def settled(panel: MapPanel, qtbot: QtBot) -> None:
    qtbot.waitUntil(panel.settled, timeout=WAIT)


def color_at(panel: MapPanel, x: float, y: float) -> QColor:
    sx, sy = (float(v) for v in panel.canvas.camera.to_screen(x, y))
    image = panel.canvas.grab().toImage()
    return image.pixelColor(round(sx * image.devicePixelRatio()), round(sy * image.devicePixelRatio()))


def test_pictures_of_a_server_lie_where_their_tiles_are(panel: MapPanel, qtbot: QtBot) -> None:
    panel.bases.choose("web")

    def right() -> bool:
        for tile in span(panel.canvas.camera.box, 14):
            west, south, east, north = tile.box
            at = ((west + east) / 2, (south + north) / 2)
            if panel.canvas.camera.sees(*at, pad=230):
                seen = color_at(panel, *at)
                if ((tile.x + tile.y) % 2 == 1) is not (seen.red() > seen.blue() + 60):
                    return False
        return panel.settled()

    qtbot.waitUntil(right, timeout=WAIT)
    assert "© 在线图" in panel.credit.words


def test_a_vector_archive_is_drawn_in_the_colours_of_the_map(panel: MapPanel, qtbot: QtBot) -> None:
    panel.bases.choose("file")
    water = QColor(panel.ctx.theme.map.color("water"))
    lake = (HANGZHOU[0] + 600, HANGZHOU[1] - 600)
    qtbot.waitUntil(lambda: color_at(panel, *lake) == water and panel.settled(), timeout=WAIT)
    road = color_at(panel, HANGZHOU[0] + 300, HANGZHOU[1])
    assert road == QColor(panel.ctx.theme.map.color("road_main"))
    panel.bases.choose("")
    qtbot.waitUntil(lambda: color_at(panel, *lake) != water, timeout=WAIT)


def test_a_geojson_file_is_a_base_map_and_one_that_is_none_is_said(
    panel: MapPanel, stage: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    ring = [[120.16, 30.25], [120.18, 30.25], [120.18, 30.27], [120.16, 30.27], [120.16, 30.25]]
    lake = {
        "type": "Feature",
        "properties": {"natural": "water"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    (tmp_path / "lake.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [lake, 7]}))
    (tmp_path / "none.geojson").write_text("{")
    bases = stage.ctx.bases
    for name in ("lake", "none"):
        bases.add(BaseSpec(name, {"zh": name}, "geojson", str(tmp_path / f"{name}.geojson")))
    water = QColor(panel.ctx.theme.map.color("water"))
    panel.bases.choose("lake")
    qtbot.waitUntil(lambda: color_at(panel, *HANGZHOU) == water, timeout=WAIT)
    assert [m.id for m, _ in stage.toasts] == ["tiles.left_out"]
    panel.bases.choose("none")
    qtbot.waitUntil(lambda: len(stage.toasts) == 2, timeout=WAIT)
    assert stage.toasts[1][0].id == "tiles.not_geojson"


def test_a_style_of_the_map_changes_the_tone_of_its_pictures(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    from widgets.kit.theme import Theme

    panel.bases.choose("web")
    tile = next(iter(span(panel.canvas.camera.box, 14).from_middle()))
    at = ((tile.box[0] + tile.box[2]) / 2, (tile.box[1] + tile.box[3]) / 2)
    qtbot.waitUntil(lambda: color_at(panel, *at).valueF() > 0.6 and panel.settled(), timeout=WAIT)
    stage.ctx.theme = Theme.load("light", "night")
    panel.retheme()
    qtbot.waitUntil(lambda: color_at(panel, *at).valueF() < 0.4, timeout=WAIT)


def test_a_server_that_fails_is_said_once_with_what_the_map_goes_on_with(
    panel: MapPanel, stage: Desk, server: TileServer, qtbot: QtBot
) -> None:
    server.answer = lambda name, tile: 503
    panel.bases.choose("web")
    qtbot.waitUntil(lambda: bool(stage.toasts), timeout=WAIT)
    assert [m.id for m, _ in stage.toasts] == ["base.trouble"]
    qtbot.waitUntil(lambda: "底图取不到" in panel.credit.words, timeout=WAIT)
    server.answer = checkered
    stage.ctx.bases.tiles("web").retry()
    qtbot.waitUntil(lambda: "底图取不到" not in panel.credit.words, timeout=WAIT)
    assert [m.id for m, _ in stage.toasts] == ["base.trouble", "base.well"]


def test_offline_the_map_says_so_and_how_old_it_is(
    panel: MapPanel, stage: Desk, server: TileServer, qtbot: QtBot
) -> None:
    panel.bases.choose("web")
    settled(panel, qtbot)
    qtbot.waitUntil(lambda: stage.ctx.bases.tiles("web").status().coming == 0, timeout=WAIT)
    stage.ctx.actions.get("map.base_offline").run()
    assert stage.ctx.bases.offline
    qtbot.waitUntil(lambda: "按离线显示" in panel.credit.words, timeout=WAIT)
    server.asked.clear()
    panel.canvas.look(panel.canvas.camera.panned(900, 0))
    settled(panel, qtbot)
    assert server.asked == []
    stage.ctx.actions.get("map.base_offline").run()
    qtbot.waitUntil(lambda: bool(server.asked), timeout=WAIT)


def test_menu_and_palette_open_the_dialog_and_a_base_map_is_chosen_by_key(
    panel: MapPanel, stage: Desk, qtbot: QtBot
) -> None:
    menu = QMenu(panel)
    panel.fill_menu(menu)
    assert {"底图来源…", "离线地图下载…", "离线能看到什么…"} <= {action.text() for action in menu.actions()}
    stage.ctx.actions.get("map.base_sources").run()
    dialog = panel.bases.dialog
    assert dialog is not None
    rows = dialog.sources.list
    assert rows.count() == 3
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert stage.ctx.bases.current == "web"
    assert stage.ports.kept["map.base"] == "web"
    stage.ctx.actions.get("map.base_preview").run()
    assert panel.bases.dialog is dialog, "one window"
    dialog.close()
    qtbot.waitUntil(lambda: panel.bases.dialog is None, timeout=WAIT)


def test_what_is_all_here_is_drawn_as_here_and_lists_without_rows_say_why(panel: MapPanel) -> None:
    panel.bases.open("regions")
    dialog = panel.bases.dialog
    empty = dialog.regions.list
    assert empty.accessibleDescription().startswith("还没有离线区域")
    panel.bases.open("preview")
    page = dialog.preview
    assert "离线全部可见" in page.words.text()
    assert page.list.accessibleDescription().startswith("各级别都在本机")
    drawn = page.plan.grab().toImage()
    filled = drawn.pixelColor(drawn.width() // 2, drawn.height() // 2)
    assert filled.saturation() > 80, "filled as the tiles that are here"
    dialog.close()


def test_a_person_adds_a_base_map_with_a_key_and_takes_it_back(
    panel: MapPanel, stage: Desk, server: TileServer, tmp_path: Path, qtbot: QtBot
) -> None:
    panel.bases.open("sources")
    page = panel.bases.dialog.sources
    page.ask_new()
    form = page.findChild(AddDialog)
    form.turn("xyz")
    form.name.setText("我的图")
    form.url.setText("nonsense")
    form.add()
    assert not form.wrong.isHidden(), "said what is wrong, nothing is added"
    form.url.setText(server.url("mine", "?k={key}"))
    form.key.setText("s3cr3t")
    form.add()
    ident = stage.ctx.bases.current
    assert stage.ctx.bases.is_added(ident)
    qtbot.waitUntil(lambda: any("k=s3cr3t" in path for path in server.asked), timeout=WAIT)
    assert "s3cr3t" not in str(stage.ports.kept)
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    assert stage.ctx.bases.current == ""
    assert ident not in stage.ctx.bases.specs()
    panel.bases.dialog.close()


def test_an_area_is_estimated_downloaded_and_seen_in_the_preview(
    panel: MapPanel, stage: Desk, server: TileServer, qtbot: QtBot
) -> None:
    panel.bases.choose("web")
    panel.bases.open("regions")
    page = panel.bases.dialog.regions
    page.first.setValue(12)
    page.last.setValue(14)
    assert not page.begin.isEnabled(), "its size is estimated first"
    page.ask()
    qtbot.waitUntil(lambda: page.estimate is not None, timeout=WAIT)
    assert str(page.estimate.total) in page.words.text()
    page.start()
    qtbot.waitUntil(lambda: page.chosen is not None and page.chosen.region.state == "done", timeout=WAIT)
    assert page.chosen.here == page.chosen.total
    panel.bases.open("preview")
    preview = panel.bases.dialog.preview
    qtbot.waitUntil(lambda: bool(preview.covers), timeout=WAIT)
    here = {cover.tiles.z: len(cover.here) for cover in preview.covers}
    assert all(here[z] for z in (12, 13, 14))
    assert preview.list.count() == len(preview.covers)
    preview.offline.click()
    assert stage.ctx.bases.offline
    preview.offline.click()
    panel.bases.dialog.close()
