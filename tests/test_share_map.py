"""What is shared from the running map: by menu or palette, as a page, a picture or a print, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QByteArray, QIODevice, QStandardPaths
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message, Texts
from tests.panel_desk import Desk, desk
from widgets.map.camera import Camera
from widgets.map.panel import MapPanel
from widgets.map.share import exports as ways
from widgets.map.share.dialog import ShareDialog
from widgets.map.share.exports import Material, PageExport, PictureExport, PrintExport, exports
from widgets.map.share.sheet import BAND, NEARER, filled, map_camera

HANGZHOU = Path(__file__).parent.parent / "assets" / "cities" / "hangzhou"
pytestmark = [
    pytest.mark.usefixtures("qapp"),
    pytest.mark.qt_log_ignore("propagateSizeHints"),
]


@pytest.fixture
def told() -> Desk:
    made = desk()
    made.ctx.pack = msgspec.structs.replace(made.ctx.pack, approval="GS(2024)0650号")
    made.ports.kept["name"] = "王建国"
    return made


@pytest.fixture
def panel(told: Desk, qtbot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MapPanel]:  # type: ignore[no-untyped-def]
    made = MapPanel(told.ctx)
    made.resize(900, 640)
    made.show()
    qtbot.waitUntil(made.settled, timeout=30_000)
    yield made
    made.close()
    made.deleteLater()
    QApplication.processEvents()


def _shared(qtbot, panel: MapPanel, export: ways.Export, file: Path, **more: object) -> Message | None:  # type: ignore[no-untyped-def]
    with qtbot.waitSignal(panel.sharing.finished, timeout=30_000) as done:
        panel.sharing.share(export, file, **more)  # type: ignore[arg-type]
    problem: Message | None = done.args[1]
    return problem


def test_a_page_is_made_from_the_map_and_a_sentence_says_where_it_is(
    qtbot, told: Desk, panel: MapPanel, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "态势.html"
    assert _shared(qtbot, panel, PageExport(), file, title="防汛会商") is None
    page = file.read_text("utf-8")
    assert "防汛会商" in page
    assert "审图号：GS(2024)0650号" in page
    assert "导出人 王建国" in page
    assert told.toasts[-1][0] == Message("share.done", {"file": str(file)})
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (0, 0)])
def test_a_picture_has_the_size_that_was_asked_for_with_title_and_legend_on_it(
    qtbot, panel: MapPanel, tmp_path: Path, width: int, height: int
) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "a.png"
    assert _shared(qtbot, panel, PictureExport(width, height, "share.kind_png"), file) is None
    image = QImage(str(file))
    camera, theme = panel.canvas.camera, panel.ctx.theme
    assert (image.width(), image.height()) == (width or camera.width, height or camera.height)
    assert "杭州" in image.text("Title")
    assert "GS(2024)0650号" in image.text("Copyright")
    assert image.pixelColor(2, 2) == theme.s1
    seen = {image.pixelColor(x, y).name() for x in range(20, 44) for y in range(BAND, image.height() // 2)}
    for level in (1, 2, 3, 4):
        assert QColor(theme.level(level, "fill")).name() in seen, f"the badge of level {level} is in the legend"


def test_a_picture_for_the_wall_shows_all_that_is_seen_and_is_only_finer() -> None:
    seen = Camera(1000.0, 2000.0, 0.1, 1000, 700, 1.0)
    camera = PictureExport(11520, 3240, "share.kind_wall").camera(seen)
    assert camera is not None
    assert (camera.width * camera.dpr, camera.height * camera.dpr) == (11520, 3240)
    assert camera.dpr == 3
    for x, y in ((seen.box[0], seen.box[1]), (seen.box[2], seen.box[3])):
        sx, sy = camera.to_screen(x, y)
        assert -0.01 <= sx <= camera.width + 0.01
        assert BAND - 0.01 <= sy <= camera.height + 0.01


def test_a_picture_that_is_wider_than_the_screen_is_nearer_where_the_map_would_end() -> None:
    seen, limits = Camera(1000.0, 2000.0, 0.1, 1000, 700, 1.0), (-9000.0, -5000.0, 11000.0, 9000.0)
    wall = PictureExport(11520, 3240, "share.kind_wall").camera(seen)
    assert wall is not None
    assert wall.box[0] < limits[0], "there would be land without a map"
    nearer = filled(wall, seen, limits)
    assert nearer.box[0] == pytest.approx(limits[0])
    assert nearer.box[2] == pytest.approx(limits[2])
    sx, sy = nearer.to_screen(seen.x, seen.y)
    assert (sx, sy) == (pytest.approx(nearer.width / 2), pytest.approx(BAND + (nearer.height - BAND) / 2))
    tiny = (990.0, 1990.0, 1010.0, 2010.0)
    assert filled(wall, seen, tiny).scale <= wall.scale * NEARER, "what is seen stays in view for the most"
    assert filled(wall, seen, None) is wall
    same = PictureExport(0, 0, "share.kind_seen").camera(seen)
    assert same is not None
    assert filled(same, seen, tiny) is same, "a person sees that much, so it is theirs"


@pytest.mark.slow
def test_a_picture_of_the_whole_wall_is_made(qtbot, panel: MapPanel, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "wall.png"
    export = next(one for one in exports() if one.id == "png.11520x3240")
    assert _shared(qtbot, panel, export, file) is None
    image = QImage(str(file))
    assert (image.width(), image.height()) == (11520, 3240)
    fill = QColor(panel.ctx.theme.level(1, "fill")).rgb()
    assert any(image.pixel(x, y) == fill for y in range(400, 3240, 8) for x in range(800, 11520, 8))


def test_a_print_holds_its_words_as_words(qtbot, panel: MapPanel, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "a.pdf"
    export = next(one for one in exports() if isinstance(one, PrintExport))
    assert _shared(qtbot, panel, export, file) is None
    content = file.read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"NotoSansSC" in content  # the letters go along: any reader shows them
    boxes = [list(map(float, box.split())) for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", content)]
    assert len(boxes) == 1
    assert boxes[0][2] > boxes[0][3], "it lies"


def test_where_it_can_not_be_written_nothing_is_left_and_a_sentence_says_so(
    qtbot, told: Desk, panel: MapPanel, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    problem = _shared(qtbot, panel, PageExport(), tmp_path / "absent" / "a.html")
    assert problem is not None
    assert problem.id == "share.unwritable"
    assert told.toasts[-1] == (problem, 3)
    assert list(tmp_path.iterdir()) == []


class _Failing:
    """A way to share that writes a half and then can not go on."""

    id, suffix, with_units = "failing", "txt", False

    def __init__(self, error: Exception) -> None:
        self._error = error

    def words(self, t: Texts) -> str:
        return "failing"

    def camera(self, seen: Camera) -> Camera | None:
        return None

    def write(self, device: QIODevice, material: Material) -> None:
        device.write(QByteArray(b"half"))
        raise self._error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OutsideError("share.unwritable", why="disk"), "share.unwritable"),
        (MemoryError(), "share.too_large"),
        (RuntimeError("bug"), "share.failed"),
    ],
)
@pytest.mark.logs("panel share failed")
def test_a_file_that_was_begun_is_not_left_half(
    qtbot, panel: MapPanel, tmp_path: Path, error: Exception, said: str
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a.txt").write_text("what was there before")
    problem = _shared(qtbot, panel, _Failing(error), tmp_path / "a.txt")
    assert problem is not None
    assert problem.id == said
    assert (tmp_path / "a.txt").read_text() == "what was there before"
    assert len(list(tmp_path.iterdir())) == 1


def test_menu_and_palette_ask_what_and_where_and_remember_it(
    qtbot, told: Desk, panel: MapPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(QStandardPaths, "writableLocation", staticmethod(lambda _which: str(tmp_path)))
    menu = QMenu(panel)
    panel.fill_menu(menu)
    assert any("分享当前态势" in action.text() for action in menu.actions())
    menu.deleteLater()
    assert told.ctx.actions.trigger("map.share") is None
    dialog = panel.findChild(ShareDialog)
    assert dialog is not None
    assert dialog.title.text() == "杭州 · 当前态势"
    assert not dialog.units.isHidden()
    dialog.kinds["png.3840x2160"].setChecked(True)
    assert dialog.units.isHidden(), "a picture shows what the map shows"
    dialog.kinds["page"].setChecked(True)
    dialog.units.setChecked(True)
    dialog.confirm.click()
    where = panel.findChild(QFileDialog)
    assert where is not None
    [file] = where.selectedFiles()
    assert Path(file).parent == tmp_path
    assert Path(file).name == "杭州·当前态势-20260714-174236.html"
    with qtbot.waitSignal(panel.sharing.finished, timeout=30_000):
        where.accept()
    assert "处置力量，个" in Path(file).read_text("utf-8")
    assert told.ports.kept["share.kind"] == "page"
    assert told.ports.kept["share.folder"] == str(tmp_path)


def test_the_map_closes_in_order_while_a_file_is_being_made(told: Desk, panel: MapPanel, tmp_path: Path) -> None:
    panel.sharing.share(PageExport(), tmp_path / "a.html")
    assert told.ctx.actions.trigger("map.share") == Message("share.busy")
    panel.close()
    assert not panel.sharing.busy
    assert (tmp_path / "a.html").is_file()


def test_a_third_partys_way_to_share_is_listed_after_ours_and_one_that_breaks_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Entry:
        def __init__(self, name: str, made: object) -> None:
            self.name, self._made = name, made

        def load(self) -> object:
            if isinstance(self._made, Exception):
                raise self._made
            return self._made

    theirs = _Failing(RuntimeError())
    found = [Entry("broken", ImportError("absent")), Entry("theirs", lambda: [theirs]), Entry("ours", PageExport())]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: found if group == "cockpit.exporters" else [])
    monkeypatch.setattr(ways.log, "disabled", True)
    assert exports()[-1] is theirs
    assert [one.id for one in exports()].count("page") == 1


def test_the_view_of_a_picture_leaves_room_for_its_title() -> None:
    seen = Camera(0.0, 0.0, 0.2, 800, 600)
    camera = map_camera(seen, 800, 600, 1.0)
    _, top = camera.to_screen(0.0, seen.box[3])
    assert float(top) >= BAND - 0.01
